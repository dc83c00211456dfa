"""Providers with a form of their own: where requests go, and what is in them, by the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from attrs import evolve, frozen
from facts_native import ASKED, NATIVE, Native
from native_bodies import ANSWER, FORM, PNG, TALK, TOOL

from llmkit import ChatCompletionRequest, ConfigurationError, ImagePart, UnsupportedParameterError
from llmkit._core import Core
from llmkit._http import HttpRequest
from llmkit._json import loads
from llmkit._models.messages import UserMessage
from llmkit.adapters._base import Endpoint
from llmkit.adapters.model_pages import ListsModels
from llmkit.providers import get

each = pytest.mark.parametrize("name", NATIVE)


def new_core(name: str, **settings: Any) -> Core:
    """What a client for the provider *name* is made of."""
    usual: dict[str, Any] = {"api_key": None, "base_url": None, "providers": (), "timeout": None}
    return Core(None, provider=name, retry=None, unsupported="error", **{**usual, **settings})


@frozen
class Place:
    """The environment of a test: nothing in it but what the facts call for."""

    patch: pytest.MonkeyPatch

    def core(self, name: str, **variables: str) -> Core:
        """What a client for *name* is made of, with its first key and these variables set."""
        facts = NATIVE[name]
        key = {facts.env[0]: "KEY"} if facts.env else {}
        for variable in (*facts.env, *facts.places, *facts.moved):
            self.patch.delenv(variable, raising=False)
        for variable, value in {**facts.places, **key, **variables}.items():
            self.patch.setenv(variable, value)
        given = "KEY" if facts.key and not facts.env else None
        return new_core(name, api_key=given)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    """An environment of one's own."""
    return Place(monkeypatch)


def asked(facts: Native, name: str, *messages: object, **fields: Any) -> Any:
    """A request to the provider's model."""
    data = {"model": f"{name}/{facts.model}", "messages": messages or [UserMessage("Hello")]}
    return ChatCompletionRequest.from_dict({**data, **fields})


def sent(
    core: Core, request: ChatCompletionRequest[object], *, stream: bool = False
) -> HttpRequest:
    """The request as it is sent, with its key."""
    call = core.call(request, stream=stream)
    key = call.target.key
    assert key is None or isinstance(key, str)
    return call.http(key)


def body_of(http: HttpRequest) -> Mapping[str, Any]:
    """Its body, parsed."""
    return cast("Mapping[str, Any]", loads(http.body))


def full(name: str) -> Any:
    """A request that says all that the provider takes."""
    return asked(NATIVE[name], name, *TALK, tools=[TOOL], **NATIVE[name].asked)


@each
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_small_request(place: Place, name: str, stream: bool) -> None:
    """The address, the headers and the body that the document calls for, and nothing else."""
    facts = NATIVE[name]
    http = sent(place.core(name), asked(facts, name, max_tokens=10), stream=stream)
    assert http.url == (facts.stream_url if stream and facts.stream_url else facts.url)
    headers = {header.lower(): value for header, value in http.headers.items()}
    wanted = {**facts.headers, **({facts.key[0]: facts.key[1]} if facts.key else {})}
    assert {header: headers.get(header.lower()) for header in wanted} == wanted
    others = {"authorization", "x-api-key", "x-goog-api-key", "api-key"}
    carried = {facts.key[0].lower()} if facts.key else set()
    assert set(headers) & others == carried
    assert body_of(http) == {**facts.small, **(facts.streamed if stream else {})}


@each
def test_a_full_request(place: Place, name: str) -> None:
    """Each field under the provider's own name, each kind of message in its own form."""
    facts = NATIVE[name]
    http = sent(place.core(name), full(name))
    assert body_of(http) == facts.full
    assert facts.full_headers.items() <= http.headers.items()


@each
@pytest.mark.parametrize("field", ASKED)
def test_what_is_not_taken_is_refused_before_it_is_sent(
    place: Place, name: str, field: str
) -> None:
    """By an error that names the field; what is taken is no error."""
    facts = NATIVE[name]
    fields = {field: ASKED[field], **({"tools": [TOOL]} if field.startswith("parallel") else {})}
    core = place.core(name)
    request = asked(facts, name, **fields)
    if field not in facts.refused:
        plain = sent(core, asked(facts, name, **{**fields, field: None}))
        http = sent(core, request)
        assert (http.body, http.headers) != (plain.body, plain.headers)
        return
    with pytest.raises(UnsupportedParameterError) as caught:
        sent(core, request)
    assert caught.value.provider == name
    assert str(caught.value.parameter).startswith(field)
    dropped = sent(core, evolve(request, unsupported="drop"))
    assert body_of(dropped) == body_of(sent(core, asked(facts, name, **{**fields, field: None})))


@each
def test_keys_are_looked_for_in_the_vendors_order(place: Place, name: str) -> None:
    """The first variable that holds one wins; without any, the error names them all."""
    facts = NATIVE[name]
    for index, variable in enumerate(facts.env):
        later = {other: f"of {other}" for other in facts.env[index:]}
        core = place.core(name)
        place.patch.delenv(facts.env[0])
        for other, value in later.items():
            place.patch.setenv(other, value)
        http = sent(core, asked(facts, name))
        assert f"of {variable}" in http.headers[facts.key[0] if facts.key else ""]
    core = place.core(name)
    for variable in facts.env:
        place.patch.delenv(variable, raising=False)
    if not facts.keyless:
        with pytest.raises(ConfigurationError) as caught:
            sent(core, asked(facts, name))
        assert all(variable in str(caught.value) for variable in facts.env)


@pytest.mark.parametrize(
    ("name", "variable"), [(name, variable) for name in NATIVE for variable in NATIVE[name].moved]
)
def test_another_address(place: Place, name: str, variable: str) -> None:
    """The vendor's own variable for it, as the vendor's own clients understand it."""
    facts = NATIVE[name]
    value, url = facts.moved[variable]
    assert sent(place.core(name, **{variable: value}), asked(facts, name)).url == url


@pytest.mark.parametrize("name", [name for name, facts in NATIVE.items() if facts.places])
def test_a_place_that_is_not_named_is_an_error(place: Place, name: str) -> None:
    """It says which variables could name it."""
    facts = NATIVE[name]
    core = place.core(name)
    last = list(facts.places)[-1]
    for variables in get(name).placeholders.values():
        if last in variables:
            for variable in variables:
                place.patch.delenv(variable, raising=False)
    with pytest.raises(ConfigurationError, match=last):
        sent(core, asked(facts, name))


@each
def test_its_models_are_listed_where_the_document_says(place: Place, name: str) -> None:
    """At the address that the document names; where there is none, nothing is asked."""
    facts, provider = NATIVE[name], get(name)
    if facts.models_url is None:
        assert provider.models_path is None
        return
    target = place.core(name).target(f"{name}/{facts.model}")
    assert isinstance(target.adapter, ListsModels)
    assert provider.models_path is not None
    http = target.adapter.build_list(Endpoint(target.base_url, ""), provider.models_path, None)
    assert http.url.partition("?")[0] == facts.models_url


@each
def test_its_names(name: str) -> None:
    """Names that people have for it lead to it."""
    assert NATIVE[name].aliases <= set(get(name).aliases)
    assert all(get(alias) == get(name) for alias in NATIVE[name].aliases)


@pytest.mark.parametrize("name", ["anthropic", "vertex-anthropic", "bedrock-anthropic"])
def test_where_an_image_may_lie(place: Place, name: str) -> None:
    """The clouds take an image's bytes only: https://platform.claude.com/docs/en/build-with-claude/vision"""
    core, facts = place.core(name), NATIVE[name]
    linked = asked(facts, name, UserMessage(["See:", ImagePart(url="https://a.test/b.png")]))
    if name == "anthropic":
        source = body_of(sent(core, linked))["messages"][0]["content"][1]["source"]
        assert source == {"type": "url", "url": "https://a.test/b.png"}
        return
    with pytest.raises(UnsupportedParameterError, match="bytes"):
        sent(core, linked)
    assert sent(core, asked(facts, name, UserMessage([ImagePart(data=PNG)])))


@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_cohere_and_ollama_hold_answers_to_json(place: Place, kind: str) -> None:
    """Cohere: https://docs.cohere.com/docs/structured-outputs, Ollama:
    https://docs.ollama.com/capabilities/structured-outputs"""
    form = FORM if kind == "json_schema" else {"type": kind}
    asks = {"response_format": form}
    cohere = body_of(sent(place.core("cohere"), asked(NATIVE["cohere"], "cohere", **asks)))
    ollama = body_of(
        sent(place.core("ollama-native"), asked(NATIVE["ollama-native"], "ollama-native", **asks))
    )
    if kind == "json_object":
        assert cohere["response_format"] == {"type": "json_object"}
        assert ollama["format"] == "json"
        return
    assert cohere["response_format"]["type"] == "json_object"
    assert cohere["response_format"]["json_schema"]["properties"] == ANSWER["properties"]
    assert ollama["format"] == ANSWER

"""Where a call goes: models, providers, keys and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest
from attrs import evolve

import llmkit
from llmkit import (
    ChatCompletionRequest,
    ChatCompletionResponse,
    Provider,
    RetryPolicy,
    Timeout,
    UserMessage,
)
from llmkit._core import Core, Target
from llmkit._json import loads
from llmkit.errors import ClosedError, ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    from llmkit.adapters.openai_chat import OpenAIChat

MINE = Provider("mine", wire="openai-chat", base_url="https://mine.example/v1", aliases=("me",))


def core(
    model: str | None = None,
    *,
    provider: str | Provider | None = None,
    api_key: Any = None,
    base_url: str | None = None,
    providers: Sequence[Provider] = (),
    **more: Any,
) -> Core:
    """A client's core."""
    settings: dict[str, Any] = {"timeout": None, "retry": None, "unsupported": "error", **more}
    return Core(
        model,
        provider=provider,
        api_key=api_key,
        base_url=base_url,
        providers=providers,
        **settings,
    )


def place(target: Target) -> tuple[str, str, str, object]:
    """Provider, model, address and key."""
    return target.provider.name, target.model, target.base_url, target.key


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI", "GROQ", "LLMKIT_MINE"):
        monkeypatch.setenv(f"{name}_API_KEY", f"{name.lower()}-key")


OPENAI = "https://api.openai.com/v1"
GROQ = "https://api.groq.com/openai/v1"
MODELS: dict[str, tuple[dict[str, Any], str, tuple[str, str, str, str]]] = {
    "provider/model": ({}, "groq/m", ("groq", "m", GROQ, "groq-key")),
    "no provider: openai": ({}, "m", ("openai", "m", OPENAI, "openai-key")),
    "no known provider: openai": ({}, "org/m", ("openai", "org/m", OPENAI, "openai-key")),
    "the first slash only": ({}, "groq/org/m", ("groq", "org/m", GROQ, "groq-key")),
    "an alias": ({}, "oai/m", ("openai", "m", OPENAI, "openai-key")),
    "no provider: the client's": ({"provider": "groq"}, "m", ("groq", "m", GROQ, "groq-key")),
    "no known provider: the client's": (
        {"provider": "groq"},
        "org/m",
        ("groq", "org/m", GROQ, "groq-key"),
    ),
    "a known provider: not the client's": (
        {"provider": "groq"},
        "openai/m",
        ("openai", "m", OPENAI, "openai-key"),
    ),
    "no provider: that of the default model": (
        {"model": "groq/x"},
        "m",
        ("groq", "m", GROQ, "groq-key"),
    ),
    "no model: the default": ({"model": "groq/x"}, "", ("groq", "x", GROQ, "groq-key")),
    "a default model of no known provider": (
        {"model": "org/x"},
        "",
        ("openai", "org/x", OPENAI, "openai-key"),
    ),
    "a default model and a provider": (
        {"model": "x", "provider": "groq"},
        "",
        ("groq", "x", GROQ, "groq-key"),
    ),
    "a provider of one's own": (
        {"provider": MINE},
        "m",
        ("mine", "m", "https://mine.example/v1", "llmkit_mine-key"),
    ),
    "a provider of one's own, by its name": (
        {"providers": [MINE]},
        "mine/m",
        ("mine", "m", "https://mine.example/v1", "llmkit_mine-key"),
    ),
    "a provider of one's own, by its alias": (
        {"providers": [MINE], "provider": "me"},
        "me/m",
        ("mine", "m", "https://mine.example/v1", "llmkit_mine-key"),
    ),
    "a known provider, replaced": (
        {"providers": [evolve(llmkit.providers.get("openai"), base_url="https://other.example/")]},
        "m",
        ("openai", "m", "https://other.example", "openai-key"),
    ),
}


@pytest.mark.parametrize(("settings", "model", "found"), MODELS.values(), ids=MODELS)
def test_a_model_has_its_place(
    settings: dict[str, Any], model: str, found: tuple[str, str, str, str]
) -> None:
    """By the provider's name before the slash; without one it is the client's own provider's."""
    assert place(core(**settings).target(model)) == found


def test_the_own_key_and_address_go_to_nobody_else() -> None:
    """They belong to the client's own provider; the others have the environment's."""
    client = core(provider="groq", api_key="mine", base_url="https://proxy.example/v1/")
    assert place(client.target("m")) == ("groq", "m", "https://proxy.example/v1", "mine")
    assert place(client.target("groq/m")) == ("groq", "m", "https://proxy.example/v1", "mine")
    assert place(client.target("openai/m")) == ("openai", "m", OPENAI, "openai-key")
    by_model = core("groq/x", api_key="mine")
    assert by_model.target("").key == "mine"
    assert by_model.target("openai/m").key == "openai-key"
    assert core(api_key="mine").target("m").key == "mine"
    assert core(api_key="mine").target("groq/m").key == "groq-key"


def test_a_place_is_found_once() -> None:
    """The same object for the same model: a call costs no second look at the environment."""
    client = core()
    assert client.target("groq/m") is client.target("groq/m")


def test_an_unknown_provider_is_an_error_at_once() -> None:
    """When the client is made, and not at its first call."""
    with pytest.raises(ConfigurationError, match="gorq"):
        core(provider="gorq")


RULED = evolve(
    MINE,
    models=[llmkit.providers.ModelRule(["o1*"], {"max_tokens_field": "max_completion_tokens"})],
)


def test_a_models_rule_is_applied_when_its_place_is_found() -> None:
    """By its name at the provider, once."""
    client = core(provider=RULED)
    for model in ("o1", "mine/O1-x"):
        adapter = cast("OpenAIChat", client.target(model).adapter)
        assert adapter.max_tokens_field == "max_completion_tokens"
    usual = cast("OpenAIChat", client.target("gpt").adapter)
    assert usual.max_tokens_field == "max_tokens"
    assert client.target("o1").adapter is client.target("mine/o1-mini").adapter
    assert client.target("o1").adapter is RULED.adapter("o1")


def sent(client: Core, **given: Any) -> dict[str, Any]:
    """The body of a request, and what was changed on the way to it."""
    request = ChatCompletionRequest("m", [UserMessage("Hi")], **given)
    body = cast("dict[str, Any]", loads(client.call(request, stream=False).http(None).body))
    assert body.pop("model") == "m"
    del body["messages"]
    return body


TENANT = evolve(
    MINE,
    placeholders={"tenant": ["MY_TENANT"]},
    body={"who": "t-{tenant}", "how": {"a": ["{tenant}", 1, None]}, "on": True},
)


def test_a_provider_has_fields_in_each_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """Placeholders are filled as those of the address are; the caller's extra_body wins."""
    monkeypatch.setenv("MY_TENANT", "x")
    body = {"who": "t-x", "how": {"a": ["x", 1, None]}, "on": True}
    assert sent(core(provider=TENANT)) == body
    assert sent(core(provider=TENANT), extra_body={"on": False}) == {**body, "on": False}
    given = core(provider=TENANT, placeholders={"tenant": "y"})
    assert sent(given)["who"] == "t-y"


def test_a_missing_value_for_the_body_names_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables and the argument."""
    monkeypatch.delenv("MY_TENANT", raising=False)
    with pytest.raises(ConfigurationError, match=r"\{tenant\}; set MY_TENANT or .*placeholders="):
        core(provider=TENANT).target("m")


def test_a_field_of_the_body_that_replaces_the_callers_is_told() -> None:
    """Nothing changes in silence."""
    client = core(provider=evolve(MINE, body={"temperature": 1, "n": 1}))
    request = ChatCompletionRequest("m", [UserMessage("Hi")], temperature=0, n=1)
    call = client.call(request, stream=False)
    body = cast("dict[str, Any]", loads(call.http(None).body))
    assert (body["temperature"], body["n"]) == (1, 1)
    call.start()
    told = call.told(ChatCompletionResponse(choices=()), call.started).adjustments
    assert [(item.kind, item.field) for item in told] == [("rewritten", "temperature")]


@pytest.mark.parametrize(
    ("name", "field"), [("openai", "metadata"), ("gemini", "generationConfig")]
)
def test_an_object_in_the_body_is_joined(name: str, field: str) -> None:
    """What the wire has said in it stays, and the caller has the last word, on every wire."""
    provider = evolve(llmkit.providers.get(name), body={field: {"team": "a", "more": {"b": 1}}})
    request = ChatCompletionRequest(
        "m",
        [UserMessage("Hi")],
        temperature=0,
        metadata={"who": "me"} if name == "openai" else None,
        extra_body={"other": 1},
    )
    call = core(provider=provider, api_key="k").call(request, stream=False)
    body = cast("dict[str, Any]", loads(call.http(None).body))
    own = {"who": "me"} if name == "openai" else {"temperature": 0}
    assert body[field] == {**own, "team": "a", "more": {"b": 1}}
    assert body["other"] == 1
    last = evolve(request, extra_body={field: {"team": "b"}})
    call = core(provider=provider, api_key="k").call(last, stream=False)
    assert cast("dict[str, Any]", loads(call.http(None).body))[field]["team"] == "b"


CLOSED = evolve(llmkit.providers.get("groq"), closed="since 2026-07-30")
ELSEWHERE = "https://elsewhere.example/v1"


def test_a_closed_provider_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it asks for a key."""
    monkeypatch.delenv("GROQ_API_KEY")
    with pytest.raises(ConfigurationError, match=r"groq: .*closed \(since 2026-07-30\)"):
        core(provider=CLOSED).target("m")
    with pytest.raises(ConfigurationError, match="closed"):
        core(providers=[CLOSED]).target("groq/m")


def test_a_closed_provider_at_another_address_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's, the provider's own, or the environment's."""
    assert core(provider=CLOSED, base_url=ELSEWHERE).target("m").base_url == ELSEWHERE
    moved = evolve(CLOSED, base_url=ELSEWHERE)
    assert core(provider=moved).target("m").base_url == ELSEWHERE
    monkeypatch.setenv("LLMKIT_GROQ_BASE_URL", ELSEWHERE)
    assert core(provider=CLOSED).target("m").base_url == ELSEWHERE


def test_no_model_is_an_error_that_says_how() -> None:
    """Neither the request nor the client names one."""
    for client, model in ((core(), ""), (core(provider="groq"), ""), (core(), "groq/")):
        with pytest.raises(ConfigurationError, match="no model is named"):
            client.target(model)


def test_a_missing_key_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one that was tried."""
    monkeypatch.delenv("GROQ_API_KEY")
    with pytest.raises(ConfigurationError, match="GROQ_API_KEY or LLMKIT_GROQ_API_KEY"):
        core().target("groq/m")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"unsupported": "ignore"}, ConfigurationError),
        ({"timeout": -1}, InvalidRequestError),
    ],
)
def test_a_setting_that_cannot_be_right(settings: dict[str, Any], kind: type[Exception]) -> None:
    """It is found when the client is made."""
    with pytest.raises(kind):
        core(**settings)


def test_a_call_has_its_own_settings_or_the_clients() -> None:
    """A request's timeout stands in place of the client's; a number is the total."""
    client = core(timeout=30, retry=RetryPolicy(attempts=5))
    request = ChatCompletionRequest("groq/m", [UserMessage("Hi")])
    assert client.call(request, stream=False).timeout == Timeout(total=30)
    assert client.call(request, stream=False).retry.attempts == 5
    own = evolve(request, timeout=Timeout(read=7))
    assert client.call(own, stream=False).timeout == Timeout(read=7)
    assert core().call(request, stream=False).timeout == Timeout()


def test_a_deadline_runs_from_the_calls_start() -> None:
    """Only `total` makes one."""
    request = ChatCompletionRequest("groq/m", [UserMessage("Hi")])
    limited, free = (core(timeout=t).call(request, stream=False) for t in (30, None))
    for call in (limited, free):
        call.start()
    assert limited.deadline == limited.started + 30
    assert free.deadline is None


def test_what_is_no_request_is_refused() -> None:
    """A mapping in its place is a common mistake: the error says what is wanted."""
    wrong: Any = {"model": "groq/m", "messages": []}
    with pytest.raises(InvalidRequestError, match="must be a ChatCompletionRequest, not dict"):
        core().call(wrong, stream=False)


def test_a_closed_client_says_so() -> None:
    """And nothing else."""
    client = core()
    client.closed = True
    with pytest.raises(ClosedError, match="closed"):
        client.call(ChatCompletionRequest("groq/m", [UserMessage("Hi")]), stream=False)

"""Values in place of text, on each wire of both servers, in both colours, whole and streamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from asking import WAYS, Way
from attrs import evolve, frozen

from llmkit import (
    APIError,
    ChatCompletionRequest,
    ParsedResponse,
    Partial,
    ResponseParseError,
    UserMessage,
    new_chat_completion_request,
    providers,
    with_max_tokens,
    with_response_json_schema,
    with_temperature,
)

from .llama import MODELS, NEEDS_LLAMA, llama
from .questions import Person
from .wires import NEEDS_AIMOCK, WIRES, Wire

ADA = Person("Ada", 36, ["math", "é"])
WHOLE = [way for way in WAYS.values() if not way.streams]
STREAMED = [way for way in WAYS.values() if way.streams]


@frozen
class Member:
    """What the real model is asked for: small, so that noise comes to an end."""

    age: int
    member: bool


def _asked(model: str, text: str, target: Any) -> ChatCompletionRequest[Any]:
    return new_chat_completion_request(
        model,
        [UserMessage(text)],
        with_response_json_schema(target),
        with_max_tokens(300),
    )


def _client(way: Way, wire: str) -> Mapping[str, Any]:
    """A client of the real model, by a way in which its server takes a schema.

    On Responses it passes over `text.format`; a tool it calls.
    """
    if wire != "openai-responses":
        return llama(way, wire).client
    provider = evolve(providers.get(wire), quirks={"response_formats": ["text"]})
    return llama(way, wire, provider=provider).client


def _parsed(way: Way, client: Mapping[str, Any], *args: Any, **options: Any) -> ParsedResponse[Any]:
    with way.colour(**client) as door:
        return door.parse(*args, **options)


def _partials(way: Way, client: Mapping[str, Any], request: Any) -> list[Partial[Any]]:
    """What comes, after a look that the stream is as ever when it has come."""
    with way.colour(**client) as door, door.stream(request) as stream:
        found = [*stream.partial()]
        assert stream.response().parse() == found[-1].value
    return found


def _check_growth(found: list[Partial[Any]]) -> None:
    """Fields come one by one and stay; the last one is whole."""
    assert [partial.is_complete for partial in found] == [False] * (len(found) - 1) + [True]
    seen = 0
    for partial in found:
        assert isinstance(partial.data, dict)
        assert len(partial.data) >= seen
        seen = len(partial.data)
    assert found[0].value is None or len(found) <= 2


@NEEDS_LLAMA
@pytest.mark.parametrize("way", WHOLE, ids=lambda way: way.name)
@pytest.mark.parametrize("wire", MODELS)
def test_a_real_model_gives_a_value(wire: str, way: Way) -> None:
    """A grammar, or a tool that it must call, holds noise to the form."""
    request = _asked(MODELS[wire][0], "Who?", Member).with_options(with_temperature(0))
    parsed = _parsed(way, _client(way, wire), request, retries=1)
    assert isinstance(parsed.value, Member)
    assert parsed.usage.completion_tokens >= parsed.response.usage.completion_tokens > 0


@NEEDS_LLAMA
@pytest.mark.parametrize("way", STREAMED, ids=lambda way: way.name)
@pytest.mark.parametrize("wire", MODELS)
def test_a_real_models_value_grows(wire: str, way: Way) -> None:
    """The same as it comes."""
    request = _asked(MODELS[wire][0], "Who?", Member).with_options(with_temperature(0))
    found = _partials(way, _client(way, wire), request)
    _check_growth(found)
    assert isinstance(found[-1].value, Member)


@NEEDS_AIMOCK
@pytest.mark.parametrize("way", WHOLE, ids=lambda way: way.name)
@pytest.mark.parametrize("wire", WIRES.values(), ids=str)
def test_each_wire_gives_a_value(wire: Wire, way: Way) -> None:
    """One try is enough; a target that is given beside it counts."""
    client = wire.ask(way).client
    request = _asked(wire.model, "SCENARIO=json-schema;", Person)
    parsed = _parsed(way, client, request)
    assert parsed.value == ADA
    assert len(parsed.tries) == 1
    bare: ChatCompletionRequest[Any] = ChatCompletionRequest(wire.model, request.messages)
    assert _parsed(way, client, bare, Person).value == ADA


@NEEDS_AIMOCK
@pytest.mark.parametrize("way", STREAMED, ids=lambda way: way.name)
@pytest.mark.parametrize("wire", [wire for wire in WIRES.values() if wire.streams], ids=str)
def test_each_wires_value_grows(wire: Wire, way: Way) -> None:
    """The same as it comes."""
    found = _partials(
        way, wire.ask(way).client, _asked(wire.model, "SCENARIO=json-schema;", Person)
    )
    _check_growth(found)
    assert found[-1].value == ADA
    names = [partial.name for partial in found if partial.name is not None]
    assert all("Ada".startswith(str(name)) for name in names)


@NEEDS_AIMOCK
@pytest.mark.parametrize("way", WHOLE, ids=lambda way: way.name)
@pytest.mark.parametrize("wire", WIRES.values(), ids=str)
def test_each_wire_is_asked_again(wire: Wire, way: Way) -> None:
    """An answer that is cut in its middle goes back with a word on it.

    The script has no answer to that: its error holds the one that there was.
    """
    request = _asked(wire.model, "SCENARIO=json-invalid;", Person)
    client = wire.ask(way).client
    with pytest.raises(ResponseParseError) as first:
        _parsed(way, client, request)
    assert first.value.reason == "json"
    with pytest.raises(APIError, match="no fixture") as second:
        _parsed(way, client, request, retries=1)
    assert [answer.content for answer in second.value.tries] == [first.value.text]

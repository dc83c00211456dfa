"""A value while it is streamed: `stream.partial`, in both colours."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import field, frozen
from colours import Colour, both

from llmkit import (
    ChatCompletionRequest,
    Partial,
    ResponseParseError,
    StreamInterruptedError,
    Tool,
    UserMessage,
    with_response_json_schema,
    with_tools,
)
from llmkit._json import dumps
from llmkit._models.json_view import View
from llmkit.testing import ScriptedTransport, StreamReply, chat_stream


@frozen
class Weather:
    """What is asked for."""

    city: str
    high: float
    days: list[int] = field(factory=list)


ASKED: ChatCompletionRequest[Any] = ChatCompletionRequest("openai/gpt-4o", [UserMessage("?")])
GOOD = '{"city": "Paris", "high": 21.5, "days": [1, 2]}'
PARIS = Weather("Paris", 21.5, [1, 2])
MISFIT = '{"city": "Paris", "days": [1, "x"]}'


def scripted(colour: Colour, *script: Any) -> tuple[Any, ScriptedTransport]:
    """A client whose provider answers so."""
    transport = ScriptedTransport(*script)
    return colour("openai/gpt-4o", api_key="k", transport=transport), transport


def streamed(text: str, size: int = 4, **more: Any) -> StreamReply:
    """*text* as a stream."""
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return chat_stream(*pieces, **more)


def seen(growing: Iterator[Partial[Any]]) -> None:
    """Take what there is: values that grow, none of which is the last."""
    for partial in growing:
        assert not partial.is_complete
        assert (partial.city or "") in ("", *("Paris"[:end] for end in range(6)))


@both
def test_it_grows(colour: Colour) -> None:
    """Each says more than the one before; texts as far as they have come, numbers when whole."""
    text = '{"city": "Paris", "high": 21.5, "days": [1, 2]}'
    door, _ = scripted(colour, streamed(text, 3))
    with door, door.stream(ASKED) as stream:
        found = [*stream.partial(Weather)]
    assert [partial.data for partial in found] == [
        {},
        {"city": "Pa"},
        {"city": "Paris"},
        {"city": "Paris", "high": 21.5},
        {"city": "Paris", "high": 21.5, "days": []},
        {"city": "Paris", "high": 21.5, "days": [1]},
        {"city": "Paris", "high": 21.5, "days": [1, 2]},
        {"city": "Paris", "high": 21.5, "days": [1, 2]},
    ]
    assert [partial.is_complete for partial in found] == [False] * 7 + [True]
    assert [partial.value for partial in found] == [
        *[None] * 3, *[Weather("Paris", 21.5)] * 2, Weather("Paris", 21.5, [1]), PARIS, PARIS,
    ]  # fmt: skip
    assert [partial.city for partial in found[:3]] == [None, "Pa", "Paris"]
    assert [partial["high"] for partial in found[2:4]] == [None, 21.5]
    assert found[0].nothing is found[0]["nothing"] is found[0][0] is None


@both
def test_the_stream_goes_on_as_ever(colour: Colour) -> None:
    """After the last one the whole answer is there; what was read before counts, too."""
    asked = ASKED.with_options(with_response_json_schema(Weather))
    door, transport = scripted(colour, streamed(GOOD), streamed(GOOD), streamed(GOOD))
    with door:
        with door.stream(asked) as stream:
            for partial in stream.partial():
                assert isinstance(partial, Partial)
            assert stream.response().parse() == partial.value == PARIS
        with door.stream(asked) as stream:
            for _ in range(5):
                next(stream)
            first = next(stream.partial())
            assert first.city == "Paris"
            assert [*stream.partial()][-1].value == PARIS
        with door.stream(asked) as stream:
            for _ in stream.partial():
                break
        assert transport.open_streams == 0
        with pytest.raises(StreamInterruptedError):
            stream.response()


@both
@pytest.mark.parametrize(
    "text",
    [f"```json\n{GOOD}\n```", f"<think>{{}}</think>\n{GOOD}", f"Here [it] is: {GOOD} Well?"],
    ids=["fence", "thinking", "prose"],
)
def test_what_stands_around_it(colour: Colour, text: str) -> None:
    """What `parse()` passes over is passed over."""
    door, _ = scripted(colour, streamed(text, 2))
    with door, door.stream(ASKED) as stream:
        found = [*stream.partial(Weather)]
    assert found[-1].value == PARIS
    assert found[-2].data == found[-1].data
    assert next(partial.city for partial in found if partial.city) in ("P", "Pa")


@both
def test_what_can_no_longer_be_json(colour: Colour) -> None:
    """It is an error as soon as it is sure, with the text so far; the stream can be read on."""
    door, _ = scripted(colour, streamed('{"city": "Paris", high: 3, "a": 1}'))
    with door, door.stream(ASKED) as stream:
        growing = stream.partial(Weather)
        with pytest.raises(ResponseParseError) as caught:
            seen(growing)
        error = caught.value
        assert (error.reason, error.provider) == ("json", "openai")
        assert error.text == '{"city": "Paris", hi'
        assert error.response is not None
        assert stream.response().content == '{"city": "Paris", high: 3, "a": 1}'


ENDS: dict[str, tuple[Any, str]] = {
    "misfit": (streamed(MISFIT), "type"),
    "cut off": (streamed(GOOD[:30], finish_reason="length"), "length"),
    "not whole": (streamed(GOOD[:30]), "json"),
    "filtered": (streamed(GOOD, finish_reason="content_filter"), "content_filter"),
    "no JSON": (streamed("I do not know."), "json"),
    "nothing": (chat_stream(), "empty"),
    "more than one": (streamed('{"a": 1} or {"a": 2}'), "json"),
}


@both
@pytest.mark.parametrize(("reply", "reason"), ENDS.values(), ids=ENDS)
def test_what_comes_to_nothing(colour: Colour, reply: Any, reason: str) -> None:
    """At the end it is what `parse()` says of the whole answer."""
    door, _ = scripted(colour, reply)
    with door, door.stream(ASKED) as stream:
        with pytest.raises(ResponseParseError) as caught:
            seen(stream.partial(Weather))
        assert caught.value.reason == reason
        assert caught.value.usage == stream.response().usage


@both
@pytest.mark.parametrize("raise_errors", [True, False])
def test_a_stream_that_breaks(colour: Colour, raise_errors: bool) -> None:
    """Its error is raised, with what had arrived: a value has no place for it."""
    piece = {"choices": [{"index": 0, "delta": {"content": '{"city": "Pa'}}]}
    door, _ = scripted(colour, StreamReply([b"data: " + dumps(piece) + b"\n\n"]))
    with door, pytest.raises(StreamInterruptedError) as caught:
        seen(door.stream(ASKED, raise_errors=raise_errors).partial(Weather))
    assert caught.value.partial is not None
    assert caught.value.partial.content == '{"city": "Pa'


@both
def test_beside_tools(colour: Colour) -> None:
    """Calls of tools say nothing of the value."""
    asked = ASKED.with_options(with_tools([Tool("look", "Looks.")]))
    calls = [{"name": "look", "arguments": {"city": "Rome"}}]
    door, _ = scripted(colour, streamed(GOOD, tool_calls=calls))
    with door, door.stream(asked) as stream:
        last = [*stream.partial(Weather)][-1]
    assert (last.value, last.city) == (PARIS, "Paris")


@both
def test_ten_thousand_pieces(colour: Colour) -> None:
    """Every piece tells; none is looked at again, and the last is the value."""
    words = [f"{number} " for number in range(10_000)]
    text = "".join(words)
    door, _ = scripted(colour, chat_stream('{"text": "', *words, '"}'))
    with door, door.stream(ASKED) as stream:
        found = [*stream.partial(dict[str, str])]
    assert len(found) == 10_002
    assert found[0]["text"] == ""
    assert found[5_000].data == {"text": "".join(words[:5_000])}
    assert found[-1].value == {"text": text}


def partial_of(data: object, *, is_complete: bool = False) -> Partial[object]:
    """A partial value of *data*."""
    return Partial(View(whole=data, begun=True), lambda value: value, is_complete=is_complete)


def test_a_partial_is_a_value() -> None:
    """It is compared by its data, is copied, shows itself, and takes no other."""
    partial = partial_of({"a": 1})
    assert partial == partial_of({"a": 1})
    assert partial != partial_of({"a": 1}, is_complete=True)
    assert partial != {"a": 1}
    assert repr(partial) == "Partial({'a': 1})"
    assert repr(partial_of([], is_complete=True)) == "Partial([], is_complete=True)"
    assert copy.copy(partial) == partial
    with pytest.raises(AttributeError):
        partial.is_complete = True  # type: ignore[misc]
    with pytest.raises(AttributeError):
        _ = partial._private
    assert partial_of([1, [2]])[1] == [2]

"""Streamed answers: whole, byte by byte, seven bytes at a time, and cut at every offset."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import frozen

from llmkit import (
    APIError,
    AuthenticationError,
    ChatCompletionResponse,
    CompletionChunk,
    DecodeError,
    FinishReason,
    ImagePart,
    LLMKitError,
    OverloadedError,
    RateLimitError,
    ReasoningPart,
    ServerError,
    StreamInterruptedError,
    TextPart,
    ToolCall,
)
from llmkit._http import Headers, HttpResponse
from llmkit._models.accumulate import fold
from llmkit.adapters.bedrock_converse import BedrockConverse

from ..frames import event, exception, frame

WIRE = BedrockConverse(provider="bedrock")
USAGE = {"inputTokens": 8, "outputTokens": 10, "totalTokens": 18}
START = event("messageStart", {"role": "assistant", "p": "abc"})
END = event("metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}})


def delta(index: int, **piece: object) -> bytes:
    """A piece of a block."""
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": piece, "p": "ab"})


def begun(index: int, **start: object) -> bytes:
    """The start of a block."""
    return event("contentBlockStart", {"contentBlockIndex": index, "start": start})


def ended(index: int) -> bytes:
    """The end of a block."""
    return event("contentBlockStop", {"contentBlockIndex": index})


def stopped(reason: str = "end_turn") -> bytes:
    """The end of the message."""
    return event("messageStop", {"stopReason": reason})


@frozen
class Read:
    """What came of a stream."""

    chunks: list[CompletionChunk]
    error: LLMKitError | None

    @property
    def answer(self) -> ChatCompletionResponse[object]:
        """The chunks, folded."""
        return fold(self.chunks, provider="bedrock")

    @property
    def parts(self) -> tuple[object, ...]:
        """The parts of the answer."""
        return self.answer.choices[0].message.parts


def read(data: bytes, size: int | None = None) -> Read:
    """What a decoder makes of *data*, in pieces of *size*."""
    decoder = WIRE.decoder()
    chunks: list[CompletionChunk] = []
    step = size or max(len(data), 1)
    for start in range(0, len(data), step):
        chunks += decoder.feed(data[start : start + step])
    try:
        chunks += decoder.close()
    except LLMKitError as error:
        return Read(chunks, error)
    assert decoder.done
    assert decoder.finished
    return Read(chunks, None)


def whole(*events: bytes) -> Read:
    """What a decoder makes of *events*: the same, however their bytes are cut."""
    data = b"".join(events)
    found = read(data)
    for size in (1, 7):
        cut = read(data, size)
        assert cut.chunks == found.chunks
        assert type(cut.error) is type(found.error)
    return found


THINKING = (
    START,
    delta(0, reasoningContent={"text": "h"}),
    delta(0, reasoningContent={"text": "m"}),
    delta(0, reasoningContent={"signature": "sig"}),
    ended(0),
    delta(1, reasoningContent={"redactedContent": "UkVE"}),
    ended(1),
    delta(2, text="Let me "),
    delta(2, text="look."),
    ended(2),
    begun(3, toolUse={"toolUseId": "t1", "name": "f"}),
    delta(3, toolUse={"input": ""}),
    delta(3, toolUse={"input": '{"a"'}),
    delta(3, toolUse={"input": ":1}"}),
    ended(3),
    begun(4, toolUse={"toolUseId": "t2", "name": "g"}),
    ended(4),
    stopped("tool_use"),
    END,
)


def test_a_stream_says_what_a_whole_answer_says() -> None:
    """Thinking with its seal, text and calls are the same parts in both ways."""
    found = whole(*THINKING)
    assert found.error is None
    assert found.parts == (
        ReasoningPart("hm", signature="sig", provider="bedrock"),
        ReasoningPart(encrypted="UkVE", provider="bedrock"),
        TextPart("Let me look."),
        ToolCall("t1", "f", '{"a":1}'),
        ToolCall("t2", "g", ""),
    )
    content = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": "UkVE"}},
        {"text": "Let me look."},
        {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}},
        {"toolUse": {"toolUseId": "t2", "name": "g", "input": {}}},
    ]
    message = {"role": "assistant", "content": content}
    body = {"output": {"message": message}, "stopReason": "tool_use", "usage": USAGE}
    answer = WIRE.parse(HttpResponse(200, Headers(), json.dumps(body).encode()))
    assert found.parts[:4] == answer.choices[0].message.parts[:4]
    assert [call.arguments for call in found.answer.tool_calls] == [
        call.arguments for call in answer.tool_calls
    ]
    assert found.answer.usage == answer.usage
    assert found.answer.choices[0].finish_reason is answer.choices[0].finish_reason


def test_words_go_out_as_they_come() -> None:
    """Text and thinking are characters of their chunk; the reason and the counts are on the
    last one, which comes with the metadata after the message's end."""
    found = whole(*THINKING)
    assert [
        one.delta_message().reasoning for one in found.chunks if one.delta_message().reasoning
    ] == [
        *("h", "m"),
    ]
    assert [one.delta_message().content for one in found.chunks if one.delta_message().content] == [
        *("Let me ", "look."),
    ]
    pieces = [call for one in found.chunks for call in one.delta_message().tool_calls]
    assert [(call.index, call.id, call.name, call.arguments_json) for call in pieces] == [
        (0, "t1", "f", ""),
        (0, None, None, '{"a"'),
        (0, None, None, ":1}"),
        (1, "t2", "g", ""),
    ]
    *before, last = found.chunks
    assert last.is_last_chunk
    assert last.usage is not None
    assert last.usage.prompt_tokens == 8
    assert last.choices[0].finish_reason is FinishReason.TOOL_CALLS
    assert last.choices[0].raw_finish_reason == "tool_use"
    assert not any(one.is_last_chunk or one.usage for one in before)


def test_nothing_is_read_after_the_end() -> None:
    """The metadata is the end mark: what comes after it is nobody's."""
    decoder = WIRE.decoder()
    decoder.feed(b"".join((START, delta(0, text="a"), stopped())))
    assert (decoder.finished, decoder.done) == (True, False)
    assert len(decoder.feed(END + delta(0, text="b"))) == 1
    assert (decoder.finished, decoder.done) == (True, True)
    assert decoder.feed(delta(0, text="c") + b"garbage that is no frame") == []
    assert decoder.close() == []


def test_an_end_without_metadata_is_an_end() -> None:
    """The reason was there, so the answer is whole; its counts are not known."""
    found = whole(START, delta(0, text="a"), stopped())
    assert found.error is None
    assert found.answer.content == "a"
    assert not found.answer.usage.reported


def test_a_cut_stream_is_never_a_short_answer() -> None:
    """Cut at every offset, it is an error until the reason is there."""
    data = b"".join(THINKING)
    reason_at = len(data) - len(END)
    expected = read(data)
    for end in range(len(data)):
        cut = read(data[:end])
        if end < reason_at:
            assert isinstance(cut.error, StreamInterruptedError)
            assert not any(chunk.is_last_chunk for chunk in cut.chunks)
        else:
            assert cut.error is None
            assert cut.parts == expected.parts


def test_a_broken_frame_ends_a_stream() -> None:
    """A CRC that is wrong is a DecodeError, after what came before it."""
    bad = bytearray(delta(0, text="b"))
    bad[-20] ^= 1
    found = whole(START, delta(0, text="a"), bytes(bad), stopped(), END)
    assert isinstance(found.error, DecodeError)
    assert found.answer.content == "a"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("internalServerException", ServerError),
        ("modelStreamErrorException", ServerError),
        ("validationException", APIError),
        ("throttlingException", RateLimitError),
        ("serviceUnavailableException", OverloadedError),
        ("expiredTokenException", AuthenticationError),
        ("brandNewException", ServerError),
    ],
)
def test_an_exception_frame_is_its_error(name: str, kind: type[APIError]) -> None:
    """An exception in the middle is typed by its name, which is the one of the other errors."""
    found = whole(START, delta(0, text="a"), exception(name, {"message": "no"}), stopped(), END)
    assert isinstance(found.error, kind)
    assert isinstance(found.error, APIError)
    assert (found.error.status, found.error.message) == (200, "no")
    assert found.error.code == name[0].upper() + name[1:]
    assert found.answer.content == "a"
    assert not any(chunk.is_last_chunk for chunk in found.chunks)


def test_an_error_of_the_framing() -> None:
    """A frame of type `error` says all in its headers."""
    headers = {":message-type": "error", ":error-code": "E1", ":error-message": "gone"}
    found = whole(START, frame(headers, b""))
    assert isinstance(found.error, ServerError)
    assert (found.error.code, found.error.message) == ("E1", "gone")


def test_an_exception_without_words() -> None:
    """What no body tells, the name does."""
    found = whole(START, frame({":message-type": "exception"}, b""))
    assert isinstance(found.error, ServerError)


def test_unknown_events_are_passed_over() -> None:
    """Events, deltas and starts that are not known yet are no reason to fail."""
    found = whole(
        START,
        event("brandNew", {"a": 1}),
        begun(0, brandNew={}),
        delta(0, brandNew={}),
        delta(0, text="a"),
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": None}),
        stopped(),
        END,
    )
    assert found.error is None
    assert found.parts == (TextPart("a"),)


def test_an_event_that_is_no_object() -> None:
    """An event whose payload is not of the wire's form is a DecodeError."""
    for payload in (b"nonsense", b"[]", b""):
        headers = {":event-type": "messageStop", ":message-type": "event"}
        assert isinstance(whole(START, frame(headers, payload)).error, DecodeError)


CITED = {"title": "facts", "sourceContent": [{"text": "Ruby"}], "location": {}}


def cited(found: Read) -> list[tuple[str, int]]:
    """Each text of an answer, and how many citations it has."""
    return [(part.text, len(part.citations)) for part in found.parts if isinstance(part, TextPart)]


def test_citations_before_their_words() -> None:
    """What a block cites comes first: the words that follow are its part's."""
    found = whole(
        START,
        delta(0, text="So: "),
        ended(0),
        delta(1, citation=CITED),
        delta(1, text="Ruby "),
        delta(1, text="was"),
        ended(1),
        delta(2, text="."),
        stopped(),
        END,
    )
    assert cited(found) == [("So: ", 0), ("Ruby was", 1), (".", 0)]
    assert found.answer.content == "So: Ruby was."
    assert "".join(one.delta_message().content or "" for one in found.chunks) == "So: Ruby was."


def test_citations_after_their_words() -> None:
    """Words that went out as plain characters get what they cite afterwards."""
    found = whole(
        START,
        delta(0, text="Ruby"),
        delta(0, citation=CITED),
        delta(0, citation=CITED),
        delta(0, text=" was"),
        ended(0),
        delta(1, text="made"),
        delta(1, citation=CITED),
        stopped(),
        END,
    )
    assert found.answer.content == "Ruby wasmade"
    assert cited(found)[0] == ("Ruby", 2)
    assert cited(found)[-1] == ("made", 1)


def test_an_image_in_pieces() -> None:
    """An image is whole at its block's end."""
    encoded = base64.b64encode(b"\x89PNG\r\n\x1a\n0").decode()
    found = whole(
        START,
        begun(0, image={"format": "png"}),
        delta(0, image={"source": {"bytes": encoded[:6]}}),
        delta(0, image={"source": {"bytes": encoded[6:]}}),
        ended(0),
        stopped(),
        END,
    )
    assert found.parts == (ImagePart(data=b"\x89PNG\r\n\x1a\n0", media_type="image/png"),)


def test_amazons_own_tools_are_nobodys_calls() -> None:
    """Blocks of tools that the server runs add nothing; those of the caller are counted alone."""
    found = whole(
        START,
        begun(0, toolUse={"toolUseId": "s", "name": "search", "type": "server_tool_use"}),
        delta(0, toolUse={"input": "{}"}),
        ended(0),
        begun(1, toolResult={"toolUseId": "s"}),
        delta(1, toolResult=[{"text": "found"}]),
        ended(1),
        begun(2, toolUse={"toolUseId": "t", "name": "f"}),
        delta(2, toolUse={"input": "{}"}),
        stopped("end_turn"),
        END,
    )
    assert found.parts == (ToolCall("t", "f", "{}"),)
    assert found.answer.choices[0].finish_reason is FinishReason.TOOL_CALLS


def test_a_call_without_a_start() -> None:
    """Arguments whose call was not told begin one, with an id of ours."""
    found = read(START + delta(0, toolUse={"input": "{}"}) + stopped("tool_use"))
    (call,) = found.answer.tool_calls
    assert call.id
    assert call.arguments_json == "{}"


def torn(index: int, kind: str, text: str) -> bytes:
    """A piece whose text is cut in the middle of a character, as in JavaScript."""
    pieces: dict[str, object] = {
        "text": {"text": text},
        "reasoning": {"reasoningContent": {"text": text}},
        "arguments": {"toolUse": {"input": text}},
    }
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": pieces[kind]})


def test_characters_that_were_cut_in_two() -> None:
    """Halves of a character find each other over two pieces; one alone is replaced."""
    found = whole(
        START,
        torn(0, "reasoning", "a\ud83d"),
        torn(0, "reasoning", "\ude42b\ud83d"),
        ended(0),
        torn(1, "text", "\ud83d"),
        torn(1, "text", "\ude42"),
        torn(1, "text", "x\ude42y\ud83d"),
        ended(1),
        begun(2, toolUse={"toolUseId": "t", "name": "f"}),
        torn(2, "arguments", '{"a":"\ud83d'),
        torn(2, "arguments", '\ude42"}\ud83d'),
        ended(2),
        torn(3, "text", "z\ud83d"),
        stopped("tool_use"),
        END,
    )
    message = found.answer.choices[0].message
    assert message.reasoning == "a🙂b\ufffd"
    assert message.content == "🙂x\ufffdy\ufffdz\ufffd"
    assert message.tool_calls[0].arguments_json == '{"a":"🙂"}\ufffd'


def test_a_whole_answer_where_a_stream_was_asked_for() -> None:
    """Some servers answer at once: the answer is the one chunk."""
    message = {"role": "assistant", "content": [{"text": "a"}]}
    body = {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE}
    found = whole(b"\r\n " + json.dumps(body).encode())
    assert found.answer.content == "a"
    assert found.answer.usage.total_tokens == 18
    assert len(found.chunks) == 1


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"message": "no"}'])
def test_a_body_that_is_neither(body: bytes) -> None:
    """A body that is no stream and no answer is an error."""
    assert isinstance(whole(body).error, APIError | DecodeError)


def test_no_body_at_all() -> None:
    """An empty body is a stream that was cut."""
    assert isinstance(read(b"").error, StreamInterruptedError)


ODD: Sequence[Any] = (None, True, -1, 10**30, 1.5, "odd", "", [], {}, [None], {"odd": [1]})


@pytest.mark.parametrize("seed", range(20))
def test_odd_values_are_an_answer_or_a_typed_error(seed: int) -> None:
    """Whatever stands in a value's place, no exception but llmkit's own gets out."""
    chance = random.Random(seed)
    events: list[tuple[str, dict[str, Any]]] = [
        (
            "contentBlockStart",
            {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}},
        ),
        ("contentBlockStart", {"contentBlockIndex": 1, "start": {"image": {"format": "png"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{}"}}}),
        (
            "contentBlockDelta",
            {"contentBlockIndex": 1, "delta": {"image": {"source": {"bytes": "AA=="}}}},
        ),
        ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"text": "a"}}),
        ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"citation": dict(CITED)}}),
        (
            "contentBlockDelta",
            {"contentBlockIndex": 3, "delta": {"reasoningContent": {"text": "a"}}},
        ),
        ("contentBlockStop", {"contentBlockIndex": 1}),
        ("messageStop", {"stopReason": "end_turn"}),
        ("metadata", {"usage": dict(USAGE), "trace": {"promptRouter": {"invokedModelId": "m"}}}),
    ]
    for _ in range(3):
        inside = chance.choice(events)[1]
        while True:
            key = chance.choice(list(inside))
            below = inside[key]
            if not isinstance(below, dict) or not below or chance.random() < 0.3:
                break
            inside = below
        inside[key] = chance.choice(ODD)
    found = read(b"".join(event(kind, data) for kind, data in events))
    assert isinstance(found.error, APIError | DecodeError | StreamInterruptedError | None)
    for choice in found.answer.choices:
        assert json.dumps(choice.message.to_dict(), ensure_ascii=False).encode()

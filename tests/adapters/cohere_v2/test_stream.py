"""Streams of Cohere's grammar, however their bytes are cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmkit import (
    DecodeError,
    FinishReason,
    ReasoningPart,
    ServerError,
    StreamInterruptedError,
    TextPart,
    ToolCall,
    Usage,
)

from .wire import (
    END,
    START,
    USAGE,
    call,
    calling,
    decoded,
    end,
    event,
    in_pieces,
    message,
    parsed,
    sse,
    text,
    thinking,
)

PLAN = [event("tool-plan-delta", tool_plan=piece) for piece in ("I ", "look.")]
SOURCE = {"type": "document", "id": "doc:0", "document": {"title": "facts"}}
CITED = {
    "start": 0,
    "end": 5,
    "text": "Paris",
    "sources": [SOURCE],
    "content_index": 1,
    "type": "TEXT_CONTENT",
}

STREAMS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "text": (
        [START, *text(0, "Pa", "ris — é🦙."), END],
        message({"type": "text", "text": "Paris — é🦙."}),
    ),
    "thinking, then text that cites": (
        [
            START,
            *thinking(0, "H", "m."),
            *text(1, "Paris", "."),
            event("citation-start", 0, citations=CITED),
            {"type": "citation-end", "index": 0},
            END,
        ],
        message(
            {"type": "thinking", "thinking": "Hm."},
            {"type": "text", "text": "Paris."},
            citations=[CITED],
        ),
    ),
    "a plan and calls": (
        [
            START,
            *PLAN,
            *calling(0, "f", '{"a"', ":1}"),
            *calling(1, "g", call_id="c2"),
            end("TOOL_CALL"),
        ],
        message(
            finish="TOOL_CALL",
            tool_plan="I look.",
            tool_calls=[call("f", '{"a":1}'), call("g", "", "c2")],
        ),
    ),
    "cut at the limit": (
        [START, *text(0, "Par"), end("MAX_TOKENS")],
        message({"type": "text", "text": "Par"}, finish="MAX_TOKENS"),
    ),
    "nothing": ([START, END], message()),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_says_what_the_whole_answer_says(name: str) -> None:
    """All of it, in the same parts, with the end mark and without."""
    events, body = STREAMS[name]
    whole = parsed(body)
    for data in (sse(*events), sse(*events) + b"data: [DONE]\n\n"):
        came = decoded([data])
        assert came.error is None
        assert came.finished
        assert came.answer.choices == whole.choices
        assert came.answer.usage == whole.usage
        assert came.answer.id == whole.id
        assert [chunk.is_last_chunk for chunk in came.chunks].index(True) == len(came.chunks) - 1


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("name", STREAMS)
def test_the_same_chunks_however_it_is_cut(name: str, size: int) -> None:
    """In pieces of any size."""
    data = sse(*STREAMS[name][0])
    assert decoded(in_pieces(data, size)).chunks == decoded([data]).chunks


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_cut_off_is_no_answer(name: str) -> None:
    """At whichever byte before its last event is whole."""
    data = sse(*STREAMS[name][0])
    for offset in range(len(data) - 2):
        came = decoded([data[:offset]])
        assert isinstance(came.error, StreamInterruptedError), offset
        assert not came.finished
        assert not any(chunk.is_last_chunk for chunk in came.chunks)


def test_text_goes_out_as_it_comes() -> None:
    """A chunk for each piece, with plain characters; the rest on the last chunk."""
    came = decoded([sse(START, *thinking(0, "H", "m."), *text(1, "Pa", "ris."), END)])
    deltas = [chunk.delta_message() for chunk in came.chunks]
    assert [delta.reasoning for delta in deltas] == ["H", "m.", None, None, None]
    assert [delta.content for delta in deltas] == [None, None, "Pa", "ris.", None]
    assert all(not delta.blocks for delta in deltas)
    last = came.chunks[-1]
    assert last.usage == Usage(90, 12, 102, 8, raw=USAGE)
    assert last.choices[0].finish_reason is FinishReason.STOP
    assert all(chunk.id == "abc" for chunk in came.chunks)


def test_a_call_begins_with_its_id_and_name() -> None:
    """Once; its pieces have the index, which runs from 0 whatever the wire's own is."""
    events = [START, *calling(3, "f", "{", "}"), *calling(7, "g", "{}", call_id="c2"), END]
    pieces = [
        (piece.index, piece.id, piece.name, piece.arguments_json)
        for chunk in decoded([sse(*events)]).chunks
        for piece in chunk.delta_message().tool_calls
    ]
    assert pieces == [
        (0, "c1", "f", ""),
        (0, None, None, "{"),
        (0, None, None, "}"),
        (1, "c2", "g", ""),
        (1, None, None, "{}"),
    ]


def test_calls_in_a_list_and_without_ids_are_read() -> None:
    """As some servers that speak this form send them."""
    given = [{"type": "function", "function": {"name": "f", "arguments": "{}"}}]
    data = sse(START, event("tool-call-start", 0, tool_calls=given), END)
    (made,) = decoded([data]).answer.tool_calls
    assert (made.name, made.arguments) == ("f", {})
    assert made.id
    assert decoded([data]).answer.tool_calls == (made,)


def test_a_plan_alone_is_kept() -> None:
    """Where no call follows it; and what it cites, whenever that comes."""
    of_plan: dict[str, Any] = {"start": 0, "end": 1, "sources": [], "type": "PLAN"}
    cite = event("citation-start", 0, citations=of_plan)
    (part,) = decoded([sse(START, *PLAN, cite, END)]).answer.choices[0].message.parts
    assert part == ReasoningPart(
        provider="cohere", raw={"tool_plan": "I look.", "citations": [of_plan]}
    )
    later = decoded([sse(START, *PLAN, *calling(0, "f"), cite, END)])
    assert later.answer.choices[0].message.parts == (part, ToolCall("c1", "f", ""))


def test_what_is_cited_stands_at_its_text() -> None:
    """With places in the whole answer's text, several blocks of it included."""
    second = {**CITED, "content_index": 2}
    cite = event("citation-start", 0, citations=second)
    events = [START, *thinking(0, "Hm."), *text(1, "It is "), *text(2, "Paris."), cite, END]
    _, part = decoded([sse(*events)]).answer.choices[0].message.parts
    assert isinstance(part, TextPart)
    assert part.text == "It is Paris."
    assert (part.citations[0].start, part.citations[0].end) == (6, 11)


def test_likelihoods_come_with_their_text() -> None:
    """A piece's own, on its chunk."""
    delta = event("content-delta", 0, content={"text": "Paris"})
    delta["logprobs"] = {"text": "Paris", "token_ids": [1], "logprobs": [-0.5]}
    logprobs = decoded([sse(START, delta, END)]).answer.choices[0].logprobs
    assert logprobs is not None
    assert [(token.token, token.logprob) for token in logprobs.content] == [("Paris", -0.5)]


def test_half_characters_find_each_other() -> None:
    """Of servers that cut by UTF-16 units; a half without the other is U+FFFD."""
    events = [START, *text(0, "\ud83d", "\ude42", "!", "\ud83d"), END]
    came = decoded([sse(*events)])
    assert [chunk.delta_message().content for chunk in came.chunks] == ["🙂", "!", "\ufffd"]
    call_events = [START, *calling(0, "f", '{"a":"\ud83d', '\ude42"}'), END]
    assert decoded([sse(*call_events)]).answer.tool_calls[0].arguments == {"a": "🙂"}


def test_an_error_in_the_last_event_is_raised() -> None:
    """With what had come before it."""
    came = decoded([sse(START, *text(0, "Par"), end("ERROR", error="it broke", usage={}))])
    assert isinstance(came.error, ServerError)
    assert (came.error.message, came.error.status) == ("it broke", 200)
    assert came.answer.content == "Par"
    assert not came.finished


def test_an_end_without_a_word_for_the_error() -> None:
    """Is an answer that ended so."""
    came = decoded([sse(START, *text(0, "Par"), end("TIMEOUT"))])
    assert came.error is None
    assert came.answer.choices[0].finish_reason is FinishReason.ERROR
    assert came.answer.choices[0].raw_finish_reason == "TIMEOUT"


def test_an_error_in_place_of_an_event() -> None:
    """Is raised as soon as it comes."""
    data = sse(START) + b'event: error\ndata: {"message": "it broke"}\n\n'
    came = decoded([data, sse(END)])
    assert isinstance(came.error, ServerError)
    assert came.chunks == []


def test_unknown_events_are_passed_over() -> None:
    """Whatever they hold."""
    odd: list[dict[str, Any]] = [
        {"type": "debug", "prompt": "…"},
        {"type": "new-thing", "delta": {"message": {"content": "x"}}},
        {"type": "content-delta"},
        {"type": "content-delta", "delta": {"message": {"content": []}}},
        {"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {}}}},
        {"type": "tool-call-start", "delta": {"message": {"tool_calls": []}}},
        {"type": "citation-start", "delta": {"message": {"citations": None}}},
    ]
    assert decoded([sse(START, *odd, *text(0, "Hi"), END)]).answer.content == "Hi"


def test_what_is_no_json_is_told() -> None:
    """In the middle of a stream, and at its beginning."""
    assert isinstance(decoded([b"data: {no\n\ndata: x\n\n"]).error, DecodeError)
    assert isinstance(decoded([b"{malformed"]).error, DecodeError)


def test_an_event_without_end_is_refused() -> None:
    """Before it fills the memory."""
    came = decoded([b"data: ", bytes(33 * 1024 * 1024)])
    assert isinstance(came.error, DecodeError)


def test_pieces_of_a_call_without_its_beginning_are_none() -> None:
    """There is nothing that they belong to; without an index they are the last call's."""
    lost = event("tool-call-delta", 0, tool_calls={"function": {"arguments": "{}"}})
    assert decoded([sse(START, lost, END)]).answer.tool_calls == ()
    bare = event("tool-call-delta", tool_calls={"function": {"arguments": '{"a":1}'}})
    (made,) = decoded([sse(START, *calling(0, "f"), bare, END)]).answer.tool_calls
    assert made.arguments == {"a": 1}


def test_nothing_after_the_end_is_read() -> None:
    """Not even what would be an error."""
    came = decoded([sse(START, *text(0, "Hi"), END) + b"data: [DONE]\n\ndata: {no\n\n"])
    assert (came.error, came.answer.content) == (None, "Hi")


def test_a_whole_answer_to_a_request_for_a_stream() -> None:
    """Is one chunk; an error in it is raised."""
    body = message({"type": "text", "text": "Paris."})
    came = decoded(in_pieces(b" \n" + json.dumps(body).encode(), 7))
    (chunk,) = came.chunks
    assert chunk.is_last_chunk
    assert came.answer.choices == parsed(body).choices
    assert isinstance(decoded([b'{"message": "it broke"}']).error, ServerError)

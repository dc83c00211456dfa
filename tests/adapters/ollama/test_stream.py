"""Streams of Ollama's lines, however their bytes are cut."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from llmkit import (
    DecodeError,
    FinishReason,
    ImagePart,
    OverloadedError,
    ServerError,
    StreamInterruptedError,
    Usage,
)

from .wire import AT, COUNTS, call, decoded, in_pieces, last, line, ndjson, parsed

PNG = b"\x89PNG\r\n\x1a\n"

STREAMS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "text": ([line("Pa"), line("ris — é🦙."), last()], last("Paris — é🦙.")),
    "text on the last line": ([line("Pa"), last("ris.")], last("Paris.")),
    "all on one line": ([last("Paris.")], last("Paris.")),
    "thinking, then text": (
        [line(thinking="H"), line(thinking="m."), line("Paris."), last()],
        last("Paris.", thinking="Hm."),
    ),
    "calls on several lines": (
        [
            line("Look:"),
            line(tool_calls=[call("f", {"a": 1}, id="x"), call("g", {})]),
            line(tool_calls=[call("f", {"a": 2})]),
            last(),
        ],
        last("Look:", tool_calls=[call("f", {"a": 1}, id="x"), call("g", {}), call("f", {"a": 2})]),
    ),
    "cut at the limit": ([line("Par"), last("", "length")], last("Par", "length")),
    "an end without a word": ([line("Hi"), last("", None)], last("Hi", None)),
    "an end without a message": (
        [line("Hi"), {"model": "m", "created_at": AT, "done": True, **COUNTS}],
        last("Hi", None),
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_says_what_the_whole_answer_says(name: str) -> None:
    """All of it, in the same parts, with a line end at the end and without."""
    lines, body = STREAMS[name]
    whole = parsed(body)
    for data in (ndjson(*lines), ndjson(*lines).rstrip(), ndjson(*lines).replace(b"\n", b"\r\n")):
        came = decoded([data])
        assert came.error is None
        assert came.finished
        assert came.answer.choices == whole.choices
        assert came.answer.usage == whole.usage
        assert (came.answer.model, came.answer.created) == (whole.model, whole.created)
        assert [chunk.is_last_chunk for chunk in came.chunks].index(True) == len(came.chunks) - 1


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("name", STREAMS)
def test_the_same_chunks_however_it_is_cut(name: str, size: int) -> None:
    """In pieces of any size."""
    data = ndjson(*STREAMS[name][0])
    assert decoded(in_pieces(data, size)).chunks == decoded([data]).chunks


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_cut_off_is_no_answer(name: str) -> None:
    """At whichever byte before its last line is whole."""
    data = ndjson(*STREAMS[name][0])
    first = data.index(b"\n") + 1
    for offset in range(len(data) - 1):
        came = decoded([data[:offset]])
        # Of half of its first line there is no telling what it is.
        kind = DecodeError if 0 < offset < first - 1 else StreamInterruptedError
        assert isinstance(came.error, kind), offset
        assert not came.finished
        assert not any(chunk.is_last_chunk for chunk in came.chunks)


def test_text_goes_out_as_it_comes() -> None:
    """A chunk for each line that says something; the counts and durations on the last."""
    came = decoded([ndjson(line(thinking="H"), line(), line("Pa"), line("ris."), last())])
    deltas = [chunk.delta_message() for chunk in came.chunks]
    assert [delta.reasoning for delta in deltas] == ["H", None, None, None]
    assert [delta.content for delta in deltas] == [None, "Pa", "ris.", None]
    assert all(not delta.blocks for delta in deltas)
    end = came.chunks[-1]
    assert end.usage == Usage(26, 12, 38, raw=COUNTS)
    assert end.choices[0].finish_reason is FinishReason.STOP
    assert {chunk.created_unix for chunk in came.chunks} == {1735689600.123456}


def test_indices_of_calls_run_on_over_lines() -> None:
    """Their own begin anew on each."""
    numbered: list[Any] = [
        {"function": {"index": 0, "name": name, "arguments": {}}} for name in ("f", "g", "h")
    ]
    lines = [line(tool_calls=numbered[:2]), line(tool_calls=numbered[2:]), last()]
    came = decoded([ndjson(*lines)])
    pieces = [piece for chunk in came.chunks for piece in chunk.delta_message().tool_calls]
    assert [(piece.index, piece.name) for piece in pieces] == [(0, "f"), (1, "g"), (2, "h")]
    assert len({piece.id for piece in pieces}) == 3
    assert came.answer.choices[0].finish_reason is FinishReason.TOOL_CALLS


def test_likelihoods_come_with_their_text() -> None:
    """A token's own, on its chunk; those of a line without text, too."""
    items = [{"token": "P", "logprob": -0.5}]
    more = [{"token": "", "logprob": -0.25}]
    lines = [{**line("P"), "logprobs": items}, {**line(), "logprobs": more}, last()]
    logprobs = decoded([ndjson(*lines)]).answer.choices[0].logprobs
    assert logprobs is not None
    assert [token.logprob for token in logprobs.content] == [-0.5, -0.25]


def test_images_are_blocks() -> None:
    """Each of its own, over all lines."""
    data = base64.b64encode(PNG).decode()
    came = decoded([ndjson(line(images=[data]), line(images=[data, data]), last())])
    assert (
        came.answer.choices[0].message.parts == (ImagePart(data=PNG, media_type="image/png"),) * 3
    )


def test_half_characters_find_each_other() -> None:
    """Of servers that cut by UTF-16 units; a half without the other is U+FFFD."""
    came = decoded([ndjson(line("\ud83d"), line("\ude42"), line("!\ud83d"), last())])
    assert [chunk.delta_message().content for chunk in came.chunks] == ["🙂", "!", "\ufffd"]
    thought = decoded([ndjson(line(thinking="\ud83d"), line(thinking="\ude42"), last())])
    assert thought.answer.choices[0].message.reasoning == "🙂"


def test_an_error_in_the_middle_is_raised() -> None:
    """With what had come before it."""
    came = decoded([ndjson(line("Par"), {"error": "the runner has stopped"}, last())])
    assert isinstance(came.error, ServerError)
    assert (came.error.message, came.error.status) == ("the runner has stopped", 200)
    assert came.answer.content == "Par"
    assert not came.finished
    told = decoded([ndjson(line("Par"), {"error": "busy", "status": 503})])
    assert isinstance(told.error, OverloadedError)


def test_an_error_at_the_end_without_a_line_end() -> None:
    """Is one, too."""
    assert isinstance(decoded([ndjson(line("a")) + b'{"error":"x"}']).error, ServerError)


def test_an_empty_error_is_none() -> None:
    """Of servers that fill in every field."""
    came = decoded([ndjson({**line("a"), "error": ""}, {**last(), "error": None})])
    assert (came.error, came.answer.content) == (None, "a")


def test_what_is_no_json_is_told() -> None:
    """In the middle of a stream, and in place of one."""
    assert isinstance(decoded([ndjson(line("a")) + b"{no\n" + ndjson(last())]).error, DecodeError)
    assert isinstance(decoded([b"[1]\n"]).error, DecodeError)
    malformed = decoded([b"{malformed"]).error
    assert isinstance(malformed, DecodeError)
    assert malformed.body == b"{malformed"


def test_unknown_lines_are_passed_over() -> None:
    """Whatever they hold."""
    odd: list[dict[str, Any]] = [
        {"status": "pulling"},
        {"message": None},
        {"message": {"content": 5, "tool_calls": {}, "images": 1}},
        {"message": {"tool_calls": [{"function": None}]}, "logprobs": "x"},
    ]
    assert decoded([ndjson(*odd, line("Hi"), last())]).answer.content == "Hi"


def test_a_line_without_end_is_refused() -> None:
    """Before it fills the memory."""
    came = decoded([ndjson(line("a")), bytes(33 * 1024 * 1024)])
    assert isinstance(came.error, DecodeError)


def test_nothing_after_the_end_is_read() -> None:
    """Not even what would be an error."""
    came = decoded([ndjson(line("Hi"), last()) + b"{no\n"])
    assert (came.error, came.answer.content) == (None, "Hi")


def test_a_whole_answer_to_a_request_for_a_stream() -> None:
    """Is a stream of one line, without a line end."""
    came = decoded(in_pieces(json.dumps(last("Paris.")).encode(), 7))
    (chunk,) = came.chunks
    assert chunk.is_last_chunk
    assert came.answer.content == "Paris."

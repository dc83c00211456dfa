"""Streams, understood as they come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmkit import (
    AuthenticationError,
    DecodeError,
    FinishReason,
    QuotaExceededError,
    ServerError,
    StreamInterruptedError,
)
from llmkit._models.accumulate import fold

from .answers import ITEMS, WIRE, answer, chunks, end, events, folded, parsed, response, said

ALL = tuple(ITEMS.values())
MIXED = (ITEMS["thinking"], ITEMS["text"], ITEMS["call"])
TWO_TEXTS = {
    **ITEMS["text"],
    "content": [
        {"type": "output_text", "text": "One. ", "annotations": []},
        {"type": "output_text", "text": "Two.", "annotations": []},
    ],
}


def without(found: list[dict[str, Any]], *ends: str) -> list[dict[str, Any]]:
    """*found*, without the events whose types end so."""
    return [event for event in found if not event["type"].endswith(ends)]


@pytest.mark.parametrize(
    "output",
    [*((item,) for item in ALL), ALL, MIXED, ALL[::-1], (TWO_TEXTS, ITEMS["text"])],
    ids=[*ITEMS, "all", "mixed", "reversed", "texts"],
)
@pytest.mark.parametrize("placed", [True, False], ids=["placed", "named"])
def test_a_stream_makes_the_same_message_as_the_whole(
    output: tuple[dict[str, Any], ...], placed: bool
) -> None:
    """Every part in its place, with all that goes back; with places of items or their ids."""
    whole, streamed = parsed(*output), folded(*events(*output, placed=placed))
    assert streamed.choices == whole.choices
    assert streamed.usage == whole.usage
    assert (streamed.id, streamed.model, streamed.created) == (whole.id, whole.model, whole.created)


@pytest.mark.parametrize(
    "ends",
    [
        (".delta",),
        (".delta", "text.done", "arguments.done", "refusal.done"),
        (".added",),
        (".added", ".delta", "text.done", "part.done"),
        (".added", ".delta", ".done"),
        ("text.done", "part.done", "arguments.done"),
        (".created", ".in_progress"),
    ],
    ids=lambda ends: " ".join(ends),
)
def test_a_server_may_leave_events_out(ends: tuple[str, ...]) -> None:
    """Pieces without wholes, wholes without pieces, the last event alone: the same answer."""
    streamed = folded(*without(events(*MIXED), *ends))
    assert streamed.choices == parsed(*MIXED).choices
    assert streamed.usage == parsed().usage


def test_what_no_event_tells_again_is_there_all_the_same() -> None:
    """Without the whole items and without output in the last event, the pieces are the answer."""
    streamed = folded(*without(events(*MIXED), ".done", ".completed"), end())
    message = streamed.assistant_message()
    assert message is not None
    assert message.reasoning == "Hm."
    assert message.content == "Grüße 👋"
    (call,) = message.tool_calls
    assert (call.id, call.name, call.arguments) == ("call_1", "get_weather", {"city": "Paris"})
    assert streamed.finish_reason is FinishReason.TOOL_CALLS


def test_the_words_go_out_as_they_come() -> None:
    """Each event of characters is a chunk; reason and usage are on the last chunk alone."""
    found = chunks(said(*events(*MIXED)))
    pieces = [chunk.delta_message().content for chunk in found if chunk.delta_message().content]
    assert pieces == ["Grü", "ße ", "👋"]
    assert [chunk.delta_message().reasoning for chunk in found][:1] == ["Hm."]
    *before, last = found
    assert not any(chunk.is_last_chunk or chunk.usage for chunk in before)
    assert not any(choice.finish_reason for chunk in before for choice in chunk.choices)
    assert last.is_last_chunk
    assert last.usage == parsed().usage
    assert last.choices[0].raw_finish_reason == "completed"


def test_the_indices_of_calls_have_no_gaps() -> None:
    """Whatever places the items have; id and name come once, the arguments in pieces."""
    second = {**ITEMS["call"], "id": "fc_2", "call_id": "call_2", "name": "get_time"}
    found = chunks(said(*events(ITEMS["thinking"], ITEMS["call"], ITEMS["text"], second)))
    deltas = [delta for chunk in found for delta in chunk.delta_message().tool_calls]
    assert list(dict.fromkeys(delta.index for delta in deltas)) == [0, 1]
    assert [delta.id for delta in deltas if delta.id] == ["call_1", "call_2"]
    assert [delta.name for delta in deltas if delta.name] == ["get_weather", "get_time"]


@pytest.mark.parametrize("size", [1, 7])
def test_chunks_do_not_depend_on_how_the_bytes_are_cut(size: int) -> None:
    """One byte at a time, seven, or all: the same chunks."""
    data = said(*events(*ALL))
    assert chunks(data, size) == chunks(data)
    assert chunks(data.replace(b"\n", b"\r\n"), size) == chunks(data)


def test_a_stream_cut_off_anywhere_is_an_error() -> None:
    """Until the last event is whole, there is no end."""
    data = said(*events(*MIXED))
    whole = fold(chunks(data))
    for offset in range(len(data)):
        decoder = WIRE.decoder()
        decoder.feed(data[:offset])
        try:
            found = decoder.close()
        except StreamInterruptedError:
            assert not decoder.finished
        else:
            # Only the line ends after the last event are missing.
            assert decoder.finished
            assert len(data) - offset <= 2
            assert not found or found[-1].usage == whole.usage


def test_unknown_events_are_passed_over() -> None:
    """Heartbeats, comments, what comes next year, and what a server adds of its own."""
    odd: list[dict[str, Any]] = [
        {"type": "keepalive"},
        {"type": "codex.rate_limits", "rate_limits": {}},
        {"type": "response.future.delta", "delta": "no", "output_index": 0},
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_item.added", "item": None},
        {},
    ]
    found = [each for event in events(*MIXED) for each in (*odd, event)]
    data = b": ping\n\n" + b"".join(b"data: %b\n\n" % json.dumps(one).encode() for one in found)
    assert fold(chunks(data), provider=WIRE.provider).choices == parsed(*MIXED).choices


def test_nothing_is_read_after_the_end() -> None:
    """`[DONE]` may come after the last event, or in place of it."""
    data = said(*events(ITEMS["text"]))
    assert chunks(data + b"data: [DONE]\n\n") == chunks(data)
    decoder = WIRE.decoder()
    decoder.feed(data)
    assert decoder.done
    cut = said(*without(events(ITEMS["text"]), ".completed"))
    streamed = fold(chunks(cut + b"data: [DONE]\n\n"))
    assert streamed.content == "Grüße 👋"
    assert streamed.finish_reason is FinishReason.STOP
    assert not streamed.usage.reported


@pytest.mark.parametrize(
    ("status", "reason", "finish"),
    [
        ("incomplete", "max_output_tokens", FinishReason.LENGTH),
        ("incomplete", "content_filter", FinishReason.CONTENT_FILTER),
        ("incomplete", "steered", FinishReason.OTHER),
        ("incomplete", None, FinishReason.LENGTH),
        ("cancelled", None, FinishReason.OTHER),
        ("completed", None, FinishReason.TOOL_CALLS),
    ],
)
def test_the_reason_is_the_status_and_its_details(
    status: str, reason: str | None, finish: FinishReason
) -> None:
    """A call does not make a cut answer a whole one."""
    details = None if reason is None else {"reason": reason}
    streamed = folded(*events(ITEMS["call"], status=status, incomplete_details=details))
    assert streamed.finish_reason is finish
    assert streamed.choices[0].raw_finish_reason == status


def test_an_error_event_ends_the_stream() -> None:
    """What came before it stays; nothing comes after it; the error has its class."""
    error = {"type": "insufficient_quota", "code": "insufficient_quota", "message": "No money."}
    failed = {"type": "response.failed", "response": answer(status="failed", error=error)}
    begun = events(ITEMS["text"])[:6]
    for last in (
        [{"type": "error", "sequence_number": 2, "error": error, "param": None}, failed],
        [{"type": "error", "code": "insufficient_quota", "message": "No money."}, failed],
        [failed],
        [end(status="failed", error=error)],
    ):
        decoder = WIRE.decoder()
        found = decoder.feed(said(*begun, *last))
        assert "".join(chunk.delta_message().content or "" for chunk in found) == "Grüße "
        failure = decoder.failure
        assert isinstance(failure, QuotaExceededError)
        assert (failure.status, failure.code) == (200, "insufficient_quota")
        assert failure.message == "No money."
        assert not decoder.finished
        with pytest.raises(QuotaExceededError):
            decoder.close()


def test_an_error_event_of_plain_text() -> None:
    """It is told in its own words; the server failed."""
    decoder = WIRE.decoder()
    assert decoder.feed(b"event: error\ndata: upstream is gone\n\n") == []
    assert isinstance(decoder.failure, ServerError)
    assert decoder.failure.message == "upstream is gone"


def test_an_event_that_is_no_json() -> None:
    """An error; at the very end of the bytes it only tells that they were cut."""
    decoder = WIRE.decoder()
    decoder.feed(b"data: {odd}\n\n")
    assert isinstance(decoder.failure, DecodeError)
    cut = WIRE.decoder()
    cut.feed(b'data: {"type": "resp')
    with pytest.raises(StreamInterruptedError):
        cut.close()


def test_an_answer_in_one_piece_is_read_too() -> None:
    """A server that does not stream, and an error in its place."""
    data = json.dumps(answer(*MIXED)).encode()
    found = chunks(data, 7)
    assert [chunk.is_last_chunk for chunk in found] == [True]
    assert fold(found, provider=WIRE.provider).choices == parsed(*MIXED).choices
    with pytest.raises(DecodeError):
        chunks(b'{"output": ')
    told = {"error": {"message": "No.", "code": "invalid_api_key"}}
    with pytest.raises(AuthenticationError):
        chunks(json.dumps(told).encode())


def test_an_answer_that_was_not_asked_to_stream() -> None:
    """Events without a content type, read as a whole answer, with the provider's own object."""
    data = said(*events(*MIXED))
    found = WIRE.parse(response(data))
    assert found.choices == parsed(*MIXED).choices
    assert found.raw == answer(*MIXED)
    with pytest.raises(StreamInterruptedError):
        WIRE.parse(response(data[: len(data) // 2]))


def test_the_seal_of_thinking_is_that_of_its_end() -> None:
    """What `added` says is not whole yet; where only the last event has it, that one counts.

    https://platform.openai.com/docs/api-reference/responses-streaming
    """
    item = ITEMS["thinking"]
    early = {**item, "encrypted_content": "EARLY"}
    begun = {"type": "response.output_item.added", "output_index": 0, "item": early}
    done = {"type": "response.output_item.done", "output_index": 0, "item": item}
    bare = {key: value for key, value in item.items() if key != "encrypted_content"}
    late = {**done, "item": bare}
    for found in ([begun, done, end(early)], [late, end(item)]):
        message = folded(*found).assistant_message()
        assert message is not None
        (part,) = message.parts
        assert getattr(part, "encrypted", None) == "SEALED"


def test_thinking_and_its_summary_are_not_shown_both() -> None:
    """Open models send the thinking itself; where both come, the first."""
    item = {
        "id": "rs_9",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "Short."}],
        "content": [{"type": "reasoning_text", "text": "All of it."}],
    }
    at = {"output_index": 0, "item_id": "rs_9"}
    found = [
        {"type": "response.reasoning_text.delta", **at, "content_index": 0, "delta": "All of it."},
        {
            "type": "response.reasoning_summary_text.delta",
            **at,
            "summary_index": 0,
            "delta": "Short.",
        },
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        end(item),
    ]
    assert folded(*found).choices == parsed(item).choices
    message = parsed(item).assistant_message()
    assert message is not None
    assert message.reasoning == "All of it."


def test_likelihoods_come_with_their_words() -> None:
    """On the pieces, or on the whole text where the pieces have none."""
    tokens = [{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]
    part = {"type": "output_text", "text": "a", "annotations": [], "logprobs": tokens}
    item = {**ITEMS["text"], "content": [part]}
    at = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
    delta = {"type": "response.output_text.delta", **at, "delta": "a"}
    whole = {"type": "response.output_text.done", **at, "text": "a", "logprobs": tokens}
    for found in ([{**delta, "logprobs": tokens}, whole, end(item)], [delta, whole], [end(item)]):
        streamed = folded(*found, end(item))
        logprobs = streamed.choices[0].logprobs
        assert logprobs is not None
        assert [(one.token, one.logprob) for one in logprobs.content] == [("a", -0.5)]
        assert logprobs == parsed(item).choices[0].logprobs


def test_pieces_without_place_or_id_belong_to_the_item_before() -> None:
    """As long as that is of their kind, and has not ended; else a new one begins."""
    found: list[dict[str, Any]] = [
        {"type": "response.reasoning_text.delta", "delta": "Hm"},
        {"type": "response.content_part.done", "part": {"type": "reasoning_text", "text": "Hm."}},
        {"type": "response.output_text.delta", "delta": "So"},
        {"type": "response.output_text.delta", "delta": "."},
        {"type": "response.function_call_arguments.delta", "delta": "{}"},
        end(),
    ]
    message = folded(*found).assistant_message()
    assert message is not None
    assert (message.reasoning, message.content) == ("Hm.", "So.")
    (call,) = message.tool_calls
    assert call.arguments == {}
    assert call.id


def test_citations_stay_with_the_text_that_they_belong_to() -> None:
    """Even where the whole message comes after what follows it, as llama.cpp sends it."""
    found = events(ITEMS["cited"], ITEMS["call"], placed=False)
    (done,) = (one for one in found if one.get("item") == ITEMS["cited"])
    late = [one for one in found if one is not done and not one["type"].endswith("part.done")]
    streamed = folded(*late[:-1], done, late[-1])
    assert streamed.choices == parsed(ITEMS["cited"], ITEMS["call"]).choices


def test_an_event_has_a_limit() -> None:
    """What never ends is not held for ever."""
    decoder = WIRE.decoder()
    for _ in range(34):
        decoder.feed(b"data: " + b"x" * 1024 * 1024)
    assert isinstance(decoder.failure, DecodeError)


def test_half_characters_find_their_other_half() -> None:
    """Servers that cut text by UTF-16 units send halves; no chunk holds one."""
    at = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
    deltas = [
        {"type": "response.output_text.delta", **at, "delta": piece}
        for piece in ("a\ud83d", "\udc4bb", "c\ud83d")
    ]
    found = chunks(said(*deltas, end()))
    assert "".join(chunk.delta_message().content or "" for chunk in found) == "a👋bc\ufffd"
    for chunk in found:
        (chunk.delta_message().content or "").encode()


def test_ids_are_made_up_where_none_are_sent() -> None:
    """The same for the same answer, streamed or not."""
    item = {key: value for key, value in ITEMS["call"].items() if key not in ("id", "call_id")}
    calls = folded(end(item)).tool_calls
    assert calls == parsed(item).tool_calls
    assert calls[0].id

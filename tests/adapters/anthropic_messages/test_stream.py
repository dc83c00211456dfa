"""Streams: the wire's grammar, however its bytes are cut, and what servers make of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmkit import (
    AuthenticationError,
    DecodeError,
    FinishReason,
    OverloadedError,
    RateLimitError,
    ReasoningPart,
    ServerError,
    StreamInterruptedError,
    TextPart,
    ToolCall,
)
from llmkit._models.accumulate import fold
from llmkit.adapters.anthropic_messages import AnthropicMessages

from ..frames import frame
from .answers import (
    BEDROCK,
    WIRE,
    Answer,
    block,
    call,
    chunks,
    end,
    folded,
    framed,
    message,
    parsed,
    said,
    start,
    text,
    thinking,
)

PING = {"type": "ping"}
CITED = {"type": "char_location", "cited_text": "a", "document_index": 0}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}

EVERYTHING = (
    start(cache_read_input_tokens=5),
    PING,
    thinking(0, "seal", "hm", " …"),
    block(1, {"type": "redacted_thinking", "data": "d"}),
    block(
        2,
        SEARCH,
        {"type": "input_json_delta", "partial_json": ""},
        {"type": "input_json_delta", "partial_json": '{"query":'},
        {"type": "input_json_delta", "partial_json": '"é"}'},
    ),
    block(3, RESULT),
    text(4, "Well, ", "日本 "),
    block(
        5,
        {"type": "text", "text": "", "citations": []},
        {"type": "text_delta", "text": "it "},
        {"type": "citations_delta", "citation": CITED},
        {"type": "text_delta", "text": "is."},
    ),
    PING,
    text(6, " So:"),
    call(7, "", '{"a"', ": 1}"),
    call(8),
    end("tool_use"),
)

WHOLE = (
    {"type": "thinking", "thinking": "hm …", "signature": "seal"},
    {"type": "redacted_thinking", "data": "d"},
    {**SEARCH, "input": {"query": "é"}},
    RESULT,
    {"type": "text", "text": "Well, 日本 "},
    {"type": "text", "text": "it is.", "citations": [CITED]},
    {"type": "text", "text": " So:"},
    {"type": "tool_use", "id": "toolu_7", "name": "ping", "input": {"a": 1}},
    {"type": "tool_use", "id": "toolu_8", "name": "ping", "input": {}},
)


def parts(answer: Answer) -> Any:
    """The parts of an answer, its calls by what they mean."""
    message = answer.assistant_message()
    assert message is not None
    return [
        (part.id, part.name, part.arguments) if isinstance(part, ToolCall) else part
        for part in message.parts
    ]


def test_a_stream_is_the_answer_that_would_have_come_whole() -> None:
    """Every kind of block, in order, with seals, citations and what is opaque."""
    answer = folded(said(*EVERYTHING))
    assert parts(answer) == parts(parsed(*WHOLE, stop="tool_use"))
    assert answer.finish_reason is FinishReason.TOOL_CALLS
    assert (answer.id, answer.model) == ("msg_1", "claude-x")


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("wire", "data"),
    [(WIRE, said(*EVERYTHING)), (BEDROCK, framed(*EVERYTHING))],
    ids=["events", "frames"],
)
def test_a_stream_is_the_same_however_it_is_cut(
    wire: AnthropicMessages, data: bytes, size: int
) -> None:
    """The chunks do not depend on how the bytes arrive."""
    assert chunks(data, size, wire) == chunks(data, wire=wire)


@pytest.mark.parametrize(
    ("wire", "data"),
    [(WIRE, said(*EVERYTHING)), (BEDROCK, framed(*EVERYTHING))],
    ids=["events", "frames"],
)
def test_a_stream_cut_off_is_never_a_short_answer(wire: AnthropicMessages, data: bytes) -> None:
    """Cut at every offset, it is an error unless its end was told; what came is whole in itself."""
    whole = folded(data, wire)
    for offset in range(len(data)):
        decoder = wire.decoder()
        found = decoder.feed(data[:offset])
        try:
            found += decoder.close()
        except StreamInterruptedError:
            assert not any(chunk.is_last_chunk for chunk in found)
            continue
        assert decoder.finished
        assert fold(found, provider=wire.provider).choices == whole.choices


def test_text_and_thinking_go_out_as_they_come() -> None:
    """A piece is a chunk; the last holds reason and usage, and nothing else has them."""
    found = chunks(said(start(), thinking(0, "s", "h", "m"), text(1, "a", "b"), end()))
    deltas = [chunk.delta_message() for chunk in found]
    assert [delta.reasoning for delta in deltas] == ["h", "m", None, None, None, None]
    assert [delta.content for delta in deltas] == [None, None, None, "a", "b", None]
    assert [chunk.is_last_chunk for chunk in found] == [False] * 5 + [True]
    assert [chunk.usage for chunk in found[:-1]] == [None] * 5
    assert found[-1].choices[0].raw_finish_reason == "end_turn"
    assert not any(delta.blocks for delta in deltas if delta.content)


def test_counts_replace_and_are_never_added() -> None:
    """The last event's counts stand over the first's; what it leaves out or empty stays."""
    counts: dict[str, Any] = {
        "output_tokens": 9,
        "input_tokens": None,
        "cache_creation_input_tokens": 4,
    }
    usage = folded(said(start(cache_read_input_tokens=5), text(0, "a"), end(**counts))).usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.cache_write_tokens) == (12, 5, 4)
    assert (usage.completion_tokens, usage.total_tokens) == (9, 21)
    details: dict[str, Any] = {"output_tokens_details": {"thinking_tokens": 3}}
    assert folded(said(start(), end(**details))).usage.reasoning_tokens == 3


def test_indices_of_calls_run_from_nought() -> None:
    """Whatever the blocks' own, and with each id and name told once."""
    found = [
        one
        for chunk in chunks(said(start(), text(0, "a"), call(1, "{}"), call(2), end("tool_use")))
        for one in chunk.delta_message().tool_calls
    ]
    assert [(one.index, one.id, one.arguments_json) for one in found] == [
        (0, "toolu_1", ""),
        (0, None, "{}"),
        (1, "toolu_2", ""),
        (1, None, "{}"),
    ]


def test_an_input_may_come_with_the_beginning() -> None:
    """Some servers send all of it there, and some a call without input or id."""
    whole = call(0, input={"a": 1})
    assert folded(said(start(), whole, end())).tool_calls[0].arguments == {"a": 1}
    bare = block(0, {"type": "tool_use", "name": "ping"})
    (made,) = folded(said(start(), bare, end())).tool_calls
    assert (made.arguments, bool(made.id)) == ({}, True)


def test_blocks_may_be_open_side_by_side() -> None:
    """llama.cpp closes its thinking after the text; the seal still finds its thought."""
    thought, answer = thinking(0, "s", "hm"), text(1, "Hi")
    woven = [*thought[:2], *answer, *thought[2:]]
    (first, second) = parts(folded(said(start(), woven, end())))
    assert first == ReasoningPart("hm", signature="s", provider="anthropic")
    assert second == TextPart("Hi")
    one, two = text(0, "a", "c"), text(1, "b")
    woven = [*one[:2], *two[:2], *one[2:], *two[2:]]
    assert folded(said(start(), woven, end())).content is not None


def test_blocks_that_are_never_closed_are_told_at_the_end() -> None:
    """What was held back of a provider's own tool goes out with the last chunk."""
    opened = block(0, SEARCH, {"type": "input_json_delta", "partial_json": "{"})[:-1]
    (part,) = parts(folded(said(start(), opened, end("pause_turn"))))
    assert part.raw["input"] == {"INVALID_JSON": "{"}


def test_beginnings_may_be_missing() -> None:
    """Text and thoughts of a server that leaves the blocks' beginnings out."""
    pieces = [*text(0, "Hi")[1:2], *thinking(1, "s", "hm")[1:3]]
    first, second = parts(folded(said(start(), pieces, end())))
    assert (first.text, second.text, second.signature) == ("Hi", "hm", "s")


def test_citations_in_a_plain_text_find_it() -> None:
    """A text that did not say it would be cited."""
    cited = block(
        0,
        {"type": "text", "text": ""},
        {"type": "text_delta", "text": "Hi"},
        {"type": "citations_delta", "citation": CITED},
    )
    (part,) = parts(folded(said(start(), cited, end())))
    assert (part.text, part.citations[0].raw) == ("Hi", CITED)


def test_half_characters_wait_for_their_other_half() -> None:
    """Servers that cut text by UTF-16 units: no chunk holds half a character."""
    torn = said(start(), text(0, "\ud83d", "\ude42!"), thinking(1, None, "\ud83d"), end())
    found = chunks(torn)
    assert fold(found).content == "🙂!"
    assert fold(found).choices[0].message.reasoning == "\ufffd"
    for chunk in found:
        (chunk.delta_message().content or "").encode()


def test_pings_unknown_events_and_comments_are_passed_over() -> None:
    """In any place."""
    noise = b": hello\n\nevent: ping\ndata: {}\n\n" + said({"type": "brand_new", "x": 1})
    data = noise + said(start()) + noise + said(text(0, "Hi")) + noise + said(end()) + noise
    assert folded(data).content == "Hi"


def test_names_of_events_may_be_all_that_says_what_they_are() -> None:
    """And names may be missing, where the data says it."""
    nameless = said(start(), text(0, "Hi"), end()).replace(b"event: ", b": ")
    assert folded(nameless).content == "Hi"
    typeless = said(start()) + b"event: message_stop\ndata: {}\n\n"
    assert chunks(typeless)[-1].is_last_chunk


def test_a_stream_ends_with_its_mark_or_its_reason() -> None:
    """Either will do, and nothing after the mark is read."""
    reason_only = said(start(), text(0, "Hi"), end()[:1])
    assert folded(reason_only).content == "Hi"
    decoder = WIRE.decoder()
    decoder.feed(said(start(), text(0, "Hi"), end(), text(1, "more")))
    assert decoder.done
    assert decoder.feed(said(text(2, "more"))) == []
    assert decoder.close() == []
    for cut in (b"", said(start()), said(start(), text(0, "Hi"))):
        with pytest.raises(StreamInterruptedError):
            chunks(cut)


def test_an_error_in_the_stream_is_raised_after_what_came() -> None:
    """Its type says the class; the decoder tells it at once."""
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    decoder = WIRE.decoder()
    found = decoder.feed(said(start(), text(0, "Hi"), told, text(1, "more")))
    assert fold(found).content == "Hi"
    assert isinstance(decoder.failure, OverloadedError)
    assert decoder.failure.status == 200
    with pytest.raises(OverloadedError, match="Overloaded"):
        decoder.close()
    untyped = said(start()) + b'data: {"error": {"type": "authentication_error"}}\n\n'
    with pytest.raises(AuthenticationError):
        chunks(untyped)
    with pytest.raises(ServerError, match="gone away"):
        chunks(said(start()) + b"event: error\ndata: gone away\n\n")


def test_what_is_no_json_is_a_typed_error() -> None:
    """And never raised by `feed`."""
    decoder = WIRE.decoder()
    assert decoder.feed(b"data: <html>\n\n") == []
    assert isinstance(decoder.failure, DecodeError)
    with pytest.raises(DecodeError):
        decoder.close()


def test_an_answer_in_one_piece_is_read() -> None:
    """A server that does not stream, though it was asked to."""
    body = json.dumps(message({"type": "text", "text": "Hi"})).encode()
    for wire in (WIRE, BEDROCK):
        (chunk,) = chunks(b" \n" + body, 5, wire)
        assert chunk.is_last_chunk
        assert fold([chunk]).content == "Hi"
    told = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow"}}
    with pytest.raises(RateLimitError):
        chunks(json.dumps(told).encode())


def test_bedrocks_frames_tell_errors_and_numbers_of_their_own() -> None:
    """An exception has a class by its kind; metrics beside the last event are passed over."""
    data = framed(start(), text(0, "Hi"))
    thrown = frame(
        {":message-type": "exception", ":exception-type": "throttlingException"},
        b'{"message": "Too many"}',
    )
    decoder = BEDROCK.decoder()
    assert fold(decoder.feed(data + thrown)).content == "Hi"
    assert isinstance(decoder.failure, RateLimitError)
    assert (decoder.failure.code, decoder.failure.message) == ("ThrottlingException", "Too many")
    unknown = frame({":message-type": "error", ":error-code": "odd"}, b"not JSON")
    with pytest.raises(ServerError, match="not JSON"):
        chunks(data + unknown, wire=BEDROCK)
    last = end()
    last[-1]["amazon-bedrock-invocationMetrics"] = {"inputTokenCount": 4}
    assert folded(data + framed(last), BEDROCK).content == "Hi"


def test_broken_frames_are_typed_errors() -> None:
    """A wrong CRC, and a frame that holds no event."""
    data = framed(start(), text(0, "Hi"), end())
    broken = bytearray(data)
    broken[len(broken) // 2] ^= 1
    with pytest.raises(DecodeError):
        chunks(bytes(broken), wire=BEDROCK)
    empty = frame({":message-type": "event", ":event-type": "chunk"}, b'{"x": 1}')
    with pytest.raises(DecodeError):
        chunks(data[: len(framed(start()))] + empty, wire=BEDROCK)
    other = frame({":message-type": "event", ":event-type": "initial-response"}, b"{}")
    assert folded(other + data, BEDROCK).content == "Hi"

"""A streamed answer in the form of OpenAI's chat completions, whole and in every piece."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import FinishReason, ReasoningPart, TextPart, ToolCallDelta
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import (
    APIError,
    DecodeError,
    RateLimitError,
    ServerError,
    StreamInterruptedError,
)
from llmkit.testing import sse

from .openai_chat import answer, chunk, decoded, in_pieces, streamed


def test_a_stream_is_read() -> None:
    """Text by text; the last chunk has the reason and the usage, and nothing comes after it."""
    found = streamed(
        chunk(
            {"role": "assistant", "content": ""}, object="chat.completion.chunk", created=1735689600
        ),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
        {"id": "chatcmpl-1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    )
    assert [piece.delta_message().content for piece in found.chunks] == ["Hel", "lo", None]
    last = found.chunks[-1]
    assert [piece.is_last_chunk for piece in found.chunks] == [False, False, True]
    assert [piece.usage is not None for piece in found.chunks] == [False, False, True]
    assert last.usage is not None
    assert last.usage.total_tokens == 5
    assert last.choices[0].finish_reason is FinishReason.STOP
    assert last.choices[0].raw_finish_reason == "stop"
    assert {(piece.id, piece.model) for piece in found.chunks} == {("chatcmpl-1", "m")}
    assert last.created is not None
    assert last.created.timestamp() == 1735689600
    assert found.text == "Hello"


def test_id_model_and_date_are_the_first_that_say_something() -> None:
    """Azure opens with an empty id and model; some send the date as text, or as nonsense."""
    found = streamed(
        {"id": "", "model": "", "choices": [], "prompt_filter_results": []},
        {**chunk({"content": "a"}), "created": "odd"},
        {**chunk({"content": "b"}, "stop", id="x", model="y"), "created": "1735689600"},
    )
    assert (found.chunks[0].id, found.chunks[0].model) == ("chatcmpl-1", "m")
    assert (found.chunks[0].created, found.chunks[-1].created_unix) == (None, 1735689600.0)
    assert (found.answer.id, found.answer.model) == ("chatcmpl-1", "m")


ENDS: dict[str, tuple[list[object], bool, FinishReason]] = {
    "a reason and the mark": ([chunk({"content": "a"}, "stop")], True, FinishReason.STOP),
    "a reason, no mark": ([chunk({"content": "a"}, "length")], False, FinishReason.LENGTH),
    "the mark, no reason": ([chunk({"content": "a"})], True, FinishReason.STOP),
    "the mark, an empty reason": ([chunk({"content": "a"}, "")], True, FinishReason.STOP),
    "a reason before the end of the text": (
        [chunk({"content": ""}, "stop"), chunk({"content": "a"})],
        False,
        FinishReason.STOP,
    ),
}


@pytest.mark.parametrize(("events", "done", "reason"), ENDS.values(), ids=ENDS)
def test_a_stream_ends_well(events: list[object], done: bool, reason: FinishReason) -> None:
    """With a finish reason or with the wire's own mark: several send only one of them."""
    found = streamed(*events, done=done)
    assert found.error is None
    assert found.text == "a"
    assert found.answer.finish_reason is reason


CUT = {
    "between events": sse(chunk({"content": "a"})),
    "in an event": sse(chunk({"content": "a"})) + b'data: {"choices": [{"del',
    "in a letter": sse(chunk({"content": "a"})) + 'data: {"x": "ü'.encode()[:-1],
    "before anything": b"",
    "after comments": b": wait\n\n: wait\n\n",
    "with one of two answers open": sse(
        chunk({"content": "a"}, "stop"),
        {"choices": [{"index": 1, "delta": {"content": "b"}}]},
    ),
}


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize("stream", CUT.values(), ids=CUT)
def test_a_cut_stream_is_an_error(stream: bytes, size: int | None) -> None:
    """With neither, it was cut: never a short answer."""
    found = decoded(stream, size)
    assert type(found.error) is StreamInterruptedError
    assert not any(piece.is_last_chunk for piece in found.chunks)


def test_what_is_cut_after_the_reason_was_whole() -> None:
    """Half a usage event, lost with the connection, does not undo the answer."""
    found = decoded(sse(chunk({"content": "a"}, "stop")) + b'data: {"choices": [], "usa')
    assert found.error is None
    assert found.text == "a"
    assert not found.answer.usage.reported


def test_nothing_counts_after_the_mark() -> None:
    """`[DONE]` is the end, whatever a server sends after it; spaces do not hide it."""
    found = streamed(chunk({"content": "a"}, "stop"), "[DONE] ", chunk({"content": "b"}))
    assert found.text == "a"
    assert sum(piece.is_last_chunk for piece in found.chunks) == 1


def test_keep_alives_are_nothing() -> None:
    """Comments, empty data, events without a word in them."""
    stream = b": hi\n\ndata:\n\ndata: \n\n" + sse({}, {"choices": []}, {"choices": None}, chunk({}))
    found = decoded(stream + sse(chunk({"content": "a"}, "stop"), "[DONE]"))
    assert [piece.delta_message().content for piece in found.chunks] == ["a", None]


ERRORS: dict[str, tuple[bytes, type[APIError], str]] = {
    "an error event's data": (sse({"error": {"message": "no", "code": 429}}), RateLimitError, "no"),
    "beside a choice": (
        sse(chunk({"content": ""}, "error", error={"message": "no", "code": 502})),
        ServerError,
        "no",
    ),
    "by the event's name": (b"event: error\n" + sse({"message": "no"}), ServerError, "no"),
    "by the event's name, in plain text": (b"event: error\ndata: no\n\n", ServerError, "no"),
    "flat": (sse({"object": "error", "message": "no"}), ServerError, "no"),
    "MiniMax's": (sse({"base_resp": {"status_code": 1, "status_msg": "no"}}), ServerError, "no"),
    "the last words": (sse({"error": {"message": "no"}})[:-1], ServerError, "no"),
}


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize(("event", "kind", "message"), ERRORS.values(), ids=ERRORS)
def test_an_error_in_a_stream_is_an_error(
    event: bytes, kind: type[APIError], message: str, size: int | None
) -> None:
    """What came before it is kept, and what comes after it is not read."""
    after = sse(chunk({"content": "b"}, "stop"), "[DONE]") if event.endswith(b"\n\n") else b""
    found = decoded(sse(chunk({"content": "a"})) + event + after, size)
    assert isinstance(found.error, kind)
    assert (found.error.message, found.error.status) == (message, 200)
    assert found.text == "a"


def test_a_status_that_is_none_is_no_error() -> None:
    """MiniMax says of each event that it is well."""
    found = streamed(chunk({"content": "a"}, "stop", base_resp={"status_code": 0}))
    assert (found.text, found.error) == ("a", None)


@pytest.mark.parametrize("event", ["{", "[]", "odd", '"text"'])
def test_an_event_that_is_no_object_is_an_error(event: str) -> None:
    """It keeps the bytes, to be looked at."""
    found = streamed(chunk({"content": "a"}), event, chunk({"content": "b"}, "stop"))
    assert isinstance(found.error, DecodeError)
    assert found.error.body == event.encode()
    assert found.text == "a"


def test_an_event_over_the_cap_is_an_error() -> None:
    """What a server sends without end fills no memory; what came before is kept."""
    decoder = OpenAIChat().decoder()
    chunks = decoder.feed(sse(chunk({"content": "a"})))
    piece = b"data: " + b"x" * (1 << 20)
    for _ in range(64):
        chunks += decoder.feed(piece)
    assert isinstance(decoder.failure, DecodeError)
    assert len(chunks) == 1
    with pytest.raises(DecodeError, match="is larger than"):
        decoder.close()


def call(
    index: object = 0, call_id: object = None, name: object = None, arguments: object = None
) -> Any:
    """A piece of a tool call; a part that is None is left out."""
    function = {"name": name, "arguments": arguments}
    item = {
        "index": index,
        "id": call_id,
        "function": {k: v for k, v in function.items() if v is not None},
    }
    return {key: value for key, value in item.items() if value is not None}


def calls(*pieces: Any) -> dict[str, object]:
    """An event with these pieces of tool calls."""
    return chunk({"tool_calls": list(pieces)})


FIRST = ("a", "f", {"x": 1})
SECOND = ("b", "g", {"y": 2})
WHOLE = [call(0, "a", "f", '{"x": 1}'), call(1, "b", "g", '{"y": 2}')]
SHAPES: dict[str, tuple[list[Any], list[tuple[str, str, Any]]]] = {
    "OpenAI's: id and name first, then arguments in pieces": (
        [
            calls(call(0, "a", "f", "")),
            calls(call(0, arguments='{"x"')),
            calls(call(0, arguments=": 1}")),
            calls(call(1, "b", "g", "")),
            calls(call(1, arguments='{"y": 2}')),
        ],
        [FIRST, SECOND],
    ),
    "whole calls, one event each": ([calls(WHOLE[0]), calls(WHOLE[1])], [FIRST, SECOND]),
    "whole calls, all in one event": ([calls(*WHOLE)], [FIRST, SECOND]),
    "interleaved": (
        [
            calls(call(0, "a", "f", '{"x"'), call(1, "b", "g", '{"y"')),
            calls(call(1, arguments=": 2}")),
            calls(call(0, arguments=": 1}")),
        ],
        [FIRST, SECOND],
    ),
    "interleaved by their ids": (
        [
            calls(call(None, "a", "f", '{"x"')),
            calls(call(None, "b", "g", '{"y"')),
            calls(call(None, "a", None, ": 1}")),
            calls(call(None, "b", None, ": 2}")),
        ],
        [FIRST, SECOND],
    ),
    "id and name on every piece": (
        [
            calls(call(0, "a", "f", '{"x"')),
            calls(call(0, "a", "f", ": 1}")),
            calls(call(1, "b", "g", '{"y": 2}')),
            calls(call(1, "b", "g", "")),
        ],
        [FIRST, SECOND],
    ),
    "later ids empty": (
        [calls(call(0, "a", "f", '{"x"')), calls(call(0, "", None, ": 1}"))],
        [FIRST],
    ),
    "every index 0, new ids": (
        [
            calls(call(0, "a", "f", '{"x"')),
            calls(call(0, arguments=": 1}")),
            calls(call(0, "b", "g", '{"y"')),
            calls(call(0, arguments=": 2}")),
        ],
        [FIRST, SECOND],
    ),
    "every index 0, new ids, interleaved": (
        [
            calls(call(0, "a", "f", '{"x"')),
            calls(call(0, "b", "g", '{"y"')),
            calls(call(0, "a", None, ": 1}")),
            calls(call(0, "b", None, ": 2}")),
        ],
        [FIRST, SECOND],
    ),
    "every index 0, no ids": (
        [calls(call(0, None, "f", '{"x": 1}')), calls(call(0, None, "g", '{"y": 2}'))],
        [("call_chatcmpl1_0_0", "f", {"x": 1}), ("call_chatcmpl1_0_1", "g", {"y": 2})],
    ),
    "gaps": (
        [calls(call(3, "a", "f", '{"x": 1}')), calls(call(7, "b", "g", '{"y": 2}'))],
        [FIRST, SECOND],
    ),
    "index -1": (
        [calls(call(-1, "a", "f", '{"x": 1}'), call(-1, "b", "g", '{"y": 2}'))],
        [FIRST, SECOND],
    ),
    "no index, one event": (
        [calls(call(None, "a", "f", '{"x": 1}'), call(None, "b", "g", '{"y": 2}'))],
        [FIRST, SECOND],
    ),
    "no index, an event each": (
        [calls(call(None, "a", "f", '{"x": 1}')), calls(call(None, "b", "g", '{"y": 2}'))],
        [FIRST, SECOND],
    ),
    "an index on the first piece only": (
        [calls(call(1, "a", "f", '{"x"')), calls(call(None, None, None, ": 1}"))],
        [FIRST],
    ),
    "an index, then the id only": (
        [calls(call(0, "a", "f", '{"x"')), calls(call(None, "a", None, ": 1}"))],
        [FIRST],
    ),
    "neither index nor id, in pieces": (
        [
            calls(call(None, None, "f", '{"x"')),
            calls(call(None, None, None, ": 1}")),
            calls(call(None, None, "g", '{"y": 2}')),
        ],
        [("call_chatcmpl1_0_0", "f", {"x": 1}), ("call_chatcmpl1_0_1", "g", {"y": 2})],
    ),
    "neither, and no arguments": (
        [calls(call(None, None, "f")), calls(call(None, None, "g"))],
        [("call_chatcmpl1_0_0", "f", {}), ("call_chatcmpl1_0_1", "g", {})],
    ),
    "neither, the same tool twice": (
        [calls(call(None, None, "f", "{}")), calls(call(None, None, "f", "{}"))],
        [("call_chatcmpl1_0_0", "f", {}), ("call_chatcmpl1_0_1", "f", {})],
    ),
    "neither, and what looks whole is not": (
        [calls(call(None, None, "f", '{"x": {}')), calls(call(None, None, "f", "}"))],
        [("call_chatcmpl1_0_0", "f", {"x": {}})],
    ),
    "neither, the name on every piece": (
        [calls(call(None, None, "f", '{"x"')), calls(call(None, None, "f", ": 1}"))],
        [("call_chatcmpl1_0_0", "f", {"x": 1})],
    ),
    "the id after the name": (
        [calls(call(0, None, "f", '{"x"')), calls(call(0, "a", "f", ": 1}"))],
        [("call_chatcmpl1_0_0", "f", {"x": 1})],
    ),
    "the id after the name, no index": (
        [calls(call(None, None, "f", '{"x"')), calls(call(None, "a", None, ": 1}"))],
        [("call_chatcmpl1_0_0", "f", {"x": 1})],
    ),
    "the name after the id": (
        [calls(call(0, "a")), calls(call(0, None, "f", '{"x": 1}'))],
        [FIRST],
    ),
    "arguments as an object": ([calls(call(0, "a", "f", {"x": 1}))], [FIRST]),
    "arguments null": (
        [chunk({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": None}}]})],
        [("a", "f", {})],
    ),
    "no arguments": ([calls(call(0, "a", "f"))], [("a", "f", {})]),
    "empty arguments": ([calls(call(0, "a", "f", ""))], [("a", "f", {})]),
    "one call in place of a list": (
        [chunk({"tool_calls": call(0, "a", "f", '{"x": 1}')})],
        [FIRST],
    ),
    "ids that are none": ([calls(call(0, 7, "f", "{}"))], [("call_chatcmpl1_0_0", "f", {})]),
    "odd ones": (
        [
            chunk({"tool_calls": ["odd", {"index": 0}, call(0, "a", "f", '{"x": 1}')]}),
            chunk({"tool_calls": 7}),
        ],
        [FIRST],
    ),
    "the old form": (
        [
            chunk({"function_call": {"name": "f", "arguments": ""}}),
            chunk({"function_call": {"arguments": '{"x"'}}),
            chunk({"function_call": {"arguments": ": 1}"}}),
        ],
        [("call_chatcmpl1_0_0", "f", {"x": 1})],
    ),
    "the old form, of an answer that calls nothing": (
        [chunk({"content": "a", "function_call": {"name": "", "arguments": ""}})],
        [],
    ),
    "the whole message in place of a delta": (
        [
            {
                "id": "chatcmpl-1",
                "choices": [{"index": 0, "message": {"tool_calls": WHOLE}, "delta": None}],
            }
        ],
        [FIRST, SECOND],
    ),
}


@pytest.mark.parametrize(("events", "found"), SHAPES.values(), ids=SHAPES)
def test_tool_calls_stream_in_many_shapes(
    events: list[Any], found: list[tuple[str, str, Any]]
) -> None:
    """Indices run from 0 without gaps; id and name are told once, with the first piece."""
    stream = streamed(*events, chunk({}, "tool_calls" if found else "stop"))
    assert [(each.id, each.name, each.arguments) for each in stream.answer.tool_calls] == found
    pieces = [piece for each in stream.chunks for piece in each.delta_message().tool_calls]
    firsts: dict[int, ToolCallDelta] = {}
    for piece in pieces:
        assert (piece.id is None) == (piece.index in firsts), "an id is told once"
        firsts.setdefault(piece.index, piece)
    assert list(firsts) == list(range(len(found)))
    assert sum(piece.name is not None for piece in pieces) == len(found)
    assert all(isinstance(piece.arguments_json, str) for piece in pieces)
    assert stream.answer.finish_reason is (FinishReason.TOOL_CALLS if found else FinishReason.STOP)


def test_a_call_that_is_cut_at_the_limit_stays_cut() -> None:
    """The reason says so; the arguments are what came, and no JSON."""
    found = streamed(calls(call(0, "a", "f", '{"x": "lo')), chunk({}, "length"))
    assert found.answer.finish_reason is FinishReason.LENGTH
    assert found.answer.tool_calls[0].arguments_json == '{"x": "lo'


def test_several_answers_stream_side_by_side() -> None:
    """Each with its text, its calls and its reason; the last chunk has them by index."""
    found = streamed(
        {
            "choices": [
                {"index": 1, "delta": {"content": "b"}},
                {"index": 0, "delta": {"content": "a"}},
            ]
        },
        {"choices": [{"index": 1, "delta": {"tool_calls": [call(0, "y", "g", "{}")]}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [call(0, "x", "f", "{}")]}}]},
        {"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "stop"}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
    )
    assert [choice.index for choice in found.chunks[-1].choices] == [0, 1]
    first, second = found.answer.choices
    assert (first.message.content, first.finish_reason) == ("a", FinishReason.LENGTH)
    assert (second.message.content, second.finish_reason) == ("bB", FinishReason.TOOL_CALLS)
    assert [each.message.tool_calls[0].name for each in (first, second)] == ["f", "g"]


@pytest.mark.parametrize("index", [None, -1, "0"])
def test_an_answer_without_an_index_has_its_place(index: object) -> None:
    """The first of the list is answer 0."""
    found = streamed(
        {"choices": [{"index": index, "delta": {"content": "a"}, "finish_reason": "stop"}]}
    )
    assert [choice.index for choice in found.answer.choices] == [0]


USAGES: dict[str, tuple[list[Any], int]] = {
    "with no choices": ([{"choices": [], "usage": {"prompt_tokens": 7}}], 7),
    "null before": (
        [chunk({"content": "b"}, usage=None), {"choices": [], "usage": {"prompt_tokens": 7}}],
        7,
    ),
    "running totals": (
        [
            chunk({"content": "b"}, usage={"prompt_tokens": 5}),
            chunk({}, usage={"prompt_tokens": 7}),
        ],
        7,
    ),
    "on the reason's chunk": ([chunk({}, "stop", usage={"prompt_tokens": 7})], 7),
    "in the choice": (
        [{"choices": [{"index": 0, "delta": {}, "usage": {"prompt_tokens": 7}}]}],
        7,
    ),
    "x_groq": ([chunk({}, "stop", x_groq={"usage": {"prompt_tokens": 7}})], 7),
    "x_groq, and its own": (
        [chunk({}, "stop", usage={"prompt_tokens": 7}, x_groq={"usage": {"prompt_tokens": 9}})],
        7,
    ),
    "x_groq without": ([chunk({}, usage={"prompt_tokens": 7}), chunk({}, x_groq={"id": "x"})], 7),
    "nowhere": ([], 0),
}


@pytest.mark.parametrize(("events", "tokens"), USAGES.values(), ids=USAGES)
def test_usage_comes_in_many_places(events: list[Any], tokens: int) -> None:
    """It is on the last chunk, on every provider that can: the last that came, never a sum."""
    found = streamed(chunk({"content": "a"}), *events, chunk({}, "stop"))
    usage = found.chunks[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.reported) == (tokens, bool(tokens))
    assert found.answer.usage == usage


def test_thinking_streams_under_each_of_its_names() -> None:
    """reasoning_content, reasoning, both at once, or blocks in the content."""
    found = streamed(
        chunk({"reasoning_content": "a"}),
        chunk({"reasoning": "b"}),
        chunk({"reasoning": "c", "reasoning_content": "c"}),
        chunk({"content": "x"}),
        chunk({"content": "y", "reasoning": None}, "stop"),
    )
    message = found.answer.choices[0].message
    assert (message.reasoning, message.content) == ("abc", "xy")
    assert message.parts == (ReasoningPart("abc", provider="own"), TextPart("xy"))


def test_thinking_streams_in_blocks() -> None:
    """Mistral: lists while it thinks, strings after."""
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}
    found = streamed(
        chunk({"content": [thinking]}),
        chunk({"content": [thinking, {"type": "text", "text": "x"}]}),
        chunk({"content": "y"}, "stop"),
    )
    message = found.answer.choices[0].message
    assert (message.reasoning, message.content) == ("aa", "xy")


def test_sealed_thinking_streams_in_details() -> None:
    """OpenRouter's pieces join by their index, seal and all; odd ones are passed over."""
    found = streamed(
        chunk(
            {
                "reasoning": "a",
                "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "a"}],
            }
        ),
        chunk(
            {
                "reasoning": "b",
                "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "b"}],
            }
        ),
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 0, "signature": "s"}]}),
        chunk(
            {"reasoning_details": [{"type": "reasoning.encrypted", "index": 1, "data": "x"}, "odd"]}
        ),
        chunk({"reasoning_details": "odd"}),
        chunk({"content": "y"}, "stop"),
    )
    assert found.answer.choices[0].message.parts == (
        ReasoningPart(
            "ab", signature="s", provider="own", raw={"type": "reasoning.text", "index": 0}
        ),
        ReasoningPart(
            encrypted="x", provider="own", raw={"type": "reasoning.encrypted", "index": 1}
        ),
        TextPart("y"),
    )


def test_thinking_streams_in_the_text_where_a_manifest_says_so() -> None:
    """Tags cut anywhere; what is held back comes with the last chunk."""
    wire = OpenAIChat(provider="own", think_tags=True)
    pieces = ["<th", "ink>a", "b</thi", "nk>\n", "\nx", "y"]
    found = streamed(*(chunk({"content": piece}) for piece in pieces), chunk({}, "stop"), wire=wire)
    message = found.answer.choices[0].message
    assert (message.reasoning, message.content) == ("ab", "xy")
    held = streamed(chunk({"content": "<think>a</thi"}), chunk({}, "length"), wire=wire)
    assert held.answer.choices[0].message.reasoning == "a</thi"
    both = streamed(chunk({"content": "x", "reasoning": "a"}, "stop"), wire=wire)
    assert both.answer.choices[0].message.reasoning == "a"


def test_a_refusal_streams() -> None:
    """Apart from the text; what is no text is none."""
    found = streamed(
        chunk({"refusal": "N"}), chunk({"refusal": "o."}), chunk({"refusal": 7}, "stop")
    )
    assert (found.answer.choices[0].message.refusal, found.text) == ("No.", None)


def test_citations_come_with_the_last_chunk() -> None:
    """Perplexity repeats its list in each event: it is told once, of the whole text."""
    urls = ["https://a.com", "https://b.com"]
    found = streamed(
        chunk({"content": "x"}, citations=urls[:1]),
        chunk({"content": "y"}, "stop", citations=urls),
        chunk({}, search_results=[]),
    )
    (part,) = found.answer.choices[0].message.parts
    assert isinstance(part, TextPart)
    assert (part.text, [citation.url for citation in part.citations]) == ("xy", urls)


def test_annotations_of_a_delta_are_citations() -> None:
    """OpenAI's form, in the event that brings them."""
    note = {"type": "url_citation", "url_citation": {"url": "https://a.com"}}
    found = streamed(
        chunk({"content": "x"}),
        chunk({"annotations": [note]}),
        chunk({"annotations": [{"type": "odd"}]}, "stop"),
    )
    (part,) = found.answer.choices[0].message.parts
    assert isinstance(part, TextPart)
    assert [citation.url for citation in part.citations] == ["https://a.com"]


def test_the_message_beside_a_delta_is_not_added() -> None:
    """Perplexity's is all that has come so far."""

    def both(delta: str, message: str, finish: str | None = None) -> dict[str, object]:
        choice = {
            "delta": {"content": delta},
            "message": {"content": message},
            "finish_reason": finish,
        }
        return {"choices": [choice]}

    assert streamed(both("a", "a"), both("b", "ab"), both("", "ab", "stop")).text == "ab"
    end = {"choices": [{"delta": None, "message": {"content": "a"}, "finish_reason": "stop"}]}
    assert streamed(chunk({"content": "a"}), end).text == "a"


def test_logprobs_stream() -> None:
    """Each event those of its tokens; they join in the answer."""

    def token(text: str, finish: str | None = None) -> dict[str, object]:
        probs = {"content": [{"token": text, "logprob": -1}]}
        choice = {
            "index": 0,
            "delta": {"content": text},
            "logprobs": probs,
            "finish_reason": finish,
        }
        return {"choices": [choice]}

    found = streamed(token("a"), token("b", "stop"))
    probs = found.answer.choices[0].logprobs
    assert probs is not None
    assert [each.token for each in probs.content] == ["a", "b"]


TORN = [["a\\ud83d", "\\ude00b"], ["\\ud83d", "\\ude00"], ["a", "\\ud83d", "", "\\ude00"]]


@pytest.mark.parametrize("pieces", TORN)
@pytest.mark.parametrize("field", ["content", "reasoning_content", "reasoning", "refusal"])
def test_half_a_character_waits_for_its_other_half(pieces: list[str], field: str) -> None:
    """Some servers cut text by UTF-16 units: what they cut in two is joined."""
    events = [f'{{"choices": [{{"delta": {{"{field}": "{piece}"}}}}]}}' for piece in pieces]
    message = streamed(*events, chunk({}, "stop")).answer.choices[0].message
    said = message.reasoning if field.startswith("reasoning") else getattr(message, field)
    assert said == json.loads(f'"{"".join(pieces)}"')


@pytest.mark.parametrize("field", ["content", "reasoning"])
def test_half_a_character_at_the_end_is_mended(field: str) -> None:
    """Its other half never came: no UTF-8 can carry it alone."""
    event = f'{{"choices": [{{"delta": {{"{field}": "a\\ud83d"}}, "finish_reason": "length"}}]}}'
    assert getattr(streamed(event).answer.choices[0].message, field) == "a\ufffd"


def test_half_a_character_in_arguments_is_joined() -> None:
    """Raw in the arguments' text; two calls at once do not get each other's half."""

    def event(index: int, arguments: str, name: str = "") -> str:
        function = f'{{"name": "{name}", "arguments": "{arguments}"}}'
        calls = f'[{{"index": {index}, "function": {function}}}]'
        return f'{{"id": "x", "choices": [{{"delta": {{"tool_calls": {calls}}}}}]}}'

    found = streamed(
        event(0, '{\\"x\\": \\"\\ud83d', "f"),
        event(1, '{\\"y\\": \\"\\ud83d', "g"),
        event(0, '\\ude00\\"}'),
        event(1, '!\\"}'),
        chunk({}, "tool_calls"),
    )
    assert [each.arguments for each in found.answer.tool_calls] == [{"x": "😀"}, {"y": "\ufffd!"}]


def test_half_characters_elsewhere_are_mended() -> None:
    """What does not go on in the next event has no other half to wait for."""
    details = '[{"type": "reasoning.text", "text": "a\\ud83d", "x": "\\ud83d"}]'
    event = (
        f'{{"id": "\\ud83d", "choices": [{{"delta": {{"reasoning_details": {details}}}}}, "odd"]}}'
    )
    found = streamed(event, chunk({"content": "b"}, "stop"))
    assert found.answer.id == "\ufffd"
    for event in ('{"choices": null, "x": "\\ud83d"}', '{"usage": {"prompt_tokens": NaN}}'):
        assert streamed(event, chunk({"content": "b"}, "stop")).text == "b"
    assert isinstance(streamed('["\\ud83d"]').error, DecodeError)
    assert json.dumps(found.answer.to_dict(), ensure_ascii=False).encode()


def test_an_answer_in_one_piece_is_one_chunk() -> None:
    """A server that cannot stream answers whole: text, calls, usage and all."""
    message = {"content": "a", "reasoning": "h", "tool_calls": [call(0, "x", "f", '{"x": 1}')]}
    body = {**answer(message, finish_reason="tool_calls"), "usage": {"prompt_tokens": 7}}
    for stream in (json.dumps(body).encode(), b"\n " + json.dumps(body, indent=2).encode()):
        for size in (None, 1, 7):
            found = decoded(stream, size)
            (only,) = found.chunks
            assert only.is_last_chunk
            assert only.usage is not None
            assert only.usage.prompt_tokens == 7
            assert (found.text, found.answer.choices[0].message.reasoning) == ("a", "h")
            assert found.answer.tool_calls[0].arguments == {"x": 1}
            assert found.answer.finish_reason is FinishReason.TOOL_CALLS


def test_an_error_in_one_piece_is_an_error() -> None:
    """With status 200, in place of a stream."""
    assert isinstance(decoded(b'{"error": {"message": "no"}}').error, ServerError)
    assert isinstance(decoded(b'{"choices": [').error, DecodeError)


def test_an_end_is_asked_for_once() -> None:
    """A stream that has ended has nothing more to say at its close."""
    decoder = OpenAIChat().decoder()
    assert len(decoder.feed(sse(chunk({"content": "a"}, "stop"), "[DONE]"))) == 2
    assert (decoder.done, decoder.finished) == (True, True)
    assert decoder.close() == []
    assert decoder.feed(sse(chunk({"content": "b"}))) == []


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "function", "name", "arguments", "id", "index"]), inner
        )
    ),
    max_leaves=6,
)
DELTAS = st.dictionaries(
    st.sampled_from(
        [
            *("content", "reasoning", "reasoning_content", "reasoning_details", "refusal"),
            *("tool_calls", "function_call", "annotations"),
        ]
    ),
    ODD,
)


@given(st.lists(st.tuples(DELTAS, ODD, ODD), max_size=4))
def test_no_stream_breaks_the_reader(events: list[tuple[dict[str, Any], Any, Any]]) -> None:
    """Whatever stands in a field, no exception but llmkit's own gets out, and only at the end."""
    stream = sse(
        *(
            {
                "choices": [
                    {"index": one, "delta": delta, "finish_reason": other, "logprobs": one}
                ],
                "id": one,
                "created": other,
                "usage": other,
                "x_groq": one,
                "citations": other,
            }
            for delta, one, other in events
        ),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    )
    found = in_pieces([stream[:40], stream[40:]])
    assert found.error is None or isinstance(found.error, StreamInterruptedError | DecodeError)
    assert found.answer.to_dict()


DEEP = st.lists(st.sampled_from(["a", "ü", "🦙", "\n", '"', "\\", "data: ", "\u2028"]), max_size=6)


@given(st.lists(DEEP.map("".join), min_size=1, max_size=5), st.data())
def test_any_cut_of_any_text_gives_the_text(texts: list[str], data: st.DataObject) -> None:
    """What a model says is what is read, wherever the network cuts."""
    stream = sse(*(chunk({"content": text}) for text in texts), chunk({}, "stop"), "[DONE]")
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    found = in_pieces([stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)])])
    assert (found.text or "") == "".join(texts)

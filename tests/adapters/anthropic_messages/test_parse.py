"""Whole answers."""

from __future__ import annotations

import pytest

from llmkit import (
    APIError,
    DecodeError,
    FinishReason,
    OverloadedError,
    ReasoningPart,
    TextPart,
    ToolCall,
)

from .answers import WIRE, end, message, parsed, response, said, start, text


def test_text_is_the_content() -> None:
    """Id, model, text, reason and counts are those of the wire."""
    answer = parsed({"type": "text", "text": "Hi"}, {"type": "text", "text": " there"})
    assert (answer.id, answer.model, answer.provider) == ("msg_1", "claude-x", "anthropic")
    assert answer.content == "Hi there"
    assert answer.finish_reason is FinishReason.STOP
    assert answer.raw["stop_reason"] == "end_turn"
    assert answer.created is None


def test_thinking_keeps_its_seal_and_its_owner() -> None:
    """Thinking, shown or not, and redacted: all that is needed to send it again."""
    answer = parsed(
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "thinking", "thinking": "", "signature": "t"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "Hi"},
    )
    message = answer.assistant_message()
    assert message is not None
    assert message.parts == (
        ReasoningPart("hm", signature="s", provider="anthropic"),
        ReasoningPart("", signature="t", provider="anthropic"),
        ReasoningPart(encrypted="d", provider="anthropic"),
        TextPart("Hi"),
    )
    assert message.reasoning == "hm"


def test_calls_have_their_arguments_as_json() -> None:
    """An input is JSON text; a call without one has no arguments; ids are made up if missing."""
    answer = parsed(
        {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {"x": [1]}},
        {"type": "tool_use", "name": "b"},
        stop="tool_use",
    )
    first, second = answer.tool_calls
    assert first == ToolCall("toolu_1", "a", '{"x":[1]}')
    assert (second.name, second.arguments, bool(second.id)) == ("b", {}, True)
    assert answer.finish_reason is FinishReason.TOOL_CALLS


def test_a_call_that_code_made_keeps_who_made_it() -> None:
    """A call of the model itself needs no such mark."""
    caller = {"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}
    use = {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {}}
    (call,) = parsed({**use, "caller": caller}).tool_calls
    assert call.signature is not None
    assert call.provider == "anthropic"
    (call,) = parsed({**use, "caller": {"type": "direct"}}).tool_calls
    assert call.signature is None


def test_the_providers_own_tools_are_kept_whole_and_are_no_calls() -> None:
    """What only the provider understands is there to be sent again, and shows nowhere."""
    use = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    result = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    unknown = {"type": "what_comes_next", "x": 1}
    answer = parsed(use, result, unknown, {"type": "text", "text": "Hi"})
    message = answer.assistant_message()
    assert message is not None
    kept = [part.raw for part in message.parts if isinstance(part, ReasoningPart)]
    assert kept == [use, result, unknown]
    assert (message.content, message.reasoning, message.tool_calls) == ("Hi", None, ())
    assert answer.finish_reason is FinishReason.STOP


def test_citations_say_where_a_text_comes_from() -> None:
    """A document's, a search result's and the web's: title, address, words, and all of it raw."""
    document = {"type": "page_location", "cited_text": "a", "document_title": "D"}
    web = {
        "type": "web_search_result_location",
        "cited_text": "b",
        "title": "W",
        "url": "https://w",
    }
    result = {"type": "search_result_location", "cited_text": "c", "title": "S", "source": "s://x"}
    answer = parsed({"type": "text", "text": "ABC", "citations": [document, web, result]})
    message = answer.assistant_message()
    assert message is not None
    (part,) = message.parts
    assert isinstance(part, TextPart)
    assert [(one.title, one.url, one.text) for one in part.citations] == [
        ("D", None, "a"),
        ("W", "https://w", "b"),
        ("S", "s://x", "c"),
    ]
    assert part.citations[0].raw == document


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.MODEL_LENGTH),
        ("tool_use", FinishReason.TOOL_CALLS),
        ("refusal", FinishReason.CONTENT_FILTER),
        ("pause_turn", FinishReason.OTHER),
        ("compaction", FinishReason.OTHER),
        ("brand_new", FinishReason.OTHER),
        (None, FinishReason.STOP),
    ],
)
def test_each_reason_has_its_meaning_and_keeps_its_word(
    raw: str | None, reason: FinishReason
) -> None:
    """An unknown word is OTHER, never a plain stop."""
    answer = parsed({"type": "text", "text": "Hi"}, stop=raw)
    assert answer.finish_reason is reason
    assert answer.choices[0].raw_finish_reason == raw


def test_calls_turn_a_stop_into_calls_but_no_cut_off() -> None:
    """Servers that say "end_turn" over calls mean the calls; a limit stays a limit."""
    use = {"type": "tool_use", "id": "t", "name": "a", "input": {}}
    assert parsed(use, stop="end_turn").finish_reason is FinishReason.TOOL_CALLS
    assert parsed(use, stop="max_tokens").finish_reason is FinishReason.LENGTH


def test_usage_counts_the_cache_into_the_prompt() -> None:
    """The wire's input leaves out what a cache gave and what was written to one."""
    raw = {
        "input_tokens": 3,
        "cache_read_input_tokens": 10,
        "cache_creation_input_tokens": 20,
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 5},
        "service_tier": "standard",
    }
    usage = parsed(usage=raw).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (33, 7, 40)
    assert (usage.cached_tokens, usage.cache_write_tokens, usage.reasoning_tokens) == (10, 20, 5)
    assert usage.raw == raw
    assert parsed(usage=None).usage.reported is False


def test_an_error_in_a_200_is_raised() -> None:
    """Its type says the class."""
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Later"}}
    with pytest.raises(OverloadedError, match="Later") as caught:
        WIRE.parse(response(told))
    assert isinstance(caught.value, APIError)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"content": "x"}', b"null"])
def test_what_is_not_of_the_wires_form_is_no_answer(body: bytes) -> None:
    """Anything else is a typed error that keeps what came."""
    with pytest.raises(DecodeError):
        WIRE.parse(response(body))


def test_a_stream_that_nobody_asked_for_is_read() -> None:
    """Some servers stream in any case."""
    answer = WIRE.parse(response(said(start(), text(0, "Hi"), end())))
    assert answer.content == "Hi"
    assert answer.usage.completion_tokens == 9


def test_odd_blocks_do_not_disturb() -> None:
    """What is no object is passed over, an empty text is no part, no content is an answer."""
    assert parsed("x", None, {"type": "text", "text": ""}).assistant_message() is not None
    assert parsed().content is None
    assert WIRE.parse(response(message(stop="stop_sequence"))).finish_reason is FinishReason.STOP

"""What the model has said, said to it again."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    CacheControl,
    Citation,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.anthropic_messages import AnthropicMessages

from .building import Built, build

SEARCH: dict[str, Any] = {
    "type": "server_tool_use",
    "id": "srvtoolu_1",
    "name": "web_search",
    "input": {"q": "x"},
}


def again(*parts: Any, **options: Any) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """What *parts* of an answer are sent back as, and what was changed."""
    built: Built = build(
        UserMessage("Hi"), AssistantMessage.of_parts(parts), UserMessage("?"), **options
    )
    said = built.body["messages"]
    content = said[1]["content"] if len(said) > 1 else []
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    return content, built.changes


def test_thinking_goes_back_unmodified_and_in_order() -> None:
    """Text and seal, redacted thinking and tools of the provider's own: each where it stood."""
    blocks, changes = again(
        ReasoningPart("hm ", signature="s1", provider="anthropic"),
        ReasoningPart(encrypted="secret", provider="anthropic"),
        ReasoningPart("", signature="s2", provider="anthropic"),
        ReasoningPart(raw=SEARCH, provider="anthropic"),
        TextPart("Well."),
        ToolCall("toolu_1", "ping", '{"a": 1}'),
    )
    assert blocks == [
        {"type": "thinking", "thinking": "hm ", "signature": "s1"},
        {"type": "redacted_thinking", "data": "secret"},
        {"type": "thinking", "thinking": "", "signature": "s2"},
        SEARCH,
        {"type": "text", "text": "Well."},
        {"type": "tool_use", "id": "toolu_1", "name": "ping", "input": {"a": 1}},
    ]
    assert changes == []


def test_thinking_of_others_and_without_a_seal_stays_here() -> None:
    """Another provider's would be refused, and so would what has no seal; both are told."""
    blocks, changes = again(
        ReasoningPart("theirs", signature="s", provider="other"),
        ReasoningPart("unsealed"),
        TextPart("Well."),
    )
    assert blocks == [{"type": "text", "text": "Well."}]
    assert changes == [("dropped", "messages[1].parts[0]"), ("dropped", "messages[1].parts[1]")]


def test_thinking_that_is_nobodys_is_taken_for_ones_own() -> None:
    """A part that names no provider goes, if it is sealed."""
    assert again(ReasoningPart("hm", signature="s"))[0][0]["signature"] == "s"


def test_models_of_others_take_thinking_without_a_seal() -> None:
    """Servers that only speak the wire have no seals to check."""
    blocks, _ = again(ReasoningPart("hm"), model="tiny")
    assert blocks == [{"type": "thinking", "thinking": "hm", "signature": ""}]


def test_arguments_that_are_no_json_go_in_a_wrapper() -> None:
    """The wire has objects for arguments: a text that was cut off goes in one, and it is told."""
    blocks, changes = again(ToolCall("toolu_1", "ping", '{"a": '))
    assert blocks[0]["input"] == {"INVALID_JSON": '{"a": '}
    assert changes == [("rewritten", "messages[1].parts[0]")]


def test_a_call_that_code_made_says_so_again() -> None:
    """Who made a call is kept as its seal, for its provider alone."""
    caller = '{"type":"code_execution_20250825","tool_id":"srvtoolu_1"}'
    call = ToolCall("toolu_1", "ping", "{}", signature=caller, provider="anthropic")
    assert again(call)[0][0]["caller"]["tool_id"] == "srvtoolu_1"
    foreign = ToolCall("toolu_1", "ping", "{}", signature="opaque", provider="gemini")
    blocks, changes = again(foreign)
    assert "caller" not in blocks[0]
    assert changes == [("dropped", "messages[1].parts[0].signature")]


def test_citations_go_back_in_the_wires_own_form() -> None:
    """Those of a web search are needed to go on; of others, none can be said."""
    ours: dict[str, Any] = {
        "type": "char_location",
        "cited_text": "a",
        "document_index": 0,
        "document_title": None,
        "start_char_index": 0,
        "end_char_index": 1,
    }
    text = TextPart("A.", citations=(Citation(raw={**ours, "file_id": None}),))
    assert again(text)[0][0]["citations"] == [ours]
    foreign = TextPart("A.", citations=(Citation(url="https://a.test", raw={"url": "x"}),))
    blocks, changes = again(foreign)
    assert "citations" not in blocks[0]
    assert changes == [("dropped", "messages[1].parts[0].citations")]


def test_refusals_are_text_and_images_are_refused() -> None:
    """The wire has no word for a refusal's text in a conversation, nor images in an answer."""
    blocks, changes = again(RefusalPart("No."))
    assert blocks == [{"type": "text", "text": "No."}]
    assert changes == [("rewritten", "messages[1].parts[0]")]
    with pytest.raises(UnsupportedParameterError, match="parts"):
        again(ImagePart(url="https://a.test/x.png"))


def test_a_marker_may_stand_on_an_answers_text() -> None:
    """And a seal of another wire's text is told to be dropped."""
    blocks, _ = again(TextPart("A.", cache_control=CacheControl()))
    assert blocks[0]["cache_control"] == {"type": "ephemeral"}
    _, changes = again(TextPart("A.", signature="s", provider="gemini"))
    assert changes == [("dropped", "messages[1].parts[0].signature")]


def test_what_was_parsed_goes_back_as_it_came() -> None:
    """An answer with thinking, search, citations and a call: its blocks are sent again."""
    from llmkit._http import Headers, HttpResponse
    from llmkit._json import dumps

    cited = {
        "type": "web_search_result_location",
        "url": "https://a.test",
        "title": "A",
        "cited_text": "a",
        "encrypted_index": "e",
    }
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        SEARCH,
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
        {"type": "text", "text": "A.", "citations": [cited]},
        {"type": "tool_use", "id": "toolu_1", "name": "ping", "input": {}},
    ]
    wire = AnthropicMessages(provider="anthropic")
    body = dumps({"id": "m", "content": content, "stop_reason": "tool_use"})
    answer = wire.parse(HttpResponse(200, Headers(), body)).assistant_message()
    assert answer is not None
    assert again(*answer.parts) == (content, [])

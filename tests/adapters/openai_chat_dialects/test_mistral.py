"""Mistral's dialect: https://docs.mistral.ai/api/"""

from __future__ import annotations

from typing import Any, cast

import pytest

from llmkit import (
    AssistantMessage,
    AudioPart,
    FilePart,
    FinishReason,
    ImagePart,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.providers import get

from ..openai_chat import answer, built, chunk, parsed, streamed

MISTRAL = cast("OpenAIChat", get("mistral").adapter())
TOOL = Tool("look_up", parameters={"type": "object", "properties": {}})
THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm. "}]}


def said(*messages: Any, **fields: Any) -> list[Any]:
    """The messages as Mistral gets them."""
    return built(messages, wire=MISTRAL, **fields).messages


def test_its_own_words() -> None:
    """`random_seed`, "any", `safe_prompt`; no `stream_options`."""
    body = built(
        wire=MISTRAL,
        streamed=True,
        seed=1,
        tools=[TOOL],
        tool_choice="required",
        safe_prompt=True,
        reasoning_effort="high",
        max_tokens=5,
    ).body
    assert body["random_seed"] == 1
    assert body["tool_choice"] == "any"
    assert body["safe_prompt"] is True
    assert (body["reasoning_effort"], body["max_tokens"]) == ("high", 5)
    assert "stream_options" not in body


@pytest.mark.parametrize("field", ["user", "logit_bias", "service_tier", "logprobs"])
def test_a_key_that_it_does_not_know_is_refused(field: str) -> None:
    """It would answer 422."""
    values: dict[str, Any] = {
        "user": "a", "logit_bias": {"1": 1}, "service_tier": "auto", "logprobs": True,
    }  # fmt: skip
    with pytest.raises(UnsupportedParameterError, match=field):
        built(wire=MISTRAL, **{field: values[field]})


def test_names_on_messages_are_refused() -> None:
    """Its messages have none."""
    with pytest.raises(UnsupportedParameterError, match="name"):
        said(UserMessage("Hi", name="someone"))


def test_ids_of_nine_letters_and_digits() -> None:
    """Foreign ids are rewritten, call and answer alike; each change is noted."""
    history = [
        UserMessage("Look both up."),
        AssistantMessage(
            tool_calls=[ToolCall("call_1", "look_up"), ToolCall("AbC123xyz", "look_up")]
        ),
        ToolMessage("1", tool_call_id="call_1"),
        ToolMessage("2", tool_call_id="AbC123xyz"),
    ]
    sent = built(history, wire=MISTRAL)
    first, second = (call["id"] for call in sent.messages[1]["tool_calls"])
    assert (len(first), first.isalnum(), second) == (9, True, "AbC123xyz")
    assert [message["tool_call_id"] for message in sent.messages[2:]] == [first, second]
    assert sent.adjusted == (
        ("rewritten", "messages[1].tool_calls[0].id"),
        ("rewritten", "messages[2].tool_call_id"),
    )
    assert built(history, wire=MISTRAL).body == sent.body


def test_no_user_after_a_tool() -> None:
    """An assistant stands between, and before the images of a tool's result, too."""
    call = AssistantMessage(tool_calls=[ToolCall("AbC123xyz", "look_up")])
    image = ImagePart(url="https://a.b/c.png")
    result = ToolMessage([TextPart("This:"), image], tool_call_id="AbC123xyz")
    roles = [message["role"] for message in said(UserMessage("?"), call, result, UserMessage("!"))]
    assert roles == ["user", "assistant", "tool", "assistant", "user", "user"]
    plain = ToolMessage("1", tool_call_id="AbC123xyz")
    sent = built([UserMessage("?"), call, plain, UserMessage("!")], wire=MISTRAL)
    assert [message["role"] for message in sent.messages[2:]] == ["tool", "assistant", "user"]
    assert ("added", "messages[3]") in sent.adjusted


def test_a_prefix() -> None:
    """The last message, to be gone on from."""
    sent = said(UserMessage("Two and two?"), AssistantMessage("That is ", prefix=True))
    assert sent[-1] == {"role": "assistant", "content": "That is ", "prefix": True}


def test_a_message_with_nothing_in_it_gets_a_text() -> None:
    """It would be refused; another's thinking, which is dropped, leaves such a one."""
    foreign = AssistantMessage(reasoning=ReasoningPart("Hm.", provider="anthropic"))
    sent = built([UserMessage("?"), foreign, UserMessage("!")], wire=MISTRAL)
    assert sent.messages[1] == {"role": "assistant", "content": "."}
    assert sent.adjusted == (("dropped", "messages[1].parts[0]"), ("added", "messages[1]"))


def test_audio_and_documents() -> None:
    """Audio as plain text, documents as `document_url`."""
    audio, file = AudioPart(data=b"RIFF0000WAVE"), FilePart(data=b"%PDF-1.7")
    (message,) = said(UserMessage(["See:", audio, file]))
    assert message["content"][1:] == [
        {"type": "input_audio", "input_audio": "UklGRjAwMDBXQVZF"},
        {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0xLjc="},
    ]


def test_thinking_comes_in_a_list_and_goes_back_so() -> None:
    """In order, with its seal: https://docs.mistral.ai/capabilities/reasoning/"""
    sealed = {**THINKING, "signature": "seal", "closed": True}
    content = [sealed, {"type": "text", "text": "4"}, THINKING, {"type": "text", "text": "."}]
    found = parsed(answer({"role": "assistant", "content": content}), MISTRAL)
    assert (found.content, found.assistant_message().reasoning) == ("4.", "Hm. Hm. ")
    assert [type(part).__name__ for part in found.assistant_message().parts] == [
        *("ReasoningPart", "TextPart"),
        *("ReasoningPart", "TextPart"),
    ]
    (sent,) = said(found.assistant_message())
    assert sent["content"] == [{**THINKING, "signature": "seal"}, *content[1:]]


def test_thinking_is_streamed_in_lists_and_text_in_strings() -> None:
    """The seal joins the thinking that it is of; thinking after text is another part."""
    delta = {"role": "assistant", "content": [THINKING]}
    whole = streamed(
        chunk({"role": "assistant", "content": ""}),
        chunk(delta),
        chunk({"content": [{**THINKING, "signature": "seal"}]}),
        chunk({"content": "4"}),
        chunk({"content": [{"type": "text", "text": "2"}]}),
        chunk(delta),
        chunk({"content": "."}, "stop"),
        wire=MISTRAL,
    )
    assert whole.error is None
    message = whole.answer.assistant_message()
    assert (message.content, message.reasoning) == ("42.", "Hm. Hm. Hm. ")
    assert [part for part in message.parts if isinstance(part, ReasoningPart)] == [
        ReasoningPart("Hm. Hm. ", signature="seal", provider="mistral"),
        ReasoningPart("Hm. ", provider="mistral"),
    ]
    assert (
        "".join(choice.delta.reasoning or "" for each in whole.chunks for choice in each.choices)
        == "Hm. Hm. Hm. "
    )
    (sent,) = said(message)
    assert [block["type"] for block in sent["content"]] == ["thinking", "text"] * 2


def test_databricks_seals_its_summaries() -> None:
    """The same list, by other words."""
    block = {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "Hm.", "signature": "seal"}],
    }
    found = parsed(answer({"content": [block, {"type": "text", "text": "4"}]}))
    assert found.assistant_message().parts[0] == ReasoningPart(
        "Hm.", signature="seal", provider="own"
    )


def test_a_context_that_is_full() -> None:
    """`model_length` is a limit of the model's, and not of `max_tokens`."""
    found = parsed(answer({"content": "4"}, finish_reason="model_length"), MISTRAL)
    assert found.choices[0].finish_reason is FinishReason.MODEL_LENGTH
    assert found.choices[0].raw_finish_reason == "model_length"

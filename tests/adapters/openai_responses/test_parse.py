"""Whole answers, understood."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from llmkit import (
    Citation,
    DecodeError,
    FinishReason,
    QuotaExceededError,
    ReasoningPart,
    RefusalPart,
    ServerError,
    TextPart,
    ToolCall,
)

from .answers import ITEMS, USAGE, WIRE, answer, parsed, response


def parts(*names: str) -> tuple[Any, ...]:
    """The parts of the message that items make."""
    message = parsed(*(ITEMS[name] for name in names)).assistant_message()
    assert message is not None
    return message.parts


def test_the_answer_itself() -> None:
    """Its id, time, model, and the provider's own object."""
    found = parsed(ITEMS["text"])
    assert found.id == "resp_1"
    assert found.created == datetime.fromtimestamp(1700000000, UTC)
    assert found.model == "gpt-5-2025-08-07"
    assert found.provider == "openai-responses"
    assert found.raw == answer(ITEMS["text"])
    assert found.content == "Grüße 👋"


def test_items_are_parts_in_order() -> None:
    """Each with what the provider wants to see again."""
    thinking, text, refusal, call, search = parts("thinking", "text", "refusal", "call", "search")
    assert isinstance(thinking, ReasoningPart)
    assert (thinking.text, thinking.encrypted, thinking.id) == ("Hm.", "SEALED", "rs_1")
    assert text == TextPart(
        "Grüße 👋",
        signature='{"id":"msg_1","phase":"final_answer"}',
        provider="openai-responses",
    )
    assert refusal == RefusalPart("I will not.")
    assert call == ToolCall(
        "call_1",
        "get_weather",
        '{"city":"Paris"}',
        signature='{"id":"fc_1"}',
        provider="openai-responses",
    )
    assert search == ReasoningPart(provider="openai-responses", raw=ITEMS["search"])


def test_a_tool_of_the_providers_own_is_no_call() -> None:
    """It has run it already."""
    found = parsed(ITEMS["search"], ITEMS["text"])
    assert found.tool_calls == ()
    assert found.finish_reason is FinishReason.STOP


def test_citations_are_annotations() -> None:
    """With their places in the text; files by their names."""
    (text,) = parts("cited")
    raw = ITEMS["cited"]["content"][0]["annotations"][0]
    assert text.citations == (Citation("https://example.com", "They", None, 3, 7, raw),)
    file: dict[str, Any] = {
        "type": "file_citation",
        "file_id": "file-1",
        "filename": "a.pdf",
        "index": 5,
    }
    content = {"type": "output_text", "text": "See there.", "annotations": [file, None]}
    message = parsed({**ITEMS["text"], "content": [content]}).assistant_message()
    assert message is not None
    assert message.parts[0] == TextPart(
        "See there.",
        citations=(Citation(title="a.pdf", start=5, raw=file),),
        signature='{"id":"msg_1","phase":"final_answer"}',
        provider="openai-responses",
    )


def test_usage_is_the_contracts_own() -> None:
    """Cached, written and reasoning tokens are "of which"; without an object, nothing is told."""
    usage = parsed().usage
    counts = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    assert counts == (10, 7, 17)
    assert (usage.cached_tokens, usage.cache_write_tokens, usage.reasoning_tokens) == (4, 2, 5)
    assert usage.raw == USAGE
    assert not parsed(usage=None).usage.reported
    apart = {**USAGE, "total_tokens": 22}
    assert parsed(usage=apart).usage.completion_tokens == 12


@pytest.mark.parametrize(
    ("status", "details", "finish"),
    [
        ("completed", None, FinishReason.STOP),
        (None, None, FinishReason.STOP),
        ("incomplete", {"reason": "max_output_tokens"}, FinishReason.LENGTH),
        ("incomplete", {"reason": "content_filter"}, FinishReason.CONTENT_FILTER),
        ("incomplete", {"reason": "max_messages"}, FinishReason.OTHER),
        ("incomplete", None, FinishReason.LENGTH),
        ("failed", None, FinishReason.ERROR),
        ("cancelled", None, FinishReason.OTHER),
        ("queued", None, FinishReason.OTHER),
        ("in_progress", None, FinishReason.OTHER),
        ("later", None, FinishReason.OTHER),
    ],
)
def test_the_reason_is_the_status_and_its_details(
    status: str | None, details: dict[str, str] | None, finish: FinishReason
) -> None:
    """The provider's own word stays; calls turn a stop into calls, and nothing else."""
    for item, wanted in ((ITEMS["text"], finish), (ITEMS["call"], finish)):
        found = parsed(item, status=status, incomplete_details=details)
        stopped = wanted is FinishReason.STOP and item is ITEMS["call"]
        assert found.finish_reason is (FinishReason.TOOL_CALLS if stopped else wanted)
        assert found.choices[0].raw_finish_reason == status


def test_likelihoods_of_every_text() -> None:
    """One list, over all the texts."""
    tokens = [
        {"token": token, "logprob": -1.0, "bytes": [97], "top_logprobs": []} for token in "ab"
    ]
    content = [
        {"type": "output_text", "text": one["token"], "annotations": [], "logprobs": [one]}
        for one in tokens
    ]
    logprobs = parsed({**ITEMS["text"], "content": content}).choices[0].logprobs
    assert logprobs is not None
    assert [token.token for token in logprobs.content] == ["a", "b"]


def test_thinking_itself_comes_before_its_summary() -> None:
    """Open models show it; several pieces are joined."""
    item = {
        **ITEMS["thinking"],
        "content": [{"type": "reasoning_text", "text": "So "}, {"text": "on."}],
    }
    message = parsed(item).assistant_message()
    assert message is not None
    assert message.reasoning == "So on."


def test_a_call_without_an_id_gets_one() -> None:
    """Each its own, the same each time; the item's id is not the call's."""
    item = {**ITEMS["call"], "call_id": None, "arguments": {"city": "Paris"}}
    calls = parsed(item, item).tool_calls
    assert len({call.id for call in calls}) == 2
    assert calls == parsed(item, item).tool_calls
    assert calls[0].arguments == {"city": "Paris"}


def test_an_error_inside_a_200() -> None:
    """An answer that has failed, and an error in place of one."""
    error = {"code": "server_error", "message": "It broke."}
    with pytest.raises(ServerError, match="It broke") as caught:
        parsed(status="failed", error=error)
    assert caught.value.status == 200
    with pytest.raises(ServerError):
        parsed(status="failed")
    with pytest.raises(QuotaExceededError):
        WIRE.parse(response({"error": {"code": "insufficient_quota", "message": "No."}}))
    with pytest.raises(ServerError, match="Nothing"):
        WIRE.parse(response({"detail": "Nothing."}))


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"{}", b'{"output": 1}'])
def test_what_is_not_of_the_form(body: bytes) -> None:
    """An error of its own, with the bytes."""
    with pytest.raises(DecodeError) as caught:
        WIRE.parse(response(body))
    assert caught.value.body == body


def test_odd_items_are_passed_over() -> None:
    """What is no item, and what of an item is no content."""
    message = {**ITEMS["text"], "content": [None, 1, {"type": "output_text"}]}
    found = WIRE.parse(response({**answer(), "output": [None, "a", message]}))
    assert found.content is None
    assert found.choices[0].message.parts == ()

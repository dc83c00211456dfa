"""Whole answers of Ollama's form."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from llmkit import DecodeError, FinishReason, ImagePart, ReasoningPart, TextPart, ToolCall, Usage

from .wire import COUNTS, call, last, line, ndjson, parsed

PNG = b"\x89PNG\r\n\x1a\n"


def test_an_answer() -> None:
    """Text, model, time, reason; the body stays in `raw`. There is no id."""
    body = last("Paris.")
    answer = parsed(body)
    assert (answer.id, answer.content, answer.model) == ("", "Paris.", "m")
    assert answer.created == datetime(2025, 1, 1, 0, 0, 0, 123456, UTC)
    (choice,) = answer.choices
    assert (choice.finish_reason, choice.raw_finish_reason) == (FinishReason.STOP, "stop")
    assert answer.raw == body
    assert answer.provider == "ollama-native"


def test_counts_and_durations() -> None:
    """The counts are llmkit's own; `raw` has the durations beside them, in nanoseconds."""
    assert parsed(last("a")).usage == Usage(26, 12, 38, raw=COUNTS)
    cached = {**last("a"), "prompt_eval_cached_count": 20}
    assert parsed(cached).usage.cached_tokens == 20


def test_a_prompt_without_a_count_is_unknown() -> None:
    """It came from the cache: what is known stays, and `raw` says no number for it."""
    body = last("a")
    del body["prompt_eval_count"]
    usage = parsed(body).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.reported) == (0, 12, True)
    assert "prompt_eval_count" not in usage.raw
    del body["eval_count"]
    usage = parsed(body).usage
    assert usage.reported is False
    assert usage.raw["total_duration"] == 9


@pytest.mark.parametrize("told", [None, "", "yesterday", "0001-01-01T00:00:00Z", 5])
def test_no_time(told: object) -> None:
    """Of servers that tell none, or the zero of theirs."""
    assert parsed({**last("a"), "created_at": told}).created is None


def test_thinking_before_text() -> None:
    """Stamped with whose it is."""
    answer = parsed(last("Paris.", thinking="Hm.")).choices[0].message
    assert answer.parts == (ReasoningPart("Hm.", provider="ollama-native"), TextPart("Paris."))


def test_calls() -> None:
    """Whole, with arguments as objects; "stop" stands over them, and they tell."""
    calls = [call("f", {"a": [1]}, id="x"), call("g", {})]
    answer = parsed(last("Look:", tool_calls=calls))
    first, second = answer.tool_calls
    assert first == ToolCall("x", "f", '{"a":[1]}')
    assert (second.name, second.arguments) == ("g", {})
    assert second.id
    assert answer.content == "Look:"
    assert answer.choices[0].finish_reason is FinishReason.TOOL_CALLS
    assert answer.choices[0].raw_finish_reason == "stop"


@pytest.mark.parametrize("arguments", [None, {}, "", "{}"])
def test_no_arguments(arguments: object) -> None:
    """In all the ways that servers say them."""
    (made,) = parsed(last(tool_calls=[call("f", arguments)])).tool_calls
    assert made.arguments == {}


def test_made_up_ids_are_stable_and_differ() -> None:
    """The same for the same answer, another for each call and for each answer."""
    body = last(tool_calls=[call("f", {}), call("f", {})])
    first, second = parsed(body).tool_calls
    assert first.id != second.id
    assert parsed(body).tool_calls == (first, second)
    later = {**body, "created_at": "2025-01-01T00:00:01Z"}
    assert parsed(later).tool_calls[0].id not in (first.id, second.id)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("load", FinishReason.OTHER),
        ("unload", FinishReason.OTHER),
        ("new", FinishReason.OTHER),
        (None, FinishReason.STOP),
    ],
)
def test_why_it_ended(raw: str | None, reason: FinishReason) -> None:
    """The word stays beside; older servers have none."""
    (choice,) = parsed(last("a", raw)).choices
    assert (choice.finish_reason, choice.raw_finish_reason) == (reason, raw)


def test_a_limit_stays_a_limit_over_calls() -> None:
    """They may be cut off there."""
    cut = parsed(last("", "length", tool_calls=[call("f", {})]))
    assert cut.choices[0].finish_reason is FinishReason.LENGTH


def test_an_answer_that_is_not_done_has_no_end() -> None:
    """It is no answer that stopped."""
    assert parsed(line("Par")).choices[0].finish_reason is FinishReason.OTHER


def test_likelihoods() -> None:
    """In OpenAI's form."""
    top = [{"token": "L", "logprob": -2.0}]
    items = [{"token": "P", "logprob": -0.5, "bytes": [80], "top_logprobs": top}]
    logprobs = parsed({**last("P"), "logprobs": items}).choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content[0].logprob == -0.5
    assert logprobs.content[0].top_logprobs[0].token == "L"
    assert parsed({**last("P"), "logprobs": []}).choices[0].logprobs is None


def test_images() -> None:
    """Of models that draw; what is none stays in `raw`."""
    data = base64.b64encode(PNG).decode()
    answer = parsed(last("", images=[data, "?", None, data[:4]])).choices[0].message
    assert answer.parts == (ImagePart(data=PNG, media_type="image/png"),)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", {"model": "m"}, {"message": None}])
def test_what_is_no_answer(body: object) -> None:
    """Is told as such."""
    with pytest.raises(DecodeError):
        parsed(body)


@pytest.mark.parametrize("message", [{}, {"content": None}, {"tool_calls": [None, {}]}])
def test_nothing_said(message: dict[str, Any]) -> None:
    """Is an answer without content."""
    body = {**last(), "message": message}
    assert parsed(body).choices[0].message.parts == ()


def test_a_server_that_streams_unasked_is_read() -> None:
    """As the stream that it is."""
    answer = parsed(ndjson(line("Pa"), line("ris."), last()))
    assert answer.content == "Paris."
    assert answer.usage.completion_tokens == 12

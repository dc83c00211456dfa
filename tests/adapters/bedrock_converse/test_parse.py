"""Whole answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from llmkit import (
    APIError,
    ChatCompletionResponse,
    DecodeError,
    FinishReason,
    ImagePart,
    ReasoningPart,
    TextPart,
    ToolCall,
    UserMessage,
)
from llmkit._http import Headers, HttpResponse
from llmkit.adapters.bedrock_converse import BedrockConverse

from .built import CLAUDE, built

WIRE = BedrockConverse(provider="bedrock")
CITATION = {
    "title": "facts",
    "location": {"web": {"url": "https://example.com", "domain": "example.com"}},
    "sourceContent": [{"text": "one "}, {"text": "two"}],
}


def parsed(
    content: object, stop: str = "end_turn", **more: object
) -> ChatCompletionResponse[object]:
    """The answer of *content*."""
    message = {"role": "assistant", "content": content}
    body = {"output": {"message": message}, "stopReason": stop, **more}
    headers = Headers({"x-amzn-RequestId": "req-1"})
    return WIRE.parse(HttpResponse(200, headers, json.dumps(body).encode()))


def parts(*content: object) -> tuple[object, ...]:
    """The parts of an answer of *content*."""
    return parsed(list(content)).choices[0].message.parts


def test_the_blocks_of_an_answer_in_order() -> None:
    """Each block is a part, with what is needed to send it again."""
    picture = base64.b64encode(b"\x89PNG").decode()
    assert parts(
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": "UkVE"}},
        {"text": "a"},
        {"citationsContent": {"content": [{"text": "b"}, {"text": "c"}], "citations": [CITATION]}},
        {"image": {"format": "png", "source": {"bytes": picture}}},
        {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}},
    )[:6] == (
        ReasoningPart("hm", signature="sig", provider="bedrock"),
        ReasoningPart(encrypted="UkVE", provider="bedrock"),
        TextPart("a"),
        parts({"citationsContent": {"content": [{"text": "bc"}], "citations": [CITATION]}})[0],
        ImagePart(data=b"\x89PNG", media_type="image/png"),
        ToolCall("t1", "f", '{"a":1}'),
    )


def test_citations_are_kept() -> None:
    """A citation has its address, title and words, and the provider's own object."""
    (part,) = parts({"citationsContent": {"content": [{"text": "b"}], "citations": [CITATION]}})
    assert isinstance(part, TextPart)
    (citation,) = part.citations
    assert (citation.url, citation.title, citation.text) == (
        "https://example.com",
        "facts",
        "one two",
    )
    assert citation.raw == CITATION


def test_what_amazons_own_tools_do_stays_in_raw() -> None:
    """Calls that the server answers itself are none of the caller's."""
    use = {"toolUseId": "t", "name": "search", "input": {}, "type": "server_tool_use"}
    answer = parsed([{"toolUse": use}, {"toolResult": {"toolUseId": "t"}}, {"text": "a"}])
    assert answer.choices[0].message.parts == (TextPart("a"),)
    assert answer.choices[0].finish_reason is FinishReason.STOP
    assert json.dumps(answer.raw).count("server_tool_use") == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("tool_use", FinishReason.TOOL_CALLS),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.MODEL_LENGTH),
        ("guardrail_intervened", FinishReason.CONTENT_FILTER),
        ("content_filtered", FinishReason.CONTENT_FILTER),
        ("malformed_model_output", FinishReason.ERROR),
        ("malformed_tool_use", FinishReason.ERROR),
        ("brand_new", FinishReason.OTHER),
    ],
)
def test_reasons(raw: str, reason: FinishReason) -> None:
    """Every documented word, and one that is not: the word itself is kept."""
    choice = parsed([{"text": "a"}], raw).choices[0]
    assert choice.finish_reason is reason
    assert choice.raw_finish_reason == raw


def test_calls_tell_more_than_the_end_of_a_turn() -> None:
    """Some models say end_turn over calls; a cut-off stays a cut-off."""
    call = {"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}
    assert parsed([call]).choices[0].finish_reason is FinishReason.TOOL_CALLS
    assert parsed([call], "max_tokens").choices[0].finish_reason is FinishReason.LENGTH


def test_usage_holds_what_the_cache_has() -> None:
    """The wire's input leaves cached and written tokens out: ours holds them."""
    told = {
        "inputTokens": 3,
        "outputTokens": 121,
        "totalTokens": 2072,
        "cacheReadInputTokens": 1712,
        "cacheWriteInputTokens": 236,
    }
    usage = parsed([{"text": "a"}], usage=told).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (1951, 121)
    assert (usage.total_tokens, usage.cached_tokens, usage.cache_write_tokens) == (2072, 1712, 236)
    assert usage.raw == told
    assert not parsed([{"text": "a"}]).usage.reported


def test_an_answer_has_the_id_of_its_call() -> None:
    """The body has no id: the header's stands for it. A router tells the model it has chosen."""
    trace = {"promptRouter": {"invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/x"}}
    answer = parsed([{"text": "a"}], trace=trace)
    assert answer.id == "req-1"
    assert answer.created is None
    assert answer.model == "arn:aws:bedrock:us-east-1::foundation-model/x"
    assert answer.provider == "bedrock"


def test_a_call_without_an_id_gets_one() -> None:
    """Ids are made up, stable and different, where none are sent."""
    calls = [{"toolUse": {"name": "f", "input": None}}] * 2
    answer = parsed(calls)
    assert len({call.id for call in answer.tool_calls} - {""}) == 2
    assert answer.tool_calls == parsed(calls).tool_calls
    assert answer.tool_calls[0].arguments == {}


def test_an_answer_goes_back_as_it_came() -> None:
    """Thinking, text and call of an answer are the same blocks in the next request."""
    content = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": "UkVE"}},
        {"text": "a"},
        {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}},
    ]
    message = parsed(content).assistant_message()
    assert message is not None
    assert built([UserMessage("q"), message], model=CLAUDE).messages[1]["content"] == content


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"{}", b'{"output": {"message": 1}}'])
def test_what_is_no_answer(body: bytes) -> None:
    """A body that is not of the wire's form is a DecodeError."""
    with pytest.raises(DecodeError):
        WIRE.parse(HttpResponse(200, Headers(), body))


@pytest.mark.parametrize(
    "body",
    [
        {"message": "no"},
        {"Output": {"__type": "com.amazon.coral.service#InternalFailure"}, "Version": "1.0"},
    ],
)
def test_an_error_in_spite_of_its_status(body: dict[str, Any]) -> None:
    """A body that tells an error is one, whatever the status says."""
    with pytest.raises(APIError):
        WIRE.parse(HttpResponse(200, Headers(), json.dumps(body).encode()))

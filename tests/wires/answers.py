"""An answer of each provider in its own form: thinking, seals, and two calls at once.

The forms are those of recorded exchanges; see `tests/exchanges`.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from llmkit import AssistantMessage
from llmkit._http import Headers, HttpResponse
from llmkit._json import dumps
from llmkit.providers import get

PARIS, ROME = {"city": "Paris77"}, {"city": "Rome77"}


@frozen
class Answer:
    """What a provider says.

    Args:
        provider: the provider.
        model: one of its models that thinks.
        body: its answer, as it comes.
        seals: what of it must come back as it was.
    """

    provider: str
    model: str
    body: dict[str, Any]
    seals: tuple[str, ...]

    def message(self) -> AssistantMessage:
        """The answer's message, for the next request."""
        response = HttpResponse(200, Headers(), dumps(self.body))
        message = get(self.provider).adapter().parse(response).assistant_message()
        assert message is not None
        return message


def _function(call_id: str, arguments: str) -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": "weather", "arguments": arguments},
    }


def _chat(**message: Any) -> dict[str, Any]:
    calls = [_function("call_a", '{"city":"Paris77"}'), _function("call_b", '{"city":"Rome77"}')]
    said = {"role": "assistant", "content": None, "tool_calls": calls, **message}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": said}
    return {"id": "c1", "object": "chat.completion", "created": 1, "choices": [choice]}


_ANTHROPIC = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [
        {"type": "thinking", "thinking": "thought-anthropic", "signature": "seal-anthropic"},
        {"type": "redacted_thinking", "data": "hidden-anthropic"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_a", "name": "weather", "input": PARIS},
        {"type": "tool_use", "id": "toolu_b", "name": "weather", "input": ROME},
    ],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
_BEDROCK = {
    "output": {"message": {"role": "assistant", "content": [
        {"reasoningContent": {"reasoningText": {
            "text": "thought-bedrock", "signature": "seal-bedrock"}}},
        {"reasoningContent": {"redactedContent": "aGlkZGVuLWJlZHJvY2s="}},
        {"text": "Let me look."},
        {"toolUse": {"toolUseId": "tooluse_a", "name": "weather", "input": PARIS}},
        {"toolUse": {"toolUseId": "tooluse_b", "name": "weather", "input": ROME}},
    ]}},
    "stopReason": "tool_use",
    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
}  # fmt: skip
_GEMINI = {
    "responseId": "r1",
    "modelVersion": "gemini-3-pro-preview",
    "candidates": [{"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [
        {"text": "thought-gemini", "thought": True},
        {"text": "Let me look."},
        {"functionCall": {"name": "weather", "args": PARIS},
         "thoughtSignature": "c2VhbC1nZW1pbmk="},
        {"functionCall": {"name": "weather", "args": ROME}},
    ]}}],
}  # fmt: skip
_RESPONSES = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "gpt-5",
    "output": [
        {"type": "reasoning", "id": "rs_77", "encrypted_content": "seal-responses",
         "summary": [{"type": "summary_text", "text": "thought-responses"}]},
        {"type": "function_call", "id": "fc_77", "call_id": "call_ra", "name": "weather",
         "arguments": '{"city":"Paris77"}', "status": "completed"},
        {"type": "function_call", "id": "fc_78", "call_id": "call_rb", "name": "weather",
         "arguments": '{"city":"Rome77"}', "status": "completed"},
    ],
}  # fmt: skip
_COHERE = {
    "id": "co1",
    "finish_reason": "TOOL_CALL",
    "message": {
        "role": "assistant",
        "tool_plan": "plan-cohere",
        "tool_calls": [
            _function("weather_a", '{"city":"Paris77"}'),
            _function("weather_b", '{"city":"Rome77"}'),
        ],
    },
}
_OLLAMA = {
    "model": "qwen3",
    "created_at": "2026-01-01T00:00:00Z",
    "done": True,
    "done_reason": "stop",
    "message": {
        "role": "assistant",
        "content": "",
        "thinking": "thought-ollama",
        "tool_calls": [
            {"function": {"name": "weather", "arguments": PARIS}},
            {"function": {"name": "weather", "arguments": ROME}},
        ],
    },
}
_DETAILS = [
    {"type": "reasoning.text", "text": "thought-openrouter", "signature": "seal-openrouter",
     "format": "anthropic-claude-v1", "index": 0},
    {"type": "reasoning.encrypted", "data": "hidden-openrouter", "id": "rs_or",
     "format": "openai-responses-v1", "index": 1},
]  # fmt: skip
_MISTRAL_CONTENT = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "thought-mistral"}]},
    {"type": "text", "text": "Let me look."},
]

ANSWERS = {
    answer.provider: answer
    for answer in (
        Answer("openai", "gpt-5", _chat(), ()),
        Answer(
            "openai-responses",
            "gpt-5",
            _RESPONSES,
            ("rs_77", "seal-responses", "thought-responses", "fc_77"),
        ),
        Answer(
            "anthropic",
            "claude-sonnet-4-5",
            _ANTHROPIC,
            ("thought-anthropic", "seal-anthropic", "hidden-anthropic"),
        ),
        Answer("gemini", "gemini-3-pro-preview", _GEMINI, ("c2VhbC1nZW1pbmk=",)),
        Answer(
            "bedrock",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            _BEDROCK,
            ("thought-bedrock", "seal-bedrock", "aGlkZGVuLWJlZHJvY2s="),
        ),
        Answer("cohere", "command-a-03-2025", _COHERE, ("plan-cohere",)),
        Answer("ollama-native", "qwen3", _OLLAMA, ("thought-ollama",)),
        Answer(
            "mistral", "magistral-medium-latest", _chat(content=_MISTRAL_CONTENT),
            ("thought-mistral",),
        ),
        Answer(
            "deepseek", "deepseek-reasoner", _chat(reasoning_content="thought-deepseek"),
            ("thought-deepseek",),
        ),
        Answer(
            "openrouter", "anthropic/claude-sonnet-4.5", _chat(reasoning_details=_DETAILS),
            ("thought-openrouter", "seal-openrouter", "hidden-openrouter"),
        ),
    )
}  # fmt: skip
"""One provider of each wire, and the dialects of `openai-chat` that think."""

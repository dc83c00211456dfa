"""Each wire, by a provider that speaks it.

The forms are those of recorded exchanges; see `tests/exchanges`.
"""

from __future__ import annotations

from typing import Any

from adapters.frames import exception

from .forms import HALVES, TEXT, Event, Wire, typed, unnamed

# ------------------------------------------------------------------ openai-chat

_CHAT = {"id": "c-1", "created": 1735689600, "model": "m-1"}
_CHAT_USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def chat_delta(delta: Any, finish: str | None = None, index: int = 0) -> dict[str, Any]:
    """One event of a chat completion."""
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {**_CHAT, "object": "chat.completion.chunk", "choices": [choice]}


def chat_whole(message: Any, finish: str = "stop") -> dict[str, Any]:
    """A chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return {**_CHAT, "object": "chat.completion", "choices": [choice], "usage": _CHAT_USAGE}


def chat_error(status: int) -> dict[str, Any]:
    """OpenAI's form, without a code of its own."""
    return {"error": {"message": f"told {status}", "type": None, "param": None, "code": None}}


CHAT = Wire(
    "openai-chat",
    "openai/gpt-4o",
    "/v1",
    chat_whole({"content": TEXT}),
    unnamed(
        chat_delta({"role": "assistant", "content": ""}),
        chat_delta({"content": HALVES[0]}),
        chat_delta({"content": HALVES[1]}),
        chat_delta({}, "stop"),
        {**_CHAT, "object": "chat.completion.chunk", "choices": [], "usage": _CHAT_USAGE},
    ),
    2,
    chat_error,
    b'data: {"error": {"message": "busy", "type": "server_error", "code": null}}\n\n',
    marked=b"data: [DONE]\n\n",
)

# ------------------------------------------------------------------ openai-responses

_PART = {"type": "output_text", "text": TEXT, "annotations": []}
_ITEM = {
    "id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
    "content": [_PART],
}  # fmt: skip
_RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1735689600, "status": "completed",
    "error": None, "incomplete_details": None, "model": "m-1", "output": [_ITEM],
    "usage": {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
}  # fmt: skip
_PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}

RESPONSES = Wire(
    "openai-responses",
    "openai-responses/gpt-4o",
    "/v1",
    _RESPONSE,
    typed(
        {"type": "response.created",
         "response": {**_RESPONSE, "status": "in_progress", "output": [], "usage": None}},
        {"type": "response.output_item.added", "output_index": 0,
         "item": {**_ITEM, "status": "in_progress", "content": []}},
        {"type": "response.content_part.added", **_PLACE, "part": {**_PART, "text": ""}},
        {"type": "response.output_text.delta", **_PLACE, "delta": HALVES[0]},
        {"type": "response.output_text.delta", **_PLACE, "delta": HALVES[1]},
        {"type": "response.output_text.done", **_PLACE, "text": TEXT},
        {"type": "response.content_part.done", **_PLACE, "part": _PART},
        {"type": "response.output_item.done", "output_index": 0, "item": _ITEM},
        {"type": "response.completed", "response": _RESPONSE},
    ),
    4,
    chat_error,
    b'event: error\ndata: {"type": "error", "code": "server_error", "message": "busy"}\n\n',
)  # fmt: skip

# ------------------------------------------------------------------ anthropic-messages

_ANTHROPIC_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error",
    403: "permission_error", 404: "not_found_error", 409: "conflict_error",
    413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip
_MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "m-1",
    "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn",
    "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 2},
}  # fmt: skip


def block_delta(piece: Any, index: int = 0) -> dict[str, Any]:
    """One event of Anthropic's that adds to a block."""
    return {"type": "content_block_delta", "index": index, "delta": piece}


def anthropic_error(status: int) -> dict[str, Any]:
    """Anthropic's form; a status without a type of its own is an `api_error`."""
    kind = _ANTHROPIC_TYPES.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": f"told {status}"}}


ANTHROPIC = Wire(
    "anthropic-messages",
    "anthropic/claude-sonnet-4-5",
    "",
    _MESSAGE,
    typed(
        {"type": "message_start", "message": {**_MESSAGE, "content": [], "stop_reason": None,
                                              "usage": {"input_tokens": 3, "output_tokens": 0}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        block_delta({"type": "text_delta", "text": HALVES[0]}),
        block_delta({"type": "text_delta", "text": HALVES[1]}),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
         "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ),
    4,
    anthropic_error,
    b'event: error\ndata: {"type": "error", "error":'
    b' {"type": "api_error", "message": "busy"}}\n\n',
)  # fmt: skip

# ------------------------------------------------------------------ gemini

_GEMINI_WORDS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    409: "ABORTED", 429: "RESOURCE_EXHAUSTED", 499: "", 500: "INTERNAL", 503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}  # fmt: skip


def gemini_part(*parts: Any, finish: str | None = None) -> dict[str, Any]:
    """One event of Gemini's: a response with more parts."""
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    if finish:
        candidate["finishReason"] = finish
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": 3,
            "candidatesTokenCount": 2,
            "totalTokenCount": 5,
        },
        "modelVersion": "m-1",
        "responseId": "r-1",
    }


def gemini_error(status: int) -> dict[str, Any]:
    """Google's form; a status without a word of its own has none."""
    told: dict[str, Any] = {"code": status, "message": f"told {status}"}
    if word := _GEMINI_WORDS.get(status):
        told["status"] = word
    return {"error": told}


GEMINI = Wire(
    "gemini",
    "gemini/gemini-2.5-flash",
    "/v1beta",
    gemini_part({"text": TEXT}, finish="STOP"),
    unnamed(
        gemini_part({"text": HALVES[0]}),
        gemini_part({"text": HALVES[1]}),
        gemini_part(finish="STOP"),
    ),
    1,
    gemini_error,
    b'data: {"error": {"code": 500, "message": "busy", "status": "INTERNAL"}}\n\n',
)

# ------------------------------------------------------------------ bedrock-converse

_BEDROCK_USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}


def bedrock_error(status: int) -> dict[str, Any]:
    """AWS's form; the name of an error is in a header, which these have not."""
    return {"message": f"told {status}"}


BEDROCK = Wire(
    "bedrock-converse",
    "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
    "",
    {
        "output": {"message": {"role": "assistant", "content": [{"text": TEXT}]}},
        "stopReason": "end_turn",
        "usage": _BEDROCK_USAGE,
        "metrics": {"latencyMs": 1},
    },
    (
        Event("messageStart", {"role": "assistant"}),
        Event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": HALVES[0]}}),
        Event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": HALVES[1]}}),
        Event("contentBlockStop", {"contentBlockIndex": 0}),
        Event("messageStop", {"stopReason": "end_turn"}),
        Event("metadata", {"usage": _BEDROCK_USAGE, "metrics": {"latencyMs": 1}}),
    ),
    2,
    bedrock_error,
    exception("internalServerException", {"message": "busy"}),
    framing="frames",
    placeholders={"region": "us-east-1"},
)

# ------------------------------------------------------------------ cohere-v2

_COHERE_USAGE = {"tokens": {"input_tokens": 3, "output_tokens": 2}}


def cohere_text(text: str) -> dict[str, Any]:
    """One event of Cohere's that says more."""
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}


def cohere_error(status: int) -> dict[str, Any]:
    """Cohere's form: a message, and no code."""
    return {"id": "e-1", "message": f"told {status}"}


COHERE = Wire(
    "cohere-v2",
    "cohere/command-a-03-2025",
    "",
    {
        "id": "co-1",
        "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "content": [{"type": "text", "text": TEXT}]},
        "usage": _COHERE_USAGE,
    },
    typed(
        {"type": "message-start", "id": "co-1",
         "delta": {"message": {"role": "assistant", "content": [], "tool_calls": []}}},
        {"type": "content-start", "index": 0,
         "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        cohere_text(HALVES[0]),
        cohere_text(HALVES[1]),
        {"type": "content-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": _COHERE_USAGE}},
    ),
    3,
    cohere_error,
    b'event: message-end\ndata: {"type": "message-end", "delta":'
    b' {"finish_reason": "ERROR", "error": "busy"}}\n\n',
)  # fmt: skip

# ------------------------------------------------------------------ ollama

_OLLAMA = {"model": "m-1", "created_at": "2025-01-01T00:00:00Z"}


def ollama_line(message: Any, **more: Any) -> dict[str, Any]:
    """One line of Ollama's."""
    return {**_OLLAMA, "message": {"role": "assistant", **message}, "done": False, **more}


def ollama_error(status: int) -> dict[str, Any]:
    """Ollama's form: one text."""
    return {"error": f"told {status}"}


_OLLAMA_END = {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 2}

OLLAMA = Wire(
    "ollama",
    "ollama-native/llama3.2",
    "",
    ollama_line({"content": TEXT}, **_OLLAMA_END),
    unnamed(
        ollama_line({"content": HALVES[0]}),
        ollama_line({"content": HALVES[1]}),
        ollama_line({"content": ""}, **_OLLAMA_END),
    ),
    1,
    ollama_error,
    b'{"error": "busy"}\n',
    framing="lines",
)

WIRES = (CHAT, RESPONSES, ANTHROPIC, GEMINI, BEDROCK, COHERE, OLLAMA)
"""Every wire."""
EVENTS = tuple(wire for wire in WIRES if wire.framing == "sse")
"""Those that stream server-sent events."""

"""What the server says, and what a client must have understood of it: the same for all.

Three wires in the form their vendors document, cut to what their clients need. A number in each
piece keeps a client from being fast by meeting the same text again and again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

WIRES: Final = ("openai-chat", "anthropic-messages", "gemini")
KINDS: Final = ("text", "tools", "reasoning")
"""What a stream is of."""

CHUNKS: Final = 10_000
SHORT: Final = 5
"""How many pieces the streams have whose first one is waited for."""

ANSWER: Final = "The capital of France is Paris."
TOKENS: Final = 8
"""The completion tokens that every answer tells."""

HTTP_CHUNK: Final = 16 * 1024
"""Bytes of one HTTP chunk of a long stream: as from a proxy, many events in one read. Events lie
across the cuts, as they do in real life. Of a stream that is "flushed", each event is one."""


class Expected(NamedTuple):
    """What there is to be read in a stream.

    Args:
        pieces: how many pieces of text, arguments or thinking.
        characters: how many characters they have; None where the wire has no characters to
            count: a function call of Gemini's is an object.
    """

    pieces: int
    characters: int | None


def piece(number: int) -> str:
    """The text of one piece."""
    return f" word {number:05d}"


def expected(wire: str, kind: str, pieces: int) -> Expected:
    """What a client must find in a stream of *pieces*."""
    objects = wire == "gemini" and kind == "tools"
    return Expected(pieces, None if objects else pieces * len(piece(0)))


def whole(wire: str) -> bytes:
    """A whole answer."""
    return _json(_WHOLE[wire])


def events(wire: str, kind: str, texts: Iterable[str]) -> list[bytes]:
    """The events of a stream whose pieces are *texts*."""
    return [*opening(wire, kind), *(delta(wire, kind, text) for text in texts), *closing(wire)]


def opening(wire: str, kind: str) -> list[bytes]:
    """The events before the first piece."""
    return _OPENINGS[wire](kind)


def delta(wire: str, kind: str, text: str) -> bytes:
    """The event that brings *text*."""
    return _DELTAS[wire](kind, text)


def closing(wire: str) -> list[bytes]:
    """The events after the last piece: the reason, the tokens, the end mark."""
    return _CLOSINGS[wire]()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _event(value: object, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return head.encode() + b"data: " + _json(value) + b"\n\n"


# OpenAI chat completions: https://platform.openai.com/docs/api-reference/chat-streaming

_USAGE: Final = {"prompt_tokens": 14, "completion_tokens": TOKENS, "total_tokens": 14 + TOKENS}
_ID: Final = "chatcmpl-BqXyYz0123456789abcdefghijkl"
_CALL: Final = {"index": 0, "id": "call_1", "type": "function"}


def _openai_chunk(given: Mapping[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": given, "logprobs": None, "finish_reason": finish}
    return _event(_openai([choice]))


def _openai(choices: list[dict[str, object]], usage: object = None) -> dict[str, object]:
    return {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
        "choices": choices,
        "usage": usage,
        "obfuscation": "aBcDeFgHi",
    }


def _openai_opening(kind: str) -> list[bytes]:
    given: dict[str, object] = {"role": "assistant", "content": "" if kind == "text" else None}
    if kind == "tools":
        given["tool_calls"] = [{**_CALL, "function": {"name": "lookup", "arguments": ""}}]
    return [_openai_chunk(given)]


def _openai_delta(kind: str, text: str) -> bytes:
    if kind == "tools":
        return _openai_chunk({"tool_calls": [{"index": 0, "function": {"arguments": text}}]})
    return _openai_chunk({"content" if kind == "text" else "reasoning_content": text})


def _openai_closing() -> list[bytes]:
    return [_openai_chunk({}, "stop"), _event(_openai([], _USAGE)), b"data: [DONE]\n\n"]


# Anthropic messages: https://docs.anthropic.com/en/docs/build-with-claude/streaming

_BLOCKS: Final[Mapping[str, dict[str, object]]] = {
    "text": {"type": "text", "text": ""},
    "tools": {"type": "tool_use", "id": "toolu_1", "name": "lookup", "input": {}},
    "reasoning": {"type": "thinking", "thinking": "", "signature": ""},
}
_DELTA_NAMES: Final = {
    "text": ("text_delta", "text"),
    "tools": ("input_json_delta", "partial_json"),
    "reasoning": ("thinking_delta", "thinking"),
}


def _anthropic(value: dict[str, object]) -> bytes:
    return _event(value, str(value["type"]))


def _anthropic_opening(kind: str) -> list[bytes]:
    message = {**_WHOLE["anthropic-messages"], "content": [], "stop_reason": None}
    return [
        _anthropic({"type": "message_start", "message": message}),
        _anthropic(
            {"type": "content_block_start", "index": 0, "content_block": _BLOCKS[kind]},
        ),
        _anthropic({"type": "ping"}),
    ]


def _anthropic_delta(kind: str, text: str) -> bytes:
    name, field = _DELTA_NAMES[kind]
    inner = {"type": name, field: text}
    return _anthropic({"type": "content_block_delta", "index": 0, "delta": inner})


def _anthropic_closing() -> list[bytes]:
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        _anthropic({"type": "content_block_stop", "index": 0}),
        _anthropic(
            {"type": "message_delta", "delta": ended, "usage": {"output_tokens": TOKENS}},
        ),
        _anthropic({"type": "message_stop"}),
    ]


# Gemini: https://ai.google.dev/api/generate-content


def _gemini(part: dict[str, object], finish: str | None = None) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"parts": [part], "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": 14,
            "candidatesTokenCount": TOKENS,
            "totalTokenCount": 14 + TOKENS,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 14}],
        },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "vK2aaJ3WDYyCkdUP0123456",
    }


def _gemini_delta(kind: str, text: str) -> bytes:
    if kind == "tools":  # whole calls: this API has no pieces of them
        return _event(_gemini({"functionCall": {"name": "lookup", "args": {"q": text}}}))
    return _event(_gemini({"text": text, **({"thought": True} if kind == "reasoning" else {})}))


_WHOLE: Final[Mapping[str, dict[str, object]]] = {
    "openai-chat": {
        "id": _ID,
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": ANSWER, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            **_USAGE,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
    },
    "anthropic-messages": {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": ANSWER}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 14,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": TOKENS,
            "service_tier": "standard",
        },
    },
    "gemini": _gemini({"text": ANSWER}, "STOP"),
}
_OPENINGS: Final[Mapping[str, Callable[[str], list[bytes]]]] = {
    "openai-chat": _openai_opening,
    "anthropic-messages": _anthropic_opening,
    "gemini": lambda _: [],
}
_DELTAS: Final[Mapping[str, Callable[[str, str], bytes]]] = {
    "openai-chat": _openai_delta,
    "anthropic-messages": _anthropic_delta,
    "gemini": _gemini_delta,
}
_CLOSINGS: Final[Mapping[str, Callable[[], list[bytes]]]] = {
    "openai-chat": _openai_closing,
    "anthropic-messages": _anthropic_closing,
    "gemini": lambda: [_event(_gemini({"text": ""}, "STOP"))],
}

"""Answers, as the wire sends them: whole, and as a stream's events."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

from llmkit._http import Headers, HttpResponse
from llmkit._models.accumulate import fold
from llmkit._models.chunks import CompletionChunk
from llmkit._models.response import ChatCompletionResponse
from llmkit.adapters.anthropic_messages import AnthropicMessages

from ..frames import event as frame_of

WIRE = AnthropicMessages(provider="anthropic")
BEDROCK = AnthropicMessages(provider="bedrock", envelope="bedrock")

Answer = ChatCompletionResponse[object]


def message(*content: Any, stop: str | None = "end_turn", **more: Any) -> dict[str, Any]:
    """A whole answer of blocks."""
    usage = {"input_tokens": 3, "output_tokens": 2}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
        **more,
    }


def response(data: Any, status: int = 200, **headers: str) -> HttpResponse:
    """*data* as a server's answer; bytes as they are."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, Headers(named), body)


def parsed(*content: Any, **options: Any) -> Answer:
    """The answer of blocks, understood."""
    return WIRE.parse(response(message(*content, **options)))


def start(**usage: Any) -> dict[str, Any]:
    """The first event of a stream."""
    counts = {"input_tokens": 3, "output_tokens": 1, **usage}
    return {"type": "message_start", "message": {**message(stop=None), "usage": counts}}


def block(index: int, begun: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of one block, from its beginning to its end."""
    return [
        {"type": "content_block_start", "index": index, "content_block": begun},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text(index: int, *pieces: str) -> list[dict[str, Any]]:
    """The events of a text."""
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return block(index, {"type": "text", "text": ""}, *deltas)


def thinking(index: int, seal: str | None, *pieces: str) -> list[dict[str, Any]]:
    """The events of a thought, and of its seal."""
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    if seal is not None:
        deltas.append({"type": "signature_delta", "signature": seal})
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas)


def call(index: int, *pieces: str, **more: Any) -> list[dict[str, Any]]:
    """The events of a tool call."""
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    begun = {"type": "tool_use", "id": f"toolu_{index}", "name": "ping", "input": {}, **more}
    return block(index, begun, *deltas)


def end(stop: str = "end_turn", **usage: Any) -> list[dict[str, Any]]:
    """The last events of a stream."""
    counts = {"output_tokens": 9, **usage}
    delta = {"stop_reason": stop, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": delta, "usage": counts},
        {"type": "message_stop"},
    ]


def said(*parts: Sequence[dict[str, Any]] | dict[str, Any]) -> bytes:
    """Events, as server-sent ones."""
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (one["type"].encode(), json.dumps(one).encode())
        for one in _flat(parts)
    )


def framed(*parts: Sequence[dict[str, Any]] | dict[str, Any]) -> bytes:
    """Events, as Bedrock's frames."""
    return b"".join(
        frame_of("chunk", {"bytes": base64.b64encode(json.dumps(one).encode()).decode()})
        for one in _flat(parts)
    )


def _flat(parts: Iterable[Any]) -> list[dict[str, Any]]:
    return [one for part in parts for one in (part if isinstance(part, list) else [part])]


def chunks(data: bytes, size: int = 0, wire: AnthropicMessages = WIRE) -> list[CompletionChunk]:
    """The chunks of *data*, fed in pieces of *size*, or whole."""
    decoder = wire.decoder()
    found: list[CompletionChunk] = []
    for at in range(0, len(data), size or len(data) or 1):
        found += decoder.feed(data[at : at + (size or len(data))])
    return found + decoder.close()


def folded(data: bytes, wire: AnthropicMessages = WIRE) -> Answer:
    """The answer that *data* streams."""
    return fold(chunks(data, wire=wire), provider=wire.provider)

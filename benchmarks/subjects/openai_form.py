"""Chunks in the form of OpenAI's, which several have."""

from __future__ import annotations

from typing import Any

STREAM: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


def piece(chunk: Any) -> str | None:
    """What an object in the form of OpenAI's chunk brings."""
    if not chunk.choices:
        return None
    delta = chunk.choices[0].delta
    if delta.content:
        text: str | None = delta.content
    elif delta.tool_calls:
        text = delta.tool_calls[0].function.arguments
    else:
        text = getattr(delta, "reasoning_content", None)
    return text

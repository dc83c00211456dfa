"""The wire of Ollama's own chat, for the judge: its counts, its errors, its bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    Usage,
)

from .meaning import Difference, compared
from .recording import Recording

JsonDict = dict[str, Any]

_BY_STATUS: Mapping[int, type[APIError]] = {
    200: ServerError,  # told on a line of a stream
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
    500: ServerError,
    502: ServerError,
    503: OverloadedError,
}
"""https://docs.ollama.com/api/errors"""


def ollama_usage(recording: Recording) -> Usage:
    """Its counts are the contract's own; it tells no total, and of some prompts no count."""
    told = recording.expect.usage
    if told is None:
        return Usage(reported=False)
    prompt, completion = told.prompt_tokens or 0, told.completion_tokens or 0
    counted = told.prompt_tokens is not None or told.completion_tokens is not None
    return Usage(
        prompt,
        completion,
        prompt + completion,
        told.cached_tokens or 0,
        reported=counted,
        raw=told.raw,
    )


def ollama_error(recording: Recording) -> type[APIError]:
    """The class by status: there are no codes."""
    error = recording.expect.error
    assert error is not None
    return _BY_STATUS[error.status]


def ollama_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    mine, recorded = _meaning(ours), _meaning(theirs)
    # Older clients told no names of tools with their results.
    for said, other in zip(mine["messages"], recorded["messages"]):
        if "tool_name" not in other:
            said.pop("tool_name", None)
    return compared(mine, recorded)


def _meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body says, in one form: of two ways to say a thing, the one."""
    result = {key: value for key, value in body.items() if value not in (None, "", [], {})}
    result.setdefault("stream", True)  # what is meant where it is left out
    result["messages"] = [_message(message) for message in result["messages"]]
    if "tools" in result:
        result["tools"] = [_tool(tool) for tool in result["tools"]]
    return result


def _message(data: Mapping[str, Any]) -> JsonDict:
    result = {key: value for key, value in data.items() if value not in (None, "", [])}
    # It takes the ids of newer clients, and has no use for them.
    result.pop("tool_call_id", None)
    if "tool_calls" in result:
        result["tool_calls"] = [
            {"name": call["function"]["name"], "arguments": call["function"].get("arguments", {})}
            for call in result["tool_calls"]
        ]
    return result


def _tool(data: Mapping[str, Any]) -> JsonDict:
    function = data["function"]
    result = {key: value for key, value in function.items() if value not in (None, "")}
    if not (result.get("parameters") or {}).get("properties"):
        result.pop("parameters", None)
    return result

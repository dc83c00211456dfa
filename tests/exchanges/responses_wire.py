"""The wire of OpenAI's Responses, for the judge: its counts, its errors, its bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ContextLengthError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    RequestTooLargeError,
    ServerError,
    Usage,
)

from .meaning import Difference, compared
from .recording import Recording

JsonDict = dict[str, Any]

_BY_CODE: Mapping[str, type[APIError]] = {
    "context_length_exceeded": ContextLengthError,
    "insufficient_quota": QuotaExceededError,
    "invalid_api_key": AuthenticationError,
    "model_not_found": NotFoundError,
}
"""https://platform.openai.com/docs/guides/error-codes"""

_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    413: RequestTooLargeError,
    422: BadRequestError,
    429: RateLimitError,
    503: OverloadedError,
}


def responses_usage(recording: Recording) -> Usage:
    """The wire's numbers are the contract's own: cached and reasoning tokens are "of which"."""
    told = recording.expect.usage
    if told is None:
        return Usage(reported=False)
    details = told.raw.get("input_tokens_details") or {}
    return Usage(
        told.prompt_tokens or 0,
        told.completion_tokens or 0,
        told.total_tokens or 0,
        told.cached_tokens or 0,
        details.get("cache_write_tokens") or 0,
        told.reasoning_tokens or 0,
        raw=told.raw,
    )


def responses_error(recording: Recording) -> type[APIError]:
    """The class by the code, and where that says nothing of its own, by the status."""
    error = recording.expect.error
    assert error is not None
    found = _BY_CODE.get(str(error.code or error.type))
    return found or _BY_STATUS.get(error.status, ServerError)


def responses_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    return compared(_meaning(ours), _meaning(theirs))


def _meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body says, in one form: of two ways to say a thing, the one."""
    result = _present(body)
    for name in ("stream", "include", "tools"):
        if not result.get(name):
            result.pop(name, None)
    given = result.get("input", [])
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    # OpenAI inserts them as a system message, before all others.
    instructions = result.pop("instructions", None)
    if instructions:
        items = [{"role": "system", "content": instructions}, *items]
    result["input"] = [_item(item) for item in items]
    if "tools" in result:
        result["tools"] = [_tool(tool) for tool in result["tools"]]
    return result


def _item(data: Mapping[str, Any]) -> JsonDict:
    """An item without its id and status: a turn has no word for either."""
    result = {key: value for key, value in _present(data).items() if key not in ("id", "status")}
    match result.get("type", "message"):
        case "message":
            result.pop("type", None)
            result["content"] = _content(result["content"])
        case "function_call":
            result["arguments"] = _parsed(result["arguments"])
        case "function_call_output":
            result["output"] = _content(result["output"])
        case "reasoning":
            result = {key: value for key, value in result.items() if value != []}
    return result


def _content(content: str | list[JsonDict]) -> Any:
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    said = [_part(part) for part in parts]
    alone = len(said) == 1 and set(said[0]) == {"type", "text"}
    return said[0]["text"] if alone else said


def _part(data: JsonDict) -> JsonDict:
    result = {key: value for key, value in _present(data).items() if value != []}
    if result["type"] in ("input_text", "output_text"):
        result["type"] = "text"
    if result.get("detail") == "auto":
        del result["detail"]
    return result


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments


def _tool(data: JsonDict) -> JsonDict:
    result = {key: value for key, value in _present(data).items() if value != ""}
    if result.get("type") == "function":
        result.setdefault("parameters", {"type": "object", "properties": {}})
    return result


def _present(data: Mapping[str, Any]) -> JsonDict:
    return {key: value for key, value in data.items() if value is not None}

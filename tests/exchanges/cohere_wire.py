"""The wire of Cohere's chat, for the judge: its counts, its errors, its bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ContentFilterError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
    Usage,
)

from .meaning import Difference, compared
from .recording import Recording

JsonDict = dict[str, Any]

_BY_STATUS: Mapping[int, type[APIError]] = {
    200: ServerError,  # told by the last event of a stream
    400: BadRequestError,
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    422: BadRequestError,
    429: RateLimitError,
    498: ContentFilterError,
    499: BadRequestError,
    500: ServerError,
    501: ServerError,
    503: OverloadedError,
    504: ServerError,
}
"""https://docs.cohere.com/reference/errors"""


def cohere_usage(recording: Recording) -> Usage:
    """Its real counts are the contract's own; it tells no total."""
    told = recording.expect.usage
    if told is None or not (told.raw.get("tokens") or told.raw.get("billed_units")):
        return Usage(reported=False)
    prompt, completion = int(told.prompt_tokens or 0), int(told.completion_tokens or 0)
    return Usage(
        prompt,
        completion,
        prompt + completion,
        int(told.cached_tokens or 0),
        0,
        int(told.reasoning_tokens or 0),
        raw=told.raw,
    )


def cohere_error(recording: Recording) -> type[APIError]:
    """The class by status: there are no codes."""
    error = recording.expect.error
    assert error is not None
    return _BY_STATUS[error.status]


def cohere_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    return compared(_meaning(ours), _meaning(theirs))


def _meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body says, in one form: of two ways to say a thing, the one."""
    result = {key: value for key, value in body.items() if value not in (None, [])}
    if result.get("stream") is False:
        del result["stream"]
    if result.get("strict_tools") is False:
        del result["strict_tools"]
    result["messages"] = [_message(message) for message in result["messages"]]
    if "tools" in result:
        result["tools"] = [_tool(tool) for tool in result["tools"]]
    form = result.get("response_format")
    if form is not None and "schema" in form:  # its name while it was new
        result["response_format"] = {"type": form["type"], "json_schema": form["schema"]}
    return result


def _message(data: Mapping[str, Any]) -> JsonDict:
    result = {key: value for key, value in data.items() if value not in (None, [], "")}
    role = data["role"]
    if role == "tool":
        result["content"] = _result(data["content"])
        return result
    content = _blocks(data.get("content"))
    if role == "assistant":
        # An empty text is no text; and text beside calls is the plan for them.
        content = [block for block in content if block.get("text") != ""]
    if content:
        result["content"] = content
    else:
        result.pop("content", None)
    result["tool_calls"] = [_call(call) for call in data.get("tool_calls") or ()]
    return result


def _blocks(content: str | list[JsonDict] | None) -> list[JsonDict]:
    if content is None:
        return []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [{key: value for key, value in block.items() if value is not None} for block in content]


def _result(content: str | list[JsonDict]) -> list[Any]:
    """A tool's result: an object is the same as a document and as its JSON."""
    found: list[Any] = []
    for block in _blocks(content):
        value = block["document"]["data"] if block["type"] == "document" else block["text"]
        found.append(_object(value))
    return found


def _object(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, dict) else value


def _call(data: Mapping[str, Any]) -> JsonDict:
    function = data["function"]
    arguments = json.loads(function.get("arguments") or "{}")
    return {"id": data["id"], "name": function["name"], "arguments": arguments}


def _tool(data: Mapping[str, Any]) -> JsonDict:
    function = data["function"]
    result = {key: value for key, value in function.items() if value not in (None, "")}
    if not (result.get("parameters") or {}).get("properties"):
        result.pop("parameters", None)
    return result

"""The wire of Anthropic's Messages, for the judge: its counts, its errors, its bodies."""

from __future__ import annotations

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

_BY_TYPE: Mapping[str, type[APIError]] = {
    "invalid_request_error": BadRequestError,
    "authentication_error": AuthenticationError,
    "billing_error": QuotaExceededError,
    "permission_error": PermissionDeniedError,
    "not_found_error": NotFoundError,
    "request_too_large": RequestTooLargeError,
    "rate_limit_error": RateLimitError,
    "timeout_error": ServerError,
    "api_error": ServerError,
    "overloaded_error": OverloadedError,
    "ValidationException": BadRequestError,
}
"""https://platform.claude.com/docs/en/api/errors, and Bedrock's one that is recorded."""


def messages_usage(recording: Recording) -> Usage:
    """The wire's input leaves out what a cache gave and what was written to one.

    https://platform.claude.com/docs/en/build-with-claude/prompt-caching
    """
    told = recording.expect.usage
    if told is None:
        return Usage(reported=False)
    cached, written = told.cached_tokens or 0, told.cache_write_tokens or 0
    prompt = (told.prompt_tokens or 0) + cached + written
    completion = told.completion_tokens or 0
    return Usage(
        prompt,
        completion,
        prompt + completion,
        cached,
        written,
        told.reasoning_tokens or 0,
        raw=told.raw,
    )


def messages_error(recording: Recording) -> type[APIError]:
    """The class by the error's type; a prompt that is too long has no type of its own."""
    error = recording.expect.error
    assert error is not None
    if "prompt is too long" in (error.message or ""):
        return ContextLengthError
    return _BY_TYPE[error.type or ""]


def messages_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    return compared(_meaning(ours), _meaning(theirs))


def _meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body says, in one form: of two ways to say a thing, the one."""
    result = {key: value for key, value in body.items() if value is not None}
    if result.get("stream") is False:
        del result["stream"]
    if not result.get("tools"):
        result.pop("tools", None)
    form = result.pop("output_format", None)  # its name while it was a beta feature
    if form is not None:
        result["output_config"] = {**result.get("output_config", {}), "format": form}
    if "system" in result:
        result["system"] = _blocks(result["system"])
    result["messages"] = _turns(result["messages"])
    if "tools" in result:
        result["tools"] = [_tool(tool) for tool in result["tools"]]
    choice = result.get("tool_choice")
    if choice is not None and choice.get("disable_parallel_tool_use") is False:
        choice = {key: value for key, value in choice.items() if not key.startswith("disable")}
        result["tool_choice"] = choice
    if result.get("tool_choice") == {"type": "auto"}:
        del result["tool_choice"]
    return result


def _turns(messages: list[JsonDict]) -> list[JsonDict]:
    """The server reads neighbouring messages of one role as one."""
    turns: list[JsonDict] = []
    for message in messages:
        blocks = _blocks(message["content"])
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": message["role"], "content": blocks})
    return turns


def _blocks(content: str | list[JsonDict]) -> list[JsonDict]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [_block(block) for block in content]


def _block(data: JsonDict) -> JsonDict:
    result = {key: value for key, value in data.items() if value is not None}
    if result["type"] == "tool_result":
        if result.get("is_error") is False:
            del result["is_error"]
        result["content"] = _blocks(result.get("content", ""))
    return result


def _tool(data: JsonDict) -> JsonDict:
    return {
        key: value
        for key, value in data.items()
        if value not in (None, "", False) and key != "type"
    }

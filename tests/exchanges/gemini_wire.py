"""The wire of Gemini's generateContent, for the judge: its counts, its errors, its bodies."""

from __future__ import annotations

import base64
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
    RateLimitError,
    ServerError,
    Usage,
)

from .meaning import Difference, compared
from .recording import Recording

JsonDict = dict[str, Any]

_BY_STATUS: Mapping[str, type[APIError]] = {
    "INVALID_ARGUMENT": BadRequestError,
    "FAILED_PRECONDITION": PermissionDeniedError,
    "UNAUTHENTICATED": AuthenticationError,
    "PERMISSION_DENIED": PermissionDeniedError,
    "NOT_FOUND": NotFoundError,
    "RESOURCE_EXHAUSTED": RateLimitError,
    "INTERNAL": ServerError,
    "UNAVAILABLE": OverloadedError,
    "DEADLINE_EXCEEDED": ServerError,
}
"""https://ai.google.dev/gemini-api/docs/troubleshooting"""


def gemini_usage(recording: Recording) -> Usage:
    """Thoughts and the results of the server's tools are counted apart.

    https://ai.google.dev/api/generate-content#UsageMetadata
    """
    told = recording.expect.usage
    if told is None:
        return Usage(reported=False)
    thoughts = told.reasoning_tokens or 0
    prompt = (told.prompt_tokens or 0) + told.raw.get("toolUsePromptTokenCount", 0)
    completion = (told.completion_tokens or 0) + thoughts
    return Usage(
        prompt,
        completion,
        told.total_tokens or prompt + completion,
        told.cached_tokens or 0,
        0,
        thoughts,
        raw=told.raw,
    )


def gemini_error(recording: Recording) -> type[APIError]:
    """The class by the status word; a bad key and a long prompt are bad arguments to it."""
    error = recording.expect.error
    assert error is not None
    if "API_KEY_INVALID" in recording.answer.decode("utf-8", "replace"):
        return AuthenticationError
    if "exceeds the maximum number of tokens" in (error.message or ""):
        return ContextLengthError
    return _BY_STATUS[error.type or ""]


def gemini_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    mine, recorded = _meaning(ours), _meaning(theirs)
    # llmkit asks for the thoughts wherever it asks for thinking.
    for config in (mine.get("generationConfig", {}).get("thinkingConfig", {}),):
        asked = recorded.get("generationConfig", {}).get("thinkingConfig", {})
        if asked and "includeThoughts" not in asked:
            config.pop("includeThoughts", None)
    return compared(mine, recorded)


def _meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body says, in one form: of two ways to say a thing, the one."""
    result = {key: value for key, value in body.items() if value not in (None, {}, [])}
    result["contents"] = [_content(content) for content in result.get("contents", ())]
    if "systemInstruction" in result:
        # Its role means nothing, and two parts say the same as one after the other.
        result["systemInstruction"] = _content(result["systemInstruction"])["parts"]
    if "tools" in result:
        result["tools"] = _tools(result["tools"])
    if "generationConfig" in result:
        result["generationConfig"] = _config(result["generationConfig"])
    return result


def _config(data: Mapping[str, Any]) -> JsonDict:
    result = _present(data)
    for name in ("responseSchema", "responseJsonSchema"):
        if name in result:
            result["responseSchema"] = _schema(result.pop(name))
    return result


def _present(data: Mapping[str, Any]) -> JsonDict:
    return {key: value for key, value in data.items() if value is not None}


def _content(data: Mapping[str, Any]) -> JsonDict:
    role = data.get("role", "user")
    # The older word for who brings results.
    role = "user" if role == "function" else role
    return {"role": role, "parts": [_part(part) for part in data["parts"]]}


def _part(data: Mapping[str, Any]) -> JsonDict:
    result = _present(data)
    if result.get("thought") is False:
        del result["thought"]
    if "functionCall" in result:
        result["functionCall"] = {"args": {}, **_present(result["functionCall"])}
    if "inlineData" in result:
        inline = result["inlineData"]
        bare = base64.b64decode(inline["data"].translate(str.maketrans("-_", "+/")))
        result["inlineData"] = {**inline, "data": bare}
    return result


def _tools(tools: list[JsonDict]) -> list[JsonDict]:
    """All functions in one list, however many tools they came in."""
    functions: list[JsonDict] = []
    others: list[JsonDict] = []
    for tool in tools:
        functions += [_function(one) for one in tool.get("functionDeclarations") or ()]
        other = {k: v for k, v in _present(tool).items() if k != "functionDeclarations"}
        others += [other] if other else []
    return [*functions, *others]


def _function(data: Mapping[str, Any]) -> JsonDict:
    result = {key: value for key, value in data.items() if value not in (None, "")}
    for name in ("parameters", "parametersJsonSchema"):
        schema = _schema(result.pop(name, {}))
        if schema.get("properties"):
            result["parameters"] = schema
    return result


def _schema(value: Any) -> Any:
    """A schema with its types in small letters, as JSON Schema has them."""
    if isinstance(value, list):
        return [_schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item.lower() if key == "type" and isinstance(item, str) else _schema(item)
        for key, item in value.items()
        if item is not None
    }

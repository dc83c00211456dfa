"""The wire of Bedrock's Converse, for the judge: its counts, its errors, its bodies."""

from __future__ import annotations

import base64
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
    ServerError,
    Usage,
)

from .meaning import Difference, compared
from .recording import Recording

JsonDict = dict[str, Any]

_BY_NAME: Mapping[str, type[APIError]] = {
    "AccessDeniedException": PermissionDeniedError,
    "ExpiredTokenException": AuthenticationError,
    "InternalServerError": ServerError,
    "InternalServerException": ServerError,
    "InvalidSignatureException": AuthenticationError,
    "ModelErrorException": ServerError,
    "ModelNotReadyException": OverloadedError,
    "ModelStreamErrorException": ServerError,
    "ModelTimeoutException": ServerError,
    "ResourceNotFoundException": NotFoundError,
    "ServiceQuotaExceededException": QuotaExceededError,
    "ServiceUnavailableException": OverloadedError,
    "ThrottlingException": RateLimitError,
    "UnrecognizedClientException": AuthenticationError,
    "ValidationException": BadRequestError,
}
"""https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"""

_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    403: PermissionDeniedError,
    404: NotFoundError,
    424: ServerError,
    429: RateLimitError,
    500: ServerError,
    503: OverloadedError,
}


def converse_usage(recording: Recording) -> Usage:
    """The wire's input leaves out what a cache gave and what was written to one.

    https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    """
    told = recording.expect.usage
    if told is None:
        return Usage(reported=False)
    cached, written = told.cached_tokens or 0, told.cache_write_tokens or 0
    prompt = (told.prompt_tokens or 0) + cached + written
    completion = told.completion_tokens or 0
    total = told.total_tokens or prompt + completion
    return Usage(prompt, completion, total, cached, written, raw=told.raw)


def converse_error(recording: Recording) -> type[APIError]:
    """The class by the error's name; where its header was not kept, by the status."""
    error = recording.expect.error
    assert error is not None
    if error.type is None:
        return _BY_STATUS[error.status]
    message = (error.message or "").lower()
    if "input is too long" in message or "prompt is too long" in message:
        return ContextLengthError
    return _BY_NAME[error.type]


def converse_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    return compared(_meaning(ours), _meaning(theirs))


def _meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body says, in one form: of two ways to say a thing, the one."""
    result = {key: value for key, value in body.items() if value not in (None, [], {})}
    if "inferenceConfig" in result:
        config = result["inferenceConfig"]
        result["inferenceConfig"] = {k: v for k, v in config.items() if v is not None}
    result["messages"] = _turns(result.get("messages", ()))
    config = result.get("toolConfig")
    if config is not None:
        tools = [_tool(tool) for tool in config["tools"]]
        choice = config.get("toolChoice")
        # To choose freely is what a model does unasked.
        asked = {} if choice in (None, {"auto": {}}) else {"toolChoice": choice}
        result["toolConfig"] = {"tools": tools, **asked}
    form = result.get("outputConfig", {}).get("textFormat")
    if form is not None:
        inner = dict(form["structure"]["jsonSchema"])
        inner["schema"] = json.loads(inner["schema"])
        form = {**form, "structure": {"jsonSchema": inner}}
        result["outputConfig"] = {**result["outputConfig"], "textFormat": form}
    return result


def _turns(messages: list[JsonDict]) -> list[JsonDict]:
    """The server reads neighbouring messages of one role as one."""
    turns: list[JsonDict] = []
    for message in messages:
        blocks = [_block(block) for block in message["content"]]
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": message["role"], "content": blocks})
    return turns


def _block(data: JsonDict) -> JsonDict:
    result = {key: value for key, value in data.items() if value is not None}
    if "document" in result:
        result["document"] = _document(result["document"])
    if "toolResult" in result:
        inner = dict(result["toolResult"])
        inner["content"] = [_block(block) for block in inner["content"]]
        if inner.get("status") == "success":
            del inner["status"]
        result["toolResult"] = inner
    return result


def _document(data: JsonDict) -> JsonDict:
    """A document's words are the same as text and as bytes."""
    source = data["source"]
    if "text" in source:
        source = {"bytes": base64.b64encode(source["text"].encode()).decode()}
    return {**data, "source": source}


def _tool(data: JsonDict) -> JsonDict:
    spec = data.get("toolSpec")
    if spec is None:
        return data
    return {
        "toolSpec": {key: value for key, value in spec.items() if value not in (None, "", False)}
    }

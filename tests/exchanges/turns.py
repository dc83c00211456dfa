"""Requests from the neutral turns of recordings, through the public face.

A turn says everything that a recorded request says, in no provider's words. It becomes a
request in two ways: of typed messages, and of mappings in OpenAI's form.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from llmkit import (
    AssistantMessage,
    CacheControl,
    ChatCompletionRequest,
    DeveloperMessage,
    FilePart,
    ImagePart,
    Message,
    ReasoningPart,
    RefusalPart,
    ResponseFormat,
    SystemMessage,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
    ToolMessage,
    UserMessage,
)

from .params import request_params

Turn = Mapping[str, Any]
Request = ChatCompletionRequest[object]
Part = TextPart | ImagePart | FilePart | ReasoningPart | RefusalPart

# What a turn may hold beside the request; a key that is in none of these is a hole in this file.
_SAID_ELSEWHERE = {"raw_names", "stream", "stream_usage"}
_TURN = {
    *("model", "messages", "tools", "tool_choice", "params", "response_format"),
    *("parallel_tool_calls", "extra"),
}
_MESSAGE = {
    *("role", "text", "parts", "tool_calls", "tool_call_id", "reasoning", "name", "is_error"),
    *("raw_names", "cache_control", "object", "status"),
}
_PART = {
    "type",
    "text",
    "url",
    "media_type",
    "data",
    "detail",
    "name",
    "signature",
    "redacted",
    "citations",
    "cache_control",
}


def typed_request(turn: Turn, provider: str) -> Request:
    """The request of *turn*, of typed values."""
    _all_known(turn, _TURN | _SAID_ELSEWHERE)
    return ChatCompletionRequest(
        f"{provider}/{turn['model']}",
        [_message(message, provider) for message in turn["messages"]],
        tools=tuple(_tool(tool) for tool in turn["tools"] or ()),
        tool_choice=_tool_choice(turn["tool_choice"]),
        response_format=_response_format(turn["response_format"]),
        parallel_tool_calls=turn.get("parallel_tool_calls"),
        **request_params(turn),
    )


def plain_request(turn: Turn, provider: str) -> Request:
    """The request of *turn*, of mappings in OpenAI's form."""
    _all_known(turn, _TURN | _SAID_ELSEWHERE)
    data: dict[str, Any] = {
        "model": f"{provider}/{turn['model']}",
        "messages": [_plain_message(message, provider) for message in turn["messages"]],
        **request_params(turn),
    }
    if turn["tools"]:
        data["tools"] = [_plain_tool(tool) for tool in turn["tools"]]
    choice = turn["tool_choice"]
    if choice is not None:
        named = isinstance(choice, Mapping)
        data["tool_choice"] = {"type": "function", "function": choice} if named else choice
    asked = turn["response_format"]
    if asked is not None:
        data["response_format"] = _plain_response_format(asked)
    if turn.get("parallel_tool_calls") is not None:
        data["parallel_tool_calls"] = turn["parallel_tool_calls"]
    return ChatCompletionRequest.from_dict(data)


FORMS: Mapping[str, Callable[[Turn, str], Request]] = {
    "typed": typed_request,
    "dicts": plain_request,
}
"""The two ways."""


def _all_known(data: Mapping[str, Any], known: set[str]) -> None:
    unknown = {key for key, value in data.items() if value is not None} - known
    if unknown:
        raise NotImplementedError(f"a turn says {unknown}, which is read nowhere here")


def _message(data: Mapping[str, Any], provider: str) -> Message:
    _all_known(data, _MESSAGE)
    content = _content(data, provider)
    name = data.get("name")
    match data["role"]:
        case "system":
            return SystemMessage(content or "", name=name)
        case "developer":
            return DeveloperMessage(content or "", name=name)
        case "user":
            return UserMessage(content or "", name=name)
        case "tool":
            return ToolMessage(
                content or "",
                tool_call_id=data["tool_call_id"],
                name=name,
                is_error=_failed(data),
            )
    thinking = data.get("reasoning")
    return AssistantMessage(
        content,
        tool_calls=[_call(call, provider) for call in data.get("tool_calls") or ()],
        reasoning=None if thinking is None else ReasoningPart(thinking, provider=provider),
        name=name,
    )


def _failed(data: Mapping[str, Any]) -> bool:
    """Whether a tool failed: a flag, or on Bedrock a word."""
    return bool(data.get("is_error", data.get("status") == "error"))


def _content(data: Mapping[str, Any], provider: str) -> str | Sequence[Part] | None:
    if "cache_control" in data:  # of a tool's whole result
        return [TextPart(data["text"], cache_control=_cache(data))]
    if "parts" in data:
        return [_part(part, provider) for part in data["parts"]]
    return _text(data)


def _text(data: Mapping[str, Any]) -> str | None:
    """A message's text; of a tool's result that is an object, its JSON."""
    return json.dumps(data["object"]) if "object" in data else data.get("text")


def _part(data: Mapping[str, Any], provider: str) -> Part:
    _all_known(data, _PART)
    cache = _cache(data)
    content = base64.b64decode(_standard(data["data"])) if "data" in data else None
    match data["type"]:
        case "text":
            return TextPart(data["text"], cache_control=cache)
        case "reasoning":
            return ReasoningPart(
                data.get("text", ""),
                signature=data.get("signature"),
                encrypted=data.get("redacted"),
                provider=provider,
            )
        case "refusal":
            return RefusalPart(data["text"])
        case "image":
            return ImagePart(
                data=content,
                url=data.get("url"),
                media_type=data.get("media_type"),
                detail=data.get("detail"),
                cache_control=cache,
            )
        case "document":
            return FilePart(
                data=data["text"].encode() if "text" in data else content,
                url=data.get("url"),
                media_type=data.get("media_type"),
                filename=data.get("name"),
                citations=bool(data.get("citations")),
                cache_control=cache,
            )
    raise NotImplementedError(f"a turn holds a part of type {data['type']!r}")


def _standard(encoded: str) -> str:
    """Base64 in its standard alphabet; Google's own library writes the other."""
    return encoded.translate(str.maketrans("-_", "+/"))


def _cache(data: Mapping[str, Any]) -> CacheControl | None:
    mark = data.get("cache_control")
    return None if mark is None else CacheControl(mark.get("ttl"))


def _call(data: Mapping[str, Any], provider: str) -> ToolCall:
    text = data.get("arguments_raw")
    if text is None:
        text = json.dumps(data["arguments"] or {})
    return ToolCall(data["id"], data["name"], text, **_seal(data, provider))


def _seal(data: Mapping[str, Any], provider: str) -> dict[str, Any]:
    """The signature on a call; whose it is belongs to it only where the id is its own, too."""
    if "signature" not in data:
        return {}
    owner = {} if data.get("id_is_synthetic") else {"provider": provider}
    return {"signature": data["signature"], **owner}


def _tool(data: Mapping[str, Any]) -> Tool:
    return Tool(
        data["name"],
        data.get("description") or "",
        data.get("parameters") or {},
        strict=data.get("strict"),
        cache_control=_cache(data),
    )


def _tool_choice(value: str | Mapping[str, Any] | None) -> ToolChoice | None:
    if value is None:
        return None
    return ToolChoice.of(value) if isinstance(value, str) else ToolChoice.named(value["name"])


def _response_format(data: Mapping[str, Any] | None) -> ResponseFormat[object] | None:
    if data is None:
        return None
    if data["type"] == "json_schema":
        return ResponseFormat.json_schema(
            data["schema"],
            name=data.get("name"),
            description=data.get("description"),
            strict=data.get("strict"),
        )
    kind: Literal["text", "json_object"] = data["type"]
    return ResponseFormat(kind)


def _plain_message(data: Mapping[str, Any], provider: str) -> dict[str, Any]:
    _all_known(data, _MESSAGE)
    result: dict[str, Any] = {
        key: data[key] for key in ("role", "name", "tool_call_id") if key in data
    }
    if _failed(data):
        result["is_error"] = True
    result["content"] = _text(data)
    if "parts" in data:
        result["content"] = [_plain_part(part, provider) for part in data["parts"]]
    if "cache_control" in data:
        part = {"type": "text", "text": data["text"], "cache_control": data["cache_control"]}
        result["content"] = [part]
    if data.get("reasoning") is not None:
        result["reasoning_content"] = data["reasoning"]
    if data.get("tool_calls"):
        result["tool_calls"] = [_plain_call(call, provider) for call in data["tool_calls"]]
    return result


def _plain_part(data: Mapping[str, Any], provider: str) -> dict[str, Any]:
    _all_known(data, _PART)
    encoded = _standard(data.get("data", ""))
    url = data.get("url") or f"data:{data.get('media_type')};base64,{encoded}"
    result: dict[str, Any]
    match data["type"]:
        case "text":
            result = {"type": "text", "text": data["text"]}
        case "reasoning":
            seals = {"signature": data.get("signature"), "encrypted": data.get("redacted")}
            text = data.get("text", "")
            result = {"type": "reasoning", "text": text, "provider": provider, **seals}
        case "refusal":
            result = {"type": "refusal", "refusal": data["text"]}
        case "image":
            detail = {"detail": data["detail"]} if "detail" in data else {}
            result = {"type": "image_url", "image_url": {"url": url, **detail}}
        case "document":
            if "text" in data:
                encoded = base64.b64encode(data["text"].encode()).decode()
                url = f"data:{data['media_type']};base64,{encoded}"
            file = {"filename": data.get("name"), "file_data": url}
            if data.get("citations"):
                file["citations"] = True
            result = {"type": "file", "file": file}
        case other:
            raise NotImplementedError(f"a turn holds a part of type {other!r}")
    if "cache_control" in data:
        # Bedrock's word for it is "default".
        result["cache_control"] = {**data["cache_control"], "type": "ephemeral"}
    return result


def _plain_tool(data: Mapping[str, Any]) -> dict[str, Any]:
    function = {
        key: value for key, value in data.items() if key not in ("cache_control", "dialect")
    }
    mark = {"cache_control": data["cache_control"]} if "cache_control" in data else {}
    return {"type": "function", "function": function, **mark}


def _plain_call(data: Mapping[str, Any], provider: str) -> dict[str, Any]:
    arguments = data.get("arguments_raw")
    if arguments is None:
        arguments = data["arguments"]
    function = {"name": data["name"], "arguments": arguments}
    call = {"id": data["id"], "type": "function", "function": function}
    return {**call, **_seal(data, provider)}


def _plain_response_format(data: Mapping[str, Any]) -> dict[str, Any]:
    if data["type"] != "json_schema":
        return dict(data)
    inner = {key: value for key, value in data.items() if key != "type" and value is not None}
    return {"type": "json_schema", "json_schema": inner}

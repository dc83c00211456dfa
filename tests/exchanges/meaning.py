"""Request bodies held against each other by what they say, not by how they say it.

The same are: a text and a list of that one text part, null and a key left out, `x` and `[x]`
for `stop`, a wire's two names for one thing, and JSON text with its keys in any order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

JsonDict = dict[str, Any]

_SAME_NAME = {"max_completion_tokens": "max_tokens", "random_seed": "seed"}
_REASONING = ("reasoning_content", "reasoning")
_NO_PARAMETERS: JsonDict = {"type": "object", "properties": {}}


@frozen
class Difference:
    """One value that is not the same; None is a key left out."""

    path: str
    ours: object
    theirs: object

    def __str__(self) -> str:
        return f"{self.path}: {_short(self.ours)}, recorded {_short(self.theirs)}"


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two bodies of the OpenAI chat wire do not mean the same.

    Args:
        ours: as llmkit built it.
        theirs: as it was recorded.
    """
    mine, recorded = chat_meaning(ours), chat_meaning(theirs)
    # llmkit always asks for the usage of a stream; whoever recorded may have done without.
    if "stream_options" not in recorded and mine.get("stream_options") == {"include_usage": True}:
        del mine["stream_options"]
    return list(_compare("", mine, recorded))


def compared(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two values are not the same; a key that is null is a key left out."""
    return list(_compare("", ours, theirs))


def chat_meaning(body: Mapping[str, Any]) -> JsonDict:
    """What a body of the OpenAI chat wire says, in one form."""
    result = {_SAME_NAME.get(key, key): value for key, value in body.items() if value is not None}
    if result.get("stream") is False:
        del result["stream"]
    if isinstance(result.get("stop"), str):
        result["stop"] = [result["stop"]]
    result["messages"] = [_message(message) for message in result.get("messages", ())]
    if "tools" in result:
        result["tools"] = [_tool(tool) for tool in result["tools"]]
    if isinstance(result.get("response_format"), Mapping):
        result["response_format"] = _response_format(result["response_format"])
    return result


def _message(data: Mapping[str, Any]) -> JsonDict:
    result = {key: value for key, value in data.items() if value is not None}
    texts = {result.pop(name) for name in _REASONING if name in result}
    if texts and texts != {""}:
        # Several names may hold the same thinking: that is one thought.
        result["reasoning"] = texts.pop() if len(texts) == 1 else sorted(texts)
    if isinstance(result.get("content"), Sequence) and not isinstance(result["content"], str):
        parts = [_part(part) for part in result["content"]]
        thinking = [part["text"] for part in parts if part["type"] == "thinking"]
        if thinking:
            result["reasoning"] = "".join(thinking)
            parts = [part for part in parts if part["type"] != "thinking"]
        alone = len(parts) == 1 and set(parts[0]) == {"type", "text"}
        result["content"] = parts[0]["text"] if alone else parts
    # OpenAI-form servers that know the mark take a missing one for no.
    if result.get("prefix") is False:
        del result["prefix"]
    if "tool_calls" in result:
        result["tool_calls"] = [_call(call) for call in result["tool_calls"]]
        if not result.get("content"):
            result.pop("content", None)
    return result


def _part(data: Mapping[str, Any]) -> JsonDict:
    result = {key: value for key, value in data.items() if value is not None}
    if isinstance(result.get("image_url"), str):
        result["image_url"] = {"url": result["image_url"]}
    if result["type"] == "thinking" and not isinstance(result["thinking"], str):
        return {"type": "thinking", "text": "".join(part["text"] for part in result["thinking"])}
    return result


def _call(data: Mapping[str, Any]) -> JsonDict:
    function = data["function"]
    return {
        "id": data.get("id"),
        "name": function["name"],
        "arguments": _parsed(function.get("arguments")),
    }


def _parsed(arguments: object) -> object:
    if not arguments:
        return {}
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _tool(data: Mapping[str, Any]) -> JsonDict:
    function = {key: value for key, value in data["function"].items() if value not in (None, "")}
    function["parameters"] = function.get("parameters") or _NO_PARAMETERS
    return {**data, "function": function}


def _response_format(data: Mapping[str, Any]) -> JsonDict:
    result = dict(data)
    if isinstance(result.get("json_schema"), Mapping):
        inner = result["json_schema"]
        result["json_schema"] = {k: v for k, v in inner.items() if v not in (None, "")}
    return result


def _compare(path: str, ours: object, theirs: object) -> Iterator[Difference]:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in sorted({*ours, *theirs}):
            inside = f"{path}.{key}" if path else str(key)
            yield from _compare(inside, ours.get(key), theirs.get(key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (mine, recorded) in enumerate(zip(ours, theirs)):
            yield from _compare(f"{path}[{index}]", mine, recorded)
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield Difference(path, ours, theirs)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:140]} … {text[-140:]}"

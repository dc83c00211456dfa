"""The fuzzers' targets that take JSON of the caller's: schemas, and values as dictionaries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

import attrs

from llmkit import (
    ChatCompletionRequest,
    ChatCompletionResponse,
    Conversation,
    InvalidRequestError,
    Message,
    Tool,
)
from llmkit._json import dumps, loads
from llmkit._models.response_format import ResponseFormat
from llmkit._models.structure import structured
from llmkit._models.tool_run import ToolRun
from llmkit._models.validate_json import fitted
from llmkit.adapters.anthropic_messages.tools import SUBSET as ANTHROPIC
from llmkit.adapters.bedrock_converse.tools import SUBSET as BEDROCK
from llmkit.adapters.cohere_v2.tools import SUBSET as COHERE
from llmkit.adapters.gemini.tools import JSON_SCHEMA, OPENAPI
from llmkit.adapters.openai_schemas import STRICT
from llmkit.adapters.schema_subset import rewritten

from .mutate import mutated, written
from .reader import Reader
from .target import Target

_SCHEMA: Final[Mapping[str, Any]] = {
    "title": "Weather",
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1, "pattern": "^a", "format": "date"},
        "days": {"type": "array", "items": {"$ref": "#/$defs/Day"}, "minItems": 1},
        "kind": {"enum": ["a", 1, None], "default": "a", "description": "d"},
        "either": {"anyOf": [{"type": "integer", "maximum": 3}, {"const": "x"}, {"type": "null"}]},
        "all": {"allOf": [{"type": "object", "properties": {"a": {}}}, {"required": ["a"]}]},
        "one": {"oneOf": [{"type": ["string", "null"]}, {"type": "number", "multipleOf": 0.5}]},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, True], "items": False},
        "not": {"not": {"type": "string"}, "if": {}, "then": {}, "else": False},
    },
    "required": ["city"],
    "additionalProperties": False,
    "$defs": {"Day": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Day"}}}},
}
_VALUE: Final[Mapping[str, Any]] = {
    "city": "a",
    "days": [{"next": {"next": {}}}],
    "kind": None,
    "either": "x",
    "map": {"a": 1},
    "pair": ["x", 1],
}
_SUBSETS: Final = (STRICT, ANTHROPIC, BEDROCK, COHERE, OPENAPI, JSON_SCHEMA)


def _drawn_json(sample: Any, reader: Reader) -> bytes:
    return reader.rest() if reader.below(8) == 0 else written(mutated(sample, reader))


def _mapping(data: bytes) -> Mapping[str, Any] | None:
    try:
        value = loads(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _check_lowering(data: bytes, reader: Reader) -> None:
    given = _mapping(data)
    if given is None:
        return
    try:
        asked: ResponseFormat[object] = ResponseFormat.json_schema(given)
    except InvalidRequestError:
        return
    assert asked.schema is not None
    with suppress(InvalidRequestError):
        made, _ = rewritten(asked.schema, reader.one_of(_SUBSETS))
        json.dumps(made, ensure_ascii=False).encode()


@attrs.frozen
class Day:
    """A type to be made of JSON."""

    city: str
    days: tuple[int, ...] = ()
    kind: str | int | None = None
    map: Mapping[str, float] = attrs.Factory(dict)
    next: Day | None = None


def _check_structured(data: bytes, reader: Reader) -> None:
    value: object = None
    with suppress(ValueError):
        value = loads(data)
    with suppress(ValueError):
        structured(value, reader.one_of((Day, dict[str, Any], list[Day], int)))
    with suppress(InvalidRequestError, RecursionError):  # as it says
        fitted(value, _SCHEMA)


_ASSISTANT: Final = {
    "role": "assistant",
    "content": [{"type": "text", "text": "Hi"}],
    "parts": [
        {"type": "reasoning", "text": "hm", "signature": "s", "provider": "p", "raw": {"a": 1}},
        {"type": "text", "text": "Hi", "citations": [{"url": "u", "start": 0, "end": 1}]},
        {
            "type": "tool_call",
            "tool_call": {"id": "t", "function": {"name": "f", "arguments": "{}"}},
        },
    ],
    "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
_REQUEST: Final = {
    "model": "openai/gpt-4o",
    "messages": [
        {"role": "system", "content": "s", "name": "n"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"},
                },
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                {
                    "type": "file",
                    "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "f"},
                },
            ],
        },
        {k: v for k, v in _ASSISTANT.items() if k != "parts"},
        {"role": "tool", "tool_call_id": "t", "content": "ok", "is_error": False},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": _SCHEMA}},
    "temperature": 0.5,
    "stop": ["a"],
    "logit_bias": {"1": 2},
    "timeout": {"total": 5},
    "metadata": {"a": "b"},
    "extra_headers": {"x": "y"},
}
_RESPONSE: Final = {
    "id": "r",
    "object": "chat.completion",
    "created": 1.0,
    "model": "m",
    "provider": "p",
    "choices": [
        {
            "index": 0,
            "message": _ASSISTANT,
            "finish_reason": "stop",
            "raw_finish_reason": "stop",
            "logprobs": {"content": [{"token": "a", "logprob": -1.0, "top_logprobs": []}]},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "reported": True},
    "latency": 1.0,
    "request_id": "q",
    "headers": {"a": "b"},
    "raw": {},
    "attempts": [{"status": 200, "error": None, "wait": 0.0, "duration": 1.0}],
    "adjustments": [{"action": "dropped", "field": "f", "reason": "r"}],
    "response_format": {"type": "json_object"},
}
_FORMS: Final[Mapping[str, tuple[Any, Callable[[Mapping[str, Any]], Any]]]] = {
    "request": (_REQUEST, ChatCompletionRequest.from_dict),
    "response": (_RESPONSE, ChatCompletionResponse.from_dict),
    "message": (_ASSISTANT, Message.from_dict),
    "tool": (_REQUEST["tools"][0], Tool.from_dict),  # type: ignore[index]
    "format": (_REQUEST["response_format"], ResponseFormat.from_dict),
    "conversation": (
        {
            "model": "m",
            "messages": _REQUEST["messages"],
            "usage": _RESPONSE["usage"],
            "options": {},
        },
        Conversation.from_dict,
    ),
    "tool-run": (
        {
            "messages": _REQUEST["messages"],
            "rounds": [],
            "usage": _RESPONSE["usage"],
            "pending": [],
        },
        ToolRun.from_dict,
    ),
}


def _check_form(read: Callable[[Mapping[str, Any]], Any], data: bytes, reader: Reader) -> None:
    """What can be read can be written, and read again to the same."""
    given = _mapping(data)
    if given is None:
        return
    try:
        value = read(given)
    except InvalidRequestError:
        return
    told = value.to_dict()
    dumps(told).decode()
    assert read(json.loads(dumps(told))).to_dict() == told


def targets() -> Iterator[Target]:
    """All of them."""
    yield Target("schema-lowering", partial(_drawn_json, _SCHEMA), _check_lowering)
    yield Target("structured", partial(_drawn_json, _VALUE), _check_structured)
    for name, (sample, read) in _FORMS.items():
        yield Target(f"{name}-form", partial(_drawn_json, sample), partial(_check_form, read))

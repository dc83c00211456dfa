"""Responses from JSON: what `ChatCompletionResponse.to_dict` wrote, read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, cast

from .._http import Headers
from .._json import JsonObject
from .._retry import Attempt
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .adjustments import ADJUSTMENT_KINDS, Adjustment
from .response import ChatCompletionChoice, ChatCompletionResponse
from .response_format import ResponseFormat
from .usage import NO_USAGE, Usage

_T = TypeVar("_T")

_FIELDS: Final = (
    *("id", "object", "created", "model", "provider", "choices", "usage", "latency"),
    *("request_id", "headers", "raw", "attempts", "adjustments", "response_format"),
)


def response_from_dict(data: Mapping[str, object]) -> ChatCompletionResponse[object]:
    """The response that *data* says, in the form of `ChatCompletionResponse.to_dict`.

    What was no JSON is left out: `response_format.target`, a Python type, so that `parse()`
    gives plain JSON and `parse(Weather)` the type again. All else is as it was.

    Raises:
        InvalidRequestError: *data* is not of that form; the error names the field.
    """
    if not isinstance(data, Mapping):
        raise InvalidRequestError(f"must be an object, not {type(data).__name__}", field="response")
    for key in data:
        if key not in _FIELDS:
            raise InvalidRequestError("is not a field of a response", field=str(key))
    usage = data.get("usage")
    asked = data.get("response_format")
    return ChatCompletionResponse(
        id=_text(data, "id"),
        object=_text(data, "object", "chat.completion"),
        created=_created(data.get("created")),
        model=_text(data, "model"),
        provider=_text(data, "provider"),
        choices=_each(data, "choices", ChatCompletionChoice.from_dict),
        usage=NO_USAGE if usage is None else Usage.from_dict(_object(usage, "usage")),
        latency=_latency(data.get("latency")),
        request_id=check.optional_text(data.get("request_id"), "request_id"),
        headers=_headers(data.get("headers")),
        raw=check.json_object(data.get("raw") or {}, "raw"),
        attempts=_each(data, "attempts", _attempt),
        adjustments=_each(data, "adjustments", _adjustment),
        response_format=None
        if asked is None
        else ResponseFormat.from_dict(_object(asked, "response_format")),
    )


def _text(data: Mapping[str, object], name: str, default: str = "") -> str:
    value = data.get(name)
    return default if value is None else check.text(value, name)


def _object(value: object, field: str) -> JsonObject:
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"must be an object, not {type(value).__name__}", field=field)
    return cast("JsonObject", value)


def _each(data: Mapping[str, object], name: str, read: Callable[..., _T]) -> tuple[_T, ...]:
    found = data.get(name)
    items = () if found is None else check.sequence(found, name)
    return tuple(
        read(_object(item, f"{name}[{index}]"), field=f"{name}[{index}]")
        for index, item in enumerate(items)
    )


def _created(value: object) -> datetime | None:
    seconds = check.number(value, "created", -6.2e10, 2.5e11)  # the years 5 to 9892
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _latency(value: object) -> timedelta:
    return timedelta(seconds=check.number(value, "latency", 0, 1e11) or 0)


def _headers(value: object) -> Mapping[str, str]:
    found = {} if value is None else _object(value, "headers")
    return Headers(
        (check.text(name, "headers"), check.text(text, f"headers.{name}"))
        for name, text in found.items()
    )


def _attempt(data: Mapping[str, object], *, field: str) -> Attempt:
    _known(data, field, "status", "error", "wait", "duration")
    return Attempt(
        status=check.integer(data.get("status"), f"{field}.status", 0),
        error=check.optional_text(data.get("error"), f"{field}.error"),
        wait=check.number(data.get("wait"), f"{field}.wait", 0) or 0.0,
        duration=check.number(data.get("duration"), f"{field}.duration", 0) or 0.0,
    )


def _adjustment(data: Mapping[str, object], *, field: str) -> Adjustment:
    _known(data, field, "kind", "field", "reason")
    kind = data.get("kind")
    if kind not in ADJUSTMENT_KINDS:
        told = ", ".join(ADJUSTMENT_KINDS)
        raise InvalidRequestError(
            f"must be one of {told}, not {shown(kind)}", field=f"{field}.kind"
        )
    return Adjustment(
        kind,
        check.text(data.get("field"), f"{field}.field"),
        check.text(data.get("reason"), f"{field}.reason"),
    )


def _known(data: Mapping[str, object], field: str, *names: str) -> None:
    for key in data:
        if key not in names:
            raise InvalidRequestError("is not known here", field=f"{field}.{key}")

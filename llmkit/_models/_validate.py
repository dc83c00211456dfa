"""Checks shared by the values: each names the field it refuses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from .._json import JsonObject, JsonValue
from ..errors import InvalidRequestError, shown


def text(value: object, field: str, *, empty: bool = True) -> str:
    """*value*, if it is text that can be sent as UTF-8."""
    if not isinstance(value, str):
        raise InvalidRequestError(f"must be text, not {type(value).__name__}", field=field)
    if not value and not empty:
        raise InvalidRequestError("must not be empty", field=field)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            position = error.start
        else:
            return value
        raise InvalidRequestError(
            f"holds a lone surrogate at position {position}, which no UTF-8 can carry", field=field
        )
    return value


def optional_text(value: object, field: str) -> str | None:
    """*value*, if it is None or text."""
    return None if value is None else text(value, field)


def number(value: object, field: str, low: float, high: float = math.inf) -> float | None:
    """*value*, if it is None or a finite number from *low* to *high*."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestError(f"must be a number, not {type(value).__name__}", field=field)
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer that no float can be
        finite = False
    if not finite:
        raise InvalidRequestError(f"must be finite, not {shown(value)}", field=field)
    if not low <= value <= high:
        raise InvalidRequestError(f"must be {_between(low, high)}, not {value}", field=field)
    return value


def integer(value: object, field: str, low: int | None, high: int | None = None) -> int | None:
    """*value*, if it is None or an integer from *low* to *high*."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidRequestError(f"must be an integer, not {shown(value)}", field=field)
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = _between(-math.inf if low is None else low, math.inf if high is None else high)
        raise InvalidRequestError(f"must be {bounds}, not {value}", field=field)
    return value


def flag(value: object, field: str) -> bool | None:
    """*value*, if it is None, True or False."""
    if value is None or isinstance(value, bool):
        return value
    raise InvalidRequestError(f"must be True or False, not {shown(value)}", field=field)


def sequence(value: object, field: str) -> Sequence[object]:
    """*value*, if it is a sequence or iterable of things and not one text or mapping."""
    if isinstance(value, str | bytes | bytearray | Mapping):
        raise InvalidRequestError(f"must be a list, not {type(value).__name__}", field=field)
    if isinstance(value, Sequence):
        return value
    try:
        return tuple(value)  # type: ignore[arg-type]  # whether it iterates is the question
    except TypeError:
        message = f"must be a list, not {type(value).__name__}"
    raise InvalidRequestError(message, field=field)


def json_object(value: object, field: str) -> JsonObject:
    """*value*, if it is a mapping of JSON values; as an own, plain copy."""
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"must be a mapping, not {type(value).__name__}", field=field)
    return cast("JsonObject", _json(value, field, 0))


def json_value(value: object, field: str) -> JsonValue:
    """*value*, if it is JSON; as an own, plain copy."""
    return _json(value, field, 0)


_DEEPEST = 200  # orjson writes no more than 254 levels, and the request's own are among them.


def _json(value: object, field: str, depth: int) -> JsonValue:
    if depth > _DEEPEST:
        raise InvalidRequestError(f"is nested deeper than {_DEEPEST} levels", field=field)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return text(value, field)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise InvalidRequestError(f"must be finite, not {value}", field=field)
    if isinstance(value, Mapping):
        result: dict[str, JsonValue] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise InvalidRequestError(
                    f"has the key {shown(key)}, which is not text", field=field
                )
            result[text(key, field)] = _json(item, f"{field}.{key}", depth + 1)
        return result
    if isinstance(value, list | tuple):
        return [_json(item, f"{field}[{i}]", depth + 1) for i, item in enumerate(value)]
    raise InvalidRequestError(f"is {type(value).__name__}, which is not JSON", field=field)


def _between(low: float, high: float) -> str:
    if low == -math.inf:
        return f"at most {high}"
    return f"at least {low}" if high == math.inf else f"from {low} to {high}"

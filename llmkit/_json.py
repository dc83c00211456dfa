"""JSON in and out: orjson, and the standard library where what came is only almost JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
"""Any JSON value."""

JsonObject: TypeAlias = Mapping[str, JsonValue]
"""A JSON object."""


strict_loads = orjson.loads
"""As `loads`, for a hot path that has its own way with what only almost is JSON."""


def loads(data: bytes | str) -> object:
    """The value that *data* holds.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses half of a surrogate pair, NaN and huge integers; some servers send them.
        try:
            return json.loads(data)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def dumps(value: object) -> bytes:
    """*value* as compact JSON in UTF-8.

    Raises:
        TypeError: it holds something that is not JSON.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Integers beyond 64 bits are JSON, and orjson does not write them.
        return json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()

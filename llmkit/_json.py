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


def loads(data: bytes | str, *, halves: bool = False) -> object:
    """The value that *data* holds.

    Args:
        data: JSON text.
        halves: keep half a surrogate pair, for one who has the other half; else U+FFFD stands
            for it, since no UTF-8 can carry it.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses half of a surrogate pair, NaN and huge integers; some servers send them.
        try:
            value: object = json.loads(data)
            return value if halves else mended(value)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def is_object(text: str) -> bool:
    """Whether *text* is a JSON object, whole."""
    if not text.endswith("}"):
        return False
    try:
        return isinstance(loads(text), dict)
    except ValueError:
        return False


def well_formed(text: str) -> str:
    """*text* as UTF-8 can carry it: surrogates joined in pairs, U+FFFD for half of one."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def mended(value: object) -> object:
    """*value*, a JSON value, with every text in it well-formed."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {well_formed(key): mended(item) for key, item in value.items()}
    return [mended(item) for item in value] if isinstance(value, list) else value


def dumps(value: object) -> bytes:
    """*value* as compact JSON in UTF-8.

    Raises:
        TypeError: it holds something that is not JSON.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Integers beyond 64 bits are JSON, and orjson does not write them; nor halves of
        # surrogate pairs, which JSON can say in its escapes.
        return json.dumps(value, separators=(",", ":")).encode()

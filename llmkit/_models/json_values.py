"""JSON as values: their types, when two are the same, and the forms that text may have."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeGuard

from .._json import dumps


def children(schema: object) -> Iterable[object]:
    """What is directly inside *schema*."""
    if isinstance(schema, Mapping):
        return schema.values()
    return schema if is_array(schema) else ()


def is_array(value: object) -> TypeGuard[Sequence[object]]:
    """Whether *value* is a JSON array, as values."""
    return isinstance(value, list | tuple)


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number: a truth value is none, nor is NaN."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: is_number(value) and value == int(value),
    "number": is_number,
    "string": lambda value: isinstance(value, str),
    "array": is_array,
    "object": lambda value: isinstance(value, Mapping),
}
"""Whether a value is of a type, by the type's name."""

ARTICLES: Final[Mapping[str, str]] = {
    "null": "null",
    "integer": "an integer",
    "array": "an array",
    "object": "an object",
}
"""Names of types as a sentence has them; the others are "a …"."""


def same(one: object, other: object) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, and neither is true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if is_array(one) and is_array(other):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def shown(value: object) -> str:
    """*value* as JSON, cut short, for an error to name it."""
    try:
        text = dumps(value).decode()
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _parses(read: Callable[[str], object]) -> Callable[[str], bool]:
    def known(text: str) -> bool:
        try:
            read(text)
        except (ValueError, ArithmeticError):
            return False
        return True

    return known


def _date_time(text: str) -> datetime:
    if len(text) < len("2026-01-01T00:00"):
        raise ValueError("a date alone")
    return datetime.fromisoformat(text)


def _decimal(text: str) -> None:
    from decimal import Decimal  # few schemas name the form

    if not Decimal(text).is_finite():
        raise ValueError("not a number")


_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    # As Python reads them: a little wider than RFC 3339, which demands a time zone.
    "date-time": _parses(_date_time),
    "date": _parses(date.fromisoformat),
    "time": _parses(time.fromisoformat),
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "decimal": _parses(_decimal),
    "ipv4": _parses(IPv4Address),
    "ipv6": _parses(IPv6Address),
}
"""Whether text is of a form, by the form's name."""

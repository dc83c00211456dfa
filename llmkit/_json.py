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
    top: list[object] = [value]
    # In a loop, and not by calls of itself: a server may nest deeper than Python calls.
    todo: list[list[object] | dict[str, object]] = [top]
    for held in todo:
        for place, item in held.items() if isinstance(held, dict) else enumerate(held):
            if isinstance(item, str):
                item = well_formed(item)
            elif isinstance(item, dict):
                item = {well_formed(key): inner for key, inner in item.items()}
                todo.append(item)
            elif isinstance(item, list):
                item = item.copy()
                todo.append(item)
            held[place] = item  # type: ignore[index]
    found: object = top[0]
    return found


def as_text(value: object) -> str:
    """*value*, a JSON value, where text is wanted: `str` of it, however deep it nests."""
    if isinstance(value, dict | list):
        return dumps(value).decode()
    return value if isinstance(value, str) else str(value)


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
        try:
            return json.dumps(value, separators=(",", ":")).encode()
        except RecursionError:
            return _deep_dumps(value).encode()


def _deep_dumps(value: object) -> str:
    """*value*, which nests deeper than the libraries write: a server may send it so."""
    said: list[str] = []
    to_say: list[tuple[object, str]] = [(value, "")]  # a value, or text in its place
    while to_say:
        item, text = to_say.pop()
        if text:
            said.append(text)
        elif isinstance(item, dict) and item:
            to_say.append((None, "}"))
            for key, inner in reversed(item.items()):
                to_say += ((inner, ""), (None, f",{json.dumps(key)}:"))
            to_say[-1] = (None, "{" + to_say[-1][1][1:])
        elif isinstance(item, list) and item:
            to_say.append((None, "]"))
            for inner in reversed(item):
                to_say += ((inner, ""), (None, ","))
            to_say[-1] = (None, "[")
        else:
            said.append(json.dumps(item))
    return "".join(said)

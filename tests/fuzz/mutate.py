"""JSON that is not quite of the form that was meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from .reader import Reader

DEEP: Final = "@deep@"
"""Stands for what no Python code could write: JSON that nests to orjson's own limit."""
_DEPTHS: Final = (200, 330, 480, 700, 990, 1030)


def _deep(depth: int, end: Any) -> Any:
    for _ in range(depth):
        end = [end] if depth % 2 else {"a": end}
    return end


ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 7, 2**31, 2**63, 10**30, 10**400, 1e400, -1e400, 0.5, 1e-9),
    *("", " ", "odd", "null", "{", '{"a":1}', "[DONE]", "<think>", "</think>", "a" * 300, "\0"),
    *("half \ud83d", "\ude00 half", "é", "\u2028", "2024-13-45T99:99:99Z", "9" * 400, "NaN"),
    *([], {}, [None], [["odd"]], {"odd": [1]}, [{}], [[]], {"": ""}, [1, "a", None, {}]),
    *({"type": "text"}, {"type": None}, [{"type": "text", "text": None}], {"text": {}}),
    *(_deep(50, 1), _deep(51, "x"), DEEP),
)
"""What stands in a value's place."""

KEYS: Final = ("type", "index", "id", "text", "content", "error", "message", "odd", "", "usage")


def mutated(value: Any, reader: Reader, most: int = 6) -> Any:
    """A copy of *value*, changed in up to *most* places."""
    value = _copied(value)
    for _ in range(1 + reader.below(most)):
        ways = list(_paths(value))
        path = reader.one_of(ways)
        if not path:
            if reader.below(4) == 0:
                value = _copied(reader.one_of(ODD))
            continue
        inside: Any = value
        for step in path[:-1]:
            inside = inside[step]
        _change(inside, path[-1], reader, value)
    return value


def _change(inside: Any, step: Any, reader: Reader, root: Any) -> None:
    way = reader.below(8)
    if way < 4:
        inside[step] = _copied(reader.one_of(ODD))
    elif way == 4:
        del inside[step]
    elif way == 5:
        inside[step] = _copied(_at(root, reader.one_of(list(_paths(root)))))
    elif isinstance(inside, list):
        inside.insert(step, _copied(inside[step]))
    elif way == 6:
        inside[reader.one_of(KEYS)] = _copied(inside[step])
    else:
        inside[reader.one_of(KEYS)] = _copied(reader.one_of(ODD))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if len(path) > 40:
        return
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:4]):
            yield from _paths(item, (*path, index))


def written(value: Any) -> bytes:
    """*value* as JSON, with what only almost is JSON (NaN, halves of characters), too."""
    data = json.dumps(value).encode()
    told = json.dumps(DEEP).encode()
    if told in data:
        depth = _DEPTHS[len(data) % len(_DEPTHS)]
        one, other = (b"[", b"]") if len(data) % 2 else (b'{"a":', b"}")
        data = data.replace(told, one * depth + b"1" + other * depth)
    return data


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def torn(data: bytes, reader: Reader) -> bytes:
    """*data* with bytes flipped, left out, put in or said twice; most often as it is."""
    if reader.below(4):
        return data
    for _ in range(1 + reader.below(4)):
        at, size = reader.below(len(data) + 1), 1 + reader.below(16)
        way = reader.below(5)
        if way == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << reader.below(8))]) + data[at + 1 :]
        elif way == 1:
            data = data[:at] + data[at + size :]
        elif way == 2:
            data = data[:at] + data[at : at + size] + data[at:]
        elif way == 3:
            data = data[:at] + bytes([reader.below(256)]) + data[at:]
        else:
            data = data[:at]
    return data

"""A small value that fits a JSON Schema (https://json-schema.org/draft/2020-12)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeGuard, cast

from .._json import JsonObject, JsonValue
from .pattern_text import text_matching

_FORMATS: Final = {
    "date-time": "2025-01-01T00:00:00Z",
    "date": "2025-01-01",
    "time": "00:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",  # RFC 5737: for documentation
    "ipv6": "2001:db8::1",  # RFC 3849: for documentation
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_DEEP: Final = 6
"""From this depth on, null and the empty list are taken where they can be: schemas recur."""

_DEEPEST: Final = 40
_MOST: Final = 10_000
"""How many values one instance holds at the most: required recursion would not end."""


def instance_of(schema: object, *, name: str = "text") -> JsonValue:
    """A small value that fits *schema*: required properties only, the first of its choices.

    Args:
        schema: the schema, its `$defs` inside.
        name: what a text says where it is free to say anything.

    Returns:
        The value. Where a schema contradicts itself or uses `not`, `if` or the like, a value
        that is near: it is an example, and no proof.
    """
    return _Maker(schema if isinstance(schema, Mapping) else {}).make(schema, name, 0)


class _Maker:
    def __init__(self, root: Mapping[str, object]) -> None:
        self._root = root
        self._count = 0

    def make(self, schema: object, name: str, depth: int, index: int = 0) -> JsonValue:
        """A value for *schema*; *index* tells the items of one list apart."""
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST or schema is False:
            return None
        if not isinstance(schema, Mapping):
            return name
        whole = self._resolved(schema)
        for key in ("const", "default"):
            if key in whole and (key == "const" or whole[key] is not None):
                return _json(whole[key])
        for key in ("enum", "examples"):
            choices = whole.get(key)
            if isinstance(choices, Sequence) and choices:
                return _json(choices[index % len(choices)])
        for key in ("anyOf", "oneOf"):
            branches = whole.get(key)
            if isinstance(branches, Sequence) and branches:
                rest = {k: v for k, v in whole.items() if k != key}
                branch = self._branch(branches, depth)
                return self.make(_merged(rest, branch), name, depth + 1, index)
        return self._typed(whole, name, depth, index)

    def _resolved(self, schema: Mapping[str, object]) -> Mapping[str, object]:
        """*schema* with its `$ref` and `allOf` put in their places."""
        for _ in range(_DEEPEST):
            if "$ref" in schema:
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = _merged(self._target(schema["$ref"]), rest)
            elif isinstance(parts := schema.get("allOf"), Sequence):
                rest = {key: value for key, value in schema.items() if key != "allOf"}
                for part in parts:
                    if isinstance(part, Mapping):
                        rest = _merged(rest, self._resolved(part))
                schema = rest
            else:
                break
        return schema

    def _target(self, ref: object) -> Mapping[str, object]:
        found: object = self._root
        for step in str(ref).removeprefix("#").strip("/").split("/"):
            if step and isinstance(found, Mapping):
                found = found.get(step.replace("~1", "/").replace("~0", "~"))
        return found if isinstance(found, Mapping) else {}

    def _branch(self, branches: Sequence[object], depth: int) -> Mapping[str, object]:
        known = [self._resolved(item) for item in branches if isinstance(item, Mapping)]
        nulls = [item for item in known if item.get("type") == "null"]
        others = [item for item in known if item.get("type") != "null"]
        if depth >= _DEEP:
            # The plainest, so that a recursion ends.
            order = sorted(others, key=lambda item: item.get("type") in ("object", "array", None))
            return (nulls or order or [{}])[0]
        return (others or nulls or [{}])[0]

    def _typed(self, schema: Mapping[str, object], name: str, depth: int, index: int) -> JsonValue:
        match _type(schema, depth):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer" | "number" as kind:
                return _number(schema, kind, index)
            case "boolean":
                return True
            case "null":
                return None
        return _text(schema, name, index)

    def _object(self, schema: Mapping[str, object], depth: int) -> JsonObject:
        properties = schema.get("properties")
        known = properties if isinstance(properties, Mapping) else {}
        names = schema.get("required")
        wanted = [str(name) for name in names] if isinstance(names, Sequence) else []
        for name in known:
            if len(wanted) >= _integer(schema.get("minProperties"), 0):
                break
            if name not in wanted:
                wanted.append(name)
        others = schema.get("additionalProperties", True)
        while len(wanted) < _integer(schema.get("minProperties"), 0):
            wanted.append(f"key{len(wanted) + 1}")
        return {name: self.make(known.get(name, others), name, depth + 1) for name in wanted}

    def _array(self, schema: Mapping[str, object], name: str, depth: int) -> JsonValue:
        first = schema.get("prefixItems")
        prefix = first if isinstance(first, Sequence) else ()
        rest = schema.get("items", True)
        least = _integer(schema.get("minItems"), 0)
        # One item shows more than none, where one may stand.
        welcome = 1 if depth < _DEEP and rest is not False else 0
        count = max(least, min(max(welcome, len(prefix)), _integer(schema.get("maxItems"), 100)))
        single = name[:-1] if name.endswith("s") and len(name) > 2 else name
        return [
            self.make(prefix[i] if i < len(prefix) else rest, single, depth + 1, i)
            for i in range(min(count, 1000))
        ]


def _type(schema: Mapping[str, object], depth: int) -> str:
    kind = schema.get("type")
    if isinstance(kind, Sequence) and not isinstance(kind, str):
        if "null" in kind and depth >= _DEEP:
            return "null"
        kind = next((item for item in kind if item != "null"), "null")
    if isinstance(kind, str):
        return kind
    # Keywords that only make sense for one type tell it.
    for keywords, guess in (
        (("properties", "required", "additionalProperties", "minProperties"), "object"),
        (("items", "prefixItems", "minItems"), "array"),
        (("minimum", "maximum", "exclusiveMinimum", "multipleOf"), "number"),
    ):
        if any(keyword in schema for keyword in keywords):
            return guess
    return "string"


def _number(schema: Mapping[str, object], kind: str, index: int) -> int | float:
    """The number nearest to 1, then 2 and so on, that the bounds let through."""
    low = _bound(schema, "minimum", "exclusiveMinimum", -math.inf, kind, 1)
    high = _bound(schema, "maximum", "exclusiveMaximum", math.inf, kind, -1)
    wish: float = max(low, 1 if high >= 1 else high)
    wish = min(wish + index, max(high, low))
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        wish = math.ceil(wish / step) * step
        if wish > high:
            wish = math.floor(high / step) * step
    whole = kind == "integer" or float(wish).is_integer()
    return math.ceil(wish) if whole else wish


def _bound(
    schema: Mapping[str, object], key: str, exclusive: str, none: float, kind: str, inward: int
) -> float:
    found = none
    value, strict = schema.get(key), schema.get(exclusive)
    if _is_number(value):
        found = float(value)
        if kind == "integer":
            found = math.ceil(found) if inward > 0 else math.floor(found)
    if _is_number(strict):
        edge = float(strict)
        if kind == "integer":
            edge = math.floor(edge) + 1 if inward > 0 else math.ceil(edge) - 1
        else:
            other = schema.get("exclusiveMaximum" if inward > 0 else "exclusiveMinimum")
            room = abs(float(other) - edge) if _is_number(other) else 1.0
            edge += inward * min(0.5, room / 2)
        found = max(found, edge) if inward > 0 else min(found, edge)
    return found


def _text(schema: Mapping[str, object], name: str, index: int) -> str:
    kind = schema.get("format")
    if isinstance(kind, str) and kind in _FORMATS:
        return _FORMATS[kind]
    least, most = _integer(schema.get("minLength"), 0), _integer(schema.get("maxLength"), 10**6)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        matching = text_matching(pattern)
        if matching is not None:
            # Longer, if it must be and the pattern has room at its end.
            return matching + matching[-1:] * max(0, least - len(matching))
    said = name if index == 0 else f"{name} {index + 1}"
    return said.ljust(least, ".")[: max(most, least)]


def _merged(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """Both schemas in one: properties and required names of both, else the other's word."""
    result = {**one, **other}
    for key in ("properties", "$defs"):
        first, second = one.get(key), other.get(key)
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            result[key] = {**first, **second}
    first, second = one.get("required"), other.get("required")
    if isinstance(first, Sequence) and isinstance(second, Sequence):
        result["required"] = list(dict.fromkeys((*first, *second)))
    return result


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _integer(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _json(value: object) -> JsonValue:
    return cast("JsonValue", value)  # out of JSON, into JSON

"""Types of every kind, and JSON that fits a schema, drawn by hypothesis."""

from __future__ import annotations

import dataclasses
import itertools
import types
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Union
from uuid import UUID

import attrs
import pydantic
from hypothesis import strategies as st
from typing_extensions import TypedDict

from . import kinds

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
NAMES = st.from_regex(r"x[a-z]{0,2}", fullmatch=True)

PLAIN: list[Any] = [
    str,
    int,
    float,
    bool,
    type(None),
    date,
    datetime,
    time,
    UUID,
    kinds.Sky,
    kinds.Level,
]
"""Types without others inside, that every library knows alike."""

LEAVES: list[Any] = [
    *PLAIN,
    Decimal,
    Any,
    Literal["a", 2],
    Literal[True, "x", None],
    kinds.Metres,
    kinds.Weather,
    kinds.Tree,
    kinds.Country,
    kinds.Renamed,
    kinds.Notes,
    Annotated[int, "how many"],
]
HASHABLE: list[Any] = [str, int, bool, date, UUID, kinds.Sky, Literal["a", 2]]

Field = tuple[Any, bool]
"""A field's type, and whether it must be given."""


_NUMBERS = itertools.count()


def _name() -> str:
    # Some libraries know classes by their names.
    return f"Made{next(_NUMBERS)}"


def _of(kind: Any, *arguments: Any) -> Any:
    """A generic type, its arguments filled in: what is drawn is no type to mypy."""
    return kind[arguments if len(arguments) > 1 else arguments[0]]


def _maybe(kind: Any) -> Any:
    return Union[kind, None]  # noqa: UP007  # `|` knows no aliases


def _attrs(fields: Mapping[str, Field], prefix: str = "") -> Any:
    made = {
        prefix + name: attrs.field(type=kind)
        if needed
        else attrs.field(type=_maybe(kind), default=None, kw_only=True)
        for name, (kind, needed) in fields.items()
    }
    return attrs.make_class(_name(), made, frozen=True)


def _private(fields: Mapping[str, Field]) -> Any:
    # What is private is an argument without its underscore.
    return _attrs(fields, "_")


def _dataclass(fields: Mapping[str, Field]) -> Any:
    made = [
        (name, kind, dataclasses.field())
        if needed
        else (name, _maybe(kind), dataclasses.field(default=None))
        for name, (kind, needed) in fields.items()
    ]
    return dataclasses.make_dataclass(_name(), made, kw_only=True)


def _typed_dict(fields: Mapping[str, Field]) -> Any:
    made = {
        name: kind if needed else _of(NotRequired, kind) for name, (kind, needed) in fields.items()
    }
    return TypedDict(_name(), made)  # type: ignore[operator]


def _named_tuple(fields: Mapping[str, Field]) -> Any:
    ordered = sorted(fields.items(), key=lambda item: not item[1][1])
    body = {
        "__module__": __name__,
        "__annotations__": {
            name: kind if needed else _maybe(kind) for name, (kind, needed) in ordered
        },
        **{name: None for name, (_, needed) in ordered if not needed},
    }
    return types.new_class(_name(), (NamedTuple,), {}, lambda space: space.update(body))


def _pydantic(fields: Mapping[str, Field]) -> Any:
    made: dict[str, Any] = {
        name: (kind, ...)
        if needed
        else (_maybe(kind), pydantic.Field(default=None, alias=f"{name}Alias"))
        for name, (kind, needed) in fields.items()
    }
    return pydantic.create_model(_name(), **made)


CLASSES: dict[str, Any] = {
    "attrs": _attrs,
    "private attrs": _private,
    "dataclass": _dataclass,
    "TypedDict": _typed_dict,
    "NamedTuple": _named_tuple,
    "pydantic": _pydantic,
}


def _fields(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Field]]:
    return st.dictionaries(NAMES, st.tuples(inner, st.booleans()), min_size=1, max_size=3)


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Types made of others."""
    # Pydantic knows no classes but its own.
    plain = st.sampled_from([*PLAIN, kinds.City, kinds.Country])
    return st.one_of(
        inner.map(lambda kind: _of(list, kind)),
        inner.map(lambda kind: _of(Sequence, kind)),
        inner.map(lambda kind: _of(tuple, kind, ...)),
        st.tuples(inner, inner).map(lambda pair: _of(tuple, *pair)),
        inner.map(lambda kind: _of(dict, str, kind)),
        inner.map(lambda kind: _of(Mapping, str, kind)),
        st.sampled_from(HASHABLE).map(lambda kind: _of(set, kind)),
        st.sampled_from(HASHABLE).map(lambda kind: _of(frozenset, kind)),
        inner.map(_maybe),
        st.tuples(inner, inner).map(lambda pair: Union[pair]),  # noqa: UP007
        inner.map(lambda kind: _of(kinds.Box, kind)),
        inner.map(lambda kind: _of(kinds.Point, kind)),
        inner.map(lambda kind: _of(kinds.Pair, kind)),
        *(_fields(inner).map(CLASSES[name]) for name in CLASSES if name != "pydantic"),
        _fields(plain).map(_pydantic),
    )


@cache
def made_types() -> st.SearchStrategy[Any]:
    """Types of any kind."""
    return st.recursive(st.sampled_from(LEAVES), _grown, max_leaves=4)


@cache
def shared_types(*classes: str) -> st.SearchStrategy[Any]:
    """Types that other libraries read in the same way, made by *classes*."""

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(
            inner.map(lambda kind: _of(list, kind)),
            inner.map(lambda kind: _of(tuple, kind, ...)),
            st.tuples(inner, inner).map(lambda pair: _of(tuple, *pair)),
            inner.map(lambda kind: _of(dict, str, kind)),
            inner.map(_maybe),
            st.sampled_from([Union[int, str], Union[str, bool, None]]),  # noqa: UP007
            *(_fields(inner).map(CLASSES[name]) for name in classes),
        )

    return st.recursive(st.sampled_from([*PLAIN, Literal["a", 2]]), grown, max_leaves=4)


_ANYTHING = st.none() | st.booleans() | st.integers(-5, 5) | TEXT
_FORMATS: dict[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(date.isoformat),
    "date-time": st.datetimes(timezones=st.none() | st.just(UTC)).map(datetime.isoformat),
    "time": st.times().map(time.isoformat),
    "uuid": st.uuids().map(str),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False).map(str),
}


@st.composite
def instances(
    draw: st.DrawFn, schema: Any, root: Any = None, *, full: bool = False, depth: int = 0
) -> Any:
    """JSON that fits *schema*.

    Args:
        draw: hypothesis's own.
        schema: what it shall fit, in the part of JSON Schema that types are written in.
        root: what its references are in.
        full: whether each object has all of its properties.
        depth: how deep it stands.
    """
    root = schema if root is None else root

    def inside(item: Any) -> Any:
        return draw(instances(item, root, full=full, depth=depth + 1))

    if schema is True or not set(schema) - {"description", "default", "title"}:
        return draw(_ANYTHING)
    if "$ref" in schema:
        return inside(root["$defs"][schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:  # pydantic's way to say something beside a reference
        return inside(schema["allOf"][0])
    if "anyOf" in schema:
        choices = schema["anyOf"]
        ends = [item for item in choices if item.get("type") == "null"]
        return inside(draw(st.sampled_from(ends if ends and depth > 4 else choices)))
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    kind = schema["type"]
    if not isinstance(kind, str):
        kind = draw(st.sampled_from(kind))
    if kind == "object":
        return _object(draw, schema, inside, full=full, small=depth > 4)
    if kind == "array":
        return _array(draw, schema, inside, small=depth > 4)
    return draw(_scalar(kind, schema.get("format")))


def _scalar(kind: str, form: str | None) -> st.SearchStrategy[Any]:
    if kind == "string":
        return _FORMATS.get(form or "", TEXT)
    return {
        "integer": st.integers(-(2**40), 2**40),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
    }[kind]


def _object(draw: st.DrawFn, schema: Any, inside: Any, *, full: bool, small: bool) -> Any:
    needed = schema.get("required", [])
    known = schema.get("properties", {})
    wanted = [
        name for name in known if name in needed or full or (not small and draw(st.booleans()))
    ]
    found = {name: inside(known[name]) for name in wanted}
    more = schema.get("additionalProperties", False)
    names = draw(st.lists(TEXT, max_size=0 if small else 2, unique=True)) if more else []
    return {**found, **{name: inside(more) for name in names if name not in known}}


def _array(draw: st.DrawFn, schema: Any, inside: Any, *, small: bool) -> Any:
    first = [inside(item) for item in schema.get("prefixItems", [])]
    least = max(schema.get("minItems", 0) - len(first), 0)
    most = schema.get("maxItems", least if small else len(first) + least + 2) - len(first)
    rest: list[Any] = []
    for _ in range(draw(st.integers(least, max(least, most)))):
        item = inside(schema.get("items", True))
        if not schema.get("uniqueItems") or all(item != other for other in rest):
            rest.append(item)
    return [*first, *rest]


@st.composite
def damaged(draw: st.DrawFn, value: Any) -> Any:
    """*value* with one thing in it that is another, or not there; no keys are added."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        name = draw(st.sampled_from([*value]))
        less = {key: item for key, item in value.items() if key != name}
        return less if draw(st.booleans()) else {**less, name: draw(damaged(value[name]))}
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        if draw(st.booleans()):
            return [*value[:place], *value[place + 1 :]]
        return [*value[:place], draw(damaged(value[place])), *value[place + 1 :]]
    return draw(_ANYTHING | st.just([]) | st.just([value]) | st.just(1.5))

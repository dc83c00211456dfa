"""`response.parse()` and `schema_of`, of types of every kind, drawn by hypothesis."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypedDict, cast
from uuid import UUID

import attrs
import jsonschema
import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmkit._models.json_schema import schema_of
from llmkit.errors import ResponseParseError

from . import kinds
from .answers import parsed

# Types and values of them, drawn together.

_NAMES = st.from_regex(r"x[a-z]{0,3}", fullmatch=True)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)

Typed = tuple[Any, st.SearchStrategy[Any]]
"""A type, and what draws values of it."""

_LEAVES: list[Typed] = [
    (str, _TEXT),
    (int, st.integers()),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (bool, st.booleans()),
    (type(None), st.none()),
    (date, st.dates()),
    (datetime, st.datetimes(timezones=st.none() | st.just(UTC))),
    (time, st.times()),
    (UUID, st.uuids()),
    (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (kinds.Sky, st.sampled_from(kinds.Sky)),
    (kinds.Level, st.sampled_from(kinds.Level)),
    (Literal["a", 2], st.sampled_from(["a", 2])),
]


def _of(kind: Any, *arguments: Any) -> Any:
    """A generic type, its arguments filled in: what is drawn is no type to mypy."""
    return kind[arguments if len(arguments) > 1 else arguments[0]]


def _grown(draw: st.DrawFn, inner: st.SearchStrategy[Typed]) -> Typed:
    """A type made of others, and its values."""
    kind = draw(st.sampled_from(["list", "tuple", "pair", "dict", "none", *_CLASSES]))
    found = draw(inner)
    target: Any = found[0]
    values = found[1]
    if kind == "list":
        return _of(list, target), st.lists(values, max_size=3)
    if kind == "tuple":
        return _of(tuple, target, ...), st.lists(values, max_size=3).map(tuple)
    if kind == "pair":
        other = draw(inner)
        return _of(tuple, target, other[0]), st.tuples(values, other[1])
    if kind == "dict":
        return _of(dict, str, target), st.dictionaries(_TEXT, values, max_size=3)
    if kind == "none":
        return target | None, st.none() | values
    if kind == "pydantic":  # which knows no classes but its own
        inner = st.sampled_from(_LEAVES)
    fields = draw(st.dictionaries(_NAMES, inner, min_size=1, max_size=3))
    cls = _CLASSES[kind]({name: found for name, (found, _) in fields.items()})
    drawn = st.fixed_dictionaries({name: found for name, (_, found) in fields.items()})
    return cls, drawn.map(lambda given: cls(**given))


_CLASSES: dict[str, Any] = {
    "attrs": lambda fields: attrs.make_class(
        "Made", {name: attrs.field(type=kind) for name, kind in fields.items()}, frozen=True
    ),
    "dataclass": lambda fields: __import__("dataclasses").make_dataclass("Made", fields.items()),
    "TypedDict": lambda fields: TypedDict("Made", fields),  # type: ignore[operator]
    "NamedTuple": lambda fields: NamedTuple("Made", list(fields.items())),
    "pydantic": lambda fields: pydantic.create_model(
        "Made", **cast("dict[str, Any]", {name: (kind, ...) for name, kind in fields.items()})
    ),
}


@st.composite
def typed(draw: st.DrawFn) -> Typed:
    """A type of any kind, and what draws values of it."""
    leaves = st.sampled_from(_LEAVES)
    return draw(st.recursive(leaves, lambda inner: st.composite(_grown)(inner), max_leaves=5))


def as_json(value: Any) -> object:
    """*value* of a drawn type as JSON."""
    if isinstance(value, pydantic.BaseModel):
        return {name: as_json(getattr(value, name)) for name in type(value).model_fields}
    if attrs.has(type(value)):
        return {item.name: as_json(getattr(value, item.name)) for item in attrs.fields(type(value))}
    if hasattr(value, "__dataclass_fields__"):
        return {name: as_json(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return as_json(value._asdict())
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(item) for item in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_type_and_back(data: st.DataObject) -> None:
    """Of any type: a value's JSON fits the type's schema, and parses to the value again.

    The schema is a JSON Schema by its own metaschema, and another validator takes the value.
    """
    target, values = data.draw(typed())
    value = data.draw(values)
    form = as_json(value)
    schema = schema_of(target)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(form, schema)
    assert parsed(form, target) == value


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_same_as_msgspec(data: st.DataObject) -> None:
    """What msgspec, as strict a reader, makes of JSON for a type, `parse` makes of it, too."""
    leaves: list[Typed] = [item for item in _LEAVES[:5] if item[0] is not float]
    kinds_of = st.sampled_from(leaves)
    target, _ = data.draw(
        st.recursive(
            kinds_of,
            lambda inner: (
                inner.map(lambda item: (_of(list, item[0]), st.none()))
                | inner.map(lambda item: (_of(dict, str, item[0]), st.none()))
            ),
            max_leaves=3,
        )
    )
    form = data.draw(
        st.recursive(
            st.none() | st.booleans() | st.integers(-5, 5) | _TEXT,
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
            max_leaves=3,
        )
    )
    try:
        expected = msgspec.convert(form, target)
    except msgspec.ValidationError:
        with pytest.raises(ResponseParseError):
            parsed(form, target)
    else:
        assert parsed(form, target) == expected

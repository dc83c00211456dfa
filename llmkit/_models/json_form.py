"""Python values as JSON: what `schema_of` says of their types, done to the values."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal
from typing import cast
from uuid import UUID

import attrs

from .._json import JsonValue, well_formed
from ..errors import InvalidRequestError
from . import _validate as check
from .class_fields import fields_of
from .pydantic_models import is_pydantic, pydantic_json


def json_form(value: object, field: str = "value") -> JsonValue:
    """*value* as JSON.

    Classes become objects, their fields by the names that their schema has: those that their
    constructors take. Enums become their values, dates and the like their ISO form, a `UUID`
    and a `Decimal` their text, sets and other sequences arrays.

    Args:
        value: JSON, or values of the types that `schema_of` can describe.
        field: what an error calls it.

    Raises:
        InvalidRequestError: it has no JSON form, or is nested too deeply; the error says where.
    """
    return check.json_value(_plain(value, field, ()), field)


_DEEPEST = 200
"""As deep as `check.json_value` goes: what is deeper is left as it is, for it to refuse."""


def _plain(value: object, field: str, outer: tuple[int, ...]) -> object:
    if value is None or isinstance(value, bool | int | float | bytes) or len(outer) > _DEEPEST:
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, enum.Enum):
        return _plain(value.value, field, outer)
    if isinstance(value, str):
        return well_formed(str(value))
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if is_pydantic(type(value)):
        return pydantic_json(value)
    if id(value) in outer:  # a list that holds itself twice would take for ever
        raise InvalidRequestError("holds itself", field=field)
    outer = (*outer, id(value))
    found = None if isinstance(value, dict) else fields_of(type(value))
    if found is not None:
        names = _attributes(type(value))
        return {
            item.name: _plain(getattr(value, names.get(item.name, item.name)), field, outer)
            for item in found
        }
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, field, outer) for key, item in value.items()}
    if isinstance(value, AbstractSet | Sequence) and not isinstance(value, bytearray | memoryview):
        return [_plain(item, field, outer) for item in cast("Sequence[object]", value)]
    return value


def _attributes(cls: type) -> Mapping[str, str]:
    """Where attrs keeps what the constructor takes by another name."""
    if not attrs.has(cls):
        return {}
    return {item.alias or item.name: item.name for item in attrs.fields(cls) if item.init}


def _key(key: object) -> object:
    """A key as text, where it is a value that JSON writes as text anyway."""
    if isinstance(key, enum.Enum):
        return _key(key.value)
    if isinstance(key, str | datetime | date | time | UUID | Decimal):
        return _plain(key, "", ())
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key

"""The fields of a class: of attrs classes, dataclasses, typed dicts and named tuples alike."""

from __future__ import annotations

import dataclasses
import enum
import re
import typing
from collections.abc import Mapping
from typing import Annotated, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs

from .._frozen import frozen
from .._json import JsonValue
from ..errors import InvalidRequestError
from . import _validate as check
from .docstrings import Docstring, read_docstring

MISSING: Final = object()
"""Of a field without a default, or without an annotation."""


@frozen
class ClassField:
    """One field.

    Args:
        name: its name in JSON: what the class's own constructor calls it.
        type: its annotation, type variables filled in.
        required: whether a value must be given.
        default: its default, or `MISSING` where there is none or it is made anew each time.
        description: what it means, or None.
    """

    name: str
    type: object
    required: bool
    default: object = MISSING
    description: str | None = None


def class_of(target: object) -> type | None:
    """The class behind *target*, a class or a generic one with its types filled in."""
    origin = get_origin(target)
    found = target if origin is None else origin
    return found if isinstance(found, type) else None


def fields_of(target: object) -> tuple[ClassField, ...] | None:
    """The fields of *target*, in order; None where it is not a class that has any.

    Raises:
        NameError: an annotation names something that cannot be found from its module.
    """
    cls = class_of(target)
    if cls is None:
        return None
    if attrs.has(cls):
        found = _attrs_fields(cls)
    elif dataclasses.is_dataclass(cls):
        found = _dataclass_fields(cls)
    elif issubclass(cls, dict) and hasattr(cls, "__required_keys__"):
        found = _typed_dict_fields(cls)
    elif issubclass(cls, tuple) and hasattr(cls, "_fields"):
        found = _named_tuple_fields(cls)
    else:
        return None
    told = docstring_of(cls).parameters
    filled = type_arguments(target)
    return tuple(
        attrs.evolve(
            item,
            type=with_arguments(item.type, filled),
            description=item.description or told.get(item.name),
        )
        for item in found
    )


def docstring_of(cls: type) -> Docstring:
    """What the class's own docstring says; one made for it, or inherited, says nothing."""
    text = cls.__dict__.get("__doc__")
    # dataclasses and named tuples without a docstring get their signature as one.
    if not isinstance(text, str) or re.match(rf"{re.escape(cls.__name__)}\(", text):
        return Docstring()
    return Docstring() if text == "An enumeration." else read_docstring(text)


def type_hints(cls: type) -> dict[str, object]:
    """The annotations of *cls* and its bases, as types."""
    # A class defined inside a function can at least name itself.
    return get_type_hints(cls, localns={cls.__name__: cls}, include_extras=True)


def _attrs_fields(cls: type) -> list[ClassField]:
    hints = type_hints(cls)
    return [
        ClassField(
            item.alias or item.name,
            hints.get(item.name, MISSING if item.type is None else item.type),
            item.default is attrs.NOTHING,
            MISSING if _made_anew(item.default) else item.default,
            _told(item.metadata),
        )
        for item in attrs.fields(cls)
        if item.init
    ]


def _made_anew(default: object) -> bool:
    return default is attrs.NOTHING or isinstance(default, type(attrs.Factory(list)))


def _dataclass_fields(cls: type) -> list[ClassField]:
    hints = type_hints(cls)
    nothing = dataclasses.MISSING
    return [
        ClassField(
            item.name,
            hints[item.name],
            item.default is nothing and item.default_factory is nothing,
            MISSING if item.default is nothing else item.default,
            _told(item.metadata),
        )
        for item in dataclasses.fields(cls)
        if item.init
    ]


def _typed_dict_fields(cls: type) -> list[ClassField]:
    required: frozenset[str] = cls.__required_keys__  # type: ignore[attr-defined]
    found = []
    for name, hint in type_hints(cls).items():
        inner, told = _unqualified(hint)
        found.append(ClassField(name, inner, name in required if told is None else told))
    return found


def _unqualified(hint: object) -> tuple[object, bool | None]:
    """*hint* without Required, NotRequired and ReadOnly, and what they say.

    Where annotations are text, `__required_keys__` has not seen the first two.
    """
    told: bool | None = None
    metadata: tuple[object, ...] = ()
    while True:
        origin = get_origin(hint)
        word = getattr(origin, "_name", None)
        if origin is Annotated:
            hint, metadata = get_args(hint)[0], (*hint.__metadata__, *metadata)  # type: ignore[attr-defined]
        elif word in ("Required", "NotRequired", "ReadOnly"):
            told = told if word == "ReadOnly" else word == "Required"
            hint = get_args(hint)[0]
        else:
            break
    return (Annotated[(hint, *metadata)] if metadata else hint), told


def _named_tuple_fields(cls: type) -> list[ClassField]:
    hints = type_hints(cls)
    names: tuple[str, ...] = cls._fields  # type: ignore[attr-defined]
    defaults: Mapping[str, object] = cls._field_defaults  # type: ignore[attr-defined]
    return [
        ClassField(
            name, hints.get(name, MISSING), name not in defaults, defaults.get(name, MISSING)
        )
        for name in names
    ]


def _told(metadata: Mapping[object, object]) -> str | None:
    text = metadata.get("description")
    return text if isinstance(text, str) else None


def type_arguments(target: object) -> dict[object, object]:
    """What each type variable of the generic *target*, or of its bases, stands for."""
    cls = class_of(target)
    own = dict(zip(getattr(cls, "__parameters__", ()), get_args(target)))
    found: dict[object, object] = {}
    for base in cls.__dict__.get("__orig_bases__", ()) if cls else ():
        if get_origin(base) not in (None, typing.Generic):
            inherited = type_arguments(base)
            found.update((key, with_arguments(value, own)) for key, value in inherited.items())
    for base in cls.__bases__ if cls else ():
        found = {**type_arguments(base), **found} if base is not object else found
    return {**found, **own}


def with_arguments(target: object, filled: Mapping[object, object]) -> object:
    """*target* with its type variables filled in."""
    if isinstance(target, TypeVar):
        return filled.get(target, target)
    if isinstance(target, type):
        return target  # a generic class left open stays open
    free = getattr(target, "__parameters__", ())
    if not free or not any(variable in filled for variable in free):
        return target
    return target[tuple(filled.get(variable, variable) for variable in free)]  # type: ignore[index]


def aliased(target: object) -> object:
    """What *target*, a `type X = …` of Python 3.12, stands for."""
    alias = get_origin(target) or target
    value: object = alias.__value__  # type: ignore[union-attr]
    return with_arguments(value, dict(zip(alias.__type_params__, get_args(target))))  # type: ignore[union-attr]


def json_default(value: object) -> tuple[bool, JsonValue]:
    """Whether a default can be said in JSON, and how."""
    plain = value.value if isinstance(value, enum.Enum) else value
    if value is MISSING or not isinstance(plain, None | bool | int | float | str | list | dict):
        return False, None
    try:
        return True, check.json_value(plain, "default")
    except InvalidRequestError:
        return False, None

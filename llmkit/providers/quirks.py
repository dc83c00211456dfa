"""Quirks: the fields of a wire's adapter, as a manifest sets them."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Union, cast, get_args, get_origin, get_type_hints

from attrs import fields

from ..adapters import adapter_class
from ..errors import ConfigurationError, InvalidRequestError
from .checks import FieldError, kind, nearest

if TYPE_CHECKING:
    from attrs import AttrsInstance

    from ..adapters._base import Adapter


def make_adapter(wire: str, provider: str, quirks: Mapping[str, object]) -> Adapter:
    """The adapter of *wire* for *provider*, with its *quirks*.

    Raises:
        ConfigurationError: a quirk is none of the adapter's fields, or not of its type.
    """
    make = adapter_class(wire)
    hints = _hints(make)
    for name, value in quirks.items():
        where = f"quirks.{name}"
        if name not in hints:
            near = nearest(name, hints) or f"; known are {', '.join(hints)}"
            raise FieldError(where, f"is no quirk of the wire {wire!r}{near}")
        if not _fits(value, hints[name]):
            raise FieldError(where, f"must be {_said(hints[name])}, not {_shown(value)}")
    try:
        return cast("Callable[..., Adapter]", make)(provider=provider, **quirks)
    except (ConfigurationError, InvalidRequestError, TypeError, ValueError) as error:
        reason = str(error)
    raise FieldError("quirks", reason)


@lru_cache(maxsize=64)
def _hints(make: type[Adapter]) -> Mapping[str, object]:
    """The fields that are quirks, each with its type; `object` where that is not known."""
    try:
        types_of = get_type_hints(make)
    except NameError:  # a name that only type checkers import
        types_of = {}
    known = fields(cast("type[AttrsInstance]", make))
    return {
        item.alias or item.name: types_of.get(item.name, object)
        for item in known
        if item.init and item.name != "provider"
    }


def _fits(value: object, hint: object) -> bool:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return any(value == arg and type(value) is type(arg) for arg in args)
    if origin in (Union, types.UnionType):
        return any(_fits(value, arg) for arg in args)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(item, args[0]) for item in value)
    if hint is None or hint is type(None):
        return value is None
    if hint in (bool, int, float, str):
        # A bool is an int to Python, and no number to a reader.
        return type(value) is hint or (hint is float and type(value) is int)
    return True


def _said(hint: object) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(map(repr, args))
    if origin in (Union, types.UnionType):
        return " or ".join(_said(arg) for arg in args if arg is not type(None))
    if origin is tuple:
        return f"a list of {_said(args[0])}"
    names = {bool: "true or false", int: "an integer", float: "a number", str: "text"}
    return names.get(cast("type", hint), str(hint))


def _shown(value: object) -> str:
    return repr(list(value)) if isinstance(value, tuple) else f"{value!r} ({kind(value)})"

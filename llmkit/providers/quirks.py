"""Quirks: the fields of a wire's adapter, as a manifest sets them."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import get_annotations
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, Union, cast, get_args, get_origin

from attrs import fields

from ..adapters import adapter_class
from ..errors import ConfigurationError, InvalidRequestError
from .checks import FieldError, kind, nearest

if TYPE_CHECKING:
    from attrs import AttrsInstance

    from ..adapters._base import Adapter

_Check: TypeAlias = "Callable[[object], bool]"


def check_names(wire: str, quirks: Mapping[str, object], where: str) -> None:
    """Check that each of *quirks*, which are in the field *where*, is one of the wire's adapter.

    Raises:
        ConfigurationError: one is not; the error names the nearest right one.
    """
    known = _names(adapter_class(wire))
    for name in quirks:
        if name not in known:
            near = nearest(name, known) or f"; known are {', '.join(known)}"
            raise FieldError(f"{where}.{name}", f"is no quirk of the wire {wire!r}{near}")


def make_adapter(
    wire: str,
    provider: str,
    quirks: Mapping[str, object],
    *,
    over: Mapping[str, object] | None = None,
    where: str = "quirks",
) -> Adapter:
    """The adapter of *wire* for *provider*, with its *quirks*.

    Args:
        wire: the wire's name.
        provider: the provider's name.
        quirks: fields of the adapter.
        over: such as are known to be right already; those of *quirks* replace them.
        where: the field that *quirks* are in, for an error to name it.

    Raises:
        ConfigurationError: a quirk is none of the adapter's fields, or not of its type.
    """
    check_names(wire, quirks, where)
    make = adapter_class(wire)
    for name, value in quirks.items():
        if not _check(make, name)(value):
            said = f"must be {_said(_hint(make, name))}, not {_shown(value)}"
            raise FieldError(f"{where}.{name}", said)
    try:
        return cast("Callable[..., Adapter]", make)(provider=provider, **{**(over or {}), **quirks})
    except (ConfigurationError, InvalidRequestError, TypeError, ValueError) as error:
        reason = str(error)
    raise FieldError(where, reason)


@lru_cache(maxsize=64)
def _names(make: type[Adapter]) -> tuple[str, ...]:
    """The fields that are quirks."""
    known = fields(cast("type[AttrsInstance]", make))
    return tuple(item.name for item in known if item.init and item.name != "provider")


@lru_cache(maxsize=1024)
def _check(make: type[Adapter], name: str) -> _Check:
    """Whether a value is of a field's type: one function for every rule of every provider."""
    return _fits(_hint(make, name))


def _hint(make: type[Adapter], name: str) -> object:
    """The type of a field, or `object` where that is not known.

    One field at a time: `typing.get_type_hints` would evaluate all, of which a manifest sets
    few, and take longer than all the rest of a first call.
    """
    home, hint = next(
        (base, hints[name]) for base in make.__mro__ if name in (hints := _annotations(base))
    )
    if not isinstance(hint, str):
        return hint
    try:
        return _COMMON.get(hint) or eval(hint, vars(sys.modules[home.__module__]))
    except NameError:  # a name that only type checkers import
        return object


@lru_cache(maxsize=64)
def _annotations(home: type) -> Mapping[str, object]:
    return get_annotations(home)


_COMMON: Final[Mapping[str, object]] = {
    "bool": bool,
    "str": str,
    "int | None": int | None,
    "tuple[str, ...]": tuple[str, ...],
}
"""What most quirks are, which need not be evaluated each time that a program starts."""


def _fits(hint: object) -> _Check:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        words = {(type(arg), arg) for arg in args}
        return lambda value: (type(value), value) in words
    if origin in (Union, types.UnionType):
        checks = tuple(map(_fits, args))
        return lambda value: any(check(value) for check in checks)
    if origin is tuple:
        inner = _fits(args[0])
        return lambda value: isinstance(value, tuple) and all(map(inner, value))
    if hint is None or hint is type(None):
        return lambda value: value is None
    if hint is float:
        # A bool is an int to Python, and no number to a reader.
        return lambda value: type(value) in (int, float)
    if hint in (bool, int, str):
        return lambda value: type(value) is hint
    return lambda value: True


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

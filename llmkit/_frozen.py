"""`attrs.frozen`, whose classes share `==`, `hash` and `repr` instead of each having its own.

attrs writes and compiles these for each class, which is half of what a class costs to make: of
all that a first call loads, 8 ms of CPU time. They say the same here, from the class's fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, TypeVar, cast

import attrs

__all__ = ["frozen"]

T = TypeVar("T")

if TYPE_CHECKING:
    from typing import Protocol

    from attrs import frozen

    class _Field(Protocol):
        """What is read of an `attrs.Attribute` here; its stub leaves out `eq_key`."""

        name: str
        repr: bool | Callable[[object], str]
        eq: bool
        eq_key: Callable[[object], object] | None
        hash: bool | None

else:

    def frozen(made: type[T] | None = None, **options: object) -> object:
        """`attrs.frozen`: with its arguments, and with the values that it gives."""
        if made is None:
            return lambda given: _frozen(given, options)
        return _frozen(made, options)


def _frozen(made: type[T], options: dict[str, object]) -> type[T]:
    # attrs writes no method that the class has already.
    own = vars(made)
    if "repr" not in options and "__repr__" not in own:
        made.__repr__ = _repr  # type: ignore[method-assign]
    if "eq" not in options and "__eq__" not in own:
        made.__eq__ = _equal  # type: ignore[method-assign]
        if options.get("cache_hash"):
            options = {**options, "unsafe_hash": True}  # the name has a history: it is as safe
        elif "__hash__" not in own:
            made.__hash__ = _hash  # type: ignore[method-assign]
    decorate = cast("Callable[..., type[T]]", attrs.frozen)
    return decorate(made, **options)


def _equal(self: object, other: object) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented  # type: ignore[no-any-return]  # as Python's own rule has it
    made: type = self.__class__
    values = _compared(made)
    return bool(values(self) == values(other))


def _hash(self: object) -> int:
    made: type = self.__class__
    return hash((made, _hashed(made)(self)))


@recursive_repr()
def _repr(self: object) -> str:
    made: type = self.__class__
    shown = (
        f"{item.name}={(repr if item.repr is True else item.repr)(getattr(self, item.name))}"
        for item in _fields(made)
        if item.repr
    )
    return f"{made.__qualname__.rsplit('>.', 1)[-1]}({', '.join(shown)})"


@cache
def _compared(made: type) -> Callable[[object], object]:
    return _values([item for item in _fields(made) if item.eq])


@cache
def _hashed(made: type) -> Callable[[object], object]:
    known = _fields(made)
    return _values([item for item in known if (item.eq if item.hash is None else item.hash)])


def _values(items: Sequence[_Field]) -> Callable[[object], object]:
    """What gives the values of these fields of an object, or what stands for them in `==`."""
    if items and not any(item.eq_key for item in items):
        return attrgetter(*(item.name for item in items))
    taken = [(attrgetter(item.name), item.eq_key or _itself) for item in items]
    return lambda each: tuple(key(value(each)) for value, key in taken)


def _itself(value: object) -> object:
    return value


def _fields(made: type) -> tuple[_Field, ...]:
    known: object = attrs.fields(cast("type[attrs.AttrsInstance]", made))
    return cast("tuple[_Field, ...]", known)

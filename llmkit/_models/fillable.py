"""Values that are open while they are filled, and frozen from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["close", "fillable", "frozen_when_filled", "open_to_fill"]

T = TypeVar("T")


def fillable(kind: type) -> Any:
    """*kind*, as its instances are before they are frozen: their slots are set as any object's.

    A frozen value's own constructor sets each of them through `object.__setattr__`: a chunk and
    what is in it cost 1.7 µs, and the values of a whole answer 3.5. Made so, and frozen by a
    change of class, they cost 0.4 and 1.1, and are nothing else. It checks and converts nothing:
    it is for values that are known to be right.
    """
    open_again = {
        "__slots__": (),
        "__init__": object.__init__,
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
    }
    return type(kind)(f"_Fillable{kind.__name__}", (kind,), open_again)


_OPEN: dict[type, type] = {}


def open_to_fill(value: object) -> None:
    """Let *value*, which is being made, be filled; for `__attrs_pre_init__`."""
    kind = type(value)
    opened = _OPEN.get(kind)
    if opened is None:
        opened = _OPEN[kind] = fillable(kind)
    object.__setattr__(value, "__class__", opened)


def close(value: object) -> None:
    """Freeze *value*, which is filled; for the end of `__attrs_post_init__`."""
    value.__class__ = type(value).__base__  # type: ignore[assignment]  # it has one


if TYPE_CHECKING:
    from attrs import frozen as frozen_when_filled
else:

    def frozen_when_filled(made: type[T]) -> type[T]:
        """`attrs.frozen`, for a class of many fields whose constructor opens and closes it.

        Its 31 fields are set in 0.7 µs so, and in 1.7 through `object.__setattr__`.
        """
        from attrs import setters

        from .._frozen import frozen
        from .._http import Timeout as AnyFrozen  # all share what refuses to set a field

        done = frozen(made, frozen=False, on_setattr=setters.NO_OP)
        done.__setattr__ = AnyFrozen.__setattr__
        done.__delattr__ = AnyFrozen.__delattr__
        return done

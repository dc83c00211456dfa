"""The parameters of a function, as a model may give them."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from functools import partial
from typing import get_type_hints

from ..errors import InvalidRequestError
from .class_fields import MISSING


def parameters_of(
    function: Callable[..., object], field: str = "tool"
) -> Iterator[tuple[str, object, object]]:
    """Name, annotation and default (or `MISSING`) of each parameter of *function*, in order.

    Raises:
        InvalidRequestError: a parameter has no name that a caller must use, or no annotation, or
            the signature cannot be read.
    """
    try:
        found = list(inspect.signature(function).parameters.values())
        hints = get_type_hints(_annotated(function), include_extras=True)
    except (NameError, TypeError, ValueError, AttributeError) as error:
        reason = f"its signature cannot be read: {error}"
        raise InvalidRequestError(reason, field=field) from None
    if found and found[0].name == "self" and found[0].annotation is inspect.Parameter.empty:
        found = found[1:]
    for item in found:
        if item.kind not in (item.POSITIONAL_OR_KEYWORD, item.KEYWORD_ONLY):
            reason = f"is {item.kind.description}; a model can give named arguments only"
            raise InvalidRequestError(reason, field=f"{field}.{item.name}")
        if item.name not in hints:
            reason = "has no annotation, so a model cannot know what to give"
            raise InvalidRequestError(reason, field=f"{field}.{item.name}")
        default = MISSING if item.default is item.empty else item.default
        yield item.name, hints[item.name], default


def plain_function(function: object) -> object:
    """What is behind a `functools.partial`, or *function* itself."""
    return plain_function(function.func) if isinstance(function, partial) else function


def _annotated(function: object) -> object:
    """Where the annotations of *function*'s parameters are."""
    plain = plain_function(function)
    if isinstance(plain, type):
        return plain.__init__  # type: ignore[misc]  # for its annotations
    if isinstance(plain, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        return plain
    return getattr(plain, "__func__", None) or type(plain).__call__

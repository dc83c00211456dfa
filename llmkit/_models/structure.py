"""JSON as values of a Python type, by cattrs: strict, and with reasons that can be read.

The type's own JSON Schema says first whether the JSON fits, so that what was asked of a model
and what is taken from it are the same; cattrs then makes the values.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import attrs
from cattrs import Converter, transform_error
from cattrs.dispatch import StructureHook
from cattrs.gen import make_dict_structure_fn, override

from .._json import JsonObject, dumps
from ..errors import InvalidRequestError
from .class_fields import aliased, fields_of, type_hints
from .json_schema import schema_of
from .json_values import same
from .pydantic_models import is_pydantic, pydantic_value
from .validate_json import fitted, misfits


def structured(value: object, target: object, *, at: str = "$", field: str = "target") -> object:
    """*value*, which is JSON, as a *target*.

    Args:
        value: JSON, as values.
        target: a type that `schema_of` can describe.
        at: what the whole is called in the reasons.
        field: what an error in *target* itself calls it.

    Raises:
        InvalidRequestError: *target* has no JSON form.
        ValueError: *value* does not fit; the message has a line for each place.
    """
    if is_pydantic(target):
        return _by_pydantic(value, cast("type", target), at)
    schema = _schema(target, field)
    try:
        value, found = fitted(value, schema, at=at)
        if found:
            raise ValueError("\n".join(map(str, found)))
        return converter().structure(value, _without_extras(target))
    except RecursionError:
        reason = f"{at}: is nested too deeply"
    except Exception as error:
        if type(error) is ValueError or isinstance(error, InvalidRequestError):
            raise
        # From cattrs, or from the class's own validators: its message is the reason.
        told = [line.rpartition(" @ ") for line in transform_error(error, at, _reason)]
        reason = "\n".join(f"{place}: {words}" for words, _, place in told)
    raise ValueError(reason)


def _by_pydantic(value: object, target: type, at: str) -> object:
    try:
        return pydantic_value(target, dumps(value), at=at)
    except ValueError:
        plain = value
        with suppress(InvalidRequestError, RecursionError):
            plain, _ = fitted(value, _schema(target, "target"))
        if plain is value or plain == value:
            raise
    return pydantic_value(target, dumps(plain), at=at)


def _schema(target: object, field: str) -> JsonObject:
    try:
        return _kept_schema(target, field)
    except TypeError:  # what is in an `Annotated` cannot be hashed
        return schema_of(target, field=field)


@lru_cache(maxsize=256)
def _kept_schema(target: object, field: str) -> JsonObject:
    return schema_of(target, field=field)


@cache
def converter() -> Converter:
    """The one converter: made when first needed, and then shared."""
    made = Converter(forbid_extra_keys=True)
    for kind, hook in _HOOKS.items():
        made.register_structure_hook(kind, hook)
    for predicate, factory in _FACTORIES:
        made.register_structure_hook_factory(predicate, factory)
    return made


def _as_is(value: object, _: object) -> object:
    return value


# `object` and `Any` are no classes that cattrs dispatches on by themselves.
_HOOKS: Final[Mapping[Any, StructureHook]] = {
    type(None): _as_is,
    date: lambda value, _: date.fromisoformat(value),
    datetime: lambda value, _: datetime.fromisoformat(value),
    time: lambda value, _: time.fromisoformat(value),
    UUID: lambda value, _: UUID(value),
    Decimal: lambda value, _: Decimal(value),
}


def _is_open(target: object) -> bool:
    return target is object or target is Any or isinstance(target, TypeVar)


def _open(target: Any, made: Converter) -> StructureHook:
    if isinstance(target, TypeVar) and target.__bound__ is not None:
        return made.get_structure_hook(target.__bound__)
    if isinstance(target, TypeVar) and target.__constraints__:
        return _union(Union[target.__constraints__], made)  # noqa: UP007  # they are in a tuple
    return _as_is


def _is_annotated(target: object) -> bool:
    return get_origin(target) is Annotated


def _annotated(target: Any, made: Converter) -> StructureHook:
    # cattrs takes an annotated TypedDict for one itself, and fails.
    inner = get_args(target)[0]
    hook = made.get_structure_hook(inner)
    return lambda value, _: hook(value, inner)


def _is_alias(target: object) -> bool:
    return type(get_origin(target) or target).__name__ == "TypeAliasType"


def _alias(target: Any, made: Converter) -> StructureHook:
    return _later(_without_extras(aliased(target)), made)  # later, since it may name itself


def _is_union(target: object) -> bool:
    return get_origin(target) in (Union, UnionType)


def _union(target: Any, made: Converter) -> StructureHook:
    """Of the members that the JSON fits, the one that says most of it."""
    members = sorted(get_args(target), key=_width)
    hooks = [(made.get_structure_hook(member), member, schema_of(member)) for member in members]

    def structure(value: object, _: object) -> object:
        fitting = [found for found in hooks if not misfits(value, found[2], most=1)]
        for hook, member, _schema in fitting[:-1]:
            with suppress(Exception):  # a validator of the class's own refuses it: on to the next
                return hook(value, member)
        hook, member, _schema = fitting[-1]
        return hook(value, member)

    return structure


_NARROW: Final = (Literal, type(None), bool, UUID, date, datetime, time, Decimal, int, float)


def _width(member: object) -> int:
    """How much a type of a union takes, in steps: what takes less is tried first.

    A text that is a date becomes the date of `str | date`, a 1 the int of `float | int`.
    """
    if get_origin(member) is Annotated:
        return _width(get_args(member)[0])
    origin = get_origin(member) or member
    if isinstance(origin, type) and issubclass(origin, enum.Enum):
        return 0
    if origin in _NARROW:
        return _NARROW.index(origin)
    return 1000 if origin in (object, Any, dict, Mapping) else 100


def _is_literal(target: object) -> bool:
    return get_origin(target) is Literal


def _literal(target: Any, made: Converter) -> StructureHook:
    members = [(_plain(member), member) for member in get_args(target)]

    def structure(value: object, _: object) -> object:
        return next(member for plain, member in members if same(plain, value))

    return structure


def _plain(member: object) -> object:
    return member.value if isinstance(member, enum.Enum) else member


def _is_class(target: object) -> bool:
    origin = get_origin(target) or target
    return isinstance(origin, type) and (attrs.has(origin) or is_dataclass(origin))


def _class(target: Any, made: Converter) -> StructureHook:
    variables: tuple[Any, ...] = getattr(target, "__parameters__", ())
    if variables and not get_args(target):
        # A generic class left open: cattrs wants to be told what its variables stand for.
        target = target[tuple(variable.__bound__ or Any for variable in variables)]
    cls = get_origin(target) or target
    _resolve(cls)
    kinds = {item.name: item.type for item in (attrs.fields if attrs.has(cls) else fields)(cls)}
    hooks: dict[str, Any] = {
        name: override(struct_hook=_later(_without_extras(kind), made))
        for name, kind in kinds.items()
        if not _hashable(kind)
    }
    return make_dict_structure_fn(
        target, made, _cattrs_forbid_extra_keys=True, _cattrs_use_alias=True, **hooks
    )


def _is_record(target: object) -> bool:
    """Whether *target* is a TypedDict or a named tuple."""
    origin = get_origin(target) or target
    return isinstance(origin, type) and (
        (issubclass(origin, dict) and hasattr(origin, "__required_keys__"))
        or (issubclass(origin, tuple) and hasattr(origin, "_fields"))
    )


def _record(target: Any, made: Converter) -> StructureHook:
    # cattrs' own hook for a TypedDict goes by `__required_keys__`, which has not seen a
    # NotRequired where annotations are text.
    @cache
    def hooks() -> Mapping[str, tuple[StructureHook, object]]:
        # When first called: a type may be inside itself.
        found = {item.name: _without_extras(item.type) for item in fields_of(target) or ()}
        return {name: (made.get_structure_hook(kind), kind) for name, kind in found.items()}

    def structure(value: Mapping[str, object], _: object) -> object:
        known = {name: hooks()[name] for name in value}
        return target(**{name: hook(value[name], kind) for name, (hook, kind) in known.items()})

    return structure


def _without_extras(target: Any) -> Any:
    """*target* without what `Annotated` adds, which cattrs cannot keep where it has no hash."""
    arguments = get_args(target)
    if get_origin(target) is Annotated:
        return _without_extras(arguments[0])
    if get_origin(target) is Literal or _hashable(target):
        return target
    plain = tuple(map(_without_extras, arguments))
    return Union[plain] if _is_union(target) else get_origin(target)[plain]  # noqa: UP007


def _later(target: Any, made: Converter) -> StructureHook:
    return lambda value, _: made.structure(value, target)


def _hashable(target: object) -> bool:
    try:
        hash(target)
    except TypeError:
        return False
    return True


def _resolve(cls: type) -> None:
    """Put types in the place of annotations that are text, as `attrs.resolve_types` does.

    cattrs does so by itself, but does not find a class that was defined inside a function.
    """
    if attrs.has(cls):
        attrs.resolve_types(cls, localns={cls.__name__: cls})
        return
    written = [item for item in fields(cls) if isinstance(item.type, str)]
    hints = type_hints(cls) if written else {}
    for item in written:
        item.type = cast("type", hints[item.name])


def _pydantic(target: Any, made: Converter) -> StructureHook:
    return lambda value, _: pydantic_value(target, dumps(value))


_Factory = Callable[[Any, Converter], StructureHook]
_FACTORIES: Final[tuple[tuple[Callable[[Any], bool], _Factory], ...]] = (
    (_is_open, _open),
    (_is_annotated, _annotated),
    (_is_alias, _alias),
    (_is_union, _union),
    (_is_literal, _literal),
    (_is_record, _record),
    (_is_class, _class),
    (is_pydantic, _pydantic),
)


def _reason(error: BaseException, _: object) -> str:
    return str(error) or type(error).__name__

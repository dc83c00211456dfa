"""The keywords of JSON Schema, each as a rule; `validate_json` applies them."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Final, Protocol, TypeAlias, cast

from .._frozen import frozen
from .._json import JsonObject
from .json_values import ARTICLES, FORMATS, TYPES, children, is_array, is_number, same, shown


@frozen
class Misfit:
    """A place where JSON does not fit.

    Args:
        path: where, from `$`, the whole: `$.days[0].low`.
        message: what it must be, as a sentence without its subject.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


Found: TypeAlias = Iterator[Misfit]
Rule: TypeAlias = "Callable[[Whole, object, object, object, str], Found]"
"""Gets the whole schema, a value, the keyword's argument, the schema that the keyword stands
in, and the value's path. A rule that is about another type of value finds nothing."""


class Whole(Protocol):
    """The whole schema: what a rule needs for the schemas inside its argument."""

    def check(self, value: object, schema: object, path: str) -> Found:
        """Where *value* does not fit *schema*."""

    def fits(self, value: object, schema: object) -> bool:
        """Whether it fits."""

    def resolve(self, reference: object) -> object:
        """The part of the whole that *reference* names."""

    def applied(self, value: object, schema: object) -> Iterator[JsonObject]:
        """*schema* and its subschemas that speak of *value* itself."""


def _type(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    names = [argument] if isinstance(argument, str) else cast("list[str]", argument)
    if not any(TYPES[name](value) for name in names if name in TYPES):
        wanted = " or ".join(ARTICLES.get(name, f"a {name}") for name in names)
        yield Misfit(path, f"must be {wanted}, not {shown(value)}")


def _enum(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    allowed = cast("list[object]", argument)
    if not any(same(value, item) for item in allowed):
        wanted = ", ".join(shown(item) for item in allowed)
        yield Misfit(path, f"must be one of {wanted}, not {shown(value)}")


def _const(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if not same(value, argument):
        yield Misfit(path, f"must be {shown(argument)}, not {shown(value)}")


def _bound(words: str, holds: Callable[[float, float], bool]) -> Rule:
    def rule(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
        if is_number(value) and is_number(argument) and not holds(value, argument):
            yield Misfit(path, f"must be {words} {argument}, not {value}")

    return rule


def _is_multiple(value: float, step: float) -> bool:
    # As they are written: in binary, 0.3 is no multiple of 0.1. Exact, whatever their size.
    return step == 0 or Fraction(str(value)) % Fraction(str(step)) == 0


def _size(
    words: str, unit: str, kind: Callable[[object], bool], holds: Callable[[int, int], bool]
) -> Rule:
    def rule(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
        if kind(value) and is_number(argument):
            length = len(cast("Sequence[object]", value))
            if not holds(length, int(argument)):
                yield Misfit(path, f"must have {words} {int(argument)} {unit}, not {length}")

    return rule


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None  # JavaScript's, and more than Python's `re` can read: it says nothing here


def _pattern(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    found = _compiled(str(argument))
    if isinstance(value, str) and found is not None and not found.search(value):
        yield Misfit(path, f"must match {argument!r}, not be {shown(value)}")


def _format(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    known = FORMATS.get(str(argument))
    if isinstance(value, str) and known is not None and not known(value):
        yield Misfit(path, f"must be text in the form of a {argument}, not {shown(value)}")


def _unique(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if argument is True and is_array(value):
        for index, item in enumerate(value):
            if any(same(item, earlier) for earlier in value[:index]):
                yield Misfit(f"{path}[{index}]", f"must not be there twice: {shown(item)}")


def _properties(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if isinstance(value, Mapping) and isinstance(argument, Mapping):
        for name, part in argument.items():
            if name in value:
                yield from whole.check(value[name], part, _step(path, name))


def _pattern_properties(
    whole: Whole, value: object, argument: object, schema: object, path: str
) -> Found:
    if isinstance(value, Mapping) and isinstance(argument, Mapping):
        for pattern, part in argument.items():
            found = _compiled(pattern)
            for name in value:
                if found is not None and found.search(name):
                    yield from whole.check(value[name], part, _step(path, name))


def _other_names(value: Mapping[str, object], schema: JsonObject) -> list[str]:
    """The properties that neither `properties` nor `patternProperties` is about."""
    known = cast("JsonObject", schema.get("properties", {}))
    patterns = [_compiled(text) for text in cast("JsonObject", schema.get("patternProperties", {}))]
    return [
        name
        for name in value
        if name not in known and not any(found and found.search(name) for found in patterns)
    ]


def _additional(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if isinstance(value, Mapping) and isinstance(schema, Mapping):
        for name in _other_names(value, schema):
            if argument is False:
                yield Misfit(_step(path, name), "is not a known field")
            else:
                yield from whole.check(value[name], argument, _step(path, name))


def _names(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    for name in value if isinstance(value, Mapping) else ():
        for misfit in whole.check(name, argument, path):
            yield Misfit(path, f"has a name that {misfit.message}")


def _required(_: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if isinstance(value, Mapping):
        for name in cast("list[str]", argument):
            if name not in value:
                yield Misfit(_step(path, name), "is missing")


def _dependent(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if not isinstance(value, Mapping) or not isinstance(argument, Mapping):
        return
    for name, needed in argument.items():
        if name in value and is_array(needed):
            yield from _required(whole, value, needed, schema, path)
        elif name in value:
            yield from whole.check(value, needed, path)


def _prefix(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if is_array(value):
        for index, (item, part) in enumerate(zip(value, cast("list[object]", argument))):
            yield from whole.check(item, part, f"{path}[{index}]")


def _items(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if is_array(argument):  # draft 7's `prefixItems`
        yield from _prefix(whole, value, argument, schema, path)
    elif is_array(value):
        yield from _rest(whole, value, argument, path, _length(schema, "prefixItems"))


def _additional_items(
    whole: Whole, value: object, argument: object, schema: object, path: str
) -> Found:
    if is_array(value) and isinstance(schema, Mapping) and is_array(schema.get("items")):
        yield from _rest(whole, value, argument, path, _length(schema, "items"))


def _length(schema: object, keyword: str) -> int:
    listed = schema.get(keyword) if isinstance(schema, Mapping) else None
    return len(listed) if is_array(listed) else 0


def _rest(whole: Whole, value: Sequence[object], argument: object, path: str, start: int) -> Found:
    for index in range(start, len(value)):
        yield from whole.check(value[index], argument, f"{path}[{index}]")


def _contains(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if not is_array(value) or not isinstance(schema, Mapping):
        return
    count = sum(whole.fits(item, argument) for item in value)
    least, most = schema.get("minContains", 1), schema.get("maxContains", math.inf)
    if not cast("float", least) <= count <= cast("float", most):
        yield Misfit(path, f"has {count} items of the form that it must contain")


def _all_of(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    for part in cast("list[object]", argument):
        yield from whole.check(value, part, path)


def _any_of(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    branches = [tuple(islice(whole.check(value, part, path), 10)) for part in children(argument)]
    if not branches or not all(branches):
        return
    # The form that was meant is the one whose own type is right; of several, the one in which
    # the least is wrong.
    meant = [found for found in branches if all(item.path != path for item in found)]
    if meant or len(branches) == 1:
        yield from min(meant or branches, key=len)
        return
    before, after = "must be ", f", not {shown(value)}"
    told = list(dict.fromkeys(item.message for found in branches for item in found))
    if all(text.startswith(before) and text.endswith(after) for text in told):
        wanted = " or ".join(text[len(before) : -len(after)] for text in told)
        yield Misfit(path, before + wanted + after)
    else:
        yield Misfit(path, " or ".join(told))


def _one_of(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    yield from _any_of(whole, value, argument, schema, path)
    count = sum(whole.fits(value, part) for part in children(argument))
    if count > 1:
        yield Misfit(path, f"fits {count} of the forms of which it must fit only one")


def _not(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if whole.fits(value, argument):
        yield Misfit(path, f"must not be of this form: {shown(value)}")


def _if(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    if isinstance(schema, Mapping):
        branch = "then" if whole.fits(value, argument) else "else"
        yield from whole.check(value, schema.get(branch), path)


def _reference(whole: Whole, value: object, argument: object, schema: object, path: str) -> Found:
    yield from whole.check(value, whole.resolve(argument), path)


def _unevaluated_properties(
    whole: Whole, value: object, argument: object, schema: object, path: str
) -> Found:
    if not isinstance(value, Mapping) or not isinstance(schema, Mapping):
        return
    own = {key: part for key, part in schema.items() if key != "unevaluatedProperties"}
    rest = set(value)
    for part in whole.applied(value, own):
        if "additionalProperties" in part or "unevaluatedProperties" in part:
            return
        rest &= set(_other_names(value, part))
    for name in value:
        if name in rest and argument is False:
            yield Misfit(_step(path, name), "is not a known field")
        elif name in rest:
            yield from whole.check(value[name], argument, _step(path, name))


def _unevaluated_items(
    whole: Whole, value: object, argument: object, schema: object, path: str
) -> Found:
    if not is_array(value) or not isinstance(schema, Mapping):
        return
    own = {key: part for key, part in schema.items() if key != "unevaluatedItems"}
    rest = set(range(len(value)))
    for part in whole.applied(value, own):
        if "unevaluatedItems" in part or "additionalItems" in part:
            return
        if "items" in part and not is_array(part["items"]):
            return
        rest -= set(range(max(_length(part, "prefixItems"), _length(part, "items"))))
        if "contains" in part:
            rest -= {index for index in rest if whole.fits(value[index], part["contains"])}
    for index in sorted(rest):
        yield from whole.check(value[index], argument, f"{path}[{index}]")


def _step(path: str, name: str) -> str:
    """The path of the property *name*; in brackets where a dot would mislead."""
    return f"{path}.{name}" if re.fullmatch(r"[\w-]+", name) else f"{path}[{shown(name)}]"


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


RULES: Final[Mapping[str, Rule]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _bound("at least", operator.ge),
    "maximum": _bound("at most", operator.le),
    "exclusiveMinimum": _bound("more than", operator.gt),
    "exclusiveMaximum": _bound("less than", operator.lt),
    "multipleOf": _bound("a multiple of", _is_multiple),
    "minLength": _size("at least", "characters", _is_text, operator.ge),
    "maxLength": _size("at most", "characters", _is_text, operator.le),
    "pattern": _pattern,
    "format": _format,
    "minItems": _size("at least", "items", is_array, operator.ge),
    "maxItems": _size("at most", "items", is_array, operator.le),
    "uniqueItems": _unique,
    "prefixItems": _prefix,
    "items": _items,
    "additionalItems": _additional_items,
    "contains": _contains,
    "minProperties": _size("at least", "fields", _is_object, operator.ge),
    "maxProperties": _size("at most", "fields", _is_object, operator.le),
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "dependentRequired": _dependent,
    "dependentSchemas": _dependent,
    "dependencies": _dependent,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "$ref": _reference,
    "$dynamicRef": _reference,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}

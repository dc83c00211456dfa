"""What a wire takes of JSON Schema; and a schema's pieces, each with its place.

Source: https://json-schema.org/draft/2020-12/json-schema-core
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, cast
from urllib.parse import unquote

from attrs import evolve

from .._frozen import frozen
from .._json import JsonObject
from .._models.json_values import same

ANNOTATIONS: Final = frozenset(
    {
        *("title", "description", "default", "example", "examples", "deprecated", "readOnly"),
        *("writeOnly", "$comment", "$schema", "$id", "$anchor", "propertyOrdering"),
    }
)
"""Keywords that say something about a schema, and nothing about what fits it."""

OBJECT_KEYWORDS: Final = frozenset(
    {
        *("properties", "required", "additionalProperties", "patternProperties"),
        *("minProperties", "maxProperties", "propertyNames", "dependentRequired"),
    }
)
"""Keywords that speak of objects."""


@frozen(kw_only=True)
class Subset:
    """What a wire takes of JSON Schema.

    Args:
        keywords: the keywords that it knows; others are removed. None: all.
        formats: the values of `format` that it knows; None: all.
        one_of_as_any_of: `oneOf` becomes `anyOf`.
        const_as_enum: `const` becomes an `enum` of one.
        nullable: `null` among the types becomes `nullable: true` (OpenAPI 3.0).
        inline_refs: `$ref` is replaced by what it refers to.
        bare_refs: nothing stands beside a `$ref`.
        closed_objects: every object gets `additionalProperties: false`.
        all_required: every property is required; those that were not may be null instead.
        object_root: the whole is one object: in an answer, what is none becomes a property.
        typed: every schema says its type; what fits anything is listed as lost.
        plain_patterns: no `pattern` looks around itself.
        string_enums: only text is in an `enum`.
        min_items: the values of `minItems` that it knows; None: all.
        describe: what is removed is said in the `description`.
    """

    keywords: frozenset[str] | None = None
    formats: frozenset[str] | None = None
    one_of_as_any_of: bool = False
    const_as_enum: bool = False
    nullable: bool = False
    inline_refs: bool = False
    bare_refs: bool = False
    closed_objects: bool = False
    all_required: bool = False
    object_root: bool = False
    typed: bool = False
    plain_patterns: bool = False
    string_enums: bool = False
    min_items: tuple[int, ...] | None = None
    describe: bool = False

    def knows(self, keyword: str) -> bool:
        """Whether the wire takes *keyword*."""
        return self.keywords is None or keyword in self.keywords


@frozen
class Part:
    """A schema, or the value of a keyword.

    Args:
        value: what it is.
        path: where it stands in the whole, as a JSON pointer.
        inside: the references that were followed to come to it.
    """

    value: object
    path: str = ""
    inside: tuple[str, ...] = ()

    def at(self, *steps: str | int) -> Part:
        """What stands at *steps* in it."""
        value, path = self.value, self.path
        for step in steps:
            value = cast("Mapping[str | int, object]", value)[step]
            path += f"/{escaped(step)}"
        return Part(value, path, self.inside)

    def items(self) -> Iterator[Part]:
        """What is in it, if it is a list."""
        for index in range(len(self.value) if isinstance(self.value, list | tuple) else 0):
            yield self.at(index)


def escaped(step: str | int) -> str:
    """*step*, as a JSON pointer says it."""
    return str(step).replace("~", "~0").replace("/", "~1")


def referred(root: object, reference: object) -> Part | None:
    """What *reference* names in *root*, or None: nothing is fetched."""
    base, _, fragment = str(reference).partition("#")
    if base or not isinstance(root, Mapping):
        return None
    if fragment and not fragment.startswith("/"):
        return _anchored(Part(root), fragment)
    found = Part(root)
    for step in fragment.split("/")[1:]:
        key: str | int = unquote(step).replace("~1", "/").replace("~0", "~")
        value = found.value
        if isinstance(value, list | tuple):
            key = int(key) if str(key).isdigit() else -1
            if not 0 <= key < len(value):
                return None
        elif not isinstance(value, Mapping) or key not in value:
            return None
        found = found.at(key)
    return found if isinstance(found.value, Mapping | bool) else None


def _anchored(part: Part, name: str) -> Part | None:
    value = part.value
    if isinstance(value, Mapping):
        if value.get("$anchor") == name:
            return part
        inner: Iterable[Part] = [part.at(key) for key in value]
    else:
        inner = part.items()
    return next((found for one in inner if (found := _anchored(one, name)) is not None), None)


def types_of(schema: Mapping[str, object]) -> tuple[str, ...] | None:
    """The types that *schema* names; None where it names none."""
    given = schema.get("type")
    if isinstance(given, str):
        return (given,)
    return tuple(map(str, given)) if isinstance(given, list | tuple) else None


def speaks_of_objects(schema: Mapping[str, object]) -> bool:
    """Whether what *schema* itself says is about objects."""
    types = types_of(schema)
    return "object" in types if types is not None else not OBJECT_KEYWORDS.isdisjoint(schema)


def mapping(part: Part) -> JsonObject:
    """The keywords of *part*, a schema."""
    return part.value if isinstance(part.value, Mapping) else {}


def seen(root: object, part: Part, deep: int = 8) -> Iterator[JsonObject]:
    """*part* and what it takes in or is a union of, looked at to some depth."""
    schema = part.value
    if not isinstance(schema, Mapping) or not deep:
        return
    yield schema
    target = referred(root, schema["$ref"]) if "$ref" in schema else None
    inner = [target] if target is not None else []
    for keyword in ("allOf", "anyOf", "oneOf"):
        inner += part.at(keyword).items() if keyword in schema else ()
    for one in inner:
        yield from seen(root, one, deep - 1)


def first_types(root: object, part: Part) -> tuple[str, ...] | None:
    """The types that *part*, or else what it takes in, names first."""
    return next((types for one in seen(root, part) if (types := types_of(one))), None)


def may_fit(root: object, branch: Part, base: Sequence[Part]) -> bool:
    """Whether anything may fit *branch* and all of *base*, by their types."""
    types = first_types(root, branch)
    for part in base:
        others = types_of(mapping(part))
        if types is not None and others is not None and not common_types(types, others):
            return False
    return True


def beside_reference(schema: JsonObject) -> JsonObject:
    """*schema* with a reference that stands alone in an `allOf` taken out of it.

    That was Pydantic's way to let something stand beside a reference.
    """
    alone = schema.get("allOf")
    if "$ref" in schema or not isinstance(alone, list) or len(alone) != 1:
        return schema
    if not isinstance(alone[0], Mapping) or {*alone[0]} != {"$ref"}:
        return schema
    return {**{key: schema[key] for key in schema if key != "allOf"}, **alone[0]}


def common_types(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """The types that both name: an integer is a number, too."""
    found = [name for name in one if name in other or (name == "integer" and "number" in other)]
    if "number" in one and "integer" in other and "integer" not in found:
        found.append("integer")
    return found


Join = Callable[[object, object], object]
"""Two values of a keyword as the one that says both; None where there is none."""


def _types(one: object, other: object) -> object:
    found = common_types(types_of({"type": one}) or (), types_of({"type": other}) or ())
    return (found[0] if len(found) == 1 else found) or None


def _union(one: object, other: object) -> object:
    lists = (each for each in (one, other) if isinstance(each, list))
    return list(dict.fromkeys(name for each in lists for name in each if isinstance(name, str)))


def _both(one: object, other: object) -> object:
    rest = cast("Sequence[object]", other)
    return [a for a in cast("Sequence[object]", one) if any(same(a, b) for b in rest)] or None


def _most(one: object, other: object) -> object:
    return max(cast("float", one), cast("float", other))


def _least(one: object, other: object) -> object:
    return min(cast("float", one), cast("float", other))


JOINS: Final[Mapping[str, Join]] = {
    "type": _types,
    "required": _union,
    "enum": _both,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems"), _most),
    **dict.fromkeys(("minProperties", "uniqueItems"), _most),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), _least),
    "maxProperties": _least,
}


def joined(keyword: str, parts: Sequence[Part]) -> tuple[object, list[Part]]:
    """The value that says all of *parts*, of one keyword, and the parts that it does not say."""
    value, left = parts[0].value, []
    for part in parts[1:]:
        if keyword in ANNOTATIONS or same(part.value, value):
            continue  # the words that stand nearest are the best
        try:
            both = JOINS[keyword](value, part.value) if keyword in JOINS else None
        except TypeError:  # one is not of the keyword's kind
            both = None
        if both is None:
            left.append(part)
        else:
            value = both
    return value, left


def without(part: Part, *keywords: str) -> Part:
    """*part*, a schema, less *keywords*."""
    schema = cast("JsonObject", part.value)
    return evolve(part, value={key: schema[key] for key in schema if key not in keywords})

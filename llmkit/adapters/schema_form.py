"""What some wires want of a schema's form: nulls said otherwise, types named, losses told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from .._json import JsonValue, dumps
from .schema_parts import ANNOTATIONS, types_of

JsonDict = dict[str, JsonValue]

_NULL: Final = {"type": "null"}

_WORDS: Final[Mapping[str, str]] = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches {}",
    "format": "format: {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} properties",
    "maxProperties": "at most {} properties",
    "enum": "one of {}",
    "default": "default: {}",
    "not": "does not fit {}",
    "patternProperties": "properties by the pattern of their names: {}",
    "prefixItems": "items by their places: {}",
}


def told(keyword: str, value: object) -> str | None:
    """What *keyword* asks for, in words for a model; None where that would not help."""
    if keyword == "uniqueItems":
        return "no item twice" if value is True else None
    words = _WORDS.get(keyword)
    if words is None or (keyword, value) == ("default", None):
        return None
    return words.format(value if isinstance(value, str) else dumps(value).decode())


def with_words(schema: JsonDict, words: list[str]) -> None:
    """Tell *words* in the description of *schema*."""
    said = f"({'; '.join(words)})"
    given = schema.get("description")
    schema["description"] = f"{given} {said}" if given else said


def looks_around(pattern: str) -> bool:
    """Whether a regular expression looks ahead or back."""
    return re.search(r"\(\?<?[=!]", pattern) is not None


def accepts_null(schema: Mapping[str, JsonValue]) -> bool:
    """Whether null fits *schema*, as far as its own keywords tell."""
    types, union, enum = types_of(schema), _branches(schema), schema.get("enum")
    if types is None and not union and enum is None:
        return False
    return (
        (types is None or "null" in types)
        and (not union or any(accepts_null(branch) for branch in union))
        and (not isinstance(enum, list) or None in enum)
    )


def require_all(schema: JsonDict) -> None:
    """Every property of *schema*, an object, is required; what was optional may be null."""
    known = dict(cast("Mapping[str, JsonValue]", schema.get("properties", {})))
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    for name, item in known.items():
        if name not in needed and isinstance(item, Mapping):
            known[name] = _or_null(dict(item))
    schema["properties"] = known
    schema["required"] = list(known)


def _or_null(schema: JsonDict) -> JsonDict:
    """What fits *schema*, or null."""
    if accepts_null(schema) or not schema:
        return schema
    plain = isinstance(kind := schema.get("type"), str) and kind not in ("object", "array")
    if plain and not {"anyOf", "const", "enum"} & schema.keys():
        return {**schema, "type": [kind, "null"]}
    around = {key: schema[key] for key in schema if key in ANNOTATIONS}
    inner = {key: schema[key] for key in schema if key not in ANNOTATIONS}
    if {*inner} == {"anyOf"}:
        return {**around, "anyOf": [*_branches(schema), _NULL]}
    return {**around, "anyOf": [inner, _NULL]}


def with_nullable(schema: JsonDict) -> JsonDict:
    """*schema* as OpenAPI 3.0 says it: one type, and `nullable` beside it.

    Source: https://spec.openapis.org/oas/v3.0.3#schema-object
    """
    if _only_null(schema):
        return {**{key: schema[key] for key in schema if key in ANNOTATIONS}, "type": "null"}
    if accepts_null(schema):
        schema = {**_less_null(schema), "nullable": True}
    types = types_of(schema)
    if types is None or isinstance(schema.get("type"), str):
        return schema
    kinds = [kind for kind in types if kind != "null"]
    if len(kinds) == 1:
        return {**schema, "type": kinds[0]}
    around = {key: schema[key] for key in schema if key in ANNOTATIONS or key == "nullable"}
    inner = {key: schema[key] for key in schema if key not in around}
    return {**around, "anyOf": [_of_type(inner, kind) for kind in kinds]}


def _only_null(schema: Mapping[str, JsonValue]) -> bool:
    """Whether null is all that fits *schema*, as far as its types tell."""
    types = types_of(schema)
    if types is not None:
        return types == ("null",)
    union = _branches(schema)
    return bool(union) and all(map(_only_null, union))


def _less_null(schema: JsonDict) -> JsonDict:
    """*schema*, whose keywords all let null pass, with none that names it."""
    result = dict(schema)
    types, enum = types_of(schema), schema.get("enum")
    if types is not None:
        kinds: list[JsonValue] = [kind for kind in types if kind != "null"]
        result["type"] = kinds
    if isinstance(enum, list):
        result["enum"] = [item for item in enum if item is not None]
    union = [branch for branch in _branches(schema) if not _only_null(branch)]
    if not union:
        return result
    result["anyOf"] = union
    only = dict(union[0])
    alone = ANNOTATIONS.issuperset(result.keys() - {"anyOf"})
    if len(union) > 1 or not alone:
        return result
    del result["anyOf"]
    return {**only, **result}


_ABOUT: Final = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "number": ("minimum", "maximum", "format"),
}


def _of_type(schema: JsonDict, kind: str) -> JsonDict:
    """*schema* for values of one type, with the keywords that speak of them."""
    own = _ABOUT.get("number" if kind == "integer" else kind, ())
    others = {key for keys in _ABOUT.values() for key in keys} - {*own}
    return {**{key: schema[key] for key in schema if key not in others}, "type": kind}


def name_type(schema: JsonDict) -> None:
    """Name the type of *schema*, where its values or its keywords tell it."""
    if "type" in schema or "anyOf" in schema or "$ref" in schema:
        return
    if "properties" in schema:
        schema["type"] = "object"
        return
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    kinds = {_kind(value) for value in values} if isinstance(values, list) else set()
    if len(kinds) == 1 and None not in kinds:
        schema["type"] = kinds.pop()


def _kind(value: object) -> str | None:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return "integer"
        case float():
            return "number"
        case _:
            return None


def _branches(schema: Mapping[str, JsonValue]) -> list[Mapping[str, JsonValue]]:
    union = schema.get("anyOf")
    return [one for one in union if isinstance(one, Mapping)] if isinstance(union, list) else []

"""Schemas in a wire's subset: what each rule makes of them, and what may never happen."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from llmkit._models.validate_json import fitted, misfits
from llmkit._transports.schema_instance import instance_of
from llmkit.adapters.anthropic_messages.tools import SUBSET as ANTHROPIC
from llmkit.adapters.gemini.tools import JSON_SCHEMA, OPENAPI
from llmkit.adapters.openai_schemas import STRICT
from llmkit.adapters.schema_subset import ANY_KEYS, ANY_VALUE, Subset, rewritten

OPEN = evolve(STRICT, closed_objects=False, all_required=False, typed=False, bare_refs=False)
"""A wire that only knows fewer keywords."""

INLINE = evolve(OPEN, inline_refs=True)
LIKE = "as anyOf: more than one of them may fit"
TEXT = {"type": "string"}
NULL = {"type": "null"}


def closed(**properties: Any) -> dict[str, Any]:
    """An object of just these."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
Case = tuple[Subset, dict[str, Any], dict[str, Any], dict[str, str]]

CASES: dict[str, Case] = {
    "a keyword that is not known": (
        OPEN,
        {"type": "string", "minLength": 2, "description": "A word"},
        {"type": "string", "description": "A word (at least 2 characters)"},
        {"/minLength": "the wire does not know it"},
    ),
    "a format that is not known": (
        OPEN,
        {"type": "string", "format": "uri"},
        {"type": "string", "description": "(format: uri)"},
        {"/format": "the wire does not know uri"},
    ),
    "a pattern that looks around": (
        STRICT,
        closed(a={"type": "string", "pattern": "^(?!x)"}),
        closed(a={"type": "string", "description": "(matches ^(?!x))"}),
        {"/properties/a/pattern": "the wire knows no pattern that looks around itself"},
    ),
    "the least number of items": (
        Subset(min_items=(0, 1), keywords=frozenset({"type", "minItems", "items"})),
        {"type": "array", "items": TEXT, "minItems": 3},
        {"type": "array", "items": TEXT},
        {"/minItems": "the wire does not count so far"},
    ),
    "numbers among the values": (
        Subset(string_enums=True, describe=True),
        {"type": "integer", "enum": [1, 2]},
        {"type": "integer", "description": "(one of [1,2])"},
        {"/enum": "the wire knows lists of text only"},
    ),
    "one of": (OPEN, {"oneOf": [TEXT, NULL]}, {"anyOf": [TEXT, NULL]}, {"/oneOf": LIKE}),
    "const": (
        Subset(const_as_enum=True, typed=True),
        {"const": "a"},
        {"enum": ["a"], "type": "string"},
        {},
    ),
    "all of": (
        OPEN,
        {
            "allOf": [
                {"type": "object", "properties": {"a": TEXT}, "required": ["a"]},
                {"properties": {"b": {"minimum": 1}}, "required": ["b"]},
            ],
            "properties": {"b": {"type": "integer", "minimum": 0}},
        },
        {
            "type": "object",
            "properties": {"b": {"type": "integer", "minimum": 1}, "a": TEXT},
            "required": ["a", "b"],
        },
        {},
    ),
    "all of what cannot be said at once": (
        OPEN,
        {"type": "string", "pattern": "a", "allOf": [{"pattern": "b"}]},
        {"type": "string", "pattern": "a"},
        {"/allOf/0/pattern": "it stands beside another, and the wire has no word for both"},
    ),
    "a type or null, in OpenAPI": (
        OPENAPI,
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
        {},
    ),
    "a union with null, in OpenAPI": (
        OPENAPI,
        {"anyOf": [{"type": "integer"}, NULL], "title": "A"},
        {"type": "integer", "title": "A", "nullable": True},
        {},
    ),
    "values with null, in OpenAPI": (
        OPENAPI,
        {"enum": ["a", None]},
        {"enum": ["a"], "nullable": True, "type": "string"},
        {},
    ),
    "several types, in OpenAPI": (
        OPENAPI,
        {"type": ["string", "integer"], "minimum": 1, "title": "A"},
        {"title": "A", "anyOf": [{"type": "string"}, {"minimum": 1, "type": "integer"}]},
        {},
    ),
    "a reference, inlined": (
        INLINE,
        {"properties": {"a": {"$ref": "#/$defs/A", "title": "T"}}, "$defs": {"A": TEXT}},
        {"properties": {"a": {"title": "T", "type": "string"}}},
        {},
    ),
    "a reference to what it is in, inlined": (
        INLINE,
        {"$ref": "#/$defs/Node", "$defs": {"Node": NODE}},
        {"type": "object", "properties": {"next": {"type": "object"}}},
        {"/$defs/Node/properties/next/$ref": "refers to #/$defs/Node, of which it is a part"},
    ),
    "a reference that nothing is at": (
        INLINE,
        {"$ref": "#/$defs/B"},
        {},
        {"/$ref": "refers to #/$defs/B, which is not in it"},
    ),
    "a reference, kept": (
        STRICT,
        {
            "$ref": "#/definitions/Node",
            "definitions": {"Node": json.loads(json.dumps(NODE).replace("$defs", "definitions"))},
        },
        {
            **closed(next={"anyOf": [{"$ref": "#/$defs/Node"}, NULL]}),
            "$defs": {"Node": closed(next={"anyOf": [{"$ref": "#/$defs/Node"}, NULL]})},
        },
        {},
    ),
    "words beside a reference": (
        STRICT,
        {**closed(a={"$ref": "#/$defs/A", "description": "D"}), "$defs": {"A": closed()}},
        {
            **closed(a={"description": "D", "anyOf": [{"$ref": "#/$defs/A"}]}),
            "$defs": {"A": closed()},
        },
        {},
    ),
    "Pydantic's older way": (
        STRICT,
        {**closed(a={"allOf": [{"$ref": "#/$defs/A"}], "title": "T"}), "$defs": {"A": closed()}},
        {
            **closed(a={"title": "T", "anyOf": [{"$ref": "#/$defs/A"}]}),
            "$defs": {"A": closed()},
        },
        {},
    ),
    "rules beside a reference": (
        STRICT,
        {**closed(a={"$ref": "#/$defs/A", "minimum": 3}), "$defs": {"A": {"type": "integer"}}},
        closed(a={"minimum": 3, "type": "integer"}),
        {},
    ),
    "optional properties": (
        STRICT,
        {
            "type": "object",
            "properties": {
                "a": TEXT,
                "b": {"enum": ["x"], "type": "string", "title": "B"},
                "c": {"anyOf": [TEXT, NULL]},
                "d": {"anyOf": [TEXT, {"type": "integer"}]},
                "e": TEXT,
            },
            "required": ["e"],
        },
        closed(
            a={"type": ["string", "null"]},
            b={"title": "B", "anyOf": [{"enum": ["x"], "type": "string"}, NULL]},
            c={"anyOf": [TEXT, NULL]},
            d={"anyOf": [TEXT, {"type": "integer"}, NULL]},
            e=TEXT,
        ),
        {},
    ),
    "an object of any keys": (
        STRICT,
        closed(a={"type": "object", "additionalProperties": TEXT}),
        closed(a=closed()),
        {"/properties/a/additionalProperties": ANY_KEYS},
    ),
    "a value of any type": (
        STRICT,
        closed(a={}, b={"type": "array"}),
        closed(a={}, b={"type": "array"}),
        {"/properties/a": ANY_VALUE, "/properties/b/items": ANY_VALUE},
    ),
    "a union of objects beside properties": (
        STRICT,
        {
            "type": "object",
            "description": "D",
            "properties": {"a": TEXT},
            "required": ["a"],
            "anyOf": [{"properties": {"b": TEXT}, "required": ["b"]}, NULL, {"required": ["a"]}],
        },
        {"description": "D", "anyOf": [closed(a=TEXT, b=TEXT), closed(a=TEXT)]},
        {},
    ),
    "a tuple": (
        OPEN,
        {"type": "array", "items": [TEXT]},
        {"type": "array", "description": '(items by their places: [{"type":"string"}])'},
        {"/items": "the wire does not know it"},
    ),
}


@pytest.mark.parametrize(("subset", "schema", "wanted", "lost"), CASES.values(), ids=CASES)
def test_a_schema_is_rewritten(
    subset: Subset, schema: dict[str, Any], wanted: dict[str, Any], lost: dict[str, str]
) -> None:
    """Each rule says the same in the wire's words, lists what it cannot say, changes nothing."""
    before = copy.deepcopy(schema)
    said, losses = rewritten(schema, subset)
    assert said == wanted
    assert dict(losses) == lost
    assert schema == before
    assert rewritten(said, subset)[0] == said


def test_a_schema_that_a_wire_takes_whole() -> None:
    """It goes as it is."""
    schema: dict[str, Any] = {"type": "object", "oneOf": [], "x": 1}
    assert rewritten(schema, Subset()) == (schema, ())


def test_what_is_not_known_is_lost_in_definitions_once() -> None:
    """However often a definition is referred to, its loss is one."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "string", "minLength": 1}},
    }
    for subset in (OPEN, INLINE):
        assert [path for path, _ in rewritten(schema, subset)[1]] == ["/$defs/A/minLength"]


# What may never happen.

NAMES = st.sampled_from(["a", "b"])
SCALARS = st.sampled_from([None, True, 0, 1, 2.5, "a", "ab"])
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null"])
REFERENCES = st.sampled_from(["#/$defs/A", "#/$defs/B"])


def _plain(draw: st.DrawFn) -> dict[str, Any]:
    """The keywords of a scalar."""
    schema: dict[str, Any] = {}
    match draw(st.integers(0, 5)):
        case 0:
            schema["type"] = draw(TYPES)
        case 1:
            schema["type"] = draw(st.lists(TYPES, min_size=1, max_size=2, unique=True))
        case 2:
            schema["enum"] = draw(st.lists(SCALARS, min_size=1, max_size=3))
        case 3:
            schema["const"] = draw(SCALARS)
        case 4:
            schema.update(type="integer", minimum=draw(st.integers(0, 2)))
        case _:
            schema.update(type="string", maxLength=1, format="uri", pattern="a")
    return schema


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A schema, with references to the definitions A and B."""
    if depth == 0:
        return {"$ref": draw(REFERENCES)} if draw(st.booleans()) else _plain(draw)
    inner = schemas(depth - 1)
    schema: dict[str, Any] = {}
    for kind in draw(st.lists(st.integers(0, 6), min_size=1, max_size=2, unique=True)):
        match kind:
            case 0:
                schema["$ref"] = draw(REFERENCES)
            case 1 | 2:
                known = draw(st.dictionaries(NAMES, inner, max_size=2))
                schema.update(type="object", properties=known)
                if draw(st.booleans()):
                    schema["required"] = draw(st.lists(NAMES, max_size=2, unique=True))
                if draw(st.booleans()):
                    schema["additionalProperties"] = draw(st.one_of(st.booleans(), inner))
            case 3:
                schema.update(type="array", items=draw(inner))
                if draw(st.booleans()):
                    schema["minItems"] = draw(st.integers(0, 2))
            case 4:
                union = draw(st.sampled_from(["anyOf", "oneOf", "allOf"]))
                schema[union] = draw(st.lists(inner, min_size=1, max_size=2))
            case 5:
                schema["description"] = "words"
            case _:
                schema.update(_plain(draw))
    return schema


@st.composite
def wholes(draw: st.DrawFn) -> dict[str, Any]:
    """A schema with its definitions."""
    return {**draw(schemas()), "$defs": {"A": draw(schemas(1)), "B": draw(schemas(1))}}


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    ),
    max_leaves=5,
)
SUBSETS = {
    "strict": STRICT,
    "open": OPEN,
    "inline": INLINE,
    "openapi": OPENAPI,
    "json-schema": evolve(JSON_SCHEMA, one_of_as_any_of=True),
    "anthropic": ANTHROPIC,
}


def less(schema: dict[str, Any], losses: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """*schema* without what was listed as lost."""
    result = copy.deepcopy(schema)
    for path, reason in losses:
        if reason == ANY_VALUE:
            continue  # it says as much as it did
        *steps, last = path.split("/")[1:] or ["", ""]
        found: Any = result
        for step in steps:
            found = found[int(step)] if isinstance(found, list) else found.get(step, {})
        if isinstance(found, list):
            found[int(last)] = {}
        elif last in found:
            del found[last]
    return result


def plain(schema: Any) -> Any:
    """OpenAPI's `nullable` in JSON Schema's words."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    said = {key: plain(item) for key, item in schema.items() if key != "nullable"}
    return {"anyOf": [said, NULL]} if schema.get("nullable") is True else said


def fits(value: object, schema: dict[str, Any], *, nulls: bool, endless: bool) -> bool:
    """Whether *value* fits.

    Args:
        value: the value.
        schema: the schema.
        nulls: whether null may stand for a property that is left out.
        endless: what to say where the schema is its own definition.
    """
    try:
        return not (fitted(value, schema)[1] if nulls else misfits(value, schema))
    except RecursionError:
        return endless


@pytest.mark.parametrize("subset", SUBSETS.values(), ids=SUBSETS)
@given(schema=wholes(), values=st.lists(VALUES, min_size=5, max_size=10))
@settings(max_examples=100, deadline=None)
def test_what_fits_the_rewritten_schema_fits_the_original(
    subset: Subset, schema: dict[str, Any], values: list[Any]
) -> None:
    """Less what was listed; and to rewrite it again changes nothing."""
    before = copy.deepcopy(schema)
    said, losses = rewritten(schema, subset)
    assert schema == before
    assert rewritten(said, subset)[0] == said
    original, made = less(schema, losses), plain(said)
    for value in (*values, instance_of(made)):
        if fits(value, made, nulls=False, endless=False):
            nulls = subset.all_required
            assert fits(value, original, nulls=nulls, endless=True), (value, said, losses)

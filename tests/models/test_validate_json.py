"""`misfits`: JSON Schema, keyword for keyword, with places and reasons."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmkit._json import JsonObject
from llmkit._models.json_values import same
from llmkit._models.validate_json import misfits
from llmkit.errors import InvalidRequestError

# Values and schemas over a small alphabet, so that they meet.

_KEYS = st.sampled_from("abc")
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.0, 2.5, "", "a", "ab", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)
_SMALL = st.integers(0, 3)
_NAMES = st.lists(_KEYS, unique=True, max_size=2)
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(
        [
            *("null", "boolean", "integer", "number", "string", "array", "object"),
            ["string", "null"],
        ]
    ),
    "enum": st.lists(_VALUES, min_size=1, max_size=2),
    "const": _VALUES,
    "multipleOf": st.sampled_from([1, 2, 0.5]),
    "pattern": st.sampled_from(["a", "^b$"]),
    "uniqueItems": st.booleans(),
    "required": _NAMES,
    "dependentRequired": st.dictionaries(_KEYS, _NAMES, max_size=1),
    **dict.fromkeys(
        [
            *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
            *("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"),
            *("minProperties", "maxProperties"),
        ],
        _SMALL,
    ),
}


def _with_inner(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        **_PLAIN,
        **dict.fromkeys(["allOf", "anyOf", "oneOf", "prefixItems"], several),
        **dict.fromkeys(
            [
                *("items", "contains", "additionalProperties", "propertyNames", "not"),
                *("if", "then", "else", "unevaluatedProperties", "unevaluatedItems"),
            ],
            inner,
        ),
        "properties": st.dictionaries(_KEYS, inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["a", "^b"]), inner, max_size=1),
        "dependentSchemas": st.dictionaries(_KEYS, inner, max_size=1),
        "$ref": st.sampled_from(["#/$defs/x", "#/$defs/y"]),
    }
    return st.fixed_dictionaries({}, optional=keywords)


_LEAF_SCHEMAS = st.booleans() | st.fixed_dictionaries({}, optional=_PLAIN)
_SCHEMAS = st.recursive(_LEAF_SCHEMAS, _with_inner, max_leaves=5)
_DEFINITIONS = st.fixed_dictionaries({"x": _LEAF_SCHEMAS, "y": _LEAF_SCHEMAS})


@settings(max_examples=150, deadline=None)
@given(_with_inner(_SCHEMAS), _DEFINITIONS, _VALUES)
def test_same_as_the_reference(schema: Any, definitions: Any, value: Any) -> None:
    """Whatever the schema and the value: `jsonschema` says the same."""
    schema = {**schema, "$defs": definitions}
    expected = jsonschema.Draft202012Validator(schema).is_valid(value)
    assert (misfits(value, schema) == ()) is expected


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        (1, {"type": "string"}, ["$: must be a string, not 1"]),
        (1, {"type": ["string", "null"]}, ["$: must be a string or null, not 1"]),
        (float("nan"), {"type": "number"}, ["$: must be a number, not null"]),
        ("x" * 99, {"type": "array"}, [f'$: must be an array, not "{"x" * 56}...']),
        (1, {"const": 2}, ["$: must be 2, not 1"]),
        (1, {"enum": ["a", None]}, ['$: must be one of "a", null, not 1']),
        (
            1,
            {"minimum": 2, "maximum": 0},
            ["$: must be at least 2, not 1", "$: must be at most 0, not 1"],
        ),
        (0.35, {"multipleOf": 0.1}, ["$: must be a multiple of 0.1, not 0.35"]),
        (0.3, {"multipleOf": 0.1}, []),
        ("abc", {"maxLength": 2}, ["$: must have at most 2 characters, not 3"]),
        ("abc", {"pattern": "^b"}, ["$: must match '^b', not be \"abc\""]),
        ("abc", {"pattern": r"\p{L}"}, []),
        ([1, 2, 1.0], {"uniqueItems": True}, ["$[2]: must not be there twice: 1.0"]),
        ([True, 1], {"uniqueItems": True}, []),
        ([1, "a"], {"items": {"type": "integer"}}, ['$[1]: must be an integer, not "a"']),
        (
            [1, "a"],
            {"items": [{"type": "string"}], "additionalItems": {"type": "integer"}},
            ["$[0]: must be a string, not 1", '$[1]: must be an integer, not "a"'],
        ),
        (
            [1],
            {"contains": {"type": "string"}},
            ["$: has 0 items of the form that it must contain"],
        ),
        ([1], {"items": False}, ["$[0]: must not be there"]),
        ({}, {"required": ["a"]}, ["$.a: is missing"]),
        ({"a": 1}, {"additionalProperties": False}, ["$.a: is not a known field"]),
        ({"a b": 1}, {"additionalProperties": False}, ['$["a b"]: is not a known field']),
        (
            {"a": 1},
            {"propertyNames": {"maxLength": 0}},
            ["$: has a name that must have at most 0 characters, not 1"],
        ),
        ({"a": 1}, {"dependencies": {"a": ["b"]}}, ["$.b: is missing"]),
        ({"a": 1}, {"dependencies": {"a": {"required": ["c"]}}}, ["$.c: is missing"]),
        ({"a": 1}, {"unevaluatedProperties": False}, ["$.a: is not a known field"]),
        (1, {"not": {}}, ["$: must not be of this form: 1"]),
        (1, {"oneOf": [{}, True]}, ["$: fits 2 of the forms of which it must fit only one"]),
        (1, {"if": True, "then": {"minimum": 2}}, ["$: must be at least 2, not 1"]),
        (
            "x",
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            ['$: must be an integer or null, not "x"'],
        ),
        (
            {"a": "x"},
            {"anyOf": [{"properties": {"a": {"type": "integer"}}}, {"type": "null"}]},
            ['$.a: must be an integer, not "x"'],
        ),
        (
            "b",
            {"anyOf": [{"pattern": "a"}, {"minLength": 2}]},
            ["$: must match 'a', not be \"b\" or must have at least 2 characters, not 1"],
        ),
    ],
    ids=str,
)
def test_told(value: object, schema: JsonObject, told: list[str]) -> None:
    """A misfit names its place and what should be there, so that a person or model can mend it."""
    assert [str(found) for found in misfits(value, schema)] == told


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date-time", ["2026-05-01T12:00:00Z", "2026-05-01T12:00:00.5+02:00"], ["2026-05-01", "x"]),
        ("date", ["2026-05-01"], ["2026-13-01", "2026-05-01T12:00:00Z"]),
        ("time", ["12:00", "12:00:00Z"], ["25:00", "noon"]),
        ("uuid", ["12345678-1234-5678-1234-567812345678"], ["{12345678}", ""]),
        ("decimal", ["1.50", "-3", "1E+2"], ["NaN", "Infinity", "x"]),
        ("ipv4", ["127.0.0.1"], ["1.2.3"]),
        ("ipv6", ["::1"], ["::x"]),
        ("phase-of-moon", ["x"], []),
    ],
)
def test_format(form: str, good: list[str], bad: list[str]) -> None:
    """Known formats are checked, unknown ones are words; neither speaks of other types."""
    for text in good:
        assert not misfits(text, {"format": form})
    for text in bad:
        assert misfits(text, {"format": form})
    assert not misfits(3, {"format": form})


@pytest.mark.parametrize(
    "reference",
    ["#/$defs/a", "#A", "https://example.com/s#/$defs/a", "#/$defs/list/0", "#/$defs/s~1t%20~0"],
)
def test_references(reference: str) -> None:
    """A reference may be a pointer, an anchor, or begin with the schema's own address."""
    schema: JsonObject = {
        "$id": "https://example.com/s",
        "$ref": reference,
        "$defs": {
            "a": {"$anchor": "A", "type": "string"},
            "list": [{"type": "string"}],
            "s/t ~": {"type": "string"},
        },
    }
    assert misfits(1, schema)
    assert not misfits("a", schema)


@pytest.mark.parametrize(
    "reference", ["#/$defs/b", "#B", "https://example.com/other", "other.json", "#/$defs/a/0"]
)
def test_reference_to_nothing(reference: str) -> None:
    """A reference that leads nowhere, or out of the schema, is the schema's mistake."""
    with pytest.raises(InvalidRequestError) as caught:
        misfits(1, {"$ref": reference, "$defs": {"a": {}}})
    assert caught.value.field == "response_format.schema"
    assert reference in str(caught.value)


def test_recursive_schema() -> None:
    """A schema that refers to itself follows the value down."""
    schema: JsonObject = {"type": "object", "additionalProperties": {"$ref": "#"}}
    assert not misfits({"a": {"b": {}}}, schema)
    assert [str(found) for found in misfits({"a": {"b": 1}}, schema)] == [
        "$.a.b: must be an object, not 1"
    ]


def test_no_more_than_asked_for() -> None:
    """The list of misfits ends where it stops being of use."""
    assert len(misfits(["a"] * 99, {"items": {"type": "integer"}})) == 10
    assert len(misfits(["a"] * 99, {"items": {"type": "integer"}}, most=1)) == 1


def test_called_otherwise() -> None:
    """The whole may have another name than `$`."""
    (found,) = misfits({"a": 1}, {"properties": {"a": {"type": "string"}}}, at="arguments")
    assert found.path == "arguments.a"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ([1, {"a": 2}], [1.0, {"a": 2.0}], True),
        ([True], [1], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ("1", 1, False),
    ],
)
def test_same(one: object, other: object, equal: bool) -> None:
    """Numbers are equal by value; a truth value is no number."""
    assert same(one, other) is equal
    assert same(other, one) is equal

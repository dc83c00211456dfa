"""The values that `echo` makes up where a JSON Schema is given."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from llmkit._transports.pattern_text import text_matching
from llmkit._transports.schema_instance import instance_of

RECURSIVE = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                "all": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["name", "next", "all"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/node",
}
SCHEMAS: Sequence[tuple[object, object]] = [
    ({}, "text"),
    (True, "text"),
    ({"type": "string"}, "text"),
    ({"type": "string", "minLength": 6}, "text.."),
    ({"type": "string", "maxLength": 2}, "te"),
    ({"type": "string", "format": "date"}, "2025-01-01"),
    ({"type": "string", "pattern": "^[A-Z]{2}-\\d{3}$"}, "AA-000"),
    ({"type": "integer"}, 1),
    ({"type": "integer", "minimum": 5}, 5),
    ({"type": "integer", "exclusiveMinimum": 5}, 6),
    ({"type": "integer", "maximum": -2}, -2),
    ({"type": "integer", "exclusiveMaximum": 0}, -1),
    ({"type": "integer", "minimum": 7, "multipleOf": 5}, 10),
    ({"type": "integer", "minimum": 2.5}, 3),
    ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, 0.25),
    ({"type": "number", "minimum": 0.2, "maximum": 0.4}, 0.4),
    ({"type": "boolean"}, True),
    ({"type": "null"}, None),
    ({"type": ["null", "integer"]}, 1),
    ({"enum": ["red", "green"]}, "red"),
    ({"const": {"a": [1]}}, {"a": [1]}),
    ({"type": "integer", "default": 9}, 9),
    ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
    ({"oneOf": [{"type": "integer", "maximum": 0}, {"type": "string"}]}, 0),
    ({"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}}}]}, {"a": 1}),
    ({"type": "array", "items": {"type": "integer"}}, [1]),
    ({"type": "array", "maxItems": 0}, []),
    (
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        [1, 2, 3],
    ),
    ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2}, ["a", "b"]),
    ({"prefixItems": [{"const": 1}, {"const": "b"}], "items": False}, [1, "b"]),
    ({"type": "object"}, {}),
    ({"type": "object", "minProperties": 1}, {"key1": "key1"}),
    (
        {"properties": {"tags": {"items": {"type": "string"}}, "x": {}}, "required": ["tags"]},
        {"tags": ["tag"]},
    ),
]


@pytest.mark.parametrize(("schema", "value"), SCHEMAS)
def test_a_small_value_fits_its_schema(schema: object, value: object) -> None:
    """The first of its choices, and what is required."""
    assert instance_of(schema) == value


@pytest.mark.parametrize("schema", [*(schema for schema, _ in SCHEMAS), RECURSIVE])
def test_a_validator_agrees(schema: object) -> None:
    """Judged by another's reading of the standard."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(instance_of(schema))


def test_a_schema_without_an_end_has_an_answer() -> None:
    """No value fits what must hold itself twice; the maker gives up, and soon."""
    node: dict[str, object] = {"required": ["a", "b"]}
    node["properties"] = {"a": {"$ref": "#"}, "b": {"$ref": "#"}}
    assert isinstance(instance_of(node), dict)
    assert instance_of({"$ref": "#"}) == "text"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^abc$", "abc"),
        ("a|b", "a"),
        ("(a|b)+c?", "a"),
        (r"^\d{3,}-\w+@x\.com$", "000-a@x.com"),
        ("^[^a]$", "A"),
        (r"^[\]x]{2}$", "]]"),
        (r"(?:ab){2}", "abab"),
        (r"(?P<year>\d{4})", "0000"),
        (r"\x41B", "AB"),
        (r"^(?=a)b", None),
        (r"(a)\1", None),
        ("(", None),
        ("[", None),
        (r"^\p{L}$", None),
        ("a{100000}", None),
    ],
)
def test_a_text_for_a_pattern(pattern: str, text: str | None) -> None:
    """The shortest of the plain ones; None for what is beyond it."""
    assert text_matching(pattern) == text

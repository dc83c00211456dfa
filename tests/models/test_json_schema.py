"""`schema_of`: the JSON Schema of every kind of type."""

from __future__ import annotations

import enum
import subprocess
import sys
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, Optional, TypeVar
from uuid import UUID

import jsonschema
import pydantic
import pytest
from attrs import frozen

from llmkit._json import JsonObject
from llmkit._models.class_fields import fields_of
from llmkit._models.json_schema import schema_of
from llmkit.errors import InvalidRequestError

from . import kinds

DECIMAL = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"

T = TypeVar("T")
B = TypeVar("B", bound=int)
C = TypeVar("C", int, str)

STRING, INTEGER, NUMBER, NULL = ({"type": name} for name in ("string", "integer", "number", "null"))


@pytest.mark.parametrize(
    ("target", "schema"),
    [
        (str, STRING),
        (int, INTEGER),
        (float, NUMBER),
        (bool, {"type": "boolean"}),
        (None, NULL),
        (type(None), NULL),
        (Any, {}),
        (object, {}),
        (datetime, {"type": "string", "format": "date-time"}),
        (date, {"type": "string", "format": "date"}),
        (time, {"type": "string", "format": "time"}),
        (UUID, {"type": "string", "format": "uuid"}),
        (Decimal, {"type": "string", "format": "decimal", "pattern": DECIMAL}),
        (list, {"type": "array"}),
        (tuple, {"type": "array"}),
        (list[int], {"type": "array", "items": INTEGER}),
        (tuple[int, ...], {"type": "array", "items": INTEGER}),
        (set[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
        (frozenset[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
        (AbstractSet[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
        (tuple[()], {"type": "array", "minItems": 0, "maxItems": 0}),
        (tuple[int, int], {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2}),
        (
            tuple[int, str],
            {"type": "array", "prefixItems": [INTEGER, STRING], "minItems": 2, "maxItems": 2},
        ),
        (dict, {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": INTEGER}),
        (
            Mapping[str, list[int]],
            {"type": "object", "additionalProperties": {"type": "array", "items": INTEGER}},
        ),
        (int | None, {"anyOf": [INTEGER, NULL]}),
        (Optional[int], {"anyOf": [INTEGER, NULL]}),  # noqa: UP045  # the old form
        (int | str | list[int], {"anyOf": [INTEGER, STRING, {"type": "array", "items": INTEGER}]}),
        (Annotated[int, "how many"], INTEGER | {"description": "how many"}),
        (
            Annotated[int, pydantic.Field(description="how many")],
            INTEGER | {"description": "how many"},
        ),
        (Annotated[int, []], INTEGER),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1], {"type": "integer", "enum": [1]}),
        (
            Literal["a", None, True],
            {"anyOf": [STRING | {"enum": ["a"]}, NULL, {"type": "boolean", "enum": [True]}]},
        ),
        (Literal[kinds.Sky.CLEAR], {"type": "string", "enum": ["clear"]}),
        (
            kinds.Sky,
            {
                "type": "string",
                "enum": ["clear", "cloudy"],
                "description": "How it looks up there.",
            },
        ),
        (kinds.Level, {"type": "integer", "enum": [1, 2]}),
        (kinds.Metres, NUMBER),
        (kinds.Heights, {"type": "array", "items": NUMBER}),
        (
            kinds.Pair[int],
            {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2},
        ),
        (T, {}),
        (B, INTEGER),
        (C, {"anyOf": [INTEGER, STRING]}),
    ],
    ids=str,
)
def test_built_in(target: object, schema: JsonObject) -> None:
    """Built-in types and forms of `typing` have the plain schema that they say."""
    assert schema_of(target) == schema


def test_class() -> None:
    """A class is a closed object: fields in order, defaults not required, docstrings said."""
    schema: Any = schema_of(kinds.Day)
    assert schema == {
        "description": "One day.\n\nMore of it.",
        "type": "object",
        "properties": {
            "low": NUMBER | {"description": "the coldest, in degrees Celsius."},
            "high": NUMBER,
            "sky": {
                "type": "string",
                "enum": ["clear", "cloudy"],
                "description": "How it looks up there.",
                "default": "clear",
            },
            "note": {"anyOf": [STRING, NULL], "default": None},
        },
        "required": ["low", "high"],
        "additionalProperties": False,
    }
    assert list(schema["properties"]) == ["low", "high", "sky", "note"]


def test_class_in_class() -> None:
    """A class inside another stands in `$defs`; with words of its own, it is written out."""
    schema = schema_of(kinds.Weather)
    day = schema_of(kinds.Day)
    assert schema["properties"] == {
        "city": STRING | {"description": "the city's name"},
        "days": {"type": "array", "items": {"$ref": "#/$defs/Day"}},
        "first": {
            "anyOf": [{"$ref": "#/$defs/Day"}, NULL],
            "description": "the first day",
            "default": None,
        },
    }
    assert schema["$defs"] == {"Day": day}
    described = schema_of(Annotated[kinds.Day, "today"])
    assert described == {**day, "description": "today"}


def test_recursive() -> None:
    """The root is an object even where it refers to itself: providers want one there."""
    schema = schema_of(kinds.Tree)
    body = {
        "description": "A tree.",
        "type": "object",
        "properties": {
            "name": STRING,
            "branches": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    branches: Any = body["properties"]["branches"]  # type: ignore[index]
    assert schema["type"] == "object"
    found: Any = schema
    assert found["$defs"]["Tree"] == {key: found[key] for key in found if key != "$defs"}
    assert found["properties"]["branches"].items() >= branches.items()


def test_generic() -> None:
    """A generic class with its types filled in has their schemas; two of them two names."""
    assert schema_of(kinds.Box[int])["properties"] == {
        "value": INTEGER,
        "spare": {"type": "array", "items": INTEGER},
    }
    assert schema_of(kinds.Box)["properties"] == {
        "value": {},
        "spare": {"type": "array", "items": {}},
    }
    assert schema_of(kinds.IntBox)["properties"] == schema_of(kinds.Box[int])["properties"]
    assert set(schema_of(tuple[kinds.Box[int], kinds.Box[str]])["$defs"]) == {  # type: ignore[arg-type]
        "Box_int",
        "Box_str",
    }
    assert schema_of(kinds.Point[float])["properties"] == {
        "x": NUMBER,
        "y": NUMBER,
        "label": {"type": "string", "description": "what it is", "default": ""},
    }


def test_typed_dict() -> None:
    """Of a TypedDict, `Required`, `NotRequired` and `total` say what must be there."""
    song = schema_of(kinds.Song)
    assert (song["required"], song["description"]) == (["title"], "A song.")
    assert schema_of(kinds.Notes) == {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "what it says"},
            "pinned": {"type": "boolean"},
        },
        "required": ["text"],
        "additionalProperties": False,
    }


def test_named_tuple() -> None:
    """A named tuple is an object: its names say what a model must give."""
    schema = schema_of(kinds.Span)
    assert schema["type"] == "object"
    assert schema["required"] == ["start"]
    assert "description" not in schema


def test_alias() -> None:
    """A field is called what the class's own constructor calls it."""
    schema: Any = schema_of(kinds.Renamed)
    assert list(schema["properties"]) == ["origin", "secret"]


def test_two_classes_of_one_name() -> None:
    """Different classes of the same name are kept apart."""

    @frozen
    class Day:
        number: int

    schema = schema_of(tuple[Day, kinds.Day])
    assert set(schema["$defs"]) == {"Day", "Day_2"}  # type: ignore[arg-type]


def test_class_inside_a_function() -> None:
    """A class defined inside a function can name itself."""

    @dataclass
    class Node:
        next: Node | None = None

    assert schema_of(Node)["properties"] == {
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, NULL], "default": None}
    }


@pytest.mark.parametrize("target", [kinds.City, kinds.Country, kinds.Trip])
def test_pydantic(target: type) -> None:
    """A pydantic model has pydantic's own schema, closed; inside another class, too."""
    schema: Any = schema_of(target)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    jsonschema.Draft202012Validator.check_schema(schema)
    names = {"City": "name", "Country": "cities", "Trip": "to"}
    assert names[target.__name__] in schema["properties"]
    for body in schema.get("$defs", {}).values():
        assert body["additionalProperties"] is False


def test_pydantic_own_names_are_kept_apart() -> None:
    """A definition of pydantic's gives way to one of the same name."""

    @frozen
    class City:
        country: kinds.Country

    schema: Any = schema_of(tuple[City, kinds.City])
    assert set(schema["$defs"]) == {"City", "City_2", "City_3", "Country"}


class NoSchema(pydantic.BaseModel):
    call: Callable[[int], int]


class Bits(enum.Enum):
    ONE = b"1"


@frozen
class Unread:
    value: NotThere  # type: ignore[name-defined]  # noqa: F821


@frozen
class Deep:
    rows: list[dict[str, tuple[int, bytes]]]


class Plain:
    def __init__(self, value: int) -> None:
        self.value = value


class Untyped(NamedTuple("Untyped", [("a", bytes)])):
    pass


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (bytes, "bytes has no JSON form"),
        (complex, "complex has no JSON form"),
        (Plain, "Plain has no JSON form"),
        (Callable[[int], int], "has no JSON form"),
        (3, "3 has no JSON form"),
        ("Weather", "has no JSON form"),
        (type[int], "has no JSON form"),
        (dict[int, str], "int cannot be a key"),
        (list[bytes], "list[bytes][]: bytes has no JSON form"),
        (Deep, "Deep.rows[][][1]: bytes has no JSON form"),
        (Literal[b"x"], "b'x' has no JSON form"),
        (Bits, "b'1'> has no JSON form"),
        (Untyped, "Untyped.a: bytes has no JSON form"),
        (Unread, "name 'NotThere' is not defined"),
        (NoSchema, "pydantic gives no schema for NoSchema"),
    ],
    ids=str,
)
def test_no_json_form(target: object, told: str) -> None:
    """A type without a JSON form is refused, and the error says which and where."""
    with pytest.raises(InvalidRequestError) as caught:
        schema_of(target)
    assert caught.value.field == "response_format"
    assert told in str(caught.value)


@pytest.mark.parametrize("target", [int, list[int], Plain, 3, None])
def test_no_fields(target: object) -> None:
    """What is no class of a known kind has no fields."""
    assert fields_of(target) is None


def test_pydantic_is_not_loaded() -> None:
    """Schemas of other classes, and parsing to them, do without pydantic."""
    code = (
        "import sys; from attrs import frozen\n"
        "from llmkit._models.json_schema import schema_of\n"
        "from llmkit._models.structure import structured\n"
        "@frozen\nclass A:\n    x: int\n"
        "schema_of(A); structured({'x': 1}, A)\n"
        "assert 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_requests_load_no_parser() -> None:
    """A request without types or functions loads neither cattrs nor what reads signatures."""
    code = (
        "import sys; from llmkit._models import request, response, options, accumulate\n"
        "for name in ('cattrs', 'pydantic', 'genai_prices', 'llmkit._models.json_schema',\n"
        "             'llmkit._models.function_tools', 'llmkit._models.validate_json'):\n"
        "    assert name not in sys.modules, name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

"""`response.parse()`: from an answer's text to a value, or to a reason why not."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
import pytest
from attrs import frozen

from llmkit._json import JsonObject
from llmkit._models.json_schema import schema_of
from llmkit._models.response import ChatCompletionResponse, FinishReason
from llmkit._models.response_format import ResponseFormat
from llmkit._models.tools import ToolCall
from llmkit.errors import InvalidRequestError, ResponseParseError

from . import kinds
from .answers import answer, parsed

DAY = {"low": 1, "high": 2.5}
UUID_TEXT = "12345678-1234-5678-1234-567812345678"


@pytest.mark.parametrize(
    ("value", "target", "result"),
    [
        ("a", str, "a"),
        (3, int, 3),
        (3.0, int, 3),
        (3, float, 3.0),
        (True, bool, True),
        (None, type(None), None),
        (None, int | None, None),
        (3, int | None, 3),
        ({"a": [None]}, Any, {"a": [None]}),
        ([1], object, [1]),
        ([1, 2], list[int], [1, 2]),
        ([1, 2], list[float], [1.0, 2.0]),
        ([1, 2], tuple[int, ...], (1, 2)),
        ([1, "a"], tuple[int, str], (1, "a")),
        ([1, 2], set[int], {1, 2}),
        ([1, 2], frozenset[int], frozenset({1, 2})),
        ({"a": [1]}, dict[str, list[int]], {"a": [1]}),
        ({"a": DAY}, Mapping[str, kinds.Day], {"a": kinds.Day(1, 2.5)}),
        ([], list, []),
        ({"a": 1}, dict, {"a": 1}),
        ("clear", kinds.Sky, kinds.Sky.CLEAR),
        (2, kinds.Level, kinds.Level.HIGH),
        ("a", Literal["a", "b"], "a"),
        (1, Literal[True, 1], 1),
        ("clear", Literal[kinds.Sky.CLEAR], kinds.Sky.CLEAR),
        (2.5, kinds.Metres, 2.5),
        ([2], kinds.Heights, [2.0]),
        ({"a": [2]}, dict[str, kinds.Heights], {"a": [2.0]}),
        ([1, 2], kinds.Pair[float], (1.0, 2.0)),
        (DAY, kinds.Day, kinds.Day(1.0, 2.5)),
        (DAY, Annotated[kinds.Day, ["unhashable"]], kinds.Day(1.0, 2.5)),
        (DAY | {"sky": "cloudy", "note": None}, kinds.Day, kinds.Day(1, 2.5, kinds.Sky.CLOUDY)),
        (
            {"city": "Paris", "days": [DAY], "first": DAY},
            kinds.Weather,
            kinds.Weather("Paris", [kinds.Day(1, 2.5)], kinds.Day(1, 2.5)),
        ),
        (
            {"name": "a", "branches": [{"name": "b", "branches": []}]},
            kinds.Tree,
            kinds.Tree("a", (kinds.Tree("b"),)),
        ),
        ({"value": 1, "spare": [2]}, kinds.Box[int], kinds.Box(1, [2])),
        ({"value": DAY}, kinds.Box[kinds.Day], kinds.Box(kinds.Day(1, 2.5))),
        ({"value": 1}, kinds.IntBox, kinds.IntBox(1)),
        ({"value": "any"}, kinds.Box, kinds.Box("any")),
        ({"x": 1, "y": 2}, kinds.Point[float], kinds.Point(1.0, 2.0)),
        ({"items": [1]}, kinds.Marked, kinds.Marked([1])),
        ({"items": [1], "one": 2}, kinds.Marked, kinds.Marked([1], 2)),
        ([DAY], list[Annotated[kinds.Day, ["unhashable"]]], [kinds.Day(1.0, 2.5)]),
        ({"title": "a"}, kinds.Song, {"title": "a"}),
        ({"title": "a", "year": 1999}, kinds.Song, {"title": "a", "year": 1999}),
        ({"text": "a"}, kinds.Notes, {"text": "a"}),
        ({"text": "a"}, Annotated[kinds.Notes, "words"], {"text": "a"}),
        ({"start": "2026-05-01"}, kinds.Span, kinds.Span(date(2026, 5, 1))),
        ({"origin": "a", "secret": 3}, kinds.Renamed, kinds.Renamed("a", 3)),
        ({"amount": 1}, kinds.Positive, kinds.Positive(1)),
        ({"name": "Paris"}, kinds.City, kinds.City(name="Paris")),
        (
            {"to": {"name": "Paris"}, "via": [{"cities": []}]},
            kinds.Trip,
            kinds.Trip(kinds.City(name="Paris"), [kinds.Country(cities=[])]),
        ),
        ([{"name": "Paris"}], list[kinds.City], [kinds.City(name="Paris")]),
        (
            {
                "at": "2026-05-01T12:00:00Z",
                "on": "2026-05-01",
                "clock": "12:30",
                "id": UUID_TEXT,
                "price": "9.90",
                "mixed": "2026-05-01",
            },
            kinds.Moments,
            kinds.Moments(
                datetime(2026, 5, 1, 12, tzinfo=UTC),
                date(2026, 5, 1),
                time(12, 30),
                UUID(UUID_TEXT),
                Decimal("9.90"),
                date(2026, 5, 1),
            ),
        ),
        (
            {
                "anything": [1],
                "thing": {"a": None},
                "mapping": {"a": 1},
                "sequence": [1],
                "bare": {"a": 1},
                "word": 1,
            },
            kinds.Loose,
            kinds.Loose([1], {"a": None}, {"a": 1}, (1,), {"a": 1}, 1),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_parsed(value: object, target: object, result: object) -> None:
    """JSON that fits a type becomes a value of it."""
    found = parsed(value, target)
    if isinstance(found, kinds.Loose):  # cattrs' sequences are lists or tuples, by its version
        found = attrs.evolve(found, sequence=tuple(found.sequence))
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("value", "target", "result"),
    [
        (1, int | float, 1),
        (1, float | int, 1),
        (1.5, int | float, 1.5),
        (True, int | bool, True),
        ("2026-05-01", str | date, date(2026, 5, 1)),
        ("2026-05-01", str | datetime | date, date(2026, 5, 1)),
        ("2026-05-01T00:00", str | datetime | date, datetime(2026, 5, 1)),
        ("soon", date | str, "soon"),
        ("clear", str | kinds.Sky, kinds.Sky.CLEAR),
        ("b", str | Literal["a"], "b"),
        (UUID_TEXT, str | UUID, UUID(UUID_TEXT)),
        ({"name": "a"}, kinds.Dog | kinds.Cat, kinds.Cat("a")),
        ({"name": "a", "tricks": []}, kinds.Cat | kinds.Dog, kinds.Dog("a", [])),
        ({"name": "a", "age": 3}, kinds.Cat | dict[str, object], {"name": "a", "age": 3}),
        ({"name": "a"}, dict[str, str] | kinds.Cat, kinds.Cat("a")),
        ({"amount": -1}, kinds.Positive | dict[str, int], {"amount": -1}),
        ([1, "a"], list[int] | list[int | str], [1, "a"]),
        ([{"name": "a"}, None], list[kinds.Cat | None], [kinds.Cat("a"), None]),
        ({"name": "a"}, kinds.City | kinds.Dog, kinds.City(name="a")),
    ],
    ids=str,
)
def test_union(value: object, target: object, result: object) -> None:
    """Of a union, what says most of the JSON is made: the narrowest type that it fits."""
    found = parsed(value, target)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("value", "target", "told"),
    [
        ("3", int, '$: must be an integer, not "3"'),
        (3.5, int, "$: must be an integer, not 3.5"),
        (True, int, "$: must be an integer, not true"),
        (True, float, "$: must be a number, not true"),
        (1, bool, "$: must be a boolean, not 1"),
        (1, str, "$: must be a string, not 1"),
        (None, str, "$: must be a string, not null"),
        ("abc", list[str], '$: must be an array, not "abc"'),
        ({}, list[str], "$: must be an array, not {}"),
        ([1, "2"], list[int], '$[1]: must be an integer, not "2"'),
        ([1], tuple[int, int], "$: must have at least 2 items, not 1"),
        ({"a": {"b": "x"}}, dict[str, dict[str, int]], '$.a.b: must be an integer, not "x"'),
        ({"a b": "x"}, dict[str, int], '$["a b"]: must be an integer, not "x"'),
        ("dusk", kinds.Sky, '$: must be one of "clear", "cloudy", not "dusk"'),
        (True, Literal[1], "$: must be an integer, not true"),
        ("x", int | None, '$: must be an integer or null, not "x"'),
        ({}, kinds.Day, "$.low: is missing"),
        (DAY | {"wind": 3}, kinds.Day, "$.wind: is not a known field"),
        ({"city": "a", "days": [DAY, {"low": "x"}]}, kinds.Weather, "$.days[1].low: must be"),
        ({"origin": "a", "_secret": 3}, kinds.Renamed, "$._secret: is not a known field"),
        ({"year": 1}, kinds.Song, "$.title: is missing"),
        ({"title": "a", "x": 1}, kinds.Song, "$.x: is not a known field"),
        (["2026-05-01"], kinds.Span, "$: must be an object"),
        ("2026-05-01", datetime, "$: must be text in the form of a date-time"),
        ("soon", date, "$: must be text in the form of a date"),
        ("NaN", Decimal, "$: must be text in the form of a decimal"),
        (1.5, Decimal, "$: must be a string"),
        ("1234", UUID, "$: must be text in the form of a uuid"),
        ({"amount": -1}, kinds.Positive, "$: 'amount' must be > 0: -1"),
        ([{"amount": -1}], list[kinds.Positive], "$[0]: 'amount' must be > 0: -1"),
        ({"people": 1}, kinds.City, "$.name: Field required"),
        ({"cities": [{}]}, kinds.Country, "$.cities[0].name: Field required"),
        ({"to": {}}, kinds.Trip, "$.to.name: is missing"),
        ({"name": "a"}, kinds.Dog | kinds.Positive, "$.tricks: is missing"),
        (10**400, float, "$: "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_misfit(value: object, target: object, told: str) -> None:
    """JSON that does not fit is refused strictly, and the error says where and why."""
    with pytest.raises(ResponseParseError) as caught:
        parsed(value, target)
    error = caught.value
    assert error.reason == "type"
    assert told in str(error)
    assert (error.provider, error.model) == ("p", "m")
    assert error.response is not None
    assert error.text == error.response.content


@pytest.mark.parametrize(
    ("value", "target", "result"),
    [
        (DAY | {"sky": None, "note": None}, kinds.Day, kinds.Day(1, 2.5)),
        ({"city": "a", "days": None, "first": None}, kinds.Weather, kinds.Weather("a")),
        (
            {"city": "a", "days": [DAY | {"sky": None}]},
            kinds.Weather,
            kinds.Weather("a", [kinds.Day(1, 2.5)]),
        ),
        ({"title": "a", "year": None}, kinds.Song, {"title": "a"}),
        ([1, {"name": "a", "lives": None}], list[int | kinds.Cat], [1, kinds.Cat("a")]),
        (
            {"name": "a", "branches": [{"name": "b", "branches": None}]},
            kinds.Tree,
            kinds.Tree("a", (kinds.Tree("b"),)),
        ),
        ([1, {"name": "a", "lives": None}], tuple[int, kinds.Cat], (1, kinds.Cat("a"))),
        ({"name": "Paris", "people": None}, kinds.City, kinds.City(name="Paris")),
        (
            {"to": {"name": "Paris", "people": None}, "via": None},
            kinds.Trip,
            kinds.Trip(kinds.City(name="Paris")),
        ),
    ],
    ids=str,
)
def test_null_for_left_out(value: object, target: object, result: object) -> None:
    """A null where a field may be left out, and may not be null, leaves it to its default.

    Wires on which every property must be there tell a model to leave one out that way.
    """
    assert parsed(value, target) == result


def test_null_for_left_out_of_a_schema() -> None:
    """The same holds for a schema; a property that must be there must be something."""
    schema: JsonObject = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "m": {"type": ["integer", "null"]}},
    }
    asked: ResponseFormat[object] = ResponseFormat.json_schema(schema)
    assert answer('{"n": null, "m": null}', asked).parse() == {"m": None}
    needed: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA)
    with pytest.raises(ResponseParseError, match=r"\$\.n: must be an integer, not null"):
        answer('{"n": null}', needed).parse()


def test_local_classes() -> None:
    """A class defined inside a function is made, even where it names itself."""

    @dataclass
    class Node:
        next: Node | None = None

    @frozen
    class Leaf:
        value: int
        twin: Leaf | None = None

    assert parsed({"next": {"next": None}}, Node) == Node(Node())
    assert parsed({"value": 1, "twin": {"value": 2}}, Leaf) == Leaf(1, Leaf(2))


SCHEMA: JsonObject = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ('{"n": 1}', None, {"n": 1}),
        ("[1]", None, [1]),
        ("3", ResponseFormat("text"), 3),
        ('{"n": 1}', ResponseFormat("json_object"), {"n": 1}),
        ('{"n": 1, "m": 2}', ResponseFormat.json_schema(SCHEMA), {"n": 1, "m": 2}),
        ('{"low": 1, "high": 2}', ResponseFormat.json_schema(kinds.Day), kinds.Day(1, 2)),
        (
            "123456789012345678901234567890",
            ResponseFormat.json_schema(int),
            123456789012345678901234567890,
        ),
    ],
)
def test_what_was_asked(text: str, asked: ResponseFormat[object] | None, value: object) -> None:
    """Without a type, `parse` makes what the request asked for: its type, or plain JSON."""
    assert answer(text, asked).parse() == value


def test_another_type() -> None:
    """A type given to `parse` stands above the request's."""
    asked: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA)
    assert answer('{"n": 1}', asked).parse(dict[str, int]) == {"n": 1}
    assert answer('{"low": 1, "high": 2}', asked).parse(kinds.Day) == kinds.Day(1, 2)


def test_against_the_schema() -> None:
    """Plain JSON is held to the schema that was asked for, keyword for keyword."""
    with pytest.raises(ResponseParseError, match=r"\$\.n: must be an integer"):
        answer('{"n": "1"}', ResponseFormat.json_schema(SCHEMA)).parse()
    with pytest.raises(ResponseParseError, match=r"must be an object, not \[\]"):
        answer("[]", ResponseFormat("json_object")).parse()


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"n": 1}\n```',
        '```\n{"n": 1}\n```',
        '```JSON\r\n{"n": 1}\r\n```\r\n',
        ' \n{"n": 1}\n ',
        'Here it is:\n\n```json\n{"n": 1}\n```\nAnything else?',
        '```json\n{"n": 1}',
    ],
)
def test_fence(text: str) -> None:
    """A Markdown fence around the JSON, and words around the fence, are passed over."""
    assert answer(text, ResponseFormat.json_schema(SCHEMA)).parse() == {"n": 1}


def test_fence_inside_a_string() -> None:
    """A fence in one of the JSON's own strings ends nothing."""
    text = json.dumps({"code": "```json\n{}\n```"}, indent=1)
    assert answer(text).parse() == {"code": "```json\n{}\n```"}
    assert answer(f"```json\n{text}\n```").parse() == {"code": "```json\n{}\n```"}


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (ChatCompletionResponse(), "empty"),
        (answer(None), "empty"),
        (answer(" \n"), "empty"),
        (answer(None, tool_calls=[ToolCall("1", "f")]), "empty"),
        (answer(None, refusal="No."), "refusal"),
        (answer('{"n": 1}', refusal="No."), "refusal"),
        (answer('{"n": 1}', finish=FinishReason.CONTENT_FILTER), "content_filter"),
        (answer(None, finish=FinishReason.CONTENT_FILTER), "content_filter"),
        (answer(None, finish=FinishReason.LENGTH), "length"),
        (answer('{"n": ', finish=FinishReason.LENGTH), "length"),
        (answer('{"n": ', finish=FinishReason.MODEL_LENGTH), "length"),
        (answer('```json\n{"n": ', finish=FinishReason.LENGTH), "length"),
        (answer("{}", ResponseFormat.json_schema(SCHEMA), FinishReason.LENGTH), "length"),
        (answer('{"n": '), "json"),
        (answer("The answer is 1."), "json"),
        (answer("NaN"), "json"),
        (answer('{"n": Infinity}'), "json"),
        (answer("1e999"), "json"),
        (answer("{'n': 1}"), "json"),
        (answer("[" * 100000), "json"),
        (answer("{}", ResponseFormat.json_schema(SCHEMA)), "type"),
    ],
)
def test_reason(response: ChatCompletionResponse[Any], reason: str) -> None:
    """An error says which of the six ways an answer failed, and keeps text and response."""
    with pytest.raises(ResponseParseError) as caught:
        response.parse()
    assert caught.value.reason == reason
    assert caught.value.response is response
    assert caught.value.text == ("No." if reason == "refusal" else response.content)
    assert pickle.loads(pickle.dumps(caught.value)).reason == reason


def test_cut_off_and_whole() -> None:
    """An answer that was cut off and is whole all the same is taken."""
    asked: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA)
    assert answer('{"n": 1}', asked, FinishReason.LENGTH).parse() == {"n": 1}


def test_constants_in_strings() -> None:
    """NaN and Infinity in a string are text like another."""
    assert answer('["NaN", "Infinity"]').parse() == ["NaN", "Infinity"]


@pytest.mark.parametrize("target", [bytes, list[bytes], 3, "kinds.Day"])
def test_no_such_type(target: Any) -> None:
    """A type without a JSON form is the caller's mistake, not the answer's."""
    with pytest.raises(InvalidRequestError) as caught:
        answer("3").parse(target)
    assert caught.value.field == "target"


def test_schema_that_refers_out_of_itself() -> None:
    """Nothing is fetched: a reference to elsewhere is the schema's mistake."""
    asked: ResponseFormat[object] = ResponseFormat.json_schema(
        {"$ref": "https://example.com/schema"}
    )
    with pytest.raises(InvalidRequestError) as caught:
        answer("3", asked).parse()
    assert caught.value.field == "response_format.schema"


def test_nested_too_deeply() -> None:
    """JSON deeper than a recursive type can be followed is a misfit, not a crash."""
    deep = '{"name":"a","branches":[' * 900 + "]}" * 900
    with pytest.raises(ResponseParseError):
        answer(deep).parse(kinds.Tree)
    asked: ResponseFormat[object] = ResponseFormat.json_schema(schema_of(kinds.Tree))
    with pytest.raises(ResponseParseError):
        answer(deep, asked).parse()

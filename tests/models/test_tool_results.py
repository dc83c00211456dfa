"""What a tool gives, as the model is told it."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

import attrs
import pydantic
import pytest
from attrs import frozen

from llmkit import ImagePart, InvalidRequestError, ReasoningPart, TextPart, ToolCall, ToolResult
from llmkit._models.json_form import json_form
from llmkit._models.structure import structured
from llmkit._models.tool_results import content_of, raised, returned

CALL = ToolCall("c0", "work")


class Sky(enum.Enum):
    """How it looks."""

    CLEAR = "clear"


class Level(enum.IntEnum):
    """How much."""

    HIGH = 2


@frozen
class Place:
    """Somewhere."""

    name: str
    _height: float = 1.5
    sky: Sky = Sky.CLEAR


@dataclass
class Trip:
    """A way."""

    places: list[Place]
    when: datetime
    marks: set[int] = field(default_factory=set)


class Row(TypedDict):
    """A row."""

    place: Place
    level: Level


class Point(NamedTuple):
    """A point."""

    x: int
    y: Decimal


class Model(pydantic.BaseModel):
    """A model."""

    name: str = pydantic.Field(alias="theName")
    when: date


INSTANT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
VALUES: list[tuple[Any, Any]] = [
    (Place, Place("Oslo", 2.5)),
    (Trip, Trip([Place("Oslo")], INSTANT, {1, 2})),
    (Row, {"place": Place("Oslo"), "level": Level.HIGH}),
    (Point, Point(1, Decimal("2.50"))),
    (Model, Model(theName="x", when=date(2026, 1, 1))),
    (list[Model], [Model(theName="x", when=date(2026, 1, 1))]),
    (dict[str, Point], {"a": Point(1, Decimal(2))}),
    (tuple[date, time, UUID], (date(2026, 1, 1), time(3, 4), UUID(int=7))),
    (bool | None, None),
    (Sky, Sky.CLEAR),
    (Level, Level.HIGH),
    (float, 1.5),
    (int, 2**70),
    (str, "\N{SNOWMAN}"),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[str(kind) for kind, _ in VALUES])
def test_a_value_is_written_as_its_schema_says(kind: Any, value: Any) -> None:
    """The same names and forms: what is written can be read as the same type again."""
    form = json_form(value)
    assert structured(json.loads(json.dumps(form)), kind) == value


def test_keys_become_text() -> None:
    """Those that say something in JSON."""
    keys: dict[object, int] = {1: 1, Sky.CLEAR: 2, date(2026, 1, 1): 3, Level.HIGH: 4}
    assert json_form(keys) == {"1": 1, "clear": 2, "2026-01-01": 3, "2": 4}


def _endless() -> object:
    value: list[object] = []
    value += [value, value]
    return value


def _deep() -> object:
    value: object = 1
    for _ in range(10_000):
        value = [value]
    return value


class Unsayable:
    """It has no form."""


@attrs.define
class Untold:
    """Its fields have no form."""

    inner: object


@pytest.mark.parametrize(
    "make",
    [
        *(Unsayable, _endless, _deep, lambda: Untold(Unsayable()), lambda: b"bytes"),
        *(lambda: float("nan"), lambda: {(1, 2): 3}, lambda: {None: 1}, lambda: iter([1])),
        *(lambda: {"a": b"bytes"}, lambda: Model.model_construct(theName=object())),
        *(lambda: ReasoningPart("Hm"), lambda: [TextPart("a"), [ImagePart(url="https://x/a.png")]]),
    ],
)
def test_what_has_no_form_is_told_as_an_error(make: Callable[[], object]) -> None:
    """The model learns that the call was made and that nothing can be said of it."""
    value = make()
    result = returned(CALL, value, timedelta(seconds=1))
    assert result.is_error
    assert result.outcome == "unsendable"
    assert result.value is value
    assert isinstance(result.error, TypeError)
    assert f"the tool returned {type(value).__name__}, which cannot be sent" in (
        result.content or ""
    )


def test_text_is_told_as_it_is() -> None:
    """Not as JSON; what is half a character is mended, and nothing is "null"."""
    assert content_of("a\n") == "a\n"
    assert content_of("") == ""
    assert content_of("\ud83d") == "\ufffd"
    assert content_of(Sky.CLEAR) == "clear"
    assert content_of(None) == "null"
    assert content_of([]) == "[]"
    assert content_of(True) == "true"
    assert content_of({"a": "é"}) == '{"a":"é"}'


def test_parts_are_told_as_parts() -> None:
    """One, or a list of them with texts between; other values there are JSON."""
    image = ImagePart(data=b"\x89PNG\r\n\x1a\n")
    assert returned(CALL, image, timedelta()).message.parts == (image,)
    message = returned(CALL, [TextPart("a"), image, "b", {"c": 1}], timedelta()).message
    assert message.parts == (TextPart("a"), image, TextPart("b"), TextPart('{"c":1}'))


def test_an_exception_without_a_text_is_told_by_its_name() -> None:
    """Even where its own text cannot be had."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert raised(CALL, KeyError("a"), timedelta()).content == "KeyError: 'a'"
    assert (raised(CALL, MuteError(), timedelta()).content or "").startswith("MuteError: ")
    assert (raised(CALL, ValueError("\ud83d"), timedelta()).content or "").endswith("\ufffd")


def test_a_result_is_json_and_back() -> None:
    """What it was told as; a wrong form names its field."""
    result = raised(CALL, KeyError("a"), timedelta(seconds=1.5))
    assert ToolResult.from_dict(result.to_dict()) == result
    wrongs: dict[str, object] = {
        "outcome": "lost",
        "message": {"role": "user", "content": "a"},
        "call": 1,
        "duration": -1,
        "other": 1,
    }
    for name, wrong in wrongs.items():
        with pytest.raises(InvalidRequestError, match=f"result.{name}"):
            ToolResult.from_dict({**result.to_dict(), name: wrong})

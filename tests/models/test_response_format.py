"""`ResponseFormat`: the form that an answer shall have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from llmkit._models.response_format import ResponseFormat
from llmkit.errors import InvalidRequestError

from . import kinds

SCHEMA = {"title": "My schema!", "type": "object"}


def test_of_a_schema() -> None:
    """A schema's title is its name on the wire, as far as a wire takes it."""
    made: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA)
    assert (made.name, made.strict, made.target) == ("My_schema", True, None)
    assert made.schema == SCHEMA
    unnamed: ResponseFormat[object] = ResponseFormat.json_schema({})
    assert unnamed.name == "response"


def test_of_a_type() -> None:
    """A type gives its name and its schema, and is what `parse` makes."""
    made = ResponseFormat.json_schema(kinds.Day, description="a day", strict=None)
    assert (made.name, made.target, made.description) == ("Day", kinds.Day, "a day")
    assert made.schema is not None
    assert made.schema["required"] == ["low", "high"]


@pytest.mark.parametrize(
    "made",
    [
        ResponseFormat[object]("text"),
        ResponseFormat[object]("json_object"),
        ResponseFormat[object]("json_schema", schema=SCHEMA, name="a", strict=False),
        ResponseFormat[object]("json_schema", schema={}, description="d", strict=None),
    ],
)
def test_json_and_back(made: ResponseFormat[object]) -> None:
    """OpenAI's form says all of it but a Python type."""
    assert ResponseFormat.from_dict(made.to_dict()) == made
    assert ResponseFormat.of(made.to_dict()) == made
    assert ResponseFormat.of(made) is made


def test_of_any() -> None:
    """A type may stand for its format."""
    assert ResponseFormat.of(kinds.Day) == ResponseFormat.json_schema(kinds.Day)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: ResponseFormat("xml"), "response_format.type"),  # type: ignore[arg-type]
    (lambda: ResponseFormat("json_schema"), "response_format.schema"),
    (lambda: ResponseFormat("text", schema={}), "response_format.schema"),
    (lambda: ResponseFormat("text", name="a b"), "response_format.name"),
    (lambda: ResponseFormat("text", name=""), "response_format.name"),
    (lambda: ResponseFormat.json_schema({"a": {1}}), "response_format.schema.a"),
    (lambda: ResponseFormat.json_schema(bytes), "response_format"),
    (lambda: ResponseFormat.of("json"), "response_format"),
    (lambda: ResponseFormat.of({"type": "json_schema"}), "response_format.json_schema"),
]


@pytest.mark.parametrize(("make", "field"), REFUSED)
def test_refused(make: Callable[[], Any], field: str) -> None:
    """What is no format is refused, and the error names the place."""
    with pytest.raises(InvalidRequestError) as caught:
        make()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("inner", "field"),
    [
        ({"schema": 3}, "schema"),
        ({"schema": {}, "colour": 1}, "colour"),
        ({"schema": {}, "name": 3}, "name"),
        ({"schema": {}, "strict": "yes"}, "strict"),
    ],
)
def test_refused_form(inner: dict[str, object], field: str) -> None:
    """An error in OpenAI's form names the place in it."""
    with pytest.raises(InvalidRequestError) as caught:
        ResponseFormat.from_dict({"type": "json_schema", "json_schema": inner})
    assert caught.value.field == f"response_format.json_schema.{field}"

"""Tools, the choice among them, and calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from llmkit._models.parts import CacheControl
from llmkit._models.tools import EMPTY_PARAMETERS, Tool, ToolCall, ToolChoice
from llmkit.errors import InvalidRequestError, ToolArgumentsError

from .values import through_json, tool_calls, tools


@given(tools)
def test_tool_json_and_back(tool: Tool) -> None:
    """A tool survives JSON text whole."""
    assert Tool.from_dict(through_json(tool.to_dict())) == tool


@given(tool_calls)
def test_call_json_and_back(call: ToolCall) -> None:
    """A call survives JSON text whole, with broken arguments and seals."""
    assert ToolCall.from_dict(through_json(call.to_dict())) == call


def test_tool_from_its_function_alone() -> None:
    """The inner object of OpenAI's form is enough."""
    inner = {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True}
    expected = Tool("f", "d", {"type": "object"}, strict=True)
    assert Tool.from_dict(inner) == Tool.from_dict({"type": "function", "function": inner})
    assert Tool.from_dict(inner) == expected
    marked = {"type": "function", "function": {"name": "f"}, "cache_control": {"ttl": "1h"}}
    assert Tool.from_dict(marked).cache_control == CacheControl("1h")


def test_tool_that_takes_nothing() -> None:
    """A tool without parameters has an object schema without properties."""
    assert Tool("f").parameters == EMPTY_PARAMETERS
    assert Tool.from_dict({"name": "f", "parameters": None}) == Tool("f")


def test_parameters_are_a_copy() -> None:
    """What the caller does to a schema afterwards changes no tool."""
    schema: dict[str, object] = {"type": "object", "properties": {}}
    made = Tool("f", "", schema)
    schema["type"] = "string"
    assert made.parameters["type"] == "object"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "t.name"),
        ({"name": 3}, "t.name"),
        ({"type": "web_search"}, "t.type"),
        ({"function": 3}, "t.function"),
        ({"function": {"name": ""}}, "t.function.name"),
        ({"function": {"name": "f", "colour": 1}}, "t.function.colour"),
        ({"function": {"name": "f"}, "colour": 1}, "t.colour"),
        ({"function": {"name": "f", "description": 3}}, "t.function.description"),
        ({"function": {"name": "f", "parameters": []}}, "t.function.parameters"),
        ({"function": {"name": "f", "parameters": {"a": {1}}}}, "t.function.parameters.a"),
        ({"function": {"name": "f", "strict": "yes"}}, "t.function.strict"),
        ({"function": {"name": "f"}, "cache_control": 3}, "t.cache_control"),
    ],
)
def test_refused_tool(form: dict[str, object], field: str) -> None:
    """An error in a tool names the place."""
    with pytest.raises(InvalidRequestError) as caught:
        Tool.from_dict(form, field="t")
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        ("auto", ToolChoice.AUTO),
        ("none", ToolChoice.NONE),
        ("required", ToolChoice.REQUIRED),
        ("any", ToolChoice.REQUIRED),
        (ToolChoice.AUTO, ToolChoice.AUTO),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice.named("f")),
        ({"type": "tool", "name": "f"}, ToolChoice.named("f")),
    ],
)
def test_choice(given: object, choice: ToolChoice) -> None:
    """A choice may be given as a word, a value, or an object; its JSON is read again."""
    assert ToolChoice.of(given) == choice
    assert ToolChoice.of(choice.to_json()) == choice


@pytest.mark.parametrize("given", ["", "f", 3, None, {}, {"function": {"name": ""}}, ["auto"]])
def test_refused_choice(given: object) -> None:
    """What names neither a mode nor a tool is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        ToolChoice.of(given)
    assert caught.value.field == "tool_choice"


def test_choice_and_name_go_together() -> None:
    """A name without the mode, or the mode without a name, is no choice."""
    with pytest.raises(InvalidRequestError):
        ToolChoice("auto", "f")
    with pytest.raises(InvalidRequestError):
        ToolChoice("named")


@pytest.mark.parametrize(
    ("text", "arguments"),
    [("", {}), (" \n", {}), ("null", {}), ("{}", {}), ('{"a":[1]}', {"a": [1]})],
)
def test_arguments(text: str, arguments: dict[str, object]) -> None:
    """Arguments are parsed when read; nothing is none."""
    assert ToolCall("1", "f", text).arguments == arguments


@pytest.mark.parametrize("text", ['{"a":', "[1]", "3", '"x"', "{'a': 1}"])
def test_broken_arguments(text: str) -> None:
    """Arguments that are no JSON object raise when read, and the error keeps them."""
    with pytest.raises(ToolArgumentsError) as caught:
        _ = ToolCall("1", "f", text).arguments
    assert caught.value.text == text
    assert caught.value.reason == "json"
    assert "'f'" in str(caught.value)


def test_call_of_values() -> None:
    """A call may be made from its arguments as values."""
    assert ToolCall.of("f", {"a": "é"}, id="1") == ToolCall("1", "f", '{"a":"é"}')


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Tool(""), "tool.name"),
    (lambda: Tool(None), "tool.name"),  # type: ignore[arg-type]
    (lambda: Tool("f", strict="yes"), "tool.strict"),  # type: ignore[arg-type]
    (lambda: ToolCall("1", "f", {"a": 1}), "arguments_json"),  # type: ignore[arg-type]
    (lambda: ToolCall(1, "f"), "id"),  # type: ignore[arg-type]
    (lambda: ToolCall.of("f", {"a": float("nan")}, id="1"), "arguments.a"),
    (lambda: ToolCall.of("f", {"a": b"x"}, id="1"), "arguments.a"),
    (
        lambda: ToolCall.from_dict({"id": "1", "function": {"name": "f", "arguments": 3}}),
        "tool_call.function.arguments",
    ),
]


@pytest.mark.parametrize(("make", "field"), REFUSED)
def test_refused(make: Callable[[], object], field: str) -> None:
    """What cannot be right on any provider fails at once, and the error names the field."""
    with pytest.raises(InvalidRequestError) as caught:
        make()
    assert caught.value.field == field

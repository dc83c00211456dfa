"""Tools, the choice of them, and the form of the answer."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import InvalidRequestError, ResponseFormat, Tool, UnsupportedParameterError, UserMessage

from .building import BOTH, BUDGET, OLD, build

CITY: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
WEATHER = Tool("get_weather", "The weather.", CITY)
PING = Tool("ping")
SCHEMA: dict[str, Any] = {**CITY, "additionalProperties": False}
FORM: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA, name="city")
FORCELESS = "claude-opus-5-5"


def choice(**fields: Any) -> Any:
    """What is said of the choice of tools."""
    return build(tools=[WEATHER, PING], **fields).body.get("tool_choice")


def test_a_tool_is_a_name_and_a_schema_of_its_input() -> None:
    """The input is always an object; what is not given is not said."""
    body = build(tools=[WEATHER, PING, Tool("bare", parameters={"properties": {}})]).body
    assert body["tools"] == [
        {"name": "get_weather", "description": "The weather.", "input_schema": CITY},
        {"name": "ping", "input_schema": {"type": "object", "properties": {}}},
        {"name": "bare", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_the_choice_of_tools() -> None:
    """Required is "any" here; not in parallel is a mark on the choice, auto's if there is none."""
    assert choice() is None
    assert choice(tool_choice="auto") == {"type": "auto"}
    assert choice(tool_choice="none") == {"type": "none"}
    assert choice(tool_choice="required") == {"type": "any"}
    named = {"type": "function", "function": {"name": "ping"}}
    assert choice(tool_choice=named) == {"type": "tool", "name": "ping"}
    alone = {"disable_parallel_tool_use": True}
    assert choice(parallel_tool_calls=False) == {"type": "auto", **alone}
    assert choice(parallel_tool_calls=False, tool_choice="required") == {"type": "any", **alone}
    assert choice(parallel_tool_calls=False, tool_choice="none") == {"type": "none"}
    assert choice(parallel_tool_calls=True) is None


def test_a_choice_that_cannot_be_right_is_refused() -> None:
    """A call cannot be asked of no tool, or of one that is not there."""
    with pytest.raises(InvalidRequestError, match="tool_choice"):
        build(tool_choice="required")
    named = {"type": "function", "function": {"name": "other"}}
    with pytest.raises(InvalidRequestError, match="other"):
        choice(tool_choice=named)
    assert "tool_choice" not in build(tool_choice="auto", parallel_tool_calls=False).body


def test_a_call_cannot_be_forced_while_a_budget_is_thought_through() -> None:
    """It can be by a model that finds its own depth, unless that is one of the newest."""
    budget: dict[str, Any] = {"model": BUDGET, "reasoning_budget": 2000}
    with pytest.raises(UnsupportedParameterError, match="tool_choice"):
        choice(tool_choice="required", **budget)
    assert choice(tool_choice="required", policy="drop", **budget) is None
    assert choice(model=BOTH, tool_choice="required", reasoning_effort="low") == {"type": "any"}
    with pytest.raises(UnsupportedParameterError, match="tool_choice"):
        choice(model=FORCELESS, tool_choice="required")


def test_a_strict_tool_needs_a_model_that_keeps_to_schemas() -> None:
    """Elsewhere the wish is refused; without it nothing is said."""
    strict = Tool("get_weather", parameters=SCHEMA, strict=True)
    assert build(tools=[strict]).body["tools"][0]["strict"] is True
    with pytest.raises(UnsupportedParameterError, match="strict"):
        build(model=OLD, tools=[strict])
    loose = Tool("get_weather", parameters=SCHEMA, strict=False)
    assert "strict" not in build(model=OLD, tools=[loose]).body["tools"][0]


def test_an_answer_of_a_schema_by_the_wires_own_field() -> None:
    """Models from 4.5 on hold themselves to it, and think and call tools beside it."""
    built = build(response_format=FORM, tools=[PING], reasoning_budget=2000)
    assert built.body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert built.changes == []
    body = build(model=BOTH, response_format=FORM, reasoning_effort="low").body
    assert set(body["output_config"]) == {"effort", "format"}
    told: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA, description="A city.")
    held = build(response_format=told).body["output_config"]["format"]["schema"]
    assert held["description"] == "A city."


def test_an_answer_of_a_schema_by_a_forced_tool() -> None:
    """Older models are made to call a tool whose input is the answer; that is told."""
    built = build(model=OLD, response_format=FORM)
    (tool,) = built.body["tools"]
    assert tool["input_schema"] == SCHEMA
    assert built.body["tool_choice"] == {
        "type": "tool",
        "name": tool["name"],
        "disable_parallel_tool_use": True,
    }
    assert ("rewritten", "response_format") in built.changes


def test_the_tool_of_the_answer_stands_beside_the_others() -> None:
    """Some tool is called: one of the caller's, or at last the answer's."""
    body = build(model=OLD, response_format=FORM, tools=[PING]).body
    assert body["tools"][0]["name"] == "ping"
    assert body["tool_choice"] == {"type": "any"}
    named = {"type": "function", "function": {"name": "ping"}}
    body = build(model=OLD, response_format=FORM, tools=[PING], tool_choice=named).body
    assert body["tool_choice"] == {"type": "tool", "name": "ping"}
    body = build(model=OLD, response_format=FORM, tools=[PING], tool_choice="none").body
    assert body["tool_choice"]["name"] == body["tools"][1]["name"]


def test_an_answer_of_a_schema_by_words() -> None:
    """While an older model thinks, nothing can be forced; any JSON has no field at all."""
    built = build(UserMessage("Hi"), model=OLD, response_format=FORM, reasoning_budget=2000)
    assert "city" in built.body["system"]
    assert "tools" not in built.body
    assert ("rewritten", "response_format") in built.changes
    array: ResponseFormat[object] = ResponseFormat.json_schema({"type": "array"})
    assert "array" in build(model=OLD, response_format=array).body["system"]
    built = build(response_format={"type": "json_object"})
    assert "JSON" in built.body["system"]
    assert ("rewritten", "response_format") in built.changes
    assert "system" not in build(response_format={"type": "text"}).body

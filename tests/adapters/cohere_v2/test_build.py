"""Parameters, said in Cohere's words; what it has no word for is refused or told."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    CacheControl,
    InvalidRequestError,
    SystemMessage,
    Tool,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.structured import OUTPUT_TOOL

from .wire import WIRE, built

WEATHER = Tool("get_weather", "Tells the weather.", {"type": "object", "properties": {"city": {}}})
TIME = Tool("get_time")
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
}


def schema_format(schema: Any = PERSON, **more: Any) -> dict[str, Any]:
    """A `response_format` of *schema*."""
    return {"type": "json_schema", "json_schema": {"name": "person", "schema": schema, **more}}


def test_where_it_goes() -> None:
    """To /v2/chat, whether or not the address has the version already; the model is in the body."""
    sent = built(model="command-a-03-2025")
    assert (sent.http.method, sent.http.url) == ("POST", "https://api.test/v2/chat")
    assert sent.body == {
        "model": "command-a-03-2025",
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
    }
    assert built(base="https://api.test/v2").http.url == "https://api.test/v2/chat"
    assert built(stream=True).body["stream"] is True


@pytest.mark.parametrize(
    ("field", "value", "name", "said"),
    [
        ("max_tokens", 5, "max_tokens", 5),
        ("temperature", 0.0, "temperature", 0.0),
        ("seed", 7, "seed", 7),
        ("top_p", 0.5, "p", 0.5),
        ("top_k", 40, "k", 40),
        ("stop", ["a", "b"], "stop_sequences", ["a", "b"]),
        ("frequency_penalty", 1, "frequency_penalty", 1),
        ("presence_penalty", 0.5, "presence_penalty", 0.5),
        ("logprobs", True, "logprobs", True),
        ("logprobs", False, "logprobs", False),
        ("reasoning_effort", "none", "thinking", {"type": "disabled"}),
        ("reasoning_effort", "high", "thinking", {"type": "enabled"}),
        ("reasoning_budget", 99, "thinking", {"type": "enabled", "token_budget": 99}),
        ("reasoning_budget", 0, "thinking", {"type": "disabled"}),
    ],
)
def test_a_parameter_by_its_own_name(field: str, value: Any, name: str, said: object) -> None:
    """Each goes as it is, and nothing is told."""
    sent = built(**{field: value})
    assert sent.body[name] == said
    assert sent.changes == []


@pytest.mark.parametrize(
    ("field", "value", "name", "said"),
    [
        ("top_p", 1, "p", 0.99),
        ("top_p", 0.0, "p", 0.01),
        ("top_k", 900, "k", 500),
    ],
)
def test_the_ends_of_a_range_are_clamped(field: str, value: Any, name: str, said: object) -> None:
    """Where it makes hardly a difference; it is told."""
    sent = built(**{field: value})
    assert sent.body[name] == said
    assert sent.changes == [("clamped", field)]


REFUSED: dict[str, Any] = {
    "frequency_penalty": -0.5,
    "presence_penalty": 1.5,
    "n": 2,
    "stop": ["a", "b", "c", "d", "e", "f"],
    "logit_bias": {"1": 2},
    "user": "someone",
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "top_logprobs": 2,
    "prompt_mode": "reasoning",
    "safe_prompt": True,
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_it_cannot_say_is_refused(field: str) -> None:
    """Before it is sent; or, where the caller wants that, dropped and told."""
    with pytest.raises(UnsupportedParameterError) as caught:
        built(**{field: REFUSED[field]})
    assert caught.value.parameter == field
    sent = built(policy="drop", **{field: REFUSED[field]})
    assert sent.changes == [("dropped", field)]
    assert field not in sent.body


def test_the_range_of_a_penalty_is_in_the_refusal() -> None:
    """So that the caller knows what would be taken."""
    with pytest.raises(UnsupportedParameterError, match=r"takes 0 to 1, not -0\.5"):
        built(frequency_penalty=-0.5)


def test_the_first_five_stops_are_sent() -> None:
    """Where the rest is dropped."""
    sent = built(policy="drop", stop=list("abcdef"))
    assert sent.body["stop_sequences"] == list("abcde")


def test_one_answer_is_what_comes() -> None:
    """To ask for it is to ask for nothing."""
    sent = built(n=1)
    assert (sent.changes, "n" in sent.body) == ([("dropped", "n")], False)


def test_thinking_has_no_degrees() -> None:
    """Any effort switches it on, which is told; a budget says it more exactly."""
    low = built(reasoning_effort="low")
    assert low.body["thinking"] == {"type": "enabled"}
    assert low.changes == [("rewritten", "reasoning_effort")]
    both = built(reasoning_effort="low", reasoning_budget=50)
    assert both.body["thinking"] == {"type": "enabled", "token_budget": 50}
    assert both.changes == [("dropped", "reasoning_effort")]


def test_extras_win() -> None:
    """Documents, citation options and whatever comes next go in by them."""
    extra = {
        "documents": [{"id": "1", "data": {"text": "a"}}],
        "citation_options": {"mode": "FAST"},
        "temperature": 0.9,
    }
    sent = built(temperature=0.1, extra_body=extra)
    assert {name: sent.body[name] for name in extra} == extra


def test_tools() -> None:
    """In OpenAI's form, but for one switch for strictness that all share."""
    sent = built(tools=[WEATHER, TIME])
    assert sent.body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Tells the weather.",
                "parameters": {"type": "object", "properties": {"city": {}}},
            },
        },
        {
            "type": "function",
            "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}},
        },
    ]
    assert "strict_tools" not in sent.body
    assert sent.changes == []


def test_strictness_is_one_switch() -> None:
    """On for all where one asks for it, which is told where another does not."""
    strict, loose = Tool("a", strict=True), Tool("b", strict=False)
    assert built(tools=[strict]).body["strict_tools"] is True
    assert built(tools=[loose]).body["strict_tools"] is False
    both = built(tools=[strict, loose])
    assert both.body["strict_tools"] is True
    assert both.changes == [("rewritten", "tools")]


@pytest.mark.parametrize(
    ("choice", "said"), [("required", "REQUIRED"), ("none", "NONE"), ("auto", None)]
)
def test_the_choice_of_tools(choice: str, said: str | None) -> None:
    """In capitals; auto is said by saying nothing."""
    sent = built(tools=[WEATHER], tool_choice=choice)
    assert sent.body.get("tool_choice") == said
    assert sent.changes == ([("dropped", "tool_choice")] if said is None else [])


def test_a_tool_by_its_name() -> None:
    """That tool alone is sent, and a call is required; it is told."""
    choice = {"type": "function", "function": {"name": "get_time"}}
    sent = built(tools=[WEATHER, TIME], tool_choice=choice)
    assert [tool["function"]["name"] for tool in sent.body["tools"]] == ["get_time"]
    assert sent.body["tool_choice"] == "REQUIRED"
    assert sent.changes == [("rewritten", "tool_choice")]
    assert built(tools=[TIME], tool_choice=choice).changes == []
    with pytest.raises(InvalidRequestError, match="which is no tool"):
        built(tools=[WEATHER], tool_choice=choice)


def test_a_choice_without_tools() -> None:
    """To ask for no call is to ask for nothing; to ask for one cannot be right."""
    sent = built(tool_choice="none", parallel_tool_calls=False)
    assert set(sent.body) == {"model", "messages"}
    assert sent.changes == [("dropped", "tool_choice"), ("dropped", "parallel_tool_calls")]
    with pytest.raises(InvalidRequestError, match="needs tools"):
        built(tool_choice="required")


def test_calls_at_once_cannot_be_kept_from_it() -> None:
    """And come unasked."""
    with pytest.raises(UnsupportedParameterError, match="at once"):
        built(tools=[WEATHER], parallel_tool_calls=False)
    sent = built(tools=[WEATHER], parallel_tool_calls=True)
    assert sent.changes == [("dropped", "parallel_tool_calls")]


def test_forms_of_an_answer() -> None:
    """Text, an object, or an object of a schema, which stands there bare."""
    assert built(response_format={"type": "text"}).body["response_format"] == {"type": "text"}
    sent = built(response_format={"type": "json_object"})
    assert sent.body["response_format"] == {"type": "json_object"}
    sent = built(response_format=schema_format())
    assert sent.body["response_format"] == {"type": "json_object", "json_schema": PERSON}
    sent = built(response_format=schema_format(description="Who."))
    assert sent.body["response_format"]["json_schema"]["description"] == "Who."


def test_an_answer_of_a_schema_beside_tools_is_a_tool() -> None:
    """The field is refused there: some call is required, and one of them is the answer."""
    sent = built(tools=[WEATHER], response_format=schema_format())
    assert "response_format" not in sent.body
    names = [tool["function"]["name"] for tool in sent.body["tools"]]
    assert names == ["get_weather", OUTPUT_TOOL]
    assert sent.body["tool_choice"] == "REQUIRED"
    assert ("rewritten", "response_format") in sent.changes


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("none", [OUTPUT_TOOL]),
        ({"name": "get_time"}, ["get_time"]),
        ("required", ["get_weather", "get_time", OUTPUT_TOOL]),
        ("auto", ["get_weather", "get_time", OUTPUT_TOOL]),
    ],
)
def test_the_tool_for_the_answer_and_the_choice(choice: Any, names: list[str]) -> None:
    """The choice among the others stays what it was; where it cannot, that is told."""
    sent = built(tools=[WEATHER, TIME], tool_choice=choice, response_format=schema_format())
    assert [tool["function"]["name"] for tool in sent.body["tools"]] == names
    assert sent.body["tool_choice"] == "REQUIRED"
    told = ("rewritten", "tool_choice") in sent.changes
    assert told is (choice != "required")


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [WEATHER], "response_format": {"type": "json_object"}},
        {"extra_body": {"documents": ["a"]}, "response_format": {"type": "json_object"}},
        {"extra_body": {"documents": ["a"]}, "response_format": schema_format()},
    ],
)
def test_else_words_ask_for_the_form(fields: dict[str, Any]) -> None:
    """Beside documents, and beside tools where there is no schema; after the system's own."""
    sent = built(**fields)
    assert "response_format" not in sent.body
    assert sent.messages[0]["role"] == "system"
    assert "JSON" in sent.messages[0]["content"]
    assert sent.changes == [("rewritten", "response_format")]


def test_words_follow_the_systems_own() -> None:
    """They stand before the conversation."""
    sent = built(
        SystemMessage("Be brief."),
        UserMessage("Hi"),
        tools=[WEATHER],
        response_format={"type": "json_object"},
    )
    assert [message["role"] for message in sent.messages] == ["system", "system", "user"]
    assert sent.messages[0]["content"] == "Be brief."


def test_a_schema_in_the_wires_subset() -> None:
    """What it does not know is removed, and told."""
    schema = {**PERSON, "properties": {"name": {"type": "string", "pattern": "^A", "minLength": 2}}}
    sent = built(response_format=schema_format(schema))
    said = sent.body["response_format"]["json_schema"]["properties"]["name"]
    assert {*said} <= {"type", "description"}
    assert [kind for kind, _ in sent.changes] == ["rewritten", "rewritten"]


def test_an_answer_that_is_no_object_is_a_property_of_one() -> None:
    """The whole must be an object; it is told, and undone when the answer is read."""
    sent = built(response_format=schema_format({"type": "array", "items": {"type": "string"}}))
    assert sent.body["response_format"]["json_schema"]["type"] == "object"
    assert sent.changes


def test_each_object_requires_a_property() -> None:
    """Where one requires none, all are, and may be null instead."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    said = built(response_format=schema_format(schema)).body["response_format"]["json_schema"]
    assert said["required"] == ["name"]
    inside = {**PERSON, "properties": {"name": schema}}
    said = built(response_format=schema_format(inside)).body["response_format"]["json_schema"]
    assert said["properties"]["name"]["required"] == ["name"]


def test_strict_tools_are_in_the_subset() -> None:
    """And only they: others may say what they like, markers for a cache excepted."""
    limited = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}}
    loose = built(tools=[Tool("f", "", limited, cache_control=CacheControl())])
    assert loose.body["tools"][0]["function"]["parameters"] == limited
    assert loose.changes == [("dropped", "tools.f.cache_control")]
    strict = built(tools=[Tool("f", "", limited, strict=True)])
    said = strict.body["tools"][0]["function"]["parameters"]
    assert "minimum" not in said["properties"]["a"]
    assert said["required"] == ["a"]
    assert ("rewritten", "tools.f.parameters/properties/a/minimum") in strict.changes


def test_text_beside_tools_is_what_comes() -> None:
    """The field is refused there, and would say nothing."""
    sent = built(tools=[WEATHER], response_format={"type": "text"})
    assert "response_format" not in sent.body
    assert sent.changes == [("dropped", "response_format")]


def test_the_wire_is_a_value() -> None:
    """Two of the same are the same."""
    assert type(WIRE)(provider="cohere") == WIRE
    assert hash(WIRE) == hash(type(WIRE)(provider="cohere"))

"""A request as OpenAI's chat completions say it: every field but the messages."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import Tool, ToolChoice
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import InvalidRequestError, UnsupportedParameterError

from .openai_chat import built

WEATHER = Tool("get_weather", "The weather", {"type": "object", "properties": {}})
WEATHER_SAID = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather",
        "parameters": {"type": "object", "properties": {}},
    },
}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}


def only(name: str, value: object) -> dict[str, Any]:
    """One field of a request."""
    return {name: value}


def test_what_is_not_asked_for_is_not_sent() -> None:
    """The provider's defaults are the provider's: model and messages alone are said."""
    assert built().body == {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "temperature": ({"temperature": 0}, {"temperature": 0}),
    "top_p": ({"top_p": 0.5}, {"top_p": 0.5}),
    "top_k": ({"top_k": 5}, {"top_k": 5}),
    "n": ({"n": 2}, {"n": 2}),
    "max_tokens": ({"max_tokens": 9}, {"max_tokens": 9}),
    "seed": ({"seed": 0}, {"seed": 0}),
    "one stop": ({"stop": "x"}, {"stop": ["x"]}),
    "stops": ({"stop": ["x", "y"]}, {"stop": ["x", "y"]}),
    "penalties": (
        {"frequency_penalty": 1, "presence_penalty": -1},
        {"frequency_penalty": 1, "presence_penalty": -1},
    ),
    "logit_bias": ({"logit_bias": {50256: -100}}, {"logit_bias": {"50256": -100}}),
    "logprobs": ({"logprobs": True, "top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
    "user": ({"user": "u"}, {"user": "u"}),
    "metadata": ({"metadata": {"a": "b"}}, {"metadata": {"a": "b"}}),
    "service_tier": ({"service_tier": "flex"}, {"service_tier": "flex"}),
    "effort": ({"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
    "text": ({"response_format": {"type": "text"}}, {"response_format": {"type": "text"}}),
    "JSON": (
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_object"}},
    ),
    "the body's own": ({"extra_body": {"prediction": {}}}, {"prediction": {}}),
    "no stops": ({"stop": []}, {}),
    "no tools": ({"tools": []}, {}),
}


@pytest.mark.parametrize(("fields", "said"), FIELDS.values(), ids=FIELDS)
def test_a_field_is_said(fields: dict[str, Any], said: dict[str, Any]) -> None:
    """Each field has its place, zero and False are values, and nothing is changed on the way."""
    made = built(**fields)
    assert {key: made.body[key] for key in made.body if key not in ("model", "messages")} == said
    assert made.adjusted == ()


def test_a_schema_is_said_with_its_name() -> None:
    """OpenAI's json_schema form, strict where it was asked for."""
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    asked = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}
    made = built(response_format=asked)
    assert made.body["response_format"] == asked
    assert made.adjusted == ()


def test_a_stream_asks_for_its_usage() -> None:
    """Usage comes on the last chunk where it is asked for; some do not know the question."""
    assert built(streamed=True).body["stream"] is True
    assert built(streamed=True).body["stream_options"] == {"include_usage": True}
    assert "stream_options" not in built(streamed=True, wire=OpenAIChat(stream_usage=False)).body
    assert "stream" not in built(stream=True).body  # the method that is called decides


def test_fields_have_other_names_elsewhere() -> None:
    """A manifest says what the limit, the seed and the user are called."""
    wire = OpenAIChat(
        max_tokens_field="max_completion_tokens", seed_field="random_seed", user_field="safety_id"
    )
    made = built(wire=wire, max_tokens=1, seed=2, user="u")
    assert made.body["max_completion_tokens"] == 1
    assert made.body["random_seed"] == 2
    assert made.body["safety_id"] == "u"
    assert not {"max_tokens", "seed", "user"} & set(made.body)


REFUSED: dict[str, Any] = {
    "temperature": 1,
    "top_p": 0.5,
    "top_k": 1,
    "n": 2,
    "frequency_penalty": 1,
    "presence_penalty": 1,
    "logprobs": True,
    "top_logprobs": 1,
    "service_tier": "flex",
    "max_tokens": 1,
    "seed": 1,
    "user": "u",
    "stop": ["x"],
    "logit_bias": {"1": 1},
    "metadata": {"a": "b"},
    "reasoning_effort": "low",
}


@pytest.mark.parametrize(("name", "value"), REFUSED.items())
def test_a_refused_field_is_an_error_or_dropped(name: str, value: object) -> None:
    """What a provider cannot do is an error before any byte is sent, unless dropping is asked."""
    wire = OpenAIChat(refuses=(name,))
    with pytest.raises(UnsupportedParameterError) as caught:
        built(wire=wire, **only(name, value))
    assert (caught.value.parameter, caught.value.provider, caught.value.model) == (name, "own", "m")
    dropped = built(wire=wire, policy="drop", **only(name, value))
    assert set(dropped.body) == {"model", "messages"}
    assert dropped.adjusted == (("dropped", name),)


def test_one_answer_is_what_everybody_gives() -> None:
    """n=1 asks for nothing that a provider without `n` could not do."""
    made = built(wire=OpenAIChat(refuses=("n",)), n=1)
    assert made.adjusted == ()


@pytest.mark.parametrize(("name", "value"), [("safe_prompt", True), ("prompt_mode", "reasoning")])
def test_mistrals_own_fields_are_for_mistral(name: str, value: object) -> None:
    """They go to who knows them, and are unsupported elsewhere."""
    assert built(wire=OpenAIChat(mistral_params=True), **only(name, value)).body[name] == value
    for wire in (OpenAIChat(), OpenAIChat(mistral_params=True, refuses=(name,))):
        with pytest.raises(UnsupportedParameterError, match=name):
            built(wire=wire, **only(name, value))


def test_tools_are_said_in_openais_form() -> None:
    """Name, description, parameters; strict only where it was given."""
    assert built(tools=[WEATHER]).body["tools"] == [WEATHER_SAID]
    bare = Tool("f", strict=False)
    (said,) = built(tools=[bare]).body["tools"]
    assert said["function"] == {
        "name": "f",
        "parameters": {"type": "object", "properties": {}},
        "strict": False,
    }


CHOICES: dict[str, tuple[Any, Any]] = {
    "auto": ("auto", "auto"),
    "none": ("none", "none"),
    "required": ("required", "required"),
    "named": (
        ToolChoice.named("get_weather"),
        {"type": "function", "function": {"name": "get_weather"}},
    ),
}


@pytest.mark.parametrize(("choice", "said"), CHOICES.values(), ids=CHOICES)
def test_a_tool_choice_goes_with_tools(choice: object, said: object) -> None:
    """Each of the four, and parallel calls."""
    body = built(tools=[WEATHER], tool_choice=choice, parallel_tool_calls=False).body
    assert body["tool_choice"] == said
    assert body["parallel_tool_calls"] is False


def test_required_has_another_word_elsewhere() -> None:
    """Mistral says "any"."""
    wire = OpenAIChat(tool_choice_required="any")
    assert built(wire=wire, tools=[WEATHER], tool_choice="required").body["tool_choice"] == "any"


def test_a_choice_without_tools_is_not_sent_and_told() -> None:
    """OpenAI refuses both fields without tools; to leave them out is said in adjustments."""
    made = built(tool_choice="auto", parallel_tool_calls=True)
    assert set(made.body) == {"model", "messages"}
    assert made.adjusted == (("dropped", "tool_choice"), ("dropped", "parallel_tool_calls"))


@pytest.mark.parametrize("choice", ["required", ToolChoice.named("f")])
def test_a_call_cannot_be_required_without_tools(choice: object) -> None:
    """There is nothing to call: no provider can do that."""
    with pytest.raises(InvalidRequestError) as caught:
        built(tool_choice=choice)
    assert caught.value.field == "tool_choice"


def test_a_named_tool_must_be_there() -> None:
    """A misspelt name is found before it is sent."""
    with pytest.raises(InvalidRequestError, match="'get_wether', which is no tool") as caught:
        built(tools=[WEATHER], tool_choice=ToolChoice.named("get_wether"))
    assert caught.value.field == "tool_choice"


@pytest.mark.parametrize("name", ["tool_choice", "parallel_tool_calls"])
def test_a_provider_may_not_know_choices(name: str) -> None:
    """They are refused one by one; the tools stay."""
    fields: dict[str, Any] = {"tool_choice": "auto", "parallel_tool_calls": True}
    wire = OpenAIChat(refuses=(name,))
    made = built(wire=wire, policy="drop", tools=[WEATHER], **only(name, fields[name]))
    assert made.body["tools"] == [WEATHER_SAID]
    assert name not in made.body
    assert made.adjusted == (("dropped", name),)


def test_a_provider_may_not_know_tools() -> None:
    """Then what goes with them is not said either."""
    wire = OpenAIChat(refuses=("tools",))
    made = built(wire=wire, policy="drop", tools=[WEATHER], tool_choice="auto")
    assert set(made.body) == {"model", "messages"}
    assert made.adjusted == (("dropped", "tools"),)


def test_a_cache_marker_on_a_tool() -> None:
    """Where the provider takes markers it is sent; elsewhere it is dropped, and said so."""
    tool = Tool.from_dict({**WEATHER_SAID, "cache_control": {"type": "ephemeral"}})
    (said,) = built(wire=OpenAIChat(cache_control=True), tools=[tool]).body["tools"]
    assert said["cache_control"] == {"type": "ephemeral"}
    made = built(tools=[tool])
    assert made.body["tools"] == [WEATHER_SAID]
    assert made.adjusted == (("dropped", "tools[0].cache_control"),)


def test_a_text_format_that_is_not_known() -> None:
    """Text is what comes anyway; the other ways to a schema are in test_structured."""
    made = built(
        wire=OpenAIChat(response_formats=("json_object",)), response_format={"type": "text"}
    )
    assert "response_format" not in made.body
    assert made.adjusted == (("dropped", "response_format"),)


EFFORTS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "OpenRouter's object": (
        {"effort": "reasoning"},
        {"reasoning_effort": "high"},
        {"reasoning": {"effort": "high"}},
        (),
    ),
    "OpenRouter's budget": (
        {"effort": "reasoning"},
        {"reasoning_budget": 1024},
        {"reasoning": {"max_tokens": 1024}},
        (),
    ),
    "a budget says more than an effort": (
        {"effort": "reasoning"},
        {"reasoning_effort": "high", "reasoning_budget": 0},
        {"reasoning": {"max_tokens": 0}},
        ("reasoning_effort",),
    ),
    "DeepSeek's switch, on": (
        {"effort": "thinking"},
        {"reasoning_effort": "high"},
        {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        (),
    ),
    "DeepSeek's switch, off": (
        {"effort": "thinking"},
        {"reasoning_effort": "none"},
        {"thinking": {"type": "disabled"}},
        (),
    ),
    "a word that is not known": (
        {"efforts": ("none", "high")},
        {"reasoning_effort": "low"},
        {},
        ("reasoning_effort",),
    ),
    "a word that is": (
        {"efforts": ("none", "high")},
        {"reasoning_effort": "none"},
        {"reasoning_effort": "none"},
        (),
    ),
    "no switch at all": (
        {"effort": None},
        {"reasoning_effort": "low"},
        {},
        ("reasoning_effort",),
    ),
    "tokens are not counted": ({}, {"reasoning_budget": 9}, {}, ("reasoning_budget",)),
}


@pytest.mark.parametrize(("wire", "fields", "said", "dropped"), EFFORTS.values(), ids=EFFORTS)
def test_effort_is_said_in_each_providers_way(
    wire: dict[str, Any], fields: dict[str, Any], said: dict[str, Any], dropped: tuple[str, ...]
) -> None:
    """The reasoning effort and budget, under each of their names."""
    made = built(wire=OpenAIChat(**wire), policy="drop", **fields)
    assert {key: made.body[key] for key in made.body if key not in ("model", "messages")} == said
    assert made.adjusted == tuple(("dropped", name) for name in dropped)


@pytest.mark.parametrize(
    ("wire", "fields"),
    [
        (OpenAIChat(effort=None), {"reasoning_effort": "low"}),
        (OpenAIChat(efforts=("high",)), {"reasoning_effort": "low"}),
        (OpenAIChat(), {"reasoning_budget": 9}),
    ],
)
def test_thinking_that_cannot_be_asked_for_is_an_error(
    wire: OpenAIChat, fields: dict[str, Any]
) -> None:
    """By default, like every other thing that a provider cannot do."""
    with pytest.raises(UnsupportedParameterError) as caught:
        built(wire=wire, **fields)
    assert [caught.value.parameter] == list(fields)


def test_integers_of_any_length_are_json() -> None:
    """orjson stops at 64 bits; JSON does not."""
    assert built(extra_body={"a": 10**30}).body["a"] == 10**30

"""Parameters, said in Ollama's words; what it has no word for is refused or told."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    InvalidRequestError,
    SystemMessage,
    Tool,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.ollama import Ollama

from .wire import WIRE, built

WEATHER = Tool("get_weather", "Tells the weather.", {"type": "object", "properties": {"city": {}}})
PERSON = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}}
FORM = {"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON}}


def test_where_it_goes() -> None:
    """To /api/chat; whether to stream is always said, since left out it means yes."""
    sent = built(model="llama3.2")
    assert (sent.http.method, sent.http.url) == ("POST", "https://api.test/api/chat")
    assert sent.body == {
        "model": "llama3.2",
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
        "stream": False,
    }
    assert built(stream=True).body["stream"] is True
    assert built(base="https://ollama.com/api").http.url == "https://ollama.com/api/chat"


@pytest.mark.parametrize(
    ("field", "value", "option", "said"),
    [
        ("max_tokens", 5, "num_predict", 5),
        ("temperature", 0.0, "temperature", 0.0),
        ("top_p", 0.5, "top_p", 0.5),
        ("top_k", 40, "top_k", 40),
        ("seed", 7, "seed", 7),
        ("stop", "x", "stop", ["x"]),
        ("frequency_penalty", -0.5, "frequency_penalty", -0.5),
        ("presence_penalty", 0.5, "presence_penalty", 0.5),
    ],
)
def test_an_option_by_its_own_name(field: str, value: Any, option: str, said: object) -> None:
    """All of them in one object."""
    sent = built(**{field: value})
    assert sent.body["options"] == {option: said}
    assert sent.changes == []


def test_likelihoods_stand_beside_the_options() -> None:
    """In OpenAI's words."""
    sent = built(logprobs=True, top_logprobs=3)
    assert (sent.body["logprobs"], sent.body["top_logprobs"]) == (True, 3)
    assert "options" not in sent.body


REFUSED: dict[str, Any] = {
    "n": 2,
    "logit_bias": {"1": 2},
    "user": "someone",
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "prompt_mode": "reasoning",
    "safe_prompt": True,
    "reasoning_budget": 99,
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_it_cannot_say_is_refused(field: str) -> None:
    """Before it is sent; or, where the caller wants that, dropped and told."""
    with pytest.raises(UnsupportedParameterError) as caught:
        built(**{field: REFUSED[field]})
    assert caught.value.parameter == field
    sent = built(policy="drop", **{field: REFUSED[field]})
    assert sent.changes == [("dropped", field)]
    assert set(sent.body) == {"model", "messages", "stream"}


def test_one_answer_is_what_comes() -> None:
    """To ask for it is to ask for nothing."""
    assert built(n=1).changes == [("dropped", "n")]


def test_extras_win() -> None:
    """An option among them leaves the others where they are."""
    sent = built(
        temperature=0.1,
        seed=7,
        extra_body={"options": {"num_ctx": 8192, "seed": 8}, "keep_alive": "5m"},
    )
    assert sent.body["options"] == {"temperature": 0.1, "seed": 8, "num_ctx": 8192}
    assert sent.body["keep_alive"] == "5m"
    assert built(extra_body={"options": {"num_ctx": 1}}).body["options"] == {"num_ctx": 1}


@pytest.mark.parametrize(
    ("effort", "think", "told"),
    [
        ("none", False, []),
        ("high", True, []),
        ("low", True, [("rewritten", "reasoning_effort")]),
        ("max", True, [("rewritten", "reasoning_effort")]),
    ],
)
def test_most_models_think_or_do_not(effort: str, think: bool, told: list[Any]) -> None:
    """By no degrees, which is told."""
    sent = built(model="qwen3:4b", reasoning_effort=effort)
    assert (sent.body["think"], sent.changes) == (think, told)


@pytest.mark.parametrize("model", ["gpt-oss:20b", "someone/gpt-oss-safeguard"])
@pytest.mark.parametrize(
    ("effort", "think"), [("minimal", "low"), ("medium", "medium"), ("max", "high")]
)
def test_some_think_by_degrees(model: str, effort: str, think: str) -> None:
    """By the nearest word that they know."""
    sent = built(model=model, reasoning_effort=effort)
    assert sent.body["think"] == think
    assert sent.changes == ([] if effort == think else [("clamped", "reasoning_effort")])


def test_those_cannot_do_without() -> None:
    """It is refused, and not sent as the nearest."""
    with pytest.raises(UnsupportedParameterError, match="without thinking"):
        built(model="gpt-oss", reasoning_effort="none")


def test_how_a_model_thinks_is_a_quirk() -> None:
    """Which words it knows, and whether it can do without."""
    wire = Ollama(efforts=("none", "medium", "max"))
    asked = {
        effort: built(model="mine", wire=wire, reasoning_effort=effort).body["think"]
        for effort in ("none", "low", "max")
    }
    assert asked == {"none": False, "low": "medium", "max": "max"}
    assert built(wire=Ollama(efforts=("none",)), reasoning_effort="high").body["think"] is True


def test_no_budget_is_no_thinking() -> None:
    """The one budget that can be said."""
    sent = built(model="qwen3", reasoning_budget=0)
    assert sent.body["think"] is False
    assert sent.changes == [("rewritten", "reasoning_budget")]


def test_tools() -> None:
    """In OpenAI's form; they are held to no schema."""
    sent = built(tools=[WEATHER, Tool("ping", strict=False)], tool_choice="auto")
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
            "function": {"name": "ping", "parameters": {"type": "object", "properties": {}}},
        },
    ]
    assert sent.changes == [("dropped", "tool_choice"), ("dropped", "tools.ping.strict")]
    with pytest.raises(UnsupportedParameterError, match="no schema"):
        built(tools=[Tool("ping", strict=True)])


@pytest.mark.parametrize(
    "field",
    [
        {"tool_choice": "required"},
        {"tool_choice": {"name": "get_weather"}},
        {"parallel_tool_calls": False},
    ],
)
def test_a_call_cannot_be_forced_or_held_back(field: dict[str, Any]) -> None:
    """There is no word for either."""
    (name,) = field
    with pytest.raises(UnsupportedParameterError):
        built(tools=[WEATHER], **field)
    sent = built(tools=[WEATHER], policy="drop", **field)
    assert "tools" in sent.body
    assert sent.changes == [("dropped", name)]


def test_no_calls_are_no_tools() -> None:
    """And that is told."""
    sent = built(tools=[WEATHER], tool_choice="none")
    assert "tools" not in sent.body
    assert ("dropped", "tools") in sent.changes


def test_several_calls_at_once_come_unasked() -> None:
    """To ask for them is told."""
    sent = built(tools=[WEATHER], parallel_tool_calls=True)
    assert sent.changes == [("dropped", "parallel_tool_calls")]


def test_a_choice_without_tools() -> None:
    """To ask for no call is to ask for nothing; to ask for one cannot be right."""
    sent = built(tool_choice="none", parallel_tool_calls=True)
    assert sent.changes == [("dropped", "tool_choice"), ("dropped", "parallel_tool_calls")]
    with pytest.raises(InvalidRequestError, match="needs tools"):
        built(tool_choice="required")


def test_forms_of_an_answer() -> None:
    """A word for any object, or the schema itself; text is what comes."""
    assert built(response_format={"type": "json_object"}).body["format"] == "json"
    assert built(response_format=FORM).body["format"] == PERSON
    described = {"type": "json_schema", "json_schema": {"schema": PERSON, "description": "Who."}}
    assert built(response_format=described).body["format"]["description"] == "Who."
    sent = built(response_format={"type": "text"})
    assert ("format" in sent.body, sent.changes) == (False, [("dropped", "response_format")])


@pytest.mark.parametrize("form", [FORM, {"type": "json_object"}])
def test_beside_tools_words_ask_for_the_form(form: dict[str, Any]) -> None:
    """A grammar for all that is written would keep the model from calling any."""
    sent = built(tools=[WEATHER], response_format=form)
    assert "format" not in sent.body
    assert sent.messages[0]["role"] == "system"
    assert "JSON" in sent.messages[0]["content"]
    assert sent.changes == [("rewritten", "response_format")]
    none = built(tools=[WEATHER], tool_choice="none", response_format=form)
    assert "format" in none.body


def test_words_follow_the_systems_own() -> None:
    """They stand before the conversation."""
    sent = built(
        SystemMessage("Be brief."), UserMessage("Hi"), tools=[WEATHER], response_format=FORM
    )
    assert [message["role"] for message in sent.messages] == ["system", "system", "user"]
    assert sent.messages[0]["content"] == "Be brief."


def test_the_wire_is_a_value() -> None:
    """Two of the same are the same."""
    assert Ollama(provider="ollama-native") == WIRE
    assert hash(Ollama(provider="ollama-native")) == hash(WIRE)

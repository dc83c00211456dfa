"""How much to think, in each of the ways that the providers of this form want it said."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from llmkit import Provider, Tool, UnsupportedParameterError
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import ConfigurationError

from ..openai_chat import built

ON, OFF = {"type": "enabled"}, {"type": "disabled"}
SWITCHES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "thinking_switch": ({}, {"thinking": ON}, {"thinking": OFF}),
    "another word for on": (
        {"effort": "thinking_switch", "thinking_on": "adaptive"},
        {"thinking": {"type": "adaptive"}},
        {"thinking": OFF},
    ),
    "enable_thinking": ({}, {"enable_thinking": True}, {"enable_thinking": False}),
    "chat_template": (
        {},
        {"chat_template_kwargs": {"enable_thinking": True}},
        {"chat_template_kwargs": {"enable_thinking": False}},
    ),
    "reasoning_enabled": (
        {},
        {"reasoning": {"enabled": True}},
        {"reasoning": {"enabled": False}},
    ),
}


def switch(name: str, **more: Any) -> OpenAIChat:
    """A provider with that switch."""
    return OpenAIChat(**{"effort": name, **SWITCHES[name][0], **more})


def said(wire: OpenAIChat, **fields: Any) -> dict[str, Any]:
    """What the body has beside the model and the messages."""
    body = built(wire=wire, **fields).body
    return {key: body[key] for key in body if key not in ("model", "messages")}


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("effort", ["low", "max"])
def test_a_switch_is_turned_on_by_any_word(name: str, effort: Any) -> None:
    """That it does not say how much is noted, and no error: it does think."""
    made = built(wire=switch(name), reasoning_effort=effort)
    assert said(switch(name), reasoning_effort=effort) == SWITCHES[name][1]
    assert made.adjusted == (("rewritten", "reasoning_effort"),)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_turned_off_by_none(name: str) -> None:
    """Which is just what was asked for."""
    made = built(wire=switch(name), reasoning_effort="none")
    assert said(switch(name), reasoning_effort="none") == SWITCHES[name][2]
    assert made.adjusted == ()


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_left_alone_unasked(name: str) -> None:
    """What is left out of a request is left to the provider."""
    assert said(switch(name)) == {}


def test_a_switch_that_cannot_be_turned_off() -> None:
    """By the words that are known."""
    with pytest.raises(UnsupportedParameterError, match="'none' is not among"):
        built(wire=switch("enable_thinking", efforts=("low", "high")), reasoning_effort="none")


BUDGETS: dict[str, tuple[OpenAIChat, dict[str, Any], dict[str, Any]]] = {
    "a field of its own, with a switch": (
        OpenAIChat(effort="enable_thinking", budget_field="thinking_budget"),
        {"enable_thinking": True, "thinking_budget": 2048},
        {"enable_thinking": False},
    ),
    "in the switch": (
        OpenAIChat(effort="thinking_switch", budget_field="thinking.budget_tokens"),
        {"thinking": {**ON, "budget_tokens": 2048}},
        {"thinking": OFF},
    ),
    "in a switch that an effort can stand beside": (
        OpenAIChat(effort="thinking", budget_field="thinking.budget_tokens"),
        {"thinking": {**ON, "budget_tokens": 2048}},
        {"thinking": OFF},
    ),
    "in a switch that efforts are not said by": (
        OpenAIChat(budget_field="thinking.budget_tokens"),
        {"thinking": {**ON, "budget_tokens": 2048}},
        {"thinking": OFF},
    ),
    "without a switch": (
        OpenAIChat(effort=None, budget_field="thinking_budget"),
        {"thinking_budget": 2048},
        {"thinking_budget": 0},
    ),
}


@pytest.mark.parametrize(("wire", "some", "nothing"), BUDGETS.values(), ids=BUDGETS)
def test_a_budget(wire: OpenAIChat, some: dict[str, Any], nothing: dict[str, Any]) -> None:
    """It turns the switch on, or, where it is 0, off: alone it would be without effect."""
    assert said(wire, reasoning_budget=2048) == some
    assert said(wire, reasoning_budget=0) == nothing


def test_a_budget_says_more_than_a_word() -> None:
    """A switch cannot say both; a field for each can."""
    wire = OpenAIChat(effort="enable_thinking", budget_field="thinking_budget")
    both: dict[str, Any] = {"reasoning_effort": "none", "reasoning_budget": 9}
    assert said(wire, **both) == {"enable_thinking": True, "thinking_budget": 9}
    assert built(wire=wire, **both).adjusted == (("dropped", "reasoning_effort"),)
    plain = built(
        wire=OpenAIChat(budget_field="thinking_budget"), reasoning_effort="low", reasoning_budget=9
    )
    assert (plain.body["reasoning_effort"], plain.body["thinking_budget"]) == ("low", 9)
    assert plain.adjusted == ()


@pytest.mark.parametrize("form", ["reasoning", "enable_thinking"])
def test_a_budget_may_be_refused(form: Any) -> None:
    """By models of a provider whose others count."""
    wire = OpenAIChat(effort=form, budget_field="thinking_budget", refuses=("reasoning_budget",))
    with pytest.raises(UnsupportedParameterError, match="reasoning_budget"):
        built(wire=wire, reasoning_budget=1)
    assert built(wire=wire, reasoning_budget=1, policy="drop").adjusted == (
        ("dropped", "reasoning_budget"),
    )


THINKER = OpenAIChat(
    efforts=("none", "high"),
    budget_field="thinking_budget",
    refuses=("top_k",),
    while_thinking={
        "refuses": ("top_k", "top_p"),
        "ranges": {"temperature": (1, 1)},
        "tool_choices": ("auto",),
        "response_formats": ("text",),
    },
)


@pytest.mark.parametrize(
    ("asked", "thinks"),
    [
        ({}, True),
        ({"reasoning_effort": "high"}, True),
        ({"reasoning_effort": "none"}, False),
        ({"reasoning_budget": 9}, True),
        ({"reasoning_budget": 0}, False),
        ({"reasoning_effort": "none", "reasoning_budget": 9}, False),
    ],
)
def test_what_is_refused_while_thinking(asked: dict[str, Any], thinks: bool) -> None:
    """An effort or a budget tells, or what the model does unasked; the error says when."""
    changed = built(wire=THINKER, policy="drop", top_p=0.5, temperature=0, **asked).adjusted
    assert (("dropped", "top_p") in changed) is thinks
    assert (("clamped", "temperature") in changed) is thinks
    if thinks:
        with pytest.raises(UnsupportedParameterError, match=r"top_p: .* while the model"):
            built(wire=THINKER, top_p=0.5, **asked)
    with pytest.raises(UnsupportedParameterError, match=r"top_k: the provider does not take it \("):
        built(wire=THINKER, top_k=1, **asked)


def test_an_effort_that_is_dropped_tells_nothing() -> None:
    """The model then does what it does unasked."""
    asked: dict[str, Any] = {"reasoning_effort": "low", "top_p": 0.5}
    assert "top_p" not in built(wire=THINKER, policy="drop", **asked).body
    idle = evolve(THINKER, thinks_unasked=False)
    assert built(wire=idle, policy="drop", **asked).body["top_p"] == 0.5
    mute = OpenAIChat(effort=None, thinks_unasked=False, while_thinking={"refuses": ("top_p",)})
    assert built(wire=mute, policy="drop", **asked).body["top_p"] == 0.5


def test_tools_and_forms_while_thinking() -> None:
    """The words for tools and answers, too, may be others."""
    tool = Tool("f")
    on: dict[str, Any] = {"tools": [tool], "tool_choice": "required"}
    with pytest.raises(UnsupportedParameterError, match="tool_choice"):
        built(wire=THINKER, **on)
    assert built(wire=THINKER, reasoning_effort="none", **on).body["tool_choice"] == "required"
    asked: dict[str, Any] = {"response_format": {"type": "json_object"}}
    assert "response_format" not in built(wire=THINKER, **asked).body
    assert "response_format" in built(wire=THINKER, reasoning_effort="none", **asked).body


@pytest.mark.parametrize(
    ("quirk", "told"),
    [
        ({"refuse": ["top_p"]}, "did you mean 'refuses'"),
        ({"refuses": ["topp"]}, "did you mean 'top_p'"),
        ({"refuses": "top_p"}, "must be a list"),
        ({"tool_choices": ["any"]}, "known are .*'auto'"),
        ({"response_formats": ["json"]}, "known are"),
        ({"ranges": {"n": [2, 1]}}, "two integers"),
        (["refuses"], "must map"),
    ],
)
def test_quirks_of_thinking_that_are_none(quirk: object, told: str) -> None:
    """They are found when the provider is loaded."""
    mine = Provider(
        "mine",
        wire="openai-chat",
        base_url="https://a.b",
        quirks={"while_thinking": quirk},
    )
    with pytest.raises(ConfigurationError, match=told):
        mine.adapter()

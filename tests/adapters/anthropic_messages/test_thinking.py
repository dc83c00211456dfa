"""How much a model shall think: in each generation's words."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    ReasoningPart,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)

from .building import BOTH, BUDGET, NEW, OLD, UNTHINKING, build

ALWAYS = "claude-fable-5"


def asked(model: str, **fields: Any) -> tuple[Any, Any]:
    """What is said of thinking, and of effort."""
    body = build(model=model, **fields).body
    return body.get("thinking"), body.get("output_config", {}).get("effort")


def test_nothing_asked_is_nothing_said() -> None:
    """The model's own default stands."""
    for model in (NEW, BOTH, BUDGET, UNTHINKING, ALWAYS):
        assert asked(model) == (None, None)


def test_an_effort_in_each_generations_words() -> None:
    """Newer models find their own depth under an effort; older ones get a budget for it."""
    assert asked(NEW, reasoning_effort="xhigh") == ({"type": "adaptive"}, "xhigh")
    assert asked(BOTH, reasoning_effort="low") == ({"type": "adaptive"}, "low")
    thinking, effort = asked("claude-opus-4-5", reasoning_effort="medium")
    assert (thinking["type"], thinking["budget_tokens"], effort) == ("enabled", 8192, "medium")
    thinking, effort = asked(OLD, reasoning_effort="low")
    assert (thinking["type"], thinking["budget_tokens"], effort) == ("enabled", 2048, None)


def test_a_budget_goes_as_it_is() -> None:
    """A budget is the wire's own word where the model takes one."""
    budget = {"type": "enabled", "budget_tokens": 3000}
    assert asked(BUDGET, reasoning_budget=3000) == (budget, None)
    assert asked(BOTH, reasoning_budget=3000, reasoning_effort="high") == (budget, "high")
    built = build(model=BUDGET, reasoning_budget=3000, reasoning_effort="high")
    assert built.changes == [("dropped", "reasoning_effort")]


def test_a_budget_is_refused_where_the_model_takes_none() -> None:
    """From Opus 4.7 on, a budget is a 400; with an effort beside it, that is left."""
    with pytest.raises(UnsupportedParameterError, match="reasoning_budget"):
        build(model=NEW, reasoning_budget=3000)
    thinking = asked(NEW, reasoning_budget=3000, reasoning_effort="low", policy="drop")
    assert thinking == ({"type": "adaptive"}, "low")
    assert asked(NEW, reasoning_budget=3000, policy="drop") == (None, None)


def test_a_budget_is_within_the_wires_bounds() -> None:
    """At least 1024, and less than the limit of the answer, which thinking counts into."""
    built = build(reasoning_budget=10, max_tokens=4000)
    assert built.body["thinking"]["budget_tokens"] == 1024
    assert built.changes == [("clamped", "reasoning_budget")]
    assert build(reasoning_budget=9000, max_tokens=4000).body["thinking"]["budget_tokens"] == 3999
    with pytest.raises(UnsupportedParameterError, match="reasoning_budget"):
        build(reasoning_budget=2000, max_tokens=1000)
    assert build(model=OLD, reasoning_budget=60_000).body["max_tokens"] > 60_000
    # Of an effort, half the limit is left for the answer.
    effort = build(reasoning_effort="high", max_tokens=4000)
    assert effort.body["thinking"]["budget_tokens"] == 2000
    assert effort.changes == []


@pytest.mark.parametrize("fields", [{"reasoning_effort": "none"}, {"reasoning_budget": 0}])
def test_thinking_is_turned_off(fields: dict[str, Any]) -> None:
    """Each model has its word for no thinking, or none."""
    for model, word in ((NEW, "disabled"), (BUDGET, "disabled"), ("claude-sonnet-5-5", None)):
        assert asked(model, **fields) == ({"type": word or "between_tools"}, None)
    assert asked(UNTHINKING, **fields) == (None, None)
    with pytest.raises(UnsupportedParameterError, match=next(iter(fields))):
        build(model=ALWAYS, **fields)
    assert asked(ALWAYS, policy="drop", **fields) == (None, None)


def test_words_that_a_model_does_not_know() -> None:
    """The least is low; what is more than a model's most is refused."""
    built = build(model=NEW, reasoning_effort="minimal")
    assert built.body["output_config"] == {"effort": "low"}
    assert built.changes == [("rewritten", "reasoning_effort")]
    for model, effort in ((BOTH, "xhigh"), ("claude-opus-4-5", "max")):
        with pytest.raises(UnsupportedParameterError, match="reasoning_effort"):
            build(model=model, reasoning_effort=effort)
    assert asked(BOTH, reasoning_effort="xhigh", policy="drop") == (None, None)


def test_a_model_that_does_not_think_is_not_asked_to() -> None:
    """Claude 3.5 has no thinking."""
    for fields in ({"reasoning_effort": "low"}, {"reasoning_budget": 2000}):
        with pytest.raises(UnsupportedParameterError, match=next(iter(fields))):
            build(model=UNTHINKING, **fields)
        assert asked(UNTHINKING, policy="drop", **fields) == (None, None)


def test_thinking_does_not_begin_in_the_middle_of_a_tool_loop() -> None:
    """Calls that came without thinking, perhaps another's: the wire refuses to think on from them.

    With a thought of its own in the loop, and in the user's next turn, it thinks again.
    """
    call = ToolCall("toolu_1", "ping", "{}")
    result = ToolMessage("ok", tool_call_id="toolu_1")
    foreign = ReasoningPart("hm", signature="s", provider="other")
    talk: list[Any] = [
        UserMessage("go"),
        AssistantMessage(tool_calls=[call], reasoning=foreign),
        result,
    ]
    built = build(*talk, model=BUDGET, reasoning_effort="high")
    assert "thinking" not in built.body
    assert ("dropped", "reasoning_effort") in built.changes
    assert "thinking" not in build(*talk, UserMessage("and?"), reasoning_budget=2000).body
    assert "thinking" in build(*talk, model=BOTH, reasoning_effort="high").body
    own = ReasoningPart("hm", signature="s", provider="anthropic")
    talk[1] = AssistantMessage(tool_calls=[call], reasoning=own)
    assert "thinking" in build(*talk, reasoning_budget=2000).body
    later = [*talk[:1], AssistantMessage(tool_calls=[call]), result, AssistantMessage("ok")]
    assert "thinking" in build(*later, UserMessage("?"), reasoning_budget=2000).body


def test_a_budget_and_no_effort_contradict_each_other() -> None:
    """The budget says it more exactly, and that is told."""
    built = build(reasoning_budget=2000, reasoning_effort="none")
    assert built.body["thinking"]["budget_tokens"] == 2000
    assert built.changes == [("dropped", "reasoning_effort")]
    with pytest.raises(UnsupportedParameterError, match="reasoning_effort"):
        build(reasoning_effort="low", max_tokens=1000)

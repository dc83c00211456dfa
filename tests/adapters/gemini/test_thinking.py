"""How much a model shall think."""

from __future__ import annotations

from typing import Any, cast

import pytest

from llmkit import ConfigurationError, UnsupportedParameterError
from llmkit.adapters.gemini import Gemini
from llmkit.providers.quirks import make_adapter

from .wire import FLASH, NEWER, built

THINKING = [
    (FLASH, "none", {"thinkingBudget": 0}),
    (FLASH, "minimal", {"thinkingBudget": 1024}),
    (FLASH, "medium", {"thinkingBudget": 8192}),
    (FLASH, "max", {"thinkingBudget": 24576}),
    ("gemini-2.5-pro", "max", {"thinkingBudget": 32768}),
    ("models/gemini-2.5-flash-lite", "low", {"thinkingBudget": 1024}),
    (NEWER, "minimal", {"thinkingLevel": "minimal"}),
    ("gemini-3.1-pro-preview", "medium", {"thinkingLevel": "medium"}),
    ("gemini-flash-latest", "high", {"thinkingLevel": "high"}),
]


@pytest.mark.parametrize(("model", "effort", "config"), THINKING)
def test_an_effort_is_a_level_or_a_budget(
    model: str, effort: str, config: dict[str, object]
) -> None:
    """Gemini 3 thinks in levels, Gemini 2.5 in budgets; thoughts are asked for unless off."""
    asked = {"includeThoughts": True} if effort != "none" else {}
    made = built(model=model, reasoning_effort=effort)
    assert made.config["thinkingConfig"] == {**config, **asked}
    assert made.adjustments == ()


@pytest.mark.parametrize(
    ("model", "effort", "taken"),
    [
        ("gemini-3-pro-preview", "minimal", "low"),
        ("gemini-3-pro-preview", "medium", "high"),
        ("gemini-3.7-flash", "minimal", "low"),
        (NEWER, "xhigh", "high"),
        (NEWER, "max", "high"),
    ],
)
def test_an_effort_that_a_model_does_not_know_is_the_nearest(
    model: str, effort: str, taken: str
) -> None:
    """Of two as near, the one that thinks more; the change is told."""
    made = built(model=model, reasoning_effort=effort)
    assert made.config["thinkingConfig"]["thinkingLevel"] == taken
    assert made.changes == [("clamped", "reasoning_effort")]


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("gemini-2.5-pro", {"reasoning_effort": "none"}),
        ("gemini-2.5-pro", {"reasoning_budget": 0}),
        (NEWER, {"reasoning_effort": "none"}),
        ("gemini-2.0-flash", {"reasoning_effort": "low"}),
        ("gemini-2.0-flash", {"reasoning_budget": 1024}),
    ],
)
def test_what_a_model_cannot_do_is_refused(model: str, fields: dict[str, Any]) -> None:
    """Some cannot do without thinking, some do not think: nothing is sent, or nothing of it."""
    with pytest.raises(UnsupportedParameterError, match=next(iter(fields))):
        built(model=model, **fields)
    made = built(model=model, policy="drop", **fields)
    assert "thinkingConfig" not in made.config
    assert made.changes == [("dropped", next(iter(fields)))]


def test_no_thinking_is_what_an_older_model_does() -> None:
    """To ask a model that does not think for no thinking is no mistake; it is told."""
    asked: tuple[dict[str, Any], ...] = ({"reasoning_effort": "none"}, {"reasoning_budget": 0})
    for fields in asked:
        made = built(model="gemini-2.0-flash", **fields)
        assert "thinkingConfig" not in made.config
        assert made.changes == [("dropped", next(iter(fields)))]


@pytest.mark.parametrize(
    ("model", "asked", "taken"),
    [("gemini-2.5-pro", 1, 128), ("gemini-2.5-pro", 99999, 32768), (FLASH, 500, 500)],
)
def test_a_budget_is_held_to_what_the_model_takes(model: str, asked: int, taken: int) -> None:
    """Too little and too much become the least and the most, and that is told."""
    made = built(model=model, reasoning_budget=asked)
    assert made.config["thinkingConfig"] == {"thinkingBudget": taken, "includeThoughts": True}
    assert made.changes == ([] if asked == taken else [("clamped", "reasoning_budget")])


def test_a_budget_wins_over_an_effort() -> None:
    """Both together are refused by the service: the more exact word is sent."""
    made = built(model=NEWER, reasoning_budget=2048, reasoning_effort="low")
    assert made.config["thinkingConfig"] == {"thinkingBudget": 2048, "includeThoughts": True}
    assert made.changes == [("dropped", "reasoning_effort")]


def test_nothing_asked_is_nothing_said() -> None:
    """Without effort and budget the model thinks as it likes."""
    assert "generationConfig" not in built().body


def test_how_a_model_thinks_is_a_quirk() -> None:
    """Which efforts it knows, and what they are in tokens: never more or less than it takes."""
    wire = made_of({"effort": "budget", "efforts": ("low", "max"), "budgets": (2000, 9000)})
    for effort, budget in (("low", 2000), ("max", 9000)):
        made = built(model="mine", wire=wire, reasoning_effort=effort)
        assert made.config["thinkingConfig"]["thinkingBudget"] == budget
    free = made_of({"effort": "budget", "efforts": ("low", "max"), "budgets": ()})
    for effort, budget in (("low", 1024), ("max", 24576)):
        made = built(model="mine", wire=free, reasoning_effort=effort)
        assert made.config["thinkingConfig"]["thinkingBudget"] == budget
    off = made_of({"efforts": ("none",), "budgets": ()})
    with pytest.raises(UnsupportedParameterError, match="does not think"):
        built(model="mine", wire=off, reasoning_effort="low")


@pytest.mark.parametrize(
    "quirks",
    [{"budgets": (1,)}, {"budgets": (2, 1)}, {"budgets": (1, 2, 3)}],
)
def test_budgets_that_cannot_be_are_refused(quirks: dict[str, object]) -> None:
    """They are the least and the most, or none."""
    with pytest.raises(ConfigurationError, match="budgets"):
        made_of(quirks)


def made_of(quirks: dict[str, object]) -> Gemini:
    """The adapter with *quirks*."""
    return cast("Gemini", make_adapter("gemini", "gemini", quirks))

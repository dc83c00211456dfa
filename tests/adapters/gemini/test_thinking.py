"""How much a model shall think."""

from __future__ import annotations

from typing import Any, cast

import pytest

from llmkit import UnsupportedParameterError
from llmkit.adapters.gemini import Gemini
from llmkit.adapters.gemini.models import ModelRule, rule_for
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


def test_a_manifest_can_tell_of_other_models() -> None:
    """Rules given as tables come before the package's own."""
    table = {"pattern": "mine-*", "efforts": {"low": 7}, "budgets": (1, 9)}
    wire = cast("Gemini", make_adapter("gemini", "gemini", {"models": (table,)}))
    assert wire.models == (ModelRule(pattern="mine-*", efforts={"low": 7}, budgets=(1, 9)),)
    made = built(model="tunedModels/mine-1", wire=wire, reasoning_effort="low")
    assert made.config["thinkingConfig"]["thinkingBudget"] == 7
    assert rule_for(FLASH, wire.models) == rule_for(FLASH)

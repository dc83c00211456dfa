"""How much a model shall think, said as its family takes it.

Sources: https://ai.google.dev/gemini-api/docs/thinking,
https://ai.google.dev/gemini-api/docs/openai (how efforts are budgets and levels)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import EFFORTS, ChatCompletionRequest

if TYPE_CHECKING:
    from . import Gemini

_BUDGETS: Final = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24_576}
"""What an effort is in tokens, for the models that think in tokens; more is their most."""


def thinking_config(
    wire: Gemini, request: ChatCompletionRequest[object], adjust: Adjuster
) -> dict[str, JsonValue] | None:
    """The `thinkingConfig` that says the request's effort or budget; None where it asks nothing.

    A level and a budget together are refused. The thoughts are asked for with either, but where
    there shall be none.
    """
    effort, budget = request.reasoning_effort, request.reasoning_budget
    amount: str | int | None = None
    if budget is not None:
        amount = _budget(wire, budget, adjust)
        if effort is not None and amount is not None:
            adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
            effort = None
    if effort is not None:
        amount = _effort(wire, effort, adjust)
    if amount is None:
        return None
    if isinstance(amount, str):
        return {"thinkingLevel": amount, "includeThoughts": True}
    return {"thinkingBudget": amount, "includeThoughts": True} if amount else {"thinkingBudget": 0}


def _budget(wire: Gemini, asked: int, adjust: Adjuster) -> int | None:
    if not wire.budgets:
        if asked:
            adjust.unsupported("reasoning_budget", "the model does not think")
        else:
            adjust.note("dropped", "reasoning_budget", "the model does not think anyway")
        return None
    if asked == 0:
        if "none" in wire.efforts:
            return 0
        adjust.unsupported("reasoning_budget", "the model cannot do without thinking")
        return None
    taken = _within(wire, asked)
    if taken != asked:
        least, most = wire.budgets
        reason = f"from {asked} to {taken}: the model takes {least} to {most}"
        adjust.note("clamped", "reasoning_budget", reason)
    return taken


def _within(wire: Gemini, budget: int) -> int:
    if not wire.budgets:
        return budget
    least, most = wire.budgets
    return min(max(budget, least), most)


def _effort(wire: Gemini, asked: str, adjust: Adjuster) -> str | int | None:
    if asked in wire.efforts:
        return _said(wire, asked)
    # The nearest that it knows; of two as near, the one that thinks more.
    known = [word for word in reversed(EFFORTS) if word in wire.efforts and word != "none"]
    if not known:
        if asked == "none":
            adjust.note("dropped", "reasoning_effort", "the model does not think anyway")
        else:
            adjust.unsupported("reasoning_effort", "the model does not think")
        return None
    if asked == "none":
        adjust.unsupported("reasoning_effort", "the model cannot do without thinking")
        return None
    place = EFFORTS.index(asked)
    nearest = min(known, key=lambda word: abs(EFFORTS.index(word) - place))
    adjust.note("clamped", "reasoning_effort", f"from {asked} to {nearest}, which the model knows")
    return _said(wire, nearest)


def _said(wire: Gemini, effort: str) -> str | int:
    if wire.effort == "level":
        return effort
    if effort == "none":
        return 0
    most = wire.budgets[1] if wire.budgets else _BUDGETS["high"]
    return _within(wire, _BUDGETS.get(effort, most))

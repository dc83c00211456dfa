"""How much a model shall think, said as its family takes it.

Source: https://ai.google.dev/gemini-api/docs/thinking
"""

from __future__ import annotations

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import EFFORTS, ChatCompletionRequest
from .models import ModelRule


def thinking_config(
    rule: ModelRule, request: ChatCompletionRequest[object], adjust: Adjuster
) -> dict[str, JsonValue] | None:
    """The `thinkingConfig` that says the request's effort or budget; None where it asks nothing.

    A level and a budget together are refused. The thoughts are asked for with either, but where
    there shall be none.
    """
    effort, budget = request.reasoning_effort, request.reasoning_budget
    amount: str | int | None = None
    if budget is not None:
        amount = _budget(rule, budget, adjust)
        if effort is not None and amount is not None:
            adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
            effort = None
    if effort is not None:
        amount = _effort(rule, effort, adjust)
    if amount is None:
        return None
    if isinstance(amount, str):
        return {"thinkingLevel": amount, "includeThoughts": True}
    return {"thinkingBudget": amount, "includeThoughts": True} if amount else {"thinkingBudget": 0}


def _budget(rule: ModelRule, asked: int, adjust: Adjuster) -> int | None:
    if rule.budgets is None:
        if asked:
            adjust.unsupported("reasoning_budget", "the model does not think")
        else:
            adjust.note("dropped", "reasoning_budget", "the model does not think anyway")
        return None
    if asked == 0:
        if "none" in rule.efforts:
            return 0
        adjust.unsupported("reasoning_budget", "the model cannot do without thinking")
        return None
    least, most = rule.budgets
    taken = min(max(asked, least), most)
    if taken != asked:
        reason = f"from {asked} to {taken}: the model takes {least} to {most}"
        adjust.note("clamped", "reasoning_budget", reason)
    return taken


def _effort(rule: ModelRule, asked: str, adjust: Adjuster) -> str | int | None:
    found = rule.efforts.get(asked)
    if found is not None:
        return found
    if not rule.efforts:
        if asked == "none":
            adjust.note("dropped", "reasoning_effort", "the model does not think anyway")
        else:
            adjust.unsupported("reasoning_effort", "the model does not think")
        return None
    if asked == "none":
        adjust.unsupported("reasoning_effort", "the model cannot do without thinking")
        return None
    # The nearest that it knows; of two as near, the one that thinks more.
    place = EFFORTS.index(asked)
    known = [word for word in reversed(EFFORTS) if word in rule.efforts and word != "none"]
    nearest = min(known, key=lambda word: abs(EFFORTS.index(word) - place))
    adjust.note("clamped", "reasoning_effort", f"from {asked} to {nearest}, which the model knows")
    return rule.efforts[nearest]

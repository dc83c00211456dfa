"""How much the model shall think, in the words of its family.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-reasoning.html
"""

from __future__ import annotations

from typing import Final

from ..._models.request import ChatCompletionRequest
from .task import Task

BY_BUDGET: Final = "budget"
"""What stands for the effort where thinking is asked for in tokens."""

MIN_BUDGET: Final = 1024
"""The least that Claude takes."""

_BUDGETS: Final = {
    "minimal": MIN_BUDGET,
    "low": 2048,
    "medium": 8192,
    "high": 16_384,
    "xhigh": 32_768,
    "max": 65_536,
}
"""What an effort is in tokens, for the models that are asked in tokens."""


def thinking(task: Task, request: ChatCompletionRequest[object]) -> str:
    """Say how much shall be thought; the effort that was said, "" for none or nothing."""
    effort, budget = request.reasoning_effort, request.reasoning_budget
    if budget == 0 or (effort == "none" and budget is None):
        return _off(task, "reasoning_effort" if budget is None else "reasoning_budget")
    if effort == "none":
        task.adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
        effort = None
    if budget is not None:
        if task.wire.budget:
            if effort is not None:
                task.adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
            return _budget(task, budget, request.max_tokens, "reasoning_budget")
        task.adjust.unsupported("reasoning_budget", "the model does not count thinking in tokens")
    if effort is None:
        return ""
    if not task.wire.effort and task.wire.budget:
        return _budget(task, _BUDGETS[effort], request.max_tokens, "reasoning_effort")
    return _effort(task, effort)


def _off(task: Task, field: str) -> str:
    if task.wire.off:
        task.put(task.wire.off)
    elif task.wire.effort or task.wire.budget:
        task.adjust.unsupported(field, "the model always thinks")
    else:
        task.adjust.note("dropped", field, "the model has no thinking to turn off")
    return ""


def _effort(task: Task, effort: str) -> str:
    wire = task.wire
    if not wire.effort:
        task.adjust.unsupported("reasoning_effort", "the model has no such switch")
        return ""
    if effort == "minimal" and "low" in wire.efforts:
        task.adjust.note("rewritten", "reasoning_effort", "minimal as low, the model's least")
        effort = "low"
    if effort not in wire.efforts:
        known = ", ".join(wire.efforts)
        task.adjust.unsupported("reasoning_effort", f"{effort!r} is not among the model's: {known}")
        return ""
    for path in wire.effort:
        task.put(path, effort)
    return effort


def _budget(task: Task, wanted: int, max_tokens: int | None, field: str) -> str:
    """Thinking in tokens, of which the answer's limit must leave some for the answer."""
    budget = max(wanted, MIN_BUDGET)
    if max_tokens is not None:
        if field == "reasoning_effort":
            budget = max(min(budget, max_tokens // 2), MIN_BUDGET)
        budget = min(budget, max_tokens - 1)
        if budget < MIN_BUDGET:
            task.adjust.unsupported(
                field, f"thinking takes {MIN_BUDGET} tokens, and max_tokens is {max_tokens}"
            )
            return ""
    if field == "reasoning_effort":
        task.adjust.note("rewritten", field, f"as a budget of {budget} tokens")
    elif budget != wanted:
        task.adjust.note("clamped", field, f"{wanted} to {budget}")
    for path in task.wire.budget:
        task.put(path, budget)
    return BY_BUDGET

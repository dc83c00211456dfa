"""How much the model shall think, in the words of its generation.

Sources: https://platform.claude.com/docs/en/build-with-claude/extended-thinking,
https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking,
https://platform.claude.com/docs/en/build-with-claude/effort
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from ..._models.messages import AssistantMessage, Message, ToolMessage, UserMessage
from ..._models.parts import ReasoningPart
from ..._models.request import ChatCompletionRequest
from .task import JsonDict, Task

Mode: TypeAlias = Literal["unsaid", "off", "budget", "adaptive"]

MIN_BUDGET: Final = 1024
"""The least that the wire takes."""

_BUDGETS: Final = {
    "minimal": MIN_BUDGET,
    "low": 2048,
    "medium": 8192,
    "high": 16_384,
    "xhigh": 32_768,
    "max": 65_536,
}
"""What an effort is in tokens, for the models that are asked in tokens."""


def thinking(
    task: Task, request: ChatCompletionRequest[object], max_tokens: int, body: JsonDict
) -> Mode:
    """Say in *body* how much shall be thought; how that was said."""
    effort, budget = request.reasoning_effort, request.reasoning_budget
    if effort is None and budget is None:
        return "unsaid"
    if budget == 0 or (effort == "none" and budget is None):
        return _off(task, "reasoning_effort" if budget is None else "reasoning_budget", body)
    if not _thinks(task):
        field = "reasoning_effort" if budget is None else "reasoning_budget"
        task.adjust.unsupported(field, "the model does not think")
        return "unsaid"
    if budget is not None and not task.wire.budget:
        task.adjust.unsupported(
            "reasoning_budget", "the model finds its own depth: use reasoning_effort"
        )
        budget = None
    if effort == "none":
        task.adjust.note("dropped", "reasoning_effort", "the budget says otherwise")
    elif effort is not None:
        _effort(task, effort, body, budgeted=budget is not None)
    if budget is not None:
        return _budget(task, request, budget, max_tokens, body)
    if effort is None or effort == "none":
        return "unsaid"
    if task.wire.adaptive:
        if "output_config" not in body:
            return "unsaid"  # an effort that the model does not know, dropped
        body["thinking"] = {"type": "adaptive"}
        return "adaptive"
    wanted = min(_BUDGETS[effort], max(MIN_BUDGET, max_tokens // 2))
    return _budget(task, request, wanted, max_tokens, body)


def _thinks(task: Task) -> bool:
    return task.wire.budget or task.wire.adaptive


def _off(task: Task, field: str, body: JsonDict) -> Mode:
    if not _thinks(task):
        return "unsaid"  # nothing to turn off
    if not task.wire.off:
        task.adjust.unsupported(field, "the model always thinks")
        return "unsaid"
    body["thinking"] = {"type": task.wire.off}
    return "off"


def _effort(task: Task, effort: str, body: JsonDict, *, budgeted: bool) -> None:
    known = task.wire.efforts
    if not known:
        if budgeted:
            task.adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
        return
    if effort == "minimal":
        task.adjust.note("rewritten", "reasoning_effort", "minimal as low, the wire's least")
        effort = "low"
    if effort in known:
        body["output_config"] = {"effort": effort}
        return
    told = ", ".join(known)
    task.adjust.unsupported("reasoning_effort", f"{effort!r} is not among the model's: {told}")


def _budget(
    task: Task,
    request: ChatCompletionRequest[object],
    wanted: int,
    max_tokens: int,
    body: JsonDict,
) -> Mode:
    """Thinking in tokens, of which the answer's limit must leave some for the answer."""
    field = "reasoning_effort" if request.reasoning_budget is None else "reasoning_budget"
    if _in_unthinking_loop(task, request.messages):
        task.adjust.note("dropped", field, "thinking cannot begin in the middle of a tool loop")
        return "unsaid"
    budget = max(MIN_BUDGET, min(wanted, max_tokens - 1))
    if budget >= max_tokens:
        task.adjust.unsupported(
            field, f"thinking takes {MIN_BUDGET} tokens, and max_tokens is {max_tokens}"
        )
        return "unsaid"
    if budget != wanted:
        task.adjust.note("clamped", field, f"{wanted} to {budget}")
    body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    return "budget"


def _in_unthinking_loop(task: Task, messages: Sequence[Message]) -> bool:
    """Whether results of tools are at the end whose calls came without thinking.

    The wire refuses to think on from them: perhaps another provider's model made the calls.
    """
    called = False
    for message, before in zip(reversed(messages), [*reversed(messages[:-1]), None]):
        if isinstance(message, UserMessage) and not isinstance(before, ToolMessage):
            break
        if isinstance(message, AssistantMessage):
            if any(_sealed(task, part) for part in message.parts):
                return False
            called = called or bool(message.tool_calls)
    return called


def _sealed(task: Task, part: object) -> bool:
    return (
        isinstance(part, ReasoningPart)
        and part.provider in (None, task.wire.provider)
        and (part.signature is not None or part.encrypted is not None or not task.wire.seals)
    )

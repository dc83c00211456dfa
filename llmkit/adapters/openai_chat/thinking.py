"""How much to think, said in each provider's way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest
from .checks import THINKING_QUIRKS

if TYPE_CHECKING:
    from . import OpenAIChat

EffortForm: TypeAlias = Literal[
    "reasoning_effort",
    "reasoning",
    "thinking",
    "thinking_switch",
    "enable_thinking",
    "chat_template",
    "reasoning_enabled",
]
"""The ways to say an effort."""

_ALONE = ("thinking_switch", "enable_thinking", "chat_template", "reasoning_enabled")
_SWITCHES = ("thinking", *_ALONE)
_BUDGET_FIRST = ("reasoning", *_ALONE)  # those that say one of the two: the budget is more exact


def thinking(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    """Say in *body* whether to think, and how much."""
    if request.reasoning_effort is None and request.reasoning_budget is None:
        return
    effort = _effort(wire, request.reasoning_effort, adjust)
    budget = _budget(wire, request.reasoning_budget, adjust)
    if effort is None and budget is None:
        return
    if effort is not None and budget is not None and wire.effort in _BUDGET_FIRST:
        adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
        effort = None
    if wire.effort == "reasoning":
        # OpenRouter: https://openrouter.ai/docs/use-cases/reasoning-tokens
        body["reasoning"] = {"effort": effort} if budget is None else {"max_tokens": budget}
        return
    on = effort != "none" if effort is not None else budget != 0
    _switch(wire, body, on)
    if wire.effort in _ALONE and effort not in (None, "none"):
        adjust.note("rewritten", "reasoning_effort", "as a switch, which does not say how much")
    elif effort is not None and (wire.effort == "reasoning_effort" or on):
        body["reasoning_effort"] = effort
    if budget is not None and (on or wire.effort not in _SWITCHES):
        _say_budget(wire, body, budget)


def thinks(wire: OpenAIChat, request: ChatCompletionRequest[object]) -> bool:
    """Whether the model will think about *request*."""
    effort, budget = request.reasoning_effort, request.reasoning_budget
    word = None if effort is None else _word(wire, effort)
    if budget is not None and _counts(wire) and (word is None or wire.effort in _BUDGET_FIRST):
        return budget != 0
    if word is not None and _knows(wire, word):
        return word != "none"
    return wire.thinks_unasked


def thinker(wire: OpenAIChat) -> OpenAIChat | None:
    """*wire* as it is while it thinks, or None where that makes no difference."""
    given: object = wire.while_thinking
    if not isinstance(given, Mapping) or not given or set(given) - {*THINKING_QUIRKS}:
        return None  # what is wrong is for the checks to say
    made = evolve(wire, while_thinking={}, **given)
    object.__setattr__(made, "usual", wire)
    return made


def _word(wire: OpenAIChat, effort: str) -> str:
    """The provider's word for *effort*."""
    return dict(wire.renamed_efforts).get(effort, effort) if wire.renamed_efforts else effort


def _knows(wire: OpenAIChat, word: str) -> bool:
    if wire.effort is None or "reasoning_effort" in wire.refused:
        return False
    return not wire.efforts or word in wire.efforts


def _counts(wire: OpenAIChat) -> bool:
    counted = wire.effort == "reasoning" or wire.budget_field is not None
    return counted and "reasoning_budget" not in wire.refused


def _effort(wire: OpenAIChat, effort: str | None, adjust: Adjuster) -> str | None:
    """The provider's word for *effort*, or None where it has none."""
    if effort is None:
        return None
    word = _word(wire, effort)
    if _knows(wire, word):
        if word != effort:
            adjust.note("renamed", "reasoning_effort", f"the provider says {word} for {effort}")
        return word
    if wire.effort is None or "reasoning_effort" in wire.refused:
        adjust.unsupported("reasoning_effort", "the provider has no such switch")
    else:
        known = ", ".join(wire.efforts)
        adjust.unsupported("reasoning_effort", f"{word!r} is not among the provider's: {known}")
    return None


def _budget(wire: OpenAIChat, budget: int | None, adjust: Adjuster) -> int | None:
    if budget is not None and not _counts(wire):
        adjust.unsupported("reasoning_budget", "the provider does not count thinking in tokens")
        return None
    return budget


def _switch(wire: OpenAIChat, body: dict[str, JsonValue], on: bool) -> None:
    match wire.effort:
        case "thinking" | "thinking_switch":
            body["thinking"] = {"type": wire.thinking_on if on else "disabled"}
        case "enable_thinking":
            body["enable_thinking"] = on
        case "chat_template":
            body["chat_template_kwargs"] = {"enable_thinking": on}
        case "reasoning_enabled":
            # Together: https://docs.together.ai/docs/inference/chat/reasoning
            body["reasoning"] = {"enabled": on}


def _say_budget(wire: OpenAIChat, body: dict[str, JsonValue], budget: int) -> None:
    if wire.budget_field == "thinking_budget":
        body["thinking_budget"] = budget
    elif budget:
        body["thinking"] = {"type": wire.thinking_on, "budget_tokens": budget}
    else:
        body["thinking"] = {"type": "disabled"}

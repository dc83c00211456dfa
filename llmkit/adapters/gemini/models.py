"""What the models of this wire can do: a table, read from the top; the first match counts.

Sources: https://ai.google.dev/gemini-api/docs/thinking,
https://ai.google.dev/gemini-api/docs/openai (how efforts are budgets and levels),
https://ai.google.dev/gemini-api/docs/structured-output
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from attrs import Factory, frozen


@frozen(kw_only=True)
class ModelRule:
    """What the models of one family take.

    Args:
        pattern: which models: their name, with `*` for any characters.
        efforts: each reasoning effort that it knows, as a `thinkingLevel` (text) or a
            `thinkingBudget` (a number); with "none" among them it can do without thinking.
        budgets: the least and the most `thinkingBudget`; None: it takes none.
        system: it takes a `systemInstruction`.
        tools: it takes function declarations.
        validated: it takes the calling mode `VALIDATED`: calls that fit, or words.
        json: it can be held to JSON.
        json_with_tools: also where there are functions to call.
        media_results: functions may answer with images and documents.
        sealed_calls: it refuses a call of its own without the signature that came with it.
    """

    pattern: str
    efforts: Mapping[str, str | int] = Factory(dict)
    budgets: tuple[int, int] | None = None
    system: bool = True
    tools: bool = True
    validated: bool = False
    json: bool = True
    json_with_tools: bool = False
    media_results: bool = False
    sealed_calls: bool = False


_ANY_BUDGET: Final = (1, 2**31 - 1)


def _third(pattern: str, *levels: str) -> ModelRule:
    """A family since Gemini 3: it thinks in levels, and takes a budget as its elders did."""
    return ModelRule(
        pattern=pattern,
        efforts={level: level for level in levels},
        budgets=_ANY_BUDGET,
        validated=True,
        json_with_tools=True,
        media_results=True,
        sealed_calls=True,
    )


def _second(pattern: str, least: int, most: int, *, stops: bool) -> ModelRule:
    """A family of Gemini 2.5: it thinks in budgets."""
    efforts = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
    return ModelRule(
        pattern=pattern,
        efforts={**({"none": 0} if stops else {}), **efforts, "xhigh": most, "max": most},
        budgets=(least, most),
        validated=True,
    )


RULES: Final = (
    ModelRule(pattern="gemma-3*", system=False, tools=False, json=False),
    ModelRule(pattern="gemini-2*-image*", system=False, tools=False, json=False),
    _second("gemini-2.5-pro*", 128, 32768, stops=False),
    _second("gemini-2.5-flash-lite*", 512, 24576, stops=True),
    _second("gemini-2.5-*", 1, 24576, stops=True),
    ModelRule(pattern="gemini-2.*"),
    ModelRule(pattern="gemini-1.*"),
    _third("gemini-3-pro*", "low", "high"),
    _third("gemini-3.1-pro*", "low", "medium", "high"),
    _third("gemini-3.7-flash*", "low", "medium", "high"),
    # What is not known is newer: all that came since Gemini 3 has been like this.
    _third("*", "minimal", "low", "medium", "high"),
)
"""The families, the narrower patterns first."""


def rules_of(given: Sequence[ModelRule | Mapping[str, Any]]) -> tuple[ModelRule, ...]:
    """Rules, which a manifest gives as tables."""
    return tuple(rule if isinstance(rule, ModelRule) else ModelRule(**rule) for rule in given)


def rule_for(model: str, more: Sequence[ModelRule] = ()) -> ModelRule:
    """The rule of *model*, whose name may stand behind a path; *more* come before the table's."""
    name = model.rpartition("/")[2]
    for rule in (*more, *RULES):
        if fnmatchcase(name, rule.pattern):
            return rule
    return RULES[-1]

"""What differs between the models that speak this wire, as one table.

Sources: https://platform.claude.com/docs/en/about-claude/models/overview (limits),
https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and
https://platform.claude.com/docs/en/build-with-claude/effort (thinking),
https://platform.claude.com/docs/en/about-claude/models/migration-guide (what newer models
refuse), https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from attrs import evolve, frozen

_LOW_TO_HIGH: Final = ("low", "medium", "high")


@frozen(kw_only=True)
class ModelRule:
    """What is true of the models whose names match.

    Args:
        names: globs for their names, in lower case, with `-` for each dot.
        max_tokens: the limit that is sent where the request gives none: the wire needs one.
        budget: thinking may be asked for by a budget of tokens.
        adaptive: thinking may be asked for with the depth left to the model.
        off: the word that turns thinking off; None: it cannot be turned off.
        efforts: the words for `output_config.effort` that they know.
        sampling: whether they take `temperature` and `top_p`, one of the two, or the
            default values alone.
        schemas: they hold answers and strict tools to a schema by themselves.
        forced_tools: they can be made to call a tool.
        prefill: they go on from an assistant message at the end.
        system_turns: they take system messages in the middle of a conversation.
        seals: their thinking goes back only under its seal.
    """

    names: tuple[str, ...] = ("*",)
    max_tokens: int = 8192
    budget: bool = True
    adaptive: bool = False
    off: Literal["disabled", "between_tools"] | None = "disabled"
    efforts: tuple[str, ...] = ()
    sampling: Literal["any", "one", "default"] = "any"
    schemas: bool = False
    forced_tools: bool = True
    prefill: bool = True
    system_turns: bool = False
    seals: bool = True

    @property
    def thinks(self) -> bool:
        """Whether they can think at all."""
        return self.budget or self.adaptive


_ADAPTIVE: Final = ModelRule(
    max_tokens=128_000,
    budget=False,
    adaptive=True,
    efforts=(*_LOW_TO_HIGH, "xhigh", "max"),
    sampling="default",
    schemas=True,
    prefill=False,
)
_ALWAYS: Final = evolve(_ADAPTIVE, off=None)

MODELS: Final = (
    evolve(
        _ALWAYS,
        names=("*claude-fable-5-[12]*", "*claude-mythos-5-[12]*", "*claude-opus-5-5*"),
        forced_tools=False,
        system_turns=True,
    ),
    evolve(_ALWAYS, names=("*claude-fable-5*", "*claude-mythos-5*"), system_turns=True),
    evolve(_ALWAYS, names=("*claude-mythos-preview*",), efforts=(*_LOW_TO_HIGH, "max")),
    evolve(
        _ADAPTIVE,
        names=("*claude-sonnet-5-5*",),
        off="between_tools",
        forced_tools=False,
        system_turns=True,
    ),
    evolve(
        _ADAPTIVE,
        names=("*claude-opus-5*", "*claude-haiku-5-5*", "*claude-opus-4-8*"),
        system_turns=True,
    ),
    evolve(_ADAPTIVE, names=("*claude-sonnet-5*", "*claude-opus-4-7*")),
    ModelRule(
        names=("*claude-opus-4-6*", "*claude-sonnet-4-6*"),
        max_tokens=128_000,
        adaptive=True,
        efforts=(*_LOW_TO_HIGH, "max"),
        sampling="one",
        schemas=True,
        prefill=False,
    ),
    ModelRule(
        names=("*claude-opus-4-5*",),
        max_tokens=64_000,
        efforts=_LOW_TO_HIGH,
        sampling="one",
        schemas=True,
    ),
    ModelRule(
        names=("*claude-sonnet-4-5*", "*claude-haiku-4-5*"),
        max_tokens=64_000,
        sampling="one",
        schemas=True,
    ),
    # Before these, prompt and limit together must fit the context: a small limit leaves room.
    ModelRule(names=("*claude-opus-4-1*",), sampling="one", schemas=True),
    ModelRule(
        names=(
            *("*claude-opus-4", "*claude-opus-4-0*", "*claude-opus-4-2*", "*claude-opus-4@*"),
            *("*claude-sonnet-4", "*claude-sonnet-4-[02]*", "*claude-sonnet-4@*"),
            *("*claude-4-*", "*claude-3-7*"),
        ),
    ),
    ModelRule(names=("*claude-3-5*",), budget=False),
    ModelRule(
        names=("*claude-3*", "*claude-2*", "*claude-instant*"), max_tokens=4096, budget=False
    ),
    # A Claude that is not known yet is more like the newest than like any other.
    evolve(_ADAPTIVE, names=("*claude*",), max_tokens=64_000),
    # Models of others, who speak the wire too.
    ModelRule(names=("*",), seals=False),
)
"""The rules; the first whose names match is a model's."""


def rule_of(models: tuple[ModelRule, ...], model: str) -> ModelRule:
    """The rule for *model*, whatever stands around its name: a region, a vendor, a date."""
    name = model.lower().replace(".", "-")
    for rule in models:
        if any(fnmatchcase(name, glob) for glob in rule.names):
            return rule
    return ModelRule()


def rules(value: Iterable[ModelRule | Mapping[str, Any]]) -> tuple[ModelRule, ...]:
    """Rules as a manifest may give them: as tables."""
    return tuple(item if isinstance(item, ModelRule) else ModelRule(**item) for item in value)

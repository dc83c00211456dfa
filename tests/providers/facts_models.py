"""What the vendors' documents say of their models, where these differ within one form.

Claude: https://platform.claude.com/docs/en/about-claude/models/overview (limits, thinking),
https://platform.claude.com/docs/en/build-with-claude/effort,
https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking,
https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
https://platform.claude.com/docs/en/models/fable-5-1/migration-guide, and the other guides of
migration. Gemini: https://ai.google.dev/gemini-api/docs/thinking and
https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking. Bedrock: the
models' cards in https://docs.aws.amazon.com/bedrock/latest/userguide/model-cards.html and
https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import evolve, frozen

Sampling = Literal["any", "one", "none"]

MOST = ("low", "medium", "high", "xhigh", "max")


@frozen(kw_only=True)
class Claude:
    """What a generation of Claude takes. The defaults are those of Opus 4.7 and Sonnet 5.

    Args:
        names: the model's names at Anthropic, on Vertex AI and on Bedrock.
        output: how many tokens it writes at most.
        small: without a limit it is sent a smaller one, which leaves room for the prompt.
        adaptive: it takes `thinking.type: adaptive`.
        budget: it takes `thinking.type: enabled` with a budget.
        off: the type that turns thinking off; None: there is none, or no thinking at all.
        efforts: the words of `output_config.effort` that it takes.
        sampling: it takes `temperature` and `top_p`, one of the two, or neither.
        schemas: where it is held to a schema by the provider's own field.
        forced: it can be made to call a tool.
        prefill: it goes on from an assistant's message.
        system_turns: it takes system messages in the middle.
    """

    names: tuple[str, str, str]
    output: int = 128_000
    small: bool = False
    adaptive: bool = True
    budget: bool = False
    off: str | None = "disabled"
    efforts: tuple[str, ...] = MOST
    sampling: Sampling = "none"
    schemas: frozenset[str] = frozenset({"anthropic", "vertex-anthropic", "bedrock-anthropic"})
    forced: bool = True
    prefill: bool = False
    system_turns: bool = False

    @property
    def thinks(self) -> bool:
        """Whether it thinks at all."""
        return self.adaptive or self.budget


def _names(name: str, date: str = "", bedrock: str = "") -> tuple[str, str, str]:
    """A model's names on the three platforms."""
    dated = f"-{date}" if date else ""
    return (
        f"claude-{name}{dated}",
        f"claude-{name}" + (f"@{date}" if date else ""),
        f"us.anthropic.claude-{name}{dated}{bedrock}",
    )


_NOT_ON_BEDROCK = frozenset({"anthropic", "vertex-anthropic"})
_CLAUDE_4_5 = Claude(
    names=_names("sonnet-4-5", "20250929", "-v1:0"),
    output=64_000,
    adaptive=False,
    budget=True,
    efforts=(),
    sampling="one",
    prefill=True,
)
_CLAUDE_4 = evolve(
    _CLAUDE_4_5,
    names=_names("sonnet-4", "20250514", "-v1:0"),
    small=True,
    sampling="any",
    schemas=frozenset(),
)

CLAUDES: Mapping[str, Claude] = {
    "Fable 5.2": Claude(
        names=_names("fable-5-2"),
        off=None,
        schemas=_NOT_ON_BEDROCK,
        forced=False,
        system_turns=True,
    ),
    "Fable 5": Claude(
        names=_names("fable-5"), off=None, schemas=_NOT_ON_BEDROCK, system_turns=True
    ),
    "Opus 5.5": Claude(names=_names("opus-5-5"), off=None, forced=False, system_turns=True),
    # https://platform.claude.com/docs/en/models/sonnet-5-5/migration-guide
    "Sonnet 5.5": Claude(
        names=_names("sonnet-5-5"), off="between_tools", forced=False, system_turns=True
    ),
    "Haiku 5.5": Claude(names=_names("haiku-5-5"), system_turns=True),
    "Opus 5": Claude(names=_names("opus-5"), system_turns=True),
    "Sonnet 5": Claude(names=_names("sonnet-5")),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
    "Opus 4.8": Claude(names=_names("opus-4-8"), schemas=_NOT_ON_BEDROCK, system_turns=True),
    "Opus 4.7": Claude(names=_names("opus-4-7"), schemas=_NOT_ON_BEDROCK),
    "Opus 4.6": Claude(
        names=_names("opus-4-6", bedrock="-v1"),
        budget=True,
        efforts=("low", "medium", "high", "max"),
        sampling="one",
    ),
    "Opus 4.5": evolve(
        _CLAUDE_4_5,
        names=_names("opus-4-5", "20251101", "-v1:0"),
        efforts=("low", "medium", "high"),
    ),
    "Sonnet 4.5": _CLAUDE_4_5,
    "Haiku 4.5": evolve(_CLAUDE_4_5, names=_names("haiku-4-5", "20251001", "-v1:0")),
    "Opus 4.1": evolve(
        _CLAUDE_4_5,
        names=_names("opus-4-1", "20250805", "-v1:0"),
        output=32_000,
        small=True,
        schemas=frozenset({"anthropic"}),
    ),
    "Sonnet 4": _CLAUDE_4,
    "Opus 4": evolve(_CLAUDE_4, names=_names("opus-4", "20250514", "-v1:0"), output=32_000),
    "Sonnet 3.7": evolve(_CLAUDE_4, names=_names("3-7-sonnet", "20250219", "-v1:0")),
    "Haiku 3.5": evolve(
        _CLAUDE_4,
        names=_names("3-5-haiku", "20241022", "-v1:0"),
        output=8192,
        small=False,
        budget=False,
        off=None,
    ),
    "Haiku 3": evolve(
        _CLAUDE_4,
        names=_names("3-haiku", "20240307", "-v1:0"),
        output=4096,
        small=False,
        budget=False,
        off=None,
    ),
}


@frozen(kw_only=True)
class Gemini:
    """What a family of Gemini takes. The defaults are those of Gemini 3 Flash.

    Args:
        levels: the words of `thinkingLevel` that it takes; empty: it thinks in tokens.
        budget: the least and the most `thinkingBudget`; None: it does not think.
        off: thinking can be turned off.
        system: it takes a `systemInstruction`.
        tools: it takes functions.
        json: it can be held to a schema.
        json_with_tools: beside functions, too.
        validated: it can be held to the schemas of functions.
    """

    levels: tuple[str, ...] = ("minimal", "low", "medium", "high")
    budget: tuple[int, int] | None = None
    off: bool = False
    system: bool = True
    tools: bool = True
    json: bool = True
    json_with_tools: bool = True
    validated: bool = True

    @property
    def thinks(self) -> bool:
        """Whether it thinks at all."""
        return bool(self.levels) or self.budget is not None


_GEMINI_2_5 = Gemini(levels=(), budget=(1, 24_576), off=True, json_with_tools=False)

GEMINIS: Mapping[str, Gemini] = {
    "gemini-3-flash-preview": Gemini(),
    "gemini-3.6-flash": Gemini(),
    "gemini-3.1-flash-lite": Gemini(),
    "gemini-3.8-flash": Gemini(levels=("low", "medium", "high")),
    "gemini-3.7-flash": Gemini(levels=("low", "medium", "high")),
    "gemini-3.1-pro-preview": Gemini(levels=("low", "medium", "high")),
    "gemini-3-pro-preview": Gemini(levels=("low", "high")),
    "gemini-2.5-flash": _GEMINI_2_5,
    "gemini-2.5-flash-lite": evolve(_GEMINI_2_5, budget=(512, 24_576)),
    "gemini-2.5-pro": evolve(_GEMINI_2_5, budget=(128, 32_768), off=False),
    "gemini-2.0-flash": Gemini(levels=(), json_with_tools=False, validated=False),
    "gemma-3-27b-it": Gemini(
        levels=(), system=False, tools=False, json=False, json_with_tools=False, validated=False
    ),
    "gemini-2.5-flash-image": Gemini(
        levels=(), system=False, tools=False, json=False, json_with_tools=False, validated=False
    ),
}


@frozen(kw_only=True)
class Bedrock:
    """What a family of models takes of Converse.

    Args:
        top_k: the model's own fields that say `top_k=5`; None: it does not take it.
        low: its own fields that say `reasoning_effort="low"`; None: it has no such switch.
        off: its own fields that turn thinking off; None: nothing does.
        forced: it can be made to call a tool.
        schemas: it is held to a schema by the wire's own field.
        system: it takes system messages.
        cached: it takes cache points in the system's words.
        alone: a tool's results stand alone in a message.
        json_results: results of tools are JSON.
        status: results of tools say whether the tool failed.
        id_length: how long ids of tool calls are; None: any length.
    """

    top_k: Mapping[str, object] | None = None
    low: Mapping[str, object] | None = None
    off: Mapping[str, object] | None = None
    forced: bool = True
    schemas: bool = False
    system: bool = True
    cached: bool = False
    alone: bool = False
    json_results: bool = False
    status: bool = True
    id_length: int | None = None


BEDROCKS: Mapping[str, Bedrock] = {
    # https://docs.aws.amazon.com/nova/latest/userguide/using-converse-api.html
    "amazon.nova-pro-v1:0": Bedrock(top_k={"inferenceConfig": {"topK": 5}}, cached=True),
    # https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
    "us.amazon.nova-2-lite-v1:0": Bedrock(
        top_k={"inferenceConfig": {"topK": 5}},
        low={"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}},
        off={"reasoningConfig": {"type": "disabled"}},
        cached=True,
    ),
    "amazon.titan-text-premier-v1:0": Bedrock(forced=False, system=False),
    "us.meta.llama3-3-70b-instruct-v1:0": Bedrock(forced=False, alone=True),
    "mistral.mistral-large-2407-v1:0": Bedrock(alone=True, json_results=True, id_length=9),
    "mistral.mixtral-8x7b-instruct-v0:1": Bedrock(
        forced=False, system=False, alone=True, json_results=True, id_length=9
    ),
    "qwen.qwen3-32b-v1:0": Bedrock(
        low={"reasoning_config": "low"},
        off={"reasoning_config": "none"},
        forced=False,
        schemas=True,
    ),
    "openai.gpt-oss-120b-1:0": Bedrock(low={"reasoning_effort": "low"}, forced=False),
    "us.deepseek.r1-v1:0": Bedrock(forced=False),
    "us.writer.palmyra-x5-v1:0": Bedrock(forced=False, alone=True, status=False),
    "cohere.command-r-plus-v1:0": Bedrock(top_k={"k": 5}, forced=False),
    "moonshot.kimi-k2-thinking": Bedrock(schemas=True),
}

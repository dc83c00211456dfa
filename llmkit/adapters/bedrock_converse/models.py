"""What differs between the models behind this one form, as a table.

Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html,
https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html,
https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking, and the models' cards in
AWS's user guide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final, Literal, cast

from attrs import evolve, frozen

_LOW_TO_HIGH: Final = ("low", "medium", "high")
_LOW_TO_XHIGH: Final = (*_LOW_TO_HIGH, "xhigh")
_LOW_TO_MAX: Final = (*_LOW_TO_XHIGH, "max")


@frozen(kw_only=True)
class ModelRule:
    """What is true of the models whose names match.

    What Converse has no word for goes to a model in `additionalModelRequestFields`, where each
    family has words of its own. A path into these is written with dots, a value that goes with
    it after an equals sign: `thinking.type=enabled`.

    Args:
        names: globs for their names, in lower case; what stands around a name, a region or an
            ARN, is theirs to match too.
        top_k: the path of `top_k`; "": they do not take it.
        effort: the path of the reasoning effort; "": it cannot be said as a word.
        efforts: the words for it that they know.
        effort_on: what is said beside it.
        budget: the path of the budget of thinking tokens; "": they do not count them.
        budget_on: what is said beside it.
        off: what turns thinking off; "": nothing does.
        sampling: whether they take `temperature` and `top_p`, one of the two, or neither.
        unsampled: the efforts at which they take neither, "budget" for thinking by a budget.
        schemas: they hold answers and strict tools to a schema by themselves.
        forced_tools: they can be made to call a tool.
        unforced: the efforts at which they cannot, "budget" for thinking by a budget.
        native_choice: they take Anthropic's `tool_choice` too, which knows more words.
        system: they take system messages.
        leading_assistant: a conversation may begin with an assistant message.
        prefill: they go on from an assistant message at the end.
        thoughts: which of their thinking goes back to them: only what is sealed, plain thinking,
            or none.
        caches: where they take prompt-cache markers: "tools", "system", "messages".
        ttls: how long they keep what is marked, where that can be said.
        citations: they cite documents.
        beside_results: the kinds of blocks that may stand beside a tool's result.
        result_media: the kinds of media that may stand in a tool's result.
        result_json: a tool's result is JSON, not text.
        result_status: a tool's result tells whether the tool failed.
        tool_id_length: ids of tool calls have just this many letters and digits.
    """

    names: tuple[str, ...] = ("*",)
    top_k: str = ""
    effort: str = ""
    efforts: tuple[str, ...] = ()
    effort_on: str = ""
    budget: str = ""
    budget_on: str = ""
    off: str = ""
    sampling: Literal["any", "one", "none"] = "any"
    unsampled: tuple[str, ...] = ()
    schemas: bool = False
    forced_tools: bool = True
    unforced: tuple[str, ...] = ()
    native_choice: bool = False
    system: bool = True
    leading_assistant: bool = False
    prefill: bool = True
    thoughts: Literal["sealed", "plain", "none"] = "none"
    caches: tuple[str, ...] = ()
    ttls: tuple[str, ...] = ()
    citations: bool = False
    beside_results: tuple[str, ...] = ("text", "image", "document", "video", "audio")
    result_media: tuple[str, ...] = ("image",)
    result_json: bool = False
    result_status: bool = True
    tool_id_length: int | None = None


_CLAUDE: Final = ModelRule(
    top_k="top_k",
    native_choice=True,
    leading_assistant=True,
    thoughts="sealed",
    caches=("tools", "system", "messages"),
    citations=True,
    beside_results=("text", "image"),
    result_media=("image", "document"),
)
_BUDGET: Final = evolve(
    _CLAUDE,
    budget="thinking.budget_tokens",
    budget_on="thinking.type=enabled",
    off="thinking.type=disabled",
    unsampled=("budget",),
    unforced=("budget",),
)
_SCHEMAS: Final = evolve(_BUDGET, sampling="one", schemas=True, ttls=("5m", "1h"))
_ADAPTIVE: Final = evolve(
    _CLAUDE,
    effort="output_config.effort",
    efforts=_LOW_TO_MAX,
    effort_on="thinking.type=adaptive",
    off="thinking.type=disabled",
    sampling="none",
    schemas=True,
    prefill=False,
    ttls=("5m", "1h"),
)
_ALWAYS: Final = evolve(_ADAPTIVE, off="")

_NOVA: Final = ModelRule(top_k="inferenceConfig.topK", caches=("system", "messages"))
_MISTRAL: Final = ModelRule(
    beside_results=(), result_media=("document",), result_json=True, tool_id_length=9
)
_QWEN: Final = ModelRule(forced_tools=False, leading_assistant=True, result_media=())
_OPEN: Final = ModelRule(forced_tools=False, schemas=True)

MODELS: Final = (
    evolve(_ALWAYS, names=("*claude-opus-5-5*",), forced_tools=False),
    evolve(
        _ALWAYS,
        names=("*claude-fable-5-[12]*", "*claude-mythos-5-[12]*"),
        forced_tools=False,
        schemas=False,
    ),
    evolve(_ALWAYS, names=("*claude-fable-5*", "*claude-mythos-5*"), schemas=False),
    evolve(
        _ADAPTIVE,
        names=("*claude-sonnet-5-5*",),
        off="thinking.type=between_tools",
        forced_tools=False,
    ),
    evolve(
        _SCHEMAS,
        names=("*claude-opus-4-6*", "*claude-sonnet-4-6*"),
        effort="output_config.effort",
        efforts=(*_LOW_TO_HIGH, "max"),
        effort_on="thinking.type=adaptive",
        unsampled=("budget", *_LOW_TO_MAX),
        prefill=False,
    ),
    evolve(_SCHEMAS, names=("*claude-opus-4-5*", "*claude-sonnet-4-5*", "*claude-haiku-4-5*")),
    evolve(_BUDGET, names=("*claude-opus-4-1*",), sampling="one"),
    evolve(
        _BUDGET,
        names=("*claude-opus-4-2*", "*claude-sonnet-4-2*", "*claude-3-7*"),
    ),
    evolve(_CLAUDE, names=("*claude-3*", "*claude-v2*", "*claude-instant*")),
    # A Claude that is not known yet is more like the newest than like any other.
    evolve(_ADAPTIVE, names=("*claude*",)),
    evolve(
        _NOVA,
        names=("*amazon.nova-2*",),
        effort="reasoningConfig.maxReasoningEffort",
        efforts=_LOW_TO_HIGH,
        effort_on="reasoningConfig.type=enabled",
        off="reasoningConfig.type=disabled",
        unsampled=("high",),
    ),
    evolve(_NOVA, names=("*amazon.nova*",)),
    ModelRule(names=("*amazon.titan*",), system=False, forced_tools=False),
    ModelRule(
        names=("*meta.llama*",),
        forced_tools=False,
        beside_results=(),
        result_media=("image", "document"),
    ),
    evolve(
        _MISTRAL,
        names=(
            *("*mistral.magistral-small*", "*mistral.ministral-3*", "*mistral.mistral-large-3*"),
            "*mistral.voxtral*",
        ),
        schemas=True,
    ),
    evolve(
        _MISTRAL,
        names=("*mistral.mistral-7b*", "*mistral.mixtral*"),
        system=False,
        forced_tools=False,
    ),
    evolve(_MISTRAL, names=("*mistral.*",)),
    evolve(_QWEN, names=("*qwen.qwen3-coder*",), schemas=True),
    evolve(
        _QWEN,
        names=("*qwen.qwen3*",),
        effort="reasoning_config",
        efforts=_LOW_TO_HIGH,
        off="reasoning_config=none",
        schemas=True,
    ),
    evolve(_QWEN, names=("*qwen.*",)),
    ModelRule(
        names=("*zai.glm-5.3*",),
        effort="reasoning_effort",
        efforts=_LOW_TO_MAX,
        schemas=True,
        leading_assistant=True,
    ),
    ModelRule(
        names=("*zai.*",),
        effort="reasoning_effort",
        efforts=("high",),
        off="reasoning_effort=none",
        schemas=True,
        leading_assistant=True,
    ),
    ModelRule(
        names=("*moonshot.*", "*moonshotai.*"),
        schemas=True,
        leading_assistant=True,
        result_media=(),
    ),
    evolve(
        _OPEN,
        names=(
            *("*google.gemma-3-12b*", "*google.gemma-3-27b*"),
            *("*minimax.minimax-m2*", "*nvidia.nemotron-nano*"),
        ),
    ),
    ModelRule(names=("*writer.*",), forced_tools=False, beside_results=(), result_status=False),
    ModelRule(names=("*deepseek.r1*",), forced_tools=False, thoughts="plain"),
    ModelRule(
        names=("*deepseek.v3.2*",),
        effort="reasoning_effort",
        efforts=("high",),
        off="reasoning_effort=none",
        forced_tools=False,
    ),
    ModelRule(
        names=("*openai.gpt-oss*",),
        effort="reasoning_effort",
        efforts=_LOW_TO_HIGH,
        forced_tools=False,
    ),
    ModelRule(
        names=("*openai.gpt-*",),
        effort="reasoning.effort",
        efforts=_LOW_TO_XHIGH,
        off="reasoning.effort=none",
        sampling="none",
    ),
    ModelRule(
        names=("*xai.grok*",),
        effort="reasoning.effort",
        efforts=_LOW_TO_XHIGH,
        sampling="none",
    ),
    ModelRule(names=("*cohere.*",), top_k="k", forced_tools=False),
    # A name that tells no family, such as an application inference profile's, may be anybody's:
    # what would only be refused is left to be refused.
    ModelRule(
        thoughts="sealed", caches=("tools", "system", "messages"), ttls=("5m", "1h"), citations=True
    ),
)
"""The rules; the first whose names match is a model's."""


def rule_of(models: tuple[ModelRule, ...], model: str) -> ModelRule:
    """The rule for *model*, whatever stands around its name: a region, a date, an ARN."""
    name = model.lower()
    for rule in models:
        if any(fnmatchcase(name, glob) for glob in rule.names):
            return rule
    return MODELS[-1]


def rules(value: Iterable[ModelRule | Mapping[str, object]]) -> tuple[ModelRule, ...]:
    """Rules as a manifest may give them: as tables."""
    make = cast("Callable[..., ModelRule]", ModelRule)
    return tuple(item if isinstance(item, ModelRule) else make(**item) for item in value)

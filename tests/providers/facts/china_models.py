"""What the models of China's laboratories and hosts take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from llmkit._models.request import EFFORTS

from . import Model

ENABLED: Final[Mapping[str, Mapping[str, object]]] = {
    effort: {"enable_thinking": effort != "none"} for effort in EFFORTS
}
"""A switch of its own, which does not say how much."""


def thinking(on: str = "enabled") -> Mapping[str, Mapping[str, object]]:
    """A switch in `thinking`, and its word for on."""
    return {
        effort: {"thinking": {"type": "disabled" if effort == "none" else on}} for effort in EFFORTS
    }


# https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference
QWEN: Final = Model(
    refused=frozenset({"frequency_penalty", "logit_bias", "user"}),
    formats=frozenset({"text", "json_object"}),
    thinking=ENABLED,
    budget={"enable_thinking": True, "thinking_budget": 2048},
    tool_choices=frozenset({"auto", "none", "named"}),
    # [0, 2) and (0, 1]
    ranges={
        "temperature": (0, 1.99),
        "top_p": (0.01, 1),
        "seed": (0, 2**31 - 1),
        "n": (1, 4),
    },
    files=False,
)
QWEN_THINKING: Final = evolve(QWEN, tool_choices=frozenset({"auto", "none"}))
"""Those that think unless they are told not to: who thinks cannot be forced."""

QWEN_MODELS: Final[Mapping[str, Model]] = {
    # https://www.alibabacloud.com/help/en/model-studio/qwen-structured-output
    "qwen3.7-plus": evolve(
        QWEN_THINKING, formats=frozenset({"text", "json_object", "json_schema"})
    ),
    "qwen3.6-plus": QWEN_THINKING,
    # https://www.alibabacloud.com/help/en/model-studio/deep-thinking
    "qwen3-235b-a22b-thinking-2507": evolve(
        QWEN_THINKING,
        efforts=frozenset(EFFORTS) - {"none"},
        thinking={effort: said for effort, said in ENABLED.items() if effort != "none"},
    ),
    "qwq-plus": evolve(QWEN_THINKING, efforts=frozenset(), thinking={}, budget=None),
}

# https://platform.minimax.io/docs/api-reference/text-openai-api: what it ignores is listed there.
MINIMAX: Final = Model(
    limit="max_completion_tokens",
    refused=frozenset(
        {
            *("frequency_penalty", "logit_bias", "parallel_tool_calls", "presence_penalty"),
            *("seed", "stop", "tool_choice", "top_k", "user"),
        }
    ),
    formats=frozenset(),
    efforts=frozenset(),
    ranges={"temperature": (0.01, 1), "top_p": (0.01, 1), "n": (1, 1)},
    images=False,
    audio=False,
    files=False,
    # In reasoning_details, where it came in that; what is text alone goes as text.
    reasoning_back="reasoning",
    body={"reasoning_split": True},
)
MINIMAX_M3: Final = evolve(
    MINIMAX,
    formats=frozenset({"text", "json_object"}),
    efforts=frozenset(EFFORTS),
    thinking=thinking("adaptive"),
    images=True,
)

# https://platform.moonshot.ai/docs/api/chat
KIMI: Final = Model(
    limit="max_completion_tokens",
    renamed={"user": "safety_identifier"},
    refused=frozenset({"parallel_tool_calls", "seed", "top_k"}),
    efforts=frozenset(),
    tool_choices=frozenset({"auto", "none", "named"}),
    stops=5,
    ranges={"temperature": (0, 1), "n": (1, 5)},
    text_lists=False,
    audio=False,
    files=False,
    reasoning_back="reasoning_content",
)
KIMI_FIXED: Final = evolve(
    KIMI,
    refused=KIMI.refused | {"frequency_penalty", "presence_penalty", "temperature", "top_p"},
    ranges={"n": (1, 5)},
)
"""Those whose numbers to sample with cannot be changed."""

KIMI_MODELS: Final[Mapping[str, Model]] = {
    # https://platform.kimi.ai/docs/guide/use-reasoning-effort
    "kimi-k3": evolve(
        KIMI_FIXED,
        efforts=frozenset({"low", "high", "max"}),
        tool_choices=frozenset({"auto", "none", "required", "named"}),
    ),
    # https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model
    "kimi-k2.7-code": evolve(
        KIMI_FIXED,
        efforts=frozenset(EFFORTS) - {"none"},
        thinking={effort: said for effort, said in thinking().items() if effort != "none"},
        tool_choices=frozenset({"auto", "none"}),
    ),
    # https://platform.kimi.ai/docs/api/models-overview
    "kimi-k2.5": evolve(
        KIMI_FIXED,
        refused=KIMI_FIXED.refused | {"n"},
        efforts=frozenset(EFFORTS),
        thinking=thinking(),
        tool_choices=frozenset({"auto", "none"}),
        ranges={},
    ),
    "kimi-thinking-preview": evolve(
        KIMI,
        refused=KIMI.refused | {"tool_choice", "tools"},
        formats=frozenset({"text", "json_object"}),
    ),
    "kimi-k2-thinking": evolve(KIMI, formats=frozenset({"text", "json_object"}), images=False),
    "moonshot-v1-8k-vision-preview": evolve(KIMI, formats=frozenset({"text", "json_object"})),
    "moonshot-v1-8k": evolve(KIMI, formats=frozenset({"text", "json_object"}), images=False),
}

# https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions
SILICON: Final = Model(
    refused=frozenset({"seed"}),
    formats=frozenset({"text", "json_object"}),
    efforts=frozenset(),
    budget={"thinking_budget": 2048},
    tool_choices=frozenset({"auto"}),
    stops=4,
    ranges={"reasoning_budget": (128, 32768)},
    audio=False,
    files=False,
)
SILICON_MODELS: Final[Mapping[str, Model]] = {
    "Pro/zai-org/GLM-4.7": evolve(
        SILICON,
        efforts=frozenset(EFFORTS),
        thinking=ENABLED,
        budget={"enable_thinking": True, "thinking_budget": 2048},
    ),
}

# https://docs.z.ai/api-reference/llm/chat-completion
GLM: Final = Model(
    renamed={"user": "user_id"},
    refused=frozenset(
        {
            *("frequency_penalty", "logit_bias", "logprobs", "n", "parallel_tool_calls"),
            *("presence_penalty", "seed", "top_k", "top_logprobs"),
        }
    ),
    formats=frozenset({"text", "json_object"}),
    thinking={
        effort: {
            "thinking": {
                "type": "disabled" if effort == "none" else "enabled",
                "clear_thinking": False,
            }
        }
        for effort in EFFORTS
    },
    tool_choices=frozenset({"auto"}),
    stops=1,
    ranges={"temperature": (0, 1), "top_p": (0.01, 1)},
    reasoning_back="reasoning_content",
    # https://docs.z.ai/guides/capabilities/thinking-mode#preserved-thinking
    body={"thinking": {"clear_thinking": False}},
)
GLM_EFFORTS: Final[Mapping[str, Mapping[str, object]]] = {
    effort: {
        "thinking": {"type": "enabled", "clear_thinking": False},
        "reasoning_effort": effort,
    }
    for effort in EFFORTS
    if effort != "none"
}
GLM_MODELS: Final[Mapping[str, Model]] = {
    "glm-5.3": evolve(
        GLM,
        efforts=frozenset({"low", "high", "max"}),
        thinking={effort: GLM_EFFORTS[effort] for effort in ("low", "high", "max")},
    ),
    "glm-5.2": evolve(GLM, thinking={**GLM_EFFORTS, "none": GLM.thinking["none"]}),
    "glm-4-32b-0414-128k": evolve(GLM, efforts=frozenset(), thinking={}),
}

# https://platform.stepfun.com/docs/zh/api-reference/chat/chat-completion-create
STEP: Final = Model(
    formats=frozenset({"text", "json_object"}),
    efforts=frozenset(),
    tool_choices=frozenset({"auto"}),
    ranges={"temperature": (0, 2), "frequency_penalty": (0, 1)},
    files=False,
)
STEP_3_5: Final = evolve(STEP, formats=frozenset({"text", "json_object", "json_schema"}))

# https://www.tencentcloud.com/document/product/1300/80632
TOKENHUB: Final = Model(
    thinking=thinking(),
    budget={"thinking": {"type": "enabled", "budget_tokens": 2048}},
    tool_choices=frozenset({"auto", "none", "required"}),
    stops=4,
    reasoning_back="reasoning_content",
)

# https://www.volcengine.com/docs/82379/1494384
ARK: Final = Model(
    refused=frozenset({"user"}),
    thinking=thinking(),
    stops=4,
    reasoning_back="reasoning_content",
)

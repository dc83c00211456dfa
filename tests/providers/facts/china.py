"""The laboratories and hosts of China, at home and abroad."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from . import Facts, Model
from .china_models import (
    ARK,
    ENABLED,
    GLM,
    GLM_MODELS,
    KIMI,
    KIMI_MODELS,
    MINIMAX,
    MINIMAX_M3,
    QWEN,
    QWEN_MODELS,
    SILICON,
    SILICON_MODELS,
    STEP,
    STEP_3_5,
    TOKENHUB,
    thinking,
)

FACTS: Final[dict[str, Facts]] = {
    "baichuan": Facts(
        source="https://platform.baichuan-ai.com/docs/api",
        url="https://api.baichuan-ai.com/v1/chat/completions",
        env=("BAICHUAN_API_KEY",),
        models_url="https://api.baichuan-ai.com/v1/models",
        model=Model(
            formats=frozenset({"text", "json_object"}),
            ranges={"temperature": (0, 1), "top_p": (0, 0.99), "top_k": (0, 20)},
        ),
    ),
    "dashscope": Facts(
        source="https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api",
        url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
        env=("DASHSCOPE_API_KEY", "ALIBABA_API_KEY"),
        aliases=("alibaba", "aliyun", "bailian", "qwen"),
        models_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1/models",
        model=QWEN,
        models=QWEN_MODELS,
    ),
    "dashscope-cn": Facts(
        source="https://help.aliyun.com/zh/model-studio/",
        url="https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
        env=("DASHSCOPE_API_KEY",),
        aliases=("alibaba-cn", "qwen-cn"),
        models_url="https://dashscope.aliyuncs.com/compatible-mode/v1/models",
        model=QWEN,
        models=QWEN_MODELS,
    ),
    "hunyuan": Facts(
        source="https://cloud.tencent.com/document/product/1729/111007",
        url="https://api.hunyuan.cloud.tencent.com/v1/chat/completions",
        env=("HUNYUAN_API_KEY",),
        aliases=("tencent-hunyuan",),
        models_url="https://api.hunyuan.cloud.tencent.com/v1/models",
        model=Model(
            refused=frozenset({"frequency_penalty", "n", "presence_penalty"}),
            efforts=frozenset(),
            tool_choices=frozenset({"auto", "none", "named"}),
        ),
        models={
            "hunyuan-a13b": Model(
                refused=frozenset({"frequency_penalty", "n", "presence_penalty"}),
                thinking=ENABLED,
                tool_choices=frozenset({"auto", "none", "named"}),
            )
        },
    ),
    "minimax": Facts(
        source="https://platform.minimax.io/docs/api-reference/text-openai-api",
        url="https://api.minimax.io/v1/chat/completions",
        env=("MINIMAX_API_KEY",),
        models_url="https://api.minimax.io/v1/models",
        model=MINIMAX,
        models={"MiniMax-M3": MINIMAX_M3},
    ),
    "minimax-cn": Facts(
        source="https://platform.minimaxi.com/docs/api-reference/text-openai-api",
        url="https://api.minimaxi.com/v1/chat/completions",
        env=("MINIMAX_CN_API_KEY", "MINIMAX_API_KEY"),
        model=MINIMAX,
        models={"MiniMax-M3": MINIMAX_M3},
    ),
    "modelscope": Facts(
        source="https://modelscope.cn/docs/model-service/API-Inference/intro",
        url="https://api-inference.modelscope.cn/v1/chat/completions",
        env=("MODELSCOPE_API_KEY", "MODELSCOPE_SDK_TOKEN"),
        models_url="https://api-inference.modelscope.cn/v1/models",
        model=Model(thinking=ENABLED, text_lists=False),
    ),
    "moonshot": Facts(
        source="https://platform.moonshot.ai/docs/api/chat",
        url="https://api.moonshot.ai/v1/chat/completions",
        env=("MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY"),
        aliases=("kimi", "moonshotai"),
        models_url="https://api.moonshot.ai/v1/models",
        model=KIMI,
        models=KIMI_MODELS,
    ),
    "moonshot-cn": Facts(
        source="https://platform.moonshot.cn/docs/api/chat",
        url="https://api.moonshot.cn/v1/chat/completions",
        env=("MOONSHOT_API_KEY",),
        aliases=("kimi-cn", "moonshotai-cn"),
        models_url="https://api.moonshot.cn/v1/models",
        model=KIMI,
        models=KIMI_MODELS,
    ),
    "qianfan": Facts(
        source="https://cloud.baidu.com/doc/qianfan-api/s/3m7of64lb",
        url="https://qianfan.baidubce.com/v2/chat/completions",
        env=("QIANFAN_API_KEY",),
        aliases=("baidu", "ernie", "wenxin"),
        models_url="https://qianfan.baidubce.com/v2/models",
        model=Model(
            thinking=ENABLED,
            budget={"enable_thinking": True, "thinking_budget": 2048},
            stops=4,
            ranges={"seed": (1, 2**31 - 2)},
        ),
    ),
    "sensenova": Facts(
        source="https://www.sensecore.cn/help/docs/model-as-a-service/nova/",
        url="https://api.sensenova.cn/compatible-mode/v1/chat/completions",
        models_url="https://api.sensenova.cn/v1/llm/models",
        env=("SENSENOVA_API_KEY",),
        # The document's intervals are open: (0, 2] and (0, 1).
        model=Model(
            limit="max_new_tokens",
            efforts=frozenset(),
            ranges={
                "temperature": (0.01, 2),
                "top_p": (0.01, 0.99),
                "frequency_penalty": (0.01, 2),
                "n": (1, 4),
            },
        ),
    ),
    "siliconflow": Facts(
        source="https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions",
        url="https://api.siliconflow.com/v1/chat/completions",
        env=("SILICONFLOW_API_KEY",),
        aliases=("siliconcloud",),
        models_url="https://api.siliconflow.com/v1/models",
        model=SILICON,
        models=SILICON_MODELS,
    ),
    "siliconflow-cn": Facts(
        source="https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions",
        url="https://api.siliconflow.cn/v1/chat/completions",
        env=("SILICONFLOW_CN_API_KEY", "SILICONFLOW_API_KEY"),
        models_url="https://api.siliconflow.cn/v1/models",
        model=SILICON,
        models=SILICON_MODELS,
    ),
    "spark": Facts(
        source="https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html",
        url="https://spark-api-open.xf-yun.com/v1/chat/completions",
        env=("SPARK_API_KEY",),
        aliases=("iflytek", "xfyun"),
        model=Model(ranges={"top_k": (1, 6)}),
    ),
    "stepfun": Facts(
        source="https://platform.stepfun.com/docs/zh/api-reference/chat/chat-completion-create",
        url="https://api.stepfun.com/v1/chat/completions",
        env=("STEPFUN_API_KEY",),
        models_url="https://api.stepfun.com/v1/models",
        model=STEP,
        models={
            "step-3.7-flash": evolve(STEP_3_5, efforts=frozenset({"low", "medium", "high"})),
            "step-3.5-flash-2603": evolve(STEP_3_5, efforts=frozenset({"low", "high"})),
            "step-3.5-flash": STEP_3_5,
        },
    ),
    "tencent-tokenhub": Facts(
        source="https://cloud.tencent.com/document/product/1823/130050",
        url="https://tokenhub.tencentmaas.com/v1/chat/completions",
        env=("TENCENT_TOKENHUB_API_KEY", "TENCENT_API_KEY"),
        aliases=("tencent", "tencentcloud"),
        model=TOKENHUB,
        models={
            "minimax-m3": evolve(
                TOKENHUB,
                thinking=thinking("adaptive"),
                budget={"thinking": {"type": "adaptive", "budget_tokens": 2048}},
            ),
            # https://www.tencentcloud.com/document/product/1300/80635
            "kimi-k2.6": evolve(TOKENHUB, refused=frozenset({"temperature"})),
        },
    ),
    "volcengine": Facts(
        source="https://www.volcengine.com/docs/82379/1494384",
        url="https://ark.cn-beijing.volces.com/api/v3/chat/completions",
        env=("ARK_API_KEY", "VOLCENGINE_API_KEY"),
        aliases=("ark", "bytedance", "doubao"),
        model=ARK,
        models={
            # Its least, minimal, is not to think.
            "doubao-seed-1-6": evolve(
                ARK,
                efforts=frozenset({"none", "minimal", "low", "medium", "high"}),
                thinking={"none": {"reasoning_effort": "minimal"}},
            ),
        },
    ),
    "yi": Facts(
        source="https://platform.lingyiwanwu.com/docs",
        url="https://api.lingyiwanwu.com/v1/chat/completions",
        env=("YI_API_KEY", "ZEROONE_API_KEY"),
        aliases=("01ai", "lingyiwanwu", "zeroone"),
        models_url="https://api.lingyiwanwu.com/v1/models",
        model=Model(formats=frozenset({"text", "json_object"})),
    ),
    "zai": Facts(
        source="https://docs.z.ai/api-reference/llm/chat-completion",
        url="https://api.z.ai/api/paas/v4/chat/completions",
        env=("ZAI_API_KEY",),
        aliases=("glm", "z-ai"),
        models_url="https://api.z.ai/api/paas/v4/models",
        model=GLM,
        models=GLM_MODELS,
    ),
    "zhipu": Facts(
        source="https://docs.bigmodel.cn/api-reference",
        url="https://open.bigmodel.cn/api/paas/v4/chat/completions",
        env=("ZHIPUAI_API_KEY", "ZHIPU_API_KEY", "BIGMODEL_API_KEY"),
        aliases=("bigmodel", "glm-cn", "zhipuai"),
        models_url="https://open.bigmodel.cn/api/paas/v4/models",
        model=GLM,
        models=GLM_MODELS,
    ),
}

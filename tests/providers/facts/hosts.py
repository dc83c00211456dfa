"""The hosts: who runs the models of others."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from llmkit._models.request import EFFORTS

from . import Facts, Model

GPT_OSS: Final = frozenset({"low", "medium", "high"})
"""The efforts of OpenAI's open models, which cannot do without thinking."""

NO_EFFORT: Final = Model(efforts=frozenset())
TEMPLATE: Final = {
    word: {"chat_template_kwargs": {"enable_thinking": word != "none"}} for word in EFFORTS
}
"""An effort, said as a switch of the model's template."""

ENABLE: Final = {word: {"enable_thinking": word != "none"} for word in EFFORTS}

FIREWORKS: Final = Model(
    efforts=frozenset({"none", "low", "medium", "high", "xhigh", "max"}),
    stops=4,
    ranges={"n": (1, 128), "top_k": (0, 100), "top_logprobs": (0, 5)},
    reasoning_back="reasoning_content",
)

SCALEWAY_REFUSED: Final = frozenset(
    {"frequency_penalty", "logit_bias", "n", "top_logprobs", "user"}
)

FACTS: Final[dict[str, Facts]] = {
    "baseten": Facts(
        source="https://docs.baseten.co/reference/inference-api/chat-completions",
        url="https://inference.baseten.co/v1/chat/completions",
        env=("BASETEN_API_KEY",),
        models_url="https://inference.baseten.co/v1/models",
        # https://docs.baseten.co/inference/model-apis/reasoning
        models={
            "zai-org/GLM-5.2": Model(efforts=frozenset({"none", "high", "max"})),
            "moonshotai/Kimi-K2.6": NO_EFFORT,
        },
    ),
    "chutes": Facts(
        source="https://chutes.ai/docs",
        url="https://llm.chutes.ai/v1/chat/completions",
        env=("CHUTES_API_KEY",),
        models_url="https://llm.chutes.ai/v1/models",
    ),
    "crusoe": Facts(
        source="https://docs.crusoecloud.com/serverless-inference/overview",
        url="https://api.inference.crusoecloud.com/v1/chat/completions",
        env=("CRUSOE_API_KEY",),
        models_url="https://api.inference.crusoecloud.com/v1/models",
        # https://github.com/crusoecloud/crusoe-developer-hub/tree/main/integrations/zed
        models={"openai/gpt-oss-120b": Model(efforts=GPT_OSS)},
    ),
    "deepinfra": Facts(
        source="https://docs.deepinfra.com/chat/overview",
        url="https://api.deepinfra.com/v1/openai/chat/completions",
        env=("DEEPINFRA_TOKEN", "DEEPINFRA_API_KEY"),
        models_url="https://api.deepinfra.com/v1/openai/models",
        # https://docs.deepinfra.com/chat/tool-calling, https://docs.deepinfra.com/chat/reasoning
        model=Model(
            efforts=frozenset({"none", "low", "medium", "high"}),
            tool_choices=frozenset({"auto", "none"}),
            stops=4,
            text_lists=False,
        ),
    ),
    "featherless": Facts(
        source="https://featherless.ai/docs/api-overview-and-common-options",
        url="https://api.featherless.ai/v1/chat/completions",
        env=("FEATHERLESS_API_KEY", "FEATHERLESS_AI_API_KEY"),
        aliases=("featherless-ai", "featherless_ai"),
        models_url="https://api.featherless.ai/v1/models",
        # response_format is taken and comes to nothing.
        model=Model(
            formats=frozenset({"text"}),
            thinking=TEMPLATE,  # https://featherless.ai/docs/chat-template-kwargs
            tool_choices=frozenset({"auto", "none"}),
        ),
    ),
    "fireworks": Facts(
        source="https://docs.fireworks.ai/api-reference/post-chatcompletions",
        url="https://api.fireworks.ai/inference/v1/chat/completions",
        env=("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
        aliases=("fireworks-ai", "fireworks_ai"),
        models_url="https://api.fireworks.ai/inference/v1/models",
        model=FIREWORKS,
        # https://docs.fireworks.ai/guides/reasoning
        models={
            "accounts/fireworks/models/gpt-oss-120b": evolve(FIREWORKS, efforts=GPT_OSS),
            "accounts/fireworks/models/glm-5p2": evolve(
                FIREWORKS, efforts=frozenset({"none", "high", "max"})
            ),
            "accounts/fireworks/models/qwen3-8b": evolve(
                FIREWORKS, budget={"thinking": {"type": "enabled", "budget_tokens": 2048}}
            ),
        },
    ),
    "friendli": Facts(
        source="https://friendli.ai/docs/openapi/serverless/chat-completions",
        url="https://api.friendli.ai/serverless/v1/chat/completions",
        env=("FRIENDLI_TOKEN", "FRIENDLIAI_API_KEY"),
        aliases=("friendliai",),
        models_url="https://api.friendli.ai/serverless/v1/models",
        model=Model(
            efforts=frozenset({"minimal", "low", "medium", "high", "xhigh", "max"}),
            # The parts of a message are of text, image_url, audio_url and video_url; a system's
            # and a tool's content is one text.
            text_lists=False,
            audio=False,
            files=False,
            reasoning_back="reasoning_content",
            # https://friendli.ai/docs/guides/reasoning: else thinking may stand in the text.
            body={"parse_reasoning": True},
        ),
    ),
    "gmi": Facts(
        source="https://docs.gmicloud.ai/inference-engine/api-reference/llm-api-reference",
        url="https://api.gmi-serving.com/v1/chat/completions",
        env=("GMI_API_KEY", "GMICLOUD_API_KEY"),
        aliases=("gmicloud",),
        models_url="https://api.gmi-serving.com/v1/models",
        # Seen to ignore it: https://github.com/juspay/neurolink (providers/catalog/gmicloud.json)
        models={"MiniMaxAI/MiniMax-M3": Model(formats=frozenset({"text"}))},
    ),
    "hyperbolic": Facts(
        source="https://docs.hyperbolic.xyz/docs/rest-api",
        url="https://api.hyperbolic.xyz/v1/chat/completions",
        env=("HYPERBOLIC_API_KEY",),
        model=Model(formats=frozenset({"text", "json_object"})),
    ),
    "inference-net": Facts(
        source="https://docs.inference.net/api/api-quickstart",
        url="https://api.inference.net/v1/chat/completions",
        env=("INFERENCE_API_KEY",),
        aliases=("inference",),
        models_url="https://api.inference.net/v1/models",
    ),
    "lambda": Facts(
        source="https://docs.lambda.ai/public-cloud/lambda-inference-api/",
        url="https://api.lambda.ai/v1/chat/completions",
        env=("LAMBDA_API_KEY",),
        aliases=("lambda-ai", "lambda_ai"),
    ),
    "nebius": Facts(
        source="https://docs.tokenfactory.nebius.com/api-reference/inference/create-chat-completion",
        url="https://api.tokenfactory.nebius.com/v1/chat/completions",
        env=("NEBIUS_API_KEY",),
        models_url="https://api.tokenfactory.nebius.com/v1/models",
    ),
    "novita": Facts(
        source="https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion",
        url="https://api.novita.ai/openai/v1/chat/completions",
        env=("NOVITA_API_KEY",),
        aliases=("novita-ai",),
        models_url="https://api.novita.ai/openai/v1/models",
        model=Model(thinking=ENABLE),
        # "does not support 'json_schema' response format", and so for json_object
        models={
            "meta-llama/llama-3.3-70b-instruct": Model(
                thinking=ENABLE, formats=frozenset({"text"})
            ),
        },
    ),
    "nscale": Facts(
        source="https://docs.nscale.com/api-reference/inferencing/create-chat-completion",
        url="https://inference.api.nscale.com/v1/chat/completions",
        env=("NSCALE_API_KEY", "NSCALE_SERVICE_TOKEN"),
    ),
    "nvidia-nim": Facts(
        source="https://docs.api.nvidia.com/nim/reference/llm-apis",
        url="https://integrate.api.nvidia.com/v1/chat/completions",
        env=("NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"),
        aliases=("nvidia", "nvidia_nim"),
        models_url="https://integrate.api.nvidia.com/v1/models",
        # How each is made to think: https://pypi.org/project/langchain-nvidia-ai-endpoints/
        models={
            "nvidia/llama-3.3-nemotron-super-49b-v1": NO_EFFORT,  # by the system's message
            "deepseek-ai/deepseek-v4-pro": NO_EFFORT,  # by another switch
            "nvidia/nemotron-3-nano-30b-a3b": Model(thinking=TEMPLATE),
            "google/gemma-2-9b-it": Model(
                refused=frozenset({"frequency_penalty", "presence_penalty", "tools"}),
                formats=frozenset({"text"}),
                efforts=frozenset(),
            ),
        },
    ),
    "ovhcloud": Facts(
        source="https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-getting-started",
        url="https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/chat/completions",
        env=("OVH_AI_ENDPOINTS_ACCESS_TOKEN", "OVHCLOUD_API_KEY"),
        aliases=("ovh",),
        models_url="https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/models",
        keyless=True,  # two requests a minute
        # https://www.ovhcloud.com/en/public-cloud/ai-endpoints/catalog/gpt-oss-120b/
        models={"gpt-oss-120b": Model(efforts=GPT_OSS)},
    ),
    "parasail": Facts(
        source="https://docs.parasail.io/",
        url="https://api.parasail.io/v1/chat/completions",
        env=("PARASAIL_API_KEY",),
        models_url="https://api.parasail.io/v1/models",
        # https://docs.getbifrost.ai/providers/supported-providers/parasail: ignored
        model=Model(refused=frozenset({"service_tier"})),
    ),
    "predibase": Facts(
        source="https://docs.predibase.com/api-reference",
        url="https://serving.app.predibase.com/tenant-1/deployments/v2/llms/d/v1/chat/completions",
        env=("PREDIBASE_API_TOKEN", "PREDIBASE_API_KEY"),
        # https://docs.predibase.com/inference/querying: the body's model is an adapter.
        places={"PREDIBASE_TENANT_ID": "tenant-1", "PREDIBASE_MODEL": "d"},
        model=Model(stops=4, ranges={"n": (1, 2), "temperature": (0.01, 2), "top_p": (0.01, 1)}),
    ),
    "scaleway": Facts(
        source="https://www.scaleway.com/en/docs/generative-apis/api-cli/using-chat-api/",
        url="https://api.scaleway.ai/v1/chat/completions",
        env=("SCW_SECRET_KEY", "SCALEWAY_API_KEY"),
        models_url="https://api.scaleway.ai/v1/models",
        model=Model(
            refused=SCALEWAY_REFUSED,
            # each model knows some of them:
            # https://www.scaleway.com/en/docs/generative-apis/reference-content/supported-models/
            efforts=frozenset({"none", "low", "medium", "high", "xhigh", "max"}),
        ),
        # https://www.scaleway.com/en/docs/generative-apis/how-to/query-reasoning-models/
        models={
            "gpt-oss-120b": Model(refused=SCALEWAY_REFUSED, efforts=GPT_OSS),
            "deepseek-r1-distill-llama-70b": Model(refused=SCALEWAY_REFUSED, efforts=frozenset()),
        },
    ),
    "vultr": Facts(
        source="https://api.vultrinference.com/",
        url="https://api.vultrinference.com/v1/chat/completions",
        env=("VULTR_API_KEY",),
        models_url="https://api.vultrinference.com/v1/models",
        model=Model(limit="max_completion_tokens", developer=True),
    ),
    "wandb": Facts(
        source="https://docs.wandb.ai/inference/api-reference/chat-completions",
        url="https://api.inference.wandb.ai/v1/chat/completions",
        env=("WANDB_API_KEY",),
        models_url="https://api.inference.wandb.ai/v1/models",
        # https://docs.wandb.ai/inference/response-settings/reasoning
        model=Model(thinking=TEMPLATE),
        models={
            "openai/gpt-oss-120b": Model(efforts=GPT_OSS),
            "moonshotai/Kimi-K2.6": NO_EFFORT,  # always on
        },
    ),
}

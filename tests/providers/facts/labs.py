"""Labs with models of their own, and gateways to the models of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from llmkit._models.request import EFFORTS

from . import Facts, Model

LOW_TO_HIGH: Final = frozenset({"low", "medium", "high"})
LOW_HIGH_MAX: Final = frozenset({"low", "high", "max"})
JSON_SCHEMA: Final = frozenset({"text", "json_schema"})

CEREBRAS: Final = Model(
    limit="max_completion_tokens",
    refused=frozenset({"logit_bias", "top_k"}),  # logit_bias is taken, and has no effect
    efforts=LOW_TO_HIGH | {"none"},
    stops=4,
    audio=False,
    files=False,
    developer=True,
    reasoning_back="reasoning",
)

PERPLEXITY: Final = Model(
    refused=frozenset(
        {"logit_bias", "logprobs", "n", "parallel_tool_calls", "seed", "stop"}
        | {"tool_choice", "tools", "top_logprobs", "user"}
    ),
    formats=JSON_SCHEMA,
    efforts=LOW_TO_HIGH | {"minimal"},
    stream_options=False,  # usage comes unasked
    audio=False,
)

# https://github.com/sambanova/sambanova-python
SAMBANOVA: Final = Model(
    # The penalties are taken, and have no effect.
    refused=frozenset({"frequency_penalty", "presence_penalty", "user"}),
    formats=frozenset({"json_object", "json_schema"}),
    efforts=LOW_TO_HIGH,
    text_lists=False,
    audio=False,
    files=False,
    reasoning_back="reasoning",
)

UPSTAGE: Final = Model(
    refused=frozenset({"seed", "stop"}),
    formats=JSON_SCHEMA,
    efforts=LOW_TO_HIGH | {"minimal"},
    images=False,
    audio=False,
    files=False,
)

FACTS: Mapping[str, Facts] = {
    "ai21": Facts(
        source="https://docs.ai21.com/reference/jamba-1-6-api-ref",
        url="https://api.ai21.com/studio/v1/chat/completions",
        env=("AI21_API_KEY",),
        aliases=("ai21_chat",),
        closed=True,  # https://docs.ai21.com/august-deprecation-notice
    ),
    "cerebras": Facts(
        source="https://inference-docs.cerebras.ai/api-reference/chat-completions",
        url="https://api.cerebras.ai/v1/chat/completions",
        env=("CEREBRAS_API_KEY",),
        models_url="https://api.cerebras.ai/v1/models",
        model=CEREBRAS,
        # https://inference-docs.cerebras.ai/capabilities/reasoning
        models={
            "gpt-oss-120b": evolve(CEREBRAS, efforts=LOW_TO_HIGH),
            "kimi-k3": evolve(CEREBRAS, efforts=LOW_HIGH_MAX),
            "zai-glm-5.3": evolve(CEREBRAS, efforts=LOW_HIGH_MAX, reasoning_back="think"),
            "zai-glm-4.7": evolve(CEREBRAS, reasoning_back="think"),
        },
    ),
    "inception": Facts(
        source="https://docs.inceptionlabs.ai/",
        url="https://api.inceptionlabs.ai/v1/chat/completions",
        env=("INCEPTION_API_KEY",),
        aliases=("inception-labs",),
        models_url="https://api.inceptionlabs.ai/v1/models",
        model=Model(
            refused=frozenset({"seed", "top_p"}),
            efforts=LOW_TO_HIGH,
            images=False,
            audio=False,
            files=False,
        ),
    ),
    # https://github.com/meta-llama/llama-api-python
    "llama-api": Facts(
        source="https://llama.developer.meta.com/docs/features/compatibility/",
        url="https://api.llama.com/compat/v1/chat/completions",
        env=("LLAMA_API_KEY",),
        aliases=("llama", "meta_llama"),
        models_url="https://api.llama.com/compat/v1/models",
        model=Model(
            limit="max_completion_tokens",
            refused=frozenset({"seed"}),
            formats=JSON_SCHEMA,
            audio=False,
            files=False,
        ),
    ),
    "meta": Facts(
        source="https://dev.meta.ai/docs",
        url="https://api.meta.ai/v1/chat/completions",
        env=("MODEL_API_KEY", "META_API_KEY"),
        models_url="https://api.meta.ai/v1/models",
        # Its models always think, and choose among tools themselves.
        model=Model(
            limit="max_completion_tokens",
            efforts=frozenset(EFFORTS) - {"none"},
            tool_choices=frozenset({"auto"}),
        ),
    ),
    "morph": Facts(
        source="https://docs.morphllm.com/api-reference/introduction",
        url="https://api.morphllm.com/v1/chat/completions",
        env=("MORPH_API_KEY",),
        models_url="https://api.morphllm.com/v1/models",
        # The models that apply edits: a text in, a text out.
        models={
            "morph-v3-large": Model(
                refused=frozenset({"parallel_tool_calls", "tool_choice", "tools"}),
                efforts=frozenset(),
                text_lists=False,
                images=False,
                audio=False,
                files=False,
            ),
        },
    ),
    "perplexity": Facts(
        source="https://docs.perplexity.ai/api-reference/chat-completions-post",
        url="https://api.perplexity.ai/chat/completions",
        env=("PERPLEXITY_API_KEY", "PERPLEXITYAI_API_KEY"),
        aliases=("pplx",),
        model=PERPLEXITY,
        models={"sonar": evolve(PERPLEXITY, efforts=frozenset())},  # it does not think
    ),
    "reka": Facts(
        source="https://docs.reka.ai/",
        url="https://api.reka.ai/v1/chat/completions",
        env=("REKA_API_KEY",),
        models_url="https://api.reka.ai/v1/models",
    ),
    "sambanova": Facts(
        source="https://docs.sambanova.ai/cloud/api-reference",
        url="https://api.sambanova.ai/v1/chat/completions",
        env=("SAMBANOVA_API_KEY",),
        models_url="https://api.sambanova.ai/v1/models",
        model=SAMBANOVA,
        models={
            "DeepSeek-V3.1": evolve(
                SAMBANOVA,
                efforts=frozenset(EFFORTS),
                thinking={
                    effort: {"chat_template_kwargs": {"enable_thinking": effort != "none"}}
                    for effort in EFFORTS
                },
            ),
        },
    ),
    "upstage": Facts(
        source="https://console.upstage.ai/docs/capabilities/chat",
        url="https://api.upstage.ai/v1/chat/completions",
        env=("UPSTAGE_API_KEY",),
        models_url="https://api.upstage.ai/v1/models",
        model=UPSTAGE,
        models={"solar-pro4": evolve(UPSTAGE, efforts=frozenset(EFFORTS))},
    ),
    "v0": Facts(
        source="https://v0.dev/docs/v0-model-api",
        url="https://api.v0.dev/v1/chat/completions",
        env=("V0_API_KEY",),
        # It takes model, messages, stream, tools, tool_choice and the limit of tokens.
        model=Model(
            limit="max_completion_tokens",
            refused=frozenset(
                {"frequency_penalty", "logit_bias", "logprobs", "metadata", "n"}
                | {"parallel_tool_calls", "presence_penalty", "seed", "service_tier", "stop"}
                | {"temperature", "top_k", "top_logprobs", "top_p", "user"}
            ),
            formats=frozenset(),
            efforts=frozenset(),
            stream_options=False,
            audio=False,
            files=False,
        ),
    ),
    "venice": Facts(
        source="https://docs.venice.ai/api-reference/endpoint/chat/completions",
        url="https://api.venice.ai/api/v1/chat/completions",
        env=("VENICE_API_KEY", "VENICE_AI_API_KEY"),
        aliases=("venice-ai", "veniceai"),
        models_url="https://api.venice.ai/api/v1/models",
        model=Model(
            limit="max_completion_tokens",
            refused=frozenset({"logit_bias", "service_tier", "user"}),
            stops=4,
            files=False,
            developer=True,
        ),
    ),
    # https://github.com/writer/writer-sdk-python
    "writer": Facts(
        source="https://dev.writer.com/api-reference/completion-api/chat-completion",
        url="https://api.writer.com/v1/chat",
        env=("WRITER_API_KEY",),
        aliases=("palmyra",),
        models_url="https://api.writer.com/v1/models",
        model=Model(refused=frozenset({"seed"}), formats=JSON_SCHEMA, audio=False, files=False),
    ),
    # https://mimo.mi.com/docs/en-US/quick-start/usage-guide/other/deep-thinking
    "xiaomi-mimo": Facts(
        source="https://platform.xiaomimimo.com/",
        url="https://api.xiaomimimo.com/v1/chat/completions",
        env=("MIMO_API_KEY", "XIAOMI_API_KEY", "XIAOMI_MIMO_API_KEY"),
        aliases=("mimo", "xiaomi", "xiaomi_mimo"),
        models_url="https://api.xiaomimimo.com/v1/models",
        model=Model(
            limit="max_completion_tokens",
            formats=frozenset({"text", "json_object"}),
            ranges={"temperature": (0, 1.5), "top_p": (0.01, 1)},
            thinking={
                effort: {"thinking": {"type": "disabled" if effort == "none" else "enabled"}}
                for effort in EFFORTS
            },
            reasoning_back="reasoning_content",
        ),
    ),
    "poe": Facts(
        source="https://creator.poe.com/api-reference/createChatCompletion",
        url="https://api.poe.com/v1/chat/completions",
        env=("POE_API_KEY",),
        models_url="https://api.poe.com/v1/models",
        model=Model(refused=frozenset({"seed"}), stops=4, ranges={"n": (1, 1)}),
    ),
    # The recorded exchanges with it are the source of what is not in the document.
    "doubleword": Facts(
        source="https://docs.doubleword.ai/inference-api/creating-an-api-key",
        url="https://api.doubleword.ai/v1/chat/completions",
        env=("DOUBLEWORD_API_KEY",),
        models_url="https://api.doubleword.ai/v1/models",
        model=Model(reasoning_back="reasoning_content"),
    ),
    "requesty": Facts(
        source="https://docs.requesty.ai/",
        url="https://router.requesty.ai/v1/chat/completions",
        env=("REQUESTY_API_KEY",),
        models_url="https://router.requesty.ai/v1/models",
        model=Model(
            efforts=LOW_TO_HIGH | {"none", "max"},
            thinking={
                effort: {"reasoning": {"effort": effort}}
                for effort in ("none", "low", "medium", "high", "max")
            },
            budget={"reasoning": {"max_tokens": 2048}},
        ),
    ),
    "edenai": Facts(
        source="https://www.edenai.co/docs",
        url="https://api.edenai.run/v3/chat/completions",
        env=("EDENAI_API_KEY",),
        models_url="https://api.edenai.run/v3/models",
    ),
    "aimlapi": Facts(
        source="https://docs.aimlapi.com/",
        url="https://api.aimlapi.com/v1/chat/completions",
        env=("AIML_API_KEY", "AIMLAPI_API_KEY", "AIMLAPI_KEY"),
        aliases=("aiml",),
    ),
    "helicone": Facts(
        source="https://docs.helicone.ai/gateway/overview",
        url="https://ai-gateway.helicone.ai/v1/chat/completions",
        env=("HELICONE_API_KEY",),
    ),
    "portkey": Facts(
        source="https://portkey.ai/docs/api-reference/inference-api/chat",
        url="https://api.portkey.ai/v1/chat/completions",
        env=("PORTKEY_API_KEY",),
        key=("x-portkey-api-key", "KEY"),
        models_url="https://api.portkey.ai/v1/models",
    ),
    "vercel-ai-gateway": Facts(
        source="https://vercel.com/docs/ai-gateway/openai-compat",
        url="https://ai-gateway.vercel.sh/v1/chat/completions",
        env=("AI_GATEWAY_API_KEY", "VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
        aliases=("vercel", "vercel-gateway", "vercel_ai_gateway"),
        models_url="https://ai-gateway.vercel.sh/v1/models",
        model=Model(
            thinking={effort: {"reasoning": {"effort": effort}} for effort in EFFORTS},
            budget={"reasoning": {"max_tokens": 2048}},
            # In reasoning_details, where it came in that; what is text alone goes as text.
            reasoning_back="reasoning",
        ),
    ),
    "cohere-openai": Facts(
        source="https://docs.cohere.com/docs/compatibility-api",
        url="https://api.cohere.com/compatibility/v1/chat/completions",
        env=("CO_API_KEY", "COHERE_API_KEY"),
    ),
}

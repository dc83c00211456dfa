"""OpenAI and Azure, the first hosts and labs beside them, and servers on one's own machine."""

from __future__ import annotations

from attrs import evolve

from llmkit._models.request import EFFORTS

from . import Facts, Model

PENALTIES = frozenset({"frequency_penalty", "presence_penalty"})
LOGPROBS = frozenset({"logprobs", "top_logprobs"})
SAMPLING = PENALTIES | LOGPROBS | {"logit_bias", "temperature", "top_p"}
"""What OpenAI's models take only where they do not think."""

OPENAI = Model(
    limit="max_completion_tokens",
    refused=frozenset({"top_k"}),
    efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh"}),
    stops=4,
    developer=True,
)


def efforts(words: str) -> frozenset[str]:
    """The words, spaces between them."""
    return frozenset(words.split())


def talks(model: Model) -> Model:
    """A model of OpenAI's that does not think."""
    return evolve(model, efforts=frozenset())


def thinks(model: Model, words: str, *more: str) -> Model:
    """One that always thinks: https://developers.openai.com/api/docs/guides/reasoning

    Of the temperature it takes the default: "Only the default (1) value is supported".
    """
    refused = model.refused | SAMPLING - {"temperature"} | {*more}
    ranges = {"temperature": (1.0, 1.0)}
    return evolve(model, efforts=efforts(words), refused=refused, ranges=ranges)


def may_think(model: Model, words: str, *more: str, unasked: bool = False) -> Model:
    """One that can be told not to: https://developers.openai.com/api/docs/guides/latest-model"""
    model = evolve(model, efforts=efforts(words), refused=model.refused | {"stop"}, thinks=unasked)
    return evolve(model, while_thinking=evolve(model, refused=model.refused | SAMPLING | {*more}))


def openai_models(model: Model) -> dict[str, Model]:
    """OpenAI's models, where they are not like the others of *model*'s provider.

    Function tools while thinking, from GPT-5.4 on: "not supported … in /v1/chat/completions.
    Please use /v1/responses instead." parallel_tool_calls is refused by the o-series; stop by
    o3, o4-mini and all after them.
    """
    to_xhigh = "none low medium high xhigh"
    search = talks(model)
    search = evolve(search, refused=search.refused | PENALTIES | {"temperature", "top_p"})
    return {
        **dict.fromkeys(("gpt-4o-search-preview", "gpt-4o-mini-search-preview-2025-03-11"), search),
        "gpt-5-search-api": search,
        **dict.fromkeys(
            ("gpt-4o", "gpt-4.1-mini", "gpt-3.5-turbo", "gpt-5-chat-latest"), talks(model)
        ),
        "ft:gpt-4o-mini-2024-07-18:org::id": talks(model),
        "o1": thinks(model, "low medium high", "parallel_tool_calls"),
        "o3-mini": evolve(thinks(model, "low medium high", "parallel_tool_calls"), images=False),
        "o3": thinks(model, "low medium high", "parallel_tool_calls", "stop"),
        "o4-mini": thinks(model, "low medium high", "parallel_tool_calls", "stop"),
        "gpt-5": thinks(model, "minimal low medium high", "stop"),
        "gpt-5-mini-2025-08-07": thinks(model, "minimal low medium high", "stop"),
        "gpt-5.2-chat-latest": thinks(model, "medium", "stop"),
        "gpt-5.1": may_think(model, "none low medium high"),
        "gpt-5.2": may_think(model, to_xhigh),
        "gpt-5.4-mini": may_think(model, to_xhigh, "tools"),
        "gpt-5.5": may_think(model, to_xhigh, "tools", unasked=True),
        "gpt-5.6-terra": may_think(model, to_xhigh, "tools", unasked=True),
        "gpt-6-sol": may_think(model, to_xhigh, "tools", unasked=True),
        "gpt-6-astra": thinks(model, "low medium high xhigh", "stop", "tools"),
    }


AZURE = evolve(OPENAI, files=False)
CLASSIC = evolve(AZURE, model_in_body=False)
FOUNDRY = Model(refused=frozenset({"top_k"}), files=False)
FOUNDRY_OPENAI = evolve(FOUNDRY, limit="max_completion_tokens", developer=True)
FOUNDRY_MODELS = {
    "gpt-4.1": talks(FOUNDRY_OPENAI),
    "gpt-5-chat": talks(FOUNDRY_OPENAI),
    "o4-mini": thinks(FOUNDRY_OPENAI, "low medium high", "parallel_tool_calls"),
    "gpt-5-nano": thinks(FOUNDRY_OPENAI, "minimal low medium high", "stop"),
    "gpt-5.4": may_think(FOUNDRY_OPENAI, "none low medium high xhigh"),
    "gpt-5.5": may_think(FOUNDRY_OPENAI, "none low medium high xhigh", unasked=True),
    "gpt-6-sol": may_think(FOUNDRY_OPENAI, "none low medium high xhigh", "tools", unasked=True),
}

DEEPSEEK_NONE = {"thinking": {"type": "disabled"}}
DEEPSEEK = Model(
    renamed={"user": "user_id"},
    refused=frozenset({"n", "seed", "top_k", "parallel_tool_calls"}),
    formats=frozenset({"text", "json_object"}),
    efforts=efforts("none low high max"),
    thinking={
        "none": DEEPSEEK_NONE,
        **{
            word: {"thinking": {"type": "enabled"}, "reasoning_effort": word}
            for word in ("low", "high", "max")
        },
    },
    stops=16,
    reasoning_back="reasoning_content",
)
# https://api-docs.deepseek.com/guides/thinking_mode: these have no effect then, and
# "Thinking mode does not support this tool_choice".
DEEPSEEK_THINKING = evolve(
    DEEPSEEK,
    refused=DEEPSEEK.refused | PENALTIES | {"temperature", "top_p"},
    tool_choices=frozenset({"auto", "none"}),
)
REASONER = evolve(
    DEEPSEEK_THINKING,
    refused=DEEPSEEK_THINKING.refused | LOGPROBS,
    efforts=efforts("low high max"),
    thinking={word: said for word, said in DEEPSEEK.thinking.items() if word != "none"},
)

GROQ = Model(
    limit="max_completion_tokens",
    refused=frozenset({"n", "top_k", "logit_bias", "metadata"}) | LOGPROBS | PENALTIES,
    efforts=efforts("none low medium high"),
    stops=4,
    audio=False,
    files=False,
    names=False,
)

MISTRAL = Model(
    renamed={"seed": "random_seed"},
    refused=frozenset({"user", "logit_bias", "service_tier"}) | LOGPROBS,
    efforts=efforts("none high"),
    tool_choices=frozenset({"auto", "required", "named"}),
    required_word="any",
    stream_options=False,
    names=False,
    reasoning_back="content",
)

OPENROUTER = Model(
    thinking={
        **{
            word: {"reasoning": {"effort": word}}
            for word in ("none", "minimal", "low", "medium", "high", "xhigh")
        },
        "max": {"reasoning": {"effort": "xhigh"}},
    },
    budget={"reasoning": {"max_tokens": 2048}},
    reasoning_back="reasoning",
)
OPENROUTER_O = evolve(OPENROUTER, refused=SAMPLING | {"top_k"})

TOGETHER = Model(
    renamed={"top_logprobs": "logprobs"},
    refused=frozenset({"user", "parallel_tool_calls"}),
    efforts=efforts("low medium high max"),
    reasoning_back="reasoning_content",
)
TOGETHER_HYBRID = evolve(
    TOGETHER,
    efforts=frozenset(EFFORTS),
    thinking={word: {"reasoning": {"enabled": word != "none"}} for word in EFFORTS},
)

XAI = Model(
    limit="max_completion_tokens",
    refused=frozenset({"top_k"}),
    efforts=efforts("none low medium high xhigh"),
    files=False,
    names=False,
)


def grok(words: str) -> Model:
    """A Grok that thinks, and refuses penalties and stop texts."""
    return evolve(XAI, refused=XAI.refused | PENALTIES | {"stop"}, efforts=efforts(words))


FACTS: dict[str, Facts] = {
    "openai": Facts(
        source="https://platform.openai.com/docs/api-reference/chat/create",
        url="https://api.openai.com/v1/chat/completions",
        models_url="https://api.openai.com/v1/models",
        env=("OPENAI_API_KEY",),
        aliases=("oai",),
        model=OPENAI,
        models=openai_models(OPENAI),
    ),
    "deepseek": Facts(
        source="https://api-docs.deepseek.com/api/create-chat-completion",
        url="https://api.deepseek.com/chat/completions",
        models_url="https://api.deepseek.com/models",
        env=("DEEPSEEK_API_KEY",),
        model=evolve(DEEPSEEK, while_thinking=DEEPSEEK_THINKING),
        models={
            "deepseek-chat": evolve(DEEPSEEK, thinks=False, while_thinking=DEEPSEEK_THINKING),
            "deepseek-reasoner": REASONER,
        },
    ),
    "groq": Facts(
        source="https://console.groq.com/docs/api-reference#chat",
        url="https://api.groq.com/openai/v1/chat/completions",
        models_url="https://api.groq.com/openai/v1/models",
        env=("GROQ_API_KEY",),
        model=GROQ,
        models={  # https://console.groq.com/docs/reasoning, …/structured-outputs
            "openai/gpt-oss-120b": evolve(GROQ, efforts=efforts("low medium high")),
            "qwen/qwen3-32b": evolve(
                GROQ,
                efforts=frozenset(EFFORTS),
                thinking={
                    word: {"reasoning_effort": "none" if word == "none" else "default"}
                    for word in EFFORTS
                },
            ),
            "llama-3.3-70b-versatile": evolve(GROQ, formats=frozenset({"text", "json_object"})),
        },
    ),
    "mistral": Facts(
        source="https://docs.mistral.ai/api/",
        url="https://api.mistral.ai/v1/chat/completions",
        models_url="https://api.mistral.ai/v1/models",
        env=("MISTRAL_API_KEY",),
        aliases=("mistralai",),
        model=MISTRAL,
        models={  # https://docs.mistral.ai/capabilities/reasoning/
            "magistral-medium-2509": evolve(MISTRAL, efforts=frozenset()),
            "magistral-small-latest": MISTRAL,
            "codestral-latest": evolve(MISTRAL, efforts=frozenset()),
            "mistral-large-latest": evolve(MISTRAL, efforts=frozenset()),
        },
    ),
    "openrouter": Facts(
        source="https://openrouter.ai/docs/api-reference/chat-completion",
        url="https://openrouter.ai/api/v1/chat/completions",
        models_url="https://openrouter.ai/api/v1/models",
        env=("OPENROUTER_API_KEY",),
        model=OPENROUTER,
        models={
            "openai/o4-mini": OPENROUTER_O,
            "openai/gpt-5-mini": OPENROUTER_O,
        },
    ),
    "together": Facts(
        source="https://docs.together.ai/reference/chat-completions",
        url="https://api.together.ai/v1/chat/completions",
        models_url="https://api.together.ai/v1/models",
        env=("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHERAI_API_KEY"),
        aliases=("together_ai", "togetherai"),
        model=TOGETHER,
        models={  # https://docs.together.ai/docs/inference/chat/reasoning
            "openai/gpt-oss-20b": evolve(TOGETHER, efforts=efforts("low medium high")),
            "deepseek-ai/DeepSeek-V4-Pro": evolve(
                TOGETHER, efforts=efforts("high max"), tool_choices=frozenset({"auto", "none"})
            ),
            "zai-org/GLM-5.1": TOGETHER_HYBRID,
            "Qwen/Qwen3.5-9B": TOGETHER_HYBRID,
            "MiniMaxAI/MiniMax-M2.7": evolve(TOGETHER, efforts=frozenset()),
        },
    ),
    "xai": Facts(
        source="https://docs.x.ai/docs/api-reference",
        url="https://api.x.ai/v1/chat/completions",
        models_url="https://api.x.ai/v1/models",
        env=("XAI_API_KEY",),
        aliases=("grok", "x-ai"),
        model=XAI,
        models={  # https://docs.x.ai/developers/model-capabilities/text/reasoning
            "grok-4.20-0309-non-reasoning": evolve(XAI, efforts=frozenset()),
            "grok-4-fast-non-reasoning": evolve(XAI, efforts=frozenset()),
            "grok-4.3": grok("none low medium high"),
            "grok-4-0709": grok("none low medium high"),
            "grok-3-mini-fast": grok("none low high"),
            "grok-4.5": grok("low medium high"),
            "grok-4.6": grok("low medium high xhigh"),
            "grok-4.20-0309-reasoning": grok(""),
            "grok-code-fast-1": grok(""),
        },
    ),
    "ollama": Facts(
        source="https://docs.ollama.com/api/openai-compatibility",
        url="http://localhost:11434/v1/chat/completions",
        models_url="http://localhost:11434/v1/models",
        env=("OLLAMA_API_KEY",),
        model=Model(
            refused=frozenset({"n", "user", "logit_bias"}),
            tool_choices=frozenset({"auto"}),
            efforts=frozenset({"none", "low", "medium", "high"}),
            reasoning_back="reasoning",
        ),
        local=True,
    ),
    "llamacpp": Facts(
        source="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
        url="http://127.0.0.1:8080/v1/chat/completions",
        models_url="http://127.0.0.1:8080/v1/models",
        aliases=("llama.cpp", "llama-server"),
        model=Model(reasoning_back="reasoning_content"),
        local=True,
    ),
    "vllm": Facts(
        source="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        url="http://127.0.0.1:8000/v1/chat/completions",
        models_url="http://127.0.0.1:8000/v1/models",
        env=("VLLM_API_KEY", "HOSTED_VLLM_API_KEY"),
        aliases=("hosted_vllm",),
        model=Model(reasoning_back="reasoning"),
        local=True,
    ),
    "lmstudio": Facts(
        source="https://lmstudio.ai/docs/developer/openai-compat",
        url="http://127.0.0.1:1234/v1/chat/completions",
        models_url="http://127.0.0.1:1234/v1/models",
        env=("LM_STUDIO_API_KEY", "LMSTUDIO_API_KEY"),
        aliases=("lm_studio",),
        model=Model(formats=frozenset({"text", "json_schema"})),
        local=True,
    ),
    "azure-openai": Facts(
        source="https://learn.microsoft.com/azure/ai-foundry/openai/reference",
        url="https://contoso.openai.azure.com/openai/v1/chat/completions",
        models_url="https://contoso.openai.azure.com/openai/v1/models",
        env=("AZURE_OPENAI_API_KEY",),
        aliases=("azure", "azure_openai"),
        key=("api-key", "KEY"),
        places={"AZURE_RESOURCE_NAME": "contoso"},
        signed=True,
        model=AZURE,
        models=openai_models(AZURE),
    ),
    "azure-openai-classic": Facts(
        source="https://learn.microsoft.com/azure/ai-foundry/openai/reference",
        url=(
            "https://contoso.openai.azure.com/openai/deployments/m/chat/completions"
            "?api-version=2025-01-01-preview"
        ),
        env=("AZURE_OPENAI_API_KEY",),
        aliases=("azure-classic",),
        key=("api-key", "KEY"),
        places={
            "AZURE_RESOURCE_NAME": "contoso",
            "OPENAI_API_VERSION": "2025-01-01-preview",
        },
        signed=True,
        model=CLASSIC,
        models=openai_models(CLASSIC),
    ),
    "azure-foundry": Facts(
        source="https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/endpoints",
        url="https://contoso.services.ai.azure.com/openai/v1/chat/completions",
        models_url="https://contoso.services.ai.azure.com/openai/v1/models",
        env=("AZURE_AI_API_KEY", "AZURE_OPENAI_API_KEY"),
        aliases=("azure-ai", "azure_ai", "azure_foundry"),
        key=("api-key", "KEY"),
        places={"AZURE_RESOURCE_NAME": "contoso"},
        signed=True,
        model=FOUNDRY,
        models=FOUNDRY_MODELS,
    ),
}

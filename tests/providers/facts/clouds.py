"""The large clouds and gateways, and servers that people run themselves."""

from __future__ import annotations

from attrs import evolve

from llmkit._models.request import EFFORTS

from . import Facts, Model

PENALTIES = frozenset({"frequency_penalty", "presence_penalty"})

GPT_OSS = frozenset({"low", "medium", "high"})

# https://ibm.github.io/watsonx-ai-node-sdk/interfaces/1_7_x.WatsonXAI.TextChatParams.html
WATSONX = Model(
    limit="max_completion_tokens",
    renamed={"model": "model_id", "tool_choice": "tool_choice_option"},
    refused=frozenset({"top_k", "user", "metadata", "service_tier", "parallel_tool_calls"}),
    efforts=GPT_OSS,
    stream_options=False,
    stream_field=False,
    body={"project_id": "project"},
)

# https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api
# Its chart has three columns: all other models, OpenAI's, and Claude.
CORTEX = Model(
    limit="max_completion_tokens",
    refused=frozenset(
        {
            *("frequency_penalty", "logit_bias", "logprobs", "metadata", "n", "presence_penalty"),
            *("parallel_tool_calls", "service_tier", "stop", "tool_choice", "tools"),
            "top_logprobs",
        }
    ),
    formats=frozenset({"text"}),
    efforts=frozenset(),
    ranges={"max_tokens": (1, 131072)},
    images=False,
    audio=False,
    files=False,
    names=False,
)
CORTEX_OPENAI = Model(
    limit="max_completion_tokens",
    refused=frozenset({"metadata", "service_tier"}),
    ranges=CORTEX.ranges,
    audio=False,
    files=False,
    developer=True,
)
CORTEX_CLAUDE = evolve(
    CORTEX,
    refused=CORTEX.refused - {"tools", "tool_choice"},
    images=True,
    formats=frozenset({"json_schema"}),
    efforts=GPT_OSS,
    thinking={word: {"reasoning": {"effort": word}} for word in GPT_OSS},
    budget={"reasoning": {"max_tokens": 2048}},
    reasoning_back="reasoning",  # its own reasoning_details as they came; plain text as this
)

# https://docs.databricks.com/aws/en/machine-learning/model-serving/structured-outputs: Claude takes
# json_schema only; .../query-reason-models: and thinks by `thinking`.
# Each chunk has the usage; https://github.com/posit-dev/chatlas leaves the options out.
BRICKS = Model(stream_options=False)
BRICKS_CLAUDE = evolve(
    BRICKS,
    formats=frozenset({"text", "json_schema"}),
    efforts=frozenset(),
    budget={"thinking": {"type": "enabled", "budget_tokens": 2048}},
)
# Since Opus 4.7 a budget is refused: https://docs.claude.com/en/docs/build-with-claude/adaptive-thinking
BRICKS_ADAPTIVE = evolve(
    BRICKS_CLAUDE,
    efforts=frozenset(EFFORTS),
    thinking={
        word: {"thinking": {"type": "disabled" if word == "none" else "adaptive"}}
        for word in EFFORTS
    },
    budget=None,
)

FACTS: dict[str, Facts] = {
    "cloudflare-ai-gateway": Facts(
        source="https://developers.cloudflare.com/ai-gateway/usage/chat-completion/",
        url="https://gateway.ai.cloudflare.com/v1/account/gateway/compat/chat/completions",
        env=("CLOUDFLARE_API_TOKEN",),
        aliases=("cf-aig",),
        # https://developers.cloudflare.com/ai-gateway/get-started/
        key=("cf-aig-authorization", "Bearer KEY"),
        places={"CLOUDFLARE_ACCOUNT_ID": "account", "CLOUDFLARE_GATEWAY_ID": "gateway"},
    ),
    "cloudflare-workers-ai": Facts(
        source="https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/",
        url="https://api.cloudflare.com/client/v4/accounts/account/ai/v1/chat/completions",
        models_url="https://api.cloudflare.com/client/v4/accounts/account/ai/models/search",
        env=("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"),
        aliases=("cloudflare", "workers-ai"),
        places={"CLOUDFLARE_ACCOUNT_ID": "account"},
    ),
    "databricks": Facts(
        source="https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference",
        url="https://dbc.cloud.databricks.com/serving-endpoints/chat/completions",
        env=("DATABRICKS_TOKEN", "DATABRICKS_API_KEY"),
        places={"DATABRICKS_HOST": "dbc.cloud.databricks.com"},
        # https://github.com/databricks/databricks-sdk-py lists them above the address.
        models_url="https://dbc.cloud.databricks.com/api/2.0/serving-endpoints",
        model=BRICKS,
        models={
            "databricks-claude-3-7-sonnet": BRICKS_CLAUDE,
            "databricks-claude-opus-4-7": BRICKS_ADAPTIVE,
        },
    ),
    "digitalocean": Facts(
        # max_tokens is deprecated; temperature is from 0.0 to 1.0
        source="https://docs.digitalocean.com/products/inference-hub/how-to/use-chat-completions-api/",
        url="https://inference.do-ai.run/v1/chat/completions",
        models_url="https://inference.do-ai.run/v1/models",
        env=("MODEL_ACCESS_KEY", "GRADIENT_MODEL_ACCESS_KEY", "DIGITALOCEAN_ACCESS_TOKEN"),
        aliases=("gradient_ai",),
        # https://github.com/digitalocean/gradient-python: the fields, words and parts
        model=Model(
            limit="max_completion_tokens",
            efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh"}),
            stops=4,
            ranges={"temperature": (0, 1)},
            audio=False,
            files=False,
            developer=True,
        ),
    ),
    "github-models": Facts(
        # retired on 2026-07-30
        source="https://docs.github.com/en/github-models",
        url="https://models.github.ai/inference/chat/completions",
        env=("GITHUB_TOKEN", "GITHUB_API_KEY"),
        aliases=("github",),
        closed=True,
    ),
    "heroku": Facts(
        # "Yes, but ignored": n, the penalties, logit_bias, seed
        source="https://devcenter.heroku.com/articles/openai-compatibility-chat-completions",
        url="https://us.inference.heroku.com/v1/chat/completions",
        env=("INFERENCE_KEY", "HEROKU_INFERENCE_KEY", "HEROKU_API_KEY"),
        model=Model(
            limit="max_completion_tokens",
            refused=frozenset({"n", "logit_bias", "seed"}) | PENALTIES,
            ranges={"temperature": (0, 1)},
            text_lists=False,
        ),
    ),
    "huggingface": Facts(
        source="https://huggingface.co/docs/inference-providers/tasks/chat-completion",
        url="https://router.huggingface.co/v1/chat/completions",
        models_url="https://router.huggingface.co/v1/models",
        env=("HF_TOKEN", "HUGGINGFACE_API_KEY", "HF_API_TOKEN"),
        aliases=("hf", "huggingface_hub"),
    ),
    "snowflake-cortex": Facts(
        source="https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
        url="https://account.snowflakecomputing.com/api/v2/cortex/v1/chat/completions",
        env=("SNOWFLAKE_TOKEN", "SNOWFLAKE_CORTEX_PAT", "SNOWFLAKE_JWT"),
        aliases=("snowflake",),
        places={"SNOWFLAKE_ACCOUNT": "account"},
        model=CORTEX,
        models={
            "openai-gpt-4.1": CORTEX_OPENAI,
            "claude-sonnet-4-6": CORTEX_CLAUDE,
        },
    ),
    "watsonx": Facts(
        source="https://cloud.ibm.com/apidocs/watsonx-ai#text-chat",
        url="https://us-south.ml.cloud.ibm.com/ml/v1/text/chat?version=2024-10-08",
        stream_url="https://us-south.ml.cloud.ibm.com/ml/v1/text/chat_stream?version=2024-10-08",
        models_url="https://us-south.ml.cloud.ibm.com/ml/v1/foundation_model_specs",
        # A key of IBM Cloud is not sent: it is exchanged for a token, which is.
        env=("WATSONX_API_KEY", "WATSONX_APIKEY"),
        exchanged=True,
        aliases=("ibm", "watsonx.ai"),
        places={"WATSONX_REGION": "us-south", "WATSONX_PROJECT_ID": "project"},
        model=WATSONX,
    ),
    "ollama-cloud": Facts(
        source="https://docs.ollama.com/cloud",
        url="https://ollama.com/v1/chat/completions",
        models_url="https://ollama.com/v1/models",
        env=("OLLAMA_API_KEY",),
        model=Model(
            # https://docs.ollama.com/api/openai-compatibility: not among the fields
            refused=frozenset({"logit_bias", "n", "user"}),
            # https://github.com/pydantic/pydantic-ai: the cloud does not hold models to a schema
            formats=frozenset({"text", "json_object"}),
            efforts=frozenset({"none", "low", "medium", "high"}),
            tool_choices=frozenset({"auto"}),
            reasoning_back="reasoning",
        ),
    ),
    "docker-model-runner": Facts(
        source="https://docs.docker.com/ai/model-runner/api-reference/",
        url="http://localhost:12434/engines/v1/chat/completions",
        models_url="http://localhost:12434/engines/v1/models",
        env=("DOCKER_MODEL_RUNNER_API_KEY",),
        aliases=("docker", "dmr"),
        local=True,
        model=Model(text_lists=False),
    ),
    "gpustack": Facts(
        source="https://docs.gpustack.ai/latest/user-guide/openai-compatible-apis/",
        url="http://localhost/v1/chat/completions",
        models_url="http://localhost/v1/models",
        env=("GPUSTACK_API_KEY",),
        local=True,
        # As its recorded answers have it, and as it takes it back.
        model=Model(reasoning_back="reasoning_content"),
    ),
    "jan": Facts(
        source="https://jan.ai/docs/api-server",
        url="http://127.0.0.1:1337/v1/chat/completions",
        models_url="http://127.0.0.1:1337/v1/models",
        env=("JAN_API_KEY",),
        local=True,
    ),
    "lemonade": Facts(
        # Its port was 8000 once.
        source="https://lemonade-server.ai/docs/api/openai/",
        url="http://localhost:13305/v1/chat/completions",
        models_url="http://localhost:13305/v1/models",
        env=("LEMONADE_API_KEY",),
        local=True,
        model=Model(refused=frozenset({"logprobs", "top_logprobs"}), stops=4),
    ),
    "litellm-proxy": Facts(
        source="https://docs.litellm.ai/docs/simple_proxy",
        url="http://localhost:4000/chat/completions",
        models_url="http://localhost:4000/v1/models",
        env=("LITELLM_PROXY_API_KEY", "LITELLM_API_KEY", "LITELLM_MASTER_KEY"),
        aliases=("litellm", "litellm_proxy"),
        local=True,
    ),
    "llamafile": Facts(
        source="https://github.com/mozilla-ai/llamafile",
        url="http://127.0.0.1:8080/v1/chat/completions",
        models_url="http://127.0.0.1:8080/v1/models",
        env=("LLAMAFILE_API_KEY",),
        local=True,
    ),
    "localai": Facts(
        source="https://localai.io/features/openai-functions/",
        url="http://localhost:8080/v1/chat/completions",
        models_url="http://localhost:8080/v1/models",
        env=("LOCALAI_API_KEY",),
        local=True,
    ),
    "sglang": Facts(
        source="https://docs.sglang.io/docs/basic_usage/openai_api_completions",
        url="http://localhost:30000/v1/chat/completions",
        models_url="http://localhost:30000/v1/models",
        env=("SGLANG_API_KEY",),
        local=True,
        # sglang/srt/entrypoints/openai/protocol.py: max_tokens is deprecated; there are no files
        model=Model(limit="max_completion_tokens", files=False, reasoning_back="reasoning_content"),
    ),
    "tgi": Facts(
        source="https://huggingface.co/docs/text-generation-inference/messages_api",
        url="http://localhost:8080/v1/chat/completions",
        # HF_TOKEN is Hugging Face's, and none of whoever serves a model on some machine.
        aliases=("text-generation-inference",),
        local=True,
        # https://github.com/huggingface/text-generation-inference/blob/main/docs/openapi.json
        model=Model(
            refused=frozenset({"logit_bias", "n"}),
            formats=frozenset({"json_schema"}),
            stops=4,
            ranges={"top_logprobs": (0, 5)},
            audio=False,
            files=False,
        ),
    ),
    "xinference": Facts(
        source="https://inference.readthedocs.io/",
        url="http://localhost:9997/v1/chat/completions",
        models_url="http://localhost:9997/v1/models",
        env=("XINFERENCE_API_KEY",),
        local=True,
    ),
}

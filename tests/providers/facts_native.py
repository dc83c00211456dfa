"""What the vendors' documents say of the providers that speak a form of their own.

Written from the documents at each `source`, never from the manifests. What differs between the
models of a provider is in `facts_models`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from native_bodies import (
    BEDROCK_SONNET,
    CLAUDE_ASKED,
    CLAUDE_FULL,
    COHERE_FULL,
    CONVERSE_FULL,
    GEMINI_ASKED,
    GEMINI_FULL,
    GEMINI_SMALL,
    HELLO,
    OLLAMA_FULL,
    SONNET,
    Json,
)

ASKED: Json = {
    "n": 2,
    "seed": 7,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "logit_bias": {"1": 2},
    "logprobs": True,
    "top_logprobs": 2,
    "top_k": 5,
    "prompt_mode": "reasoning",
    "safe_prompt": True,
    "user": "u1",
    "metadata": {"team": "a"},
    "service_tier": "flex",
    "parallel_tool_calls": False,
}
"""What not everybody takes, with a value that asks for something."""

_NOWHERE = {"logit_bias", "prompt_mode", "safe_prompt"}


@frozen(kw_only=True)
class Native:
    """A provider with a form of its own.

    Args:
        source: the vendor's document.
        model: a model of it, which the requests are for.
        url: where they go.
        stream_url: where they go if the answer shall be streamed; "" for the same place.
        env: the variables that may hold the key, in order.
        aliases: other names that people have for it.
        key: the header that carries the key "KEY"; None where there are no keys.
        headers: other headers that it wants.
        places: environment variables, and what is in the address for their values.
        moved: variables that name another address, each with a value, and the address that
            the request then goes to.
        models_url: where its models are listed; None where that is not below its address.
        keyless: it can do without a key.
        small: the body of a greeting of ten tokens at most.
        streamed: what stands in it besides if the answer shall be streamed.
        asked: the fields of a full request, besides the conversation and the tool.
        full: the body of that.
        full_headers: what the full request says in headers.
        refused: those of `ASKED` that it does not take.
    """

    source: str
    model: str
    url: str
    stream_url: str = ""
    env: tuple[str, ...] = ()
    aliases: frozenset[str] = frozenset()
    key: tuple[str, str] | None = ("Authorization", "Bearer KEY")
    headers: Mapping[str, str] = field(factory=dict)
    places: Mapping[str, str] = field(factory=dict)
    moved: Mapping[str, tuple[str, str]] = field(factory=dict)
    models_url: str | None = None
    keyless: bool = False
    small: Json
    streamed: Json = field(factory=dict)
    asked: Json
    full: Json
    full_headers: Mapping[str, str] = field(factory=dict)
    refused: frozenset[str]


# Of metadata, the wire has `user_id` alone; "flex" is not among its tiers.
_CLAUDE_REFUSED = frozenset(
    {
        *_NOWHERE,
        *("n", "seed", "frequency_penalty", "presence_penalty", "logprobs", "top_logprobs"),
        *("metadata", "service_tier"),
    }
)
_GEMINI_REFUSED = frozenset({*_NOWHERE, "user", "parallel_tool_calls"})
_SAMPLED: Json = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 5,
    "seed": 7,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.25,
    "logprobs": True,
    "stop": ["END"],
}
_VERTEX = "aiplatform.googleapis.com/v1/projects/p1/locations"
_FLASH = "gemini-3-flash-preview"
_GEMINI = "https://generativelanguage.googleapis.com/v1beta/models"
_BEDROCK = "https://bedrock-runtime.eu-west-1.amazonaws.com/model"
_ESCAPED = BEDROCK_SONNET.replace(":", "%3A")
_EVENT_STREAM = {"Accept": "application/vnd.amazon.eventstream"}

NATIVE: Mapping[str, Native] = {
    "anthropic": Native(
        source="https://platform.claude.com/docs/en/api/overview",
        model=SONNET,
        url="https://api.anthropic.com/v1/messages",
        env=("ANTHROPIC_API_KEY",),
        aliases=frozenset({"claude"}),
        key=("x-api-key", "KEY"),
        headers={"anthropic-version": "2023-06-01", "Content-Type": "application/json"},
        moved={
            # Anthropic's own clients take it without the version, others with it.
            "ANTHROPIC_BASE_URL": ("https://proxy.test", "https://proxy.test/v1/messages"),
            "LLMKIT_ANTHROPIC_BASE_URL": (
                "https://proxy.test/v1",
                "https://proxy.test/v1/messages",
            ),
        },
        models_url="https://api.anthropic.com/v1/models",
        small={"model": SONNET, **HELLO},
        streamed={"stream": True},
        asked=CLAUDE_ASKED,
        full={"model": SONNET, **CLAUDE_FULL},
        refused=_CLAUDE_REFUSED,
    ),
    "vertex-anthropic": Native(
        source="https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude",
        model="claude-sonnet-4-5@20250929",
        url=f"https://us-east5-{_VERTEX}/us-east5/publishers/anthropic/models"
        "/claude-sonnet-4-5@20250929:rawPredict",
        stream_url=f"https://us-east5-{_VERTEX}/us-east5/publishers/anthropic/models"
        "/claude-sonnet-4-5@20250929:streamRawPredict",
        aliases=frozenset({"google-vertex-anthropic", "vertexaianthropic", "anthropic-vertex"}),
        key=None,
        places={"ANTHROPIC_VERTEX_PROJECT_ID": "p1", "CLOUD_ML_REGION": "us-east5"},
        keyless=True,
        small={"anthropic_version": "vertex-2023-10-16", **HELLO},
        streamed={"stream": True},
        asked=CLAUDE_ASKED,
        full={"anthropic_version": "vertex-2023-10-16", **CLAUDE_FULL},
        refused=_CLAUDE_REFUSED,
    ),
    "bedrock-anthropic": Native(
        source="https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html",
        model=BEDROCK_SONNET,
        url=f"{_BEDROCK}/{_ESCAPED}/invoke",
        stream_url=f"{_BEDROCK}/{_ESCAPED}/invoke-with-response-stream",
        env=("AWS_BEARER_TOKEN_BEDROCK",),
        aliases=frozenset({"anthropic-bedrock"}),
        places={"AWS_REGION": "eu-west-1"},
        moved={
            "ANTHROPIC_BEDROCK_BASE_URL": (
                "https://proxy.test",
                f"https://proxy.test/model/{_ESCAPED}/invoke",
            ),
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": (
                "https://vpc.test",
                f"https://vpc.test/model/{_ESCAPED}/invoke",
            ),
        },
        keyless=True,
        # The wire streams by its path alone.
        small={"anthropic_version": "bedrock-2023-05-31", **HELLO},
        asked=CLAUDE_ASKED,
        full={"anthropic_version": "bedrock-2023-05-31", **CLAUDE_FULL},
        refused=_CLAUDE_REFUSED,
    ),
    "gemini": Native(
        source="https://ai.google.dev/api/generate-content",
        model=_FLASH,
        url=f"{_GEMINI}/{_FLASH}:generateContent",
        stream_url=f"{_GEMINI}/{_FLASH}:streamGenerateContent?alt=sse",
        # https://ai.google.dev/gemini-api/docs/api-key: of the two, GOOGLE_API_KEY counts.
        env=("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"),
        aliases=frozenset({"google", "google-ai-studio", "google_ai", "google-genai"}),
        key=("x-goog-api-key", "KEY"),
        moved={
            # Google's own clients take it without the version, others with it.
            "GOOGLE_GEMINI_BASE_URL": (
                "https://proxy.test",
                f"https://proxy.test/v1beta/models/{_FLASH}:generateContent",
            ),
            "LLMKIT_GEMINI_BASE_URL": (
                "https://proxy.test/v1",
                f"https://proxy.test/v1/models/{_FLASH}:generateContent",
            ),
        },
        models_url=_GEMINI,
        small=GEMINI_SMALL,
        asked=GEMINI_ASKED,
        full=GEMINI_FULL,
        # https://ai.google.dev/api/generate-content: labels and tiers are Vertex AI's.
        refused=_GEMINI_REFUSED | {"metadata", "service_tier"},
    ),
    "vertex": Native(
        source="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
        model=_FLASH,
        url=f"https://us-central1-{_VERTEX}/us-central1/publishers/google/models/{_FLASH}"
        ":generateContent",
        stream_url=f"https://us-central1-{_VERTEX}/us-central1/publishers/google/models/{_FLASH}"
        ":streamGenerateContent?alt=sse",
        aliases=frozenset({"vertexai", "google-vertex", "google-cloud", "vertex-gemini"}),
        # A key is for express mode; else Google's credentials make a token.
        key=("x-goog-api-key", "KEY"),
        places={"GOOGLE_CLOUD_PROJECT": "p1", "GOOGLE_CLOUD_LOCATION": "us-central1"},
        keyless=True,
        models_url="https://us-central1-aiplatform.googleapis.com/v1beta1/publishers/google/models",
        small=GEMINI_SMALL,
        asked={**GEMINI_ASKED, "metadata": {"team": "a"}, "service_tier": "flex"},
        full={**GEMINI_FULL, "labels": {"team": "a"}},
        # https://docs.cloud.google.com/vertex-ai/generative-ai/docs/flex-paygo
        full_headers={"X-Vertex-AI-LLM-Shared-Request-Type": "flex"},
        refused=_GEMINI_REFUSED,
    ),
    "bedrock": Native(
        source="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
        model=BEDROCK_SONNET,
        url=f"{_BEDROCK}/{_ESCAPED}/converse",
        stream_url=f"{_BEDROCK}/{_ESCAPED}/converse-stream",
        env=("AWS_BEARER_TOKEN_BEDROCK",),
        aliases=frozenset({"amazon-bedrock", "aws", "aws-bedrock"}),
        places={"AWS_REGION": "eu-west-1"},
        moved={
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": (
                "https://vpc.test",
                f"https://vpc.test/model/{_ESCAPED}/converse",
            ),
        },
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html
        models_url="https://bedrock.eu-west-1.amazonaws.com/foundation-models",
        keyless=True,
        small={
            "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
            "inferenceConfig": {"maxTokens": 10},
        },
        asked={
            "max_tokens": 100,
            "temperature": 0.5,
            "top_k": 5,
            "stop": ["END"],
            "metadata": {"team": "a"},
            "service_tier": "flex",
            "tool_choice": {"type": "function", "function": {"name": "look_up"}},
        },
        full=CONVERSE_FULL,
        refused=_CLAUDE_REFUSED - {"metadata", "service_tier"} | {"user"},
    ),
    "cohere": Native(
        source="https://docs.cohere.com/v2/reference/chat",
        model="command-a-reasoning-08-2025",
        url="https://api.cohere.com/v2/chat",
        env=("CO_API_KEY", "COHERE_API_KEY"),
        aliases=frozenset({"co"}),
        moved={
            "CO_API_URL": ("https://proxy.test", "https://proxy.test/v2/chat"),
            "LLMKIT_COHERE_BASE_URL": ("https://proxy.test/v2", "https://proxy.test/v2/chat"),
        },
        models_url="https://api.cohere.com/v1/models",
        small={"model": "command-a-reasoning-08-2025", **HELLO},
        streamed={"stream": True},
        asked={**_SAMPLED, "reasoning_budget": 2048, "tool_choice": "required"},
        full={"model": "command-a-reasoning-08-2025", **COHERE_FULL},
        refused=frozenset(
            {
                *_NOWHERE,
                *("n", "top_logprobs", "user", "metadata", "service_tier", "parallel_tool_calls"),
            }
        ),
    ),
    "ollama-native": Native(
        source="https://docs.ollama.com/api/chat",
        model="qwen3",
        url="http://localhost:11434/api/chat",
        env=("OLLAMA_API_KEY",),
        aliases=frozenset({"ollama_chat", "ollama-chat"}),
        moved={
            "OLLAMA_API_BASE": (
                "http://box.localhost:11434",
                "http://box.localhost:11434/api/chat",
            ),
            "LLMKIT_OLLAMA_NATIVE_BASE_URL": (
                "http://box.localhost:11434/api",
                "http://box.localhost:11434/api/chat",
            ),
        },
        models_url="http://localhost:11434/api/tags",
        keyless=True,
        small={
            "model": "qwen3",
            "messages": [{"role": "user", "content": "Hello"}],
            "options": {"num_predict": 10},
            "stream": False,
        },
        streamed={"stream": True},
        asked={**_SAMPLED, "top_logprobs": 2, "reasoning_effort": "high"},
        full={"model": "qwen3", **OLLAMA_FULL},
        refused=frozenset(
            {*_NOWHERE, *("n", "user", "metadata", "service_tier", "parallel_tool_calls")}
        ),
    ),
}

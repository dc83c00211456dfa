"""A model as each vendor's list tells of it, cut from the documents that are named beside each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

ROWS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    # https://platform.openai.com/docs/api-reference/models/list
    "openai": (
        {"id": "gpt-4o", "object": "model", "created": 1715367049, "owned_by": "system"},
        "gpt-4o",
        {"created": datetime(2024, 5, 10, 18, 50, 49, tzinfo=UTC), "owned_by": "system"},
    ),
    # https://console.groq.com/docs/api-reference#models-list
    "groq": (
        {
            "id": "llama-3.3-70b-versatile",
            "object": "model",
            "created": 1733447754,
            "owned_by": "Meta",
            "active": True,
            "context_window": 131072,
            "public_apps": None,
            "max_completion_tokens": 32768,
        },
        "llama-3.3-70b-versatile",
        {
            "created": datetime(2024, 12, 6, 1, 15, 54, tzinfo=UTC),
            "owned_by": "Meta",
            "context_window": 131072,
            "max_output_tokens": 32768,
        },
    ),
    # https://docs.mistral.ai/api/#tag/models
    "mistral": (
        {
            "id": "mistral-large-latest",
            "name": "mistral-large-2512",
            "object": "model",
            "owned_by": "mistralai",
            "capabilities": {
                "completion_chat": True,
                "completion_fim": False,
                "function_calling": True,
                "fine_tuning": False,
                "vision": True,
                "classification": False,
            },
            "max_context_length": 262144,
            "type": "base",
        },
        "mistral-large-latest",
        {
            "display_name": "mistral-large-2512",
            "owned_by": "mistralai",
            "context_window": 262144,
            "kinds": ("chat",),
            "capabilities": ("tools", "vision"),
        },
    ),
    # https://openrouter.ai/docs/models
    "openrouter": (
        {
            "id": "google/gemini-2.5-pro",
            "name": "Google: Gemini 2.5 Pro",
            "created": 1750169544,
            "context_length": 1048576,
            "architecture": {
                "input_modalities": ["text", "image", "file", "audio"],
                "output_modalities": ["text"],
                "tokenizer": "Gemini",
            },
            "top_provider": {"context_length": 1048576, "max_completion_tokens": 65536},
            "supported_parameters": ["max_tokens", "reasoning", "structured_outputs", "tools"],
        },
        "google/gemini-2.5-pro",
        {
            "display_name": "Google: Gemini 2.5 Pro",
            "created": datetime(2025, 6, 17, 14, 12, 24, tzinfo=UTC),
            "context_window": 1048576,
            "max_output_tokens": 65536,
            "kinds": ("chat",),
            "capabilities": ("audio", "files", "json_schema", "reasoning", "tools", "vision"),
        },
    ),
    # https://docs.together.ai/reference/models
    "together": (
        {
            "id": "BAAI/bge-large",
            "object": "model",
            "created": 0,
            "type": "embedding",
            "display_name": "BGE Large",
            "organization": "BAAI",
            "context_length": 512,
        },
        "BAAI/bge-large",
        {
            "display_name": "BGE Large",
            "owned_by": "BAAI",
            "context_window": 512,
            "kinds": ("embedding",),
        },
    ),
    # https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    "vllm": (
        {"id": "m", "object": "model", "owned_by": "vllm", "root": "m", "max_model_len": 32768},
        "m",
        {"owned_by": "vllm", "context_window": 32768},
    ),
    # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    "llama.cpp": (
        {
            "id": "tiny",
            "object": "model",
            "owned_by": "llamacpp",
            "meta": {"n_ctx": 4096, "n_ctx_train": 131072, "n_params": 210880},
        },
        "tiny",
        {"owned_by": "llamacpp", "context_window": 4096},
    ),
    # https://docs.venice.ai/api-reference/endpoint/models/list
    "venice": (
        {
            "id": "qwen3-235b",
            "object": "model",
            "owned_by": "venice.ai",
            "type": "text",
            "model_spec": {
                "availableContextTokens": 131072,
                "capabilities": {"supportsFunctionCalling": True, "supportsVision": False},
                "name": "Venice Large",
            },
        },
        "qwen3-235b",
        {
            "display_name": "Venice Large",
            "owned_by": "venice.ai",
            "context_window": 131072,
            "kinds": ("chat",),
            "capabilities": ("tools",),
        },
    ),
    # https://developers.cloudflare.com/api/resources/ai/subresources/models/methods/list/
    "cloudflare": (
        {
            "id": "429b9e8b-d99e-44de-91ad-706cf8183658",
            "name": "@cf/meta/llama-3.1-8b-instruct",
            "task": {"id": "c329a1f9", "name": "Text Generation", "description": "..."},
            "properties": [{"property_id": "context_window", "value": "7968"}],
        },
        "@cf/meta/llama-3.1-8b-instruct",
        {"context_window": 7968, "kinds": ("chat",)},
    ),
    # https://docs.github.com/en/rest/models/catalog
    "github": (
        {
            "id": "openai/gpt-4.1",
            "name": "OpenAI GPT-4.1",
            "publisher": "OpenAI",
            "limits": {"max_input_tokens": 1048576, "max_output_tokens": 32768},
            "capabilities": ["streaming", "tool-calling"],
            "supported_input_modalities": ["text", "image", "audio"],
            "supported_output_modalities": ["text"],
        },
        "openai/gpt-4.1",
        {
            "display_name": "OpenAI GPT-4.1",
            "owned_by": "OpenAI",
            "context_window": 1048576,
            "max_output_tokens": 32768,
            "kinds": ("chat",),
            "capabilities": ("audio", "tools", "vision"),
        },
    ),
    # https://learn.microsoft.com/en-us/rest/api/azureopenai/models/list
    "azure": (
        {
            "id": "text-embedding-3-small",
            "capabilities": {
                "fine_tune": False,
                "inference": True,
                "completion": False,
                "chat_completion": False,
                "embeddings": True,
            },
            "created_at": 1705968000,
            "object": "model",
        },
        "text-embedding-3-small",
        {"created": datetime(2024, 1, 23, tzinfo=UTC), "kinds": ("embedding",)},
    ),
    # https://platform.claude.com/docs/en/api/models/list
    "anthropic": (
        {
            "type": "model",
            "id": "claude-sonnet-4-5",
            "display_name": "Claude Sonnet 4.5",
            "created_at": "2025-09-29T00:00:00Z",
            "max_input_tokens": 200000,
            "max_tokens": 64000,
            "capabilities": {
                "batch": {"supported": True},
                "image_input": {"supported": True},
                "pdf_input": {"supported": True},
                "structured_outputs": {"supported": False},
                "thinking": {"supported": True, "types": {}},
            },
        },
        "claude-sonnet-4-5",
        {
            "display_name": "Claude Sonnet 4.5",
            "created": datetime(2025, 9, 29, tzinfo=UTC),
            "context_window": 200000,
            "max_output_tokens": 64000,
            "capabilities": ("files", "reasoning", "vision"),
        },
    ),
    # https://ai.google.dev/api/models#Model
    "gemini": (
        {
            "name": "models/gemini-2.5-pro",
            "version": "2.5",
            "displayName": "Gemini 2.5 Pro",
            "inputTokenLimit": 1048576,
            "outputTokenLimit": 65536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
            "thinking": True,
        },
        "gemini-2.5-pro",
        {
            "display_name": "Gemini 2.5 Pro",
            "context_window": 1048576,
            "max_output_tokens": 65536,
            "kinds": ("chat",),
            "capabilities": ("reasoning",),
        },
    ),
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_FoundationModelSummary.html
    "bedrock": (
        {
            "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
            "modelId": "amazon.nova-pro-v1:0",
            "modelName": "Nova Pro",
            "providerName": "Amazon",
            "inputModalities": ["TEXT", "IMAGE", "VIDEO"],
            "outputModalities": ["TEXT"],
            "modelLifecycle": {"status": "ACTIVE"},
        },
        "amazon.nova-pro-v1:0",
        {"display_name": "Nova Pro", "owned_by": "Amazon", "capabilities": ("vision",)},
    ),
    # https://docs.cohere.com/reference/list-models
    "cohere": (
        {
            "name": "command-a-03-2025",
            "endpoints": ["chat", "generate"],
            "finetuned": False,
            "context_length": 256000.0,
            "features": ["json_schema", "tools"],
        },
        "command-a-03-2025",
        {
            "context_window": 256000,
            "kinds": ("chat",),
            "capabilities": ("json_schema", "tools"),
        },
    ),
    # https://docs.ollama.com/api/tags
    "ollama": (
        {
            "name": "gemma3:4b",
            "model": "gemma3:4b",
            "modified_at": "2025-10-03T23:34:03.409490317-07:00",
            "size": 3338801804,
            "details": {"family": "gemma", "parameter_size": "4.3B"},
        },
        "gemma3:4b",
        {},
    ),
    # https://cloud.ibm.com/apidocs/watsonx-ai#list-foundation-model-specs
    "watsonx": (
        {
            "model_id": "ibm/granite-3-3-8b-instruct",
            "label": "granite-3-3-8b-instruct",
            "provider": "IBM",
            "model_limits": {"max_sequence_length": 131072, "max_output_tokens": 16384},
        },
        "ibm/granite-3-3-8b-instruct",
        {
            "display_name": "granite-3-3-8b-instruct",
            "owned_by": "IBM",
            "context_window": 131072,
            "max_output_tokens": 16384,
        },
    ),
}
"""For each vendor: a row of its list, the model's id, and what else is told of it."""

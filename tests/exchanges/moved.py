"""Where recorded requests went, and llmkit asks for the same elsewhere; and whom it knows not."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class Moved:
    """A part of recorded URLs that llmkit says in another way.

    Args:
        wire: the recordings' wire.
        provider: their provider.
        pattern: what the URL holds.
        replacement: what llmkit says instead.
        reason: why.
    """

    wire: str
    provider: str
    pattern: str
    replacement: str
    reason: str


MOVED: tuple[Moved, ...] = (
    Moved(
        "anthropic-messages",
        "anthropic",
        r"\?beta=true$",
        "",
        "Anthropic's own library adds it for what is in beta; the header anthropic-beta says it",
    ),
    Moved(
        "gemini",
        "gemini",
        r":streamGenerateContent$",
        ":streamGenerateContent?alt=sse",
        "a JSON array instead of events: llmkit asks for events, and reads both",
    ),
    Moved(
        "gemini",
        "vertex",
        r"/v1beta1/",
        "/v1/",
        "both versions have the method: https://cloud.google.com/vertex-ai/docs/reference/rest",
    ),
    Moved(
        "gemini",
        "vertex",
        r"^https://aiplatform\.googleapis\.com(/\w+/projects/\w+/locations/us-central1/)",
        r"https://us-central1-aiplatform.googleapis.com\1",
        "a region has its own host:"
        " https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations",
    ),
    Moved(
        "openai-chat",
        "gpustack",
        r"//gpustack\.example/",
        "//localhost/",
        "a server of one's own, where its owner has put it",
    ),
    Moved(
        "openai-chat",
        "huggingface",
        r"/(together|hf-inference/models/.+)/v1/",
        "/v1/",
        "the router finds the provider by the model's name, which may end with it"
        " (https://huggingface.co/docs/inference-providers/index)",
    ),
    Moved(
        "ollama",
        "ollama",
        r"//127\.0\.0\.1:",
        "//localhost:",
        "the same host",
    ),
    Moved(
        "openai-chat",
        "llamacpp",
        r"//localhost:",
        "//127.0.0.1:",
        "the same host",
    ),
    Moved(
        "openai-chat",
        "azure-foundry",
        r"/models/chat/completions\?api-version=[\w-]+$",
        "/openai/v1/chat/completions",
        "the address of before the v1 API:"
        " https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
    ),
    Moved(
        "openai-chat",
        "nebius",
        r"//api\.studio\.nebius\.ai/",
        "//api.tokenfactory.nebius.com/",
        "AI Studio's name and address now: https://docs.tokenfactory.nebius.com/api-reference/inference/create-chat-completion",
    ),
    Moved(
        "openai-chat",
        "novita",
        r"/v3/openai/",
        "/openai/v1/",
        "the documents' address now: https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion",
    ),
    Moved(
        "openai-chat",
        "together",
        r"//api\.together\.xyz/",
        "//api.together.ai/",
        "the documents' address now: https://docs.together.ai/reference/chat-completions",
    ),
    Moved(
        "openai-responses",
        "azure-foundry",
        r"\.services\.ai\.azure\.com/",
        ".openai.azure.com/",
        "one resource has both: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses",
    ),
    Moved(
        "openai-responses",
        "azure-openai",
        r"\.cognitiveservices\.azure\.com/openai/responses\?api-version=[\w-]+$",
        ".openai.azure.com/openai/v1/responses",
        "the address of before the v1 API:"
        " https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
    ),
)
"""Every such part."""

_COPILOT = "it serves editors that it knows by their names, and llmkit is none of them"

WITHOUT_MANIFEST: Mapping[tuple[str, str], str] = {
    ("openai-chat", "copilot"): _COPILOT,
    ("openai-responses", "chatgpt"): "the web application's own endpoint, which is no API",
    ("openai-responses", "copilot"): _COPILOT,
    ("openai-responses", "deepseek"): "an endpoint that its documents do not have",
    ("openai-responses", "openrouter"): "in beta there; its chat completions have all of it",
    ("openai-responses", "vllm"): "a server of one's own; its chat completions have all of it",
}
"""Providers that were recorded by a wire for which they have no manifest, and why not."""

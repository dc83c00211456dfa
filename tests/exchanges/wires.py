"""What each wire needs to be judged: its adapter, and how its recordings are read.

A further wire is one more row in `WIRES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, frozen

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    Provider,
    QuotaExceededError,
    RateLimitError,
    RequestTooLargeError,
    ServerError,
    Usage,
    providers,
)
from llmkit.adapters._base import Adapter

from . import meaning
from .anthropic_wire import messages_differences, messages_error, messages_usage
from .bedrock_wire import converse_differences, converse_error, converse_usage
from .cohere_wire import cohere_differences, cohere_error, cohere_usage
from .gemini_wire import gemini_differences, gemini_error, gemini_usage
from .ollama_wire import ollama_differences, ollama_error, ollama_usage
from .recording import Recording
from .responses_wire import responses_differences, responses_error, responses_usage


@frozen
class Wire:
    """One wire.

    Args:
        name: as the recordings have it, and `llmkit.adapters.WIRES`.
        usage: a recording's token counts under llmkit's contract: `prompt_tokens` holds the
            cached ones, `completion_tokens` the reasoning ones.
        error: the class that a recording's status and code ask for.
        differences: where a body that llmkit built and the recorded one differ in meaning.
        manifests: the manifests of providers, where the recordings have other names for them.
        speaks: the adapter's name, where the recordings have another.
    """

    name: str
    usage: Callable[[Recording], Usage]
    error: Callable[[Recording], type[APIError]]
    differences: Callable[[Mapping[str, Any], Mapping[str, Any]], list[meaning.Difference]]
    manifests: Mapping[str, str] = Factory(dict)
    speaks: str = ""

    def provider(self, recorded: str) -> Provider:
        """The provider that a recording names: its manifest, or one without quirks."""
        name = self.manifests.get(recorded, recorded)
        if self.has_manifest(recorded):
            return providers.get(name)
        return Provider(
            name,
            wire=self.speaks or self.name,
            base_url="https://api.test/v1",
        )

    def has_manifest(self, recorded: str) -> bool:
        """Whether llmkit knows the provider that a recording names, by this wire."""
        name = self.manifests.get(recorded, recorded)
        wire = self.speaks or self.name
        return name in providers.names() and providers.get(name).wire == wire

    def adapter(self, recording: Recording) -> Adapter:
        """The adapter that the provider of *recording* has for its model."""
        return self.provider(recording.provider).adapter(recording.model or "")


def _chat_usage(recording: Recording) -> Usage:
    """OpenAI's numbers are the contract's own: cached and reasoning tokens are "of which".

    xAI alone leaves the reasoning out of `completion_tokens` on this wire, and counts it in
    the total: https://docs.x.ai/docs/guides/reasoning
    """
    told = recording.expect.usage
    if told is None:
        return Usage(reported=False)
    reasoning = told.reasoning_tokens or 0
    apart = reasoning if recording.provider == "xai" else 0
    details = told.raw.get("prompt_tokens_details") or {}
    written = details.get("cache_write_tokens") or told.raw.get("cache_creation_input_tokens")
    return Usage(
        told.prompt_tokens or 0,
        (told.completion_tokens or 0) + apart,
        told.total_tokens or 0,
        told.cached_tokens or 0,
        written or 0,
        reasoning,
        raw=told.raw,
    )


_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: ServerError,
    413: RequestTooLargeError,
    422: BadRequestError,
    425: ServerError,
    429: RateLimitError,
    451: PermissionDeniedError,
    503: OverloadedError,
    529: OverloadedError,
}

# An error inside a 200 has no status of its own: its type says the class.
_BY_TYPE: Mapping[str, type[APIError]] = {"invalid_request_error": BadRequestError}


def _chat_error(recording: Recording) -> type[APIError]:
    """The class by status, and where that is 200, by the error's own type.

    A bad key is 400 at xAI, whose code for it is the one for any bad argument; only its prose
    says more, and no class is made from prose.
    """
    error = recording.expect.error
    assert error is not None
    if error.status == 200:
        return _BY_TYPE[error.type or ""]
    return _BY_STATUS.get(error.status, ServerError if error.status >= 500 else APIError)


WIRES: Mapping[str, Wire] = {
    wire.name: wire
    for wire in (
        Wire(
            "anthropic-messages",
            usage=messages_usage,
            error=messages_error,
            differences=messages_differences,
            manifests={"vertex": "vertex-anthropic"},
        ),
        Wire(
            "bedrock-converse",
            usage=converse_usage,
            error=converse_error,
            differences=converse_differences,
        ),
        Wire(
            "bedrock-invoke-anthropic",
            usage=messages_usage,
            error=messages_error,
            differences=messages_differences,
            manifests={"bedrock": "bedrock-anthropic"},
            speaks="anthropic-messages",
        ),
        Wire(
            "gemini",
            usage=gemini_usage,
            error=gemini_error,
            differences=gemini_differences,
        ),
        Wire(
            "cohere-v2",
            usage=cohere_usage,
            error=cohere_error,
            differences=cohere_differences,
        ),
        Wire(
            "ollama",
            usage=ollama_usage,
            error=ollama_error,
            differences=ollama_differences,
            manifests={"ollama": "ollama-native"},
        ),
        Wire(
            "openai-chat",
            usage=_chat_usage,
            error=_chat_error,
            differences=meaning.differences,
            manifests={
                "alibaba": "dashscope",
                "azure-openai": "azure-openai-classic",
                "cloudflare": "cloudflare-workers-ai",
                "cohere": "cohere-openai",
                "snowflake": "snowflake-cortex",
                "vercel-gateway": "vercel-ai-gateway",
            },
        ),
        Wire(
            "openai-responses",
            usage=responses_usage,
            error=responses_error,
            differences=responses_differences,
            manifests={
                "azure-foundry": "azure-openai-responses",
                "azure-openai": "azure-openai-responses",
                "openai": "openai-responses",
                "xai": "xai-responses",
            },
        ),
    )
}
"""The wires that are judged, by name."""

"""Requests built for each provider that llmkit brings, as each would get them."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from llmkit import Adjustment, ChatCompletionRequest, UserMessage
from llmkit._http import HttpRequest
from llmkit._models.adjustments import Adjuster, Unsupported
from llmkit.adapters._base import Endpoint
from llmkit.providers import get, names

MODELS: dict[str, tuple[str, ...]] = {
    "anthropic-messages": (
        "claude-sonnet-4-5",
        "claude-opus-4-8",
        "claude-sonnet-4-6",
        "claude-3-5-haiku-20241022",
    ),
    "bedrock-converse": (
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "amazon.nova-pro-v1:0",
        "amazon.nova-2-lite-v1:0",
        "meta.llama3-1-70b-instruct-v1:0",
        "mistral.mistral-large-2407-v1:0",
        "deepseek.r1-v1:0",
        "openai.gpt-oss-120b-1:0",
    ),
    "cohere-v2": ("command-a-03-2025", "command-a-reasoning-08-2025"),
    "gemini": ("gemini-2.5-flash", "gemini-3-pro-preview", "gemini-2.0-flash", "gemma-3-27b-it"),
    "ollama": ("qwen3", "gpt-oss:20b"),
}
"""Models whose rules differ, by wire; elsewhere the name of a model means nothing."""


@frozen
class Built:
    """A request, built.

    Args:
        http: what is sent.
        made: what was changed on the way.
    """

    http: HttpRequest
    made: tuple[Adjustment, ...]

    @property
    def text(self) -> str:
        """All that is sent, in one text to look in."""
        http = self.http
        headers = "\n".join(f"{name}: {value}" for name, value in http.headers.items())
        return f"{http.url}\n{headers}\n{http.body.decode()}"


@frozen
class Speaker:
    """A provider and one of its models.

    Args:
        provider: the provider's name.
        model: the model's.
    """

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"

    @property
    def wire(self) -> str:
        """What it speaks."""
        return str(get(self.provider).wire)

    def build(self, fields: dict[str, Any], policy: Unsupported) -> Built:
        """A request of *fields*, built under *policy*."""
        given = {"messages": [UserMessage("Hello")], **fields}
        request: ChatCompletionRequest[object] = ChatCompletionRequest(str(self), **given)
        adjust = Adjuster(
            policy, provider=self.provider, model=self.model, messages=request.messages
        )
        endpoint = Endpoint("https://wire.test/v1", self.model, adjust=adjust)
        adapter = get(self.provider).adapter(self.model)
        http = adapter.build(request, endpoint, stream=request.stream)
        return Built(http, adjust.made)


SPEAKERS = {
    str(speaker): speaker
    for name in names()
    for model in MODELS.get(str(get(name).wire), ("some-model",))
    for speaker in (Speaker(name, model),)
}

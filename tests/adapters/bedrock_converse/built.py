"""Requests, built for one model and taken apart again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from attrs import field, frozen

from llmkit import ChatCompletionRequest, UserMessage
from llmkit._json import loads
from llmkit._models.adjustments import Adjuster, Adjustment, Unsupported
from llmkit._models.messages import MessageInput
from llmkit.adapters._base import Endpoint
from llmkit.adapters.bedrock_converse import BedrockConverse
from llmkit.providers import get

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NEW_CLAUDE = "global.anthropic.claude-opus-4-7"
OLD_CLAUDE = "anthropic.claude-3-5-sonnet-20240620-v1:0"
NOVA = "amazon.nova-pro-v1:0"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"
MISTRAL = "mistral.mistral-large-2407-v1:0"

HELLO = (UserMessage("Hello"),)
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@frozen
class Built:
    """A request as it would be sent, and what was changed on the way."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]
    made: tuple[Adjustment, ...] = field(repr=False)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The wire's messages."""
        return cast("list[dict[str, Any]]", self.body["messages"])

    @property
    def fields(self) -> dict[str, Any]:
        """What goes to the model itself."""
        return cast("dict[str, Any]", self.body.get("additionalModelRequestFields", {}))

    @property
    def noted(self) -> list[tuple[str, str]]:
        """Each change's kind and field."""
        return [(one.kind, one.field) for one in self.made]


def built(
    messages: Sequence[MessageInput] = HELLO,
    *,
    model: str = CLAUDE,
    policy: Unsupported = "error",
    stream: bool = False,
    wire: BedrockConverse | None = None,
    **given: Any,
) -> Built:
    """The request of *messages* and *given*, for *model*."""
    adjust = Adjuster(policy, provider="bedrock", model=model)
    request: ChatCompletionRequest[object] = ChatCompletionRequest(
        f"bedrock/{model}", messages, **given
    )
    endpoint = Endpoint("https://bedrock.test", model, adjust=adjust)
    sent = (wire or get("bedrock").adapter(model)).build(request, endpoint, stream=stream)
    return Built(
        sent.url,
        dict(sent.headers),
        cast("dict[str, Any]", loads(sent.body)),
        adjust.made,
    )

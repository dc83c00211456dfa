"""Requests, built: what is sent for them, and what was changed on the way."""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen

from llmkit import Adjustment, ChatCompletionRequest, UserMessage
from llmkit._http import HttpRequest
from llmkit._models.adjustments import Adjuster, Unsupported
from llmkit.adapters._base import Endpoint
from llmkit.adapters.anthropic_messages import AnthropicMessages
from llmkit.providers import get

NEW = "claude-opus-4-8"
"""A model that thinks as it sees fit, and takes no sampling parameters."""
BOTH = "claude-sonnet-4-6"
"""One that thinks by a budget or as it sees fit."""
BUDGET = "claude-sonnet-4-5"
"""One that thinks by a budget, and holds itself to a schema."""
OLD = "claude-sonnet-4-0"
"""One that thinks by a budget, and has no schemas."""
UNTHINKING = "claude-3-5-haiku-20241022"
"""One that does not think."""

PROVIDER = "anthropic"


@frozen
class Built:
    """A request, built."""

    http: HttpRequest
    made: tuple[Adjustment, ...]

    @property
    def body(self) -> dict[str, Any]:
        """What is sent, parsed."""
        parsed: dict[str, Any] = json.loads(self.http.body)
        return parsed

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What was changed, but for the limit that the wire needs."""
        return [(one.kind, one.field) for one in self.made if one.field != "max_tokens"]


def build(
    *messages: Any,
    model: str = BUDGET,
    policy: Unsupported = "error",
    stream: bool = False,
    wire: AnthropicMessages | None = None,
    base_url: str = "https://api.test",
    **fields: Any,
) -> Built:
    """*messages*, or a greeting, and *fields* as a request, built for *model*."""
    request: ChatCompletionRequest[object] = ChatCompletionRequest(
        f"{PROVIDER}/{model}", list(messages) or [UserMessage("Hello")], **fields
    )
    adjust = Adjuster(policy)
    adapter = wire or get(PROVIDER).adapter(model)
    endpoint = Endpoint(base_url, model, adjust=adjust)
    return Built(adapter.build(request, endpoint, stream=stream), adjust.made)

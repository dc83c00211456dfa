"""Requests, built: what is sent for them, and what was changed on the way."""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen

from llmkit import Adjustment, ChatCompletionRequest, UserMessage
from llmkit._http import HttpRequest
from llmkit._models.adjustments import Adjuster, Unsupported
from llmkit.adapters._base import Endpoint
from llmkit.adapters.openai_responses import OpenAIResponses

PROVIDER = "openai-responses"
WIRE = OpenAIResponses(provider=PROVIDER)


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
    def items(self) -> list[dict[str, Any]]:
        """The input items."""
        items: list[dict[str, Any]] = self.body["input"]
        return items

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What was changed, and where."""
        return [(one.kind, one.field) for one in self.made]


def build(
    *messages: Any,
    policy: Unsupported = "error",
    stream: bool = False,
    wire: OpenAIResponses = WIRE,
    **fields: Any,
) -> Built:
    """*messages*, or a greeting, and *fields* as a request, built."""
    request: ChatCompletionRequest[object] = ChatCompletionRequest(
        f"{PROVIDER}/gpt-5", list(messages) or [UserMessage("Hello")], **fields
    )
    adjust = Adjuster(policy)
    endpoint = Endpoint("https://api.test/v1", "gpt-5", adjust=adjust)
    return Built(wire.build(request, endpoint, stream=stream), adjust.made)

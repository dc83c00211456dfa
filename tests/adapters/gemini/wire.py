"""Bodies of the wire, made and read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from llmkit import Adjustment, ChatCompletionRequest, ChatCompletionResponse, Message, UserMessage
from llmkit._http import Headers, HttpRequest, HttpResponse
from llmkit._models.accumulate import fold
from llmkit._models.adjustments import Adjuster, Unsupported
from llmkit._models.chunks import CompletionChunk
from llmkit.adapters._base import Endpoint
from llmkit.adapters.gemini import Gemini
from llmkit.errors import LLMKitError
from llmkit.providers import get

GEMINI = Gemini(provider="gemini")
BASE = "https://api.test/v1beta"
FLASH = "gemini-2.5-flash"
NEWER = "gemini-3-flash-preview"
ASKED: tuple[Message, ...] = (UserMessage("What is the capital of France?"),)


@frozen
class Built:
    """A request as it is sent, and what was changed on the way."""

    http: HttpRequest
    adjustments: tuple[Adjustment, ...]

    @property
    def body(self) -> dict[str, Any]:
        """The body, parsed."""
        body = json.loads(self.http.body)
        assert isinstance(body, dict)
        return body

    @property
    def config(self) -> dict[str, Any]:
        """Its `generationConfig`."""
        config = self.body.get("generationConfig", {})
        assert isinstance(config, dict)
        return config

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The kind and the field of each change."""
        return [(made.kind, made.field) for made in self.adjustments]


def built(
    messages: Sequence[Message] = ASKED,
    *,
    model: str = FLASH,
    wire: Gemini | None = None,
    policy: Unsupported = "error",
    stream: bool = False,
    **fields: Any,
) -> Built:
    """What the wire makes of a request of *messages* and *fields*."""
    request: ChatCompletionRequest[object] = ChatCompletionRequest(model, messages, **fields)
    endpoint = Endpoint(BASE, model, adjust=Adjuster(policy))
    adapter = wire or get("gemini").adapter(model)
    http = adapter.build(request, endpoint, stream=stream)
    return Built(http, endpoint.adjust.made)


def candidate(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A candidate of *parts* that came to its end."""
    return {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", **more}


def answer(*candidates: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A body of *candidates*."""
    return {"candidates": list(candidates), "responseId": "abc123", **more}


def response(body: object, status: int = 200) -> HttpResponse:
    """*body* as an answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, Headers(), data)


def parsed(body: object, wire: Gemini = GEMINI) -> ChatCompletionResponse[object]:
    """What the wire understands of a whole answer."""
    return wire.parse(response(body))


def sse(*events: object) -> bytes:
    """*events* as server-sent ones."""
    return b"".join(b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events)


def array(*events: object) -> bytes:
    """*events* as the elements of one array, laid out as the service does."""
    return b"[" + b"\n,\r\n".join(json.dumps(event, indent=2).encode() for event in events) + b"]"


def streamed(pieces: Iterable[bytes], wire: Gemini = GEMINI) -> list[CompletionChunk]:
    """The chunks of a stream that comes in *pieces*.

    Raises:
        LLMKitError: how it failed.
    """
    decoder = wire.decoder()
    chunks: list[CompletionChunk] = []
    for piece in pieces:
        chunks += decoder.feed(piece)
    return chunks + decoder.close()


def folded(*pieces: bytes, wire: Gemini = GEMINI) -> ChatCompletionResponse[object]:
    """The answer that a stream makes."""
    return fold(streamed(pieces, wire), provider=wire.provider)


def failure(*pieces: bytes) -> LLMKitError | None:
    """The error that a stream ends with, or None."""
    try:
        streamed(pieces)
    except LLMKitError as error:
        return error
    return None

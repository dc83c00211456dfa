"""Bodies of the wire, made and read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from llmkit import ChatCompletionRequest, ChatCompletionResponse, Message, UserMessage
from llmkit._http import Headers, HttpRequest, HttpResponse
from llmkit._models.accumulate import fold
from llmkit._models.adjustments import Adjuster, Adjustment, Unsupported
from llmkit._models.chunks import CompletionChunk
from llmkit.adapters._base import Endpoint
from llmkit.adapters.ollama import Ollama
from llmkit.errors import APIError, LLMKitError
from llmkit.providers import get

WIRE = Ollama(provider="ollama-native")
BASE = "https://api.test"
ASKED: tuple[Message, ...] = (UserMessage("What is the capital of France?"),)

Answer = ChatCompletionResponse[object]


@frozen
class Built:
    """A request as it is sent, and what was changed on the way."""

    http: HttpRequest
    made: tuple[Adjustment, ...]

    @property
    def body(self) -> dict[str, Any]:
        """The body, parsed."""
        body = json.loads(self.http.body)
        assert isinstance(body, dict)
        return body

    @property
    def messages(self) -> list[Any]:
        """Its messages."""
        messages: list[Any] = self.body["messages"]
        return messages

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The kind and the field of each change."""
        return [(made.kind, made.field) for made in self.made]


def built(
    *messages: Message,
    model: str = "m",
    wire: Ollama | None = None,
    policy: Unsupported = "error",
    stream: bool = False,
    base: str = BASE,
    **fields: Any,
) -> Built:
    """What the wire makes of a request of *messages* and *fields*."""
    request: ChatCompletionRequest[object] = ChatCompletionRequest(
        model, messages or ASKED, **fields
    )
    endpoint = Endpoint(base, model, adjust=Adjuster(policy))
    adapter = wire or get("ollama-native").adapter(model)
    http = adapter.build(request, endpoint, stream=stream)
    return Built(http, endpoint.adjust.made)


def response(body: object, status: int = 200, **headers: str) -> HttpResponse:
    """*body* as an answer; bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, Headers(headers), data)


def parsed(body: object, wire: Ollama = WIRE) -> Answer:
    """What the wire understands of a whole answer."""
    return wire.parse(response(body))


def error_of(body: object, status: int, **headers: str) -> APIError:
    """What the wire understands of an error."""
    return WIRE.error(response(body, status, **headers))


@frozen
class Decoded:
    """What came of a stream."""

    chunks: list[CompletionChunk]
    error: LLMKitError | None
    finished: bool

    @property
    def answer(self) -> Answer:
        """The chunks, folded."""
        return fold(self.chunks, provider=WIRE.provider)


def decoded(pieces: Iterable[bytes], wire: Ollama = WIRE) -> Decoded:
    """What a decoder makes of *pieces* and of their end."""
    decoder = wire.decoder()
    chunks: list[CompletionChunk] = []
    for piece in pieces:
        chunks += decoder.feed(piece)
    try:
        chunks += decoder.close()
    except LLMKitError as error:
        return Decoded(chunks, error, decoder.finished)
    return Decoded(chunks, None, decoder.finished)


def in_pieces(data: bytes, size: int) -> Sequence[bytes]:
    """*data*, cut."""
    return [data[start : start + size] for start in range(0, len(data), size)]


COUNTS: dict[str, int] = {
    "total_duration": 9,
    "load_duration": 1,
    "prompt_eval_count": 26,
    "prompt_eval_duration": 2,
    "eval_count": 12,
    "eval_duration": 5,
}
AT = "2025-01-01T00:00:00.123456789Z"


def line(content: str = "", **message: Any) -> dict[str, Any]:
    """A line that adds to the message."""
    said = {"role": "assistant", "content": content, **message}
    return {"model": "m", "created_at": AT, "message": said, "done": False}


def last(content: str = "", reason: str | None = "stop", **message: Any) -> dict[str, Any]:
    """The last line; or a whole answer, which is of the same form."""
    ended: dict[str, Any] = {"done": True, **COUNTS}
    if reason is not None:
        ended["done_reason"] = reason
    return {**line(content, **message), **ended}


def call(name: str, arguments: Any, **more: Any) -> dict[str, Any]:
    """A call."""
    return {**more, "function": {"name": name, "arguments": arguments}}


def ndjson(*lines: dict[str, Any]) -> bytes:
    """*lines*, one below the other."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)

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
from llmkit.adapters.cohere_v2 import CohereV2
from llmkit.errors import APIError, LLMKitError

WIRE = CohereV2(provider="cohere")
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
    wire: CohereV2 = WIRE,
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
    http = wire.build(request, endpoint, stream=stream)
    return Built(http, endpoint.adjust.made)


def response(body: object, status: int = 200, **headers: str) -> HttpResponse:
    """*body* as an answer; bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, Headers(headers), data)


def parsed(body: object, wire: CohereV2 = WIRE) -> Answer:
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


def decoded(pieces: Iterable[bytes], wire: CohereV2 = WIRE) -> Decoded:
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


def message(*content: dict[str, Any], finish: str = "COMPLETE", **more: Any) -> dict[str, Any]:
    """A whole answer of blocks; *more* are fields of its message."""
    return {
        "id": "abc",
        "message": {"role": "assistant", "content": list(content), **more},
        "finish_reason": finish,
        "usage": USAGE,
    }


USAGE: dict[str, Any] = {
    "billed_units": {"input_tokens": 3.0, "output_tokens": 2.0},
    "tokens": {"input_tokens": 90.0, "output_tokens": 12.0},
    "cached_tokens": 8.0,
}


def call(name: str, arguments: str | None, call_id: str = "c1") -> dict[str, Any]:
    """A call."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


def sse(*events: dict[str, Any]) -> bytes:
    """*events* as the service sends them, before its end mark."""
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


START = {"type": "message-start", "id": "abc", "delta": {"message": {"role": "assistant"}}}


def event(kind: str, index: int | None = None, **delta: Any) -> dict[str, Any]:
    """An event that adds to the message."""
    placed = {} if index is None else {"index": index}
    return {"type": kind, **placed, "delta": {"message": delta}}


def text(index: int, *pieces: str) -> list[dict[str, Any]]:
    """The events of a block of text."""
    return [
        event("content-start", index, content={"type": "text", "text": ""}),
        *(event("content-delta", index, content={"text": piece}) for piece in pieces),
        {"type": "content-end", "index": index},
    ]


def thinking(index: int, *pieces: str) -> list[dict[str, Any]]:
    """The events of a block of thinking."""
    return [
        event("content-start", index, content={"type": "thinking", "thinking": ""}),
        *(event("content-delta", index, content={"thinking": piece}) for piece in pieces),
        {"type": "content-end", "index": index},
    ]


def calling(index: int, name: str, *pieces: str, call_id: str = "c1") -> list[dict[str, Any]]:
    """The events of a call."""
    function = {"name": name, "arguments": ""}
    begun = {"id": call_id, "type": "function", "function": function}
    return [
        event("tool-call-start", index, tool_calls=begun),
        *(
            event("tool-call-delta", index, tool_calls={"function": {"arguments": piece}})
            for piece in pieces
        ),
        {"type": "tool-call-end", "index": index},
    ]


def end(finish: str | None = "COMPLETE", **more: Any) -> dict[str, Any]:
    """The last event."""
    return {"type": "message-end", "delta": {"finish_reason": finish, "usage": USAGE, **more}}


END = end()

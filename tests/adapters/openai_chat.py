"""The wire openai-chat in tests: requests to its bytes, and its bytes to answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from attrs import frozen

from llmkit import ChatCompletionRequest, ChatCompletionResponse, CompletionChunk
from llmkit._http import Headers, HttpResponse
from llmkit._models.accumulate import fold
from llmkit._models.adjustments import Adjuster
from llmkit.adapters._base import Endpoint
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import LLMKitError
from llmkit.testing import sse

WIRE = OpenAIChat(provider="own")


@frozen
class Built:
    """A request as it is sent: its JSON, and what was changed, as (kind, field)."""

    body: dict[str, Any]
    adjusted: tuple[tuple[str, str], ...]

    @property
    def messages(self) -> list[Any]:
        """The messages of the body."""
        messages: list[Any] = self.body["messages"]
        return messages


def built(
    messages: Sequence[Any] = ({"role": "user", "content": "Hi"},),
    /,
    *,
    wire: OpenAIChat = WIRE,
    policy: Literal["error", "warn", "drop"] = "error",
    streamed: bool = False,
    **fields: Any,
) -> Built:
    """The request of these messages and fields, as *wire* says it."""
    request = ChatCompletionRequest("own/m", messages, **fields)
    adjust = Adjuster(policy, provider="own", model="m")
    endpoint = Endpoint("https://example.com/v1", "m", {}, adjust)
    http = wire.build(request, endpoint, stream=streamed)
    assert (http.method, http.url) == ("POST", "https://example.com/v1/chat/completions")
    adjusted = tuple((made.kind, made.field) for made in adjust.made)
    return Built(json.loads(http.body), adjusted)


def parsed(body: object, wire: OpenAIChat = WIRE) -> ChatCompletionResponse[object]:
    """The answer in *body*: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return wire.parse(HttpResponse(200, Headers(), data))


def answer(message: object, **choice: object) -> dict[str, object]:
    """A body with one choice."""
    made = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    return {"id": "chatcmpl-1", "model": "m", "created": 1735689600, "choices": [made]}


def chunk(delta: object = None, finish: str | None = None, **more: object) -> dict[str, object]:
    """An event's data, with one choice."""
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "m", "choices": [choice], **more}


@frozen
class Decoded:
    """What came of a stream."""

    chunks: tuple[CompletionChunk, ...]
    error: LLMKitError | None
    answer: ChatCompletionResponse[object]

    @property
    def text(self) -> str | None:
        """The text of the answer so far."""
        return self.answer.content


def decoded(stream: bytes, size: int | None = None, wire: OpenAIChat = WIRE) -> Decoded:
    """*stream*, fed in pieces of *size* bytes and closed."""
    size = size or len(stream) or 1
    return in_pieces([stream[at : at + size] for at in range(0, len(stream), size)], wire)


def in_pieces(pieces: Sequence[bytes], wire: OpenAIChat = WIRE) -> Decoded:
    """*pieces*, fed one by one and closed."""
    decoder = wire.decoder()
    chunks: list[CompletionChunk] = []
    error: LLMKitError | None = None
    for piece in pieces:
        chunks += decoder.feed(piece)
    try:
        chunks += decoder.close()
    except LLMKitError as failure:
        error = failure
    assert decoder.failure is None or decoder.failure is error
    return Decoded(tuple(chunks), error, fold(chunks, provider=wire.provider))


def said_alike(one: Decoded, other: Decoded) -> bool:
    """Whether both say the same, in whatever pieces: made-up ids are made anew."""
    return (
        one.answer == other.answer
        and type(one.error) is type(other.error)
        and str(one.error) == str(other.error)
        and [bool(each.is_last_chunk) for each in one.chunks]
        == [bool(each.is_last_chunk) for each in other.chunks]
    )


def streamed(*events: object, done: bool = True, wire: OpenAIChat = WIRE) -> Decoded:
    """A stream of these events: the same whole, byte by byte, in sevens, and cut anywhere."""
    stream = sse(*events, *(["[DONE]"] if done else []))
    whole = decoded(stream, wire=wire)
    assert said_alike(whole, decoded(stream, 1, wire))
    assert said_alike(whole, decoded(stream, 7, wire))
    for cut in range(1, len(stream)):
        assert said_alike(whole, in_pieces([stream[:cut], stream[cut:]], wire)), f"cut at {cut}"
    return whole

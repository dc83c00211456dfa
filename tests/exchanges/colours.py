"""The two clients behind one face, so that one test body asks both."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from attrs import frozen

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    CompletionChunk,
)

Answer = ChatCompletionResponse[object]
Request = ChatCompletionRequest[object]


@frozen
class Streamed:
    """A stream that came to its end: its chunks, and the answer folded of them."""

    chunks: list[CompletionChunk]
    answer: Answer


class Colour(Protocol):
    """Asks through a client that is made for the one call, and closed after it.

    `client` holds the client's arguments.
    """

    def complete(self, request: Request, **client: Any) -> Answer:
        """The whole answer."""

    def stream(self, request: Request, **client: Any) -> Streamed:
        """The streamed answer."""


class Sync:
    """Through `Client`."""

    def complete(self, request: Request, **client: Any) -> Answer:
        """As `Colour.complete`."""
        with Client(**client) as door:
            return door.chat_completion(request)

    def stream(self, request: Request, **client: Any) -> Streamed:
        """As `Colour.stream`."""
        with Client(**client) as door, door.chat_completion_stream(request) as stream:
            return Streamed(list(stream), stream.response())


class Async:
    """Through `AsyncClient`, each call in an event loop of its own."""

    def complete(self, request: Request, **client: Any) -> Answer:
        """As `Colour.complete`."""

        async def ask() -> Answer:
            async with AsyncClient(**client) as door:
                return await door.chat_completion(request)

        return asyncio.run(ask())

    def stream(self, request: Request, **client: Any) -> Streamed:
        """As `Colour.stream`."""

        async def ask() -> Streamed:
            async with (
                AsyncClient(**client) as door,
                door.chat_completion_stream(request) as stream,
            ):
                chunks = [chunk async for chunk in stream]
                return Streamed(chunks, await stream.response())

        return asyncio.run(ask())


COLOURS: dict[str, Colour] = {"sync": Sync(), "async": Async()}
"""Both."""

"""Both clients, streamed or not, behind one face, so that one test body holds for all four."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from attrs import Factory, frozen

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    CompletionChunk,
)

T = TypeVar("T")


@frozen
class Ask:
    """A way to ask one question through the public face, by a client made for it.

    Args:
        is_async: through `AsyncClient`, in an event loop of its own.
        streams: as a stream, folded by `stream.response()`.
        client: the client's arguments.
        chunks: of a stream that came to its end, its chunks.
    """

    is_async: bool
    streams: bool
    client: dict[str, Any]
    chunks: list[CompletionChunk] = Factory(list)

    def with_client(self, **client: Any) -> Ask:
        """The same way, by a client with these arguments beside the usual ones."""
        return Ask(self.is_async, self.streams, {**self.client, **client})

    def __call__(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        """The answer."""
        self.chunks.clear()
        if self.is_async:
            return asyncio.run(self._awaited(request))
        with Client(**self.client) as client:
            if not self.streams:
                return client.chat_completion(request)
            with client.chat_completion_stream(request) as stream:
                for chunk in stream:
                    self.chunks.append(chunk)
                return stream.response()

    async def _awaited(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        async with AsyncClient(**self.client) as client:
            if not self.streams:
                return await client.chat_completion(request)
            async with client.chat_completion_stream(request) as stream:
                async for chunk in stream:
                    self.chunks.append(chunk)
                return await stream.response()


WAYS = {
    "sync-whole": (False, False),
    "sync-streamed": (False, True),
    "async-whole": (True, False),
    "async-streamed": (True, True),
}
"""The four ways: whether they are async, and whether they stream."""
STREAMED = {name: way for name, way in WAYS.items() if way[1]}
"""Those that stream."""
WHOLE = {name: way for name, way in WAYS.items() if not way[1]}
"""Those that do not."""

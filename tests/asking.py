"""One question asked through a client made for it: in either colour, streamed or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import Factory, evolve, frozen
from colours import COLOURS, Colour

from llmkit import ChatCompletionRequest, ChatCompletionResponse, CompletionChunk

T = TypeVar("T")


@frozen
class Way:
    """One of the four ways to ask.

    Args:
        name: as in the names of tests.
        colour: by which client.
        streams: as a stream, folded by `stream.response()`.
    """

    name: str
    colour: Colour
    streams: bool


WAYS = {
    way.name: way
    for name, colour in COLOURS.items()
    for way in (Way(f"{name}-whole", colour, False), Way(f"{name}-streamed", colour, True))
}
"""The four by name."""


@frozen
class Ask:
    """Asks through the public face, one client per call.

    Args:
        way: how.
        client: the client's arguments.
        chunks: of the last call, where it streamed, the chunks that had come.
    """

    way: Way
    client: Mapping[str, Any]
    chunks: list[CompletionChunk] = Factory(list)

    @property
    def streams(self) -> bool:
        """Whether the answers come as streams."""
        return self.way.streams

    def with_client(self, **client: Any) -> Ask:
        """The same way, by a client with these arguments beside the usual ones."""
        return evolve(self, client={**self.client, **client}, chunks=[])

    def __call__(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[Any]:
        """The answer."""
        self.chunks.clear()
        with self.way.colour(**self.client) as door:
            if not self.streams:
                return door.complete(request)
            with door.stream(request) as stream:
                for chunk in stream:
                    self.chunks.append(chunk)
                return stream.response()

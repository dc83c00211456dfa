"""What a client must do, so that another thing can stand in for it: a mock, a cache, a log.

`Client` and `AsyncClient` are of these forms, and whatever takes a client by them takes a
decorator of one as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from ._models.chunks import CompletionChunk
from ._models.request import ChatCompletionRequest
from ._models.response import ChatCompletionResponse

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    T_co = DefaultTypeVar("T_co", covariant=True, default=object)
else:
    T_co = TypeVar("T_co", covariant=True)

T = TypeVar("T")


class CompletionStream(Protocol[T_co]):
    """A streamed answer: an iterator of chunks, and a context manager that closes it."""

    def __iter__(self) -> Iterator[CompletionChunk]: ...

    def __next__(self) -> CompletionChunk: ...

    def response(self) -> ChatCompletionResponse[T_co]:
        """Read what is left, and return the whole answer, folded."""

    def close(self) -> None:
        """Give the connection back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...


class AsyncCompletionStream(Protocol[T_co]):
    """`CompletionStream`, awaited."""

    def __aiter__(self) -> AsyncIterator[CompletionChunk]: ...

    def __anext__(self) -> Awaitable[CompletionChunk]: ...

    async def response(self) -> ChatCompletionResponse[T_co]:
        """As `CompletionStream.response`."""

    async def aclose(self) -> None:
        """As `CompletionStream.close`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...


class ChatClient(Protocol):
    """What answers requests: `Client`, or what stands in for it."""

    def chat_completion(self, request: ChatCompletionRequest[T], /) -> ChatCompletionResponse[T]:
        """As `Client.chat_completion`."""

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], /, *, raise_errors: bool = True
    ) -> CompletionStream[T]:
        """As `Client.chat_completion_stream`."""


class AsyncChatClient(Protocol):
    """`ChatClient`, awaited: `AsyncClient`, or what stands in for it."""

    async def chat_completion(
        self, request: ChatCompletionRequest[T], /
    ) -> ChatCompletionResponse[T]:
        """As `AsyncClient.chat_completion`."""

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], /, *, raise_errors: bool = True
    ) -> AsyncCompletionStream[T]:
        """As `AsyncClient.chat_completion_stream`."""

"""An answer of a conversation, as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from ._chat_client import AsyncCompletionStream, CompletionStream
from ._models.chunks import CompletionChunk
from ._models.response import ChatCompletionResponse

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    from .conversation import Conversation

    T_co = DefaultTypeVar("T_co", covariant=True, default=object)
else:
    T_co = TypeVar("T_co", covariant=True)


class ConversationStream(Generic[T_co]):
    """An answer as it comes: an iterator of chunks, and a context manager that closes it.

    Attributes:
        conversation: the grown one, once the answer is whole; until then, and where it failed
            or was left, the one that it was.
    """

    def __init__(
        self,
        before: Conversation[T_co],
        asked: Conversation[T_co],
        chunks: CompletionStream[T_co],
    ) -> None:
        self.conversation: Conversation[T_co] = before
        self._asked = asked
        self._chunks = chunks
        self._answer: ChatCompletionResponse[T_co] | None = None
        self._closed = False

    def __iter__(self) -> Iterator[CompletionChunk]:
        return self

    def __next__(self) -> CompletionChunk:
        try:
            return next(self._chunks)
        except StopIteration:
            if not self._closed:
                self.response()
            raise

    def response(self) -> ChatCompletionResponse[T_co]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, or was closed before its end.
        """
        if self._answer is None:
            self._answer = answer = self._chunks.response()
            self.conversation = self._asked._answered(answer)
        return self._answer

    def close(self) -> None:
        """Give the connection back; what was not read is lost. May be called more than once."""
        self._closed = True
        self._chunks.close()

    def __enter__(self) -> ConversationStream[T_co]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncConversationStream(Generic[T_co]):
    """`ConversationStream`, awaited."""

    def __init__(
        self,
        before: Conversation[T_co],
        asked: Conversation[T_co],
        chunks: AsyncCompletionStream[T_co],
    ) -> None:
        self.conversation: Conversation[T_co] = before
        self._asked = asked
        self._chunks = chunks
        self._answer: ChatCompletionResponse[T_co] | None = None
        self._closed = False

    def __aiter__(self) -> AsyncIterator[CompletionChunk]:
        return self

    async def __anext__(self) -> CompletionChunk:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            if not self._closed:
                await self.response()
            raise

    async def response(self) -> ChatCompletionResponse[T_co]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, or was closed before its end.
        """
        if self._answer is None:
            self._answer = answer = await self._chunks.response()
            self.conversation = self._asked._answered(answer)
        return self._answer

    async def aclose(self) -> None:
        """Give the connection back; what was not read is lost. May be called more than once."""
        self._closed = True
        await self._chunks.aclose()

    async def __aenter__(self) -> AsyncConversationStream[T_co]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

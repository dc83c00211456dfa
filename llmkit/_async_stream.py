"""An answer as it comes, in the async colour."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from ._core import ChatCall
from ._core.stream import LAST_READS, StreamState
from ._http import AsyncByteStream, AsyncTransport, HttpRequest
from ._models.chunks import CompletionChunk
from ._models.response import ChatCompletionResponse
from ._retry import arun
from .errors import DecodeError, LLMKitError, StreamInterruptedError, TransportError

if TYPE_CHECKING:
    from ._http import Headers
    from ._models.partial import Partial, PartialAnswer

P = TypeVar("P")
T = TypeVar("T")


class AsyncChatCompletionStream(Generic[T]):
    """An answer as it comes: an async iterator of chunks, and a context manager that closes it."""

    def __init__(
        self,
        call: ChatCall[T],
        transport: AsyncTransport,
        http: Callable[[ChatCall[T]], Awaitable[HttpRequest]],
        raise_errors: bool,
    ) -> None:
        self._call = call
        self._transport = transport
        self._http = http
        self._state = StreamState(call, raise_errors=raise_errors)
        self._stream: AsyncByteStream | None = None

    @property
    def headers(self) -> Headers:
        """The answer's HTTP headers; empty until the first chunk is there."""
        return self._call.headers

    def __aiter__(self) -> AsyncIterator[CompletionChunk]:
        return self

    async def __anext__(self) -> CompletionChunk:
        state = self._state
        if state.ready:
            return state.ready.popleft()
        if not state.begun and not state.over:
            await self._begin()
        while not state.ready and not state.over:
            if not state.go_on():
                await self._advance()
        if not state.ready:
            await self._drop()
        chunk = state.next()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def response(self) -> ChatCompletionResponse[T]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, now or before, or was closed before its end;
                `partial` holds what had arrived.
        """
        async for _ in self:
            pass
        return self._state.whole()

    @overload
    def partial(self) -> AsyncIterator[Partial[T]]: ...
    @overload
    def partial(self, target: type[P]) -> AsyncIterator[Partial[P]]: ...
    def partial(self, target: type[P] | None = None) -> AsyncIterator[Partial[P]]:
        """The answer's value as it grows: one for each chunk that adds to it, and the whole.

        Args:
            target: the type of the value; without it, the type given to
                `with_response_json_schema`, or plain JSON where that was a schema or nothing.

        Raises:
            ResponseParseError: what has come can no longer become JSON, or the whole is
                refused, cut off, filtered, no JSON, or does not fit.
            LLMKitError: the stream failed, or was closed before its end.
            InvalidRequestError: *target* has no JSON form.
        """
        return self._partials(self._state.partial(target))

    async def _partials(self, growing: PartialAnswer[P]) -> AsyncIterator[Partial[P]]:
        async for chunk in self:
            grown = growing.take(chunk)
            if grown is not None:
                yield grown
        yield growing.end(self._state.whole())

    async def aclose(self) -> None:
        """Give the connection back; what was not read is lost. May be called more than once."""
        self._state.leave()
        await self._drop()

    async def __aenter__(self) -> AsyncChatCompletionStream[T]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _begin(self) -> None:
        """Send the request, and wait for the first chunk."""
        call, state = self._call, self._state
        state.begin()
        try:
            await arun(self._open, call.retry, call.deadline, call.waited)
        except LLMKitError as error:
            state.never(error)
        except BaseException:
            state.interrupted(StreamInterruptedError("the wait for the answer was broken off"))
            raise

    async def _open(self) -> None:
        """One attempt: over when the first chunk is there."""
        call, state, opened = self._call, self._state, False
        state.attempt()
        try:
            http = await self._http(call)
            self._stream = stream = await self._transport.astream(http, call.timeout, call.deadline)
            call.answered(stream.status, stream.headers)
            if not 200 <= stream.status < 300:
                most = call.bounds.error_bytes
                raise state.refuse(stream.status, stream.headers, await _body(stream, most))
            while not state.first(await stream.read("read")):
                pass
            opened = True
        except LLMKitError as error:
            call.failed(error)
            raise
        finally:
            if not opened:
                await self._drop()

    async def _advance(self) -> None:
        """Wait for the next bytes."""
        try:
            data = await self._stream.read("idle") if self._stream is not None else b""
        except LLMKitError as error:
            self._state.broke(error)
        else:
            self._state.received(data)

    async def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if self._state.ended:
            # A body that is read to its end leaves its connection to the next call.
            with suppress(LLMKitError):
                for _ in range(LAST_READS):
                    if not await stream.read("end"):
                        break
        await stream.aclose()


async def _body(stream: AsyncByteStream, most: int) -> bytes:
    """The body of an error: all of it, or what there is of it, and no more than *most* bytes."""
    body = bytearray()
    try:
        while len(body) < most and (piece := await stream.read("read")):
            body += piece
    except (DecodeError, TransportError):
        pass  # the status alone is an answer
    return bytes(body[:most])

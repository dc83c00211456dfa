"""An answer as it comes, in the sync colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from ._core import ChatCall
from ._core.stream import LAST_READS, StreamState
from ._http import ByteStream, HttpRequest, Transport
from ._models.chunks import CompletionChunk
from ._models.response import ChatCompletionResponse
from ._retry import run
from .errors import DecodeError, LLMKitError, StreamInterruptedError, TransportError

if TYPE_CHECKING:
    from ._http import Headers
    from ._models.partial import Partial, PartialAnswer

P = TypeVar("P")
T = TypeVar("T")


class ChatCompletionStream(Generic[T]):
    """An answer as it comes: an iterator of chunks, and a context manager that closes it."""

    def __init__(
        self,
        call: ChatCall[T],
        transport: Transport,
        http: Callable[[ChatCall[T]], HttpRequest],
        raise_errors: bool,
    ) -> None:
        self._call = call
        self._transport = transport
        self._http = http
        self._state = StreamState(call, raise_errors=raise_errors)
        self._stream: ByteStream | None = None

    @property
    def headers(self) -> Headers:
        """The answer's HTTP headers; empty until the first chunk is there."""
        return self._call.headers

    def __iter__(self) -> Iterator[CompletionChunk]:
        return self

    def __next__(self) -> CompletionChunk:
        state = self._state
        if state.ready:
            return state.ready.popleft()
        if not state.begun and not state.over:
            self._begin()
        while not state.ready and not state.over:
            if not state.go_on():
                self._advance()
        if not state.ready:
            self._drop()
        chunk = state.next()
        if chunk is None:
            raise StopIteration
        return chunk

    def response(self) -> ChatCompletionResponse[T]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, now or before, or was closed before its end;
                `partial` holds what had arrived.
        """
        for _ in self:
            pass
        return self._state.whole()

    @overload
    def partial(self) -> Iterator[Partial[T]]: ...
    @overload
    def partial(self, target: type[P]) -> Iterator[Partial[P]]: ...
    def partial(self, target: type[P] | None = None) -> Iterator[Partial[P]]:
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

    def _partials(self, growing: PartialAnswer[P]) -> Iterator[Partial[P]]:
        for chunk in self:
            grown = growing.take(chunk)
            if grown is not None:
                yield grown
        yield growing.end(self._state.whole())

    def close(self) -> None:
        """Give the connection back; what was not read is lost. May be called more than once."""
        self._state.leave()
        self._drop()

    def __enter__(self) -> ChatCompletionStream[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> None:
        """Send the request, and wait for the first chunk."""
        call, state = self._call, self._state
        state.begin()
        try:
            run(self._open, call.retry, call.deadline, call.waited)
        except LLMKitError as error:
            state.never(error)
        except BaseException:
            state.interrupted(StreamInterruptedError("the wait for the answer was broken off"))
            raise

    def _open(self) -> None:
        """One attempt: over when the first chunk is there."""
        call, state, opened = self._call, self._state, False
        state.attempt()
        try:
            http = self._http(call)
            self._stream = stream = self._transport.stream(http, call.timeout, call.deadline)
            call.answered(stream.status, stream.headers)
            if not 200 <= stream.status < 300:
                most = call.bounds.error_bytes
                raise state.refuse(stream.status, stream.headers, _body(stream, most))
            while not state.first(stream.read("read")):
                pass
            opened = True
        except LLMKitError as error:
            call.failed(error)
            raise
        finally:
            if not opened:
                self._drop()

    def _advance(self) -> None:
        """Wait for the next bytes."""
        try:
            data = self._stream.read("idle") if self._stream is not None else b""
        except LLMKitError as error:
            self._state.broke(error)
        else:
            self._state.received(data)

    def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if self._state.ended:
            # A body that is read to its end leaves its connection to the next call.
            with suppress(LLMKitError):
                for _ in range(LAST_READS):
                    if not stream.read("end"):
                        break
        stream.close()


def _body(stream: ByteStream, most: int) -> bytes:
    """The body of an error: all of it, or what there is of it, and no more than *most* bytes."""
    body = bytearray()
    try:
        while len(body) < most and (piece := stream.read("read")):
            body += piece
    except (DecodeError, TransportError):
        pass  # the status alone is an answer
    return bytes(body[:most])

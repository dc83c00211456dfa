"""The sync door: requests, on threads or without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from ._core import MAX_ERROR_BYTES, Call, Core, Key, StreamState, key_of
from ._http import ByteStream, HttpRequest, Timeout, Transport
from ._models.adjustments import Unsupported
from ._models.chunks import CompletionChunk
from ._models.request import ChatCompletionRequest
from ._models.response import ChatCompletionResponse
from ._retry import RetryPolicy, run
from .errors import LLMKitError, TransportError
from .providers.provider import Provider

if TYPE_CHECKING:
    from ._http import Headers
    from ._models.messages import MessageInput
    from .chat import ChatBuilder

T = TypeVar("T")


class Client:
    """Chat completions with any provider. May be shared by threads, and survives a fork.

    Args:
        model: the default model, "provider/model".
        provider: the client's own provider: a name, or a `Provider`. Without it, that of the
            default model, else "openai". A model without a known provider's name before its
            slash belongs to it.
        api_key: the own provider's key, or a function that gives it; it is sent to no other.
            Without it, and for every other provider, the environment's.
        base_url: the own provider's address, instead of its usual one.
        providers: providers of yours, beside those that llmkit knows or in their place.
        timeout: limits of each call, in seconds; a number is `Timeout.total`.
        retry: how often a failed call is tried again.
        transport: what carries the requests, instead of requests (the library).
        unsupported: what to do with what a provider cannot do: "error", "warn" or "drop".

    Raises:
        ConfigurationError: there is no such provider.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        provider: str | Provider | None = None,
        api_key: Key | None = None,
        base_url: str | None = None,
        providers: Sequence[Provider] = (),
        timeout: Timeout | float | None = None,
        retry: RetryPolicy | None = None,
        transport: Transport | None = None,
        unsupported: Unsupported = "error",
    ) -> None:
        self._core = Core(
            model,
            provider=provider,
            api_key=api_key,
            base_url=base_url,
            providers=providers,
            timeout=timeout,
            retry=retry,
            unsupported=unsupported,
        )
        self._transports: dict[str, Transport] = {}
        self._given = transport

    def chat_completion(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        """Ask, and wait for the whole answer.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        call = self._core.call(request, stream=False)
        transport = self._transport(call)
        call.start()

        def attempt() -> ChatCompletionResponse[T]:
            http = self._http(call)
            try:
                return call.finish(transport.send(http, call.timeout, call.deadline))
            except LLMKitError as error:
                call.failed(error)
                raise

        return run(attempt, call.retry, call.deadline, call.waited)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], *, raise_errors: bool = True
    ) -> ChatCompletionStream[T]:
        """Ask, and take the answer as it comes. The call begins with the first chunk asked for.

        Args:
            request: what to ask.
            raise_errors: False delivers a failure as `error` of a last chunk.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        call = self._core.call(request, stream=True)
        return ChatCompletionStream(call, self._transport(call), self._http, raise_errors)

    def chat(
        self, model: str | None = None, messages: Sequence[MessageInput] = (), **fields: object
    ) -> ChatBuilder:
        """The fluent door: `client.chat().system("Be brief.").user("Hello").execute()`.

        Args:
            model: instead of the client's default model.
            messages: what has been said so far.
            fields: more fields of the request.
        """
        from .chat import ChatBuilder

        return ChatBuilder(model, messages, fields, client=self)

    def close(self) -> None:
        """Close every connection. May be called more than once."""
        self._core.closed = True
        for transport in self._transports.values():
            transport.close()
        if self._given is not None:
            self._given.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self._core.own.name!r})"

    def _http(self, call: Call[T]) -> HttpRequest:
        """The request of the next attempt, with the key of this moment on it."""
        key = call.target.key
        return call.http(key_of(call.target, key() if callable(key) else key))

    def _transport(self, call: Call[T]) -> Transport:
        if self._given is not None:
            return self._given
        name = call.target.provider.transport
        transport = self._transports.get(name)
        if transport is None:
            # Two threads may each make one; the first to be kept is the one that is used.
            transport = self._transports.setdefault(name, _made(name))
        return transport


def _made(name: str) -> Transport:
    if name == "echo":
        from ._transports.echo import EchoTransport

        return EchoTransport()
    from ._transports.sync_requests import RequestsTransport

    return RequestsTransport()


class ChatCompletionStream(Generic[T]):
    """An answer as it comes: an iterator of chunks, and a context manager that closes it."""

    def __init__(
        self,
        call: Call[T],
        transport: Transport,
        http: Callable[[Call[T]], HttpRequest],
        raise_errors: bool,
    ) -> None:
        self._call = call
        self._transport = transport
        self._http = http
        self._raise_errors = raise_errors
        self._state: StreamState[T] | None = None
        self._stream: ByteStream | None = None

    @property
    def headers(self) -> Headers:
        """The answer's HTTP headers; empty until the first chunk is there."""
        return self._call.headers

    def __iter__(self) -> Iterator[CompletionChunk]:
        return self

    def __next__(self) -> CompletionChunk:
        state = self._state or self._begin()
        while not state.ready:
            if state.over:
                self.close()
                if state.failure is not None:
                    raise state.failure
                raise StopIteration
            self._advance(state)
        return state.ready.popleft()

    def response(self) -> ChatCompletionResponse[T]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, now or before; `partial` holds what had arrived.
        """
        for _ in self:
            pass
        state = self._state or self._begin()
        return state.response()

    def close(self) -> None:
        """Give the connection back; what was not read is lost. May be called more than once."""
        if self._state is not None:
            self._state.over = True
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

    def _begin(self) -> StreamState[T]:
        call = self._call
        call.start()
        self._state = state = StreamState(call, raise_errors=self._raise_errors)
        try:
            run(lambda: self._open(state), call.retry, call.deadline, call.waited)
        except LLMKitError as error:
            state.never(error)
        return state

    def _open(self, state: StreamState[T]) -> None:
        """One attempt: over when the first chunk is there."""
        call, opened = self._call, False
        http = self._http(call)
        state.restart()
        try:
            self._stream = stream = self._transport.stream(http, call.timeout, call.deadline)
            call.headers = stream.headers
            if not 200 <= stream.status < 300:
                raise state.refuse(stream.status, stream.headers, _body(stream))
            while not state.first(stream.read("read")):
                pass
            call.done(stream.status)
            opened = True
        except LLMKitError as error:
            call.failed(error)
            raise
        finally:
            if not opened:
                self._drop()

    def _advance(self, state: StreamState[T]) -> None:
        """Wait for the next bytes."""
        if self._stream is None:
            state.over = True
            return
        try:
            data = self._stream.read(state.limit)
        except LLMKitError as error:
            state.broke(error)
        else:
            state.received(data)

    def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


def _body(stream: ByteStream) -> bytes:
    """The body of an error: all of it, or what there is of it."""
    body = bytearray()
    try:
        while len(body) < MAX_ERROR_BYTES and (piece := stream.read("read")):
            body += piece
    except TransportError:
        pass  # the status alone is an answer
    return bytes(body)

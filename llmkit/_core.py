"""What a call is, without I/O: resolve → build → (send) → finish, or decode.

Both doors run through here; all that they add is the sending, and `await`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Generic, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from . import __version__
from ._http import Headers, HttpRequest, HttpResponse, Limit, Timeout
from ._models.accumulate import fold
from ._models.adjustments import UNSUPPORTED, Adjuster, Unsupported
from ._models.chunks import CompletionChunk, stamped
from ._models.request import ChatCompletionRequest
from ._models.response import ChatCompletionResponse
from ._retry import Attempt, RetryPolicy
from .adapters._base import Adapter, Endpoint, StreamDecoder, request_id
from .errors import (
    APIError,
    ClosedError,
    ConfigurationError,
    InvalidRequestError,
    LLMKitError,
    ResponseLostError,
    StreamInterruptedError,
    redact,
)
from .providers.keys import base_url_of, resolve_key
from .providers.loader import find, get
from .providers.provider import Provider

T = TypeVar("T")

Key: TypeAlias = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A key, or a function that gives one when it is needed."""

USER_AGENT: Final = f"llmkit/{__version__}"

MAX_ERROR_BYTES: Final = 1024 * 1024
"""The most that is read of the body of an error, where a stream was asked for."""


@frozen
class Target:
    """Where the calls for one model go: resolved once per client and model."""

    provider: Provider
    adapter: Adapter
    model: str
    base_url: str
    key: Key | None = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen."""
        return (self.key,) if isinstance(self.key, str) else ()


class Core:
    """A client's settings, and the calls that are made under them. Safe to share by threads."""

    def __init__(
        self,
        model: str | None,
        *,
        provider: str | Provider | None,
        api_key: Key | None,
        base_url: str | None,
        providers: Sequence[Provider],
        timeout: Timeout | float | None,
        retry: RetryPolicy | None,
        unsupported: Unsupported,
    ) -> None:
        if unsupported not in UNSUPPORTED:
            told = ", ".join(UNSUPPORTED)
            raise ConfigurationError(f"unsupported must be one of {told}, not {unsupported!r}")
        self._model = model
        self._key = api_key
        self._base_url = base_url
        self._given: dict[str, Provider] = {}
        for given in (*providers, *([provider] if isinstance(provider, Provider) else [])):
            self._given.update(dict.fromkeys((*given.aliases, given.name), given))
        self._timeout = Timeout() if timeout is None else Timeout.of(timeout)
        self._retry = retry or RetryPolicy()
        self._unsupported: Unsupported = unsupported
        self._targets: dict[str, Target] = {}
        self.own = self._own_provider(provider)
        self.closed = False

    def _own_provider(self, provider: str | Provider | None) -> Provider:
        if isinstance(provider, Provider):
            return provider
        if provider is not None:
            return self._given.get(provider) or get(provider)
        named = self._find((self._model or "").partition("/")[0]) if self._model else None
        return named or self._given.get("openai") or get("openai")

    def _find(self, name: str) -> Provider | None:
        return self._given.get(name) or find(name)

    def target(self, model: str) -> Target:
        """Where *model*, or the client's own model where it is "", is to be found.

        Raises:
            ConfigurationError: no model is named, or the provider has no key.
        """
        target = self._targets.get(model)
        if target is None:
            target = self._targets[model] = self._resolve(model or self._model or "")
        return target

    def _resolve(self, model: str) -> Target:
        prefix, slash, rest = model.partition("/")
        provider = self._find(prefix) if slash else None
        name = rest
        if provider is None:
            provider, name = self.own, model
        if not name:
            raise ConfigurationError(
                "no model is named: give the request one, as in 'openai/gpt-4o', or the client"
            )
        own = provider.name == self.own.name
        key = self._key if own and self._key is not None else None
        return Target(
            provider,
            provider.adapter(),
            name,
            base_url_of(provider, self._base_url if own else None),
            key if callable(key) else resolve_key(provider, key),
        )

    def call(self, request: ChatCompletionRequest[T], *, stream: bool) -> Call[T]:
        """A call of *request*, built and ready to be sent.

        Raises:
            ClosedError: the client is closed.
            ConfigurationError: there is no such provider, or no key for it.
            InvalidRequestError: the request's values do not go together.
            UnsupportedParameterError: the provider cannot do what is asked.
        """
        if self.closed:
            raise ClosedError("the client is closed")
        if not isinstance(request, ChatCompletionRequest):
            raise InvalidRequestError(
                f"must be a ChatCompletionRequest, not {type(request).__name__}", field="request"
            )
        target = self.target(request.model)
        adjust = Adjuster(
            request.unsupported or self._unsupported,
            provider=target.provider.name,
            model=target.model,
        )
        headers = {"User-Agent": USER_AGENT, **target.provider.headers}
        endpoint = Endpoint(target.base_url, target.model, headers, adjust)
        http = target.adapter.build(request, endpoint, stream=stream)
        return Call(request, target, http, request.timeout or self._timeout, self._retry, adjust)


class Call(Generic[T]):
    """One call, from the moment that it is built: its clock, its attempts, its outcome."""

    def __init__(
        self,
        request: ChatCompletionRequest[T],
        target: Target,
        http: HttpRequest,
        timeout: Timeout,
        retry: RetryPolicy,
        adjust: Adjuster,
    ) -> None:
        self.request = request
        self.target = target
        self.timeout = timeout
        self.retry = retry
        self.deadline: float | None = None
        self.attempts: list[Attempt] = []
        self.started = 0.0
        self.headers: Headers = Headers()
        self._http = http
        self._adjust = adjust
        self._secrets = target.secrets
        self._attempt_started = 0.0
        self._wait = 0.0

    def start(self) -> None:
        """The clock runs from here."""
        self.started = time.monotonic()
        if self.timeout.total is not None:
            self.deadline = self.started + self.timeout.total

    def waited(self, seconds: float) -> None:
        """The next attempt begins after this wait."""
        self._wait = seconds

    def http(self, key: str | None) -> HttpRequest:
        """The request to send now, with *key* on it; an attempt begins."""
        self._attempt_started = time.monotonic()
        auth = self.target.provider.auth
        if auth is None or not key:
            return self._http
        if key not in self._secrets:
            self._secrets = (*self._secrets, key)
        # What the caller says in extra_headers wins, this header too.
        return evolve(self._http, headers={**auth.headers(key), **self._http.headers})

    def done(self, status: int | None, error: LLMKitError | None = None) -> None:
        """The attempt is over."""
        took = time.monotonic() - self._attempt_started
        told = None if error is None else _one_line(error)
        self.attempts.append(Attempt(status, told, self._wait, took))
        self._wait = 0.0

    def finish(self, response: HttpResponse) -> ChatCompletionResponse[T]:
        """The answer in *response*.

        Raises:
            APIError: it is an error.
            DecodeError: it is not of the wire's form.
        """
        if not 200 <= response.status < 300:
            raise self.refused(response)
        answer = self.target.adapter.parse(response)
        self.done(response.status)
        self.headers = response.headers
        return self.told(answer)

    def refused(self, response: HttpResponse) -> APIError:
        """The error that *response* tells by its status."""
        error = self.target.adapter.error(response)
        if 300 <= response.status < 400:
            where = urlsplit(response.headers.get("location", "")).hostname or "elsewhere"
            error.args = (f"redirected to {where}; the key goes to its own provider only",)
        return error

    def told(self, answer: ChatCompletionResponse[object]) -> ChatCompletionResponse[T]:
        """*answer*, with all that the call itself knows."""
        told = evolve(
            answer,
            provider=self.target.provider.name,
            model=answer.model or self.target.model,
            latency=timedelta(seconds=time.monotonic() - self.started),
            request_id=request_id(self.headers),
            headers=self.headers,
            attempts=tuple(self.attempts),
            adjustments=self._adjust.made,
            response_format=self.request.response_format,
        )
        return cast("ChatCompletionResponse[T]", told)

    def failed(self, error: LLMKitError) -> None:
        """*error* ends an attempt."""
        self._place(error)
        self.done(error.status if isinstance(error, APIError) else None, error)
        error.attempts = tuple(self.attempts)

    def interrupted(self, error: LLMKitError) -> None:
        """*error* ends a stream whose attempt has been told already."""
        self._place(error)
        error.attempts = tuple(self.attempts)

    def _place(self, error: LLMKitError) -> None:
        """*error* is told where it happened, and loses every key."""
        error.provider = error.provider or self.target.provider.name
        error.model = error.model or self.target.model
        redact(error, self._secrets)


def key_of(target: Target, value: object) -> str | None:
    """*value*, which the target's key or the function behind it gave, as text."""
    if value is None or isinstance(value, str):
        return resolve_key(target.provider, value) if callable(target.key) else value
    if isinstance(value, Awaitable):
        close = getattr(value, "close", None)
        if close is not None:
            close()  # it will not be awaited, and shall not say so later
        raise ConfigurationError("an async api_key function needs an AsyncClient")
    raise ConfigurationError(f"api_key gave {type(value).__name__}, not text")


def _one_line(error: LLMKitError) -> str:
    return f"{type(error).__name__}: {error.message}".replace("\n", " ")[:500]


class StreamState(Generic[T]):
    """A streamed answer, as far as it has come; the doors bring it bytes and take chunks.

    `ready` holds the chunks that are there; `over` says that no more will come, and `failure`
    why, where that was not the answer's end.
    """

    def __init__(self, call: Call[T], *, raise_errors: bool) -> None:
        self.call = call
        self.ready: deque[CompletionChunk] = deque()
        self.over = False
        self.failure: LLMKitError | None = None
        self._raise_errors = raise_errors
        self._chunks: list[CompletionChunk] = []
        self._decoder: StreamDecoder = call.target.adapter.decoder()
        self._last = call.started

    @property
    def limit(self) -> Limit:
        """Which limit the next wait stands under: `read` until the first chunk is there."""
        return "idle" if self._chunks else "read"

    def refuse(self, status: int, headers: Headers, body: bytes) -> APIError:
        """The error that an answer in place of a stream tells."""
        return self.call.refused(HttpResponse(status, headers, body))

    def restart(self) -> None:
        """A new attempt: nothing of the one before was handed over."""
        self._decoder = self.call.target.adapter.decoder()
        self._last = self.call.started

    def first(self, data: bytes) -> bool:
        """Take bytes while nothing has been handed over; whether there is something now.

        Raises:
            LLMKitError: the stream has failed before its first chunk: it may be tried again.
        """
        self._take(self._decoder.feed(data) if data else self._decoder.close())
        if self.ready:
            if not data:
                self.over = True
            elif self._decoder.failure is not None:
                self.broke(self._decoder.failure)
            return True
        if self._decoder.failure is not None:
            raise self._decoder.failure
        return not data

    def received(self, data: bytes) -> None:
        """Take the next bytes; none are the end."""
        if data:
            self._take(self._decoder.feed(data))
            if self._decoder.failure is not None:
                self.broke(self._decoder.failure)
            elif self._decoder.done:
                self.over = True
            return
        try:
            self._take(self._decoder.close())
        except LLMKitError as error:
            self.broke(error)
        else:
            self.over = True

    def broke(self, error: LLMKitError) -> None:
        """The stream has failed, unless its answer was whole already."""
        self.over = True
        if self._decoder.finished and self._decoder.failure is None:
            self._take(self._decoder.close())
            return
        if isinstance(error, ResponseLostError):
            error = StreamInterruptedError(error.message)
        self.call.interrupted(error)
        if error.partial is None:
            error.partial = self.response()
        self.never(error)

    def never(self, error: LLMKitError) -> None:
        """*error* is what there is instead of more chunks: to be raised, or the last of them."""
        self.over = True
        if self._raise_errors:
            self.failure = error
        else:
            self._take([CompletionChunk(is_last_chunk=True, error=error)])

    def response(self) -> ChatCompletionResponse[T]:
        """The answer so far."""
        return self.call.told(fold(self._chunks, provider=self.call.target.provider.name))

    def _take(self, chunks: list[CompletionChunk]) -> None:
        if not chunks:
            return
        now = time.monotonic()
        since_call = now - self.call.started
        since_last, self._last = now - self._last, now
        for chunk in chunks:
            self.ready.append(stamped(chunk, since_last, since_call))
            since_last = 0.0  # what one read brought came at one moment
        self._chunks += chunks

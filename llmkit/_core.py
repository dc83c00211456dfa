"""What a call is, without I/O: resolve → build → (send) → finish, or decode.

Both doors run through here; all that they add is the sending, and `await`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Generic, Never, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

from attrs import Factory, evolve, field, frozen

from . import __version__
from ._auth import Credentials
from ._http import Headers, HttpRequest, HttpResponse, Timeout
from ._models.accumulate import fold
from ._models.adjustments import UNSUPPORTED, Adjuster, Unsupported
from ._models.chunks import CompletionChunk, stamped
from ._models.request import ChatCompletionRequest
from ._models.response import ChatCompletionResponse
from ._retry import Attempt, RetryPolicy
from .adapters._base import Adapter, Endpoint, StreamDecoder, merged_headers, request_id
from .adapters.structured_answer import StructuredAnswer
from .errors import (
    APIError,
    AuthenticationError,
    ClosedError,
    ConfigurationError,
    InvalidRequestError,
    LLMKitError,
    ResponseLostError,
    StreamInterruptedError,
    redact,
)
from .providers.keys import Address, address_of, credentials_of, resolve_key
from .providers.loader import find, get
from .providers.placeholders import check_given
from .providers.provider import Provider

T = TypeVar("T")

Key: TypeAlias = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A key, or a function that gives one when it is needed."""

USER_AGENT: Final = f"llmkit/{__version__}"

MAX_ERROR_BYTES: Final = 1024 * 1024
"""The most that is read of the body of an error, where a stream was asked for."""


class _Unpicklable:
    def __reduce__(self) -> Never:
        raise TypeError("a client is not pickled: it holds a key and connections")


@frozen
class Target(_Unpicklable):
    """Where the calls for one model go: resolved once per client and model."""

    provider: Provider
    adapter: Adapter
    model: str
    base_url: str
    key: Key | None = field(repr=False)
    query: Mapping[str, str] = Factory(dict)
    credentials: Credentials | None = field(default=None, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen."""
        return (self.key,) if isinstance(self.key, str) else ()


class Core(_Unpicklable):
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
        placeholders: Mapping[str, str] | None = None,
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
        self._credentials: dict[str, Credentials] = {}
        self.own = self._own_provider(provider)
        self._placeholders = dict(placeholders or {})
        check_given(self.own, self._placeholders)
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
        given = self._key if own and self._key is not None else None
        key = given if callable(given) else resolve_key(provider, given)
        signed = key is None and provider.credentials is not None
        address = address_of(
            provider,
            self._base_url if own else None,
            self._placeholders if own else None,
            signed=signed,
        )
        credentials = self._credentials_of(provider, address) if signed else None
        adapter = provider.adapter()
        return Target(provider, adapter, name, address.base_url, key, address.query, credentials)

    def _credentials_of(self, provider: Provider, address: Address) -> Credentials | None:
        """One object for all models and threads: it keeps the token."""
        found = self._credentials.get(provider.name) or credentials_of(provider, address)
        return None if found is None else self._credentials.setdefault(provider.name, found)

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
        endpoint = Endpoint(target.base_url, target.model, headers, adjust, target.query)
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
        self._secrets = (*target.secrets, *_credentials(request.extra_headers, target.provider))
        # An Authorization of the caller's own wins over the credentials, as it does over a key.
        named = any(name.lower() == "authorization" for name in request.extra_headers)
        self.credentials = None if named else target.credentials
        self._signed: HttpRequest | None = None
        self._renewed = False
        self._status: int | None = None
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

    def attempt(self) -> None:
        """An attempt begins."""
        self._attempt_started = time.monotonic()
        self._status = None

    def http(self, key: str | None) -> HttpRequest:
        """The request to send now, with *key* on it."""
        auth = self.target.provider.auth
        if auth is None or not key:
            return self._http
        if key not in self._secrets:
            self._secrets = (*self._secrets, key)
        # What the caller says in extra_headers wins, this header too.
        return evolve(self._http, headers=merged_headers(auth.headers(key), self._http.headers))

    def signed(self, http: HttpRequest) -> HttpRequest:
        """*http*, which the credentials have signed: what they put on it is a secret, too."""
        self._signed = http
        self._secrets = (*self._secrets, *_credentials(http.headers, self.target.provider))
        return http

    def answered(self, status: int, headers: Headers) -> None:
        """The head of an answer is there."""
        self._status = status
        self.headers = headers

    def done(self, error: LLMKitError | None = None) -> None:
        """The attempt is over."""
        took = time.monotonic() - self._attempt_started
        told = None if error is None else _one_line(error)
        self.attempts.append(Attempt(self._status, told, self._wait, took))
        self._wait = 0.0

    def finish(self, response: HttpResponse) -> ChatCompletionResponse[T]:
        """The answer in *response*.

        Raises:
            APIError: it is an error.
            DecodeError: it is not of the wire's form.
        """
        self.answered(response.status, response.headers)
        if not 200 <= response.status < 300:
            raise self.refused(response)
        answer = self.target.adapter.parse(response)
        structured = self.structured_answer()
        if structured is not None:
            answer = structured.whole(answer)
        self.done()
        return self.told(answer, time.monotonic())

    def structured_answer(self) -> StructuredAnswer | None:
        """What reads an answer of a schema back, where the wire had no field for it."""
        return StructuredAnswer.of(self._adjust)

    def refused(self, response: HttpResponse) -> APIError:
        """The error that *response* tells by its status."""
        error = self.target.adapter.error(response)
        if 300 <= response.status < 400:
            where = urlsplit(response.headers.get("location", "")).hostname or "elsewhere"
            error.args = (f"redirected to {where}; the key goes to its own provider only",)
        return error

    def told(
        self, answer: ChatCompletionResponse[object], ended: float
    ) -> ChatCompletionResponse[T]:
        """*answer*, whose last bytes came at *ended*, with all that the call itself knows."""
        told = evolve(
            answer,
            provider=self.target.provider.name,
            model=answer.model or self.target.model,
            latency=timedelta(seconds=ended - self.started),
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
        if isinstance(error, APIError) and self._renews(error):
            error.should_retry, error.retry_after = True, 0.0
        self.done(error)
        error.attempts = tuple(self.attempts)

    def interrupted(self, error: LLMKitError) -> None:
        """*error* ends a stream whose attempt has been told already."""
        self._place(error)
        error.attempts = tuple(self.attempts)

    def _renews(self, error: APIError) -> bool:
        """Whether other credentials may help against *error*: once, a token may end too soon."""
        if self.credentials is None or self._signed is None or self._renewed:
            return False
        # AWS's word for it comes with a 403: ExpiredTokenException.
        ended = error.status == 403 and "expired" in (error.code or "").lower()
        if not (ended or isinstance(error, AuthenticationError)):
            return False
        self._renewed = True
        return self.credentials.renew(self._signed)

    def _place(self, error: LLMKitError) -> None:
        """*error* is told where it happened, and loses every key."""
        error.provider = error.provider or self.target.provider.name
        error.model = error.model or self.target.model
        if isinstance(error, APIError) and not error.headers:  # an event has none of its own
            error.headers = self.headers
            error.request_id = request_id(self.headers)
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


def key_failed(error: Exception) -> ConfigurationError:
    """What to raise where the function behind a key has raised *error*."""
    return ConfigurationError(f"the api_key function raised {type(error).__name__}: {error}")


_CREDENTIALS: Final = (
    *("authorization", "api-key", "x-api-key", "x-goog-api-key", "x-amz-security-token"),
    "cookie",
)


def _credentials(headers: Mapping[str, str], provider: Provider) -> tuple[str, ...]:
    """The keys that the caller has put into *headers* himself."""
    names = (*_CREDENTIALS, provider.auth.header.lower() if provider.auth else "")
    values = [value for name, value in headers.items() if name.lower() in names]
    return tuple(part for value in values for part in (value, value.rpartition(" ")[2]))


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
        self.begun = False
        self.over = False
        self.failure: LLMKitError | None = None
        self._raise_errors = raise_errors
        self._left = False
        self._chunks: list[CompletionChunk] = []
        self._decoder: StreamDecoder = call.target.adapter.decoder()
        self._structured = call.structured_answer()
        self._last = 0.0

    def begin(self) -> None:
        """The call begins, once."""
        self.begun = True
        self.call.start()

    def attempt(self) -> None:
        """A new attempt: nothing of the one before was handed over."""
        self.call.attempt()
        self._decoder = self.call.target.adapter.decoder()
        self._structured = self.call.structured_answer()
        self._last = self.call.started

    def refuse(self, status: int, headers: Headers, body: bytes) -> APIError:
        """The error that an answer in place of a stream tells."""
        return self.call.refused(HttpResponse(status, headers, body))

    def first(self, data: bytes) -> bool:
        """Take bytes while nothing has been handed over; whether there is something now.

        Raises:
            LLMKitError: the stream has failed before its first chunk: it may be tried again.
        """
        self._take(self._decoder.feed(data) if data else self._decoder.close())
        if data and not self.ready:
            if self._decoder.failure is not None:
                raise self._decoder.failure
            return False
        self.call.done()
        self._settle(data)
        return True

    def received(self, data: bytes) -> None:
        """Take the next bytes; none are the end."""
        try:
            self._take(self._decoder.feed(data) if data else self._decoder.close())
        except LLMKitError as error:
            self.broke(error)
        else:
            self._settle(data)

    def _settle(self, data: bytes) -> None:
        if self._decoder.failure is not None:
            self.broke(self._decoder.failure)
        elif self._decoder.done or not data:
            self.over = True

    def broke(self, error: LLMKitError) -> None:
        """The stream has failed, unless its answer was whole already."""
        self.over = True
        if self._decoder.failure is None:
            try:
                return self._take(self._decoder.close())
            except APIError as last_words:
                error = last_words
            except LLMKitError:
                pass  # it was cut: the error that is here tells how
        if isinstance(error, ResponseLostError):
            error = StreamInterruptedError(error.message)
        self.interrupted(error)

    def interrupted(self, error: LLMKitError) -> None:
        """*error* ends the stream after its first chunk, or without a last attempt's error."""
        if error.partial is None and self._chunks:
            error.partial = self.response()
        self.call.interrupted(error)
        self.never(error)

    def never(self, error: LLMKitError) -> None:
        """*error* is what there is instead of more chunks: to be raised, or the last of them."""
        self.over = True
        self.failure = error
        if not self._raise_errors:
            self._take([CompletionChunk(is_last_chunk=True, error=error)])

    def leave(self) -> None:
        """Nobody wants the rest."""
        self.ready.clear()
        self._left = self._left or not self.over
        self.over = True

    def next(self) -> CompletionChunk | None:
        """A chunk that is ready, or None after the last.

        Raises:
            LLMKitError: the failure that there is instead.
        """
        if self.ready:
            return self.ready.popleft()
        if self.failure is not None and self._raise_errors:
            raise self.failure
        return None

    def whole(self) -> ChatCompletionResponse[T]:
        """The whole answer.

        Raises:
            LLMKitError: it is not whole: the stream has failed, or was closed before its end.
        """
        if self._left and self.failure is None:
            self.interrupted(StreamInterruptedError("the stream was closed before its end"))
        if self.failure is not None:
            raise self.failure
        return self.response()

    def response(self) -> ChatCompletionResponse[T]:
        """The answer so far."""
        provider = self.call.target.provider.name
        return self.call.told(fold(self._chunks, provider=provider), self._last)

    def _take(self, chunks: list[CompletionChunk]) -> None:
        if not chunks:
            return
        if self._structured is not None:
            chunks = [self._structured.chunk(chunk) for chunk in chunks]
        now = time.monotonic()
        since_call = now - self.call.started
        since_last, self._last = now - self._last, now
        for chunk in chunks:
            self.ready.append(stamped(chunk, since_last, since_call))
            since_last = 0.0  # what one read brought came at one moment
        self._chunks += chunks

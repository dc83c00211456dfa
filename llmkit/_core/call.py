"""One call: where it goes, its clock, its attempts, its outcome."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final, Generic, Never, TypeAlias, TypeVar
from urllib.parse import urlsplit

from attrs import Factory, field

from .. import __version__
from .._auth import Credentials
from .._bounds import Bounds
from .._frozen import frozen
from .._http import NO_HEADERS, Headers, HttpRequest, HttpResponse, Timeout
from .._json import JsonValue
from .._redaction import redact, secrets_in, secrets_of
from .._retry import Attempt, RetryPolicy
from ..adapters._base import Adapter, merged_headers, request_id
from ..errors import APIError, AuthenticationError, ConfigurationError, LLMKitError
from ..providers.keys import resolve_key
from ..providers.provider import Provider

A = TypeVar("A")

USER_AGENT: Final = f"llmkit/{__version__}"

_REMEMBERED: Final = 16
"""How many keys and tokens that change are remembered, to be taken out of errors."""

Key: TypeAlias = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A key, or a function that gives one when it is needed."""


class Unpicklable:
    """Holds a key, which belongs in no file."""

    def __reduce__(self) -> Never:
        raise TypeError("a client is not pickled: it holds a key and connections")


@frozen
class Target(Unpicklable):
    """Where the calls for one model go: resolved once per client and model."""

    provider: Provider
    adapter: Adapter
    model: str
    base_url: str
    key: Key | None = field(repr=False)
    query: Mapping[str, str] = Factory(dict)
    body: Mapping[str, JsonValue] = Factory(dict)
    credentials: Credentials | None = field(default=None, repr=False)
    # What each call would have to find out anew: the headers that the provider wants, the key's
    # not among them, and what must never be seen.
    headers: Mapping[str, str] = field(
        default=Factory(lambda self: {"User-Agent": USER_AGENT, **self.provider.headers}, True),
        init=False,
        repr=False,
    )
    secrets: tuple[str, ...] = field(
        default=Factory(lambda self: (self.key,) if isinstance(self.key, str) else (), True),
        init=False,
        repr=False,
    )
    # What else was sent: the keys that a function gave, and the credentials' tokens.
    _seen: dict[str, None] = field(factory=dict, init=False, repr=False, eq=False)

    def saw(self, secrets: Iterable[str]) -> None:
        """*secrets* are sent now: the last of them are remembered, and taken out of errors."""
        for secret in secrets:
            if secret not in self._seen:
                self._seen[secret] = None
                if len(self._seen) > _REMEMBERED:
                    with suppress(KeyError, RuntimeError):  # another thread was first
                        del self._seen[next(iter(self._seen))]

    def all_secrets(self) -> tuple[str, ...]:
        """What must never be seen, that which was sent lately included."""
        return (*self.secrets, *self._seen.copy())


class Call(ABC, Generic[A]):
    """One call, from the moment that it is built: its clock, its attempts, its outcome.

    What an answer means is for its kinds to say: `understood`.
    """

    def __init__(
        self,
        target: Target,
        http: HttpRequest,
        timeout: Timeout,
        retry: RetryPolicy,
        bounds: Bounds,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        self.target = target
        self.timeout = timeout
        self.retry = retry
        self.bounds = bounds
        self.deadline: float | None = None
        self.attempts: list[Attempt] = []
        self.started: float = 0.0
        self.ended: float = 0.0
        self.headers: Headers = NO_HEADERS
        self._http = http
        self._secrets = target.secrets
        self.credentials: Credentials | None = target.credentials
        # The caller's own Authorization wins over the credentials, as it does over a key.
        if extra_headers and any(name.lower() == "authorization" for name in extra_headers):
            self.credentials = None
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

    def ready(self) -> HttpRequest | None:
        """The request to send now; None where its key or signature must be asked for first."""
        key = self.target.key
        if callable(key) or self.credentials is not None:
            return None
        return self.http(key)

    def http(self, key: str | None) -> HttpRequest:
        """The request to send now, with *key* on it."""
        auth = self.target.provider.auth
        if auth is None or not key:
            return self._http
        if key not in self._secrets:
            self._secrets = (*self._secrets, key)
            self.target.saw((key,))
        http = self._http
        # What the caller says in extra_headers wins, this header too.
        headers = merged_headers(auth.headers(key), http.headers)
        return HttpRequest(http.method, http.url, headers, http.body)

    def signed(self, http: HttpRequest) -> HttpRequest:
        """*http*, which the credentials have signed: what they put on it is a secret, too."""
        self._signed = http
        secrets = secrets_of(http.headers)
        self._secrets = (*self._secrets, *secrets)
        self.target.saw(secrets)
        return http

    def answered(self, status: int, headers: Headers) -> None:
        """The head of an answer is there."""
        self._status = status
        self.headers = headers

    def done(self, error: LLMKitError | None = None) -> None:
        """The attempt is over."""
        self.ended = time.monotonic()
        told = None if error is None else _one_line(error)
        took = self.ended - self._attempt_started
        self.attempts.append(Attempt(self._status, told, self._wait, took))
        self._wait = 0.0

    def finish(self, response: HttpResponse) -> A:
        """The answer in *response*.

        Raises:
            APIError: it is an error.
            DecodeError: it is not of the wire's form, or nests too deep.
        """
        self.answered(response.status, response.headers)
        if not 200 <= response.status < 300:
            raise self.refused(response)
        self.bounds.check_depth(response.body, "the answer")
        answer = self.understood(response)
        self.done()
        return answer

    @abstractmethod
    def understood(self, response: HttpResponse) -> A:
        """What *response* says, which by its status is no error."""

    def refused(self, response: HttpResponse) -> APIError:
        """The error that *response* tells by its status."""
        error = self.target.adapter.error(response)
        if 300 <= response.status < 400:
            where = urlsplit(response.headers.get("location", "")).hostname or "elsewhere"
            error.args = (f"redirected to {where}; the key goes to its own provider only",)
        return error

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
        error.model = error.model or self.target.model or None
        if isinstance(error, APIError) and not error.headers:  # an event has none of its own
            error.headers = self.headers
            error.request_id = request_id(self.headers)
        redact(error, self.secrets())
        # The frames below had the key and the answer's bytes in hand, and some print them all.
        error.__traceback__ = None

    def secrets(self) -> tuple[str, ...]:
        """What must never be seen: keys, tokens, and what the request itself has of them."""
        auth = self.target.provider.auth
        own = auth.header.lower() if auth is not None else None
        said = secrets_of(self._http.headers, self._http.url, own)
        own_fields = secrets_in(self.target.body)
        return (*self._secrets, *self.target.all_secrets(), *said, *own_fields)


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


def _one_line(error: LLMKitError) -> str:
    return f"{type(error).__name__}: {error.message}".replace("\n", " ")[:500]

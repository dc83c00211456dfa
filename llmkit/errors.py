"""Every error that llmkit raises: one tree, under `LLMKitError`.

An error is a value: its attributes say what happened, it pickles, and neither its text nor
its attributes hold a key (`redact` sees to that where a provider repeats one).
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, ClassVar, Literal, cast

if TYPE_CHECKING:
    from ._models.response import ChatCompletionResponse
    from ._retry import Attempt

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "ClosedError",
    "ConfigurationError",
    "ConflictError",
    "ContentFilterError",
    "ContextLengthError",
    "DecodeError",
    "InvalidRequestError",
    "LLMKitError",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "QuotaExceededError",
    "RateLimitError",
    "RequestNotSentError",
    "RequestTooLargeError",
    "ResponseLostError",
    "ResponseParseError",
    "ServerError",
    "StreamInterruptedError",
    "TimeoutError",
    "ToolArgumentsError",
    "TransportError",
    "UnsupportedParameterError",
]

TimeoutLimit = Literal["connect", "read", "idle", "total"]
"""Which of the four limits of a `Timeout` was passed."""


class LLMKitError(Exception):
    """The root of the tree.

    Attributes:
        provider: the provider that the call went to, where one was chosen.
        model: the model asked for, without its provider prefix.
        attempts: one `Attempt` for each request that was tried, in order.
        partial: a `ChatCompletionResponse` of what had arrived before the failure, or None.
    """

    provider: str | None = None
    model: str | None = None
    attempts: tuple[Attempt, ...] = ()
    partial: ChatCompletionResponse[object] | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @property
    def message(self) -> str:
        """What happened, in one sentence."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        # The classes below differ in their keyword arguments; their state is all in __dict__.
        return _rebuild, (type(self), self.args), dict(self.__dict__)


def _rebuild(cls: type[LLMKitError], args: tuple[object, ...]) -> LLMKitError:
    error = cls.__new__(cls)
    error.args = args
    return error


class ConfigurationError(LLMKitError):
    """A client or a provider is not set up: an unknown name, a missing key, a bad file."""


class ClosedError(ConfigurationError):
    """The client was used after its `close()` or `aclose()`."""


class InvalidRequestError(LLMKitError, ValueError):
    """A value of the request cannot be right on any provider; nothing was sent.

    Attributes:
        field: where the value is, as a path: `temperature`, `messages[2].content[0].text`.
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.reason = message


class UnsupportedParameterError(LLMKitError):
    """The chosen provider, wire or model cannot do what the request asks; nothing was sent.

    Attributes:
        parameter: the request's field.
    """

    def __init__(
        self,
        message: str,
        *,
        parameter: str,
        provider: str | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.provider = provider
        self.model = model


class TransportError(LLMKitError):
    """The network failed: there is no complete answer."""


class RequestNotSentError(TransportError):
    """No connection was made, so the provider has seen nothing of the request."""


class ResponseLostError(TransportError):
    """The request went out and its answer did not come back whole."""


class TimeoutError(TransportError, builtins.TimeoutError):
    """A limit of the call's `Timeout` was passed.

    Attributes:
        limit: which one: "connect", "read", "idle" or "total".
        seconds: its length.
    """

    def __init__(self, message: str, *, limit: TimeoutLimit, seconds: float | None = None) -> None:
        super().__init__(message)
        self.limit: TimeoutLimit = limit
        self.seconds = seconds


class StreamInterruptedError(TransportError):
    """A stream broke off before its real end; `partial` holds what had arrived."""


class DecodeError(LLMKitError):
    """The provider's answer is not of the wire's form.

    Attributes:
        body: the bytes that could not be read, cut to a few kilobytes.
    """

    def __init__(self, message: str, *, body: bytes = b"") -> None:
        super().__init__(message)
        self.body: bytes = body[:4096]


class ResponseParseError(LLMKitError):
    """An answer could not be turned into the type that was asked for.

    Attributes:
        reason: "refusal", "length" (cut off), "content_filter", "empty", "json" (no JSON),
            or "type" (JSON that does not fit).
        text: the answer's text as it came, or None.
        response: the whole response: finish reason, usage and all.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: Literal["refusal", "length", "content_filter", "empty", "json", "type"],
        text: str | None = None,
        response: ChatCompletionResponse[object] | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.text = text
        self.response = response


class ToolArgumentsError(ResponseParseError):
    """A tool call's arguments are not a JSON object, or do not fit the tool.

    `text` keeps them as they came; `reason` is "json" or "type".
    """

    def __init__(
        self, message: str, *, text: str, reason: Literal["json", "type"] = "json"
    ) -> None:
        super().__init__(message, reason=reason, text=text)


class APIError(LLMKitError):
    """The provider answered with an error.

    Attributes:
        status: the HTTP status; of an error inside a stream, the stream's own (200).
        code: the provider's own code or type for the error, or None.
        body: the answer's text, keys redacted.
        headers: the answer's headers.
        request_id: the provider's id for the call, or None.
        retry_after: how many seconds the provider asks to wait, or None.
        should_retry: the provider's own word on trying again (`x-should-retry`), or None.
    """

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        should_retry: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body = body
        self.headers: Mapping[str, str] = {} if headers is None else headers
        self.request_id = request_id
        self.retry_after = retry_after
        self.should_retry = should_retry

    def __str__(self) -> str:
        where = "/".join(part for part in (self.provider, self.model) if part)
        told = f"{self.status}" + (f" {self.code}" if self.code else "")
        return f"{where}: {told}: {self.message}" if where else f"{told}: {self.message}"


class BadRequestError(APIError):
    """The provider refuses the request as it stands (400, 422)."""


class ContextLengthError(BadRequestError):
    """The messages, or they and the answer asked for, are longer than the model can hold."""


class ContentFilterError(BadRequestError):
    """The provider's safety system refuses the request."""


class AuthenticationError(APIError):
    """The key is missing, wrong or expired (401, and wherever the wire's code says so)."""


class PermissionDeniedError(APIError):
    """The key is known and may not do this (403, 451)."""


class NotFoundError(APIError):
    """No such model, deployment or path (404)."""


class RequestTooLargeError(APIError):
    """The body is larger than the provider takes (413)."""


class ConflictError(APIError):
    """The request collides with another (409)."""

    retryable = True


class RateLimitError(APIError):
    """Too many requests or tokens at this moment (429)."""

    retryable = True


class QuotaExceededError(RateLimitError):
    """The account's credit or quota is used up (402, and 429 with a billing code)."""

    retryable = False


class ServerError(APIError):
    """The provider failed (5xx, 408, 425)."""

    retryable = True


class OverloadedError(ServerError):
    """The provider has no capacity at this moment (503, 529)."""


def redact(error: LLMKitError, secrets: Sequence[str]) -> None:
    """Take every one of *secrets* out of *error*: its text, attributes, notes, and those of
    the errors that it came from or holds.

    What llmkit made keeps its form. An object of another library's that holds a secret, such
    as the request that failed, gives way to its repr.
    """
    redaction = _Redaction([secret for secret in secrets if secret])
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.args = tuple(redaction.masked(value) for value in current.args)
        held = {name: getattr(current, name, None) for name in _SLOTS}
        for name, value in (held | getattr(current, "__dict__", {})).items():
            masked = redaction.masked(value)
            if masked is not value:
                with suppress(AttributeError, TypeError):
                    setattr(current, name, masked)
        todo += [current.__cause__, current.__context__, *redaction.errors]
        todo += getattr(current, "exceptions", ())
        redaction.errors.clear()


_SLOTS = ("strerror", "filename", "object")
"""What built-in errors hold outside their `__dict__`."""


def mask(text: str, secrets: Sequence[str]) -> str:
    """*text* with each of *secrets* replaced."""
    for secret in secrets:
        if secret and secret in text:
            text = text.replace(secret, "[REDACTED]")
    return text


class _Redaction:
    """Masks values; the errors among them are left to the caller, in `errors`."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.secrets = secrets
        self.errors: list[BaseException] = []

    def masked(self, value: object, depth: int = 0) -> object:
        """*value*, or what takes its place where it holds a secret."""
        if isinstance(value, str):
            return mask(value, self.secrets)
        if isinstance(value, bytes):
            for secret in self.secrets:
                value = value.replace(secret.encode(), b"[REDACTED]")
            return value
        if value is None or isinstance(value, int | float | type) or depth > _DEEPEST:
            return value
        if isinstance(value, BaseException):
            self.errors.append(value)
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return self._collection(value, depth + 1)
        if isinstance(value, Mapping):
            return self._mapping(value, depth + 1)
        if hasattr(type(value), "__attrs_attrs__"):
            return self._value(value, depth + 1)
        return mask(repr(value), self.secrets) if self._holds(value) else value

    def _collection(
        self, value: list[object] | tuple[object, ...] | set[object] | frozenset[object], depth: int
    ) -> object:
        old = list(value)
        new = [self.masked(item, depth) for item in old]
        if all(one is other for one, other in zip(new, old)):
            return value
        # A named tuple takes its items one by one.
        return getattr(value, "_make", type(value))(new)

    def _mapping(self, value: Mapping[object, object], depth: int) -> object:
        new = {self.masked(key, depth): self.masked(item, depth) for key, item in value.items()}
        if all(key in new and new[key] is item for key, item in value.items()):
            return value
        try:
            return cast("Callable[[object], object]", type(value))(new)
        except TypeError:  # a view of another mapping
            return new

    def _value(self, value: object, depth: int) -> object:
        changes = {}
        for attribute in type(value).__attrs_attrs__:  # type: ignore[attr-defined]
            old = getattr(value, attribute.name, None)
            new = self.masked(old, depth)
            if new is not old:
                changes[attribute.name] = new
        if changes:
            value = copy(value)
            for name, new in changes.items():
                object.__setattr__(value, name, new)  # past frozen and past converters
        return value

    def _holds(self, value: object) -> bool:
        """Whether a secret is in the attributes of *value*, near enough to be found there."""
        todo: list[tuple[object, int]] = [(value, 0)]
        seen: set[int] = set()
        while todo and len(seen) < _WIDEST:
            current, depth = todo.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            text = current.decode("latin-1") if isinstance(current, bytes) else current
            if isinstance(text, str) and mask(text, self.secrets) != text:
                return True
            if depth < _FARTHEST:
                todo += [(item, depth + 1) for item in _inside(current)]
        return False


_DEEPEST = 100  # levels of JSON, more than any provider sends
_FARTHEST = 5  # a request's headers are three steps away from the error
_WIDEST = 2000  # a connection pool is a web of objects


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return list(getattr(value, "__dict__", {}).values())

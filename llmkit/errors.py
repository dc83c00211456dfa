"""Every error that llmkit raises: one tree, under `LLMKitError`.

An error is a value: its attributes say what happened, it pickles, and neither its text nor
its attributes hold a key (`_redaction` sees to that where a provider repeats one).
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from reprlib import Repr
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from ._models.response import ChatCompletionResponse, FinishReason
    from ._models.tool_run import ToolRun
    from ._models.usage import Usage
    from ._retry import Attempt

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "BoundsError",
    "ClosedError",
    "ConfigurationError",
    "ConflictError",
    "ContentFilterError",
    "ContextLengthError",
    "DecodeError",
    "InsecureConnectionWarning",
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
    "ToolLoopError",
    "TransportError",
    "UnsupportedParameterError",
]


class _Short(Repr):
    """Python's own short forms, with more room."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = 120


def shown(value: object) -> str:
    """*value* as a message may hold it: however large or deep it is, in a few words."""
    return _Short().repr(value)


TimeoutLimit = Literal["connect", "read", "idle", "total"]
"""Which of the four limits of a `Timeout` was passed."""


class LLMKitError(Exception):
    """The root of the tree.

    Attributes:
        provider: the provider that the call went to, where one was chosen.
        model: the model asked for, without its provider prefix.
        attempts: one `Attempt` for each request that was tried, in order.
        partial: a `ChatCompletionResponse` of what had arrived before the failure, or None.
        tool_run: of a failure in the middle of `run_tools`, a `ToolRun` of what had been done
            before it; else None.
        tries: of a failure of `parse(request)`, the answers that it had until then; else ().
    """

    provider: str | None = None
    model: str | None = None
    attempts: tuple[Attempt, ...] = ()
    partial: ChatCompletionResponse[object] | None = None
    tool_run: ToolRun[object] | None = None
    tries: tuple[ChatCompletionResponse[object], ...] = ()

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


class InsecureConnectionWarning(UserWarning):
    """A key goes to another machine over plain http; once for each client and host."""


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


class BoundsError(DecodeError):
    """The provider sends more than the client's `Bounds` allow; it was not read on.

    Attributes:
        bound: which one: "body_bytes", "head_bytes", "headers", "event_bytes", "stream_bytes"
            or "depth".
        most: how much it allows.
    """

    def __init__(self, message: str, *, bound: str, most: int) -> None:
        super().__init__(message)
        self.bound = bound
        self.most = most


class ResponseParseError(LLMKitError):
    """An answer could not be turned into the type that was asked for.

    Attributes:
        reason: "refusal", "length" (cut off), "content_filter", "empty", "json" (no JSON),
            or "type" (JSON that does not fit).
        text: the answer's text as it came, or None.
        response: the whole response: finish reason, usage and all.
        problems: what is wrong with an answer that is no JSON or does not fit, and where: one
            line for each place, as a model can read it.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: Literal["refusal", "length", "content_filter", "empty", "json", "type"],
        text: str | None = None,
        response: ChatCompletionResponse[object] | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.text = text
        self.response = response
        self.problems: tuple[str, ...] = tuple(problems)

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the answer ended, or None where there is none."""
        return None if self.response is None else self.response.finish_reason

    @property
    def usage(self) -> Usage | None:
        """What the answer cost in tokens, those that were tried before it included."""
        total: Usage | None = None
        for answer in self.tries or (self.response,):
            if answer is not None:
                total = answer.usage if total is None else total + answer.usage
        return total


class ToolArgumentsError(ResponseParseError):
    """A tool call's arguments are not a JSON object, or do not fit the tool.

    `text` keeps them as they came; `reason` is "json" or "type".
    """

    def __init__(
        self, message: str, *, text: str, reason: Literal["json", "type"] = "json"
    ) -> None:
        super().__init__(message, reason=reason, text=text)


class ToolLoopError(LLMKitError):
    """`run_tools` reached its limit of rounds, and the model asks for tools still.

    Attributes:
        run: what was done: the conversation, usage and results; its `pending` calls, those of
            the last answer, were not run.
    """

    def __init__(self, message: str, *, run: ToolRun[object]) -> None:
        super().__init__(message)
        self.run: ToolRun[object] = run
        self.tool_run: ToolRun[object] | None = run


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

"""One call under way: its limits, and its failures told in the same words in both colours."""

from __future__ import annotations

from typing import Literal

from .._http import Limit, Timeout
from ..errors import LLMKitError, TimeoutLimit
from . import failures
from .coding import UnknownCodingError

KEEPALIVE_SECONDS = 50.0
"""How long an idle connection is kept: less than the 60 s after which many servers close."""

HEAD = "the head of the answer"
"""What errors call it."""


class NotConnectedError(Exception):
    """No connection was made; what happened is its `__cause__`."""


class ConnectTimeoutError(NotConnectedError):
    """The time to connect was up.

    Attributes:
        limit: whether it was the time to connect itself, or that of the whole call.
    """

    def __init__(self, limit: Literal["connect", "total"] = "connect") -> None:
        super().__init__(limit)
        self.limit = limit


class Exchange:
    """One call under way.

    Attributes:
        place: where it goes, as errors name it: host and port.
        timeout: its limits.
        deadline: when it must be over, in `time.monotonic()`, or None.
        finished: whether what it held was given back.
    """

    def __init__(self, place: str, timeout: Timeout, deadline: float | None) -> None:
        self.place = place
        self.timeout = timeout
        self.deadline = deadline
        self.finished = False

    @property
    def abandoned(self) -> bool:
        """Whether the transport was closed under it."""
        raise NotImplementedError

    def left(self) -> float | None:
        """The seconds until the deadline, or None where there is none.

        Raises:
            TimeoutError: it has passed.
        """
        return failures.left(self.place, self.timeout, self.deadline)

    def silence(self, limit: Limit) -> float | None:
        """The seconds that a wait under *limit* may last."""
        return self.timeout.silence(limit)

    def check(self) -> None:
        """That there is still something to read from.

        Raises:
            ClosedError: the transport was closed.
            ResponseLostError: the stream was.
        """
        if self.abandoned:
            raise failures.closed()
        if self.finished:
            raise failures.lost(self.place, "its stream was closed")

    def failure(
        self, error: Exception, limit: TimeoutLimit, before: BaseException | None
    ) -> LLMKitError:
        """*error* in llmkit's own words.

        Args:
            limit: which limit was passed, if *error* says that one was.
            before: the exception that the caller was handling anyway.
        """
        if isinstance(error, LLMKitError):
            return error
        if self.abandoned:
            return failures.closed()
        if isinstance(error, ConnectTimeoutError):
            return failures.timed_out(self.place, error.limit, self.timeout)
        if isinstance(error, UnknownCodingError):
            return failures.unknown_coding(self.place, str(error))
        origin = failures.origin(error, before)
        if isinstance(error, NotConnectedError):
            return failures.not_sent(self.place, failures.reason(origin))
        if limit == "total" or failures.is_timeout(origin):
            return failures.timed_out(self.place, limit, self.timeout)
        return failures.lost(self.place, failures.reason(origin))

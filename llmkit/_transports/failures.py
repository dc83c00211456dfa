"""What a transport's errors say: the host, what happened, and nothing that could be a key."""

from __future__ import annotations

import builtins
import time

from .._bounds import Bounds
from .._http import Limit, Timeout
from ..errors import (
    BoundsError,
    ClosedError,
    DecodeError,
    RequestNotSentError,
    ResponseLostError,
    TimeoutError,
    TimeoutLimit,
)

_LONGEST_REASON = 300


def origin(error: BaseException, before: BaseException | None) -> BaseException:
    """What *error* came from.

    The libraries wrap an error several times over; the first of the chain says the most, and
    unlike those around it holds no request.

    Args:
        before: the exception that the caller was handling anyway, which is no part of it.
    """
    seen = {id(error)}
    while True:
        cause = error.__cause__ or error.__context__
        if cause is None or cause is before or id(cause) in seen:
            return error
        seen.add(id(cause))
        error = cause


def reason(error: BaseException) -> str:
    """The text of *error* on one line, or its name where it has none."""
    text = str(error)
    if hasattr(error, "request_info"):
        # aiohttp's response errors, whose own text holds the URL.
        text = f"{getattr(error, 'status', '')} {getattr(error, 'message', '')}"
    elif hasattr(error, "code") and hasattr(error, "message"):
        # aiohttp's parser calls what it cannot read a 400, which the server never said.
        text = str(error.message)
    return " ".join(text.split())[:_LONGEST_REASON] or type(error).__name__


def is_timeout(error: BaseException) -> bool:
    """Whether a limit was passed; the kernel's own ETIMEDOUT, of the same class, has a number."""
    return isinstance(error, builtins.TimeoutError) and error.errno is None


def closed() -> ClosedError:
    """The transport is closed."""
    return ClosedError("the client is closed")


def not_sent(place: str, why: str) -> RequestNotSentError:
    """No connection to *place* was made."""
    return RequestNotSentError(f"no connection to {place}: {why}")


def lost(place: str, why: str) -> ResponseLostError:
    """The answer of *place* did not come back whole."""
    return ResponseLostError(f"the answer of {place} was lost: {why}")


def too_large(place: str, bounds: Bounds) -> BoundsError:
    """The body grew beyond `body_bytes`."""
    return bounds.beyond("body_bytes", f"the answer of {place}")


def unknown_coding(place: str, coding: str) -> DecodeError:
    """The body is in a coding that was not asked for."""
    return DecodeError(
        f"the answer of {place} came in an unknown content-encoding, {coding[:40]!r}"
    )


def named(limit: Limit) -> TimeoutLimit:
    """The limit of a `Timeout` that a wait under *limit* goes by."""
    return "idle" if limit == "end" else limit


def timed_out(place: str, limit: TimeoutLimit, timeout: Timeout) -> TimeoutError:
    """A limit of *timeout* was passed."""
    seconds: float | None = getattr(timeout, limit)
    waited = {
        "connect": "no connection to {}",
        "read": "{} was silent",
        "idle": "the stream of {} was silent",
        "total": "the call to {} was not over",
    }[limit].format(place)
    after = "by its deadline" if seconds is None else f"after {seconds:g} s"
    return TimeoutError(f"{waited} {after} ({limit})", limit=limit, seconds=seconds)


def left(place: str, timeout: Timeout, deadline: float | None) -> float | None:
    """The seconds until *deadline*, or None where there is none.

    Raises:
        TimeoutError: it has passed.
    """
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise timed_out(place, "total", timeout)
    return seconds

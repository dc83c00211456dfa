"""When a call is tried again, and how long it waits first."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from attrs import Attribute, field

from ._frozen import frozen
from ._json import JsonValue
from .errors import APIError, InvalidRequestError, LLMKitError, TimeoutError, TransportError, shown

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
R = TypeVar("R", covariant=True)


@frozen
class Attempt:
    """One request that was tried.

    Args:
        status: the HTTP status of the answer, or None where none came.
        error: what went wrong, as one line, or None where nothing did.
        wait: how many seconds were waited before it; 0 for the first.
        duration: how many seconds it took; of a stream, until its first chunk.
    """

    status: int | None
    error: str | None
    wait: float
    duration: float

    def to_dict(self) -> dict[str, JsonValue]:
        """The attempt as a JSON object."""
        return {
            "status": self.status,
            "error": self.error,
            "wait": self.wait,
            "duration": self.duration,
        }


def _attempts(_: object, attribute: Attribute[int], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidRequestError(
            f"must be an integer of 1 or more, not {shown(value)}", field=attribute.name
        )


def _seconds(_: object, attribute: Attribute[float], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise InvalidRequestError(
            f"must be a number of seconds, 0 or more, not {shown(value)}", field=attribute.name
        )


@frozen
class RetryPolicy:
    """How often a failed call is tried again, and how long it waits.

    Args:
        attempts: how many requests at the most, the first included; 1 never tries again.
        wait_initial: the longest wait before the second attempt, in seconds; it doubles
            with each further one, and the wait itself is drawn between 0 and it.
        wait_max: the longest such wait, in seconds.
        retry_after_max: the longest wait that a provider may ask for, in seconds; one who
            asks for more gets no further attempt.
    """

    attempts: int = field(default=3, validator=_attempts)
    wait_initial: float = field(default=0.5, validator=_seconds)
    wait_max: float = field(default=30.0, validator=_seconds)
    retry_after_max: float = field(default=60.0, validator=_seconds)


def retryable(error: BaseException, policy: RetryPolicy) -> bool:
    """Whether *error* may be another in a moment: the provider's own word first."""
    if isinstance(error, APIError):
        if error.retry_after is not None and error.retry_after > policy.retry_after_max:
            return False
        if error.should_retry is not None:
            return error.should_retry
        return error.retryable
    if isinstance(error, TimeoutError):
        return error.limit != "total"
    return isinstance(error, TransportError)


def backoff(error: BaseException | None, tries: int, policy: RetryPolicy) -> float:
    """How many seconds to wait after the *tries*-th request has failed with *error*."""
    if isinstance(error, APIError) and error.retry_after is not None:
        return error.retry_after
    ceiling = min(policy.wait_max, policy.wait_initial * 2.0 ** min(tries - 1, 64))
    from random import uniform  # most calls never wait

    # Full jitter: clients that failed together do not come back together.
    return uniform(0.0, ceiling)


def run(
    attempt: Callable[[], T],
    policy: RetryPolicy,
    deadline: float | None,
    waited: Callable[[float], None],
) -> T:
    """What *attempt* gives, tried again by *policy* when it fails.

    Args:
        attempt: one request, sent and answered.
        policy: how often, and with which waits.
        deadline: a moment of `time.monotonic()`; a wait that would pass it is not begun.
        waited: told each wait, in seconds, before it begins.

    Raises:
        LLMKitError: that of the last attempt.
    """
    try:
        return attempt()
    except LLMKitError as error:
        if policy.attempts == 1 or not retryable(error, policy):
            raise
        first = error
    # Entered after a failure only: tenacity costs more than the whole of a good call's work.
    from tenacity import Retrying

    loop = Retrying(sleep=time.sleep, **_options(policy, deadline, waited))
    return loop(_Replayed(first, attempt))


async def arun(
    attempt: Callable[[], Awaitable[T]],
    policy: RetryPolicy,
    deadline: float | None,
    waited: Callable[[float], None],
) -> T:
    """`run`, awaited."""
    try:
        return await attempt()
    except LLMKitError as error:
        if policy.attempts == 1 or not retryable(error, policy):
            raise
        first = error
    import asyncio

    from tenacity import AsyncRetrying

    loop = AsyncRetrying(sleep=asyncio.sleep, **_options(policy, deadline, waited))
    replayed = _Replayed(first, attempt)

    async def again() -> T:
        return await replayed()

    return await loop(again)


class _Replayed(Generic[R]):
    """An attempt whose first failure has already been: tenacity counts it as its first."""

    def __init__(self, failure: LLMKitError, attempt: Callable[[], R]) -> None:
        self._failure: LLMKitError | None = failure
        self._attempt = attempt

    def __call__(self) -> R:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return self._attempt()


class _Options(TypedDict):
    retry: Callable[[RetryCallState], bool]
    wait: Callable[[RetryCallState], float]
    stop: Callable[[RetryCallState], bool]
    before_sleep: Callable[[RetryCallState], None]
    reraise: bool


def _options(
    policy: RetryPolicy, deadline: float | None, waited: Callable[[float], None]
) -> _Options:
    """The one set of rules that both colours run under."""

    def retry(state: RetryCallState) -> bool:
        error = _error(state)
        return error is not None and retryable(error, policy)

    def wait(state: RetryCallState) -> float:
        return backoff(_error(state), state.attempt_number, policy)

    def stop(state: RetryCallState) -> bool:
        if state.attempt_number >= policy.attempts:
            return True
        return deadline is not None and time.monotonic() + state.upcoming_sleep >= deadline

    def before_sleep(state: RetryCallState) -> None:
        waited(state.upcoming_sleep)

    return {
        "retry": retry,
        "wait": wait,
        "stop": stop,
        "before_sleep": before_sleep,
        "reraise": True,
    }


def _error(state: RetryCallState) -> BaseException | None:
    return None if state.outcome is None else state.outcome.exception()

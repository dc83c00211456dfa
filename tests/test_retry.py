"""When a call is tried again, how long it waits, and what it tells of that. In both colours."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from colours import Colour, both
from hypothesis import given
from hypothesis import strategies as st

from llmkit import ChatCompletionRequest, RetryPolicy, Timeout, UserMessage
from llmkit._retry import Attempt, arun, backoff, retryable, run
from llmkit.errors import (
    APIError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    DecodeError,
    InvalidRequestError,
    LLMKitError,
    OverloadedError,
    QuotaExceededError,
    RateLimitError,
    RequestNotSentError,
    ResponseLostError,
    ServerError,
    StreamInterruptedError,
    TimeoutError,
)
from llmkit.testing import Reply, ScriptedTransport, chat_reply

REQUEST = ChatCompletionRequest("openai/m", [UserMessage("Hi")])
QUICK = RetryPolicy(wait_initial=0, wait_max=0)
ANSWER = chat_reply("Hello")


def failing(
    colour: Colour, *script: Any, retry: RetryPolicy = QUICK, **client: Any
) -> tuple[LLMKitError, ScriptedTransport]:
    """The error that the script ends in."""
    transport = ScriptedTransport(*script)
    with (
        colour(api_key="sk-of-the-retries", transport=transport, retry=retry, **client) as door,
        pytest.raises(LLMKitError) as caught,
    ):
        door.complete(REQUEST)
    transport.assert_done()
    return caught.value, transport


def answered(colour: Colour, *script: Any, retry: RetryPolicy = QUICK) -> tuple[Attempt, ...]:
    """The attempts of the answer that the script ends in."""
    transport = ScriptedTransport(*script)
    with colour(api_key="sk-of-the-retries", transport=transport, retry=retry) as door:
        response = door.complete(REQUEST)
    transport.assert_done()
    assert response.content == "Hello"
    assert len(transport.requests) == len(response.attempts)
    assert len({request.body for request in transport.requests}) == 1
    return response.attempts


AGAIN: dict[str, Any] = {
    "408": Reply({}, 408),
    "409": Reply({}, 409),
    "425": Reply({}, 425),
    "429": Reply({}, 429),
    "498": Reply({}, 498),
    "500": Reply({}, 500),
    "502": Reply(b"<html>Bad gateway</html>", 502),
    "503": Reply({}, 503),
    "524": Reply({}, 524),
    "529": Reply({}, 529),
    "an error inside a 200": Reply({"error": {"message": "overloaded", "code": 502}}),
    "not sent": RequestNotSentError("no route"),
    "lost": ResponseLostError("reset"),
    "too slow to connect": TimeoutError("slow", limit="connect"),
    "too slow to answer": TimeoutError("slow", limit="read"),
    "a bad request that asks for it": Reply({}, 400, {"x-should-retry": "true"}),
    "a quota that asks for it": Reply({}, 402, {"x-should-retry": "true"}),
}


@both
@pytest.mark.parametrize("failure", AGAIN.values(), ids=AGAIN)
def test_what_may_be_another_in_a_moment_is_tried_again(colour: Colour, failure: Any) -> None:
    """And the answer that comes then lists what came before it."""
    failed, good = answered(colour, failure, ANSWER)
    assert failed.error is not None
    assert failed.status == (failure.status if isinstance(failure, Reply) else None)
    assert (good.status, good.error) == (200, None)


FINAL: dict[str, tuple[Any, type[LLMKitError]]] = {
    "400": (Reply({}, 400), BadRequestError),
    "401": (Reply({}, 401), APIError),
    "402": (Reply({}, 402), QuotaExceededError),
    "403": (Reply({}, 403), APIError),
    "404": (Reply({}, 404), APIError),
    "413": (Reply({}, 413), APIError),
    "422": (Reply({}, 422), BadRequestError),
    "a redirect": (Reply(b"", 302, {"location": "/x"}), APIError),
    "a quota": (Reply({"error": {"code": "insufficient_quota"}}, 429), QuotaExceededError),
    "a server that asks not to": (Reply({}, 500, {"x-should-retry": "false"}), ServerError),
    "a rate limit that asks not to": (Reply({}, 429, {"x-should-retry": "false"}), RateLimitError),
    "the deadline": (TimeoutError("late", limit="total"), TimeoutError),
    "no JSON": (Reply(b"odd"), DecodeError),
    "a refusal inside a 200": (Reply({"error": {"code": 400}}), BadRequestError),
}


@both
@pytest.mark.parametrize(("failure", "kind"), FINAL.values(), ids=FINAL)
def test_what_stays_as_it_is_is_not_tried_again(
    colour: Colour, failure: Any, kind: type[LLMKitError]
) -> None:
    """One request, one attempt, and the error at once; what came with it is told."""
    error, transport = failing(colour, failure)
    assert isinstance(error, kind)
    assert len(transport.requests) == 1
    (attempt,) = error.attempts
    assert attempt.status == (failure.status if isinstance(failure, Reply) else None)
    assert attempt.error is not None
    assert attempt.error.startswith(f"{type(error).__name__}: ")


@both
def test_attempts_count_the_first(colour: Colour) -> None:
    """Three at the most by default; the error is that of the last, and lists each."""
    script = [Reply({}, 500), Reply({}, 429), Reply({"error": {"message": "full"}}, 503)]
    error, transport = failing(colour, *script)
    assert isinstance(error, OverloadedError)
    assert len(transport.requests) == 3
    assert [attempt.status for attempt in error.attempts] == [500, 429, 503]
    assert error.attempts[-1].error == "OverloadedError: full"


@both
def test_one_attempt_never_tries_again(colour: Colour) -> None:
    """attempts=1 switches retries off."""
    error, transport = failing(colour, Reply({}, 500), retry=RetryPolicy(attempts=1))
    assert len(transport.requests) == len(error.attempts) == 1


@both
def test_a_final_error_ends_the_tries(colour: Colour) -> None:
    """What comes second may be final, though the first was not."""
    error, _ = failing(colour, Reply({}, 500), Reply({}, 401))
    assert [attempt.status for attempt in error.attempts] == [500, 401]


@both
def test_waits_are_told(colour: Colour) -> None:
    """Each attempt says what was waited before it: nothing before the first."""
    policy = RetryPolicy(attempts=4, wait_initial=0.002, wait_max=0.003)
    attempts = answered(colour, *[Reply({}, 500)] * 3, ANSWER, retry=policy)
    assert attempts[0].wait == 0
    for attempt, ceiling in zip(attempts[1:], (0.002, 0.003, 0.003)):
        assert 0 <= attempt.wait <= ceiling
    assert all(attempt.duration >= 0 for attempt in attempts)


def in_a_moment() -> str:
    """A date that is past when it is read."""
    return format_datetime(datetime.now(UTC) - timedelta(minutes=1), usegmt=True)


ASKED: dict[str, tuple[dict[str, str], float]] = {
    "seconds": ({"retry-after": "0.004"}, 0.004),
    "at once": ({"retry-after": "0"}, 0.0),
    "milliseconds": ({"retry-after-ms": "5"}, 0.005),
    "both": ({"retry-after-ms": "6", "retry-after": "9"}, 0.006),
    "a date": ({"retry-after": in_a_moment()}, 0.0),
}


@both
@pytest.mark.parametrize(("headers", "wait"), ASKED.values(), ids=ASKED)
def test_the_provider_says_how_long_to_wait(
    colour: Colour, headers: dict[str, str], wait: float
) -> None:
    """Its word wins over the backoff, on any error that is tried again."""
    policy = RetryPolicy(wait_initial=30)
    for status in (429, 503):
        _, good = answered(colour, Reply({}, status, headers), ANSWER, retry=policy)
        assert good.wait == wait


@both
def test_who_asks_for_too_long_gets_no_further_attempt(colour: Colour) -> None:
    """Longer than the cap is as good as no: the error says how long it would have been."""
    error, _ = failing(colour, Reply({}, 429, {"retry-after": "61"}))
    assert isinstance(error, APIError)
    assert error.retry_after == 61
    policy = RetryPolicy(retry_after_max=0.001)
    failing(colour, Reply({}, 429, {"retry-after": "0.002"}), retry=policy)
    answered(colour, Reply({}, 429, {"retry-after": "0.001"}), ANSWER, retry=policy)
    failing(colour, Reply({}, 429, {"retry-after": "61", "x-should-retry": "true"}))


@both
def test_a_wait_that_would_pass_the_deadline_is_not_begun(colour: Colour) -> None:
    """The error comes at once, and is what the provider said."""
    script = Reply({}, 429, {"retry-after": "50"})
    error, transport = failing(colour, script, timeout=Timeout(total=40))
    assert isinstance(error, RateLimitError)
    assert len(transport.requests) == 1


@both
def test_a_wait_before_the_deadline_is_waited(colour: Colour) -> None:
    """`total` ends the tries, it does not forbid them."""
    script = (Reply({}, 429, {"retry-after": "0"}), Reply({}, 400))
    error, transport = failing(colour, *script, timeout=Timeout(total=40))
    assert isinstance(error, BadRequestError)
    assert len(transport.requests) == 2


def test_backoff_doubles_up_to_its_end() -> None:
    """Full jitter: anything between 0 and a ceiling that doubles with each try."""
    policy = RetryPolicy(wait_initial=1, wait_max=5)
    random.seed(7)
    for tries, ceiling in ((1, 1), (2, 2), (3, 4), (4, 5), (5, 5), (5000, 5)):
        waits = [backoff(None, tries, policy) for _ in range(300)]
        assert 0 <= min(waits) < 0.1 * ceiling
        assert 0.9 * ceiling < max(waits) <= ceiling


def test_only_llmkits_own_errors_are_tried_again() -> None:
    """A mistake in a program stays one."""
    for error in (ValueError(), LLMKitError("no"), ConfigurationError("no"), KeyboardInterrupt()):
        assert not retryable(error, QUICK)
    assert retryable(StreamInterruptedError("cut"), QUICK)
    assert retryable(ConflictError("no", status=409), QUICK)


Loop = Callable[[Callable[[], Any], RetryPolicy], Any]


def _run(attempt: Callable[[], Any], policy: RetryPolicy) -> Any:
    return run(attempt, policy, None, lambda wait: None)


def _arun(attempt: Callable[[], Any], policy: RetryPolicy) -> Any:
    async def again() -> Any:
        return attempt()

    return asyncio.run(_awaited(arun(again, policy, None, lambda wait: None)))


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


@pytest.mark.parametrize("loop", [_run, _arun])
@given(
    failures=st.lists(
        st.sampled_from(
            [
                ServerError("no", status=500),
                RequestNotSentError("no"),
                BadRequestError("no", status=400),
                TimeoutError("no", limit="total"),
                ValueError("no"),
            ]
        ),
        max_size=5,
    ),
    most=st.integers(1, 4),
)
def test_the_loop_tries_as_often_as_the_rules_say(
    loop: Loop, failures: list[Exception], most: int
) -> None:
    """By the same rules in both colours: until it is well, final, or enough."""
    policy = RetryPolicy(attempts=most, wait_initial=0)
    script: list[Exception | None] = [*failures, None]
    tries: list[Exception | None] = []

    def attempt() -> str:
        tries.append(script[len(tries)])
        if tries[-1] is not None:
            raise tries[-1]
        return "well"

    stops = (i for i, each in enumerate(script) if each is None or not retryable(each, policy))
    expected = min(next(stops) + 1, most)
    last = script[expected - 1]
    if last is None:
        assert loop(attempt, policy) == "well"
    else:
        with pytest.raises(type(last)) as caught:
            loop(attempt, policy)
        assert caught.value is last
    assert len(tries) == expected


WRONG: list[dict[str, Any]] = [
    {"attempts": 0},
    {"attempts": True},
    {"attempts": 1.5},
    {"wait_initial": -1},
    {"wait_max": float("inf")},
    {"retry_after_max": float("nan")},
    {"wait_initial": "1"},
    {"wait_initial": False},
]


@pytest.mark.parametrize("settings", WRONG, ids=str)
def test_a_policy_that_cannot_be_right(settings: dict[str, Any]) -> None:
    """The error names the field."""
    with pytest.raises(InvalidRequestError) as caught:
        RetryPolicy(**settings)
    assert [caught.value.field] == list(settings)


def test_an_attempt_is_json() -> None:
    """For a log, or a response on disk."""
    attempt = Attempt(429, "RateLimitError: slow down", 0.5, 1.5)
    assert attempt.to_dict() == {
        "status": 429,
        "error": "RateLimitError: slow down",
        "wait": 0.5,
        "duration": 1.5,
    }

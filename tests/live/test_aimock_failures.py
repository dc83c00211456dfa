"""What aimock's scenarios break: errors, retries, cut streams, lost answers, limits passed."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from llmkit import (
    APIError,
    AsyncClient,
    AuthenticationError,
    BadRequestError,
    Client,
    CompletionChunk,
    ContextLengthError,
    DecodeError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    RequestTooLargeError,
    ResponseLostError,
    RetryPolicy,
    ServerError,
    StreamInterruptedError,
    Timeout,
    TimeoutError,
)

from .aimock import NEEDS_AIMOCK, TEXTS, TOOLS, ask_by, scenario_request
from .colours import STREAMED, WAYS, WHOLE, Ask

pytestmark = NEEDS_AIMOCK

QUICKLY = RetryPolicy(attempts=3, wait_initial=0.01)


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def ask(request: pytest.FixtureRequest) -> Ask:
    """Each of the four ways to ask, one attempt only."""
    return ask_by(request.param)


@pytest.fixture(params=STREAMED.values(), ids=list(STREAMED))
def ask_streamed(request: pytest.FixtureRequest) -> Ask:
    """The two ways that stream."""
    return ask_by(request.param)


@pytest.fixture(params=WHOLE.values(), ids=list(WHOLE))
def ask_whole(request: pytest.FixtureRequest) -> Ask:
    """The two ways that do not stream."""
    return ask_by(request.param)


ERRORS: dict[str, tuple[type[APIError], int, str, str]] = {
    "err-400": (BadRequestError, 400, "invalid_value", "Invalid value for temperature."),
    "err-context": (
        ContextLengthError,
        400,
        "context_length_exceeded",
        "This model's maximum context length is 8192 tokens.",
    ),
    "err-401": (AuthenticationError, 401, "invalid_api_key", "Incorrect API key provided."),
    "err-403": (PermissionDeniedError, 403, "forbidden", "Forbidden."),
    "err-404": (NotFoundError, 404, "model_not_found", "The model does not exist."),
    "err-413": (RequestTooLargeError, 413, "too_large", "Request too large."),
    "err-422": (BadRequestError, 422, "unprocessable", "Unprocessable."),
    "err-429": (RateLimitError, 429, "rate_limit_exceeded", "Rate limit reached."),
    "err-500": (ServerError, 500, "server_error", "The server had an error."),
    "err-503": (OverloadedError, 503, "unavailable", "Service unavailable."),
    "err-529": (OverloadedError, 529, "overloaded", "Overloaded"),
    "fault-drop": (ServerError, 500, "chaos_drop", "Chaos: request dropped"),
    "fault-ratelimit": (RateLimitError, 429, "chaos_ratelimit", "Chaos: rate limit exceeded"),
}
AGAIN_AFTER = {"err-429": 2.0, "fault-ratelimit": 1.0}
"""The `Retry-After` of those that send one, in seconds."""


@pytest.mark.parametrize("scenario", ERRORS)
def test_each_error_has_its_class(ask: Ask, scenario: str) -> None:
    """Status and code choose the class; message, provider, model and attempt are on it."""
    kind, status, code, message = ERRORS[scenario]
    with pytest.raises(APIError) as caught:
        ask(scenario_request(scenario))
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.code, error.message) == (status, code, message)
    assert (error.provider, error.model) == ("openai", "gpt-4o")
    assert error.retry_after == AGAIN_AFTER.get(scenario)
    assert [attempt.status for attempt in error.attempts] == [status]
    assert error.request_id


@pytest.mark.parametrize(("scenario", "attempts"), [("err-400", 1), ("err-404", 1), ("err-500", 3)])
def test_only_what_may_pass_is_tried_again(ask: Ask, scenario: str, attempts: int) -> None:
    """A refused request is final; a server's failure is tried as often as the policy says."""
    with pytest.raises(APIError) as caught:
        ask.with_client(retry=QUICKLY)(scenario_request(scenario))
    assert len(caught.value.attempts) == attempts


def test_a_passing_failure_is_survived(ask: Ask) -> None:
    """429 with a wait that the provider asks for, then 503, then the answer."""
    asked = scenario_request("flaky-429", extra_headers={"X-Test-Id": uuid.uuid4().hex})
    response = ask.with_client(retry=QUICKLY)(asked)
    assert response.content == "third time lucky"
    assert [attempt.status for attempt in response.attempts] == [429, 503, 200]
    first, second, third = (attempt.wait for attempt in response.attempts)
    assert first == 0
    assert 1 <= second < 1.5
    assert third < 0.5
    assert response.latency.total_seconds() >= 1


CUT = {
    "fault-truncate-3": "this stream stops before it ends and never says done",
    "fault-disconnect-midstream": "this stream is cut by a timer while it is still being sent",
}


@pytest.mark.parametrize("scenario", CUT)
def test_a_stream_that_is_cut_is_an_error_with_what_had_arrived(
    ask_streamed: Ask, scenario: str
) -> None:
    """No short answer: a typed error, which holds the text so far."""
    with pytest.raises(StreamInterruptedError) as caught:
        ask_streamed(scenario_request(scenario))
    arrived = "".join(chunk.delta_message().content or "" for chunk in ask_streamed.chunks)
    partial = caught.value.partial
    assert partial is not None
    assert (partial.content or "") == arrived
    assert CUT[scenario].startswith(arrived)
    assert len(arrived) < len(CUT[scenario])
    assert arrived
    assert not any(chunk.is_last_chunk for chunk in ask_streamed.chunks)
    assert caught.value.provider == "openai"


def test_a_tool_call_that_is_cut_is_an_error_with_what_had_arrived(ask_streamed: Ask) -> None:
    """Half of a call is never handed out as a call: it is in the error's partial answer."""
    with pytest.raises(StreamInterruptedError) as caught:
        ask_streamed(scenario_request("fault-truncate-tool", tools=TOOLS))
    partial = caught.value.partial
    assert partial is not None
    (call,) = partial.tool_calls
    assert (call.id, call.name) == ("call_cut_1", "get_weather")
    whole = '{"city":"Llanfairpwllgwyngyll","unit":"c"}'
    assert whole.startswith(call.arguments_json)
    assert call.arguments_json != whole


def test_a_failure_can_be_delivered_as_a_chunk(ask_streamed: Ask) -> None:
    """`raise_errors=False` gives the same error on a last chunk, and does not raise."""
    request = scenario_request("fault-truncate-3")

    async def awaited() -> list[CompletionChunk]:
        async with AsyncClient(**ask_streamed.client) as client:
            stream = client.chat_completion_stream(request, raise_errors=False)
            return [chunk async for chunk in stream]

    if ask_streamed.is_async:
        *before, last = asyncio.run(awaited())
    else:
        with Client(**ask_streamed.client) as client:
            *before, last = client.chat_completion_stream(request, raise_errors=False)
    assert isinstance(last.error, StreamInterruptedError)
    assert last.is_last_chunk
    assert before
    assert all(chunk.error is None and not chunk.is_last_chunk for chunk in before)


def test_what_cuts_streams_leaves_a_whole_answer_alone(ask_whole: Ask) -> None:
    """The same scenarios, not streamed, are answers."""
    for scenario, text in CUT.items():
        assert ask_whole(scenario_request(scenario)).content == text


def test_no_answer_is_an_answer_lost(ask: Ask) -> None:
    """A connection closed before any byte of the answer: the request was sent."""
    with pytest.raises(ResponseLostError) as caught:
        ask.with_client(retry=QUICKLY)(scenario_request("fault-disconnect"))
    assert [attempt.status for attempt in caught.value.attempts] == [None, None, None]


def test_a_stream_without_a_head_is_an_answer_lost(ask_streamed: Ask) -> None:
    """A stream closed before any byte of it is tried again like any lost answer."""
    with pytest.raises(ResponseLostError) as caught:
        ask_streamed.with_client(retry=QUICKLY)(scenario_request("fault-truncate-0"))
    assert [attempt.status for attempt in caught.value.attempts] == [None, None, None]
    assert caught.value.partial is None


def test_what_is_no_json_is_a_decode_error(ask: Ask) -> None:
    """A body of another form is told as such, and kept."""
    with pytest.raises(DecodeError) as caught:
        ask(scenario_request("fault-malformed"))
    assert b"malformed json" in caught.value.body


@pytest.mark.parametrize(
    ("limit", "timeout"),
    [("read", Timeout(read=0.4)), ("total", Timeout(total=0.4)), ("total", 0.4)],
)
def test_late_headers_pass_the_limit_that_was_set(
    ask: Ask, limit: str, timeout: Timeout | float
) -> None:
    """An answer that does not begin passes `read`, or the call's `total`, and says which."""
    with pytest.raises(TimeoutError) as caught:
        ask(scenario_request("slow-headers", timeout=timeout))
    assert caught.value.limit == limit
    assert caught.value.partial is None
    assert len(caught.value.attempts) == 1


def test_a_first_chunk_that_is_late_passes_read(ask_streamed: Ask) -> None:
    """Until the first chunk, `read` counts."""
    with pytest.raises(TimeoutError) as caught:
        ask_streamed(scenario_request("slow-first", timeout=Timeout(read=0.4)))
    assert caught.value.limit == "read"


def test_a_first_chunk_that_is_late_does_not_pass_idle(ask_streamed: Ask) -> None:
    """`idle` counts between chunks only; the first one's latency is since the call."""
    response = ask_streamed(scenario_request("slow-first", timeout=Timeout(idle=0.5)))
    assert response.content == TEXTS["slow-first"]
    first, *_, last = ask_streamed.chunks
    assert first.chunk_latency == first.total_latency
    assert 1.4 <= last.total_latency.total_seconds() <= response.latency.total_seconds()


@pytest.mark.parametrize(
    ("limit", "timeout"), [("idle", Timeout(idle=0.08)), ("total", Timeout(total=0.7))]
)
def test_slow_chunks_pass_the_limit_that_was_set(
    ask_streamed: Ask, limit: str, timeout: Timeout
) -> None:
    """Between chunks `idle` counts, and `total` over all; what had arrived is in the error."""
    with pytest.raises(TimeoutError) as caught:
        ask_streamed(scenario_request("slow-chunks", timeout=timeout))
    assert caught.value.limit == limit
    partial = caught.value.partial
    assert partial is not None
    arrived = "".join(chunk.delta_message().content or "" for chunk in ask_streamed.chunks)
    assert (partial.content or "") == arrived
    assert TEXTS["slow-chunks"].startswith(arrived)
    assert arrived != TEXTS["slow-chunks"]

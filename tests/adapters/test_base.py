"""What all adapters share: the request's frame, and what an answer's status and headers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import ChatCompletionRequest, UserMessage
from llmkit._http import Headers, HttpResponse
from llmkit.adapters import adapter_class
from llmkit.adapters._base import (
    Endpoint,
    api_error,
    error_class,
    merged_headers,
    post_json,
    request_id,
    retry_after_seconds,
)
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    RequestTooLargeError,
    ServerError,
)


def test_a_wire_is_found_by_its_name() -> None:
    """A manifest names its wire as the specification does."""
    assert isinstance(adapter_class("openai-chat")(), OpenAIChat)


def test_a_wire_that_is_not_there_names_those_that_are() -> None:
    """Who misspells it sees what there is."""
    with pytest.raises(ConfigurationError, match=r"no wire 'openai_chat'; known are .*openai-chat"):
        adapter_class("openai_chat")


STATUSES = {
    301: APIError,
    400: BadRequestError,
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: ServerError,
    409: ConflictError,
    413: RequestTooLargeError,
    418: BadRequestError,
    422: BadRequestError,
    425: ServerError,
    429: RateLimitError,
    451: PermissionDeniedError,
    498: OverloadedError,
    499: BadRequestError,
    500: ServerError,
    502: ServerError,
    503: OverloadedError,
    504: ServerError,
    524: ServerError,
    529: OverloadedError,
}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_a_status_has_its_class(status: int, kind: type[APIError]) -> None:
    """Where no code of the wire's says more, the status does."""
    assert error_class(status) is kind


def test_an_error_holds_all_that_the_answer_says() -> None:
    """Status, code, body, headers, request id, and what they say on trying again."""
    headers = Headers({"X-Request-Id": "req_1", "Retry-After": "3", "x-should-retry": "TRUE"})
    error = api_error(HttpResponse(429, headers, b'{"a": "\xff"}'), "slow down", code="rate")
    assert isinstance(error, RateLimitError)
    assert (error.status, error.code, error.message) == (429, "rate", "slow down")
    assert (error.body, error.headers, error.request_id) == ('{"a": "\ufffd"}', headers, "req_1")
    assert (error.retry_after, error.should_retry) == (3.0, True)


def test_an_error_without_words_has_its_status() -> None:
    """An empty body still makes a message."""
    assert api_error(HttpResponse(500, Headers()), "").message == "HTTP 500"


@pytest.mark.parametrize(
    ("said", "meant"), [("true", True), ("false", False), ("False", False), ("1", None), ("", None)]
)
def test_should_retry_is_true_false_or_nothing(said: str, meant: bool | None) -> None:
    """Any other word is none."""
    error = api_error(HttpResponse(500, Headers({"x-should-retry": said})), "no")
    assert error.should_retry is meant


RETRY_AFTER: dict[str, tuple[dict[str, str], float | None]] = {
    "nothing": ({}, None),
    "seconds": ({"retry-after": "2"}, 2.0),
    "part of a second": ({"retry-after": "0.25"}, 0.25),
    "at once": ({"retry-after": "0"}, 0.0),
    "milliseconds": ({"retry-after-ms": "1500"}, 1.5),
    "milliseconds are the more exact": ({"retry-after-ms": "20", "retry-after": "1"}, 0.02),
    "milliseconds that are none": ({"retry-after-ms": "soon", "retry-after": "1"}, 1.0),
    "less than nothing": ({"retry-after": "-1"}, None),
    "no number": ({"retry-after": "nan"}, None),
    "without end": ({"retry-after": "inf"}, None),
    "words": ({"retry-after": "in a moment"}, None),
    "a date that is past": ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    "a date without a zone": ({"retry-after": "Wed, 21 Oct 2015 07:28:00"}, 0.0),
    "a date that is none": ({"retry-after": "Wed, 41 Oct 2015 07:28:00 GMT"}, None),
}


@pytest.mark.parametrize(("headers", "seconds"), RETRY_AFTER.values(), ids=RETRY_AFTER)
def test_retry_after_has_many_forms(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, a date, milliseconds; what is none of them asks for nothing."""
    assert retry_after_seconds(Headers(headers)) == seconds


def test_retry_after_may_be_a_date_to_come() -> None:
    """The wait is from now until then."""
    moment = datetime.now(UTC) + timedelta(hours=1)
    seconds = retry_after_seconds(Headers({"Retry-After": format_datetime(moment, usegmt=True)}))
    assert seconds is not None
    assert 3000 < seconds <= 3600


@given(
    st.text(st.characters(codec="latin-1"))
    | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d{1,6} \d+:\d+:\d+ [-+]\d+", fullmatch=True)
)
def test_no_header_breaks_the_reader(value: str) -> None:
    """A server may write what it likes into Retry-After."""
    seconds = retry_after_seconds(Headers({"retry-after": value}))
    assert seconds is None or seconds >= 0


def test_headers_in_the_body_s_place_come_second() -> None:
    """A wait that the body tells counts where no header tells one."""
    told = api_error(HttpResponse(429, Headers()), "no", retry_after=7.0)
    overruled = api_error(HttpResponse(429, Headers({"retry-after": "0"})), "no", retry_after=7.0)
    assert (told.retry_after, overruled.retry_after) == (7.0, 0.0)


@pytest.mark.parametrize(
    "name",
    ["x-request-id", "request-id", "X-Amzn-RequestId", "apim-request-id", "cf-ray"],
)
def test_a_request_id_has_many_names(name: str) -> None:
    """Each provider has its own header for it."""
    assert request_id(Headers({name: "r"})) == "r"
    assert request_id(Headers({"date": "r"})) is None


def test_a_header_is_sent_once_in_whatever_case() -> None:
    """What comes later wins, its spelling too: two Authorizations would be anybody's guess."""
    merged = merged_headers({"Authorization": "a", "X": "x"}, {"authorization": "b"}, {})
    assert merged == {"authorization": "b", "X": "x"}


def test_a_request_carries_the_callers_extras() -> None:
    """Headers, query and fields of the body: the caller's own win over llmkit's."""
    request = ChatCompletionRequest(
        "openai/m",
        [UserMessage("Hi")],
        extra_headers={"accept": "text/event-stream", "X-Mine": "1"},
        extra_query={"version": "2 & more"},
        extra_body={"model": "other", "verbosity": "low"},
    )
    endpoint = Endpoint("https://example.com/v1", "m", {"User-Agent": "llmkit"})
    sent = post_json(request, endpoint, "/chat", {"model": "m", "n": 1}, headers={"X-Wire": "w"})
    assert sent.url == "https://example.com/v1/chat?version=2+%26+more"
    assert dict(sent.headers) == {
        "Content-Type": "application/json",
        "accept": "text/event-stream",
        "X-Wire": "w",
        "User-Agent": "llmkit",
        "X-Mine": "1",
    }
    assert sent.body == b'{"model":"other","n":1,"verbosity":"low"}'


def test_a_query_joins_one_that_is_there() -> None:
    """A path may have a query of its own."""
    request = ChatCompletionRequest("openai/m", [UserMessage("Hi")], extra_query={"b": "2"})
    sent = post_json(request, Endpoint("https://example.com", "m"), "/chat?a=1", {})
    assert sent.url == "https://example.com/chat?a=1&b=2"

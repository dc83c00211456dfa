"""Errors in Google's form, understood."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContextLengthError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    RequestTooLargeError,
    ServerError,
)
from llmkit._http import Headers, HttpResponse

from .wire import GEMINI, parsed, response

TYPE = "type.googleapis.com/google.rpc."


def told(code: int, status: str | None, message: str = "No.", *details: dict[str, Any]) -> Any:
    """An error's body."""
    error = {"code": code, "message": message, "details": list(details)}
    return {"error": error if status is None else {**error, "status": status}}


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (400, "INVALID_ARGUMENT", BadRequestError),
        (400, "FAILED_PRECONDITION", PermissionDeniedError),
        (401, "UNAUTHENTICATED", AuthenticationError),
        (403, "PERMISSION_DENIED", PermissionDeniedError),
        (404, "NOT_FOUND", NotFoundError),
        (409, "ABORTED", ConflictError),
        (413, None, RequestTooLargeError),
        (429, "RESOURCE_EXHAUSTED", RateLimitError),
        (499, "CANCELLED", ServerError),
        (500, "INTERNAL", ServerError),
        (503, "UNAVAILABLE", OverloadedError),
        (504, "DEADLINE_EXCEEDED", ServerError),
    ],
)
def test_the_status_word_tells_the_class(
    code: int, status: str | None, kind: type[APIError]
) -> None:
    """Whole, in a list, and in an answer whose status says 200."""
    body = told(code, status)
    errors = [GEMINI.error(response(form, code)) for form in (body, [body])]
    with pytest.raises(APIError) as caught:
        parsed([body])
    errors.append(caught.value)
    for error in errors:
        assert type(error) is kind
        assert (error.code, error.message) == (status, "No.")
    assert [error.status for error in errors] == [code, code, 200]


def test_a_bad_key_is_a_bad_argument_to_the_wire() -> None:
    """The reason beside it tells what it is."""
    info = {"@type": TYPE + "ErrorInfo", "reason": "API_KEY_INVALID"}
    error = GEMINI.error(response(told(400, "INVALID_ARGUMENT", "Key?", info), 400))
    assert type(error) is AuthenticationError
    assert error.code == "INVALID_ARGUMENT"


def test_a_prompt_that_is_too_long_is_known_by_its_words() -> None:
    """The wire has no code for it."""
    message = "The input token count (9) exceeds the maximum number of tokens allowed (8)."
    error = GEMINI.error(response(told(400, "INVALID_ARGUMENT", message), 400))
    assert type(error) is ContextLengthError
    assert type(GEMINI.error(response(told(500, "INTERNAL", message), 500))) is ServerError


@pytest.mark.parametrize(
    ("violation", "kind"),
    [
        ({"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}, RateLimitError),
        ({"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}, QuotaExceededError),
        ({"quotaId": "GenerateRequestsPerMinute", "quotaValue": "0"}, QuotaExceededError),
    ],
)
def test_a_quota_of_the_day_is_used_up(violation: dict[str, str], kind: type[APIError]) -> None:
    """One of the minute is waited for, as long as the service says."""
    details = (
        {"@type": TYPE + "QuotaFailure", "violations": [violation]},
        {"@type": TYPE + "RetryInfo", "retryDelay": "34.074824224s"},
    )
    error = GEMINI.error(response(told(429, "RESOURCE_EXHAUSTED", "Wait.", *details), 429))
    assert type(error) is kind
    assert error.retry_after == pytest.approx(34.074824224)


def test_a_header_comes_before_the_body() -> None:
    """Where both say how long to wait."""
    body = told(429, "RESOURCE_EXHAUSTED", "", {"@type": TYPE + "RetryInfo", "retryDelay": "9s"})
    answer = response(body, 429)
    plain = HttpResponse(429, Headers({"retry-after": "2"}), answer.body)
    assert GEMINI.error(plain).retry_after == 2
    assert GEMINI.error(answer).retry_after == 9


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>Gone</html>", "<html>Gone</html>"),
        (b"", "HTTP 404"),
        (b'{"error": "no such model"}', "no such model"),
        (b'{"error": {"message": 3}}', '{"message":3}'),
        (b'{"error": {"details": [{"@type": 3}, 4]}}', '{"details":[{"@type":3},4]}'),
        (b"[3]", "[3]"),
    ],
)
def test_any_other_body_is_an_error_by_its_status(body: bytes, message: str) -> None:
    """A gateway's page, or a broken form: the words are kept."""
    error = GEMINI.error(response(body, 404))
    assert type(error) is NotFoundError
    assert (error.message, error.code) == (message, None)

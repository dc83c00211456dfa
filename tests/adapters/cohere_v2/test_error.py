"""Errors of Cohere's form, and those that a gateway before it sends."""

from __future__ import annotations

import pytest

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ContentFilterError,
    ContextLengthError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)

from .wire import error_of, parsed

MONTHLY = "You are using a Trial key, which is limited to 1000 API calls / month."
MINUTELY = "You are using a Trial key, which is limited to 20 API calls / minute."
LONG = "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292."
MOST = "too many tokens: max tokens must be less than or equal to 4096, the maximum output."


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "invalid request", BadRequestError),
        (400, LONG, ContextLengthError),
        (400, MOST, BadRequestError),
        (401, "invalid api token", AuthenticationError),
        (402, "Please add or update your payment method", QuotaExceededError),
        (403, "no", PermissionDeniedError),
        (404, "model 'x' not found", NotFoundError),
        (422, "no", BadRequestError),
        (429, MINUTELY, RateLimitError),
        (429, MONTHLY, QuotaExceededError),
        (498, "blocked", ContentFilterError),
        (500, "oops", ServerError),
        (503, "busy", OverloadedError),
        (504, "late", ServerError),
    ],
)
def test_the_class_by_status(status: int, message: str, kind: type[APIError]) -> None:
    """Where a status means two things, the words tell them apart: there are no codes."""
    error = error_of({"message": message, "id": "abc"}, status)
    assert type(error) is kind
    assert (error.message, error.code, error.status) == (message, None, status)


def test_what_is_of_no_form_is_told_as_it_is() -> None:
    """Plain text, nothing at all, and another's object."""
    assert error_of(b"Bad Gateway", 502).message == "Bad Gateway"
    assert error_of(b"", 500).message == "HTTP 500"
    error = error_of({"error": {"message": "slow down", "code": "rate_limited"}}, 429)
    assert (type(error), error.message, error.code) == (RateLimitError, "slow down", "rate_limited")


def test_headers_say_how_long_to_wait() -> None:
    """As everywhere."""
    assert error_of({"message": "no"}, 429, **{"Retry-After": "3"}).retry_after == 3


def test_an_error_in_a_200_is_raised() -> None:
    """An answer's message is an object; an error's is text."""
    with pytest.raises(ServerError, match="it broke"):
        parsed({"id": "abc", "message": "it broke"})

"""Errors, understood."""

from __future__ import annotations

from typing import Any

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
    RequestTooLargeError,
    ServerError,
)

from .answers import WIRE, response


def told(code: str | int | None, kind: str | None = None, message: str = "No.") -> dict[str, Any]:
    """An error's body."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, BadRequestError),
        (400, "model_not_found", NotFoundError),
        (400, "context_length_exceeded", ContextLengthError),
        (400, "content_filter", ContentFilterError),
        (400, "invalid_api_key", AuthenticationError),
        (401, "invalid_api_key", AuthenticationError),
        (401, None, AuthenticationError),
        (403, None, PermissionDeniedError),
        (404, "DeploymentNotFound", NotFoundError),
        (413, "rate_limit_exceeded", RequestTooLargeError),
        (429, "rate_limit_exceeded", RateLimitError),
        (429, "insufficient_quota", QuotaExceededError),
        (500, "server_error", ServerError),
        (503, "server_error", OverloadedError),
        (503, None, OverloadedError),
    ],
)
def test_status_and_code_tell_the_class(
    status: int, code: str | None, kind: type[APIError]
) -> None:
    """The code where it says more."""
    error = WIRE.error(response(told(code, "a_type"), status, x_request_id="req_1"))
    assert type(error) is kind
    assert (error.status, error.code) == (status, code or "a_type")
    assert error.message == "No."
    assert error.request_id == "req_1"


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"code": "invalid-argument", "error": "Bad key."}, "Bad key.", "invalid-argument"),
        ({"detail": "Sign in."}, "Sign in.", None),
        ({"detail": [{"loc": ["body"]}]}, '[{"loc":["body"]}]', None),
        ({"object": "error", "message": "Odd.", "type": "BadRequest"}, "Odd.", "BadRequest"),
        (told(400, "invalid_request_error"), "No.", "invalid_request_error"),
        (b"upstream is gone\n", "upstream is gone", None),
        (b"", "HTTP 400", None),
    ],
)
def test_each_server_has_a_shape_of_its_own(body: Any, message: str, code: str | None) -> None:
    """The words and the code are found in all of them."""
    error = WIRE.error(response(body, 400))
    assert type(error) is BadRequestError
    assert (error.message, error.code) == (message, code)


def test_prose_tells_only_where_no_code_does() -> None:
    """Too long a conversation has no code on some servers."""
    long = "This model's maximum context length is 9 tokens."
    assert type(WIRE.error(response(told(None, None, long), 400))) is ContextLengthError
    assert type(WIRE.error(response(told(400, None, long), 400))) is ContextLengthError
    assert type(WIRE.error(response(told("other", None, long), 400))) is BadRequestError


@pytest.mark.parametrize(
    ("code", "kind", "wanted"),
    [
        ("server_error", None, ServerError),
        ("rate_limit_exceeded", None, RateLimitError),
        ("invalid_prompt", None, BadRequestError),
        ("image_too_large", None, BadRequestError),
        ("bio_policy", None, ContentFilterError),
        ("x", "invalid_request_error", BadRequestError),
        (429, None, RateLimitError),
        (None, "rate_limit_error", RateLimitError),
        ("novel", None, ServerError),
    ],
)
def test_inside_a_200_the_code_stands_for_the_status(
    code: str | int | None, kind: str | None, wanted: type[APIError]
) -> None:
    """The codes of an answer's `error`; one that nobody knows is the server's failure."""
    with pytest.raises(APIError) as caught:
        WIRE.parse(response({"status": "failed", "output": [], **told(code, kind)}))
    assert caught.value.status == 200
    assert type(caught.value) is wanted


def test_how_long_to_wait() -> None:
    """By the headers."""
    error = WIRE.error(response(told("rate_limit_exceeded"), 429, retry_after="7"))
    assert error.retry_after == 7

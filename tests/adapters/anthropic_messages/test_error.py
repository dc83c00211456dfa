"""Errors: by the wire's own word, and by the status where that says more."""

from __future__ import annotations

from typing import Any

import pytest

import llmkit
from llmkit import APIError

from .answers import WIRE, response


def told(status: int, kind: str, message: str = "No.", **headers: str) -> APIError:
    """The error of the wire's own form."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_b"}
    return WIRE.error(response(body, status, **headers))


@pytest.mark.parametrize(
    ("status", "kind", "name"),
    [
        (400, "invalid_request_error", "BadRequestError"),
        (401, "authentication_error", "AuthenticationError"),
        (402, "billing_error", "QuotaExceededError"),
        (403, "permission_error", "PermissionDeniedError"),
        (404, "not_found_error", "NotFoundError"),
        (409, "conflict_error", "ConflictError"),
        (413, "request_too_large", "RequestTooLargeError"),
        (429, "rate_limit_error", "RateLimitError"),
        (500, "api_error", "ServerError"),
        (504, "timeout_error", "ServerError"),
        (529, "overloaded_error", "OverloadedError"),
        # Of servers that speak the wire, and mean the status.
        (401, "invalid_request_error", "AuthenticationError"),
        (503, "api_error", "OverloadedError"),
        (418, "brand_new_error", "BadRequestError"),
        (502, "brand_new_error", "ServerError"),
    ],
)
def test_each_type_has_its_class(status: int, kind: str, name: str) -> None:
    """The provider's message and word are kept."""
    error = told(status, kind)
    assert type(error) is getattr(llmkit, name)
    assert (error.status, error.code, error.message) == (status, kind, "No.")


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("prompt is too long: 210000 tokens > 200000 maximum", "ContextLengthError"),
        (
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            "ContextLengthError",
        ),
        ("Your credit balance is too low to access the Anthropic API.", "QuotaExceededError"),
        ("Output blocked by content filtering policy", "ContentFilterError"),
    ],
)
def test_what_only_words_tell(message: str, name: str) -> None:
    """All of these are `invalid_request_error`."""
    assert type(told(400, "invalid_request_error", message)) is getattr(llmkit, name)


def test_what_the_headers_say() -> None:
    """The id, and how and when to try again; the body has the id too."""
    error = told(
        429, "rate_limit_error", request_id="req_h", retry_after="7", x_should_retry="true"
    )
    assert (error.request_id, error.retry_after, error.should_retry) == ("req_h", 7.0, True)
    assert told(400, "invalid_request_error").request_id == "req_b"


@pytest.mark.parametrize(
    ("status", "body", "name", "code", "message"),
    [
        (503, b"upstream connect error", "OverloadedError", None, "upstream connect error"),
        (500, b"", "ServerError", None, "HTTP 500"),
        (
            401,
            {"error": {"code": 401, "message": "Bad token", "status": "UNAUTHENTICATED"}},
            "AuthenticationError",
            "UNAUTHENTICATED",
            "Bad token",
        ),
        (
            429,
            [{"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED"}}],
            "RateLimitError",
            "RESOURCE_EXHAUSTED",
            "Quota",
        ),
        (404, {"error": "no such model"}, "NotFoundError", None, "no such model"),
        (403, {"Message": "Not you"}, "PermissionDeniedError", None, "Not you"),
    ],
)
def test_other_shapes(status: int, body: Any, name: str, code: str | None, message: str) -> None:
    """Plain text, Google's, and what gateways send."""
    error = WIRE.error(response(body, status))
    assert (type(error).__name__, error.code, error.message) == (name, code, message)


def test_bedrocks_kind_is_in_a_header() -> None:
    """With an address after it."""
    kinds = {
        "ValidationException": "BadRequestError",
        "ThrottlingException": "RateLimitError",
        "UnrecognizedClientException": "AuthenticationError",
        "AccessDeniedException": "PermissionDeniedError",
        "ServiceQuotaExceededException": "QuotaExceededError",
    }
    for kind, name in kinds.items():
        header = f"{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/"
        error = WIRE.error(response({"message": "No."}, 400, x_amzn_errortype=header))
        assert (type(error).__name__, error.code, error.message) == (name, kind, "No.")

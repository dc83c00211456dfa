"""Errors of Ollama's form: one text, and no codes."""

from __future__ import annotations

import pytest

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ContextLengthError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)

from .wire import error_of, parsed

LONG = "the input length exceeds the context length"


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, '"qwen2" does not support thinking', BadRequestError),
        (400, LONG, ContextLengthError),
        (401, "unauthorized", AuthenticationError),
        (403, "cloud models are off", PermissionDeniedError),
        (404, "model 'x' not found", NotFoundError),
        (429, "too many requests", RateLimitError),
        (500, "the model runner has stopped", ServerError),
        (502, "cannot be reached", ServerError),
        (503, "server busy, please try again", OverloadedError),
    ],
)
def test_the_class_by_status(status: int, message: str, kind: type[APIError]) -> None:
    """With the server's own words."""
    error = error_of({"error": message}, status)
    assert type(error) is kind
    assert (error.message, error.code, error.status) == (message, None, status)


def test_what_is_of_no_form_is_told_as_it_is() -> None:
    """Plain text, nothing at all, and another's object."""
    assert error_of(b"404 page not found", 404).message == "404 page not found"
    assert error_of(b"", 500).message == "HTTP 500"
    error = error_of({"error": {"message": "slow down", "code": "rate_limited"}}, 429)
    assert (type(error), error.message, error.code) == (RateLimitError, "slow down", "rate_limited")


def test_an_error_in_a_200_is_raised() -> None:
    """By the status that it tells, or as the server's own."""
    with pytest.raises(ServerError, match="it broke"):
        parsed({"error": "it broke"})
    with pytest.raises(OverloadedError):
        parsed({"error": "busy", "status": 503})
    with pytest.raises(ContextLengthError):
        parsed({"error": LONG})

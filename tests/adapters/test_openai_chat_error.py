"""Errors in the form of OpenAI's chat completions, and in its many variants."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit._http import Headers, HttpResponse
from llmkit.adapters.openai_chat.error import error, error_in
from llmkit.errors import (
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


def refused(status: int, body: object, headers: dict[str, str] | None = None) -> APIError:
    """The error of an answer: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error(HttpResponse(status, Headers(headers or {}), data))


SHAPES: dict[str, tuple[Any, str, str | None]] = {
    "OpenAI": ({"error": {"message": "no", "type": "t", "code": "c"}}, "no", "c"),
    "a type for a code": ({"error": {"message": "no", "type": "t", "code": None}}, "no", "t"),
    "a number for a code": ({"error": {"message": "no", "code": 402}}, "no", "402"),
    "no code": ({"error": {"message": "no", "code": ""}}, "no", None),
    "a flag for a code": ({"error": {"message": "no", "code": True}}, "no", None),
    "xAI: two texts": ({"code": "c", "error": "no"}, "no", "c"),
    "a text": ({"error": "no"}, "no", None),
    "flat": ({"object": "error", "message": "no", "type": "t", "code": 40}, "no", "40"),
    "flat, with a type": ({"message": "no", "type": "t"}, "no", "t"),
    "Databricks": ({"error_code": "c", "message": "no"}, "no", "c"),
    "FastAPI": ({"detail": "no"}, "no", None),
    "FastAPI's list": ({"detail": [{"msg": "no"}]}, '[{"msg":"no"}]', None),
    "Mistral's": (
        {"object": "error", "message": {"detail": [{"msg": "no"}]}},
        '[{"msg":"no"}]',
        None,
    ),
    "Cloudflare": ({"errors": [{"code": 7, "message": "no"}], "success": False}, "no", "7"),
    "Google's list": ([{"error": {"message": "no", "code": 400}}], "no", "400"),
    "plain text": (b"slow down\n", "slow down", None),
    "other JSON": (["odd"], '["odd"]', None),
    "nothing": (b"", "HTTP 418", None),
}


@pytest.mark.parametrize(("body", "message", "code"), SHAPES.values(), ids=SHAPES)
def test_an_error_has_many_shapes(body: object, message: str, code: str | None) -> None:
    """Its words and its code are found in each; the body stays whole."""
    found = refused(418, body, {"x-request-id": "r"})
    assert (found.message, found.code, found.status) == (message, code, 418)
    assert (type(found), found.request_id) == (BadRequestError, "r")


CODES: dict[str, tuple[int, dict[str, Any], type[APIError]]] = {
    "too long": (400, {"code": "context_length_exceeded"}, ContextLengthError),
    "too long, by its type": (400, {"type": "exceed_context_size_error"}, ContextLengthError),
    "too long, a code of none": (
        400,
        {"code": 400, "type": "exceed_context_size_error"},
        ContextLengthError,
    ),
    "filtered": (400, {"code": "content_filter"}, ContentFilterError),
    "filtered, in numbers": (400, {"code": "1301"}, ContentFilterError),
    "a bad key, as a bad request": (400, {"code": "invalid_api_key"}, AuthenticationError),
    "no money": (429, {"code": "insufficient_quota"}, QuotaExceededError),
    "no money, by its type": (
        429,
        {"type": "insufficient_quota", "code": None},
        QuotaExceededError,
    ),
    "no money, forbidden": (403, {"code": "billing_not_active"}, QuotaExceededError),
    "no model": (400, {"code": "model_not_found"}, NotFoundError),
    "no deployment": (404, {"code": "DeploymentNotFound"}, NotFoundError),
    "not allowed": (400, {"code": "permission_denied"}, PermissionDeniedError),
    "too fast": (429, {"code": "rate_limit_exceeded"}, RateLimitError),
    "too fast, as a bad request": (400, {"code": "rate_limit_exceeded"}, RateLimitError),
    "too large for the rate": (413, {"code": "rate_limit_exceeded"}, RequestTooLargeError),
    "a server's, whatever its status": (500, {"type": "server_error"}, ServerError),
    "overloaded, with its own status": (503, {"type": "server_error"}, OverloadedError),
    "overloaded, by its type": (500, {"type": "overloaded_error"}, OverloadedError),
    "a code that says nothing": (404, {"code": "odd"}, NotFoundError),
    "no code": (401, {}, AuthenticationError),
}


@pytest.mark.parametrize(("status", "told", "kind"), CODES.values(), ids=CODES)
def test_the_code_tells_the_class(status: int, told: dict[str, Any], kind: type[APIError]) -> None:
    """The wire's own word first, and the status where there is none."""
    assert type(refused(status, {"error": {"message": "no", **told}})) is kind


def test_no_money_is_final() -> None:
    """A quota that is used up is not there in a moment; a rate limit is."""
    quota = refused(429, {"error": {"code": "insufficient_quota"}})
    rate = refused(429, {"error": {"code": "rate_limit_exceeded"}})
    assert (quota.retryable, rate.retryable) == (False, True)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_words_tell_where_there_is_no_code(status: int) -> None:
    """vLLM and others say only in prose that a prompt is too long."""
    words = "This model's Maximum context length is 4096 tokens."
    assert type(refused(status, {"message": words})) is ContextLengthError
    assert type(refused(status, {"message": words, "code": status})) is ContextLengthError
    assert type(refused(status, {"message": words, "code": "odd"})) is not ContextLengthError
    assert type(refused(401, {"message": words})) is AuthenticationError


INSIDE: dict[str, tuple[dict[str, Any], type[APIError], str, str | None]] = {
    "OpenRouter": ({"error": {"message": "no", "code": 429}}, RateLimitError, "no", "429"),
    "a code as text": ({"error": {"message": "no", "code": "503"}}, OverloadedError, "no", "503"),
    "a status": ({"error": {"message": "no", "status": 404}}, NotFoundError, "no", None),
    "a status outside": ({"error": "no", "status_code": 400}, BadRequestError, "no", None),
    "a type": (
        {"error": {"message": "no", "type": "invalid_request_error"}},
        BadRequestError,
        "no",
        "invalid_request_error",
    ),
    "a type for a rate": (
        {"error": {"message": "no", "type": "rate_limit_error"}},
        RateLimitError,
        "no",
        "rate_limit_error",
    ),
    "a code of the wire's": (
        {"error": {"message": "no", "code": "insufficient_quota"}},
        QuotaExceededError,
        "no",
        "insufficient_quota",
    ),
    "a text": ({"error": "no"}, ServerError, "no", None),
    "no words": ({"error": {"x": 1}}, ServerError, '{"error":{"x":1}}', None),
    "flat": ({"object": "error", "message": "no"}, ServerError, "no", None),
    "MiniMax": ({"base_resp": {"status_code": 1004, "status_msg": "no"}}, ServerError, "no", None),
}


@pytest.mark.parametrize(("body", "kind", "message", "code"), INSIDE.values(), ids=INSIDE)
def test_an_error_may_come_with_status_200(
    body: dict[str, Any], kind: type[APIError], message: str, code: str | None
) -> None:
    """Its class is that of the status that the body tells; its own status stays what it was."""
    found = error_in(body, HttpResponse(200, Headers()))
    assert found is not None
    assert (type(found), found.message, found.code, found.status) == (kind, message, code, 200)


@pytest.mark.parametrize(
    "body",
    [
        {"choices": []},
        {"error": None, "choices": []},
        {"error": {"message": "no"}, "choices": [{}]},
        {"base_resp": {"status_code": 0, "status_msg": "success"}},
        {"base_resp": None},
    ],
)
def test_what_is_no_error(body: dict[str, Any]) -> None:
    """An answer is an answer, whatever stands beside it."""
    assert error_in(body, HttpResponse(200, Headers())) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "message", "code", "type", "detail", "status"]),
            inner,
        )
    ),
    max_leaves=8,
)


@given(JSON | st.binary(max_size=20), st.sampled_from([400, 401, 413, 429, 500, 503]))
def test_any_body_makes_an_error(body: Any, status: int) -> None:
    """An error is never the reason for another."""
    found = refused(status, body)
    assert found.status == status
    assert found.message
    if isinstance(body, dict):
        inside = error_in({"error": "x", **body}, HttpResponse(200, Headers()))
        assert inside is None or inside.message

"""Errors, by their name, wherever it stands."""

from __future__ import annotations

import json

import pytest

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ContextLengthError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from llmkit._http import Headers, HttpResponse
from llmkit.adapters.bedrock_converse import BedrockConverse

WIRE = BedrockConverse(provider="bedrock")


def error(status: int, name: str = "", message: str = "no") -> APIError:
    """The error of *status* with *name* in its header."""
    headers = {"x-amzn-requestid": "r", **({"x-amzn-ErrorType": name} if name else {})}
    body = json.dumps({"message": message}).encode()
    return WIRE.error(HttpResponse(status, Headers(headers), body))


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "ValidationException", BadRequestError),
        (400, "ServiceQuotaExceededException", QuotaExceededError),
        (403, "AccessDeniedException", PermissionDeniedError),
        (403, "UnrecognizedClientException", AuthenticationError),
        (403, "ExpiredTokenException", AuthenticationError),
        (403, "InvalidSignatureException", AuthenticationError),
        (404, "ResourceNotFoundException", NotFoundError),
        (408, "ModelTimeoutException", ServerError),
        (424, "ModelErrorException", ServerError),
        (424, "ModelStreamErrorException", ServerError),
        (429, "ThrottlingException", RateLimitError),
        (429, "ModelNotReadyException", OverloadedError),
        (500, "InternalServerException", ServerError),
        (503, "ServiceUnavailableException", OverloadedError),
        (403, "BrandNewException", PermissionDeniedError),
        (424, "", ServerError),
        (400, "", BadRequestError),
        (529, "", OverloadedError),
    ],
)
def test_the_class_is_that_of_the_name(status: int, name: str, kind: type[APIError]) -> None:
    """The error's own name tells its class; without one that is known, the status does."""
    found = error(status, name and f"{name}:http://internal.amazon.com/coral/")
    assert type(found) is kind
    assert found.status == status
    assert found.code == (name or None)
    assert found.message == "no"
    assert found.request_id == "r"


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("ValidationException", "Input is too long for requested model.", ContextLengthError),
        ("ValidationException", "prompt is too long: 250000 tokens", ContextLengthError),
        ("", "The model returned: prompt is too long", ContextLengthError),
        ("ThrottlingException", "Too many tokens, please wait", RateLimitError),
    ],
)
def test_a_request_that_is_too_long(name: str, message: str, kind: type[APIError]) -> None:
    """The wire has one name for all bad requests: that one is too long only its words tell."""
    status = 429 if name == "ThrottlingException" else 400
    assert type(error(status, name, message)) is kind


@pytest.mark.parametrize(
    "body",
    [
        {"__type": "com.amazon.coral.service#ThrottlingException", "Message": "slow"},
        {"__type": "ThrottlingException", "message": "slow"},
        {"code": "ThrottlingException:http://x", "errorMessage": "slow"},
    ],
)
def test_a_name_in_the_body(body: dict[str, str]) -> None:
    """Where no header names the error the body does, with a namespace or an address."""
    found = WIRE.error(HttpResponse(400, Headers(), json.dumps(body).encode()))
    assert type(found) is RateLimitError
    assert (found.code, found.message) == ("ThrottlingException", "slow")


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[1]", b"null", b'{"message": 3}'])
def test_a_body_of_any_form(body: bytes) -> None:
    """An error whose body says nothing has its status, and what there is of a message."""
    found = WIRE.error(HttpResponse(503, Headers(), body))
    assert type(found) is OverloadedError
    assert found.message == (body.decode() or "HTTP 503")

"""An error in the form of Anthropic's Messages, or of the platform around it, understood.

Sources: https://platform.claude.com/docs/en/api/errors,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_Errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..._http import Headers, HttpResponse
from ..._json import dumps, loads
from ...errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
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
from .._base import api_error, error_class

_BY_TYPE: Final[Mapping[str, type[APIError]]] = {
    "invalid_request_error": BadRequestError,
    "authentication_error": AuthenticationError,
    "billing_error": QuotaExceededError,
    "permission_error": PermissionDeniedError,
    "not_found_error": NotFoundError,
    "conflict_error": ConflictError,
    "request_too_large": RequestTooLargeError,
    "rate_limit_error": RateLimitError,
    "timeout_error": ServerError,
    "api_error": ServerError,
    "overloaded_error": OverloadedError,
    "exceed_context_size_error": ContextLengthError,  # llama.cpp
    # Bedrock's: in a header, and as the kind of an exception in a stream.
    "ValidationException": BadRequestError,
    "UnrecognizedClientException": AuthenticationError,
    "ExpiredTokenException": AuthenticationError,
    "InvalidSignatureException": AuthenticationError,
    "AccessDeniedException": PermissionDeniedError,
    "ResourceNotFoundException": NotFoundError,
    "ConflictException": ConflictError,
    "ThrottlingException": RateLimitError,
    "ServiceQuotaExceededException": QuotaExceededError,
    "ModelNotReadyException": OverloadedError,
    "ModelTimeoutException": ServerError,
    "ModelErrorException": ServerError,
    "ModelStreamErrorException": ServerError,
    "InternalServerException": ServerError,
    "ServiceUnavailableException": OverloadedError,
}

_WEAK: Final = ("invalid_request_error", "api_error")

# All of these are `invalid_request_error`: the words are the only sign of the difference.
_BY_WORDS: Final[Mapping[str, type[APIError]]] = {
    "prompt is too long": ContextLengthError,
    "exceed context limit": ContextLengthError,
    "maximum context length": ContextLengthError,  # of servers that pass another's words on
    "credit balance is too low": QuotaExceededError,
    "blocked by content filtering policy": ContentFilterError,
}

_NO_HEADERS: Final = Headers()


class _Told(NamedTuple):
    message: str
    code: str | None
    request_id: str | None = None


def error(response: HttpResponse) -> APIError:
    """The error in *response*, whose status says that it is one."""
    try:
        data = loads(response.body)
    except ValueError:
        data = None
    told = _read(data)
    # `ValidationException:http://internal.amazon.com/…`
    code = told.code or response.headers.get("x-amzn-errortype", "").partition(":")[0] or None
    message = told.message or response.body.decode("utf-8", "replace").strip()[:2000]
    return _made(response, told, message, code, error_class(response.status))


def error_in(data: Mapping[str, object], response: HttpResponse) -> APIError | None:
    """The error that *data* is although its status says 200, or None."""
    if data.get("type") != "error" and (not data.get("error") or "content" in data):
        return None
    return error_event(data, response)


def error_event(data: Mapping[str, object], response: HttpResponse) -> APIError:
    """The error that an event of a stream tells: it has no status of its own."""
    told = _read(data)
    message = told.message or dumps(data).decode()[:2000]
    return _made(response, told, message, told.code, ServerError)


def error_frame(kind: str, payload: bytes) -> APIError:
    """The exception *kind* that a frame of a binary stream tells."""
    name = kind[:1].upper() + kind[1:]  # `throttlingException` in a frame's headers
    response = HttpResponse(200, _NO_HEADERS, payload)
    try:
        told = _read(loads(payload))
    except ValueError:
        told = _Told(payload.decode("utf-8", "replace"), None)
    return _made(response, told, told.message or name, name, ServerError)


def _made(
    response: HttpResponse, told: _Told, message: str, code: str | None, otherwise: type[APIError]
) -> APIError:
    made = api_error(
        response, message, code=code, chosen=_chosen(response, code, message, otherwise)
    )
    made.request_id = made.request_id or told.request_id
    return made


def _chosen(
    response: HttpResponse, code: str | None, message: str, otherwise: type[APIError]
) -> type[APIError]:
    """The class by the wire's own word, and where that says little, by more than it."""
    found = _BY_TYPE.get(code or "", otherwise)
    if found is BadRequestError:
        lower = message.lower()
        for words, kind in _BY_WORDS.items():
            if words in lower:
                return kind
    # Servers that speak the wire give these types for anything: the status says more.
    if code in _WEAK and response.status > 400:
        return error_class(response.status)
    return found


def _read(data: object) -> _Told:
    """What is told in any of the shapes: Anthropic's, Google's (perhaps in a list), AWS's."""
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, Mapping):
        return _Told("", None)
    inner = data.get("error")
    place = inner if isinstance(inner, Mapping) else data
    message = place.get("message") or place.get("Message") or (inner if place is data else None)
    code = place.get("type") if isinstance(inner, Mapping) else None
    code = code or place.get("status")  # Google's word
    request_id = data.get("request_id")
    return _Told(
        message if isinstance(message, str) else "",
        code if isinstance(code, str) else None,
        request_id if isinstance(request_id, str) else None,
    )

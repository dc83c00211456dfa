"""An error in the form of OpenAI's Responses, and its variants, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..._http import HttpResponse
from ..._json import dumps, loads
from ...errors import (
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
from .._base import api_error, error_class
from ..openai_errors import class_told, word

# Sources: https://platform.openai.com/docs/guides/error-codes, and the codes of an answer's
# `error` in https://platform.openai.com/docs/api-reference/responses/object
_BY_CODE: Final[Mapping[str, type[APIError]]] = {
    "context_length_exceeded": ContextLengthError,
    "exceed_context_size_error": ContextLengthError,  # llama.cpp
    "string_above_max_length": ContextLengthError,
    "content_filter": ContentFilterError,
    "content_policy_violation": ContentFilterError,
    "image_content_policy_violation": ContentFilterError,
    "bio_policy": ContentFilterError,
    "cyber_policy": ContentFilterError,
    "misalignment_policy_violation": ContentFilterError,
    "invalid_api_key": AuthenticationError,
    "authentication_error": AuthenticationError,
    "insufficient_quota": QuotaExceededError,
    "billing_hard_limit_reached": QuotaExceededError,
    "billing_not_active": QuotaExceededError,
    "usage_limit_reached": QuotaExceededError,  # ChatGPT
    "usage_not_included": QuotaExceededError,
    "model_not_found": NotFoundError,
    "DeploymentNotFound": NotFoundError,
    "permission_denied": PermissionDeniedError,
    "data_residency_mismatch": PermissionDeniedError,
    "rate_limit_exceeded": RateLimitError,
    "request_too_large": RequestTooLargeError,
    "overloaded_error": OverloadedError,
    "server_is_overloaded": OverloadedError,
    "slow_down": OverloadedError,
    "server_error": ServerError,
    "vector_store_timeout": ServerError,
    "failed_to_download_image": BadRequestError,
    "empty_image_file": BadRequestError,
}
# An error inside an answer, or an event, has no status of its own; its kind stands for it.
_STATUS_OF_KIND: Final = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "rate_limit_error": 429,
    "tokens": 429,
    "requests": 429,
}
_BAD_REQUEST: Final = ("invalid_", "image_", "unsupported_")

_TOO_LONG: Final = ("maximum context length", "context length exceeded", "exceeds the context")


def error(response: HttpResponse) -> APIError:
    """The error in *response*, whose status says that it is one."""
    try:
        data = loads(response.body)
    except ValueError:
        data = None
    message, code, kind = _read(data)
    if not message:
        message = response.body.decode("utf-8", "replace").strip()[:2000]
    chosen = _chosen(response.status, code, kind, message)
    return api_error(response, message, code=_told(code, kind, response.status), chosen=chosen)


def error_in(data: Mapping[str, object], response: HttpResponse) -> APIError | None:
    """The error that *data* holds although its status says 200, or None."""
    # What a failed answer has said so far stands, where no error is told beside it.
    failed = data.get("status") == "failed" and not data.get("output")
    instead = data.get("object") == "error" or ("detail" in data and "output" not in data)
    if failed or instead or data.get("error"):
        return error_told(data, response)
    return None


def error_told(data: Mapping[str, object], response: HttpResponse) -> APIError:
    """An error whose own status says 200: what the body tells stands for it."""
    message, code, kind = _read(data)
    status = _status(code, kind)
    return api_error(
        response,
        message or dumps(data).decode()[:2000],
        code=_told(code, kind, status),
        chosen=_chosen(status, code, kind, message) or error_class(status),
    )


def _status(code: str | None, kind: str | None) -> int:
    if code is not None and len(code) == 3 and code.isdecimal() and 400 <= int(code) < 600:
        return int(code)
    for told in (kind, code):
        if told is not None and told in _STATUS_OF_KIND:
            return _STATUS_OF_KIND[told]
    return 400 if (code or "").startswith(_BAD_REQUEST) else 500


def _told(code: str | None, kind: str | None, status: int) -> str | None:
    """The word for the error: a code that only repeats the status says less than the kind."""
    return kind or code if code == str(status) else code or kind


def _read(data: object) -> tuple[str, str | None, str | None]:
    """Message, code and type, from any of the shapes that are about."""
    if not isinstance(data, Mapping):
        return "", None, None
    inner = data.get("error")
    if isinstance(inner, Mapping):
        return _text(inner.get("message")), word(inner.get("code")), word(inner.get("type"))
    # xAI puts text there and the code beside it; an event `error` may be all of it itself.
    message = _text(inner) or _text(data.get("message")) or _text(data.get("detail"))
    kind = word(data.get("type"))
    if kind is not None and (kind == "error" or kind.startswith("response.")):
        kind = None
    return message, word(data.get("code")), kind


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value).decode()


def _chosen(status: int, code: str | None, kind: str | None, message: str) -> type[APIError] | None:
    """The class that the wire's own words tell, or None: the status tells it then."""
    return class_told(_BY_CODE, _TOO_LONG, status=status, code=code, kind=kind, message=message)

"""An error in the form of OpenAI's chat completions, and its many variants, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..._http import HttpResponse
from ..._json import as_text, dumps, loads
from ...errors import (
    APIError,
    AuthenticationError,
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

_BY_CODE: Final[Mapping[str, type[APIError]]] = {
    "context_length_exceeded": ContextLengthError,
    "context_window_exceeded": ContextLengthError,
    "exceed_context_size_error": ContextLengthError,  # llama.cpp
    "string_above_max_length": ContextLengthError,
    "content_filter": ContentFilterError,
    "content_policy_violation": ContentFilterError,
    "ResponsibleAIPolicyViolation": ContentFilterError,  # Azure
    "data_inspection_failed": ContentFilterError,  # DashScope
    "1301": ContentFilterError,  # Zhipu
    "invalid_api_key": AuthenticationError,
    "authentication_error": AuthenticationError,
    "insufficient_quota": QuotaExceededError,
    "billing_hard_limit_reached": QuotaExceededError,
    "billing_not_active": QuotaExceededError,
    "model_not_found": NotFoundError,
    "DeploymentNotFound": NotFoundError,
    "rate_limit_exceeded": RateLimitError,
    "RateLimitReached": RateLimitError,
    "request_too_large": RequestTooLargeError,
    "permission_denied": PermissionDeniedError,
    "overloaded_error": OverloadedError,
    "server_error": ServerError,
}
_TOO_LONG: Final = ("maximum context length", "context length exceeded", "prompt is too long")


def error(response: HttpResponse) -> APIError:
    """The error in *response*, whose status says that it is one."""
    try:
        data = loads(response.body)
    except ValueError:
        data = None
    message, code, kind = _read(data)
    if not message:
        message = response.body.decode("utf-8", "replace").strip()[:2000]
    return api_error(
        response, message, code=code or kind, chosen=_chosen(response.status, code, kind, message)
    )


def error_in(data: Mapping[str, object], response: HttpResponse) -> APIError | None:
    """The error that *data* holds although its status says 200, or None."""
    status_of = data.get("base_resp")  # MiniMax
    if isinstance(status_of, dict) and status_of.get("status_code") not in (0, None):
        return error_told(
            {"error": {"message": status_of.get("status_msg"), **status_of}}, response
        )
    if data.get("object") == "error" or (data.get("error") and not data.get("choices")):
        return error_told(data, response)
    return None


def error_told(data: Mapping[str, object], response: HttpResponse) -> APIError:
    """An error whose own status says 200: what the body tells stands for it."""
    message, code, kind = _read(data)
    status = _status_told(data) or 500
    return api_error(
        response,
        message or dumps(data).decode()[:2000],
        code=code or kind,
        chosen=_chosen(status, code, kind, message) or error_class(status),
    )


def _status_told(data: Mapping[str, object]) -> int | None:
    inner = data.get("error")
    for place in (inner, data):
        if isinstance(place, Mapping):
            for name in ("status_code", "status", "code", "raw_status_code"):
                value = word(place.get(name)) or ""
                if len(value) == 3 and value.isdecimal() and 400 <= int(value) < 600:
                    return int(value)
    if isinstance(inner, Mapping):
        # An event has no status of its own; the kind of the error stands for it.
        kinds = {"invalid_request_error": 400, "rate_limit_error": 429, "authentication_error": 401}
        return kinds.get(as_text(inner.get("type")))
    return None


def _read(data: object) -> tuple[str, str | None, str | None]:
    """Message, code and type, from any of the shapes that are about."""
    if isinstance(data, list) and data:  # Google's compatible endpoint wraps it
        data = data[0]
    if not isinstance(data, Mapping):
        return "", None, None
    inner = data.get("error")
    if isinstance(inner, Mapping):
        # Azure's own word for why a prompt was filtered is one level further in.
        cause = inner.get("innererror")
        why = word(cause.get("code")) if isinstance(cause, Mapping) else None
        kind = why or word(inner.get("type"))
        return _text(inner.get("message")), word(inner.get("code")), kind
    errors = data.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):  # Cloudflare
        return _text(errors[0].get("message")), word(errors[0].get("code")), None
    message = _text(inner) or _text(data.get("message")) or _text(data.get("detail"))
    return message, word(data.get("code") or data.get("error_code")), word(data.get("type"))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and "detail" in value:  # Mistral
        return _text(value["detail"])
    return "" if value is None else dumps(value).decode()


def _chosen(status: int, code: str | None, kind: str | None, message: str) -> type[APIError] | None:
    """The class that the wire's own words tell, or None: the status tells it then."""
    return class_told(_BY_CODE, _TOO_LONG, status=status, code=code, kind=kind, message=message)

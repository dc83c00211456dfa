"""An error in Google's form, understood.

Sources: https://ai.google.dev/gemini-api/docs/troubleshooting,
https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..._http import HttpResponse
from ..._json import as_text, dumps, loads
from ...errors import (
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
    ServerError,
)
from .._base import api_error, error_class

_BY_STATUS: Final[Mapping[str, type[APIError]]] = {
    "INVALID_ARGUMENT": BadRequestError,
    "OUT_OF_RANGE": BadRequestError,
    # A region that is not served, a project without billing: no change of the request helps.
    "FAILED_PRECONDITION": PermissionDeniedError,
    "UNAUTHENTICATED": AuthenticationError,
    "PERMISSION_DENIED": PermissionDeniedError,
    "NOT_FOUND": NotFoundError,
    "ABORTED": ConflictError,
    "ALREADY_EXISTS": ConflictError,
    "RESOURCE_EXHAUSTED": RateLimitError,
    "CANCELLED": ServerError,
    "INTERNAL": ServerError,
    "UNKNOWN": ServerError,
    "DATA_LOSS": ServerError,
    "UNAVAILABLE": OverloadedError,
    "DEADLINE_EXCEEDED": ServerError,
}

_BY_REASON: Final[Mapping[str, type[APIError]]] = {
    "API_KEY_INVALID": AuthenticationError,
    "API_KEY_EXPIRED": AuthenticationError,
    "ACCESS_TOKEN_EXPIRED": AuthenticationError,
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": AuthenticationError,
    "CREDENTIALS_MISSING": AuthenticationError,
    "BILLING_DISABLED": QuotaExceededError,
}

# One status stands for every bad argument; for this one there is no other word.
_TOO_LONG: Final = re.compile(r"exceeds the maximum number of tokens", re.IGNORECASE)

_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


def error(response: HttpResponse) -> APIError:
    """The error in *response*, whose status says that it is one."""
    try:
        data = loads(response.body)
    except ValueError:
        data = None
    told = _told(data)
    if told is None:
        text = response.body.decode("utf-8", "replace").strip()[:2000]
        return api_error(response, text)
    return _error(told, response, response.status)


def error_in(data: object, response: HttpResponse) -> APIError | None:
    """The error that *data* holds although its status says 200, or None."""
    if isinstance(data, dict) and "error" not in data:
        return None
    told = _told(data)
    if told is None:
        return None
    code = told.get("code")
    known = isinstance(code, int) and 400 <= code < 600
    return _error(told, response, code if known and isinstance(code, int) else 500)


def empty(response: HttpResponse) -> APIError:
    """The error of an answer that holds none: the service drops one now and then."""
    return api_error(response, "the answer holds no candidates", chosen=ServerError)


def _told(data: object) -> Mapping[str, object] | None:
    """The error's own object; a stream that is an array wraps it in a list."""
    if isinstance(data, list):
        data = next((item for item in data if isinstance(item, dict) and item.get("error")), None)
    inner = data.get("error") if isinstance(data, dict) else None
    if isinstance(inner, dict):
        return inner
    return {"message": inner} if isinstance(inner, str) and inner else None


def _error(told: Mapping[str, object], response: HttpResponse, status: int) -> APIError:
    message, word = told.get("message"), told.get("status")
    code = word if isinstance(word, str) and word else None
    return api_error(
        response,
        message if isinstance(message, str) else dumps(told).decode()[:2000],
        code=code,
        chosen=_chosen(told, code, status),
        retry_after=_retry_after(told),
    )


def _chosen(told: Mapping[str, object], code: str | None, status: int) -> type[APIError]:
    for detail in _details(told, "ErrorInfo"):
        found = _BY_REASON.get(as_text(detail.get("reason")))
        if found is not None:
            return found
    kind = _BY_STATUS.get(code or "") or error_class(status)
    if kind is RateLimitError and any(map(_used_up, _details(told, "QuotaFailure"))):
        return QuotaExceededError
    if kind is BadRequestError and _TOO_LONG.search(as_text(told.get("message"))):
        return ContextLengthError
    return kind


def _used_up(failure: Mapping[str, object]) -> bool:
    """Whether a quota is one of the day, or none at all: waiting a minute does not help."""
    violations = failure.get("violations")
    for violation in violations if isinstance(violations, list) else []:
        if isinstance(violation, dict):
            if "PerDay" in as_text(violation.get("quotaId")):
                return True
            if as_text(violation.get("quotaValue")) == "0":
                return True
    return False


def _retry_after(told: Mapping[str, object]) -> float | None:
    for detail in _details(told, "RetryInfo"):
        found = _DURATION.fullmatch(as_text(detail.get("retryDelay")))
        if found:
            return float(found[1])
    return None


def _details(told: Mapping[str, object], kind: str) -> Iterator[Mapping[str, object]]:
    details = told.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and as_text(detail.get("@type")).endswith(f"google.rpc.{kind}"):
            yield detail

"""An error in the form of Ollama's, understood: one text, and no codes.

Source: https://docs.ollama.com/api/errors
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._http import HttpResponse
from ..._json import loads
from ...errors import APIError, ContextLengthError
from .._base import api_error, error_class


def error(response: HttpResponse) -> APIError:
    """The error in *response*, whose status says that it is one."""
    try:
        data = loads(response.body)
    except ValueError:
        data = None
    message, code = _read(data)
    message = message or response.body.decode("utf-8", "replace").strip()[:2000]
    return api_error(response, message, code=code, chosen=_chosen(response.status, message))


def error_in(data: Mapping[str, object], response: HttpResponse) -> APIError | None:
    """The error that *data* holds although its status says 200, or None.

    What goes wrong once an answer has begun is told on a line of its own.
    """
    if not data.get("error"):
        return None
    message, code = _read(data)
    told = data.get("status_code") or data.get("status")
    status = told if isinstance(told, int) and 400 <= told < 600 else 500
    chosen = _chosen(status, message) or error_class(status)
    return api_error(response, message, code=code, chosen=chosen)


def _read(data: object) -> tuple[str, str | None]:
    """Message and code; the wire has no codes, but a gateway before it may."""
    told = data.get("error") if isinstance(data, Mapping) else None
    if isinstance(told, Mapping):
        message, code = told.get("message"), told.get("code") or told.get("type")
        return str(message or ""), code if isinstance(code, str) else None
    return told if isinstance(told, str) else "", None


def _chosen(status: int, message: str) -> type[APIError] | None:
    """The class, where it is not the status alone that tells it: there are no codes to go by."""
    lower = message.lower()
    if status in (400, 500) and "exceed" in lower and "context length" in lower:
        return ContextLengthError
    return None

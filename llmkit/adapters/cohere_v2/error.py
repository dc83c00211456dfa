"""An error in the form of Cohere's, understood: a message, and an id of the call.

Source: https://docs.cohere.com/reference/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..._http import HttpResponse
from ..._json import loads
from ...errors import (
    APIError,
    ContentFilterError,
    ContextLengthError,
    QuotaExceededError,
    ServerError,
)
from .._base import api_error
from .answer import text_of

_BLOCKED: Final = 498
"""The status of an answer that ran into a token that is blocked."""


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

    An answer's `message` is an object, an error's is text.
    """
    message, code = _read(data)
    if not message:
        return None
    return api_error(response, message, code=code, chosen=ServerError)


def generation_error(message: str, response: HttpResponse) -> APIError:
    """An error that ended the generation, which the last event of a stream tells."""
    return api_error(response, message, chosen=ServerError)


def _read(data: object) -> tuple[str, str | None]:
    """Message and code; the wire has no codes, but a gateway before it may."""
    if not isinstance(data, Mapping):
        return "", None
    inner = data.get("error")
    if isinstance(inner, Mapping):
        code = inner.get("code") or inner.get("type")
        return text_of(inner.get("message")), code if isinstance(code, str) else None
    return text_of(data.get("message")) or text_of(inner), None


def _chosen(status: int, message: str) -> type[APIError] | None:
    """The class, where it is not the status alone that tells it: there are no codes to go by."""
    lower = message.lower()
    if status == _BLOCKED:
        return ContentFilterError
    if status == 400 and "too many tokens" in lower and "max tokens must" not in lower:
        return ContextLengthError
    # A trial key has so many calls a minute, for which to wait, and so many a month.
    if status == 429 and "trial key" in lower and "month" in lower:
        return QuotaExceededError
    return None

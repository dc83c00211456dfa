"""An error of Bedrock's, understood: by its name, wherever that stands, else by the status.

Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html,
https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..._http import Headers, HttpResponse
from ..._json import loads
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

_BY_NAME: Final[Mapping[str, type[APIError]]] = {
    "AccessDeniedException": PermissionDeniedError,
    "ConflictException": ConflictError,
    "ExpiredToken": AuthenticationError,
    "ExpiredTokenException": AuthenticationError,
    "IncompleteSignature": AuthenticationError,
    "IncompleteSignatureException": AuthenticationError,
    "InternalFailure": ServerError,
    "InternalServerError": ServerError,
    "InternalServerException": ServerError,
    "InvalidClientTokenId": AuthenticationError,
    "InvalidSignatureException": AuthenticationError,
    "MissingAuthenticationToken": AuthenticationError,
    "MissingAuthenticationTokenException": AuthenticationError,
    "ModelErrorException": ServerError,
    "ModelNotReadyException": OverloadedError,
    "ModelStreamErrorException": ServerError,
    "ModelTimeoutException": ServerError,
    "NotAuthorized": PermissionDeniedError,
    "OptInRequired": PermissionDeniedError,
    "RequestExpired": AuthenticationError,
    "ResourceNotFoundException": NotFoundError,
    "ServiceQuotaExceededException": QuotaExceededError,
    "ServiceUnavailable": OverloadedError,
    "ServiceUnavailableException": OverloadedError,
    "SignatureDoesNotMatch": AuthenticationError,
    "ThrottlingException": RateLimitError,
    "TooManyRequestsException": RateLimitError,
    "UnrecognizedClientException": AuthenticationError,
    "ValidationError": BadRequestError,
    "ValidationException": BadRequestError,
}

# 424: the model has failed, which is nothing that the request could do better.
_BY_STATUS: Final[Mapping[int, type[APIError]]] = {424: ServerError}

_NO_HEADERS: Final = Headers()

# The wire has one name for all that is wrong with a request; that it is too long is something
# that a program can help, and the words are all that tells it.
_TOO_LONG: Final = (
    "input is too long",
    "prompt is too long",
    "too many input tokens",
    "too many tokens",
    "maximum context length",
    "exceed context limit",
)


def error(response: HttpResponse) -> APIError:
    """The error in *response*, whose status says that it is one."""
    return _told(_object(response.body), response, response.status)


def error_in(data: Mapping[str, object], response: HttpResponse) -> APIError | None:
    """The error that *data* holds although its status says 200, or None."""
    inner = data.get("Output")
    told = inner if isinstance(inner, dict) else data
    if _name(told, response) is None and not _message(told):
        return None
    return _told(told, response, 500)


def exception(name: str, payload: bytes) -> APIError:
    """The error that a frame of a stream tells: its name begins with a small letter there."""
    name = name[:1].upper() + name[1:]
    data = _object(payload)
    status = data.get("originalStatusCode")
    chosen = _chosen(name, _message(data), 500)
    if name == "ModelStreamErrorException" and status == 429:
        chosen = RateLimitError
    return api_error(
        HttpResponse(200, _NO_HEADERS, payload),
        _message(data) or name,
        code=name or None,
        chosen=chosen or ServerError,
    )


def _told(data: Mapping[str, object], response: HttpResponse, status: int) -> APIError:
    name, message = _name(data, response), _message(data)
    if not message:
        message = response.body.decode("utf-8", "replace").strip()[:2000]
    chosen = _chosen(name, message, status) or error_class(status)
    return api_error(response, message, code=name, chosen=chosen)


def _object(body: bytes) -> Mapping[str, object]:
    try:
        data = loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _name(data: Mapping[str, object], response: HttpResponse) -> str | None:
    """The error's name: in a header, else in the body; a namespace or an address around it."""
    for told in (response.headers.get("x-amzn-errortype"), data.get("__type"), data.get("code")):
        if isinstance(told, str) and told:
            return told.partition(":")[0].rpartition("#")[2] or None
    return None


def _message(data: Mapping[str, object]) -> str:
    for key in ("message", "Message", "errorMessage"):
        told = data.get(key)
        if isinstance(told, str) and told:
            return told
    return ""


def _chosen(name: str | None, message: str, status: int) -> type[APIError] | None:
    found = _BY_NAME.get(name or "") or _BY_STATUS.get(status)
    bad = found is BadRequestError or (found is None and status == 400)
    if bad and any(phrase in message.lower() for phrase in _TOO_LONG):
        return ContextLengthError
    return found

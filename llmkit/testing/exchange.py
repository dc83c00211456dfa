"""One exchange as a line of JSON, without its keys."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Final, cast

from attrs import evolve, field, frozen

from .._http import Headers, HttpRequest
from .._json import JsonValue, dumps, loads
from .._redaction import REDACTED, Mask, quiet_url, secrets_of
from ..errors import (
    RequestNotSentError,
    ResponseLostError,
    TimeoutError,
    TimeoutLimit,
    TransportError,
)

_HARMLESS: Final = ("accept", "content-type", "user-agent")
"""The request's headers that are written down; of the others, that they were there."""


class Secrets(Mask):
    """The keys that a request holds, to be taken out of what is written down."""

    @classmethod
    def of(cls, request: HttpRequest) -> Secrets:
        """Those in the headers and in the address of *request*."""
        return cls(secrets_of(request.headers, request.url))

    def pieces(self, pieces: Sequence[bytes]) -> tuple[bytes, ...]:
        """*pieces* without them; as one where one of them was cut."""
        masked = tuple(map(self.data, pieces))
        whole = b"".join(masked)
        return masked if self.data(whole) == whole else (self.data(whole),)

    def headers(self, headers: Headers) -> Headers:
        """An answer's headers without them, and without cookies."""
        return Headers(
            {
                name: REDACTED if "cookie" in name else self.text(value)
                for name, value in headers.items()
            }
        )

    def request(self, request: HttpRequest) -> HttpRequest:
        """*request* without them."""
        shown = {
            name: value if name.lower() in _HARMLESS else REDACTED
            for name, value in request.headers.items()
        }
        return HttpRequest(
            request.method, self.text(quiet_url(request.url)), shown, self.data(request.body)
        )


@frozen
class Exchange:
    """A request and what came of it.

    Args:
        request: the request.
        status: the answer's status, or None where none came.
        headers: the answer's headers.
        pieces: what a stream gave, read by read; None where the answer came whole.
        body: the whole answer.
        error: what it failed with, instead of an answer or after the pieces.
        ended: whether the stream was read to its end.
    """

    request: HttpRequest
    status: int | None = None
    headers: Headers = field(factory=Headers)
    pieces: tuple[bytes, ...] | None = None
    body: bytes = field(default=b"", kw_only=True)
    error: TransportError | None = field(default=None, kw_only=True)
    ended: bool = field(default=True, kw_only=True)

    def to_line(self) -> bytes:
        """The exchange as JSON, its keys taken out."""
        secrets = Secrets.of(self.request)
        request = secrets.request(self.request)
        line: dict[str, JsonValue] = {
            "request": {
                "method": request.method,
                "url": request.url,
                "headers": dict(request.headers),
                "body": _said(request.body),
            }
        }
        if self.status is not None:
            answer: dict[str, JsonValue] = {
                "status": self.status,
                "headers": dict(secrets.headers(self.headers)),
            }
            if self.pieces is None:
                answer["body"] = _said(secrets.data(self.body))
            else:
                answer["pieces"] = [_said(piece) for piece in secrets.pieces(self.pieces)]
                answer["ended"] = self.ended
            line["response"] = answer
        if self.error is not None:
            line["error"] = _error_said(self.error, secrets)
        return dumps(line)


def exchange_of(line: bytes, where: str) -> Exchange:
    """The exchange that *line* holds.

    Raises:
        ValueError: it holds none; the error says *where*.
    """
    try:
        data = cast("Mapping[str, Mapping[str, object]]", loads(line))
        request = data["request"]
        exchange = Exchange(
            HttpRequest(
                str(request["method"]),
                str(request["url"]),
                cast("Mapping[str, str]", request["headers"]),
                _heard(request["body"]),
            ),
            error=_error_heard(data["error"]) if "error" in data else None,
        )
        answer = data.get("response")
        if answer is None:
            return exchange
        exchange = evolve(
            exchange,
            status=cast("int", answer["status"]),
            headers=Headers(cast("Mapping[str, str]", answer["headers"])),
        )
        if "pieces" not in answer:
            return evolve(exchange, body=_heard(answer["body"]))
        pieces = tuple(map(_heard, cast("Sequence[object]", answer["pieces"])))
        return evolve(exchange, pieces=pieces, ended=bool(answer["ended"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{where}: this is not a recorded exchange") from None


def same_request(one: HttpRequest, other: HttpRequest) -> bool:
    """Whether two requests ask for the same."""
    return (
        one.method == other.method
        and one.url == other.url
        and _value(one.body) == _value(other.body)
    )


def _value(body: bytes) -> object:
    try:
        return loads(body)
    except ValueError:
        return body


def _said(data: bytes) -> JsonValue:
    """Bytes as text where they are that; a piece may end within a character."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _heard(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return base64.b64decode(cast("Mapping[str, str]", value)["base64"])


def _error_said(error: TransportError, secrets: Secrets) -> JsonValue:
    said: dict[str, JsonValue] = {
        "type": type(error).__name__,
        "message": secrets.text(error.message),
    }
    if isinstance(error, TimeoutError):
        said.update(limit=error.limit, seconds=error.seconds)
    return said


def _error_heard(data: Mapping[str, object]) -> TransportError:
    message = str(data["message"])
    if data["type"] == "TimeoutError":
        return TimeoutError(
            message,
            limit=cast("TimeoutLimit", data["limit"]),
            seconds=cast("float | None", data["seconds"]),
        )
    kinds = {"RequestNotSentError": RequestNotSentError, "ResponseLostError": ResponseLostError}
    return kinds.get(str(data["type"]), TransportError)(message)

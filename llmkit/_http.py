"""The bytes boundary: what an adapter hands to a transport, and what comes back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, Protocol

from attrs import Attribute, field

from ._frozen import frozen
from ._redaction import quiet_url
from .errors import InvalidRequestError, shown

Limit = Literal["read", "idle", "end"]
"""Which limit a wait for bytes stands under: one of the timeout's, or, once an answer is whole,
the moment in which the rest of its body may still come."""

_MOMENT = 0.05


class Headers(Mapping[str, str]):
    """HTTP headers: names in any case, in the order received, repeats joined by a comma."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, str] = {}
        items = pairs.items() if isinstance(pairs, Mapping) else pairs
        for name, value in items:
            key = name.lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def first(self, names: Iterable[str]) -> str | None:
        """The value under the first of *names*, in lower case, that there is; else None."""
        values = self._values
        for name in names:
            if name in values:
                return values[name]
        return None

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


NO_HEADERS: Final = Headers()
"""None at all."""


@frozen(repr=False)
class HttpRequest:
    """One request, ready to send. Its repr shows no header values: one of them is the key."""

    method: str
    # What shows values field by field, as rich does, goes by these.
    url: str = field(repr=quiet_url)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {quiet_url(self.url)}, {len(self.body)} bytes)"


@frozen
class HttpResponse:
    """One whole answer."""

    status: int
    headers: Headers
    body: bytes = b""


def _limit(_: object, attribute: Attribute[float], value: object) -> None:
    name = attribute.name
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestError(
            f"must be a number of seconds or None, not {shown(value)}", field=name
        )
    if not 0 < value <= sys.float_info.max:
        raise InvalidRequestError(f"must be above 0 and finite, not {shown(value)}", field=name)


@frozen
class Timeout:
    """Limits in seconds, the same in both colours; None means no limit.

    Args:
        connect: to make a connection, name look-up and TLS included.
        read: the longest silence before an answer begins or goes on.
        idle: the longest silence between the chunks of a stream.
        total: the whole call: retries, the waits between them, and reading a stream included.
    """

    connect: float | None = field(default=10.0, validator=_limit)
    read: float | None = field(default=600.0, validator=_limit)
    idle: float | None = field(default=60.0, validator=_limit)
    total: float | None = field(default=None, validator=_limit)

    def silence(self, limit: Limit) -> float | None:
        """How many seconds a wait under *limit* may last, or None for any number."""
        if limit == "end":
            return _MOMENT
        return self.read if limit == "read" else self.idle

    @classmethod
    def of(cls, value: float | Timeout) -> Timeout:
        """*value* itself, or, of a plain number, a `Timeout` with that `total`."""
        return value if isinstance(value, Timeout) else cls(total=value)


class ByteStream(Protocol):
    """An answer whose body is read as it comes."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The answer's headers."""

    def read(self, limit: Limit) -> bytes:
        """The next bytes, as soon as there are any; empty at the end of the body.

        Args:
            limit: which of the timeout's limits this wait stands under.

        Raises:
            ResponseLostError: the connection broke before the body's end.
            TimeoutError: nothing came within the limit, or the call's deadline passed.
        """

    def close(self) -> None:
        """Give the connection back. May be called more than once."""


class AsyncByteStream(Protocol):
    """`ByteStream`, awaited."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The answer's headers."""

    async def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""

    async def aclose(self) -> None:
        """As `ByteStream.close`."""


class Transport(Protocol):
    """Sends bytes and brings bytes back; knows nothing of models.

    `deadline` is a moment of `time.monotonic()` by which the call must be over, or None.
    A transport raises `RequestNotSentError`, `ResponseLostError` or `TimeoutError`, and
    nothing of its HTTP library's own.
    """

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """Send *request*; return the whole answer, whatever its status."""

    def stream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> ByteStream:
        """Send *request*; return when the head of the answer is there."""

    def close(self) -> None:
        """Close every connection. May be called more than once."""


class AsyncTransport(Protocol):
    """`Transport`, awaited."""

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """As `Transport.send`."""

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AsyncByteStream:
        """As `Transport.stream`."""

    async def aclose(self) -> None:
        """As `Transport.close`."""

"""An answer as HTTP/1.1 frames it (RFC 9112): bytes in, head and body out.

Read by hand: http.client takes a head for an e-mail, 35 µs a call, and urllib3 a body one HTTP
chunk at a time, 3 of the 3.6 µs of an event that comes in a chunk of its own.
"""

from __future__ import annotations

import re
import socket
from typing import Protocol

from .._bounds import Bounds
from .._frozen import frozen
from .._http import Headers
from .exchange import HEAD
from .outgoing import lower_token

READ_SIZE = 64 * 1024
"""The most bytes that one read of a socket takes."""

_LONGEST_LINE = 64 * 1024
_STATUS_LINE = re.compile(r"HTTP/1\.([0-9]) +([1-9][0-9]{2})(?: .*)?")
# The size of a chunk, with the line's end that closes the one before it; RFC 9112 §7.1.
_CHUNK_SIZE = re.compile(rb"\r\n([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")


class BrokenAnswerError(Exception):
    """What came is no HTTP/1.1, or not all of it came."""


@frozen(repr=False)
class Head:
    """The head of an answer.

    Args:
        status: the HTTP status.
        headers: the headers.
        body: how the body is framed.
        last: whether the connection ends with this answer.
    """

    status: int
    headers: Headers
    body: Body
    last: bool

    @property
    def interim(self) -> bool:
        """Whether it only says that the answer will come (RFC 9110 §15.2)."""
        return self.status < 200 and self.status != 101

    @classmethod
    def of(cls, data: bytes, method: str, bounds: Bounds) -> Head:
        """The head that *data* is, from its first byte to the empty line.

        Args:
            data: all of it.
            method: that of the request.
            bounds: how many headers it may have.

        Raises:
            BrokenAnswerError: it is none.
            BoundsError: it has more headers.
        """
        text = data.decode("latin-1").replace("\r\n", "\n")
        if "\r" in text or "\0" in text:
            raise BrokenAnswerError("malformed line in the head")
        first, *lines = text.split("\n")
        found = _STATUS_LINE.fullmatch(first)
        if found is None:
            raise BrokenAnswerError("the answer is not HTTP/1.1")
        if len(lines) - 2 > bounds.headers:
            raise bounds.beyond("headers", HEAD)
        fields = _fields(lines[:-2])
        status = int(found[2])
        empty = method == "HEAD" or status < 200 or status in (204, 304)
        body = Sized(0) if empty else _framing(fields)
        wish = fields.get("connection", "").lower()
        last = "close" in wish or (found[1] == "0" and "keep-alive" not in wish)
        return cls(status, Headers(fields), body, last or status == 101 or type(body) is Unsized)


def receive_head(sock: socket.socket, method: str, bounds: Bounds) -> tuple[Head, bytes]:
    """The head of the answer that comes over *sock*, and what came with it of the body.

    Args:
        sock: where from.
        method: that of the request.
        bounds: how much the head may hold, with the heads of interim answers before it.

    Raises:
        BrokenAnswerError: what comes is none.
        BoundsError: it is too large.
        OSError: the socket's own.
    """
    data, left = b"", bounds.head_bytes
    while True:
        end = _head_end(data)
        if (end or len(data)) > left:
            raise bounds.beyond("head_bytes", HEAD)
        if end:
            head, data = Head.of(data[:end], method, bounds), data[end:]
            if not head.interim:
                return head, data
            left -= end
            continue
        more = sock.recv(READ_SIZE)
        if not more:
            raise BrokenAnswerError("the connection was closed before the head's end")
        data += more


def _head_end(data: bytes) -> int:
    """How many bytes of *data* are a head, or 0 while it is not whole."""
    if not data.startswith(b"HTTP/"[: len(data)]):
        raise BrokenAnswerError("the answer is not HTTP/1.1")
    # A line may end in a bare LF (RFC 9112 §2.2).
    end = data.find(b"\n\r\n")
    bare = data.find(b"\n\n", 0, end + 1 if end >= 0 else len(data))
    return bare + 2 if bare >= 0 else end + 3 if end >= 0 else 0


def _fields(lines: list[str]) -> dict[str, str]:
    """The headers by their names in lower case; repeats are joined by a comma."""
    fields: dict[str, str] = {}
    name: str | None = None
    for line in lines:
        written, colon, value = line.partition(":")
        known = lower_token(written) if colon else None
        value = value.strip(" \t")
        if known is not None:
            name = known
            fields[name] = f"{fields[name]}, {value}" if name in fields else value
        elif name is not None and line.startswith((" ", "\t")):
            fields[name] += " " + line.strip(" \t")  # a folded line, RFC 9112 §5.2
        else:
            raise BrokenAnswerError("malformed line in the head")
    return fields


class Body(Protocol):
    """The body of an answer, as it is framed.

    Attributes:
        over: whether it is whole.
        surplus: whether more came than that.
        broken: why nothing more of it can be told: what comes does not keep to the framing.
    """

    over: bool
    surplus: bool
    broken: BrokenAnswerError | None

    def take(self, data: bytes) -> bytes:
        """What of *data*, the next bytes of the connection, is the body's own."""

    def cut(self) -> None:
        """The connection has ended.

        Raises:
            BrokenAnswerError: and with that the body, which was not whole.
        """


class Sized:
    """A body whose length the head tells."""

    broken: BrokenAnswerError | None = None

    def __init__(self, length: int) -> None:
        self._left = length
        self.over = length == 0
        self.surplus = False

    def take(self, data: bytes) -> bytes:
        """As `Body.take`."""
        left = self._left - len(data)
        self._left = max(left, 0)
        self.over = left <= 0
        if left >= 0:
            return data
        self.surplus = True
        return data[:left]

    def cut(self) -> None:
        """As `Body.cut`."""
        raise BrokenAnswerError(f"the body was cut {self._left} bytes before its end")


class Unsized:
    """A body that ends with its connection."""

    broken: BrokenAnswerError | None = None

    def __init__(self) -> None:
        self.over = False
        self.surplus = False

    def take(self, data: bytes) -> bytes:
        """As `Body.take`."""
        return data

    def cut(self) -> None:
        """As `Body.cut`; this is its end."""
        self.over = True


class Chunked:
    """A body in chunks. All that a read brought are taken out at once."""

    def __init__(self) -> None:
        self._left = 0
        self._rest = b"\r\n"  # as if a chunk had ended: so each size line ends the one before
        self._trailers = False
        self.broken: BrokenAnswerError | None = None
        self.over = False
        self.surplus = False

    def take(self, data: bytes) -> bytes:
        """As `Body.take`."""
        if self._left > len(data):
            self._left -= len(data)
            return data
        pieces = [data[: self._left]] if self._left else []
        data, at = self._rest + data, self._left
        self._left, self._rest = 0, b""
        size_line = _CHUNK_SIZE.match
        while not self._trailers and (found := size_line(data, at)):
            size, at = int(found[1], 16), found.end()
            if not size:
                self._trailers = True
                at -= 2  # an empty line ends the trailers, and may be the first
                break
            pieces.append(data[at : at + size])
            at += size
            if at > len(data):
                self._left = at - len(data)
                return b"".join(pieces)
        self._rest = data[at:]
        self._look()
        return b"".join(pieces)

    def cut(self) -> None:
        """As `Body.cut`."""
        raise BrokenAnswerError("the body was cut between or within its chunks")

    def _look(self) -> None:
        """Judge what is left between two chunks, or after the last."""
        rest = self._rest
        if self._trailers:
            end = rest.find(b"\r\n\r\n")
            self.over = end >= 0
            self.surplus = self.over and end + 4 < len(rest)
        elif not b"\r\n".startswith(rest[:2]) or rest.find(b"\n", 2) >= 0:
            self.broken = BrokenAnswerError("a chunk of the body has no size")
        if not self.over and len(rest) > _LONGEST_LINE:
            self.broken = BrokenAnswerError("a line between the chunks of the body is too long")


def _framing(fields: dict[str, str]) -> Body:
    """How the body is framed; RFC 9112 §6.3."""
    coding = fields.get("transfer-encoding")
    if coding is not None:
        if {each.strip(" \t") for each in coding.lower().split(",")} != {"chunked"}:
            raise BrokenAnswerError("the body has an unknown transfer-encoding")
        return Chunked()
    text = fields.get("content-length")
    if text is None:
        return Unsized()
    # A list of the same number is that number, said twice on the way.
    length, *others = {each.strip(" \t") for each in text.split(",")}
    if others or not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BrokenAnswerError("the content-length is no length")
    return Sized(int(length))

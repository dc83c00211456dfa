"""aiohttp's protocol, with the heads of answers bounded, and breaks told where they are.

aiohttp bounds each line of a head, and from 3.13 on their number; not the head as a whole, and
what goes beyond is to it a broken answer, which might be asked for again. Where an answer breaks
off being HTTP, it drops what came in the same read before the break, and never tells the reader of
the body.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp import EMPTY_PAYLOAD, ClientConnectionError
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from .._bounds import Bounds
from ..errors import BoundsError
from .async_stream import LateError, Patience
from .exchange import HEAD

if TYPE_CHECKING:
    from aiohttp import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

LONGEST_LINE: Final = 64 * 1024
"""As http.client; aiohttp's 8190 is short for some providers' headers."""

_HEAD_END: Final = re.compile(rb"\n\r?\n")
_PARAMS: Final[dict[str, Any]] = {
    "read_until_eof": True,
    "auto_decompress": False,
    "max_line_size": LONGEST_LINE,
    "max_field_size": LONGEST_LINE,
}
_AROUND_HEADERS: Final = 2
"""Lines of a head that are no headers: the status, and the empty one."""


class BoundedProtocol(ResponseHandler):
    """One connection.

    Attributes:
        way: where it leads, while its connector has it.
        idle_since: when its last answer was whole, in `time.monotonic()`.
        patience: what ends the wait for a head.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, bounds: Bounds) -> None:
        super().__init__(loop)
        self._bounds = bounds
        self.way: ClientRequest | None = None
        self.idle_since = 0.0
        self.patience: Patience | None = None
        self._params: dict[str, Any] = {}
        self._awaits_head = False
        self._interim = False  # whether a head of the last read was no more than that
        self._nul = False  # whether a NUL has come with the head
        self._head_bytes = 0
        self._head_lines = 0
        self._before = b""  # the last bytes of the head so far: half of its end
        self._earlier = bytearray()  # what came of the heads in earlier reads
        self._latest = b""  # and in this one

    def set_response_params(self, **options: Any) -> None:
        """A request goes out, and a head is to come."""
        self._params = options
        self._awaits_head = True
        self._interim = self._nul = False
        self._head_bytes = self._head_lines = 0
        self._before = b""
        if self._earlier:
            self._earlier = bytearray()
        super().set_response_params(**options)

    def send(self, request: bytes, *, bodiless: bool) -> None:
        """Send a whole request.

        Args:
            request: its bytes.
            bodiless: whether the answer will have no body, as that to a HEAD.

        Raises:
            ClientConnectionError: the connection is closed.
        """
        if self.transport is None:
            raise ClientConnectionError("the connection is closed")
        # The parser is made anew each time: half an answer that came too many may be in the old.
        self.set_response_params(skip_payload=bodiless, **_PARAMS)
        self.transport.write(request)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """A head is there."""
        message = data[0]
        code = message.code
        self._awaits_head = self._interim = 100 <= code < 200 and code != 101
        if self._nul and any(b"\0" in value for _, value in message.raw_headers):
            self._break_off("malformed line in the head")  # up to 3.12, aiohttp takes it
            return
        if "Transfer-Encoding" in message.headers and data[1] is not EMPTY_PAYLOAD:
            codings = ",".join(message.headers.getall("Transfer-Encoding")).lower().split(",")
            if {each.strip(" \t") for each in codings} != {"chunked"}:
                # aiohttp reads what it does not know as if it were plain.
                self._break_off("the body has an unknown transfer-encoding")
                return
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """The next bytes."""
        if self._awaits_head:
            self._head_received(data)
        elif data and (self._payload is None or self._payload.is_eof()):
            # Nobody has asked: it must not become the answer of the next request.
            if self.transport is not None:
                self.transport.close()
        else:
            super().data_received(data)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """The connection has failed, and with it what was to come over it."""
        if self._latest and isinstance(exc, HttpProcessingError):
            latest, self._latest = self._latest, b""
            if self._read_again(bytes(self._earlier) + latest):
                return
        super().set_exception(exc, *cause)
        body = self._payload
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(exc, *cause)

    def _break_off(self, why: str) -> None:
        """The head cannot be understood."""
        self._latest = b""
        self.set_exception(HttpProcessingError(message=why))

    def _head_received(self, data: bytes) -> None:
        if self.patience is not None:
            self.patience.renew()
        self._nul = self._nul or b"\0" in data
        received = self._head_bytes + len(data)
        beyond = self._beyond(data)
        if beyond is None:
            self._interim, self._latest = False, data
            super().data_received(data)
            self._latest = b""
            if not self._awaits_head or self._exception is not None:
                return
            self._earlier += data
            if self._interim:
                # All of it was heads, and only the first was counted.
                self._head_bytes = received
                begun = _HEAD_END.split(self._earlier[-len(data) - len(b"\n\r") :])[-1]
                self._head_lines = begun.count(b"\n")
                if received > self._bounds.head_bytes:
                    beyond = self._bounds.beyond("head_bytes", HEAD)
        if beyond is not None:
            if self.transport is not None:
                self.transport.close()
            self.set_exception(beyond)

    def _read_again(self, data: bytes) -> bool:
        """Read *data*, in which the answer breaks, head by head; whether it got to a body."""
        super().set_response_params(**self._params)
        at = 0
        while self._awaits_head and (end := _HEAD_END.search(data, at)):
            super().data_received(data[at : end.end()])
            if self._exception is not None:
                return True
            at = end.end()
        if self._awaits_head:
            return False
        super().data_received(data[at:])
        return True

    def give_up(self) -> None:
        """Wait no longer for the head."""
        self.set_exception(LateError())

    def _beyond(self, data: bytes) -> BoundsError | None:
        bounds = self._bounds
        size, lines = self._head_bytes + len(data), self._head_lines + data.count(b"\n")
        if size > bounds.head_bytes or lines > bounds.headers:
            # Seldom. The body, or some of it, may be in *data* as well.
            end = _HEAD_END.search(self._before + data)
            if end is not None:
                size = self._head_bytes + end.end() - len(self._before)
                lines = self._head_lines + data.count(b"\n", 0, end.end() - len(self._before))
            if size > bounds.head_bytes:
                return bounds.beyond("head_bytes", HEAD)
            if lines - _AROUND_HEADERS * (end is not None) > bounds.headers + (end is None):
                return bounds.beyond("headers", HEAD)
        self._head_bytes, self._head_lines, self._before = size, lines, data[-2:]
        return None


def count_silence(connection: Connection | None, seconds: float | None) -> None:
    """Let aiohttp fail the connection after so many seconds without a byte, or never.

    Its limit goes on while nobody reads, so it is for the head alone: a caller may take its
    time between two reads.
    """
    protocol = None if connection is None else connection.protocol
    if protocol is not None:
        protocol.read_timeout = seconds
        protocol.start_timeout()

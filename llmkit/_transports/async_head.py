"""aiohttp's protocol, with the heads of answers bounded.

aiohttp bounds each line of a head, and from 3.13 on their number; not the head as a whole, and
what goes beyond is to it a broken answer, which might be asked for again.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp.client_proto import ResponseHandler

from .._bounds import Bounds
from ..errors import BoundsError
from .async_stream import LateError, Patience
from .exchange import HEAD

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

_HEAD_END: Final = re.compile(rb"\n\r?\n")
_AROUND_HEADERS: Final = 2
"""Lines of a head that are no headers: the status, and the empty one."""


class BoundedProtocol(ResponseHandler):
    """One connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bounds: Bounds) -> None:
        super().__init__(loop)
        self._bounds = bounds
        self.patience: Patience | None = None
        self._awaits_head = False
        self._head_bytes = 0
        self._head_lines = 0
        self._before = b""  # the last bytes of the head so far: half of its end

    def set_response_params(self, **options: Any) -> None:
        """A request goes out, and a head is to come."""
        self._awaits_head = True
        self._head_bytes = self._head_lines = 0
        self._before = b""
        super().set_response_params(**options)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """A head is there."""
        code = data[0].code
        self._awaits_head = 100 <= code < 200 and code != 101
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """The next bytes."""
        if self._awaits_head:
            if self.patience is not None:
                self.patience.renew()
            beyond = self._beyond(data)
            if beyond is not None:
                if self.transport is not None:
                    self.transport.close()
                self.set_exception(beyond)
                return
        elif data and (self._payload is None or self._payload.is_eof()):
            # Nobody has asked: it must not become the answer of the next request.
            if self.transport is not None:
                self.transport.close()
            return
        super().data_received(data)

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

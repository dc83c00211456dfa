"""urllib3's connections and pools, bounded in time and safe to share.

urllib3 hands a connection one number, a timeout, and counts it anew for each step: for every
address of a name, every read of a TLS handshake. A name's look-up is not bounded at all, and
the request's body must be out within the connect timeout. Here a connection knows the call
that it carries, and its limits.
"""

from __future__ import annotations

import http.client
import ipaddress
import math
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from typing import cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

from .._http import Timeout
from .exchange import KEEPALIVE_SECONDS, ConnectTimeoutError, Exchange, NotConnectedError
from .failures import is_timeout
from .watchdog import Line

_Address = tuple[
    socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
]
_HEAD_LINE_STARTS = (b"HTTP/", b"\r\n", b"\n", b" ", b"\t")
_SMALL_BODY = 64 * 1024
_current = threading.local()


class Call(Exchange):
    """A call as the connection that carries it sees it.

    Attributes:
        line: its socket, for others to cut.
        sock: the same, for its limit to be changed.
    """

    def __init__(self, place: str, timeout: Timeout, deadline: float | None) -> None:
        super().__init__(place, timeout, deadline)
        self.until = math.inf if deadline is None else deadline
        self.line = Line()
        self.sock: socket.socket | None = None

    def limit_silence(self, seconds: float | None) -> None:
        """Bound the next waits for bytes."""
        if self.sock is not None and self.sock.gettimeout() != seconds:
            self.sock.settimeout(seconds)


@contextmanager
def carrying(call: Call) -> Iterator[None]:
    """Within it, the connections that this thread uses carry *call*."""
    _current.call = call
    try:
        yield
    finally:
        _current.call = None


class _Head:
    """The file that a head is read from, which does not take the connection's end for its own.

    http.client does: an answer that is cut within its head would be whole, with an empty body.
    """

    def __init__(self, file: BufferedReader) -> None:
        self.file = file
        self.close = file.close

    def readline(self, limit: int) -> bytes:
        line = self.file.readline(limit)
        if not line:
            raise http.client.RemoteDisconnected("the connection was closed before the head's end")
        if not line.startswith(_HEAD_LINE_STARTS) and b":" not in line:
            # urllib3 would log it, together with the URL, whose query may hold a key.
            raise http.client.HTTPException("malformed line in the head")
        return line


class WholeResponse(http.client.HTTPResponse):
    """An answer whose head must be whole."""

    def begin(self) -> None:
        """Read the head."""
        file, head = self.fp, _Head(self.fp)
        self.fp = cast("BufferedReader", head)
        try:
            super().begin()
        finally:
            # Whatever broke it off, a Ctrl-C too, closes the real file; where the answer has no
            # body, http.client has closed it, and has none.
            if cast("object", self.fp) is head:
                self.fp = file

    def _read_status(self) -> tuple[str, int, str]:
        # http.client passes over 100 alone, and would take 103 (early hints) for the answer.
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not in typeshed
        interim = 100 <= status < 200 and status != http.client.SWITCHING_PROTOCOLS
        return version, http.client.CONTINUE if interim else status, reason


class TimedConnection(HTTPConnection):
    """A connection whose every step stands under the limits of its call."""

    response_class = WholeResponse
    _carried: Call | None = None
    _connect_by = math.inf
    _handle: socket.socket | None = None
    _head: bytes | None = None
    _holds_head = False
    idle_since = 0.0

    def connect(self) -> None:
        """Make the connection.

        Raises:
            NotConnectedError: there is none.
        """
        call: Call = _current.call
        limit = call.timeout.connect
        own = math.inf if limit is None else time.monotonic() + limit
        self._connect_by = min(own, call.until)
        error: Exception | None = None
        try:
            super().connect()
        except Exception as caught:
            error = caught
        finally:
            call.line.drop()
            if self._handle is not None:
                self._handle.close()
                self._handle = None
        if call.line.severed == "deadline" or (error is not None and is_timeout(error)):
            raise ConnectTimeoutError("connect" if own < call.until else "total") from error
        if error is not None:
            raise NotConnectedError from error

    def _new_conn(self) -> socket.socket:
        addresses = _look_up(self._dns_host, self.port, self._connect_by)
        return _reach(addresses, self._connect_by)

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        """Begin the request: from here on the provider may see it."""
        call: Call = _current.call
        if self.sock is None:
            self.connect()
        self._carried, call.sock = call, self.sock
        # `sendall` counts the limit for the body as a whole, not for each piece of it.
        self.sock.settimeout(call.timeout.read)
        call.line.hold(self.sock, call.until)
        self._head = None
        super().putrequest(method, url, skip_host, skip_accept_encoding)

    def endheaders(self, message_body: object = None, *, encode_chunked: bool = False) -> None:
        """Hold the head back, to go out with the body: one system call less, 3 % of a call."""
        self._holds_head = True
        try:
            super().endheaders(message_body, encode_chunked=encode_chunked)  # type: ignore[arg-type]  # as it comes
        finally:
            self._holds_head = False

    def send(self, data: object) -> None:
        """Send *data*, and before it the head that was held back."""
        if self._holds_head and isinstance(data, bytes):
            self._head = data
            return
        head, self._head = self._head, None
        if head is not None and isinstance(data, bytes) and len(data) <= _SMALL_BODY:
            data, head = head + data, None
        if head is not None:
            super().send(head)
        super().send(data)  # type: ignore[arg-type]  # as it comes

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        """Read the head of the answer."""
        call: Call = _current.call
        if self._head is not None:
            self.send(b"")
        self.timeout = call.timeout.read
        return super().getresponse()

    @property
    def is_connected(self) -> bool:
        """Whether the pooled connection can be used again."""
        return time.monotonic() - self.idle_since < KEEPALIVE_SECONDS and super().is_connected

    def rest(self) -> None:
        """Become idle: the call that was carried is not to cut what comes next."""
        if self._carried is not None:
            self._carried.line.drop()
            self._carried.sock = None
            self._carried = None
        self.idle_since = time.monotonic()


class TimedTLSConnection(TimedConnection, HTTPSConnection):
    """`TimedConnection` over TLS, through a proxy's tunnel too."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        if self._connect_by < math.inf:
            # wrap_socket() takes the descriptor from `sock` before it shakes hands, so ending
            # a handshake that drips needs a second handle on the connection.
            call: Call = _current.call
            self._handle = sock.dup()
            call.line.hold(self._handle, self._connect_by)
        return sock


class IdleConnections(queue.LifoQueue[TimedConnection | None]):
    """A pool's idle connections, the latest on top.

    Without a size, so that a connection given back is never one too many, which urllib3 would
    close and log. Without a lock, which a fork could leave locked for ever.
    """

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__()
        self._idle: deque[TimedConnection] = deque()

    def put(
        self, item: TimedConnection | None, block: bool = True, timeout: float | None = None
    ) -> None:
        """Keep a connection; None is urllib3's sign for a place, and not needed."""
        if item is None:
            return
        item.rest()
        self._idle.append(item)
        with suppress(IndexError):
            while self._idle[0].idle_since < item.idle_since - KEEPALIVE_SECONDS:
                self._idle.popleft().close()

    def get(self, block: bool = True, timeout: float | None = None) -> TimedConnection:
        """The connection that was used last.

        Raises:
            queue.Empty: there is none, and urllib3 makes one.
        """
        try:
            return self._idle.pop()
        except IndexError:
            raise queue.Empty from None

    def qsize(self) -> int:
        """How many there are."""
        return len(self._idle)


class TimedPool(HTTPConnectionPool):
    """The connections to one http host."""

    ConnectionCls = TimedConnection
    QueueCls = IdleConnections  # type: ignore[assignment]  # its type variable is unbound


class TimedTLSPool(HTTPSConnectionPool):
    """The connections to one https host."""

    ConnectionCls = TimedTLSConnection
    QueueCls = IdleConnections  # type: ignore[assignment]  # its type variable is unbound


def _look_up(host: str, port: int | None, by: float) -> list[_Address]:
    host = host.strip("[]")
    if by == math.inf or _is_address(host):
        return _addresses(host, port)
    # getaddrinfo() cannot be interrupted: a thread that is left behind can.
    answer: queue.SimpleQueue[list[_Address] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(_addresses(host, port))
        except Exception as error:
            answer.put(error)

    threading.Thread(target=ask, name=f"llmkit-lookup-{host}", daemon=True).start()
    try:
        found = answer.get(timeout=max(by - time.monotonic(), 0.0))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found


def _addresses(host: str, port: int | None) -> list[_Address]:
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in infos]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _reach(addresses: list[_Address], by: float) -> socket.socket:
    failure: OSError = OSError("the name has no address")
    for number, (family, address) in enumerate(addresses):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            if by < math.inf:
                # A share for each, so that one that is silent leaves time for the next.
                share = (by - time.monotonic()) / (len(addresses) - number)
                sock.settimeout(max(share, 0.001))
            sock.connect(address)
            sock.settimeout(max(by - time.monotonic(), 0.001) if by < math.inf else None)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure

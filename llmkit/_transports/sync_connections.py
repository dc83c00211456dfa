"""urllib3's connections and pools, bounded in time and safe to share.

urllib3 hands a connection one number, a timeout, and counts it anew for each step: for every
address of a name, every read of a TLS handshake. A name's look-up is not bounded at all, and
the request's body must be out within the connect timeout. Here a connection knows the call
that it carries, and its limits.
"""

from __future__ import annotations

import errno
import ipaddress
import math
import queue
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from typing import cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .._bounds import BOUNDS, Bounds
from .._http import Timeout
from .exchange import KEEPALIVE_SECONDS, ConnectTimeoutError, Exchange, NotConnectedError
from .failures import is_timeout
from .sync_answer import Head, receive_head
from .watchdog import Line

_Address = tuple[
    socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
]
_SMALL_BODY = 64 * 1024
# What a send says where the server, its answer given, has closed: EPROTOTYPE is macOS's word.
_CLOSED = (errno.EPIPE, errno.ECONNRESET, getattr(errno, "EPROTOTYPE", errno.EPIPE))


class Call(Exchange):
    """A call as the connection that carries it sees it.

    Attributes:
        bounds: how much the head of its answer may hold.
        line: its socket, for others to cut.
        pool: where its connection came from.
        connection: what carries it, once there is one.
        whole: whether the answer has come to its end, and the connection may carry another.
    """

    bounds: Bounds = BOUNDS

    def __init__(self, place: str, timeout: Timeout, deadline: float | None) -> None:
        super().__init__(place, timeout, deadline)
        self.until = math.inf if deadline is None else deadline
        self.line = Line()
        self.pool: TimedPool | None = None
        self.connection: TimedConnection | None = None
        self.whole = False

    def limit_silence(self, seconds: float | None) -> None:
        """Bound the next waits for bytes."""
        sock = None if self.connection is None else self.connection.sock
        if sock is not None and sock.gettimeout() != seconds:
            sock.settimeout(seconds)

    def release(self) -> None:
        """Give the connection back, for the next call or to be closed."""
        self.line.drop()
        connection, self.connection = self.connection, None
        if connection is None:
            return
        connection.call = None
        if self.whole and self.pool is not None:
            self.pool._put_conn(connection)
        else:
            connection.close()


class TimedConnection(HTTPConnection):
    """A connection whose every step stands under the limits of its call.

    Attributes:
        call: what it carries; None while it is idle.
        idle_since: when it became idle.
    """

    call: Call | None = None
    idle_since = 0.0
    _connect_by = math.inf
    _handle: socket.socket | None = None

    def connect(self) -> None:
        """Make the connection.

        Raises:
            NotConnectedError: there is none.
        """
        call = cast("Call", self.call)
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

    def ask(self, method: str, head: bytes, body: bytes) -> tuple[Head, bytes]:
        """Send a request: from here on the provider may see it.

        In one write, and past http.client and urllib3, which make and check the head once more,
        line by line: 65 µs.

        Returns:
            the head of the answer, and what came with it of the body.
        """
        call = cast("Call", self.call)
        # `sendall` counts the limit for the body as a whole, not for each piece of it.
        call.limit_silence(call.timeout.read)
        call.line.hold(self.sock, call.until)
        try:
            if len(body) <= _SMALL_BODY:
                self.sock.sendall(head + body)
            else:
                self.sock.sendall(head)
                self.sock.sendall(body)
        except OSError as error:
            # A server may answer before it has read all, and close; its answer can be read.
            if error.errno not in _CLOSED:
                raise
        return receive_head(self.sock, method, call.bounds)

    @property
    def is_connected(self) -> bool:
        """Whether the pooled connection can be used again."""
        return time.monotonic() - self.idle_since < KEEPALIVE_SECONDS and super().is_connected


class TimedTLSConnection(TimedConnection, HTTPSConnection):
    """`TimedConnection` over TLS, through a proxy's tunnel too."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        if self._connect_by < math.inf:
            # wrap_socket() takes the descriptor from `sock` before it shakes hands, so ending
            # a handshake that drips needs a second handle on the connection.
            self._handle = sock.dup()
            cast("Call", self.call).line.hold(self._handle, self._connect_by)
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
        item.idle_since = time.monotonic()
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

    def connect(self, call: Call, tunnel: bool) -> TimedConnection:
        """A connection that carries *call*, idle until now or new.

        Args:
            call: what it is for.
            tunnel: whether it leads through a proxy that is not to read along.

        Raises:
            NotConnectedError: there is none.
        """
        connection = cast("TimedConnection", self._get_conn())
        call.pool, call.connection, connection.call = self, connection, call
        if connection.sock is None:
            if tunnel:
                self._prepare_proxy(connection)
            else:
                connection.connect()
        return connection


class TimedTLSPool(TimedPool, HTTPSConnectionPool):
    """The connections to one https host."""

    ConnectionCls = TimedTLSConnection


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

"""The blocking transport, over requests."""

from __future__ import annotations

import os
import queue
import sys
import weakref
from collections.abc import Mapping
from functools import cache, lru_cache, partial
from typing import cast

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import ProxyManager

from .._bounds import BOUNDS, Bounds
from .._http import HttpRequest, HttpResponse, Limit, Timeout
from ..errors import DecodeError, LLMKitError, TimeoutLimit, TransportError
from . import failures
from .coding import Inflater
from .environment import Environment, Proxy
from .outgoing import Route, head
from .sync_answer import READ_SIZE, Head
from .sync_connections import Call, TimedPool, TimedTLSPool


class RequestsTransport:
    """Sends requests over connections that its threads share and a fork does not.

    Args:
        max_connections: how many calls may be under way at a time; others wait for their turn.
        bounds: how much a server may send.
        environment: proxies and CA bundle; by default, those of the process's environment now.
    """

    def __init__(
        self,
        *,
        max_connections: int = 1000,
        bounds: Bounds = BOUNDS,
        environment: Environment | None = None,
    ) -> None:
        self._environment = Environment.read() if environment is None else environment
        self._max_connections = max_connections
        self.bounds = bounds
        self._route = lru_cache(maxsize=256)(partial(Route.of, environment=self._environment))
        self.closed = False
        self._begin()
        _transports.add(self)

    def _begin(self) -> None:
        self._adapter = _Adapter(self._environment)
        self._calls: set[Call] = set()
        # A SimpleQueue may be put to from a destructor, which a Semaphore may not.
        self._places: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(self._max_connections):
            self._places.put(None)

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """As `Transport.send`."""
        stream = self.stream(request, timeout, deadline)
        try:
            body = stream.read_all(self.bounds)
        finally:
            stream.close()
        return HttpResponse(stream.status, stream.headers, body)

    def stream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> RequestsStream:
        """As `Transport.stream`."""
        if self.closed:
            raise failures.closed()
        route = self._route(request.url)
        exchange = _Exchange(self, route.authority, timeout, deadline)
        prepared = _Prepared(request, route, exchange)
        exchange.begin()
        before = sys.exception()
        failure: LLMKitError | None = None
        try:
            answer, data = cast("tuple[Head, bytes]", self._adapter.send(prepared).raw)
        except Exception as error:
            failure = exchange.failure(error, "read", before)
            exchange.finish()
        except BaseException as error:
            exchange.finish()
            # Without the frames that had the key in hand: some print local variables.
            error.__traceback__ = None
            raise
        # Raised out here: the libraries' exceptions hold the request, and with it the key.
        if failure is not None:
            raise failure
        return RequestsStream(answer, data, exchange)

    def close(self) -> None:
        """As `Transport.close`. Calls under way end with `ClosedError`."""
        self.closed = True
        self._adapter.close()
        for call in self._calls.copy():
            call.line.cut("close")

    def _start_over(self) -> None:
        """In a forked child: the connections are the parent's. Closing them here only closes
        this process's handles; neither side of the parent's connection notices."""
        inherited = self._adapter
        for call in self._calls.copy():
            call.line.disown()
        self._begin()
        inherited.close()


class RequestsStream:
    """An answer whose body is read as it comes. Left alone, it gives its connection back."""

    def __init__(self, head: Head, data: bytes, exchange: _Exchange) -> None:
        self._head = head
        self._held = data
        self._exchange = exchange
        self._ended = False
        self.status = head.status
        self.headers = head.headers
        self._inflater = Inflater.for_headers(self.headers)

    def __del__(self) -> None:
        self.close()

    def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""
        exchange = self._exchange
        if self._ended:
            return b""
        before = sys.exception()
        failure: LLMKitError | None = None
        data = b""
        try:
            exchange.check()
            exchange.limit_silence(exchange.silence(limit))
            data = self._next()
            exchange.check()
        except Exception as error:
            failure = exchange.failure(error, failures.named(limit), before)
            self.close()
        except BaseException:
            self.close()
            raise
        if failure is not None:
            raise failure
        if not data or (self._inflater is None and self._head.body.over):
            self._end()
        return data

    def read_all(self, bounds: Bounds) -> bytes:
        """The whole body; of an error's, what there is of it, and no more than its bound.

        Raises:
            BoundsError: it is larger than it may be.
        """
        refused = self.status >= 400
        most = bounds.error_bytes if refused else bounds.body_bytes
        pieces, size = [], 0
        try:
            while piece := self.read("read"):
                size += len(piece)
                if size > most:
                    if not refused:
                        raise failures.too_large(self._exchange.place, bounds)
                    pieces.append(piece[: most - size])
                    break
                pieces.append(piece)
        except (DecodeError, TransportError):
            if not refused:
                raise
            # What came is enough: the status alone is an answer.
        return b"".join(pieces)

    def close(self) -> None:
        """As `ByteStream.close`."""
        self._exchange.finish()

    def _end(self) -> None:
        """The body has been read to its end."""
        self._ended = True
        # What else came is the answer to nothing that was asked.
        surplus = self._head.body.surplus or self._held
        self._exchange.whole = not (self._head.last or surplus)
        self.close()

    def _next(self) -> bytes:
        if self._inflater is None:
            return self._framed()
        while not (piece := self._inflater.piece()):
            data = self._framed()
            if not data:
                self._inflater.finish()
                return b""
            self._inflater.add(data)
        return piece

    def _framed(self) -> bytes:
        """The next bytes of the body, as they were sent; empty at its end."""
        body = self._head.body
        while not body.over:
            if body.broken is not None:  # what came before the break was handed out first
                raise body.broken
            data, self._held = self._held or self._exchange.receive(), b""
            if not data:
                body.cut()
            elif piece := body.take(data):
                return piece
        return b""


class _Exchange(Call):
    """A call as the transport sees it, with what it holds until it is over."""

    def __init__(
        self, transport: RequestsTransport, place: str, timeout: Timeout, deadline: float | None
    ) -> None:
        super().__init__(place, timeout, deadline)
        self._transport = transport
        self.bounds = transport.bounds
        self._calls = transport._calls
        self._places = transport._places

    @property
    def abandoned(self) -> bool:
        return self._transport.closed

    def begin(self) -> None:
        """Wait for the turn of this call."""
        taken = True
        try:
            self._places.get(timeout=self.left())
        except queue.Empty:
            taken = False
        if not taken:
            raise failures.timed_out(self.place, "total", self.timeout)
        self._calls.add(self)

    def check(self) -> None:
        super().check()
        if self.line.severed == "deadline":
            # A body that ends with its connection would look whole.
            raise failures.timed_out(self.place, "total", self.timeout)
        if self.line.severed == "fork":
            raise failures.lost(self.place, "its connection is the parent process's")

    def receive(self) -> bytes:
        """The next bytes of the connection, as soon as there are any; empty at its end."""
        connection = self.connection
        if connection is None:  # closed by another thread, in passing
            raise failures.lost(self.place, "its stream was closed")
        return connection.sock.recv(READ_SIZE)

    def finish(self) -> None:
        """Give back what the call held."""
        if self.finished:
            return
        try:
            self._calls.remove(self)
        except KeyError:  # another thread does it: a connection given back twice would be shared
            return
        self.finished = True
        try:
            self.release()
        finally:
            self._places.put(None)

    def failure(
        self, error: Exception, limit: TimeoutLimit, before: BaseException | None
    ) -> LLMKitError:
        overdue = self.line.severed == "deadline"
        return super().failure(error, "total" if overdue else limit, before)


class _Prepared(PreparedRequest):
    """A request as an adapter takes it, without the merging and parsing of a Session."""

    def __init__(self, request: HttpRequest, route: Route, call: Call) -> None:
        super().__init__()
        self.method = request.method
        self.url = route.url
        self.body = request.body
        self.head = head(request, route)
        self.route = route
        self.call = call


class _Adapter(HTTPAdapter):
    """requests' adapter, with pools that are looked up once and TLS that is set up once."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(pool_maxsize=1)
        self._tls_context = cache(environment.tls_context)
        self._pools: dict[tuple[str, str, int], TimedPool] = {}

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send *request* over a connection of its pool, all else being in the request.

        HTTPAdapter's own asks urllib3's pool to, with retries, timeouts and exceptions of their
        own: 35 µs. So the pool gives its connection, and no more.

        Returns:
            a bare envelope: the real one makes a cookie jar for every call. Its `raw` is the
            head of the answer, and what came with it of the body.
        """
        prepared = cast("_Prepared", request)
        route = prepared.route
        tunnel = route.proxy is not None and not route.forwarded
        connection = self._pool(route).connect(prepared.call, tunnel)
        response = Response.__new__(Response)
        response.raw = connection.ask(
            cast("str", prepared.method), prepared.head, cast("bytes", prepared.body)
        )
        return response

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they are given back."""
        for pool in self._pools.copy().values():
            pool.close()

    def _pool(self, route: Route) -> TimedPool:
        key = (route.scheme, route.host, route.port)
        pool = self._pools.get(key)
        return self._pools.setdefault(key, self._new_pool(route)) if pool is None else pool

    def _new_pool(self, route: Route) -> TimedPool:
        manager = self.poolmanager if route.proxy is None else self._proxy_manager(route.proxy)
        # To an https proxy that forwards, the pool's own connections are TLS.
        secure = route.scheme == "https" or (route.proxy and route.proxy.url.startswith("https:"))
        options = {"ssl_context": self._tls_context()} if secure else None
        manager.pool_classes_by_scheme = {"http": TimedPool, "https": TimedTLSPool}
        pool = manager.connection_from_host(
            route.host, route.port, route.scheme, pool_kwargs=options
        )
        return cast("TimedPool", pool)

    def _proxy_manager(self, proxy: Proxy) -> ProxyManager:
        manager = self.proxy_manager.get(proxy.url)
        if manager is None:
            secure = proxy.url.startswith("https:")
            manager = self.proxy_manager[proxy.url] = ProxyManager(
                proxy.url,
                proxy_headers=proxy.headers,
                proxy_ssl_context=self._tls_context() if secure else None,
                maxsize=1,
            )
        return cast("ProxyManager", manager)


_transports: weakref.WeakSet[RequestsTransport] = weakref.WeakSet()


def _start_over() -> None:
    for transport in list(_transports):
        transport._start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)

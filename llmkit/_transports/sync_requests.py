"""The blocking transport, over requests."""

from __future__ import annotations

import os
import queue
import sys
import weakref
from collections.abc import Mapping
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, cast

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import ProxyManager
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.response import BaseHTTPResponse

from .._http import Headers, HttpRequest, HttpResponse, Limit, Timeout
from ..errors import LLMKitError, TimeoutLimit
from . import failures
from .coding import Inflater
from .environment import Environment, Proxy
from .outgoing import Route, outgoing_headers
from .sync_connections import (
    Call,
    TimedPool,
    TimedTLSPool,
    carrying,
)

if TYPE_CHECKING:
    from requests.structures import CaseInsensitiveDict

_READ_SIZE = 64 * 1024


class RequestsTransport:
    """Sends requests over connections that its threads share and a fork does not.

    Args:
        max_connections: how many calls may be under way at a time; others wait for their turn.
        max_body_bytes: the largest body that `send` takes, inflated.
        environment: proxies and CA bundle; by default, those of the process's environment now.
    """

    def __init__(
        self,
        *,
        max_connections: int = 1000,
        max_body_bytes: int = 256 * 1024 * 1024,
        environment: Environment | None = None,
    ) -> None:
        self._environment = Environment.read() if environment is None else environment
        self._max_connections = max_connections
        self._max_body_bytes = max_body_bytes
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
            body = stream.read_all(self._max_body_bytes)
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
        prepared = _Prepared(request, route)
        exchange = _Exchange(self, route.authority, timeout, deadline)
        exchange.begin()
        before = sys.exception()
        failure: LLMKitError | None = None
        try:
            with carrying(exchange):
                raw = self._adapter.send(prepared, stream=True).raw
        except Exception as error:
            failure = exchange.failure(error, "read", before)
            exchange.finish()
        except BaseException:
            exchange.finish()
            raise
        # Raised out here: the libraries' exceptions hold the request, and with it the key.
        if failure is not None:
            raise failure
        return RequestsStream(raw, exchange)

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

    def __init__(self, raw: BaseHTTPResponse, exchange: _Exchange) -> None:
        self._raw = raw
        self._exchange = exchange
        self._ended = False
        self.status: int = raw.status
        self.headers = Headers(raw.headers.items())
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
        if not data:
            self._ended = True
            self.close()
        return data

    def read_all(self, most: int) -> bytes:
        """The whole body, if it has no more than *most* bytes."""
        pieces, size = [], 0
        while piece := self.read("read"):
            size += len(piece)
            if size > most:
                raise failures.too_large(self._exchange.place, most)
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """As `ByteStream.close`."""
        if not self._exchange.finished:
            self._exchange.finish()
            if not self._ended:
                self._raw.close()

    def _next(self) -> bytes:
        if self._inflater is None:
            return self._raw.read1(_READ_SIZE, decode_content=False)
        while not (piece := self._inflater.piece()):
            data = self._raw.read1(_READ_SIZE, decode_content=False)
            if not data:
                self._inflater.finish()
                return b""
            self._inflater.add(data)
        return piece


class _Exchange(Call):
    """A call as the transport sees it, with what it holds until it is over."""

    def __init__(
        self, transport: RequestsTransport, place: str, timeout: Timeout, deadline: float | None
    ) -> None:
        super().__init__(place, timeout, deadline)
        self._transport = transport
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
            # What http.client read up to the cut may look whole to it.
            raise failures.timed_out(self.place, "total", self.timeout)
        if self.line.severed == "fork":
            raise failures.lost(self.place, "its connection is the parent process's")

    def finish(self) -> None:
        """Give back what the call held."""
        if not self.finished:
            self.finished = True
            self.line.drop()
            self._calls.discard(self)
            self._places.put(None)

    def failure(
        self, error: Exception, limit: TimeoutLimit, before: BaseException | None
    ) -> LLMKitError:
        overdue = self.line.severed == "deadline"
        return super().failure(error, "total" if overdue else limit, before)


class _Prepared(PreparedRequest):
    """A request as an adapter takes it, without the merging and parsing of a Session."""

    def __init__(self, request: HttpRequest, route: Route) -> None:
        super().__init__()
        self.method = request.method
        self.url = route.url
        # A plain dict: CaseInsensitiveDict is copied header by header for each call.
        self.headers = cast("CaseInsensitiveDict[str]", outgoing_headers(request, route))
        self.body = request.body or None
        self.route = route


class _Adapter(HTTPAdapter):
    """requests' adapter, with pools that are looked up once and TLS that is set up once."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(pool_maxsize=1)
        self._tls_context = cache(environment.tls_context)
        self._pools: dict[tuple[str, str, int], HTTPConnectionPool] = {}

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPConnectionPool:
        """The pool for *request*."""
        route = cast("_Prepared", request).route
        key = (route.scheme, route.host, route.port)
        pool = self._pools.get(key)
        return self._pools.setdefault(key, self._new_pool(route)) if pool is None else pool

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Nothing: the pool's TLS context verifies, and looks for no file on every call."""

    def request_url(self, request: PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """The path and query, or for an http proxy, which forwards, the whole URL."""
        route = cast("_Prepared", request).route
        return route.url if route.forwarded else route.target

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        """A bare envelope: the real one makes a cookie jar for every call."""
        response = Response.__new__(Response)
        response.raw = resp
        return response

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they are given back."""
        for pool in self._pools.copy().values():
            pool.close()

    def _new_pool(self, route: Route) -> HTTPConnectionPool:
        manager = self.poolmanager if route.proxy is None else self._proxy_manager(route.proxy)
        # To an https proxy that forwards, the pool's own connections are TLS.
        secure = route.scheme == "https" or (route.proxy and route.proxy.url.startswith("https:"))
        options = {"ssl_context": self._tls_context()} if secure else None
        manager.pool_classes_by_scheme = {"http": TimedPool, "https": TimedTLSPool}
        pool: HTTPConnectionPool = manager.connection_from_host(
            route.host, route.port, route.scheme, pool_kwargs=options
        )
        return pool

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

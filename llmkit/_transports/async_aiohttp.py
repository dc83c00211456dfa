"""The asyncio transport, over aiohttp."""

from __future__ import annotations

import asyncio
import gc
import io
import math
import ssl
import sys
import threading
import warnings
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import cache, lru_cache, partial

from aiohttp import (
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
)
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from .._bounds import BOUNDS, Bounds
from .._http import HttpRequest, HttpResponse, Timeout
from ..errors import LLMKitError
from . import failures
from .async_connections import Connector, url_of
from .async_head import LONGEST_LINE, count_silence
from .async_stream import AiohttpStream, Answered, AsyncCall, Patience
from .environment import Environment
from .outgoing import Route, head, outgoing_headers

_LARGE_BODY = 1024 * 1024
_SMALL_BODY = 64 * 1024


class AiohttpTransport:
    """Sends requests over connections that the tasks of an event loop share.

    Each loop has its own, which end with it: a second `asyncio.run` makes new ones.

    Args:
        max_connections: how many calls may be under way at a time on one loop; others wait for
            their turn.
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
        self._tls_context = cache(self._environment.tls_context)
        self._lock = threading.Lock()
        self._pools: dict[asyncio.AbstractEventLoop, _LoopPool] = {}
        self.closed = False
        # A loop that was closed in passing leaves sockets that nothing else would close.
        weakref.finalize(self, _bury_dead, self._pools)

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """As `Transport.send`."""
        stream = await self.astream(request, timeout, deadline)
        body = stream.whole(self.bounds)
        if body is None:
            try:
                body = await stream.read_all(self.bounds)
            finally:
                await stream.aclose()
        return HttpResponse(stream.status, stream.headers, body)

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AiohttpStream:
        """As `Transport.stream`."""
        if self.closed:
            raise failures.closed()
        route = self._route(request.url)
        exchange = _Exchange(self, self._pool(), route.authority, timeout, deadline)
        left = exchange.left()
        clock = None if left is None else asyncio.timeout(left)
        before = sys.exception()
        failure: LLMKitError | None = None
        try:
            if clock is None:
                await exchange.begin(request, route)
            else:
                async with clock:
                    await exchange.begin(request, route)
        except Exception as error:
            late = clock is not None and clock.expired()
            failure = exchange.failure(error, "total" if late else "read", before)
        # Raised out here: the library's exceptions hold the request, and with it the key.
        if failure is not None:
            raise failure
        return AiohttpStream(exchange, exchange.response)

    async def aclose(self) -> None:
        """As `Transport.close`. Calls under way end with `ClosedError`."""
        self.closed = True
        _bury_dead(self._pools)
        running = asyncio.get_running_loop()
        for loop in list(self._pools):
            pool = self._pools.pop(loop)
            if loop is running:
                await pool.close()
            else:
                with suppress(RuntimeError):  # closed meanwhile
                    loop.call_soon_threadsafe(pool.close_soon)

    def _pool(self) -> _LoopPool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None or pool.closed:
            with self._lock:
                _bury_dead(self._pools)
                pool = self._pools[loop] = _LoopPool(loop, self._max_connections, self.bounds)
        return pool


class _Exchange(AsyncCall):
    """A call as the transport sees it, with what it holds until it is over."""

    response: ClientResponse | Answered

    def __init__(
        self,
        transport: AiohttpTransport,
        pool: _LoopPool,
        place: str,
        timeout: Timeout,
        deadline: float | None,
    ) -> None:
        super().__init__(place, timeout, deadline)
        self._transport = transport
        self._pool = pool
        self.patience = Patience(pool.loop)

    @property
    def abandoned(self) -> bool:
        return self._transport.closed

    async def begin(self, request: HttpRequest, route: Route) -> None:
        """Send *request* in its turn and wait for the answer's head."""
        tls = self._transport._tls_context() if route.secure else True
        body, proxy, pool = request.body, route.proxy, self._pool
        limits = _client_timeout(self.timeout.connect, self.timeout.read)
        await pool.places.acquire()
        try:
            if proxy is None and len(body) <= _SMALL_BODY:
                self.response = await pool.ask(
                    request.method,
                    route,
                    head(request, route) + body,
                    limits,
                    tls,
                    self.patience,
                )
            else:
                self.response = await pool.session.request(
                    request.method,
                    URL(route.url, encoded=True),  # kept nowhere: the query may hold a key
                    # As bytes, a large body would be written in one piece, and warned of.
                    data=(body if len(body) <= _LARGE_BODY else io.BytesIO(body)) if body else None,
                    headers=outgoing_headers(request, route),
                    allow_redirects=False,
                    timeout=limits,
                    proxy=None if proxy is None else url_of(proxy.url),
                    proxy_headers=None if proxy is None else proxy.headers,
                    ssl=tls,
                )
                count_silence(self.response.connection, None)
        except BaseException as error:
            self.patience.stop()
            pool.places.release()
            # Without the frames that had the key in hand: some print local variables.
            error.__traceback__ = None
            raise
        pool.responses.add(self.response)

    def finish(self) -> None:
        """Give back what the call held."""
        if not self.finished:
            self.finished = True
            self.patience.stop()
            self.response.close()
            self._pool.responses.discard(self.response)
            self._pool.places.release()

    def leave(self) -> None:
        """`finish`, from a destructor: in whatever thread, with or without a running loop."""
        loop = self._pool.loop
        if self.finished or loop.is_closed():
            return
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here:
            self.finish()
        else:
            with suppress(RuntimeError):  # closed meanwhile
                loop.call_soon_threadsafe(self.finish)


class _LoopPool:
    """The connections of one event loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, max_connections: int, bounds: Bounds
    ) -> None:
        self.loop = loop
        self.places = asyncio.Semaphore(max_connections)
        self.responses: set[ClientResponse | Answered] = set()
        self._connector = Connector(loop, bounds)
        self.session = ClientSession(
            connector=self._connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
        )
        self._farewell = _farewell(self.session, self._connector, self.responses)
        with suppress(StopIteration):
            self._farewell.__anext__().send(None)

    @property
    def closed(self) -> bool:
        """Whether it can carry no more calls."""
        return self.session.closed

    async def ask(
        self,
        method: str,
        route: Route,
        sent: bytes,
        limits: ClientTimeout,
        tls: ssl.SSLContext | bool,
        patience: Patience,
    ) -> Answered:
        """Send *sent*, a whole request, and wait for the answer's head.

        `session.request` makes a dozen objects for it, and a task that writes the body: 132 µs a
        call at 64 at once, where this takes 66. It has what is seldom needed: proxies, and bodies
        that the socket does not take in one piece.
        """
        connector = self._connector
        way = connector.way(route, tls, self.session)
        protocol = connector.idle(way)
        if protocol is None:
            protocol = await connector.made(way, limits)
        try:
            # Not aiohttp's own count: it sets two timers a call.
            if limits.sock_read is not None:
                patience.begin(limits.sock_read, protocol.give_up)
                protocol.patience = patience
            protocol.send(sent, bodiless=method == "HEAD")
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != 101:
                message, content = await protocol.read()
            protocol.patience = None
            patience.rest()
        except BaseException:
            connector.end(protocol)
            raise
        return Answered(connector, protocol, message.code, message.headers, content)

    async def close(self) -> None:
        """Close every connection."""
        await self._farewell.aclose()

    def close_soon(self) -> None:
        """`close`, for a callback of the loop."""
        self._closing = self.loop.create_task(self.close())

    def bury(self) -> None:
        """Close what is left after a loop that was closed without its last rites."""
        if self.closed:
            return
        self.session.detach()
        with suppress(RuntimeError):  # the loop is closed
            for _ in self._connector.close().__await__():
                pass
        for response in self.responses:
            # Its stream may live on, and must not keep the socket.
            if isinstance(response, Answered):
                protocol: ResponseHandler | None = response.protocol
            else:
                connection = response.connection
                protocol = None if connection is None else connection.protocol
                if connection is not None:
                    connection.close()
            if protocol is not None:
                protocol.transport = None
            response.close()
        self.responses.clear()
        self._connector.forget()


async def _farewell(
    session: ClientSession, connector: Connector, responses: set[ClientResponse | Answered]
) -> AsyncGenerator[None, None]:
    """Closes the session when its loop ends, or nobody needs it any more.

    A loop runs the end of its unfinished generators before it closes
    (`loop.shutdown_asyncgens`), and when one is collected: the only hook that asyncio has.
    """
    try:
        yield
    finally:
        # It waits until connections are closed, those in use, too; their own close() would not,
        # and with TLS a loop that ends at once would be too soon.
        transports = connector.transports()
        try:
            await session.close()
        finally:
            connector.forget()
            for response in responses.copy():
                response.close()
            # Older versions of aiohttp do not wait, and no version does when it is cancelled.
            for transport in transports:
                transport.abort()
        await asyncio.sleep(0)


def _bury_dead(pools: dict[asyncio.AbstractEventLoop, _LoopPool]) -> None:
    dead = [pools.pop(loop) for loop in list(pools) if loop.is_closed()]
    if all(pool.closed for pool in dead):
        return
    with warnings.catch_warnings():
        # asyncio's transports can be closed by nothing but their loop, or by their destructor,
        # which complains; they hang together in circles.
        warnings.simplefilter("ignore", ResourceWarning)
        while dead:
            dead.pop().bury()
        gc.collect()


@lru_cache(maxsize=64)
def _client_timeout(connect: float | None, read: float | None) -> ClientTimeout:
    return ClientTimeout(total=None, connect=connect, sock_read=read, ceil_threshold=math.inf)

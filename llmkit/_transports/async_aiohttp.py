"""The asyncio transport, over aiohttp."""

from __future__ import annotations

import asyncio
import gc
import io
import math
import sys
import threading
import warnings
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import cache, lru_cache, partial
from typing import cast

from aiohttp import (
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from .._http import Headers, HttpRequest, HttpResponse, Limit, Timeout
from ..errors import LLMKitError
from . import failures
from .coding import Inflater
from .environment import Environment
from .exchange import KEEPALIVE_SECONDS, ConnectTimeoutError, Exchange, NotConnectedError
from .outgoing import Route, outgoing_headers

_LONGEST_LINE = 64 * 1024  # as http.client; aiohttp's 8190 is short for some providers' headers
_LARGE_BODY = 1024 * 1024


class AiohttpTransport:
    """Sends requests over connections that the tasks of an event loop share.

    Each loop has its own, which end with it: a second `asyncio.run` makes new ones.

    Args:
        max_connections: how many calls may be under way at a time on one loop; others wait for
            their turn.
        max_body_bytes: the largest body that `asend` takes, inflated.
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
        try:
            body = await stream.read_all(self._max_body_bytes)
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
        clock = asyncio.timeout(exchange.left())
        before = sys.exception()
        failure: LLMKitError | None = None
        try:
            async with clock:
                await exchange.begin(request, route)
        except Exception as error:
            failure = exchange.failure(error, "total" if clock.expired() else "read", before)
        # Raised out here: the library's exceptions hold the request, and with it the key.
        if failure is not None:
            raise failure
        return AiohttpStream(exchange)

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
                pool = self._pools[loop] = _LoopPool(loop, self._max_connections)
        return pool


class AiohttpStream:
    """An answer whose body is read as it comes. Left alone, it gives its connection back."""

    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange
        self._response = exchange.response
        self._ended = False
        self.status = self._response.status
        self.headers = Headers(self._response.headers.items())
        self._inflater = Inflater.for_headers(self.headers)

    def __del__(self) -> None:
        self._exchange.leave()

    async def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""
        if self._ended:
            return b""
        exchange = self._exchange
        before = sys.exception()
        failure: LLMKitError | None = None
        data = b""
        try:
            exchange.check()
            data = await self._next(limit)
        except Exception as error:
            failure = exchange.failure(error, failures.named(limit), before)
            exchange.finish()
        except BaseException:
            exchange.finish()
            raise
        if failure is not None:
            raise failure
        if not data:
            self._ended = True
            exchange.finish()
        return data

    async def read_all(self, most: int) -> bytes:
        """The whole body, if it has no more than *most* bytes."""
        pieces, size = [], 0
        while piece := await self.read("read"):
            size += len(piece)
            if size > most:
                raise failures.too_large(self._exchange.place, most)
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        """As `ByteStream.close`."""
        if not self._exchange.finished:
            self._exchange.finish()
            await asyncio.sleep(0)  # asyncio closes a socket in the loop's next round

    async def _next(self, limit: Limit) -> bytes:
        if self._inflater is None:
            return await self._next_raw(limit)
        while not (piece := self._inflater.piece()):
            data = await self._next_raw(limit)
            if not data:
                self._inflater.finish()
                return b""
            self._inflater.add(data)
        return piece

    async def _next_raw(self, limit: Limit) -> bytes:
        content = self._response.content
        broken = content.exception()
        if broken is not None:
            # aiohttp would raise it before it hands out what had arrived until then.
            content.set_exception(cast("BaseException", None))
        data = content.read_nowait()
        if broken is not None:
            content.set_exception(broken)
        if data or (broken is None and content.at_eof()):
            return data
        exchange = self._exchange
        silence, left = exchange.silence(limit), exchange.left()
        overall = left is not None and (silence is None or left < silence)
        clock = asyncio.timeout(left if overall else silence)
        try:
            async with clock:
                return await content.readany()
        except TimeoutError:
            if not clock.expired():
                raise
        raise failures.timed_out(
            exchange.place, "total" if overall else failures.named(limit), exchange.timeout
        )


class _Exchange(Exchange):
    """A call as the transport sees it, with what it holds until it is over."""

    response: ClientResponse

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

    @property
    def abandoned(self) -> bool:
        return self._transport.closed

    async def begin(self, request: HttpRequest, route: Route) -> None:
        """Send *request* in its turn and wait for the answer's head."""
        headers = outgoing_headers(request, route)
        tls = self._transport._tls_context() if route.secure else True
        body, proxy, pool = request.body, route.proxy, self._pool
        await pool.places.acquire()
        try:
            self.response = await pool.session.request(
                request.method,
                _url(route.url),
                # As bytes, a large body would be written in one piece, and warned of.
                data=(body if len(body) <= _LARGE_BODY else io.BytesIO(body)) if body else None,
                headers=headers,
                allow_redirects=False,
                timeout=_client_timeout(self.timeout.connect, self.timeout.read),
                proxy=None if proxy is None else _url(proxy.url),
                proxy_headers=None if proxy is None else proxy.headers,
                ssl=tls,
            )
        except BaseException:
            pool.places.release()
            raise
        pool.responses.add(self.response)
        _count_silence(self.response.connection, None)

    def finish(self) -> None:
        """Give back what the call held."""
        if not self.finished:
            self.finished = True
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

    def __init__(self, loop: asyncio.AbstractEventLoop, max_connections: int) -> None:
        self.loop = loop
        self.places = asyncio.Semaphore(max_connections)
        self.responses: set[ClientResponse] = set()
        # No limit here: aiohttp counts the wait for a connection as time to connect.
        self._connector = _Connector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS)
        self.session = ClientSession(
            connector=self._connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        self._farewell = _farewell(self.session, self.responses)
        with suppress(StopIteration):
            self._farewell.__anext__().send(None)

    @property
    def closed(self) -> bool:
        """Whether it can carry no more calls."""
        return self.session.closed

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
            connection = response.connection
            protocol = None if connection is None else connection.protocol
            if connection is not None and protocol is not None:
                connection.close()
                protocol.transport = None  # its stream may live on, and must not keep the socket
            response.close()
        self.responses.clear()


class _Connector(TCPConnector):
    """Tells what failed before the request went out, and bounds the sending of it."""

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        try:
            connection = await super().connect(req, traces, timeout)
        except Exception as error:
            connect_timeout = failures.is_timeout(error)
            raise (ConnectTimeoutError() if connect_timeout else NotConnectedError()) from error
        # aiohttp starts to count once the body is out; a peer that takes none is silent too.
        _count_silence(connection, timeout.sock_read)
        return connection


async def _farewell(
    session: ClientSession, responses: set[ClientResponse]
) -> AsyncGenerator[None, None]:
    """Closes the session when its loop ends, or nobody needs it any more.

    A loop runs the end of its unfinished generators before it closes
    (`loop.shutdown_asyncgens`), and when one is collected: the only hook that asyncio has.
    """
    try:
        yield
    finally:
        for response in responses.copy():
            response.close()
        await session.close()


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


def _count_silence(connection: Connection | None, seconds: float | None) -> None:
    """Let aiohttp fail the connection after so many seconds without a byte, or never.

    Its limit goes on while nobody reads, so it is for the head alone: a caller may take its
    time between two reads.
    """
    protocol = None if connection is None else connection.protocol
    if protocol is not None:
        protocol.read_timeout = seconds
        protocol.start_timeout()


@lru_cache(maxsize=256)
def _url(text: str) -> URL:
    return URL(text, encoded=True)


@lru_cache(maxsize=64)
def _client_timeout(connect: float | None, read: float | None) -> ClientTimeout:
    return ClientTimeout(total=None, connect=connect, sock_read=read, ceil_threshold=math.inf)

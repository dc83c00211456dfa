"""The connections of an event loop: made by aiohttp, kept here between two calls."""

from __future__ import annotations

import asyncio
import ssl
import time
import weakref
from collections import deque
from functools import lru_cache, partial

from aiohttp import ClientConnectionError, ClientRequest, ClientSession, ClientTimeout, TCPConnector
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from .._bounds import Bounds
from . import failures
from .async_head import BoundedProtocol, count_silence
from .exchange import KEEPALIVE_SECONDS, ConnectTimeoutError, NotConnectedError
from .outgoing import Route


class Connector(TCPConnector):
    """Tells what failed before the request went out, and keeps idle connections.

    All that it lent is in use to aiohttp, also what is idle here: so it closes them at its end.

    Args:
        loop: the running loop.
        bounds: how much a server may send.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, bounds: Bounds) -> None:
        # No limit here: aiohttp counts the wait for a connection as time to connect.
        super().__init__(limit=0, keepalive_timeout=KEEPALIVE_SECONDS)
        # aiohttp has no word for it but this one.
        self._factory = partial(BoundedProtocol, loop, bounds)  # type: ignore[assignment]  # its own kind
        # Where connections lead, as a connector is told: never sent, and so one for all calls.
        self._ways: dict[tuple[str, str, int], ClientRequest] = {}
        self._idle: dict[ClientRequest, deque[BoundedProtocol]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    def way(
        self, route: Route, tls: ssl.SSLContext | bool, session: ClientSession
    ) -> ClientRequest:
        """Where *route* leads."""
        key = (route.scheme, route.host, route.port)
        way = self._ways.get(key)
        if way is None:
            url = url_of(f"{route.scheme}://{route.authority}/")
            way = ClientRequest("GET", url, loop=self._loop, session=session, ssl=tls)
            self._ways[key] = way
            self._idle[way] = deque()
        return way

    def idle(self, way: ClientRequest) -> BoundedProtocol | None:
        """A connection that was kept, the last one first: so those too many grow old.

        aiohttp's own pool makes an object and passes three coroutines: 3 µs a call.
        """
        kept = self._idle[way]
        oldest = time.monotonic() - KEEPALIVE_SECONDS
        while kept:
            protocol = kept.pop()
            if protocol.idle_since >= oldest and protocol.is_connected():
                return protocol
            self.end(protocol)
        return None

    async def made(self, way: ClientRequest, limits: ClientTimeout) -> BoundedProtocol:
        """A new connection."""
        connection = await self.lend(way, limits)
        protocol = connection.protocol
        if not isinstance(protocol, BoundedProtocol) or protocol.transport is None:
            connection.close()
            raise ClientConnectionError("the connection is closed")
        connection._protocol = None  # else it warns where it is forgotten
        protocol.way = way
        return protocol

    def keep(self, protocol: BoundedProtocol) -> None:
        """Keep it for the next call, if it can carry one."""
        way = protocol.way
        if way is None or protocol.should_close or self._closed:
            self.end(protocol)
            return
        protocol.idle_since = time.monotonic()
        self._idle[way].append(protocol)
        if self._sweep is None:
            self._sweep = self._loop.call_later(KEEPALIVE_SECONDS, _sweep, weakref.ref(self))

    def end(self, protocol: BoundedProtocol) -> None:
        """Close it."""
        way = protocol.way
        if way is not None:
            protocol.way = None
            self._release(way.connection_key, protocol, should_close=True)

    def sweep(self) -> None:
        """Close what has been idle for too long."""
        self._sweep = None
        oldest = time.monotonic() - KEEPALIVE_SECONDS
        left = []
        for kept in self._idle.values():
            while kept and (kept[0].idle_since <= oldest or not kept[0].is_connected()):
                self.end(kept.popleft())
            left += [kept[0].idle_since] if kept else []
        if left:
            seconds = min(left) - oldest
            self._sweep = self._loop.call_later(seconds, _sweep, weakref.ref(self))

    def transports(self) -> list[asyncio.Transport]:
        """Those of all connections that were lent, idle or not."""
        each = [getattr(protocol, "transport", None) for protocol in self._acquired]
        return [transport for transport in each if transport is not None]

    def forget(self) -> None:
        """Hold no connection any more: the connector is closed, or its loop is."""
        if self._sweep is not None:
            self._sweep.cancel()
        for kept in self._idle.values():
            kept.clear()

    async def lend(self, way: ClientRequest, limits: ClientTimeout) -> Connection:
        """A connection for one exchange."""
        try:
            return await super().connect(way, [], limits)
        except Exception as error:
            connect_timeout = failures.is_timeout(error)
            raise (ConnectTimeoutError() if connect_timeout else NotConnectedError()) from error

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        """As `lend`, for the session."""
        connection = await self.lend(req, timeout)
        # aiohttp starts to count once the body is out; a peer that takes none is silent too.
        count_silence(connection, timeout.sock_read)
        return connection


def _sweep(connector: weakref.ref[Connector]) -> None:
    """`Connector.sweep`, for a timer, which must not keep it."""
    there = connector()
    if there is not None:
        there.sweep()


@lru_cache(maxsize=256)
def url_of(text: str) -> URL:
    """*text* as aiohttp wants it."""
    return URL(text, encoded=True)

"""An answer's body, read as it comes: what the asyncio transport gives."""

from __future__ import annotations

import asyncio
import sys
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from .._http import Headers, Limit
from ..errors import LLMKitError
from . import failures
from .coding import Inflater
from .exchange import Exchange

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from aiohttp.connector import Connection


class Content(Protocol):
    """A body on its way, as aiohttp keeps it."""

    def exception(self) -> BaseException | None:
        """What broke it off."""

    def set_exception(self, exc: BaseException) -> None:
        """Break it off."""

    def read_nowait(self) -> bytes:
        """What is there."""

    def at_eof(self) -> bool:
        """Whether all of it was read."""

    async def readany(self) -> bytes:
        """What is there, once there is something."""


class Answer(Protocol):
    """An answer whose head is there."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""

    @property
    def content(self) -> Content:
        """Its body."""


class Answered:
    """An answer on its connection, which goes back to the pool with the last byte of the body.

    As much of aiohttp's `ClientResponse` as is needed here.
    """

    def __init__(
        self,
        connection: Connection,
        status: int,
        headers: Mapping[str, str],
        content: StreamReader,
    ) -> None:
        self.connection: Connection | None = connection
        self.status = status
        self.headers = headers
        self.content = content
        content.on_eof(self._release)

    def _release(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.release()

    def close(self) -> None:
        """End the connection, if it is still in use, and whoever waits for bytes on it."""
        connection, self.connection = self.connection, None
        if connection is not None:
            if self.content.exception() is None:
                self.content.set_exception(ConnectionAbortedError("the connection was closed"))
            connection.close()


class AsyncCall(Exchange):
    """A call as its stream sees it."""

    @abstractmethod
    def finish(self) -> None:
        """Give back what the call held."""

    @abstractmethod
    def leave(self) -> None:
        """`finish`, from a destructor: in whatever thread, with or without a running loop."""


class AiohttpStream:
    """An answer whose body is read as it comes. Left alone, it gives its connection back."""

    def __init__(self, exchange: AsyncCall, answer: Answer) -> None:
        self._exchange = exchange
        self._content = answer.content
        self._ended = False
        self.status = answer.status
        self.headers = Headers(answer.headers.items())
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
        if not data or self._is_last():
            self._ended = True
            exchange.finish()
        return data

    def _is_last(self) -> bool:
        """Whether the body ends here: known at once, it spares most answers a second read."""
        content = self._content
        return self._inflater is None and content.at_eof() and content.exception() is None

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
        content = self._content
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

"""Both transports behind one blocking face, so that one test body holds for both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from llmkit._http import Headers, HttpRequest, HttpResponse, Limit, Timeout
from llmkit._transports.async_aiohttp import AiohttpTransport
from llmkit._transports.async_stream import AiohttpStream
from llmkit._transports.environment import Environment
from llmkit._transports.sync_requests import RequestsStream, RequestsTransport

NO_PROXY = Environment()
PATIENT = Timeout(connect=5, read=5, idle=5)


def post(
    url: str, body: bytes = b'{"model": "m"}', headers: Mapping[str, str] | None = None
) -> HttpRequest:
    """A request like an adapter's."""
    return HttpRequest("POST", url, headers or {"content-type": "application/json"}, body)


class Stream(Protocol):
    """A stream of either colour."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Headers: ...
    def read(self, limit: Limit = "idle") -> bytes: ...
    def close(self) -> None: ...


class Colour(Protocol):
    """A transport of either colour."""

    def send(
        self, request: HttpRequest, timeout: Timeout = PATIENT, deadline: float | None = None
    ) -> HttpResponse: ...
    def stream(
        self, request: HttpRequest, timeout: Timeout = PATIENT, deadline: float | None = None
    ) -> Stream: ...
    def together(self, request: HttpRequest, count: int) -> list[HttpResponse]: ...
    def settle(self) -> None: ...
    def close(self) -> None: ...


class SyncStream:
    def __init__(self, stream: RequestsStream) -> None:
        self._stream = stream
        self.status = stream.status
        self.headers = stream.headers

    def read(self, limit: Limit = "idle") -> bytes:
        return self._stream.read(limit)

    def close(self) -> None:
        self._stream.close()


class SyncColour:
    """requests."""

    def __init__(self, transport: RequestsTransport) -> None:
        self.transport = transport

    def send(
        self, request: HttpRequest, timeout: Timeout = PATIENT, deadline: float | None = None
    ) -> HttpResponse:
        return self.transport.send(request, timeout, deadline)

    def stream(
        self, request: HttpRequest, timeout: Timeout = PATIENT, deadline: float | None = None
    ) -> Stream:
        return SyncStream(self.transport.stream(request, timeout, deadline))

    def together(self, request: HttpRequest, count: int) -> list[HttpResponse]:
        """*count* calls at a time."""
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(self.send, [request] * count))

    def settle(self) -> None:
        """Let everything that was begun come to pass."""

    def close(self) -> None:
        self.transport.close()


class AsyncStream:
    def __init__(self, stream: AiohttpStream, runner: asyncio.Runner) -> None:
        self._stream = stream
        self._run = runner.run
        self.status = stream.status
        self.headers = stream.headers

    def read(self, limit: Limit = "idle") -> bytes:
        return self._run(self._stream.read(limit))

    def close(self) -> None:
        self._run(self._stream.aclose())


class AsyncColour:
    """aiohttp, on an event loop of its own."""

    def __init__(self, transport: AiohttpTransport, runner: asyncio.Runner) -> None:
        self.transport = transport
        self.runner = runner
        self._run = runner.run

    def send(
        self, request: HttpRequest, timeout: Timeout = PATIENT, deadline: float | None = None
    ) -> HttpResponse:
        return self._run(self.transport.asend(request, timeout, deadline))

    def stream(
        self, request: HttpRequest, timeout: Timeout = PATIENT, deadline: float | None = None
    ) -> Stream:
        return AsyncStream(
            self._run(self.transport.astream(request, timeout, deadline)), self.runner
        )

    def together(self, request: HttpRequest, count: int) -> list[HttpResponse]:
        async def all_of_them() -> list[HttpResponse]:
            calls = (self.transport.asend(request, PATIENT, None) for _ in range(count))
            return await asyncio.gather(*calls)

        return self._run(all_of_them())

    def settle(self) -> None:
        self._run(asyncio.sleep(0.01))

    def close(self) -> None:
        self._run(self.transport.aclose())


def read_all(stream: Stream) -> bytes:
    """What is left of *stream*."""
    return b"".join(iter(stream.read, b""))


def soon(seconds: float) -> float:
    """A deadline."""
    return time.monotonic() + seconds

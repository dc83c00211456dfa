"""Exchanges written down, and played back."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from .._http import (
    AsyncByteStream,
    AsyncTransport,
    ByteStream,
    Headers,
    HttpRequest,
    HttpResponse,
    Limit,
    Timeout,
    Transport,
)
from ..errors import TransportError
from .exchange import Exchange, Secrets, exchange_of, same_request
from .scripted import AsyncScriptedStream, Reply, ScriptedStream, ScriptedTransport, StreamReply

if TYPE_CHECKING:
    from .scripted import Piece


class RecordingTransport:
    """Sends through another transport, and writes each exchange to a file; both colours.

    The file holds one JSON object per line. Keys are not in it: of the request's headers only
    harmless ones keep their values, and a key that stands in an address, a body or an answer
    is taken out.

        >>> from llmkit import Client
        >>> client = Client("openai/gpt-4o", transport=RecordingTransport(None, "paris.jsonl"))

    Args:
        inner: the transport that sends; None for the one that a client would have.
        path: the file; what it held is gone with the first exchange.
    """

    def __init__(
        self, inner: Transport | AsyncTransport | None, path: str | os.PathLike[str]
    ) -> None:
        self._inner = inner
        self._path = path
        self._lock = threading.Lock()
        self._begun = False
        self.closed: bool = False

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """As `Transport.send`."""
        try:
            response = self._sync().send(request, timeout, deadline)
        except TransportError as error:
            self._write(Exchange(request, error=error))
            raise
        self._write(Exchange(request, response.status, response.headers, body=response.body))
        return response

    def stream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> ByteStream:
        """As `Transport.stream`."""
        try:
            stream = self._sync().stream(request, timeout, deadline)
        except TransportError as error:
            self._write(Exchange(request, error=error))
            raise
        return _RecordingStream(stream, _Recorder(self, request, stream.status, stream.headers))

    def close(self) -> None:
        """As `Transport.close`."""
        self.closed = True
        if self._inner is not None:
            self._sync().close()

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """As `AsyncTransport.asend`."""
        try:
            response = await self._async().asend(request, timeout, deadline)
        except TransportError as error:
            self._write(Exchange(request, error=error))
            raise
        self._write(Exchange(request, response.status, response.headers, body=response.body))
        return response

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AsyncByteStream:
        """As `AsyncTransport.astream`."""
        try:
            stream = await self._async().astream(request, timeout, deadline)
        except TransportError as error:
            self._write(Exchange(request, error=error))
            raise
        recorder = _Recorder(self, request, stream.status, stream.headers)
        return _AsyncRecordingStream(stream, recorder)

    async def aclose(self) -> None:
        """As `AsyncTransport.aclose`."""
        self.closed = True
        if self._inner is not None:
            await self._async().aclose()

    def _sync(self) -> Transport:
        if self._inner is None:
            from .._transports.sync_requests import RequestsTransport

            self._inner = RequestsTransport()
        return cast("Transport", self._inner)

    def _async(self) -> AsyncTransport:
        if self._inner is None:
            from .._transports.async_aiohttp import AiohttpTransport

            self._inner = AiohttpTransport()
        return cast("AsyncTransport", self._inner)

    def _write(self, exchange: Exchange) -> None:
        line = exchange.to_line()
        with self._lock:
            with open(self._path, "ab" if self._begun else "wb") as file:
                file.write(line + b"\n")
            self._begun = True


class _Recorder:
    """Takes down one stream, and writes it once: at its end, its failure, or its close."""

    def __init__(
        self, home: RecordingTransport, request: HttpRequest, status: int, headers: Headers
    ) -> None:
        self._home = home
        self._request = request
        self.status = status
        self.headers = headers
        self._pieces: list[bytes] = []
        self._written = False

    def took(self, piece: bytes) -> bytes:
        if piece:
            self._pieces.append(piece)
        else:
            self.write(ended=True)
        return piece

    def write(self, *, ended: bool = False, error: TransportError | None = None) -> None:
        if self._written:
            return
        self._written = True
        pieces = tuple(self._pieces)
        self._home._write(
            Exchange(self._request, self.status, self.headers, pieces, error=error, ended=ended)
        )


class _RecordingStream:
    def __init__(self, stream: ByteStream, recorder: _Recorder) -> None:
        self._stream = stream
        self._recorder = recorder

    @property
    def status(self) -> int:
        return self._recorder.status

    @property
    def headers(self) -> Headers:
        return self._recorder.headers

    def read(self, limit: Limit) -> bytes:
        try:
            return self._recorder.took(self._stream.read(limit))
        except TransportError as error:
            self._recorder.write(error=error)
            raise

    def close(self) -> None:
        self._recorder.write()
        self._stream.close()


class _AsyncRecordingStream:
    def __init__(self, stream: AsyncByteStream, recorder: _Recorder) -> None:
        self._stream = stream
        self._recorder = recorder

    @property
    def status(self) -> int:
        return self._recorder.status

    @property
    def headers(self) -> Headers:
        return self._recorder.headers

    async def read(self, limit: Limit) -> bytes:
        try:
            return self._recorder.took(await self._stream.read(limit))
        except TransportError as error:
            self._recorder.write(error=error)
            raise

    async def aclose(self) -> None:
        self._recorder.write()
        await self._stream.aclose()


class ReplayTransport:
    """Plays back what a `RecordingTransport` wrote; both colours, whichever recorded it.

    A request is answered with the first exchange, not yet played, of the same method, address
    and body; of JSON bodies the values count and not how they are written. Keys need not be
    those of the recording.

        >>> from llmkit import Client
        >>> transport = ReplayTransport("paris.jsonl")  # doctest: +SKIP
        >>> client = Client("openai/gpt-4o", api_key="any", transport=transport)  # doctest: +SKIP

    Args:
        path: the file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a recording; the error has the line.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        with open(path, "rb") as file:
            lines = file.read().splitlines()
        self._name = os.fspath(path)
        self._left: list[Exchange] = [
            exchange_of(line, f"{self._name}, line {number}")
            for number, line in enumerate(lines, 1)
            if line.strip()
        ]
        self._lock = threading.Lock()
        self.closed: bool = False

    def assert_done(self) -> None:
        """Check that every exchange was played.

        Raises:
            AssertionError: some were not.
        """
        if self._left:
            raise AssertionError(
                f"{self._name}: {len(self._left)} exchanges were not played; "
                f"the first is {self._left[0].request!r}"
            )

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """As `Transport.send`."""
        return self._scripted(request).send(request, timeout, deadline)

    def stream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> ScriptedStream:
        """As `Transport.stream`."""
        return self._scripted(request).stream(request, timeout, deadline)

    def close(self) -> None:
        """As `Transport.close`."""
        self.closed = True

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """As `AsyncTransport.asend`."""
        return await self._scripted(request).asend(request, timeout, deadline)

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AsyncScriptedStream:
        """As `AsyncTransport.astream`."""
        return await self._scripted(request).astream(request, timeout, deadline)

    async def aclose(self) -> None:
        """As `AsyncTransport.aclose`."""
        self.closed = True

    def _scripted(self, request: HttpRequest) -> ScriptedTransport:
        """A script of the one step that answers *request*."""
        masked = Secrets.of(request).request(request)
        transport = ScriptedTransport()
        with self._lock:
            for index, exchange in enumerate(self._left):
                if same_request(masked, exchange.request):
                    del self._left[index]
                    transport = ScriptedTransport(_step(exchange))
                    break
            else:
                if not self.closed:
                    raise AssertionError(self._told(masked))
        if self.closed:
            transport.close()
        return transport

    def _told(self, request: HttpRequest) -> str:
        near = [item.request for item in self._left if item.request.url == request.url]
        body = request.body[:500].decode(errors="replace")
        if near:
            recorded = near[0].body[:500].decode(errors="replace")
            return (
                f"{self._name}: no exchange left for {request!r}; sent was\n{body}\n"
                f"and the next of that address was recorded with\n{recorded}"
            )
        return f"{self._name}: no exchange left for {request!r}; {len(self._left)} others are"


def _step(exchange: Exchange) -> Reply | StreamReply | Exception:
    if exchange.pieces is None and exchange.error is not None:
        return exchange.error
    status, headers = exchange.status or 0, exchange.headers
    if exchange.pieces is None:
        return Reply(exchange.body, status, headers)
    end: Sequence[Piece] = ()
    if exchange.error is not None:
        end = (exchange.error,)
    elif not exchange.ended:
        end = (AssertionError("the recording ends here: the stream was not read further"),)
    return StreamReply((*exchange.pieces, *end), status, headers)

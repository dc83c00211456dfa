"""A transport that follows a script."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeAlias, cast

from attrs import Factory, field, frozen

from .._http import Headers, HttpRequest, HttpResponse, Limit, Timeout
from .._json import JsonObject, dumps, loads
from ..errors import ClosedError, TimeoutError, TimeoutLimit


@frozen
class Pause:
    """A wait in a script, under the call's limits as a real one would be: one that is longer
    than a limit is not waited out, and raises `TimeoutError` at once.

    Args:
        seconds: how long.
    """

    seconds: float


Piece: TypeAlias = bytes | Pause | Exception
"""What a stream does next: give bytes, wait, or fail."""


def _body(value: bytes | str | object) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else dumps(value)


def _headers(value: Mapping[str, str]) -> Headers:
    return value if isinstance(value, Headers) else Headers(value)


def _pieces(value: Iterable[Piece | str] | bytes) -> tuple[Piece, ...]:
    if isinstance(value, bytes | str):
        return (_body(value),)
    return tuple(item.encode() if isinstance(item, str) else item for item in value)


@frozen
class Reply:
    """One whole answer.

    Args:
        body: bytes or text as they are; anything else as JSON.
        status: the HTTP status.
        headers: the answer's headers.
        wait: how many seconds pass before it comes, under the limit `read`.
    """

    body: bytes = field(default=b"", converter=_body)
    status: int = 200
    headers: Headers = field(factory=Headers, converter=_headers)
    wait: float = field(default=0.0, kw_only=True)


@frozen
class StreamReply:
    """An answer that comes piece by piece.

    Args:
        pieces: bytes or text, each read at one go; a `Pause`; an exception, raised there.
        status: the HTTP status.
        headers: the answer's headers.
        wait: how many seconds pass before its head comes, under the limit `read`.
    """

    pieces: tuple[Piece, ...] = field(converter=_pieces)
    status: int = 200
    headers: Headers = field(
        default=Factory(lambda: Headers({"Content-Type": "text/event-stream"})),
        converter=_headers,
    )
    wait: float = field(default=0.0, kw_only=True)


Step: TypeAlias = Reply | StreamReply | Exception
"""What happens to one request: an answer, or an exception, such as a `ResponseLostError`."""


@frozen(repr=False)
class SentRequest(HttpRequest):
    """A request that was sent.

    Args:
        streamed: whether its answer was asked for piece by piece.
        timeout: the limits that it was sent under.
    """

    streamed: bool = False
    timeout: Timeout = field(factory=Timeout)

    def json(self) -> JsonObject:
        """The body, as a JSON object.

        Raises:
            ValueError: it is none.
        """
        value = loads(self.body)
        if not isinstance(value, dict):
            raise ValueError("the request's body is not a JSON object")
        return cast("JsonObject", value)


class ScriptedTransport:
    """Answers each request with the next step of a script; both colours in one.

        >>> from llmkit.errors import ResponseLostError
        >>> transport = ScriptedTransport(
        ...     Reply({"error": {"message": "slow down"}}, 429, {"Retry-After": "0"}),
        ...     ResponseLostError("the connection broke"),
        ...     StreamReply([b'data: {"choices": []}', Pause(120), b"data: [DONE]"]),
        ... )

    A `Reply` to a stream is one piece, as a server's error is; a `StreamReply` to a request
    that is not streamed is read to its end.

    Args:
        script: the steps, in order.

    Attributes:
        requests: what was sent, in order.
        closed: whether it was closed.
    """

    def __init__(self, *script: Step) -> None:
        for step in cast("tuple[object, ...]", script):
            if not isinstance(step, Reply | StreamReply | Exception):
                kind = type(step).__name__
                raise TypeError(f"a step is a Reply, a StreamReply or an exception, not {kind}")
        self._steps = deque(script)
        self._open: set[_Play] = set()
        self.requests: list[SentRequest] = []
        self.closed: bool = False

    @property
    def open_streams(self) -> int:
        """How many streams were neither read to their end nor closed."""
        return len(self._open)

    def assert_done(self) -> None:
        """Check that every step was asked for.

        Raises:
            AssertionError: some were not.
        """
        if self._steps:
            raise AssertionError(
                f"{len(self._steps)} steps of the script were not asked for; "
                f"the first is {self._steps[0]!r}"
            )

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """As `Transport.send`."""
        play = self._next(request, timeout, deadline, streamed=False)
        play.await_head()
        return HttpResponse(play.status, play.headers, play.rest())

    def stream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> ScriptedStream:
        """As `Transport.stream`."""
        play = self._next(request, timeout, deadline, streamed=True)
        play.await_head()
        return ScriptedStream(play)

    def close(self) -> None:
        """As `Transport.close`."""
        self.closed = True

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """As `AsyncTransport.asend`."""
        play = self._next(request, timeout, deadline, streamed=False)
        await play.aawait_head()
        return HttpResponse(play.status, play.headers, await play.arest())

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AsyncScriptedStream:
        """As `AsyncTransport.astream`."""
        play = self._next(request, timeout, deadline, streamed=True)
        await play.aawait_head()
        return AsyncScriptedStream(play)

    async def aclose(self) -> None:
        """As `AsyncTransport.aclose`."""
        self.closed = True

    def _next(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None, *, streamed: bool
    ) -> _Play:
        if self.closed:
            raise ClosedError("the client is closed")
        sent = SentRequest(
            request.method, request.url, request.headers, request.body, streamed, timeout
        )
        self.requests.append(sent)
        if not self._steps:
            raise AssertionError(
                f"the script is over: {sent!r} is request {len(self.requests)}, "
                f"and there were {len(self.requests) - 1} steps"
            )
        step = self._steps.popleft()
        if isinstance(step, Exception):
            raise step
        play = _Play(step, timeout, deadline, self._open)
        self._open.add(play)
        return play


class _Play:
    """One answer on its way: what both colours do alike, and the two ways to wait."""

    def __init__(
        self, reply: Reply | StreamReply, timeout: Timeout, deadline: float | None, all_: set[_Play]
    ) -> None:
        self.status: int = reply.status
        self.headers: Headers = reply.headers
        pieces: tuple[Piece, ...] = (reply.body,) if isinstance(reply, Reply) else reply.pieces
        self._pieces = deque(piece for piece in pieces if piece != b"")
        self._wait = reply.wait
        self._timeout = timeout
        self._deadline = deadline
        self._all = all_

    def close(self) -> None:
        self._pieces.clear()
        self._all.discard(self)

    def await_head(self) -> None:
        time.sleep(self._allowed(self._wait, "read"))

    async def aawait_head(self) -> None:
        await asyncio.sleep(self._allowed(self._wait, "read"))

    def read(self, limit: Limit) -> bytes:
        while isinstance(piece := self._take(), Pause):
            time.sleep(self._allowed(piece.seconds, limit))
        return piece

    async def aread(self, limit: Limit) -> bytes:
        while isinstance(piece := self._take(), Pause):
            await asyncio.sleep(self._allowed(piece.seconds, limit))
        return piece

    def rest(self) -> bytes:
        return b"".join(iter(lambda: self.read("read"), b""))

    async def arest(self) -> bytes:
        whole = b""
        while piece := await self.aread("read"):
            whole += piece
        return whole

    def _take(self) -> bytes | Pause:
        if not self._pieces:
            self.close()
            return b""
        piece = self._pieces.popleft()
        if isinstance(piece, Exception):
            self.close()
            raise piece
        return piece

    def _allowed(self, seconds: float, limit: Limit) -> float:
        """How long to wait: all of *seconds*, or not at all where a limit forbids it."""
        longest = self._timeout.silence(limit)
        name: TimeoutLimit = "idle" if limit == "end" else limit
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if longest is None or left < longest:
                longest, name = left, "total"
        if longest is not None and (seconds > longest or longest <= 0):
            self.close()
            length = self._timeout.total if name == "total" else longest
            raise TimeoutError(
                f"nothing came within the limit {name!r}", limit=name, seconds=length
            )
        return seconds


class ScriptedStream:
    """An answer of a script, read piece by piece."""

    def __init__(self, play: _Play) -> None:
        self._play = play

    @property
    def status(self) -> int:
        """As `ByteStream.status`."""
        return self._play.status

    @property
    def headers(self) -> Headers:
        """As `ByteStream.headers`."""
        return self._play.headers

    def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""
        return self._play.read(limit)

    def close(self) -> None:
        """As `ByteStream.close`."""
        self._play.close()


class AsyncScriptedStream:
    """`ScriptedStream`, awaited."""

    def __init__(self, play: _Play) -> None:
        self._play = play

    @property
    def status(self) -> int:
        """As `ByteStream.status`."""
        return self._play.status

    @property
    def headers(self) -> Headers:
        """As `ByteStream.headers`."""
        return self._play.headers

    async def read(self, limit: Limit) -> bytes:
        """As `ByteStream.read`."""
        return await self._play.aread(limit)

    async def aclose(self) -> None:
        """As `ByteStream.close`."""
        self._play.close()

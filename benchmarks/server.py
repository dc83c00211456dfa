"""The server: answers that were made before, from a process of its own.

It must be far cheaper than any client. A request is looked at for its end and for the first
segment of its path, which names the answer: `/openai-chat.text/v1/chat/completions` is the text
stream of that wire, whatever comes after it. Nothing is parsed, and an answer is one write.
"""

from __future__ import annotations

import asyncio
import gc
import re
import socket
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Final, cast

from . import bodies

PACE: Final = 50
"""Chunks a second of a paced stream."""

TICK: Final = 0.001
_TICKS: Final = round(1 / PACE / TICK)
_STAMP: Final = "%014.6f"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STREAM_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: req_123\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
_END: Final = b"0\r\n\r\n"


def stamp(moment: float) -> str:
    """A moment of `time.monotonic()`, which all processes share, as a paced chunk's text."""
    return _STAMP % moment


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _whole(wire: str) -> bytes:
    body = bodies.whole(wire)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_123\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _streamed(events: Sequence[bytes]) -> bytes:
    body = b"".join(events)
    cuts = range(0, len(body), bodies.HTTP_CHUNK)
    return _framed_stream([body[cut : cut + bodies.HTTP_CHUNK] for cut in cuts])


def _framed_stream(pieces: Iterable[bytes]) -> bytes:
    return b"".join((_STREAM_HEAD, *map(_framed, pieces), _END))


def answers() -> dict[bytes, bytes]:
    """Every answer that is sent in one write, by its name."""
    made = {}
    texts = [bodies.piece(number) for number in range(bodies.CHUNKS)]
    for wire in bodies.WIRES:
        made[f"{wire}.call"] = _whole(wire)
        for kind in bodies.KINDS:
            made[f"{wire}.{kind}"] = _streamed(bodies.events(wire, kind, texts))
        short = bodies.events(wire, "text", texts[: bodies.SHORT])
        made[f"{wire}.text-short"] = _streamed(short)
        made[f"{wire}.text-flushed"] = _framed_stream(bodies.events(wire, "text", texts))
    return {name.encode(): answer for name, answer in made.items()}


class Paced:
    """Streams that each get a chunk every 20 ms, at one of twenty moments.

    A chunk's text is the moment of its sending, so that a client can tell how late it is. Those
    of one moment share their bytes.
    """

    def __init__(self, wire: str) -> None:
        self._wire = wire
        self._head = _STREAM_HEAD + _framed(b"".join(bodies.opening(wire, "text")))
        self._end = _framed(b"".join(bodies.closing(wire))) + _END
        self._due: list[dict[asyncio.Transport, int]] = [{} for _ in range(_TICKS)]
        self._joined = 0
        self._running = False

    def join(self, transport: asyncio.Transport, chunks: int) -> None:
        """Begin a stream of so many chunks on *transport*."""
        transport.write(self._head)
        self._due[self._joined % _TICKS][transport] = chunks
        self._joined += 1
        if not self._running:
            self._running = True
            self._tick(0, time.monotonic())

    def leave(self, transport: asyncio.Transport) -> None:
        """The other side has gone."""
        for due in self._due:
            due.pop(transport, None)

    def _tick(self, number: int, at: float) -> None:
        due = self._due[number % _TICKS]
        if due:
            event = bodies.delta(self._wire, "text", stamp(time.monotonic()))
            chunk = _framed(event)
            for transport, left in list(due.items()):
                transport.write(chunk if left else self._end)
                if left:
                    due[transport] = left - 1
                else:
                    del due[transport]
        if not any(self._due):
            self._running = False
            return
        # By the clock, so that a late moment does not make all later ones late.
        loop = asyncio.get_running_loop()
        loop.call_at(at + TICK, self._tick, number + 1, at + TICK)


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, made: dict[bytes, bytes], paced: dict[bytes, Paced]) -> None:
        self._answers = made
        self._paced = paced
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast("asyncio.Transport", transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport.set_write_buffer_limits(high=64 * 1024 * 1024)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        for paced in self._paced.values():
            paced.leave(self._transport)

    def data_received(self, data: bytes) -> None:
        """Some of a request: answer it once it is whole."""
        self._held = data = self._held + data if self._held else data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            return
        found = _LENGTH.search(data, 0, head)
        if found is None:
            if b"chunked" in data[:head].lower() and not data.endswith(_END):
                return
        elif len(data) < head + 4 + int(found[1]):
            return
        self._held = b""
        self._answer(data)

    def _answer(self, request: bytes) -> None:
        start = request.index(b" /") + 2
        name = request[start : request.index(b"/", start)]
        answer = self._answers.get(name)
        if answer is not None:
            self._transport.write(answer)
            return
        wire, _, chunks = name.partition(b".paced-")
        if wire in self._paced and chunks:
            self._paced[wire].join(self._transport, int(chunks))
        elif name.endswith(b".held"):  # a first chunk, and no more until the client goes
            wire_name = name.removesuffix(b".held").decode()
            texts = bodies.delta(wire_name, "text", bodies.piece(0))
            first = b"".join((*bodies.opening(wire_name, "text"), texts))
            self._transport.write(_STREAM_HEAD + _framed(first))
        else:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


async def serve() -> None:
    """Print a port, and answer there until standard input ends."""
    made = answers()
    paced = {wire.encode(): Paced(wire) for wire in bodies.WIRES}
    gc.freeze()  # a server's collection is a client's pause
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(made, paced), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it holds the other end: it ends with them, whatever happens to them.
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())

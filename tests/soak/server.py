"""A provider that fails every tenth time, each time in another way, and keeps count.

Run as a program, it prints its port and serves until its standard input ends. What it is asked,
`messages[0].content`, is a number; what it answers is `answer_to(number)`. A request with
`"seed": 1` asks for no fault.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from collections import Counter
from typing import Final

WHOLE_FAULTS: Final = (
    "500",
    "503 html",
    "429 soon",
    "529",
    "closed",
    "reset",
    "half a head",
    "cut body",
    "400",
    "not json",
)
STREAM_FAULTS: Final = (
    "500",
    "429 soon",
    "closed",
    "half a head",
    "reset",
    "cut in a chunk",
    "cut between chunks",
    "reset in the middle",
    "error event",
    "no end",
)
FINAL: Final = {"400", "not json", *STREAM_FAULTS[5:]}
"""The faults that no other attempt mends: the caller's own, or after a stream's first chunk."""
_ERROR: Final = b'{"error": {"message": "on purpose", "type": "server_error"}}'
_REFUSAL: Final = b'{"error": {"message": "on purpose", "type": "invalid_request_error"}}'


def answer_to(number: int) -> str:
    """What is said to *number*: longer for some than for others."""
    return f"{number} " * (3 + number % 40)


def pieces_of(number: int) -> list[str]:
    """The same in eight pieces, or a few less."""
    text = answer_to(number)
    size = -(-len(text) // 8)
    return [text[at : at + size] for at in range(0, len(text), size)]


def fault(number: int, attempt: int, *, stream: bool) -> str | None:
    """What goes wrong with so manieth an attempt, if anything; a tenth does."""
    dice = zlib.crc32(f"{stream}/{number}/{attempt}".encode())
    faults = STREAM_FAULTS if stream else WHOLE_FAULTS
    return faults[dice // 10 % len(faults)] if dice % 10 == 0 else None


class Tally:
    """What was asked for, and what was answered whole, by kind and number."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()


class Provider(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while not self.transport.is_closing():
            head, found, rest = self._held.partition(b"\r\n\r\n")
            if not found:
                return
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            if len(rest) < length:
                return
            self._held = rest[length:]
            if head.startswith(b"GET /tally"):
                told = {name: dict(counts) for name, counts in vars(self._tally).items()}
                self._answer(json.dumps(told).encode())
            else:
                self._asked(json.loads(rest[:length]))

    def _asked(self, body: dict[str, object]) -> None:
        messages = body["messages"]
        assert isinstance(messages, list)
        number, stream = int(messages[0]["content"]), body.get("stream") is True
        key = f"{'stream' if stream else 'call'} {number}"
        self._tally.asked[key] += 1
        attempt = self._tally.asked[key]
        wrong = fault(number, attempt, stream=stream) if body.get("seed") != 1 else None
        if wrong is not None:
            self._tally.faults[wrong] += 1
        if wrong is None or wrong in ("cut body", *STREAM_FAULTS[5:]):
            if wrong is None:
                self._tally.answered[key] += 1
            if stream:
                self._stream(number, wrong)
            else:
                self._whole(number, wrong)
        else:
            self._fail(wrong)

    def _whole(self, number: int, wrong: str | None) -> None:
        message = {"role": "assistant", "content": answer_to(number)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps({"id": f"c-{number}", "model": "m", "choices": [choice]}).encode()
        if wrong is None:
            self._answer(body)
        else:
            self.transport.write(_head(200, len(body)) + body[: len(body) // 2])
            self.transport.close()

    def _stream(self, number: int, wrong: str | None) -> None:
        events = [_event(number, {"content": piece}) for piece in pieces_of(number)]
        half = len(events) // 2
        start = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        start += b"transfer-encoding: chunked\r\n\r\n"
        if wrong is None:
            events += [_event(number, {}, "stop"), b"data: [DONE]\n\n"]
            self.transport.write(start + b"".join(map(_chunk, events)) + b"0\r\n\r\n")
            return
        begun = start + b"".join(map(_chunk, events[:half]))
        if wrong == "error event":
            begun += _chunk(b"data: " + _ERROR + b"\n\n") + b"0\r\n\r\n"
        elif wrong == "no end":
            begun += b"0\r\n\r\n"
        elif wrong == "cut in a chunk":
            begun += _chunk(events[half])[:-9]
        self.transport.write(begun)
        if wrong == "reset in the middle":
            # Not at once: a reset takes back what the other side has not read yet.
            asyncio.get_running_loop().call_later(0.3, self.transport.abort)
        elif wrong.startswith("cut"):
            self.transport.close()

    def _fail(self, wrong: str) -> None:
        if wrong == "closed":
            self.transport.close()
        elif wrong == "reset":
            self.transport.abort()
        elif wrong == "half a head":
            self.transport.write(_head(200, 10)[:20])
            self.transport.close()
        elif wrong == "503 html":
            self._answer(b"<html>Service Unavailable</html>", 503, b"text/html")
        elif wrong == "429 soon":
            self._answer(_ERROR, 429, more=b"retry-after-ms: 2\r\n")
        elif wrong == "not json":
            self._answer(b'{"choices": [')
        else:
            self._answer(_REFUSAL if wrong == "400" else _ERROR, int(wrong))

    def _answer(
        self,
        body: bytes,
        status: int = 200,
        kind: bytes = b"application/json",
        more: bytes = b"",
    ) -> None:
        self.transport.write(_head(status, len(body), kind, more) + body)


def _head(status: int, length: int, kind: bytes = b"application/json", more: bytes = b"") -> bytes:
    return (
        b"HTTP/1.1 %d Told\r\ncontent-type: %b\r\ncontent-length: %d\r\n" % (status, kind, length)
        + more
        + b"\r\n"
    )


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _event(number: int, delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": f"c-{number}", "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(told).encode() + b"\n\n"


async def main() -> None:
    """Serve until the standard input ends."""
    loop = asyncio.get_running_loop()
    tally = Tally()
    server = await loop.create_server(lambda: Provider(tally), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())

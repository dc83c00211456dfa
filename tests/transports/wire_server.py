"""A server that plays scripts, byte for byte, and remembers what it was sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Mapping
from enum import Enum, auto
from types import TracebackType
from typing import Self

from attrs import frozen


class Act(Enum):
    """What a script can do besides sending bytes and sleeping."""

    CLOSE = auto()
    """Close the connection."""
    RESET = auto()
    """Break the connection off."""
    HOLD = auto()
    """Wait until the client closes."""


Step = bytes | float | Act
Script = tuple[Step, ...]


@frozen
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def answer(
    body: bytes = b"{}", *, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> bytes:
    """A whole answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunk(data: bytes) -> bytes:
    """*data* in chunked framing."""
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def drip(data: bytes, every: float) -> Script:
    """*data*, a byte at a time."""
    return tuple(step for byte in data for step in (bytes([byte]), every))


class WireServer:
    """Plays the n-th script for the n-th request, and the last for all that follow.

    Args:
        scripts: one for each request; by default, a whole answer.
        tls: speak TLS with this context.
        greeting: played as soon as a client connects, before anything is read.
    """

    def __init__(
        self, *scripts: Script, tls: ssl.SSLContext | None = None, greeting: Script = ()
    ) -> None:
        self._scripts = scripts or ((answer(),),)
        self._tls = tls
        self._greeting = greeting
        self._lock = threading.Condition()
        self._sockets: set[socket.socket] = set()
        self._over = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.received: list[Received] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """An address of this server."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1/chat"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.wait_for_open(0)
        self._thread.join(5)

    def wait_for_open(self, count: int) -> None:
        """Wait until just *count* connections are open; fail where that never is."""
        with self._lock:
            met = self._lock.wait_for(lambda: len(self._sockets) == count, timeout=5)
            assert met, f"{len(self._sockets)} connections are open, not {count}"

    def wait_for_requests(self, count: int) -> None:
        """Wait until *count* requests have arrived."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.received) >= count, timeout=5)

    def _accept(self) -> None:
        while not self._over:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._sockets.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        connection = raw
        with contextlib.suppress(OSError):
            self._play(connection, self._greeting)
            if self._tls is not None:
                connection = self._tls.wrap_socket(raw, server_side=True)
                with self._lock:
                    self._sockets.remove(raw)
                    self._sockets.add(connection)
            while self._play(connection, self._next_script(connection)):
                pass
        connection.close()
        raw.close()
        with self._lock:
            self._sockets -= {raw, connection}
            self._lock.notify_all()

    def _next_script(self, connection: socket.socket) -> Script:
        received = read_request(connection)
        if received is None:
            return (Act.CLOSE,)
        with self._lock:
            self.received.append(received)
            self._lock.notify_all()
            return self._scripts[min(len(self.received), len(self._scripts)) - 1]

    def _play(self, connection: socket.socket, script: Script) -> bool:
        for step in script:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, float):
                time.sleep(step)
            elif step is Act.HOLD:
                while connection.recv(65536):
                    pass
                return False
            else:
                if step is Act.RESET:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
        return True


def read_request(connection: socket.socket) -> Received | None:
    """The next request, or None where the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    while len(body) < int(headers.get("content-length", "0")):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return Received(method, target, headers, body)

"""A server that does to each request what its script says, byte for byte.

It waits for its peer, never for the clock: what is slow goes on until the client has had enough.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from attrs import frozen
from transports.wire_server import CHUNKED, END, Act, Received, answer, chunk, read_request

__all__ = [
    "CHUNKED",
    "END",
    "Act",
    "Drip",
    "Endless",
    "FaultServer",
    "Script",
    "Unasked",
    "answer",
    "chunk",
]


@frozen
class Drip:
    """A piece at a time, as long as the client stays.

    Args:
        data: what is sent, over and over.
        every: seconds between two pieces.
    """

    data: bytes
    every: float


@frozen
class Endless:
    """The same bytes, as fast as the client takes them, as long as it stays."""

    data: bytes


@frozen
class Unasked:
    """What comes when the call is over, and its connection idle."""

    data: bytes


Step = bytes | Act | Drip | Endless | Unasked
Script = tuple[Step, ...]


class FaultServer:
    """Plays the n-th script for the n-th request, and closes where there is none."""

    def __init__(self) -> None:
        self.scripts: Sequence[Script] = ()
        self.received: list[Received] = []
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._over = threading.Semaphore(0)
        self._sent = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port: int = self._listener.getsockname()[1]

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
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.wait_for_none_open()

    def wait_for_none_open(self) -> None:
        """Wait until no connection is open; fail where that never is."""
        with self._changed:
            met = self._changed.wait_for(lambda: not self._open, timeout=5)
            assert met, f"{len(self._open)} connections are still open"

    def send_unasked(self) -> None:
        """A call is over: send what is `Unasked`."""
        self._over.release()
        assert self._sent.acquire(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while self._play(connection, self._next_script(connection)):
                pass
        connection.close()
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    def _next_script(self, connection: socket.socket) -> Script:
        received = read_request(connection)
        if received is None:
            return (Act.CLOSE,)
        with self._changed:
            self.received.append(received)
            place = len(self.received) - 1
            return self.scripts[place] if place < len(self.scripts) else (Act.CLOSE,)

    def _play(self, connection: socket.socket, script: Script) -> bool:
        """Play *script*; whether the connection may carry another request."""
        for step in script:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, Unasked):
                self._over.acquire(timeout=5)
                try:
                    connection.sendall(step.data)
                finally:
                    self._sent.release()
            elif isinstance(step, Endless):
                while True:
                    connection.sendall(step.data)
            elif isinstance(step, Drip):
                _drip(connection, step)
                return False
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


def _drip(connection: socket.socket, step: Drip) -> None:
    """Send a piece whenever the client has been silent for so long, until it closes."""
    connection.settimeout(step.every)
    while True:
        connection.sendall(step.data)
        try:
            if not connection.recv(65536):
                return
        except TimeoutError:
            pass

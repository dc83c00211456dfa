"""Cuts a blocking call's socket when its time is up.

A socket's own timeout starts anew with every byte, and so never ends a call whose peer sends
one byte a second. One thread for the whole process watches over all calls that have a
deadline; a timer for each would cost a thread's start.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Literal


class Line:
    """The socket that carries a call at the moment, for other threads to cut.

    Attributes:
        moment: when the watchdog cuts it, in `time.monotonic()`.
        severed: who cut it: the watchdog, `close()`, or a fork; None as long as it is whole.
    """

    __slots__ = ("_lock", "_socket", "moment", "severed")

    def __init__(self) -> None:
        # Re-entrant: the garbage collector may close a stream while this thread holds it.
        self._lock = threading.RLock()
        self._socket: socket.socket | None = None
        self.moment = math.inf
        self.severed: Literal["deadline", "close", "fork"] | None = None

    def hold(self, sock: socket.socket, until: float) -> None:
        """Carry the call over *sock* from now on."""
        with self._lock:
            self._socket = sock
            self.moment = until
            if self.severed is not None:
                self.cut(self.severed)
        if until < math.inf:
            _watchdog.watch(self)

    def drop(self) -> None:
        """Let go of the socket: after this, nobody cuts it."""
        with self._lock:
            self._socket = None
            self.moment = math.inf
        _watchdog.forget(self)

    def cut(self, by: Literal["deadline", "close", "fork"]) -> None:
        """End whatever waits on the socket."""
        with self._lock:
            self.severed = by
            if self._socket is not None:
                with suppress(OSError):  # not connected any more
                    # TLS within TLS is urllib3's own class, which is no socket but has one.
                    sock = getattr(self._socket, "socket", self._socket)
                    # Not SSLSocket's own: that one forgets its TLS state under the reader.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def disown(self) -> None:
        """In a forked child: the socket is the parent's, to be closed but not shut down."""
        self._lock = threading.RLock()
        self._socket = None
        self.severed = "fork"


class _Watchdog:
    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._lines: set[Line] = set()
        self._next = math.inf
        self._thread: threading.Thread | None = None

    def watch(self, line: Line) -> None:
        with self._condition:
            self._lines.add(line)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="llmkit-watchdog", daemon=True
                )
                self._thread.start()
            elif line.moment < self._next:
                self._condition.notify()

    def forget(self, line: Line) -> None:
        # Without the lock: a destructor may run while this thread holds it.
        self._lines.discard(line)

    def _run(self) -> None:
        with self._condition:
            while True:
                now = time.monotonic()
                for line in self._lines.copy():
                    if line.moment <= now:
                        self._lines.discard(line)
                        line.cut("deadline")
                self._next = min((line.moment for line in self._lines.copy()), default=math.inf)
                wait = None if self._next == math.inf else max(self._next - time.monotonic(), 0.0)
                self._condition.wait(wait)


def _start_over() -> None:
    """A forked child has neither the thread nor a lock in a known state."""
    global _watchdog
    _watchdog = _Watchdog()


_watchdog = _Watchdog()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)

"""Server-sent events, sans I/O: bytes in, events out.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..errors import DecodeError

MAX_EVENT_BYTES: Final = 32 * 1024 * 1024
"""The most that one event may hold before it is refused: an answer's largest image fits."""

_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event: its name, "" where it has none, and its data, lines joined by newlines."""

    name: str
    data: bytes


class SSEDecoder:
    """Splits a stream of server-sent events, however it is cut.

    Takes any of the three line ends, a byte order mark, comments, data over several lines,
    and an end without a blank line. `id` and `retry` lines are of no use here.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._pieces: list[bytes] = []  # of a line whose end is not there yet
        self._rest = 0  # bytes of those pieces
        self._data: list[bytes] = []
        self._held = 0  # bytes of the event's lines so far
        self._name = ""
        self._after_cr = False
        self._begun = False

    def feed(self, data: bytes) -> list[Event]:
        """The events that *data* completes.

        Raises:
            DecodeError: one event holds more than the most that it may.
        """
        if not self._begun:
            data = self._without_bom(data)
        if b"\r" in data or self._after_cr:
            data = self._plain_line_ends(data)
        if not data:
            return []
        end = data.rfind(b"\n")
        if end < 0:
            self._hold(data)
            return []
        if self._pieces:
            self._pieces.append(data[:end])
            whole = b"".join(self._pieces)
            self._pieces.clear()
            self._rest = 0
        else:
            whole = data[:end]
        events = self._lines(whole)
        if end + 1 < len(data):
            self._hold(data[end + 1 :])
        return events

    def close(self) -> list[Event]:
        """The last event, where the stream ended without the blank line after it."""
        rest = b"".join(self._pieces)
        self._pieces.clear()
        self._rest = 0
        return self._lines(rest + b"\n") if rest or self._data else []

    def _lines(self, text: bytes) -> list[Event]:
        events: list[Event] = []
        for line in text.split(b"\n"):
            if self._held + len(line) > self._max:
                raise DecodeError(f"an event holds more than {self._max} bytes")
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
                self._held += len(line)
            elif not line:
                if self._data:
                    data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
                    events.append(Event(self._name, data))
                    self._data = []
                    self._held = 0
                self._name = ""
            elif line.startswith(b"event:"):
                self._name = line[6:].strip().decode("utf-8", "replace")
            elif line == b"data":
                self._data.append(b"")
                self._held += len(line)
        return events

    def _hold(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._rest += len(piece)
        if self._held + self._rest > self._max:
            raise DecodeError(f"an event holds more than {self._max} bytes")

    def _without_bom(self, data: bytes) -> bytes:
        data = b"".join((*self._pieces, data))
        self._pieces.clear()
        self._rest = 0
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._hold(data)
            return b""
        self._begun = True
        return data.removeprefix(_BOM)

    def _plain_line_ends(self, data: bytes) -> bytes:
        # A CR ends a line at once; an LF that comes after it, in the next read, is its other half.
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if data.endswith(b"\r"):
            self._after_cr = True
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

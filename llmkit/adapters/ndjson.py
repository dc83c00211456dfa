"""Newline-delimited JSON, sans I/O: bytes in, lines out.

Source: https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from typing import Final

from ..errors import DecodeError

MAX_LINE_BYTES: Final = 32 * 1024 * 1024
"""The most that one line may hold before it is refused: an answer's largest image fits."""

_BOM: Final = b"\xef\xbb\xbf"


class NDJSONDecoder:
    """Splits a stream into its lines, however it is cut; empty ones are left out.

    A line ends with LF or CRLF, the last perhaps with nothing. Lines are bytes: a character
    that is cut in half is whole again when its line is.
    """

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self._max = max_line_bytes
        self._pieces: list[bytes] = []  # of a line whose end is not there yet
        self._held = 0
        self._begun = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that *data* completes.

        Raises:
            DecodeError: one line is longer than the most that it may be.
        """
        end = data.rfind(b"\n")
        if end < 0:
            self._hold(data)
            return []
        self._hold(data[:end])
        lines = self._lines()
        self._hold(data[end + 1 :])
        return lines

    def close(self) -> list[bytes]:
        """The last line, where nothing ended it."""
        return self._lines()

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held > self._max and b"\n" not in piece:
            raise DecodeError(f"a line holds more than {self._max} bytes")

    def _lines(self) -> list[bytes]:
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if whole and not self._begun:
            self._begun = True
            whole = whole.removeprefix(_BOM)
        lines = [line for line in map(bytes.strip, whole.split(b"\n")) if line]
        for line in lines:
            if len(line) > self._max:
                raise DecodeError(f"a line holds more than {self._max} bytes")
        return lines

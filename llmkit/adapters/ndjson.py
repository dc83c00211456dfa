"""Newline-delimited JSON, sans I/O: bytes in, lines out.

Source: https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from typing import Final

from .._bounds import BOUNDS, Bounds
from ..errors import BoundsError

_BOM: Final = b"\xef\xbb\xbf"


class NDJSONDecoder:
    """Splits a stream into its lines, however it is cut; empty ones are left out.

    A line ends with LF or CRLF, the last perhaps with nothing. Lines are bytes: a character
    that is cut in half is whole again when its line is.

    Attributes:
        failure: a bound that was passed after the lines that have been given; the next call
            raises it.
    """

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self.failure: BoundsError | None = None
        self._bounds = bounds
        self._max = bounds.event_bytes
        self._pieces: list[bytes] = []  # of a line whose end is not there yet
        self._held = 0
        self._begun = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that *data* completes.

        Raises:
            BoundsError: one line is longer than it may be. Those before it are given first.
        """
        if self.failure is not None:
            raise self.failure
        end = data.rfind(b"\n")
        if end < 0:
            self._hold(data)
            return self._given([])
        self._pieces.append(data[:end])
        lines = self._lines()
        self._hold(data[end + 1 :])
        return self._given(lines)

    def close(self) -> list[bytes]:
        """The last line, where nothing ended it.

        Raises:
            BoundsError: as `feed`.
        """
        return self._given([] if self.failure is not None else self._lines())

    def _given(self, lines: list[bytes]) -> list[bytes]:
        if self.failure is not None and not lines:
            raise self.failure
        return lines

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held > self._max:
            self._refuse(self._bounds.beyond("event_bytes", "a line"))

    def _refuse(self, failure: BoundsError) -> None:
        self._pieces.clear()
        self.failure = self.failure or failure

    def _lines(self) -> list[bytes]:
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if not self._begun:
            self._begun = True
            whole = whole.removeprefix(_BOM)
        lines = [line for line in map(bytes.strip, whole.split(b"\n")) if line]
        for number, line in enumerate(lines):
            try:
                if len(line) > self._max:
                    raise self._bounds.beyond("event_bytes", "a line")
                self._bounds.check_depth(line, "a line")
            except BoundsError as error:
                self._refuse(error)
                return lines[:number]
        return lines

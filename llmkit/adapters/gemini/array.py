"""A JSON array that comes in pieces, sans I/O: bytes in, its elements out, each as it ends.

`streamGenerateContent` without `alt=sse` answers in this form.
"""

from __future__ import annotations

import re
from typing import Final

from ..._bounds import BOUNDS, Bounds
from ...errors import BoundsError

# A bracket; or a string, up to its end or as far as it is plain.
_OUTSIDE: Final = re.compile(rb'[{}\[\]]|"[^"\\]*"?')
_QUOTE: Final = ord('"')
_OPENING: Final = b"{["
_INSIDE: Final = re.compile(rb'["\\]')


class JsonArrayDecoder:
    """Splits an array of objects, however it is cut.

    Attributes:
        done: the array's closing bracket was there.
        failure: a bound that was passed after the elements that have been given; the next call
            raises it.
    """

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self.done: bool = False
        self.failure: BoundsError | None = None
        self._bounds = bounds
        self._held = bytearray()
        self._at = 0  # how far it has been looked at
        self._start = 0  # of the element that is not whole yet
        self._depth = 0
        self._in_string = False

    def feed(self, data: bytes) -> list[bytes]:
        """The elements that *data* completes.

        Raises:
            BoundsError: one element holds more than it may. Those before it are given first.
        """
        if self.failure is not None:
            raise self.failure
        self._held += data
        elements: list[bytes] = []
        while not self.done and self.failure is None:
            found = (_INSIDE if self._in_string else _OUTSIDE).search(self._held, self._at)
            if found is None:
                self._at = len(self._held)
                break
            self._at = found.end()
            if self._in_string:
                if not self._string():
                    break
            elif self._held[found.start()] == _QUOTE:
                ended = self._held[self._at - 1] == _QUOTE and self._at > found.start() + 1
                self._in_string = not ended
            else:
                self._bracket(elements)
        self._forget()
        return self._given(elements)

    def _given(self, elements: list[bytes]) -> list[bytes]:
        if self.failure is not None and not elements:
            raise self.failure
        return elements

    def _string(self) -> bool:
        """Inside a string: its end, or an escape, whose second half may not be there yet."""
        if self._held[self._at - 1] == _QUOTE:
            self._in_string = False
        elif self._at == len(self._held):
            self._at -= 1
            return False
        else:
            self._at += 1
        return True

    def _bracket(self, elements: list[bytes]) -> None:
        if self._held[self._at - 1] in _OPENING:
            self._depth += 1
            if self._depth == 2:
                self._start = self._at - 1
            return
        self._depth -= 1
        if self._depth == 1:
            self._element(bytes(self._held[self._start : self._at]), elements)
            self._start = self._at
        self.done = self._depth <= 0

    def _element(self, element: bytes, elements: list[bytes]) -> None:
        what = "an element of the stream"
        try:
            if len(element) > self._bounds.event_bytes:
                raise self._bounds.beyond("event_bytes", what)
            self._bounds.check_depth(element, what)
        except BoundsError as error:
            self.failure = error
        else:
            elements.append(element)

    def _forget(self) -> None:
        """Let go of what has been given out."""
        gone = self._start if self._depth > 1 else self._at
        if gone:
            del self._held[:gone]
            self._at -= gone
            self._start = 0
        if self.failure is None and len(self._held) > self._bounds.event_bytes:
            self._held.clear()
            self.failure = self._bounds.beyond("event_bytes", "an element of the stream")

"""A JSON array that comes in pieces, sans I/O: bytes in, its elements out, each as it ends.

`streamGenerateContent` without `alt=sse` answers in this form.
"""

from __future__ import annotations

import re
from typing import Final

from ...errors import DecodeError
from ..sse import MAX_EVENT_BYTES

# A bracket; or a string, up to its end or as far as it is plain.
_OUTSIDE: Final = re.compile(rb'[{}\[\]]|"[^"\\]*"?')
_QUOTE: Final = ord('"')
_OPENING: Final = b"{["
_INSIDE: Final = re.compile(rb'["\\]')


class JsonArrayDecoder:
    """Splits an array of objects, however it is cut.

    Attributes:
        done: the array's closing bracket was there.
    """

    def __init__(self, max_element_bytes: int = MAX_EVENT_BYTES) -> None:
        self.done: bool = False
        self._max = max_element_bytes
        self._held = bytearray()
        self._at = 0  # how far it has been looked at
        self._start = 0  # of the element that is not whole yet
        self._depth = 0
        self._in_string = False

    def feed(self, data: bytes) -> list[bytes]:
        """The elements that *data* completes.

        Raises:
            DecodeError: one element holds more than the most that it may.
        """
        self._held += data
        elements: list[bytes] = []
        while not self.done:
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
            elements.append(bytes(self._held[self._start : self._at]))
            self._start = self._at
        self.done = self._depth <= 0

    def _forget(self) -> None:
        """Let go of what has been given out."""
        gone = self._start if self._depth > 1 else self._at
        if gone:
            del self._held[:gone]
            self._at -= gone
            self._start = 0
        if len(self._held) > self._max:
            raise DecodeError(f"an element holds more than {self._max} bytes")

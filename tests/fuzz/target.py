"""One thing to be fuzzed."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from .reader import Reader

WAYS = 72
"""How many ways there are to check one input: each adapter, some of them with cuts."""


@frozen
class Target:
    """What takes any bytes, and fails where a rule does not hold.

    Args:
        name: as its folder in the corpus.
        draw: makes an input of a fuzzer's choices: what a server might send.
        check: takes an input; the choices say how.
    """

    name: str
    draw: Callable[[Reader], bytes]
    check: Callable[[bytes, Reader], None]

    def run(self, data: bytes) -> None:
        """One run, as *data* tells it."""
        reader = Reader(data)
        self.check(self.draw(reader), reader)

    def drawn(self, data: bytes) -> bytes:
        """The input of a run, for the corpus."""
        return self.draw(Reader(data))

    def replay(self, made: bytes) -> None:
        """Check one input in every way."""
        for way in range(WAYS):
            self.check(made, Reader(bytes([way, way % 9, way, 255 - way])))

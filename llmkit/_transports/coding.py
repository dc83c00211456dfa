"""Content-Encoding undone the same way in both colours.

Neither library will do here: urllib3 and aiohttp both take a gzip body that ends too early
for a whole one, and they differ in what they do with codings that nobody asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

PIECE = 256 * 1024
"""The most bytes inflated at once: a compressed bomb goes off a piece at a time."""


MOST_BARREN = 1024 * 1024
"""The most input that may come without any output: empty blocks and padding have no end of
their own. What is compressed for a purpose gives some for every few kilobytes."""


class BarrenBodyError(Exception):
    """The body goes on and holds nothing."""

    def __str__(self) -> str:
        return "the compressed body goes on and holds nothing"


class UnknownCodingError(Exception):
    """The answer came in a coding that was not asked for."""


class TornBodyError(Exception):
    """The body ended before its compressed data did."""

    def __str__(self) -> str:
        return "the compressed body ended too early"


class Inflater:
    """Inflates gzip and deflate, a piece at a time: `add` input, take `piece`s until empty."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream: zlib._Decompress | None = None
        self._rest = b""
        self._pending = False
        self._members = 0
        self._padding = False
        self._barren = 0

    @classmethod
    def for_headers(cls, headers: Mapping[str, str]) -> Inflater | None:
        """The inflater that an answer needs, or None."""
        coding = headers.get("content-encoding", "").strip().lower()
        return None if coding in ("", "identity") else cls(coding)

    def add(self, data: bytes) -> None:
        """More input.

        Raises:
            BarrenBodyError: too much came already that held nothing.
        """
        if self._barren > MOST_BARREN:
            raise BarrenBodyError
        self._barren += len(data)
        if not self._padding:
            self._rest += data
            self._pending = bool(self._rest)

    def piece(self) -> bytes:
        """The next bytes; empty when it takes more input to tell.

        Raises:
            zlib.error: the input is not what the coding says.
            UnknownCodingError: the coding is neither gzip nor deflate.
        """
        while self._pending:
            if self._stream is None:
                self._stream = self._begin()
            stream = self._stream
            if stream is None:
                self._pending = False
                break
            piece = stream.decompress(self._rest, PIECE)
            if stream.eof:
                self._members += 1
                self._stream = None
                self._rest = stream.unused_data
                self._pending = bool(self._rest)
            else:
                self._rest = stream.unconsumed_tail
                # With all input taken, zlib may still hold output that did not fit.
                self._pending = bool(self._rest) or len(piece) == PIECE
            if piece:
                self._barren = 0
                return piece
        return b""

    def finish(self) -> None:
        """Called at the body's end.

        Raises:
            TornBodyError: the compressed data does not end here.
        """
        if self._stream is not None:
            raise TornBodyError

    def _begin(self) -> zlib._Decompress | None:
        first = self._rest[0]
        if self._coding not in ("gzip", "x-gzip", "deflate"):
            raise UnknownCodingError(self._coding)
        if self._coding == "deflate":
            self._padding = self._padding or self._members > 0
            # zlib's format (RFC 9110 §8.4.1.2), but some servers send it bare.
            return None if self._padding else zlib.decompressobj(15 if first & 0x0F == 8 else -15)
        # After a member comes another, or padding, which gzip(1) ignores too.
        self._padding = self._padding or (self._members > 0 and first != 0x1F)
        return None if self._padding else zlib.decompressobj(31)

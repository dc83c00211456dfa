"""The binary event stream of AWS (`application/vnd.amazon.eventstream`), sans I/O.

A frame is: total length, headers' length, CRC of these two, headers, payload, CRC of all of it.

Source: https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from struct import Struct
from typing import Final, NamedTuple, TypeAlias
from zlib import crc32

from .._bounds import BOUNDS, Bounds
from ..errors import DecodeError

MAX_PAYLOAD_BYTES: Final = 24 * 1024 * 1024
"""The most that one frame tells, whatever the bounds say; botocore has the same limits."""
MAX_HEADER_BYTES: Final = 128 * 1024
"""The most that the headers of one frame may hold."""

HeaderValue: TypeAlias = bool | int | bytes | str
"""A header's value: a timestamp is milliseconds since 1970, a UUID is its 16 bytes."""

_PRELUDE: Final = Struct(">III")
_CRC: Final = Struct(">I")
_LENGTH: Final = Struct(">H")
_AROUND: Final = _PRELUDE.size + _CRC.size

_MAX_KNOWN: Final = 64


class Frame(NamedTuple):
    """One frame: its headers, and the bytes that they tell of."""

    headers: Mapping[str, HeaderValue]
    payload: bytes

    def text(self, name: str) -> str:
        """The header *name*, "" where there is none or it is not text."""
        value = self.headers.get(name)
        return value if isinstance(value, str) else ""


class EventStreamDecoder:
    """Splits a binary event stream into frames, however it is cut, and checks both CRCs."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self._held = bytearray()
        self._needed = _PRELUDE.size  # so many bytes are there before there is something to do
        # The same few headers come with each frame: they are read once.
        self._known: dict[bytes, Mapping[str, HeaderValue]] = {}

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that *data* completes.

        The frames before a broken one are given first; the next call raises.

        Raises:
            DecodeError: the next frame is broken: a CRC or a length is wrong, or it is too long.
        """
        held = self._held
        held += data
        frames: list[Frame] = []
        start = 0
        while len(held) - start >= self._needed:
            try:
                end = self._end_of(held, start)
                if end > len(held):
                    self._needed = end - start
                    break
                frames.append(self._frame(held, start, end))
            except DecodeError:
                if not frames:
                    raise
                break
            start = end
            self._needed = _PRELUDE.size
        del held[:start]
        return frames

    def close(self) -> bool:
        """Whether the bytes ended between two frames, as they should."""
        return not self._held

    def _end_of(self, held: bytearray, start: int) -> int:
        """Where the frame ends that begins at *start*, if its prelude can be believed."""
        total, headers, told = _PRELUDE.unpack_from(held, start)
        if crc32(memoryview(held)[start : start + 8]) != told:
            raise _broken("the CRC of a frame's prelude is wrong", held, start)
        if total < headers + _AROUND:
            raise _broken("a frame's lengths contradict each other", held, start)
        payload = total - headers - _AROUND
        if payload > self._bounds.event_bytes:
            raise self._bounds.beyond("event_bytes", "a frame of the stream")
        if headers > MAX_HEADER_BYTES or payload > MAX_PAYLOAD_BYTES:
            raise _broken(f"a frame of {total} bytes, {headers} of them headers", held, start)
        return start + int(total)

    def _frame(self, held: bytearray, start: int, end: int) -> Frame:
        with memoryview(held) as view:
            (told,) = _CRC.unpack_from(view, end - _CRC.size)
            if crc32(view[start : end - _CRC.size]) != told:
                raise _broken("the CRC of a frame is wrong", held, start)
            length = _PRELUDE.unpack_from(view, start)[1]
            body = start + _PRELUDE.size + length
            headers = bytes(view[start + _PRELUDE.size : body])
            payload = bytes(view[body : end - _CRC.size])
        self._bounds.check_depth(payload, "a frame of the stream")
        return Frame(self._headers(headers), payload)

    def _headers(self, data: bytes) -> Mapping[str, HeaderValue]:
        found = self._known.get(data)
        if found is None:
            found = _read_headers(data)
            if len(self._known) < _MAX_KNOWN and len(data) < 512:
                self._known[data] = found
        return found


def _broken(what: str, held: bytearray, start: int) -> DecodeError:
    return DecodeError(f"the event stream is broken: {what}", body=bytes(held[start:][:64]))


def _number(form: str) -> Callable[[bytes, int], tuple[int, int]]:
    shape = Struct(form)
    return lambda data, at: (int(shape.unpack_from(data, at)[0]), at + shape.size)


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _LENGTH.unpack_from(data, at)
    at += _LENGTH.size
    return _taken(data, at, length)


def _text(data: bytes, at: int) -> tuple[str, int]:
    value, at = _bytes(data, at)
    return value.decode(), at


def _taken(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    if at + length > len(data):
        raise struct.error("a header is longer than the headers")
    return data[at : at + length], at + length


_VALUES: Final[tuple[Callable[[bytes, int], tuple[HeaderValue, int]], ...]] = (
    lambda _, at: (True, at),
    lambda _, at: (False, at),
    _number(">b"),
    _number(">h"),
    _number(">i"),
    _number(">q"),
    _bytes,
    _text,
    _number(">q"),
    lambda data, at: _taken(data, at, 16),
)
"""How a value is read, by the number of its type."""


def _read_headers(data: bytes) -> Mapping[str, HeaderValue]:
    """The headers in *data*: for each a name, the number of a type, and a value of it."""
    headers: dict[str, HeaderValue] = {}
    at = 0
    try:
        while at < len(data):
            name, at = _taken(data, at + 1, data[at])
            value, at = _VALUES[data[at]](data, at + 1)
            if name.decode() in headers:
                raise DecodeError(f"a frame has two headers {name!r}", body=data)
            headers[name.decode()] = value
    except (struct.error, IndexError, UnicodeDecodeError):
        raise DecodeError("the headers of a frame cannot be read", body=data) from None
    return headers

"""The fuzzers' targets that take bytes as they come: HTTP, its codings, the framings of streams."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Final

from llmkit import (
    Bounds,
)
from llmkit._bounds import BOUNDS
from llmkit._transports.coding import BarrenBodyError, Inflater, TornBodyError, UnknownCodingError
from llmkit._transports.sync_answer import BrokenAnswerError, Chunked, Head, receive_head
from llmkit.adapters.eventstream import EventStreamDecoder
from llmkit.adapters.gemini.array import JsonArrayDecoder
from llmkit.adapters.ndjson import NDJSONDecoder
from llmkit.adapters.sse import SSEDecoder
from llmkit.errors import BoundsError, DecodeError

from .mutate import torn
from .reader import Reader
from .target import Target

TIGHT: Final = Bounds(event_bytes=64, depth=3)


def words_of(words: tuple[bytes, ...], reader: Reader) -> bytes:
    """Words of a grammar, one after the other, and bytes."""
    if reader.below(4) == 0:
        return reader.rest()
    return b"".join(reader.one_of(words) for _ in range(reader.below(60)))


_SSE: Final = (
    *(b"data:", b"data: ", b"data", b"event: ", b"event:x", b"id: 1", b"retry: 1", b":", b": ping"),
    *(
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b"\xef",
        b" ",
        b"{}",
        b"[DONE]",
    ),
    *("é".encode(), b"\xff", b"x" * 70, b"[[[[1]]]]", b"\0", b"data: x\n\n"),
)
_LINES: Final = (
    b"\n",
    b"\r\n",
    b"{}",
    b" ",
    b"x" * 70,
    b"\xef\xbb\xbf",
    b"[[[[1]]]]",
    b"\xff",
    b"\r",
)
_ARRAY: Final = (
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b'"',
        b'"a"',
        b"\\",
        b'\\"',
        b"\\u12",
        b" ",
        b"1",
        b"null",
    ),
    *(b'{"a":1}', b'"]"', b'"x', b"\xff", b"x" * 70),
)


def _check_framing(make: Callable[[Bounds], Any], data: bytes, reader: Reader) -> None:
    """The same comes out wherever it is cut; at a bound, what came before it, and the error."""
    pieces = reader.pieces(data)
    cut, whole = _fed(make(BOUNDS), pieces), _fed(make(BOUNDS), [data])
    assert cut == whole
    found, bound = _fed(make(TIGHT), pieces)
    assert found == whole[0][: len(found)]
    assert bound in ("", "event_bytes", "depth")
    assert bound or found == whole[0]


def _fed(decoder: Any, pieces: list[bytes]) -> tuple[list[object], str]:
    found: list[object] = []
    try:
        for piece in pieces:
            found += decoder.feed(piece)
            if getattr(decoder, "failure", None) is not None:
                raise decoder.failure
        if hasattr(decoder, "close") and not isinstance(decoder, EventStreamDecoder):
            found += decoder.close()
        else:
            found += decoder.feed(b"")
    except BoundsError as error:
        return found, error.bound
    except DecodeError as error:
        return found, error.message
    return found, ""


def _check_frames(data: bytes, reader: Reader) -> None:
    decoder = EventStreamDecoder(reader.one_of((BOUNDS, TIGHT)))
    with suppress(DecodeError):
        for piece in reader.pieces(data):
            for frame in decoder.feed(piece):
                frame.text(":event-type")
        decoder.close()


_HEAD: Final = (
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 204 \r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 "),
    *(
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"content-length: 5, 5\r\n",
        b"A: b\r\n",
    ),
    *(b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"\r\n", b"\n", b" folded\r\n"),
    *(
        b": x\r\n",
        b"a b: c\r\n",
        b"\xff: \xff\r\n",
        b"\0",
        b"\r",
        b"X" * 300,
        b"HTTP/2 200\r\n",
        b"12345",
    ),
)
_CHUNKS: Final = (
    *(
        b"5\r\n12345\r\n",
        b"0\r\n\r\n",
        b"5;a=b\r\n",
        b"12345",
        b"\r\n",
        b"ffffffffffffffff\r\n",
        b"-1\r\n",
    ),
    *(b"0\r\n", b"A: b\r\n", b"\n", b"x", b"a\r\n", b"00005\r\n", b" 5\r\n", b"5 \r\n", b"0x5\r\n"),
)


class _Socket:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = [piece for piece in pieces if piece]

    def recv(self, size: int) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


def _check_head(data: bytes, reader: Reader) -> None:
    bounds = reader.one_of((BOUNDS, Bounds(head_bytes=100, headers=3)))

    def read(pieces: list[bytes]) -> object:
        try:
            head, _ = receive_head(_Socket(pieces), "POST", bounds)  # type: ignore[arg-type]
        except (BrokenAnswerError, BoundsError) as error:
            return type(error)
        assert isinstance(head, Head)
        return head.status, dict(head.headers), head.last

    read(reader.pieces(data))
    read([data])


def _check_chunked(data: bytes, reader: Reader) -> None:
    def read(pieces: list[bytes]) -> tuple[bytes, object]:
        body, found = Chunked(), b""
        try:
            for piece in pieces:
                if body.over:
                    break
                found += body.take(piece)
            if not body.over:
                body.cut()
        except BrokenAnswerError as error:
            return found, type(error)
        return found, body.over

    cut, whole = read(reader.pieces(data)), read([data])
    assert cut[1] == whole[1]
    if whole[1] is True:
        assert cut[0] == whole[0]


def _draw_packed(reader: Reader) -> bytes:
    made = b""
    for _ in range(reader.below(4)):
        packer = zlib.compressobj(6, wbits=reader.one_of((31, 15, -15)))
        size = reader.one_of((0, 1, 100, 300_000))
        made += packer.compress(bytes([reader.below(256)]) * size) + packer.flush()
        made += reader.one_of((b"", b"", b"\0" * 9, b"\x1f"))
    return torn(made, reader) + (b"" if reader.below(3) else reader.rest())


def _check_inflater(data: bytes, reader: Reader) -> None:
    coding = reader.one_of(("gzip", "deflate", "br", "x-gzip", ""))
    inflater = Inflater(coding)
    with suppress(zlib.error, UnknownCodingError, TornBodyError, BarrenBodyError):
        for piece in reader.pieces(data):
            inflater.add(piece)
            while found := inflater.piece():
                assert len(found) <= 256 * 1024
        inflater.finish()


def targets() -> Iterator[Target]:
    """All of them."""
    for name, words, check in (
        ("sse", _SSE, partial(_check_framing, SSEDecoder)),
        ("ndjson", _LINES, partial(_check_framing, NDJSONDecoder)),
        ("json-array", _ARRAY, partial(_check_framing, JsonArrayDecoder)),
        ("http-head", _HEAD, _check_head),
        ("http-chunks", _CHUNKS, _check_chunked),
    ):
        yield Target(name, partial(words_of, words), check)
    yield Target("eventstream", Reader.rest, _check_frames)
    yield Target("inflater", _draw_packed, _check_inflater)

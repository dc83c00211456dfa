"""What a body may be: of another type, coded, broken, nested, or larger than it may be."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from llmkit import (
    Bounds,
    BoundsError,
    DecodeError,
    ResponseLostError,
    ServerError,
    StreamInterruptedError,
)

from .connections import begun
from .forms import Wire, raw_event, said
from .outcomes import PREFIX, Answered, Failed, Outcome
from .scenario import BOTH, STREAMED, WHOLE, Scenario, Setting, Way, fields
from .server import CHUNKED, END, Endless, Script, answer, chunk
from .wires import CHAT, WIRES

RIGHT = Answered()
UNREADABLE = Failed(DecodeError)
LOST = Failed(ResponseLostError)
CUT = Failed(StreamInterruptedError)
CUT_LATER = Failed(StreamInterruptedError, partial=PREFIX)
ZIPPED = {"Content-Encoding": "gzip"}


def _typed(
    name: str,
    server: str,
    body: Callable[[Setting], bytes],
    outcome: Outcome = UNREADABLE,
    promise: str = "What is not of the wire's form is an error, and never an empty answer.",
    *,
    kind: str | None = "application/json",
    streamed: Outcome | None = None,
    ways: tuple[Way, ...] = BOTH,
    wires: tuple[Wire, ...] = WIRES,
    by_run: Mapping[str, Outcome] | None = None,
    broken: Mapping[str, str] | None = None,
) -> Scenario:
    headers = {} if kind is None else {"Content-Type": kind}
    return Scenario(
        name=name,
        group="Bodies",
        server=server,
        promise=promise,
        plays=lambda setting: [(answer(body(setting), headers=headers),)],
        outcome=outcome,
        streamed=streamed,
        ways=ways,
        wires=wires,
        by_run=by_run or {},
        broken=broken or {},
    )


_READ = "The body tells what it is, and not the header."


def _deep(depth: int, inner: str = "") -> Callable[[Setting], bytes]:
    """The right answer, with something beside it that nests so deep."""
    extra = ', "extra": ' + '{"a":' * depth + f'["{inner}"]' + "}" * depth + "}"

    def body(setting: Setting) -> bytes:
        wire = setting.wire
        if not setting.streamed:
            return wire.body[:-1] + extra.encode()
        first, *rest = wire.events[wire.spoken - 1 :]
        before = wire.told(wire.events[: wire.spoken - 1])
        deep = raw_event(wire, said(first.data)[:-1] + extra.encode())
        return before + deep + wire.told(rest) + wire.marked

    return body


def _with(**more: Any) -> Callable[[Setting], bytes]:
    return lambda s: said({**s.wire.whole, **more})


def _bytes(data: bytes) -> Callable[[Setting], bytes]:
    return lambda _: data


TYPES = (
    _typed("JSON as text", "answers in its own form, as text/plain", lambda s: s.body,
           Answered(), _READ, kind="text/plain"),
    _typed("no type", "answers without a content-type", lambda s: s.body, Answered(), _READ,
           kind=None),
    _typed("another charset named", "says that its UTF-8 is Latin-1", lambda s: s.body, Answered(),
           _READ, kind="application/json; charset=iso-8859-1"),
    _typed("a whole answer to a stream", "answers in one piece where a stream was asked for",
           lambda s: s.wire.body, Answered(), "An answer that came in one piece is an answer.",
           ways=STREAMED),
    _typed("a stream to a whole call", "streams where one piece was asked for",
           lambda s: s.wire.stream, Answered(), "An answer that came as a stream is an answer.",
           kind="text/event-stream", ways=WHOLE,
           wires=tuple(wire for wire in WIRES if wire.framing != "frames")),
    _typed("HTML", "answers 200 with a page",
           _bytes(b"<!DOCTYPE html><html><body>Please log in.</body></html>"), kind="text/html",
           streamed=CUT, by_run={"-bedrock-converse-streamed": UNREADABLE,
                                 "-ollama-streamed": UNREADABLE}),
    _typed("nothing", "answers 200 with no body", _bytes(b""), streamed=CUT),
    _typed("white space", "answers 200 with blanks", _bytes(b" \r\n \n"), streamed=CUT),
    _typed("null", "answers 200 with `null`", _bytes(b"null"), streamed=CUT,
           by_run={"-bedrock-converse-streamed": CUT, "-ollama-streamed": UNREADABLE}),
    _typed("a list", "answers 200 with `[]`", _bytes(b"[]"), streamed=CUT,
           by_run={"-ollama-streamed": UNREADABLE,
                   "-gemini": Failed(ServerError, fields(status=200))}),
    _typed("an empty object", "answers 200 with `{}`", _bytes(b"{}"),
           by_run={"-ollama-streamed": CUT}),
    _typed("half of the JSON", "sends half of the answer, in good order",
           lambda s: s.wire.body[:-20]),
    _typed("not UTF-8", "answers in Latin-1",
           lambda s: s.wire.body.decode().encode("latin-1")),
    _typed("UTF-16", "answers in UTF-16", lambda s: s.wire.body.decode().encode("utf-16"),
           Answered(), "What can be read is, and the rest is an error.", streamed=CUT,
           by_run={"-ollama-streamed": Answered(), "-bedrock-converse-streamed": UNREADABLE}),
    _typed("white space around", "puts blanks around its answer",
           lambda s: b" \r\n\t" + s.wire.body + b"\n \n", Answered(), _READ),
    _typed("something behind", "puts more text behind its answer",
           lambda s: s.wire.body + b" and more"),
    _typed("numbers that are none", "says NaN, Infinity and an integer of 30 digits beside it",
           lambda s: s.wire.body[:-1] + b', "x": [NaN, Infinity, ' + b"9" * 30 + b"]}",
           Answered(), "What is almost JSON is read where its meaning is plain.", ways=WHOLE),
    _typed("an unknown field of every kind", "puts fields into its answer that nobody knows",
           _with(new=[{"a": None}, 1.5, "é"], service=None), Answered(),
           "What is new is passed over.", ways=WHOLE),
    _typed("nested 100 deep", "puts 100 objects in one another beside its answer",
           _deep(100), Answered(), _READ),
    _typed("nested 600 deep, with escapes", "puts 600 objects in one another, and a \\u in them",
           _deep(600, "\\u0041"), Answered(), "What can be read is."),
    _typed("nested 400 deep, with half a character",
           "puts 400 objects in one another, and half a surrogate pair in them",
           _deep(400, "\\ud83d"), Answered(), "What can be read is."),
    _typed("nested 100,000 deep", "puts 100,000 objects in one another beside its answer",
           _deep(100_000), UNREADABLE),
    _typed("nothing but brackets", "answers with 200,000 opening brackets",
           _bytes(b'{"a":' + b"[" * 200_000)),
)  # fmt: skip


def _zipped(setting: Setting) -> bytes:
    return gzip.compress(setting.body)


def _flushed(setting: Setting) -> bytes:
    """The stream in gzip, flushed after its first words, each part in a chunk."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(setting.wire.begun) + packer.flush(zlib.Z_SYNC_FLUSH)
    rest = packer.compress(setting.wire.stream[len(setting.wire.begun) :]) + packer.flush()
    return _head() + chunk(first) + chunk(rest) + END


def _head(coding: str = "gzip") -> bytes:
    return CHUNKED[:-2] + b"Content-Encoding: %b\r\n\r\n" % coding.encode()


def _coded(
    name: str,
    server: str,
    script: Callable[[Setting], Script],
    outcome: Outcome = RIGHT,
    promise: str = "What was compressed is inflated, in whatever pieces it comes.",
    *,
    streamed: Outcome | None = None,
    ways: tuple[Way, ...] = BOTH,
    wires: tuple[Wire, ...] = WIRES,
    bounds: Bounds | None = None,
    calls: int = 1,
) -> Scenario:
    return Scenario(
        name=name,
        group="Codings",
        server=server,
        promise=promise,
        plays=lambda setting: [script(setting)] * calls,
        outcome=outcome,
        streamed=streamed,
        ways=ways,
        wires=wires,
        bounds=bounds,
        calls=calls,
    )


def _as(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[Setting], Script]:
    return lambda s: (answer(pack(s.body), headers={"Content-Encoding": coding}),)


def _torn_stream(setting: Setting) -> Script:
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(setting.wire.begun) + packer.flush(zlib.Z_SYNC_FLUSH)
    return (_head() + chunk(first) + END,)


_TORN = "A compressed body that ends too early is a lost answer, and no short one."
CODINGS = (
    _coded("gzip", "compresses with gzip", _as("gzip", gzip.compress), calls=2),
    _coded("x-gzip", "calls it x-gzip", _as("x-gzip", gzip.compress), wires=(CHAT,)),
    _coded("deflate", "compresses with deflate", _as("deflate", zlib.compress), wires=(CHAT,)),
    _coded("bare deflate", "leaves the header of deflate out",
           _as("deflate", lambda data: zlib.compress(data, wbits=-15)), wires=(CHAT,)),
    _coded("identity", "says that nothing was compressed", _as("identity", bytes), wires=(CHAT,)),
    _coded("gzip in several members", "compresses the two halves each",
           _as("gzip", lambda d: gzip.compress(d[:50]) + gzip.compress(d[50:])), wires=(CHAT,)),
    _coded("gzip, a byte at a time", "sends the compressed body in chunks of one byte",
           lambda s: (_head() + b"".join(chunk(bytes([b])) for b in _zipped(s)) + END,)),
    _coded("gzip, flushed event by event", "flushes the compressed stream after the first words",
           lambda s: (_flushed(s),), ways=STREAMED),
    _coded("torn gzip", "leaves the last bytes of the compressed body out",
           lambda s: (answer(_zipped(s)[:-9], headers=ZIPPED),), LOST, _TORN, ways=WHOLE),
    _coded("torn gzip in a stream", "ends the compressed stream after the first words",
           _torn_stream, CUT_LATER, _TORN, ways=STREAMED),
    _coded("no gzip", "says gzip, and sends plain text",
           lambda s: (answer(s.body, headers=ZIPPED),), LOST, _TORN),
    _coded("gzip whose checksum is wrong", "sends gzip with another checksum",
           lambda s: (answer(_zipped(s)[:-8] + b"\0" * 8, headers=ZIPPED),), LOST, _TORN,
           ways=WHOLE),
    _coded("an unknown coding", "compresses with what nobody asked for", _as("br", bytes),
           UNREADABLE, "What was not asked for and cannot be undone is an error."),
    _coded("two codings", "compresses twice",
           _as("gzip, gzip", lambda d: gzip.compress(gzip.compress(d))), UNREADABLE,
           "What was not asked for and cannot be undone is an error.", wires=(CHAT,)),
)  # fmt: skip

_BOUND = "No more is read, or inflated, than the bound allows."
_SMALL = Bounds(body_bytes=100_000, event_bytes=100_000, stream_bytes=4_000_000)
_BODY = Failed(BoundsError, fields(bound="body_bytes", most=100_000))
_LINE = {"-ollama-streamed": Failed(BoundsError, fields(bound="event_bytes", most=100_000))}
_STREAM = Failed(BoundsError, fields(bound="stream_bytes", most=4_000_000))


def _bomb() -> bytes:
    """50 MB of blanks in 50 KB."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(50)) + packer.flush()


_BOMB = _bomb()
_LONG: Mapping[str, bytes] = {"sse": b"data: " + b"a" * 50, "lines": b'{"a": "'}


def _sized(
    name: str,
    server: str,
    script: Callable[[Setting], Script],
    outcome: Outcome,
    *,
    streamed: Outcome | None = None,
    ways: tuple[Way, ...] = BOTH,
    wires: tuple[Wire, ...] = WIRES,
    by_run: Mapping[str, Outcome] | None = None,
) -> Scenario:
    return Scenario(
        name=name,
        group="Sizes",
        server=server,
        promise=_BOUND,
        plays=lambda setting: [script(setting)],
        outcome=outcome,
        streamed=streamed,
        ways=ways,
        wires=wires,
        bounds=_SMALL,
        by_run=by_run or {},
    )


def _unending_event(setting: Setting) -> Script:
    if setting.wire.framing == "frames":
        # A frame that tells its own length: sixteen megabytes.
        head = struct.pack(">II", 1 << 24, 64)
        framed = head + struct.pack(">I", zlib.crc32(head))
        return (begun(setting) + chunk(framed), Endless(chunk(b"a" * 4096)))
    first = _LONG[setting.wire.framing]
    return (begun(setting) + chunk(first), Endless(chunk(b"a" * 4096)))


def _pings(setting: Setting) -> Script:
    """More and more of what says nothing."""
    piece = b"\n" * 4096 if setting.wire.framing == "lines" else b": ping\n\n" * 512
    return (begun(setting), Endless(chunk(piece)))


SIZES = (
    _sized("a body without end", "sends for ever",
           lambda _: (b"HTTP/1.1 200 OK\r\n\r\n{", Endless(b" " * 4096)), _BODY, by_run=_LINE),
    _sized("a body that says how large it is", "tells a length of a terabyte, and sends",
           lambda _: (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n{",
                      Endless(b" " * 4096)), _BODY, by_run=_LINE),
    _sized("chunks without end", "sends chunks for ever",
           lambda _: (CHUNKED + chunk(b"{"), Endless(chunk(b" " * 512))), _BODY, by_run=_LINE),
    _sized("a compressed bomb", "sends 50 MB in 50 KB",
           lambda _: (answer(_BOMB, headers=ZIPPED),), _BODY, ways=WHOLE),
    _sized("a compressed bomb in a stream", "streams 50 MB of blank lines in 50 KB",
           lambda _: (answer(_BOMB, headers=ZIPPED),), _STREAM, ways=STREAMED, wires=(CHAT,)),
    _sized("an event without end", "streams the first words, then a line that never ends",
           _unending_event,
           Failed(BoundsError, fields(bound="event_bytes", most=100_000), partial=PREFIX),
           ways=STREAMED),
    _sized("pings without end", "streams the first words, then what says nothing, for ever",
           _pings,
           Failed(BoundsError, fields(bound="stream_bytes", most=4_000_000), partial=PREFIX),
           ways=STREAMED, wires=tuple(w for w in WIRES if w.framing != "frames")),
)  # fmt: skip

BODIES = (*TYPES, *CODINGS, *SIZES)

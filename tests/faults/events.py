"""Streams: each legal shape of their framing, and each broken one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from adapters.frames import frame

from llmkit import DecodeError, ServerError, StreamInterruptedError

from .forms import Event, Wire, raw_event, said
from .outcomes import PREFIX, Answered, Failed, Outcome
from .scenario import AGAIN, ONCE, STREAMED, Scenario, fields
from .server import CHUNKED, END, Script, answer, chunk
from .wires import BEDROCK, CHAT, EVENTS, GEMINI, OLLAMA, WIRES, chat_delta

Shape = Callable[[Wire], bytes]
RIGHT = Answered()
CUT = Failed(StreamInterruptedError)
CUT_LATER = Failed(StreamInterruptedError, partial=PREFIX)
UNREADABLE = Failed(DecodeError, partial=PREFIX)
TOLD = Failed(ServerError, fields(status=200), partial=PREFIX, says="busy")


def all_events(wire: Wire) -> tuple[Event, ...]:
    """The events of the answer, and that which marks its end, where there is one."""
    return (*wire.events, *([Event("", b"[DONE]")] if wire.marked else []))


def lines_of(event: Event) -> list[bytes]:
    """The lines of *event*, as the wires send them."""
    named = [f"event: {event.name}".encode()] if event.name else []
    return [*named, b"data: " + said(event.data)]


def shaped(
    lines: Callable[[Event], list[bytes]] = lines_of, end: bytes = b"\n", between: bytes = b""
) -> Shape:
    """The streamed answer, its events made of *lines* that end so, with *between* before each."""

    def shape(wire: Wire) -> bytes:
        return b"".join(
            between + b"".join(line + end for line in lines(event)) + end
            for event in all_events(wire)
        )

    return shape


def over_lines(event: Event) -> list[bytes]:
    """The same, the JSON over as many lines of data as it takes when it is laid out."""
    if isinstance(event.data, bytes):
        return lines_of(event)
    told = json.dumps(event.data, ensure_ascii=False, indent=1).encode().split(b"\n")
    return [*lines_of(event)[:-1], *(b"data: " + line for line in told)]


def _mixed(wire: Wire) -> bytes:
    ends = (b"\n", b"\r\n", b"\r")
    return b"".join(
        b"".join(line + ends[place % 3] for line in lines_of(event)) + ends[place % 3]
        for place, event in enumerate(all_events(wire))
    )


def _stream(
    group: str,
    name: str,
    server: str,
    shape: Shape,
    outcome: Outcome = RIGHT,
    promise: str = "However its events are framed, the answer is the same.",
    *,
    wires: tuple[Wire, ...] = EVENTS,
    sent: Callable[[bytes], Script] | None = None,
    kind: str = "",
    by_run: Mapping[str, Outcome] | None = None,
    broken: Mapping[str, str] | None = None,
) -> Scenario:
    def script(wire: Wire) -> Script:
        body = shape(wire)
        return (answer(body, headers={"Content-Type": kind}),) if sent is None else sent(body)

    return Scenario(
        name=name,
        group=group,
        server=server,
        promise=promise,
        plays=lambda setting: [script(setting.wire)],
        outcome=outcome,
        ways=STREAMED,
        wires=wires,
        by_run=by_run or {},
        broken=broken or {},
    )


def by_bytes(body: bytes) -> Script:
    """Each byte in a chunk and a packet of its own."""
    return (CHUNKED, *(chunk(bytes([byte])) for byte in body), END)


def at_once(body: bytes) -> Script:
    """All of it in one packet, the head too."""
    return (CHUNKED + chunk(body) + END,)


def in_pieces(size: int) -> Callable[[bytes], Script]:
    """Chunks of *size*."""
    return lambda body: (
        CHUNKED + b"".join(chunk(body[at : at + size]) for at in range(0, len(body), size)) + END,
    )


_SHAPES: tuple[tuple[str, str, Shape], ...] = (
    ("LF", "ends its lines with LF", shaped()),
    ("CRLF", "ends its lines with CRLF", shaped(end=b"\r\n")),
    ("CR", "ends its lines with CR", shaped(end=b"\r")),
    ("mixed ends", "ends the lines of one event with LF, of the next with CRLF or CR", _mixed),
    ("BOM", "begins with a byte order mark", lambda w: b"\xef\xbb\xbf" + shaped()(w)),
    ("blank lines first", "begins with blank lines", lambda w: b"\n\r\n\n" + shaped()(w)),
    ("comments", "puts comments and pings between the events", shaped(between=b": ping\n\n:\n\n")),
    ("comments within", "puts comments into the events",
     shaped(lambda e: [b": a", *lines_of(e), b":b"])),
    ("ids and retry", "gives each event an id, and a time to come back",
     shaped(lambda e: [b"id: 7", b"retry: 3000", *lines_of(e)])),
    ("unknown fields", "has fields that nobody knows", shaped(lambda e: [*lines_of(e), b"x: y"])),
    ("fields turned around", "names the event behind its data",
     shaped(lambda e: lines_of(e)[::-1])),
    ("several lines of data", "lays its JSON out over lines of data", shaped(over_lines)),
    ("no space", "leaves the space behind the colon out",
     shaped(lambda e: [line.replace(b": ", b":", 1) for line in lines_of(e)])),
    ("many spaces", "puts three spaces behind the colon",
     shaped(lambda e: [line.replace(b": ", b":   ", 1) for line in lines_of(e)])),
    ("empty data", "puts events without data between the others",
     shaped(between=b"data:\n\ndata\n\nevent: ping\n\n")),
    ("no last blank line", "ends with its last line", lambda w: shaped()(w)[:-1]),
    ("no last line end", "ends without the end of its last line", lambda w: shaped()(w)[:-2]),
    ("escapes", "writes all that is not ASCII in escapes",
     lambda w: shaped()(w).decode().replace("ü", "\\u00fc").encode()),
)  # fmt: skip

_PACKETS: tuple[tuple[str, str, Callable[[bytes], Script]], ...] = (
    ("one byte a packet", "sends each byte in a packet of its own", by_bytes),
    ("all in one packet", "sends head, events and end in one packet", at_once),
    ("three bytes a chunk", "sends chunks of three bytes", in_pieces(3)),
    ("chunks of 61 bytes", "sends chunks of 61 bytes", in_pieces(61)),
)


def _in_array(wire: Wire) -> bytes:
    return b"[" + b"\n,\r\n".join(said(event.data) for event in wire.events) + b"]"


LEGAL = (
    *(_stream("Streams, legal", *row) for row in _SHAPES),
    *(
        _stream("Streams, legal", name, server, lambda w: w.stream, sent=sent, wires=WIRES)
        for name, server, sent in _PACKETS
    ),
    _stream("Streams, legal", "CRLF, a byte a packet", "cuts between CR and LF",
            shaped(end=b"\r\n"), sent=by_bytes),
    _stream("Streams, legal", "CR, a byte a packet", "sends lines that end with CR, byte by byte",
            shaped(end=b"\r"), sent=by_bytes),
    _stream("Streams, legal", "a byte order mark, a byte a packet", "cuts within the mark",
            lambda w: b"\xef\xbb\xbf" + shaped()(w), sent=by_bytes),
    _stream("Streams, legal", "lines with CRLF", "ends its lines of JSON with CRLF",
            lambda w: w.stream.replace(b"\n", b"\r\n"), wires=(OLLAMA,)),
    _stream("Streams, legal", "lines with blank ones", "puts blank lines between those of JSON",
            lambda w: b"\n\n" + w.stream.replace(b"\n", b"\n \n\n"), wires=(OLLAMA,)),
    _stream("Streams, legal", "lines with a BOM", "begins with a byte order mark",
            lambda w: b"\xef\xbb\xbf" + w.stream, wires=(OLLAMA,)),
    _stream("Streams, legal", "lines without the last end", "leaves the last line's end out",
            lambda w: w.stream[:-1], wires=(OLLAMA,)),
    _stream("Streams, legal", "an array", "sends the events as elements of one JSON array",
            _in_array, wires=(GEMINI,)),
    _stream("Streams, legal", "an array, a byte a packet", "sends that array byte by byte",
            _in_array, wires=(GEMINI,), sent=by_bytes),
    _stream("Streams, legal", "frames that nobody knows", "sends frames of an unknown event",
            lambda w: frame({":event-type": "new", ":message-type": "event"}, b"{}") + w.stream,
            wires=(BEDROCK,)),
    _stream("Streams, legal", "events that nobody knows", "sends events of an unknown type",
            lambda w: b'event: brand.new\ndata: {"type": "brand.new", "new": [1]}\n\n' + w.stream),
)  # fmt: skip

_KEPT = "The error is typed, and holds what had arrived."
_WRONG: tuple[tuple[str, str, bytes], ...] = (
    ("no JSON", "text that is no JSON", b"not json"),
    ("half a JSON object", "an event that ends in the middle of its JSON", b'{"a": '),
    ("a list", "a list where an object belongs", b"[1, 2]"),
    ("a number", "a number where an object belongs", b"5"),
    ("a text", "a text where an object belongs", b'"text"'),
    ("half a character", "half of a character of UTF-8", b'{"a": "\xc3"}'),
    ("Latin-1", "an event in Latin-1", '{"a": "ü"}'.encode("latin-1")),
)


def _after(wire: Wire, more: bytes) -> bytes:
    """The first words, then *more*, then the rest, which shall not count."""
    return wire.begun + more + wire.stream[len(wire.begun) :]


def _then(data: bytes) -> Shape:
    return lambda wire: _after(wire, raw_event(wire, data))


def _cut_event(wire: Wire) -> bytes:
    """The first words, and a bit of the next event."""
    return wire.stream[: len(wire.begun) + 12]


def _unmarked(wire: Wire) -> bytes:
    return wire.told(wire.events)


def _twice(wire: Wire) -> bytes:
    return wire.stream + wire.stream


def _bad_frame(wire: Wire) -> bytes:
    rest = wire.stream[len(wire.begun) :]
    return wire.begun + rest[:20] + bytes([rest[20] ^ 1]) + rest[21:]


_G = "Streams, broken"
BROKEN = (
    *(
        _stream(_G, name, f"streams the first words, then {server}",
                _then(data), UNREADABLE, _KEPT, wires=WIRES)
        for name, server, data in _WRONG
    ),
    _stream(_G, "an error", "streams the first words, then the wire's own error",
            lambda w: _after(w, w.event), TOLD, _KEPT, wires=WIRES),
    _stream(_G, "an error in plain text", "streams the first words, then an event `error` in text",
            lambda w: _after(w, b"event: error\ndata: busy\n\n"), TOLD, _KEPT,
            by_run={"-gemini-": UNREADABLE, "-cohere-": UNREADABLE}),
    _stream(_G, "a frame whose checksum is wrong", "streams the first words, then a broken frame",
            _bad_frame, UNREADABLE, _KEPT, wires=(BEDROCK,)),
    _stream(_G, "half an event", "ends the body in the middle of an event",
            _cut_event, CUT_LATER, "A stream without its end was cut, and that is an error.",
            wires=WIRES),
    _stream(_G, "the end mark missing", "sends a finish reason, and no `[DONE]`",
            _unmarked, Answered(), "A finish reason is an end, too.", wires=WIRES),
    _stream(_G, "data behind the end", "sends the whole stream twice", _twice, Answered(),
            "What comes behind the end is no part of the answer.", wires=(CHAT, *EVENTS[1:3])),
    _stream(_G, "no data", "sends lines that are no events",
            lambda _: b"Hello there\nthis is no stream\n\n", CUT,
            "A stream without its end was cut, and that is an error."),
    _stream(_G, "UTF-16", "streams in UTF-16", lambda w: w.stream.decode().encode("utf-16"),
            CUT, "A stream without its end was cut, and that is an error."),
    _stream(_G, "another charset named", "says that its UTF-8 is Latin-1", lambda w: w.stream,
            Answered(), "A stream of events is UTF-8, whatever is said.",
            kind="text/event-stream; charset=iso-8859-1"),
    _stream(_G, "the wrong type named", "calls its stream application/json", lambda w: w.stream,
            Answered(), "The body tells what it is, and not the header.",
            kind="application/json", wires=WIRES),
    _stream(_G, "half a surrogate pair", "cuts an emoji's escapes between two events",
            lambda _: b"".join(
                b"data: " + said(chat_delta({"content": "@"})).replace(b'"@"', piece) + b"\n\n"
                for piece in (b'"Z\xc3\xbc \\ud83d"', b'"\\ude00"', b'" \\ud83d"', b'"."')
            ) + b"data: " + said(chat_delta({}, "stop")) + b"\n\n",
            Answered(text="Zü 😀 \N{REPLACEMENT CHARACTER}."),
            "Two halves of a character are joined, and a lone one is marked.", wires=(CHAT,)),
)  # fmt: skip

ERRORS_FIRST = tuple(
    Scenario(
        name=f"an error as the first event{', asked again' if again else ''}",
        group=_G,
        server="tells an error in place of the first words"
        + (", and answers the next request" if again else ""),
        promise="An error before the first chunk is one like any other"
        + (": it is asked again." if again else "."),
        plays=lambda setting: [
            (answer(setting.wire.event),),
            (answer(setting.wire.stream),),
        ],
        outcome=Answered(attempts=2)
        if again
        else Failed(ServerError, fields(status=200), says="busy"),
        ways=STREAMED,
        wires=WIRES,
        retry=AGAIN if again else ONCE,
    )
    for again in (False, True)
)

STREAMS = (*LEGAL, *BROKEN, *ERRORS_FIRST)

"""HTTP itself: what is legal is understood, and what is broken is a lost answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llmkit import (
    APIError,
    Bounds,
    BoundsError,
    DecodeError,
    ResponseLostError,
    StreamInterruptedError,
    Timeout,
    TimeoutError,
)

from .connections import begun, right
from .forms import Wire, said
from .outcomes import PREFIX, Answered, Failed, OneOf, Outcome
from .scenario import BOTH, PATIENT, STREAMED, WHOLE, Scenario, Setting, Way, fields
from .server import CHUNKED, Act, Endless, Script, Unasked, answer
from .wires import CHAT, WIRES, chat_whole

OK = b"HTTP/1.1 200 OK\r\n"
_EITHER = "What HTTP lets a client read or refuse is a right answer or a lost one."
LOST = Failed(ResponseLostError)
UNREADABLE = Failed(DecodeError)
FORGED = answer(said(chat_whole({"content": "Forged."})))


def sized(setting: Setting, *lines: bytes, first: bytes = OK) -> Script:
    """The right answer under a head with *lines*, the length the last of them."""
    body = setting.body
    told = b"".join(line + b"\r\n" for line in lines)
    return (first + told + b"Content-Length: %d\r\n\r\n" % len(body) + body,)


def bare(setting: Setting, *lines: bytes, first: bytes = OK) -> Script:
    """The right answer under a head of *lines*, ended by the connection."""
    told = b"".join(line + b"\r\n" for line in lines)
    return (first + told + b"\r\n" + setting.body, Act.CLOSE)


def in_chunks(
    setting: Setting, size: int = 7, extension: bytes = b"", trailer: bytes = b""
) -> bytes:
    """The right answer in chunks of *size*."""
    body = setting.body
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x%b\r\n%b\r\n" % (len(p), extension, p) for p in pieces)
    return CHUNKED + framed + b"0\r\n" + trailer + b"\r\n"


def lengths(*values: bytes) -> Callable[[Setting], Script]:
    """The right answer under a head with a content-length of each of *values*."""

    def script(setting: Setting) -> Script:
        length = b"%d" % len(setting.body)
        told = [b"Content-Length: " + value.replace(b"N", length) for value in values]
        return (OK + b"\r\n".join(told) + b"\r\n\r\n" + setting.body,)

    return script


def _legal(
    name: str,
    server: str,
    script: Callable[[Setting], Script],
    promise: str = "What HTTP allows is understood.",
    *,
    calls: int = 2,
    wires: tuple[Wire, ...] = (CHAT,),
    by_run: Mapping[str, Outcome] | None = None,
    broken: Mapping[str, str] | None = None,
) -> Scenario:
    return Scenario(
        name=name,
        group="HTTP, legal",
        server=server,
        promise=promise,
        plays=lambda setting: [script(setting)] * calls,
        outcome=Answered(),
        calls=calls,
        wires=wires,
        by_run=by_run or {},
        broken=broken or {},
    )


def _broken(
    name: str,
    server: str,
    script: Callable[[Setting], Script],
    outcome: Outcome = LOST,
    promise: str = "What is no HTTP is a lost answer, and never a wrong one.",
    *,
    streamed: Outcome | None = None,
    ways: tuple[Way, ...] = BOTH,
    by_run: Mapping[str, Outcome] | None = None,
    broken: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
    timeout: Timeout = PATIENT,
) -> Scenario:
    return Scenario(
        name=name,
        group="HTTP, broken",
        server=server,
        promise=promise,
        plays=lambda setting: [script(setting)],
        outcome=outcome,
        streamed=streamed,
        ways=ways,
        by_run=by_run or {},
        broken=broken or {},
        bounds=bounds,
        timeout=timeout,
    )


LEGAL = (
    _legal("chunks", "sends the body in chunks of seven bytes", lambda s: (in_chunks(s),),
           wires=WIRES),
    _legal("chunks of one byte", "sends each byte in a chunk of its own",
           lambda s: (in_chunks(s, 1),), wires=WIRES),
    _legal("one byte a packet", "sends the answer a byte at a time",
           lambda s: tuple(bytes([byte]) for byte in in_chunks(s, 64)), calls=1, wires=WIRES),
    _legal("chunk extensions", "puts extensions behind the sizes of chunks",
           lambda s: (in_chunks(s, 9, b';name="va;lue";other'),)),
    _legal("spaces in chunk extensions", "puts ` ; name = value` behind the sizes of chunks",
           lambda s: (in_chunks(s, 9, b" ; name = value"),), calls=1,
           by_run={"-async": LOST}, promise=_EITHER),
    _legal("trailers", "sends headers after the body",
           lambda s: (in_chunks(s, 50, trailer=b"X-Late: 1\r\nX-Later: 2\r\n"),)),
    _legal("sizes with zeros before them", "writes the sizes of chunks as 000007 and 0000",
           lambda s: (CHUNKED + b"%08X\r\n%b\r\n0000\r\n\r\n" % (len(s.body), s.body),)),
    _legal("interim answers", "sends 100, 102 and 103 before the answer",
           lambda s: (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX-A: 1\r\n\r\n"
                      b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", *right(s)),
           "What only says that an answer will come is not taken for it."),
    _legal("HTTP/1.0", "ends the body with the connection",
           lambda s: bare(s, first=b"HTTP/1.0 200 OK\r\n")),
    _legal("HTTP/1.0 with a length", "keeps to HTTP/1.0, and tells the length",
           lambda s: (*sized(s, first=b"HTTP/1.0 200 OK\r\n"), Act.CLOSE)),
    _legal("no length", "ends the body with the connection, in HTTP/1.1", bare, wires=WIRES),
    _legal("no reason", "leaves out the words of the status line",
           lambda s: sized(s, first=b"HTTP/1.1 200\r\n")),
    _legal("odd spaces", "puts tabs and spaces around the values of headers",
           lambda s: sized(s, b"X-A:\t 1 \t", b"X-B:2", b"X-C:   ")),
    _legal("odd names", "writes headers' names in any case, with marks that tokens may have",
           lambda s: sized(s, b"x-A!#$%&'*+-.^_`|~1: 1", b"DATE: now")),
    _legal("bytes beyond ASCII in a header", "sends a header with UTF-8, and one with Latin-1",
           lambda s: sized(s, "X-City: Zürich".encode(), "X-Other: Zürich".encode("latin-1"))),
    _legal("the length twice", "tells the same content-length in two headers",
           lengths(b"N", b"N"), _EITHER, by_run={"-async": LOST}, calls=1),
    _legal("the length as a list", "tells the content-length as `N, N`", lengths(b"N, N"),
           _EITHER, by_run={"-async": LOST}, calls=1),
    _legal("many headers", "sends 80 headers",
           lambda s: sized(s, *(b"X-%d: %d" % (n, n) for n in range(80)))),
    _legal("a large header", "sends a header of 40 KB",
           lambda s: sized(s, b"X-A: " + b"a" * 40_000)),
    _legal("the same header often", "sends 40 cookies, which are not kept",
           lambda s: sized(s, *(b"Set-Cookie: a%d=b; Path=/" % n for n in range(40)))),
    Scenario(
        name="201, 202, 203, 206, 226 and 299", group="HTTP, legal",
        server="answers with another status that says it went well",
        promise="Every 2xx with an answer is an answer.",
        plays=lambda s: [sized(s, first=b"HTTP/1.1 %d Fine\r\n" % status)
                         for status in (201, 202, 203, 206, 226, 299)],
        outcome=Answered(), calls=6, wires=WIRES,
    ),
)  # fmt: skip

BROKEN = (
    _broken("no HTTP", "speaks SSH", lambda _: (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Act.CLOSE)),
    _broken("TLS in place of HTTP", "sends an alert of TLS",
            lambda _: (b"\x15\x03\x01\x00\x02\x02\x0a", Act.CLOSE)),
    _broken("HTTP/2 in place of HTTP/1.1", "sends a frame of HTTP/2",
            lambda _: (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\0" * 18, Act.CLOSE)),
    _broken("HTTP/0.9", "sends the body alone", lambda s: (s.wire.body, Act.CLOSE)),
    _broken("a status of two digits", "answers `HTTP/1.1 20 OK`",
            lambda s: (*sized(s, first=b"HTTP/1.1 20 OK\r\n"), Act.CLOSE)),
    _broken("a status of four digits", "answers `HTTP/1.1 2000 OK`",
            lambda s: (*sized(s, first=b"HTTP/1.1 2000 OK\r\n"), Act.CLOSE)),
    _broken("a status below 100", "answers `HTTP/1.1 099 OK`",
            lambda s: (*sized(s, first=b"HTTP/1.1 099 OK\r\n"), Act.CLOSE),
            by_run={"-async": Failed(APIError, fields(status=99))}),
    _broken("a status that is no number", "answers `HTTP/1.1 abc OK`",
            lambda s: (*sized(s, first=b"HTTP/1.1 abc OK\r\n"), Act.CLOSE)),
    _broken("another protocol asked for", "answers 101 and speaks something else",
            lambda _: (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       b"Connection: Upgrade\r\n\r\n\x81\x05hello", Act.CLOSE),
            Failed(APIError, fields(status=101)), "What is no answer is an error."),
    _broken("a header without a colon", "sends a line that is no header",
            lambda s: (*sized(s, b"X-Broken"), Act.CLOSE)),
    _broken("a header without a name", "sends a header that begins with its colon",
            lambda s: (*sized(s, b": nothing"), Act.CLOSE)),
    _broken("a header with a space before its colon", "sends `X-A : 1`",
            lambda s: (*sized(s, b"X-A : 1"), Act.CLOSE)),
    _broken("a header with a NUL", "sends a NUL within a header",
            lambda s: (*sized(s, b"X-A: a\0b"), Act.CLOSE)),
    _broken("lengths that differ", "tells two content-lengths, which are not the same",
            lengths(b"N", b"5")),
    _broken("a negative length", "tells `Content-Length: -5`", lengths(b"-5")),
    _broken("a length that is no number", "tells `Content-Length: many`", lengths(b"many")),
    _broken("a length with a sign", "tells `Content-Length: +N`", lengths(b"+N")),
    _broken("an unknown transfer coding", "tells `Transfer-Encoding: rot13`",
            lambda s: bare(s, b"Transfer-Encoding: rot13")),
    _broken("a chunk without a size", "sends a chunk whose size is `zz`",
            lambda _: (CHUNKED + b"zz\r\nhalf\r\n", Act.CLOSE)),
    _broken("a chunk of a negative size", "sends a chunk whose size is `-1`",
            lambda _: (CHUNKED + b"-1\r\nhalf\r\n", Act.CLOSE)),
    _broken("a chunk larger than the world", "sends a chunk whose size has 40 digits",
            lambda _: (CHUNKED + b"f" * 40 + b"\r\nhalf\r\n", Act.CLOSE)),
    _broken("a chunk without its end", "sends a chunk that is longer than its size",
            lambda s: (CHUNKED + b"3\r\n" + s.body, Act.CLOSE)),
    _broken("no content", "answers 204", lambda _: (b"HTTP/1.1 204 No Content\r\n\r\n",),
            UNREADABLE, "An answer that says nothing is an error, and no empty text.",
            streamed=Failed(StreamInterruptedError)),
)  # fmt: skip

_BOUND = "A head has a bound, whatever is in it."
_SMALL = Bounds(head_bytes=32 * 1024, headers=40)
_HEAD_BYTES = Failed(BoundsError, fields(bound="head_bytes", most=32 * 1024))
_QUICK = Timeout(connect=5, read=5, idle=5, total=0.8)
_OUT = OneOf((LOST, Failed(TimeoutError, fields(limit="total"))))
GIANT = (
    _broken("a giant header", "sends a header of 200 KB",
            lambda s: (*sized(s, b"X-A: " + b"a" * 200_000), Act.CLOSE),
            _HEAD_BYTES, _BOUND, bounds=_SMALL),
    _broken("a header without end", "sends a header for ever",
            lambda _: (OK + b"X-A: ", Endless(b"a" * 4096)), _HEAD_BYTES, _BOUND, bounds=_SMALL),
    _broken("headers without end", "sends headers for ever",
            lambda _: (OK, Endless(b"X-A: a\r\n" * 512)), Failed(BoundsError), _BOUND,
            bounds=_SMALL),
    _broken("too many headers", "sends 60 headers where 40 are allowed",
            lambda s: sized(s, *(b"X-%d: 1" % n for n in range(60))),
            Failed(BoundsError, fields(bound="headers", most=40)), _BOUND, bounds=_SMALL),
    _broken("a trailer without end", "sends a header after the body for ever",
            lambda s: (in_chunks(s, 50)[:-2] + b"X-A: ", Endless(b"a" * 4096)),
            LOST, "What never ends is lost, or ended by `total`.",
            by_run={"-async": _OUT}, timeout=_QUICK, ways=WHOLE),
    _broken("a chunk extension without end", "sends an extension for ever",
            lambda _: (CHUNKED + b"5;", Endless(b"a" * 4096)), LOST,
            "What never ends is lost, or ended by `total`.",
            by_run={"-async": _OUT}, timeout=_QUICK),
    _broken("interim answers without end", "sends 102 for ever",
            lambda _: (Endless(b"HTTP/1.1 102 Processing\r\n\r\n" * 64),),
            Failed(BoundsError), _BOUND, bounds=_SMALL),
)  # fmt: skip

_FORGED = "Bytes that nobody asked for never become the answer of the next call."
MIXED = (
    Scenario(
        name="an answer too many, at once",
        group="HTTP, broken",
        server="sends a second answer in one piece with the first",
        promise=_FORGED,
        plays=lambda setting: [(_first(setting) + FORGED,)] * 3,
        outcome=Answered(),
        calls=3,
    ),
    Scenario(
        name="an answer too many, later",
        group="HTTP, broken",
        server="sends a second answer once the first was read, and the connection is idle",
        promise=_FORGED,
        plays=lambda setting: [(*right(setting), Unasked(FORGED))] * 3,
        outcome=Answered(),
        calls=3,
        between="unasked",
    ),
    Scenario(
        name="more than its length",
        group="HTTP, broken",
        server="sends more bytes than the content-length tells",
        promise=_EITHER,
        plays=lambda setting: [(_first(setting) + b"surplus",)] * 3,
        outcome=Answered(),
        calls=3,
    ),
    Scenario(
        name="transfer-encoding twice",
        group="HTTP, broken",
        server="says `Transfer-Encoding: chunked` twice, and sends chunks",
        promise=_EITHER,
        plays=lambda s: [(_with(in_chunks(s), b"Transfer-Encoding: chunked"),)],
        outcome=Answered(),
    ),
    Scenario(
        name="a length beside chunks",
        group="HTTP, broken",
        server="tells a content-length, and sends chunks",
        promise=_EITHER,
        plays=lambda s: [(_with(in_chunks(s), b"Content-Length: 5"),)],
        outcome=Answered(),
        by_run={"-async": LOST},
    ),
    Scenario(
        name="a stream whose chunks break",
        group="HTTP, broken",
        server="streams the first words, then a chunk without a size",
        promise="What had arrived before the break is kept.",
        plays=lambda setting: [(begun(setting) + b"zz\r\n", Act.CLOSE)],
        outcome=Failed(StreamInterruptedError, partial=PREFIX),
        ways=STREAMED,
        wires=WIRES,
    ),
)


def _first(setting: Setting) -> bytes:
    """The right answer's bytes."""
    return answer(setting.body)


def _with(framed: bytes, line: bytes) -> bytes:
    """*framed* with one more line in its head."""
    return framed.replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


FRAMING = (*LEGAL, *BROKEN, *GIANT, *MIXED)

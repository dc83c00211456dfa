"""How the sync transport reads HTTP/1.1: heads and bodies as values, cut anywhere."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import errors
from llmkit._bounds import BOUNDS, Bounds
from llmkit._transports.sync_answer import (
    Body,
    BrokenAnswerError,
    Chunked,
    Head,
    Sized,
    Unsized,
    receive_head,
)
from llmkit._transports.sync_connections import Call, TimedConnection
from llmkit._transports.sync_requests import RequestsTransport

from .colour import NO_PROXY, PATIENT, Colour, post
from .wire_server import CHUNKED, END, Act, WireServer, answer, chunk

OK = b"HTTP/1.1 200 OK\r\n"


def head_of(lines: bytes, method: str = "POST") -> Head:
    """The head with these lines after its first."""
    return Head.of(OK + lines + b"\r\n", method, BOUNDS)


def received(*pieces: bytes, bounds: Bounds = BOUNDS) -> tuple[Head, bytes]:
    """What is read of these pieces, each sent by itself, and then the connection's end."""
    mine, theirs = socket.socketpair()
    with mine, theirs:
        theirs.sendall(b"".join(pieces))
        theirs.shutdown(socket.SHUT_WR)
        return receive_head(mine, "POST", bounds)


def body_of(body: Body, data: bytes, *cuts: int) -> bytes:
    """What *body* takes out of *data*, given in pieces and then ended."""
    told, at = b"", 0
    for cut in (*sorted(cuts), len(data)):
        if data[at:cut] and not body.over:
            told += body.take(data[at:cut])
            assert body.broken is None
        at = cut
    if not body.over:
        body.cut()
    return told


# ---------------------------------------------------------------- heads


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_head(end: bytes) -> None:
    """Status, headers and what comes after; a line may end in a bare LF."""
    lines = (b"HTTP/1.1 429 Too Many", b"Retry-After:  7 ", b"X-Tag:a", b"x-tag: b", b"", b"")
    head, rest = received(end.join(lines) + b"rest")
    assert (head.status, rest) == (429, b"rest")
    assert dict(head.headers) == {"retry-after": "7", "x-tag": "a, b"}


@pytest.mark.parametrize("first", [b"HTTP/1.1 200", b"HTTP/1.0 200 OK", b"HTTP/1.1  200 a b"])
def test_first_lines(first: bytes) -> None:
    """The reason may be missing, or have spaces."""
    assert Head.of(first + b"\r\n\r\n", "POST", BOUNDS).status == 200


def test_a_folded_line_goes_on() -> None:
    """A line that begins with space belongs to the one before it, with a colon too."""
    folded = head_of(b"X-A: one\r\n  two: 2\r\n\tthree\r\nX-B: 1\r\n").headers
    assert dict(folded) == {"x-a": "one two: 2 three", "x-b": "1"}


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        OK + b"no header\r\n\r\n",
        OK + b" folded: first\r\n\r\n",
        OK + b"Content-Length : 5\r\n\r\n",
        OK + b": nameless\r\n\r\n",
        OK + b"X: a\rb\r\n\r\n",
        OK + b"X: a\0b\r\n\r\n",
        OK + b"Content-Length: 5",
        OK + b"Content-Length: 5\r\n",
        b"",
    ],
)
def test_what_is_no_head(head: bytes) -> None:
    """A head that is malformed or cut is none, and what it seems to say is not believed."""
    with pytest.raises(BrokenAnswerError):
        received(head)


def test_what_is_no_http_is_not_waited_for() -> None:
    """The first bytes may say that no head will come."""
    mine, theirs = socket.socketpair()
    with mine, theirs:
        mine.settimeout(5)
        theirs.sendall(b"SSH-2.0")
        with pytest.raises(BrokenAnswerError):
            receive_head(mine, "POST", BOUNDS)


def test_interim_heads_are_passed_over_within_bounds() -> None:
    """They count against the head's bound, so that they cannot go on for ever."""
    interim = b"HTTP/1.1 102 Processing\r\n\r\n"
    assert received(interim * 3, OK + b"\r\n")[0].status == 200
    with pytest.raises(errors.BoundsError):
        received(interim * 4, bounds=Bounds(head_bytes=len(interim) * 3))


@pytest.mark.parametrize("lines", [b"X: y\r\n" * 3, b"X: " + b"y" * 100])
def test_a_head_beyond_its_bounds(lines: bytes) -> None:
    """Too many lines and too many bytes are refused, the head being whole or not."""
    with pytest.raises(errors.BoundsError):
        received(OK + lines + b"\r\n\r\n", bounds=Bounds(head_bytes=100, headers=2))


# ---------------------------------------------------------------- framing


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (b"Content-Length: 5\r\n", Sized),
        (b"Content-Length: 5, 5\r\n", Sized),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", Sized),
        (b"Transfer-Encoding: Chunked\r\n", Chunked),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Chunked),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Chunked),
        (b"", Unsized),
    ],
)
def test_how_a_body_is_framed(lines: bytes, kind: type[Body]) -> None:
    """Chunks before a length, a length before the connection's end; what is said twice is said."""
    assert type(head_of(lines).body) is kind


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: -5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5x\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: " + b"9" * 19 + b"\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ],
)
def test_a_framing_that_is_not_understood(lines: bytes) -> None:
    """Where a body ends is never guessed."""
    with pytest.raises(BrokenAnswerError):
        head_of(lines)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified", b"101 Switch"])
def test_an_answer_without_a_body(status: bytes) -> None:
    """Some have none, whatever their headers say; the answer to HEAD has none, either."""
    lines = b"Content-Length: 5\r\n\r\n"
    assert Head.of(b"HTTP/1.1 " + status + b"\r\n" + lines, "POST", BOUNDS).body.over
    assert head_of(b"Content-Length: 5\r\n", "HEAD").body.over


@pytest.mark.parametrize(
    ("head", "last"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", False),
        (OK + b"Content-Length: 0\r\nConnection: Close\r\n\r\n", True),
        (OK + b"Content-Length: 0\r\nConnection: keep-alive\r\n\r\n", False),
        (OK + b"\r\n", True),
        (b"HTTP/1.1 101 Switch\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", False),
    ],
)
def test_the_last_answer_of_a_connection(head: bytes, last: bool) -> None:
    """The server may say so, or must be taken to."""
    assert Head.of(head, "POST", BOUNDS).last is last


FRAMED: list[tuple[Callable[[], Body], bytes, bytes]] = [
    (lambda: Sized(10), b"0123456789", b"0123456789"),
    (Unsized, b"0123456789", b"0123456789"),
    (Chunked, chunk(b"01234") + chunk(b"5") + chunk(b"6789") + END, b"0123456789"),
    (Chunked, b"00A ; name=value\r\n0123456789\r\n0;x\r\nTrailer: 1\r\n\r\n", b"0123456789"),
    (Chunked, chunk(b"a\r\n5\r\nb\r\n") + END, b"a\r\n5\r\nb\r\n"),
    (Chunked, END, b""),
]


@pytest.mark.parametrize(("make", "data", "told"), FRAMED)
def test_bodies_cut_anywhere(make: Callable[[], Body], data: bytes, told: bytes) -> None:
    """A body is the same however it comes: whole, cut at any two offsets, byte by byte."""
    assert body_of(make(), data) == told
    assert body_of(make(), data, *range(len(data))) == told
    for first in range(len(data)):
        for second in range(first, len(data)):
            assert body_of(make(), data, first, second) == told


@pytest.mark.parametrize(("make", "data"), [(each[0], each[1]) for each in FRAMED])
def test_a_body_that_is_cut_is_not_whole(make: Callable[[], Body], data: bytes) -> None:
    """Only a body that ends with its connection may end anywhere."""
    for end in range(len(data)):
        if isinstance(make(), Unsized):
            assert body_of(make(), data[:end]) == data[:end]
            continue
        with pytest.raises(BrokenAnswerError):
            body_of(make(), data[:end])


@pytest.mark.parametrize(("make", "data", "told"), FRAMED)
def test_more_than_the_body_is_not_the_body(
    make: Callable[[], Body], data: bytes, told: bytes
) -> None:
    """What comes after the end is told apart, and noticed."""
    body = make()
    if not isinstance(body, Unsized):
        assert body.take(data + b"HTTP/1.1 408") == told
        assert (body.over, body.surplus) == (True, True)
        whole = make()
        whole.take(data)
        assert (whole.over, whole.surplus) == (True, False)


@pytest.mark.parametrize(
    "data",
    [
        b"zz\r\nhalf\r\n",
        b"-5\r\nhello\r\n",
        b"0x5\r\nhello\r\n",
        b"5 5\r\nhello\r\n",
        b"\r\n5\r\nhello\r\n",
        b"5\nhello\r\n0\n\n",
        b"5\r\nhelloworld\r\n0\r\n\r\n",
        b"5\r\nhello5\r\nhello\r\n0\r\n\r\n",
        b"1" * 16 + b"\r\n",
        b"1;" + b"x" * 70_000,
        b"0\r\n" + b"X: y\r\n" * 20_000,
    ],
)
def test_chunks_that_are_none(data: bytes) -> None:
    """A size is hexadecimal digits on a line that ends in CR LF, after what ends the last one."""
    body = Chunked()
    body.take(data)
    assert body.broken is not None
    assert not body.over


def test_what_came_before_a_break_is_handed_out() -> None:
    """Chunks that came in one read with what is none are the body's all the same."""
    body = Chunked()
    assert body.take(chunk(b"1") + chunk(b"2") + b"zz\r\n") == b"12"
    assert body.broken is not None
    transport = RequestsTransport(environment=NO_PROXY)
    with WireServer((CHUNKED + chunk(b"1") + b"zz\r\n", Act.HOLD)) as server:
        stream = transport.stream(post(server.url), PATIENT, None)
        assert stream.read("idle") == b"1"
        with pytest.raises(errors.ResponseLostError):
            stream.read("idle")
        server.wait_for_open(0)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.data())
def test_any_chunks_cut_anywhere(pieces: list[bytes], data: st.DataObject) -> None:
    """Whatever is in the chunks, and however they come, the body is their sum."""
    framed = b"".join(map(chunk, pieces)) + END
    cuts = data.draw(st.lists(st.integers(0, len(framed)), max_size=6))
    assert body_of(Chunked(), framed, *cuts) == b"".join(pieces)


# ---------------------------------------------------------------- on the wire


def test_an_answer_that_came_before_its_request_was_out() -> None:
    """A server that refuses a request by its head, and closes, is heard all the same."""
    mine, theirs = socket.socketpair()
    with mine:
        theirs.sendall(b"HTTP/1.1 413 Too Large\r\n\r\nno")
        theirs.close()
        call, connection = Call("here", PATIENT, None), TimedConnection("localhost")
        call.connection, connection.call, connection.sock = connection, call, mine
        head, rest = connection.ask("POST", b"POST / HTTP/1.1\r\n\r\n", b"x" * 100_000)
    assert (head.status, rest) == (413, b"no")


@pytest.mark.parametrize("framed", [answer(b"{}"), CHUNKED + chunk(b"{}") + END])
def test_a_connection_that_says_more_than_was_asked_is_closed(
    colour: Colour, framed: bytes
) -> None:
    """What comes after an answer is the answer to nothing, and not to the next request."""
    with WireServer((framed + answer(b"forged"),), (answer(b"mine"),)) as server:
        assert colour.send(post(server.url)).body == b"{}"
        assert colour.send(post(server.url)).body == b"mine"
        assert server.connections == 2


def test_events_that_are_there_are_read_at_once(colour: Colour) -> None:
    """However many chunks a stream came in, what has come of it is one read's."""
    events = [b"data: %d\n\n" % number for number in range(100)]
    with WireServer((CHUNKED + b"".join(map(chunk, events)) + END,)) as server:
        stream = colour.stream(post(server.url))
        server.wait_for_requests(1)
        colour.settle()
        reads = list(iter(stream.read, b""))
    assert b"".join(reads) == b"".join(events)
    assert len(reads) < 10


def test_a_connection_that_is_to_end_is_not_used_again(colour: Colour) -> None:
    """A server that says so is believed before it closes."""
    closing = answer(headers={"Connection": "close"})
    with WireServer((closing, 0.2), (answer(),)) as server:
        for _ in range(2):
            assert colour.send(post(server.url)).status == 200
        assert server.connections == 2

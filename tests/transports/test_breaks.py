"""Answers that begin as HTTP and break off being it, wherever the reads fall."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from llmkit import Bounds, errors

from .colour import Colour, post
from .wire_server import CHUNKED, Act, Script, WireServer, answer, chunk

INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
BREAK = b"zz\r\n"
BROKEN: dict[str, Script] = {
    "with its head": (CHUNKED + chunk(b"words") + BREAK,),
    "after its head": (CHUNKED, 0.05, chunk(b"words") + BREAK),
    "after words": (CHUNKED + chunk(b"wo"), 0.05, chunk(b"rds") + BREAK),
    "alone": (CHUNKED + chunk(b"words"), 0.05, BREAK),
    "with half of its head": (CHUNKED[:20], 0.05, CHUNKED[20:] + chunk(b"words") + BREAK),
    "with interim heads": (INTERIM * 3 + CHUNKED + chunk(b"words") + BREAK,),
    "after an interim head": (INTERIM, 0.05, CHUNKED + chunk(b"words") + BREAK),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_came_before_a_break_is_handed_out(colour: Colour, name: str) -> None:
    """Then the break is told at once, though the server keeps the connection open."""
    with WireServer((*BROKEN[name], Act.HOLD)) as server:
        stream = colour.stream(post(server.url))
        got = b""
        while len(got) < len(b"words"):
            got += stream.read()
        assert (stream.status, got) == (200, b"words")
        with pytest.raises(errors.ResponseLostError):
            stream.read()
        server.wait_for_open(0)


def test_the_status_of_an_error_survives_a_break(colour: Colour) -> None:
    """An error's body may be cut short; its status is there."""
    refused = b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"why") + BREAK
    with WireServer((refused, Act.HOLD)) as server:
        response = colour.send(post(server.url))
        assert (response.status, response.body) == (401, b"why")


def test_more_than_the_body_ends_the_connection(colour: Colour) -> None:
    """The answer is whole; what comes after it is nobody's."""
    with WireServer((answer(b"whole") + b"surplus", Act.HOLD), (answer(b"next"),)) as server:
        assert colour.send(post(server.url)).body == b"whole"
        assert colour.send(post(server.url)).body == b"next"
        assert server.connections == 2


@pytest.mark.parametrize("coding", ["rot13", "gzip, chunked", "chunked, rot13", "identity"])
def test_an_unknown_transfer_coding_is_a_lost_answer(colour: Colour, coding: str) -> None:
    """It is never read as if it were plain."""
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n".encode()
    with (
        WireServer((head + b"3\r\nabc\r\n0\r\n\r\n", Act.CLOSE)) as server,
        pytest.raises(errors.ResponseLostError),
    ):
        colour.send(post(server.url))


def test_a_transfer_coding_of_no_body_does_not_matter(colour: Colour) -> None:
    """A 204 has none, whatever its head tells."""
    with WireServer((b"HTTP/1.1 204 No\r\nTransfer-Encoding: rot13\r\n\r\n",)) as server:
        assert colour.send(post(server.url)).status == 204


@pytest.mark.parametrize("together", [True, False], ids=["in one read", "in many reads"])
def test_interim_heads_are_bounded_together(
    make_colour: Callable[..., Colour], together: bool
) -> None:
    """However many come with one read, all count."""
    one: Script = (INTERIM * 40,) if together else (INTERIM, 0.01) * 40
    with (
        WireServer((*one, Act.HOLD)) as server,
        pytest.raises(errors.BoundsError) as caught,
    ):
        make_colour(bounds=Bounds(head_bytes=len(INTERIM) * 30)).send(post(server.url))
    assert caught.value.bound == "head_bytes"


def test_headers_are_counted_by_their_head(make_colour: Callable[..., Colour]) -> None:
    """Interim heads, together or half of the next, leave a head all the lines it may have."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + b"X: 1\r\n" * 9 + b"\r\n"
    script = (INTERIM * 5, 0.02, INTERIM * 5 + head[:40], 0.02, head[40:])
    with WireServer(script) as server:
        assert make_colour(bounds=Bounds(headers=10)).send(post(server.url)).status == 200
        with pytest.raises(errors.BoundsError):
            make_colour(bounds=Bounds(headers=9)).send(post(server.url))


@pytest.mark.parametrize("begun", [b"H", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_half_an_answer_too_many_is_no_part_of_the_next(colour: Colour, begun: bytes) -> None:
    """What came with an answer is not put before that of the next call."""
    with WireServer((answer(b"whole") + begun,), (answer(b"next"),)) as server:
        assert colour.send(post(server.url)).body == b"whole"
        response = colour.send(post(server.url))
        assert (response.body, response.headers.get("x")) == (b"next", None)

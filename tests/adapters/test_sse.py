"""Server-sent events, in every shape that servers send and every way that networks cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import Bounds
from llmkit.adapters.sse import Event, SSEDecoder
from llmkit.errors import DecodeError


def decoded(stream: bytes, size: int | None = None, most: int = 1 << 20) -> list[Event]:
    """The events of *stream*, fed in pieces of *size* bytes."""
    decoder = SSEDecoder(Bounds(event_bytes=most))
    events: list[Event] = []
    for start in range(0, len(stream), size or len(stream) or 1):
        events += decoder.feed(stream[start : start + (size or len(stream))])
    return events + decoder.close()


SHAPES: dict[str, tuple[bytes, list[tuple[str, bytes]]]] = {
    "one event": (b"data: a\n\n", [("", b"a")]),
    "lines end in CR LF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [("", b"a"), ("", b"b")]),
    "lines end in CR": (b"data: a\r\rdata: b\r\r", [("", b"a"), ("", b"b")]),
    "line ends of all three kinds": (
        b"data: a\r\n\ndata: b\r\rdata: c\n\r\n",
        [("", b"a"), ("", b"b"), ("", b"c")],
    ),
    "LF, then CR: two ends": (b"data: a\n\rdata: b\n\n", [("", b"a"), ("", b"b")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [("", b"a")]),
    "a second mark is no mark": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    "half a mark is none": (b"\xef\xbbdata: a\n\ndata: b\n\n", [("", b"b")]),
    "nothing but half a mark": (b"\xef\xbb", []),
    "no space after the colon": (b"data:{}\n\n", [("", b"{}")]),
    "one space belongs to the field, two do not": (b"data:  a\n\n", [("", b" a")]),
    "data over several lines": (b"data: a\ndata:\ndata: b\n\n", [("", b"a\n\nb")]),
    "data without a colon is an empty line": (b"data\ndata: a\n\n", [("", b"\na")]),
    "a field that only begins like data": (b"database: a\n\n", []),
    "comments": (b": OPENROUTER PROCESSING\n\n:\ndata: a\n: b\n\n", [("", b"a")]),
    "a name": (b"event: error\ndata: a\n\n", [("error", b"a")]),
    "a name after the data": (b"data: a\nevent:error\n\n", [("error", b"a")]),
    "a name lasts one event": (b"event: x\ndata: a\n\ndata: b\n\n", [("x", b"a"), ("", b"b")]),
    "a name without data is no event": (b"event: ping\n\ndata: a\n\n", [("", b"a")]),
    "ids and retries": (b"id: 7\nretry: 10\ndata: a\n\n", [("", b"a")]),
    "many blank lines": (b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n", [("", b"a"), ("", b"b")]),
    "empty data": (b"data:\n\n", [("", b"")]),
    "no blank line before the end": (b"data: a\n\ndata: b\n", [("", b"a"), ("", b"b")]),
    "no line end before the end": (b"data: a\n\ndata: b", [("", b"a"), ("", b"b")]),
    "letters of several bytes": ("data: für 🦙\n\n".encode(), [("", "für 🦙".encode())]),
    "bytes that are no UTF-8": (b"data: \xff\n\n", [("", b"\xff")]),
    "other line ends of Unicode": (
        "data: a\u2028b\x85c\n\n".encode(),
        [("", "a\u2028b\x85c".encode())],
    ),
    "nothing": (b"", []),
    "neither events nor sense": (b"<html>\n<body>", []),
}


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize(("stream", "events"), SHAPES.values(), ids=SHAPES)
def test_a_shape_is_read(stream: bytes, events: list[tuple[str, bytes]], size: int | None) -> None:
    """Each legal and broken shape gives its events: whole, byte by byte, in 7 bytes."""
    assert decoded(stream, size) == events


@pytest.mark.parametrize(("stream", "events"), SHAPES.values(), ids=SHAPES)
def test_a_shape_may_be_cut_anywhere(stream: bytes, events: list[tuple[str, bytes]]) -> None:
    """A cut at any offset changes nothing."""
    for cut in range(len(stream) + 1):
        decoder = SSEDecoder()
        found = decoder.feed(stream[:cut]) + decoder.feed(stream[cut:]) + decoder.close()
        assert found == events, f"cut at {cut}"


def test_an_event_comes_as_soon_as_it_is_whole() -> None:
    """The blank line is enough, even where it ends in a CR whose LF may still come."""
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\n") == []
    assert decoder.feed(b"\n") == [("", b"a")]
    assert decoder.feed(b"data: b\r\r") == [("", b"b")]
    assert decoder.feed(b"\ndata: c\n\n") == [("", b"c")]


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "error", "ping"]),
            st.lists(LINES, min_size=1),
            st.sampled_from(["data: ", "data:"]),
            st.sampled_from(["\n", "\r\n", "\r"]),
        ),
        max_size=6,
    ),
    st.booleans(),
    st.data(),
)
def test_any_cuts_of_any_events_give_the_events(
    events: list[tuple[str, list[str], str, str]], mark: bool, data: st.DataObject
) -> None:
    """What was sent is what is read, whatever the line ends and wherever the network cuts."""
    stream = b"\xef\xbb\xbf" if mark else b""
    sent = []
    for name, lines, field, end in events:
        if field == "data:":  # where a space of the data's own would be taken for the field's
            lines = [line.lstrip(" ") for line in lines]
        head = f"event: {name}{end}" if name else ""
        stream += (head + "".join(f"{field}{line}{end}" for line in lines) + end).encode()
        sent.append((name, "\n".join(lines).encode()))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    decoder = SSEDecoder()
    found: list[Event] = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)]):
        found += decoder.feed(stream[start:stop])
    assert found + decoder.close() == sent


TOO_LARGE = {
    "a line without an end": b"data: " + b"x" * 100,
    "a line with its end": b"data: " + b"x" * 100 + b"\n\n",
    "many lines": b"data: xxxx\n" * 20,
    "many empty lines": b"data:\n" * 20,
    "many lines without a colon": b"data\n" * 20,
    "a comment": b":" + b"x" * 100,
}


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize("stream", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_held_is_bounded(stream: bytes, size: int | None) -> None:
    """An event over the cap is refused, however it comes: memory is not the server's to fill."""
    with pytest.raises(DecodeError, match="larger than 64 bytes"):
        decoded(b"data: fine\n\n" + stream, size, most=64)


@pytest.mark.parametrize("size", [None, 1, 7])
def test_the_cap_is_for_one_event(size: int | None) -> None:
    """A long stream of small events has no end to fear."""
    assert len(decoded(b"data: 123456789\n\n" * 100, size, most=64)) == 100


WHOLE = [
    b"data: a\n\n",
    b"event: x\ndata: b\n\n",
    b"event: x\ndata: c\ndata: d\n\n",
    b"event: y\ndata:e\n\n",
    b": a comment\n\n",
    b"id: 1\ndata: f\n\n\n",
    b"data: g\nevent: x\n\n",
    b"event: ping\n\n",
]
"""Events and what is between them, each with its blank line."""


@given(st.lists(st.sampled_from(WHOLE).flatmap(lambda one: st.integers(1, 6).map([one].__mul__))))
def test_events_of_many_forms_in_one_read(runs: list[list[bytes]]) -> None:
    """What an event is does not hang on the events before it, like it or not."""
    blocks = [block for run in runs for block in run]
    alone = [event for block in blocks for event in decoded(block)]
    assert decoded(b"".join(blocks)) == alone
    assert decoded(b"".join(blocks), 5) == alone

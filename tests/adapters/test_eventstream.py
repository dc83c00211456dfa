"""The binary event stream, held against botocore's own decoder of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from exchanges.recording import load
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmkit import Bounds
from llmkit.adapters.eventstream import EventStreamDecoder, Frame
from llmkit.errors import DecodeError

from .frames import event, frame, framed, named

botocore = pytest.importorskip("botocore.eventstream")


def theirs(data: bytes) -> list[Frame]:
    """What botocore reads of *data*."""
    buffer = botocore.EventStreamBuffer()
    buffer.add_data(data)
    return [Frame(message.headers, message.payload) for message in buffer]


def ours(pieces: Sequence[bytes]) -> list[Frame]:
    """What llmkit reads of *pieces*, which end between two frames."""
    decoder = EventStreamDecoder()
    frames = [frame for piece in pieces for frame in decoder.feed(piece)]
    assert decoder.close()
    return frames


def cut(data: bytes, size: int) -> list[bytes]:
    """*data* in pieces of *size*."""
    return [data[start : start + size] for start in range(0, len(data), size)]


_NAMES = st.text(min_size=1, max_size=30)
_NUMBERS = {2: ">b", 3: ">h", 4: ">i", 5: ">q", 8: ">q"}


def _number(kind: int) -> st.SearchStrategy[tuple[int, bytes]]:
    bits = 8 * struct.calcsize(_NUMBERS[kind])
    numbers = st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)
    return numbers.map(lambda value: (kind, struct.pack(_NUMBERS[kind], value)))


_VALUES = st.one_of(
    st.just((0, b"")),
    st.just((1, b"")),
    *(_number(kind) for kind in _NUMBERS),
    st.binary(max_size=50).map(lambda value: (6, struct.pack(">H", len(value)) + value)),
    st.text(max_size=20).map(
        lambda value: (7, struct.pack(">H", len(value.encode())) + value.encode())
    ),
    st.binary(min_size=16, max_size=16).map(lambda value: (9, value)),
)
_FRAMES = st.builds(
    lambda headers, payload: framed(
        b"".join(named(name, kind, value) for name, (kind, value) in headers.items()), payload
    ),
    st.dictionaries(_NAMES, _VALUES, max_size=6),
    st.binary(max_size=300),
)


@given(st.lists(_FRAMES, max_size=5), st.integers(1, 60))
def test_any_frames_are_read_as_botocore_reads_them(made: list[bytes], size: int) -> None:
    """Headers of every type and any payload come out as botocore's decoder has them, however
    they are cut."""
    data = b"".join(made)
    expected = theirs(data)
    assert ours([data]) == expected
    assert ours(cut(data, size)) == expected
    assert len(expected) == len(made)


def test_recorded_frames_are_read_as_botocore_reads_them() -> None:
    """Every recorded stream of this form gives botocore's frames: whole, and byte by byte."""
    found = load()
    if found.missing:
        pytest.skip(found.missing)
    streams = [
        recording.answer
        for recording in found.recordings
        if recording.headers.get("content-type") == "application/vnd.amazon.eventstream"
    ]
    assert streams
    for data in streams:
        expected = theirs(data)
        assert expected
        assert ours([data]) == expected
        assert ours(cut(data, 1)) == expected


def test_a_cut_stream_is_known_as_cut() -> None:
    """The end of the bytes inside a frame is told; between two frames it is the end."""
    one = event("messageStart", {"role": "assistant"})
    data = one * 2
    for end in range(len(data) + 1):
        decoder = EventStreamDecoder()
        frames = decoder.feed(data[:end])
        assert len(frames) == end // len(one)
        assert decoder.close() == (end % len(one) == 0)


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.integers(1, 255))
@example(0, 1)
def test_one_wrong_byte_is_never_read(place: int, change: int) -> None:
    """Whichever byte of a frame differs, the frame is refused or its end is waited for: the two
    CRCs between them hold every byte."""
    good = event("contentBlockDelta", {"delta": {"text": "hello"}})
    bad = bytearray(good)
    bad[place % len(bad)] ^= change
    decoder = EventStreamDecoder()
    with pytest.raises(DecodeError):
        decoder.feed(bytes(bad))


def test_what_stands_before_a_broken_frame_is_given_first() -> None:
    """However the bytes arrive, the good frames come out before the error does."""
    good = event("messageStart", {})
    bad = good[:-1] + bytes([good[-1] ^ 1])
    decoder = EventStreamDecoder()
    assert len(decoder.feed(good + good + bad + good)) == 2
    for _ in range(2):
        with pytest.raises(DecodeError, match="CRC"):
            decoder.feed(b"")
    assert not decoder.close()


def test_a_frame_has_a_largest_size() -> None:
    """A frame beyond the limit is refused by its first twelve bytes, before it is held."""
    data = frame({}, b"x" * 101)
    assert len(EventStreamDecoder(Bounds(event_bytes=101)).feed(data)) == 1
    with pytest.raises(DecodeError, match="bytes"):
        EventStreamDecoder(Bounds(event_bytes=100)).feed(data[:12])
    with pytest.raises(DecodeError, match="headers"):
        EventStreamDecoder().feed(framed(b"\0" * (128 * 1024 + 1), b"")[:12])


@pytest.mark.parametrize(
    "headers",
    [
        named("a", 10, b""),
        named("a", 7, struct.pack(">H", 9) + b"short"),
        named("a", 7, struct.pack(">H", 1) + b"\xff"),
        named("a", 4, b"\0\0"),
        named("a", 9, b"0123456789"),
        b"\x09abc",
        b"\x01a",
        named("a", 0, b"") * 2,
    ],
    ids=["type", "length", "utf-8", "number", "uuid", "name", "no value", "twice"],
)
def test_headers_that_cannot_be_read_are_refused(headers: bytes) -> None:
    """Headers whose CRC holds and which are no headers all the same are a DecodeError."""
    with pytest.raises(DecodeError):
        EventStreamDecoder().feed(framed(headers, b"{}"))


def test_a_frame_gives_its_text_headers_by_name() -> None:
    """`Frame.text` is a header that is text, and "" for any other or none."""
    read = Frame({":event-type": "metadata", "n": 1}, b"")
    assert read.text(":event-type") == "metadata"
    assert read.text("n") == read.text("missing") == ""

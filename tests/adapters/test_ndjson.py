"""Newline-delimited JSON, however networks cut it."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import Bounds
from llmkit.adapters.ndjson import NDJSONDecoder
from llmkit.errors import DecodeError


def decoded(stream: bytes, size: int | None = None, most: int = 1 << 20) -> list[bytes]:
    """The lines of *stream*, fed in pieces of *size* bytes."""
    decoder = NDJSONDecoder(Bounds(event_bytes=most))
    step = size or len(stream) or 1
    lines: list[bytes] = []
    for start in range(0, len(stream), step):
        lines += decoder.feed(stream[start : start + step])
    return lines + decoder.close()


SHAPES: dict[str, tuple[bytes, list[bytes]]] = {
    "one line": (b'{"a":1}\n', [b'{"a":1}']),
    "two lines": (b"{}\n[]\n", [b"{}", b"[]"]),
    "lines end in CR LF": (b"{}\r\n[]\r\n", [b"{}", b"[]"]),
    "no line end at the end": (b"{}\n[]", [b"{}", b"[]"]),
    "a CR and no LF at the end": (b"{}\r", [b"{}"]),
    "empty lines": (b"\n\n{}\n\r\n \n[]\n\n", [b"{}", b"[]"]),
    "spaces around a line": (b"  {} \t\n", [b"{}"]),
    "a byte order mark": (b"\xef\xbb\xbf{}\n[]\n", [b"{}", b"[]"]),
    "a byte order mark and nothing else": (b"\xef\xbb\xbf\n{}\n", [b"{}"]),
    "letters of several bytes": ('"für 🦙"\n'.encode(), ['"für 🦙"'.encode()]),
    "other line ends of Unicode": ('"a\u2028b\x85c"\n'.encode(), ['"a\u2028b\x85c"'.encode()]),
    "nothing": (b"", []),
    "nothing but line ends": (b"\r\n\n", []),
}


@pytest.mark.parametrize("size", [None, 1, 2, 7])
@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_its_lines(shape: str, size: int | None) -> None:
    """Whole or in pieces of any size."""
    stream, lines = SHAPES[shape]
    assert decoded(stream, size) == lines


VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    values=st.lists(VALUES, max_size=6),
    end=st.sampled_from([b"\n", b"\r\n"]),
    last=st.booleans(),
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
def test_any_values_survive_any_cutting(
    values: list[object], end: bytes, last: bool, cuts: list[int]
) -> None:
    """What was written is what is read, wherever the pieces end."""
    stream = end.join(json.dumps(value, ensure_ascii=False).encode() for value in values)
    stream += end if last and values else b""
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = NDJSONDecoder()
    lines: list[bytes] = []
    for start, stop in pairwise(places):
        lines += decoder.feed(stream[start:stop])
    lines += decoder.close()
    assert [json.loads(line) for line in lines] == values


@given(st.binary(max_size=200), st.integers(1, 9))
def test_any_bytes_give_the_same_lines_however_they_are_cut(stream: bytes, size: int) -> None:
    """Bytes that are no text, too."""
    assert decoded(stream, size) == decoded(stream)


@pytest.mark.parametrize("size", [None, 1, 4])
def test_a_line_that_is_too_long_is_refused(size: int | None) -> None:
    """As soon as it is, and not when its end has come."""
    with pytest.raises(DecodeError, match="larger than 8 bytes"):
        decoded(b"123456789", size, most=8)
    with pytest.raises(DecodeError, match="larger than 8 bytes"):
        decoded(b"1\n123456789\n1\n", size, most=8)


@pytest.mark.parametrize("size", [None, 1, 4])
def test_many_lines_may_be_longer_together(size: int | None) -> None:
    """The limit is each line's own."""
    assert decoded(b"12345678\n" * 9, size, most=8) == [b"12345678"] * 9

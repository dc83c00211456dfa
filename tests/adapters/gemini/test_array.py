"""An array that comes in pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import Bounds, DecodeError
from llmkit.adapters.gemini.array import JsonArrayDecoder

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=4),
    st.integers(1, 9),
    st.sampled_from([None, 2]),
)
def test_the_elements_come_out_however_the_bytes_are_cut(
    elements: list[dict[str, object]], size: int, indent: int | None
) -> None:
    """Each element is given once, whole, whatever strings and brackets are in it."""
    data = json.dumps(elements, indent=indent, ensure_ascii=False).encode()
    decoder = JsonArrayDecoder()
    found: list[bytes] = []
    for start in range(0, len(data), size):
        assert not decoder.done
        found += decoder.feed(data[start : start + size])
    assert [json.loads(element) for element in found] == elements
    assert decoder.done


def test_an_element_is_given_as_soon_as_it_ends() -> None:
    """Nothing waits for the comma after it."""
    decoder = JsonArrayDecoder()
    assert decoder.feed(b'[{"a": "]}\\"') == []
    assert decoder.feed(b'"}') == [b'{"a": "]}\\""}']
    assert not decoder.done
    assert decoder.feed(b"\n]") == []
    assert decoder.done


def test_one_element_has_a_limit() -> None:
    """What never ends is not held for ever; what was given out does not count."""
    decoder = JsonArrayDecoder(Bounds(event_bytes=20))
    for _ in range(10):
        assert decoder.feed(b'[{"a": 1},'[0 if _ == 0 else 1 :]) == [b'{"a": 1}']
    with pytest.raises(DecodeError, match="20 bytes"):
        decoder.feed(b'{"a": "' + b"x" * 20)

"""JSON in and out, and what messages show of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit._json import _deep_dumps, as_text, dumps, loads
from llmkit.errors import shown

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def nested(depth: int) -> Any:
    """A list in a list, and so on."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@given(VALUES)
def test_deep_values_are_written_as_any_others(value: Any) -> None:
    """The way for what the libraries refuse says the same."""
    assert json.loads(_deep_dumps(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("depth", [1, 253, 300, 990, 1024])
def test_what_can_be_read_can_be_written(depth: int) -> None:
    """orjson reads 1024 levels, and writes 254; Python's own parser has Python's limit."""
    text = b"[" * depth + b"1" + b"]" * depth
    assert dumps(loads(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (1, "1"), (None, "None"), ([1], "[1]"), ({"a": []}, '{"a":[]}')],
)
def test_any_value_is_text_where_text_is_wanted(value: Any, text: str) -> None:
    """Text stays as it is."""
    assert as_text(value) == text


def test_a_deep_value_is_text_too() -> None:
    """`str` of it would be a `RecursionError`."""
    assert as_text(nested(1000)) == "[" * 1000 + "1" + "]" * 1000


@pytest.mark.parametrize("value", [nested(1000), "x" * 10**6, [{"a": "b" * 999}] * 999, 10**400])
def test_a_message_shows_little_of_a_large_value(value: Any) -> None:
    """However large or deep it is."""
    assert len(shown(value)) < 1000


@pytest.mark.parametrize("value", ["odd", 1, None, ["a"], {"a": 1}, 0.5, "it's"])
def test_a_message_shows_a_small_value_whole(value: Any) -> None:
    """As Python writes it."""
    assert shown(value) == repr(value)

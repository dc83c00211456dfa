"""The reader of JSON that comes in pieces: what it shows after each, and what it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmkit._models.json_view import View
from llmkit._models.partial_json import MAX_DEPTH, JSONReader, NotJSONError, read_json

VALUES: list[Any] = [
    {"a": [1, 2.5, -3e10, None, True], "b": {"c": "x"}, "d": {}, "e": [], "f": ""},
    'quote " backslash \\ slash / line \n tab \t nul \x00 é 日 🙂 \u2028',
    [[[["deep"]]], {"k": {"k": {"k": 1}}}],
    *({}, [], "", 0, -0.0, 12345678901234567890123, 1e-7, True, False, None),
]


def prefix(part: object, whole: object) -> bool:
    """Whether *part* is what may be there of *whole* before all has come.

    A text begins like the whole one. A list or an object has the first of its items, in order;
    all of them are whole but the last one, which is a prefix. All else is the same.
    """
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    if isinstance(part, list) and isinstance(whole, list):
        pairs = list(zip(part, whole))
        return len(part) <= len(whole) and _grows([one for one, _ in pairs], pairs)
    if isinstance(part, dict) and isinstance(whole, dict):
        keys = list(part)
        pairs = [(part[key], whole.get(key)) for key in keys]
        return keys == list(whole)[: len(keys)] and _grows(keys, pairs)
    return type(part) is type(whole) and part == whole


def _grows(items: list[object], pairs: list[tuple[object, object]]) -> bool:
    if not items:
        return True
    return all(one == other for one, other in pairs[:-1]) and prefix(*pairs[-1])


def shown(pieces: Iterator[Any] | list[Any]) -> tuple[list[View], object]:
    """The views after each of *pieces*, and the whole; the views are looked at last of all."""
    reader = JSONReader()
    views = []
    for piece in pieces:
        reader.feed(piece)
        views.append(reader.view())
    reader.close()
    return views, reader.view().value()


def fed(pieces: list[str]) -> None:
    """Feed a reader with *pieces*, and leave it open."""
    reader = JSONReader()
    for piece in pieces:
        reader.feed(piece)


def check(pieces: list[Any], value: object) -> None:
    """What is shown of *pieces* grows, and is *value* at the end."""
    views, whole = shown(pieces)
    assert whole == value
    assert json.dumps(whole) == json.dumps(value)
    values = [view.value() for view in views if view.begun]
    for before, after in pairwise([*values, value]):
        assert prefix(before, after)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "plain"])
@pytest.mark.parametrize("indent", [None, 2], ids=["compact", "indented"])
def test_whole_and_in_pieces(value: Any, ascii_only: bool, indent: int | None) -> None:
    """Whole, letter by letter, byte by byte, and cut in two at every place, it is the same."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    data = text.encode()
    check([text], value)
    check(list(text), value)
    check([data[i : i + 1] for i in range(len(data))], value)
    for cut in range(len(text) + 1):
        check([text[:cut], text[cut:]], value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False,
                                                                     allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)  # fmt: skip


@given(_JSON, st.booleans(), st.lists(st.integers(0, 400)))
@settings(deadline=None)
def test_any_json_cut_anywhere(value: Any, ascii_only: bool, cuts: list[int]) -> None:
    """Of any JSON, what has come is a prefix of what comes, and the last is what it says."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    check([text[start:end] for start, end in pairwise(places)] or [text], json.loads(text))


@given(st.text(st.sampled_from('{}[]",:\\ue\x00-+.0123ntfalsr \n'), max_size=20))
def test_it_takes_what_pythons_parser_takes(text: str) -> None:
    """No more and no less, but for numbers that are none."""
    try:
        whole = json.dumps(read_json(text))
    except ValueError:
        with pytest.raises(NotJSONError):
            shown(list(text))
    else:
        assert json.dumps(shown(list(text))[1]) == whole


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a', [{}]),
        ('{"a":', [{}]),
        ('{"a": 12', [{}]),
        ('{"a": 12,', [{}, {"a": 12}]),
        ('{"a": tru', [{}]),
        ('{"a": "', [{}, {"a": ""}]),
        ('{"a": "xy', [{}, {"a": ""}, {"a": "x"}, {"a": "xy"}]),
        ('"a\\', ["", "a"]),
        ('"a\\n', ["", "a", "a\n"]),
        ('"\\u00e', [""]),
        ('"\\u00e9', ["", "é"]),
        ('"\\ud83d', [""]),
        ('"\\ud83d\\ude4', [""]),
        ('"\\ud83d\\ude42', ["", "🙂"]),
        ('"\\ud83dx', ["", "\ud83dx"]),
        ('"\\ud83d"', ["", "\ud83d"]),
        ('"\\ude42', ["", "\ude42"]),
        ("[[", [[], [[]]]),
        ('{"a": 1, "a": 2}', [{}, {"a": 1}, {"a": 2}]),
        ("12", []),
        ("12 ", [12]),
    ],
)
def test_what_is_shown(text: str, values: list[Any]) -> None:
    """A text as far as it has come, an escape and all else when it is whole; each change once."""
    reader, found, version = JSONReader(), [], 0
    for letter in text:
        reader.feed(letter)
        if reader.version != version and reader.view().begun:
            found.append(reader.view().value())
        version = reader.version
    seen = [value for at, value in enumerate(found) if at == 0 or value != found[at - 1]]
    assert seen == values


def test_halves_of_a_character_in_the_text_itself() -> None:
    """A surrogate pair that is cut between two pieces is one character, in none half of it."""
    views, whole = shown(['"a\ud83d', "\ude42", '"'])
    assert [view.value() for view in views] == ["a", "a🙂", "a🙂"]
    assert whole == "a🙂"
    views, whole = shown(['["\ud83d', '"]'])
    assert whole == ["\ufffd"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        *(("{]", 1), ("[1,]", 3), ('{"a":}', 5), ("01", 1), ("-a", 1), ("tx", 1), ("truex", 4)),
        *(('"\n', 1), ("[1 2", 3), ('{"a" 1', 5), ('{"a":1,}', 7), ("{a", 1), ("NaN", 0)),
        *(('"\\x', 2), ('"\\u12g', 5), ("1 2", 2), ("{}}", 2), ("+1", 0), (".5", 0), ("}", 0)),
        *(("[1e999,", 6), ("['a'", 1), ("1.e", 2), ('{"a"::', 5), ("[,", 1), ("{,", 1)),
        ("[" + "9" * 5000 + ",", 5001),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_can_no_longer_be_json(text: str, at: int) -> None:
    """It is an error as soon as it is sure, and says at which character."""
    for pieces in ([text], list(text)):
        with pytest.raises(NotJSONError) as caught:
            fed(pieces)
        assert abs(caught.value.at - at) <= (text == "1 2")
        assert str(caught.value.at) in str(caught.value)


@pytest.mark.parametrize("text", ["", " ", "[", '{"a": 1', '"a', "tru", "-", "1.", "1e", '"\\'])
def test_what_ends_too_early(text: str) -> None:
    """JSON that is not whole is none, when there is no more."""
    reader = JSONReader()
    reader.feed(text)
    with pytest.raises(NotJSONError):
        reader.close()


def test_bytes_that_are_no_text() -> None:
    """They are no JSON; neither is half of a character at the end."""
    with pytest.raises(NotJSONError, match="UTF-8"):
        JSONReader().feed(b'"\xff')
    reader = JSONReader()
    reader.feed(b'"\xc3')
    with pytest.raises(NotJSONError, match="UTF-8"):
        reader.close()


def test_depth_has_a_bound() -> None:
    """So many brackets are read, and no more."""
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    _, whole = shown([text])
    assert whole == json.loads(text)
    with pytest.raises(NotJSONError, match="deep"):
        JSONReader().feed("[" * (MAX_DEPTH + 1))


def test_a_view_does_not_change() -> None:
    """What was looked at is the same afterwards, and so is what was not."""
    reader = JSONReader()
    reader.feed('{"a": [1, "x')
    seen, unseen = reader.view(), reader.view()
    value = seen.value()
    reader.feed('y", 2], "a": 3, "b": 4}')
    reader.close()
    assert value == seen.value() == unseen.value() == {"a": [1, "x"]}
    assert reader.view().value() == {"a": 3, "b": 4}


def test_items_of_a_view() -> None:
    """An item is had alone, by name or by number; what is not there is a LookupError."""
    reader = JSONReader()
    reader.feed('{"a": 1, "b": [1, {"c": "x')
    view = reader.view()
    assert (view.item("a"), view.item("b")) == (1, [1, {"c": "x"}])
    for missing in ("c", 0):
        with pytest.raises(LookupError):
            view.item(missing)
    reader = JSONReader()
    reader.feed("[1, [2")
    assert (reader.view().item(0), reader.view().item(-1)) == (1, [])
    reader.feed("]]")
    assert reader.view().item(1) == [2]
    with pytest.raises(LookupError):
        reader.view().item(2)


def _work(size: int) -> int:
    """How many lines of the reader's code run for a list of *size* texts and one long text."""
    text = json.dumps({"list": ["x"] * size, "text": "word " * size})
    count = 0

    def line(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    reader, before = JSONReader(), sys.gettrace()
    sys.settrace(line)
    try:
        for start in range(0, len(text), 4):
            reader.feed(text[start : start + 4])
            reader.view()
    finally:
        sys.settrace(before)
    return count


def test_the_work_grows_with_the_length_alone() -> None:
    """Twice the answer is twice the work, a view after each piece included."""
    once, twice = _work(200), _work(400)
    assert twice < 2.2 * once

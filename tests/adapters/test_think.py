"""Thinking between `<think>` tags in an answer's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit.adapters.openai_chat.think import ThinkSplitter, split_think

TEXTS: dict[str, tuple[str, str | None, str]] = {
    "thinking, then an answer": ("<think>a b</think>c", "a b", "c"),
    "space between them": ("<think>\na\n</think>\n\nc", "a\n", "c"),
    "space before the tag": (" \n<think>a</think>c", "a", "c"),
    "no thinking": ("just text", None, "just text"),
    "space before an answer stays": ("\n\n c", None, "\n\n c"),
    "only thinking": ("<think>a</think>", "a", ""),
    "empty thinking": ("<think>\n\n</think>\n\nc", None, "c"),
    "never closed": ("<think>a</thin", "a</thin", ""),
    "a tag in the middle is text": ("c <think>a</think>", None, "c <think>a</think>"),
    "a second closing tag is text": ("<think>a</think>c</think>d", "a", "c</think>d"),
    "what only begins like a tag": ("<thing>a", None, "<thing>a"),
    "a tag begun and left": ("<thi", None, "<thi"),
    "other tags in the thinking": ("<think>a</b></thi</think>c", "a</b></thi", "c"),
    "nothing": ("", None, ""),
}


@pytest.mark.parametrize(("text", "thinking", "answer"), TEXTS.values(), ids=TEXTS)
def test_thinking_and_answer_are_parted(text: str, thinking: str | None, answer: str) -> None:
    """The thinking stands at the head; the tags, and the space after them, are nobody's."""
    assert split_think(text) == (thinking, answer)


def test_the_opening_tag_may_be_the_templates() -> None:
    """Some templates write `<think>` themselves: only `</think>` is in the text."""
    assert split_think("a</think>\n\nc") == ("a", "c")
    assert split_think("a</think>") == ("a", "")


def fed(pieces: list[str]) -> tuple[str | None, str]:
    """*pieces*, one by one: the thinking, and the answer."""
    splitter = ThinkSplitter()
    given = [splitter.feed(piece) for piece in pieces]
    given.append(splitter.close())
    return "".join(think for think, _ in given) or None, "".join(text for _, text in given)


@pytest.mark.parametrize(("text", "thinking", "answer"), TEXTS.values(), ids=TEXTS)
def test_pieces_may_be_cut_anywhere(text: str, thinking: str | None, answer: str) -> None:
    """A tag cut in two, or letter by letter, is a tag."""
    assert fed(list(text)) == (thinking, answer)
    for cut in range(len(text) + 1):
        assert fed([text[:cut], text[cut:]]) == (thinking, answer)


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "</t", "k>", "a", " ", "\n"])))
def test_any_cut_of_a_thinking_text_is_the_same(pieces: list[str]) -> None:
    """However a text that opens with the tag is cut, it says the same."""
    pieces = ["<think>", *pieces]
    assert fed(pieces) == split_think("".join(pieces)) == fed(list("".join(pieces)))


def test_text_is_not_held_back() -> None:
    """What cannot become a tag is given at once: a stream shall not stutter."""
    splitter = ThinkSplitter()
    assert splitter.feed("<think>ab</") == ("ab", "")
    assert splitter.feed("b") == ("</b", "")
    assert splitter.feed("</think>c") == ("", "c")
    assert splitter.feed("d</think>") == ("", "d</think>")

"""Thinking that stands in the text, between `<think>` and `</think>`."""

from __future__ import annotations

from typing import Final

OPEN: Final = "<think>"
CLOSE: Final = "</think>"


def split_think(text: str) -> tuple[str | None, str]:
    """The thinking at the head of *text*, or None, and the text after it.

    Some templates write the opening tag themselves, so that only the closing one is seen.
    """
    splitter = ThinkSplitter()
    thinking, answer = splitter.feed(text)
    more, rest = splitter.close()
    return (thinking + more) or None, answer + rest


class ThinkSplitter:
    """Splits thinking from a text that comes in pieces, tags cut anywhere."""

    def __init__(self) -> None:
        self._state = "head"
        self._held = ""
        self._blank: list[str] = []  # before anything else; together only once they are an answer's

    def feed(self, piece: str) -> tuple[str, str]:
        """What *piece* adds to the thinking, and what to the answer."""
        text, self._held = self._held + piece, ""
        thinking = ""
        if self._state == "head":
            start = text.lstrip()
            if not start:
                self._blank.append(text)
                return "", ""
            if len(start) < len(OPEN) and OPEN.startswith(start):
                self._held = text
                return "", ""
            text = self._before() + text
            if start.startswith(OPEN):
                self._state, text = "opened", start[len(OPEN) :]
            elif CLOSE in text.partition(OPEN)[0]:
                thinking, _, text = text.partition(CLOSE)
                self._state = "closed"
            else:
                self._state = "answer"
        if self._state == "opened":
            text = text.lstrip("\n")
            if text:
                self._state = "thinking"
        if self._state == "thinking":
            thinking, tag, rest = text.partition(CLOSE)
            kept = len(thinking) - (0 if tag else _tail_of_tag(thinking))
            thinking, self._held, text = thinking[:kept], thinking[kept:], rest
            if tag:
                self._state = "closed"
        if self._state == "closed":
            text = text.lstrip()
            if text:
                self._state = "answer"
        return thinking, text

    def close(self) -> tuple[str, str]:
        """What was held back, in case it became a tag."""
        held, self._held = self._before() + self._held, ""
        return (held, "") if self._state == "thinking" else ("", held)

    def _before(self) -> str:
        blank, self._blank = "".join(self._blank), []
        return blank


def _tail_of_tag(text: str) -> int:
    """How many characters at the end of *text* may begin the closing tag."""
    for size in range(min(len(CLOSE) - 1, len(text)), 0, -1):
        if CLOSE.startswith(text[-size:]):
            return size
    return 0

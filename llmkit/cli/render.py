"""Where an answer goes: bytes to a pipe, rendered Markdown to a terminal."""

from __future__ import annotations

import sys
from typing import Protocol

from rich.console import Console
from rich.text import Text

from .endings import printable
from .markdown import MarkdownAnswer


class Answer(Protocol):
    """A place for one answer's text."""

    def show(self, text: str) -> None:
        """Take the next characters."""

    def pause(self) -> None:
        """Leave the terminal as it is for something else to be written."""

    def close(self, *, whole: bool) -> None:
        """The answer is over; `whole` says whether it came to its end."""


class PlainAnswer:
    """The answer's own characters in UTF-8, each piece at once, and a newline at the end."""

    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal
        self._begun = False

    def show(self, text: str) -> None:
        """Take the next characters."""
        self._begun = True
        self._write(printable(text) if self._terminal else text)

    def pause(self) -> None:
        """Nothing needs to be done."""

    def close(self, *, whole: bool) -> None:
        """The answer is over: its newline, unless nothing came and nothing will."""
        if whole or self._begun:
            self._write("\n")

    def _write(self, text: str) -> None:
        # Bytes, for neither the locale's encoding nor Windows' line ends shall change them.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()


class Thoughts:
    """Visible thinking, dimmed, on stderr; where that is no terminal it is not shown."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False) if _terminal(sys.stderr) else None
        self._open = False

    def show(self, text: str) -> None:
        """Take the next characters."""
        if self._console is not None:
            self._open = True
            self._console.print(Text(printable(text), style="dim"), end="", soft_wrap=True)

    def close(self) -> None:
        """End the thinking, with a blank line before what follows."""
        if self._console is not None and self._open:
            self._open = False
            self._console.print("\n")


def _terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def on_terminal() -> bool:
    """Whether stdout is a terminal."""
    return _terminal(sys.stdout)


def asks_on_terminal() -> bool:
    """Whether stdin is a terminal."""
    return _terminal(sys.stdin)


def answer_place(*, verbatim: bool) -> Answer:
    """The place for an answer: stdout, rendered where it is a terminal that can.

    Args:
        verbatim: the answer is not Markdown, so its characters are shown as they are.
    """
    if not on_terminal():
        return PlainAnswer(terminal=False)
    console = Console(highlight=False)
    if verbatim or console.is_dumb_terminal:
        return PlainAnswer(terminal=True)
    return MarkdownAnswer(console)

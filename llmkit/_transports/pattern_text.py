"""A text that a regular expression matches: the plain ones that JSON Schemas hold."""

from __future__ import annotations

import re
from typing import Final

_CLASSES: Final = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "", "B": "", "A": "", "Z": "", "z": ""}
_REPEAT: Final = re.compile(r"\{(\d+)(,\d*)?\}")
_MOST: Final = 10_000


def text_matching(pattern: str) -> str | None:
    """A short text that *pattern* matches, or None where none was found.

    Best effort: look-arounds, back-references and the like are beyond it, and what comes out
    is tried before it is given.
    """
    try:
        found = _Reader(pattern).alternatives()
        return found if re.search(pattern, found) else None
    except (ValueError, IndexError, re.error, RecursionError):
        return None


class _Reader:
    """Reads a pattern from left to right, and writes the shortest text as it goes."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self) -> str:
        """The first of the branches up to the end of the group."""
        first = self._branch()
        while self._peek() == "|":
            self._at += 1
            self._branch()
        return first

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._pattern[self._at]
        self._at += 1
        return char

    def _branch(self) -> str:
        said = ""
        while self._peek() not in ("", "|", ")"):
            said += self._atom() * self._times()
            if len(said) > _MOST:
                raise ValueError("too long")
        return said

    def _times(self) -> int:
        """How often the atom before must stand, by the quantifier that follows it."""
        char = self._peek()
        if char in ("*", "?", "+"):
            self._at += 1
            count = 1 if char == "+" else 0
        elif repeat := _REPEAT.match(self._pattern, self._at):
            self._at = repeat.end()
            count = int(repeat[1])
        else:
            return 1
        if self._peek() in ("?", "+"):  # lazy, possessive: the same texts
            self._at += 1
        return min(count, _MOST)

    def _atom(self) -> str:
        char = self._next()
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._class()
        if char == "(":
            return self._group()
        if char in ("^", "$"):
            return ""
        return "a" if char == "." else char

    def _escape(self) -> str:
        char = self._next()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char in ("x", "u"):
            width = 2 if char == "x" else 4
            self._at += width
            return chr(int(self._pattern[self._at - width : self._at], 16))
        if char.isalnum():
            raise ValueError("a property or a back-reference")
        return char

    def _group(self) -> str:
        if self._peek() == "?":
            opening = re.compile(r"\?(?::|P<\w+>|<\w+>)").match(self._pattern, self._at)
            if opening is None:
                raise ValueError("a look-around or a flag")
            self._at = opening.end()
        said = self.alternatives()
        if self._next() != ")":
            raise ValueError("an open group")
        return said

    def _class(self) -> str:
        start = self._at
        negated = self._peek() == "^"
        self._at += negated
        first = self._next()
        if first == "\\":
            first = self._escape()
        while (char := self._next()) != "]":
            self._at += char == "\\"
        if not negated:
            return first
        # Whichever of these the class lets through.
        form = re.compile("[" + self._pattern[start : self._at])
        return next(char for char in "aA0 -_.x" if form.fullmatch(char))

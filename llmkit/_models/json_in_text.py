"""The JSON in an answer's text, whole or as the text comes: by itself, fenced, or in prose.

What is passed over, since models write it though they were not asked to: thinking between tags
at the head of the text, a Markdown fence and the words around it, and, where nothing but words
held the model to JSON, words around one bare array or object.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from .json_view import View
from .partial_json import JSONReader, NotJSONError, whole_characters

_OPENINGS: Final = ("<think>", "<thinking>", "<thought>", "<reasoning>")
_CLOSINGS: Final = tuple(tag.replace("<", "</") for tag in _OPENINGS)
_CLOSING: Final = re.compile("|".join(_CLOSINGS))
_FENCE: Final = "```"
_FENCED: Final = re.compile("|".join((_FENCE, *_CLOSINGS)))
_ANYWHERE: Final = re.compile("|".join((_FENCE, *_CLOSINGS, r"[\[{]")))
_HEAD: Final = re.compile(r"(?:json)?[ \t]*\r?\n", re.IGNORECASE)
_HEAD_SO_FAR: Final = re.compile(r"(?:j|js|jso|(?:json)?[ \t]{0,16}\r?)", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s*")


class _At(Enum):
    """Where in the text."""

    START = auto()
    THINKING = auto()
    WORDS = auto()
    FENCE_HEAD = auto()
    FENCE_END = auto()
    JSON = auto()
    END = auto()
    SECOND = auto()


class JSONInText:
    """Finds the one JSON value in a text that comes in pieces, and reads it.

    Args:
        prose: an array or object among words is taken, too.
    """

    def __init__(self, *, prose: bool) -> None:
        self._prose = prose
        self._place = _At.START
        self._held = ""
        self._half = ""
        self._reader = JSONReader()
        self._fenced = False  # the value that is being read, or the one that was found
        self._found = False
        self._leads = False  # the value that is being read begins the text
        self._next = JSONReader()  # of what may be a second value
        self._several = False
        self._versions = 0  # of readers before this one
        self._before = 0  # how many characters came before those at hand

    @property
    def version(self) -> int:
        """Counts the changes of what `view` shows."""
        return self._versions + self._reader.version

    @property
    def engaged(self) -> bool:
        """Whether JSON was found that is more than opening brackets."""
        return self._found or self._reader.engaged

    def view(self) -> View:
        """What is there of the value."""
        # "3" may be the answer, or the first word of "3 cities".
        return View() if self._leads and self._reader.is_word else self._reader.view()

    def feed(self, piece: str) -> None:
        """Take the next piece of the text.

        Raises:
            NotJSONError: JSON has begun and can no longer become whole.
        """
        text, self._half = whole_characters(self._half + piece)
        self._before -= len(self._held)
        text, self._held = self._held + text, ""
        at = 0
        try:
            while at < len(text):
                at = self._step(text, at)
        except NotJSONError as error:
            failure = NotJSONError(error.reason, self._before + error.at)
        else:
            self._before += len(text)
            return
        raise failure

    def close(self) -> object:
        """There is no more: the value.

        Raises:
            NotJSONError: there is none, or it is not whole, or there are several.
        """
        if self._half:
            half, self._half = self._half, ""
            self.feed(half + " ")
        if self._place is _At.JSON:
            try:
                self._reader.close()
            except NotJSONError as error:
                failure = NotJSONError(error.reason, self._before)
            else:
                return self._reader.view().value()
            raise failure
        if self._several:
            raise NotJSONError("there is more than one JSON value in it", self._before)
        if not self._found:
            raise NotJSONError("there is no JSON in it", self._before)
        return self._reader.view().value()

    def _step(self, text: str, at: int) -> int:
        if self._place is _At.START:
            return self._start(text, at)
        if self._place is _At.THINKING:
            end = _CLOSING.search(text, at)
            if end is None:
                return self._hold(text, at, _CLOSINGS)
            self._place = _At.START
            return end.end()
        if self._place is _At.FENCE_HEAD:
            return self._fence_head(text, at)
        if self._place is _At.FENCE_END:
            return self._fence_end(text, at)
        if self._place is _At.JSON:
            return self._read(text, at)
        if self._place is _At.SECOND:
            return self._second(text, at)
        return self._end(text, at) if self._place is _At.END else self._words(text, at)

    def _start(self, text: str, at: int) -> int:
        """At the head of the text, or after the thinking at its head."""
        at = _after_space(text, at)
        if at == len(text):
            return at
        for tag in _OPENINGS:
            if text.startswith(tag, at):
                self._place = _At.THINKING
                return at + len(tag)
        if any(tag.startswith(text[at:]) for tag in _OPENINGS):
            self._held = text[at:]
            return len(text)
        if text[at] in "`<":
            self._place = _At.WORDS
        else:
            self._begin(leads=True)
        return at

    def _words(self, text: str, at: int) -> int:
        """Among words: on to what may be JSON, or shows that all before it was thinking."""
        mark = (_ANYWHERE if self._prose else _FENCED).search(text, at)
        if mark is None:
            return self._hold(text, at, (_FENCE, *_CLOSINGS))
        if mark[0] == _FENCE:
            self._place = _At.FENCE_HEAD
        elif mark[0] in _CLOSINGS:
            self._forget()
            self._place = _At.START
        elif not self._fenced:  # beside a fenced value, words in brackets are words
            self._begin()
            return mark.start()
        return mark.end()

    def _second(self, text: str, at: int) -> int:
        """Where a second value may stand: is it one, or words in brackets?"""
        try:
            at = self._next.read(text, at)
        except NotJSONError as error:
            at = error.at
            self._place = _At.WORDS
        if self._next.engaged or self._next.done:
            self._several = True
            self._place = _At.WORDS
        return at

    def _fence_head(self, text: str, at: int) -> int:
        """After the opening of a fence: it counts if it says json, or nothing."""
        head = _HEAD.match(text, at)
        if head is None:
            if _HEAD_SO_FAR.fullmatch(text, at):
                self._held = text[at:]
                return len(text)
            self._place = _At.WORDS
            return at
        self._begin(fenced=True)
        return head.end()

    def _fence_end(self, text: str, at: int) -> int:
        """After a value in a fence: its end, which is no opening of another."""
        at = _after_space(text, at)
        if text.startswith(_FENCE, at):
            at += len(_FENCE)
        elif _FENCE.startswith(text[at:]):
            self._held = text[at:]
            return len(text)
        self._place = _At.WORDS
        return at

    def _begin(self, *, fenced: bool = False, leads: bool = False) -> None:
        if self._found:
            self._next = JSONReader()
            self._place = _At.SECOND
            return
        self._forget()
        self._fenced, self._leads = fenced, leads
        self._place = _At.JSON

    def _forget(self) -> None:
        self._versions += self._reader.version
        self._reader = JSONReader()
        self._found = self._several = self._fenced = self._leads = False

    def _read(self, text: str, at: int) -> int:
        try:
            at = self._reader.read(text, at)
        except NotJSONError as error:
            if self._reader.engaged:
                raise
            self._forget()
            self._place = _At.WORDS
            return error.at
        if self._reader.done:
            self._found = True
            self._place = _At.FENCE_END if self._fenced else _At.END
        return at

    def _end(self, text: str, at: int) -> int:
        """After a value that stood by itself."""
        at = _after_space(text, at)
        if at == len(text):
            return at
        if self._leads and not self._prose:
            raise NotJSONError("there is more after the JSON", at)
        if not self._reader.is_container:
            self._forget()  # the text began with a number, or with a word in quotes
        self._place = _At.WORDS
        return at

    def _hold(self, text: str, at: int, marks: tuple[str, ...]) -> int:
        """Keep for the next piece what may be the start of one of *marks*."""
        longest = max(map(len, marks)) - 1
        for start in range(max(at, len(text) - longest), len(text)):
            if any(mark.startswith(text[start:]) for mark in marks):
                self._held = text[start:]
                break
        return len(text)


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()

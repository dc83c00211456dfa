"""Docstrings, read: what a function or class is for, and what each parameter means."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Final

from attrs import Factory, define, frozen

_PARAMETERS: Final = frozenset(
    {
        *("args", "arguments", "parameters", "params", "keyword args", "keyword arguments"),
        *("other parameters", "attributes", "fields"),
    }
)
_OTHERS: Final = frozenset(
    {
        *("returns", "return", "yields", "yield", "raises", "warns", "example", "examples"),
        *("see also", "references", "notes", "note", "todo"),
    }
)
_GOOGLE_HEAD: Final = re.compile(r"([A-Z][A-Za-z ]*):\s*$")
# A type in brackets may hold colons and brackets of its own: it ends at the last `):`.
_GOOGLE_ENTRY: Final = re.compile(r"\*{0,2}(\w+)\s*(?:\(.*?\)\s*)?:(?:\s+(.*)|$)")
_NUMPY_ENTRY: Final = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_SPHINX_FIELD: Final = re.compile(r":(\w+)(?:\s+([^:]*))?:\s*(.*)$")
_SPHINX_PARAMETERS: Final = frozenset(
    ("param", "parameter", "arg", "argument", "key", "keyword", "ivar", "var")
)


@frozen
class Docstring:
    """What a docstring says.

    Args:
        description: the text before its sections, "" where there is none.
        parameters: each parameter's or field's own text, by name.
    """

    description: str = ""
    parameters: Mapping[str, str] = Factory(dict)


def read_docstring(text: str | None) -> Docstring:
    """*text*, read in Google's, NumPy's or Sphinx's form, whichever it is in."""
    if not text:
        return Docstring()
    reader = _Reader(inspect.cleandoc(text).splitlines())
    for number in range(len(reader.lines)):
        reader.take(number)
    return Docstring(
        re.sub(r"\n{3,}", "\n\n", "\n".join(reader.description)).strip(),
        {name: " ".join(lines).strip() for name, lines in reader.parameters.items()},
    )


@define
class _Reader:
    """Goes through the lines of a docstring, in one of these states: text, google, numpy,
    sphinx, or the same as a section that says nothing of parameters (`wanted` is False)."""

    lines: list[str]
    state: str = "text"
    wanted: bool = True
    indent: int | None = None
    names: tuple[str, ...] = ()
    description: list[str] = Factory(list)
    parameters: dict[str, list[str]] = Factory(dict)

    def take(self, number: int) -> None:
        line = self.lines[number]
        if self._head(number, line):
            return
        indented = line[:1].isspace()
        if line.strip() and not indented and self.state == "google":
            self.state = "text"
        if not line.strip() and self.state == "sphinx":
            self.state = "text"
        if self.state == "text":
            self.description.append(line)
        elif self.wanted and line.strip():
            self._body(line, indented)

    def _head(self, number: int, line: str) -> bool:
        """Whether *line* begins a section; the state is then its own."""
        following = self.lines[number + 1] if number + 1 < len(self.lines) else ""
        title = line.strip().lower()
        if line and not line[0].isspace() and re.fullmatch(r"-{3,}\s*", following):
            return self._begin("numpy", title in _PARAMETERS)
        if self.state == "numpy" and re.fullmatch(r"-{3,}\s*", line):
            return True
        google = _GOOGLE_HEAD.match(line)
        if google and (following[:1].isspace() or not following):
            title = google[1].lower()
            if title in _PARAMETERS or title in _OTHERS:
                return self._begin("google", title in _PARAMETERS)
        sphinx = _SPHINX_FIELD.match(line)
        if sphinx is None:
            return False
        self._begin("sphinx", sphinx[1] in _SPHINX_PARAMETERS and bool(sphinx[2]))
        if self.wanted:
            # `:param int count: how many` names the type first.
            self._entry((sphinx[2].split()[-1].lstrip("*"),), sphinx[3])
        return True

    def _begin(self, state: str, wanted: bool) -> bool:
        self.state, self.wanted, self.indent, self.names = state, wanted, None, ()
        return True

    def _body(self, line: str, indented: bool) -> None:
        depth = len(line) - len(line.lstrip())
        if self.state == "google":
            self.indent = depth if self.indent is None else self.indent
            entry = _GOOGLE_ENTRY.match(line.strip()) if depth <= self.indent else None
            if entry is not None:
                self._entry((entry[1],), entry[2] or "")
                return
        elif self.state == "numpy" and not indented:
            names = _NUMPY_ENTRY.match(line)
            found = names[1].split(",") if names else []
            self._entry(tuple(name.strip().lstrip("*") for name in found), "")
            return
        for name in self.names:
            self.parameters[name].append(line.strip())

    def _entry(self, names: tuple[str, ...], text: str) -> None:
        self.names = names
        for name in names:
            self.parameters[name] = [text] if text else []

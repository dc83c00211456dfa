"""Tables of plain text: whole in a pipe, and on a terminal as much as there is room for."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Final

from .endings import printable
from .render import on_terminal

_GAP: Final = "  "
_NARROWEST: Final = 12
"""The fewest letters of a column that are worth to be shown."""

_WIDEST: Final = 50
"""How far a column goes for its longest cells; what is longer moves the rest of its row."""


def write_line(text: str = "") -> None:
    """Print *text* in UTF-8, whatever the locale, without what could steer a terminal."""
    sys.stdout.buffer.write(printable(text).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def room() -> int | None:
    """How many columns the terminal has, or None where stdout is none."""
    return shutil.get_terminal_size().columns if on_terminal() else None


def write_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, marked: Sequence[bool] = ()
) -> None:
    """Print a table, the columns as wide as they need to be.

    On a terminal the columns that find no room at its right edge are cut, or left out.

    Args:
        headings: the columns' names.
        rows: the cells.
        marked: which rows stand out, on a terminal that can show it.
    """
    table = [headings, *rows]
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*table)]
    width = room()
    bold = width is not None and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for number, row in enumerate(table):
        cells = [cell.ljust(size) for cell, size in zip(row, widths)]
        line = _fitted(cells, width).rstrip()
        if bold and number and number <= len(marked) and marked[number - 1]:
            # Written apart: a line loses its control characters on its way out.
            sys.stdout.buffer.write(b"\x1b[1m" + printable(line).encode() + b"\x1b[0m\n")
        else:
            write_line(line)


def _fitted(cells: Sequence[str], width: int | None) -> str:
    line = _GAP.join(cells)
    if width is None or len(line.rstrip()) <= width:
        return line
    kept = list(cells)
    while len(kept) > 1 and len(_GAP.join(kept[:-1])) + len(_GAP) + _NARROWEST > width:
        kept.pop()
    line = _GAP.join(kept)
    return line if len(line.rstrip()) <= width else line[: width - 1].rstrip() + "…"

"""What a person sees: the lines of a terminal, scrolled-off ones too."""

from __future__ import annotations

import re

_STEP = re.compile(r"\x1b\[(\?)?([0-9;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+")


def lines_seen(written: str, height: int, width: int) -> list[str]:
    """The lines after a program has *written* all that to a terminal.

    It knows the few sequences that a redrawn block needs: cursor up, erase line, colours.
    """
    lines, row, column = [""], 0, 0
    for step in _STEP.finditer(written):
        text = step[0]
        if text == "\r":
            column = 0
        elif text == "\n":
            row += 1
        elif step[3] == "A":
            # The cursor stops at the top of the screen: what has scrolled off stays.
            row = max(row - int(step[2] or 1), len(lines) - height, 0)
        elif step[3] == "K":
            assert step[2] == "2"
            lines[row] = ""
        elif step[3] is not None:
            assert step[3] in "mhl", text
        else:
            for char in text:
                if column == width:
                    row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
                lines[row] = lines[row].ljust(column)[:column] + char + lines[row][column + 1 :]
                column += 1
        lines += [""] * (row + 1 - len(lines))
    return [line.rstrip() for line in lines]

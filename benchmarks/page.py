"""The page about speed: its tables and pictures, put in the place of those of an older run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .plots import PLOTS, write_plots
from .report import Results, summary, table

_BEGIN: Final = "<!-- measured: made by `nox -s bench -- --page` -->"
_END: Final = "<!-- end of what was measured -->"


def write_page(results: Results, page: Path) -> None:
    """Put the figures between the marks of *page*, and the pictures into a folder beside it.

    Raises:
        SystemExit: the page has no marks.
    """
    text = page.read_text()
    before, begun, rest = text.partition(_BEGIN)
    _, ended, after = rest.partition(_END)
    if not begun or not ended:
        raise SystemExit(f"{page} lacks {_BEGIN!r} or {_END!r}")
    folder = page.parent / page.stem
    folder.mkdir(exist_ok=True)
    write_plots(results, folder)
    pictures = [
        f"![{plot.title}]({folder.name}/{plot.file}.svg)"
        for plot in PLOTS
        if (folder / f"{plot.file}.svg").is_file()
    ]
    bars = ["### Every bar", "", "```text", summary(results), "```"]
    parts = [before + _BEGIN, *pictures, table(results).rstrip(), "\n".join(bars), _END + after]
    page.write_text("\n\n".join(parts))

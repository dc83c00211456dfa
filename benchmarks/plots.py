"""Plain bars as SVG: no library, and readable in a browser's dark mode too."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from .report import OWN, Key, Results
from .subjects import SUBJECTS

_WIDTH: Final = 760
_LABEL: Final = 130
_BAR: Final = 18
_GAP: Final = 6
_COLOURS: Final = {"own": "#2563eb", "raw": "#64748b", "peer": "#d4a373"}


class Plot(NamedTuple):
    """One picture: a row of bars for each subject."""

    file: str
    title: str
    unit: str
    key: Key
    counted: str = "cpu"


PLOTS: Final = (
    Plot("import", "Import, CPU time of the whole process", "ms", Key("imports", "", "names")),
    Plot("first-call-sync", "Import, client, first call; sync", "ms",
         Key("first_call", "", "sync")),
    Plot("first-call-async", "Import, client, first call; async", "ms",
         Key("first_call", "", "async")),
    Plot("call-sync", "A sync call, CPU time", "µs", Key("call", "openai-chat", "sync 1")),
    Plot("call-async", "An async call, 64 at once, CPU time", "µs",
         Key("call", "openai-chat", "async 64")),
    Plot("stream-sync", "A chunk of a sync stream, CPU time", "µs",
         Key("stream", "openai-chat", "sync text")),
    Plot("stream-async", "A chunk of an async stream, CPU time", "µs",
         Key("stream", "openai-chat", "async text")),
    Plot("first-chunk-async", "To the first chunk, async, CPU time", "µs",
         Key("first_chunk", "openai-chat", "async")),
    Plot("paced", "1,000 streams, 50 chunks a second each: lateness, p99", "ms",
         Key("paced", "openai-chat", "async"), "p99"),
    Plot("memory", "An open stream", "KB", Key("memory", "openai-chat", "async"), "kb"),
)  # fmt: skip


def write_plots(results: Results, folder: Path) -> None:
    """Write the pictures of all that was measured."""
    for plot in PLOTS:
        found = {
            name: figure.middle
            for name in SUBJECTS
            if (figure := results.figure(plot.key, name, plot.counted)) is not None
        }
        if found:
            (folder / f"{plot.file}.svg").write_text(svg(plot, found))


def svg(plot: Plot, figures: dict[str, float]) -> str:
    """A bar for each of *figures*, the shortest on top, on a scale of powers of ten."""
    ordered = sorted(figures.items(), key=lambda item: item[1])
    low = 10 ** math.floor(math.log10(max(min(figures.values()), 1e-3)) - 0.01)
    high = max(max(figures.values()), low * 10)
    space = _WIDTH - _LABEL - 90

    def length(value: float) -> float:
        return max(2.0, space * math.log10(max(value, low) / low) / math.log10(high / low))

    height = 44 + len(ordered) * (_BAR + _GAP) + 22
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img">',
        f"<title>{escape(plot.title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="15" font-weight="600">{escape(plot.title)}, '
        f"{plot.unit}</text>",
    ]
    for number, (name, value) in enumerate(ordered):
        lines += _bar(name, value, length(value), 40 + number * (_BAR + _GAP))
    note = f"logarithmic scale from {low:g} {plot.unit}; shorter is better"
    lines.append(f'<text x="12" y="{height - 8}" fill="#64748b" font-size="11">{note}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _bar(name: str, value: float, length: float, top: float) -> list[str]:
    kind = "own" if name == OWN else "raw" if name.startswith("raw") else "peer"
    middle = top + _BAR - 5
    weight = ' font-weight="600"' if kind == "own" else ""
    told = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return [
        f'<text x="{_LABEL - 8}" y="{middle}" text-anchor="end"{weight}>{escape(name)}</text>',
        f'<rect x="{_LABEL}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="2" '
        f'fill="{_COLOURS[kind]}"/>',
        f'<text x="{_LABEL + length + 6:.1f}" y="{middle}"{weight}>{told}</text>',
    ]

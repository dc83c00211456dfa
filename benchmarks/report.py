"""What was found: kept, compared with what was asked for, and told as a table."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

from .first_request import BAR as FIRST_REQUEST
from .measures import Samples, Task
from .subjects import SUBJECTS

OWN: Final = "llmkit"
_NOTHING: Final = "–"


class Key(NamedTuple):
    """What was measured."""

    measure: str
    wire: str
    what: str


class Bar(NamedTuple):
    """What llmkit is to reach.

    Args:
        factor: of the reference; or the figure itself, where there is no reference.
        reference: the subject that it is compared with, or "".
    """

    factor: float
    reference: str = ""


class Row(NamedTuple):
    """A line of the table.

    Args:
        key: what was measured.
        title: how it is called.
        unit: of the figures.
        counted: which of the samples' counts is shown.
        bars: what llmkit is to reach.
    """

    key: Key
    title: str
    unit: str
    counted: str
    bars: tuple[Bar, ...] = ()


class Figure(NamedTuple):
    """A median, and the quartiles beside it."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: list[float]) -> Figure:
        """That of *samples*."""
        if len(samples) < 2:
            return cls(samples[0], samples[0], samples[0])
        low, _, high = quantiles(samples, n=4, method="inclusive")
        return cls(median(samples), low, high)


class Results:
    """All samples of a run, and what could not be measured."""

    def __init__(self, machine: dict[str, Any]) -> None:
        self.machine = machine
        self.versions: dict[str, dict[str, str]] = {}
        self.failures: list[dict[str, str]] = []
        self.samples: dict[Key, dict[str, dict[str, list[float]]]] = {}

    def add(self, task: Task, samples: Samples) -> None:
        """More samples, of a pass."""
        wire = task.wire if task.measure not in ("imports", "first_call") else ""
        for what, counts in samples.items():
            of_subject = self.samples.setdefault(Key(task.measure, wire, what), {})
            kept = of_subject.setdefault(task.subject, {})
            for count, values in counts.items():
                kept.setdefault(count, []).extend(values)

    def failed(self, subject: str, measure: str, wire: str, error: str) -> None:
        """*subject* could not be measured."""
        told = {"subject": subject, "measure": measure, "wire": wire, "error": error}
        self.failures.append(told)

    def has_failed(self, subject: str, measure: str, wire: str) -> bool:
        """Whether that was so."""
        return any(
            (each["subject"], each["measure"], each["wire"]) == (subject, measure, wire)
            for each in self.failures
        )

    def figure(self, key: Key, subject: str, count: str) -> Figure | None:
        """The median of the samples, or None where there are none."""
        values = self.samples.get(key, {}).get(subject, {}).get(count)
        return Figure.of(values) if values else None

    def to_dict(self) -> dict[str, Any]:
        """All of it as a JSON object: the medians, and the samples that they are of."""
        figures = []
        for key, of_subject in self.samples.items():
            for subject, counts in of_subject.items():
                told = {
                    count: {**Figure.of(values)._asdict(), "samples": values}
                    for count, values in counts.items()
                }
                figures.append({**key._asdict(), "subject": subject, **told})
        return {
            "machine": self.machine,
            "versions": self.versions,
            "failures": self.failures,
            "figures": figures,
        }


_RAW: Final = {"sync": "raw requests", "async": "raw aiohttp"}
_FACTORS: Final = {
    ("call", "sync 1"): 0.5,
    ("call", "sync 16"): 0.65,
    ("call", "async 1"): 1.2,
    ("call", "async 64"): 1.2,
    ("call", "async 512"): 1.2,
    ("first_call", "sync"): 1.25,
    ("first_call", "async"): 1.25,
}
"""Of the raw library of the same colour: see the project's issue on speed."""
_OF_MEASURE: Final = {"stream": 1.8, "first_chunk": 1.3}

_TITLES: Final = {
    "imports": "import",
    "first_call": "import, client, first call",
    "call": "call",
    "stream": "stream, a chunk",
    "first_chunk": "first chunk",
    "large": "400 KB request",
    "paced": "1,000 paced streams",
    "memory": "an open stream",
    "first_request": "first request, beyond its transport",
}


def rows(results: Results) -> list[Row]:
    """The table's lines, in the order of the measures."""
    order = list(_TITLES)
    known = [key for key in results.samples if key.measure in order]
    found: list[Row] = []
    for key in sorted(known, key=lambda each: order.index(each.measure)):
        found += _rows_of(key)
    return found


def _rows_of(key: Key) -> Iterator[Row]:
    title = ", ".join(filter(None, (_TITLES[key.measure], key.what, _short(key))))
    if key.measure == "imports":
        bars = (Bar(75.0),) if key.what == "names" else ()
        yield Row(key, title, "ms", "cpu", bars)
    elif key.measure == "paced":
        yield Row(key, f"{title}: lateness p50", "ms", "p50")
        yield Row(key, f"{title}: lateness p99", "ms", "p99", (Bar(150.0),))
        yield Row(key, f"{title}: CPU a chunk", "µs", "cpu")
    elif key.measure == "first_request":
        yield Row(key, title, "ms", "wall", (Bar(FIRST_REQUEST),))
    elif key.measure == "memory":
        yield Row(key, title, "KB", "kb")
    else:
        unit = "ms" if key.measure == "first_call" else "µs"
        yield Row(key, title, unit, "cpu", _bars(key))


def _bars(key: Key) -> tuple[Bar, ...]:
    factor = _FACTORS.get((key.measure, key.what), _OF_MEASURE.get(key.measure))
    if factor is None:
        return ()
    bars: tuple[Bar, ...] = (Bar(factor, _RAW[key.what.split()[0]]),)
    if (key.measure, key.what) == ("call", "async 512"):
        bars += (Bar(1.0, "liter-llm"),)
    return bars


def _short(key: Key) -> str:
    per_wire = key.measure in ("call", "stream", "first_chunk")
    return key.wire.partition("-")[0] if per_wire else ""


class Verdict(NamedTuple):
    """How llmkit stands to one bar."""

    row: Row
    bar: Bar
    most: float
    own: float

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.own <= self.most


def verdicts(results: Results) -> list[Verdict]:
    """llmkit and its bars, where both sides were measured."""
    found = []
    for row in rows(results):
        own = results.figure(row.key, OWN, row.counted)
        for bar in row.bars if own is not None else ():
            base = results.figure(row.key, bar.reference, row.counted) if bar.reference else None
            if own is not None and (base is not None or not bar.reference):
                most = bar.factor * (base.middle if base is not None else 1.0)
                found.append(Verdict(row, bar, most, own.middle))
    return found


def table(results: Results) -> str:
    """The figures in Markdown, a table for each measure: medians, with the quartiles of
    llmkit's own."""
    parts: dict[str, list[Row]] = {}
    for row in rows(results):
        parts.setdefault(row.key.measure, []).append(row)
    judged: dict[Row, list[Verdict]] = {}
    for verdict in verdicts(results):
        judged.setdefault(verdict.row, []).append(verdict)
    lines = []
    for measure, own_rows in parts.items():
        title = _TITLES[measure]
        lines += [f"### {title[0].upper()}{title[1:]}", "", *_part(results, own_rows, judged), ""]
    return "\n".join([*lines, *_notes(results)]) + "\n"


def _part(results: Results, own_rows: list[Row], judged: dict[Row, list[Verdict]]) -> list[str]:
    """The table of *own_rows*, with a column for each who has a figure in it, or failed at it."""
    cells = {
        name: [_cell(results, row, name) for row in own_rows] for name in SUBJECTS if name != OWN
    }
    others = [name for name, told in cells.items() if set(told) != {_NOTHING}]
    lines = [
        "| | " + " | ".join(["**llmkit**", "asked for", *others]) + " |",
        "|---|" + "--:|" * (len(others) + 2),
    ]
    for number, row in enumerate(own_rows):
        own = results.figure(row.key, OWN, row.counted)
        told = _NOTHING if own is None else f"**{_number(own.middle)}** ({_spread(own)})"
        asked = ", ".join(_asked(verdict) for verdict in judged.get(row, []))
        figures = [told, asked, *(cells[name][number] for name in others)]
        lines.append(f"| {row.title}, {row.unit} | " + " | ".join(figures) + " |")
    return lines


def _cell(results: Results, row: Row, subject: str) -> str:
    figure = results.figure(row.key, subject, row.counted)
    if figure is not None:
        return _number(figure.middle)
    return "failed" if results.has_failed(subject, row.key.measure, row.key.wire) else _NOTHING


def _asked(verdict: Verdict) -> str:
    sign = "✓" if verdict.met else "✗"
    return f"≤ {_number(verdict.most)} {sign}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _spread(figure: Figure) -> str:
    return f"{_number(figure.low)}–{_number(figure.high)}"


def _notes(results: Results) -> list[str]:
    machine = results.machine
    lines = [
        f"CPython {machine['python']}, {machine['system']}, {machine['cores']} cores, "
        f"{machine['at']} UTC, {machine['mode']} run. CPU time of the client's process, medians "
        "(llmkit's quartiles in brackets).",
        "",
    ]
    for failure in results.failures:
        where = " ".join(filter(None, (failure["measure"], failure["wire"])))
        lines.append(f"- {failure['subject']}, {where}: {failure['error']}")
    return lines


def summary(results: Results) -> str:
    """The bars, each with how far llmkit is from it."""
    lines = []
    for verdict in sorted(verdicts(results), key=lambda each: each.most / each.own):
        sign = "met    " if verdict.met else "NOT MET"
        of = f"{verdict.bar.factor:g} × {verdict.bar.reference}" if verdict.bar.reference else ""
        lines.append(
            f"{sign} {verdict.row.title}: {_number(verdict.own)} {verdict.row.unit}, asked for "
            f"≤ {_number(verdict.most)} {of} ({verdict.own / verdict.most:.2f} of it)"
        )
    return "\n".join(lines)

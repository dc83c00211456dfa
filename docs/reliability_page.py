"""Write reliability.md from the fault matrix: `python docs/reliability_page.py`, from the root.

A test holds the page to the matrix, and the matrix runs in both colours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reliability.md"

if str(ROOT / "tests") not in sys.path:
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from faults.matrix import GROUPS, RUNS, SCENARIOS  # noqa: E402
from faults.scenario import Run, Scenario, runs_of  # noqa: E402
from faults.wires import EVENTS, WIRES  # noqa: E402

_HEAD: Final = """\
# Reliability

What a server may do to a call, and what comes of it. This page is made by
`docs/reliability_page.py` from the table that the tests in `tests/faults` play: {scenarios}
scenarios in {runs:,} runs, each over a real socket, through `Client` and through `AsyncClient`.

Every run is held to more than its row says:

- an outcome is the right answer, or an error of just the class that is named, with those fields;
- what the chunks said is what the answer says, and of a stream that broke off, what `partial`
  holds: nothing that had arrived is lost;
- the server got one request for each attempt that `attempts` lists, each with its key, and none
  at another place;
- no error, and nothing that it came from, tells the key, and each error pickles;
- once the client is closed, no connection is open.

*Asked* tells whether the answer was asked for in one piece, as a stream, or both; *wires*, which
forms of answer it was played in. All are
{wires};
those of events are
{events}.

Retries are off but where the scenario is about them, and limits small where a limit is the
outcome. Where the two colours take a different one of the ways that HTTP leaves open, the outcome
names both.
{gaps}"""

_GAPS: Final = """
## What is not kept yet

Each of these is a test that is known to fail, and that fails the suite on the day it no longer
does.

| scenario | where | what is wrong |
| --- | --- | --- |
{rows}"""


def page() -> str:
    """The page."""
    text = _HEAD.format(
        scenarios=len(SCENARIOS),
        runs=len(RUNS),
        wires=_names(wire.name for wire in WIRES),
        events=_names(wire.name for wire in EVENTS),
        gaps=_gaps(),
    )
    return text + "".join(_section(name, intro) for name, intro in GROUPS.items())


def _section(name: str, intro: str) -> str:
    rows = "".join(_row(scenario) for scenario in SCENARIOS if scenario.group == name)
    return (
        f"\n## {name}\n\n{intro}\n\n"
        "| scenario | the server | the promise | the outcome | asked | wires | sync | async |\n"
        f"{'| --- ' * 8}|\n{rows}"
    )


def _row(scenario: Scenario) -> str:
    cells = (
        scenario.name,
        scenario.server,
        scenario.promise,
        _outcome(scenario),
        " and ".join(scenario.ways),
        _wires(scenario),
        *(_kept(scenario, colour) for colour in ("sync", "async")),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _outcome(scenario: Scenario) -> str:
    usual = scenario.outcome.told()
    if scenario.streamed is not None and scenario.streamed.told() != usual:
        usual = f"whole: {usual}; streamed: {scenario.streamed.told()}"
    told = [usual]
    if scenario.first is not None:
        told.insert(0, f"first {scenario.first.told()}")
    others = [(part.strip("-"), other.told()) for part, other in scenario.by_run.items()]
    told += [f"{part}: {other}" for part, other in others if other != usual]
    return "; ".join(told)


def _wires(scenario: Scenario) -> str:
    if scenario.wires == WIRES:
        return "all"
    return "events" if scenario.wires == EVENTS else _names(wire.name for wire in scenario.wires)


def _kept(scenario: Scenario, colour: str) -> str:
    runs = [run for run in runs_of(scenario) if run.colour_name == colour]
    return "not yet" if any(run.reason for run in runs) else "kept"


def _gaps() -> str:
    found: dict[tuple[str, str, str], list[Run]] = {}
    for run in RUNS:
        if run.reason is not None:
            where = (run.scenario.group, run.scenario.name, run.reason)
            found.setdefault(where, []).append(run)
    rows = "".join(
        f"| {group}: {name} | {_where(runs)} | {reason} |\n"
        for (group, name, reason), runs in found.items()
    )
    return _GAPS.format(rows=rows) if rows else ""


def _where(runs: Iterable[Run]) -> str:
    return (
        _names(dict.fromkeys(run.colour_name for run in runs))
        + ", "
        + _names(dict.fromkeys(run.wire.name for run in runs))
    )


def _names(names: Iterable[str]) -> str:
    *most, last = _listed(names)
    return f"{', '.join(most)} and {last}" if most else last


def _listed(names: Iterable[str]) -> Iterator[str]:
    yield from names


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""A table at the end: how many scenarios come out as they should, on each wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Final

import pytest

from .cells import Cell

_KINDS: Final = {False: "whole", True: "streamed"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write on each report which scenario it judged, for the table."""
    report = yield
    callspec = getattr(item, "callspec", None)
    cell = callspec.params.get("cell") if callspec is not None else None
    if isinstance(cell, Cell):
        kind = _KINDS[cell.way.streams]
        report.user_properties.append(("asked", (cell.wire.name, kind, cell.case.scenario)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many of aimock's scenarios pass on each wire, in both colours."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    failed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "asked":
                    wire, kind, scenario = value
                    seen[wire, kind].add(scenario)
                    if outcome != "passed":
                        failed[wire, kind].add(scenario)
    if not seen:
        return
    terminalreporter.section("aimock's scenarios that come out as they should, in both colours")
    terminalreporter.write_line("".join(f"{name:>20}" for name in ("wire", *_KINDS.values())))
    for wire in sorted({wire for wire, _ in seen}):
        cells = [
            f"{len(seen[wire, kind]) - len(failed[wire, kind])}/{len(seen[wire, kind])}"
            if seen[wire, kind]
            else "-"
            for kind in _KINDS.values()
        ]
        terminalreporter.write_line("".join(f"{cell:>20}" for cell in (wire, *cells)))
        wrong = sorted(set().union(*(failed[wire, kind] for kind in _KINDS.values())))
        if wrong:
            terminalreporter.write_line(f"{'':>20}  wrong: {', '.join(wrong)}")

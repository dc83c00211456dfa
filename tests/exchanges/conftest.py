"""One test per exchange and rule, and a table of them all at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator
from typing import Final

import pytest

from .recording import Recording, load
from .wires import WIRES

KINDS: Final[dict[str, Callable[[Recording], bool]]] = {
    "responses": lambda recording: not recording.is_stream and not recording.failed,
    "streams": lambda recording: recording.is_stream,
    "errors": lambda recording: recording.expect.error is not None,
    "requests": lambda recording: recording.turn is not None and recording.sent is not None,
    "exchanges": lambda recording: True,
    "cited": lambda recording: "citations" in recording.features,
    "filtered": lambda recording: (
        "content-filter-results" in recording.features and recording.expect.error is None
    ),
    "likely": lambda recording: "logprobs" in recording.features,
}
"""What can be judged of a recording, and of which recordings."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test marked `judges(kind)` each recording of that kind of a known wire."""
    mark = metafunc.definition.get_closest_marker("judges")
    if mark is None:
        return
    (kind,) = mark.args
    found = load()
    if found.missing:
        skipped = pytest.param(None, id="none", marks=pytest.mark.skip(reason=found.missing))
        metafunc.parametrize("recording", [skipped])
        return
    chosen = [one for one in found.recordings if one.wire in WIRES and KINDS[kind](one)]
    metafunc.parametrize("recording", chosen, ids=[one.id for one in chosen])


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "judges(kind): run once for each recording of that kind")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write on each report what it judged, for the table."""
    report = yield
    mark = item.get_closest_marker("judges")
    callspec = getattr(item, "callspec", None)
    if mark is not None and callspec is not None:
        recording = callspec.params.get("recording")
        if isinstance(recording, Recording):
            report.user_properties.append(("judged", (recording.wire, mark.args[0], recording.id)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many exchanges of each wire and kind pass every rule."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    failed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "judged":
                    wire, kind, recording = value
                    seen[wire, kind].add(recording)
                    if outcome != "passed":
                        failed[wire, kind].add(recording)
    if not seen:
        return
    kinds = [kind for kind in KINDS if any((wire, kind) in seen for wire, _ in seen)]
    terminalreporter.section("recorded exchanges that pass every rule")
    terminalreporter.write_line("".join(f"{name:>16}" for name in ("wire", *kinds)))
    for wire in sorted({wire for wire, _ in seen}):
        cells = [
            f"{len(seen[wire, kind]) - len(failed[wire, kind])}/{len(seen[wire, kind])}"
            for kind in kinds
        ]
        terminalreporter.write_line("".join(f"{cell:>16}" for cell in (wire, *cells)))

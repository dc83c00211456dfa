"""docs/reliability.md: just what the matrix says, and nothing on it that did not run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

from .matrix import GROUPS, SCENARIOS
from .test_matrix import test_the_promise_is_kept as the_test

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"


def _named() -> list[tuple[str, str]]:
    """The scenarios on the page, each with its section."""
    found: list[tuple[str, str]] = []
    section = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if section in GROUPS and len(cells) == 8 and cells[0] not in ("scenario", "---"):
            found.append((section, cells[0]))
    return found


def test_the_page_is_what_the_matrix_says() -> None:
    """`python docs/reliability_page.py` writes it anew."""
    made = runpy.run_path(str(ROOT / "docs" / "reliability_page.py"))
    assert PAGE.read_text(encoding="utf-8") == made["page"]()


def test_each_scenario_on_the_page_runs_in_both_colours() -> None:
    """The names on the page are those that the test of the matrix is made of, in either colour."""
    (mark,) = (mark for mark in the_test.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    parameters: list[Any] = mark.args[1]
    for colour in ("sync", "async"):
        runs = [item.values[0] for item in parameters if item.values[0].colour_name == colour]
        ran = {(run.scenario.group, run.scenario.name) for run in runs}
        assert sorted({*_named()} ^ ran) == []


def test_no_scenario_has_the_name_of_another() -> None:
    """A row of the page is one scenario, in a section that the page has."""
    names = [(scenario.group, scenario.name) for scenario in SCENARIOS]
    assert sorted(names) == sorted({*names})
    assert {group for group, _ in names} == {*GROUPS}

"""docs/parity.md: no line of a document without a row, no row without a test."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen

from . import test_ai_lib, test_liter_llm, test_mistral_client

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "parity.md"
SYSTEMS: dict[str, Mapping[str, str]] = {
    "ai-lib": test_ai_lib.PROMISED,
    "The Go Mistral client": test_mistral_client.PROMISED,
    "liter-llm": test_liter_llm.PROMISED,
}
_TEST = re.compile(r"`(tests/[\w/]+\.py(?:::\w+)+)`")


@frozen
class Row:
    """A row of the page: the section that it stands in, and its cells by their columns' names."""

    section: str
    cells: Mapping[str, str]


def _rows() -> list[Row]:
    rows: list[Row] = []
    section, columns = "", list[str]()
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if not line.startswith("|"):
            columns = []
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not columns:
            columns = cells
        elif set(line) - set("|- "):
            rows.append(Row(section, dict(zip(columns, cells, strict=True))))
    return rows


ROWS = _rows()


def _lines(told: str) -> set[int]:
    """The numbers in "1-3 7"."""
    ends = [span.partition("-") for span in told.split()]
    return {
        number for first, _, last in ends for number in range(int(first), int(last or first) + 1)
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.cells['there']}")
def test_no_row_is_without_a_test(row: Row) -> None:
    """Each names one, and says what is there and what llmkit has for it."""
    assert _TEST.fullmatch(row.cells["test"])
    assert row.cells["there"]
    assert row.cells["llmkit"]


@pytest.mark.parametrize(
    ("system", "form"), [(name, form) for name, forms in SYSTEMS.items() for form in forms]
)
def test_no_line_is_without_a_row(system: str, form: str) -> None:
    """Of any form of a document; and no row cites a line that its document does not have."""
    told = [_lines(row.cells[form]) for row in ROWS if row.section == system and form in row.cells]
    promised = _lines(SYSTEMS[system][form])
    assert sorted(promised - set().union(*told)) == []
    assert max(set().union(*told)) <= max(promised)
    assert all(told)


def test_the_tests_on_the_page_are_those_that_run() -> None:
    """Each is collected, and all tests of this directory are on the page, but this module's."""
    named = {row.cells["test"].strip("`") for row in ROWS}
    files = sorted({test.partition("::")[0] for test in named})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *files, "tests/parity"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    collected = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert sorted(named - collected) == []
    ours = {test for test in collected if test.startswith("tests/parity/")}
    here = f"tests/parity/{Path(__file__).name}"
    assert sorted(test for test in ours - named if not test.startswith(here)) == []

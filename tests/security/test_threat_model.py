"""docs/security.md: what it promises is held by tests, and what is held is promised there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "security.md"

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises() -> list[tuple[str, list[tuple[str, str]]]]:
    """The lines of the page's tables of promises: each with the tests that it names."""
    text = PAGE.read_text(encoding="utf-8").partition("## What is promised")[2]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    kept = [row for row in rows if not row.startswith("| promise |")]
    return [(row.split(" | ")[0][2:], _TEST.findall(row)) for row in kept]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize(("promise", "tests"), promises(), ids=lambda value: str(value)[:40])
def test_each_promise_is_held_by_a_test(promise: str, tests: list[tuple[str, str]]) -> None:
    """A sentence, and one test at least."""
    assert promise.endswith(".")
    assert tests


def test_each_test_that_is_named_exists() -> None:
    """In the file that is named with it."""
    named = [test for _, tests in promises() for test in tests]
    assert len(named) > 50
    assert len(named) == len(set(named))
    for path, name in named:
        assert name in names_in(ROOT / path), f"{path}::{name}"


def test_each_test_is_named() -> None:
    """Those of tests/security, all; a test that holds nothing promised is in the wrong place."""
    named = {test for _, tests in promises() for test in tests}
    here = Path(__file__).parent
    there = {
        (f"tests/security/{path.name}", name)
        for path in here.glob("test_*.py")
        for name in names_in(path)
    }
    assert there - named == set()


def test_the_way_to_report_is_on_the_first_page() -> None:
    """SECURITY.md says how, and leads here."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/security.md)" in text
    assert "in private" in text

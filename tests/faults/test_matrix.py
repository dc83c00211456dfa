"""Each scenario of docs/reliability.md, over real sockets, in both colours."""

from __future__ import annotations

import pytest

from .matrix import RUNS
from .playing import problems
from .scenario import Run


def _parameter(run: Run) -> object:
    known = run.reason
    marks = () if known is None else (pytest.mark.xfail(strict=True, reason=known),)
    return pytest.param(run, marks=marks, id=str(run))


@pytest.mark.parametrize("run", [_parameter(run) for run in RUNS])
def test_the_promise_is_kept(run: Run) -> None:
    """A right answer or a typed error, all that had arrived, and no socket left behind."""
    assert problems(run) == []

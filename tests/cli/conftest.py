"""What the command line's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .program import Program
from .server import Server, running


@pytest.fixture
def llmkit(tmp_path: Path) -> Program:
    """The program, in an empty directory."""
    return Program(tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    """A provider that gives the answers laid out for it."""
    with running() as found:
        yield found

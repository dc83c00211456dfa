"""The table's cells: each question, on each wire, in each of the four ways."""

from __future__ import annotations

from collections.abc import Iterator

from asking import WAYS, Way
from attrs import frozen

from llmkit import LLMKitError

from .deviations import expected
from .expected import Expected, Outcome
from .questions import Case
from .scenarios import CASES
from .wires import WIRES, Wire


@frozen
class Cell:
    """One question, asked on one wire in one way."""

    case: Case
    wire: Wire
    way: Way

    def __str__(self) -> str:
        return f"{self.case.name}-{self.wire.name}-{self.way.name}"

    @property
    def expect(self) -> Expected:
        """What it comes to."""
        return expected(self.case, self.wire)

    def outcome(self) -> Outcome:
        """What comes of it."""
        asks = self.wire.ask(self.way, **self.case.client)
        try:
            response = asks(self.case.question(self.wire, self.wire.ask(self.way)))
        except LLMKitError as error:
            return Outcome(self.wire, asks, error=error)
        return Outcome(self.wire, asks, response)


def _cells() -> Iterator[Cell]:
    for case in CASES.values():
        for wire in WIRES.values():
            for way in WAYS.values():
                if case.streams in (None, way.streams) and wire.streams >= way.streams:
                    yield Cell(case, wire, way)


CELLS = list(_cells())
"""All of them."""

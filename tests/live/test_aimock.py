"""Every scenario of aimock, on every wire, in both colours, streamed and not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from fnmatch import filter as matching
from urllib.request import urlopen

import pytest
from asking import WAYS, Way
from attrs import evolve
from colours import COLOURS, Colour

from llmkit import CompletionChunk, DecodeError

from .cells import CELLS, Cell
from .deviations import DEVIATIONS, expected
from .expected import Outcome
from .scenarios import CASES
from .wires import AIMOCK, NEEDS_AIMOCK, WIRES, Wire

pytestmark = NEEDS_AIMOCK

_STREAMED = [way for way in WAYS.values() if way.streams]


@pytest.fixture(scope="session")
def underway(request: pytest.FixtureRequest) -> Iterator[Mapping[str, Future[Outcome]]]:
    """What takes its time is asked beside each other, so that the waits are one."""
    callspecs = (getattr(item, "callspec", None) for item in request.session.items)
    found = (callspec.params.get("cell") for callspec in callspecs if callspec)
    cells = [cell for cell in found if isinstance(cell, Cell) and cell.case.waits]
    with ThreadPoolExecutor(32) as threads:
        yield {str(cell): threads.submit(cell.outcome) for cell in cells}


@pytest.mark.parametrize("cell", CELLS, ids=map(str, CELLS))
def test_a_scenario_comes_to_what_it_says(
    cell: Cell, underway: Mapping[str, Future[Outcome]]
) -> None:
    """The same answer or the same failure on each wire, by each client, streamed or not."""
    cell.expect.check(underway[str(cell)].result() if cell.case.waits else cell.outcome())


def test_no_scenario_is_left_out() -> None:
    """Each of the server's scripts is asked for on each wire, and no other."""
    with urlopen(f"{AIMOCK}/__aimock/fixtures?include=fixtures", timeout=30) as answer:
        fixtures = json.load(answer)["fixtures"]
    scripts = {fixture["match"]["userMessage"] for fixture in fixtures}
    for wire in WIRES.values():
        asked = {cell.case.scenario for cell in CELLS if cell.wire is wire}
        assert {f"SCENARIO={scenario};" for scenario in asked} == scripts


def test_each_deviation_is_about_something() -> None:
    """Its wires and its questions are there, and it changes what is expected of each wire."""
    for deviation in DEVIATIONS:
        assert all(matching(CASES, pattern) for pattern in deviation.cases), deviation
        assert set(deviation.but) <= set(CASES)
        for name in deviation.wires:
            cases = [case for case in CASES.values() if deviation.applies(case, WIRES[name])]
            assert any(deviation.apply(case.expect) != case.expect for case in cases)


@pytest.mark.parametrize("wire", [wire for wire in WIRES.values() if wire.streams], ids=str)
@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
def test_a_failure_can_be_delivered_as_a_chunk(wire: Wire, colour: Colour) -> None:
    """`raise_errors=False` gives the same error on a last chunk, and does not raise."""
    case = CASES["fault-truncate-3"]
    way = Way("streamed", colour, streams=True)
    ask = wire.ask(way)
    with colour(**ask.client) as door:
        chunks: list[CompletionChunk] = list(
            door.stream(case.question(wire, ask), raise_errors=False)
        )
    *before, last = chunks
    assert last.is_last_chunk
    assert all(chunk.error is None and not chunk.is_last_chunk for chunk in before)
    expect = expected(case, wire)
    expect.check(Outcome(wire, evolve(ask, chunks=before), error=last.error))


@pytest.mark.parametrize("way", _STREAMED, ids=lambda way: way.name)
def test_a_stream_in_a_form_that_is_not_the_wires_is_a_decode_error(way: Way) -> None:
    """Once the server streams as this wire does, it belongs in the table like the others."""
    wire = WIRES["bedrock-invoke"]
    ask = wire.ask(way)
    with pytest.raises(DecodeError):
        ask(CASES["text"].question(wire, ask))

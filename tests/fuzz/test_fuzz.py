"""Every target with inputs that hypothesis draws, and with those that once broke a rule.

Quick, and the same on each run; `harness.py` looks further.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmkit._models.accumulate import fold
from llmkit.adapters.gemini.array import JsonArrayDecoder
from llmkit.adapters.ndjson import NDJSONDecoder
from llmkit.adapters.sse import SSEDecoder
from llmkit.testing import sse

from .reader import Reader
from .samples import SAMPLES, adapters
from .target import Target
from .targets import CORPUS, TARGETS
from .wires import FRAMINGS, read
from .wires import sse as events_of

EXAMPLES = 300
"""How many inputs of each target are tried; there are some 60."""

every = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@every
def test_whatever_comes_there_is_an_answer_or_a_typed_error(target: Target) -> None:
    """No other exception gets out, and the rules of each target hold."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.binary(max_size=96))
    def run(data: bytes) -> None:
        target.run(data)

    run()


FINDS = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", FINDS, ids=[f"{one.parent.name}-{one.name}" for one in FINDS])
def test_what_once_broke_a_rule_does_so_no_more(path: Any) -> None:
    """Each find is tried again, in every way that its target knows."""
    TARGETS[path.parent.name].replay(path.read_bytes())


def test_every_find_is_of_a_target() -> None:
    """A folder whose target has another name by now would be tried no more."""
    assert {path.parent.name for path in FINDS} <= set(TARGETS)


# ---------------------------------------------------------------- time


def _steps(run: Callable[[], object]) -> int:
    """How many functions *run* calls, Python's own included: a clock that is always right."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


GROWING: dict[str, Callable[[int], bytes]] = {
    "comments": lambda n: b": ping\n\n" * n,
    "events": lambda n: sse({"a": 1}) * n,
    "lines of one event": lambda n: b"data: x\n" * n,
    "carriage returns": lambda n: b"\r" * n,
    "brackets": lambda n: b"[" * n,
    "quotes": lambda n: b'["' + b'\\"' * n,
    "space": lambda n: b" " * n,
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
@pytest.mark.parametrize("framing", [SSEDecoder, NDJSONDecoder, JsonArrayDecoder])
def test_a_framing_takes_steps_as_its_bytes(
    framing: type[Any], make: Callable[[int], bytes]
) -> None:
    """Four times the bytes take four times the steps, byte by byte."""

    def steps(count: int) -> int:
        data, decoder = make(count), framing()
        return _steps(lambda: [decoder.feed(data[at : at + 1]) for at in range(len(data))])

    assert steps(1200) < 4.5 * steps(300) + 100


@pytest.mark.parametrize("wire", SAMPLES)
def test_a_stream_takes_steps_as_its_events(wire: str) -> None:
    """Four times the events take four times the steps, whatever the wire."""
    adapter = adapters(wire)[0]
    begin, *middle = SAMPLES[wire].streams[0]

    def steps(count: int) -> int:
        stream = FRAMINGS.get(wire, events_of)([begin, *middle[:2] * count])
        return _steps(lambda: fold(read(adapter, Reader(b"\7").pieces(stream)).chunks))

    assert steps(400) < 4.5 * steps(100) + 500

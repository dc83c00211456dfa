"""A short soak: the same rules as the long one's, held on every run of the suite."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from llmkit import AsyncClient, Client

from .running import (
    Record,
    acall,
    astream,
    call,
    expected,
    in_tasks,
    in_threads,
    leaves_early,
    options,
    provider,
    settle,
    stream,
)

CALLS = range(1500)
STREAMS = range(300)


@pytest.mark.parametrize("kind", ["call", "stream"])
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_nothing_is_lost_doubled_or_mistaken(colour: str, kind: str) -> None:
    """Of many calls at once, a tenth of whose attempts fail, each gets its own answer or the
    typed error of its own fault, and what was answered whole is not asked for again."""
    numbers = CALLS if kind == "call" else STREAMS
    record = Record(kind == "stream")
    with provider() as url:
        given: Any = options(url)
        if colour == "sync":
            with Client(**given) as client:
                ways = {"call": call, "stream": stream}
                in_threads(iter(numbers), record, partial(ways[kind], client))
        else:
            asyncio.run(_at_once(given, kind, record, numbers))
        settle(url, kind, numbers, record)
    early = {each for each in numbers if kind == "stream" and leaves_early(each)}
    broken = {each for each in numbers if expected(each, stream=record.stream)[1] is not None}
    assert record.failed == len(broken - early)
    assert record.failed > len(numbers) / 100


async def _at_once(given: Any, kind: str, record: Record, numbers: range) -> None:
    async with AsyncClient(**given) as client:
        ways = {"call": acall, "stream": astream}
        await in_tasks(iter(numbers), record, partial(ways[kind], client))

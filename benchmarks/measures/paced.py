"""1,000 streams at once, 50 chunks a second each: how late a chunk is handed over."""

from __future__ import annotations

import asyncio
import gc
import time
from statistics import quantiles
from typing import Final

from ..bodies import TOKENS
from ..server import PACE
from . import Samples, Task, check, made, run_async

STREAMS: Final = 1000


def run(task: Task) -> Samples:
    """The lateness in ms, and the CPU time of a chunk in µs."""
    return run_async(lambda: _streams(task)) if "async" in task.colours else {}


async def _streams(task: Task) -> Samples:
    chunks = max(1, round(task.seconds * PACE))
    setup = task.setup(f"paced-{chunks}", "async")
    client = await made(task.module.make_client(setup))
    late: list[float] = []

    def take(text: str) -> None:
        late.append(time.monotonic() - float(text))

    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    streams = (task.module.astream(client, take) for _ in range(STREAMS))
    tokens = await asyncio.gather(*streams)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    check(len(late) == STREAMS * chunks and set(tokens) == {TOKENS}, f"{len(late)} chunks")
    cuts = quantiles(late, n=100)
    figures = {"p50": cuts[49] * 1000, "p99": cuts[98] * 1000, "worst": max(late) * 1000}
    figures |= {"cpu": cpu / len(late) * 1e6, "rate": len(late) / wall}
    return {"async": {name: [value] for name, value in figures.items()}}

"""What an open stream holds: the growth of the process by 500 of them, each after its first
chunk."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Final

from . import Samples, Task, made, run_async

STREAMS: Final = 500


def run(task: Task) -> Samples:
    """The KB of a stream."""
    return run_async(lambda: _streams(task)) if "async" in task.colours else {}


def _resident() -> float:
    """KB. Linux's own count; elsewhere there is none that can fall."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    raise RuntimeError("no VmRSS in /proc/self/status")


async def _streams(task: Task) -> Samples:
    client = await made(task.module.make_client(task.setup("held", "async")))
    begun = asyncio.Semaphore(0)

    async def opened(number: int) -> list[asyncio.Task[object]]:
        def take(text: str) -> None:
            begun.release()

        streams = [asyncio.ensure_future(task.module.astream(client, take)) for _ in range(number)]
        for _ in range(number):
            waiting = asyncio.ensure_future(begun.acquire())
            done, _ = await asyncio.wait([waiting, *streams], return_when="FIRST_COMPLETED")
            if waiting not in done:
                raise RuntimeError(f"a stream ended: {done}")
        return streams

    held = await opened(20)  # what the first ones load is not a stream's
    gc.collect()
    before = _resident()
    held += await opened(STREAMS)
    gc.collect()
    grown = (_resident() - before) / STREAMS
    for stream in held:
        stream.cancel()
    return {"async": {"kb": [grown]}}

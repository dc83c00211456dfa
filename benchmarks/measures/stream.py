"""Streams of 10,000 pieces: of text, of a tool call's arguments, of thinking.

Each comes in HTTP chunks of 16 KB; that of text once more with an HTTP chunk for each event, as
from a provider that flushes each. Either is written at once: the client is what takes time.
"""

from __future__ import annotations

import time

from .. import bodies
from . import Samples, Stopwatch, Task, check_stream, made, run_async


def run(task: Task) -> Samples:
    """The µs of a piece, by colour and kind."""
    found: Samples = {}
    for kind in task.kinds():
        found |= _of(task, kind, kind)
    return found | _of(task, "text", "text-flushed")


def _of(task: Task, kind: str, answer: str) -> Samples:
    found: Samples = {}
    name = answer.replace("-", " ")
    if "sync" in task.colours:
        found[f"sync {name}"] = _sync(task, kind, answer)
    if "async" in task.colours:
        found[f"async {name}"] = run_async(lambda: _async(task, kind, answer))
    return found


def _sync(task: Task, kind: str, answer: str) -> dict[str, list[float]]:
    client = task.module.make_client(task.setup(answer, "sync"))
    watch, begun = Stopwatch(), time.monotonic()
    for sample in range(task.rounds + 1):
        taken: list[str] = []
        watch.start()
        tokens = task.module.stream(client, taken.append)
        late = time.monotonic() - begun > task.limit
        if sample or late:  # the first one warms up, where there is time for more
            watch.stop(bodies.CHUNKS)
        check_stream(task, kind, bodies.CHUNKS, taken, tokens)
        if late:
            break
    return watch.samples


async def _async(task: Task, kind: str, answer: str) -> dict[str, list[float]]:
    client = await made(task.module.make_client(task.setup(answer, "async")))
    watch, begun = Stopwatch(), time.monotonic()
    for sample in range(task.rounds + 1):
        taken: list[str] = []
        watch.start()
        tokens = await task.module.astream(client, taken.append)
        late = time.monotonic() - begun > task.limit
        if sample or late:  # the first one warms up, where there is time for more
            watch.stop(bodies.CHUNKS)
        check_stream(task, kind, bodies.CHUNKS, taken, tokens)
        if late:
            break
    return watch.samples

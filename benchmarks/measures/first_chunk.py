"""From asking for a stream to having its first piece. The server answers at once."""

from __future__ import annotations

import time

from .. import bodies
from . import Samples, Task, check_stream, made, run_async


class _First:
    """Takes the pieces of a stream, and the moment of the first."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        self.cpu = self.wall = 0.0

    def take(self, text: str) -> None:
        if not self.taken:
            self.cpu = (time.process_time() - self._cpu) * 1e6
            self.wall = (time.perf_counter() - self._wall) * 1e6
        self.taken.append(text)


class _Samples:
    """Of every so many streams, the mean is one sample."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._begun = time.monotonic()
        self._firsts: list[_First] = []
        self.samples: dict[str, list[float]] = {"cpu": [], "wall": []}

    def add(self, first: _First, tokens: int | None) -> bool:
        """Whether there are enough."""
        task = self._task
        check_stream(task, "text", bodies.SHORT, first.taken, tokens)
        self._firsts.append(first)
        if len(self._firsts) * (first.wall / 1e6) > task.seconds:
            count = len(self._firsts)
            self.samples["cpu"].append(sum(each.cpu for each in self._firsts) / count)
            self.samples["wall"].append(sum(each.wall for each in self._firsts) / count)
            self._firsts = []
        late = time.monotonic() - self._begun > task.limit
        return len(self.samples["cpu"]) >= task.rounds or (late and bool(self.samples["cpu"]))


def run(task: Task) -> Samples:
    """The µs, by colour."""
    found: Samples = {}
    if "sync" in task.colours:
        found["sync"] = _sync(task)
    if "async" in task.colours:
        found["async"] = run_async(lambda: _async(task))
    return found


def _sync(task: Task) -> dict[str, list[float]]:
    client = task.module.make_client(task.setup("text-short", "sync"))
    for _ in range(3):
        task.module.stream(client, len)
    found, enough = _Samples(task), False
    while not enough:
        first = _First()
        enough = found.add(first, task.module.stream(client, first.take))
    return found.samples


async def _async(task: Task) -> dict[str, list[float]]:
    client = await made(task.module.make_client(task.setup("text-short", "async")))
    for _ in range(3):
        await task.module.astream(client, len)
    found, enough = _Samples(task), False
    while not enough:
        first = _First()
        enough = found.add(first, await task.module.astream(client, first.take))
    return found.samples

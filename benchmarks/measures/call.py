"""A small call: alone, and many at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from .. import bodies
from ..subjects import SUBJECTS
from . import Samples, Stopwatch, Task, check, count_for, made, run_async

THREADS: Final = (1, 16)
AT_ONCE: Final = (1, 64, 512)


def run(task: Task) -> Samples:
    """The µs of a call, by colour and by how many are under way."""
    found: Samples = {}
    if "sync" in task.colours:
        threads = tuple(each for each in THREADS if each <= SUBJECTS[task.subject].threads)
        found |= sync_calls(task, threads, task.module.make_client(task.setup("call", "sync")))
    if "async" in task.colours:
        found |= run_async(lambda: _async(task))
    return found


async def _async(task: Task) -> Samples:
    client = await made(task.module.make_client(task.setup("call", "async")))
    return await async_calls(task, AT_ONCE, client)


def sync_calls(task: Task, threads: tuple[int, ...], client: Any) -> Samples:
    """Samples of calls by so many threads that share a client."""

    def calls(count: int) -> None:
        for _ in range(count):
            told = task.module.call(client)
            check(told == (bodies.ANSWER, bodies.TOKENS), told)

    begun = time.monotonic()
    one = _warm(lambda: calls(5)) / 5
    found: Samples = {}
    for number in threads:
        count = count_for(task.seconds, one * number)
        watch = Stopwatch()
        for sample in range(task.rounds + 1):
            watch.start()
            _in_threads(number, partial(calls, count))
            if sample:  # the first one makes the connections
                watch.stop(count * number)
            if sample and time.monotonic() - begun > task.limit:
                break
        found[f"sync {number}"] = watch.samples
    return found


def _in_threads(number: int, work: Callable[[], None]) -> None:
    if number == 1:
        work()
        return
    failures: list[Exception] = []

    def guarded() -> None:
        try:
            work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


async def async_calls(task: Task, at_once: tuple[int, ...], client: Any) -> Samples:
    """Samples of calls by so many tasks that share a client."""

    async def calls(count: int) -> None:
        for _ in range(count):
            told = await task.module.acall(client)
            check(told == (bodies.ANSWER, bodies.TOKENS), told)

    begun = time.monotonic()
    await calls(2)
    start = time.perf_counter()
    await calls(5)
    one = (time.perf_counter() - start) / 5
    found: Samples = {}
    for number in at_once:
        count = count_for(task.seconds, one * number)
        watch = Stopwatch()
        for sample in range(task.rounds + 1):
            watch.start()
            await asyncio.gather(*(calls(count) for _ in range(number)))
            if sample:
                watch.stop(count * number)
            if sample and time.monotonic() - begun > task.limit:
                break
        found[f"async {number}"] = watch.samples
    return found


def _warm(work: Callable[[], None]) -> float:
    """How long it takes when it is done a second time."""
    work()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

"""The whole of it: `nox -s soak`, or from tests/: `python -m soak --help`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from llmkit import AsyncClient, Client

from .running import (
    Record,
    acall,
    astream,
    call,
    in_tasks,
    in_threads,
    open_files,
    options,
    provider,
    resident,
    settle,
    stream,
)

PARTS = 20


def main() -> int:
    """Do all of it, and print what was seen."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--colour", choices=("sync", "async", "both"), default="both")
    given = parser.parse_args()
    for colour, run in (("sync", _sync), ("async", _async)):
        if given.colour in (colour, "both"):
            for kind, count in (("call", given.calls), ("stream", given.streams)):
                with provider() as url:
                    run(url, kind, count)
    return 0


def _sync(url: str, kind: str, count: int) -> None:
    with Client(**_arguments(url)) as client:
        do = partial(call if kind == "call" else stream, client)
        _watched("sync", url, kind, count, lambda numbers, record: in_threads(numbers, record, do))


def _async(url: str, kind: str, count: int) -> None:
    with asyncio.Runner() as runner:
        client = AsyncClient(**_arguments(url))
        do = partial(acall if kind == "call" else astream, client)

        def work(numbers: Iterator[int], record: Record) -> None:
            runner.run(in_tasks(numbers, record, do))

        _watched("async", url, kind, count, work)
        runner.run(client.aclose())


def _arguments(url: str) -> Any:
    return options(url)


def _watched(
    colour: str, url: str, kind: str, count: int, work: Callable[[Iterator[int], Record], None]
) -> None:
    """Do the *work* in parts, and look at the process after each."""
    record = Record(kind == "stream")
    begun = time.monotonic()
    memory, files, threads = [], [], []
    for part in range(PARTS):
        work(iter(range(count * part // PARTS, count * (part + 1) // PARTS)), record)
        memory.append(resident())
        files.append(open_files())
        threads.append(threading.active_count())
    took = time.monotonic() - begun
    settle(url, kind, range(count), record)
    named = ", ".join(f"{name} {number:,}" for name, number in record.classes.most_common())
    left = f", left early {record.left:,}" if record.left else ""
    print(
        f"{colour} {kind}s: {count:,} in {took:.0f} s: whole {record.whole:,} "
        f"(of these, retried {record.retried:,}){left}, failed {record.failed:,} ({named}); "
        f"none lost, doubled or mistaken\n"
        f"  memory in MB, after each of {PARTS} parts: "
        f"{' '.join(f'{value:.1f}' for value in memory)}\n"
        f"  open files {min(files)} to {max(files)}, threads {min(threads)} to {max(threads)}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

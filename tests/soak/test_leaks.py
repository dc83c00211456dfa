"""Nothing grows: sockets, threads, tasks and memory after very many calls, failures, streams."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from colours import AsyncDoor, Colour, Door, both

from llmkit import LLMKitError, RetryPolicy

from .running import open_files, options, provider, request
from .server import fault

CALLS = 10_000
FAILURES = 1_000
STREAMS = 1_000
WARM = 200
BLOCKS_LEFT = 0.5
"""Blocks of memory that may be left of each call: caches settle, a leak is one or more."""


FAILING = [each for each in range(20_000) if fault(each, 1, stream=False)]


@pytest.fixture
def url() -> Iterator[str]:
    """A provider's address."""
    with provider() as found:
        yield found


def open_door(colour: Colour, url: str, **more: Any) -> Door:
    """A client of that provider."""
    return colour(**{**options(url), **more})


def held(door: Door) -> tuple[int, int, int]:
    """What the process holds: files and sockets, threads, tasks."""
    gc.collect()
    tasks = 0
    if isinstance(door, AsyncDoor):

        async def count() -> int:
            await asyncio.sleep(0)  # what was closed just now is closed in the next round
            await asyncio.sleep(0)
            return len(asyncio.all_tasks()) - 1

        tasks = door.run(count())
    return open_files(), threading.active_count(), tasks


def blocks() -> int:
    """How many blocks of memory are in use."""
    gc.collect()
    return sys.getallocatedblocks()


def many(door: Door, count: int, one: Callable[[Door, int], None]) -> None:
    """Do *one* so often; what is held afterwards is what was held after the first few."""
    for number in range(WARM):
        one(door, number)
    before, used = held(door), blocks()
    for number in range(count):
        one(door, WARM + number)
    files, threads, tasks = held(door)
    grown = blocks() - used
    assert (threads, tasks) == before[1:]
    assert files <= before[0]
    assert grown <= count * BLOCKS_LEFT, f"{grown} blocks of memory after {count} times"


def answered(door: Door, number: int) -> None:
    """A call that goes well."""
    assert door.complete(request(number, fair=True)).content is not None


def refused(door: Door, number: int) -> None:
    """A call that fails."""
    with pytest.raises(LLMKitError):
        door.complete(request(FAILING[number]))


def abandoned(door: Door, number: int) -> None:
    """A stream that is left after its first chunk, each time in another way."""
    stream = door.stream(request(number, fair=True))
    assert next(stream) is not None
    if number % 4 == 0:
        stream.close()
    elif number % 4 == 1:
        with stream:
            pass
    elif number % 4 == 2:
        with pytest.raises(ZeroDivisionError), stream:
            raise ZeroDivisionError
    # Else it is collected.


def whole(door: Door, number: int) -> None:
    """A stream that is read to its end."""
    with door.stream(request(number, fair=True)) as stream:
        assert sum(1 for _ in stream) > 1


@both
@pytest.mark.parametrize(
    ("count", "one"),
    [(CALLS, answered), (STREAMS, whole), (STREAMS, abandoned)],
    ids=["calls", "streams", "abandoned streams"],
)
def test_nothing_is_left_of_calls(
    colour: Colour, url: str, count: int, one: Callable[[Door, int], None]
) -> None:
    """After thousands of calls, of streams and of streams left alone, the process holds what
    it held after the first few: no socket, thread or task more, and no memory."""
    with open_door(colour, url) as door:
        many(door, count, one)


@both
def test_nothing_is_left_of_failures(colour: Colour, url: str) -> None:
    """The same after a thousand failures of every kind."""
    with open_door(colour, url, retry=RetryPolicy(attempts=1)) as door:
        many(door, FAILURES, refused)


@both
def test_a_closed_client_holds_nothing(colour: Colour, url: str) -> None:
    """close() gives every socket back; that of a stream still open, with the stream."""
    gc.collect()
    with open_door(colour, url) as warm:
        answered(warm, 0)
        for number in range(20):
            abandoned(warm, number)
    gc.collect()
    before = open_files()
    door = open_door(colour, url)
    empty = held(door)[0]
    answered(door, 1)
    streams = [door.stream(request(number, fair=True)) for number in range(20)]
    assert all(next(stream) for stream in streams)
    assert held(door)[0] > empty
    door.close()
    streams.clear()
    assert held(door)[0] == empty
    with door:
        pass
    assert open_files() == before

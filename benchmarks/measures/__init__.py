"""What is measured: a file for each kind, whose `run` is given a task and gives samples.

Every file here but this one runs in the subject's own environment and process.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from .. import bodies
from ..subjects import SUBJECTS, Colour, Setup

T = TypeVar("T")
Samples: TypeAlias = dict[str, dict[str, list[float]]]
"""By what was done, by what was counted ("cpu", "wall", in µs; or another name): the samples."""

PER_WIRE: Final = ("call", "stream", "first_chunk")
OPENAI_ONLY: Final = ("large", "paced", "memory")
PROCESSES: Final = ("imports", "first_call")
"""Those that are of whole processes, which somebody else starts: see `processes.py`."""

ALL: Final = (*PROCESSES, *PER_WIRE, *OPENAI_ONLY, "first_request")

ALIASES: Final = {
    "import": ("imports",),
    "first": ("first_call", "first_chunk", "first_request"),
    "sync": ("call", "stream", "first_chunk", "large"),
    "async": ("call", "stream", "first_chunk", "large", "paced", "memory"),
}
"""More names for a choice of measures; a colour's also leaves the other colour out."""

_ASKED: Final[list[dict[str, Any]]] = [{"role": "user", "content": "What is France's capital?"}]


class Task(NamedTuple):
    """What one process is to do.

    Args:
        measure: the file here.
        subject: whose.
        wire: on which wire.
        url: where the server is.
        colours: in which colours, of the subject's.
        rounds: how many samples to take of each thing.
        seconds: how long each sample is about to take; of paced streams, how long they last.
        limit: the longest that all of it may take, in seconds; after that, fewer samples do.
    """

    measure: str
    subject: str
    wire: str
    url: str
    colours: tuple[Colour, ...]
    rounds: int
    seconds: float
    limit: float

    @property
    def module(self) -> Any:
        """The subject's five functions."""
        return import_module(f"benchmarks.subjects.{SUBJECTS[self.subject].module}")

    def setup(self, answer: str, colour: Colour, **more: Any) -> Setup:
        """What a client is made for that is to get *answer*."""
        url = f"{self.url}/{self.wire}.{answer}"
        return Setup(self.wire, url, colour, more.pop("messages", _ASKED), **more)

    def kinds(self) -> tuple[str, ...]:
        """Of which streams the subject shows the pieces."""
        return SUBJECTS[self.subject].kinds


async def made(client: T | Awaitable[T]) -> T:
    """A client, which some can only make in a loop."""
    return await client if inspect.isawaitable(client) else client


def run_async(main: Callable[[], Awaitable[T]]) -> T:
    """What *main* gives, in a loop of its own, of the standard library's kind."""

    async def whole() -> T:
        return await main()

    return asyncio.run(whole())


class Stopwatch:
    """CPU time of the process, all its threads, and the clock's."""

    def __init__(self) -> None:
        self.samples: dict[str, list[float]] = {"cpu": [], "wall": []}
        self.start()

    def start(self) -> None:
        """From here."""
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def stop(self, count: float) -> None:
        """To here, for *count* things: their µs each are a sample."""
        cpu, wall = time.process_time(), time.perf_counter()
        self.samples["cpu"].append((cpu - self._cpu) / count * 1e6)
        self.samples["wall"].append((wall - self._wall) / count * 1e6)


def count_for(seconds: float, one: float) -> int:
    """How many things that take *one* second each are a sample of *seconds*."""
    return max(1, round(seconds / max(one, 1e-6)))


def check(condition: bool, told: object) -> None:
    """What was measured was done.

    Raises:
        RuntimeError: it was not.
    """
    if not condition:
        raise RuntimeError(f"not what the server said: {str(told)[:300]}")


def check_stream(task: Task, kind: str, pieces: int, taken: list[str], tokens: int | None) -> None:
    """A stream's pieces were all there, and its tokens.

    Raises:
        RuntimeError: they were not.
    """
    wanted = bodies.expected(task.wire, kind, pieces)
    characters = sum(map(len, taken))
    found = (len(taken), characters, tokens)
    right = wanted.pieces == len(taken) and wanted.characters in (None, characters)
    check(right and tokens == bodies.TOKENS, f"{kind}: (pieces, characters, tokens) are {found}")

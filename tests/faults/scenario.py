"""A scenario of the matrix, and one run of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from attrs import frozen
from colours import COLOURS, Colour

from llmkit import Bounds, RetryPolicy, Timeout

from .forms import Wire
from .outcomes import Outcome
from .server import Script
from .wires import CHAT

ONCE = RetryPolicy(attempts=1)
AGAIN = RetryPolicy(attempts=3, wait_initial=0)
PATIENT = Timeout(connect=5, read=5, idle=5, total=20)
"""A limit that is not the outcome: what passes it hangs."""

Way: TypeAlias = Literal["whole", "streamed"]
BOTH: tuple[Way, ...] = ("whole", "streamed")
WHOLE: tuple[Way, ...] = ("whole",)
STREAMED: tuple[Way, ...] = ("streamed",)
Host: TypeAlias = Literal["ours", "refusing", "unresolved", "full"]


@frozen
class Setting:
    """What a server has to know to play: the wire, whether a stream was asked for, its port."""

    wire: Wire
    streamed: bool
    port: int

    @property
    def body(self) -> bytes:
        """The right answer."""
        return self.wire.stream if self.streamed else self.wire.body

    @property
    def content_type(self) -> str:
        """Its type."""
        return self.wire.content_type if self.streamed else "application/json"


Plays: TypeAlias = Callable[[Setting], Iterable[Script]]
"""One script for each request that the server gets."""


@frozen
class Turn:
    """One call after another, and what comes of it: the scripts of its attempts, in order."""

    scripts: tuple[Script, ...]
    outcome: Outcome


@frozen(kw_only=True)
class Scenario:
    """One row of the page.

    Args:
        name: as on the page, and in the tests' names.
        group: the section of the page that it stands in.
        server: what the server does.
        promise: what the caller may rely on, in one sentence.
        plays: the server's scripts.
        outcome: what comes of each call; that of a stream, and that of a wire, may differ.
        streamed: the outcome of a stream, where it is another.
        by_run: other outcomes, by a part of a run's name: of a wire, or a colour.
        first: the outcome of the first call, where it is another.
        calls: how many calls are made, one after another, with one client.
        between: what becomes of their connections between two calls.
        wires: on which it is played.
        ways: asked as a whole, as a stream, or both.
        timeout: the client's.
        retry: the client's.
        bounds: the client's.
        host: what the client calls.
        broken: what is wrong with llmkit there: by a part of a run's name, the reason.
    """

    name: str
    group: str
    server: str
    promise: str
    plays: Plays
    outcome: Outcome
    streamed: Outcome | None = None
    by_run: Mapping[str, Outcome] = {}
    first: Outcome | None = None
    calls: int = 1
    between: Literal["nothing", "closing", "unasked"] = "nothing"
    wires: tuple[Wire, ...] = (CHAT,)
    ways: tuple[Way, ...] = BOTH
    timeout: Timeout = PATIENT
    retry: RetryPolicy = ONCE
    bounds: Bounds | None = None
    host: Host = "ours"
    broken: Mapping[str, str] = {}


@frozen
class Run:
    """A scenario in one colour, on one wire, asked in one way."""

    scenario: Scenario
    colour_name: str
    wire: Wire
    way: Way

    def __str__(self) -> str:
        told = f"{self.scenario.group}: {self.scenario.name}"
        return f"{told}-{self.wire.name}-{self.way}-{self.colour_name}"

    @property
    def colour(self) -> Colour:
        """Makes the client."""
        return COLOURS[self.colour_name]

    @property
    def outcome(self) -> Outcome:
        """What comes of it."""
        scenario = self.scenario
        for part, outcome in scenario.by_run.items():
            if part in str(self):
                return outcome
        if self.way == "streamed" and scenario.streamed is not None:
            return scenario.streamed
        return scenario.outcome

    @property
    def reason(self) -> str | None:
        """Why it is known to fail, or None."""
        broken = self.scenario.broken.items()
        return next((why for part, why in broken if part in str(self)), None)


def runs_of(scenario: Scenario) -> Iterator[Run]:
    """Every run of *scenario*."""
    for wire in scenario.wires:
        for way in scenario.ways:
            for colour in COLOURS:
                yield Run(scenario, colour, wire, way)


def one(script: Callable[[Setting], Script]) -> Plays:
    """The same for each request."""
    return lambda setting: [script(setting)] * 12


def fields(**given: Any) -> Mapping[str, Any]:
    """Fields of an error."""
    return given

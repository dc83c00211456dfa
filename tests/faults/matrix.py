"""All scenarios, in the page's order, and all of their runs."""

from __future__ import annotations

from .bodies import BODIES
from .connections import CONNECTIONS
from .events import STREAMS
from .framing import FRAMING
from .limits import LIMITS
from .scenario import runs_of
from .statuses import BODIES as EVERY_BODY
from .statuses import STATUS_SCENARIOS
from .tools import TOOLS
from .tools_elsewhere import TOOLS_ELSEWHERE

SCENARIOS = (
    *(*CONNECTIONS, *LIMITS, *STATUS_SCENARIOS, *FRAMING),
    *(*BODIES, *STREAMS, *TOOLS, *TOOLS_ELSEWHERE),
)
"""Every row of the page."""
RUNS = tuple(run for scenario in SCENARIOS for run in runs_of(scenario))
"""Every one of them, in each colour, way and wire that it names."""

GROUPS = {
    "Connections": "What was not sent, or not answered, may be asked for again; what was handed "
    "over never is.",
    "Limits": "Each limit of a `Timeout`, against a server that is slow where only it helps.",
    "Statuses": f"Every status that is registered, and those that are not but seen, each with "
    f"every body: {EVERY_BODY}. Where the error is final, retries are on, and there is one "
    f"attempt.",
    "Errors' bodies": "What is read of an error, and what is not.",
    "Redirects": "The key goes to its own provider.",
    "Retries": "What is asked for again, how often, and after which wait.",
    "HTTP, legal": "What RFC 9112 lets a server do.",
    "HTTP, broken": "What it does not.",
    "Bodies": "What comes with a status of 200 need not be an answer.",
    "Codings": "Compression, whole and torn.",
    "Sizes": "A client with `Bounds(body_bytes=100_000, event_bytes=100_000, "
    "stream_bytes=4_000_000)`.",
    "Streams, legal": "Each way to frame the events of a stream.",
    "Streams, broken": "What arrived before the break is there.",
    "Tool calls": "`openai-chat` has many servers, and each its own way to stream a call; the "
    "other wires have one.",
}
"""The sections of the page, and what is said at the head of each."""

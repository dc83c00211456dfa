"""What a client and its first request add to their transport, once all code is loaded: see
`benchmarks/first_request.py`, which is a program of its own too."""

from __future__ import annotations

from ..first_request import CASES, pairs, served
from . import Samples, Task


def run(task: Task) -> Samples:
    """The ms that are added, by colour and model."""
    found: Samples = {}
    with served() as url:
        for case in CASES:
            if case.held and case.colour in task.colours:
                runs = pairs(case, url, task.rounds)
                added = [whole.first - alone.first for whole, alone in runs]
                found[f"{case.colour} {case.model}"] = {"wall": added}
    return found

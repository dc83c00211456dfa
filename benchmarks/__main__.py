"""The whole of it: `python -m benchmarks --help`, or `nox -s bench`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from .environments import Environment, UnavailableError, environment
from .measures import ALIASES, ALL, PER_WIRE, Task
from .page import write_page
from .plots import write_plots
from .processes import FailedError, measured, server
from .report import Results, summary, table
from .subjects import COLOURS, SUBJECTS, Colour, chosen

_FOLDER: Final = Path(tempfile.gettempdir()) / "llmkit-benchmarks"


class Mode(NamedTuple):
    """How long it may take.

    Args:
        passes: how often everything is done, subject after subject: whatever else the machine
            does meanwhile then meets all of them.
        rounds: samples of each thing in a pass.
        seconds: about how long a sample takes.
        paced: how long paced streams last, in seconds.
        limit: after so many seconds of one thing, fewer samples do.
    """

    passes: int
    rounds: int
    seconds: float
    paced: float
    limit: float


FULL: Final = Mode(passes=3, rounds=4, seconds=0.2, paced=6.0, limit=6.0)
QUICK: Final = Mode(passes=1, rounds=3, seconds=0.1, paced=2.0, limit=1.5)


def main() -> int:
    """Measure what is asked for, and write down what was found."""
    given = _arguments()
    subjects = chosen(given.only)
    mode = QUICK if given.quick else FULL
    if given.passes:
        mode = mode._replace(passes=given.passes)
    results = Results({**_machine(), "mode": "quick" if given.quick else "full"})
    environments = _environments(subjects, Path(given.environments), given.fresh, results)
    measures, colours = _measures(given.only_measure)
    with server() as url:
        for number in range(mode.passes):
            print(f"pass {number + 1} of {mode.passes}", file=sys.stderr)
            for task in _tasks(list(environments), measures, colours, url, mode):
                _do(task, environments[task.subject], results)
    out = Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(results.to_dict(), indent=1))
    (out / "results.md").write_text(table(results))
    write_plots(results, out)
    if given.page:
        write_page(results, Path(given.page))
    print(table(results))
    print(summary(results))
    print(f"\nin {out}: results.json, results.md and the plots", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short pass")
    parser.add_argument("--only", default="", help=f"subjects: {', '.join(SUBJECTS)}; raw")
    parser.add_argument(
        "--only-measure", default="", help=f"measures: {', '.join((*ALL, *ALIASES))}"
    )
    parser.add_argument("--passes", type=int, default=0, help="how often all of it is done")
    parser.add_argument("--fresh", action="store_true", help="make the environments anew")
    parser.add_argument("--page", nargs="?", const="docs/performance.md", help="renew its figures")
    parser.add_argument("--environments", default=str(_FOLDER / "environments"))
    parser.add_argument("--out", default=str(_FOLDER / "results"))
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {
        "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def _measures(text: str) -> tuple[list[str], tuple[Colour, ...]]:
    """The measures that *text* names, and the colours."""
    found: list[str] = []
    colours = tuple(colour for colour in COLOURS if colour in text.split(","))
    for name in filter(None, text.split(",")):
        if name not in ALL and name not in ALIASES:
            raise SystemExit(f"no measure {name!r}; there are {', '.join((*ALL, *ALIASES))}")
        found += [name] if name in ALL else ALIASES[name]
    return [name for name in ALL if name in found or not found], colours or COLOURS


def _environments(
    subjects: list[str], folder: Path, fresh: bool, results: Results
) -> dict[str, Environment]:
    found = {}
    renewed: set[str] = set()
    for name in subjects:
        shared = SUBJECTS[name].environment or name
        try:
            found[name] = environment(name, folder, fresh=fresh and shared not in renewed)
        except UnavailableError as error:
            results.failed(name, "environment", "", str(error))
            print(f"{name}: {error}", file=sys.stderr)
        else:
            results.versions[name] = found[name].versions
        renewed.add(shared)
    return found


def _tasks(
    subjects: list[str],
    measures: list[str],
    colours: tuple[Colour, ...],
    url: str,
    mode: Mode,
) -> list[Task]:
    """What there is to do in a pass: those that are compared come one after the other."""
    tasks = []
    for measure in measures:
        wires = ("openai-chat", "anthropic-messages", "gemini")
        for wire in wires if measure in PER_WIRE else wires[:1]:
            for name in subjects:
                if measure == "first_request" and name != "llmkit":
                    continue
                if wire not in SUBJECTS[name].wires and measure not in ("imports", "first_call"):
                    continue
                # A vendor's own SDK is started on the vendor's own wire.
                spoken = wire if wire in SUBJECTS[name].wires else SUBJECTS[name].wires[0]
                own = tuple(each for each in SUBJECTS[name].colours if each in colours)
                seconds = mode.paced if measure == "paced" else mode.seconds
                task = Task(measure, name, spoken, url, own, mode.rounds, seconds, mode.limit)
                tasks.append(task)
    return tasks


def _do(task: Task, environment: Environment, results: Results) -> None:
    # Once it could not, it is not asked again: some take minutes to fail.
    if not task.colours or results.has_failed(task.subject, task.measure, task.wire):
        return
    start = time.monotonic()
    try:
        results.add(task, measured(task, environment))
    except FailedError as error:
        results.failed(task.subject, task.measure, task.wire, str(error))
        print(f"{task.subject}, {task.measure}, {task.wire}: {error}", file=sys.stderr)
    else:
        took = time.monotonic() - start
        told = f"{task.measure} {task.wire}, {task.subject}: {took:.1f} s"
        print(told, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

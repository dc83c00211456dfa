"""Starting the processes that measure, and those that are measured as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from .bodies import ANSWER
from .environments import ROOT, Environment
from .measures import Samples, Task
from .subjects import SUBJECTS


class FailedError(Exception):
    """A subject did not do what was asked; the text says what happened."""


class _Ended(NamedTuple):
    out: str
    cpu: float
    wall: float


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that is there for as long as this lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def measured(task: Task, environment: Environment) -> Samples:
    """What a process of the subject's environment measures, or what it takes itself.

    Raises:
        FailedError: it failed, or took too long.
    """
    if task.measure == "imports":
        return _imports(task, environment)
    if task.measure == "first_call":
        return _first_calls(task, environment)
    arguments = ["-m", "benchmarks.child", json.dumps(task._asdict())]
    limit = 120 + 20 * task.limit
    ended = _process(environment, arguments, limit)
    last = [line for line in ended.out.splitlines() if line.startswith("RESULT ")]
    if not last:
        raise FailedError("it ended without a result")
    found: Samples = json.loads(last[-1].removeprefix("RESULT "))
    return found


def _imports(task: Task, environment: Environment) -> Samples:
    """The ms of a program that imports what one of the subject's would, and of one that does
    nothing but that: of the module alone, and of an interpreter with nothing."""
    names = SUBJECTS[task.subject].imports
    module = names.split()[1].rstrip(",")
    programs = {"names": names, "module": f"import {module}"}
    if task.subject.startswith("raw"):
        programs |= {"bare interpreter": "pass", "bare + orjson": "import orjson"}
    return {what: _times(environment, ["-c", text], task) for what, text in programs.items()}


def _first_calls(task: Task, environment: Environment) -> Samples:
    """The ms of a program that imports, makes a client and asks once."""
    found: Samples = {}
    for colour in task.colours:
        setup = task.setup("call", colour)
        asked = json.dumps([SUBJECTS[task.subject].module, setup, ANSWER])
        arguments = ["-m", "benchmarks.first_call", asked]
        found[colour] = _times(environment, arguments, task)
    return found


def _times(
    environment: Environment, arguments: Sequence[str], task: Task
) -> dict[str, list[float]]:
    """The CPU time and the time of the same program, again and again, in ms."""
    samples: dict[str, list[float]] = {"cpu": [], "wall": []}
    _process(environment, arguments, 120)  # the first one compiles
    begun = time.monotonic()
    for _ in range(task.rounds * 2):
        ended = _process(environment, arguments, 120)
        samples["cpu"].append(ended.cpu * 1000)
        samples["wall"].append(ended.wall * 1000)
        if time.monotonic() - begun > task.limit:
            break
    return samples


def _process(environment: Environment, arguments: Sequence[str], limit: float) -> _Ended:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(environment.python), *arguments],
            env=environment.variables(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
        )
        cpu = _wait(process, limit)
        wall = time.perf_counter() - start
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise FailedError(_reason(process.returncode, errors.read(), limit))
        return _Ended(out.read(), cpu, wall)


def _wait(process: subprocess.Popen[bytes], limit: float) -> float:
    """Wait for the end, and return the CPU time. Unix's wait4 tells that of one child alone."""
    until = time.monotonic() + limit
    pause = 0.0005
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        if time.monotonic() > until:
            process.kill()
            until += 60
        time.sleep(pause)


def _reason(code: int, errors: str, limit: float) -> str:
    if code == -9:
        return f"not done after {limit:.0f} s"
    lines = [line for line in errors.splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else f"it ended with {code}"

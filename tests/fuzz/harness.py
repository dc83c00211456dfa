"""Fuzzes with atheris, each target for some seconds, one after the other.

PYTHONPATH=.:tests python -m fuzz.harness --seconds 60 [--corpus FOLDER] [TARGET ...]

What breaks a rule is told, and kept in tests/fuzz/corpus, where the suite tries it again. Needs
the dependency group `fuzz`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import resource
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

EXECUTED = re.compile(rb"stat::number_of_executed_units:\s*(\d+)")


def fuzz(name: str, seconds: int, seeds: Path) -> None:
    """Fuzz one target in this process, until its time is up. Does not return."""
    import atheris  # type: ignore[import-untyped]  # it has no types

    with atheris.instrument_imports(include=["llmkit"]):
        from fuzz.targets import CORPUS, TARGETS

    target = TARGETS[name]
    seen: set[tuple[str, int, str]] = set()

    def one(data: bytes) -> None:
        try:
            target.run(data)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = (frame.filename, frame.lineno or 0, type(error).__name__)
            if place in seen:
                return
            seen.add(place)
            made = target.drawn(data)
            kept = CORPUS / name / hashlib.sha256(made).hexdigest()[:12]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(made)
            sys.stderr.write(f"FOUND {name} {kept.name} {place} {data.hex()}\n")

    seeds.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", "-print_final_stats=1", "-verbosity=0"]
    limits = ["-rss_limit_mb=2048", "-timeout=20", "-max_len=4096", "-close_fd_mask=1"]
    atheris.Setup([sys.argv[0], *options, *limits, f"-artifact_prefix={seeds}-", str(seeds)], one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz what is named, or everything; a table at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--corpus", type=Path, help="where atheris keeps what it has learnt")
    parser.add_argument("--alone", action="store_true", help="one target, in this process")
    given = parser.parse_args()
    learnt: Path = given.corpus or Path(tempfile.mkdtemp(prefix="llmkit-fuzz-"))
    if given.alone:
        fuzz(given.targets[0], given.seconds, learnt / given.targets[0])
    from fuzz.targets import TARGETS

    found = 0
    for name in given.targets or TARGETS:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "fuzz.harness", "--alone", name]
        command += ["--seconds", str(given.seconds), "--corpus", str(learnt)]
        run = subprocess.run(command, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        executed = EXECUTED.search(run.stderr)
        finds = run.stderr.count(b"FOUND ") + (run.returncode != 0)
        found += finds
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        count = int(executed[1]) if executed else 0
        print(f"{name:38} {count:10} executions {cpu:8.1f} s of CPU {finds:4} finds", flush=True)
        if finds:
            told = run.stderr.decode("utf-8", "replace").splitlines()
            kept = [line for line in told if not line.startswith(("INFO:", "WARNING:"))]
            print("\n".join(kept[-40:]), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

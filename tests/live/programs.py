"""The example programs, run as a user runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    path.name: path for path in sorted((ROOT / "examples").glob("hello*.py")) if path.is_file()
}
"""The programs by name."""


def printed(name: str, *arguments: str, **environment: str) -> dict[str, str]:
    """What an example prints, by its headlines.

    It runs with every warning an error, and must end well and write nothing to stderr.
    """
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES[name]), *arguments],
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    if done.returncode or done.stderr:
        raise AssertionError(f"{name} ended with {done.returncode}:\n{done.stderr}")
    return dict(re.findall(r"^# (.*)\n((?s:.*?))(?=\n\n# |\n*\Z)", done.stdout, re.MULTILINE))


def check(sections: dict[str, str]) -> None:
    """Every section of an example says what it is there to show."""
    answers, streamed, called, value = sections.values()
    assert answers.strip()
    assert re.search(r"\S.*\n\([1-9]\d* tokens in \d+\.\d{3} s\)$", streamed, re.DOTALL)
    call, _, after = called.partition("\n")
    assert re.fullmatch(r"get_weather\(\{\"city\":.*\}\) -> 21 degrees and sunny in .*", call)
    assert after.strip()
    assert ", " in value

"""An environment for each subject, made once and kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from .subjects import SUBJECTS, Subject

ROOT: Final = Path(__file__).resolve().parent.parent
_INSTALL_SECONDS: Final = 900


class UnavailableError(Exception):
    """A subject has no environment; the text says why."""


class Environment(NamedTuple):
    """Where a subject runs.

    Args:
        python: its interpreter.
        versions: what is installed there, by name.
        bytecode: where its compiled files are kept, llmkit's too, which stay out of the tree.
    """

    python: Path
    versions: dict[str, str]
    bytecode: Path

    def variables(self) -> dict[str, str]:
        """The variables of a process there: none of the caller's keys, proxies or settings."""
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(self.bytecode),
            "OPENAI_API_KEY": "sk-benchmark",  # some ask for it, whatever they are given
        }


def environment(name: str, folder: Path, *, fresh: bool = False) -> Environment:
    """The environment of the subject *name* under *folder*.

    Args:
        name: the subject.
        folder: where environments are kept.
        fresh: make it anew, with the newest versions.

    Raises:
        UnavailableError: it cannot be made.
    """
    subject = SUBJECTS[name]
    requirements = _requirements(subject)
    home = folder / (subject.environment or subject.module)
    made = home / "made.json"
    known = json.loads(made.read_text()) if made.is_file() else {}
    asked = [sys.version, *requirements]
    if fresh or known.get("asked") != asked:
        shutil.rmtree(home, ignore_errors=True)
        try:
            versions = _install(home, requirements)
        except (OSError, subprocess.SubprocessError) as error:
            raise UnavailableError(f"not installed: {_last_line(error)}") from error
        known = {"asked": asked, "versions": versions}
        made.write_text(json.dumps(known))
    return Environment(_python(home), known["versions"], home / "bytecode")


def _requirements(subject: Subject) -> tuple[str, ...]:
    if subject.requirements:
        return subject.requirements
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return tuple(project["dependencies"])


def _python(home: Path) -> Path:
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _install(home: Path, requirements: tuple[str, ...]) -> dict[str, str]:
    """Install, and say what is there now."""
    python, uv = str(_python(home)), shutil.which("uv")
    if uv is not None:
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(home))
        _run(uv, "pip", "install", "--quiet", "--python", python, *requirements)
        listed = _run(uv, "pip", "list", "--format", "json", "--python", python)
    else:
        _run(sys.executable, "-m", "venv", str(home))
        pip = (python, "-m", "pip", "--disable-pip-version-check")
        _run(*pip, "install", "--quiet", *requirements)
        listed = _run(*pip, "list", "--format", "json")
    return {each["name"]: each["version"] for each in json.loads(listed)}


def _run(*command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=_INSTALL_SECONDS
    )
    return done.stdout


def _last_line(error: Exception) -> str:
    told = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
    lines = [line for line in str(told).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else type(error).__name__

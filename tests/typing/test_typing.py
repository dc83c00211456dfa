"""The types as users meet them: programs that both type checkers take, and one of wrong uses.

In `wrong_uses.py` each line that must be refused has a `type: ignore`; one that is not needed
is an error of its own, so that a checker which takes a wrong use fails the test, too.
"""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = sorted(HERE.glob("use_*.py"))
CHECKED = [*PROGRAMS, HERE / "wrong_uses.py"]


def mypy(sources: list[Path]) -> list[str]:
    """What mypy has against *sources*."""
    pytest.importorskip("mypy", reason="of the group `typing`")
    command = ["-m", "mypy", "--strict", "--no-error-summary", *map(str, sources)]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def pyright(sources: list[Path]) -> list[str]:
    """What pyright has against *sources*, as strict as their first lines ask."""
    beside = Path(sys.executable).with_name("pyright")
    found = str(beside) if beside.is_file() else shutil.which("pyright")
    if found is None:
        pytest.skip("pyright is of the group `typing`")
    command = [found, "--outputjson", "--pythonpath", sys.executable, *map(str, sources)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        told = json.loads(done.stdout)
    except ValueError:  # its own program is fetched when it is first run
        pytest.skip(f"pyright does not run here: {done.stderr.strip()[-200:]}")
    assert told["summary"]["filesAnalyzed"] == len(sources)
    return [
        f"{Path(item['file']).name}:{item['range']['start']['line'] + 1}: {item['message']}"
        for item in told["generalDiagnostics"]
    ]


CHECKERS: dict[str, Callable[[list[Path]], list[str]]] = {"mypy": mypy, "pyright": pyright}
checkers = pytest.mark.parametrize("check", CHECKERS.values(), ids=CHECKERS)


@checkers
def test_the_programs_have_their_types_right(check: Callable[[list[Path]], list[str]]) -> None:
    """Strict as they are, they have nothing against the programs, nor against a needed ignore."""
    assert check(CHECKED) == []


@checkers
def test_a_wrong_use_is_seen(check: Callable[[list[Path]], list[str]], tmp_path: Path) -> None:
    """The checkers do look: without its `type: ignore`, each wrong use is an error at its line."""
    lines = (HERE / "wrong_uses.py").read_text("utf-8").splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if "# type: ignore" in line]
    bare = tmp_path / "bare_uses.py"
    bare.write_text("\n".join(line.partition("  # type: ignore")[0] for line in lines), "utf-8")
    told = {int(line.split(":")[1]) for line in check([bare]) if ": note: " not in line}
    assert sorted(told) == wrong


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_the_programs_run(program: Path) -> None:
    """What the programs say of types is so when they run."""
    runpy.run_path(str(program))["main"]()


def test_each_program_is_strict() -> None:
    """Pyright is as strict with each of them as it can be."""
    for source in CHECKED:
        first = source.read_text("utf-8").partition("\n")[0]
        assert first == "# pyright: strict, reportUnnecessaryTypeIgnoreComment=true", source.name

"""The program itself: how it starts, and how it ends when it cannot."""

from __future__ import annotations

import subprocess
import sys

import pytest

import llmkit as package

from .program import Program, environment


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_it_says_so(missing: str) -> None:
    """One line names what to install, and the code is 2."""
    program = f"import sys; sys.modules[{missing!r}] = None; from llmkit.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "chat"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'llmkit[cli]'" in done.stderr


def test_the_version(llmkit: Program) -> None:
    """The package's own."""
    done = llmkit("--version")
    assert (done.code, done.out.decode()) == (0, f"llmkit {package.__version__}\n")


@pytest.mark.parametrize(
    "args",
    [
        *(["--help"], ["chat", "-h"], ["providers", "--help"], ["models", "-h"]),
        *(["keys", "--help"], ["keys", "set", "-h"], ["keys", "delete", "-h"]),
    ],
)
def test_help(llmkit: Program, args: list[str]) -> None:
    """In a pipe it is plain text."""
    done = llmkit(*args)
    assert (done.code, done.err) == (0, "")
    assert b"Usage: llmkit" in done.out
    assert b"\x1b" not in done.out


@pytest.mark.parametrize("args", [["nonsense"], ["--nonsense"]])
def test_an_unknown_command_is_code_2(llmkit: Program, args: list[str]) -> None:
    """Told without a traceback."""
    done = llmkit(*args)
    assert (done.code, done.out) == (2, b"")
    assert "Traceback" not in done.err


def test_help_loads_no_http_library() -> None:
    """Help and lists are there at once."""
    program = (
        "import sys; sys.argv = ['llmkit', 'providers', '--json']\n"
        "from llmkit.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(m for m in ('requests', 'aiohttp') if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment()
    )
    assert (done.returncode, done.stderr) == (0, "")

"""The real program, run as a user runs it: as a process, through pipes or on a terminal."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import pytest
from attrs import define, field, frozen

import llmkit

PATIENCE = 30.0
"""How many seconds a test waits for what must come."""


def environment(**more: str) -> dict[str, str]:
    """An environment in which nothing of the developer's own counts: no key, file or keyring."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    source = str(Path(llmkit.__file__).parents[1])
    return {
        **kept,
        "PYTHONPATH": source,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        **more,
    }


@frozen
class Ended:
    """A program that has ended."""

    code: int
    out: bytes
    err: str

    @property
    def error(self) -> str:
        """The one line that an error is told in."""
        assert "Traceback" not in self.err
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.err
        return lines[0]


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "llmkit", *args]


@frozen
class Program:
    """`llmkit` in an empty directory."""

    folder: Path

    def __call__(
        self, *args: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> Ended:
        """Run it to its end, its output going to pipes; without *stdin* there is none."""
        done = subprocess.run(
            command(*args),
            input=stdin or b"",
            capture_output=True,
            cwd=self.folder,
            env=environment(**(env or {})),
            timeout=PATIENCE,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr.decode())

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start it, its output going to pipes."""
        return subprocess.Popen(
            command(*args),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=environment(**(env or {})),
        )

    def on_terminal(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (24, 80),
    ) -> Terminal:
        """Start it on a terminal of *size* lines and columns."""
        return Terminal.start(command(*args), self.folder, environment(**(env or {})), size)


@define
class Terminal:
    """A program on a terminal: what it writes, and what is typed."""

    process: subprocess.Popen[bytes]
    master: int
    seen: bytes = b""
    _read_to: int = field(default=0)

    @classmethod
    def start(
        cls, args: Sequence[str], folder: Path, env: Mapping[str, str], size: tuple[int, int]
    ) -> Self:
        if sys.platform == "win32":
            pytest.skip("there are no terminals of this kind on Windows")
        import pty
        import termios

        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, size)
        process = subprocess.Popen(
            args,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        return cls(process, master)

    def wait_for(self, text: str) -> str:
        """Read until *text* has come; what came since the last wait, with it."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.seen.find(text.encode(), self._read_to)) < 0:
            assert time.monotonic() < deadline, self.seen[self._read_to :]
            assert self._read(), f"ended without {text!r}: {self.seen!r}"
        begin, self._read_to = self._read_to, found + len(text.encode())
        return self.seen[begin : self._read_to].decode()

    def type(self, text: str) -> None:
        """Type *text*; a newline is the return key."""
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def interrupt_until(self, text: str) -> None:
        """Press Ctrl-C, again if need be, until *text* has come.

        CPython's readline takes a signal that comes between the prompt and its own wait with
        the next key only.
        """
        deadline = time.monotonic() + PATIENCE
        while self.seen.find(text.encode(), self._read_to) < 0:
            assert time.monotonic() < deadline, self.seen[self._read_to :]
            self.interrupt()
            patience = time.monotonic() + 0.5
            while time.monotonic() < patience and text.encode() not in self.seen[self._read_to :]:
                assert self._read(), f"ended without {text!r}: {self.seen!r}"
        self.wait_for(text)

    def end(self) -> tuple[int, str]:
        """Read to the end; the exit code, and all that was written."""
        deadline = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < deadline, self.seen
        os.close(self.master)
        return self.process.wait(PATIENCE), self.seen.decode()

    def _read(self) -> bool:
        ready, _, _ = select.select([self.master], [], [], 1.0)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError as error:
            # Linux's way to say that nobody has the other end open any more.
            if error.errno != errno.EIO:
                raise
            data = b""
        self.seen += data
        return bool(data)

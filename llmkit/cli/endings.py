"""How the program ends: every failure as one line on stderr, and its exit code."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, NoReturn

from .. import ConfigurationError, InvalidRequestError, LLMKitError, UnsupportedParameterError

FAILED: Final = 1
USAGE: Final = 2
# 128 and the signal's number is what a shell reports of a program that the signal ended.
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
TERMINATED: Final = 143

_LONGEST = 2000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class UsageError(Exception):
    """The command was called in a way that cannot work."""


class AnswerError(Exception):
    """There is an answer, and it is not what was asked for."""


def printable(text: str) -> str:
    """*text* without the control characters by which it could steer a terminal."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """*text*, whatever it holds, as one line of bearable length."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def tell(text: str) -> None:
    """Write *text* as one line on stderr, and be content where there is no stderr."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(one_line(text).encode("utf-8", "replace").decode() + "\n")
        sys.stderr.flush()


def told(error: Exception) -> str:
    """What *error* says, for the line that follows `error:`."""
    if isinstance(error, LLMKitError | UsageError | AnswerError):
        return str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"unexpected {type(error).__name__}: {error}"


def exit_code(error: Exception) -> int:
    """2 where the call is at fault, 1 where the provider, the network or the answer is."""
    usage = (ConfigurationError, InvalidRequestError, UnsupportedParameterError, UsageError)
    return USAGE if isinstance(error, usage) else FAILED


@contextmanager
def ending() -> Iterator[None]:
    """Run a command; no failure of it leaves as a traceback."""
    try:
        if sys.stdout is None:  # as Python has it where the shell said `>&-`
            raise UsageError("stdout is closed: there is no place for an answer")
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if isinstance(error, BrokenPipeError) or getattr(error, "errno", None) == errno.EPIPE:
            _leave_broken_pipe()
        tell(f"error: {told(error)}")
        _drop_stdout()
        sys.exit(exit_code(error))


def _leave_broken_pipe() -> NoReturn:
    _drop_stdout()
    sys.exit(BROKEN_PIPE)


def _drop_stdout() -> None:
    """Flush stdout, or point it at nothing: Python flushes once more at its end, and complains.

    See https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

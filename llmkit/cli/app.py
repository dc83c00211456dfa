"""The commands under their names."""

from __future__ import annotations

import signal
import sys
import warnings
from types import FrameType
from typing import Annotated, NoReturn, TextIO

import typer

from .chat import chat
from .endings import TERMINATED, tell
from .keys import keys
from .models import models
from .providers import providers

app: typer.Typer = typer.Typer(
    name="llmkit",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help and one-line errors: the same on a terminal, in a pipe and in a log.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(chat)
app.command()(providers)
app.command()(models)
app.add_typer(keys)


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        sys.stdout.write(f"llmkit {__version__}\n")
        raise typer.Exit


@app.callback()
def llmkit(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Chat completions with any provider."""


def _tell_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning as the user of a command wants it: what, and not where in the program."""
    tell(f"warning: {message}")


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    # As an exception, so that the terminal gets its cursor and the provider its connection back.
    sys.exit(TERMINATED)


def run() -> None:
    """Run the command that `sys.argv` names, and exit."""
    signal.signal(signal.SIGTERM, _terminated)
    warnings.showwarning = _tell_warning
    app(prog_name="llmkit")

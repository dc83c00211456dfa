"""The `llmkit` command, of the extra `cli`: it builds requests and prints answers, no more."""

from __future__ import annotations

import sys

__all__ = ["main"]

_NEEDED = ("typer", "rich", "click")


def main() -> None:
    """Run the command that `sys.argv` names, and end the program with its exit code.

    0 is well; 1 an error of the provider or the network, or an answer that is not what was
    asked for; 2 a mistake in the call (an option, a file, a missing key); 130 is Ctrl-C.
    """
    try:
        from .app import run

        run()
    except KeyboardInterrupt:  # while modules are loaded: nothing has begun
        sys.exit(130)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _NEEDED:
            raise
        sys.stderr.write(
            f"error: the command line needs {missing}, which is not installed: "
            "pip install 'llmkit[cli]'\n"
        )
        sys.exit(2)

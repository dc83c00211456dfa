"""An answer's Markdown on a terminal, as it comes."""

from __future__ import annotations

import threading
from contextlib import suppress

from markdown_it import MarkdownIt
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment

from .endings import printable

_SECONDS = 0.1
_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])


def markdown(source: str) -> Markdown:
    """*source* for rich, with nothing lost of it: tags stay text, and lines stay lines."""
    shown = Markdown("", hyperlinks=False)
    shown.markup = source
    shown.parsed = _PARSER.parse(source)
    for token in shown.parsed:
        for child in token.children or ():
            if child.type == "softbreak":
                child.type = "hardbreak"
    return shown


def finished_blocks(source: str) -> tuple[str, str]:
    """*source* cut in two: the blocks that more text cannot change, and the rest.

    The last block may still grow, and a line without its end may still become anything.
    """
    lines = source.split("\n")
    tokens = _PARSER.parse("\n".join(lines[:-1]) + "\n")
    starts = [token.map[0] for token in tokens if token.level == 0 and token.map]
    cut = starts[-1] if starts else 0
    return "\n".join(lines[:cut]).strip("\n"), "\n".join(lines[cut:])


class MarkdownAnswer:
    """Prints each block for good when it is finished, and redraws only the one that grows.

    A display that is redrawn whole cannot be higher than the terminal; a block can be, so
    of the growing one only its last lines are shown until it is finished.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rest = ""
        self._printed = False
        self._live: Live | None = None
        self._redrawing: Redrawing | None = None
        # rich's own redrawing thread does not wait for a print to be finished, and then
        # erases the wrong lines: see `Redrawing`.
        self._lock = threading.Lock()

    def show(self, text: str) -> None:
        """Take the next characters."""
        with self._lock:
            self._rest += printable(text)
            if "\n" in text:
                done, self._rest = finished_blocks(self._rest)
                self._print(done)
        if self._live is None and self._rest.strip():
            self._begin()

    def pause(self) -> None:
        """Print what is there; something else is about to be written to the terminal."""
        redrawing, self._redrawing = self._redrawing, None
        if redrawing is not None:
            redrawing.end()
        live, self._live = self._live, None
        if live is not None:
            live.stop()
        self._print(self._rest)
        self._rest = ""

    def close(self, *, whole: bool) -> None:
        """The answer is over."""
        self.pause()

    def _begin(self) -> None:
        self._live = Live(
            _Growing(self),
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start(refresh=True)
        self._redrawing = Redrawing(self._live, self._lock)

    def _print(self, source: str) -> None:
        if source.strip():
            if self._printed:
                self._console.print()
            self._console.print(markdown(source))
            self._printed = True

    def lines(self, console: Console, options: ConsoleOptions) -> list[list[Segment]]:
        """The growing block's last lines, as many as the terminal has room for."""
        drawn = console.render_lines(markdown(self._rest), options.update(height=None), pad=False)
        if self._printed:
            drawn.insert(0, [])
        return drawn[-max(1, console.height - 1) :]


class Redrawing:
    """Redraws a display ten times a second, and never while *lock* is held.

    From a thread, so that the last words before a pause of the model are seen, too.
    """

    def __init__(self, live: Live, lock: threading.Lock) -> None:
        self._live = live
        self._lock = lock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Draw no more."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        # What the terminal refuses here, it refuses when the block is printed: told there.
        with suppress(Exception):
            while not self._over.wait(_SECONDS):
                with self._lock:
                    self._live.refresh()


class _Growing:
    """What `Live` draws: whatever its answer has unfinished at that moment."""

    def __init__(self, answer: MarkdownAnswer) -> None:
        self._answer = answer

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._answer.lines(console, options):
            yield from line
            yield Segment.line()

"""What the decoders of the wires that stream server-sent events have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Final

from .._bounds import Bounds
from .._models.chunks import CompletionChunk
from ..errors import BoundsError, DecodeError, LLMKitError, StreamInterruptedError
from .sse import Event, Run, SSEDecoder
from .whole_answer import TakesWhole

MOST_MISSES: Final = 8
"""How many events in a row may be refused as none of the usual form before no more are tried.

A stream is alike from end to end: where each event tells more, a refusal is 1.5 µs for nothing.
"""


class EventDecoder(TakesWhole):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`.

    A wire says what one event adds; how an answer may come, and end, is the same for all: as
    events, or in one piece from a server that does not stream.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sse = SSEDecoder()

    @property
    def finished(self) -> bool:
        """Whether the answer's real end is there."""
        return self.done

    def bound(self, bounds: Bounds) -> None:
        """Hold *bounds*, from the first byte on."""
        self._bounds = bounds
        self._sse = SSEDecoder(bounds)

    def feed(self, data: bytes) -> list[CompletionChunk]:
        """The chunks that *data* completes."""
        if not self._begun:
            data = data.lstrip()
            if not data:
                return []
            self._begun = True
            if data[:1] == b"{":
                self._whole = bytearray()
        if self._whole is not None:
            return self._hold(self._whole, data)
        try:
            runs = self._sse.runs(data)
        except DecodeError as error:
            self.failure = self.failure or error
            return []
        chunks = self._read(runs)
        self.failure = self.failure or self._sse.failure
        return chunks

    def close(self) -> list[CompletionChunk]:
        """The end of the bytes."""
        if self._whole is not None and not self.done and self.failure is None:
            return self._answered_whole(bytes(self._whole))
        chunks = [] if self._sse.failure is not None else self._rest()
        if self.failure is not None:
            raise self.failure
        if not self.done:
            if not self.finished:
                raise StreamInterruptedError("the stream ended before its answer did")
            chunks += self._closing()
        return chunks

    @abstractmethod
    def _event(self, event: Event) -> Iterable[CompletionChunk]:
        """The chunks that *event* makes.

        Raises:
            LLMKitError: it tells an error, or is not of the wire's form.
        """

    def _closing(self) -> Iterable[CompletionChunk]:
        """The last chunk, where the answer is finished and no event was its last."""
        return ()

    def _run(self, name: str, texts: list[bytes], chunks: list[CompletionChunk]) -> None:
        """Add the chunks of events that are called *name* to *chunks*.

        Raises:
            LLMKitError: as `_event`.
        """
        for text in texts:
            if self.done:
                break
            if text and not text.isspace():
                chunks += self._event(Event(name, text))

    def _read(self, runs: list[Run], *, cut: bool = False) -> list[CompletionChunk]:
        chunks: list[CompletionChunk] = []
        for name, texts in runs:
            if self.done or self.failure is not None:
                break
            try:
                self._run(name, texts, chunks)
            except LLMKitError as error:
                # Half an event at the end of the bytes tells that they were cut, no more.
                if not (cut and isinstance(error, DecodeError)):
                    self.failure = error
                break
        return chunks

    def _rest(self) -> list[CompletionChunk]:
        try:
            events = self._sse.close()
        except BoundsError as error:
            self.failure = self.failure or error
            return []
        return self._read([(name, [data]) for name, data in events], cut=True)

"""A streamed answer of streamGenerateContent, understood as it comes.

Each event is a whole response with more parts. They come as server-sent events (`alt=sse`),
without an end mark, or as the elements of one JSON array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..._bounds import Bounds
from ..._http import Headers, HttpResponse
from ..._json import as_text, loads, mended, strict_loads
from ..._models.chunks import ChunkChoice, CompletionChunk, Heading
from ..._models.response import ChatCompletionResponse
from ...errors import BoundsError, DecodeError, LLMKitError, StreamInterruptedError
from ..event_decoder import MOST_MISSES
from ..sse import SSEDecoder
from ..whole_answer import TakesWhole
from . import usual
from .answer import UsageSoFar, block_reason, created, id_seed, parts_of
from .array import JsonArrayDecoder
from .delta import CandidateState
from .error import empty, error_in

if TYPE_CHECKING:
    from msgspec import Raw

    from . import Gemini

_HEADERS = Headers()


class GeminiDecoder(TakesWhole):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`."""

    def __init__(self, wire: Gemini) -> None:
        super().__init__()
        self._wire = wire
        self._sse = SSEDecoder()
        self._array: JsonArrayDecoder | None = None
        self._heading: Heading = ("", "", None)
        self._usage = UsageSoFar()
        self._counts: Raw | None = None  # what `_go_on` has added to it last
        self._misses = 0  # events in a row that were not of the usual form
        self._candidates: dict[int, CandidateState] = {}
        self._torn = False
        self._seeded_by: object = ""  # no event's, until one tells it
        self._seeded = ""

    @property
    def finished(self) -> bool:
        """Whether the answer's real end is there."""
        states = self._candidates.values()
        return self.done or (bool(states) and all(state.finish is not None for state in states))

    def bound(self, bounds: Bounds) -> None:
        """Hold *bounds*, from the first byte on."""
        self._bounds = bounds
        self._sse = SSEDecoder(bounds)

    def feed(self, data: bytes) -> list[CompletionChunk]:
        """The chunks that *data* completes."""
        if not self._begun and not self._begin(data):
            return []
        if self._whole is not None:
            return self._hold(self._whole, data)
        try:
            if self._array is None:
                events = [text for _, texts in self._sse.runs(data) for text in texts]
            else:
                events = self._array.feed(data)
        except DecodeError as error:
            self.failure = self.failure or error
            return []
        chunks = self._events(events)
        framing = self._sse if self._array is None else self._array
        self.failure = self.failure or framing.failure
        if self._array is not None and self._array.done and not self.done:
            chunks += self._end_of_array()
        return chunks

    def close(self) -> list[CompletionChunk]:
        """The end of the bytes."""
        if self._whole is not None and not self.done and self.failure is None:
            return self._answered_whole(bytes(self._whole))
        chunks: list[CompletionChunk] = []
        if self._array is None and self._sse.failure is None and self.failure is None:
            chunks = self._rest()
        if self.failure is not None:
            raise self.failure
        if not self.done:
            if not self.finished:
                raise StreamInterruptedError("the stream ended before its answer did")
            self.done = True
            chunks.append(self._last())
        return chunks

    def _rest(self) -> list[CompletionChunk]:
        try:
            events = self._sse.close()
        except BoundsError as error:
            self.failure = self.failure or error
            return []
        chunks = self._events([event.data for event in events])
        if type(self.failure) is DecodeError:
            # Half an event at the end of the bytes tells that they were cut, no more.
            self.failure = None
        return chunks

    def _begin(self, data: bytes) -> bool:
        """Whether there is something in *data*: its first character tells the form."""
        start = data.lstrip()[:1]
        if start == b"{":
            self._whole = bytearray()
        elif start == b"[":
            self._array = JsonArrayDecoder(self._bounds)
        self._begun = bool(start)
        return self._begun

    def _end_of_array(self) -> list[CompletionChunk]:
        if self.failure is not None:
            return []
        if not self._candidates:
            self.failure = empty(HttpResponse(200, _HEADERS))
            return []
        self.done = True
        return [self._last()]

    def _events(self, events: list[bytes]) -> list[CompletionChunk]:
        chunks: list[CompletionChunk] = []
        left = iter(events)
        while not self.done and self.failure is None:
            before = len(chunks)
            event = self._go_on(left, chunks)
            if len(chunks) > before:
                self._misses = 0
            if event is None:
                break
            self._misses += 1
            self._counts = None
            try:
                data = strict_loads(event)
            except ValueError:
                if not event or event.isspace():
                    continue
                data = self._half_loads(event)
            try:
                self._event(event, data, chunks)
            except LLMKitError as error:
                self.failure = error
        return chunks

    def _go_on(self, events: Iterator[bytes], chunks: list[CompletionChunk]) -> bytes | None:
        """Add the chunks of *events* up to the first that is not of the usual form, and return it.

        Nearly all are: one part more of a candidate that is known, and nothing else.
        """
        if self._torn or self._misses > MOST_MISSES:
            return next(events, None)
        states, read = self._candidates, usual.read
        for text in events:
            try:
                event = read(text)
                item = event.candidates[0]
                state = states[item.index]
            except usual.REFUSALS:
                return text
            if not (self._heading[0] or self._headless(event)):
                return text
            if event.usage_metadata != self._counts and not self._count(event.usage_metadata):
                return text
            seed = self._seeded if event.response_id == self._seeded_by else ""
            chunk = state.going_on(item.content.parts[0], self._heading, seed)
            if chunk is None:
                return text
            chunks.append(chunk)
        return None

    def _headless(self, event: usual.Usual) -> bool:
        """Whether *event* tells nothing of the answer that is not known."""
        return bool(self._heading[1]) and not (event.response_id or event.create_time)

    def _count(self, told: Raw) -> bool:
        """Take the counts of an event, which are not the same as those before, if it can be."""
        try:
            self._usage.add(strict_loads(bytes(told)))
        except ValueError:  # they are not in UTF-8
            return False
        self._counts = told.copy()
        return True

    def _event(self, event: bytes, data: object, chunks: list[CompletionChunk]) -> None:
        if not isinstance(data, dict):
            raise DecodeError("an event of the stream is no JSON object", body=event)
        if "error" in data:
            failure = error_in(data, HttpResponse(200, _HEADERS, event))
            if failure is not None:
                raise failure
        if not self._heading[0]:
            self._head(data)
        self._usage.add(data.get("usageMetadata"))
        candidates = data.get("candidates")
        if not candidates:
            reason = block_reason(data)
            if reason is not None and not self._candidates:
                self._candidates[0] = CandidateState(0, self._wire, reason)
            return
        for position, item in enumerate(candidates if isinstance(candidates, list) else ()):
            if isinstance(item, dict):
                chunks += [
                    CompletionChunk((choice,), *self._heading)
                    for choice in self._choices(item, position, data)
                ]

    def _head(self, data: Mapping[str, Any]) -> None:
        _, model, begun = self._heading
        moment = created(data)
        self._heading = (
            as_text(data.get("responseId") or ""),
            model or as_text(data.get("modelVersion") or ""),
            begun if moment is None else moment.timestamp(),
        )

    def _choices(
        self, item: dict[str, Any], position: int, data: dict[str, Any]
    ) -> list[ChunkChoice]:
        index = item.get("index")
        if type(index) is not int or index < 0:
            index = position
        state = self._candidates.get(index)
        if state is None:
            state = self._candidates[index] = CandidateState(index, self._wire)
        return state.choices(item, lambda: self._seed(data), torn=self._torn)

    def _seed(self, data: dict[str, Any]) -> str:
        """What the ids of calls in *data* are made up from."""
        given = data.get("responseId")
        if not given:
            return id_seed(data)
        if given != self._seeded_by:  # it stays the same: 1.2 µs less for each call
            self._seeded_by, self._seeded = given, id_seed(data)
        return self._seeded

    def _half_loads(self, text: bytes) -> object:
        # Servers that cut text by UTF-16 units send half characters; the candidates mend them.
        self._torn = True
        try:
            return _joinable(loads(text, halves=True))
        except ValueError:
            return None

    def _last(self) -> CompletionChunk:
        return CompletionChunk(
            tuple(state.last() for _, state in sorted(self._candidates.items())),
            *self._heading,
            usage=self._usage.usage(),
            is_last_chunk=True,
        )

    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        return parse(self._wire, response)


def _joinable(data: object) -> object:
    """*data* with no half characters but in texts: the other half may be in the next event."""
    whole: Any = mended(data)
    if not isinstance(data, dict) or not isinstance(data.get("candidates"), list):
        return whole
    for torn, candidate in zip(data["candidates"], whole["candidates"]):
        if isinstance(torn, dict):
            for part, mended_part in zip(parts_of(torn), parts_of(candidate)):
                if isinstance(part.get("text"), str):
                    mended_part["text"] = part["text"]
    return whole

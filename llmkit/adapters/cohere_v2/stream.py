"""A streamed answer in the form of Cohere's chat, understood as it comes.

Source: https://docs.cohere.com/v2/docs/streaming
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._http import Headers, HttpResponse
from ..._json import loads, mended, strict_loads
from ..._models.accumulate import unfold
from ..._models.chunks import ChunkChoice, CompletionChunk
from ...errors import DecodeError, LLMKitError, StreamInterruptedError
from ..sse import Event, SSEDecoder
from .answer import finish_reason, mapping, text_of, usage
from .delta import Message
from .error import error_in, generation_error

if TYPE_CHECKING:
    from . import CohereV2

_HEADERS = Headers()


class CohereDecoder:
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`."""

    def __init__(self, wire: CohereV2) -> None:
        self.failure: LLMKitError | None = None
        self.done: bool = False
        self._wire = wire
        self._sse = SSEDecoder()
        self._whole: bytearray | None = None  # of a server that answers in one piece
        self._begun = False
        self._id = ""
        self._message = Message(wire)

    @property
    def finished(self) -> bool:
        """Whether the answer's real end is there."""
        return self.done

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
            self._whole += data
            return []
        try:
            events = self._sse.feed(data)
        except DecodeError as error:
            self.failure = self.failure or error
            return []
        return self._events(events)

    def close(self) -> list[CompletionChunk]:
        """The end of the bytes."""
        if self._whole is not None and not self.done:
            return self._answered_whole(bytes(self._whole))
        chunks = self._events(self._sse.close(), cut=True)
        if self.failure is not None:
            raise self.failure
        if not self.done:
            raise StreamInterruptedError("the stream ended before its answer did")
        return chunks

    def _events(self, events: list[Event], *, cut: bool = False) -> list[CompletionChunk]:
        chunks: list[CompletionChunk] = []
        for event in events:
            # The `[DONE]` that may follow the last event says nothing more.
            if self.done or self.failure is not None:
                break
            if not event.data.strip():
                continue
            try:
                chunk = self._chunk(event)
            except LLMKitError as error:
                # Half an event at the end of the bytes tells that they were cut, no more.
                if not (cut and isinstance(error, DecodeError)):
                    self.failure = error
                break
            if chunk is not None:
                chunks.append(chunk)
        return chunks

    def _chunk(self, event: Event) -> CompletionChunk | None:
        data = self._loads(event.data)
        kind = data.get("type") or event.name
        if kind == "message-end":
            return self._end(data, event)
        if kind == "message-start":
            self._id = self._message.response_id = text_of(data.get("id"))
            return None
        choice = self._message.choice(kind, data)
        if choice is not None:
            return CompletionChunk((choice,), self._id)
        failure = error_in(data, HttpResponse(200, _HEADERS, event.data))
        if failure is not None:
            raise failure
        return None

    def _end(self, data: dict[str, Any], event: Event) -> CompletionChunk:
        """The last chunk, of the last event; it may tell an error in its place."""
        delta = mapping(data.get("delta"))
        told = text_of(delta.get("error"))
        if told:
            raise generation_error(told, HttpResponse(200, _HEADERS, event.data))
        self._id = self._id or text_of(data.get("id"))
        raw = text_of(delta.get("finish_reason")) or None
        message = self._message.last()
        reason = finish_reason(raw, calls=self._message.calls > 0)
        self.done = True
        return CompletionChunk(
            (ChunkChoice(0, message, reason, raw),),
            self._id,
            usage=usage(delta.get("usage")),
            is_last_chunk=True,
        )

    def _loads(self, text: bytes) -> dict[str, Any]:
        data: object
        try:
            data = strict_loads(text)
        except ValueError:
            # Servers that cut text by UTF-16 units send half characters: they are mended.
            self._message.torn = True
            try:
                data = _joinable(loads(text, halves=True))
            except ValueError:
                data = None
        if not isinstance(data, dict):
            raise DecodeError("an event of the stream is no JSON object", body=text)
        return data

    def _answered_whole(self, body: bytes) -> list[CompletionChunk]:
        """The one chunk of an answer that was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        try:
            response = parse(self._wire, HttpResponse(200, _HEADERS, body))
        except LLMKitError as error:
            self.failure = error
            raise
        self.done = True
        return [unfold(response)]


def _joinable(data: object) -> object:
    """*data* with no half characters but in its delta: the other half may be in the next."""
    whole: Any = mended(data)
    if isinstance(data, dict) and isinstance(data.get("delta"), dict):
        whole["delta"] = data["delta"]
    return whole

"""A streamed answer in the form of Cohere's chat, understood as it comes.

Source: https://docs.cohere.com/v2/docs/streaming
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..._http import Headers, HttpResponse
from ..._json import loads, mended, strict_loads
from ..._models.chunks import ChunkChoice, CompletionChunk
from ..._models.response import ChatCompletionResponse
from ...errors import DecodeError
from ..event_decoder import EventDecoder
from ..sse import Event
from .answer import finish_reason, mapping, text_of, usage
from .delta import Message
from .error import error_in, generation_error

if TYPE_CHECKING:
    from . import CohereV2

_HEADERS = Headers()

_PIECES = ("content", "tool_plan", "tool_calls")
"""What of a message goes on in the next: half a character there may find its other half."""


class CohereDecoder(EventDecoder):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`."""

    def __init__(self, wire: CohereV2) -> None:
        super().__init__()
        self._wire = wire
        self._id = ""
        self._message = Message(wire)

    def _event(self, event: Event) -> Iterable[CompletionChunk]:
        """The chunks that *event* makes. A `[DONE]` may follow the last; it says no more."""
        chunk = self._chunk(event)
        return () if chunk is None else (chunk,)

    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        return parse(self._wire, response)

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


def _joinable(data: object) -> object:
    """*data* with no half characters but where the other half may be in the next event."""
    whole: Any = mended(data)
    delta = data.get("delta") if isinstance(data, dict) else None
    torn = delta.get("message") if isinstance(delta, dict) else None
    if isinstance(torn, dict):
        whole["delta"]["message"].update({name: torn[name] for name in _PIECES if name in torn})
    return whole

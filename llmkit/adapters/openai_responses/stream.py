"""A streamed answer in the form of OpenAI's Responses, understood as it comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from ..._http import Headers, HttpResponse
from ..._json import JsonObject, loads, mended, strict_loads
from ..._models.chunks import EMPTY_DELTA, ChunkChoice, CompletionChunk
from ..._models.response import ChatCompletionResponse
from ..._models.usage import NO_USAGE, Usage
from ...errors import DecodeError
from ..event_decoder import EventDecoder
from ..sse import Event
from .answer import finish_reason, text_of, usage
from .error import error_in, error_told
from .items import Output

if TYPE_CHECKING:
    from . import OpenAIResponses

_HEADERS: Final = Headers()

_ENDS: Final = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.cancelled": "cancelled",
    "response.done": "completed",  # of drafts of this form
}
"""The events that end an answer, and the status that each tells."""

_ABOUT: Final = ("response.created", "response.in_progress", "response.queued")


class ResponsesDecoder(EventDecoder):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`.

    `response` is the provider's own object of the whole answer, once its end is there.
    """

    def __init__(self, wire: OpenAIResponses) -> None:
        super().__init__()
        self.response: JsonObject = {}
        self._wire = wire
        self._id = ""
        self._model = ""
        self._created: float | None = None
        self._usage: Usage = NO_USAGE
        self._output = Output(wire)

    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        return parse(self._wire, response)

    def _event(self, event: Event) -> Iterable[CompletionChunk]:
        """The chunks that *event* makes."""
        if event.data.strip() == b"[DONE]":
            return self._end(None, {})
        data = self._loads(event)
        kind = data.get("type")
        if not isinstance(kind, str):
            kind = event.name
        end = _ENDS.get(kind)
        if end is not None or kind in _ABOUT:
            inner = data.get("response")
            about: dict[str, Any] = inner if isinstance(inner, dict) else {}
            failure = error_in(about, HttpResponse(200, _HEADERS, event.data))
            if failure is not None:
                raise failure
            self._tell(about)
            return [] if end is None else self._end(end, about)
        plain = not kind.startswith("response.") and data.get("error")
        if plain or kind in ("error", "response.failed"):
            inner = data.get("response")
            told = inner if isinstance(inner, dict) else data
            raise error_told(told, HttpResponse(200, _HEADERS, event.data))
        return [self._chunk(choice) for choice in self._output.take(kind, data)]

    def _loads(self, event: Event) -> dict[str, Any]:
        data: Any
        try:
            data = strict_loads(event.data)
        except ValueError:
            try:
                data = self._torn(loads(event.data, halves=True))
            except ValueError:
                data = None
        if not isinstance(data, dict):
            if event.name == "error":
                told = event.data.decode("utf-8", "replace")
                raise error_told({"error": told}, HttpResponse(200, _HEADERS, event.data))
            raise DecodeError("an event of the stream is no JSON object", body=event.data)
        return data

    def _torn(self, data: object) -> object:
        """*data* with no half characters but where the other half may be in the next event.

        Servers that cut text by UTF-16 units send such halves.
        """
        self._output.torn = True
        whole = mended(data)
        if isinstance(whole, dict) and isinstance(data, dict) and "delta" in data:
            whole["delta"] = data["delta"]
        return whole

    def _tell(self, about: dict[str, Any]) -> None:
        """What an event says about the whole answer."""
        self._id = self._id or text_of(about.get("id"))
        self._model = self._model or text_of(about.get("model"))
        created = about.get("created_at")
        if self._created is None and isinstance(created, int | float):
            self._created = created
        self._output.response_id = self._id
        if about.get("usage"):
            self._usage = usage(about["usage"])

    def _end(self, status: str | None, about: dict[str, Any]) -> list[CompletionChunk]:
        self.done = True
        self.response = about
        rest = [self._chunk(choice) for choice in self._output.finish(about.get("output"))]
        raw = text_of(about.get("status")) or status
        calls = self._output.calls > 0
        reason = finish_reason(raw, about.get("incomplete_details"), calls=calls)
        choice = ChunkChoice(0, EMPTY_DELTA, reason, raw)
        last = CompletionChunk(
            (choice,),
            self._id,
            self._model,
            self._created,
            usage=self._usage,
            is_last_chunk=True,
        )
        return [*rest, last]

    def _chunk(self, choice: ChunkChoice) -> CompletionChunk:
        return CompletionChunk((choice,), self._id, self._model, self._created)

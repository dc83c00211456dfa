"""A streamed answer in the form of Ollama's chat, understood as it comes: an object a line.

Source: https://docs.ollama.com/api/streaming
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._bounds import Bounds
from ..._http import Headers, HttpResponse
from ..._json import loads, mended, strict_loads, well_formed
from ..._models.chunks import Block, ChunkChoice, CompletionChunk, DeltaMessage, ToolCallDelta
from ...errors import DecodeError, LLMKitError, StreamInterruptedError
from ..ndjson import NDJSONDecoder
from .answer import (
    finish_reason,
    images,
    logprobs,
    text_of,
    thinking,
    tool_call,
    unix_time,
    usage,
)
from .error import error_in

if TYPE_CHECKING:
    from . import Ollama

_HEADERS = Headers()


class OllamaDecoder:
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`.

    An answer that was not streamed is a stream of one line.
    """

    def __init__(self, wire: Ollama) -> None:
        self.failure: LLMKitError | None = None
        self.done: bool = False
        self._wire = wire
        self._ndjson = NDJSONDecoder()
        self._begun = False
        self._model = ""
        self._created_at = ""
        self._created: float | None = None
        self._calls = 0
        self._images = 0
        self._torn = False
        self._halves: dict[str, str] = {}

    @property
    def finished(self) -> bool:
        """Whether the answer's real end is there."""
        return self.done

    def bound(self, bounds: Bounds) -> None:
        """Hold *bounds*, from the first byte on."""
        self._ndjson = NDJSONDecoder(bounds)

    def feed(self, data: bytes) -> list[CompletionChunk]:
        """The chunks that *data* completes."""
        try:
            lines = self._ndjson.feed(data)
        except DecodeError as error:
            self.failure = self.failure or error
            return []
        chunks = self._lines(lines)
        self.failure = self.failure or self._ndjson.failure
        return chunks

    def close(self) -> list[CompletionChunk]:
        """The end of the bytes."""
        chunks = self._last_lines()
        if self.failure is not None:
            raise self.failure
        if not self.done:
            raise StreamInterruptedError("the stream ended before its answer did")
        return chunks

    def _last_lines(self) -> list[CompletionChunk]:
        try:
            lines = self._ndjson.close()
        except DecodeError as error:
            self.failure = self.failure or error
            return []
        return self._lines(lines, cut=True)

    def _lines(self, lines: list[bytes], *, cut: bool = False) -> list[CompletionChunk]:
        chunks: list[CompletionChunk] = []
        for line in lines:
            if self.done or self.failure is not None:
                break
            try:
                chunk = self._chunk(line)
            except LLMKitError as error:
                # Half a line at the end of the bytes tells that they were cut, no more; but a
                # body without one line of the form is of another.
                if not (cut and self._begun and isinstance(error, DecodeError)):
                    self.failure = error
                break
            if chunk is not None:
                chunks.append(chunk)
        return chunks

    def _chunk(self, line: bytes) -> CompletionChunk | None:
        data = self._loads(line)
        if "error" in data:
            failure = error_in(data, HttpResponse(200, _HEADERS, line))
            if failure is not None:
                raise failure
        if not self._begun:
            self._begin(data)
        message = data.get("message")
        delta = self._delta(message) if isinstance(message, dict) else None
        tokens = logprobs(data["logprobs"]) if data.get("logprobs") else None
        if data.get("done"):
            return self._last(data, delta, tokens)
        if delta is None and tokens is None:
            return None
        choice = ChunkChoice(0, delta or DeltaMessage(), logprobs=tokens)
        return CompletionChunk((choice,), "", self._model, self._created)

    def _begin(self, data: dict[str, Any]) -> None:
        self._begun = True
        self._model = text_of(data.get("model"))
        # Each line has a time of its own; the first is the answer's.
        self._created_at = text_of(data.get("created_at"))
        moment = unix_time(self._created_at)
        self._created = moment if moment is not None and moment > 0 else None

    def _delta(self, message: dict[str, Any]) -> DeltaMessage | None:
        """What *message* adds; None where it adds nothing."""
        text, thought = text_of(message.get("content")), thinking(message)
        if self._torn:
            text, thought = self._mended("text", text), self._mended("thinking", thought)
        given = message.get("tool_calls")
        calls = self._tool_calls(given) if given else ()
        blocks = self._drawn(message["images"]) if message.get("images") else ()
        if not (text or thought or calls or blocks):
            return None
        return DeltaMessage(text or None, thought or None, tool_calls=calls, blocks=blocks)

    def _tool_calls(self, given: object) -> tuple[ToolCallDelta, ...]:
        """Calls come whole, each once; their own indices begin anew on each line."""
        made: list[ToolCallDelta] = []
        for item in given if isinstance(given, list) else []:
            call = tool_call(item, self._created_at, self._calls)
            if call is not None:
                piece = ToolCallDelta(self._calls, call.id, call.name, call.arguments_json)
                made.append(piece)
                self._calls += 1
        return tuple(made)

    def _drawn(self, given: object) -> tuple[Block, ...]:
        parts = images(given)
        first = self._images
        self._images += len(parts)
        return tuple(Block(first + index, part) for index, part in enumerate(parts))

    def _last(
        self, data: dict[str, Any], delta: DeltaMessage | None, tokens: Any
    ) -> CompletionChunk:
        self.done = True
        raw = text_of(data.get("done_reason")) or None
        delta = self._rest(delta or DeltaMessage())
        reason = finish_reason(raw, calls=self._calls > 0)
        return CompletionChunk(
            (ChunkChoice(0, delta, reason, raw, tokens),),
            "",
            self._model or text_of(data.get("model")),
            self._created,
            usage=usage(data),
            is_last_chunk=True,
        )

    def _rest(self, delta: DeltaMessage) -> DeltaMessage:
        """*delta*, with what was held back: half a character, where the text was cut there."""
        if not self._halves:
            return delta
        text = (delta.content or "") + well_formed(self._halves.pop("text", ""))
        thought = (delta.reasoning or "") + well_formed(self._halves.pop("thinking", ""))
        return DeltaMessage(
            text or None, thought or None, tool_calls=delta.tool_calls, blocks=delta.blocks
        )

    def _loads(self, line: bytes) -> dict[str, Any]:
        data: object
        try:
            data = strict_loads(line)
        except ValueError:
            # Servers that cut text by UTF-16 units send half characters: they are mended.
            self._torn = True
            try:
                data = _joinable(loads(line, halves=True))
            except ValueError:
                data = None
        if not isinstance(data, dict):
            raise DecodeError("a line of the stream is no JSON object", body=line)
        return data

    def _mended(self, key: str, piece: str) -> str:
        """*piece* without half characters: the first half waits for the second."""
        if not piece:
            return piece
        piece = self._halves.pop(key, "") + piece
        if "\ud800" <= piece[-1] <= "\udbff":
            self._halves[key] = piece[-1]
            piece = piece[:-1]
        return well_formed(piece)


def _joinable(data: object) -> object:
    """*data* with no half characters but in its texts: the other half may be in the next."""
    whole: Any = mended(data)
    message = data.get("message") if isinstance(data, dict) else None
    if isinstance(message, dict):
        for name in ("content", "thinking", "reasoning_content"):
            if name in message:
                whole["message"][name] = message[name]
    return whole

"""A streamed answer in the form of Anthropic's Messages, understood as it comes.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..._bounds import BOUNDS, Bounds
from ..._http import Headers, HttpResponse
from ..._json import loads, mended, strict_loads
from ..._models.chunks import (
    EMPTY_DELTA,
    ChunkChoice,
    CompletionChunk,
    DeltaMessage,
    Heading,
)
from ..._models.response import ChatCompletionResponse
from ...errors import DecodeError, LLMKitError, StreamInterruptedError
from ..sse import Run, SSEDecoder
from ..whole_answer import TakesWhole
from .answer import finish_reason, text_of, usage
from .content import Content
from .error import error_event
from .framing import BinaryFraming, Framing, TextFraming

if TYPE_CHECKING:
    from . import AnthropicMessages

_HEADERS = Headers()


class MessagesDecoder(TakesWhole):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`."""

    def __init__(self, wire: AnthropicMessages) -> None:
        super().__init__()
        self._wire = wire
        self._framing: Framing
        self.bound(BOUNDS)
        self._heading: Heading = ("", "", None)
        self._content = Content(wire)
        self._stop: str | None = None
        self._first_usage: dict[str, Any] = {}
        self._last_usage: dict[str, Any] = {}

    @property
    def finished(self) -> bool:
        """Whether the answer's real end is there."""
        return self.done or self._stop is not None

    def bound(self, bounds: Bounds) -> None:
        """Hold *bounds*, from the first byte on."""
        self._bounds = bounds
        binary = self._wire.envelope == "bedrock"
        self._framing = BinaryFraming(bounds) if binary else TextFraming(bounds)

    def feed(self, data: bytes) -> list[CompletionChunk]:
        """The chunks that *data* completes."""
        if not self._begun:
            start = data.lstrip()
            if not start:
                return []
            self._begun = True
            if start.startswith(b"{"):
                self._whole = bytearray()
        if self._whole is not None:
            return self._hold(self._whole, data)
        if self.done or self.failure is not None:
            return []
        return self._read(data)

    def close(self) -> list[CompletionChunk]:
        """The end of the bytes."""
        if self._whole is not None and not self.done and self.failure is None:
            return self._answered_whole(bytes(self._whole))
        chunks = [] if self.done or self.failure is not None else self._read(None)
        if self.failure is not None:
            raise self.failure
        if not self.done:
            if self._stop is None:
                raise StreamInterruptedError("the stream ended before its answer did")
            self.done = True
            chunks.append(self._last())
        return chunks

    def _read(self, data: bytes | None) -> list[CompletionChunk]:
        """The chunks of the events that *data* completes, or of what is left at the end."""
        chunks: list[CompletionChunk] = []
        try:
            for name, texts in self._runs(data):
                left = iter(texts)
                while (text := self._content.go_on(left, self._heading, chunks)) is not None:
                    delta = self._other(name, text, cut=data is None)
                    if delta is not EMPTY_DELTA:
                        chunks.append(CompletionChunk((ChunkChoice(0, delta),), *self._heading))
                    if self.done:
                        chunks.append(self._last())
                        return chunks
            self.failure = self._framing.failure
        except LLMKitError as error:
            self.failure = error
        return chunks

    def _runs(self, data: bytes | None) -> Iterable[Run]:
        framing = self._framing
        if data is not None and isinstance(framing, SSEDecoder):
            return framing.runs(data)
        events = framing.close() if data is None else framing.feed(data)
        return ((name, [text]) for name, text in events)

    def _other(self, name: str, text: bytes, *, cut: bool) -> DeltaMessage:
        """What an event adds that does not just go on with a block; *cut*: it may be half one."""
        try:
            event: object = strict_loads(text)
        except ValueError:
            event = self._torn(text)
        if isinstance(event, dict):
            return self._delta(event.get("type") or name, event, text)
        if cut or not text or text.isspace():
            return EMPTY_DELTA
        if name != "error":
            raise DecodeError("an event of the stream is no JSON object", body=text)
        told = {"error": text.decode("utf-8", "replace")}
        return self._delta(name, told, text)

    def _delta(self, kind: str, event: dict[str, Any], text: bytes) -> DeltaMessage:
        """What *event* adds to the message."""
        if kind == "content_block_delta":
            return self._content.delta(event)
        match kind:
            case "content_block_start":
                return self._content.start(event)
            case "content_block_stop":
                return self._content.stop(event)
            case "message_start":
                self._start(event.get("message"))
            case "message_delta":
                self._end(event)
            case "message_stop":
                self.done = True
            case "error":
                raise error_event(event, HttpResponse(200, _HEADERS, text))
            case _ if event.get("error"):
                raise error_event(event, HttpResponse(200, _HEADERS, text))
        return EMPTY_DELTA

    def _start(self, message: object) -> None:
        if not isinstance(message, dict):
            return
        self._content.response_id = text_of(message.get("id"))
        self._heading = self._content.response_id, text_of(message.get("model")), None
        told = message.get("usage")
        self._first_usage = told if isinstance(told, dict) else {}

    def _end(self, event: dict[str, Any]) -> None:
        told = event.get("usage")
        if isinstance(told, dict):
            # Its counts are of the whole answer so far: they replace, and are never added.
            self._last_usage = {**self._last_usage, **told}
        delta = event.get("delta")
        if isinstance(delta, dict):
            self._stop = text_of(delta.get("stop_reason")) or self._stop

    def _torn(self, text: bytes) -> object:
        # Servers that cut text by UTF-16 units send half characters: they are mended.
        if not text or text.isspace():
            return None
        self._content.torn = True
        try:
            return _joinable(loads(text, halves=True))
        except ValueError:
            return None

    def _last(self) -> CompletionChunk:
        choice = ChunkChoice(
            0,
            self._content.close(),
            finish_reason(self._stop, calls=self._content.calls > 0),
            self._stop,
        )
        counted = usage(self._last_usage, self._first_usage)
        return CompletionChunk((choice,), *self._heading, usage=counted, is_last_chunk=True)

    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        return parse(self._wire, response)


def _joinable(data: object) -> object:
    """*data* with no half characters but in its delta: the other half may be in the next."""
    whole: Any = mended(data)
    if isinstance(data, dict) and isinstance(data.get("delta"), dict):
        whole["delta"] = data["delta"]
    return whole

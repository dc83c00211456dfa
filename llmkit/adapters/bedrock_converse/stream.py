"""A streamed answer in the form of Bedrock's ConverseStream, understood as it comes.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._bounds import Bounds
from ..._http import HttpResponse
from ..._json import loads, mended, strict_loads
from ..._models.chunks import ChunkChoice, CompletionChunk, DeltaMessage
from ..._models.response import ChatCompletionResponse
from ..._models.usage import NO_USAGE, Usage
from ...errors import APIError, DecodeError, LLMKitError, ServerError, StreamInterruptedError
from ..eventstream import EventStreamDecoder, Frame
from ..whole_answer import TakesWhole
from .answer import finish_reason, mapping, string, usage
from .content import Content
from .error import exception

if TYPE_CHECKING:
    from . import BedrockConverse


class ConverseDecoder(TakesWhole):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`."""

    def __init__(self, wire: BedrockConverse) -> None:
        super().__init__()
        self.finished: bool = False
        self._wire = wire
        self._frames = EventStreamDecoder()
        self._content = Content(wire)
        self._stop: str | None = None
        self._usage: Usage = NO_USAGE
        self._model = ""

    def bound(self, bounds: Bounds) -> None:
        """Hold *bounds*, from the first byte on."""
        self._bounds = bounds
        self._frames = EventStreamDecoder(bounds)

    def feed(self, data: bytes) -> list[CompletionChunk]:
        """The chunks that *data* completes."""
        if not self._begun:
            data = data.lstrip(b" \t\r\n")
            if not data:
                return []
            self._begun = True
            # A frame that begins so would be of two gigabytes.
            if data[:1] == b"{":
                self._whole = bytearray()
        if self._whole is not None:
            return self._hold(self._whole, data)
        chunks: list[CompletionChunk] = []
        try:
            while not self.done and self.failure is None:
                frames = self._frames.feed(data)
                if not frames:
                    break
                for frame in frames:
                    self._take(frame, chunks)
                data = b""  # once more: what comes after them may be broken
        except LLMKitError as error:
            self.failure = error
        return chunks

    def close(self) -> list[CompletionChunk]:
        """The end of the bytes."""
        if self.failure is not None:
            raise self.failure
        if self.done:
            return []
        if self._whole is not None:
            chunks = self._answered_whole(bytes(self._whole))
            self.finished = True
            return chunks
        if not self.finished:
            raise StreamInterruptedError("the stream ended before its answer did")
        # The reason was there, and the counts that come after it were cut off.
        self.done = True
        return [self._last()]

    def _take(self, frame: Frame, chunks: list[CompletionChunk]) -> None:
        if self.done:
            return
        if frame.text(":message-type") not in ("event", ""):
            raise _failed(frame)
        kind = frame.text(":event-type")
        if kind == "contentBlockDelta":
            delta = self._content.delta(self._loads(frame.payload))
        elif kind == "contentBlockStart":
            delta = self._content.start(self._loads(frame.payload))
        elif kind == "contentBlockStop":
            delta = self._content.stop(self._loads(frame.payload))
        elif kind == "messageStop":
            self._stop = string(self._loads(frame.payload).get("stopReason"))
            self.finished = True
            return
        elif kind == "metadata":
            self._metadata(self._loads(frame.payload), chunks)
            return
        elif kind[:1].islower() and kind.endswith("Exception"):
            raise exception(kind, frame.payload)
        else:
            return
        if delta is not None:
            chunks.append(CompletionChunk((ChunkChoice(0, delta),), "", self._model))

    def _metadata(self, data: dict[str, Any], chunks: list[CompletionChunk]) -> None:
        """The counts: they come after the reason, at the very end."""
        self._usage = usage(data.get("usage"))
        router = mapping(mapping(data.get("trace")).get("promptRouter"))
        self._model = string(router.get("invokedModelId")) or ""
        if self.finished:
            self.done = True
            chunks.append(self._last())

    def _loads(self, payload: bytes) -> dict[str, Any]:
        data: object
        try:
            data = strict_loads(payload)
        except ValueError:
            # Servers that cut text by UTF-16 units send half characters: they are mended.
            self._content.torn = True
            try:
                data = _joinable(loads(payload, halves=True))
            except ValueError:
                data = None
        if not isinstance(data, dict):
            raise DecodeError("an event of the stream is no JSON object", body=payload)
        return data

    def _last(self) -> CompletionChunk:
        calls = self._content.calls > 0
        reason = finish_reason(self._stop, calls)
        delta = self._content.rest() or DeltaMessage()
        return CompletionChunk(
            (ChunkChoice(0, delta, reason, self._stop),),
            "",
            self._model,
            usage=self._usage,
            is_last_chunk=True,
        )

    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        return parse(self._wire, response)


def _failed(frame: Frame) -> APIError:
    """The error that *frame* is: one of the service's exceptions, or one of the framing's own."""
    name = frame.text(":exception-type")
    if name or frame.text(":message-type") == "exception":
        return exception(name, frame.payload)
    return ServerError(
        frame.text(":error-message") or "the stream failed",
        status=200,
        code=frame.text(":error-code") or None,
        body=frame.payload.decode("utf-8", "replace"),
    )


def _joinable(data: object) -> object:
    """*data* with no half characters but in its delta: the other half may be in the next."""
    whole: Any = mended(data)
    if isinstance(data, dict) and isinstance(data.get("delta"), dict):
        whole["delta"] = data["delta"]
    return whole

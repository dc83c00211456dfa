"""The events of a streamed answer, made of its chunks."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from .._events import (
    ContentDelta,
    EventData,
    FinalCandidate,
    PartialToolCall,
    StreamEnd,
    StreamError,
    StreamingEvent,
    StreamMetadata,
    ThinkingDelta,
    ToolCallEnded,
    ToolCallStarted,
)
from .._json import is_object
from .._models.chunks import CompletionChunk, ToolCallDelta
from .._models.response import FinishReason
from ..errors import LLMKitError


class StreamEvents:
    """Makes events of chunks.

    `ready` holds those that nobody has taken yet, and `failure` what broke the stream off;
    `first_token` is the time from the call to the first piece of an answer.
    """

    def __init__(self) -> None:
        self.ready: deque[StreamingEvent] = deque()
        self.failure: LLMKitError | None = None
        self.first_token: timedelta | None = None
        self._calls: dict[tuple[int, int], _Call] = {}

    def take(self, chunk: CompletionChunk) -> None:
        """The events of *chunk*."""
        if self.first_token is None and any(choice.delta.parts for choice in chunk.choices):
            self.first_token = chunk.total_latency
        for choice in chunk.choices:
            delta = choice.delta
            if delta.reasoning:
                self._tell(ThinkingDelta(delta.reasoning))
            if delta.content:
                self._tell(ContentDelta(delta.content))
            for piece in delta.tool_calls:
                self._call(choice.index, piece)
            if choice.finish_reason is not None:
                self._end_calls(choice.index)
                reason = choice.finish_reason.value
                self._tell(FinalCandidate(choice.index, reason, choice.raw_finish_reason))
        if chunk.is_last_chunk:
            usage = chunk.usage
            if usage is not None and usage.reported:
                told = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
                self._tell(StreamMetadata(*told))
            reasons = [choice.finish_reason for choice in chunk.choices if choice.finish_reason]
            self._tell(StreamEnd(reasons[0].value if reasons else FinishReason.OTHER.value))

    def fail(self, error: LLMKitError) -> None:
        """The stream broke off: an event says so, and then the error itself."""
        self.failure = error
        self._tell(StreamError(error))

    def _tell(self, data: EventData) -> None:
        self.ready.append(StreamingEvent(data))

    def _call(self, choice: int, piece: ToolCallDelta) -> None:
        key = (choice, piece.index)
        call = self._calls.get(key)
        if call is None:
            # What is not whole yet may go on after another call's beginning.
            self._end_calls(choice, only_whole=True)
            call = self._calls[key] = _Call(piece.index, piece.id or "", piece.name or "")
            self._tell(ToolCallStarted(call.index, call.id, call.name))
        if piece.arguments_json:
            self._tell(PartialToolCall(call.index, call.id, piece.arguments_json))
            call.pieces.append(piece.arguments_json)

    def _end_calls(self, choice: int, *, only_whole: bool = False) -> None:
        for key, call in list(self._calls.items()):
            if key[0] == choice and (not only_whole or call.is_whole()):
                del self._calls[key]
                self._tell(ToolCallEnded(call.index, call.id, call.name, "".join(call.pieces)))


class _Call:
    """A call whose arguments are growing."""

    def __init__(self, index: int, call_id: str, name: str) -> None:
        self.index = index
        self.id = call_id
        self.name = name
        self.pieces: list[str] = []
        self._looked_at = 0

    def is_whole(self) -> bool:
        """Whether the arguments are an object now; the same text is looked at once only."""
        grown = len(self.pieces) > self._looked_at
        self._looked_at = len(self.pieces)
        return grown and is_object("".join(self.pieces))

"""The events of a streamed answer, as the fluent door tells them."""

from __future__ import annotations

import builtins
from typing import Literal, TypeAlias, TypeVar

from ._frozen import frozen
from .errors import LLMKitError

T = TypeVar("T")


@frozen
class ContentDelta:
    """The next characters of the answer."""

    text: str


@frozen
class ThinkingDelta:
    """The next characters of the visible thinking."""

    text: str


@frozen
class ToolCallStarted:
    """The model has begun to call a tool."""

    index: int
    id: str
    name: str


@frozen
class PartialToolCall:
    """The next characters of a call's arguments."""

    index: int
    id: str
    arguments_json: str


@frozen
class ToolCallEnded:
    """The call is whole: its arguments are all there."""

    index: int
    id: str
    name: str
    arguments_json: str


@frozen
class StreamMetadata:
    """What the call cost in tokens."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@frozen
class FinalCandidate:
    """One of the answers is whole; why it ended, in llmkit's word and the provider's."""

    index: int
    finish_reason: str
    raw_finish_reason: str | None


@frozen
class StreamEnd:
    """Nothing comes after this; why the first answer ended."""

    finish_reason: str


@frozen
class StreamError:
    """The stream broke off; nothing comes after this."""

    error: LLMKitError


EventData: TypeAlias = (
    ContentDelta
    | ThinkingDelta
    | ToolCallStarted
    | PartialToolCall
    | ToolCallEnded
    | StreamMetadata
    | FinalCandidate
    | StreamEnd
    | StreamError
)

EventType = Literal[
    "content_delta",
    "thinking_delta",
    "tool_call_started",
    "partial_tool_call",
    "tool_call_ended",
    "metadata",
    "final_candidate",
    "stream_end",
    "stream_error",
]

_TYPES: dict[type[EventData], EventType] = {
    ContentDelta: "content_delta",
    ThinkingDelta: "thinking_delta",
    ToolCallStarted: "tool_call_started",
    PartialToolCall: "partial_tool_call",
    ToolCallEnded: "tool_call_ended",
    StreamMetadata: "metadata",
    FinalCandidate: "final_candidate",
    StreamEnd: "stream_end",
    StreamError: "stream_error",
}


@frozen
class StreamingEvent:
    """One thing that happened in a stream.

    `event.data` is the thing itself, for `match`; `is_content_delta` asks what it is and
    `as_content_delta` gives it, and so for the other kinds.
    """

    data: EventData

    @property
    def type(self) -> EventType:
        """What kind of thing it is."""
        return _TYPES[type(self.data)]

    @property
    def is_content_delta(self) -> bool:
        """Whether it is a piece of the answer."""
        return isinstance(self.data, ContentDelta)

    @property
    def as_content_delta(self) -> ContentDelta:
        """The piece of the answer; TypeError where it is none."""
        return self._as(ContentDelta)

    @property
    def is_thinking_delta(self) -> bool:
        """Whether it is a piece of the thinking."""
        return isinstance(self.data, ThinkingDelta)

    @property
    def as_thinking_delta(self) -> ThinkingDelta:
        """The piece of the thinking; TypeError where it is none."""
        return self._as(ThinkingDelta)

    @property
    def is_tool_call_started(self) -> bool:
        """Whether a tool call begins."""
        return isinstance(self.data, ToolCallStarted)

    @property
    def as_tool_call_started(self) -> ToolCallStarted:
        """The tool call that begins; TypeError where none does."""
        return self._as(ToolCallStarted)

    @property
    def is_partial_tool_call(self) -> bool:
        """Whether it is a piece of a call's arguments."""
        return isinstance(self.data, PartialToolCall)

    @property
    def as_partial_tool_call(self) -> PartialToolCall:
        """The piece of a call's arguments; TypeError where it is none."""
        return self._as(PartialToolCall)

    @property
    def is_tool_call_ended(self) -> bool:
        """Whether a tool call is whole."""
        return isinstance(self.data, ToolCallEnded)

    @property
    def as_tool_call_ended(self) -> ToolCallEnded:
        """The tool call that is whole; TypeError where none is."""
        return self._as(ToolCallEnded)

    @property
    def is_metadata(self) -> bool:
        """Whether it tells the tokens."""
        return isinstance(self.data, StreamMetadata)

    @property
    def as_metadata(self) -> StreamMetadata:
        """The tokens; TypeError where it does not tell them."""
        return self._as(StreamMetadata)

    @property
    def is_final_candidate(self) -> bool:
        """Whether one of the answers is whole."""
        return isinstance(self.data, FinalCandidate)

    @property
    def as_final_candidate(self) -> FinalCandidate:
        """The answer that is whole; TypeError where none is."""
        return self._as(FinalCandidate)

    @property
    def is_stream_end(self) -> bool:
        """Whether the stream is at its end."""
        return isinstance(self.data, StreamEnd)

    @property
    def as_stream_end(self) -> StreamEnd:
        """The end; TypeError where it is not the end."""
        return self._as(StreamEnd)

    @property
    def is_stream_error(self) -> bool:
        """Whether the stream broke off."""
        return isinstance(self.data, StreamError)

    @property
    def as_stream_error(self) -> StreamError:
        """Why the stream broke off; TypeError where it did not."""
        return self._as(StreamError)

    def _as(self, kind: builtins.type[T]) -> T:
        if isinstance(self.data, kind):
            return self.data
        raise TypeError(f"the event is a {self.type}, not a {kind.__name__}")

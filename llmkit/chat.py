"""The fluent door: a request built by a chain of calls, and its answer as events and stats.

Sugar over `ChatCompletionRequest` and the two clients: the same engine, the same errors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from attrs import Factory, evolve, field, frozen

from ._events import (
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
from ._json import is_object
from ._models.chunks import CompletionChunk, ToolCallDelta
from ._models.messages import Content, Message, MessageInput, messages_of
from ._models.request import ChatCompletionRequest, ReasoningEffort, ToolInput
from ._models.response import ChatCompletionResponse, FinishReason
from ._models.tools import ToolChoice
from .errors import LLMKitError

if TYPE_CHECKING:
    from ._async_client import AsyncChatCompletionStream, AsyncClient
    from ._client import ChatCompletionStream, Client

__all__ = ["AsyncChatBuilder", "AsyncEventStream", "CallStats", "ChatBuilder", "EventStream"]


@frozen
class CallStats:
    """What a call took.

    Args:
        prompt_tokens: all that the model read.
        completion_tokens: all that it wrote.
        total_tokens: both.
        latency_ms: the whole call, retries included, in milliseconds.
        attempts: how many requests were tried.
        provider: who answered.
        model: which model did, in the provider's words.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    latency_ms: float
    attempts: int
    provider: str
    model: str

    @classmethod
    def of(cls, response: ChatCompletionResponse[object]) -> CallStats:
        """The stats of *response*."""
        usage = response.usage
        return cls(
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.total_tokens,
            response.latency.total_seconds() * 1000,
            len(response.attempts),
            response.provider,
            response.model,
        )

    @property
    def retry_count(self) -> int:
        """How many attempts came after the first."""
        return self.attempts - 1


@frozen
class _Builder:
    """What both builders have: each method gives a new builder, and the old one stays."""

    _model: str | None = None
    _messages: Sequence[MessageInput] = ()
    _fields: Mapping[str, object] = Factory(dict)

    def model(self, name: str) -> Self:
        """Ask this model, "provider/model", instead of the client's."""
        return evolve(self, model=name)

    def messages(self, messages: Sequence[MessageInput]) -> Self:
        """What has been said, after what is here already."""
        return evolve(self, messages=(*self._messages, *messages_of(messages)))

    def system(self, content: Content) -> Self:
        """Instructions for the model."""
        return self.messages([Message.system(content)])

    def user(self, content: Content) -> Self:
        """What the user says: text, or parts."""
        return self.messages([Message.user(content)])

    def assistant(self, content: Content) -> Self:
        """What the model has said."""
        return self.messages([Message.assistant(content)])

    def temperature(self, value: float) -> Self:
        """How freely the model chooses, from 0."""
        return self.set(temperature=value)

    def max_tokens(self, value: int) -> Self:
        """The longest answer, in tokens."""
        return self.set(max_tokens=value)

    def top_p(self, value: float) -> Self:
        """Choose among the likeliest tokens that together have this probability."""
        return self.set(top_p=value)

    def stop(self, *texts: str | Sequence[str]) -> Self:
        """Texts that end the answer: one by one, or as a list."""
        flat = [text for item in texts for text in ([item] if isinstance(item, str) else item)]
        return self.set(stop=flat)

    def seed(self, value: int) -> Self:
        """For answers that can be repeated, where the provider tries to."""
        return self.set(seed=value)

    def reasoning_effort(self, value: ReasoningEffort) -> Self:
        """How much the model shall think."""
        return self.set(reasoning_effort=value)

    def tools(self, tools: Sequence[ToolInput]) -> Self:
        """What the model may call."""
        return self.set(tools=tools)

    def tool_choice(self, choice: ToolChoice | str) -> Self:
        """Whether and what the model must call."""
        return self.set(tool_choice=choice)

    def set(self, **fields: object) -> Self:
        """Any other fields of the request, by their names."""
        return evolve(self, fields={**self._fields, **fields})

    def request(self) -> ChatCompletionRequest[object]:
        """The request as it stands.

        Raises:
            InvalidRequestError: it cannot be right; the error names the field.
        """
        fields = {"model": self._model or "", "messages": self._messages, **self._fields}
        return ChatCompletionRequest.from_dict(fields)


@frozen
class ChatBuilder(_Builder):
    """A chain that ends in `execute()`, `execute_with_stats()` or `stream()`."""

    _client: Client = field(kw_only=True)

    def execute(self) -> ChatCompletionResponse[object]:
        """Ask, and wait for the whole answer."""
        return self._client.chat_completion(self.request())

    def execute_with_stats(self) -> tuple[ChatCompletionResponse[object], CallStats]:
        """Ask, and have the answer and what it took."""
        response = self.execute()
        return response, CallStats.of(response)

    def stream(self) -> EventStream:
        """Ask, and take the answer as events."""
        return EventStream(self._client.chat_completion_stream(self.request()))


@frozen
class AsyncChatBuilder(_Builder):
    """A chain that is awaited, or ends in `execute()`, `execute_with_stats()` or `stream()`."""

    _client: AsyncClient = field(kw_only=True)

    def __await__(self) -> Generator[object, None, ChatCompletionResponse[object]]:
        """Awaiting the chain executes it."""
        return self.execute().__await__()

    async def execute(self) -> ChatCompletionResponse[object]:
        """Ask, and wait for the whole answer."""
        return await self._client.chat_completion(self.request())

    async def execute_with_stats(self) -> tuple[ChatCompletionResponse[object], CallStats]:
        """Ask, and have the answer and what it took."""
        response = await self.execute()
        return response, CallStats.of(response)

    def stream(self) -> AsyncEventStream:
        """Ask, and take the answer as events."""
        return AsyncEventStream(self._client.chat_completion_stream(self.request()))


class EventStream:
    """An answer as events: an iterator, and a context manager that closes it.

    A stream that breaks off ends in a `stream_error` event, and then raises its error: nobody
    takes half an answer for a whole one.
    """

    def __init__(self, chunks: ChatCompletionStream[object]) -> None:
        self._chunks = chunks
        self._events = _Events()

    def __iter__(self) -> Iterator[StreamingEvent]:
        return self

    def __next__(self) -> StreamingEvent:
        events = self._events
        while not events.ready:
            if events.failure is not None:
                raise events.failure
            try:
                events.take(next(self._chunks))
            except LLMKitError as error:
                events.fail(error)
        return events.ready.popleft()

    def close(self) -> None:
        """Give the connection back; what was not read is lost."""
        self._chunks.close()

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncEventStream:
    """`EventStream`, awaited."""

    def __init__(self, chunks: AsyncChatCompletionStream[object]) -> None:
        self._chunks = chunks
        self._events = _Events()

    def __aiter__(self) -> AsyncIterator[StreamingEvent]:
        return self

    async def __anext__(self) -> StreamingEvent:
        events = self._events
        while not events.ready:
            if events.failure is not None:
                raise events.failure
            try:
                events.take(await anext(self._chunks))
            except LLMKitError as error:
                events.fail(error)
        return events.ready.popleft()

    async def aclose(self) -> None:
        """Give the connection back; what was not read is lost."""
        await self._chunks.aclose()

    async def __aenter__(self) -> AsyncEventStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Events:
    """Makes events of chunks; `ready` holds those that nobody has taken yet."""

    def __init__(self) -> None:
        self.ready: deque[StreamingEvent] = deque()
        self.failure: LLMKitError | None = None
        self._calls: dict[tuple[int, int], ToolCallEnded] = {}

    def take(self, chunk: CompletionChunk) -> None:
        """The events of *chunk*."""
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
            call = ToolCallEnded(piece.index, piece.id or "", piece.name or "", "")
            self._tell(ToolCallStarted(call.index, call.id, call.name))
        if piece.arguments_json:
            self._tell(PartialToolCall(call.index, call.id, piece.arguments_json))
        self._calls[key] = evolve(call, arguments_json=call.arguments_json + piece.arguments_json)

    def _end_calls(self, choice: int, *, only_whole: bool = False) -> None:
        for key, call in list(self._calls.items()):
            if key[0] == choice and (not only_whole or is_object(call.arguments_json)):
                self._tell(self._calls.pop(key))

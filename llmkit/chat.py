"""The fluent door: a request built by a chain of calls, and its answer as events and stats.

Sugar over `ChatCompletionRequest` and the two clients: the same engine, the same errors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Self, cast

from attrs import Factory, evolve, field

from ._core.stream_events import StreamEvents
from ._events import StreamingEvent
from ._frozen import frozen
from ._http import HttpRequest
from ._json import JsonObject
from ._models.messages import Content, Message, MessageInput, messages_of
from ._models.options import stop_texts
from ._models.request import FIELDS, ChatCompletionRequest, ReasoningEffort, ToolInput
from ._models.response import ChatCompletionResponse
from ._models.tools import ToolChoice
from .errors import LLMKitError

if TYPE_CHECKING:
    from ._async_client import AsyncClient
    from ._async_stream import AsyncChatCompletionStream
    from ._client import Client
    from ._stream import ChatCompletionStream

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
        request_id: the provider's id for the call, or None.
        time_to_first_token_ms: of a stream, from the call to the first piece of the answer, in
            milliseconds; None of an answer that came whole.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    latency_ms: float
    attempts: int
    provider: str
    model: str
    request_id: str | None = None
    time_to_first_token_ms: float | None = None

    @classmethod
    def of(
        cls, response: ChatCompletionResponse[object], first_token: timedelta | None = None
    ) -> CallStats:
        """The stats of *response*, whose first piece came *first_token* after the call."""
        usage = response.usage
        return cls(
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.total_tokens,
            response.latency.total_seconds() * 1000,
            len(response.attempts),
            response.provider,
            response.model,
            response.request_id,
            None if first_token is None else first_token.total_seconds() * 1000,
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
    _client: Client | AsyncClient = field(kw_only=True)

    def model(self, name: str) -> Self:
        """Ask this model, "provider/model", instead of the client's."""
        return evolve(self, model=name)

    def messages(self, messages: Sequence[MessageInput]) -> Self:
        """What has been said, after what is here already."""
        return evolve(self, messages=(*self._messages, *messages_of(messages)))

    def add_message(self, message: MessageInput) -> Self:
        """One more message, typed or as a mapping in OpenAI's form."""
        return self.messages([message])

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
        return self.set(stop=stop_texts(texts))

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

    def param(self, name: str, value: object) -> Self:
        """A field of the request by its name; any other goes into the body as it is, as the
        provider names it."""
        if name in (*FIELDS, "max_completion_tokens"):
            return self.set(**{name: value})
        body = self._fields.get("extra_body") or {}
        return self.set(extra_body={**cast("JsonObject", body), name: value})

    def request(self) -> ChatCompletionRequest[object]:
        """The request as it stands.

        Raises:
            InvalidRequestError: it cannot be right; the error names the field.
        """
        fields = {"model": self._model or "", "messages": self._messages, **self._fields}
        return ChatCompletionRequest.from_dict(fields)

    def build(self, *, stream: bool = False) -> HttpRequest:
        """What would be sent, and is not: a dry run. No key is on it.

        Args:
            stream: as it would be sent for a stream.

        Raises:
            LLMKitError: nothing would be sent, such as what the provider cannot do.
        """
        return self._client._core.call(self.request(), stream=stream).http(None)


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
        self._events = StreamEvents()

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

    def response(self) -> ChatCompletionResponse[object]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, or was closed before its end.
        """
        for _ in self:
            pass
        return self._chunks.response()

    def stats(self) -> CallStats:
        """Read what is left, and tell what the call took.

        Raises:
            LLMKitError: as of `response`.
        """
        return CallStats.of(self.response(), self._events.first_token)

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
        self._events = StreamEvents()

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

    async def response(self) -> ChatCompletionResponse[object]:
        """Read what is left, and return the whole answer, folded.

        Raises:
            LLMKitError: the stream failed, or was closed before its end.
        """
        async for _ in self:
            pass
        return await self._chunks.response()

    async def stats(self) -> CallStats:
        """Read what is left, and tell what the call took.

        Raises:
            LLMKitError: as of `response`.
        """
        return CallStats.of(await self.response(), self._events.first_token)

    async def aclose(self) -> None:
        """Give the connection back; what was not read is lost."""
        await self._chunks.aclose()

    async def __aenter__(self) -> AsyncEventStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

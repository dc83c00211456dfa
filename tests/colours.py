"""Both clients behind one blocking face, so that one test body holds for both.

@both
def test_something(colour: Colour) -> None:
    with colour("openai/gpt-4o", transport=ScriptedTransport(chat_reply("Hi"))) as door:
        assert door.complete(request).content == "Hi"
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Protocol, Self, TypeVar

import pytest

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    CompletionChunk,
    ModelInfo,
    ParsedResponse,
    Partial,
    StreamingEvent,
)
from llmkit._http import Headers
from llmkit.chat import (
    AsyncChatBuilder,
    AsyncEventStream,
    CallStats,
    ChatBuilder,
    EventStream,
)

T = TypeVar("T")
Answer = ChatCompletionResponse[object]
Builder = ChatBuilder | AsyncChatBuilder


class Stream(Protocol):
    """A streamed answer: an iterator of chunks, and a context manager."""

    @property
    def headers(self) -> Headers: ...
    def __iter__(self) -> Iterator[CompletionChunk]: ...
    def __next__(self) -> CompletionChunk: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: Any) -> None: ...
    def response(self) -> Answer: ...
    def partial(self, *target: Any) -> Iterator[Partial[Any]]: ...
    def close(self) -> None: ...


class Events(Protocol):
    """A streamed answer as events."""

    def __iter__(self) -> Iterator[StreamingEvent]: ...
    def __next__(self) -> StreamingEvent: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: Any) -> None: ...
    def response(self) -> Answer: ...
    def stats(self) -> CallStats: ...
    def close(self) -> None: ...


class Door(Protocol):
    """A client; leaving it closes it."""

    client: Any

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: Any) -> None: ...
    def complete(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]: ...
    def stream(self, request: ChatCompletionRequest[T], **options: Any) -> Stream: ...
    def parse(self, *args: Any, **options: Any) -> ParsedResponse[Any]: ...
    def list_models(self, *args: Any, **options: Any) -> tuple[ModelInfo, ...]: ...
    def chat(self, *args: Any, **fields: Any) -> Builder: ...
    def execute(self, builder: Builder) -> Answer: ...
    def execute_with_stats(self, builder: Builder) -> tuple[Answer, CallStats]: ...
    def events(self, builder: Builder) -> Events: ...
    def close(self) -> None: ...


Colour = Callable[..., Door]
"""Makes a door of a client's arguments."""


class SyncDoor:
    """`Client`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.client: Any = Client(*args, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self.client.__exit__(*error)

    def complete(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        answer: ChatCompletionResponse[T] = self.client.chat_completion(request)
        return answer

    def stream(self, request: ChatCompletionRequest[T], **options: Any) -> Stream:
        stream: Stream = self.client.chat_completion_stream(request, **options)
        return stream

    def parse(self, *args: Any, **options: Any) -> ParsedResponse[Any]:
        answer: ParsedResponse[Any] = self.client.parse(*args, **options)
        return answer

    def list_models(self, *args: Any, **options: Any) -> tuple[ModelInfo, ...]:
        models: tuple[ModelInfo, ...] = self.client.list_models(*args, **options)
        return models

    def chat(self, *args: Any, **fields: Any) -> Builder:
        builder: Builder = self.client.chat(*args, **fields)
        return builder

    def execute(self, builder: Builder) -> Answer:
        assert isinstance(builder, ChatBuilder)
        return builder.execute()

    def execute_with_stats(self, builder: Builder) -> tuple[Answer, CallStats]:
        assert isinstance(builder, ChatBuilder)
        return builder.execute_with_stats()

    def events(self, builder: Builder) -> EventStream:
        assert isinstance(builder, ChatBuilder)
        return builder.stream()

    def close(self) -> None:
        self.client.close()


class AsyncDoor:
    """`AsyncClient`, on an event loop of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.client: Any = AsyncClient(*args, **options)
        self.runner = asyncio.Runner()

    def run(self, awaitable: Awaitable[T]) -> T:
        """What *awaitable* gives."""

        async def main() -> T:
            return await awaitable

        return self.runner.run(main())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            self.run(self.client.__aexit__(*error))
        finally:
            self.runner.close()

    def complete(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        answer: ChatCompletionResponse[T] = self.run(self.client.chat_completion(request))
        return answer

    def stream(self, request: ChatCompletionRequest[T], **options: Any) -> Stream:
        return _AsyncStream(self.run, self.client.chat_completion_stream(request, **options))

    def parse(self, *args: Any, **options: Any) -> ParsedResponse[Any]:
        answer: ParsedResponse[Any] = self.run(self.client.parse(*args, **options))
        return answer

    def list_models(self, *args: Any, **options: Any) -> tuple[ModelInfo, ...]:
        models: tuple[ModelInfo, ...] = self.run(self.client.list_models(*args, **options))
        return models

    def chat(self, *args: Any, **fields: Any) -> Builder:
        builder: Builder = self.client.chat(*args, **fields)
        return builder

    def execute(self, builder: Builder) -> Answer:
        assert isinstance(builder, AsyncChatBuilder)
        return self.run(builder)

    def execute_with_stats(self, builder: Builder) -> tuple[Answer, CallStats]:
        assert isinstance(builder, AsyncChatBuilder)
        return self.run(builder.execute_with_stats())

    def events(self, builder: Builder) -> Events:
        assert isinstance(builder, AsyncChatBuilder)
        return _AsyncEvents(self.run, builder.stream())

    def close(self) -> None:
        self.run(self.client.aclose())


class _AsyncStream:
    def __init__(self, run: Callable[[Any], Any], stream: Any) -> None:
        self.run = run
        self.stream = stream

    @property
    def headers(self) -> Headers:
        headers: Headers = self.stream.headers
        return headers

    def __iter__(self) -> Iterator[CompletionChunk]:
        assert self.stream.__aiter__() is self.stream
        return self

    def __next__(self) -> CompletionChunk:
        try:
            chunk: CompletionChunk = self.run(anext(self.stream))
        except StopAsyncIteration:
            raise StopIteration from None
        return chunk

    def __enter__(self) -> Self:
        assert self.run(self.stream.__aenter__()) is self.stream
        return self

    def __exit__(self, *error: Any) -> None:
        self.run(self.stream.__aexit__(*error))

    def response(self) -> Answer:
        answer: Answer = self.run(self.stream.response())
        return answer

    def partial(self, *target: Any) -> Iterator[Partial[Any]]:
        return _each(self.run, self.stream.partial(*target))

    def close(self) -> None:
        self.run(self.stream.aclose())


def _each(run: Callable[[Any], Any], values: Any) -> Iterator[Any]:
    while True:
        try:
            value = run(anext(values))
        except StopAsyncIteration:
            return
        yield value


class _AsyncEvents:
    def __init__(self, run: Callable[[Any], Any], events: AsyncEventStream) -> None:
        self.run = run
        self.events = events

    def __iter__(self) -> Iterator[StreamingEvent]:
        assert self.events.__aiter__() is self.events
        return self

    def __next__(self) -> StreamingEvent:
        try:
            event: StreamingEvent = self.run(anext(self.events))
        except StopAsyncIteration:
            raise StopIteration from None
        return event

    def __enter__(self) -> Self:
        assert self.run(self.events.__aenter__()) is self.events
        return self

    def __exit__(self, *error: Any) -> None:
        self.run(self.events.__aexit__(*error))

    def response(self) -> Answer:
        answer: Answer = self.run(self.events.response())
        return answer

    def stats(self) -> CallStats:
        stats: CallStats = self.run(self.events.stats())
        return stats

    def close(self) -> None:
        self.run(self.events.aclose())


COLOURS: dict[str, Colour] = {"sync": SyncDoor, "async": AsyncDoor}

both = pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
"""Runs a test in both colours."""

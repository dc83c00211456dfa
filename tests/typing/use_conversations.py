# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Conversations and the fluent door, in both colours."""

from __future__ import annotations

import asyncio
from typing import assert_type

from attrs import frozen

from llmkit import (
    AsyncChatBuilder,
    AsyncClient,
    AsyncConversationStream,
    AsyncEventStream,
    CallStats,
    ChatBuilder,
    ChatCompletionResponse,
    Client,
    Conversation,
    ConversationStream,
    EventStream,
    Message,
    StreamingEvent,
    UserMessage,
    with_response_json_schema,
    with_temperature,
)


@frozen
class Weather:
    """What a model is asked for."""

    city: str


def conversation(client: Client) -> None:
    """Each answer comes with the longer conversation; the one before stays as it was."""
    talk = Conversation("echo/demo", [UserMessage("Hello")])
    assert_type(talk, Conversation[object])
    longer, answer = talk.send(client, "How are you?")
    assert_type(longer, Conversation[object])
    assert_type(answer, ChatCompletionResponse[object])
    assert_type(longer.messages, tuple[Message, ...])
    weather = longer.with_options(with_response_json_schema(Weather))
    assert_type(weather, Conversation[Weather])
    assert_type(weather.with_options(with_temperature(0)), Conversation[Weather])
    asked, typed = weather.send(client, "And the weather?")
    assert_type(asked, Conversation[Weather])
    assert_type(typed.parse(), Weather)
    assert_type(asked.with_model("echo/other"), Conversation[Weather])
    assert_type(asked.to_json(), str)
    assert_type(Conversation.from_json(asked.to_json()), Conversation[object])
    with weather.stream(client, "Again?") as stream:
        assert_type(stream, ConversationStream[Weather])


def fluent(client: Client) -> None:
    """The fluent door."""
    builder = client.chat().system("Be brief.").user("Hello").temperature(0.2).max_tokens(20)
    assert_type(builder, ChatBuilder)
    assert_type(builder.execute(), ChatCompletionResponse[object])
    response, stats = builder.execute_with_stats()
    assert_type(response.content, str | None)
    assert_type(stats, CallStats)
    with builder.stream() as events:
        assert_type(events, EventStream)
        for event in events:
            assert_type(event, StreamingEvent)
            if event.is_content_delta:
                assert_type(event.as_content_delta.text, str)


async def awaited() -> None:
    """The same with an async client; a builder may be awaited itself."""
    async with AsyncClient("echo/demo") as client:
        talk = Conversation("echo/demo").with_options(with_response_json_schema(Weather))
        longer, answer = await talk.send(client, "Hello")
        assert_type(longer, Conversation[Weather])
        assert_type(answer, ChatCompletionResponse[Weather])
        async with longer.stream(client, "Again?") as stream:
            assert_type(stream, AsyncConversationStream[Weather])
        builder = client.chat(messages=[{"role": "user", "content": "Hello!"}], temperature=0.7)
        assert_type(builder, AsyncChatBuilder)
        assert_type(await builder, ChatCompletionResponse[object])
        async with client.chat().user("Hello").stream() as events:
            assert_type(events, AsyncEventStream)
            async for event in events:
                assert_type(event, StreamingEvent)


def main() -> None:
    """All of it, against the provider that answers from within."""
    with Client("echo/demo") as client:
        conversation(client)
        fluent(client)
    asyncio.run(awaited())

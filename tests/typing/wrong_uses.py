# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""What a type checker must refuse: each `type: ignore` here is needed, or it is an error itself.

Nothing in it is run.
"""

from __future__ import annotations

from typing import assert_type

from attrs import frozen

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    Client,
    Conversation,
    ImagePart,
    Provider,
    SystemMessage,
    ToolMessage,
    ToolRun,
    UserMessage,
    new_chat_completion_request,
    with_response_json_schema,
    with_temperature,
    with_tool_choice,
    with_tools,
    with_unsupported,
)
from llmkit.testing import Reply


@frozen
class Weather:
    """What a model is asked for."""

    city: str


@frozen
class Song:
    """What it is not asked for."""

    title: str


ASK = [UserMessage("What is the weather in Paris?")]
WEATHER = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))


def parsed_as_another(client: Client) -> None:
    """The value is of the type that was asked for, and of no other."""
    song: Song = client.chat_completion(WEATHER).parse()  # type: ignore[assignment]
    print(client.chat_completion(WEATHER).parse().title)  # type: ignore[attr-defined]
    text: str = client.chat_completion(WEATHER).parse(Song)  # type: ignore[assignment]
    value: Song = client.parse(WEATHER, retries=1).value  # type: ignore[assignment]
    with client.chat_completion_stream(WEATHER) as stream:
        other: Song = stream.response().parse()  # type: ignore[assignment]
        for partial in stream.partial():
            grown: Song | None = partial.value  # type: ignore[assignment]
            assert_type(grown, Song)  # type: ignore[assert-type]
    print(song, text, value, other)


def parsed_as_no_type(client: Client) -> None:
    """A value is no type, and a type is no value."""
    client.chat_completion(WEATHER).parse("Song")  # type: ignore[call-overload]
    client.chat_completion(WEATHER).parse(Song("a"))  # type: ignore[call-overload]
    with_response_json_schema("Weather")  # type: ignore[call-overload]
    client.parse(WEATHER, retries="many")  # type: ignore[call-overload]


def tools_of_another_kind(client: Client) -> None:
    """Tools are a list of tools, mappings or functions."""
    with_tools("get_weather")  # type: ignore[arg-type]
    with_tools([3])  # type: ignore[list-item]
    with_tools(print)  # type: ignore[arg-type]
    with_tool_choice(3)  # type: ignore[arg-type]
    client.run_tools(WEATHER, tools=["get_weather"])  # type: ignore[list-item]
    client.run_tools(WEATHER, approve=lambda call: True)  # type: ignore[arg-type, misc]
    client.run_tools(WEATHER, rounds=3)  # type: ignore[call-arg]
    run: ToolRun[Song] = client.run_tools(WEATHER)  # type: ignore[arg-type]
    print(run)


def unknown_words(client: Client) -> None:
    """A misspelt argument, or a word that is none of the known."""
    ChatCompletionRequest("a/b", ASK, temprature=0)  # type: ignore[call-arg]
    ChatCompletionRequest("a/b", ASK, reasoning_effort="huge")  # type: ignore[arg-type]
    Client("a/b", unsupported="ignore")  # type: ignore[arg-type]
    Client("a/b", retries=3)  # type: ignore[call-arg]
    with_unsupported("ignore")  # type: ignore[arg-type]
    with_temperature("hot")  # type: ignore[arg-type]
    ImagePart.from_url("https://a/b", detail="huge")  # type: ignore[arg-type]
    Provider("own", "openai-chat", "http://a.test")  # type: ignore[call-arg]
    client.chat_completion(ASK)  # type: ignore[arg-type]


def messages_of_another_kind() -> None:
    """What a message cannot be made of."""
    UserMessage(b"bytes")  # type: ignore[arg-type]
    UserMessage(3)  # type: ignore[arg-type]
    SystemMessage(None)  # type: ignore[arg-type]
    ToolMessage("done")  # type: ignore[call-arg]
    ImagePart(b"data")  # type: ignore[call-arg]
    new_chat_completion_request("a/b", ["Hello"])  # type: ignore[list-item]


def colours_are_not_mixed() -> None:
    """An async client is not entered without `async`, and a reply is no transport."""
    with AsyncClient("echo/demo"):  # type: ignore[attr-defined]
        pass
    Client("echo/demo", transport=Reply())  # type: ignore[arg-type]


async def awaited() -> None:
    """What is awaited is not had without."""
    async with AsyncClient("echo/demo") as client:
        client.chat_completion(WEATHER).parse()  # type: ignore[attr-defined]
        run = await client.run_tools(WEATHER)
        title: Song = run.parse()  # type: ignore[assignment]
        print(title)


def frozen_values() -> None:
    """What is made stays as it is."""
    WEATHER.temperature = 0  # type: ignore[misc]
    Conversation("a/b").messages = ()  # type: ignore[misc]

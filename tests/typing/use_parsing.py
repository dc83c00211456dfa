# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Answers as values: what a request is made with is what `parse()` gives, in both colours."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple, TypedDict, assert_type

import pydantic
from attrs import frozen

from llmkit import (
    AsyncChatCompletionStream,
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    ChatCompletionStream,
    Client,
    ParsedResponse,
    Partial,
    Usage,
    UserMessage,
    new_chat_completion_request,
    with_response_json_schema,
    with_temperature,
)


@frozen
class Weather:
    """What a model is asked for."""

    city: str
    degrees: float


@dataclass
class Point:
    """A dataclass."""

    x: int
    y: int


class Song(TypedDict):
    """A typed dict."""

    title: str


class Span(NamedTuple):
    """A named tuple."""

    start: int
    end: int


class Town(pydantic.BaseModel):
    """A pydantic model."""

    name: str


ASK = [UserMessage("What is the weather in Paris?")]


def of_each_kind(client: Client) -> None:
    """Every kind of class is itself again."""
    weather = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    assert_type(weather, ChatCompletionRequest[Weather])
    assert_type(client.chat_completion(weather), ChatCompletionResponse[Weather])
    assert_type(client.chat_completion(weather).parse(), Weather)
    assert_type(client.chat_completion(weather).parse(dict[str, object]), dict[str, object])
    point = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Point))
    assert_type(client.chat_completion(point).parse(), Point)
    song = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Song))
    assert_type(client.chat_completion(song).parse()["title"], str)
    span = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Span))
    assert_type(client.chat_completion(span).parse(), Span)
    town = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Town))
    assert_type(client.chat_completion(town).parse().name, str)
    numbers = new_chat_completion_request(
        "echo/demo", ASK, with_response_json_schema(list[int], name="numbers")
    )
    assert_type(client.chat_completion(numbers).parse(), list[int])


def with_other_options(client: Client) -> None:
    """The type stays whatever else is asked for, before it or after it."""
    request = new_chat_completion_request(
        "echo/demo", ASK, with_temperature(0), with_response_json_schema(Weather)
    )
    assert_type(request, ChatCompletionRequest[Weather])
    assert_type(request.with_options(with_temperature(1)), ChatCompletionRequest[Weather])
    assert_type(
        request.with_options(with_response_json_schema(Point)), ChatCompletionRequest[Point]
    )
    schema = with_response_json_schema({"type": "object"})
    untyped = new_chat_completion_request("echo/demo", ASK, schema)
    assert_type(client.chat_completion(untyped).parse(), object)


def with_retries(client: Client) -> None:
    """`client.parse` gives the value and all that it took."""
    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    parsed = client.parse(request, retries=2)
    assert_type(parsed, ParsedResponse[Weather])
    assert_type(parsed.value, Weather)
    assert_type(parsed.response, ChatCompletionResponse[Weather])
    assert_type(parsed.tries, tuple[ChatCompletionResponse[Weather], ...])
    assert_type(parsed.usage, Usage)
    plain = new_chat_completion_request("echo/demo", ASK)
    assert_type(client.parse(plain, Point), ParsedResponse[Point])


def streamed(client: Client) -> None:
    """A stream folds to the same, and gives growing values on its way."""
    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    with client.chat_completion_stream(request) as stream:
        assert_type(stream, ChatCompletionStream[Weather])
        assert_type(stream.response(), ChatCompletionResponse[Weather])
        assert_type(stream.response().parse(), Weather)
    with client.chat_completion_stream(request) as stream:
        for partial in stream.partial():
            assert_type(partial, Partial[Weather])
            assert_type(partial.value, Weather | None)
            assert_type(partial.is_complete, bool)
            assert_type(partial["city"], object)
    plain = new_chat_completion_request("echo/demo", ASK)
    with client.chat_completion_stream(plain) as other:
        assert_type(other, ChatCompletionStream[object])


def of_another_type(client: Client) -> None:
    """A stream of a request without a form may be read as a type of the caller's."""
    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    with client.chat_completion_stream(request) as stream:
        for partial in stream.partial(Weather):
            assert_type(partial, Partial[Weather])


async def awaited() -> None:
    """The same with an async client."""
    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    async with AsyncClient("echo/demo") as client:
        assert_type(client, AsyncClient)
        response = await client.chat_completion(request)
        assert_type(response, ChatCompletionResponse[Weather])
        assert_type(response.parse(), Weather)
        parsed = await client.parse(request, retries=1)
        assert_type(parsed, ParsedResponse[Weather])
        plain = new_chat_completion_request("echo/demo", ASK)
        assert_type(await client.parse(plain, Point), ParsedResponse[Point])
        async with client.chat_completion_stream(request) as stream:
            assert_type(stream, AsyncChatCompletionStream[Weather])
            async for partial in stream.partial():
                assert_type(partial, Partial[Weather])
            assert_type(await stream.response(), ChatCompletionResponse[Weather])


def main() -> None:
    """All of it, against the provider that answers from within."""
    with Client("echo/demo") as client:
        of_each_kind(client)
        with_other_options(client)
        with_retries(client)
        streamed(client)
        of_another_type(client)
    asyncio.run(awaited())

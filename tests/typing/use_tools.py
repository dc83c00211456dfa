# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Tools and the loop that calls them, in both colours."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal, assert_type

from attrs import frozen

from llmkit import (
    AsyncClient,
    ChatCompletionResponse,
    Client,
    CompletionChunk,
    Message,
    Tool,
    ToolCall,
    ToolChoice,
    ToolLoopError,
    ToolResult,
    ToolRound,
    ToolRun,
    Usage,
    UserMessage,
    new_chat_completion_request,
    tool,
    with_response_json_schema,
    with_tool_choice,
    with_tools,
)


@frozen
class Weather:
    """What a model is asked for."""

    city: str
    degrees: float


def get_weather(city: str, unit: Literal["C", "F"] = "C") -> Weather:
    """The weather of a city."""
    return Weather(city, 20.0 if unit == "C" else 68.0)


@tool
def add(first: Annotated[int, "a number"], second: int) -> int:
    """Adds."""
    return first + second


async def look_up(name: str) -> str:
    """A function that awaits."""
    await asyncio.sleep(0)
    return name


ASK = [UserMessage("What is the weather in Paris?")]


def given(client: Client) -> None:
    """Functions, tools and mappings may stand side by side."""
    assert_type(add, Tool)
    made = tool(get_weather)
    assert_type(made, Tool)
    mapping = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    request = new_chat_completion_request(
        "echo/demo",
        ASK,
        with_tools([get_weather, add, mapping, Tool("g")]),
        with_tool_choice(ToolChoice.named("add")),
    )
    response = client.chat_completion(request)
    for call in response.tool_calls:
        assert_type(call, ToolCall)
        assert_type(call.name, str)


def allowed(call: ToolCall, about: Tool) -> bool | str:
    """A hook that is asked before each call."""
    return about.name != "add" or f"not {call.name}"


def loop(client: Client) -> None:
    """The loop keeps the type that the request asks for."""
    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))

    def enough(run: ToolRun[Weather]) -> bool:
        return run.usage.total_tokens > 10_000

    run = client.run_tools(request, tools=[get_weather], max_rounds=3, approve=allowed, stop=enough)
    assert_type(run, ToolRun[Weather])
    assert_type(run.response, ChatCompletionResponse[Weather])
    assert_type(run.rounds, tuple[ToolRound[Weather], ...])
    assert_type(run.messages, tuple[Message, ...])
    assert_type(run.usage, Usage)
    assert_type(run.parse(), Weather)
    plain = new_chat_completion_request("echo/demo", ASK, with_tools([get_weather]))
    assert_type(client.run_tools(plain), ToolRun[object])


def streamed(client: Client) -> None:
    """The same as a stream of chunks and results."""
    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    with client.run_tools_stream(request, tools=[get_weather]) as stream:
        for item in stream:
            assert_type(item, CompletionChunk | ToolResult)
            if isinstance(item, ToolResult):
                assert_type(item.error, Exception | None)
        assert_type(stream.result(), ToolRun[Weather])


def limited(error: ToolLoopError) -> None:
    """A limit that was reached holds what was done."""
    assert_type(error.run, ToolRun[object])


async def awaited() -> None:
    """The same with an async client, which takes async functions and hooks too."""

    async def ask(call: ToolCall, about: Tool) -> bool:
        return call.name == about.name

    request = new_chat_completion_request("echo/demo", ASK, with_response_json_schema(Weather))
    async with AsyncClient("echo/demo") as client:
        run = await client.run_tools(request, tools=[get_weather, look_up], approve=ask)
        assert_type(run, ToolRun[Weather])
        await client.run_tools(request, tools=[get_weather], approve=allowed)
        async with client.run_tools_stream(request, tools=[look_up]) as stream:
            async for item in stream:
                assert_type(item, CompletionChunk | ToolResult)
            assert_type(await stream.result(), ToolRun[Weather])


def main() -> None:
    """All of it, against the provider that answers from within."""
    with Client("echo/demo") as client:
        given(client)
        loop(client)
        streamed(client)
    asyncio.run(awaited())

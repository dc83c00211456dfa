"""A loop of tool calls: side by side, approved, streamed.

Run it as `python examples/tools.py`: the embedded model echo/demo needs no key and no network.
Another is named as an argument, `openai/gpt-4o`, or in `LLMKIT_MODEL`.
"""

from __future__ import annotations

import os
import sys
from typing import Literal

from attrs import frozen

from llmkit import ChatCompletionRequest, Client, Tool, ToolCall, ToolResult, UserMessage

MODEL = sys.argv[1] if sys.argv[1:] else os.environ.get("LLMKIT_MODEL", "echo/demo")
QUESTION = "How is the weather in Paris, and what time is it there?"


@frozen
class Weather:
    """The weather, now."""

    sky: Literal["clear", "cloudy"]
    degrees: float


def get_weather(city: str) -> Weather:
    """The weather in a city, now.

    Args:
        city: its name.
    """
    return Weather("clear", 21 + len(city) / 10)


def get_time(city: str) -> str:
    """The time in a city."""
    return f"noon in {city}"


def approve(call: ToolCall, tool: Tool) -> bool | str:
    """What a person would be asked."""
    print(f"may run: {call.name}({call.arguments_json})")
    return True


def whole(client: Client) -> None:
    """The loop, and what it came to."""
    request = ChatCompletionRequest(MODEL, [UserMessage(QUESTION)])
    run = client.run_tools(request, tools=[get_weather, get_time], approve=approve)
    for result in run.results:
        print(f"{result.name} -> {result.content}")
    print(run.content)
    print(f"({len(run.rounds)} rounds, {run.usage.total_tokens} tokens)")


def streamed(client: Client) -> None:
    """The same as it goes on."""
    request = ChatCompletionRequest(MODEL, [UserMessage(QUESTION)])
    with client.run_tools_stream(request, tools=[get_weather, get_time]) as stream:
        for item in stream:
            if isinstance(item, ToolResult):
                print(f"[{item.name}: {item.content}]")
            else:
                print(item.delta_message().content or "", end="", flush=True)
    print()


if __name__ == "__main__":
    with Client() as shared:
        for show in (whole, streamed):
            print(f"# {show.__doc__}")
            show(shared)
            print()

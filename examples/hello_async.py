"""The same as hello.py, awaited; and four questions at once.

Run it as `python examples/hello_async.py`: the embedded model echo/demo needs no key and no
network.
Another is named as an argument, `openai/gpt-4o`, or in `LLMKIT_MODEL`.
"""

from __future__ import annotations

import asyncio
import os
import sys

from attrs import frozen

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ToolMessage,
    UserMessage,
    new_chat_completion_request,
    with_response_json_schema,
    with_tools,
)

MODEL = sys.argv[1] if sys.argv[1:] else os.environ.get("LLMKIT_MODEL", "echo/demo")


def get_weather(city: str) -> str:
    """The weather in a city, now."""
    return f"21 degrees and sunny in {city}"


@frozen
class City:
    """A city, and where it is."""

    name: str
    country: str


async def answers(client: AsyncClient) -> None:
    """Four questions at once, and their whole answers."""
    requests = [
        ChatCompletionRequest(MODEL, [UserMessage(f"What is the capital of {country}?")])
        for country in ("France", "Italy", "Spain", "Portugal")
    ]
    for response in await asyncio.gather(*map(client.chat_completion, requests)):
        print(response.content)


async def stream(client: AsyncClient) -> None:
    """An answer as it comes, with what it cost."""
    request = ChatCompletionRequest(MODEL, [UserMessage("What is the capital of France?")])
    async with client.chat_completion_stream(request) as chunks:
        async for chunk in chunks:
            print(chunk.delta_message().content or "", end="", flush=True)
        whole = await chunks.response()
    print(f"\n({whole.usage.total_tokens} tokens in {whole.latency.total_seconds():.3f} s)")


async def tool_call(client: AsyncClient) -> None:
    """A question that needs a tool: the call, its result, and the answer."""
    question = UserMessage("What is the weather in Paris?")
    request = new_chat_completion_request(MODEL, [question], with_tools([get_weather]))
    message = (await client.chat_completion(request)).assistant_message()
    results = []
    for call in message.tool_calls:
        result = get_weather(str(call.arguments["city"]))
        results.append(ToolMessage(result, tool_call_id=call.id))
        print(f"{call.name}({call.arguments_json}) -> {result}")
    request = new_chat_completion_request(
        MODEL, [question, message, *results], with_tools([get_weather])
    )
    print((await client.chat_completion(request)).content)


async def json(client: AsyncClient) -> None:
    """An answer that is a value of a type."""
    question = UserMessage("Name a city, as JSON.")
    request = new_chat_completion_request(MODEL, [question], with_response_json_schema(City))
    city = (await client.chat_completion(request)).parse()
    print(f"{city.name}, {city.country}")


async def main() -> None:
    """Ask each in turn, through one client."""
    async with AsyncClient() as client:
        for ask in (answers, stream, tool_call, json):
            print(f"# {ask.__doc__}")
            await ask(client)
            print()


if __name__ == "__main__":
    asyncio.run(main())

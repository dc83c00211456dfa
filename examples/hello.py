"""An answer, a stream, a tool call and JSON, from any model.

Run it as `python examples/hello.py`: the embedded model echo/demo needs no key and no network.
Another is named as an argument, `openai/gpt-4o`, or in `LLMKIT_MODEL`.
"""

from __future__ import annotations

import os
import sys

from attrs import frozen

from llmkit import (
    ChatCompletionRequest,
    Client,
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


def answer(client: Client) -> None:
    """A question, and its whole answer."""
    request = ChatCompletionRequest(MODEL, [UserMessage("What is the capital of France?")])
    print(client.chat_completion(request).content)


def stream(client: Client) -> None:
    """The same as it comes, with what it cost."""
    request = ChatCompletionRequest(MODEL, [UserMessage("What is the capital of France?")])
    with client.chat_completion_stream(request) as chunks:
        for chunk in chunks:
            print(chunk.delta_message().content or "", end="", flush=True)
        whole = chunks.response()
    print(f"\n({whole.usage.total_tokens} tokens in {whole.latency.total_seconds():.3f} s)")


def tool_call(client: Client) -> None:
    """A question that needs a tool: the call, its result, and the answer."""
    question = UserMessage("What is the weather in Paris?")
    request = new_chat_completion_request(MODEL, [question], with_tools([get_weather]))
    message = client.chat_completion(request).assistant_message()
    results = []
    for call in message.tool_calls:
        result = get_weather(str(call.arguments["city"]))
        results.append(ToolMessage(result, tool_call_id=call.id))
        print(f"{call.name}({call.arguments_json}) -> {result}")
    request = new_chat_completion_request(
        MODEL, [question, message, *results], with_tools([get_weather])
    )
    print(client.chat_completion(request).content)


def json(client: Client) -> None:
    """An answer that is a value of a type."""
    question = UserMessage("Name a city, as JSON.")
    request = new_chat_completion_request(MODEL, [question], with_response_json_schema(City))
    city = client.chat_completion(request).parse()
    print(f"{city.name}, {city.country}")


if __name__ == "__main__":
    with Client() as shared:
        for ask in (answer, stream, tool_call, json):
            print(f"# {ask.__doc__}")
            ask(shared)
            print()

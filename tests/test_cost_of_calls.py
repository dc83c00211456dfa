"""What a call costs above its transport, counted: no clock, so that a busy machine changes
nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from test_cost import calls_of

from llmkit import ChatCompletionRequest, Client, Message, Tool
from llmkit._http import Headers, HttpRequest, HttpResponse, Timeout
from llmkit._json import dumps

ANSWERS: dict[str, Any] = {
    "openai/gpt-4o": {
        "id": "c",
        "choices": [{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    },
    "anthropic/claude-sonnet-4-5": {
        "id": "m",
        "content": [{"type": "text", "text": "a"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    "gemini/gemini-2.5-flash": {
        "candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1},
    },
}

each_wire = pytest.mark.parametrize("model", ANSWERS, ids=lambda model: model.partition("/")[0])


class AtOnce:
    """A transport that has its answer ready."""

    def __init__(self, body: bytes) -> None:
        self._answer = HttpResponse(200, Headers({"x-request-id": "r"}), body)

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        return self._answer

    def stream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> Any:
        raise AssertionError("nothing is streamed here")

    def close(self) -> None:
        pass


def asked(model: str, messages: list[Message], tools: int = 0) -> int:
    """How many calls of functions a request and its answer take, the second time."""
    transport = AtOnce(dumps(ANSWERS[model]))
    client = Client(model, api_key="k", transport=transport)
    given = tuple(messages)
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    described = tuple(Tool(f"f{number}", "d", schema) for number in range(tools))

    def ask() -> object:
        return client.chat_completion(ChatCompletionRequest(model, given, tools=described)).content

    assert ask() == "a"
    return calls_of(ask)


@each_wire
def test_a_small_call_is_a_few_steps(model: str) -> None:
    """Its validation, retries, limits and usage included: now 155 to 170, with C's functions."""
    assert asked(model, [Message.user("Hi")]) <= 210


def texts(count: int) -> list[Message]:
    """A conversation of texts."""
    return [(Message.assistant if i % 2 else Message.user)(f"{i}") for i in range(count)]


def rounds(count: int) -> list[Message]:
    """A conversation with a call and its result in each round."""
    said: list[Message] = []
    for number in range(count // 3):
        call = {"id": f"c{number}", "function": {"name": "f", "arguments": "{}"}}
        said.append(Message.user("Hi"))
        said.append(Message.from_dict({"role": "assistant", "content": "", "tool_calls": [call]}))
        said.append(Message.tool(f"c{number}", "done"))
    return said


def results(count: int) -> list[Message]:
    """A conversation in which many tools are called at once."""
    calls = [{"id": f"c{i}", "function": {"name": "f", "arguments": "{}"}} for i in range(count)]
    said: list[Message] = [Message.user("Hi")]
    said.append(Message.from_dict({"role": "assistant", "tool_calls": calls}))
    return said + [Message.tool(f"c{number}", "done") for number in range(count)]


@pytest.mark.parametrize("conversation", [texts, rounds, results])
@each_wire
def test_building_grows_with_the_messages_and_no_faster(
    model: str, conversation: Callable[[int], list[Message]]
) -> None:
    """Twice the messages are twice the work."""
    once, twice = asked(model, conversation(300)), asked(model, conversation(600))
    assert twice <= 2.1 * once


@each_wire
def test_a_plain_text_costs_a_few_steps(model: str) -> None:
    """Most messages are no more than a text: now 5 or 6 calls each."""
    assert (asked(model, texts(300)) - asked(model, texts(100))) / 200 <= 9


@each_wire
def test_building_grows_with_the_tools_and_no_faster(model: str) -> None:
    """Twice the tools are twice the work."""
    once, twice = asked(model, texts(1), tools=100), asked(model, texts(1), tools=200)
    assert twice <= 2.1 * once


_FIRST_ATTEMPT = """
import sys
from llmkit import Client, ChatCompletionRequest, UserMessage
client = Client("echo/m")
client.chat_completion(ChatCompletionRequest("echo/m", [UserMessage("Hi")]))
print("tenacity" in sys.modules)
"""


def test_retries_are_loaded_by_a_failure_only() -> None:
    """A call whose first attempt is answered never sees what tries again."""
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_ATTEMPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"

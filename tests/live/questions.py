"""One question for aimock: how it is asked, and what it comes to."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asking import Ask
from attrs import evolve, frozen

from llmkit import (
    ChatCompletionRequest,
    Message,
    Tool,
    ToolMessage,
    UserMessage,
)

from .expected import Expected
from .wires import Wire

Request = ChatCompletionRequest[Any]
Question = Callable[[Wire, Ask], Request]
"""Makes the request; it may ask others first."""


@frozen(kw_only=True)
class Case:
    """One question, and what it comes to.

    Args:
        scenario: the script that answers.
        about: what the question is about, where the scenario has several.
        question: makes the request.
        expect: what it comes to.
        streams: it is asked only as a stream, or only not.
        waits: it takes its time, so that it is asked beside others.
        client: arguments of the client.
    """

    scenario: str
    about: str = ""
    question: Question
    expect: Expected
    streams: bool | None = None
    waits: bool = False
    client: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """As in the names of tests."""
        return f"{self.scenario}-{self.about}" if self.about else self.scenario


@frozen
class Person:
    """What the JSON scenarios answer."""

    name: str
    age: int
    tags: list[str]


def _tool(name: str, *parameters: str) -> Tool:
    properties: dict[str, Any] = {parameter: {"type": "string"} for parameter in parameters}
    return Tool(name, parameters={"type": "object", "properties": properties})


TOOLS = [_tool("get_weather", "city", "unit"), _tool("get_time", "tz"), _tool("ping")]


def compact(value: object) -> str:
    """*value* as the server writes JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def question(
    name: str,
    *options: Any,
    thinks: bool = False,
    before: Sequence[Message] = (),
    **fields: Any,
) -> Question:
    """The bare question of the scenario *name*, after what was said *before*."""

    def made(wire: Wire, _: Ask) -> Request:
        request: Request = ChatCompletionRequest(
            (wire.thinks if thinks else "") or wire.model,
            [*before, UserMessage(f"SCENARIO={name};")],
            # The server counts the failures of a flaky answer apart for each of these.
            extra_headers={"X-Test-Id": uuid.uuid4().hex},
            **fields,
        )
        return request.with_options(*options)

    return made


def after_calls(name: str, *results: str) -> Question:
    """What is asked once the calls of the scenario *name* have had these *results*."""
    begins = question(name, tools=TOOLS)

    def made(wire: Wire, ask: Ask) -> Request:
        request = begins(wire, ask)
        message = ask(request).assistant_message()
        assert message is not None
        answers = [
            ToolMessage(result, tool_call_id=call.id)
            for call, result in zip(message.tool_calls, results, strict=True)
        ]
        return evolve(request, messages=[*request.messages, message, *answers])

    return made

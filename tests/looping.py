"""A loop of tool calls played from a script: in either colour, streamed or not."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from asking import WAYS, Way
from attrs import Factory, frozen
from colours import AsyncDoor, Door, SyncDoor

from llmkit import (
    ChatCompletionRequest,
    CompletionChunk,
    RetryPolicy,
    ToolResult,
    ToolRun,
    UserMessage,
)
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, chat_stream

ASKED: ChatCompletionRequest[Any] = ChatCompletionRequest("openai/gpt-4o", [UserMessage("Go")])


def call(name: str, **arguments: object) -> Mapping[str, object]:
    """A call that a scripted model makes."""
    return {"name": name, "arguments": arguments}


def calls(*made: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """Several of them, each with an id of its own: c0, c1, …"""
    return [{"id": f"c{index}", **each} for index, each in enumerate(made)]


Answer = (
    str | Mapping[str, object] | Sequence[Mapping[str, object]] | Exception | Reply | StreamReply
)
"""What the model says: a text, a call, several calls; or what happens instead."""


@frozen
class Loop:
    """Runs loops in one of the four ways, each by a client and a transport of its own."""

    way: Way
    transports: list[ScriptedTransport] = Factory(list)
    items: list[CompletionChunk | ToolResult] = Factory(list)

    @property
    def transport(self) -> ScriptedTransport:
        """That of the last loop."""
        return self.transports[-1]

    @property
    def awaits(self) -> bool:
        """Whether the client is an async one."""
        return self.way.name.startswith("async")

    def said(self, answer: Answer, **fields: Any) -> Reply | StreamReply | Exception:
        """*answer*, as it comes in this way."""
        if isinstance(answer, Exception | Reply | StreamReply):
            return answer
        text = answer if isinstance(answer, str) else None
        made = () if isinstance(answer, str) else answer
        given = calls(made) if isinstance(made, Mapping) else made
        if self.way.streams:
            return chat_stream(*filter(None, [text]), tool_calls=given, **fields)
        return chat_reply(text, tool_calls=given, **fields)

    def door(self, *answers: Answer, **client: Any) -> Door:
        """A client that is given these answers."""
        transport = ScriptedTransport(*map(self.said, answers))
        self.transports.append(transport)
        usual = {
            "api_key": "sk-key-0123456789",
            "transport": transport,
            "retry": RetryPolicy(attempts=1),
        }
        return self.way.colour("openai/gpt-4o", **{**usual, **client})

    def run(
        self, door: Door, request: ChatCompletionRequest[Any] = ASKED, **options: Any
    ) -> ToolRun[Any]:
        """What the loop comes to."""
        self.items.clear()
        stream: Any
        if isinstance(door, AsyncDoor):
            if not self.way.streams:
                run: ToolRun[Any] = door.run(door.client.run_tools(request, **options))
                return run

            async def read() -> ToolRun[Any]:
                async with door.client.run_tools_stream(request, **options) as stream:
                    async for item in stream:
                        self.items.append(item)
                    return await stream.result()  # type: ignore[no-any-return]

            return door.run(read())
        if not self.way.streams:
            whole: ToolRun[Any] = door.client.run_tools(request, **options)
            return whole
        with door.client.run_tools_stream(request, **options) as stream:
            for item in stream:
                self.items.append(item)
            last: ToolRun[Any] = stream.result()
        return last

    def __call__(
        self,
        *answers: Answer,
        request: ChatCompletionRequest[Any] = ASKED,
        **options: Any,
    ) -> ToolRun[Any]:
        """What the loop comes to whose model gives these answers, all of which are asked for."""
        with self.door(*answers) as door:
            run = self.run(door, request, **options)
        self.transport.assert_done()
        assert self.transport.open_streams == 0
        return run

    def sent(self, index: int = -1) -> Any:
        """The messages of a request, as they were sent."""
        return self.transport.requests[index].json()["messages"]

    def told(self, index: int = -1) -> list[str]:
        """What the tools answered in that request."""
        return [each["content"] for each in self.sent(index) if each["role"] == "tool"]


four_ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
"""Runs a test in both colours, streamed and not."""


def _only(which: Callable[[Loop], bool]) -> pytest.MarkDecorator:
    ways = [way for way in WAYS.values() if which(Loop(way))]
    return pytest.mark.parametrize("loop", ways, ids=lambda way: way.name, indirect=True)


only_streamed = _only(lambda loop: loop.way.streams)
"""Gives the fixture `loop` the two ways that are streamed."""

only_async = _only(lambda loop: loop.awaits)
"""Gives the fixture `loop` the two ways of the async client."""

LONG = 10.0
"""Seconds that a tool waits for another: over only where they do not run side by side."""


def numbered(name: str, count: int) -> Sequence[Mapping[str, object]]:
    """So many calls of one tool."""
    return calls(*(call(name, number=index) for index in range(count)))


class Reading:
    """A streamed loop, read step by step in either colour."""

    def __init__(self, door: Any, request: Any = ASKED, **options: Any) -> None:
        self.door = door
        self.stream = door.client.run_tools_stream(request, **options)

    def __iter__(self) -> Reading:
        return self

    def __next__(self) -> Any:
        if isinstance(self.door, SyncDoor):
            return next(self.stream)
        try:
            return self.door.run(anext(self.stream))
        except StopAsyncIteration:
            raise StopIteration from None

    def result(self) -> Any:
        """What the loop came to."""
        result = self.stream.result()
        return result if isinstance(self.door, SyncDoor) else self.door.run(result)

    def close(self) -> None:
        """End it."""
        if isinstance(self.door, SyncDoor):
            self.stream.close()
        else:
            self.door.run(self.stream.aclose())


def printed(program: str) -> str:
    """What a program prints, for which every warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout

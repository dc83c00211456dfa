"""A request of 400 KB: 200 messages and 20 tools."""

from __future__ import annotations

from typing import Any

from . import Samples, Task, made, run_async
from .call import async_calls, sync_calls

_TEXT = 'The quick brown fox jumps over the lazy dog; "quoted", a line\nand some é and 漢字. '


def conversation() -> list[dict[str, Any]]:
    """200 messages, of about 2,000 characters each."""
    roles = ("user", "assistant")
    return [
        {"role": roles[number % 2], "content": f"{number}: " + _TEXT * 23} for number in range(199)
    ] + [{"role": "user", "content": "And now?"}]


def tools() -> list[dict[str, Any]]:
    """20 tools, of ten parameters each."""
    properties = {
        f"field_{number}": {"type": "string", "description": f"What the field {number} is for."}
        for number in range(10)
    }
    schema = {"type": "object", "properties": properties, "required": ["field_0"]}
    return [
        {
            "type": "function",
            "function": {
                "name": f"tool_{number}",
                "description": f"Does the thing {number}, and tells what came of it.",
                "parameters": schema,
            },
        }
        for number in range(20)
    ]


def run(task: Task) -> Samples:
    """The µs of a call."""
    found: Samples = {}
    more = {"messages": conversation(), "tools": tools()}
    if "sync" in task.colours:
        client = task.module.make_client(task.setup("call", "sync", **more))
        found |= sync_calls(task, (1,), client)
    if "async" in task.colours:
        found |= run_async(lambda: _async(task, more))
    return found


async def _async(task: Task, more: dict[str, Any]) -> Samples:
    client = await made(task.module.make_client(task.setup("call", "async", **more)))
    return await async_calls(task, (1,), client)

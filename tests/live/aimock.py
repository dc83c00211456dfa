"""The scripted server aimock, on the OpenAI chat wire, and what its scripts say.

The server is `npx @copilotkit/aimock` with fixtures of its own: a message that holds
`SCENARIO=name;` is answered by the script of that name.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from llmkit import ChatCompletionRequest, RetryPolicy, Tool, UserMessage

from .colours import Ask

AIMOCK = os.environ.get("LLMKIT_AIMOCK", "")
NEEDS_AIMOCK = pytest.mark.skipif(not AIMOCK, reason="LLMKIT_AIMOCK does not name a server")

MODEL = "openai/gpt-4o"
THINKS = "openai/gpt-5"
"""A model whose thinking the server sends."""


def _tool(name: str, *parameters: str) -> Tool:
    properties: dict[str, Any] = {parameter: {"type": "string"} for parameter in parameters}
    return Tool(name, parameters={"type": "object", "properties": properties})


TOOLS = [_tool("get_weather", "city", "unit"), _tool("get_time", "tz"), _tool("ping")]


def ask_by(way: tuple[bool, bool]) -> Ask:
    """One of the ways to ask the server, in one attempt only."""
    client = {
        "api_key": "test",
        "base_url": f"{AIMOCK}/v1",
        "retry": RetryPolicy(attempts=1),
    }
    return Ask(*way, client)


def scenario_request(name: str, **fields: Any) -> ChatCompletionRequest[object]:
    """A request for the script *name*."""
    fields.setdefault("model", MODEL)
    return ChatCompletionRequest(messages=[UserMessage(f"SCENARIO={name};")], **fields)


TEXTS = {
    "text": "Hello from aimock.",
    "text-unicode": 'naïve café — 日本語 \u2028 end\t"q" \\ /',
    "text-emoji": "🙂👩‍👩‍👧 whole",
    "text-surrogates": "🙂 torn: aimock cuts by UTF-16 unit",
    "text-long": (
        "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs."
        " How vexingly quick daft zebras jump! Sphinx of black quartz, judge my vow.\n\n"
        "Second paragraph with\r\nCRLF inside and a blank line.\n\n"
        "data: not an event\n\n[DONE]\n"
    ),
    "slow-first": "slow to start, then quick",
    "slow-chunks": "slow and steady chunks",
}
"""What the scripts of these names say."""

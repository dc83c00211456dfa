"""Anthropic's own SDK."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told

anthropic: Any = import_module("anthropic")  # by name, for mypy: see openai.py


class Asking(NamedTuple):
    """A client, and what it asks."""

    client: Any
    arguments: dict[str, Any]


def make_client(setup: Setup) -> Asking:
    """A client."""
    kind = anthropic.Anthropic if setup.colour == "sync" else anthropic.AsyncAnthropic
    model = MODELS["anthropic-messages"]
    arguments = {"model": model, "max_tokens": 1024, "messages": setup.messages}
    return Asking(kind(api_key=KEY, base_url=setup.url), arguments)


def call(asking: Asking) -> Told:
    """Ask."""
    return _told(asking.client.messages.create(**asking.arguments))


async def acall(asking: Asking) -> Told:
    """Ask."""
    return _told(await asking.client.messages.create(**asking.arguments))


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    for event in asking.client.messages.create(**asking.arguments, stream=True):
        if event.type == "content_block_delta":
            take(_piece(event.delta))
        elif event.type == "message_delta":
            tokens = event.usage.output_tokens
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    async for event in await asking.client.messages.create(**asking.arguments, stream=True):
        if event.type == "content_block_delta":
            take(_piece(event.delta))
        elif event.type == "message_delta":
            tokens = event.usage.output_tokens
    return tokens


def _piece(delta: Any) -> str:
    kind = delta.type
    text: str
    if kind == "text_delta":
        text = delta.text
    elif kind == "input_json_delta":
        text = delta.partial_json
    else:
        text = delta.thinking
    return text


def _told(answer: Any) -> Told:
    return Told(answer.content[0].text, answer.usage.output_tokens)

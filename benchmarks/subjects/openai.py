"""OpenAI's own SDK."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told
from .openai_form import STREAM, piece

# By name: mypy then needs none of the subjects' libraries to look at these files.
openai: Any = import_module("openai")


class Asking(NamedTuple):
    """A client, and what it asks."""

    client: Any
    arguments: dict[str, Any]


def make_client(setup: Setup) -> Asking:
    """A client."""
    kind = openai.OpenAI if setup.colour == "sync" else openai.AsyncOpenAI
    arguments = {"model": MODELS["openai-chat"], "messages": setup.messages}
    if setup.tools:
        arguments["tools"] = setup.tools
    return Asking(kind(api_key=KEY, base_url=setup.url + "/v1"), arguments)


def call(asking: Asking) -> Told:
    """Ask."""
    return _told(asking.client.chat.completions.create(**asking.arguments))


async def acall(asking: Asking) -> Told:
    """Ask."""
    return _told(await asking.client.chat.completions.create(**asking.arguments))


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    for chunk in asking.client.chat.completions.create(**asking.arguments, **STREAM):
        if text := piece(chunk):
            take(text)
        if chunk.usage:
            tokens = chunk.usage.completion_tokens
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    chunks = await asking.client.chat.completions.create(**asking.arguments, **STREAM)
    async for chunk in chunks:
        if text := piece(chunk):
            take(text)
        if chunk.usage:
            tokens = chunk.usage.completion_tokens
    return tokens


def _told(answer: Any) -> Told:
    return Told(answer.choices[0].message.content, answer.usage.completion_tokens)

"""any-llm, on OpenAI's SDK."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told
from .openai_form import STREAM, piece

any_llm: Any = import_module("any_llm")  # by name, for mypy: see openai.py


class Asking(NamedTuple):
    """A client, and what it asks."""

    client: Any
    arguments: dict[str, Any]


def make_client(setup: Setup) -> Asking:
    """A client."""
    client = any_llm.AnyLLM.create("openai", api_key=KEY, api_base=setup.url + "/v1")
    arguments: dict[str, Any] = {
        "model": MODELS["openai-chat"],
        "messages": list(setup.messages),
    }
    if setup.tools:
        arguments["tools"] = list(setup.tools)
    return Asking(client, arguments)


def call(asking: Asking) -> Told:
    """Ask."""
    return _told(asking.client.completion(**asking.arguments))


async def acall(asking: Asking) -> Told:
    """Ask."""
    return _told(await asking.client.acompletion(**asking.arguments))


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    for chunk in asking.client.completion(**asking.arguments, **STREAM):
        if text := piece(chunk):
            take(text)
        if chunk.usage:
            tokens = chunk.usage.completion_tokens
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    async for chunk in await asking.client.acompletion(**asking.arguments, **STREAM):
        if text := piece(chunk):
            take(text)
        if chunk.usage:
            tokens = chunk.usage.completion_tokens
    return tokens


def _told(answer: Any) -> Told:
    return Told(answer.choices[0].message.content, answer.usage.completion_tokens)

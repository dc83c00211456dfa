"""liter-llm: a core in Rust."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told
from .openai_form import STREAM, piece

liter_llm: Any = import_module("liter_llm")  # by name, for mypy: see openai.py
# The client takes no other: the public class of this name is a dataclass beside it.
Request: Any = import_module("liter_llm._internal_bindings").ChatCompletionRequest


class Asking(NamedTuple):
    """A client, and what it asks."""

    client: Any
    arguments: dict[str, Any]


def make_client(setup: Setup) -> Asking:
    """A client."""
    client = liter_llm.create_client(KEY, base_url=setup.url + "/v1")
    arguments: dict[str, Any] = {
        "model": MODELS["openai-chat"],
        "messages": list(setup.messages),
    }
    if setup.tools:
        arguments["tools"] = list(setup.tools)
    return Asking(client, arguments)


def _request(asking: Asking, more: dict[str, Any]) -> Any:
    text = json.dumps({**asking.arguments, **more})
    return Request.from_json(text)


async def acall(asking: Asking) -> Told:
    """Ask."""
    answer = await asking.client.chat(_request(asking, {}))
    # Its content is an object of its own, whose text str() gives.
    return Told(str(answer.choices[0].message.content), answer.usage.completion_tokens)


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    async for chunk in asking.client.chat_stream(_request(asking, STREAM)):
        if text := piece(chunk):
            take(text)
        if chunk.usage:
            tokens = chunk.usage.completion_tokens
    return tokens

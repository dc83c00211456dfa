"""litellm."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told
from .openai_form import STREAM, piece

# Else it fetches its price list from the net when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
litellm: Any = import_module("litellm")  # by name, for mypy: see openai.py


class Asking(NamedTuple):
    """What is asked: there is no client, but functions."""

    arguments: dict[str, Any]


def make_client(setup: Setup) -> Asking:
    """A client."""
    arguments: dict[str, Any] = {"messages": list(setup.messages), "api_key": KEY}
    if setup.tools:
        arguments["tools"] = list(setup.tools)
    if setup.wire == "anthropic-messages":
        arguments |= {"model": f"anthropic/{MODELS[setup.wire]}", "api_base": setup.url}
    else:
        arguments |= {"model": f"openai/{MODELS[setup.wire]}", "api_base": setup.url + "/v1"}
    return Asking(arguments)


def call(asking: Asking) -> Told:
    """Ask."""
    return _told(litellm.completion(**asking.arguments))


async def acall(asking: Asking) -> Told:
    """Ask."""
    return _told(await litellm.acompletion(**asking.arguments))


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    for chunk in litellm.completion(**asking.arguments, **STREAM):
        if text := piece(chunk):
            take(text)
        tokens = _tokens(chunk) or tokens
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    async for chunk in await litellm.acompletion(**asking.arguments, **STREAM):
        if text := piece(chunk):
            take(text)
        tokens = _tokens(chunk) or tokens
    return tokens


def _tokens(chunk: Any) -> int | None:
    usage = getattr(chunk, "usage", None)
    return usage.completion_tokens if usage else None


def _told(answer: Any) -> Told:
    return Told(answer.choices[0].message.content, answer.usage.completion_tokens)

"""Google's own SDK."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told

genai: Any = import_module("google.genai")  # by name, for mypy: see openai.py


class Asking(NamedTuple):
    """The models of a client, and what they are asked."""

    models: Any
    arguments: dict[str, Any]
    client: Any  # to be kept: its end closes the connections


def make_client(setup: Setup) -> Asking:
    """A client."""
    client = genai.Client(api_key=KEY, http_options=genai.types.HttpOptions(base_url=setup.url))
    texts = [{"text": message["content"]} for message in setup.messages]
    contents = [{"role": "user", "parts": [text]} for text in texts]
    models = client.models if setup.colour == "sync" else client.aio.models
    return Asking(models, {"model": MODELS["gemini"], "contents": contents}, client)


def call(asking: Asking) -> Told:
    """Ask."""
    return _told(asking.models.generate_content(**asking.arguments))


async def acall(asking: Asking) -> Told:
    """Ask."""
    return _told(await asking.models.generate_content(**asking.arguments))


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    for chunk in asking.models.generate_content_stream(**asking.arguments):
        if text := _piece(chunk):
            take(text)
        tokens = chunk.usage_metadata.candidates_token_count
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    async for chunk in await asking.models.generate_content_stream(**asking.arguments):
        if text := _piece(chunk):
            take(text)
        tokens = chunk.usage_metadata.candidates_token_count
    return tokens


def _piece(chunk: Any) -> str | None:
    part = chunk.candidates[0].content.parts[0]
    text: str | None = part.function_call.name if part.function_call else part.text
    return text


def _told(answer: Any) -> Told:
    return Told(answer.text, answer.usage_metadata.candidates_token_count)

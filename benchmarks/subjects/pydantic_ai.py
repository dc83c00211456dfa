"""pydantic-ai's direct requests, on OpenAI's SDK."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told

# By name, for mypy: see openai.py.
direct: Any = import_module("pydantic_ai.direct")
messages: Any = import_module("pydantic_ai.messages")
OpenAIChatModel: Any = import_module("pydantic_ai.models.openai").OpenAIChatModel
OpenAIProvider: Any = import_module("pydantic_ai.providers.openai").OpenAIProvider


class Asking(NamedTuple):
    """A model, and what it is asked."""

    model: Any
    messages: list[Any]


def make_client(setup: Setup) -> Asking:
    """A client."""
    provider = OpenAIProvider(base_url=setup.url + "/v1", api_key=KEY)
    asked = [messages.ModelRequest.user_text_prompt(each["content"]) for each in setup.messages]
    return Asking(OpenAIChatModel(MODELS["openai-chat"], provider=provider), asked)


def call(asking: Asking) -> Told:
    """Ask."""
    return _told(direct.model_request_sync(asking.model, asking.messages))


async def acall(asking: Asking) -> Told:
    """Ask."""
    return _told(await direct.model_request(asking.model, asking.messages))


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    with direct.model_request_stream_sync(asking.model, asking.messages) as events:
        for event in events:
            if text := _piece(event):
                take(text)
        tokens: int = events.response.usage.output_tokens
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    async with direct.model_request_stream(asking.model, asking.messages) as events:
        async for event in events:
            if text := _piece(event):
                take(text)
        tokens: int = events.usage.output_tokens
    return tokens


def _piece(event: Any) -> str | None:
    text: str | None = None
    if event.event_kind == "part_delta":
        text = event.delta.content_delta
    elif event.event_kind == "part_start":  # the end of a part repeats all of it
        text = event.part.content
    return text


def _told(answer: Any) -> Told:
    return Told(answer.parts[0].content, answer.usage.output_tokens)

"""llmkit, as it is in this tree, with everything at its defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llmkit import AsyncClient, ChatCompletionRequest, Client, Message, Tool

from . import KEY, MODELS, Setup, Take, Told

if TYPE_CHECKING:
    from llmkit import CompletionChunk

_PROVIDERS = {"openai-chat": "openai", "anthropic-messages": "anthropic", "gemini": "gemini"}
_PATHS = {"openai-chat": "/v1", "anthropic-messages": "/v1", "gemini": "/v1beta"}


class Asking(NamedTuple):
    """A client, and what it asks: a conversation that it has as values."""

    client: Client | AsyncClient
    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]

    def request(self) -> ChatCompletionRequest[object]:
        """A request, made anew."""
        return ChatCompletionRequest(self.model, self.messages, tools=self.tools)


def make_client(setup: Setup) -> Asking:
    """A client."""
    provider = _PROVIDERS[setup.wire]
    kind = Client if setup.colour == "sync" else AsyncClient
    client = kind(provider=provider, api_key=KEY, base_url=setup.url + _PATHS[setup.wire])
    messages = tuple(Message.from_dict(message) for message in setup.messages)
    tools = tuple(Tool.from_dict(tool) for tool in setup.tools)
    return Asking(client, f"{provider}/{MODELS[setup.wire]}", messages, tools)


def call(asking: Asking) -> Told:
    """Ask."""
    assert isinstance(asking.client, Client)
    response = asking.client.chat_completion(asking.request())
    return Told(response.content, response.usage.completion_tokens)


async def acall(asking: Asking) -> Told:
    """Ask."""
    assert isinstance(asking.client, AsyncClient)
    response = await asking.client.chat_completion(asking.request())
    return Told(response.content, response.usage.completion_tokens)


def stream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    assert isinstance(asking.client, Client)
    tokens = None
    with asking.client.chat_completion_stream(asking.request()) as chunks:
        for chunk in chunks:
            if text := _piece(chunk):
                take(text)
            if chunk.usage is not None:
                tokens = chunk.usage.completion_tokens
    return tokens


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    assert isinstance(asking.client, AsyncClient)
    tokens = None
    async with asking.client.chat_completion_stream(asking.request()) as chunks:
        async for chunk in chunks:
            if text := _piece(chunk):
                take(text)
            if chunk.usage is not None:
                tokens = chunk.usage.completion_tokens
    return tokens


def _piece(chunk: CompletionChunk) -> str | None:
    delta = chunk.delta_message()
    text = delta.content or delta.reasoning
    return text or (delta.tool_calls[0].arguments_json if delta.tool_calls else None)

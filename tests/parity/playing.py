"""Clients that play against a script, and ways to read what they sent."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from colours import Colour, Door

from llmkit import ChatCompletionRequest, UserMessage
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, sse

KEY = "sk-of-the-parity"
MISTRAL = "mistral/mistral-small-latest"
PLAIN: ChatCompletionRequest[object] = ChatCompletionRequest(MISTRAL, [UserMessage("Hi")])


def play(colour: Colour, *script: Any, model: str = "openai/gpt-4o", **client: Any) -> Any:
    """A client with a script, which `sent` reads."""
    transport = ScriptedTransport(*script)
    door: Any = colour(model, api_key=KEY, transport=transport, **client)
    door.transport = transport
    return door


def sent(door: Any, index: int = -1) -> dict[str, Any]:
    """The body of one of its requests, by default the last."""
    transport: ScriptedTransport = door.transport
    return dict(transport.requests[index].json())


def resolved(door: Door, value: Any) -> Any:
    """What a call of the client gives: a value, or in async what is awaited."""
    run = getattr(door, "run", None)
    return value if run is None else run(value)


def delta(content: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """An event of a stream in OpenAI's form."""
    said: dict[str, Any] = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": {**said, **more}, "finish_reason": finish}
    frame = {"id": "c-1", "object": "chat.completion.chunk", "created": 1735689600, "model": "m-1"}
    return sse({**frame, "choices": [choice]})


def whole(*choices: dict[str, Any], **more: Any) -> Reply:
    """A whole answer in OpenAI's form."""
    frame = {"id": "c-1", "object": "chat.completion", "created": 1735689600, "model": "m-1"}
    return Reply({**frame, "choices": list(choices), **more})


def streamed(*pieces: bytes) -> StreamReply:
    """A stream that ends as it should."""
    return StreamReply([*pieces, sse("[DONE]")])


def asked(colour: Colour, *options: Any, **fields: Any) -> dict[str, Any]:
    """The body that Mistral gets."""
    with play(colour, chat_reply("a"), model=MISTRAL) as door:
        request = evolve(PLAIN, **fields).with_options(*options)
        door.complete(request)
        return sent(door)


def answered(colour: Colour, reply: Reply) -> Any:
    """What comes of an answer of Mistral's."""
    with play(colour, reply, model=MISTRAL) as door:
        return door.complete(PLAIN)

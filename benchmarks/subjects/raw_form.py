"""A request and an answer as plain dicts, for those who have a bare HTTP library and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import orjson

from . import KEY, MODELS, Setup, Take, Told

Body = dict[str, Any]


class Form(NamedTuple):
    """How a wire is spoken by hand.

    Args:
        path: after the server's address, by whether it is a stream.
        headers: what the provider wants.
        body: the request, made anew for each call.
        told: what is read of a whole answer.
        event: gives an event's piece to *take*, and returns the tokens where it tells them.
    """

    path: Callable[[bool], str]
    headers: dict[str, str]
    body: Callable[[Setup, bool], Body]
    told: Callable[[Body], Told]
    event: Callable[[Body, Take], int | None]


def read_events(form: Form, rest: bytes, data: bytes, take: Take) -> tuple[bytes, int | None]:
    """The whole lines of *rest* and *data*: what is left of the last, and the tokens if told."""
    lines = (rest + data).split(b"\n")
    event, tokens = form.event, None
    for line in lines[:-1]:
        if line.startswith(b"data: ") and line != b"data: [DONE]":
            told = event(orjson.loads(line[6:]), take)
            if told is not None:
                tokens = told
    return lines[-1], tokens


def _openai_body(setup: Setup, stream: bool) -> Body:
    body: Body = {"model": MODELS["openai-chat"], "messages": setup.messages}
    if setup.tools:
        body["tools"] = setup.tools
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _openai_event(event: Body, take: Take) -> int | None:
    choices = event["choices"]
    if choices:
        delta = choices[0]["delta"]
        text = delta.get("content") or delta.get("reasoning_content")
        if text:
            take(text)
        elif calls := delta.get("tool_calls"):
            arguments = calls[0]["function"]["arguments"]
            if arguments:
                take(arguments)
    usage = event["usage"]
    return usage["completion_tokens"] if usage else None


def _anthropic_body(setup: Setup, stream: bool) -> Body:
    model = MODELS["anthropic-messages"]
    body: Body = {"model": model, "max_tokens": 1024, "messages": setup.messages}
    return {**body, "stream": True} if stream else body


def _anthropic_event(event: Body, take: Take) -> int | None:
    kind = event["type"]
    if kind == "content_block_delta":
        delta = event["delta"]
        take(delta.get("text") or delta.get("partial_json") or delta.get("thinking"))
    elif kind == "message_delta":
        tokens: int = event["usage"]["output_tokens"]
        return tokens
    return None


def _gemini_body(setup: Setup, stream: bool) -> Body:
    texts = [message["content"] for message in setup.messages]
    return {"contents": [{"role": "user", "parts": [{"text": text}]} for text in texts]}


def _gemini_event(event: Body, take: Take) -> int | None:
    part = event["candidates"][0]["content"]["parts"][0]
    text = part.get("text")
    if text:
        take(text)
    elif "functionCall" in part:
        take(part["functionCall"]["name"])
    tokens: int = event["usageMetadata"]["candidatesTokenCount"]
    return tokens


def _gemini_path(stream: bool) -> str:
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"/v1beta/models/{MODELS['gemini']}:{method}"


_JSON: Final = {"Content-Type": "application/json", "Accept": "application/json"}

FORMS: Final[dict[str, Form]] = {
    "openai-chat": Form(
        lambda stream: "/v1/chat/completions",
        {**_JSON, "Authorization": f"Bearer {KEY}"},
        _openai_body,
        lambda answer: Told(
            answer["choices"][0]["message"]["content"], answer["usage"]["completion_tokens"]
        ),
        _openai_event,
    ),
    "anthropic-messages": Form(
        lambda stream: "/v1/messages",
        {**_JSON, "x-api-key": KEY, "anthropic-version": "2023-06-01"},
        _anthropic_body,
        lambda answer: Told(answer["content"][0]["text"], answer["usage"]["output_tokens"]),
        _anthropic_event,
    ),
    "gemini": Form(
        _gemini_path,
        {**_JSON, "x-goog-api-key": KEY},
        _gemini_body,
        lambda answer: Told(
            answer["candidates"][0]["content"]["parts"][0]["text"],
            answer["usageMetadata"]["candidatesTokenCount"],
        ),
        _gemini_event,
    ),
}

"""A whole answer in the form of OpenAI's chat completions, understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from ..._http import HttpResponse
from ..._json import loads, mended
from ..._models.messages import AssistantMessage, AssistantPart
from ..._models.parts import (
    Citation,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse, created_at
from ..._models.tools import ToolCall
from ...errors import DecodeError
from .._base import made_up_id
from .answer import (
    arguments_text,
    citations,
    content_filter,
    content_parts,
    finish_reason,
    logprobs,
    reasoning_part,
    reasoning_text,
    text,
    text_of,
    usage,
)
from .error import error_in
from .made_media import Sound, images
from .think import split_think

if TYPE_CHECKING:
    from . import OpenAIChat


def parse(wire: OpenAIChat, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    body = response.body
    try:
        raw = loads(body, halves=True)
    except ValueError:
        if body.lstrip().startswith((b"data:", b"event:", b":")):
            return _streamed(wire, body)
        raw = None
    data = raw if b"\\u" not in body else mended(raw)
    if not isinstance(raw, dict) or not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=body)
    failure = error_in(data, response)
    if failure is not None:
        raise failure
    choices = data.get("choices")
    if not isinstance(choices, list):
        raise DecodeError("the answer has no choices", body=body)
    made = [
        choice(wire, item, position, data)
        for position, item in enumerate(choices)
        if isinstance(item, dict)
    ]
    return ChatCompletionResponse(
        id=str(data.get("id") or ""),
        object=str(data.get("object") or "chat.completion"),
        created=created_at(data.get("created")),
        model=str(data.get("model") or ""),
        provider=wire.provider,
        choices=tuple(sorted(made, key=lambda choice: choice.index)),
        usage=usage(wire, data.get("usage")),
        raw=raw,
    )


def _streamed(wire: OpenAIChat, body: bytes) -> ChatCompletionResponse[object]:
    """The answer of a server that streams whether it was asked to or not."""
    from ..._models.accumulate import fold
    from .stream import ChatDecoder

    decoder = ChatDecoder(wire)
    chunks = decoder.feed(body)
    return fold([*chunks, *decoder.close()], provider=wire.provider)


def choice(
    wire: OpenAIChat, data: Mapping[str, object], position: int, body: Mapping[str, object]
) -> ChatCompletionChoice:
    """One of the answers in *body*."""
    given = data.get("index")
    index = given if isinstance(given, int) and given >= 0 else position
    inner = data.get("message")
    message: Mapping[str, object] = inner if isinstance(inner, dict) else {}
    parts = _parts(wire, message, body)
    calls = _tool_calls(message, body.get("id"), index)
    raw = data.get("finish_reason")
    return ChatCompletionChoice(
        index,
        AssistantMessage.of_parts([*parts, *calls]),
        finish_reason(raw, bool(calls)),
        raw if isinstance(raw, str) else None,
        logprobs(data.get("logprobs")),
        content_filter(data),
    )


def _parts(
    wire: OpenAIChat, message: Mapping[str, object], body: Mapping[str, object]
) -> list[AssistantPart]:
    content = message.get("content")
    listed = content_parts(wire, content) if isinstance(content, list) else []
    said = None if isinstance(content, list) else text_of(content)
    parts: list[AssistantPart] = []
    details = message.get("reasoning_details")
    if isinstance(details, list) and details:
        parts += [part for item in details if (part := reasoning_part(wire, item)) is not None]
    if parts or any(isinstance(part, ReasoningPart) for part in listed):
        thinking = None
    else:
        thinking = reasoning_text(message)
        if thinking is None and wire.think_tags and said:
            thinking, said = split_think(said)
    if thinking:
        parts.append(ReasoningPart(thinking, provider=wire.provider or None))
    said_parts = [TextPart(said)] if said else listed
    found = citations(message, body)
    parts += _cited(said_parts, found) if found else said_parts
    if refusal := text(message.get("refusal")):
        parts.append(RefusalPart(refusal))
    return parts + _media(message)


def _cited(
    parts: Sequence[TextPart | ReasoningPart], found: tuple[Citation, ...]
) -> Iterator[TextPart | ReasoningPart]:
    """*parts*, the first text with what the answer cites."""
    for part in parts:
        if isinstance(part, TextPart):
            part, found = evolve(part, citations=found), ()
        yield part


def _media(message: Mapping[str, object]) -> list[AssistantPart]:
    """What an answer holds beside text."""
    sound = Sound()
    sound.add(message.get("audio"))
    heard = sound.part()
    return [*([heard] if heard is not None else []), *images(message)]


def _tool_calls(message: Mapping[str, object], response_id: object, index: int) -> list[ToolCall]:
    given = message.get("tool_calls")
    calls: list[ToolCall] = []
    for item in given if isinstance(given, list) else []:
        inner = item.get("function") if isinstance(item, dict) else None
        if not isinstance(inner, dict):
            continue
        call_id = text(item.get("id")) or made_up_id(response_id, index, len(calls))
        name, arguments = text(inner.get("name")), arguments_text(inner.get("arguments"))
        calls.append(ToolCall(call_id, name, arguments))
    if not calls and isinstance(old := message.get("function_call"), dict) and old.get("name"):
        call_id = made_up_id(response_id, index, 0)
        calls.append(ToolCall(call_id, text(old["name"]), arguments_text(old.get("arguments"))))
    return calls

"""A whole answer in the form of Cohere's chat, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from ..._http import HttpResponse
from ..._json import JsonValue, loads
from ..._models.logprobs import Logprobs
from ..._models.messages import AssistantMessage, AssistantPart
from ..._models.parts import ReasoningPart, TextPart
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse
from ..._models.tools import ToolCall
from ...errors import DecodeError
from .._base import made_up_id
from .answer import (
    arguments_text,
    citation,
    finish_reason,
    is_of_plan,
    mapping,
    offset_of,
    plan,
    text_of,
    token_logprob,
    usage,
)
from .error import error_in

if TYPE_CHECKING:
    from . import CohereV2


def parse(wire: CohereV2, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    body = response.body
    try:
        data = loads(body)
    except ValueError:
        if body.lstrip().startswith((b"event:", b"data:")):
            return _streamed(wire, body)
        data = None
    if not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=body)
    failure = error_in(data, response)
    if failure is not None:
        raise failure
    message = data.get("message")
    if not isinstance(message, dict):
        raise DecodeError("the answer has no message", body=body)
    response_id = text_of(data.get("id"))
    calls = _tool_calls(message.get("tool_calls"), response_id)
    raw = data.get("finish_reason")
    choice = ChatCompletionChoice(
        0,
        AssistantMessage.of_parts([*_parts(wire, message), *calls]),
        finish_reason(raw, calls=bool(calls)),
        raw if isinstance(raw, str) else None,
        _logprobs(data.get("logprobs")),
    )
    return ChatCompletionResponse(
        id=response_id,
        model=text_of(data.get("model")),
        provider=wire.provider,
        choices=(choice,),
        usage=usage(data.get("usage")),
        raw=data,
    )


def _streamed(wire: CohereV2, body: bytes) -> ChatCompletionResponse[object]:
    """The answer of a server that streams whether it was asked to or not."""
    from ..._models.accumulate import fold
    from .stream import CohereDecoder

    decoder = CohereDecoder(wire)
    chunks = decoder.feed(body)
    return fold([*chunks, *decoder.close()], provider=wire.provider)


def _parts(wire: CohereV2, message: Mapping[str, Any]) -> list[AssistantPart]:
    given = message.get("content")
    blocks = [{"type": "text", "text": given}] if isinstance(given, str) else given
    parts: list[AssistantPart] = []
    offsets: dict[int, int] = {}  # where each block of text begins in the answer's text
    places: dict[int, int] = {}  # and in which part it is
    length = 0
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, dict):
            continue
        text, thought = text_of(block.get("text")), text_of(block.get("thinking"))
        if thought:
            parts.append(ReasoningPart(thought, provider=wire.provider or None))
        if text:
            offsets[index], places[index] = length, len(parts)
            length += len(text)
            parts.append(TextPart(text))
    of_plan = _cite(parts, message.get("citations"), offsets, places)
    said = text_of(message.get("tool_plan"))
    if said:
        parts.append(plan(wire, said, of_plan))
    return parts


def _cite(
    parts: list[AssistantPart], given: object, offsets: dict[int, int], places: dict[int, int]
) -> list[JsonValue]:
    """Put the citations *given* on the texts that they are of; the plan's are returned."""
    of_plan: list[JsonValue] = []
    for raw in given if isinstance(given, list) else []:
        if not isinstance(raw, dict):
            continue
        if is_of_plan(raw):
            of_plan.append(raw)
        elif places:
            index = raw.get("content_index")
            place = places.get(index) if isinstance(index, int) else next(iter(places.values()))
            if place is None:
                place = max(places.values())
            part = cast("TextPart", parts[place])
            cited = citation(raw, offset_of(raw, offsets))
            parts[place] = evolve(part, citations=(*part.citations, cited))
    return of_plan


def _tool_calls(given: object, response_id: str) -> list[ToolCall]:
    calls: list[ToolCall] = []
    for item in given if isinstance(given, list) else []:
        function = mapping(mapping(item).get("function"))
        if not function:
            continue
        call_id = text_of(item.get("id")) or made_up_id(response_id, 0, len(calls))
        arguments = arguments_text(function.get("arguments"))
        calls.append(ToolCall(call_id, text_of(function.get("name")), arguments))
    return calls


def _logprobs(given: object) -> Logprobs | None:
    items = [token_logprob(item) for item in given] if isinstance(given, list) else []
    tokens = tuple(token for token in items if token is not None)
    return Logprobs(tokens) if tokens else None

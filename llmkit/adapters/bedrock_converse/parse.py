"""A whole answer in the form of Bedrock's Converse, understood.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._http import HttpResponse
from ..._json import loads
from ..._models.messages import AssistantMessage, AssistantPart
from ..._models.parts import ReasoningPart, TextPart
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse
from ..._models.tools import ToolCall
from ...errors import DecodeError
from .._base import made_up_id, request_id
from .answer import arguments_text, citation, finish_reason, image, mapping, string, usage
from .error import error_in

if TYPE_CHECKING:
    from . import BedrockConverse


def parse(wire: BedrockConverse, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    try:
        data = loads(response.body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=response.body)
    message = mapping(data.get("output")).get("message")
    if not isinstance(message, dict):
        failure = error_in(data, response)
        raise failure or DecodeError("the answer has no message", body=response.body)
    answer_id = request_id(response.headers) or ""
    parts = _parts(wire, message.get("content"), answer_id)
    raw = data.get("stopReason")
    calls = any(isinstance(part, ToolCall) for part in parts)
    return ChatCompletionResponse(
        id=answer_id,
        created=None,
        model=model_of(data.get("trace")),
        provider=wire.provider,
        choices=(
            ChatCompletionChoice(
                0, AssistantMessage.of_parts(parts), finish_reason(raw, calls), string(raw)
            ),
        ),
        usage=usage(data.get("usage")),
        raw=data,
    )


def model_of(trace: object) -> str:
    """The model that a prompt router has chosen; "" where there was no choice."""
    return string(mapping(mapping(trace).get("promptRouter")).get("invokedModelId")) or ""


def _parts(wire: BedrockConverse, content: object, answer_id: str) -> list[AssistantPart]:
    """The blocks of an answer in order; what a tool of AWS's own does stays in `raw`."""
    parts: list[AssistantPart] = []
    calls = 0
    for block in content if isinstance(content, list) else []:
        if not isinstance(block, dict):
            continue
        part = _part(wire, block)
        if isinstance(part, ToolCall):
            if not part.id:
                part = ToolCall(made_up_id(answer_id, 0, calls), part.name, part.arguments_json)
            calls += 1
        if part is not None:
            parts.append(part)
    return parts


def _part(wire: BedrockConverse, block: Mapping[str, object]) -> AssistantPart | None:
    text = block.get("text")
    if isinstance(text, str):
        return TextPart(text) if text else None
    if isinstance(cited := block.get("citationsContent"), dict):
        return _cited(cited)
    if isinstance(thought := block.get("reasoningContent"), dict):
        return _reasoning(wire, thought)
    if isinstance(use := block.get("toolUse"), dict):
        if use.get("type") == "server_tool_use":
            return None
        name = string(use.get("name")) or ""
        return ToolCall(string(use.get("toolUseId")) or "", name, arguments_text(use.get("input")))
    picture = mapping(block.get("image"))
    return image(picture.get("format"), picture.get("source"))


def _cited(data: Mapping[str, object]) -> TextPart:
    pieces, sources = data.get("content"), data.get("citations")
    texts = [
        string(mapping(piece).get("text")) or ""
        for piece in (pieces if isinstance(pieces, list) else [])
    ]
    found = [
        citation(source)
        for source in (sources if isinstance(sources, list) else [])
        if isinstance(source, dict)
    ]
    return TextPart("".join(texts), citations=tuple(found))


def _reasoning(wire: BedrockConverse, data: Mapping[str, object]) -> ReasoningPart | None:
    told = mapping(data.get("reasoningText"))
    text, seal = string(told.get("text")), string(told.get("signature"))
    hidden = string(data.get("redactedContent"))
    if not text and not seal and not hidden:
        return None
    return ReasoningPart(
        text or "", signature=seal, encrypted=hidden, provider=wire.provider or None
    )

"""A whole answer in the form of Anthropic's Messages, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._http import HttpResponse
from ..._json import loads
from ..._models.made import made_choice, made_response
from ..._models.messages import AssistantPart
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse
from ...errors import DecodeError
from .answer import finish_reason, part, text_of, tool_call, usage
from .error import error_in

if TYPE_CHECKING:
    from . import AnthropicMessages


def parse(wire: AnthropicMessages, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    body = response.body
    try:
        data = loads(body)
    except ValueError:
        if body.lstrip()[:6] in (b"event:", b"data: ", b"data:{"):
            return _streamed(wire, body)
        data = None
    if not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=body)
    failure = error_in(data, response)
    if failure is not None:
        raise failure
    content = data.get("content")
    if not isinstance(content, list):
        raise DecodeError("the answer has no content", body=body)
    return made_response(
        text_of(data.get("id")),
        text_of(data.get("model")),
        wire.provider,
        (_choice(wire, content, data),),
        usage(data.get("usage")),
        data,
    )


def _choice(
    wire: AnthropicMessages, content: list[object], data: Mapping[str, object]
) -> ChatCompletionChoice:
    parts: list[AssistantPart] = []
    calls = 0
    for block in content:
        if not isinstance(block, dict):
            continue
        if block.get("type") == "tool_use":
            parts.append(tool_call(wire, block, text_of(data.get("id")), calls))
            calls += 1
        elif (made := part(wire, block)) is not None:
            parts.append(made)
    raw = data.get("stop_reason")
    return made_choice(
        0,
        tuple(parts),
        finish_reason(raw, calls=calls > 0),
        text_of(raw) or None,
    )


def _streamed(wire: AnthropicMessages, body: bytes) -> ChatCompletionResponse[object]:
    """The answer of a server that streams whether it was asked to or not."""
    from ..._models.accumulate import fold
    from .stream import MessagesDecoder

    decoder = MessagesDecoder(wire)
    chunks = decoder.feed(body)
    return fold([*chunks, *decoder.close()], provider=wire.provider)

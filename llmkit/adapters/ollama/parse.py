"""A whole answer in the form of Ollama's chat, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._http import HttpResponse
from ..._json import loads
from ..._models.messages import AssistantMessage, AssistantPart
from ..._models.parts import ReasoningPart, TextPart
from ..._models.response import (
    ChatCompletionChoice,
    ChatCompletionResponse,
    FinishReason,
    created_at,
)
from ..._models.tools import ToolCall
from ...errors import DecodeError
from .answer import (
    finish_reason,
    images,
    logprobs,
    text_of,
    thinking,
    tool_call,
    unix_time,
    usage,
)
from .error import error_in

if TYPE_CHECKING:
    from . import Ollama


def parse(wire: Ollama, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    body = response.body
    try:
        data = loads(body)
    except ValueError:
        if b"\n" in body.strip():
            return _streamed(wire, body)
        data = None
    if not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=body)
    failure = error_in(data, response)
    if failure is not None:
        raise failure
    if not isinstance(data.get("message"), dict):
        raise DecodeError("the answer has no message", body=body)
    return answer(wire, data)


def answer(wire: Ollama, data: dict[str, Any]) -> ChatCompletionResponse[object]:
    """The answer that *data*, an object of the wire with a message, is."""
    message: Mapping[str, Any] = data["message"]
    calls = _tool_calls(message.get("tool_calls"), text_of(data.get("created_at")))
    raw = data.get("done_reason")
    reason = finish_reason(raw, calls=bool(calls))
    choice = ChatCompletionChoice(
        0,
        AssistantMessage.of_parts([*_parts(wire, message), *calls]),
        FinishReason.OTHER if data.get("done") is False else reason,
        raw if isinstance(raw, str) else None,
        logprobs(data.get("logprobs")),
    )
    return ChatCompletionResponse(
        created=created_at(unix_time(data.get("created_at"))),
        model=text_of(data.get("model")),
        provider=wire.provider,
        choices=(choice,),
        usage=usage(data),
        raw=data,
    )


def _streamed(wire: Ollama, body: bytes) -> ChatCompletionResponse[object]:
    """The answer of a server that streams whether it was asked to or not."""
    from ..._models.accumulate import fold
    from .stream import OllamaDecoder

    decoder = OllamaDecoder(wire)
    chunks = decoder.feed(body)
    return fold([*chunks, *decoder.close()], provider=wire.provider)


def _parts(wire: Ollama, message: Mapping[str, Any]) -> list[AssistantPart]:
    parts: list[AssistantPart] = []
    if thought := thinking(message):
        parts.append(ReasoningPart(thought, provider=wire.provider or None))
    if text := text_of(message.get("content")):
        parts.append(TextPart(text))
    return [*parts, *images(message.get("images"))]


def _tool_calls(given: object, seed: str) -> list[ToolCall]:
    calls: list[ToolCall] = []
    for item in given if isinstance(given, list) else []:
        call = tool_call(item, seed, len(calls))
        if call is not None:
            calls.append(call)
    return calls

"""A whole answer in the form of OpenAI's Responses, understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from ..._http import HttpResponse
from ..._json import loads
from ..._models.messages import AssistantMessage
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse, created_at
from ...errors import DecodeError
from .answer import contents, finish_reason, logprobs, parts, text_of, usage
from .error import error_in

if TYPE_CHECKING:
    from . import OpenAIResponses


def parse(wire: OpenAIResponses, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    body = response.body
    try:
        data = loads(body)
    except ValueError:
        if body.lstrip().startswith((b"data:", b"event:", b":")):
            return _streamed(wire, body)
        data = None
    if not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=body)
    failure = error_in(data, response)
    if failure is not None:
        raise failure
    output = data.get("output")
    if not isinstance(output, list):
        raise DecodeError("the answer has no output", body=body)
    return ChatCompletionResponse(
        id=text_of(data.get("id")),
        created=created_at(data.get("created_at")),
        model=text_of(data.get("model")),
        provider=wire.provider,
        choices=(_choice(wire, data, output),),
        usage=usage(data.get("usage")),
        raw=data,
    )


def _streamed(wire: OpenAIResponses, body: bytes) -> ChatCompletionResponse[object]:
    """The answer of a server that streams whether it was asked to or not."""
    from ..._models.accumulate import fold
    from .stream import ResponsesDecoder

    decoder = ResponsesDecoder(wire)
    chunks = decoder.feed(body)
    answer = fold([*chunks, *decoder.close()], provider=wire.provider)
    return evolve(answer, raw=decoder.response)


def _choice(
    wire: OpenAIResponses, data: dict[str, object], output: list[object]
) -> ChatCompletionChoice:
    message = AssistantMessage.of_parts(list(parts(wire, output, data.get("id"))))
    status = data.get("status")
    details = data.get("incomplete_details")
    return ChatCompletionChoice(
        0,
        message,
        finish_reason(status, details, calls=bool(message.tool_calls)),
        text_of(status) or None,
        logprobs(_tokens(output)),
    )


def _tokens(output: list[object]) -> list[object]:
    """The tokens of every text, one after the other."""
    found: list[object] = []
    for item in output:
        for content in contents(item) if isinstance(item, dict) else ():
            tokens = content.get("logprobs") if isinstance(content, dict) else None
            found += tokens if isinstance(tokens, list) else []
    return found

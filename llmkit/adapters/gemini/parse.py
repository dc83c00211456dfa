"""A whole answer of generateContent, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from ..._http import HttpResponse
from ..._json import loads
from ..._models.messages import AssistantMessage, AssistantPart
from ..._models.parts import Citation, TextPart
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from ..._models.tools import ToolCall
from ...errors import DecodeError
from .._base import made_up_id
from .answer import (
    answered_calls,
    block_reason,
    created,
    finish_reason,
    id_seed,
    logprobs,
    parts_of,
    read_part,
    usage,
)
from .citations import citations
from .error import empty, error_in

if TYPE_CHECKING:
    from . import Gemini

# A body without candidates is an answer all the same if any of these is there.
_KNOWN = ("candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId")


def parse(wire: Gemini, response: HttpResponse) -> ChatCompletionResponse[object]:
    """The answer in *response*, whose status says that it is one."""
    body = response.body
    try:
        data = loads(body)
    except ValueError:
        data = None
    failure = error_in(data, response)
    if failure is not None:
        raise failure
    if isinstance(data, list) or body.lstrip()[:5] == b"data:":
        return _streamed(wire, body)
    if not isinstance(data, dict):
        raise DecodeError("the answer is no JSON object", body=body)
    if not any(name in data for name in _KNOWN):
        raise DecodeError("the answer has no candidates", body=body)
    given = data.get("candidates")
    seed = id_seed(data) if b"functionCall" in body else ""  # it is for ids of calls
    choices = [
        _choice(wire, item, position, seed)
        for position, item in enumerate(given if isinstance(given, list) else [])
        if isinstance(item, dict)
    ]
    if not choices:
        reason = block_reason(data)
        if reason is None:
            raise empty(response)
        choices = [blocked(reason)]
    return ChatCompletionResponse(
        id=str(data.get("responseId") or ""),
        created=created(data),
        model=str(data.get("modelVersion") or ""),
        provider=wire.provider,
        choices=tuple(sorted(choices, key=lambda choice: choice.index)),
        usage=usage(data.get("usageMetadata")),
        raw=data,
    )


def blocked(reason: str) -> ChatCompletionChoice:
    """What stands for an answer where the prompt itself was refused."""
    message = AssistantMessage.of_parts(())
    return ChatCompletionChoice(0, message, FinishReason.CONTENT_FILTER, reason)


def _streamed(wire: Gemini, body: bytes) -> ChatCompletionResponse[object]:
    """The answer of a server that streams whether it was asked to or not."""
    from ..._models.accumulate import fold
    from .stream import GeminiDecoder

    decoder = GeminiDecoder(wire)
    chunks = decoder.feed(body)
    return fold([*chunks, *decoder.close()], provider=wire.provider)


def _choice(
    wire: Gemini, data: Mapping[str, object], position: int, seed: str
) -> ChatCompletionChoice:
    given = data.get("index")
    index = given if isinstance(given, int) and given >= 0 else position
    parts: list[AssistantPart] = []
    texts: list[str] = []
    calls = open_calls = 0
    for item in parts_of(data):
        call_id = made_up_id(seed, index, calls) if "functionCall" in item else ""
        made = read_part(wire, item, call_id)
        texts.append("".join(part.text for part in made if isinstance(part, TextPart)))
        for part in made:
            calls += isinstance(part, ToolCall)
            open_calls += answered_calls(part)
        parts += made
    # Few answers cite.
    cites = "groundingMetadata" in data or "citationMetadata" in data
    cited = citations(data, texts) if cites else ()
    raw = data.get("finishReason")
    word = raw if isinstance(raw, str) and raw else None
    return ChatCompletionChoice(
        index,
        AssistantMessage.of_parts(_with_citations(parts, cited) if cited else parts),
        finish_reason(word, open_calls),
        word,
        logprobs(data.get("logprobsResult")),
    )


def _with_citations(parts: list[AssistantPart], cited: tuple[Citation, ...]) -> list[AssistantPart]:
    """*parts*, the last text among them with what is cited."""
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if isinstance(part, TextPart):
            return [*parts[:place], evolve(part, citations=cited), *parts[place + 1 :]]
    return parts

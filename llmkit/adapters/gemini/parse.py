"""A whole answer of generateContent, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ..._http import HttpResponse
from ..._json import as_text, loads
from ..._models.made import made_choice, made_response
from ..._models.messages import AssistantMessage, AssistantPart
from ..._models.parts import Citation, TextPart
from ..._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from ..._models.tools import ToolCall
from ...errors import DecodeError
from .._base import in_order, made_up_id
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
_KNOWN: Final = frozenset(
    {"candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId"}
)


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
    if not isinstance(data, dict):
        if isinstance(data, list) or body.lstrip()[:5] == b"data:":
            return _streamed(wire, body)
        raise DecodeError("the answer is no JSON object", body=body)
    if _KNOWN.isdisjoint(data):
        raise DecodeError("the answer has no candidates", body=body)
    given = data.get("candidates")
    choices = [
        _choice(wire, item, position, data)
        for position, item in enumerate(given if isinstance(given, list) else [])
        if isinstance(item, dict)
    ]
    if not choices:
        reason = block_reason(data)
        if reason is None:
            raise empty(response)
        choices = [blocked(reason)]
    return made_response(
        as_text(data.get("responseId") or ""),
        as_text(data.get("modelVersion") or ""),
        wire.provider,
        in_order(choices),
        usage(data.get("usageMetadata")),
        data,
        created=created(data) if "createTime" in data else None,
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
    wire: Gemini, data: Mapping[str, object], position: int, body: Mapping[str, object]
) -> ChatCompletionChoice:
    given = data.get("index")
    index = given if type(given) is int and given >= 0 else position
    parts: list[AssistantPart] = []
    texts: list[str] = []
    calls = open_calls = 0
    # Few answers cite.
    cites = "groundingMetadata" in data or "citationMetadata" in data
    for item in parts_of(data):
        call_id = made_up_id(id_seed(body), index, calls) if "functionCall" in item else ""
        made = read_part(wire, item, call_id)
        parts += made
        if cites:
            texts.append("".join(part.text for part in made if isinstance(part, TextPart)))
        for part in made:
            if type(part) is not TextPart:
                calls += isinstance(part, ToolCall)
                open_calls += answered_calls(part)
    cited = citations(data, texts) if cites else ()
    raw = data.get("finishReason")
    word = raw if isinstance(raw, str) and raw else None
    return made_choice(
        index,
        tuple(_with_citations(parts, cited) if cited else parts),
        finish_reason(word, open_calls),
        word,
        logprobs(data["logprobsResult"]) if "logprobsResult" in data else None,
    )


def _with_citations(parts: list[AssistantPart], cited: tuple[Citation, ...]) -> list[AssistantPart]:
    """*parts*, the last text among them with what is cited."""
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if isinstance(part, TextPart):
            return [*parts[:place], evolve(part, citations=cited), *parts[place + 1 :]]
    return parts

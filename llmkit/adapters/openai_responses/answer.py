"""The pieces that whole answers and streamed ones have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from ..._json import JsonObject, dumps
from ..._models.logprobs import Logprobs
from ..._models.messages import AssistantPart
from ..._models.parts import Citation, ReasoningPart, RefusalPart, TextPart
from ..._models.response import FinishReason
from ..._models.tools import ToolCall
from ..._models.usage import NO_USAGE, Usage
from .._base import made_up_id

if TYPE_CHECKING:
    from . import OpenAIResponses

Item: TypeAlias = Mapping[str, object]
"""One element of an answer's `output`."""

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "completed": FinishReason.STOP,
    "failed": FinishReason.ERROR,
    # Of an answer in the background: it is not there yet, or will not be.
    "in_progress": FinishReason.OTHER,
    "queued": FinishReason.OTHER,
    "cancelled": FinishReason.OTHER,
}
"""What the status of an answer says of its end.

Source: https://platform.openai.com/docs/api-reference/responses/object
"""

INCOMPLETE: Final[Mapping[str, FinishReason]] = {
    "max_output_tokens": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}
"""Why an answer is incomplete."""


def finish_reason(status: object, details: object, *, calls: bool) -> FinishReason:
    """The reason that the status, and the details of an incomplete answer, say.

    Where there is no status, and where it says "completed" over tool calls, the calls tell.
    """
    reason = FinishReason.STOP
    if status == "incomplete":
        why = text_of(details.get("reason")) if isinstance(details, dict) else ""
        # An answer that stops short and does not say why has come to its limit.
        reason = INCOMPLETE.get(why or "length", FinishReason.OTHER)
    elif isinstance(status, str) and status:
        reason = FINISH_REASONS.get(status, FinishReason.OTHER)
    return FinishReason.TOOL_CALLS if calls and reason is FinishReason.STOP else reason


def usage(raw: object) -> Usage:
    """Token counts: the wire's own meaning is llmkit's contract."""
    if not isinstance(raw, dict) or not raw:
        return NO_USAGE
    prompt, completion = _count(raw, "input_tokens"), _count(raw, "output_tokens")
    total = _count(raw, "total_tokens")
    details = _mapping(raw.get("input_tokens_details"))
    reasoning = _count(_mapping(raw.get("output_tokens_details")), "reasoning_tokens")
    # The total tells who counts thinking beside the answer.
    if reasoning and (total == prompt + completion + reasoning or reasoning > completion):
        completion += reasoning
    return Usage(
        prompt,
        completion,
        total or prompt + completion,
        _count(details, "cached_tokens"),
        _count(details, "cache_write_tokens"),
        reasoning,
        raw=raw,
    )


def _count(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    if type(value) is int and value > 0:
        return value
    return int(value) if isinstance(value, float) and 0 < value < 2**53 else 0


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def logprobs(tokens: object) -> Logprobs | None:
    """The likelihoods that a list of *tokens* says, or None."""
    if not tokens or not isinstance(tokens, list):
        return None
    found = Logprobs.from_dict({"content": tokens})
    return found if found.content else None


def parts(
    wire: OpenAIResponses, output: list[object], response_id: object
) -> Iterator[AssistantPart]:
    """Everything in an answer's *output*, in order."""
    calls = 0
    for item in output:
        if not isinstance(item, dict):
            continue
        match item.get("type"):
            case "message":
                yield from message_parts(wire, item)
            case "function_call":
                yield tool_call(wire, item, response_id, calls)
                calls += 1
            case "reasoning":
                yield reasoning(wire, item, "".join(thoughts(item)))
            case _:
                yield opaque(wire, item)


def contents(item: Item) -> list[object]:
    """What a message, or thinking, holds."""
    given = item.get("content")
    return given if isinstance(given, list) else []


def message_parts(wire: OpenAIResponses, item: Item) -> Iterator[TextPart | RefusalPart]:
    """The texts and refusals of a message."""
    sealed = seal(item, "id", "phase")
    for content in contents(item):
        if not isinstance(content, dict):
            continue
        if refusal := text_of(content.get("refusal")):
            yield RefusalPart(refusal)
        text, cited = text_of(content.get("text")), citations(content.get("annotations"))
        if text or cited:
            yield sealed_text(wire, text, cited, sealed)


def sealed_text(
    wire: OpenAIResponses, text: str, cited: tuple[Citation, ...], sealed: str | None
) -> TextPart:
    """A text with what the provider has said of it."""
    owner = None if sealed is None else wire.provider or None
    return TextPart(text, citations=cited, signature=sealed, provider=owner)


def tool_call(wire: OpenAIResponses, item: Item, response_id: object, index: int) -> ToolCall:
    """Call number *index*, from 0, that the model asks for."""
    sealed = seal_of_call(item)
    return ToolCall(
        text_of(item.get("call_id")) or made_up_id(response_id, 0, index),
        text_of(item.get("name")),
        arguments_text(item.get("arguments")),
        signature=sealed,
        provider=None if sealed is None else wire.provider or None,
    )


def seal(item: Item, *names: str) -> str | None:
    """What an item says of itself beside its words: it goes back with them, as it came."""
    kept = {name: item[name] for name in names if item.get(name) is not None}
    return dumps(kept).decode() if kept else None


def seal_of_call(item: Item) -> str | None:
    """What a call says of itself: its item's id, and whose call it is, where not the model's."""
    return seal(item, "id", "namespace", "caller")


def thoughts(item: Item, source: str | None = None) -> list[str]:
    """The visible thinking of a reasoning item: the thinking itself, else its summary.

    Args:
        item: the item.
        source: which of the two, "content" or "summary", where that is settled.
    """
    for name in ("content", "summary") if source is None else (source,):
        given = item.get(name)
        found = [
            text_of(piece.get("text"))
            for piece in (given if isinstance(given, list) else [])
            if isinstance(piece, dict)
        ]
        if any(found) or source is not None:
            return found
    return []


def reasoning(wire: OpenAIResponses, item: Item, text: str) -> ReasoningPart:
    """Thinking, with all that the provider wants to see again.

    Source: https://platform.openai.com/docs/guides/reasoning#keeping-reasoning-items-in-context
    """
    rest = {key: item[key] for key in item if key not in ("id", "encrypted_content", "status")}
    return ReasoningPart(
        text,
        encrypted=text_of(item.get("encrypted_content")) or None,
        id=text_of(item.get("id")) or None,
        provider=wire.provider or None,
        raw=cast("JsonObject", rest),
    )


def opaque(wire: OpenAIResponses, item: Item) -> ReasoningPart:
    """An item that means something to the provider alone: its own tools, and what comes next."""
    return ReasoningPart(provider=wire.provider or None, raw=cast("JsonObject", item))


def citations(value: object) -> tuple[Citation, ...]:
    """What a text cites: its annotations."""
    given = value if isinstance(value, list) else []
    return tuple(citation(item) for item in given if isinstance(item, dict))


def citation(raw: Mapping[str, object]) -> Citation:
    """One annotation."""
    return Citation(
        url=text_of(raw.get("url")) or None,
        title=text_of(raw.get("title")) or text_of(raw.get("filename")) or None,
        start=_place(raw.get("start_index", raw.get("index"))),
        end=_place(raw.get("end_index")),
        raw=cast("JsonObject", raw),
    )


def _place(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text_of(value: object) -> str:
    """*value*, where it is text; else ""."""
    return value if isinstance(value, str) else ""


def arguments_text(value: object) -> str:
    """The arguments of a call as JSON text; some servers send the object itself."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value).decode()

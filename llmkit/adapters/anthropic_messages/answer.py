"""The pieces that whole answers and streamed ones have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from ..._json import JsonObject, dumps
from ..._models.made import made_text, made_usage
from ..._models.parts import Citation, ReasoningPart, TextPart
from ..._models.response import FinishReason
from ..._models.tools import ToolCall
from ..._models.usage import NO_USAGE, Usage
from .._base import made_up_id

if TYPE_CHECKING:
    from . import AnthropicMessages

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.MODEL_LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
    "content_filter": FinishReason.CONTENT_FILTER,  # of servers that pass another wire's word on
    # Neither is an end: the answer goes on when it is sent back as it is.
    "pause_turn": FinishReason.OTHER,
    "compaction": FinishReason.OTHER,
}
"""Why an answer ended.

Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
"""


def finish_reason(raw: object, *, calls: bool) -> FinishReason:
    """The reason that *raw* says; where it says "stop" or nothing, tool calls tell."""
    reason = FinishReason.STOP
    if isinstance(raw, str) and raw:
        reason = FINISH_REASONS.get(raw, FinishReason.OTHER)
    return FinishReason.TOOL_CALLS if calls and reason is FinishReason.STOP else reason


def usage(raw: object, start: Mapping[str, object] | None = None) -> Usage:
    """Token counts under llmkit's contract: the wire's own leave the cache's out of the input.

    Args:
        raw: the provider's object; of a stream, its last.
        start: of a stream, its first: what it counted stands where the last does not say.
    """
    whole = said = raw if isinstance(raw, dict) else {}
    if start:
        whole = {**start, **said}
        known = {name: value for name, value in said.items() if value not in (None, {})}
        said = {**start, **known}
    if not whole:
        return NO_USAGE
    cached = _count(said.get("cache_read_input_tokens"))
    written = _count(said.get("cache_creation_input_tokens"))
    prompt = _count(said.get("input_tokens")) + cached + written
    completion = _count(said.get("output_tokens"))
    details = said.get("output_tokens_details")
    thought = _count(details.get("thinking_tokens")) if isinstance(details, dict) else 0
    return made_usage(
        prompt, completion, prompt + completion, cached, written, thought, cast("JsonObject", whole)
    )


def _count(value: object) -> int:
    return value if type(value) is int and value > 0 else 0


def part(wire: AnthropicMessages, block: Mapping[str, object]) -> TextPart | ReasoningPart | None:
    """The part that *block*, which is no tool call, is; None of an empty text.

    What is neither text nor thinking nor a call (tools that the provider runs itself and their
    results, compactions, whatever comes next) is kept whole, to be sent back as it came.
    """
    match block.get("type"):
        case "text":
            return _text(block)
        case "thinking":
            return ReasoningPart(
                text_of(block.get("thinking")),
                signature=text_of(block.get("signature")) or None,
                provider=wire.provider or None,
            )
        case "redacted_thinking":
            data = text_of(block.get("data"))
            return ReasoningPart(encrypted=data, provider=wire.provider or None)
        case _:
            return opaque(wire, block)


def _text(block: Mapping[str, object]) -> TextPart | None:
    text, given = text_of(block.get("text")), block.get("citations")
    if not given:
        return made_text(text) if text else None
    cited = citations(given)
    return TextPart(text, citations=cited) if text or cited else None


def tool_call(
    wire: AnthropicMessages, block: Mapping[str, object], response_id: str, index: int
) -> ToolCall:
    """Call number *index*, from 0, that the model asks for."""
    given = block.get("input")
    caller = seal_of_caller(block)
    return ToolCall(
        text_of(block.get("id")) or made_up_id(response_id, 0, index),
        text_of(block.get("name")),
        given if isinstance(given, str) else dumps({} if given is None else given).decode(),
        signature=caller,
        provider=None if caller is None else wire.provider or None,
    )


def seal_of_caller(block: Mapping[str, object]) -> str | None:
    """Who makes a call, where that is not the model itself but code that it has written.

    Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/programmatic-tool-calling
    """
    caller = block.get("caller")
    if not isinstance(caller, dict) or caller.get("type") == "direct":
        return None
    return dumps(caller).decode()


def opaque(wire: AnthropicMessages, block: Mapping[str, object]) -> ReasoningPart:
    """A block that means something to the provider alone."""
    return ReasoningPart(provider=wire.provider or None, raw=cast("JsonObject", block))


def citations(value: object) -> tuple[Citation, ...]:
    """What a text cites.

    Source: https://platform.claude.com/docs/en/build-with-claude/citations
    """
    given = value if isinstance(value, list) else []
    return tuple(citation(item) for item in given if isinstance(item, dict))


def citation(raw: Mapping[str, object]) -> Citation:
    """One place that a text cites. Its whole part is what the place speaks for."""
    return Citation(
        url=text_of(raw.get("url")) or text_of(raw.get("source")) or None,
        title=text_of(raw.get("title")) or text_of(raw.get("document_title")) or None,
        text=text_of(raw.get("cited_text")) or None,
        raw=cast("JsonObject", raw),
    )


def text_of(value: object) -> str:
    """*value*, where it is text."""
    return value if isinstance(value, str) else ""

"""The pieces that whole answers and streamed ones have in common.

Source: https://docs.cohere.com/v2/reference/chat#response
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from ..._json import JsonObject, JsonValue, dumps
from ..._models.logprobs import TokenLogprob
from ..._models.parts import Citation, ReasoningPart
from ..._models.response import FinishReason
from ..._models.usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from . import CohereV2

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "COMPLETE": FinishReason.STOP,
    "STOP_SEQUENCE": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "TOOL_CALL": FinishReason.TOOL_CALLS,
    "ERROR": FinishReason.ERROR,
    "TIMEOUT": FinishReason.ERROR,
}
"""The wire's words for why an answer ended."""


def finish_reason(raw: object, *, calls: bool) -> FinishReason:
    """The reason that *raw* says; where it says "complete" or nothing, tool calls tell."""
    reason = FinishReason.STOP
    if isinstance(raw, str) and raw:
        reason = FINISH_REASONS.get(raw, FinishReason.OTHER)
    return FinishReason.TOOL_CALLS if calls and reason is FinishReason.STOP else reason


def usage(raw: object) -> Usage:
    """Token counts under llmkit's contract: the real ones, where it gives them, and not those
    that it bills, which leave its own part of the prompt out.
    """
    if not isinstance(raw, dict):
        return NO_USAGE
    tokens, billed = mapping(raw.get("tokens")), mapping(raw.get("billed_units"))
    counted = tokens or billed
    if not counted:
        return NO_USAGE
    prompt, completion = _count(counted, "input_tokens"), _count(counted, "output_tokens")
    return Usage(
        prompt,
        completion,
        prompt + completion,
        cached_tokens=_count(raw, "cached_tokens"),
        reasoning_tokens=_count(tokens, "reasoning_tokens"),
        raw=raw,
    )


def _count(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    # Its numbers may be floats.
    return int(value) if isinstance(value, int | float) and 0 < value < 2**53 else 0


def token_logprob(item: object) -> TokenLogprob | None:
    """How likely a piece of text was. Of several tokens in one piece, all of them together."""
    if not isinstance(item, dict) or not isinstance(values := item.get("logprobs"), list):
        return None
    # An integer may be too large for a float, and then it is no likelihood.
    numbers = [value for value in values if isinstance(value, float) or type(value) is int]
    numbers = [float(value) for value in numbers if value < 2**53 and -value < 2**53]
    return TokenLogprob(text_of(item.get("text")), sum(numbers)) if numbers else None


def plan(wire: CohereV2, text: str, cited: list[JsonValue]) -> ReasoningPart:
    """The plan that a model makes before its calls: no thinking to be shown, and to go back."""
    raw: dict[str, JsonValue] = {"tool_plan": text}
    if cited:
        raw["citations"] = cited
    return ReasoningPart(provider=wire.provider or None, raw=raw)


def citation(raw: Mapping[str, object], offset: int | None) -> Citation:
    """Where a piece of the answer comes from: the first of its sources; `raw` has them all.

    Args:
        raw: the wire's object.
        offset: where the block that it is in begins in the answer's text; None: in no text.
    """
    sources = raw.get("sources")
    first = mapping(sources[0]) if isinstance(sources, list) and sources else {}
    told = mapping(first.get("document")) or mapping(first.get("tool_output"))
    return Citation(
        url=text_of(told.get("url")) or None,
        title=text_of(told.get("title")) or text_of(first.get("id")) or None,
        text=text_of(raw.get("text")) or None,
        start=_place(raw.get("start"), offset),
        end=_place(raw.get("end"), offset),
        raw=cast("JsonObject", raw),
    )


def _place(value: object, offset: int | None) -> int | None:
    return value + offset if type(value) is int and offset is not None else None


def offset_of(raw: Mapping[str, object], offsets: Mapping[int, int]) -> int | None:
    """Where the block that a citation is in begins in the answer's text; None: in no text.

    Args:
        raw: the citation.
        offsets: where each block of text begins.
    """
    if raw.get("type") not in (None, "TEXT_CONTENT"):
        return None
    index = raw.get("content_index")
    return offsets.get(index) if isinstance(index, int) else 0


def is_of_plan(raw: Mapping[str, object]) -> bool:
    """Whether a citation is of the plan, and not of the content."""
    return raw.get("type") == "PLAN"


def arguments_text(value: object) -> str:
    """The arguments of a call, as the text that they are."""
    if value is None or isinstance(value, str):
        return value or ""
    return dumps(value).decode()


def text_of(value: object) -> str:
    """*value*, where it is text; else ""."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, object]:
    """*value*, where it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}

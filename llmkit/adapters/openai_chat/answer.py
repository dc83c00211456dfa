"""The pieces that whole answers and streamed ones have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from ..._json import JsonObject, dumps, well_formed
from ..._models.logprobs import Logprobs, TokenLogprob
from ..._models.made import made_usage
from ..._models.parts import Citation, ReasoningPart, TextPart
from ..._models.response import FinishReason
from ..._models.usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from . import OpenAIChat

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "COMPLETE": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.MODEL_LENGTH,
    "model_context_window_exceeded": FinishReason.MODEL_LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "tool_use": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
    "sensitive": FinishReason.CONTENT_FILTER,
    "safety": FinishReason.CONTENT_FILTER,
    "refusal": FinishReason.CONTENT_FILTER,
    "error": FinishReason.ERROR,
    "abort": FinishReason.ERROR,
    "network_error": FinishReason.ERROR,
    "insufficient_system_resource": FinishReason.ERROR,
}
"""The words for why an answer ended, of all who speak this form."""


def finish_reason(raw: object, calls: bool) -> FinishReason:
    """The reason that *raw* says. Where it says none, and where it says "stop" over tool
    calls, the calls tell; a cut-off stays a cut-off."""
    if not raw or not isinstance(raw, str):
        return FinishReason.TOOL_CALLS if calls else FinishReason.STOP
    reason = FINISH_REASONS.get(raw, FinishReason.OTHER)
    if calls and reason is FinishReason.STOP:
        return FinishReason.TOOL_CALLS
    return reason


def usage(wire: OpenAIChat, raw: object) -> Usage:
    """Token counts under llmkit's contract, from *raw* in any of its shapes."""
    if not isinstance(raw, dict) or not raw:
        return NO_USAGE
    prompt = _count(raw, "prompt_tokens")
    completion = _count(raw, "completion_tokens")
    total = _count(raw, "total_tokens")
    details, more = raw.get("prompt_tokens_details"), raw.get("completion_tokens_details")
    cached = written = reasoning = 0
    if isinstance(details, dict):
        cached, written = _count(details, "cached_tokens"), _first(details, _WRITTEN)
    if isinstance(more, dict):
        reasoning = _count(more, "reasoning_tokens")
    if any(map(raw.get, _BESIDE)):
        cached = cached or _first(raw, _CACHED)
        written = written or _count(raw, "cache_creation_input_tokens")
        reasoning = reasoning or _count(raw, "reasoning_tokens")
    # The total tells who counts thinking beside the answer: xAI, by its own example.
    if reasoning and (
        wire.usage_excludes_reasoning
        or total == prompt + completion + reasoning
        or reasoning > completion
    ):
        completion += reasoning
    total = total or prompt + completion
    return made_usage(prompt, completion, total, cached, written, reasoning, raw)


_CACHED: Final = (
    "prompt_cache_hit_tokens",  # DeepSeek
    "cached_tokens",  # Moonshot
    "num_cached_tokens",  # Mistral
    "cache_read_input_tokens",  # Databricks
)
_WRITTEN: Final = (
    "cache_write_tokens",
    "cache_creation_tokens",
    "cache_creation_input_tokens",  # DashScope
)
# What only a few tell, and beside the totals.
_BESIDE: Final = (*_CACHED, "cache_creation_input_tokens", "reasoning_tokens")


def _first(data: Mapping[str, object], names: Sequence[str]) -> int:
    """The first count in *data* under one of *names* that is not 0."""
    if not any(map(data.get, names)):  # nearly always
        return 0
    return next((count for name in names if (count := _count(data, name))), 0)


def _count(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    if type(value) is int and value > 0:
        return value
    return int(value) if isinstance(value, float) and 0 < value < 2**53 else 0


def logprobs(raw: object) -> Logprobs | None:
    """The likelihoods that *raw* says, or None."""
    if not isinstance(raw, dict):
        return None
    found = Logprobs.from_dict(raw)
    if not (found.content or found.refusal):
        found = Logprobs(_columns(raw))
    return found if found.content or found.refusal else None


def _columns(raw: Mapping[str, object]) -> tuple[TokenLogprob, ...]:
    """Together's likelihoods: a list of tokens, and beside it lists of what is said of them.

    Source: https://docs.together.ai/docs/logprobs
    """
    tokens, values = _list(raw.get("tokens")), _list(raw.get("token_logprobs"))
    tops = _list(raw.get("top_logprobs"))
    return tuple(
        token_logprob(token, value, tops[index] if index < len(tops) else None)
        for index, (token, value) in enumerate(zip(tokens, values))
    )


def token_logprob(token: object, value: object, top: object) -> TokenLogprob:
    """One token by Together's word for it; *top* maps the likeliest tokens to their values."""
    likeliest = top.items() if isinstance(top, dict) else ()
    return TokenLogprob(
        well_formed(text(token)),
        _natural(value),
        top_logprobs=tuple(TokenLogprob(str(each), _natural(said)) for each, said in likeliest),
    )


def _natural(value: object) -> float:
    said = number(value)
    return float("-inf") if said is None else said


def text_of(content: object) -> str | None:
    """The text in a message's content, where that is no list.

    Most send a string; Cloudflare, asked for JSON, the object itself.
    """
    if content is None or isinstance(content, str):
        return content
    return dumps(content).decode() if isinstance(content, dict) else str(content)


def content_parts(wire: OpenAIChat, content: list[object]) -> list[TextPart | ReasoningPart]:
    """The text and the thinking in a list of blocks, in order: neighbours of a kind are one.

    So Mistral and Databricks send it once a model thinks:
    https://docs.mistral.ai/capabilities/reasoning/
    """
    parts: list[TextPart | ReasoningPart] = []
    for block in content:
        last = parts[-1] if parts else None
        if isinstance(block, dict) and block.get("type") in ("thinking", "reasoning"):
            parts.append(_thought(wire, block))
        elif said := block if isinstance(block, str) else _block_text(block):
            if isinstance(last, TextPart):
                parts.pop()
                said = last.text + said
            parts.append(TextPart(said))
    return parts


def _block_text(block: object) -> str:
    return text(block.get("text")) if isinstance(block, dict) else ""


def _thought(wire: OpenAIChat, block: Mapping[str, object]) -> ReasoningPart:
    inside = block.get("thinking") if block.get("type") == "thinking" else block.get("summary")
    pieces = inside if isinstance(inside, list) else []
    # Mistral's seal is on the block, Databricks's on the summary.
    sealed = (item.get("signature") for item in (block, *pieces) if isinstance(item, dict))
    return ReasoningPart(
        inside if isinstance(inside, str) else "".join(map(_block_text, pieces)),
        signature=next((seal for seal in sealed if isinstance(seal, str) and seal), None),
        provider=wire.provider or None,
    )


def number(value: object) -> float | None:
    """*value*, where it is a number, or text that says one; else None."""
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None


def text(value: object) -> str:
    """*value*, where it is text; else ""."""
    return value if isinstance(value, str) else ""


def reasoning_text(message: Mapping[str, object]) -> str | None:
    """The visible thinking of a message or delta, under whichever name; once, where two have it."""
    for name in ("reasoning_content", "reasoning"):
        value = message.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def reasoning_part(wire: OpenAIChat, detail: object) -> ReasoningPart | None:
    """One of OpenRouter's `reasoning_details`, or a piece of one.

    Source: https://openrouter.ai/docs/use-cases/reasoning-tokens
    """
    if not isinstance(detail, dict):
        return None
    rest = {
        key: value
        for key, value in detail.items()
        if key not in ("text", "summary", "signature", "data", "id") and value is not None
    }
    return ReasoningPart(
        _string(detail.get("text")) or _string(detail.get("summary")) or "",
        signature=_string(detail.get("signature")),
        encrypted=_string(detail.get("data")),
        id=_string(detail.get("id")),
        provider=wire.provider or None,
        raw=rest,
    )


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def citations(message: Mapping[str, object], body: Mapping[str, object]) -> tuple[Citation, ...]:
    """What an answer cites: OpenAI's annotations, or Perplexity's list beside the choices."""
    found: list[Citation] = []
    for item in _list(message.get("annotations")):
        inner = item.get("url_citation") if isinstance(item, dict) else None
        if isinstance(inner, dict):
            found.append(_citation(inner, cast("JsonObject", item)))
    if found:
        return tuple(found)
    for item in _list(body.get("search_results")) or _list(body.get("citations")):
        if isinstance(item, str):
            found.append(Citation(url=item, raw={"url": item}))
        elif isinstance(item, dict):
            found.append(_citation(item, item))
    return tuple(found)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _citation(data: Mapping[str, object], raw: JsonObject) -> Citation:
    start, end = data.get("start_index"), data.get("end_index")
    return Citation(
        url=_string(data.get("url")),
        title=_string(data.get("title")),
        text=_string(data.get("snippet")) or _string(data.get("content")),
        start=start if type(start) is int else None,
        end=end if type(end) is int else None,
        raw=raw,
    )


def arguments_text(value: object) -> str:
    """The arguments of a call as JSON text; some servers send the object itself."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value).decode()


def content_filter(choice: Mapping[str, object]) -> JsonObject | None:
    """What Azure's filters found in an answer, or in a piece of one.

    Source: https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
    """
    found = choice.get("content_filter_results")
    return cast("JsonObject", found) if isinstance(found, dict) and found else None

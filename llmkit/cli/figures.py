"""The figures of an answer, for `-v`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from .. import ChatCompletionResponse, FinishReason, Usage
from .endings import tell

_CUT_SHORT = {
    FinishReason.LENGTH: "the answer is cut off: it reached its limit of tokens",
    FinishReason.MODEL_LENGTH: "the answer is cut off: the model can hold no more",
    FinishReason.CONTENT_FILTER: "the answer is cut off by the provider's safety system",
    FinishReason.ERROR: "the answer is cut off: the provider failed in the middle",
}


def tell_cut(response: ChatCompletionResponse[object]) -> None:
    """Say on stderr where the answer is not a whole one; `-v` or not."""
    note = _CUT_SHORT.get(response.finish_reason or FinishReason.STOP)
    if note is not None:
        tell(f"note: {note}")


def tell_figures(response: ChatCompletionResponse[object], first_chunk: timedelta | None) -> None:
    """Write tokens, latency, cost, provider and model, attempts and adjustments on stderr.

    Args:
        response: the whole answer.
        first_chunk: how long the first chunk took, where the answer was streamed.
    """
    for line in _lines(response, first_chunk):
        tell(line)


def _lines(
    response: ChatCompletionResponse[object], first_chunk: timedelta | None
) -> Iterator[str]:
    yield f"model: {response.provider}/{response.model}"
    yield f"tokens: {_tokens(response.usage)}"
    waited = f", first chunk after {_seconds(first_chunk)}" if first_chunk is not None else ""
    yield f"latency: {_seconds(response.latency)}{waited}"
    cost = response.estimated_cost()
    yield "cost: price not known" if cost is None else f"cost: ${cost.normalize():f}"
    yield f"attempts: {len(response.attempts)}"
    for attempt in response.attempts:
        if attempt.error is not None:
            yield f"  failed after {attempt.duration:.2f} s: {attempt.error}"
    for change in response.adjustments:
        yield f"{change.kind}: {change.field}: {change.reason}"


def _tokens(usage: Usage) -> str:
    if not usage.reported:
        return "not reported by the provider"
    kinds = (
        (usage.cached_tokens, "cached"),
        (usage.cache_write_tokens, "written to the cache"),
        (usage.reasoning_tokens, "reasoning"),
    )
    of_them = ", ".join(f"{count} {kind}" for count, kind in kinds if count)
    told = f"{usage.prompt_tokens} prompt + {usage.completion_tokens} completion"
    return f"{told} = {usage.total_tokens}" + (f" ({of_them})" if of_them else "")


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.3f} s"

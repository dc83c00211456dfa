"""What a call costs: by the tables of `genai-prices`, where it is installed (extra `prices`)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .response import ChatCompletionResponse

_NAMES: Final[Mapping[str, str]] = {
    "azure-openai": "azure",
    "bedrock": "aws",
    "bedrock-anthropic": "aws",
    "cloudflare-workers-ai": "cloudflare",
    "gemini": "google",
    "minimax-cn": "minimax",
    "moonshot": "moonshotai",
    "moonshot-cn": "moonshotai",
    "vertex": "google",
    "vertex-anthropic": "google",
    "vertex-gemini": "google",
    "xai": "x-ai",
    "zhipu": "zhipuai",
}
"""Providers that the tables know by another name than llmkit."""


def estimate(response: ChatCompletionResponse[object]) -> Decimal | None:
    """What *response* cost in US dollars by list price.

    None where `genai-prices` is not installed, the provider sent no counts, or the tables do
    not know the provider or model. Nothing is fetched: the tables are the installed ones.
    """
    usage = response.usage
    if not usage.reported or not response.model:
        return None
    try:
        # Slow to load, with pydantic: only when a price is asked for.
        from genai_prices import Usage, calc_price
    except ImportError:
        return None
    try:
        # Both sides count alike: totals, and how many of them were cached.
        found = calc_price(
            Usage(
                input_tokens=usage.prompt_tokens,
                cache_read_tokens=usage.cached_tokens,
                cache_write_tokens=usage.cache_write_tokens,
                output_tokens=usage.completion_tokens,
            ),
            response.model,
            provider_id=_NAMES.get(response.provider, response.provider),
            genai_request_timestamp=response.created,
        )
    except Exception:
        # LookupError for an unknown model; ValueError for counts that contradict each other,
        # as some servers send them. An estimate is never worth a failed call.
        return None
    return found.total_price

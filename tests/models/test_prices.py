"""`estimated_cost()`: by the tables of genai-prices, or None."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from llmkit._models.prices import _NAMES
from llmkit._models.response import ChatCompletionResponse
from llmkit._models.usage import NO_USAGE, Usage

genai_prices = pytest.importorskip("genai_prices")

USAGE = Usage(1000, 100, 1100)


def cost(model: str, provider: str, usage: Usage = USAGE) -> Decimal | None:
    """What a call of *model* costs."""
    response: ChatCompletionResponse[object] = ChatCompletionResponse(
        model=model, provider=provider, usage=usage, created=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return response.estimated_cost()


def test_known_model() -> None:
    """The price is what the tables say for the tokens that were counted."""
    expected = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=1000, output_tokens=100), "gpt-4o", provider_id="openai"
    )
    assert cost("gpt-4o-2024-08-06", "openai") == expected.total_price
    assert expected.total_price > 0


def test_cached_tokens_cost_less() -> None:
    """Cached tokens are among the prompt's, and cheaper."""
    full = cost("gpt-4o", "openai")
    cached = cost("gpt-4o", "openai", Usage(1000, 100, 1100, cached_tokens=800))
    assert full is not None
    assert cached is not None
    assert 0 < cached < full


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("gemini-2.0-flash", "gemini"),
        ("claude-sonnet-4-5", "anthropic"),
        ("mistral-large-latest", "mistral"),
        ("grok-4", "xai"),
        ("deepseek-chat", "deepseek"),
        ("gpt-4o", "azure-openai"),
    ],
)
def test_providers_by_their_own_names(model: str, provider: str) -> None:
    """Providers that the tables name otherwise are found all the same."""
    assert (cost(model, provider) or 0) > 0


def test_names_are_in_the_tables() -> None:
    """Every name that is translated to is one that the tables know."""
    from genai_prices.data import providers

    assert set(_NAMES.values()) <= {provider.id for provider in providers}


@pytest.mark.parametrize(
    ("model", "provider", "usage"),
    [
        ("no-such-model", "openai", USAGE),
        ("gpt-4o", "no-such-provider", USAGE),
        ("", "openai", USAGE),
        ("gpt-4o", "", USAGE),
        ("gpt-4o", "openai", NO_USAGE),
        ("gpt-4o", "openai", Usage(10, 1, 11, cached_tokens=99)),
    ],
)
def test_unknown(model: str, provider: str, usage: Usage) -> None:
    """What is not known is None, never 0 and never an error."""
    assert cost(model, provider, usage) is None


def test_not_installed(tmp_path: Path) -> None:
    """Without genai-prices there is no price, and no error."""
    (tmp_path / "genai_prices.py").write_text("raise ImportError('not here')\n")
    form = json.dumps({"model": "gpt-4o", "provider": "openai", "usage": USAGE.to_dict()})
    code = (
        f"import json, sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from llmkit._models.response import ChatCompletionResponse\n"
        f"response = ChatCompletionResponse.from_dict(json.loads({form!r}))\n"
        "assert response.usage.reported and response.estimated_cost() is None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

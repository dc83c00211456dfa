"""llama.cpp's own server, on a model whose weights are noise.

Its text means nothing; its tokens, grammars, templates and limits are real. A few weights are
set by hand: with tools it calls one, after a result it writes text, `<|again|>` makes it call
two at once, and `<|reason|>` think first. With a seed it says the same each time.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from asking import Ask, Way

from llmkit import RetryPolicy, Timeout, tool

LLAMA = os.environ.get("LLMKIT_LLAMA", "")
KEYED = os.environ.get("LLMKIT_LLAMA_KEYED", "")
KEY = os.environ.get("LLMKIT_LLAMA_KEY", "")
NEEDS_LLAMA = pytest.mark.skipif(not LLAMA, reason="LLMKIT_LLAMA does not name a server")
NEEDS_A_KEY = pytest.mark.skipif(
    not (LLAMA and KEYED and KEY),
    reason="LLMKIT_LLAMA_KEYED and LLMKIT_LLAMA_KEY do not name a server and its key",
)

MODELS = {
    "openai-chat": ("llamacpp/tiny", "/v1"),
    "openai-responses": ("openai-responses/tiny", "/v1"),
    "anthropic-messages": ("anthropic/tiny", ""),
}
"""The wires that it speaks: as the model of which provider, and where."""


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"21 degrees in {city}"


def llama(way: Way, wire: str = "openai-chat", *, server: str = LLAMA, **client: Any) -> Ask:
    """Asks the server on *wire*, in one attempt."""
    model, path = MODELS[wire]
    usual = {
        "provider": model.partition("/")[0],
        "api_key": "none",
        "base_url": server + path,
        "retry": RetryPolicy(attempts=1),
        "timeout": Timeout(read=60, idle=60),
    }
    return Ask(way, {**usual, **client})

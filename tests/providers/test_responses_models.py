"""The models of the providers that speak Responses: what they take, thinking and not.

Sources: https://developers.openai.com/api/docs/guides/reasoning,
https://developers.openai.com/api/docs/guides/latest-model,
https://docs.x.ai/developers/model-capabilities/text/reasoning
"""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen

from llmkit import ChatCompletionRequest, UnsupportedParameterError, UserMessage
from llmkit._json import loads
from llmkit._models.adjustments import Adjuster
from llmkit._models.request import EFFORTS
from llmkit.adapters._base import Endpoint
from llmkit.providers import get

SAMPLING: dict[str, Any] = {"temperature": 0.5, "top_p": 0.5, "logprobs": True, "top_logprobs": 2}


@frozen
class Facts:
    """The words for effort that it knows, and what it does where none is given."""

    efforts: str
    samples: bool
    """It is sampled as it is asked to where no effort is given: it does not think then."""


OPENAI = {
    "gpt-4o": Facts("", samples=True),
    "gpt-4.1-nano": Facts("", samples=True),
    "gpt-5-chat-latest": Facts("", samples=True),
    "o1-pro": Facts("low medium high", samples=False),
    "o3": Facts("low medium high", samples=False),
    "o4-mini": Facts("low medium high", samples=False),
    "gpt-5": Facts("minimal low medium high", samples=False),
    "gpt-5-nano-2025-08-07": Facts("minimal low medium high", samples=False),
    "gpt-5-codex": Facts("low medium high", samples=False),
    "gpt-5-pro": Facts("high", samples=False),
    "gpt-5.2-chat-latest": Facts("medium", samples=False),
    "gpt-5.2-pro": Facts("medium high xhigh", samples=False),
    "gpt-5.1-codex": Facts("low medium high", samples=False),
    "gpt-5.1-codex-max": Facts("low medium high xhigh", samples=False),
    "gpt-5.1": Facts("none low medium high", samples=True),
    "gpt-5.4": Facts("none low medium high xhigh", samples=True),
    "gpt-5.5": Facts("none low medium high xhigh", samples=False),
    "gpt-5.6-sol": Facts("none low medium high xhigh max", samples=False),
    "gpt-6-astra": Facts("low medium high xhigh max", samples=False),
    "a-name-of-ones-own": Facts(" ".join(EFFORTS), samples=True),
}
XAI = {
    "grok-4.20-multi-agent": Facts("low medium high xhigh", samples=True),
    "grok-4.20-0309-reasoning": Facts("", samples=True),
    "grok-4-fast-non-reasoning": Facts("", samples=True),
    "grok-4.3": Facts("none low medium high", samples=True),
    "grok-3-mini": Facts("none low high", samples=True),
    "grok-4.5": Facts("low medium high", samples=True),
    "grok-4.6": Facts("low medium high xhigh", samples=True),
    "another": Facts("none low medium high xhigh", samples=True),
}
TABLES = {"openai-responses": OPENAI, "azure-openai-responses": OPENAI, "xai-responses": XAI}
CASES = [(name, model) for name, table in TABLES.items() for model in table]
each = pytest.mark.parametrize(("name", "model"), CASES, ids="/".join)


def body(name: str, model: str, **fields: Any) -> Any:
    """The body of the request with these fields."""
    request = ChatCompletionRequest(model, [UserMessage("Hello")], **fields)
    endpoint = Endpoint("https://a.b/v1", model, {}, Adjuster(provider=name))
    return loads(get(name).adapter(model).build(request, endpoint, stream=False).body)


def refused(name: str, model: str, **fields: Any) -> bool:
    """Whether it is refused before it is sent."""
    try:
        body(name, model, **fields)
    except UnsupportedParameterError:
        return True
    return False


@each
def test_efforts(name: str, model: str) -> None:
    """Each word that the model knows is said; any other is refused."""
    known = TABLES[name][model].efforts.split()
    for effort in EFFORTS:
        if effort in known:
            assert body(name, model, reasoning_effort=effort)["reasoning"] == {"effort": effort}
        else:
            assert refused(name, model, reasoning_effort=effort), effort


@each
def test_sampling(name: str, model: str) -> None:
    """OpenAI's models are sampled in one way only while they think; xAI's in any."""
    facts = TABLES[name][model]
    thinking = [word for word in facts.efforts.split() if word != "none"]
    open_to_all = name == "xai-responses" or model == "a-name-of-ones-own"
    for field, value in SAMPLING.items():
        asked = {field: value}
        assert refused(name, model, **asked) is not facts.samples, field
        if thinking:
            effort = {"reasoning_effort": thinking[0]}
            assert refused(name, model, **asked, **effort) is not open_to_all, field
        if "none" in facts.efforts.split():
            assert not refused(name, model, **asked, reasoning_effort="none"), field


def test_every_rule_is_for_a_model_of_the_table() -> None:
    """A rule that nothing is held against would be a guess."""
    for name, table in TABLES.items():
        rules = get(name).models
        used = {
            next((index for index, rule in enumerate(rules) if rule.matches(model)), -1)
            for model in table
        }
        assert used - {-1} == set(range(len(rules))), name

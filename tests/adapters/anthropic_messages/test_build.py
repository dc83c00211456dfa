"""Bodies: the limit, sampling, and all that is no message, tool or thinking."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import UnsupportedParameterError
from llmkit.adapters.anthropic_messages import AnthropicMessages
from llmkit.providers import get

from .building import BOTH, BUDGET, NEW, OLD, build


def test_a_plain_request_is_a_model_a_limit_and_messages() -> None:
    """Nothing stands in the body that the request does not say."""
    built = build(max_tokens=9)
    assert built.body == {
        "model": BUDGET,
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    assert built.made == ()


def test_the_limit_is_added_where_the_request_has_none() -> None:
    """The wire needs a limit: it is the model's, and told."""
    for model, limit in (("claude-3-opus-20240229", 4096), (BUDGET, 64_000), (NEW, 128_000)):
        built = build(model=model)
        assert built.body["max_tokens"] == limit
        assert [(one.kind, one.field) for one in built.made] == [("added", "max_tokens")]


def test_what_the_wire_knows_goes_under_its_names() -> None:
    """Stop sequences, the user, the tier, sampling: each has its place."""
    body = build(
        max_tokens=9,
        temperature=0.5,
        top_k=4,
        stop=["x", "y"],
        user="u1",
        service_tier="standard_only",
        stream=True,
    ).body
    assert body["temperature"] == 0.5
    assert body["top_k"] == 4
    assert body["stop_sequences"] == ["x", "y"]
    assert body["metadata"] == {"user_id": "u1"}
    assert body["service_tier"] == "standard_only"


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2},
        {"seed": 0},
        {"frequency_penalty": 0.5},
        {"presence_penalty": 0.5},
        {"logit_bias": {"1": 2}},
        {"logprobs": True},
        {"top_logprobs": 2},
        {"prompt_mode": "reasoning"},
        {"safe_prompt": True},
        {"service_tier": "flex"},
        {"metadata": {"team": "a"}},
        {"stop": [" \n"]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_the_wire_does_not_know_is_refused_or_told(fields: dict[str, Any]) -> None:
    """The wire refuses unknown keys: so does llmkit, before it sends, or it tells what it drops."""
    with pytest.raises(UnsupportedParameterError):
        build(**fields)
    built = build(policy="drop", **fields)
    name = next(iter(fields))
    assert [kind for kind, _ in built.changes] == ["dropped"]
    assert built.changes[0][1].startswith(name)
    assert set(built.body) == {"model", "max_tokens", "messages"}


def test_what_asks_for_nothing_is_no_trouble() -> None:
    """One answer, no penalty, no likelihoods: what everybody does."""
    built = build(n=1, frequency_penalty=0, presence_penalty=0.0, logprobs=False, safe_prompt=False)
    assert built.changes == []


def test_metadata_may_hold_the_user() -> None:
    """`user_id` is the one key of metadata that the wire keeps."""
    assert build(metadata={"user_id": "u"}).body["metadata"] == {"user_id": "u"}


def test_a_temperature_above_the_highest_is_clamped() -> None:
    """The wire's temperature ends at 1."""
    built = build(temperature=1.5)
    assert built.body["temperature"] == 1
    assert built.changes == [("clamped", "temperature")]


def test_newer_models_take_one_of_temperature_and_top_p() -> None:
    """From Opus 4.1 on, both together are a 400."""
    assert "top_p" in build(model=OLD, temperature=0.5, top_p=0.5).body
    with pytest.raises(UnsupportedParameterError, match="top_p"):
        build(model=BUDGET, temperature=0.5, top_p=0.5)
    body = build(model=BUDGET, temperature=0.5, top_p=0.5, policy="drop").body
    assert (body["temperature"], "top_p" in body) == (0.5, False)


def test_the_newest_models_take_the_default_only() -> None:
    """From Opus 4.7 on, any other value is a 400."""
    refused: Any
    for refused in ({"temperature": 0.5}, {"top_p": 0.5}):
        with pytest.raises(UnsupportedParameterError, match=next(iter(refused))):
            build(model=NEW, **refused)
    built = build(model=NEW, temperature=1, top_p=1)
    assert "temperature" not in built.body
    assert built.changes == [("dropped", "temperature"), ("dropped", "top_p")]
    with pytest.raises(UnsupportedParameterError, match="top_k"):
        build(model=NEW, top_k=1)


@pytest.mark.parametrize("model", [BUDGET, BOTH])
def test_a_model_that_thinks_is_not_sampled_freely(model: str) -> None:
    """While it thinks, temperature is 1, top_p nearly so, and there is no top_k."""
    thinking: dict[str, Any] = {"model": model, "reasoning_effort": "high", "max_tokens": 9000}
    for refused in ({"temperature": 0.5}, {"top_p": 0.5}, {"top_k": 5}):
        with pytest.raises(UnsupportedParameterError, match=next(iter(refused))):
            build(**thinking, **refused)
    assert build(**thinking, temperature=1).body["temperature"] == 1
    assert build(**thinking, top_p=0.95).body["top_p"] == 0.95


def test_extra_body_wins() -> None:
    """What the caller says in the provider's words stands, and undoes no more than it says."""
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    body = build(
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
        extra_body={"max_tokens": 5, "output_config": {"effort": "low"}, "inference_geo": "us"},
    ).body
    assert body["max_tokens"] == 5
    assert build(extra_body={"max_tokens": 5}).made == ()
    assert body["inference_geo"] == "us"
    assert body["output_config"]["effort"] == "low"
    assert body["output_config"]["format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-0"),
        ("claude-opus-4@20250514", "claude-opus-4-0"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("anthropic/claude-opus-4.5", "claude-opus-4-5"),
        ("anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku"),
        ("claude-3-7-sonnet-latest", "claude-sonnet-4-0"),
        ("claude-sonnet-9", "claude-new"),
        ("ANTHROPIC/Claude-Opus-4.7", "claude-opus-4-7"),
        ("tiny", "MiniMax-M2"),
    ],
)
def test_a_model_is_the_same_under_all_its_names(name: str, like: str) -> None:
    """A region, a vendor, a date, a dot for a dash: the model is the same."""
    provider = get("anthropic")
    assert provider.adapter(name) == provider.adapter(like)


def test_no_date_is_taken_for_a_version() -> None:
    """`claude-fable-5-20260801` would be Fable 5, and not a Fable 5.2."""
    provider = get("anthropic")
    assert provider.adapter("claude-fable-5-20260801") == provider.adapter("claude-fable-5")
    assert provider.adapter("claude-fable-5-2") != provider.adapter("claude-fable-5")
    assert provider.adapter("claude-fable-5-2@x") == provider.adapter("claude-fable-5-2")


def test_a_claude_that_is_not_known_is_like_the_newest() -> None:
    """What no rule knows is what the adapter does by itself; other vendors' models are older."""
    unknown: object = get("anthropic").adapter("claude-sonnet-9")
    assert unknown == AnthropicMessages(provider="anthropic")
    other: object = get("anthropic").adapter("MiniMax-M2")
    assert isinstance(other, AnthropicMessages)
    assert (other.sampling, other.prefill, other.seals) == ("any", True, False)

"""What is around a message, on Anthropic's own service, Vertex AI and Bedrock."""

from __future__ import annotations

import pytest

from llmkit import ConfigurationError, Provider, providers
from llmkit.adapters.anthropic_messages import AnthropicMessages

from .building import build

VERTEX = AnthropicMessages(provider="vertex", envelope="vertex")
BEDROCK = AnthropicMessages(provider="bedrock", envelope="bedrock")


def test_anthropics_own() -> None:
    """The model is in the body, the version in a header; an address may end in the version."""
    built = build(stream=True)
    assert built.http.url == "https://api.test/v1/messages"
    assert built.http.headers["anthropic-version"] == "2023-06-01"
    assert built.body["stream"] is True
    assert build(base_url="https://api.test/v1").http.url == "https://api.test/v1/messages"


def test_vertex() -> None:
    """The model is in the path, the version in the body, which says too that it streams."""
    built = build(wire=VERTEX, model="claude-haiku-4-5@20251001", base_url="https://g.test/p")
    path = "https://g.test/p/publishers/anthropic/models/claude-haiku-4-5@20251001"
    assert built.http.url == f"{path}:rawPredict"
    assert built.body["anthropic_version"] == "vertex-2023-10-16"
    assert "model" not in built.body
    assert "anthropic-version" not in built.http.headers
    streamed = build(wire=VERTEX, model="m", stream=True)
    assert streamed.http.url.endswith("/m:streamRawPredict")
    assert streamed.body["stream"] is True


def test_bedrock() -> None:
    """The path says the model, percent-encoded, and whether it streams; the body neither."""
    model = "us.anthropic.claude-sonnet-4-20250514-v1:0"
    built = build(wire=BEDROCK, model=model)
    assert built.http.url == (
        "https://api.test/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/invoke"
    )
    assert built.body["anthropic_version"] == "bedrock-2023-05-31"
    streamed = build(wire=BEDROCK, model="arn:aws:bedrock:x:1:inference-profile/y", stream=True)
    assert streamed.http.url.endswith("inference-profile%2Fy/invoke-with-response-stream")
    assert streamed.http.headers["Accept"] == "application/vnd.amazon.eventstream"
    assert not {"model", "stream"} & set(streamed.body)


def test_beta_features_are_a_header_or_a_list_in_the_body() -> None:
    """Those of the provider, those that a request needs, and on the platforms the caller's."""
    direct = AnthropicMessages(betas=("a-1", "b-2"))
    assert build(wire=direct).http.headers["anthropic-beta"] == "a-1,b-2"
    assert "anthropic-beta" not in build().http.headers
    bedrock = AnthropicMessages(envelope="bedrock", betas=("a-1",))
    body = build(wire=bedrock, extra_headers={"Anthropic-Beta": "c-3, a-1"}).body
    assert body["anthropic_beta"] == ["a-1", "c-3"]
    assert "anthropic_beta" not in build(wire=BEDROCK).body


def test_another_version_may_be_asked_for() -> None:
    """In a header or in the body."""
    direct = AnthropicMessages(version="2030-01-01")
    assert build(wire=direct).http.headers["anthropic-version"] == "2030-01-01"
    vertex = AnthropicMessages(envelope="vertex", version="v")
    assert build(wire=vertex).body["anthropic_version"] == "v"


def test_the_manifest_names_the_service() -> None:
    """Anthropic's key goes in its own header."""
    provider = providers.get("anthropic")
    assert provider.wire == "anthropic-messages"
    assert provider.auth is not None
    assert provider.auth.headers("k") == {"x-api-key": "k"}
    assert provider.headers["anthropic-version"] == "2023-06-01"
    assert provider.adapter().provider == "anthropic"


def test_a_misspelt_envelope_is_an_error() -> None:
    """A quirk is checked when the provider is loaded."""
    wrong = Provider("a", wire="anthropic-messages", base_url="https://a", quirks={"envelope": "x"})
    with pytest.raises(ConfigurationError, match="envelope"):
        wrong.adapter()

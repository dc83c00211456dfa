"""The provider that the wire belongs to."""

from __future__ import annotations

from llmkit.adapters.cohere_v2 import CohereV2
from llmkit.providers import HeaderAuth, get


def test_cohere() -> None:
    """Its address, its key's names, Cohere's own first: https://docs.cohere.com/v2/reference/chat"""
    cohere = get("cohere")
    assert get("co") == cohere
    adapter: object = cohere.adapter()
    assert adapter == CohereV2(provider="cohere")
    assert cohere.base_url == "https://api.cohere.com"
    assert cohere.env == ("CO_API_KEY", "COHERE_API_KEY")
    assert cohere.auth == HeaderAuth("Authorization", "Bearer ")

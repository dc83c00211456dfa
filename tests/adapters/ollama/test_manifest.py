"""The provider that the wire belongs to."""

from __future__ import annotations

from llmkit.adapters.ollama import Ollama
from llmkit.providers import get


def test_ollama_by_its_own_form() -> None:
    """The same server as `ollama`, which speaks OpenAI's; no key is needed on one's machine."""
    native, other = get("ollama-native"), get("ollama")
    assert get("ollama_chat") == get("ollama-chat") == native
    adapter: object = native.adapter()
    assert adapter == Ollama(provider="ollama-native")
    assert other.wire == "openai-chat"
    assert other.base_url == f"{native.base_url}/v1"
    assert (native.key_required, native.local) == (False, True)

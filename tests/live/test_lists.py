"""Lists of models of real servers: llama.cpp's own, and aimock on each wire that it lists."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from colours import Colour, both

from llmkit import AuthenticationError, NotFoundError, RetryPolicy

from .llama import KEY, KEYED, LLAMA, NEEDS_A_KEY, NEEDS_LLAMA
from .wires import AIMOCK, NEEDS_AIMOCK


@NEEDS_LLAMA
@both
def test_llama(colour: Colour) -> None:
    """Its one model, and how many tokens fit into it, as it was started."""
    with colour("llamacpp/tiny", base_url=f"{LLAMA}/v1") as door:
        (model,) = door.list_models()
    assert (model.name, model.owned_by) == ("llamacpp/tiny", "llamacpp")
    assert model.context_window == 4096
    assert model.raw["object"] == "model"


@NEEDS_LLAMA
@both
def test_llama_has_no_list_elsewhere(colour: Colour) -> None:
    """The server's own error, at a path where there is nothing."""
    with (
        colour("llamacpp/tiny", base_url=f"{LLAMA}/nothing", retry=RetryPolicy(attempts=1)) as door,
        pytest.raises(NotFoundError) as caught,
    ):
        door.list_models()
    assert caught.value.provider == "llamacpp"


@NEEDS_A_KEY
@both
def test_a_key_is_checked(colour: Colour) -> None:
    """With the right one there is a list; a wrong one is the server's own error, without it."""
    with colour("llamacpp/tiny", base_url=f"{KEYED}/v1", api_key=KEY) as door:
        assert [model.id for model in door.list_models()] == ["tiny"]
    with (
        colour("llamacpp/tiny", base_url=f"{KEYED}/v1", api_key="sk-wrong") as door,
        pytest.raises(AuthenticationError, match="Invalid API Key") as caught,
    ):
        door.list_models()
    assert "sk-wrong" not in repr(caught.value)
    assert len(caught.value.attempts) == 1


@NEEDS_AIMOCK
@both
@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("openai", "/v1"),
        ("openai-responses", "/v1"),
        ("openrouter", "/v1"),
        ("anthropic", ""),
        ("cohere", ""),
        ("ollama-native", ""),
    ],
)
def test_aimock(colour: Colour, provider: str, path: str) -> None:
    """The same models on each wire, by the form that it has there."""
    settings: Mapping[str, str] = {"base_url": f"{AIMOCK}{path}", "api_key": "k"}
    with colour(provider=provider, **settings) as door:
        models = door.list_models()
    assert {"gpt-4o", "claude-3-5-sonnet-20241022"} <= {model.id for model in models}
    assert all(model.name == f"{provider}/{model.id}" for model in models)

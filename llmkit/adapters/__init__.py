"""One file per wire: how a request is said, and an answer understood, in a provider's form.

An adapter does no I/O, keeps no state and compares no provider's name: what differs between
the providers of one wire are the adapter's fields, its quirks, which manifests set.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ._base import Adapter

WIRES: Final = {
    "anthropic-messages": ("anthropic_messages", "AnthropicMessages"),
    "bedrock-converse": ("bedrock_converse", "BedrockConverse"),
    "openai-chat": ("openai_chat", "OpenAIChat"),
    "openai-responses": ("openai_responses", "OpenAIResponses"),
    "cohere-v2": ("cohere_v2", "CohereV2"),
    "gemini": ("gemini", "Gemini"),
    "ollama": ("ollama", "Ollama"),
}
"""The wires by name: the file that speaks each, and its class."""


def adapter_class(wire: str) -> type[Adapter]:
    """The adapter of *wire*, loaded now: most programs speak one or two.

    Raises:
        ConfigurationError: there is no such wire.
    """
    try:
        module, name = WIRES[wire]
    except KeyError:
        known = ", ".join(WIRES)
    else:
        return cast("type[Adapter]", getattr(import_module(f".{module}", __name__), name))
    raise ConfigurationError(f"there is no wire {wire!r}; known are {known}")

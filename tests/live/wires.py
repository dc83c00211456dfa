"""Where aimock speaks each wire, and the words of the wire's own that tests look for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from typing import Any

import pytest
from asking import Ask, Way
from attrs import frozen

from llmkit import FinishReason, RetryPolicy, Timeout

AIMOCK = os.environ.get("LLMKIT_AIMOCK", "")
NEEDS_AIMOCK = pytest.mark.skipif(not AIMOCK, reason="LLMKIT_AIMOCK does not name a server")


@frozen(kw_only=True)
class Wire:
    """One wire, by way of a provider that llmkit knows.

    Args:
        name: as in the names of tests, and the table at the end.
        model: which model of which provider is asked.
        thinks: another one, of which the server sends the thinking.
        path: where the server has the wire.
        words: how the wire says why an answer ended.
        error_code: which word of a scenario's error the server sends as its code: OpenAI's
            `code`, the `type` that others have, or none that is read. On Bedrock's, Cohere's
            and Ollama's wire it sends errors in the form of another provider.
        tells: what an answer says of itself.
        names_calls: a tool call has an id of the provider's.
        streams: the server streams as the wire does.
        placeholders: what the provider's address asks for.
    """

    name: str
    model: str
    thinks: str = ""
    path: str = ""
    words: Mapping[FinishReason, str]
    error_code: str | None = "code"
    tells: Set[str] = frozenset({"id", "model", "created"})
    names_calls: bool = True
    streams: bool = True
    placeholders: Mapping[str, str] = {}

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.model.partition("/")[0]

    def ask(self, way: Way, **client: Any) -> Ask:
        """Asks the server on this wire; in one attempt, unless *client* says otherwise."""
        usual = {
            "provider": self.provider,
            "api_key": "test",
            "base_url": AIMOCK + self.path,
            "placeholders": self.placeholders,
            "retry": RetryPolicy(attempts=1),
            "timeout": Timeout(read=30, idle=30),
        }
        return Ask(way, {**usual, **client})


def _words(stop: str, length: str, calls: str, filtered: str) -> Mapping[FinishReason, str]:
    return {
        FinishReason.STOP: stop,
        FinishReason.LENGTH: length,
        FinishReason.TOOL_CALLS: calls,
        FinishReason.CONTENT_FILTER: filtered,
        FinishReason.OTHER: "brand_new_reason",
    }


# https://platform.openai.com/docs/api-reference/chat/object
_CHAT = _words("stop", "length", "tool_calls", "content_filter")
# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
_MESSAGES = _words("end_turn", "max_tokens", "tool_use", "refusal")
# https://ai.google.dev/api/generate-content#FinishReason
_GEMINI = _words("STOP", "MAX_TOKENS", "STOP", "SAFETY")

_UNDATED = frozenset({"id", "model"})
_CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"

WIRES: Mapping[str, Wire] = {
    wire.name: wire
    for wire in (
        Wire(
            name="openai-chat",
            model="openai/gpt-4o",
            thinks="openai/gpt-5",
            path="/v1",
            words=_CHAT,
        ),
        Wire(
            name="azure-classic",
            model="azure-openai-classic/gpt-4o",
            thinks="azure-openai-classic/gpt-5",
            words=_CHAT,
            placeholders={"api_version": "2024-10-21"},
        ),
        Wire(
            name="openai-responses",
            model="openai-responses/gpt-4o",
            thinks="openai-responses/gpt-5",
            path="/v1",
            # https://platform.openai.com/docs/api-reference/responses/object
            words=_words("completed", "max_output_tokens", "completed", "content_filter"),
        ),
        Wire(
            name="anthropic-messages",
            model="anthropic/claude-sonnet-4-5",
            words=_MESSAGES,
            error_code="type",
            tells=_UNDATED,
        ),
        Wire(
            name="bedrock-invoke",
            model=f"bedrock-anthropic/{_CLAUDE}",
            words=_MESSAGES,
            error_code="type",
            tells=_UNDATED,
            # It sends each event bare, and not as {"bytes": …} in base64:
            # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html
            streams=False,
        ),
        Wire(
            name="bedrock-converse",
            model=f"bedrock/{_CLAUDE}",
            # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
            words=_words("end_turn", "max_tokens", "tool_use", "content_filtered"),
            error_code=None,
            tells=frozenset(),
        ),
        Wire(
            name="gemini",
            model="gemini/gemini-2.5-flash",
            path="/v1beta",
            words=_GEMINI,
            error_code="type",
            tells=_UNDATED,
        ),
        Wire(
            name="vertex",
            model="vertex/gemini-2.5-flash",
            path="/v1/projects/p/locations/l/publishers/google",
            words=_GEMINI,
            error_code="type",
            tells=_UNDATED,
        ),
        Wire(
            name="cohere-v2",
            model="cohere/command-a-03-2025",
            thinks="cohere/command-a-reasoning-08-2025",
            # https://docs.cohere.com/reference/chat
            words=_words("COMPLETE", "MAX_TOKENS", "TOOL_CALL", "ERROR_TOXIC"),
            tells={"id"},
        ),
        Wire(
            name="ollama",
            model="ollama-native/llama3.2",
            thinks="ollama-native/qwen3",
            # https://docs.ollama.com/api/chat
            words=_words("stop", "length", "stop", ""),
            tells={"model", "created"},
            names_calls=False,
        ),
    )
}
"""The wires by name."""

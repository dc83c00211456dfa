"""Where a body that llmkit builds may differ in meaning from the recorded one, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

from .meaning import Difference
from .recording import Recording


@frozen
class Explained:
    """A difference that is no defect.

    Args:
        recording: a pattern for the ids of the recordings that it is in.
        path: a pattern for where in the body it is.
        reason: why it is right.
    """

    recording: str
    path: str
    reason: str

    def covers(self, recording: Recording, difference: Difference) -> bool:
        """Whether it is the explanation of *difference*."""
        return bool(
            re.fullmatch(self.recording, recording.id) and re.fullmatch(self.path, difference.path)
        )


EXPLAINED: tuple[Explained, ...] = (
    Explained(
        "anthropic-instrumentation-image-input-messages",
        r"messages\[0\]\.content\[1\]\.source\.media_type",
        "a JPEG, by its first bytes, that its sender called a PNG: llmkit says what it is",
    ),
    Explained(
        "openai-handles-optional-properties-in-strict-mode",
        r"tools\[0\]\.function\.parameters(\..*)?",
        "the recorded schema is not one that strict mode takes, and was refused for that (400,"
        " additionalProperties is required); llmkit makes it one",
    ),
    Explained(
        "bedrock-provider-test-anthropic-images-1",
        r"messages\[0\]\.content",
        "Bedrock answered with 400 that it fetches no images: llmkit refuses the address first,"
        " or here drops it",
    ),
    Explained(
        "azure-openai-.*",
        "silent: model",
        "the deployment is in the address, where Azure looks for it; it passes the body's over",
    ),
    Explained(
        "deepseek-.*",
        "parallel_tool_calls",
        "DeepSeek has no such parameter and would ignore it in silence: refused, or here dropped"
        " (https://api-docs.deepseek.com/api/create-chat-completion)",
    ),
    Explained(
        "deepseek-streaming-low-stop-top-two",
        "thinking",
        "an effort is for a model that thinks, and DeepSeek switches that with `thinking`"
        " (https://api-docs.deepseek.com/guides/thinking_mode)",
    ),
    Explained(
        "deepseek-forced-tool-choice-under-thinking-is-rejected-upstream",
        "tool_choice",
        "DeepSeek answered with 400 that it cannot be forced: llmkit refuses it first, or here"
        " drops it",
    ),
    Explained(
        "openai-v1-response-create-error",
        "(silent: )?(user|safety_identifier)",
        "OpenAI's new name for the same: user is deprecated"
        " (https://platform.openai.com/docs/api-reference/responses/create)",
    ),
    Explained(
        "(deepseek|mistral)-scenarios-.*-handles-invalid-message-format-errors",
        r"messages\[0\]\.content",
        "the recorded content is malformed on purpose, an object where parts belong, and the"
        " turn says it as the two keys of that object",
    ),
    Explained(
        "mistral-logprobs-rejection-matrix-.*",
        "(top_)?logprobs",
        "Mistral answered with 400 that it has none: llmkit refuses it first, or here drops it",
    ),
    Explained(
        "mistral-streaming-image-with-a-tool-configured-1",
        r"messages\[\d+\]\.(tool_calls\[\d+\]\.id|tool_call_id)",
        "Mistral takes ids of nine letters and digits; the recorder put placeholders in their"
        " place, and llmkit the same stand-in for call and answer",
    ),
    Explained(
        "(ollama|xai)-.*-content-objects-returned-from-tools-.*|ollama-tool-results-.*",
        "messages",
        "a tool's image goes in a user message after it: a tool message holds text only"
        " (https://platform.openai.com/docs/api-reference/chat/create), and Ollama loses the"
        " call's id on a list of parts",
    ),
    Explained(
        "perplexity-params-sonar-supports-json-schema-response-format-param",
        r"response_format\.json_schema\.name",
        "a schema always has a name: OpenAI requires one, and Perplexity takes it",
    ),
    Explained(
        "xai-.*",
        "include",
        "xAI's thinking comes sealed to those who ask for it, and can only so go back to it"
        " (https://docs.x.ai/docs/guides/reasoning)",
    ),
    Explained(
        "xai-.*",
        r"messages\[\d+\]\.reasoning",
        "xAI's chat completions have no field for it: earlier thinking is discarded"
        " (https://docs.x.ai/developers/model-capabilities/text/best-practices)",
    ),
)
"""Every explained difference."""


def unexplained(recording: Recording, differences: Iterable[Difference]) -> list[str]:
    """The *differences* that nothing explains."""
    return [
        str(difference)
        for difference in differences
        if not any(explained.covers(recording, difference) for explained in EXPLAINED)
    ]

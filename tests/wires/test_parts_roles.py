"""Which parts each role may hold, and what is said of one that a provider cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    AudioPart,
    DeveloperMessage,
    FilePart,
    ImagePart,
    Message,
    ReasoningPart,
    RefusalPart,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._models.messages import Content
from llmkit._models.request import ChatCompletionRequest
from llmkit.errors import InvalidRequestError

from .features import GREETING, LOOK, PDF, PNG, WAV, b64
from .speaking import SPEAKERS, Speaker

Part = TextPart | ImagePart | AudioPart | FilePart | ReasoningPart | RefusalPart | ToolCall

PARTS: dict[str, Part] = {
    "text": TextPart("words"),
    "image": ImagePart(data=PNG),
    "image address": ImagePart(url="https://x.test/p.png"),
    "image id": ImagePart(file_id="file-1"),
    "image gs": ImagePart(url="gs://bucket/p.png", media_type="image/png"),
    "heic image": ImagePart(data=b"\x00\x00\x00\x18ftypheic"),
    "audio": AudioPart(data=WAV),
    "audio address": AudioPart(url="https://x.test/s.wav"),
    "audio id": AudioPart(file_id="audio-1"),
    "file": FilePart(data=PDF),
    "file address": FilePart(url="https://x.test/f.pdf"),
    "file id": FilePart(file_id="file-2"),
    "odd file": FilePart(data=b"\x00\x01", media_type="application/x-odd"),
    "reasoning": ReasoningPart("hmm"),
    "refusal": RefusalPart("no"),
    "tool call": ToolCall("1", "look77", "{}"),
}
MEDIA = ("TextPart", "ImagePart", "AudioPart", "FilePart")
HOLDS: dict[str, tuple[Callable[[Any], Message], tuple[str, ...]]] = {
    "system": (SystemMessage, ("TextPart",)),
    "developer": (DeveloperMessage, ("TextPart",)),
    "user": (UserMessage, MEDIA),
    "tool": (lambda content: ToolMessage(content, tool_call_id="1"), MEDIA),
    "assistant": (AssistantMessage, (*MEDIA, "ReasoningPart", "RefusalPart", "ToolCall")),
}
"""How each role's message is made, and what it may hold."""


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("role", HOLDS)
def test_what_a_role_may_hold(role: str, part: Part) -> None:
    """A part is refused when the message is made: by place, kind and role."""
    make, holds = HOLDS[role]
    kind = type(part).__name__
    content: list[Any] = [TextPart("first"), part]
    if kind in holds:
        assert make(content).parts[1] == part
        return
    with pytest.raises(InvalidRequestError) as caught:
        make(content)
    article = "an" if kind == "ImagePart" or kind == "AudioPart" else "a"
    assert str(caught.value) == (
        f"content[1]: {article} {kind} cannot be in a {role} message, "
        f"which holds {', '.join(holds)}"
    )


@pytest.mark.parametrize("part", ["image_url", "reasoning", "refusal"])
def test_the_same_in_openais_form(part: str) -> None:
    """A message given as a mapping is held to the same, and the error has the whole path."""
    forms: dict[str, dict[str, object]] = {
        "image_url": {"type": "image_url", "image_url": {"url": "https://x.test/p.png"}},
        "reasoning": {"type": "reasoning", "text": "hmm"},
        "refusal": {"type": "refusal", "refusal": "no"},
    }
    given = {"role": "system", "content": [{"type": "text", "text": "a"}, forms[part]]}
    with pytest.raises(InvalidRequestError, match="in a system message") as caught:
        ChatCompletionRequest("a/b", [{"role": "user", "content": "Hi"}, given])
    assert caught.value.field == "messages[1].content[1]"


def _said(role: str, part: Content | Part) -> tuple[list[Message], int]:
    """A conversation with *part* as the second part of a message of *role*, and its index."""
    start: list[Message] = [GREETING]
    if role == "tool":
        start.append(AssistantMessage(tool_calls=[ToolCall("1", "look77", "{}")]))
    content: list[Any] = [TextPart("See:"), part]
    end: list[Message] = [GREETING] if role == "assistant" else []
    return [*start, HOLDS[role][0](content), *end], len(start)


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
def test_what_a_provider_cannot_take(speaker: Speaker) -> None:
    """It is refused before sending, and the error names the part, its role and the provider."""
    for role in ("user", "tool", "assistant"):
        for name, part in PARTS.items():
            if type(part).__name__ not in HOLDS[role][1] or name == "tool call":
                continue
            messages, index = _said(role, part)
            fields = {"messages": messages, "tools": [LOOK]}
            try:
                speaker.build(fields, "error")
            except UnsupportedParameterError as error:
                found = error
            else:
                continue
            if not found.parameter.startswith("messages"):
                continue  # such as the tools
            where = "parts" if role == "assistant" else "content"
            assert found.parameter.startswith(f"messages[{index}].{where}[1]"), (role, name)
            told = f"{speaker.provider}: {re.escape(found.parameter)}"
            if found.parameter.endswith("]"):
                told += rf" \({type(part).__name__}.* in an? {role} message\): \w"
            assert re.match(told, str(found)), str(found)
            made = speaker.build(fields, "drop").made
            assert found.parameter in [change.field for change in made], (role, name)


JPEG = b"\xff\xd8\xff\xe0"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
HEIC = b"\x00\x00\x00\x18ftypheic"


@pytest.mark.parametrize(
    ("provider", "taken", "refused"),
    [
        ("openai", (PNG, JPEG, WEBP), (HEIC,)),
        ("openai-responses", (PNG, JPEG, WEBP), (HEIC,)),
        ("xai", (PNG, JPEG), (WEBP, HEIC)),
        ("anthropic", (PNG, JPEG, WEBP), (HEIC,)),
        ("bedrock", (PNG, JPEG, WEBP), (HEIC,)),
        ("cohere", (PNG, JPEG, WEBP), (HEIC,)),
        ("gemini", (PNG, JPEG, WEBP, HEIC), ()),
    ],
)
def test_forms_of_images(
    provider: str, taken: tuple[bytes, ...], refused: tuple[bytes, ...]
) -> None:
    """An image of a form that the provider's documents do not name is refused as that."""
    speaker = next(speaker for speaker in SPEAKERS.values() if speaker.provider == provider)
    for data in taken:
        fields = {"messages": [UserMessage(ImagePart(data=data))]}
        assert b64(data) in speaker.build(fields, "error").text
    for data in refused:
        part = ImagePart(data=data)
        fields = {"messages": [UserMessage(["See:", part])]}
        with pytest.raises(UnsupportedParameterError, match=f"not {part.media_type}") as caught:
            speaker.build(fields, "error")
        assert caught.value.parameter == "messages[0].content[1]"
        assert b64(data) not in speaker.build(fields, "drop").text

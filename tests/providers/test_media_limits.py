"""How much media a provider takes: told before anything is sent, by its own documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from colours import Colour, both
from hypothesis import given
from hypothesis import strategies as st

from llmkit import (
    AssistantMessage,
    AudioPart,
    ConfigurationError,
    FilePart,
    ImagePart,
    Message,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit import ChatCompletionRequest as Request
from llmkit.providers import MediaLimits, Provider, get, names
from llmkit.providers.loader import read_manifest
from llmkit.providers.media import check_media
from llmkit.testing import ScriptedTransport, chat_reply

PNG = b"\x89PNG\r\n\x1a\n"
WAV = b"RIFF....WAVEfmt "
PDF = b"%PDF-1.7"


def image(size: int) -> ImagePart:
    """An image of *size* bytes."""
    return ImagePart(data=PNG.ljust(size, b"\0"))


@pytest.mark.parametrize(
    ("limits", "messages", "told"),
    [
        (
            {"image": 2**20},
            [UserMessage("See:"), UserMessage(["This", image(2**20 + 2**19)])],
            "mine: messages[1].content[1] (ImagePart in a user message): holds 1.5 MB, "
            "and mine takes 1 MB at most",
        ),
        (
            {"audio": 1024},
            [UserMessage(AudioPart(data=WAV.ljust(2048)))],
            "mine: messages[0].content[0] (AudioPart in a user message): holds 2 kB, "
            "and mine takes 1 kB at most",
        ),
        (
            {"file": 1024},
            [ToolMessage(FilePart(data=PDF.ljust(1025)), tool_call_id="1")],
            "mine: messages[0].content[0] (FilePart in a tool message): holds 1 kB, "
            "and mine takes 1 kB at most",
        ),
        (
            {"image": 9},
            [AssistantMessage([ToolCall("1", "f", "{}"), image(10)])],
            "mine: messages[0].parts[1] (ImagePart in an assistant message): holds 10 bytes, "
            "and mine takes 9 bytes at most",
        ),
        (
            {"request": 4 * 2**20},
            [UserMessage(image(3 * 2**20)), UserMessage(image(300))],
            "mine: messages: the media in them are 4 MB in base64, and mine takes "
            "4 MB in a request at most",
        ),
        (
            {"images": 2},
            [UserMessage([ImagePart(url="https://a/b"), image(10)]), UserMessage([image(10)])],
            "mine: messages[1].content[0]: mine takes 2 images in a request at most",
        ),
    ],
)
def test_too_much(limits: Mapping[str, Any], messages: list[Message], told: str) -> None:
    """The error names the part and its role, its size, the limit and the provider."""
    with pytest.raises(UnsupportedParameterError) as caught:
        check_media(messages, MediaLimits(**limits), "mine")
    assert str(caught.value) == told
    assert (caught.value.provider, told.split(": ")[1].split(" ")[0]) == (
        "mine",
        caught.value.parameter,
    )


@given(st.integers(8, 40), st.integers(1, 60))
def test_the_last_byte_counts(size: int, limit: int) -> None:
    """What is just as large as the limit is taken, and one byte more is not."""
    try:
        check_media([UserMessage(image(size))], MediaLimits(image=limit), "mine")
    except UnsupportedParameterError:
        assert size > limit
    else:
        assert size <= limit


@given(st.lists(st.integers(8, 40), max_size=4), st.integers(1, 200))
def test_a_request_is_counted_in_base64(sizes: list[int], limit: int) -> None:
    """All media of a request count together, as they go over the wire."""
    from base64 import b64encode

    total = sum(len(b64encode(bytes(size))) for size in sizes)
    messages = [UserMessage(image(size)) for size in sizes]
    try:
        check_media(messages, MediaLimits(request=limit), "mine")
    except UnsupportedParameterError:
        assert total > limit
    else:
        assert total <= limit


def test_what_is_elsewhere_has_no_size() -> None:
    """Addresses and ids are the provider's own to fetch; text is not media."""
    parts: list[str | ImagePart | FilePart] = [
        ImagePart(url="https://a/b"),
        FilePart(file_id="1"),
        "words" * 100,
    ]
    limits = MediaLimits(image=1, file=1, audio=1, request=1)
    check_media([UserMessage(parts)], limits, "mine")


def test_some_files_have_no_bound() -> None:
    """A limit may hold for some types of files only."""
    limits = MediaLimits(file=10, unbounded_files=("application/pdf",))
    check_media([UserMessage(FilePart(data=PDF.ljust(99)))], limits, "mine")
    with pytest.raises(UnsupportedParameterError):
        check_media([UserMessage(FilePart(data=b"a" * 11))], limits, "mine")


@both
@pytest.mark.parametrize("policy", ["error", "warn", "drop"])
def test_nothing_is_sent(colour: Colour, policy: Any) -> None:
    """What is too large is refused before sending, whatever the policy: nothing stands for it."""
    transport = ScriptedTransport(chat_reply("Hi"))
    mine = Provider(
        "mine", wire="openai-chat", base_url="http://a.test", media=MediaLimits(image=8)
    )
    with colour("mine/m", provider=mine, transport=transport, unsupported=policy) as door:
        with pytest.raises(UnsupportedParameterError, match="9 bytes, and mine takes 8 bytes"):
            door.complete(Request("mine/m", [UserMessage(image(9))]))
        assert transport.requests == []
        assert door.complete(Request("mine/m", [UserMessage(image(8))])).content == "Hi"


def test_the_limits_of_the_vendors() -> None:
    """As their documents have them: each manifest has its source beside them."""
    found = {name: get(name).media for name in names() if get(name).media != MediaLimits()}
    megabyte = 2**20
    assert found == {
        "anthropic": MediaLimits(image=10 * megabyte * 3 // 4, request=32 * megabyte),
        "bedrock": MediaLimits(
            file=4 * megabyte + megabyte // 2,
            unbounded_files=(
                "application/pdf",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
        ),
        "bedrock-anthropic": MediaLimits(image=5 * megabyte * 3 // 4, request=20 * megabyte),
        "cohere": MediaLimits(request=20 * megabyte, images=20),
        "gemini": MediaLimits(file=50 * megabyte, request=100 * megabyte),
        "groq": MediaLimits(request=4 * megabyte),
        "openai": MediaLimits(file=50 * megabyte, request=512 * megabyte, images=1500),
        "openai-responses": MediaLimits(file=50 * megabyte, request=512 * megabyte, images=1500),
        "vertex-anthropic": MediaLimits(image=5 * megabyte * 3 // 4, request=30 * megabyte),
        "xai": MediaLimits(image=20 * megabyte),
        "xai-responses": MediaLimits(image=20 * megabyte),
    }


def test_they_are_a_value_of_the_provider() -> None:
    """A user may set other limits, or none."""
    groq = get("groq")
    assert evolve(groq, media=MediaLimits()).media.request is None
    assert evolve(groq, media={"request": 7}).media == MediaLimits(request=7)
    assert hash(groq) == hash(evolve(groq))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[media]\nimages = 0", "media.images: must be an integer of 1 or more"),
        ("[media]\nimage = 1.5", "media.image: must be an integer of 1 or more"),
        ("[media]\nimmage = 1", "media.immage: is no limit; did you mean 'image'?"),
        ("[media]\nunbounded_files = [1]", "media.unbounded_files: must be a list of media types"),
        ("media = 3", "media"),
    ],
)
def test_a_wrong_limit_in_a_file(tmp_path: Path, table: str, told: str) -> None:
    """A misspelt or impossible limit is found when the manifest is read, and named."""
    path = tmp_path / "mine.toml"
    head = 'name = "mine"\nwire = "openai-chat"\nbase_url = "http://a.test"\n'
    path.write_text(head + table, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_manifest(path)
    assert told in str(caught.value)

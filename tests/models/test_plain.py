"""What most messages are: one text, and nothing else."""

from __future__ import annotations

import pytest

from llmkit import AssistantMessage, ImagePart, Message, TextPart, ToolCall, UserMessage
from llmkit._models.parts import CacheControl, Citation, ReasoningPart, RefusalPart
from llmkit._models.plain import holds, plain_text

IMAGE = ImagePart(url="https://example.com/a.png")


@pytest.mark.parametrize(
    "message",
    [Message.system("a"), Message.user("a"), Message.assistant("a"), UserMessage([TextPart("a")])],
)
def test_a_text_is_plain(message: Message) -> None:
    """Whoever says it, and in whatever form it was given."""
    assert plain_text(message) == "a"


MORE = {
    "no part": Message.system([]),
    "two texts": Message.user(["a", "b"]),
    "an image": Message.user(IMAGE),
    "a user's name": UserMessage("a", name="n"),
    "an assistant's name": AssistantMessage("a", name="n"),
    "to be gone on from": AssistantMessage("a", prefix=True),
    "a marker": Message.user(TextPart("a", cache_control=CacheControl())),
    "a seal": Message.assistant([TextPart("a", signature="s", provider="p")]),
    "a citation": Message.assistant([TextPart("a", citations=[Citation(url="u")])]),
    "thinking": AssistantMessage([ReasoningPart("a")]),
    "a refusal": AssistantMessage([RefusalPart("a")]),
    "a call": AssistantMessage(tool_calls=[ToolCall("i", "f", "{}")]),
    "a text and a call": AssistantMessage("a", tool_calls=[ToolCall("i", "f", "{}")]),
    "a result": Message.tool("i", "a"),
}


@pytest.mark.parametrize("message", MORE.values(), ids=MORE)
def test_whatever_is_more_than_a_text_is_not_plain(message: Message) -> None:
    """So that no wire says such a message without a look at what else is in it."""
    assert plain_text(message) is None


def test_a_look_for_a_kind_of_parts() -> None:
    """In all messages, at all of their parts."""
    said = [Message.user("a"), Message.user(["b", IMAGE])]
    assert holds(said, {ImagePart})
    assert not holds(said[:1], {ImagePart})
    assert not holds(said, {ReasoningPart})

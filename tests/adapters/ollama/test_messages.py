"""Messages, said in Ollama's form."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    AudioPart,
    CacheControl,
    DeveloperMessage,
    FilePart,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    SystemMessage,
    TextPart,
    Tool,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._models.parts import Citation
from llmkit.adapters.ollama import Ollama

from .wire import built

PNG = b"\x89PNG\r\n\x1a\n"
HI = UserMessage("Hi")
CALL = ToolCall("c1", "get_weather", '{"city":"Paris"}')
SAID_CALL = {"function": {"name": "get_weather", "arguments": {"city": "Paris"}}}


def test_roles() -> None:
    """Four of them; a developer is a system, which is told."""
    sent = built(
        SystemMessage("Be brief."), DeveloperMessage("Be kind."), HI, AssistantMessage("Hello.")
    )
    assert sent.messages == [
        {"role": "system", "content": "Be brief."},
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
    ]
    assert sent.changes == [("renamed", "messages[1].role")]


def test_images_are_bare_bytes_beside_the_text() -> None:
    """Base64 without anything before it; texts are one."""
    image = ImagePart.from_bytes(PNG, detail="high")
    sent = built(UserMessage(["One:", image, "and two:", ImagePart(data=PNG)]))
    data = base64.b64encode(PNG).decode()
    assert sent.messages == [
        {"role": "user", "content": "One:\n\nand two:", "images": [data, data]}
    ]
    assert sent.changes == [("dropped", "messages[0].content[1].detail")]


def test_an_address_of_an_image_is_refused() -> None:
    """The error says what would be taken; a data URL is bytes."""
    image = ImagePart.from_url("https://a.test/a.png")
    with pytest.raises(UnsupportedParameterError, match="the bytes of images, and no addresses"):
        built(UserMessage([image]))
    data = base64.b64encode(PNG).decode()
    sent = built(UserMessage([ImagePart.from_url(f"data:image/png;base64,{data}")]))
    assert sent.messages == [{"role": "user", "content": "", "images": [data]}]
    with pytest.raises(UnsupportedParameterError, match="takes no images"):
        built(UserMessage([ImagePart(data=PNG)]), wire=Ollama(images=False))


@pytest.mark.parametrize("part", [AudioPart(data=b"RIFF....WAVE"), FilePart(data=b"a")])
def test_what_it_cannot_see_or_hear_is_refused(part: Any) -> None:
    """Or dropped and told; a message of which nothing is left is no message."""
    with pytest.raises(UnsupportedParameterError):
        built(UserMessage([part]))
    sent = built(HI, UserMessage([part]), policy="drop")
    assert len(sent.messages) == 1
    assert sent.changes == [("dropped", "messages[1].content[0]"), ("dropped", "messages[1]")]


def test_names_and_prefixes_are_refused() -> None:
    """There is no place for either."""
    for message in (UserMessage("Hi", name="Ann"), AssistantMessage("It", prefix=True)):
        with pytest.raises(UnsupportedParameterError):
            built(HI, message)


def test_marks_for_a_cache_are_told() -> None:
    """On texts, and on tools."""
    mark = CacheControl()
    sent = built(
        UserMessage([TextPart("Hi", cache_control=mark)]), tools=[Tool("f", cache_control=mark)]
    )
    assert sorted(sent.changes) == [
        ("dropped", "messages[0].content[0].cache_control"),
        ("dropped", "tools.f.cache_control"),
    ]


def test_calls_and_their_results() -> None:
    """Arguments as objects; results by the name of the tool that was called. There are no ids."""
    sent = built(
        HI,
        AssistantMessage("Let me look.", tool_calls=[CALL, ToolCall("c2", "ping", "")]),
        ToolMessage("sunny", tool_call_id="c1"),
        ToolMessage("broken", tool_call_id="c2", is_error=True),
    )
    assert sent.messages[1:] == [
        {
            "role": "assistant",
            "content": "Let me look.",
            "tool_calls": [SAID_CALL, {"function": {"name": "ping", "arguments": {}}}],
        },
        {"role": "tool", "content": "sunny", "tool_name": "get_weather"},
        {"role": "tool", "content": "broken", "tool_name": "ping"},
    ]
    assert sent.changes == [("dropped", "messages[3].is_error")]


def test_results_stand_in_the_order_of_their_calls() -> None:
    """Which alone tells two calls of one tool apart; that they move is told."""
    sent = built(
        HI,
        AssistantMessage(tool_calls=[ToolCall("a", "f"), ToolCall("b", "f")]),
        ToolMessage("of b", tool_call_id="b"),
        ToolMessage("of a", tool_call_id="a"),
        HI,
    )
    assert [message["content"] for message in sent.messages[2:]] == ["of a", "of b", "Hi"]
    assert sent.changes == [("moved", "messages[2]")]


def test_a_result_of_no_call() -> None:
    """Is sent by its own name; without one, that is told."""
    sent = built(HI, ToolMessage("x", tool_call_id="a", name="f"), HI)
    assert sent.messages[1] == {"role": "tool", "content": "x", "tool_name": "f"}
    assert sent.changes == []
    sent = built(HI, ToolMessage("x", tool_call_id="a"))
    assert sent.messages[1] == {"role": "tool", "content": "x"}
    assert sent.changes == [("dropped", "messages[1].tool_call_id")]


def test_images_of_results_follow_the_last_of_them() -> None:
    """In a user's message; it is told."""
    sent = built(
        HI,
        AssistantMessage(tool_calls=[CALL, ToolCall("c2", "ping")]),
        ToolMessage(["see", ImagePart(data=PNG)], tool_call_id="c1"),
        ToolMessage([ImagePart(data=PNG)], tool_call_id="c2"),
    )
    roles = [message["role"] for message in sent.messages]
    assert roles == ["user", "assistant", "tool", "tool", "user"]
    assert sent.messages[3] == {"role": "tool", "content": "", "tool_name": "ping"}
    assert len(sent.messages[4]["images"]) == 2
    assert [kind for kind, _ in sent.changes] == ["moved", "moved"]


def test_arguments_that_are_no_object() -> None:
    """Go as an object that says so: the wire takes no others."""
    sent = built(HI, AssistantMessage(tool_calls=[ToolCall("c1", "f", '{"a')]))
    (call,) = sent.messages[1]["tool_calls"]
    assert call["function"]["arguments"] == {"INVALID_JSON": '{"a'}
    assert sent.changes == [("rewritten", "messages[1].parts[0]")]


def test_own_thinking_goes_back() -> None:
    """In a field of its own; thinking of nobody counts as its own."""
    own = ReasoningPart("Hm.", provider="ollama-native")
    sent = built(HI, AssistantMessage([own, ReasoningPart(" So."), "Yes."]))
    assert sent.messages[1] == {"role": "assistant", "content": "Yes.", "thinking": "Hm. So."}
    assert sent.changes == []


def test_thinking_of_another_stays_out() -> None:
    """And so does what has no words; both are told."""
    other = ReasoningPart("Hm.", provider="openai")
    sealed = ReasoningPart(encrypted="x", signature="s", provider="ollama-native")
    sent = built(HI, AssistantMessage([other, sealed, "Yes."]))
    assert sent.messages[1] == {"role": "assistant", "content": "Yes."}
    assert sent.changes == [
        ("dropped", "messages[1].parts[0]"),
        ("dropped", "messages[1].parts[1].signature"),
        ("dropped", "messages[1].parts[1]"),
    ]


def test_what_else_an_answer_may_hold() -> None:
    """A refusal is text; seals and citations stay out; images have no place."""
    cited = TextPart("a", citations=[Citation()], signature="s", provider="gemini")
    sent = built(HI, AssistantMessage([cited, RefusalPart("No.")]))
    assert sent.messages[1] == {"role": "assistant", "content": "aNo."}
    assert sorted(sent.changes) == [
        ("dropped", "messages[1].parts[0].citations"),
        ("dropped", "messages[1].parts[0].signature"),
        ("rewritten", "messages[1].parts[1]"),
    ]
    with pytest.raises(UnsupportedParameterError):
        built(HI, AssistantMessage([ImagePart(data=PNG)]))

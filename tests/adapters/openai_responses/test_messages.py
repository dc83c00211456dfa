"""Messages, said as input items."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from llmkit import (
    AssistantMessage,
    AudioPart,
    CacheControl,
    DeveloperMessage,
    FilePart,
    ImagePart,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._models.adjustments import Adjuster
from llmkit.adapters.openai_responses.messages import input_items
from llmkit.adapters.openai_responses.task import Task

from .building import WIRE, build

PNG = b"\x89PNG\r\n\x1a\n"


def test_each_message_is_an_item_in_order() -> None:
    """System and developer messages stay where they stand, by their roles."""
    made = build(
        SystemMessage("Be brief."),
        DeveloperMessage("Be kind."),
        UserMessage("Hi"),
        AssistantMessage("Ho"),
        SystemMessage("Now in French."),
        UserMessage("Again"),
    )
    assert made.items == [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Ho"},
        {"role": "system", "content": "Now in French."},
        {"role": "user", "content": "Again"},
    ]
    assert made.made == ()


def test_instructions_may_stand_apart() -> None:
    """Those that lead, joined; where the server wants them there."""
    wire = evolve(WIRE, instructions=True)
    made = build(
        SystemMessage("Be brief."), SystemMessage("Be kind."), UserMessage("Hi"), wire=wire
    )
    assert made.body["instructions"] == "Be brief.\n\nBe kind."
    assert made.items == [{"role": "user", "content": "Hi"}]
    assert "instructions" not in build(wire=wire).body


def test_a_developer_may_have_to_be_a_system() -> None:
    """Where the role is not known; that is told."""
    wire = evolve(WIRE, developer_role=False)
    made = build(DeveloperMessage("Be brief."), wire=wire)
    assert made.items == [{"role": "system", "content": "Be brief."}]
    assert made.changes == [("renamed", "messages[0].role")]


def test_what_a_user_says() -> None:
    """Text, images and files, each by its bytes, its address or its id."""
    pdf = b"%PDF-1.4"
    made = build(
        UserMessage(
            [
                "Look:",
                ImagePart(data=PNG, detail="high"),
                ImagePart(url="https://example.com/a.png"),
                ImagePart(file_id="file-1"),
                FilePart(data=pdf, filename="a.pdf"),
                FilePart(data=pdf),
                FilePart(url="https://example.com/a.pdf"),
                FilePart(file_id="file-2"),
            ]
        )
    )
    data = "data:application/pdf;base64,JVBERi0xLjQ="
    assert made.items[0]["content"] == [
        {"type": "input_text", "text": "Look:"},
        {
            "type": "input_image",
            "detail": "high",
            "image_url": "data:image/png;base64,iVBORw0KGgo=",
        },
        {"type": "input_image", "detail": "auto", "image_url": "https://example.com/a.png"},
        {"type": "input_image", "detail": "auto", "file_id": "file-1"},
        {"type": "input_file", "filename": "a.pdf", "file_data": data},
        {"type": "input_file", "filename": "document", "file_data": data},
        {"type": "input_file", "file_url": "https://example.com/a.pdf"},
        {"type": "input_file", "file_id": "file-2"},
    ]
    assert made.made == ()


def test_what_a_file_cannot_say_is_told() -> None:
    """A name beside an address, and the wish for citations."""
    part = FilePart(url="https://example.com/a.pdf", filename="b.pdf", citations=True)
    assert build(UserMessage([part])).changes == [
        ("dropped", "messages[0].content[0].filename"),
        ("dropped", "messages[0].content[0].citations"),
    ]


AUDIO = AudioPart(data=b"RIFF....WAVE", media_type="audio/wav")


@pytest.mark.parametrize(
    ("part", "quirk"),
    [
        (ImagePart(data=PNG), {"images": False}),
        (FilePart(file_id="file-1"), {"files": False}),
        (AUDIO, {"audio": False}),
        (AudioPart(url="https://example.com/a.wav"), {"audio": True}),
    ],
)
def test_what_a_provider_does_not_take_is_refused(part: Any, quirk: dict[str, Any]) -> None:
    """Named by its place; or dropped, and told."""
    wire = evolve(WIRE, **quirk)
    with pytest.raises(UnsupportedParameterError) as caught:
        build(UserMessage(["Look:", part]), wire=wire)
    assert caught.value.parameter == "messages[0].content[1]"
    made = build(UserMessage(["Look:", part]), wire=wire, policy="drop")
    assert made.items[0]["content"] == [{"type": "input_text", "text": "Look:"}]
    assert made.changes == [("dropped", "messages[0].content[1]")]


def test_audio_where_it_is_taken() -> None:
    """Base64, with its format's name."""
    task = Task(evolve(WIRE, audio=True), Adjuster())
    audio = {"data": "UklGRi4uLi5XQVZF", "format": "wav"}
    content = [{"type": "input_audio", "input_audio": audio}]
    _, items = input_items(task, [UserMessage([AUDIO])], None)
    assert items == [{"role": "user", "content": content}]


def test_names_and_markers_have_no_place() -> None:
    """A name is refused; a marker for the cache is dropped, and told."""
    with pytest.raises(UnsupportedParameterError, match=r"messages\[0\]\.name"):
        build(UserMessage("Hi", name="Ann"))
    marked = TextPart("Hi", cache_control=CacheControl())
    for message in (SystemMessage([marked]), UserMessage([marked])):
        made = build(message, UserMessage("Ho"))
        assert made.items[0]["content"] == "Hi"
        assert made.changes == [("dropped", "messages[0].content[0].cache_control")]


def asked(*calls: str) -> AssistantMessage:
    """A message that asks for calls of these ids."""
    return AssistantMessage(tool_calls=[ToolCall(call, "get_weather", "{}") for call in calls])


def test_a_result_names_its_call() -> None:
    """Its text alone; a mark for failure has no place."""
    made = build(
        UserMessage("Hi"),
        asked("call_1"),
        ToolMessage("Sunny.", tool_call_id="call_1", is_error=True),
    )
    assert made.items[1:] == [
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "get_weather",
            "arguments": "{}",
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "Sunny."},
    ]
    assert made.changes == [("dropped", "messages[2].is_error")]


def test_ids_that_the_wire_refuses_are_the_same_on_both_sides() -> None:
    """It takes 64 characters."""
    long = "x" * 80
    made = build(UserMessage("Hi"), asked(long, "a b"), ToolMessage("1", tool_call_id=long))
    call, other, result = made.items[1:]
    assert call["call_id"] == result["call_id"] != long
    assert len(call["call_id"]) <= 64
    assert other["call_id"] != "a b"


def test_results_with_images() -> None:
    """In the result itself, or where that takes text only, after the last of them."""
    results = [
        ToolMessage(["Here:", ImagePart(data=PNG)], tool_call_id="call_1"),
        ToolMessage([ImagePart(data=PNG)], tool_call_id="call_2"),
    ]
    image = {
        "type": "input_image",
        "detail": "auto",
        "image_url": "data:image/png;base64,iVBORw0KGgo=",
    }
    messages = [UserMessage("Hi"), asked("call_1", "call_2"), *results]
    here, there = build(*messages).items[3:]
    assert here["output"] == [{"type": "input_text", "text": "Here:"}, image]
    assert there["output"] == [image]
    texts = evolve(WIRE, tool_media=False)
    for after in ([], [UserMessage("Go on.")]):
        made = build(*messages, *after, wire=texts)
        assert [item.get("output") for item in made.items[3:5]] == ["Here:", ""]
        assert made.items[5]["role"] == "user"
        assert made.items[5]["content"][1:] == [image, image]
        assert made.changes == [("moved", "messages[2]"), ("moved", "messages[3]")]


def test_a_result_of_several_texts() -> None:
    """A list of them, or one text where lists are not taken."""
    message = ToolMessage(["a", "b"], tool_call_id="call_1")
    messages = [UserMessage("Hi"), asked("call_1"), message]
    texts = [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]
    assert build(*messages).items[2]["output"] == texts
    assert build(*messages, wire=evolve(WIRE, tool_media=False)).items[2]["output"] == "ab"

"""Messages, said as contents."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    AudioPart,
    CacheControl,
    DeveloperMessage,
    FilePart,
    ImagePart,
    InvalidRequestError,
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
from llmkit.adapters.gemini import STAND_IN_SIGNATURE

from .wire import ASKED, BASE, NEWER, Built, answer, array, built, candidate, folded, parsed, sse

PNG = b"\x89PNG\r\n\x1a\n"
PNG_PART: dict[str, Any] = {
    "inlineData": {"mimeType": "image/png", "data": base64.b64encode(PNG).decode()}
}
QUESTION = {"role": "user", "parts": [{"text": "What is the capital of France?"}]}


def roles(made: Built) -> list[tuple[str, list[str]]]:
    """The role of each content, and what its parts are."""
    return [
        (content["role"], [next(iter(part)) for part in content["parts"]])
        for content in made.body["contents"]
    ]


def test_leading_system_messages_are_the_instruction() -> None:
    """All of them, in order; a developer is the same to this wire."""
    made = built([SystemMessage("Be brief."), DeveloperMessage(["In ", "French."]), *ASKED])
    assert made.body["systemInstruction"] == {
        "parts": [{"text": "Be brief."}, {"text": "In "}, {"text": "French."}]
    }
    assert made.body["contents"] == [QUESTION]
    assert made.changes == [("renamed", "messages[1].role")]


def test_a_later_system_message_is_the_users() -> None:
    """It stays where it stands, and that is told."""
    made = built([*ASKED, AssistantMessage("Paris."), SystemMessage("Now in French."), *ASKED])
    assert [role for role, _ in roles(made)] == ["user", "model", "user", "user"]
    assert made.changes == [("moved", "messages[2]")]


def test_a_system_message_alone_is_said_as_the_users() -> None:
    """The wire wants at least one content."""
    made = built([SystemMessage("Say hello.")])
    assert made.body == {"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]}
    assert made.changes == [("moved", "messages[0]")]


def test_media_go_by_bytes_or_by_address() -> None:
    """With their type, which an address's ending may tell; an uploaded file by its address."""
    made = built(
        [
            UserMessage(
                [
                    "Look:",
                    ImagePart(data=PNG),
                    ImagePart(url="https://a.test/b.jpg?c=d"),
                    AudioPart(data=b"ID3", media_type="audio/mpeg"),
                    FilePart(url="gs://a/b.pdf"),
                    FilePart(url="https://www.youtube.com/watch?v=1"),
                    FilePart(file_id="files/abc", media_type="video/mp4"),
                    FilePart(data=b"%PDF-1.4"),
                ]
            )
        ]
    )
    assert made.body["contents"][0]["parts"] == [
        {"text": "Look:"},
        PNG_PART,
        {"fileData": {"fileUri": "https://a.test/b.jpg?c=d", "mimeType": "image/jpeg"}},
        {"inlineData": {"mimeType": "audio/mpeg", "data": "SUQz"}},
        {"fileData": {"fileUri": "gs://a/b.pdf", "mimeType": "application/pdf"}},
        {"fileData": {"fileUri": "https://www.youtube.com/watch?v=1"}},
        {"fileData": {"fileUri": f"{BASE}/files/abc", "mimeType": "video/mp4"}},
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0xLjQ="}},
    ]
    assert made.adjustments == ()


def test_what_has_no_place_in_a_part_is_told() -> None:
    """Marks, names and transcripts are dropped; citations and names of people are refused."""
    made = built(
        [
            UserMessage(
                [
                    TextPart("a", cache_control=CacheControl()),
                    FilePart(data=b"b", filename="b.txt"),
                    AudioPart(data=b"ID3", media_type="audio/mpeg", transcript="c"),
                ]
            )
        ]
    )
    assert made.changes == [
        ("dropped", "messages[0].content[0].cache_control"),
        ("dropped", "messages[0].content[1].filename"),
        ("dropped", "messages[0].content[2].transcript"),
    ]
    for message, field in (
        (UserMessage("a", name="me"), r"messages\[0\]\.name"),
        (UserMessage(FilePart(data=b"b", citations=True)), r"content\[0\]\.citations"),
        (AssistantMessage("a", prefix=True), r"messages\[0\]\.prefix"),
    ):
        with pytest.raises(UnsupportedParameterError, match=field):
            built([message])


CALLS = AssistantMessage(
    tool_calls=[
        ToolCall("call_1", "get_weather", '{"city": "Paris"}'),
        ToolCall("call_2", "get_time", ""),
    ]
)


def test_results_refer_by_name_and_stand_alone() -> None:
    """In one content, in the order of their calls, before what the user says to them."""
    made = built(
        [
            *ASKED,
            CALLS,
            UserMessage("And?"),
            ToolMessage("noon", tool_call_id="call_2"),
            ToolMessage("21 degrees", tool_call_id="call_1", is_error=True),
        ]
    )
    assert made.body["contents"] == [
        QUESTION,
        {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "get_weather", "args": {"city": "Paris"}}},
                {"functionCall": {"name": "get_time", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "get_weather", "response": {"error": "21 degrees"}}},
                {"functionResponse": {"name": "get_time", "response": {"output": "noon"}}},
            ],
        },
        {"role": "user", "parts": [{"text": "And?"}]},
    ]
    assert made.changes == [("moved", "messages[4]")]


@pytest.mark.parametrize(
    ("text", "is_error", "said"),
    [
        ("plain", False, {"output": "plain"}),
        ("[1, 2]", False, {"output": "[1, 2]"}),
        ('{"a": 1}', False, {"a": 1}),
        ('{"a": 1', False, {"output": '{"a": 1'}),
        ('{"a": 1}', True, {"error": '{"a": 1}'}),
        ('{"error": "no"}', True, {"error": "no"}),
        ("", False, {"output": ""}),
    ],
)
def test_a_result_is_an_object(text: str, is_error: bool, said: object) -> None:
    """An object is said as it is, anything else as the output, or the error."""
    result = ToolMessage(text, tool_call_id="x", name="a", is_error=is_error)
    made = built([*ASKED, AssistantMessage(tool_calls=[ToolCall("x", "a")]), result])
    assert made.body["contents"][2]["parts"][0]["functionResponse"]["response"] == said


def test_a_result_without_a_name_is_refused() -> None:
    """The wire goes by the name: the error says which message has none."""
    with pytest.raises(InvalidRequestError) as caught:
        built([*ASKED, CALLS, ToolMessage("21", tool_call_id="gone")])
    assert caught.value.field == "messages[2]"
    named = ToolMessage("21", tool_call_id="gone", name="get_weather")
    made = built([*ASKED, CALLS, named])
    assert made.body["contents"][2]["parts"][0]["functionResponse"]["name"] == "get_weather"


def test_arguments_must_be_an_object() -> None:
    """Of a call that was cut off there is nothing to be sent."""
    broken = AssistantMessage(tool_calls=[ToolCall("x", "a", '{"b": ')])
    with pytest.raises(InvalidRequestError, match=r"messages\[1\]\.parts\[0\]"):
        built([*ASKED, broken])


def test_media_of_a_result() -> None:
    """In it since Gemini 3; before, and what it does not take, in a user's content after it."""
    messages: list[Message] = [
        *ASKED,
        AssistantMessage(tool_calls=[ToolCall("x", "look")]),
        ToolMessage(["see", ImagePart(data=PNG)], tool_call_id="x"),
        UserMessage("And?"),
    ]
    older = built(messages)
    assert roles(older)[2:] == [
        ("user", ["functionResponse"]),
        ("user", ["text", "inlineData"]),
        ("user", ["text"]),
    ]
    assert older.changes == [("moved", "messages[2]")]
    newer = built(messages, model=NEWER)
    function = newer.body["contents"][2]["parts"][0]["functionResponse"]
    assert function == {"name": "look", "response": {"output": "see"}, "parts": [PNG_PART]}
    messages[2] = ToolMessage(ImagePart(url="https://a.test/b.png"), tool_call_id="x")
    assert ("moved", "messages[2]") in built(messages, model=NEWER).changes


def test_only_ids_that_the_provider_gave_go_back() -> None:
    """Call and result agree; what others gave, or llmkit made up, the wire has never seen."""
    for call, seen in (
        (ToolCall("fc-1", "a", signature="cw==", provider="gemini"), True),
        (ToolCall("call_abc_0_0", "a", signature="cw==", provider="gemini"), False),
        (ToolCall("call_1", "a", provider="openai"), False),
        (ToolCall("call_1", "a"), False),
    ):
        result = ToolMessage("b", tool_call_id=call.id)
        _, said, answered = built([*ASKED, AssistantMessage(tool_calls=[call]), result]).body[
            "contents"
        ]
        ids = [
            said["parts"][0]["functionCall"].get("id"),
            answered["parts"][0]["functionResponse"].get("id"),
        ]
        assert ids == ([call.id] * 2 if seen else [None] * 2)


def test_gemini_3_gets_a_stand_in_for_a_missing_signature() -> None:
    """On the first call of each step that has none of its own, and on no other."""
    foreign = AssistantMessage(
        tool_calls=[
            ToolCall("1", "a", signature="theirs", provider="openai"),
            ToolCall("2", "b"),
        ]
    )
    own = AssistantMessage(tool_calls=[ToolCall("3", "c", signature="b3Vycw==", provider="gemini")])
    made = built([*ASKED, foreign, own], model=NEWER)
    signatures = [
        part.get("thoughtSignature")
        for content in made.body["contents"][1:]
        for part in content["parts"]
    ]
    assert signatures == [STAND_IN_SIGNATURE, None, "b3Vycw=="]
    assert base64.b64decode(STAND_IN_SIGNATURE) == b"skip_thought_signature_validator"
    assert made.changes == [
        ("dropped", "messages[1].parts[0].signature"),
        ("added", "messages[1].tool_calls[0].signature"),
    ]
    older = built([*ASKED, foreign])
    assert "thoughtSignature" not in json.dumps(older.body)


def test_thinking_goes_back_to_its_own_provider() -> None:
    """And to no other; what nobody is named for is taken for its own."""
    message = AssistantMessage(
        [
            ReasoningPart("a", signature="cw==", provider="gemini"),
            ReasoningPart("b"),
            ReasoningPart("c", provider="anthropic", signature="t"),
            ReasoningPart(provider="gemini"),
            RefusalPart("No."),
        ]
    )
    made = built([*ASKED, message])
    assert made.body["contents"][1]["parts"] == [
        {"text": "a", "thought": True, "thoughtSignature": "cw=="},
        {"text": "b", "thought": True},
        {"text": "No."},
    ]
    assert made.changes == [
        ("dropped", "messages[1].parts[2]"),
        ("dropped", "messages[1].parts[3]"),
        ("rewritten", "messages[1].parts[4]"),
    ]


def test_a_message_of_which_nothing_is_left_is_dropped() -> None:
    """A content without parts is refused by the service."""
    foreign = AssistantMessage([ReasoningPart("c", provider="anthropic"), TextPart("")])
    made = built([*ASKED, foreign])
    assert made.body["contents"] == [QUESTION]
    assert made.changes == [("dropped", "messages[1].parts[0]"), ("dropped", "messages[1]")]


def test_sound_of_another_provider_is_its_transcript() -> None:
    """Its id means nothing here; the words do."""
    made = built([*ASKED, AssistantMessage([AudioPart(file_id="audio_1", transcript="Paris.")])])
    assert made.body["contents"][1]["parts"] == [{"text": "Paris."}]
    assert made.changes == [("rewritten", "messages[1].parts[0]")]


PARTS: list[dict[str, Any]] = [
    {"text": "Let me think.", "thought": True},
    {"text": "First, ", "thoughtSignature": "c2lnbjE="},
    {"text": "a picture:"},
    {**PNG_PART, "thoughtSignature": "c2lnbjI="},
    {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
    {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "id": "t1"}, "thoughtSignature": "c2lnbjM="},
    {"functionCall": {"id": "fc1", "name": "a", "args": {"b": [1]}}, "thoughtSignature": "c2k="},
    {"functionCall": {"name": "a", "args": {}}},
    {"text": "", "thoughtSignature": "c2lnbjQ="},
]


@pytest.mark.parametrize("form", ["whole", "sse", "array", "one by one"])
def test_an_answer_goes_back_as_it_came(form: str) -> None:
    """Every part, in order, each signature on its own; through JSON as well."""
    body = answer(candidate(*PARTS))
    match form:
        case "whole":
            given = parsed(body)
        case "sse":
            given = folded(sse(body))
        case "array":
            given = folded(array(body))
        case _:
            events = [answer({"content": {"parts": [part]}}) for part in PARTS]
            given = folded(sse(*events, answer({"finishReason": "STOP"})))
    message = given.assistant_message()
    assert message is not None
    again = Message.from_dict(json.loads(json.dumps(message.to_dict())))
    made = built([*ASKED, again], model=NEWER)
    assert made.body["contents"][1] == {"role": "model", "parts": PARTS}
    assert made.adjustments == ()
    assert message.content == "First, a picture:"
    assert message.reasoning == "Let me think."
    assert [call.name for call in message.tool_calls] == ["a", "a"]
    assert len({call.id for call in message.tool_calls}) == 2

"""Messages as OpenAI's chat completions say them, and in its dialects."""

from __future__ import annotations

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
    UserMessage,
)
from llmkit._models.parts import CacheControl
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import UnsupportedParameterError

from .openai_chat import Built, built

PNG = b"\x89PNG\r\n\x1a\n"
CALL = ToolCall("call_1", "f", '{"a":1}')
RESULT = Message.tool("call_1", "ok")


def said(*messages: object, **wire: Any) -> Any:
    """The last of *messages*, as the wire says it."""
    return built(messages, wire=OpenAIChat(provider="own", **wire)).messages[-1]


def made(*messages: object, policy: Any = "error", **wire: Any) -> Built:
    """*messages* as the wire says them, and what was changed."""
    return built(messages, wire=OpenAIChat(provider="own", **wire), policy=policy)


def test_a_text_is_said_as_text() -> None:
    """Text alone is a string, however it was given: some know no lists."""
    assert said(UserMessage("Hi")) == {"role": "user", "content": "Hi"}
    assert said(UserMessage([TextPart("Hi")])) == {"role": "user", "content": "Hi"}
    assert said(SystemMessage("Be brief."), UserMessage("Hi")) == {"role": "user", "content": "Hi"}


def test_system_messages_stay_where_they_are() -> None:
    """In order, in place."""
    roles = [
        m["role"] for m in made(SystemMessage("a"), UserMessage("b"), SystemMessage("c")).messages
    ]
    assert roles == ["system", "user", "system"]


def test_developer_is_system_elsewhere() -> None:
    """Only OpenAI and Azure know the role: for the others it is renamed, and that is told."""
    assert said(DeveloperMessage("a"), developer_role=True)["role"] == "developer"
    elsewhere = made(DeveloperMessage("a"))
    assert elsewhere.messages == [{"role": "system", "content": "a"}]
    assert elsewhere.adjusted == (("renamed", "messages[0].role"),)


@pytest.mark.parametrize(
    "message",
    [SystemMessage("a", name="n"), UserMessage("a", name="n"), AssistantMessage("a", name="n")],
)
def test_a_name_goes_where_names_are_taken(message: object) -> None:
    """Groq and xAI refuse it: there it is unsupported."""
    assert said(message)["name"] == "n"
    with pytest.raises(UnsupportedParameterError) as caught:
        said(message, message_names=False)
    assert caught.value.parameter == "messages[0].name"


PARTS: dict[str, tuple[Any, Any]] = {
    "text": (TextPart("a"), {"type": "text", "text": "a"}),
    "an image's bytes": (
        ImagePart(data=PNG),
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ),
    "an image's address": (
        ImagePart(url="https://example.com/a.png", detail="low"),
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
    ),
    "audio": (
        AudioPart(data=b"ID3", media_type="audio/mpeg"),
        {"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}},
    ),
    "a file's bytes": (
        FilePart(data=b"%PDF-", media_type="application/pdf"),
        {
            "type": "file",
            "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "document"},
        },
    ),
    "a file with a name": (
        FilePart(data=b"a", filename="a.txt", media_type="text/plain"),
        {
            "type": "file",
            "file": {"file_data": "data:text/plain;base64,YQ==", "filename": "a.txt"},
        },
    ),
    "a file's id": (FilePart(file_id="file-1"), {"type": "file", "file": {"file_id": "file-1"}}),
    "a file's address": (
        FilePart(url="https://example.com/a.pdf", media_type="application/pdf"),
        {"type": "file", "file": {"file_data": "https://example.com/a.pdf"}},
    ),
}


@pytest.mark.parametrize(("part", "form"), PARTS.values(), ids=PARTS)
def test_a_part_has_its_form(part: object, form: object) -> None:
    """Parts stay in order, each in OpenAI's form."""
    content = said(UserMessage(["Look:", part]))["content"]  # type: ignore[list-item]  # any part
    assert content == [{"type": "text", "text": "Look:"}, form]


UNSAYABLE: dict[str, tuple[Any, dict[str, Any]]] = {
    "no images": (ImagePart(data=PNG), {"images": False}),
    "no audio": (AudioPart(data=b"ID3", media_type="audio/mpeg"), {"audio": False}),
    "no files": (FilePart(file_id="f"), {"files": False}),
    "an image by its id": (ImagePart(file_id="f"), {}),
    "audio by its address": (AudioPart(url="https://example.com/a.mp3"), {}),
    "audio by its id": (AudioPart(file_id="audio_1"), {}),
}


@pytest.mark.parametrize(("part", "wire"), UNSAYABLE.values(), ids=UNSAYABLE)
def test_a_part_that_cannot_be_said_is_unsupported(part: Any, wire: dict[str, Any]) -> None:
    """Another provider could take it: an error that names it, or dropped where that is asked."""
    with pytest.raises(UnsupportedParameterError) as caught:
        made(UserMessage(["Look:", part]), **wire)
    assert caught.value.parameter == "messages[0].content[1]"
    dropped = made(UserMessage(["Look:", part]), policy="drop", **wire)
    assert dropped.messages == [{"role": "user", "content": "Look:"}]
    assert dropped.adjusted == (("dropped", "messages[0].content[1]"),)


def test_cache_markers_go_to_who_takes_them() -> None:
    """Elsewhere they are dropped: a hint, which changes nothing of the answer."""
    message = UserMessage([TextPart("a", cache_control=CacheControl("5m"))])
    marked = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "5m"}}
    assert said(message, cache_control=True)["content"] == [marked]
    assert made(message).messages[0]["content"] == "a"
    assert made(message).adjusted == (("dropped", "messages[0].content[0].cache_control"),)


def test_an_answer_goes_back() -> None:
    """Text and calls of an assistant's message, in OpenAI's form."""
    assert said(AssistantMessage("Hello")) == {"role": "assistant", "content": "Hello"}
    assert said(AssistantMessage("Let me see.", tool_calls=[CALL])) == {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
        ],
    }


@pytest.mark.parametrize(
    ("form", "content"),
    [("null", {"content": None}), ("empty", {"content": ""}), ("omit", {})],
)
def test_no_text_beside_calls_has_three_forms(form: Any, content: dict[str, Any]) -> None:
    """null, "" or no key at all: who refuses one wants another."""
    message = said(AssistantMessage(tool_calls=[CALL]), empty_content=form)
    assert {key: message[key] for key in message if key == "content"} == content


def test_an_empty_answer_is_an_empty_text() -> None:
    """A message must have content or calls; this one has neither."""
    for form in ("null", "empty", "omit"):
        assert said(AssistantMessage.of_parts([]), empty_content=form)["content"] == ""


def test_a_call_without_arguments_says_an_empty_object() -> None:
    """Some servers parse what comes back, and an empty text is no JSON."""
    message = said(AssistantMessage(tool_calls=[ToolCall("c", "f", "")]))
    assert message["tool_calls"][0]["function"]["arguments"] == "{}"


def test_a_refusal_has_its_field_or_is_text() -> None:
    """Where the wire has no place for it, it is said as text, and that is told."""
    message = AssistantMessage.of_parts([RefusalPart("No.")])
    own = said(message, refusal_field=True)
    assert (own["refusal"], own["content"]) == ("No.", None)
    elsewhere = made(message)
    assert elsewhere.messages[0] == {"role": "assistant", "content": "No."}
    assert elsewhere.adjusted == (("rewritten", "messages[0].parts[0]"),)


def test_audio_of_an_answer_goes_back_by_its_id() -> None:
    """OpenAI keeps it; its bytes are not sent again."""
    message = AssistantMessage.of_parts([AudioPart(file_id="audio_1", transcript="Hi")])
    assert said(message)["audio"] == {"id": "audio_1"}
    with pytest.raises(UnsupportedParameterError, match="no place for it in an answer"):
        said(AssistantMessage.of_parts([AudioPart(data=b"ID3", media_type="audio/mpeg")]))


def test_a_prefix_goes_where_texts_are_continued() -> None:
    """Each has its own mark for it; elsewhere it cannot be done."""
    assert said(AssistantMessage("Once", prefix=True), prefix_field="prefix")["prefix"] is True
    with pytest.raises(UnsupportedParameterError) as caught:
        said(AssistantMessage("Once", prefix=True))
    assert caught.value.parameter == "messages[0].prefix"


THOUGHT = AssistantMessage.of_parts([ReasoningPart("Hm.", provider="own"), TextPart("Hi")])
BACK: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "as reasoning_content": (
        {"reasoning_field": "reasoning_content"},
        {"content": "Hi", "reasoning_content": "Hm."},
    ),
    "as reasoning": ({"reasoning_field": "reasoning"}, {"content": "Hi", "reasoning": "Hm."}),
    "as reasoning, where no detail came": (
        {"reasoning_field": "reasoning_details"},
        {"content": "Hi", "reasoning": "Hm."},
    ),
    "as content blocks": (
        {"reasoning_field": "content"},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "text", "text": "Hi"},
            ]
        },
    ),
    "as a tag in the text": ({"reasoning_field": "think"}, {"content": "<think>Hm.</think>Hi"}),
}


@pytest.mark.parametrize(("wire", "form"), BACK.values(), ids=BACK)
def test_thinking_goes_back_to_who_made_it(wire: dict[str, Any], form: dict[str, Any]) -> None:
    """In the provider's own place for it."""
    sent = made(THOUGHT, **wire)
    assert sent.messages == [{"role": "assistant", **form}]
    assert sent.adjusted == ()


@pytest.mark.parametrize("field", ["content", "think", "reasoning", "reasoning_details"])
def test_no_thinking_leaves_no_trace(field: Any) -> None:
    """A message without thinking is said as everywhere."""
    assert said(AssistantMessage("Hi"), reasoning_field=field) == {
        "role": "assistant",
        "content": "Hi",
    }


def test_thinking_goes_to_nobody_else() -> None:
    """It is the maker's; and one who does not take it back is not sent it. Both are told."""
    other = AssistantMessage.of_parts([ReasoningPart("Hm.", provider="other"), TextPart("Hi")])
    for sent in (made(other, reasoning_field="reasoning"), made(THOUGHT)):
        assert sent.messages == [{"role": "assistant", "content": "Hi"}]
        assert sent.adjusted == (("dropped", "messages[0].parts[0]"),)


def test_thinking_that_nobody_signed_is_ones_own() -> None:
    """A part without a provider was made by the caller, for whom he calls."""
    message = AssistantMessage.of_parts([ReasoningPart("Hm."), TextPart("Hi")])
    assert said(message, reasoning_field="reasoning")["reasoning"] == "Hm."


def test_some_want_the_thinking_of_every_call() -> None:
    """DeepSeek refuses a message with calls whose field is missing, Moonshot an empty one, too."""
    wire: dict[str, Any] = {"reasoning_field": "reasoning_content", "reasoning_required": True}
    assert said(AssistantMessage(tool_calls=[CALL]), **wire)["reasoning_content"] == ""
    spaced = said(AssistantMessage(tool_calls=[CALL]), filler=" ", **wire)
    assert spaced["reasoning_content"] == " "
    assert "reasoning_content" not in said(AssistantMessage("Hi"), **wire)
    assert (
        said(AssistantMessage(reasoning="Hm.", tool_calls=[CALL]), **wire)["reasoning_content"]
        == "Hm."
    )


def test_sealed_thinking_goes_back_letter_by_letter() -> None:
    """OpenRouter's details, each in its own form and in order: a changed letter breaks the seal."""
    details = [
        {"type": "reasoning.text", "format": "a", "index": 0, "text": "Hm.", "signature": "s"},
        {"type": "reasoning.summary", "index": 1, "summary": "Short."},
        {"type": "reasoning.encrypted", "index": 2, "data": "x", "id": "rs_1"},
    ]
    parts = [
        ReasoningPart(
            "Hm.",
            signature="s",
            provider="own",
            raw={"type": "reasoning.text", "format": "a", "index": 0},
        ),
        ReasoningPart("Short.", provider="own", raw={"type": "reasoning.summary", "index": 1}),
        ReasoningPart(
            encrypted="x",
            id="rs_1",
            provider="own",
            raw={"type": "reasoning.encrypted", "index": 2},
        ),
    ]
    message = said(AssistantMessage.of_parts(parts), reasoning_field="reasoning_details")
    assert message["reasoning_details"] == details
    assert "reasoning" not in message


def test_a_tools_result_is_a_text() -> None:
    """One text is a string; several stay apart; that it failed has no mark on this wire."""
    assert said(RESULT) == {"role": "tool", "tool_call_id": "call_1", "content": "ok"}
    assert said(Message.tool("call_1", ["a", "b"]))["content"] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]
    failed = made(Message.tool("call_1", "no such city", is_error=True))
    assert failed.messages[0]["content"] == "no such city"
    assert failed.adjusted == (("dropped", "messages[0].is_error"),)


def test_a_tools_images_follow_the_last_result() -> None:
    """The wire has no images in a tool's message: a user's message brings them."""
    first = Message.tool("call_1", ["a", "b", ImagePart(data=PNG)])
    second = Message.tool("call_2", [ImagePart(url="https://example.com/b.png")])
    sent = made(first, second, AssistantMessage("I see."))
    assert [message["role"] for message in sent.messages] == ["tool", "tool", "user", "assistant"]
    assert [message["content"] for message in sent.messages[:2]] == ["ab", ""]
    kinds = [part["type"] for part in sent.messages[2]["content"]]
    assert kinds == ["text", "image_url", "image_url"]
    assert sent.adjusted == (("moved", "messages[0]"), ("moved", "messages[1]"))
    assert [m["role"] for m in made(first).messages] == ["tool", "user"]


def test_a_tools_image_that_cannot_be_said_is_unsupported() -> None:
    """It is named as the part that it is."""
    with pytest.raises(UnsupportedParameterError) as caught:
        made(Message.tool("call_1", [ImagePart(data=PNG)]), images=False)
    assert caught.value.parameter == "messages[0].content[0]"
    dropped = made(Message.tool("call_1", ["a", ImagePart(data=PNG)]), images=False, policy="drop")
    assert [message["content"] for message in dropped.messages] == ["a"]  # and nothing follows
    assert dropped.adjusted == (("dropped", "messages[0].content[1]"),)


BRIDGED: dict[str, tuple[list[Any], list[str]]] = {
    "a user after a tool": ([RESULT, UserMessage("Go on")], ["tool", "assistant", "user"]),
    "an assistant after a tool": ([RESULT, AssistantMessage("a")], ["tool", "assistant"]),
    "two tools": ([RESULT, RESULT, UserMessage("a")], ["tool", "tool", "assistant", "user"]),
    "a tool's image at the end": (
        [Message.tool("call_1", [ImagePart(data=PNG)])],
        ["tool", "assistant", "user"],
    ),
    "a tool's image, then a user": (
        [Message.tool("call_1", [ImagePart(data=PNG)]), UserMessage("a")],
        ["tool", "assistant", "user", "user"],
    ),
    "a system message after a tool": ([RESULT, SystemMessage("a")], ["tool", "system"]),
}


@pytest.mark.parametrize(("messages", "roles"), BRIDGED.values(), ids=BRIDGED)
def test_a_user_may_not_follow_a_tool(messages: list[Any], roles: list[str]) -> None:
    """Mistral refuses that order: an assistant's message is put between, and that is told."""
    sent = made(*messages, assistant_after_tool=True)
    assert [message["role"] for message in sent.messages] == roles
    added = [kind for kind, _ in sent.adjusted if kind == "added"]
    assert len(added) == len(roles) - len(made(*messages).messages)


def test_ids_of_calls_fit_the_provider() -> None:
    """Mistral's have nine letters: another's id is replaced by the same one at each mention."""
    call = ToolCall("toolu_01A-b", "f", "{}")
    sent = made(
        AssistantMessage(tool_calls=[call, ToolCall("abcDEF123", "f", "{}")]),
        Message.tool("toolu_01A-b", "a"),
        Message.tool("abcDEF123", "b"),
        tool_id_length=9,
    )
    first, second = (call["id"] for call in sent.messages[0]["tool_calls"])
    assert len(first) == 9
    assert first.isalnum()
    assert second == "abcDEF123"
    assert [message["tool_call_id"] for message in sent.messages[1:]] == [first, second]
    assert said(RESULT)["tool_call_id"] == "call_1"


def test_a_tools_name_goes_where_names_are_taken() -> None:
    """Elsewhere the call has it: nothing is lost, and it is told."""
    result = ToolMessage("ok", tool_call_id="call_1", name="f")
    assert said(result)["name"] == "f"
    sent = made(result, message_names=False)
    assert "name" not in sent.messages[0]
    assert sent.adjusted == (("dropped", "messages[0].name"),)

"""Messages, said in Cohere's form."""

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
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._models.parts import Citation
from llmkit.adapters.cohere_v2 import CohereV2

from .wire import built

PNG = b"\x89PNG\r\n\x1a\n"
CALL = ToolCall("c1", "get_weather", '{"city":"Paris"}')
SAID_CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'},
}
HI = UserMessage("Hi")
RESULT = ToolMessage("sunny", tool_call_id="c1")


def said(*parts: Any, **fields: Any) -> Any:
    """What an assistant's message of *parts* becomes."""
    return built(HI, AssistantMessage(list(parts), **fields), HI).messages[1]


def test_roles() -> None:
    """Four of them; a developer is a system, which is told."""
    sent = built(
        SystemMessage("Be brief."),
        DeveloperMessage("Be kind."),
        HI,
        AssistantMessage("Hello."),
        UserMessage("Bye"),
    )
    assert sent.messages == [
        {"role": "system", "content": "Be brief."},
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Bye"},
    ]
    assert sent.changes == [("renamed", "messages[1].role")]


def test_what_a_user_says() -> None:
    """Texts and images in order; an empty text among them is left out."""
    image = ImagePart.from_url("https://a.test/a.png", detail="low")
    sent = built(UserMessage([TextPart("See:"), TextPart(""), image, ImagePart(data=PNG)]))
    data = base64.b64encode(PNG).decode()
    assert sent.messages[0]["content"] == [
        {"type": "text", "text": "See:"},
        {"type": "image_url", "image_url": {"url": "https://a.test/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
    ]


@pytest.mark.parametrize(
    ("part", "data"),
    [
        (FilePart(data=b"facts", filename="a.txt"), {"title": "a.txt", "text": "facts"}),
        (FilePart(data=b"facts", media_type="text/markdown"), {"text": "facts"}),
        (FilePart(data=b'{"a":1}', media_type="application/json"), {"a": 1}),
        (FilePart(data=b"[1]", media_type="application/json"), {"text": "[1]"}),
        (FilePart(data=b"{no", media_type="application/json"), {"text": "{no"}),
    ],
)
def test_texts_in_files_are_documents(part: FilePart, data: dict[str, Any]) -> None:
    """They stand beside the messages, which is told; a model cites them there."""
    sent = built(UserMessage(["Who?", part]))
    assert sent.body["documents"] == [{"data": data}]
    assert sent.messages == [{"role": "user", "content": "Who?"}]
    assert sent.changes == [("moved", "messages[0].content[1]")]


@pytest.mark.parametrize(
    "part",
    [
        AudioPart(data=b"RIFF....WAVE"),
        FilePart(data=b"%PDF-1.4"),
        FilePart(url="https://a.test/a.txt"),
        FilePart(data=b"\xff\xfe\x00", media_type="text/plain"),
        ImagePart(file_id="f"),
    ],
)
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
    """The provider caches by itself."""
    sent = built(UserMessage([TextPart("Hi", cache_control=CacheControl())]))
    assert sent.messages == [{"role": "user", "content": "Hi"}]
    assert sent.changes == [("dropped", "messages[0].content[0].cache_control")]


def test_calls_and_their_results() -> None:
    """Arguments as text, `{}` for none; a result is of its call's id."""
    sent = built(
        HI,
        AssistantMessage(tool_calls=[CALL, ToolCall("c2", "ping", "")]),
        RESULT,
        ToolMessage("pong", tool_call_id="c2", name="ping", is_error=True),
    )
    none = {"id": "c2", "type": "function", "function": {"name": "ping", "arguments": "{}"}}
    assert sent.messages[1:] == [
        {"role": "assistant", "tool_calls": [SAID_CALL, none]},
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "c2", "content": "pong"},
    ]
    assert sent.changes == [("dropped", "messages[3].is_error"), ("dropped", "messages[3].name")]


def test_results_of_several_texts_and_documents() -> None:
    """Each a block of its own."""
    document = FilePart(data=b'{"temp":21}', media_type="application/json")
    sent = built(
        HI, AssistantMessage(tool_calls=[CALL]), ToolMessage(["a", document], tool_call_id="c1")
    )
    assert sent.messages[2]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "document", "document": {"data": {"temp": 21}}},
    ]
    assert sent.changes == []


def test_images_of_results_follow_the_last_of_them() -> None:
    """In a user's message: a result holds texts and documents only."""
    sent = built(
        HI,
        AssistantMessage(tool_calls=[CALL, ToolCall("c2", "ping")]),
        ToolMessage(["see", ImagePart(data=PNG)], tool_call_id="c1"),
        ToolMessage([ImagePart(data=PNG)], tool_call_id="c2"),
        HI,
    )
    roles = [message["role"] for message in sent.messages]
    assert roles == ["user", "assistant", "tool", "tool", "user", "user"]
    assert sent.messages[3]["content"] == ""
    kinds = [block["type"] for block in sent.messages[4]["content"]]
    assert kinds == ["text", "image_url", "image_url"]
    assert [kind for kind, _ in sent.changes] == ["moved", "moved"]


def test_own_thinking_goes_back_as_blocks() -> None:
    """Before the text, as it came; thinking of nobody counts as its own."""
    own = ReasoningPart("Hm.", provider="cohere")
    assert said(own, "Yes.") == {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Yes."}],
    }
    assert said(ReasoningPart("Hm."), CALL) == {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm."}],
        "tool_calls": [SAID_CALL],
    }


def test_thinking_of_another_stays_out() -> None:
    """And that is told; a message of nothing else is no message, which would be refused."""
    other = AssistantMessage([ReasoningPart("Hm.", provider="openai")])
    sent = built(HI, other, HI)
    assert [message["role"] for message in sent.messages] == ["user", "user"]
    assert sent.changes == [("dropped", "messages[1].parts[0]"), ("dropped", "messages[1]")]


def test_the_plan_goes_back_as_the_plan() -> None:
    """Under its own name, with what it cites."""
    cited: dict[str, Any] = {"start": 0, "end": 1, "sources": [], "type": "PLAN"}
    plan = ReasoningPart(provider="cohere", raw={"tool_plan": "I look.", "citations": [cited]})
    assert said(plan, CALL) == {
        "role": "assistant",
        "tool_plan": "I look.",
        "tool_calls": [SAID_CALL],
        "citations": [cited],
    }


def test_a_plan_that_is_not_taken_back_is_told() -> None:
    """By a quirk: the models after Command A are said to refuse it."""
    plan = ReasoningPart(provider="cohere", raw={"tool_plan": "I look."})
    wire = CohereV2(provider="cohere", tool_plan=False)
    sent = built(HI, AssistantMessage([plan, "So.", CALL]), RESULT, wire=wire)
    assert sent.messages[1] == {"role": "assistant", "tool_calls": [SAID_CALL]}
    assert sent.changes == [("dropped", "messages[1].parts[0]"), ("dropped", "messages[1]")]


def test_text_beside_calls_is_the_plan_for_them() -> None:
    """As text it is refused; that it moves is told. An empty text is none."""
    sent = built(HI, AssistantMessage("Let me look.", tool_calls=[CALL]), RESULT)
    assert sent.messages[1] == {
        "role": "assistant",
        "tool_plan": "Let me look.",
        "tool_calls": [SAID_CALL],
    }
    assert sent.changes == [("moved", "messages[1]")]
    sent = built(HI, AssistantMessage("", tool_calls=[CALL]), RESULT)
    assert sent.messages[1] == {"role": "assistant", "tool_calls": [SAID_CALL]}
    assert sent.changes == []


def test_citations_of_its_own_go_back() -> None:
    """Those of another provider's form stay out, and that is told."""
    own: dict[str, Any] = {
        "start": 0,
        "end": 4,
        "text": "Yes.",
        "sources": [{"type": "document", "id": "1"}],
    }
    part = TextPart("Yes.", citations=[Citation(raw=own)])
    assert said(part)["citations"] == [own]
    other = TextPart("Yes.", citations=[Citation(url="https://a.test", raw={"url": "a"})])
    sent = built(HI, AssistantMessage([other]))
    assert sent.messages[1] == {"role": "assistant", "content": "Yes."}
    assert sent.changes == [("dropped", "messages[1].parts[0].citations")]


def test_what_of_an_answer_stays_out_is_told() -> None:
    """Seals and marks on texts, and thinking without words."""
    text = TextPart("Hi.", signature="s", provider="gemini", cache_control=CacheControl())
    sealed = ReasoningPart(encrypted="x", signature="s", provider="cohere")
    sent = built(HI, AssistantMessage([sealed, text]))
    assert sent.messages[1] == {"role": "assistant", "content": "Hi."}
    assert sent.changes == [
        ("dropped", "messages[1].parts[0].signature"),
        ("dropped", "messages[1].parts[0]"),
        ("dropped", "messages[1].parts[1].signature"),
        ("dropped", "messages[1].parts[1].cache_control"),
    ]


def test_a_result_may_hold_no_sound() -> None:
    """It is refused, or dropped and told."""
    result = ToolMessage(["see", AudioPart(data=b"RIFF....WAVE")], tool_call_id="c1")
    sent = built(HI, AssistantMessage(tool_calls=[CALL]), result, policy="drop")
    assert sent.messages[2]["content"] == "see"
    assert sent.changes == [("dropped", "messages[2].content[1]")]


def test_what_else_an_answer_may_hold() -> None:
    """A refusal is text; seals are another's; images have no place."""
    sent = built(HI, AssistantMessage([RefusalPart("No.")]))
    assert sent.messages[1]["content"] == "No."
    assert sent.changes == [("rewritten", "messages[1].parts[0]")]
    sealed = ToolCall("c1", "f", signature="s", provider="gemini")
    assert built(HI, AssistantMessage([sealed])).changes == [
        ("dropped", "messages[1].parts[0].signature")
    ]
    with pytest.raises(UnsupportedParameterError):
        said(ImagePart(data=PNG))

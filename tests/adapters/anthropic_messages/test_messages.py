"""Conversations: the system apart, turns, and what is in them."""

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
    InvalidRequestError,
    Message,
    SystemMessage,
    TextPart,
    Tool,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)

from .building import BUDGET, NEW, build

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 8
PDF = b"%PDF-1.7"
MARK = CacheControl()
CALL = ToolCall("toolu_1", "ping", "{}")


def encoded(data: bytes) -> str:
    """*data* in base64."""
    return base64.b64encode(data).decode()


def turns(*messages: Message, **options: Any) -> Any:
    """The turns that *messages* become."""
    return build(*messages, **options).body["messages"]


def test_leading_system_messages_are_the_systems_field() -> None:
    """One is a text; several are blocks, each its own."""
    assert build(SystemMessage("Be brief."), UserMessage("Hi")).body["system"] == "Be brief."
    built = build(SystemMessage("A"), DeveloperMessage("B"), UserMessage("Hi"))
    assert built.body["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert built.changes == [("renamed", "messages[1].role")]


def test_a_later_system_message_becomes_the_users() -> None:
    """Where the model has no system in the middle of a conversation; that is told."""
    talk = [UserMessage("Hi"), AssistantMessage("Hello"), SystemMessage("Rhyme."), UserMessage("?")]
    built = build(*talk)
    assert built.body["messages"][2]["content"] == [
        {"type": "text", "text": "Rhyme."},
        {"type": "text", "text": "?"},
    ]
    assert built.changes == [("moved", "messages[2]")]


def test_a_later_system_message_stays_where_the_model_takes_it() -> None:
    """After the user's turn and before the assistant's: elsewhere it is the user's here too."""
    talk = [UserMessage("Hi"), SystemMessage("Rhyme."), AssistantMessage("Hey"), UserMessage("?")]
    assert turns(*talk, model=NEW)[1] == {"role": "system", "content": "Rhyme."}
    assert [turn["role"] for turn in turns(*talk[:2], model=NEW)] == ["user", "system"]
    before_user = [UserMessage("Hi"), SystemMessage("Rhyme."), UserMessage("?")]
    assert [turn["role"] for turn in turns(*before_user, model=NEW)] == ["user"]
    after = [UserMessage("Hi"), AssistantMessage("Hey"), SystemMessage("Rhyme.")]
    assert [turn["role"] for turn in turns(*after, model=NEW)] == ["user", "assistant", "user"]


def test_of_system_messages_alone_the_last_is_the_users() -> None:
    """The wire needs something to answer."""
    built = build(SystemMessage("A"), SystemMessage("B"))
    assert (built.body["system"], built.body["messages"]) == (
        "A",
        [{"role": "user", "content": "B"}],
    )
    assert built.changes == [("moved", "messages[1]")]


def test_neighbours_of_a_side_are_one_turn() -> None:
    """User and assistant take turns."""
    talk = [UserMessage("a"), UserMessage("b"), AssistantMessage("c"), AssistantMessage("d")]
    said = turns(*talk, UserMessage("e"))
    assert [turn["role"] for turn in said] == ["user", "assistant", "user"]
    assert [block["text"] for block in said[0]["content"]] == ["a", "b"]


def test_results_of_tools_are_one_turn_and_stand_first() -> None:
    """All results of a turn's calls, before any words of the user's."""
    calls = AssistantMessage(tool_calls=[CALL, ToolCall("toolu_2", "ping", "")])
    said = turns(
        UserMessage("go"),
        calls,
        ToolMessage("one", tool_call_id="toolu_1"),
        ToolMessage("bad", tool_call_id="toolu_2", is_error=True),
        UserMessage("and?"),
    )
    assert said[1]["content"] == [
        {"type": "tool_use", "id": "toolu_1", "name": "ping", "input": {}},
        {"type": "tool_use", "id": "toolu_2", "name": "ping", "input": {}},
    ]
    assert said[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "one"},
        {"type": "tool_result", "tool_use_id": "toolu_2", "content": "bad", "is_error": True},
        {"type": "text", "text": "and?"},
    ]
    late = build(
        UserMessage("go"),
        AssistantMessage(tool_calls=[CALL]),
        UserMessage("wait"),
        ToolMessage("one", tool_call_id="toolu_1"),
    )
    assert [block["type"] for block in late.body["messages"][2]["content"]] == [
        "tool_result",
        "text",
    ]
    assert late.changes == [("moved", "messages[3]")]


def test_a_result_may_hold_images_and_documents() -> None:
    """They stand in it; an empty result is an empty text."""
    parts: list[Any] = [TextPart("see"), ImagePart(data=PNG), FilePart(data=PDF)]
    calls = AssistantMessage(tool_calls=[CALL])
    result = turns(UserMessage("go"), calls, ToolMessage(parts, tool_call_id="toolu_1"))[2]
    kinds = [block["type"] for block in result["content"][0]["content"]]
    assert kinds == ["text", "image", "document"]
    empty = turns(UserMessage("go"), calls, ToolMessage("", tool_call_id="toolu_1"))[2]
    assert empty["content"][0]["content"] == ""


def test_ids_that_the_wire_refuses_are_replaced_on_both_sides() -> None:
    """A foreign id has the same stand-in in the call and in its result."""
    said = turns(
        UserMessage("go"),
        AssistantMessage(tool_calls=[ToolCall("call:1/ä", "ping", "{}")]),
        ToolMessage("ok", tool_call_id="call:1/ä"),
    )
    made = said[1]["content"][0]["id"]
    assert made == said[2]["content"][0]["tool_use_id"]
    assert made.isalnum()


def test_images_by_bytes_address_and_id() -> None:
    """Each has its source; a file of the provider's own needs a beta feature."""
    built = build(
        UserMessage(
            [
                ImagePart(data=PNG),
                ImagePart(url="https://a.test/x.png"),
                ImagePart(file_id="file_1"),
            ]
        )
    )
    assert [block["source"] for block in built.body["messages"][0]["content"]] == [
        {"type": "base64", "media_type": "image/png", "data": encoded(PNG)},
        {"type": "url", "url": "https://a.test/x.png"},
        {"type": "file", "file_id": "file_1"},
    ]
    assert "files-api" in built.http.headers["anthropic-beta"]
    built = build(UserMessage([ImagePart(data=PNG, detail="high")]))
    assert built.changes == [("dropped", "messages[0].content[0].detail")]


def test_documents_by_bytes_text_address_and_id() -> None:
    """A PDF goes as it is, any text as plain text; name and citations are said."""
    built = build(
        UserMessage(
            [
                FilePart(data=PDF, filename="a.pdf", citations=True),
                FilePart(data=b"words", media_type="text/plain"),
                FilePart(data=b"a,b", media_type="text/csv"),
                FilePart(url="https://a.test/a.pdf"),
                FilePart(file_id="file_1"),
            ]
        )
    )
    first, *others = built.body["messages"][0]["content"]
    assert first == {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": encoded(PDF)},
        "title": "a.pdf",
        "citations": {"enabled": True},
    }
    plain = {"type": "text", "media_type": "text/plain"}
    assert [block["source"] for block in others] == [
        {**plain, "data": "words"},
        {**plain, "data": "a,b"},
        {"type": "url", "url": "https://a.test/a.pdf"},
        {"type": "file", "file_id": "file_1"},
    ]
    assert built.changes == [("rewritten", "messages[0].content[2]")]


@pytest.mark.parametrize(
    "part",
    [
        AudioPart(data=b"ID3", media_type="audio/mpeg"),
        ImagePart(data=b"BM", media_type="image/bmp"),
        FilePart(data=b"\xff\xfe\x00", media_type="application/zip"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_the_wire_does_not_take_is_refused(part: Any) -> None:
    """Sound, other images and other files: refused, or dropped and told."""
    with pytest.raises(UnsupportedParameterError, match=r"messages\[0\].content\[1\]"):
        build(UserMessage(["Hi", part]))
    built = build(UserMessage(["Hi", part]), policy="drop")
    assert built.body["messages"] == [{"role": "user", "content": "Hi"}]
    assert built.changes == [("dropped", "messages[0].content[1]")]


def test_blank_texts_are_dropped_and_told() -> None:
    """The wire refuses them; a message of nothing else goes with them."""
    built = build(
        SystemMessage(" "), UserMessage(["", "Hi"]), AssistantMessage(""), UserMessage("?")
    )
    assert "system" not in built.body
    assert [block["text"] for block in built.body["messages"][0]["content"]] == ["Hi", "?"]
    assert [kind for kind, _ in built.changes] == ["dropped"] * 3
    with pytest.raises(InvalidRequestError, match="messages"):
        build(UserMessage(""))


def test_names_are_refused() -> None:
    """The wire has no place for them."""
    for talk in (
        [UserMessage("Hi", name="Ada")],
        [SystemMessage("Hi", name="Ada"), UserMessage("Hi")],
        [UserMessage("Hi"), AssistantMessage("Hi", name="Ada"), UserMessage("Hi")],
    ):
        with pytest.raises(UnsupportedParameterError, match="name"):
            build(*talk)
        assert [kind for kind, _ in build(*talk, policy="drop").changes] == ["dropped"]


def test_a_text_to_go_on_from() -> None:
    """It is the last message, ends in no white space, and not every model goes on from one."""
    built = build(UserMessage("Hi"), AssistantMessage("I am ", prefix=True))
    assert built.body["messages"][1]["content"] == "I am"
    assert built.changes == [("rewritten", "messages[1]")]
    with pytest.raises(UnsupportedParameterError, match="prefix"):
        build(UserMessage("Hi"), AssistantMessage("I am", prefix=True), model=NEW)
    dropped = turns(
        UserMessage("Hi"), AssistantMessage("I am", prefix=True), model=NEW, policy="drop"
    )
    assert [turn["role"] for turn in dropped] == ["user"]
    with pytest.raises(UnsupportedParameterError, match=r"messages\[1\].prefix"):
        build(UserMessage("Hi"), AssistantMessage("I", prefix=True), UserMessage("?"))


def test_prompt_cache_markers_stand_on_tools_system_and_messages() -> None:
    """Each on its block; in a tool's result, on the whole of it."""
    built = build(
        SystemMessage([TextPart("Long.", cache_control=MARK)]),
        UserMessage([TextPart("Hi", cache_control=CacheControl("1h"))]),
        AssistantMessage(tool_calls=[CALL]),
        ToolMessage([TextPart("ok", cache_control=MARK)], tool_call_id="toolu_1"),
        tools=[Tool("ping", cache_control=MARK)],
    )
    plain = {"type": "ephemeral"}
    assert built.body["tools"][0]["cache_control"] == plain
    assert built.body["system"] == [{"type": "text", "text": "Long.", "cache_control": plain}]
    first, _, third = built.body["messages"]
    assert first["content"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert third["content"] == [
        {
            "type": "tool_result",
            "tool_use_id": "toolu_1",
            "content": "ok",
            "cache_control": plain,
        }
    ]


def test_the_fifth_marker_is_refused_by_name() -> None:
    """The wire takes four, in the order of tools, system and messages."""
    marked = TextPart("a", cache_control=MARK)
    with pytest.raises(InvalidRequestError) as caught:
        build(
            SystemMessage([marked]),
            UserMessage([marked, marked, marked]),
            tools=[Tool("ping", cache_control=MARK)],
            model=BUDGET,
        )
    assert caught.value.field == "messages[1].content[2].cache_control"
    build(SystemMessage([marked]), UserMessage([marked, marked, marked]))

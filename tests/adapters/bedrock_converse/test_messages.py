"""Conversations: turns, blocks, tools' results, documents, cache points."""

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
    ReasoningPart,
    RefusalPart,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)

from .built import CLAUDE, LLAMA, MISTRAL, NEW_CLAUDE, NOVA, OLD_CLAUDE, WEATHER, built

PNG = b"\x89PNG\r\n\x1a\n0"
IMAGE = {"image": {"format": "png", "source": {"bytes": base64.b64encode(PNG).decode()}}}
PDF = FilePart(data=b"%PDF-1", filename="report.pdf")
MARK = CacheControl()
POINT = {"cachePoint": {"type": "default"}}


def called(*results: ToolMessage | UserMessage) -> list[Any]:
    """A call, and what comes after it."""
    call = ToolCall("call_1", "get_weather", '{"city":"Paris"}')
    return [UserMessage("Weather?"), AssistantMessage(tool_calls=[call]), *results]


def test_the_system_is_apart() -> None:
    """Leading system messages are a list of their own, each part a block."""
    made = built(
        [SystemMessage(["a", "b"]), DeveloperMessage("c"), UserMessage("d")],
    )
    assert made.body["system"] == [{"text": "a"}, {"text": "b"}, {"text": "c"}]
    assert made.messages == [{"role": "user", "content": [{"text": "d"}]}]
    assert made.noted == [("renamed", "messages[1].role")]


def test_a_system_message_further_down_is_the_users() -> None:
    """The wire has one place for instructions: later ones go to the user's words."""
    made = built([UserMessage("a"), AssistantMessage("b"), SystemMessage("c"), UserMessage("d")])
    assert made.messages[2] == {"role": "user", "content": [{"text": "c"}, {"text": "d"}]}
    assert ("moved", "messages[2]") in made.noted


def test_a_model_without_a_system_gets_its_words_from_the_user() -> None:
    """Titan and the old Mistral take no system: what it says stands before the user's words."""
    made = built([SystemMessage("a"), UserMessage("b")], model="amazon.titan-text-lite-v1")
    assert "system" not in made.body
    assert made.messages == [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}]
    assert ("moved", "messages") in made.noted


def test_neighbours_of_one_side_are_one_message() -> None:
    """User and assistant take turns on this wire."""
    made = built(
        [UserMessage("a"), UserMessage("b"), AssistantMessage("c"), AssistantMessage("d")],
        model=NOVA,
    )
    assert made.messages == [
        {"role": "user", "content": [{"text": "a"}, {"text": "b"}]},
        {"role": "assistant", "content": [{"text": "c"}, {"text": "d"}]},
    ]


def test_a_conversation_begins_with_the_user() -> None:
    """Where the model wants that, a word stands before the assistant's; Claude does without."""
    given = [AssistantMessage("a"), UserMessage("b")]
    assert [one["role"] for one in built(given).messages] == ["assistant", "user"]
    made = built(given, model=NOVA)
    assert made.messages[0] == {"role": "user", "content": [{"text": "."}]}
    assert ("added", "messages[0]") in made.noted


def test_system_messages_alone_need_a_users_word() -> None:
    """There is always a message."""
    made = built([SystemMessage("a")], model=NOVA)
    assert made.messages == [{"role": "user", "content": [{"text": "."}]}]


def test_blank_text_is_not_sent() -> None:
    """The wire refuses blank text: it is dropped, and a message of nothing else is a word."""
    made = built(
        [SystemMessage(" "), UserMessage(["", "a"]), AssistantMessage(""), UserMessage("\n")]
    )
    assert "system" not in made.body
    assert made.messages == [{"role": "user", "content": [{"text": "a"}, {"text": "."}]}]
    assert {field for _, field in made.noted} >= {
        "messages[0].content[0]",
        "messages[1].content[0]",
        "messages[2]",
        "messages[3]",
    }


def test_calls_and_results() -> None:
    """A call is a block with an object, its result a block of the user's with a status."""
    made = built(called(ToolMessage("no", tool_call_id="call_1", is_error=True)), tools=[WEATHER])
    assert made.messages[1:] == [
        {
            "role": "assistant",
            "content": [
                {
                    "toolUse": {
                        "toolUseId": "call_1",
                        "name": "get_weather",
                        "input": {"city": "Paris"},
                    }
                }
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "call_1",
                        "content": [{"text": "no"}],
                        "status": "error",
                    }
                }
            ],
        },
    ]
    assert made.made == ()


def test_results_stand_before_words() -> None:
    """All results of a turn come first, in one message."""
    made = built(
        called(UserMessage("and?"), ToolMessage("a", tool_call_id="call_1")), tools=[WEATHER]
    )
    kinds = [next(iter(block)) for block in made.messages[2]["content"]]
    assert kinds == ["toolResult", "text"]
    assert ("moved", "messages[3]") in made.noted


@pytest.mark.parametrize("model", [LLAMA, MISTRAL, "writer.palmyra-x5-v1:0"])
def test_results_stand_alone_where_the_model_wants_that(model: str) -> None:
    """Some refuse words beside results: an assistant's word keeps the two apart."""
    made = built(
        called(ToolMessage("a", tool_call_id="call_1"), UserMessage("and?")),
        model=model,
        tools=[WEATHER],
    )
    assert [one["role"] for one in made.messages] == [
        *("user", "assistant", "user", "assistant", "user"),
    ]
    assert made.messages[3]["content"] == [{"text": "."}]
    assert made.messages[4]["content"] == [{"text": "and?"}]
    assert ("added", "messages") in made.noted


def test_claude_takes_words_beside_results_and_no_documents() -> None:
    """Text and images may stand beside a result for Claude, a document may not."""
    words = called(ToolMessage("a", tool_call_id="call_1"), UserMessage("and?"))
    assert len(built(words, tools=[WEATHER]).messages) == 3
    document = called(ToolMessage("a", tool_call_id="call_1"), UserMessage(["and?", PDF]))
    assert len(built(document, tools=[WEATHER]).messages) == 5


def test_a_result_as_the_family_wants_it() -> None:
    """Mistral wants JSON and short ids, Writer no status; an empty result is a word."""
    given = called(ToolMessage('{"t": 1}', tool_call_id="call_1"))
    mistral = built(given, model=MISTRAL, tools=[WEATHER])
    result = mistral.messages[2]["content"][0]["toolResult"]
    assert result["content"] == [{"json": {"t": 1}}]
    assert len(result["toolUseId"]) == 9
    assert result["toolUseId"].isalnum()
    assert mistral.messages[1]["content"][0]["toolUse"]["toolUseId"] == result["toolUseId"]
    plain = built(called(ToolMessage("Sunny", tool_call_id="call_1")), model=MISTRAL)
    assert plain.messages[2]["content"][0]["toolResult"]["content"] == [
        {"json": {"result": "Sunny"}}
    ]
    failed = called(ToolMessage("", tool_call_id="call_1", is_error=True))
    writer = built(failed, model="writer.palmyra-x5-v1:0")
    assert writer.messages[2]["content"][0]["toolResult"] == {
        "toolUseId": "call_1",
        "content": [{"text": "."}],
    }
    assert ("dropped", "messages[2].is_error") in writer.noted


def test_media_in_a_result_where_the_family_takes_it() -> None:
    """Claude reads an image in a result; for others it follows the results."""
    given = called(ToolMessage(["see", ImagePart(data=PNG)], tool_call_id="call_1"))
    claude = built(given, tools=[WEATHER])
    (block,) = claude.messages[2]["content"]
    assert block["toolResult"]["content"] == [{"text": "see"}, IMAGE]
    kimi = built(given, model="moonshotai.kimi-k2.5", tools=[WEATHER])
    result, words, image = kimi.messages[2]["content"]
    assert result["toolResult"]["content"] == [{"text": "see"}]
    assert set(words) == {"text"}
    assert image == IMAGE
    assert ("moved", "messages[2]") in kimi.noted


def test_ids_of_others_are_rewritten_alike_on_both_sides() -> None:
    """An id that the wire would refuse has the same stand-in wherever it stands."""
    call = ToolCall("call/1|é", "f", "{}")
    made = built(
        [
            UserMessage("a"),
            AssistantMessage(tool_calls=[call]),
            ToolMessage("b", tool_call_id=call.id),
        ]
    )
    given = made.messages[1]["content"][0]["toolUse"]["toolUseId"]
    assert given != call.id
    assert given.isalnum()
    assert made.messages[2]["content"][0]["toolResult"]["toolUseId"] == given


def test_broken_arguments_are_shown_as_they_are() -> None:
    """The wire takes an object only: text that is none stands inside one, and that is told."""
    call = ToolCall("c", "f", '{"a": ')
    made = built([UserMessage("a"), AssistantMessage(tool_calls=[call])])
    assert made.messages[1]["content"][0]["toolUse"]["input"] == {"INVALID_JSON": '{"a": '}
    assert ("rewritten", "messages[1].parts[0]") in made.noted


THOUGHTS = (
    ReasoningPart("hm", signature="sig", provider="bedrock"),
    ReasoningPart(encrypted="UkVE", provider="bedrock"),
    ReasoningPart("unsealed", provider="bedrock"),
    ReasoningPart("foreign", signature="x", provider="openai"),
)


def test_thinking_goes_back_sealed() -> None:
    """Claude gets its sealed thinking back as it was, first; what is not sealed or not its own
    is left out, and that is told."""
    made = built([UserMessage("a"), AssistantMessage([*THOUGHTS, TextPart("b")])], model=OLD_CLAUDE)
    assert made.messages[1]["content"] == [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": "UkVE"}},
        {"text": "b"},
    ]
    assert made.noted == [
        ("dropped", "messages[1].parts[2]"),
        ("dropped", "messages[1].parts[3]"),
    ]


def test_thinking_goes_back_to_those_that_take_it() -> None:
    """DeepSeek R1 takes its words back, others nothing."""
    given = [UserMessage("a"), AssistantMessage([*THOUGHTS, TextPart("b")])]
    r1 = built(given, model="us.deepseek.r1-v1:0")
    texts = [{"reasoningContent": {"reasoningText": {"text": one}}} for one in ("hm", "unsealed")]
    assert r1.messages[1]["content"] == [*texts, {"text": "b"}]
    nova = built(given, model=NOVA)
    assert nova.messages[1]["content"] == [{"text": "b"}]
    assert len(nova.noted) == 4


def test_a_refusal_is_text() -> None:
    """The wire has no word for a refusal: it is read as text again."""
    made = built([UserMessage("a"), AssistantMessage([RefusalPart("no")])])
    assert made.messages[1]["content"] == [{"text": "no"}]
    assert ("rewritten", "messages[1].parts[0]") in made.noted


def test_a_text_to_be_continued() -> None:
    """Only a last message is gone on from, without white space at its end, by some models."""
    given = [UserMessage("a"), AssistantMessage("b: ", prefix=True)]
    made = built(given)
    assert made.messages[1]["content"] == [{"text": "b:"}]
    assert ("rewritten", "messages[1]") in made.noted
    with pytest.raises(UnsupportedParameterError, match="prefix"):
        built(given, model=NEW_CLAUDE)
    with pytest.raises(UnsupportedParameterError, match="prefix"):
        built([*given, UserMessage("c")])
    dropped = built(given, model=NEW_CLAUDE, policy="drop")
    assert [one["role"] for one in dropped.messages] == ["user"]


def test_names_on_messages_are_refused() -> None:
    """The wire has no place for who speaks."""
    for message in (
        UserMessage("a", name="n"),
        SystemMessage("a", name="n"),
        AssistantMessage("a", name="n"),
    ):
        with pytest.raises(UnsupportedParameterError, match="name"):
            built([message, UserMessage("b")])


def test_images_by_bytes_and_by_s3() -> None:
    """Bytes go as base64, an object of S3 by its address, whose ending tells its form."""
    made = built([UserMessage([ImagePart(data=PNG), ImagePart(url="s3://bucket/a/b.JPG")])])
    assert made.messages[0]["content"] == [
        IMAGE,
        {"image": {"format": "jpeg", "source": {"s3Location": {"uri": "s3://bucket/a/b.JPG"}}}},
    ]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (ImagePart(url="https://example.com/a.png"), "s3://"),
        (FilePart(url="https://example.com/a.pdf"), "s3://"),
        (ImagePart(file_id="file-1"), "s3://"),
        (ImagePart(data=b"BM0", media_type="image/bmp"), "png, jpeg, gif, webp"),
        (ImagePart(url="s3://bucket/a"), "does not tell its type"),
        (FilePart(data=b"PK", media_type="application/zip"), "pdf"),
        (AudioPart(data=b"x", media_type="audio/midi"), "wav"),
    ],
)
def test_media_that_the_wire_cannot_take(part: Any, told: str) -> None:
    """What cannot be said is refused, and the error says what could be; dropped, it is noted."""
    with pytest.raises(UnsupportedParameterError, match=told):
        built([UserMessage(["a", part])])
    dropped = built([UserMessage(["a", part])], policy="drop")
    assert dropped.messages[0]["content"] == [{"text": "a"}]
    assert dropped.noted == [("dropped", "messages[0].content[1]")]


def test_sound_and_video() -> None:
    """Audio and video have blocks of their own; a video is a file of such a type."""
    made = built(
        [
            UserMessage(
                [
                    AudioPart(data=b"RIFF", media_type="audio/mpeg"),
                    FilePart(url="s3://bucket/a.mp4"),
                    FilePart(data=b"x", media_type="video/webm"),
                ]
            )
        ],
        model=NOVA,
    )
    kinds = [
        (next(iter(one)), next(iter(one.values()))["format"]) for one in made.messages[0]["content"]
    ]
    assert kinds == [("audio", "mp3"), ("video", "mp4"), ("video", "webm")]


def test_a_choice_of_detail_is_noted() -> None:
    """The wire has no such choice; "auto" is none."""
    auto = built([UserMessage([ImagePart(data=PNG, detail="auto")])])
    assert auto.made == ()
    high = built([UserMessage([ImagePart(data=PNG, detail="high")])])
    assert high.noted == [("dropped", "messages[0].content[0].detail")]


def names(*files: FilePart) -> list[str]:
    """The names under which *files* are sent."""
    made = built([UserMessage(["a", *files])])
    return [one["document"]["name"] for one in made.messages[0]["content"] if "document" in one]


def test_documents_have_names_that_the_wire_takes() -> None:
    """Letters, digits, single spaces, hyphens, brackets; each name once."""
    files = [
        FilePart(data=b"%PDF-1", filename="report.pdf"),
        FilePart(data=b"%PDF-1", filename="report.pdf"),
        FilePart(data=b"%PDF-1", filename="a_b  c/d: [e] (f)-é.v2.pdf"),
        FilePart(data=b"%PDF-1"),
        FilePart(data=b"%PDF-1"),
        FilePart(data=b"a", filename="my notes.md", media_type="text/markdown"),
        FilePart(data=b"%PDF-1", filename="x" * 300),
    ]
    said = names(*files)
    assert said[:6] == [
        "report",
        "report 2",
        "d [e] (f)- v2",
        "document",
        "document 2",
        "my notes",
    ]
    assert len(said[6]) == 200


def test_a_name_that_is_changed_is_told() -> None:
    """A name is for the model to read: another one is a change."""
    made = built([UserMessage(["a", PDF])])
    assert made.noted == [("renamed", "messages[0].content[1].filename")]
    kept = built([UserMessage(["a", FilePart(data=b"%PDF-1", filename="my-pdf")])])
    assert kept.made == ()


@pytest.mark.parametrize(
    ("media_type", "form", "noted"),
    [
        ("application/pdf", "pdf", False),
        ("text/csv", "csv", False),
        ("text/html; charset=utf-8", "html", False),
        ("text/plain", "txt", False),
        ("text/markdown", "md", False),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            False,
        ),
        ("application/json", "txt", True),
        ("text/x-python", "txt", True),
    ],
)
def test_documents_by_their_type(media_type: str, form: str, noted: bool) -> None:
    """Each type has its word; other text is plain text, and that is told."""
    made = built([UserMessage(["a", FilePart(data=b"x", media_type=media_type)])])
    assert made.messages[0]["content"][1]["document"]["format"] == form
    assert bool(made.made) is noted


def test_a_document_is_not_without_text() -> None:
    """The wire refuses a document alone: a word stands beside it."""
    made = built([UserMessage([PDF])])
    assert made.messages[0]["content"][0] == {"text": "."}
    assert ("added", "messages") in made.noted


def test_citations_are_asked_of_those_that_cite() -> None:
    """Claude cites documents; others refuse to be asked."""
    asked = FilePart(data=b"%PDF-1", citations=True)
    made = built([UserMessage(["a", asked])])
    assert made.messages[0]["content"][1]["document"]["citations"] == {"enabled": True}
    with pytest.raises(UnsupportedParameterError, match="citations"):
        built([UserMessage(["a", asked])], model=NOVA)


def test_cache_points_after_what_is_marked() -> None:
    """A marker is a block of its own after the part: system, users, assistants, results."""
    made = built(
        [
            SystemMessage([TextPart("a", cache_control=CacheControl("5m"))]),
            UserMessage([TextPart("b", cache_control=MARK), "c"]),
            AssistantMessage([TextPart("d", cache_control=MARK), ToolCall("c1", "f", "{}")]),
            ToolMessage([TextPart("e", cache_control=MARK), TextPart("f")], tool_call_id="c1"),
        ],
        tools=[WEATHER],
    )
    assert made.body["system"] == [
        {"text": "a"},
        {"cachePoint": {"type": "default", "ttl": "5m"}},
    ]
    assert made.messages[0]["content"] == [{"text": "b"}, POINT, {"text": "c"}]
    assert made.messages[1]["content"][1] == POINT
    assert [next(iter(one)) for one in made.messages[2]["content"]] == ["toolResult", "cachePoint"]
    assert made.made == ()


def test_a_result_has_one_cache_point() -> None:
    """Points inside of a result are one after it, and count as one."""
    parts = [TextPart(str(i), cache_control=MARK) for i in range(4)]
    given = called(ToolMessage(parts, tool_call_id="call_1"))
    made = built([*given, UserMessage([TextPart("a", cache_control=MARK)])], tools=[WEATHER])
    kinds = [next(iter(one)) for one in made.messages[2]["content"]]
    assert kinds == ["toolResult", "cachePoint", "text", "cachePoint"]


def test_four_cache_points_at_most() -> None:
    """The fifth is an error that names it, before anything is sent."""
    parts = [TextPart(str(i), cache_control=MARK) for i in range(5)]
    assert built([UserMessage(parts[:4])]).made == ()
    with pytest.raises(InvalidRequestError, match=r"content\[4\].cache_control"):
        built([UserMessage(parts)])


def test_cache_points_where_the_model_has_none() -> None:
    """Nova keeps no hours, Llama nothing at all: a marker is only advice, so it is noted."""
    nova = built([UserMessage([TextPart("a", cache_control=CacheControl("1h"))])], model=NOVA)
    assert nova.messages[0]["content"] == [{"text": "a"}, POINT]
    assert nova.noted == [("dropped", "messages[0].content[0].cache_control.ttl")]
    llama = built([UserMessage([TextPart("a", cache_control=MARK)])], model=LLAMA)
    assert llama.messages[0]["content"] == [{"text": "a"}]
    assert llama.noted == [("dropped", "messages[0].content[0].cache_control")]


def test_a_cache_point_is_not_after_a_document_of_text() -> None:
    """After a PDF it may stand; a document that goes as text has it before itself."""
    marked = FilePart(data=b"%PDF-1", filename="a", cache_control=MARK)
    made = built([UserMessage(["q", marked])], model=CLAUDE)
    assert [next(iter(one)) for one in made.messages[0]["content"]] == [
        *("text", "document", "cachePoint"),
    ]
    text = FilePart(data=b"x", filename="a", media_type="text/plain", cache_control=MARK)
    before = built([UserMessage(["q", text])])
    assert [next(iter(one)) for one in before.messages[0]["content"]] == [
        *("text", "cachePoint", "document"),
    ]
    assert before.noted == [("moved", "messages[0].content[1].cache_control")]
    alone = built([UserMessage([text, "q"])])
    assert [next(iter(one)) for one in alone.messages[0]["content"]] == ["document", "text"]
    assert alone.noted == [("dropped", "messages[0].content[0].cache_control")]

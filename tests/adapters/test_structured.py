"""Answers of a schema: what is sent for them, and what comes back as text again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from llmkit import (
    AssistantMessage,
    ChatCompletionChoice,
    ChatCompletionResponse,
    FinishReason,
    ReasoningPart,
    TextPart,
    ToolCall,
)
from llmkit._models.accumulate import fold, unfold
from llmkit._models.adjustments import Adjuster
from llmkit._models.chunks import ChunkChoice, CompletionChunk, DeltaMessage, ToolCallDelta
from llmkit._models.response_format import ResponseFormat
from llmkit.adapters.openai_schemas import STRICT, answer_schema
from llmkit.adapters.schema_subset import Subset
from llmkit.adapters.structured import (
    ANSWER_KEY,
    OUTPUT_TOOL,
    as_prompt,
    as_tool,
    native_schema,
)
from llmkit.adapters.structured_answer import StructuredAnswer

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}},
    "required": ["name"],
    "additionalProperties": False,
}
NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
TREE: dict[str, Any] = {"type": "array", "items": {"$ref": "#"}}


def form(schema: dict[str, Any], *, strict: bool | None = True) -> ResponseFormat[object]:
    """An answer of *schema*."""
    return ResponseFormat("json_schema", schema=schema, strict=strict)


def noted(adjust: Adjuster) -> list[str]:
    """The fields that were changed."""
    return [change.field for change in adjust.made]


def test_what_a_wire_does_not_know_is_noted() -> None:
    """Each keyword removed is an adjustment, named by its place."""
    adjust = Adjuster()
    schema = native_schema(form(PERSON), STRICT, adjust)
    assert schema["properties"] == {
        "name": {"type": "string", "description": "(at least 1 characters)"}
    }
    assert noted(adjust) == ["response_format.schema/properties/name/minLength"]
    assert adjust.answer_key is None


def test_an_answer_that_is_no_object_becomes_a_property() -> None:
    """Where the wire wants an object; its losses keep their places in the original."""
    adjust = Adjuster()
    schema = native_schema(form({"type": "array", "items": {"type": "string", "maxLength": 1}}),
                           STRICT, adjust)  # fmt: skip
    assert schema["required"] == [ANSWER_KEY]
    assert adjust.answer_key == ANSWER_KEY
    assert noted(adjust) == ["response_format.schema", "response_format.schema/items/maxLength"]


def test_an_answer_that_refers_to_itself_becomes_a_definition() -> None:
    """References to the whole still name it."""
    schema = native_schema(form(TREE), STRICT, Adjuster())
    here = f"#/$defs/{ANSWER_KEY}"
    assert schema["properties"] == {ANSWER_KEY: {"$ref": here}}
    assert schema["$defs"] == {ANSWER_KEY: {"type": "array", "items": {"$ref": here}}}


def test_a_tool_that_stands_for_the_answer() -> None:
    """Its parameters are the answer; the way is noted."""
    adjust = Adjuster()
    assert as_tool(form(PERSON), Subset(), adjust).parameters == PERSON
    assert noted(adjust) == ["response_format"]
    assert adjust.structured_by == "tool"
    assert as_tool(form(NAMES), Subset(), adjust).parameters["properties"] == {ANSWER_KEY: NAMES}


def test_words_that_ask_for_the_answer() -> None:
    """They hold the original schema; the way is noted."""
    adjust = Adjuster()
    assert json.dumps(NAMES, separators=(",", ":")) in as_prompt(form(NAMES), adjust)
    assert "JSON object" in as_prompt(ResponseFormat("json_object"), adjust)
    assert adjust.structured_by == "prompt"


def test_what_strict_mode_cannot_say_is_sent_without_it() -> None:
    """An object of any keys stays one: the model is not held to it, and that is noted."""
    adjust = Adjuster()
    open_ = {"type": "object", "additionalProperties": {"type": "integer"}}
    assert answer_schema(form(open_), adjust) == (open_, False)
    assert noted(adjust) == ["response_format.strict"]
    assert answer_schema(form(PERSON, strict=None), adjust) == (PERSON, False)


# Back again.

CALL = ToolCall("c1", OUTPUT_TOOL, '{"name": "Ada"}')
OTHER = ToolCall("c2", "look", '{"up": 1}')


def answer(*parts: Any, why: FinishReason = FinishReason.TOOL_CALLS) -> ChatCompletionResponse:
    """A whole answer."""
    message = AssistantMessage.of_parts(parts)
    return ChatCompletionResponse(id="r", choices=(ChatCompletionChoice(0, message, why, "w"),))


def read(response: ChatCompletionResponse, key: str | None = None, *, tool: bool = True) -> Any:
    """*response* read back, whole and as the one chunk of a stream, which are the same."""
    whole = StructuredAnswer(tool=tool, key=key).whole(response)
    chunk = StructuredAnswer(tool=tool, key=key).chunk(unfold(response))
    folded = fold([chunk]).choices[0]
    assert folded.message.content == whole.choices[0].message.content
    assert folded.message.tool_calls == whole.choices[0].message.tool_calls
    assert folded.finish_reason == whole.choices[0].finish_reason
    return whole.choices[0]


def test_the_call_becomes_text() -> None:
    """Its arguments are the text, its seal the text's; the answer did not stop for a tool."""
    sealed = ToolCall("c1", OUTPUT_TOOL, "[]", signature="s", provider="p")
    choice = read(answer(sealed))
    assert choice.message.parts == (TextPart("[]", signature="s", provider="p"),)
    assert (choice.finish_reason, choice.raw_finish_reason) == (FinishReason.STOP, "w")
    assert read(answer(ToolCall("c", OUTPUT_TOOL, ""))).message.content == "{}"


def test_other_calls_stay() -> None:
    """Tools of the request's own are still to be called; a second answer is none."""
    choice = read(answer(OTHER, CALL, CALL))
    assert choice.message.tool_calls == (OTHER,)
    assert choice.message.content == CALL.arguments_json
    assert choice.finish_reason is FinishReason.TOOL_CALLS


def test_an_answer_without_the_call_stays() -> None:
    """A model may refuse to call; an answer that was cut off was cut off."""
    plain = answer(TextPart("No."), why=FinishReason.STOP)
    assert read(plain) == plain.choices[0]
    cut = answer(ToolCall("c", OUTPUT_TOOL, '{"na'), why=FinishReason.LENGTH)
    assert read(cut).finish_reason is FinishReason.LENGTH


INSIDE = {
    '{"answer": [1, {"a": 2}]}': '[1, {"a": 2}]',
    ' {\n "answer" : {"a": {}} \n} \n': '{"a": {}}',
    '{"answer":"}"}': '"}"',
    '{"other": 1}': '{"other": 1}',
    "[1]": "[1]",
    "": "",
    '{"answer": [1': "[1",
    '{"ans': '{"ans',
    "Sorry.": "Sorry.",
}


@pytest.mark.parametrize(("text", "inside"), INSIDE.items())
@pytest.mark.parametrize("tool", [True, False], ids=["tool", "native"])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_what_stands_under_the_key_stands_alone(
    text: str, inside: str, tool: bool, size: int
) -> None:
    """Whole, or in pieces of any size; what is not of that form stays as it is."""
    if tool and not text:
        return
    reader = StructuredAnswer(tool=tool, key="answer")
    whole = answer(ToolCall("c", OUTPUT_TOOL, text) if tool else TextPart(text))
    choice = read(whole, "answer", tool=tool)
    assert (choice.message.content or "") == inside
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    deltas = [
        DeltaMessage(tool_calls=(ToolCallDelta(0, "c", OUTPUT_TOOL if not i else None, piece),))
        if tool
        else DeltaMessage(piece)
        for i, piece in enumerate(pieces)
    ]
    chunks = [CompletionChunk((ChunkChoice(0, delta),)) for delta in deltas]
    last = ChunkChoice(0, DeltaMessage(), FinishReason.STOP)
    chunks.append(CompletionChunk((last,), is_last_chunk=True))
    made = [reader.chunk(chunk) for chunk in chunks]
    assert "".join(chunk.delta_message().content or "" for chunk in made) == inside
    assert (fold(made).content or "") == inside


def test_calls_in_a_stream_keep_their_places() -> None:
    """The indices of the others run from 0 without the answer's; its pieces are content."""
    deltas = (
        ToolCallDelta(0, "a", OUTPUT_TOOL, "{"),
        ToolCallDelta(1, "b", "look", "{}"),
        ToolCallDelta(0, None, None, "}"),
    )
    reader = StructuredAnswer(tool=True, key=None)
    made = [
        reader.chunk(CompletionChunk((ChunkChoice(0, DeltaMessage(tool_calls=(delta,))),)))
        for delta in deltas
    ]
    assert [chunk.delta_message().content for chunk in made] == ["{", None, "}"]
    assert [call.index for chunk in made for call in chunk.delta_message().tool_calls] == [0]


def test_the_way_decides_whether_anything_is_read_back() -> None:
    """A native answer is what it is."""
    adjust = Adjuster()
    assert StructuredAnswer.of(adjust) is None
    as_prompt(form(PERSON), adjust)
    assert StructuredAnswer.of(adjust) is None
    as_tool(form(PERSON), Subset(), adjust)
    assert StructuredAnswer.of(adjust) is not None


# What is said beside the call.


@pytest.mark.parametrize(
    ("parts", "content", "aside"),
    [
        ((TextPart("Let me see."), CALL), CALL.arguments_json, "Let me see."),
        ((CALL, TextPart("There.")), CALL.arguments_json, "There."),
        ((TextPart("\n\n"), CALL, TextPart(" ")), CALL.arguments_json, None),
        ((ReasoningPart("Hm."), TextPart("So."), CALL), CALL.arguments_json, "Hm.So."),
        ((TextPart("Look."), OTHER), "Look.", None),
        ((TextPart("No."),), "No.", None),
    ],
    ids=["before", "after", "blank", "with thinking", "of another call", "alone"],
)
def test_what_is_said_beside_the_call_is_thinking(
    parts: tuple[Any, ...], content: str, aside: str | None
) -> None:
    """The answer is the call's arguments alone; nothing of the rest is lost, or made up."""
    message = read(answer(*parts)).message
    assert (message.content, message.reasoning) == (content, aside)
    deltas = [unfold(answer(part)).choices[0] for part in parts]
    chunks = [
        CompletionChunk((ChunkChoice(0, evolve(choice.delta, blocks=())),)) for choice in deltas
    ]
    last = CompletionChunk((ChunkChoice(0, finish_reason=FinishReason.STOP),), is_last_chunk=True)
    for end in (last, CompletionChunk(is_last_chunk=True)):
        reader = StructuredAnswer(tool=True, key=None)
        folded = fold([reader.chunk(chunk) for chunk in (*chunks, end)])
        assert folded.content == content
        assert folded.assistant_message().reasoning == aside


def test_words_that_are_more_than_words_stay_what_they_are() -> None:
    """A text that cites or is sealed stays a part of its own; `parse()` finds the answer."""
    sealed = TextPart("Let me see.", signature="s", provider="p")
    response = StructuredAnswer(tool=True, key=None).whole(answer(sealed, CALL))
    assert response.assistant_message().parts == (sealed, TextPart(CALL.arguments_json))
    assert response.parse() == {"name": "Ada"}

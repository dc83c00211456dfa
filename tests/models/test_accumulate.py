"""Chunks, folded: the same answer however it was cut."""

from __future__ import annotations

from typing import Any, cast

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from llmkit._models.accumulate import Accumulator, fold, unfold
from llmkit._models.chunks import (
    Block,
    ChunkChoice,
    CompletionChunk,
    DeltaMessage,
    ToolCallDelta,
)
from llmkit._models.logprobs import Logprobs, TokenLogprob
from llmkit._models.messages import AssistantMessage, AssistantPart
from llmkit._models.parts import AudioPart, Citation, ReasoningPart, RefusalPart, TextPart
from llmkit._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from llmkit._models.tools import ToolCall
from llmkit._models.usage import NO_USAGE, Usage

from .values import texts, words


def chunk(delta: DeltaMessage, index: int = 0) -> CompletionChunk:
    """A chunk that adds *delta* to the answer *index*."""
    return CompletionChunk((ChunkChoice(index, delta),))


def parts_of(*deltas: DeltaMessage) -> tuple[AssistantPart, ...]:
    """The parts of the answer that *deltas* are pieces of."""
    return fold([chunk(delta) for delta in deltas]).choices[0].message.parts


@st.composite
def cut(draw: st.DrawFn, whole: str) -> list[str]:
    """*whole*, cut anywhere."""
    places = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=4)))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)])]


_RUNS: dict[str, tuple[str, type[TextPart | ReasoningPart | RefusalPart]]] = {
    "text": ("content", TextPart),
    "reasoning": ("reasoning", ReasoningPart),
    "refusal": ("refusal", RefusalPart),
}


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[CompletionChunk], tuple[AssistantPart, ...]]:
    """Chunks of one answer, and its parts."""
    chunks: list[CompletionChunk] = []
    whole: list[AssistantPart] = []
    calls = 0
    kinds = draw(st.lists(st.sampled_from(["text", "reasoning", "refusal", "call"]), max_size=5))
    for kind, before in zip(kinds, ["", *kinds]):
        if kind == "call":
            part = ToolCall(f"id{calls}", draw(words), draw(texts))
            head = ToolCallDelta(calls, part.id, part.name)
            rest = [
                ToolCallDelta(calls, arguments_json=piece)
                for piece in draw(cut(part.arguments_json))
            ]
            chunks += [chunk(DeltaMessage(tool_calls=(piece,))) for piece in (head, *rest)]
            calls += 1
            whole.append(part)
        elif kind != before:  # two runs of one kind are one
            text = draw(words)
            name, cls = _RUNS[kind]
            pieces = [
                evolve(DeltaMessage(), **cast("dict[str, Any]", {name: piece}))
                for piece in draw(cut(text))
            ]
            chunks += map(chunk, pieces)
            whole.append(cls(text))
    return chunks, tuple(whole)


@given(streams())
def test_cut_anywhere(stream: tuple[list[CompletionChunk], tuple[AssistantPart, ...]]) -> None:
    """Wherever an answer is cut into chunks, folding them gives its parts, in order."""
    chunks, whole = stream
    choices = fold(chunks).choices
    assert (choices[0].message.parts if choices else ()) == whole


def test_unfolded_and_folded() -> None:
    """A whole answer as one chunk is the same answer again."""
    message = AssistantMessage(
        [
            ReasoningPart("t", signature="s", provider="p"),
            TextPart("a", citations=(Citation(url="https://a"),)),
            RefusalPart("no"),
            ToolCall("1", "f", "{}", signature="s", provider="p"),
        ]
    )
    response: ChatCompletionResponse[object] = ChatCompletionResponse(
        id="r",
        model="m",
        provider="p",
        choices=(ChatCompletionChoice(0, message, FinishReason.STOP, "end"),),
        usage=Usage(1, 2, 3),
    )
    assert fold([unfold(response)], provider="p") == response


def test_calls_side_by_side() -> None:
    """Pieces of several calls may come in turns; each finds its own."""
    first, second = ToolCallDelta(0, "a", "f", "{"), ToolCallDelta(1, "b", "g", "[")
    ends = (ToolCallDelta(1, arguments_json="]"), ToolCallDelta(0, arguments_json="}"))
    found = parts_of(DeltaMessage(tool_calls=(first, second)), DeltaMessage(tool_calls=ends))
    assert found == (ToolCall("a", "f", "{}"), ToolCall("b", "g", "[]"))


def test_answers_side_by_side() -> None:
    """Several answers may come in turns; they stand by index."""
    chunks = [
        chunk(DeltaMessage("b"), 1),
        chunk(DeltaMessage("a"), 0),
        chunk(DeltaMessage("B"), 1),
    ]
    assert [choice.message.content for choice in fold(chunks).choices] == ["a", "bB"]


def test_sealed_thinking() -> None:
    """Pieces of a block with the same index are one part, its seal joined."""
    found = parts_of(
        DeltaMessage("", "t", blocks=(Block(0, ReasoningPart("t", provider="p")),)),
        DeltaMessage("", "u", blocks=(Block(0, ReasoningPart("u", id="r1", raw={"a": 1})),)),
        DeltaMessage(blocks=(Block(0, ReasoningPart("", signature="se", raw={"b": 2})),)),
        DeltaMessage(blocks=(Block(0, ReasoningPart("", signature="al")),)),
        DeltaMessage(blocks=(Block(1, ReasoningPart("", encrypted="x")),)),
    )
    assert found == (
        ReasoningPart("tu", signature="seal", id="r1", provider="p", raw={"a": 1, "b": 2}),
        ReasoningPart("", encrypted="x"),
    )


def test_thinking_belongs_to_its_provider() -> None:
    """Visible thinking is marked with the provider that it must go back to."""
    response = fold([chunk(DeltaMessage(reasoning="t"))], provider="p")
    assert response.choices[0].message.parts == (ReasoningPart("t", provider="p"),)


def test_citations_after_their_words() -> None:
    """What cites words that have come already belongs to them."""
    cited = TextPart("", citations=(Citation(url="https://a"),))
    found = parts_of(DeltaMessage("a"), DeltaMessage(blocks=(Block(0, cited),)))
    assert found == (TextPart("a", citations=cited.citations),)


def test_emoji_in_two_chunks() -> None:
    """Half a surrogate pair at the end of one chunk is joined to the other half in the next."""
    halves = "\ud83d", "\ude00"
    assert parts_of(*map(DeltaMessage, halves)) == (TextPart("😀"),)
    assert parts_of(DeltaMessage("a\ud83d")) == (TextPart("a\ufffd"),)
    calls = [ToolCallDelta(0, "1", "f", half) for half in halves]
    found = parts_of(*(DeltaMessage(tool_calls=(call,)) for call in calls))
    assert found == (ToolCall("1", "f", "😀"),)


def test_other_parts() -> None:
    """A part that is no text comes whole, in its last piece."""
    sound = AudioPart(file_id="a1", transcript="hi")
    assert parts_of(DeltaMessage(blocks=(Block(0, sound),))) == (sound,)


def test_ends() -> None:
    """The last word on an answer's end counts, and the last usage; the first id and model."""
    accumulator = Accumulator()
    accumulator.add(CompletionChunk(id="a", model="m", created_unix=1700000000))
    accumulator.add(
        CompletionChunk(
            (ChunkChoice(0, DeltaMessage("x"), FinishReason.STOP, "stop"),), id="b", model="n"
        )
    )
    accumulator.add(CompletionChunk((ChunkChoice(0),), usage=Usage(1, 2, 3)))
    response = accumulator.response()
    assert (response.id, response.model, response.usage) == ("a", "m", Usage(1, 2, 3))
    assert response.created is not None
    assert response.choices[0].finish_reason is FinishReason.STOP
    assert response.choices[0].raw_finish_reason == "stop"


def test_cut_off() -> None:
    """An answer so far has no finish reason of its own; one of nothing has no choices."""
    response = fold([chunk(DeltaMessage("x"))])
    assert response.choices[0].finish_reason is FinishReason.OTHER
    assert response.usage is NO_USAGE
    assert fold([]).choices == ()


def test_logprobs() -> None:
    """Likelihoods come one after the other, as their tokens do."""
    one, two, no = (TokenLogprob(token, -1.0) for token in ("a", "b", "no"))
    chunks = [
        CompletionChunk((ChunkChoice(0, DeltaMessage("a"), logprobs=Logprobs((one,))),)),
        CompletionChunk((ChunkChoice(0, DeltaMessage("b"), logprobs=Logprobs((two,), (no,))),)),
    ]
    assert fold(chunks).choices[0].logprobs == Logprobs((one, two), (no,))

"""Chunks: what they give, and their form as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from llmkit._models.chunks import (
    Block,
    ChunkChoice,
    CompletionChunk,
    DeltaMessage,
    ToolCallDelta,
    stamp,
)
from llmkit._models.logprobs import Logprobs, TokenLogprob
from llmkit._models.parts import ReasoningPart, RefusalPart, TextPart
from llmkit._models.response import FinishReason
from llmkit._models.usage import Usage
from llmkit.errors import StreamInterruptedError


def test_first_answer() -> None:
    """`delta_message` is the first answer's; empty where the chunk adds nothing to it."""
    chunk = CompletionChunk((ChunkChoice(1, DeltaMessage("b")), ChunkChoice(0, DeltaMessage("a"))))
    assert chunk.delta_message().content == "a"
    assert CompletionChunk().delta_message() == DeltaMessage()
    assert CompletionChunk((ChunkChoice(1, DeltaMessage("b")),)).delta_message().content is None


def test_parts_in_order() -> None:
    """A delta's parts are thinking, text, refusal, calls; a block takes the place of the plain
    characters of its kind."""
    call = ToolCallDelta(0, "1", "f")
    plain = DeltaMessage("a", "t", "no", (call,))
    assert plain.parts == (ReasoningPart("t"), TextPart("a"), RefusalPart("no"), call)
    sealed = ReasoningPart("t", signature="s")
    delta = DeltaMessage("a", "t", tool_calls=(call,), blocks=(Block(0, sealed),))
    assert delta.parts == (sealed, TextPart("a"), call)


def test_times() -> None:
    """A stamped chunk knows its times; the provider's clock is an aware datetime."""
    chunk = CompletionChunk(created_unix=1700000000)
    stamp([chunk], 0.5, 2.0)
    assert chunk.chunk_latency == timedelta(seconds=0.5)
    assert chunk.total_latency == timedelta(seconds=2)
    assert chunk.created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert CompletionChunk().created is None


def test_openai_form() -> None:
    """A chunk's JSON is OpenAI's; ids and names of a call stand in its first piece only."""
    delta = DeltaMessage(
        "a", "t", "no", (ToolCallDelta(0, "1", "f", "{"), ToolCallDelta(0, arguments_json="}"))
    )
    tokens = Logprobs((TokenLogprob("a", -0.5),))
    chunk = CompletionChunk(
        (ChunkChoice(0, delta, FinishReason.STOP, "end_turn", tokens),),
        id="c1",
        model="m",
        usage=Usage(1, 2, 3),
        error=StreamInterruptedError("cut"),
    )
    form = chunk.to_dict()
    assert form["choices"] == [
        {
            "index": 0,
            "delta": {
                "content": "a",
                "reasoning_content": "t",
                "refusal": "no",
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "1",
                        "type": "function",
                        "function": {"name": "f", "arguments": "{"},
                    },
                    {"index": 0, "function": {"arguments": "}"}},
                ],
            },
            "finish_reason": "stop",
            "raw_finish_reason": "end_turn",
            "logprobs": {"content": [{"token": "a", "logprob": -0.5, "bytes": None}]},
        }
    ]
    assert (form["object"], form["id"], form["model"]) == ("chat.completion.chunk", "c1", "m")
    assert form["error"] == {"type": "StreamInterruptedError", "message": "cut"}
    assert form["usage"] == Usage(1, 2, 3).to_dict()
    assert CompletionChunk().to_dict()["choices"] == []

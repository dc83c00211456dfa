"""The same page: response and stream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from colours import Colour, both

from llmkit import (
    AssistantMessage,
    FinishReason,
)
from llmkit.errors import StreamInterruptedError
from llmkit.testing import StreamReply, chat_reply, sse

from .playing import MISTRAL, PLAIN, answered, delta, play, streamed, whole

MODEL = MISTRAL

ANSWER = whole(
    {"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"},
    {"index": 1, "message": {"role": "assistant", "content": "b"}, "finish_reason": "length"},
    usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
)


@both
def test_choices(colour: Colour) -> None:
    """All answers, in order."""
    assert [choice.message.content for choice in answered(colour, ANSWER).choices] == ["a", "b"]


@both
def test_created(colour: Colour) -> None:
    """A time with its zone."""
    assert answered(colour, ANSWER).created == datetime(2025, 1, 1, tzinfo=UTC)


@both
def test_id_model_and_object(colour: Colour) -> None:
    """As the provider says them."""
    response = answered(colour, ANSWER)
    assert (response.id, response.model, response.object) == ("c-1", "m-1", "chat.completion")


@both
def test_usage(colour: Colour) -> None:
    """Tokens of the prompt, of the answer, and both; the provider's own object beside them."""
    usage = answered(colour, ANSWER).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (3, 2, 5)
    assert usage.raw["total_tokens"] == 5


@both
def test_latency(colour: Colour) -> None:
    """A `timedelta` of the whole call; each attempt's own is in `attempts`."""
    response = answered(colour, ANSWER)
    assert response.latency >= timedelta(seconds=response.attempts[0].duration) > timedelta()


@both
def test_the_first_assistant_message(colour: Colour) -> None:
    """Where there is no choice, `choices` is empty and the message too, never None."""
    assert answered(colour, ANSWER).assistant_message() == AssistantMessage("a")
    nothing = answered(colour, whole())
    assert (nothing.assistant_message(), nothing.content) == (AssistantMessage(), None)


@both
def test_a_choice(colour: Colour) -> None:
    """Why it ended, its place, and its message."""
    first, second = answered(colour, ANSWER).choices
    assert (first.finish_reason, second.finish_reason) == (FinishReason.STOP, FinishReason.LENGTH)
    assert (first.index, second.index) == (0, 1)
    assert isinstance(first.message, AssistantMessage)


REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "model_length": FinishReason.MODEL_LENGTH,
    "error": FinishReason.ERROR,
    "tool_calls": FinishReason.TOOL_CALLS,
}


@both
@pytest.mark.parametrize("word", REASONS)
def test_a_finish_reason(colour: Colour, word: str) -> None:
    """Each word has its value, and stays beside it as it came."""
    calls = [{"name": "f"}] if word == "tool_calls" else []
    reply = chat_reply("a", tool_calls=calls, finish_reason=word)
    (choice,) = answered(colour, reply).choices
    assert (choice.finish_reason, choice.raw_finish_reason) == (REASONS[word], word)


USAGE = sse({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
CHUNKS = (delta("Pa"), delta("ris"), delta(finish="stop"), USAGE)


def chunks_of(colour: Colour, *pieces: bytes) -> list[Any]:
    """The chunks of a stream."""
    with play(colour, streamed(*(pieces or CHUNKS)), model=MODEL) as door:
        return list(door.stream(PLAIN))


@both
def test_a_chunks_choices(colour: Colour) -> None:
    """Each with its index, its delta, and at the end its finish reason."""
    chunks = chunks_of(colour)
    assert [chunk.choices[0].delta.content for chunk in chunks[:2]] == ["Pa", "ris"]
    assert chunks[0].choices[0].index == 0
    assert chunks[-1].choices[0].finish_reason is FinishReason.STOP


@both
def test_a_chunks_created_id_model_and_object(colour: Colour) -> None:
    """As the provider says them."""
    chunk = chunks_of(colour)[0]
    assert chunk.created == datetime(2025, 1, 1, tzinfo=UTC)
    assert (chunk.id, chunk.model, chunk.object) == ("c-1", "m-1", "chat.completion.chunk")


@both
def test_a_chunks_usage(colour: Colour) -> None:
    """On the last one."""
    chunks = chunks_of(colour)
    assert [chunk.usage is None for chunk in chunks[:-1]] == [True] * (len(chunks) - 1)
    assert chunks[-1].usage.total_tokens == 5


@both
def test_the_last_chunk(colour: Colour) -> None:
    """One says that it is, with the finish reason and the usage on it."""
    chunks = chunks_of(colour)
    assert [chunk.is_last_chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@both
def test_a_chunks_latencies(colour: Colour) -> None:
    """Since the chunk before it, and since the call: the first are the second's sum."""
    chunks = chunks_of(colour)
    assert chunks[0].chunk_latency == chunks[0].total_latency > timedelta()
    summed = sum((chunk.chunk_latency for chunk in chunks), timedelta())
    assert abs(summed - chunks[-1].total_latency) < timedelta(microseconds=10 * len(chunks))


@both
def test_a_chunks_error(colour: Colour) -> None:
    """On a last chunk where that is asked for; else it is raised, and never passed over."""
    for raises in (True, False):
        with play(colour, StreamReply([delta("Pa")]), model=MODEL) as door:
            chunks = door.stream(PLAIN, raise_errors=raises)
            assert next(chunks).error is None
            if raises:
                with pytest.raises(StreamInterruptedError):
                    next(chunks)
                continue
            last = next(chunks)
            assert isinstance(last.error, StreamInterruptedError)
            assert last.is_last_chunk
            assert list(chunks) == []


@both
def test_a_chunks_delta_message(colour: Colour) -> None:
    """Of the first choice; empty where there is none."""
    first, *_, last = chunks_of(colour, *CHUNKS)
    assert first.delta_message().content == "Pa"
    assert last.delta_message().parts == ()

"""What a streamed chunk costs, counted: no clock, so that a busy machine changes nothing."""

from __future__ import annotations

import gc
import importlib
import json
import pickle
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from attrs import asdict, evolve
from attrs.exceptions import FrozenInstanceError
from colours import Colour, both

from llmkit import ChatCompletionRequest, CompletionChunk, UserMessage
from llmkit._models.accumulate import Accumulator
from llmkit._models.chunks import (
    Block,
    ChunkChoice,
    DeltaMessage,
    ToolCallDelta,
    made_call,
    made_chunk,
)
from llmkit._models.parts import ReasoningPart
from llmkit.adapters.sse import SSEDecoder
from llmkit.providers import get
from llmkit.testing import ScriptedTransport, StreamReply

PROVIDERS = {"openai_chat": "openai", "anthropic_messages": "anthropic", "gemini": "gemini"}
KINDS = ("text", "tools", "reasoning")
CASES = [(wire, kind) for wire in PROVIDERS for kind in KINDS]
READ = 16 * 1024

wires_and_kinds = pytest.mark.parametrize(
    ("wire", "kind"), CASES, ids=[f"{wire}-{kind}" for wire, kind in CASES]
)


def event(value: dict[str, Any]) -> bytes:
    """*value* as an event, named by its type where it has one."""
    name = f"event: {value['type']}\n" if "type" in value else ""
    return f"{name}data: {json.dumps(value)}\n\n".encode()


def openai_event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """An event of OpenAI's chat completions."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    about = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000}
    return event({**about, "model": "m", "choices": [choice], "usage": None})


def openai_stream(kind: str, pieces: list[str]) -> list[bytes]:
    """A stream of OpenAI's chat completions."""
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}
    deltas: dict[str, Callable[[str], dict[str, Any]]] = {
        "text": lambda piece: {"content": piece},
        "tools": lambda piece: {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]},
        "reasoning": lambda piece: {"reasoning_content": piece},
    }
    begun = {"role": "assistant", **({"tool_calls": [call]} if kind == "tools" else {})}
    said = [openai_event(deltas[kind](piece)) for piece in pieces]
    return [openai_event(begun), *said, openai_event({}, "stop"), b"data: [DONE]\n\n"]


def anthropic_stream(kind: str, pieces: list[str]) -> list[bytes]:
    """A stream of Anthropic's Messages."""
    block, name, field = {
        "text": ({"type": "text", "text": ""}, "text_delta", "text"),
        "tools": (
            {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
            "input_json_delta",
            "partial_json",
        ),
        "reasoning": ({"type": "thinking", "thinking": ""}, "thinking_delta", "thinking"),
    }[kind]
    begun = {"type": "content_block_start", "index": 0, "content_block": block}
    deltas = [{"type": name, field: piece} for piece in pieces]
    said = [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
    ended = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    message = {"id": "msg_1", "model": "m", "usage": {"input_tokens": 1}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        begun,
        *said,
        {"type": "content_block_stop", "index": 0},
        ended,
        {"type": "message_stop"},
    ]
    return [event(one) for one in events]


def gemini_stream(kind: str, pieces: list[str]) -> list[bytes]:
    """A stream of Gemini's."""
    parts: dict[str, Callable[[str], dict[str, Any]]] = {
        "text": lambda piece: {"text": piece},
        "tools": lambda piece: {"functionCall": {"name": "f", "args": {"q": piece}}},
        "reasoning": lambda piece: {"text": piece, "thought": True},
    }
    about = {"usageMetadata": {"promptTokenCount": 1}, "modelVersion": "m", "responseId": "r1"}

    def said(part: dict[str, Any], **more: str) -> bytes:
        content = {"parts": [part], "role": "model"}
        return event({"candidates": [{"content": content, "index": 0, **more}], **about})

    deltas = [said(parts[kind](piece)) for piece in pieces]
    return [*deltas, said({"text": ""}, finishReason="STOP")]


STREAMS = {
    "openai_chat": openai_stream,
    "anthropic_messages": anthropic_stream,
    "gemini": gemini_stream,
}


def reads(wire: str, kind: str, count: int, size: int = READ) -> list[bytes]:
    """A stream of *count* pieces, as reads of *size* bytes bring it."""
    whole = b"".join(STREAMS[wire](kind, [f" word {number:05d}" for number in range(count)]))
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def decoded(wire: str, given: list[bytes]) -> list[CompletionChunk]:
    """The chunks that a stream's bytes make."""
    decoder = get(PROVIDERS[wire]).adapter("m").decoder()
    return [chunk for data in given for chunk in decoder.feed(data)]


def calls_of(work: Callable[[], object]) -> int:
    """How many calls, of Python's functions and of C's, *work* makes."""
    count = 0

    def called(_: FrameType, what: str, __: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def held(work: Callable[[], object]) -> tuple[int, int]:
    """How many blocks of memory, and bytes, are in use after *work* that were not before it."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = work()
        gc.collect()
        traces = tracemalloc.take_snapshot().traces
        del kept
    finally:
        tracemalloc.stop()
    return len(traces), sum(trace.size for trace in traces)


@wires_and_kinds
def test_json_is_decoded_once_for_each_chunk(
    wire: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred pieces more are a hundred calls more into the JSON decoder."""
    module: Any = importlib.import_module(f"llmkit.adapters.{wire}.stream")
    usual: Any = importlib.import_module(f"llmkit.adapters.{wire}.usual")
    calls = 0

    def counting(decode: Callable[..., object]) -> Callable[..., object]:
        def count(*args: Any, **options: Any) -> object:
            nonlocal calls
            calls += 1
            return decode(*args, **options)

        return count

    monkeypatch.setattr(module, "strict_loads", counting(module.strict_loads))
    monkeypatch.setattr(module, "loads", counting(module.loads))
    monkeypatch.setattr(usual, "read", counting(usual.read))
    found = []
    for count in (100, 200):
        calls = 0
        chunks = decoded(wire, reads(wire, kind, count))
        found.append((calls, len(chunks)))
    (few, few_chunks), (many, many_chunks) = found
    assert many - few == many_chunks - few_chunks == 100


BLOCKS = {"text": 7, "tools": 12, "reasoning": 11}
"""The most blocks of memory that a chunk of a kind may be: now 5, 7 to 10, and 5 to 8."""

BYTES = {"text": 600, "tools": 1000, "reasoning": 900}
"""The most bytes of it: now 400, 530 to 680, and 400 to 590."""


@wires_and_kinds
def test_a_chunk_is_a_few_small_objects(wire: str, kind: str) -> None:
    """A chunk, its choice, its delta, what is in it, and the tuples between: no dictionaries."""
    few, many = reads(wire, kind, 100), reads(wire, kind, 1100)
    decoded(wire, few)  # what is made once is there
    before, after = held(lambda: decoded(wire, few)), held(lambda: decoded(wire, many))
    assert (after[0] - before[0]) / 1000 <= BLOCKS[kind]
    assert (after[1] - before[1]) / 1000 <= BYTES[kind]


@pytest.mark.parametrize("size", [100, READ])
@wires_and_kinds
def test_decoding_grows_with_the_chunks_and_no_faster(wire: str, kind: str, size: int) -> None:
    """Twice the chunks are twice the work, in large reads and in small ones."""
    few, many = reads(wire, kind, 300, size), reads(wire, kind, 600, size)
    once, twice = calls_of(lambda: decoded(wire, few)), calls_of(lambda: decoded(wire, many))
    assert twice <= 2.1 * once


def test_an_event_in_many_reads_is_looked_at_once() -> None:
    """The bytes of a large event are joined when it is whole, however it comes."""

    def fed(count: int) -> Callable[[], object]:
        decoder = SSEDecoder()
        return lambda: [decoder.feed(b"data: "), *map(decoder.feed, [b"x"] * count)]

    assert calls_of(fed(2000)) <= 2.1 * calls_of(fed(1000))


def test_what_a_first_read_begins_with_is_learned_from_it() -> None:
    """Of a thousand events in a stream's first read, few are looked at line by line."""

    whole = b"event: begun\ndata: {}\n\n" + b"event: x\ndata: {}\n\n" * 1000
    assert calls_of(lambda: SSEDecoder().runs(whole)) < 8 * 1000  # line by line, they are 18


FOLDED: dict[str, Callable[[int], DeltaMessage]] = {
    "text": lambda number: DeltaMessage(f"{number} "),
    "thinking": lambda number: DeltaMessage(reasoning=f"{number} "),
    "thinking in blocks": lambda number: DeltaMessage(
        reasoning="x", blocks=(Block(0, ReasoningPart("x", provider="p")),)
    ),
    "pieces of one call": lambda number: DeltaMessage(
        tool_calls=(ToolCallDelta(0, "1", "f", "x"),)
    ),
    "many calls": lambda number: DeltaMessage(tool_calls=(ToolCallDelta(number, "1", "f", "{}"),)),
    "pieces of calls in turns": lambda number: DeltaMessage(
        tool_calls=(ToolCallDelta(number % 20, "1", "f", "x"),)
    ),
}


@pytest.mark.parametrize("made", FOLDED.values(), ids=FOLDED)
def test_folding_grows_with_the_deltas_and_no_faster(made: Callable[[int], DeltaMessage]) -> None:
    """Twice the deltas are twice the work; and a look at the answer costs one walk through it."""

    def fold(count: int) -> Callable[[], object]:
        chunks = [CompletionChunk((ChunkChoice(0, made(number)),)) for number in range(count)]

        def work() -> object:
            accumulator = Accumulator()
            for chunk in chunks:
                accumulator.add(chunk)
            return accumulator.response()

        return work

    assert calls_of(fold(800)) <= 2.1 * calls_of(fold(400))


@both
@wires_and_kinds
def test_an_open_stream_holds_the_answer_and_not_its_chunks(
    wire: str, kind: str, colour: Colour
) -> None:
    """What is read of a stream and let go is kept as its characters, for the whole answer."""
    request = ChatCompletionRequest(f"{PROVIDERS[wire]}/m", [UserMessage("Hi")])
    transport = ScriptedTransport(StreamReply(reads(wire, kind, 6000)))
    most = 900 if (wire, kind) == ("gemini", "tools") else 150  # there, each is a call of its own
    with colour(provider=PROVIDERS[wire], api_key="k", transport=transport) as client:
        stream = client.stream(request)
        for _ in range(1000):
            next(stream)
        _, size = held(lambda: [next(stream) and None for _ in range(4000)].clear())
        assert size / 4000 <= most
        assert stream.response().usage is not None


@both
def test_a_large_read_is_decoded_a_piece_at_a_time(colour: Colour) -> None:
    """However much one read brings, few chunks lie in wait; left early, it is whole."""
    first, *rest = openai_stream("text", ["x"] * 5000)
    request = ChatCompletionRequest("openai/m", [UserMessage("Hi")])
    replies = [StreamReply([first + rest[0], b"".join(rest[1:])]) for _ in range(2)]
    with colour(api_key="k", transport=ScriptedTransport(*replies)) as client:
        stream = client.stream(request)
        next(stream), next(stream)
        blocks, _ = held(lambda: [next(stream) for _ in range(10)])
        assert blocks < 5000
        assert len(list(stream)) == 5000 - 12 + 1
        stream = client.stream(request)
        next(stream), next(stream)
        stream.close()
        assert list(stream) == []
        assert stream.response().content == "x" * 5000


def made_pairs() -> Iterator[tuple[Any, Any]]:
    """Values that were made fast, and by their constructors."""
    heading = ("i", "m", 1.5)
    call = ToolCallDelta(1, "c", "f", "{}")
    yield made_call(1, "c", "f", "{}"), call
    thought = DeltaMessage(reasoning="t", blocks=(Block(2, ReasoningPart("t", provider="p")),))
    deltas: list[tuple[dict[str, Any], DeltaMessage]] = [
        ({"content": "a"}, DeltaMessage("a")),
        ({"reasoning": "t"}, DeltaMessage(reasoning="t")),
        ({"reasoning": "t", "thought_of": (2, "p")}, thought),
        ({"calls": (call,)}, DeltaMessage(tool_calls=(call,))),
    ]
    for said, delta in deltas:
        for index in (0, 3):
            plain = CompletionChunk((ChunkChoice(index, delta),), *heading)
            made = [made_chunk(heading, **said, index=index) for _ in range(3)]
            yield made[0], plain
            yield made[1].choices[0].delta, delta
            yield made[2].delta_message(), plain.delta_message()


@pytest.mark.parametrize(("fast", "plain"), [*made_pairs()])
def test_what_is_made_fast_is_a_value_like_any_other(fast: Any, plain: Any) -> None:
    """The same type, equal, frozen; it can be hashed, shown, copied and pickled."""
    assert type(fast) is type(plain)
    assert fast == plain
    assert repr(fast) == repr(plain)
    assert asdict(fast) == asdict(plain)
    assert evolve(fast) == plain
    assert pickle.loads(pickle.dumps(fast)) == plain
    name = fast.__attrs_attrs__[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(fast, name, None)
    with pytest.raises(FrozenInstanceError):
        delattr(fast, name)
    with pytest.raises(AttributeError):
        object.__setattr__(fast, "other", None)

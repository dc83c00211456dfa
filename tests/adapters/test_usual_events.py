"""Events of the usual form, which are read by their form, against the same ones read as any."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmkit import CompletionChunk
from llmkit.providers import get

HALF = b'data: {"type": "ping", "half": "\\ud83d"}\n\n'
"""An event that tells nothing. After half a character no event is read by its form."""


def chunks(provider: str, events: list[bytes], size: int = 0) -> list[CompletionChunk]:
    """The chunks that *events* make, as reads of *size* bytes bring them, or as one."""
    whole = b"".join(events)
    decoder = get(provider).adapter("m").decoder()
    made = []
    for start in range(0, len(whole), size or len(whole)):
        made += decoder.feed(whole[start : start + (size or len(whole))])
    if decoder.failure is not None:
        raise decoder.failure
    return made


def event(value: object) -> bytes:
    """*value* as an event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def openai(delta: object, choice: dict[str, Any] | None = None, **more: object) -> bytes:
    """An event of OpenAI's chat completions."""
    about = {"id": "c1", "object": "chat.completion.chunk", "created": 17, "model": "m"}
    one = {"index": 0, "delta": delta, "finish_reason": None, **(choice or {})}
    return event({**about, "choices": [one], **more})


def call(arguments: object, **more: object) -> dict[str, Any]:
    """A delta with a piece of a call."""
    return {"tool_calls": [{"index": 0, "function": {"arguments": arguments}, **more}]}


OPENAI = {
    "text": openai({"content": "a"}),
    "text with its role": openai({"role": "assistant", "content": "a"}),
    "text beside nothing": openai({"content": "a", "reasoning_content": None, "tool_calls": None}),
    "text with an unknown word": openai({"content": "a", "token_id": 7}),
    "text and thinking": openai({"content": "a", "reasoning_content": "t"}),
    "text and a call": openai({"content": "a", **call("x")}),
    "text that is a list": openai({"content": [{"type": "text", "text": "a"}]}),
    "no text": openai({"content": ""}),
    "nothing": openai({}),
    "no delta": openai(None),
    "thinking": openai({"reasoning_content": "t"}),
    "thinking by its other name": openai({"reasoning": "t", "reasoning_content": None}),
    "thinking twice": openai({"reasoning": "t", "reasoning_content": "t"}),
    "thinking in detail": openai(
        {"reasoning": "t", "reasoning_details": [{"type": "reasoning.text", "text": "t"}]}
    ),
    "a refusal": openai({"refusal": "no"}),
    "arguments": openai(call("x")),
    "arguments with an empty id": openai(call("x", id="")),
    "arguments with their id": openai(call("x", id="call_1")),
    "arguments that are an object": openai(call({"q": 1})),
    "arguments of another call": openai(call("x", index=1, id="call_2")),
    "another answer": openai({"content": "a"}, {"index": 1}),
    "an answer of no place": openai({"content": "a"}, {"index": None}),
    "a reason": openai({"content": "a"}, {"finish_reason": "stop"}),
    "an empty reason": openai({"content": "a"}, {"finish_reason": ""}),
    "a filter's word": openai({"content": "a"}, {"content_filter_results": {"hate": {"x": 1}}}),
    "a filter's odd word": openai({"content": "a"}, {"content_filter_results": [1]}),
    "likelihoods": openai(
        {"content": "a"}, {"logprobs": {"content": [{"token": "a", "logprob": -1.0}]}}
    ),
    "counts": openai({"content": "a"}, usage={"prompt_tokens": 1, "completion_tokens": 2}),
    "sources": openai({"content": "a"}, citations=["https://example.com"]),
    "another object": openai({"content": "a"}, object="text_completion"),
    "no object": openai({"content": "a"}, object=None),
    "no choice": event({"id": "c1", "choices": []}),
    "two choices": event({"choices": [{"index": n, "delta": {"content": "a"}} for n in (0, 1)]}),
}

GEMINI_ABOUT = {"modelVersion": "m", "responseId": "r1"}


def gemini(part: object, item: dict[str, Any] | None = None, **more: object) -> bytes:
    """An event of Gemini's."""
    one = {"content": {"parts": [part], "role": "model"}, "index": 0, **(item or {})}
    return event({"candidates": [one], **GEMINI_ABOUT, **more})


def function(**said: object) -> dict[str, Any]:
    """A part that is a call."""
    return {"functionCall": {"name": "f", **said}}


GEMINI = {
    "text": gemini({"text": "a"}),
    "text that is no thought": gemini({"text": "a", "thought": False}),
    "sealed text": gemini({"text": "a", "thoughtSignature": "s"}),
    "text with an unknown word": gemini({"text": "a", "partMetadata": {}}),
    "no text": gemini({"text": ""}),
    "nothing": gemini({}),
    "no parts": event({"candidates": [{"index": 0, "content": {"role": "model"}}]}),
    "two parts": event({"candidates": [{"content": {"parts": [{"text": "a"}, {"text": "b"}]}}]}),
    "a thought": gemini({"text": "t", "thought": True}),
    "a call": gemini(function(args={"q": "é", "n": [1, 2.5, None]})),
    "a call of nothing": gemini(function()),
    "a call with its id": gemini(function(args={}, id="x")),
    "a call that goes on": gemini(function(willContinue=True)),
    "a sealed call": gemini({**function(), "thoughtSignature": "s"}),
    "an image": gemini({"inlineData": {"mimeType": "image/png", "data": "aGk="}}),
    "another answer": gemini({"text": "a"}, {"index": 1}),
    "safety ratings": gemini({"text": "a"}, {"safetyRatings": [{"category": "x"}]}),
    "a reason": gemini({"text": "a"}, {"finishReason": "STOP"}),
    "sources": gemini({"text": "a"}, {"groundingMetadata": {"webSearchQueries": ["q"]}}),
    "counts": gemini({"text": "a"}, usageMetadata={"promptTokenCount": 3}),
    "no id": event({"candidates": [{"content": {"parts": [{"text": "a"}]}}]}),
}


def delta(said: dict[str, object], index: int = 0) -> bytes:
    """An event of Anthropic's that goes on with a block."""
    return event({"type": "content_block_delta", "index": index, "delta": said})


ANTHROPIC = {
    "text": delta({"type": "text_delta", "text": "a"}),
    "no text": delta({"type": "text_delta", "text": ""}),
    "text that is none": delta({"type": "text_delta", "text": None}),
    "thinking": delta({"type": "thinking_delta", "thinking": "t"}, 1),
    "a seal": delta({"type": "signature_delta", "signature": "s"}, 1),
    "arguments": delta({"type": "input_json_delta", "partial_json": "{}"}, 2),
    "no arguments": delta({"type": "input_json_delta", "partial_json": ""}, 2),
    "arguments of the server's tool": delta({"type": "input_json_delta", "partial_json": "{}"}, 3),
    "a cited text": delta({"type": "text_delta", "text": "a"}, 4),
    "a block that has not begun": delta({"type": "text_delta", "text": "a"}, 9),
    "a delta of no kind": delta({"text": "a"}),
    "a ping": event({"type": "ping"}),
    "the type at the end": event(
        {"delta": {"text": "a", "type": "text_delta"}, "index": 0, "type": "content_block_delta"}
    ),
}
BLOCKS: list[dict[str, Any]] = [
    {"type": "text", "text": ""},
    {"type": "thinking", "thinking": ""},
    {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
    {"type": "server_tool_use", "id": "t2", "name": "web_search", "input": {}},
    {"type": "text", "text": "", "citations": []},
]
BEGUN = {
    "openai": [openai({"role": "assistant", **call("", id="call_1", function={"name": "f"})})],
    "gemini": [gemini({"text": "b"}), gemini(function())],
    "anthropic": [
        event({"type": "message_start", "message": {"id": "m1", "model": "m"}}),
        *(
            event({"type": "content_block_start", "index": index, "content_block": block})
            for index, block in enumerate(BLOCKS)
        ),
    ],
}
EVENTS = {"openai": OPENAI, "gemini": GEMINI, "anthropic": ANTHROPIC}
CASES = [
    pytest.param(provider, said, id=f"{provider}-{name}")
    for provider, events in EVENTS.items()
    for name, said in events.items()
]


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize(("provider", "said"), CASES)
def test_the_form_of_an_event_changes_nothing(provider: str, said: bytes, begun: bool) -> None:
    """What an event makes is the same, whether it is read by its form or as any other."""
    events = [*(BEGUN[provider] if begun else []), said, said]
    assert chunks(provider, events) == chunks(provider, [HALF, *events])


@pytest.mark.parametrize("provider", EVENTS)
def test_all_in_one_stream_however_it_is_cut(provider: str) -> None:
    """Usual events and others make the same in turns, in one read, and byte by byte."""
    events = [one for said in EVENTS[provider].values() for one in (said, *BEGUN[provider])]
    whole = chunks(provider, [*BEGUN[provider], *events])
    assert len(whole) > len(EVENTS[provider])
    assert chunks(provider, [HALF, *BEGUN[provider], *events]) == whole
    for size in (1, 7, 1000):
        assert chunks(provider, [*BEGUN[provider], *events], size) == whole


@pytest.mark.parametrize("provider", EVENTS)
def test_a_stream_of_unusual_events_is_read_on(provider: str) -> None:
    """However many events are of another form, usual ones come after them as before."""
    rare = {"openai": "sources", "gemini": "sealed text", "anthropic": "a ping"}[provider]
    usual, other = EVENTS[provider]["text"], EVENTS[provider][rare]
    made = chunks(provider, [*BEGUN[provider], *[other] * 40, usual])
    assert made[-1] == chunks(provider, [*BEGUN[provider], usual])[-1]

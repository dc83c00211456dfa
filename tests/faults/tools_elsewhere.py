"""Tool calls on the other wires: two at once, whole and streamed, and what is odd there."""

from __future__ import annotations

from typing import Any

from .forms import Event, Wire, said, typed, unnamed
from .outcomes import Call, Outcome
from .scenario import STREAMED, WHOLE
from .tools import (
    BOTH_CALLS,
    EMPTY_CALL,
    LISTEN,
    LOOK,
    NAMELESS,
    ONE_CALL,
    PARIS,
    ROMAN,
    WHOLE_ARGUMENTS,
    JsonDict,
    called,
    calling,
    function,
)
from .wires import (
    ANTHROPIC,
    BEDROCK,
    COHERE,
    GEMINI,
    OLLAMA,
    RESPONSES,
    block_delta,
    gemini_part,
    ollama_line,
)


def _responses_item(call: Call, arguments: str) -> JsonDict:
    return {"type": "function_call", "id": f"fc_{call.id}", "call_id": call.id,
            "name": call.name, "arguments": arguments, "status": "completed"}  # fmt: skip


_ITEMS = [_responses_item(LOOK, WHOLE_ARGUMENTS), _responses_item(LISTEN, ROMAN)]
_RESPONSE = {**RESPONSES.whole, "output": _ITEMS}


def _responses_events() -> tuple[Event, ...]:
    first = RESPONSES.events[0].data
    events: list[JsonDict] = [first]
    for index, item in enumerate(_ITEMS):
        place = {"item_id": item["id"], "output_index": index}
        told = item["arguments"]
        events += [
            {"type": "response.output_item.added", "output_index": index,
             "item": {**item, "arguments": "", "status": "in_progress"}},
            {"type": "response.function_call_arguments.delta", **place, "delta": told[:7]},
            {"type": "response.function_call_arguments.delta", **place, "delta": told[7:]},
            {"type": "response.function_call_arguments.done", **place, "arguments": told},
            {"type": "response.output_item.done", "output_index": index, "item": item},
        ]  # fmt: skip
    return typed(*events, {"type": "response.completed", "response": _RESPONSE})


def _block(index: int, call: Call, arguments: str) -> list[JsonDict]:
    start = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        block_delta({"type": "input_json_delta", "partial_json": ""}, index),
        block_delta({"type": "input_json_delta", "partial_json": arguments[:7]}, index),
        block_delta({"type": "input_json_delta", "partial_json": arguments[7:]}, index),
        {"type": "content_block_stop", "index": index},
    ]


_ANTHROPIC = {
    **ANTHROPIC.whole,
    "stop_reason": "tool_use",
    "content": [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
        for call in (LOOK, LISTEN)
    ],
}
_ANTHROPIC_END = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {}}
_GEMINI_CALLS = [
    {"functionCall": {"name": call.name, "args": call.arguments}} for call in (LOOK, LISTEN)
]


def _bedrock_events() -> tuple[Event, ...]:
    events = [Event("messageStart", {"role": "assistant"})]
    for index, (call, told) in enumerate(((LOOK, WHOLE_ARGUMENTS), (LISTEN, ROMAN))):
        start = {"toolUse": {"toolUseId": call.id, "name": call.name}}
        place = {"contentBlockIndex": index}
        events += [
            Event("contentBlockStart", {**place, "start": start}),
            *(Event("contentBlockDelta", {**place, "delta": {"toolUse": {"input": part}}})
              for part in (told[:7], told[7:])),
            Event("contentBlockStop", place),
        ]  # fmt: skip
    return (*events, Event("messageStop", {"stopReason": "tool_use"}), BEDROCK.events[-1])


_BEDROCK = {
    **BEDROCK.whole,
    "stopReason": "tool_use",
    "output": {"message": {"role": "assistant", "content": [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}}
        for call in (LOOK, LISTEN)
    ]}},
}  # fmt: skip


def _cohere_events() -> tuple[Event, ...]:
    events: list[JsonDict] = [COHERE.events[0].data]
    for index, (call, told) in enumerate(((LOOK, WHOLE_ARGUMENTS), (LISTEN, ROMAN))):
        events.append({"type": "tool-call-start", "index": index, "delta": {"message": {
            "tool_calls": function(call.id, call.name, "")}}})  # fmt: skip
        events += [
            {"type": "tool-call-delta", "index": index, "delta": {"message": {
                "tool_calls": {"function": {"arguments": part}}}}}
            for part in (told[:7], told[7:])
        ]  # fmt: skip
        events.append({"type": "tool-call-end", "index": index})
    end = {"finish_reason": "TOOL_CALL", "usage": COHERE.whole["usage"]}
    return typed(*events, {"type": "message-end", "delta": end})


_COHERE = {
    **COHERE.whole,
    "finish_reason": "TOOL_CALL",
    "message": {"role": "assistant", "tool_calls": [
        function("call_a", "look", WHOLE_ARGUMENTS), function("call_b", "listen", ROMAN)]},
}  # fmt: skip
_OLLAMA_CALLS = [
    {"function": {"name": call.name, "arguments": call.arguments}} for call in (LOOK, LISTEN)
]
_OLLAMA_LINES = unnamed(
    *(ollama_line({"content": "", "tool_calls": [call]}) for call in _OLLAMA_CALLS),
    OLLAMA.events[-1].data,
)

_ELSEWHERE: tuple[tuple[Wire, Any, tuple[Event, ...], Outcome], ...] = (
    (RESPONSES, _RESPONSE, _responses_events(), BOTH_CALLS),
    (ANTHROPIC, _ANTHROPIC, typed(
        ANTHROPIC.events[0].data, *_block(0, LOOK, WHOLE_ARGUMENTS), *_block(1, LISTEN, ROMAN),
        _ANTHROPIC_END, {"type": "message_stop"}), BOTH_CALLS),
    (GEMINI, gemini_part(*_GEMINI_CALLS, finish="STOP"), unnamed(
        *(gemini_part(call) for call in _GEMINI_CALLS), gemini_part(finish="STOP")), NAMELESS),
    (BEDROCK, _BEDROCK, _bedrock_events(), BOTH_CALLS),
    (COHERE, _COHERE, _cohere_events(), BOTH_CALLS),
    (OLLAMA, ollama_line({"content": "", "tool_calls": _OLLAMA_CALLS}, done=True,
                         done_reason="stop"), _OLLAMA_LINES, NAMELESS),
)  # fmt: skip

ELSEWHERE = tuple(
    scenario
    for wire, whole, events, outcome in _ELSEWHERE
    for scenario in (
        called(f"{wire.name}: a whole answer", "answers with two calls", said(whole), outcome,
                  WHOLE, wire),
        called(f"{wire.name}: a stream", "streams two calls, their arguments in pieces",
                  wire.told(events), outcome, STREAMED, wire),
    )
)  # fmt: skip

OWN_WAYS = (
    called("gemini: both calls in one event", "streams both calls as parts of one event",
              GEMINI.told(unnamed(gemini_part(*_GEMINI_CALLS, finish="STOP"))), NAMELESS,
              STREAMED, GEMINI),
    called("gemini: ids of its own", "tells ids of its calls",
              GEMINI.told(unnamed(gemini_part(*(
                  {"functionCall": {"name": call.name, "args": call.arguments, "id": call.id}}
                  for call in (LOOK, LISTEN)), finish="STOP"))), BOTH_CALLS, STREAMED, GEMINI),
    called("gemini: no arguments", "leaves the arguments out",
              GEMINI.told(unnamed(gemini_part({"functionCall": {"name": "look"}}, finish="STOP"))),
              calling(Call("look", {})), STREAMED, GEMINI),
    called("gemini: the same call twice", "streams the same call in two events",
              GEMINI.told(unnamed(*[gemini_part(_GEMINI_CALLS[0])] * 2,
                                  gemini_part(finish="STOP"))),
              calling(Call("look", PARIS), Call("look", PARIS)), STREAMED, GEMINI),
    called("ollama: arguments as text", "sends the arguments as text, not as an object",
              OLLAMA.told(unnamed(
                  ollama_line({"content": "", "tool_calls": [
                      {"function": {"name": "look", "arguments": WHOLE_ARGUMENTS}}]}),
                  OLLAMA.events[-1].data)), calling(Call("look", PARIS)), STREAMED, OLLAMA),
    called("anthropic-messages: no arguments", "begins a call, and ends it",
              ANTHROPIC.told(typed(
                  ANTHROPIC.events[0].data, *_block(0, LOOK, "")[::4], _ANTHROPIC_END,
                  {"type": "message_stop"})), EMPTY_CALL, STREAMED, ANTHROPIC),
    called("anthropic-messages: arguments at the start", "tells the input where the call begins",
              ANTHROPIC.told(typed(
                  ANTHROPIC.events[0].data,
                  {"type": "content_block_start", "index": 0, "content_block": {
                      "type": "tool_use", "id": "call_a", "name": "look", "input": PARIS}},
                  {"type": "content_block_stop", "index": 0}, _ANTHROPIC_END,
                  {"type": "message_stop"})), ONE_CALL, STREAMED, ANTHROPIC),
)  # fmt: skip

TOOLS_ELSEWHERE = (*ELSEWHERE, *OWN_WAYS)

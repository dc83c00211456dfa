"""Tool calls in each shape that servers send them in: the right calls, with their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llmkit import FinishReason

from .forms import Wire, said, unnamed
from .outcomes import Answered, Call, Outcome
from .scenario import STREAMED, WHOLE, Scenario, Setting, Way
from .server import Script, answer
from .wires import (
    CHAT,
    chat_delta,
    chat_whole,
)

JsonDict = dict[str, Any]
PARIS, ROME = {"city": "Zürich"}, {"city": "Rome"}
LOOK, LISTEN = Call("look", PARIS, "call_a"), Call("listen", ROME, "call_b")
HALVES = '{"city": "Zü', 'rich"}'
WHOLE_ARGUMENTS = "".join(HALVES)
ROMAN = '{"city": "Rome"}'


def calling(*calls: Call, text: str = "") -> Answered:
    return Answered(text=text, calls=calls, finish=FinishReason.TOOL_CALLS)


BOTH_CALLS = calling(LOOK, LISTEN)
NAMELESS = calling(Call("look", PARIS), Call("listen", ROME))
ONE_CALL = calling(LOOK)
EMPTY_CALL = calling(Call("look", {}, "call_a"))


def piece(index: Any = 0, id: Any = ..., name: Any = ..., arguments: Any = ...) -> JsonDict:
    """An element of a delta's `tool_calls`; what is not given is not there."""
    inner = {"name": name, "arguments": arguments}
    made: JsonDict = {"index": index, "id": id, "type": "function"}
    made["function"] = {key: value for key, value in inner.items() if value is not ...}
    return {key: value for key, value in made.items() if value is not ...}


def deltas(*given: Sequence[JsonDict]) -> list[JsonDict]:
    """Each a delta with those calls."""
    return [{"tool_calls": list(calls)} for calls in given]


def _streamed(given: Sequence[JsonDict], finish: str | None) -> bytes:
    events = [chat_delta({"role": "assistant", "content": None}), *map(chat_delta, given)]
    if finish is not None:
        events.append(chat_delta({}, finish))
    return CHAT.told(unnamed(*events)) + CHAT.marked


def _shape(
    name: str,
    server: str,
    given: Sequence[JsonDict],
    outcome: Outcome = BOTH_CALLS,
    *,
    finish: str | None = "tool_calls",
    broken: Mapping[str, str] | None = None,
) -> Scenario:
    return called(name, server, _streamed(given, finish), outcome, STREAMED, broken=broken)


def _message(name: str, server: str, calls: Any, outcome: Outcome, finish: str = "tool_calls",
             **message: Any) -> Scenario:  # fmt: skip
    said_ = {"content": None, "tool_calls": calls, **message}
    return called(name, server, said(chat_whole(said_, finish)), outcome, WHOLE)


def called(
    name: str,
    server: str,
    body: bytes,
    outcome: Outcome,
    ways: tuple[Way, ...],
    wire: Wire = CHAT,
    broken: Mapping[str, str] | None = None,
) -> Scenario:
    def plays(setting: Setting) -> list[Script]:
        return [(answer(body),)]

    return Scenario(
        name=name,
        group="Tool calls",
        server=server,
        promise="The calls that the model makes come out whole, each with its arguments.",
        plays=plays,
        outcome=outcome,
        ways=ways,
        wires=(wire,),
        broken=broken or {},
    )


_A1, _A2 = piece(0, "call_a", "look", HALVES[0]), piece(0, arguments=HALVES[1])
_B1, _B2 = piece(1, "call_b", "listen", ROMAN[:5]), piece(1, arguments=ROMAN[5:])
_WHOLE_A, _WHOLE_B = (
    piece(0, "call_a", "look", WHOLE_ARGUMENTS),
    piece(1, "call_b", "listen", ROMAN),
)


def _without(key: str, *pieces: JsonDict) -> list[JsonDict]:
    return [{name: value for name, value in item.items() if name != key} for item in pieces]


def _each(*pieces: JsonDict) -> list[JsonDict]:
    return deltas(*([item] for item in pieces))


def _at(index: Any, *pieces: JsonDict) -> list[JsonDict]:
    return [{**item, "index": index} for item in pieces]


SHAPES = (
    _shape("as documented", "sends index, id and name first, then the arguments in pieces",
           _each(_A1, _A2, _B1, _B2)),
    _shape("a letter at a time", "sends the arguments a letter at a time",
           _each(piece(0, "call_a", "look", ""),
                 *(piece(0, arguments=letter) for letter in WHOLE_ARGUMENTS)), ONE_CALL),
    _shape("interleaved", "sends pieces of two calls in turn", _each(_A1, _B1, _A2, _B2)),
    _shape("two in a delta", "sends pieces of both calls in each delta",
           deltas([_A1, _B1], [_A2, _B2])),
    _shape("whole calls", "sends each call whole, in a delta of its own",
           _each(_WHOLE_A, _WHOLE_B)),
    _shape("whole calls at once", "sends both calls whole, in one delta",
           deltas([_WHOLE_A, _WHOLE_B])),
    _shape("no index", "leaves the index out", _each(*_without("index", _A1, _A2, _B1, _B2))),
    _shape("no index, whole calls", "leaves the index out of whole calls",
           _each(*_without("index", _WHOLE_A, _WHOLE_B))),
    _shape("no index, both at once", "leaves the index out of two whole calls in one delta",
           deltas(_without("index", _WHOLE_A, _WHOLE_B))),
    _shape("a null index", "sends null for the index", _each(*_at(None, _A1, _A2, _B1, _B2))),
    _shape("all at index 0", "gives each call the index 0", _each(*_at(0, _A1, _A2, _B1, _B2))),
    _shape("all at index 0, both at once", "gives two whole calls in one delta the index 0",
           deltas(_at(0, _WHOLE_A, _WHOLE_B))),
    _shape("indices from 1", "counts from 1", _each(*_at(1, _A1, _A2), *_at(2, _B1, _B2))),
    _shape("indices with gaps", "counts 3, 70000",
           _each(*_at(3, _A1, _A2), *_at(70000, _B1, _B2))),
    _shape("a negative index", "sends -1 for the index",
           _each(*_at(-1, _A1, _A2)), ONE_CALL),
    _shape("the id on each piece", "repeats the id on each piece",
           _each(_A1, {**_A2, "id": "call_a"}, _B1, {**_B2, "id": "call_b"})),
    _shape("the id on each piece, no index", "repeats the id, and leaves the index out",
           _each(*_without("index", _A1, {**_A2, "id": "call_a"}, _B1, {**_B2, "id": "call_b"}))),
    _shape("another id on each piece", "makes up a new id for each piece",
           _each(_A1, {**_A2, "id": "call_x"}, _B1, {**_B2, "id": "call_y"})),
    _shape("null and empty ids", "sends null or nothing for the id behind the first piece",
           _each(_A1, {**_A2, "id": None}, _B1, {**_B2, "id": ""})),
    _shape("no id", "sends no id at all", _each(*_without("id", _A1, _A2, _B1, _B2)), NAMELESS),
    _shape("neither id nor index", "sends neither id nor index",
           _each(*({"function": item["function"]} for item in (_A1, _A2, _B1, _B2))), NAMELESS),
    _shape("the same call twice", "sends two calls of one name, with neither id nor index",
           _each(*({"function": _WHOLE_A["function"]} for _ in range(2))),
           calling(Call("look", PARIS), Call("look", PARIS))),
    _shape("the name on each piece", "repeats the name on each piece",
           _each(_A1, piece(0, name="look", arguments=HALVES[1]),
                 _B1, piece(1, name="listen", arguments=ROMAN[5:]))),
    _shape("id and name on each piece", "repeats id and name on each piece",
           _each(_A1, piece(0, "call_a", "look", HALVES[1]),
                 _B1, piece(1, "call_b", "listen", ROMAN[5:]))),
    _shape("an empty name behind the first", "sends an empty name with each further piece",
           _each(_A1, piece(0, name="", arguments=HALVES[1]),
                 _B1, piece(1, name=None, arguments=ROMAN[5:]))),
    _shape("the name in pieces", "sends the name in two pieces",
           _each(piece(0, "call_a", "lo", ""), piece(0, name="ok", arguments=""), _A2 | {
               "function": {"arguments": WHOLE_ARGUMENTS}}), ONE_CALL,
           broken={"": "the first piece of a name is taken for all of it"}),
    _shape("the name behind the id", "sends the id first, the name in the next delta",
           _each(piece(0, "call_a"), piece(0, name="look"), piece(0, arguments=WHOLE_ARGUMENTS)),
           ONE_CALL),
    _shape("arguments before the name", "sends id and arguments first, the name behind them",
           _each(piece(0, "call_a", arguments=WHOLE_ARGUMENTS), piece(0, name="look")), ONE_CALL),
    _shape("an empty name first", "sends an empty name and no arguments, then both",
           _each(piece(0, "call_a", "", ""), piece(0, "call_a", "look", WHOLE_ARGUMENTS)),
           ONE_CALL),
    _shape("arguments as an object", "sends the arguments as an object, not as text",
           _each(piece(0, "call_a", "look", PARIS), piece(1, "call_b", "listen", ROME))),
    _shape("null arguments", "sends null for the arguments, and nothing else",
           _each(piece(0, "call_a", "look", None)), EMPTY_CALL),
    _shape("null arguments first", "sends null for the arguments, then their text",
           _each(piece(0, "call_a", "look", None), piece(0, arguments=WHOLE_ARGUMENTS)), ONE_CALL),
    _shape("no arguments", "leaves the arguments out", _each(piece(0, "call_a", "look")),
           EMPTY_CALL),
    _shape("empty arguments", "sends an empty text for the arguments",
           _each(piece(0, "call_a", "look", "")), EMPTY_CALL),
    _shape("an empty object", "sends `{}` for the arguments",
           _each(piece(0, "call_a", "look", "{}")), EMPTY_CALL),
    _shape("empty pieces", "puts empty pieces between the others",
           [*_each(_A1, piece(0, arguments=""), _A2, piece(0, arguments="")),
            {"tool_calls": []}, {"tool_calls": None}, {"content": ""}], ONE_CALL),
    _shape("blanks around", "puts blanks around the arguments",
           _each(piece(0, "call_a", "look", f" \n{WHOLE_ARGUMENTS}\n")), ONE_CALL),
    _shape("no type", "leaves the type out", _each(*_without("type", _A1, _A2, _B1, _B2))),
    _shape("finish_reason stop", "ends with `stop`, although it calls", _each(_A1, _A2, _B1, _B2),
           finish="stop"),
    _shape("finish_reason function_call", "ends with `function_call`", _each(_A1, _A2), ONE_CALL,
           finish="function_call"),
    _shape("no finish_reason", "ends with `[DONE]` alone", _each(_A1, _A2, _B1, _B2), finish=None),
    _shape("the old function_call", "calls as OpenAI did until 2023",
           [{"function_call": {"name": "look", "arguments": HALVES[0]}},
            {"function_call": {"arguments": HALVES[1]}}], calling(Call("look", PARIS)),
           finish="function_call"),
    _shape("an object in place of the list", "sends one call where a list belongs",
           [{"tool_calls": _WHOLE_A}], ONE_CALL),
    _shape("text before", "says something before it calls",
           [{"content": "Well, "}, {"content": "look."}, *_each(_A1, _A2)],
           calling(LOOK, text="Well, look.")),
    _shape("text within", "says something between two pieces of a call",
           [*_each(_A1), {"content": "Well."}, *_each(_A2)], calling(LOOK, text="Well.")),
    called("a second choice", "streams two answers, which both call",
              CHAT.told(unnamed(
                  chat_delta({"tool_calls": [_A1]}),
                  chat_delta({"tool_calls": [_WHOLE_B]}, index=1),
                  chat_delta({"tool_calls": [_A2]}), chat_delta({}, "tool_calls"),
                  chat_delta({}, "tool_calls", 1))) + CHAT.marked, ONE_CALL, STREAMED),
    called("the end with the call", "sends the finish reason with the call",
              CHAT.told(unnamed(chat_delta({"tool_calls": [_WHOLE_A]}, "tool_calls")))
              + CHAT.marked, ONE_CALL, STREAMED),
)  # fmt: skip


def function(id: Any, name: Any, arguments: Any) -> JsonDict:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


MESSAGES = (
    _message("a whole answer", "answers with two calls",
             [function("call_a", "look", WHOLE_ARGUMENTS), function("call_b", "listen", ROMAN)],
             BOTH_CALLS),
    _message("arguments as an object, in a whole answer", "sends the arguments as objects",
             [function("call_a", "look", PARIS), function("call_b", "listen", ROME)], BOTH_CALLS),
    _message("null arguments, in a whole answer", "sends null for the arguments",
             [function("call_a", "look", None)], EMPTY_CALL),
    _message("empty arguments, in a whole answer", "sends an empty text for the arguments",
             [function("call_a", "look", "")], EMPTY_CALL),
    _message("no ids, in a whole answer", "sends null and nothing for the ids",
             [function(None, "look", PARIS), function("", "listen", ROME)], NAMELESS),
    _message("finish_reason stop, in a whole answer", "ends with `stop`, although it calls",
             [function("call_a", "look", WHOLE_ARGUMENTS)], ONE_CALL, "stop"),
    _message("the old function_call, in a whole answer", "calls as OpenAI did until 2023",
             None, calling(Call("look", PARIS)), "function_call",
             function_call={"name": "look", "arguments": WHOLE_ARGUMENTS}),
)  # fmt: skip

TOOLS = (*SHAPES, *MESSAGES)

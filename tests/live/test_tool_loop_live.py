"""Loops of tool calls with servers that llmkit's authors did not write, on each of their wires."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from asking import WAYS, Way
from attrs import frozen
from looping import Loop

from llmkit import (
    AssistantMessage,
    ChatCompletionRequest,
    CompletionChunk,
    ReasoningPart,
    RetryPolicy,
    ToolLoopError,
    ToolResult,
    ToolRun,
    UserMessage,
    tool,
)

from .llama import MODELS, NEEDS_LLAMA, get_weather, llama
from .wires import NEEDS_AIMOCK, WIRES, Wire

_PLACES = {"Paris": "21", "Rome": "22"}


@tool(name="get_weather")
def weather(city: str, unit: str = "c") -> str:
    """The weather in a city."""
    return _PLACES[city]


@tool(name="get_time")
def clock(tz: str) -> str:
    """The time in a place."""
    return "noon"


@tool
def ping() -> None:
    """Say nothing."""


@frozen
class Place:
    """One wire of one of the servers, in one of the ways."""

    wire: Wire
    way: Way

    def __str__(self) -> str:
        return f"{self.wire}-{self.way.name}"


PLACES = [
    Place(wire, way)
    for wire in WIRES.values()
    for way in WAYS.values()
    if wire.streams >= way.streams
]


@pytest.fixture(params=PLACES, ids=str)
def place(request: pytest.FixtureRequest) -> Place:
    """aimock, on each wire, in each way that it has there."""
    found: Place = request.param
    return found


def _play(place: Place, scenario: str, *, thinks: bool = False, **options: Any) -> ToolRun[Any]:
    ask = place.wire.ask(place.way)
    request: ChatCompletionRequest[Any] = ChatCompletionRequest(
        (place.wire.thinks if thinks else "") or place.wire.model,
        [UserMessage(f"SCENARIO={scenario};")],
        extra_headers={"X-Test-Id": uuid.uuid4().hex},
    )
    loop = Loop(place.way)
    with place.way.colour(**ask.client) as door:
        run = loop.run(door, request, tools=[weather, clock, ping], **options)
    _check_items(loop, run)
    return run


def _check_items(loop: Loop, run: ToolRun[Any]) -> None:
    """A stream gave the answers' text chunk by chunk, and each of the results."""
    if not loop.way.streams:
        return
    chunks = [item for item in loop.items if isinstance(item, CompletionChunk)]
    results = [item for item in loop.items if isinstance(item, ToolResult)]
    said = "".join(each.response.content or "" for each in run.rounds)
    assert "".join(chunk.delta_message().content or "" for chunk in chunks) == said
    assert sorted(map(id, results)) == sorted(map(id, run.results))
    assert [chunk.is_last_chunk for chunk in chunks].count(True) == len(run.rounds)


@NEEDS_AIMOCK
def test_a_call_is_answered(place: Place) -> None:
    """Typed arguments go in; the server answers by what comes back."""
    run = _play(place, "tool-roundtrip")
    assert run.content == "It is 21 degrees in Paris."
    (result,) = run.results
    assert (result.name, result.value, result.call.arguments) == (
        *("get_weather", "21"),
        {"city": "Paris", "unit": "c"},
    )
    roles = [message.role for message in run.messages]
    assert roles == ["user", "assistant", "tool", "assistant"]


@NEEDS_AIMOCK
def test_calls_at_once_are_answered_together(place: Place) -> None:
    """In the order of the calls, each by its own id."""
    run = _play(place, "tools-parallel-3")
    assert run.content == "All three tools answered."
    assert [result.value for result in run.results] == ["21", "22", "noon"]
    assert len({result.call.id for result in run.results}) == 3
    assert len(run.rounds) == 2


@NEEDS_AIMOCK
def test_a_limit_holds_what_was_done(place: Place) -> None:
    """The calls of the last answer are pending."""
    with pytest.raises(ToolLoopError) as caught:
        _play(place, "tool-roundtrip", max_rounds=1)
    assert [call.name for call in caught.value.run.pending] == ["get_weather"]
    assert caught.value.provider == place.wire.provider


@NEEDS_AIMOCK
def test_a_round_can_be_the_last(place: Place) -> None:
    """`stop` ends it, and the results of the calls are there: of one that returns nothing, too."""
    run = _play(place, "tool-noargs", stop=lambda run: True)
    (result,) = run.results
    assert (result.name, result.content, result.value) == ("ping", "null", None)
    assert run.pending == ()


LLAMA_WAYS = [(name, way) for name in MODELS for way in WAYS.values()]


def _generate(
    wire: str, way: Way, text: str, tools: Sequence[Any] = (get_weather,), **options: Any
) -> ToolRun[Any]:
    request: ChatCompletionRequest[Any] = ChatCompletionRequest(
        MODELS[wire][0], [UserMessage(text)], max_tokens=300
    )
    loop = Loop(way)
    # Now and then this server drops a connection: a lost answer is asked for again.
    with way.colour(**llama(way, wire, retry=RetryPolicy(attempts=3)).client) as door:
        run = loop.run(door, request, tools=tools, **options)
    _check_items(loop, run)
    return run


llama_wires = pytest.mark.parametrize(
    ("wire", "way"), LLAMA_WAYS, ids=[f"{name}-{way.name}" for name, way in LLAMA_WAYS]
)


@NEEDS_LLAMA
@llama_wires
def test_a_model_calls_and_answers(wire: str, way: Way) -> None:
    """One call, its result, an answer; every token of both is counted."""
    run = _generate(wire, way, "Weather?")
    assert run.content
    (result,) = run.results
    assert (result.name, result.is_error) == ("get_weather", False)
    assert str(result.value).startswith("21 degrees in ")
    assert len(run.rounds) == 2
    counted = [each.response.usage for each in run.rounds]
    assert all(usage.prompt_tokens and usage.completion_tokens for usage in counted)
    assert run.usage.total_tokens == sum(usage.total_tokens for usage in counted)


@NEEDS_LLAMA
@llama_wires
def test_a_model_thinks_calls_twice_and_answers(wire: str, way: Way) -> None:
    """Its thinking goes back with its calls, and the server takes both."""
    run = _generate(wire, way, "<|reason|> <|again|> Weather?")
    assert run.content
    assert len(run.results) == 2
    called = run.messages[1]
    assert isinstance(called, AssistantMessage)
    assert isinstance(called.parts[0], ReasoningPart)


@NEEDS_LLAMA
@llama_wires
def test_a_model_is_told_that_a_tool_failed(wire: str, way: Way) -> None:
    """The server takes an error as a result, and goes on."""

    def fails(city: str) -> str:
        """The weather in a city."""
        raise ConnectionError("the station does not answer")

    run = _generate(wire, way, "Weather?", [tool(fails, name="get_weather")])
    assert run.content
    assert [result.content for result in run.results] == [
        "ConnectionError: the station does not answer"
    ]


@NEEDS_LLAMA
@llama_wires
def test_a_demanded_call_is_demanded_once_of_a_model(wire: str, way: Way) -> None:
    """A grammar of the server's holds it to the call; then it may answer."""
    request: ChatCompletionRequest[Any] = ChatCompletionRequest(
        MODELS[wire][0], [UserMessage("Weather?")], max_tokens=300, tool_choice="required"
    )
    # Now and then this server drops a connection: a lost answer is asked for again.
    with way.colour(**llama(way, wire, retry=RetryPolicy(attempts=3)).client) as door:
        run = Loop(way).run(door, request, tools=[get_weather])
    assert len(run.rounds) == 2
    assert run.content

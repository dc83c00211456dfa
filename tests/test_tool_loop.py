"""The loop of tool calls: what the model is asked, what it is told, and what comes of it."""

from __future__ import annotations

import contextvars
import gc
import pickle
from decimal import Decimal
from typing import Any, assert_type

import pytest
from asking import WAYS, Way
from attrs import evolve, frozen
from looping import ASKED, Loop, call, calls, four_ways

from llmkit import (
    AssistantMessage,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    CompletionChunk,
    InvalidRequestError,
    LLMKitError,
    RateLimitError,
    ReasoningPart,
    Tool,
    ToolCall,
    ToolLoopError,
    ToolMessage,
    ToolResult,
    ToolRound,
    ToolRun,
    ToolRunStream,
    Usage,
    UserMessage,
    tool,
    with_response_json_schema,
    with_tools,
)
from llmkit.testing import Reply, ScriptedTransport, chat_reply, chat_stream


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def loop(request: pytest.FixtureRequest) -> Loop:
    """Each of the four ways."""
    way: Way = request.param
    return Loop(way)


def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


def double(number: int) -> int:
    """Twice a number."""
    return 2 * number


ASK_USER = Tool("ask_user", "Ask the user.", {"type": "object", "properties": {}})


def test_an_answer_without_calls_ends_it(loop: Loop) -> None:
    """One question, one answer; the conversation holds both."""
    run = loop("Hello", tools=[weather])
    assert (run.content, run.pending, run.results) == ("Hello", (), ())
    assert run.messages == (UserMessage("Go"), AssistantMessage("Hello"))
    assert run.response.content == "Hello"
    assert [each.results for each in run.rounds] == [()]


def test_results_go_back_until_there_is_an_answer(loop: Loop) -> None:
    """Typed arguments go in, the result goes back by the call's id, and so on."""
    run = loop(
        call("weather", city="Oslo"), call("double", number=21), "Done", tools=[weather, double]
    )
    assert run.content == "Done"
    assert [result.value for result in run.results] == ["sunny in Oslo", 42]
    assert [result.content for result in run.results] == ["sunny in Oslo", "42"]
    assert [message.role for message in run.messages] == [
        *("user", "assistant", "tool", "assistant", "tool", "assistant")
    ]
    assert loop.told(1) == ["sunny in Oslo"]
    assert loop.told(2) == ["sunny in Oslo", "42"]
    assert loop.sent(1)[-1]["tool_call_id"] == "c0"
    assert {each.json()["tool_choice"] for each in loop.transport.requests} == {"auto"}
    assert run.latency >= max(each.response.latency for each in run.rounds)


def test_the_requests_own_tools_count_too(loop: Loop) -> None:
    """`tools=` adds to them; one of the same name takes the place of the request's."""
    schema = Tool("weather", "Told by hand.", {"type": "object", "properties": {}})
    request = ASKED.with_options(with_tools([schema, double]))
    loop("Hello", request=request)
    assert [each["function"]["name"] for each in loop.transport.requests[0].json()["tools"]] == [  # type: ignore[index,union-attr,call-overload]
        *("weather", "double")
    ]
    given: list[object] = [weather, {"type": "function", "function": {"name": "later"}}]
    run = loop(call("weather", city="Rome"), "Hello", request=request, tools=given)
    sent: Any = loop.transport.requests[0].json()["tools"]
    assert [each["function"]["name"] for each in sent] == ["weather", "double", "later"]
    assert run.results[0].value == "sunny in Rome"
    assert loop.transport.requests[0].json()["tool_choice"] == "auto"


def test_a_request_that_was_json_gets_its_functions_back(loop: Loop) -> None:
    """A saved request has schemas only; `tools=` gives the functions for them."""
    saved = ASKED.with_options(with_tools([weather])).to_dict()
    request = ChatCompletionRequest.from_dict(saved)
    run = loop(call("weather", city="Rome"), "ok", request=request, tools=[weather])
    assert run.content == "ok"


def test_one_tool_twice_is_an_error(loop: Loop) -> None:
    """Two given ones of one name are not told apart."""
    with pytest.raises(InvalidRequestError, match=r"^tools\[1\]\.name"):
        loop(tools=[weather, weather])
    assert loop.transport.requests == []


def test_a_function_that_raises_is_told_to_the_model(loop: Loop) -> None:
    """As one short line without a traceback or the client's key; the caller gets the exception."""

    def fails(city: str) -> str:
        raise ValueError(f"no such city: {city}, with sk-key-0123456789")

    run = loop(call("fails", city="X"), "Sorry", tools=[fails])
    (result,) = run.results
    assert result.is_error
    assert result.outcome == "exception"
    assert isinstance(result.error, ValueError)
    assert result.content == "ValueError: no such city: X, with [REDACTED]"
    assert loop.told() == [result.content]


def test_an_error_of_great_length_is_cut(loop: Loop) -> None:
    """A model is not told a whole page."""

    def fails() -> str:
        raise ValueError("x" * 100_000)

    run = loop(call("fails"), "Sorry", tools=[fails])
    assert len(run.results[0].content or "") < 3000


def test_arguments_that_do_not_fit_are_told_to_the_model(loop: Loop) -> None:
    """Which and why; the function is not called."""
    broken = {"name": "double", "arguments": '{"number": '}
    run = loop(
        calls(call("double", number="many"), broken, call("double", number=2)),
        "ok",
        tools=[double],
    )
    assert [result.outcome for result in run.results] == ["arguments", "arguments", "value"]
    assert "arguments.number" in (run.results[0].content or "")
    assert "not JSON" in (run.results[1].content or "")
    assert run.results[2].value == 4


def test_the_name_of_no_tool_is_told_to_the_model(loop: Loop) -> None:
    """With those that there are."""
    run = loop(call("wether", city="X"), "ok", tools=[weather, double])
    (result,) = run.results
    assert result.outcome == "unknown"
    assert result.content == "there is no tool named 'wether'; the tools are: weather, double"


def test_a_function_without_annotations_takes_plain_json(loop: Loop) -> None:
    """Where a schema says what it takes: as tools that come from elsewhere do."""
    seen: list[object] = []
    parameters = {"type": "object", "properties": {"a": {"type": "integer"}}}
    foreign = Tool("foreign", "", parameters, function=lambda **given: seen.append(given))
    run = loop(calls(call("foreign", a=1), call("foreign", a="x")), "ok", tools=[foreign])
    assert seen == [{"a": 1}]
    assert [result.outcome for result in run.results] == ["value", "arguments"]


def test_a_demanded_call_is_demanded_once(loop: Loop) -> None:
    """Else the model could never answer; "none" and "auto" stay."""
    for choice, later in (("required", "auto"), ("auto", "auto"), ("none", "none")):
        request = evolve(ASKED, tool_choice=choice)
        loop(call("weather", city="X"), "ok", request=request, tools=[weather])
        sent = [each.json()["tool_choice"] for each in loop.transport.requests]
        assert sent == [choice, later]
    named = evolve(ASKED, tool_choice={"type": "function", "function": {"name": "weather"}})
    loop(call("weather", city="X"), "ok", request=named, tools=[weather])
    assert loop.transport.requests[0].json()["tool_choice"] != "auto"
    assert loop.transport.requests[1].json()["tool_choice"] == "auto"


@pytest.mark.parametrize(
    ("request_", "options", "field"),
    [
        (evolve(ASKED, n=2), {}, "n"),
        (ASKED, {"max_rounds": 0}, "max_rounds"),
        (ASKED, {"max_rounds": None}, "max_rounds"),
        (ASKED, {"max_parallel": 0}, "max_parallel"),
        (ASKED, {"timeout": 0}, "timeout"),
        (ASKED, {"timeout": "1"}, "timeout"),
        (ASKED, {"tools": weather}, "tools"),
        ("Hello", {}, "request"),
    ],
)
@four_ways
def test_what_cannot_be_right_is_refused_first(
    way: Way, request_: Any, options: Any, field: str
) -> None:
    """By the name of what is wrong, and before anything is sent."""
    loop = Loop(way)
    with pytest.raises(InvalidRequestError) as caught:
        loop(request=request_, **options)
    assert caught.value.field == field
    assert loop.transport.requests == []


async def _later(city: str) -> str:
    """Later."""
    return city


class _Later:
    async def __call__(self, city: str) -> str:
        """Later."""
        return city


@four_ways
@pytest.mark.parametrize("function", [_later, tool(_Later(), name="later")])
def test_an_async_function_needs_an_async_client(way: Way, function: Any) -> None:
    """Which awaits it; the other says so before anything is sent."""
    loop = Loop(way)
    name = "later" if isinstance(function, Tool) else "_later"
    if loop.awaits:
        run = loop(call(name, city="X"), "ok", tools=[function])
        assert run.results[0].value == "X"
        return
    with pytest.raises(InvalidRequestError, match="AsyncClient") as caught:
        loop(tools=[function])
    assert caught.value.field == "tools[0]"
    for hook in ("approve", "stop"):
        options: Any = {hook: _later}
        with pytest.raises(InvalidRequestError, match="AsyncClient") as caught:
            loop(tools=[weather], **options)
        assert caught.value.field == hook
    assert loop.transport.requests == []


def test_what_a_function_gives_to_be_awaited_is_awaited_where_it_can_be(loop: Loop) -> None:
    """A plain function may return a coroutine; nothing is left that nobody awaited."""

    def hidden(city: str) -> object:
        return _later(city)

    run = loop(call("hidden", city="X"), "ok", tools=[hidden])
    if loop.awaits:
        assert run.results[0].value == "X"
    else:
        assert "AsyncClient" in (run.results[0].content or "")


def test_a_tool_without_a_function_is_the_callers(loop: Loop) -> None:
    """The loop ends, other calls answered; with a result for it, it goes on."""
    run = loop(
        calls(call("weather", city="X"), call("ask_user"), call("weather", city="Y")),
        tools=[weather, ASK_USER],
    )
    assert [each.name for each in run.pending] == ["ask_user"]
    assert [result.value for result in run.results] == ["sunny in X", "sunny in Y"]
    assert run.rounds[0].results == run.results
    told = ToolMessage("Yes.", tool_call_id=run.pending[0].id)
    more = evolve(ASKED, messages=[*run.messages, told])
    again = loop("Fine", request=more, tools=[weather, ASK_USER])
    assert again.content == "Fine"
    assert loop.told() == ["sunny in X", "sunny in Y", "Yes."]


def test_what_the_caller_owes_must_be_there(loop: Loop) -> None:
    """To go on without the result is an error that names the call; nothing is sent."""
    run = loop(call("ask_user"), tools=[ASK_USER])
    request = evolve(ASKED, messages=run.messages)
    with pytest.raises(InvalidRequestError, match="'c0' of 'ask_user'") as caught:
        loop(request=request, tools=[ASK_USER])
    assert caught.value.field == "messages"
    assert loop.transport.requests == []


def test_a_limit_of_rounds_is_an_error_that_holds_all(loop: Loop) -> None:
    """The last answer's calls are not run; a further loop begins with them."""
    asks = (call("double", number=1), call("double", number=2))
    with pytest.raises(ToolLoopError, match="2 rounds: double") as caught:
        loop(*asks, tools=[double], max_rounds=2)
    error = caught.value
    assert error.tool_run is error.run
    assert (error.provider, error.model) == ("openai", "scripted")
    run = error.run
    assert [result.value for result in run.results] == [2]
    assert [each.arguments for each in run.pending] == [{"number": 2}]
    assert run.usage.total_tokens == 4
    assert len(run.rounds) == 2
    again = loop("ok", request=evolve(ASKED, messages=run.messages), tools=[double])
    assert [result.value for result in again.resumed] == [4]
    assert again.results == again.resumed
    assert loop.told() == ["2", "4"]
    assert len(again.rounds) == 1


def test_the_last_round_may_answer(loop: Loop) -> None:
    """As many answers as `max_rounds` says."""
    assert loop(call("double", number=1), "ok", tools=[double], max_rounds=2).content == "ok"


def test_an_error_in_the_middle_holds_what_was_done(loop: Loop) -> None:
    """Whatever the error is; of the first question there is nothing to hold."""
    limit = Reply({"error": {"message": "slow"}}, 429)
    with pytest.raises(RateLimitError) as caught:
        loop(call("double", number=4), limit, tools=[double])
    run = caught.value.tool_run
    assert run is not None
    assert [result.value for result in run.results] == [8]
    assert run.pending == ()
    assert run.messages[-1] == ToolMessage("8", tool_call_id="c0")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.tool_run == run
    with pytest.raises(RateLimitError) as caught:
        loop(limit, tools=[double])
    assert caught.value.tool_run is None


def test_approval_is_asked_in_order_and_before_any_call(loop: Loop) -> None:
    """One after the other; a refusal and its reason are told to the model."""
    seen: list[str] = []

    def approve(asked: ToolCall, of: Tool) -> bool | str:
        assert of.name == asked.name == "note"
        seen.append(f"? {asked.arguments['text']}")
        verdicts: dict[object, bool | str] = {"a": True, "b": False, "c": "not today"}
        return verdicts[asked.arguments["text"]]

    def note(text: str) -> None:
        """Note it."""
        seen.append(f"! {text}")

    asks = calls(*(call("note", text=text) for text in "abc"), call("nothing"))
    run = loop(asks, "ok", tools=[note], approve=approve)
    assert seen == ["? a", "? b", "? c", "! a"]
    assert loop.told()[:3] == [*("null", "the call was refused", "the call was refused: not today")]
    assert [result.outcome for result in run.results] == [
        *("value", "refused", "refused", "unknown")
    ]


@pytest.mark.parametrize("verdict", [None, 1, []])
@four_ways
def test_a_verdict_that_is_none_is_an_error(way: Way, verdict: Any) -> None:
    """A forgotten `return` allows nothing."""
    with pytest.raises(InvalidRequestError) as caught:
        Loop(way)(call("double", number=1), tools=[double], approve=lambda *_: verdict)
    assert caught.value.field == "approve"
    assert caught.value.tool_run is not None


def test_a_verdict_that_would_have_to_be_awaited(loop: Loop) -> None:
    """Is, where it can be; else it is an error, and no coroutine is left behind."""
    asked: dict[str, Any] = {"tools": [double], "approve": lambda *_: _later("no")}
    if loop.awaits:
        run = loop(call("double", number=1), "ok", **asked)
        assert run.results[0].content == "the call was refused: no"
        return
    with pytest.raises(InvalidRequestError, match="coroutine"):
        loop(call("double", number=1), **asked)
    gc.collect()  # a coroutine that nobody awaited would warn, which is an error here


def test_stop_ends_it_after_a_round(loop: Loop) -> None:
    """With what there is: the results are in the conversation, nothing is pending."""
    seen: list[ToolRun[Any]] = []

    def stop(run: ToolRun[Any]) -> bool:
        seen.append(run)
        return len(run.rounds) == 2

    run = loop(call("double", number=1), call("double", number=2), tools=[double], stop=stop)
    assert [len(each.rounds) for each in seen] == [1, 2]
    assert run.content is None
    assert run.messages[-1].role == "tool"
    assert run.pending == ()


def test_usage_and_cost_are_those_of_all_answers(loop: Loop) -> None:
    """The cost is unknown where one is."""
    run = loop(
        loop.said(call("double", number=1), usage=(100, 10), model="gpt-4o"),
        loop.said("ok", usage=(200, 20), model="gpt-4o"),
        tools=[double],
    )
    assert run.usage == Usage(300, 30, 330)
    costs = [each.response.estimated_cost() for each in run.rounds]
    assert run.estimated_cost() == sum((cost or Decimal(0) for cost in costs), Decimal(0))
    assert run.estimated_cost()
    half = loop.said(call("double", number=1), usage=(100, 10), model="gpt-4o")
    assert loop(half, "ok", tools=[double]).estimated_cost() is None


def test_thinking_goes_back_as_it_came(loop: Loop) -> None:
    """The message is put into the next request with all its parts."""
    run = loop(loop.said(call("double", number=1), reasoning="Hm."), "ok", tools=[double])
    message = run.messages[1]
    assert message is run.rounds[0].response.assistant_message()
    assert isinstance(message.parts[0], ReasoningPart)


@frozen
class City:
    """A city."""

    name: str


def test_the_last_answer_parses_to_the_type_that_was_asked_for(loop: Loop) -> None:
    """A schema holds for the loop's last answer."""
    request = ASKED.with_options(with_response_json_schema(City))
    run = loop(call("double", number=1), '{"name": "Rome"}', request=request, tools=[double])
    assert run.parse() == City("Rome")
    assert run.parse(dict) == {"name": "Rome"}


def test_a_type_checker_knows_what_a_run_parses_to() -> None:
    """The type that the request was made with; mypy reads this, too."""
    transport = ScriptedTransport(
        chat_reply('{"name": "Rome"}'), chat_stream('{"name": "Rome"}'), chat_reply("Rome")
    )
    client = Client("openai/gpt-4o", api_key="k", transport=transport)
    plain = ChatCompletionRequest("", [UserMessage("Go")])
    request = plain.with_options(with_response_json_schema(City))
    run = client.run_tools(request, tools=[double], stop=lambda run: run.parse().name == "")
    assert_type(run, ToolRun[City])
    assert_type(run.parse(), City)
    assert_type(run.response, ChatCompletionResponse[City])
    assert_type(run.rounds, tuple[ToolRound[City], ...])
    assert_type(run.parse(dict), dict[Any, Any])
    with client.run_tools_stream(request) as stream:
        assert_type(stream, ToolRunStream[City])
        for item in stream:
            assert_type(item, CompletionChunk | ToolResult)
        assert_type(stream.result().parse(), City)
    assert_type(client.run_tools(plain), ToolRun[object])


def test_a_run_is_json_and_back(loop: Loop) -> None:
    """All of it, but for what was no JSON: the values and exceptions themselves."""
    run = loop(
        calls(call("weather", city="X"), call("nothing"), call("ask_user")),
        tools=[weather, ASK_USER],
    )
    assert ToolRun.from_dict(run.to_dict()) == run
    wrongs: list[dict[str, object]] = [{"rounds": [{}]}, {"messages": []}, {"what": 1}]
    for wrong in wrongs:
        with pytest.raises(InvalidRequestError):
            ToolRun.from_dict({**run.to_dict(), **wrong})


def test_a_run_without_an_answer_says_so() -> None:
    """Such as one that failed after calls which the request had left open."""
    run: ToolRun[object] = ToolRun(messages=())
    assert (run.content, run.usage.reported, run.estimated_cost()) == (None, False, None)
    with pytest.raises(LookupError):
        run.response  # noqa: B018
    with pytest.raises(LLMKitError):
        run.parse()


VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


def test_a_function_sees_the_callers_context(loop: Loop) -> None:
    """Context variables are there on its thread, too, and what it sets stays there."""

    def look() -> str:
        """Look."""
        seen = VARIABLE.get()
        VARIABLE.set("inside")
        return seen

    def within() -> list[object]:
        VARIABLE.set("outside")
        run = loop(calls(call("look"), call("look")), "ok", tools=[look])
        return [VARIABLE.get(), *(result.value for result in run.results)]

    assert contextvars.copy_context().run(within) == ["outside"] * 3


@pytest.mark.parametrize(
    "way", [way for way in WAYS.values() if way.streams], ids=lambda way: way.name
)
def test_a_stream_gives_chunks_and_results(way: Way) -> None:
    """The chunks of each answer as they come, the results between them."""
    loop = Loop(way)
    run = loop(calls(call("double", number=1), call("nothing")), "Done", tools=[double])
    kinds = [type(item) for item in loop.items]
    first = kinds.index(ToolResult)
    assert kinds.count(ToolResult) == 2
    assert kinds[first + 1] is ToolResult
    assert [item for item in loop.items if isinstance(item, ToolResult)] == [
        *(run.results[1], run.results[0])
    ]
    assert [getattr(item, "is_last_chunk", None) for item in loop.items].count(True) == 2
    assert loop.items[-1].is_last_chunk  # type: ignore[union-attr]

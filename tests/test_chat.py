"""The fluent door: a chain that makes a request, and its answer as stats and events."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from colours import Builder, Colour, both

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChunkChoice,
    Client,
    CompletionChunk,
    DeltaMessage,
    FinishReason,
    Message,
    RetryPolicy,
    Tool,
    ToolChoice,
)
from llmkit import _events as kinds
from llmkit._core.stream_events import StreamEvents
from llmkit._events import (
    ContentDelta,
    FinalCandidate,
    PartialToolCall,
    StreamEnd,
    StreamError,
    StreamingEvent,
    StreamMetadata,
    ThinkingDelta,
    ToolCallEnded,
    ToolCallStarted,
)
from llmkit.errors import InvalidRequestError, LLMKitError, ServerError, StreamInterruptedError
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, chat_stream, sse

KEY = "sk-of-the-chat"


def door(colour: Colour, *script: Any, **client: Any) -> Any:
    """A client with a script."""
    transport = ScriptedTransport(*script)
    return colour("openai/m", api_key=KEY, transport=transport, **client)


def chunk(delta: Any, finish: str | None = None, index: int = 0) -> bytes:
    """An event of a stream."""
    return sse({"choices": [{"index": index, "delta": delta, "finish_reason": finish}]})


def call(index: int, arguments: str, name: str | None = None) -> bytes:
    """An event with a piece of a tool call."""
    function: dict[str, Any] = {"arguments": arguments}
    more = {} if name is None else {"id": f"call_{name}"}
    if name is not None:
        function["name"] = name
    return chunk({"tool_calls": [{"index": index, "function": function, **more}]})


@both
def test_a_chain_is_a_request(colour: Colour) -> None:
    """Each method sets its field, and nothing else."""
    tool = Tool("f")
    with door(colour) as client:
        builder = (
            client.chat()
            .model("groq/m")
            .system("Be brief.")
            .user("Hi")
            .assistant("Hello")
            .messages([{"role": "user", "content": "Go on"}])
            .add_message({"role": "assistant", "content": "On what?"})
            .add_message(Message.user("On."))
            .temperature(0.2)
            .max_tokens(200)
            .top_p(0.5)
            .stop("a", "b")
            .seed(7)
            .reasoning_effort("low")
            .tools([tool])
            .tool_choice("required")
            .set(user="u", n=2)
        )
    assert builder.request() == ChatCompletionRequest(
        "groq/m",
        [
            Message.system("Be brief."),
            Message.user("Hi"),
            Message.assistant("Hello"),
            Message.user("Go on"),
            Message.assistant("On what?"),
            Message.user("On."),
        ],
        temperature=0.2,
        max_tokens=200,
        top_p=0.5,
        stop=["a", "b"],
        seed=7,
        reasoning_effort="low",
        tools=[tool],
        tool_choice=ToolChoice.REQUIRED,
        user="u",
        n=2,
    )


@both
def test_a_chat_may_begin_with_everything(colour: Colour) -> None:
    """Model, messages and fields at once; what a chain says later wins."""
    with door(colour) as client:
        given = [{"role": "user", "content": "Hi"}]
        builder = client.chat("groq/m", given, temperature=0.7, n=1)
        assert builder.request() == ChatCompletionRequest("groq/m", given, temperature=0.7, n=1)
        assert builder.temperature(0).set(model="x/y").request() == ChatCompletionRequest(
            "x/y", given, temperature=0, n=1
        )
        named = client.chat(model="groq/m", messages=given, max_completion_tokens=5)
        assert named.request().max_tokens == 5


@both
def test_a_parameter_is_a_field_or_the_providers_own(colour: Colour) -> None:
    """By the request's name for it where it has one, else as it is in the body."""
    with door(colour) as client:
        builder = (
            client.chat(extra_body={"a": 0, "b": 1})
            .user("Hi")
            .param("max_completion_tokens", 5)
            .param("random_seed", 7)
            .param("a", 2)
        )
        request = builder.param("c", None).request()
        assert (request.max_tokens, request.seed) == (5, 7)
        assert request.extra_body == {"a": 2, "b": 1, "c": None}
        assert builder.request().extra_body == {"a": 2, "b": 1}


@both
def test_what_would_be_sent_can_be_seen(colour: Colour) -> None:
    """A dry run: the very body, and no key; nothing is sent."""
    transport = ScriptedTransport(chat_reply("Hello"), chat_stream("Hello"))
    with colour("openai/m", api_key=KEY, transport=transport) as client:
        builder = client.chat().user("Hi").temperature(0)
        whole, streamed = builder.build(), builder.build(stream=True)
        assert transport.requests == []
        client.execute(builder)
        list(client.events(builder))
    for built, sent in zip((whole, streamed), transport.requests, strict=True):
        assert (built.method, built.url, built.body) == (sent.method, sent.url, sent.body)
        assert KEY not in str(dict(built.headers))
    with pytest.raises(InvalidRequestError):
        builder.top_p(7).build()


@both
def test_a_builder_is_a_value(colour: Colour) -> None:
    """Each step gives a new one: a chain may branch, and the beginning stays what it was."""
    with door(colour) as client:
        base: Builder = client.chat().user("Hi").stop(["a"], "b")
        cold, warm = base.temperature(0), base.temperature(1)
    assert (cold.request().temperature, warm.request().temperature) == (0, 1)
    assert base.request().temperature is None
    assert base.request().stop == ("a", "b")
    assert KEY not in repr(base)


@both
def test_a_chain_that_cannot_be_right_names_the_field(colour: Colour) -> None:
    """When it is executed, or its request asked for."""
    with door(colour) as client:
        for builder, field in (
            (client.chat(), "messages"),
            (client.chat().user("Hi").temperature(9), "temperature"),
            (client.chat(temprature=1).user("Hi"), "temprature"),
        ):
            with pytest.raises(InvalidRequestError) as caught:
                client.execute(builder)
            assert caught.value.field == field


@both
def test_a_chain_is_executed(colour: Colour) -> None:
    """By execute(), with the client's default model; in async by awaiting it, too."""
    with door(colour, chat_reply("Hello")) as client:
        assert client.execute(client.chat().user("Hi")).content == "Hello"


def test_an_async_chain_has_execute_as_well() -> None:
    """For who likes to see it."""

    async def main() -> str | None:
        transport = ScriptedTransport(chat_reply("Hello"))
        async with AsyncClient("openai/m", api_key=KEY, transport=transport) as client:
            return (await client.chat().user("Hi").execute()).content

    assert asyncio.run(main()) == "Hello"


@both
def test_stats_tell_what_a_call_took(colour: Colour) -> None:
    """Tokens, time, tries, and who answered."""
    script = [Reply({}, 500), chat_reply("Hello", usage=(3, 2))]
    with door(colour, *script, retry=RetryPolicy(wait_initial=0)) as client:
        answer, stats = client.execute_with_stats(client.chat().user("Hi"))
    assert answer.content == "Hello"
    assert (stats.prompt_tokens, stats.completion_tokens, stats.total_tokens) == (3, 2, 5)
    assert (stats.attempts, stats.retry_count) == (2, 1)
    assert (stats.provider, stats.model) == ("openai", "scripted")
    assert stats.latency_ms == answer.latency.total_seconds() * 1000
    assert stats.time_to_first_token_ms is None


@both
def test_a_stream_has_stats_and_an_answer_too(colour: Colour) -> None:
    """With the time to the first piece; what was not read yet is read."""
    for read in (0, 3):
        head = sse({"choices": [{"index": 0, "delta": {"role": "assistant"}}]})
        body = [head, *(chunk({"content": text}) for text in ("Hel", "lo"))]
        usage = sse({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
        reply = StreamReply([*body, chunk({}, "stop"), usage, sse("[DONE]")], 200, {"x-id": "1"})
        with door(colour, Reply({}, 500), reply, retry=RetryPolicy(wait_initial=0)) as client:
            stream = client.events(client.chat().user("Hi"))
            for _ in range(read):
                next(stream)
            stats, answer = stream.stats(), stream.response()
            assert answer.content == "Hello"
            assert list(stream) == []
            assert (stats.total_tokens, stats.attempts, stats.provider) == (5, 2, "openai")
            assert stats.latency_ms == answer.latency.total_seconds() * 1000
            assert stats.time_to_first_token_ms is not None
            assert 0 < stats.time_to_first_token_ms <= stats.latency_ms


@both
def test_a_stream_that_broke_off_has_no_stats(colour: Colour) -> None:
    """It raises its error, before and after."""
    with door(colour, StreamReply([chunk({"content": "a"})])) as client:
        stream = client.events(client.chat().user("Hi"))
        for ask in (stream.stats, stream.response, stream.stats):
            with pytest.raises(StreamInterruptedError):
                ask()


def test_the_first_token_is_the_first_piece_of_an_answer() -> None:
    """A chunk that says nothing yet is none; thinking and calls are."""
    said = DeltaMessage(reasoning="Hm.")
    times = [timedelta(seconds=seconds) for seconds in (1, 2, 3)]
    events = StreamEvents()
    for delta, time in zip((DeltaMessage(), said, said), times, strict=True):
        events.take(CompletionChunk((ChunkChoice(0, delta),), total_latency=time))
    assert events.first_token == times[1]


STOPPED = (FinalCandidate(0, "stop", "stop"), StreamEnd("stop"))
EVENTS: dict[str, tuple[list[bytes], list[Any]]] = {
    "text": (
        [chunk({"content": "Hel"}), chunk({"content": "lo"}), chunk({}, "length")],
        [
            ContentDelta("Hel"),
            ContentDelta("lo"),
            FinalCandidate(0, "length", "length"),
            StreamEnd("length"),
        ],
    ),
    "thinking before text": (
        [chunk({"reasoning": "Hm."}), chunk({"content": "a"}, "stop")],
        [
            ThinkingDelta("Hm."),
            ContentDelta("a"),
            FinalCandidate(0, "stop", "stop"),
            StreamEnd("stop"),
        ],
    ),
    "usage": (
        [
            chunk({"content": "a"}, "stop"),
            sse({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}),
        ],
        [
            ContentDelta("a"),
            FinalCandidate(0, "stop", "stop"),
            StreamMetadata(3, 2, 5),
            StreamEnd("stop"),
        ],
    ),
    "calls, one after the other": (
        [call(0, "", "f"), call(0, '{"x"'), call(0, ":1}"), call(1, "{}", "g"), chunk({}, "stop")],
        [
            ToolCallStarted(0, "call_f", "f"),
            PartialToolCall(0, "call_f", '{"x"'),
            PartialToolCall(0, "call_f", ":1}"),
            ToolCallEnded(0, "call_f", "f", '{"x":1}'),
            ToolCallStarted(1, "call_g", "g"),
            PartialToolCall(1, "call_g", "{}"),
            ToolCallEnded(1, "call_g", "g", "{}"),
            FinalCandidate(0, "tool_calls", "stop"),
            StreamEnd("tool_calls"),
        ],
    ),
    "calls, interleaved": (
        [
            call(0, '{"x"', "f"),
            call(1, '{"y"', "g"),
            call(0, ":1}"),
            call(1, ":2}"),
            chunk({}, "stop"),
        ],
        [
            ToolCallStarted(0, "call_f", "f"),
            PartialToolCall(0, "call_f", '{"x"'),
            ToolCallStarted(1, "call_g", "g"),
            PartialToolCall(1, "call_g", '{"y"'),
            PartialToolCall(0, "call_f", ":1}"),
            PartialToolCall(1, "call_g", ":2}"),
            ToolCallEnded(0, "call_f", "f", '{"x":1}'),
            ToolCallEnded(1, "call_g", "g", '{"y":2}'),
            FinalCandidate(0, "tool_calls", "stop"),
            StreamEnd("tool_calls"),
        ],
    ),
    "a call without arguments": (
        [call(0, "", "f"), chunk({}, "stop")],
        [
            ToolCallStarted(0, "call_f", "f"),
            ToolCallEnded(0, "call_f", "f", ""),
            FinalCandidate(0, "tool_calls", "stop"),
            StreamEnd("tool_calls"),
        ],
    ),
    "two answers": (
        [
            chunk({"content": "b"}, index=1),
            chunk({"content": "a"}),
            chunk({}, "length", index=1),
            chunk({}, "stop"),
        ],
        [
            ContentDelta("b"),
            ContentDelta("a"),
            FinalCandidate(0, "stop", "stop"),
            FinalCandidate(1, "length", "length"),
            StreamEnd("stop"),
        ],
    ),
    "nothing at all": ([], [StreamEnd(FinishReason.OTHER.value)]),
}


@both
@pytest.mark.parametrize(("pieces", "events"), EVENTS.values(), ids=EVENTS)
def test_a_stream_is_events(colour: Colour, pieces: list[bytes], events: list[Any]) -> None:
    """What happened, in order; a call ends when its arguments are all there."""
    with (
        door(colour, StreamReply([*pieces, sse("[DONE]")])) as client,
        client.events(client.chat().user("Hi")) as stream,
    ):
        assert [event.data for event in stream] == events
        assert list(stream) == []


@both
def test_a_stream_that_breaks_off_says_so_and_raises(colour: Colour) -> None:
    """An event for who reads events, and the error for who forgets to: nobody takes half an
    answer for a whole one."""
    with door(colour, StreamReply([chunk({"content": "a"})])) as client:
        stream = client.events(client.chat().user("Hi"))
        seen: list[StreamingEvent] = []
        for _ in range(2):
            with pytest.raises(StreamInterruptedError) as caught:
                seen.extend(stream)
        assert [event.data for event in seen] == [ContentDelta("a"), StreamError(caught.value)]
        assert caught.value.partial is not None
        assert caught.value.partial.content == "a"


@both
def test_a_call_that_fails_is_an_event_too(colour: Colour) -> None:
    """Before any chunk."""
    with door(colour, Reply({}, 500), retry=RetryPolicy(attempts=1)) as client:
        stream = client.events(client.chat().user("Hi"))
        event = next(stream)
        assert isinstance(event.as_stream_error.error, ServerError)
        with pytest.raises(ServerError):
            next(stream)


@both
def test_leaving_events_gives_the_connection_back(colour: Colour) -> None:
    """By close(), and by the end of a with block."""
    for leave in ("close", "with"):
        transport = ScriptedTransport(chat_stream("Hel", "lo"))
        with colour("openai/m", api_key=KEY, transport=transport) as client:
            stream = client.events(client.chat().user("Hi"))
            if leave == "close":
                next(stream)
                stream.close()
            else:
                with stream as entered:
                    next(entered)
                    assert transport.open_streams == 1
            assert transport.open_streams == 0
            assert list(stream) == []


ONE_OF_EACH: dict[str, Any] = {
    "content_delta": ContentDelta("a"),
    "thinking_delta": ThinkingDelta("a"),
    "tool_call_started": ToolCallStarted(0, "c", "f"),
    "partial_tool_call": PartialToolCall(0, "c", "{"),
    "tool_call_ended": ToolCallEnded(0, "c", "f", "{}"),
    "metadata": StreamMetadata(1, 2, 3),
    "final_candidate": FinalCandidate(0, "stop", "stop"),
    "stream_end": StreamEnd("stop"),
    "stream_error": StreamError(LLMKitError("no")),
}


@pytest.mark.parametrize(("name", "data"), ONE_OF_EACH.items())
def test_an_event_says_what_it_is(name: str, data: Any) -> None:
    """By its type, by `is_…`, and by `as_…`, which gives the thing or says what it is instead."""
    event = StreamingEvent(data)
    assert event.type == name
    for other in ONE_OF_EACH:
        assert getattr(event, f"is_{other}") is (other == name)
        if other == name:
            assert getattr(event, f"as_{other}") is data
        else:
            with pytest.raises(TypeError, match=f"the event is a {name}, not a"):
                getattr(event, f"as_{other}")


def test_there_is_a_word_for_every_kind() -> None:
    """A kind of event that is added gets its name, and this test its example."""
    assert {type(data): name for name, data in ONE_OF_EACH.items()} == kinds._TYPES


def test_a_chunk_without_a_reason_ends_as_other() -> None:
    """The last chunk may be of an answer with no choices."""
    events = StreamEvents()
    events.take(CompletionChunk(is_last_chunk=True))
    assert [event.data for event in events.ready] == [StreamEnd("other")]


def test_a_sync_chain_reads_as_a_sentence() -> None:
    """The example of the front page."""
    client = Client("openai/m", api_key=KEY, transport=ScriptedTransport(chat_reply("Hello")))
    chain = client.chat().system("Be brief.").user("Hello, world!").temperature(0.2)
    assert chain.max_tokens(200).execute().content == "Hello"

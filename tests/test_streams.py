"""Stream objects, in both colours: order, end, failure, and what is given back."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from colours import AsyncDoor, Colour, Stream, both

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    CompletionChunk,
    FinishReason,
    RetryPolicy,
    Timeout,
    UserMessage,
)
from llmkit._http import AsyncByteStream, ByteStream, HttpRequest
from llmkit.errors import (
    APIError,
    AuthenticationError,
    DecodeError,
    LLMKitError,
    RateLimitError,
    RequestNotSentError,
    ResponseLostError,
    ServerError,
    StreamInterruptedError,
    TimeoutError,
)
from llmkit.testing import (
    Pause,
    Reply,
    ScriptedTransport,
    StreamReply,
    chat_reply,
    chat_stream,
    sse,
)

REQUEST = ChatCompletionRequest("openai/m", [UserMessage("Hi")])
QUICK = RetryPolicy(wait_initial=0, wait_max=0)
KEY = "sk-of-the-streams"
LOST = ResponseLostError("reset by peer")


def text(content: str, finish: str | None = None) -> bytes:
    """An event with this text."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return sse({"id": "x", "model": "m", "choices": [choice]})


DONE = sse("[DONE]")
ERROR = sse({"error": {"message": "overloaded", "code": 502}})


def door(colour: Colour, transport: ScriptedTransport, **client: Any) -> Any:
    """A client of *transport*."""
    return colour(api_key=KEY, transport=transport, **{"retry": QUICK, **client})


def texts(chunks: list[CompletionChunk]) -> list[str | None]:
    """What each adds to the answer."""
    return [chunk.delta_message().content for chunk in chunks]


def failing(stream: Stream) -> tuple[list[CompletionChunk], LLMKitError]:
    """The chunks of a stream that fails, and its error."""
    chunks: list[CompletionChunk] = []
    with pytest.raises(LLMKitError) as caught:
        chunks.extend(stream)
    return chunks, caught.value


@both
def test_chunks_come_in_order_and_the_last_says_so(colour: Colour) -> None:
    """Usage and reason are on the last; after it comes nothing, however often one asks."""
    transport = ScriptedTransport(chat_stream("Hel", "lo", usage=(3, 2)))
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        chunks = list(stream)
        assert texts(chunks) == ["Hel", "lo", None]
        assert [chunk.is_last_chunk for chunk in chunks] == [False, False, True]
        assert [chunk.usage and chunk.usage.total_tokens for chunk in chunks] == [None, None, 5]
        assert chunks[-1].choices[0].finish_reason is FinishReason.STOP
        assert list(stream) == []
    (sent,) = transport.requests
    assert sent.streamed
    assert sent.json()["stream"] is True


@both
def test_nothing_is_sent_before_the_first_chunk_is_asked_for(colour: Colour) -> None:
    """Making a stream costs nothing; then its headers are there with its first chunk."""
    reply = StreamReply([text("a", "stop")], headers={"X-Request-Id": "r"})
    transport = ScriptedTransport(reply)
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        assert transport.requests == []
        assert dict(stream.headers) == {}
        next(stream)
        assert len(transport.requests) == 1
        assert stream.headers["x-request-id"] == "r"


@both
def test_latencies_grow(colour: Colour) -> None:
    """Each chunk's since the one before it, and all of them since the call."""
    pieces: list[Any] = [
        text("a"),
        Pause(0.002),
        text("b") + text("c"),
        Pause(0.002),
        text("", "stop"),
        DONE,
    ]
    transport = ScriptedTransport(Reply({}, 500), StreamReply(pieces, wait=0.002))
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        chunks = list(stream)
        response = stream.response()
        again = stream.response()
    assert texts(chunks) == ["a", "b", "c", None]
    totals = [chunk.total_latency for chunk in chunks]
    assert totals == sorted(totals)
    assert chunks[0].chunk_latency == chunks[0].total_latency >= timedelta(seconds=0.002)
    assert chunks[1].chunk_latency >= timedelta(seconds=0.002)
    assert chunks[2].chunk_latency == timedelta(), "it came with the one before it"
    whole = sum((chunk.chunk_latency for chunk in chunks), timedelta())
    assert abs(whole - totals[-1]) < timedelta(microseconds=len(chunks))
    assert response.latency == again.latency == totals[-1], "the answer's, not its reader's"


@both
def test_what_comes_at_once_is_as_late_as_its_read(colour: Colour) -> None:
    """Chunks of one read, however long that is, came together: no latency goes back."""
    with door(
        colour, ScriptedTransport(StreamReply([text("a") * 60 + text("", "stop") + DONE]))
    ) as client:
        chunks = list(client.stream(REQUEST))
    assert len(chunks) == 61
    assert {chunk.total_latency for chunk in chunks} == {chunks[0].chunk_latency}
    assert {chunk.chunk_latency for chunk in chunks[1:]} == {timedelta()}


@both
def test_response_reads_what_is_left(colour: Colour) -> None:
    """From the start, from the middle, or after the end: the whole answer, folded."""
    for taken in range(4):
        reply = chat_stream("Hel", "lo", usage=(3, 2))
        reply = StreamReply(reply.pieces, headers={"X-Request-Id": "r"})
        with door(colour, ScriptedTransport(Reply({}, 500), reply)) as client:
            stream = client.stream(REQUEST)
            for _ in range(taken):
                next(stream)
            response = stream.response()
            assert response.content == "Hello"
            assert response.usage.total_tokens == 5
            assert (response.provider, response.model) == ("openai", "scripted")
            assert (response.request_id, response.headers["x-request-id"]) == ("r", "r")
            assert [attempt.status for attempt in response.attempts] == [500, 200]
            assert response.finish_reason is FinishReason.STOP


ENDS: dict[str, list[Any]] = {
    "reason and mark": [text("a", "stop"), DONE],
    "all in one piece": [text("a", "stop") + DONE],
    "the mark only": [text("a"), DONE],
    "the reason only": [text("a", "stop")],
    "lost after the reason": [text("a", "stop"), LOST],
    "lost within the usage": [text("a", "stop"), b'data: {"choices": [], "usa', LOST],
    "lost after the mark": [text("a"), DONE, LOST],
    "lost after all in one piece": [text("a") + DONE, LOST],
    "silent after the reason": [text("a", "stop"), Pause(1000)],
    "silent after the mark": [text("a"), DONE, Pause(1000)],
    "silent after all in one piece": [text("a") + DONE, Pause(1000)],
    "one JSON object": [chat_reply("a").body],
}


@both
@pytest.mark.parametrize("pieces", ENDS.values(), ids=ENDS)
def test_a_whole_answer_is_whole(colour: Colour, pieces: list[Any]) -> None:
    """A reason or the wire's mark has come: what the connection does after it is nothing."""
    transport = ScriptedTransport(StreamReply(pieces))
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        chunks = list(stream)
        assert stream.response().content == "a"
        assert transport.open_streams == 0
    assert chunks[-1].is_last_chunk
    assert [chunk.error for chunk in chunks if chunk.error] == []


CUTS: dict[str, tuple[list[Any], type[LLMKitError]]] = {
    "the end": ([], StreamInterruptedError),
    "half an event": ([b'data: {"cho'], StreamInterruptedError),
    "lost": ([LOST], StreamInterruptedError),
    "silence": ([Pause(61)], TimeoutError),
    "an error": ([ERROR, text("b", "stop"), DONE], ServerError),
    "an error, then lost": ([ERROR, LOST], ServerError),
    "an error without its blank line": ([ERROR[:-1]], ServerError),
    "an error without its blank line, lost": ([ERROR[:-1], LOST], ServerError),
    "no JSON": ([sse("odd"), text("b", "stop"), DONE], DecodeError),
}


@both
@pytest.mark.parametrize("together", [False, True], ids=["apart", "together"])
@pytest.mark.parametrize(("pieces", "kind"), CUTS.values(), ids=CUTS)
def test_a_stream_that_fails_keeps_what_had_come(
    colour: Colour, pieces: list[Any], kind: type[LLMKitError], together: bool
) -> None:
    """A typed error with the answer so far, never a short answer; and it is not tried again."""
    script = [text("a"), *pieces]
    if together and pieces and isinstance(pieces[0], bytes):
        script = [text("a") + pieces[0], *pieces[1:]]
    transport = ScriptedTransport(
        StreamReply(script, headers={"X-Request-Id": "r"}), chat_stream("x")
    )
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        chunks, error = failing(stream)
        assert texts(chunks) == ["a"]
        assert type(error) is kind
        assert (error.provider, error.model) == ("openai", "m")
        assert [attempt.status for attempt in error.attempts] == [200]
        assert error.partial is not None
        assert error.partial.content == "a"
        assert error.partial.finish_reason is FinishReason.OTHER
        assert error.partial.attempts == error.attempts
        if isinstance(error, APIError):
            assert (error.status, error.request_id, error.headers["x-request-id"]) == (
                200,
                "r",
                "r",
            )
        if isinstance(error, TimeoutError):
            assert error.limit == "idle"
        assert failing(stream)[1] is error, "and so it stays"
        with pytest.raises(kind):
            stream.response()
        assert transport.open_streams == 0
    assert len(transport.requests) == 1


@both
@pytest.mark.parametrize(("pieces", "kind"), CUTS.values(), ids=CUTS)
def test_a_failure_may_be_a_last_chunk(
    colour: Colour, pieces: list[Any], kind: type[LLMKitError]
) -> None:
    """With raise_errors=False nothing is raised; but response() has no whole answer to give."""
    transport = ScriptedTransport(StreamReply([text("a"), *pieces]))
    with door(colour, transport) as client:
        stream = client.stream(REQUEST, raise_errors=False)
        first, last = stream
        assert (texts([first]), first.is_last_chunk, first.error) == (["a"], False, None)
        assert last.is_last_chunk
        assert type(last.error) is kind
        assert last.error.partial is not None
        assert last.error.partial.content == "a"
        assert last.total_latency >= first.total_latency
        assert list(stream) == []
        with pytest.raises(kind):
            stream.response()


BEFORE: dict[str, Any] = {
    "a status": Reply({}, 503),
    "not sent": RequestNotSentError("no route"),
    "lost before the head": ResponseLostError("reset"),
    "lost before the first chunk": StreamReply([b": wait\n\n", LOST]),
    "ended before the first chunk": StreamReply([]),
    "cut in the first chunk": StreamReply([text("a")[:20]]),
    "an error before the first chunk": StreamReply([ERROR]),
    "only a role, then lost": StreamReply(
        [sse({"choices": [{"delta": {"role": "assistant"}}]}), LOST]
    ),
    "too slow to begin": StreamReply([text("x")], wait=1000),
    "too slow to go on": StreamReply([b": wait\n\n", Pause(1000), text("x")]),
    "an error in one piece": Reply({"error": {"message": "overloaded", "code": 502}}),
}


@both
@pytest.mark.parametrize("failure", BEFORE.values(), ids=BEFORE)
def test_a_stream_is_tried_again_until_its_first_chunk(colour: Colour, failure: Any) -> None:
    """Nothing had been handed over: nobody sees the difference, but for `attempts`."""
    transport = ScriptedTransport(failure, failure, chat_stream("Hel", "lo"))
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        assert texts(list(stream)) == ["Hel", "lo", None]
        attempts = stream.response().attempts
        assert transport.open_streams == 0
    assert len(attempts) == len(transport.requests) == 3
    assert [attempt.error is None for attempt in attempts] == [False, False, True]
    transport.assert_done()


@both
def test_the_last_failure_before_the_first_chunk_is_raised(colour: Colour) -> None:
    """With every attempt; there is nothing of an answer in it. Final ones come at once."""
    transport = ScriptedTransport(*[Reply({}, 429)] * 3, Reply({}, 401))
    with door(colour, transport) as client:
        chunks, error = failing(client.stream(REQUEST))
        assert (chunks, type(error), error.partial) == ([], RateLimitError, None)
        assert [attempt.status for attempt in error.attempts] == [429, 429, 429]
        chunks, error = failing(client.stream(REQUEST))
        assert isinstance(error, AuthenticationError)
        assert len(error.attempts) == 1


@both
def test_a_failure_before_the_first_chunk_may_be_a_chunk(colour: Colour) -> None:
    """The only one."""
    with door(colour, ScriptedTransport(Reply({}, 401))) as client:
        stream = client.stream(REQUEST, raise_errors=False)
        (only,) = stream
        assert only.is_last_chunk
        assert isinstance(only.error, AuthenticationError)
        with pytest.raises(AuthenticationError):
            stream.response()


@both
def test_a_refusal_is_read_as_far_as_it_comes(colour: Colour) -> None:
    """Its body in pieces, whole; where it is lost or has no end, what there is of it."""
    body = [b'{"error": {"mess', b'age": "no"}}']
    endless: list[Any] = [b"x" * (1 << 19)] * 5
    refusals: list[tuple[list[Any], str]] = [
        (body, "no"),
        ([*body, LOST], "no"),
        ([*body, Pause(1000)], "no"),
        ([LOST], "HTTP 400"),
        ([*endless, AssertionError("read too far")], "x" * 2000),
    ]
    for pieces, message in refusals:
        with door(colour, ScriptedTransport(StreamReply(pieces, 400))) as client:
            _, error = failing(client.stream(REQUEST))
        assert isinstance(error, APIError)
        assert (error.status, error.message) == (400, message)


LIMITS: dict[str, tuple[Timeout, StreamReply, str]] = {
    "read, before the head": (Timeout(read=5), StreamReply([], wait=6), "read"),
    "read, before the first chunk": (
        Timeout(read=5, idle=1),
        StreamReply([b": wait\n\n", Pause(6)]),
        "read",
    ),
    "idle, between chunks": (Timeout(read=50, idle=5), StreamReply([text("a"), Pause(6)]), "idle"),
    "total, before the head": (Timeout(total=5), StreamReply([], wait=6), "total"),
    "total, between chunks": (Timeout(total=5), StreamReply([text("a"), Pause(6)]), "total"),
}


@both
@pytest.mark.parametrize(("timeout", "reply", "limit"), LIMITS.values(), ids=LIMITS)
def test_a_limit_says_which_it_was(
    colour: Colour, timeout: Timeout, reply: StreamReply, limit: str
) -> None:
    """`read` until the first chunk, `idle` between chunks, `total` over all."""
    transport = ScriptedTransport(reply)
    with door(colour, transport, timeout=timeout, retry=RetryPolicy(attempts=1)) as client:
        _, error = failing(client.stream(REQUEST))
        assert isinstance(error, TimeoutError)
        assert error.limit == limit
        assert len(error.attempts) == 1
        assert transport.open_streams == 0


@both
def test_a_pause_within_the_limits_is_waited(colour: Colour) -> None:
    """A slow answer is an answer; each wait has the limit for itself."""
    pieces: list[Any] = [text("a"), Pause(0.03), text("b"), Pause(0.03), text("", "stop")]
    with door(colour, ScriptedTransport(StreamReply(pieces)), timeout=Timeout(idle=0.05)) as client:
        assert client.stream(REQUEST).response().content == "ab"


@both
def test_the_deadline_ends_the_tries(colour: Colour) -> None:
    """A passed `total` is never tried again."""
    transport = ScriptedTransport(StreamReply([], wait=6))
    with door(colour, transport, timeout=5) as client:
        _, error = failing(client.stream(REQUEST))
    assert isinstance(error, TimeoutError)
    assert len(transport.requests) == 1


@both
def test_leaving_gives_the_connection_back(colour: Colour) -> None:
    """By close(), by the end of a with block, by an exception in it, by a break out of it."""
    for leave in ("close", "with", "exception", "break"):
        transport = ScriptedTransport(chat_stream("Hel", "lo"))
        with door(colour, transport) as client:
            stream = client.stream(REQUEST)
            if leave == "close":
                next(stream)
                assert transport.open_streams == 1
                stream.close()
                stream.close()
            elif leave == "exception":
                with suppress(KeyError), stream:
                    next(stream)
                    raise KeyError
            else:
                with stream as entered:
                    assert entered is stream
                    for _ in stream:
                        if leave == "break":
                            break
            assert transport.open_streams == 0, leave


@both
def test_a_closed_stream_has_nothing_more(colour: Colour) -> None:
    """What was not read is lost; and what there was of it is no whole answer."""
    reply = StreamReply([text("a") + text("b"), text("c", "stop"), DONE])
    with door(colour, ScriptedTransport(reply)) as client:
        stream = client.stream(REQUEST)
        next(stream)
        stream.close()
        assert list(stream) == []
        with pytest.raises(StreamInterruptedError, match="closed before its end") as caught:
            stream.response()
        assert caught.value.partial is not None
        assert caught.value.partial.content == "ab"


@both
def test_a_stream_closed_at_its_end_has_its_answer(colour: Colour) -> None:
    """All of it had come."""
    with door(colour, ScriptedTransport(chat_stream("Hello"))) as client:
        with client.stream(REQUEST) as stream:
            assert len(list(stream)) == 2
        assert stream.response().content == "Hello"


@both
def test_a_stream_closed_before_it_began_is_never_sent(colour: Colour) -> None:
    """Nobody wanted it."""
    transport = ScriptedTransport()
    with door(colour, transport) as client:
        stream = client.stream(REQUEST)
        stream.close()
        assert list(stream) == []
        with pytest.raises(StreamInterruptedError) as caught:
            stream.response()
        assert caught.value.partial is None
    assert transport.requests == []


class Handing(ScriptedTransport):
    """Remembers the streams that it handed out, and does not keep them."""

    def __init__(self, *script: Any) -> None:
        super().__init__(*script)
        self.handed: list[weakref.ref[Any]] = []

    def stream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> Any:
        stream: ByteStream = super().stream(request, timeout, deadline)
        self.handed.append(weakref.ref(stream))
        return stream

    async def astream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> Any:
        stream: AsyncByteStream = await super().astream(request, timeout, deadline)
        self.handed.append(weakref.ref(stream))
        return stream


@both
def test_an_abandoned_stream_lets_go(colour: Colour) -> None:
    """No circle holds it: who drops it drops its connection, which ends itself."""
    transport = Handing(chat_stream("Hel", "lo"))
    with door(colour, transport) as client:
        gc.disable()
        try:
            stream = client.stream(REQUEST)
            next(stream)
            (handed,) = transport.handed
            assert handed() is not None
            del stream
            assert handed() is None
        finally:
            gc.enable()


@both
def test_what_is_not_llmkits_own_gets_through(colour: Colour) -> None:
    """A broken transport raises what it raises; after it there is no answer to be had."""
    for raise_errors in (True, False):
        with door(colour, ScriptedTransport(RuntimeError("broken"))) as client:
            stream = client.stream(REQUEST, raise_errors=raise_errors)
            with pytest.raises(RuntimeError, match="broken"):
                next(stream)
            with pytest.raises(StreamInterruptedError, match="broken off"):
                stream.response()


def test_cancellation_before_the_first_chunk() -> None:
    """It is not swallowed, nothing is tried again, and the connection is given back."""

    async def main() -> None:
        transport = ScriptedTransport(StreamReply([b": wait\n\n", Pause(30)]), chat_stream("x"))
        async with AsyncClient(api_key=KEY, transport=transport) as client:
            stream = client.chat_completion_stream(REQUEST)
            with pytest.raises(TimeoutError_):
                await asyncio.wait_for(anext(stream), 0.01)
            assert transport.open_streams == 0
            assert len(transport.requests) == 1
            with pytest.raises(StreamInterruptedError):
                await anext(stream)

    asyncio.run(main())


TimeoutError_ = asyncio.TimeoutError
"""The built-in one, which stands under another name here."""


def test_cancellation_between_chunks() -> None:
    """A cancelled task's with block closes the stream on its way out."""

    async def main() -> None:
        transport = ScriptedTransport(StreamReply([text("a"), Pause(30)]))
        async with AsyncClient(api_key=KEY, transport=transport) as client:
            begun = asyncio.Event()

            async def read() -> None:
                async with client.chat_completion_stream(REQUEST) as stream:
                    async for _ in stream:
                        begun.set()

            task = asyncio.create_task(read())
            await begun.wait()
            assert transport.open_streams == 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert transport.open_streams == 0

    asyncio.run(main())


def test_cancellation_of_a_whole_answer() -> None:
    """Nothing is tried again."""

    async def main() -> None:
        transport = ScriptedTransport(Reply({}, wait=30), chat_reply("x"))
        async with AsyncClient(api_key=KEY, transport=transport) as client:
            with pytest.raises(TimeoutError_):
                await asyncio.wait_for(client.chat_completion(REQUEST), 0.01)
            assert len(transport.requests) == 1

    asyncio.run(main())


def test_a_client_outlives_its_loop() -> None:
    """Streams of one AsyncClient on several loops, one after the other."""
    client = AsyncClient(
        api_key=KEY, transport=ScriptedTransport(chat_stream("a"), chat_stream("b"))
    )

    async def ask() -> str | None:
        return (await client.chat_completion_stream(REQUEST).response()).content

    assert [asyncio.run(ask()), asyncio.run(ask())] == ["a", "b"]


def test_an_async_stream_is_read_with_async_for() -> None:
    """As a user writes it."""
    with AsyncDoor(api_key=KEY, transport=ScriptedTransport(chat_stream("Hel", "lo"))) as client:

        async def read() -> list[str]:
            async with client.client.chat_completion_stream(REQUEST) as stream:
                return [chunk.delta_message().content or "" async for chunk in stream]

        assert client.run(read()) == ["Hel", "lo", ""]

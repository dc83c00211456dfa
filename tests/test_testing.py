"""What llmkit gives to those who test with it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

import pytest

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    FinishReason,
    UserMessage,
)
from llmkit._http import AsyncTransport, HttpRequest, HttpResponse, Timeout, Transport
from llmkit.errors import (
    ClosedError,
    RequestNotSentError,
    ResponseLostError,
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

KEY = "sk-sesame-sesame"
URL = "https://api.example.com/v1/chat/completions"
LIMITS = Timeout(connect=5, read=5, idle=5)


class Both(Transport, AsyncTransport, Protocol):
    """A transport of both colours."""


class Door(Protocol):
    """A transport, used in one colour."""

    def send(
        self,
        transport: Both,
        request: HttpRequest,
        timeout: Timeout = LIMITS,
        deadline: float | None = None,
    ) -> HttpResponse: ...
    def stream(
        self,
        transport: Both,
        request: HttpRequest,
        *,
        reads: int | None = None,
        timeout: Timeout = LIMITS,
        deadline: float | None = None,
    ) -> list[bytes]: ...
    def close(self, transport: Both) -> None: ...


class Sync:
    def send(
        self,
        transport: Both,
        request: HttpRequest,
        timeout: Timeout = LIMITS,
        deadline: float | None = None,
    ) -> HttpResponse:
        return transport.send(request, timeout, deadline)

    def stream(
        self,
        transport: Both,
        request: HttpRequest,
        *,
        reads: int | None = None,
        timeout: Timeout = LIMITS,
        deadline: float | None = None,
    ) -> list[bytes]:
        stream = transport.stream(request, timeout, deadline)
        pieces: list[bytes] = []
        try:
            while (reads is None or len(pieces) < reads) and (piece := stream.read("idle")):
                pieces.append(piece)
        finally:
            stream.close()
        return pieces

    def close(self, transport: Both) -> None:
        transport.close()


class Async:
    def send(
        self,
        transport: Both,
        request: HttpRequest,
        timeout: Timeout = LIMITS,
        deadline: float | None = None,
    ) -> HttpResponse:
        return asyncio.run(transport.asend(request, timeout, deadline))

    def stream(
        self,
        transport: Both,
        request: HttpRequest,
        *,
        reads: int | None = None,
        timeout: Timeout = LIMITS,
        deadline: float | None = None,
    ) -> list[bytes]:
        async def main() -> list[bytes]:
            stream = await transport.astream(request, timeout, deadline)
            pieces: list[bytes] = []
            try:
                while (reads is None or len(pieces) < reads) and (
                    piece := await stream.read("idle")
                ):
                    pieces.append(piece)
            finally:
                await stream.aclose()
            return pieces

        return asyncio.run(main())

    def close(self, transport: Both) -> None:
        asyncio.run(transport.aclose())


@pytest.fixture(params=[Sync, Async])
def door(request: pytest.FixtureRequest) -> Door:
    """Each colour."""
    return cast("Callable[[], Door]", request.param)()


def post(body: object = None, url: str = URL) -> HttpRequest:
    """A request as the core makes it."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    return HttpRequest("POST", url, headers, json.dumps(body or {"model": "m"}).encode())


class TestScript:
    """`ScriptedTransport`."""

    def test_replies_come_in_order(self, door: Door) -> None:
        """Bytes and text as they are, anything else as JSON, with status and headers."""
        transport = ScriptedTransport(
            Reply({"a": 1}, 201, {"X-A": "b"}), Reply("text"), Reply(b"\x00")
        )
        first = door.send(transport, post())
        assert (first.status, first.headers["x-a"], first.body) == (201, "b", b'{"a":1}')
        assert [door.send(transport, post()).body for _ in range(2)] == [b"text", b"\x00"]
        transport.assert_done()

    def test_what_was_sent_can_be_seen(self, door: Door) -> None:
        """Each request in order, its body as JSON, and whether it was streamed."""
        transport = ScriptedTransport(Reply(), StreamReply([]))
        door.send(transport, post({"model": "one"}))
        door.stream(transport, post({"model": "two"}))
        assert [request.json()["model"] for request in transport.requests] == ["one", "two"]
        assert [request.streamed for request in transport.requests] == [False, True]
        assert transport.requests[0].timeout == LIMITS
        assert transport.requests[0].headers["Authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(transport.requests)

    def test_a_body_that_is_no_object(self) -> None:
        """`json()` says so."""
        transport = ScriptedTransport(Reply())
        transport.send(HttpRequest("POST", URL, {}, b"[]"), LIMITS, None)
        with pytest.raises(ValueError, match="not a JSON object"):
            transport.requests[0].json()

    def test_an_exception_instead_of_a_reply(self, door: Door) -> None:
        """It is raised where the answer would be."""
        transport = ScriptedTransport(RequestNotSentError("no"), ResponseLostError("lost"))
        with pytest.raises(RequestNotSentError):
            door.send(transport, post())
        with pytest.raises(ResponseLostError):
            door.stream(transport, post())

    def test_a_stream_comes_piece_by_piece(self, door: Door) -> None:
        """Each piece is one read; text is given as UTF-8; an exception breaks off there."""
        transport = ScriptedTransport(
            StreamReply([b"one", "twö", b"", b"three"]),
            StreamReply([b"one", ResponseLostError("cut"), b"two"]),
            StreamReply(b"alone"),
        )
        assert door.stream(transport, post()) == [b"one", "twö".encode(), b"three"]
        with pytest.raises(ResponseLostError, match="cut"):
            door.stream(transport, post())
        assert door.stream(transport, post()) == [b"alone"]
        assert transport.open_streams == 0

    def test_either_reply_serves_either_way(self, door: Door) -> None:
        """A stream that gets an error gets it in one piece; a whole answer is read to its end."""
        transport = ScriptedTransport(
            Reply("error", 500), StreamReply([b"a", Pause(0), b"b"]), StreamReply([OSError("x")])
        )
        assert door.stream(transport, post()) == [b"error"]
        assert door.send(transport, post()).body == b"ab"
        with pytest.raises(OSError, match="x"):
            door.send(transport, post())

    @pytest.mark.parametrize(
        ("timeout", "total", "limit"),
        [
            (Timeout(idle=30), None, "idle"),
            (Timeout(idle=30), 10.0, "total"),
            (Timeout(idle=None, total=20), 20.0, "total"),
        ],
    )
    def test_a_pause_is_under_the_limits(
        self, door: Door, timeout: Timeout, total: float | None, limit: str
    ) -> None:
        """The shortest limit is named, and nobody waits for it."""
        transport = ScriptedTransport(StreamReply([b"a", Pause(60), b"b"]))
        started = time.monotonic()
        deadline = None if total is None else started + total
        with pytest.raises(TimeoutError) as caught:
            door.stream(transport, post(), timeout=timeout, deadline=deadline)
        assert caught.value.limit == limit
        assert time.monotonic() - started < 5
        assert transport.open_streams == 0

    def test_a_reply_may_be_late(self, door: Door) -> None:
        """Its head is waited for under the limit `read`; what is within the limit is waited."""
        transport = ScriptedTransport(
            Reply("a", wait=60), StreamReply([b"a"], wait=60), Reply("b", wait=0.05)
        )
        for use in (door.send, door.stream):
            with pytest.raises(TimeoutError) as caught:
                use(transport, post())
            assert (caught.value.limit, caught.value.seconds) == ("read", 5)
        started = time.monotonic()
        assert door.send(transport, post()).body == b"b"
        assert time.monotonic() - started >= 0.05

    def test_the_end_of_the_script_is_an_error(self, door: Door) -> None:
        """Which is no error of llmkit's, so that nothing tries again or swallows it."""
        transport = ScriptedTransport(Reply())
        door.send(transport, post())
        for use in (door.send, door.stream):
            with pytest.raises(
                AssertionError, match=r"the script is over: .*POST .*1 steps|2 steps"
            ):
                use(transport, post())

    def test_steps_that_are_left_are_an_error(self) -> None:
        """`assert_done` names the first."""
        transport = ScriptedTransport(Reply("left"), Reply())
        with pytest.raises(AssertionError, match=r"2 steps .*left"):
            transport.assert_done()

    def test_a_step_must_be_one(self) -> None:
        """Else the mistake is seen far from its place."""
        with pytest.raises(TypeError, match="not str"):
            ScriptedTransport(cast("Any", "text"))

    def test_a_stream_that_is_left_open_is_seen(self) -> None:
        """`open_streams` counts them."""
        transport = ScriptedTransport(StreamReply([b"a", b"b"]))
        stream = transport.stream(post(), LIMITS, None)
        assert stream.read("idle") == b"a"
        assert transport.open_streams == 1
        stream.close()
        assert transport.open_streams == 0
        assert stream.read("idle") == b""

    def test_closed_is_closed(self, door: Door) -> None:
        """As of every transport."""
        transport = ScriptedTransport(Reply())
        door.close(transport)
        door.close(transport)
        assert transport.closed
        with pytest.raises(ClosedError):
            door.send(transport, post())


REQUEST = ChatCompletionRequest("openai/gpt-4o", [UserMessage("Capital?")])


def said(answer: ChatCompletionResponse[object]) -> tuple[str | None, str | None]:
    """The text and the thinking of an answer."""
    message = answer.assistant_message()
    assert message is not None
    return message.content, message.reasoning


class TestReplies:
    """`chat_reply`, `chat_stream` and `sse`, read by the clients themselves."""

    def test_an_answer_in_one_line(self) -> None:
        """Through the blocking door."""
        transport = ScriptedTransport(chat_reply("Paris.", reasoning="Hm.", usage=(3, 4)))
        with Client(api_key=KEY, transport=transport) as client:
            answer = client.chat_completion(REQUEST)
        assert said(answer) == ("Paris.", "Hm.")
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 4)
        assert answer.choices[0].finish_reason is FinishReason.STOP
        assert transport.closed

    def test_the_same_awaited(self) -> None:
        """Through the other; tool calls get ids, and arguments may be broken text."""
        calls: list[dict[str, object]] = [
            {"name": "a", "arguments": {"x": 1}},
            {"id": "mine", "name": "b", "arguments": "{"},
        ]
        transport = ScriptedTransport(chat_reply(tool_calls=calls, usage=None))

        async def main() -> None:
            async with AsyncClient(api_key=KEY, transport=transport) as client:
                answer = await client.chat_completion(REQUEST)
            assert [(c.id, c.name, c.arguments_json) for c in answer.tool_calls] == [
                ("call_1", "a", '{"x":1}'),
                ("mine", "b", "{"),
            ]
            assert answer.choices[0].finish_reason is FinishReason.TOOL_CALLS
            assert not answer.usage.reported

        asyncio.run(main())

    def test_a_stream_in_one_line(self) -> None:
        """Says what `chat_reply` says."""
        transport = ScriptedTransport(
            chat_stream("Pa", "ris.", reasoning="Hm.", tool_calls=[{"name": "a"}], usage=(3, 4)),
            chat_stream("Pa", finish_reason="length", usage=None),
        )
        with Client(api_key=KEY, transport=transport) as client:
            with client.chat_completion_stream(REQUEST) as stream:
                answer = stream.response()
            assert said(answer) == ("Paris.", "Hm.")
            assert [call.name for call in answer.tool_calls] == ["a"]
            assert answer.usage.completion_tokens == 4
            with client.chat_completion_stream(REQUEST) as stream:
                assert stream.response().choices[0].finish_reason is FinishReason.LENGTH

    def test_events_are_bytes(self) -> None:
        """Text as it is, each line of it marked; anything else as JSON."""
        assert sse() == b""
        assert sse({"a": 1}, "x\ny", "[DONE]") == (
            b'data: {"a":1}\n\ndata: x\ndata: y\n\ndata: [DONE]\n\n'
        )

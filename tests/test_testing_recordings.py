"""Exchanges that are written down and played back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from test_testing import KEY, URL, Async, Both, Door, Sync, post

from llmkit import AsyncClient, ChatCompletionRequest, Client, UserMessage
from llmkit._http import HttpRequest
from llmkit._transports.echo import EchoTransport
from llmkit.errors import (
    ClosedError,
    RequestNotSentError,
    ResponseLostError,
    TimeoutError,
    TransportError,
)
from llmkit.testing import (
    RecordingTransport,
    ReplayTransport,
    Reply,
    ScriptedTransport,
    StreamReply,
)


@pytest.fixture(params=[Sync, Async])
def door(request: pytest.FixtureRequest) -> Door:
    """Each colour."""
    return cast("Callable[[], Door]", request.param)()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestRecordings:
    """`RecordingTransport` and `ReplayTransport`."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "calls.jsonl"

    def test_what_was_recorded_is_played_back(self, door: Door, path: Path) -> None:
        """Answers, streams with their very pieces, and failures of each kind."""
        half, other = b"data: \xc3", b"\xb6"
        script = (
            Reply({"a": 1}, 201, {"X-A": "b"}),
            Reply(b"\xff\x00"),
            StreamReply([half, other, b"end"]),
            StreamReply([b"one", ResponseLostError("cut")]),
            RequestNotSentError("no"),
            TimeoutError("late", limit="read", seconds=5.0),
        )
        recording = RecordingTransport(ScriptedTransport(*script), path)
        played: list[Sequence[object]] = []
        for transport in (recording, None):
            source: Both = transport or ReplayTransport(path)
            found: list[object] = []
            for index in range(2):
                answer = door.send(source, post({"call": index}))
                found.append((answer.status, dict(answer.headers), answer.body))
            found.append(door.stream(source, post({"call": 2})))
            for index, use in ((3, door.stream), (4, door.stream), (5, door.send)):
                with pytest.raises(TransportError) as caught:
                    use(source, post({"call": index}))
                found.append((type(caught.value), str(caught.value)))
            assert isinstance(caught.value, TimeoutError)
            found.append((caught.value.limit, caught.value.seconds))
            played.append(found)
        assert played[0] == played[1]
        assert played[0][2] == [half, other, b"end"]
        assert len(lines(path)) == 6

    def test_no_key_is_written(self, door: Door, path: Path) -> None:
        """Not of a header, an address or a cookie, nor where the provider repeats it."""
        inner = ScriptedTransport(
            Reply(f"wrong key {KEY}", 401, {"Set-Cookie": "a=b", "X-Echo": KEY}),
            StreamReply([b"bad key sk-sesame", b"-sesame!"]),
            ResponseLostError(f"at {URL}?key={KEY}"),
        )
        transport = RecordingTransport(inner, path)
        request = HttpRequest(
            "POST",
            f"{URL}?key={KEY}&v=1",
            {"X-Goog-Api-Key": KEY, "Accept": "a/b", "X-Trace": "t"},
            json.dumps({"note": f"my key is {KEY}"}).encode(),
        )
        door.send(transport, request)
        assert b"".join(door.stream(transport, post())).count(KEY.encode()) == 1
        with pytest.raises(ResponseLostError):
            door.send(transport, request)
        text = path.read_text(encoding="utf-8")
        assert KEY not in text
        assert "sesame" not in text
        first, second, _ = lines(path)
        assert first["request"]["url"] == f"{URL}?key=[REDACTED]&v=1"
        assert first["request"]["headers"] == {
            "X-Goog-Api-Key": "[REDACTED]",
            "Accept": "a/b",
            "X-Trace": "[REDACTED]",
        }
        assert first["response"]["headers"] == {"set-cookie": "[REDACTED]", "x-echo": "[REDACTED]"}
        assert second["response"]["pieces"] == ["bad key [REDACTED]!"]

    def test_another_key_plays_the_same_recording(self, door: Door, path: Path) -> None:
        """Whoever has no key can run the tests."""
        request = post(url=f"{URL}?key={KEY}")
        door.send(RecordingTransport(ScriptedTransport(Reply("ok")), path), request)
        other = HttpRequest("POST", f"{URL}?key=another-key", {}, b'{ "model" : "m" }')
        assert door.send(ReplayTransport(path), other).body == b"ok"

    def test_each_exchange_is_played_once_and_in_order(self, door: Door, path: Path) -> None:
        """Equal requests get the answers in the order of the recording."""
        recording = RecordingTransport(ScriptedTransport(Reply("1"), Reply("2"), Reply("3")), path)
        for body in ({"a": 1}, {"b": 1}, {"a": 1}):
            door.send(recording, post(body))
        replay = ReplayTransport(path)
        assert door.send(replay, post({"a": 1})).body == b"1"
        assert door.send(replay, post({"a": 1})).body == b"3"
        with pytest.raises(AssertionError, match=r"calls.jsonl: 1 exchanges were not played"):
            replay.assert_done()
        with pytest.raises(AssertionError, match=r'no exchange left.*\n\{"a": 1\}\n.*\n\{"b": 1\}'):
            door.send(replay, post({"a": 1}))
        with pytest.raises(AssertionError, match=r"no exchange left"):
            door.stream(replay, post(url="https://elsewhere.example"))
        assert door.send(replay, post({"b": 1})).body == b"2"
        replay.assert_done()

    def test_a_stream_that_was_left_is_recorded_so_far(self, door: Door, path: Path) -> None:
        """Who reads no further plays the same; who reads on is told."""
        recording = RecordingTransport(ScriptedTransport(StreamReply([b"1", b"2"])), path)
        assert door.stream(recording, post(), reads=1) == [b"1"]
        assert door.stream(ReplayTransport(path), post(), reads=1) == [b"1"]
        with pytest.raises(AssertionError, match="the recording ends here"):
            door.stream(ReplayTransport(path), post())

    def test_a_new_recording_replaces_the_old(self, door: Door, path: Path) -> None:
        """With its first exchange: stale answers would be played first."""
        for text in ("old", "new"):
            recording = RecordingTransport(ScriptedTransport(Reply(text)), path)
            door.send(recording, post())
        assert [line["response"]["body"] for line in lines(path)] == ["new"]

    def test_closing_closes_the_inner(self, door: Door, path: Path) -> None:
        """And a closed replay plays no more."""
        inner = ScriptedTransport(Reply())
        recording = RecordingTransport(inner, path)
        door.send(recording, post())
        door.close(recording)
        assert inner.closed
        replay = ReplayTransport(path)
        door.close(replay)
        with pytest.raises(ClosedError):
            door.send(replay, post())

    @pytest.mark.parametrize("line", ["{", "3", "{}", '{"request": {"method": "GET"}}'])
    def test_what_is_no_recording_is_told_with_its_line(self, path: Path, line: str) -> None:
        """A file that was edited by hand."""
        path.write_text(f"\n{line}\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"calls.jsonl, line 2: "):
            ReplayTransport(path)

    def test_a_client_cannot_tell_them_apart(self, path: Path) -> None:
        """Recorded by one colour, played by both."""
        request = ChatCompletionRequest("echo/demo", [UserMessage("Hello")])
        recording = RecordingTransport(EchoTransport(), path)
        with Client(transport=recording) as client:
            said = client.chat_completion(request).content
            with client.chat_completion_stream(request) as stream:
                assert stream.response().content == said
        with Client(transport=ReplayTransport(path)) as client:
            assert client.chat_completion(request).content == said

        async def main() -> None:
            replay = ReplayTransport(path)
            async with AsyncClient(transport=replay) as client:
                assert (await client.chat_completion(request)).content == said
                async with client.chat_completion_stream(request) as stream:
                    assert (await stream.response()).content == said
            replay.assert_done()

        asyncio.run(main())

    def test_the_default_is_what_a_client_would_have(self, door: Door, path: Path) -> None:
        """Nothing listens on port 9 of this machine; the failure is recorded."""
        recording = RecordingTransport(None, path)
        for _ in range(2):
            with pytest.raises(RequestNotSentError):
                door.send(recording, post(url="http://127.0.0.1:9/v1"))
        door.close(recording)
        assert [line["error"]["type"] for line in lines(path)] == ["RequestNotSentError"] * 2

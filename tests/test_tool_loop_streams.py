"""A loop of tool calls as a stream, and what it does with its connections."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path
from typing import Any

import pytest
from asking import WAYS, Way
from colours import AsyncDoor, Colour, both
from looping import (
    ASKED,
    LONG,
    Loop,
    Reading,
    call,
    calls,
    four_ways,
    numbered,
    only_streamed,
    printed,
)
from transports.wire_server import CHUNKED, END, Act, Script, WireServer, answer, chunk

from llmkit import (
    AsyncClient,
    CompletionChunk,
    LLMKitError,
    ServerError,
    StreamInterruptedError,
    ToolLoopError,
    ToolResult,
)
from llmkit.testing import Reply, StreamReply, chat_reply, chat_stream, sse


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def loop(request: pytest.FixtureRequest) -> Loop:
    """Each of the four ways."""
    way: Way = request.param
    return Loop(way)


@only_streamed
def test_a_stream_gives_a_result_while_another_tool_runs(loop: Loop) -> None:
    """Whoever reads it may be what the other waits for."""
    read = threading.Event()

    def turn(number: int) -> int:
        """The first waits until the second's result has been read."""
        if number == 0:
            assert read.wait(LONG)
        return number

    seen: list[object] = []
    with loop.door(numbered("turn", 2), "ok") as door:
        stream = Reading(door, tools=[turn])
        for item in stream:
            if isinstance(item, ToolResult):
                seen.append(item.value)
                read.set()
        assert seen == [1, 0]
        assert stream.result().content == "ok"


@both
def test_a_failure_can_be_delivered_as_a_chunk(colour: Colour) -> None:
    """As by `chat_completion_stream`, wherever in the loop it happens."""
    loop = Loop(Way("", colour, streams=True))

    def work(number: int) -> int:
        """Work."""
        return number

    def broken(run: object) -> bool:
        raise LLMKitError("broken")

    cases: list[tuple[type[LLMKitError], list[Any], dict[str, Any]]] = [
        (ServerError, [numbered("work", 1), Reply({}, 500)], {}),
        (ToolLoopError, [numbered("work", 1), numbered("work", 1)], {"max_rounds": 2}),
        (LLMKitError, [numbered("work", 1)], {"stop": broken}),
    ]
    for kind, answers, options in cases:
        with loop.door(*answers) as door:
            stream = Reading(door, tools=[work], raise_errors=False, **options)
            *before, last = stream
            assert isinstance(last, CompletionChunk)
            assert last.is_last_chunk
            assert type(last.error) is kind
            assert last.error.tool_run is not None
            assert all(getattr(item, "error", None) is None for item in before)
            assert list(stream) == []
            with pytest.raises(kind):
                stream.result()
        with loop.door(*answers) as door:
            stream = Reading(door, tools=[work], **options)
            for _ in range(2):
                with pytest.raises(kind):
                    list(stream)


@both
def test_a_stream_that_was_closed_is_not_whole(colour: Colour) -> None:
    """Its result is an error that holds what was done; closing twice is closing."""
    loop = Loop(Way("", colour, streams=True))

    def work(number: int) -> int:
        """Work."""
        return number

    with loop.door(numbered("work", 1), "ok") as door:
        stream = Reading(door, tools=[work])
        while not isinstance(next(stream), ToolResult):
            pass
        stream.close()
        stream.close()
        assert list(stream) == []
        with pytest.raises(StreamInterruptedError) as caught:
            stream.result()
        run = caught.value.tool_run
        assert run is not None
        assert [result.value for result in run.results] == [0]
        unread = Reading(door, tools=[work])
        unread.close()
        with pytest.raises(StreamInterruptedError):
            unread.result()


@both
def test_a_stream_cut_in_a_later_round_holds_both(colour: Colour) -> None:
    """The rounds before it as `tool_run`, what had come of its answer as `partial`."""
    loop = Loop(Way("", colour, streams=True))

    def work(number: int) -> int:
        """Work."""
        return number

    cut = StreamReply(chat_stream("Hal", "f").pieces[:2])
    door = loop.door(numbered("work", 1), cut)
    with pytest.raises(StreamInterruptedError) as caught, door:
        list(Reading(door, tools=[work]))
    error = caught.value
    assert error.partial is not None
    assert error.partial.content == "Hal"
    assert error.tool_run is not None
    assert [result.value for result in error.tool_run.results] == [0]


async def _no_other_task() -> None:
    """Ends when nothing else runs on the event loop."""
    await asyncio.sleep(0)
    while asyncio.all_tasks() != {asyncio.current_task()}:
        await asyncio.sleep(0)


def test_closing_a_stream_cancels_its_tools() -> None:
    """And so does leaving it behind: no task is left of it."""
    loop = Loop(WAYS["async-streamed"])
    ended: list[int] = []

    async def wait(number: int) -> int:
        """The first ends at once."""
        if number == 0:
            return 0
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)
        return number

    async def main(client: AsyncClient, forget: bool) -> None:
        stream = client.run_tools_stream(ASKED, tools=[wait])
        async for item in stream:
            if isinstance(item, ToolResult):
                break
        if forget:
            del stream
            gc.collect()
        else:
            await stream.aclose()
        await _no_other_task()

    for forget in (False, True):
        with loop.door(numbered("wait", 2)) as door:
            assert isinstance(door, AsyncDoor)
            door.run(main(door.client, forget))
    assert ended == [1, 1]


def _streamed(*texts: str, **fields: Any) -> Script:
    pieces = chat_stream(*texts, **fields).pieces
    return (CHUNKED + b"".join(chunk(piece) for piece in pieces if isinstance(piece, bytes)) + END,)


CALL = calls(call("work", number=1))
STREAMED = _streamed(tool_calls=CALL)
HALF = sse({"choices": [{"index": 0, "delta": {"content": "H"}}]})


@both
def test_an_abandoned_loop_gives_its_socket_back(colour: Colour) -> None:
    """Closed, or left behind, in the middle of a later answer."""
    half: Script = (CHUNKED + chunk(HALF), Act.HOLD)
    done = threading.Event()

    def work(number: int) -> int:
        """Work."""
        done.set()
        return number

    for forget in (False, True):
        with (
            WireServer(STREAMED, half) as server,
            colour("openai/gpt-4o", api_key="k", base_url=f"{server.url}/v1") as door,
        ):
            stream = Reading(door, tools=[work])
            for item in stream:
                if getattr(item, "choices", ()) and item.delta_message().content:
                    break
            server.wait_for_open(1)
            if forget:
                del stream
                gc.collect()
                if isinstance(door, AsyncDoor):
                    door.run(_no_other_task())
            else:
                stream.close()
            server.wait_for_open(0)
    assert done.is_set()


@four_ways
def test_a_loop_over_sockets_shares_one_connection(way: Way) -> None:
    """Each answer is read to its end before the next question."""
    whole: Script = (answer(chat_reply(tool_calls=CALL).body),)
    last: Script = (answer(chat_reply("ok").body),)
    if way.streams:
        whole = STREAMED
        last = _streamed("ok")
    loop = Loop(way)

    def work(number: int) -> int:
        """Work."""
        return number

    with (
        WireServer(whole, whole, last) as server,
        way.colour("openai/gpt-4o", api_key="k", base_url=f"{server.url}/v1") as door,
    ):
        assert loop.run(door, tools=[work]).content == "ok"
        assert server.connections == 1


def test_the_example_runs() -> None:
    """On the embedded provider, whole and streamed."""
    example = Path(__file__).parents[1] / "examples" / "tools.py"
    said = printed(f"import runpy; runpy.run_path({str(example)!r}, run_name='__main__')")
    assert said.count("noon in ") == 4
    assert said.count("may run: ") == 2
    assert "(2 rounds, " in said

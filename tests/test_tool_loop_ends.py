"""How a loop of tool calls ends too early, and what becomes of the tools that run then."""

from __future__ import annotations

import _thread
import asyncio
import threading
from typing import Any

import pytest
from asking import WAYS, Way
from attrs import evolve
from colours import AsyncDoor
from looping import (
    ASKED,
    LONG,
    Loop,
    numbered,
    only_async,
    printed,
)

from llmkit import (
    AsyncClient,
    TimeoutError,
)
from llmkit.testing import Reply


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def loop(request: pytest.FixtureRequest) -> Loop:
    """Each of the four ways."""
    way: Way = request.param
    return Loop(way)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("most", [None, 1])
def test_what_ends_a_program_goes_through(
    loop: Loop, error: type[BaseException], most: int | None
) -> None:
    """It is no failure of a tool, to be told to the model."""

    def ends(number: int) -> None:
        """End it all."""
        raise error("enough")

    with pytest.raises(error), loop.door(numbered("ends", 1), "ok") as door:
        loop.run(door, tools=[ends], max_parallel=most)
    assert len(loop.transport.requests) == 1
    assert loop.transport.open_streams == 0


def test_one_that_ends_the_program_waits_for_no_other(loop: Loop) -> None:
    """Threads that run are left alone; a task is cancelled."""
    runs, over = threading.Event(), threading.Event()

    def work(number: int) -> None:
        """The first waits; the second ends the program."""
        if number == 0:
            runs.set()
            over.wait(LONG)
            return
        assert runs.wait(LONG)
        raise SystemExit(3)

    with pytest.raises(SystemExit), loop.door(numbered("work", 2)) as door:
        loop.run(door, tools=[work])
    assert not over.is_set()
    over.set()


def test_ctrl_c_is_not_kept_waiting_by_a_tool(loop: Loop) -> None:
    """It ends the loop at once, while a tool runs on its thread."""
    over = threading.Event()

    def work(number: int) -> None:
        """Somebody presses Ctrl-C meanwhile."""
        _thread.interrupt_main()
        over.wait(LONG)

    with pytest.raises(KeyboardInterrupt), loop.door(numbered("work", 1)) as door:
        loop.run(door, tools=[work])
    assert not over.is_set()
    over.set()
    assert loop.transport.open_streams == 0


@only_async
def test_a_cancelled_loop_cancels_its_tools(loop: Loop) -> None:
    """And waits until they have ended: no task is left, and the stream is given back."""
    begun, ended = asyncio.Event(), []

    async def wait(number: int) -> None:
        """Wait for ever."""
        if number:
            begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(number)

    async def main(client: AsyncClient) -> None:
        async def run() -> None:
            if loop.way.streams:
                async with client.run_tools_stream(ASKED, tools=[wait]) as stream:
                    await stream.result()
            else:
                await client.run_tools(ASKED, tools=[wait])

        task = asyncio.create_task(run())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with loop.door(numbered("wait", 2)) as door:
        assert isinstance(door, AsyncDoor)
        door.run(main(door.client))
    assert sorted(ended) == [0, 1]
    assert loop.transport.open_streams == 0


@only_async
def test_a_tool_that_is_cancelled_cancels_the_loop(loop: Loop) -> None:
    """It is not taken for a failure: whoever cancelled it may have meant all of it."""
    ended = []

    async def work(number: int) -> None:
        """The first waits; the second is cancelled."""
        if number:
            raise asyncio.CancelledError
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    with pytest.raises(asyncio.CancelledError), loop.door(numbered("work", 2)) as door:
        loop.run(door, tools=[work])
    assert ended == [0]


def test_a_loop_that_takes_too_long_ends(loop: Loop) -> None:
    """What had come is in the error; the call that runs still is pending."""
    over, quick = threading.Event(), threading.Event()

    def work(number: int) -> int:
        """The second has no end."""
        if number == 1:
            assert quick.wait(LONG)
            over.wait(LONG)
        quick.set()
        return number

    with (
        pytest.raises(TimeoutError, match="total") as caught,
        loop.door(numbered("work", 2)) as door,
    ):
        loop.run(door, tools=[work], timeout=0.5)
    assert not over.is_set()
    over.set()
    error = caught.value
    assert (error.limit, error.seconds) == ("total", 0.5)
    run = error.tool_run
    assert run is not None
    assert [result.value for result in run.results] == [0]
    assert [each.arguments for each in run.pending] == [{"number": 1}]
    again = loop("ok", request=evolve(ASKED, messages=run.messages), tools=[work])
    assert [result.value for result in again.results] == [1]


@only_async
def test_a_task_that_takes_too_long_is_cancelled(loop: Loop) -> None:
    """And so is an approval."""
    ended: list[str] = []

    async def wait(number: int) -> None:
        """Wait for ever."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("tool")

    async def approve(*_: object) -> bool:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("approval")
        return True

    options: Any
    for options in ({}, {"approve": approve}):
        with pytest.raises(TimeoutError) as caught, loop.door(numbered("wait", 1)) as door:
            loop.run(door, tools=[wait], timeout=0.1, **options)
        assert caught.value.limit == "total"
    assert ended == ["tool", "approval"]


def test_each_call_is_given_what_is_left(loop: Loop) -> None:
    """The loop's limit is each call's `total`, unless its own is shorter; the rest stays."""
    request = evolve(ASKED, timeout=30)
    asks = (numbered("work", 1), "ok")

    def work(number: int) -> int:
        """Work."""
        return number

    loop(*asks, request=request, tools=[work], timeout=20)
    first, second = (each.timeout for each in loop.transport.requests)
    assert first.total is not None
    assert second.total is not None
    assert second.total < first.total <= 20
    assert first.read == 600
    loop(*asks, request=request, tools=[work], timeout=40)
    assert [each.timeout.total for each in loop.transport.requests] == [30, 30]
    loop(*asks, tools=[work])
    assert [each.timeout.total for each in loop.transport.requests] == [None, None]


def test_a_call_that_takes_too_long_ends_the_loop(loop: Loop) -> None:
    """The limit is told as the one that was given."""
    slow = Reply(b"", wait=60)
    with pytest.raises(TimeoutError) as caught, loop.door(slow) as door:
        loop.run(door, timeout=0.1)
    assert (caught.value.limit, caught.value.seconds) == ("total", 0.1)
    assert caught.value.tool_run is None


def test_a_tool_that_hangs_keeps_no_program_from_its_end() -> None:
    """Its thread is a daemon: the program ends with the error, in both colours."""
    program = """
        import asyncio, threading
        from llmkit import AsyncClient, ChatCompletionRequest, Client, TimeoutError, UserMessage

        def hang() -> None:
            "Hang."
            threading.Event().wait()

        request = ChatCompletionRequest("echo/demo", [UserMessage("hang")])

        async def main() -> None:
            async with AsyncClient() as client:
                await client.run_tools(request, tools=[hang], timeout=0.2)

        for run in (
            lambda: Client().run_tools(request, tools=[hang], timeout=0.2),
            lambda: asyncio.run(main()),
        ):
            try:
                run()
            except TimeoutError as error:
                print(error.limit)
    """
    assert printed(program).split() == ["total", "total"]

"""The tools of one round, side by side: in which order, and how many at once."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from asking import WAYS, Way
from looping import (
    LONG,
    Loop,
    call,
    calls,
    numbered,
    only_async,
    printed,
)


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def loop(request: pytest.FixtureRequest) -> Loop:
    """Each of the four ways."""
    way: Way = request.param
    return Loop(way)


def test_functions_run_side_by_side(loop: Loop) -> None:
    """All calls of one answer: more than there are threads in asyncio's own pool."""
    barrier = threading.Barrier(40)

    def meet(number: int) -> int:
        """Wait for all the others."""
        barrier.wait(LONG)
        return number

    run = loop(numbered("meet", 40), "ok", tools=[meet])
    assert [result.value for result in run.results] == list(range(40))


@only_async
def test_async_functions_run_side_by_side(loop: Loop) -> None:
    """As tasks of the caller's own event loop, beside functions that block."""
    barrier = threading.Barrier(2)
    seen = asyncio.Event()

    async def first(number: int) -> bool:
        """Wait for the second."""
        await asyncio.wait_for(seen.wait(), LONG)
        await asyncio.to_thread(barrier.wait, LONG)
        return True

    async def second(number: int) -> bool:
        """Let the first go on."""
        seen.set()
        return True

    def blocks(number: int) -> bool:
        """Hold up its own thread, and not the loop that the others need."""
        barrier.wait(LONG)
        return True

    asks = calls(call("blocks", number=0), call("first", number=1), call("second", number=2))
    run = loop(asks, "ok", tools=[first, second, blocks])
    assert [result.value for result in run.results] == [True] * 3


def test_results_go_back_in_the_order_of_the_calls(loop: Loop) -> None:
    """Whichever ends first; a stream gives each as soon as it is there."""
    last = threading.Event()

    def turn(number: int) -> int:
        """The first waits for the last."""
        if number == 0:
            assert last.wait(LONG)
        else:
            last.set()
        return number

    run = loop(numbered("turn", 2), "ok", tools=[turn])
    assert [result.value for result in run.results] == [0, 1]
    assert loop.told() == ["0", "1"]
    assert [each["tool_call_id"] for each in loop.sent() if each["role"] == "tool"] == ["c0", "c1"]


def test_so_many_at_once_and_no_more(loop: Loop) -> None:
    """`max_parallel` bounds them; each that ends makes room for the next."""
    pair, third = threading.Barrier(2), threading.Event()

    def work(number: int) -> bool:
        """The first two go together, and give a third some time to come too early."""
        if number >= 2:
            third.set()
            return True
        pair.wait(LONG)
        early = third.wait(0.1)
        pair.wait(LONG)
        return not early

    run = loop(numbered("work", 6), "ok", tools=[work], max_parallel=2)
    assert [result.value for result in run.results] == [True] * 6


def test_one_at_a_time_keeps_the_order(loop: Loop) -> None:
    """With `max_parallel=1`; the sync client has them in the caller's own thread."""
    seen: list[int] = []
    threads: set[threading.Thread] = set()

    def work(number: int) -> int:
        """Work."""
        seen.append(number)
        threads.add(threading.current_thread())
        return number

    loop(numbered("work", 5), "ok", tools=[work], max_parallel=1)
    assert seen == list(range(5))
    assert (threads == {threading.current_thread()}) is not loop.awaits


@only_async
def test_hooks_may_be_async_where_the_client_is(loop: Loop) -> None:
    """Each is awaited before the next is asked; a plain one is called on a thread."""
    asked: list[int] = []

    def work(number: int) -> int:
        """Work."""
        return number

    async def approve(made: Any, _: object) -> bool | str:
        asked.append(made.arguments["number"])
        await asyncio.sleep(0)
        asked.append(made.arguments["number"])
        return made.arguments["number"] != 1 or "odd"

    async def stop(run: Any) -> bool:
        return bool(run.results)

    run = loop(numbered("work", 3), tools=[work], approve=approve, stop=stop)
    assert asked == [0, 0, 1, 1, 2, 2]
    assert [result.outcome for result in run.results] == ["value", "refused", "value"]
    where: list[threading.Thread] = []

    def plain(*_: object) -> bool:
        where.append(threading.current_thread())
        return True

    loop(numbered("work", 1), "ok", tools=[work], approve=plain)
    assert where != [threading.current_thread()]


def test_a_client_that_runs_no_tools_loads_nothing_for_them() -> None:
    """What drives the loop is loaded with the first one."""
    program = """
        import sys
        from llmkit import ChatCompletionRequest, Client, UserMessage

        client = Client("echo/demo")
        request = ChatCompletionRequest("", [UserMessage("Hello")])
        client.chat_completion(request)
        rooms = ["llmkit._tools", "llmkit._core.tool_loop", "llmkit._models.tool_run"]
        print(*(name for name in rooms if name in sys.modules))
        client.run_tools(request)
        print("concurrent.futures" in sys.modules, "asyncio" in sys.modules)
    """
    assert printed(program).splitlines() == ["", "False False"]

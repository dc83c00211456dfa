"""The loop of tool calls, driven by tasks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from contextvars import copy_context
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from ._core.tool_calls import LoopOptions, OpenCall, Returned, is_async
from ._core.tool_loop import ToolLoop
from ._models.chunks import CompletionChunk
from ._models.tool_results import ToolResult
from ._models.tool_run import ToolRun
from ._models.tools import Tool, ToolCall
from .errors import LLMKitError, StreamInterruptedError

if TYPE_CHECKING:
    from ._async_client import AsyncClient

__all__ = ["AsyncApprove", "AsyncStop", "AsyncToolRunStream", "AsyncTools", "LoopOptions"]

T = TypeVar("T")

AsyncApprove = Callable[[ToolCall, Tool], bool | str | Awaitable[bool | str]]
"""Whether a call may be run: True, or False, or why not."""

AsyncStop = Callable[[ToolRun[T]], bool | Awaitable[bool]]
"""Whether the loop shall end here."""

Item = CompletionChunk | ToolResult
"""What a streamed loop gives."""

_Ended = tuple[OpenCall, Returned | BaseException]


class AsyncTools(Generic[T]):
    """A loop, what is asked before each call and after each round, and who asks the model."""

    def __init__(
        self,
        client: AsyncClient,
        loop: ToolLoop[T],
        approve: AsyncApprove | None,
        stop: AsyncStop[T] | None,
    ) -> None:
        self._client = client
        self._loop = loop
        self._approve = approve
        self._stop = stop

    async def run(self) -> ToolRun[T]:
        """The whole loop."""
        loop = self._loop
        loop.start()
        try:
            await self._calls()
            while (request := loop.request()) is not None:
                loop.answered(await self._client.chat_completion(request))
                await self._calls()
        except LLMKitError as error:
            loop.failed(error)
            raise
        return loop.run()

    def stream(self, raise_errors: bool) -> AsyncToolRunStream[T]:
        """The whole loop, as it goes on."""
        return AsyncToolRunStream(self._items(), self._loop, raise_errors)

    async def _items(self) -> AsyncGenerator[Item]:
        """The whole loop, chunk by chunk and result by result."""
        loop = self._loop
        loop.start()
        try:
            async with aclosing(self._results()) as results:
                async for result in results:
                    yield result
            while (request := loop.request()) is not None:
                async with self._client.chat_completion_stream(request) as stream:
                    async for chunk in stream:
                        yield chunk
                    answer = await stream.response()
                loop.answered(answer)
                async with aclosing(self._results()) as results:
                    async for result in results:
                        yield result
        except LLMKitError as error:
            loop.failed(error)
            raise

    async def _calls(self) -> None:
        async with aclosing(self._results()) as results:
            async for _ in results:
                pass

    async def _results(self) -> AsyncGenerator[ToolResult]:
        """Run what is open; each result as soon as it is there."""
        loop = self._loop
        results, opened = loop.open()
        for result in results:
            yield result
        waiting: deque[OpenCall] = deque()
        for call in opened:
            refusal = await self._refusal(call)
            if refusal is None:
                waiting.append(call)
            else:
                yield refusal
        async with aclosing(self._at_once(waiting)) as done:
            async for result in done:
                yield result
        if loop.settled() and self._stop is not None:
            stops = self._stop(loop.run())
            if (await stops) if isinstance(stops, Awaitable) else stops:
                loop.end()

    async def _refusal(self, call: OpenCall) -> ToolResult | None:
        approve, loop = self._approve, self._loop
        if approve is None:
            return None
        loop.check_time()
        asked = call.call, call.tool
        limit = asyncio.timeout(loop.left())
        try:
            async with limit:
                # One that waits for somebody at a console must not keep the event loop waiting.
                if is_async(approve):
                    verdict = approve(*asked)
                else:
                    verdict = await _threaded("approve", approve, *asked)
                if isinstance(verdict, Awaitable):
                    verdict = await verdict
        except TimeoutError:
            if limit.expired():
                raise loop.late() from None
            raise
        return loop.allowed(call, verdict)

    async def _at_once(self, waiting: deque[OpenCall]) -> AsyncGenerator[ToolResult]:
        """Each in a task of its own; none of them is left when the loop has failed."""
        loop, most = self._loop, self._loop.options.max_parallel
        running: set[asyncio.Task[_Ended]] = set()
        try:
            while waiting or running:
                while waiting and (most is None or len(running) < most):
                    loop.check_time()
                    call = waiting.popleft()
                    loop.begun(call)
                    running.add(asyncio.create_task(_outcome(call), name=f"tool {call.call.name}"))
                done, running = await asyncio.wait(
                    running, timeout=loop.left(), return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    raise loop.late()
                for task in done:
                    yield loop.done(*task.result())
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


async def _outcome(call: OpenCall) -> _Ended:
    try:
        value = call.run() if call.is_async else await _threaded(f"tool {call.call.name}", call.run)
        return call, Returned(await value if isinstance(value, Awaitable) else value)
    except BaseException as error:  # it is raised again where the loop runs, if it must be
        return call, error


A = TypeVar("A")


async def _threaded(name: str, function: Callable[..., A], *arguments: object) -> A:
    """What a function gives, on a thread of its own, which nobody waits for once cancelled.

    Not `asyncio.to_thread`: its threads are few, so that tools that wait for each other would
    wait for ever; and they are waited for at the end of the program, even one that hangs.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[A] | BaseException] = loop.create_future()
    context = copy_context()

    def tell(outcome: list[A] | BaseException) -> None:
        if not future.done():
            future.set_result(outcome)

    def work() -> None:
        try:
            outcome: list[A] | BaseException = [context.run(function, *arguments)]
        except BaseException as error:
            outcome = error
        with suppress(RuntimeError):  # the event loop is closed: nobody wants to know
            loop.call_soon_threadsafe(tell, outcome)

    Thread(target=work, name=f"llmkit {name}", daemon=True).start()
    outcome = await future
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome[0]


class AsyncToolRunStream(Generic[T]):
    """A loop of tool calls as it goes on: an async iterator, and a context manager that closes
    it.

    It gives the chunks of each answer and, between two answers, each `ToolResult` as soon as
    it is there.
    """

    def __init__(self, items: AsyncGenerator[Item], loop: ToolLoop[T], raise_errors: bool) -> None:
        self._items = items
        self._loop = loop
        self._raise_errors = raise_errors
        self._failure: LLMKitError | None = None

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        if self._failure is not None and self._raise_errors:
            raise self._failure
        try:
            return await anext(self._items)
        except LLMKitError as error:
            self._failure = error
            if self._raise_errors:
                raise
            return CompletionChunk(is_last_chunk=True, error=error)

    async def result(self) -> ToolRun[T]:
        """Read what is left, and return what the loop came to.

        Raises:
            LLMKitError: the loop failed, now or before, or was closed before its end;
                `tool_run` holds what was done.
        """
        async for _ in self:
            pass
        if self._failure is None and not self._loop.over:
            self._failure = StreamInterruptedError("the loop was closed before its end")
            self._loop.failed(self._failure)
        if self._failure is not None:
            raise self._failure
        return self._loop.run()

    async def aclose(self) -> None:
        """End the loop: the connection is given back, what was not read is lost, and tools that
        run are cancelled. May be called more than once."""
        await self._items.aclose()

    async def __aenter__(self) -> AsyncToolRunStream[T]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

"""The loop of tool calls, driven on threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from ._core.tool_calls import LoopOptions, OpenCall, Returned, check_hook
from ._core.tool_loop import ToolLoop
from ._models.chunks import CompletionChunk
from ._models.tool_results import ToolResult
from ._models.tool_run import ToolRun
from ._models.tools import Tool, ToolCall
from .errors import LLMKitError, StreamInterruptedError

if TYPE_CHECKING:
    from ._client import Client

__all__ = ["Approve", "LoopOptions", "Stop", "ToolRunStream", "Tools"]

T = TypeVar("T")

Approve = Callable[[ToolCall, Tool], bool | str]
"""Whether a call may be run: True, or False, or why not."""

Stop = Callable[[ToolRun[T]], bool]
"""Whether the loop shall end here."""

Item = CompletionChunk | ToolResult
"""What a streamed loop gives."""

_Done = SimpleQueue[tuple[OpenCall, Returned | BaseException]]


class Tools(Generic[T]):
    """A loop, what is asked before each call and after each round, and who asks the model."""

    def __init__(
        self, client: Client, loop: ToolLoop[T], approve: Approve | None, stop: Stop[T] | None
    ) -> None:
        for hook, name in ((approve, "approve"), (stop, "stop")):
            if hook is not None:
                check_hook(hook, name)
        self._client = client
        self._loop = loop
        self._approve = approve
        self._stop = stop

    def run(self) -> ToolRun[T]:
        """The whole loop."""
        loop = self._loop
        loop.start()
        try:
            self._calls()
            while (request := loop.request()) is not None:
                loop.answered(self._client.chat_completion(request))
                self._calls()
        except LLMKitError as error:
            loop.failed(error)
            raise
        return loop.run()

    def stream(self, raise_errors: bool) -> ToolRunStream[T]:
        """The whole loop, as it goes on."""
        return ToolRunStream(self._items(), self._loop, raise_errors)

    def _items(self) -> Generator[Item]:
        """The whole loop, chunk by chunk and result by result."""
        loop = self._loop
        loop.start()
        try:
            yield from self._results()
            while (request := loop.request()) is not None:
                with self._client.chat_completion_stream(request) as stream:
                    yield from stream
                    answer = stream.response()
                loop.answered(answer)
                yield from self._results()
        except LLMKitError as error:
            loop.failed(error)
            raise

    def _calls(self) -> None:
        for _ in self._results():
            pass

    def _results(self) -> Iterator[ToolResult]:
        """Run what is open; each result as soon as it is there."""
        loop = self._loop
        results, opened = loop.open()
        yield from results
        waiting: deque[OpenCall] = deque()
        for call in opened:
            result = self._refusal(call)
            if result is None:
                waiting.append(call)
            else:
                yield result
        in_order = loop.options.max_parallel == 1
        yield from self._one_by_one(waiting) if in_order else self._at_once(waiting)
        if loop.settled() and self._stop is not None and self._stop(loop.run()):
            loop.end()

    def _refusal(self, call: OpenCall) -> ToolResult | None:
        if self._approve is None:
            return None
        self._loop.check_time()
        return self._loop.allowed(call, self._approve(call.call, call.tool))

    def _one_by_one(self, waiting: deque[OpenCall]) -> Iterator[ToolResult]:
        """In the caller's own thread, where no limit can end a call."""
        loop = self._loop
        for call in waiting:
            loop.check_time()
            loop.begun(call)
            yield loop.done(call, _outcome(call))

    def _at_once(self, waiting: deque[OpenCall]) -> Iterator[ToolResult]:
        """Each on a thread of its own, which nobody waits for once the loop has failed."""
        loop, most = self._loop, self._loop.options.max_parallel
        done: _Done = SimpleQueue()
        running = 0
        while waiting or running:
            while waiting and (most is None or running < most):
                loop.check_time()
                call = waiting.popleft()
                loop.begun(call)
                _start(call, done)
                running += 1
            try:
                call, outcome = done.get(timeout=loop.left())
            except Empty:
                raise loop.late() from None
            running -= 1
            yield loop.done(call, outcome)


def _start(call: OpenCall, done: _Done) -> None:
    context = copy_context()

    def work() -> None:
        done.put((call, context.run(_outcome, call)))

    # A daemon, since no thread can be ended: one that hangs must not keep the program from its
    # end, as those of an executor would.
    Thread(target=work, name=f"llmkit tool {call.call.name}", daemon=True).start()


def _outcome(call: OpenCall) -> Returned | BaseException:
    try:
        value = call.run()
    except BaseException as error:  # it is raised again where the loop runs, if it must be
        return error
    if isinstance(value, Awaitable):
        close = getattr(value, "close", None)
        if close is not None:
            close()  # it will not be awaited, and shall not say so later
        return TypeError("the tool is async, which needs an AsyncClient")
    return Returned(value)


class ToolRunStream(Generic[T]):
    """A loop of tool calls as it goes on: an iterator, and a context manager that closes it.

    It gives the chunks of each answer and, between two answers, each `ToolResult` as soon as
    it is there.
    """

    def __init__(self, items: Generator[Item], loop: ToolLoop[T], raise_errors: bool) -> None:
        self._items = items
        self._loop = loop
        self._raise_errors = raise_errors
        self._failure: LLMKitError | None = None

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        if self._failure is not None and self._raise_errors:
            raise self._failure
        try:
            return next(self._items)
        except LLMKitError as error:
            self._failure = error
            if self._raise_errors:
                raise
            return CompletionChunk(is_last_chunk=True, error=error)

    def result(self) -> ToolRun[T]:
        """Read what is left, and return what the loop came to.

        Raises:
            LLMKitError: the loop failed, now or before, or was closed before its end;
                `tool_run` holds what was done.
        """
        for _ in self:
            pass
        if self._failure is None and not self._loop.over:
            self._failure = StreamInterruptedError("the loop was closed before its end")
            self._loop.failed(self._failure)
        if self._failure is not None:
            raise self._failure
        return self._loop.run()

    def close(self) -> None:
        """End the loop: the connection is given back, and what was not read is lost. Tools that
        run end by themselves. May be called more than once."""
        self._items.close()

    def __enter__(self) -> ToolRunStream[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

"""A loop of tool calls, without I/O: what to ask next, which calls to run, what they make.

Who drives it calls `start`, then, as long as `request` gives something to ask, tells the answer
to `answered`. Before the first question and after each answer `open` gives the calls to run;
`begun` and `done` tell of each, and `settled` that there are no more.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar, cast

from attrs import Factory, define, evolve

from .._http import Timeout
from .._models.function_tools import bind_arguments
from .._models.messages import Message
from .._models.request import ChatCompletionRequest
from .._models.response import ChatCompletionResponse
from .._models.tool_results import ToolResult, misfit, raised, refused, returned, unknown
from .._models.tool_run import ToolRound, ToolRun
from .._models.tools import Tool, ToolCall, ToolChoice
from ..errors import InvalidRequestError, LLMKitError, TimeoutError, ToolLoopError
from .tool_calls import LoopOptions, OpenCall, Returned, bare, is_async, left_open, merged

T = TypeVar("T")


@define
class _Round:
    """One answer, or None for the calls that the request itself left open, and its results."""

    response: ChatCompletionResponse[object] | None
    calls: tuple[ToolCall, ...]
    found: dict[int, ToolResult] = Factory(dict)

    @property
    def results(self) -> tuple[ToolResult, ...]:
        return tuple(self.found[index] for index in sorted(self.found))

    @property
    def pending(self) -> tuple[ToolCall, ...]:
        return tuple(call for index, call in enumerate(self.calls) if index not in self.found)

    @property
    def messages(self) -> tuple[Message, ...]:
        said = self.response.choices[:1] if self.response is not None else ()
        return (
            *(choice.message for choice in said),
            *(result.message for result in self.results),
        )


class ToolLoop(Generic[T]):
    """A loop of tool calls, as far as it has come; the doors ask, and run what is open."""

    def __init__(
        self,
        request: ChatCompletionRequest[T],
        options: LoopOptions,
        limits: Timeout,
        secrets: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        if (request.n or 1) > 1:
            reason = f"must be 1 where the loop goes on from the answer, not {request.n}"
            raise InvalidRequestError(reason, field="n")
        self.options = options
        self.over: bool = False
        self._last = False
        self._hurried = False
        self._limits = limits
        self._secrets = secrets
        self._started: float | None = None
        self._whole: ToolRun[T] | None = None
        tools = merged(request.tools, options.tools)
        choice = request.tool_choice
        if options.tools and choice is None:
            choice = ToolChoice.AUTO
        self._request = evolve(request, tools=tools, tool_choice=choice)
        self._tools = {tool.name: tool for tool in tools}
        self._bare = {tool.name: bare(tool) for tool in tools}
        self._check_functions(tools)
        self._rounds: list[_Round] = []
        self._began: dict[int, float] = {}
        self._resume()

    def _check_functions(self, tools: Sequence[Tool]) -> None:
        if self.options.awaits:
            return
        for index, tool in enumerate(tools):
            if is_async(tool.function):
                reason = f"{tool.name!r} is an async function, which needs an AsyncClient"
                raise InvalidRequestError(reason, field=f"tools[{index}]")

    def _resume(self) -> None:
        """The calls that the request's own messages leave open come first."""
        calls = left_open(self._request.messages)
        for call in calls:
            tool = self._tools.get(call.name)
            if tool is not None and tool.function is None:
                reason = (
                    f"the call {call.id!r} of {call.name!r} has no result, and its tool no "
                    "function: add a ToolMessage for it"
                )
                raise InvalidRequestError(reason, field="messages")
        if calls:
            self._rounds.append(_Round(None, calls))

    def start(self) -> None:
        """The clock runs from here."""
        self._started = time.monotonic()

    def left(self) -> float | None:
        """How many seconds are left, 0 or more; None where there is no limit."""
        limit = self.options.timeout
        if limit is None or self._started is None:
            return limit
        return max(0.0, self._started + limit - time.monotonic())

    def check_time(self) -> None:
        """Go on only in time.

        Raises:
            TimeoutError: the loop's time is up.
        """
        if self.left() == 0:
            raise self.late()

    def late(self) -> TimeoutError:
        """The loop's time is up."""
        seconds = self.options.timeout
        waits = ", ".join(dict.fromkeys(call.name for call in self._pending))
        told = f"; without a result: {waits}" if waits else ""
        return TimeoutError(
            f"the loop was not over after {seconds:g} s (total){told}",
            limit="total",
            seconds=seconds,
        )

    def request(self) -> ChatCompletionRequest[T] | None:
        """What to ask next; None where the loop is over.

        Raises:
            TimeoutError: the loop's time is up.
        """
        if self.over:
            return None
        self.check_time()
        left = self.left()
        limits = self._limits
        self._hurried = left is not None and (limits.total is None or left < limits.total)
        if self._hurried:
            limits = evolve(limits, total=left)
        choice = self._request.tool_choice
        if self._asked and choice is not None and choice.mode in ("required", "named"):
            choice = ToolChoice.AUTO  # else the model could never answer
        messages = self._messages
        return evolve(self._request, messages=messages, tool_choice=choice, timeout=limits)

    def answered(self, response: ChatCompletionResponse[T]) -> None:
        """The model's answer is here.

        Raises:
            ToolLoopError: it asks for tools, and was the last that may be asked for.
        """
        calls = response.tool_calls
        self._rounds.append(_Round(response, calls))
        self._last = not calls or any(self._is_for_the_caller(call) for call in calls)
        if not self._last and len(self._asked) >= self.options.max_rounds:
            self.end()
            error = ToolLoopError(
                f"the model still asks for tools after {self.options.max_rounds} rounds: "
                + ", ".join(dict.fromkeys(call.name for call in calls)),
                run=cast("ToolRun[object]", self.run()),
            )
            error.provider, error.model = response.provider or None, response.model or None
            raise error

    def _is_for_the_caller(self, call: ToolCall) -> bool:
        tool = self._tools.get(call.name)
        return tool is not None and tool.function is None

    def open(self) -> tuple[list[ToolResult], list[OpenCall]]:
        """The calls of the last answer: results of those that cannot be run, and the others."""
        results: list[ToolResult] = []
        found: list[OpenCall] = []
        last = self._rounds[-1] if self._rounds else _Round(None, ())
        for index, call in enumerate(last.calls):
            if self._is_for_the_caller(call):
                continue
            opened = self._opened(index, call)
            if isinstance(opened, OpenCall):
                found.append(opened)
            else:
                results.append(opened)
                last.found[index] = opened
        return results, found

    def _opened(self, index: int, call: ToolCall) -> OpenCall | ToolResult:
        tool = self._tools.get(call.name)
        if tool is None:
            return unknown(call, list(self._tools))
        try:
            return OpenCall(index, call, tool, bind_arguments(self._bare[call.name], call))
        except Exception as error:
            return misfit(call, error)

    def allowed(self, opened: OpenCall, verdict: object) -> ToolResult | None:
        """What `approve` said of a call: None where it may be run, else its result.

        Raises:
            InvalidRequestError: it said nothing that can be understood.
        """
        if verdict is True:
            return None
        if verdict is not False and not isinstance(verdict, str):
            close = getattr(verdict, "close", None)
            if isinstance(verdict, Awaitable) and close is not None:
                close()  # it will not be awaited, and shall not say so later
            reason = f"must give True, False or a reason as text, not {type(verdict).__name__}"
            raise InvalidRequestError(reason, field="approve")
        return self._result(opened, refused(opened.call, verdict or ""))

    def begun(self, opened: OpenCall) -> None:
        """The function of a call begins."""
        self._began[opened.index] = time.monotonic()

    def done(self, opened: OpenCall, outcome: Returned | BaseException) -> ToolResult:
        """The function of a call has ended.

        Raises:
            BaseException: what it raised, where that is no `Exception`.
        """
        took = timedelta(seconds=time.monotonic() - self._began[opened.index])
        if isinstance(outcome, Returned):
            return self._result(opened, returned(opened.call, outcome.value, took, self._secrets()))
        if not isinstance(outcome, Exception):
            raise outcome
        return self._result(opened, raised(opened.call, outcome, took, self._secrets()))

    def _result(self, opened: OpenCall, result: ToolResult) -> ToolResult:
        self._rounds[-1].found[opened.index] = result
        return result

    def settled(self) -> bool:
        """What was open has its results: whether there is anything to be asked about going on."""
        if self._last:
            self.end()
        return bool(self._asked) and not self.over

    def end(self) -> None:
        """The loop is over, and well."""
        self._whole = self.run()
        self.over = True

    def run(self) -> ToolRun[T]:
        """The loop, as far as it has come; once it is over, always the same."""
        if self._whole is not None:
            return self._whole
        resumed = [each for each in self._rounds if each.response is None]
        seconds = 0.0 if self._started is None else time.monotonic() - self._started
        return ToolRun(
            messages=self._messages,
            rounds=tuple(
                ToolRound(cast("ChatCompletionResponse[T]", each.response), each.results)
                for each in self._asked
            ),
            pending=self._pending,
            resumed=tuple(result for each in resumed for result in each.results),
            latency=timedelta(seconds=seconds),
        )

    def failed(self, error: LLMKitError) -> None:
        """*error* ends the loop: it keeps what was done."""
        self.end()
        run = self.run()
        if run.rounds or run.resumed:
            error.tool_run = cast("ToolRun[object]", run)
        if self._hurried and isinstance(error, TimeoutError) and error.limit == "total":
            error.seconds = self.options.timeout  # the call was given what was left of it

    @property
    def _asked(self) -> list[_Round]:
        return [each for each in self._rounds if each.response is not None]

    @property
    def _messages(self) -> tuple[Message, ...]:
        later = [message for each in self._rounds for message in each.messages]
        return (*self._request.messages, *later)

    @property
    def _pending(self) -> tuple[ToolCall, ...]:
        return self._rounds[-1].pending if self._rounds else ()

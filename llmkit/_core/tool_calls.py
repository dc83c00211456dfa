"""The calls of a loop of tools: what runs them, and under which limits."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from attrs import evolve

from .._frozen import frozen
from .._http import Timeout
from .._models import _validate as check
from .._models.function_tools import tools_of
from .._models.messages import AssistantMessage, Message, ToolMessage
from .._models.request import ToolInput
from .._models.signatures import parameters_of, plain_function
from .._models.tools import Tool, ToolCall
from ..errors import InvalidRequestError


@frozen
class LoopOptions:
    """What a loop is asked to keep to.

    Args:
        tools: more tools than the request's.
        max_rounds: how many answers of the model at the most.
        max_parallel: how many calls at once, or None for all of a round.
        timeout: the whole loop, in seconds, or None for no limit.
        awaits: whether async functions can be awaited.
    """

    tools: Sequence[ToolInput] | None = None
    max_rounds: int = 10
    max_parallel: int | None = None
    timeout: float | None = None
    awaits: bool = False

    def __attrs_post_init__(self) -> None:
        for name, value in (("max_rounds", self.max_rounds), ("max_parallel", self.max_parallel)):
            check.integer(value, name, 1)
        if self.max_rounds is None:
            raise InvalidRequestError("must be an integer, not None", field="max_rounds")
        try:
            Timeout(total=self.timeout)
        except InvalidRequestError as error:
            reason = error.reason
        else:
            return
        raise InvalidRequestError(reason, field="timeout")


@frozen
class Returned:
    """A function gave this back."""

    value: object


@frozen
class OpenCall:
    """A call that can be run: its function, and the arguments bound."""

    index: int
    call: ToolCall
    tool: Tool
    arguments: Mapping[str, object]

    @property
    def is_async(self) -> bool:
        """Whether its function is an async one."""
        return is_async(self.tool.function)

    def run(self) -> object:
        """What the function gives back: of an async one, what is to be awaited."""
        function = cast("Callable[..., object]", self.tool.function)
        return function(**self.arguments)


def is_async(function: object) -> bool:
    """Whether *function* is an async one, or an object whose call is."""
    plain = plain_function(function)
    if isinstance(plain, type) or not callable(plain):
        return False
    return inspect.iscoroutinefunction(plain) or inspect.iscoroutinefunction(type(plain).__call__)


def check_hook(function: object, name: str) -> None:
    """Whether *function* is one that a client without `await` can call.

    Raises:
        InvalidRequestError: it is an async function.
    """
    if is_async(function):
        reason = "is an async function, which needs an AsyncClient"
        raise InvalidRequestError(reason, field=name)


def bare(tool: Tool) -> Tool:
    """What the arguments of *tool* are bound by.

    A function that does not say what types it takes, as `**arguments`, takes plain JSON.
    """
    if tool.function is None:
        return tool
    try:
        list(parameters_of(tool.function))
    except InvalidRequestError:
        return evolve(tool, function=None)
    return tool


def merged(own: tuple[Tool, ...], given: Sequence[ToolInput] | None) -> tuple[Tool, ...]:
    """The request's tools and the given ones, which stand for those of the same name.

    A request that was JSON for a while has lost its functions: so it gets them back.
    """
    more = {} if given is None else {tool.name: tool for tool in tools_of(given)}
    kept = [more.pop(tool.name, tool) for tool in own]
    return (*kept, *more.values())


def left_open(messages: Sequence[Message]) -> tuple[ToolCall, ...]:
    """The calls at the end of *messages* that have no result there."""
    answered: set[str] = set()
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            answered.add(message.tool_call_id)
        elif isinstance(message, AssistantMessage):
            return tuple(call for call in message.tool_calls if call.id not in answered)
        else:
            break
    return ()

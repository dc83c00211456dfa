"""What a loop of tool calls came to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, cast, overload

from .._frozen import frozen
from .._json import JsonValue
from ..errors import InvalidRequestError, ResponseParseError
from . import _validate as check
from .adjustments import Adjustment
from .messages import Message, messages_of
from .response import ChatCompletionResponse
from .tool_results import ToolResult
from .tools import ToolCall
from .usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T_co = TypeVar("T_co", covariant=True, default=object)
    T = TypeVar("T")
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)
    T = TypeVar("T")


@frozen
class ToolRound(Generic[T_co]):
    """One answer of the model, and what came of the calls in it.

    Args:
        response: the answer.
        results: the results of its calls, in the order of the calls.
    """

    response: ChatCompletionResponse[T_co]
    results: tuple[ToolResult, ...] = ()


@frozen(kw_only=True)
class ToolRun(Generic[T_co]):
    """What a loop of tool calls came to, or as far as it came.

    Args:
        messages: the whole conversation, the request's own messages first; it is ready for the
            next request, once each of `pending` has its result.
        rounds: the answers of the model, each with the results of its calls.
        pending: the calls that have no result: their tools have no function, or the loop ended
            before them.
        resumed: the results of calls that the request's own messages had left open.
        latency: the whole loop: answers, tools and approvals.
    """

    messages: tuple[Message, ...]
    rounds: tuple[ToolRound[T_co], ...] = ()
    pending: tuple[ToolCall, ...] = ()
    resumed: tuple[ToolResult, ...] = ()
    latency: timedelta = timedelta()

    @property
    def response(self) -> ChatCompletionResponse[T_co]:
        """The last answer.

        Raises:
            LookupError: there is none yet: the run is one that an error holds.
        """
        if not self.rounds:
            raise LookupError("the run holds no answer: it ended before the first")
        return self.rounds[-1].response

    @property
    def content(self) -> str | None:
        """The last answer's text, or None."""
        return self.rounds[-1].response.content if self.rounds else None

    @property
    def results(self) -> tuple[ToolResult, ...]:
        """The results of all calls, in order."""
        return (*self.resumed, *(result for each in self.rounds for result in each.results))

    @property
    def usage(self) -> Usage:
        """The tokens of all answers together; `reported` where any of them was counted."""
        return sum((each.response.usage for each in self.rounds), NO_USAGE)

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """What was changed on the way out, in any of the requests: each once."""
        made = (item for each in self.rounds for item in each.response.adjustments)
        return tuple(dict.fromkeys(made))

    def estimated_cost(self) -> Decimal | None:
        """What the answers cost in US dollars by list price; None where one is not known."""
        costs = [each.response.estimated_cost() for each in self.rounds]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(costs) else None

    @overload
    def parse(self) -> T_co: ...
    @overload
    def parse(self, target: type[T]) -> T: ...
    def parse(self, target: type[T] | None = None) -> T | T_co:
        """The last answer's JSON as a value: see `ChatCompletionResponse.parse`.

        Raises:
            ResponseParseError: there is no such value in it.
        """
        if not self.rounds:
            raise ResponseParseError("the run holds no answer", reason="empty")
        response = self.rounds[-1].response
        return response.parse() if target is None else response.parse(target)

    def to_dict(self) -> dict[str, JsonValue]:
        """The run as a JSON object; what tools returned and raised is there as it was told."""
        return {
            "messages": [message.to_dict() for message in self.messages],
            "rounds": [
                {
                    "response": each.response.to_dict(),
                    "results": [result.to_dict() for result in each.results],
                }
                for each in self.rounds
            ],
            "pending": [call.to_dict() for call in self.pending],
            "resumed": [result.to_dict() for result in self.resumed],
            "latency": self.latency.total_seconds(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> ToolRun[object]:
        """What `to_dict` wrote.

        Raises:
            InvalidRequestError: *data* is not of that form; the error names the field.
        """
        for key in data:
            if key not in ("messages", "rounds", "pending", "resumed", "latency"):
                raise InvalidRequestError("is not a field of a run", field=key)
        messages = check.sequence(data.get("messages"), "messages")
        pending = _objects(data.get("pending") or (), "pending")
        seconds = check.number(data.get("latency"), "latency", 0) or 0
        return ToolRun(
            messages=messages_of(cast("list[Mapping[str, object]]", messages)),
            rounds=tuple(
                _round(item, f"rounds[{index}]")
                for index, item in enumerate(_objects(data.get("rounds") or (), "rounds"))
            ),
            pending=tuple(
                ToolCall.from_dict(item, field=f"pending[{index}]")
                for index, item in enumerate(pending)
            ),
            resumed=_results(data.get("resumed") or (), "resumed"),
            latency=timedelta(seconds=seconds),
        )


def _round(data: Mapping[str, object], field: str) -> ToolRound[object]:
    for key in data:
        if key not in ("response", "results"):
            raise InvalidRequestError("is not a field of a round", field=f"{field}.{key}")
    response = check.json_object(data.get("response"), f"{field}.response")
    return ToolRound(
        ChatCompletionResponse.from_dict(response),
        _results(data.get("results") or (), f"{field}.results"),
    )


def _results(value: object, field: str) -> tuple[ToolResult, ...]:
    return tuple(
        ToolResult.from_dict(item, field=f"{field}[{index}]")
        for index, item in enumerate(_objects(value, field))
    )


def _objects(value: object, field: str) -> list[Mapping[str, object]]:
    items = enumerate(check.sequence(value, field))
    return [check.json_object(item, f"{field}[{index}]") for index, item in items]

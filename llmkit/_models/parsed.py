"""What `Client.parse` gives: the value, and all that it took to get it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Generic

from attrs import field

from .._frozen import frozen
from .response import ChatCompletionResponse
from .usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T_co = TypeVar("T_co", covariant=True, default=object)
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)


@frozen(kw_only=True)
class ParsedResponse(Generic[T_co]):
    """A value, and the answers that it took to get it.

    Args:
        value: what was asked for.
        tries: each answer in order; the last is the one that the value is from.
    """

    value: T_co
    tries: tuple[ChatCompletionResponse[T_co], ...] = field(repr=False)

    @property
    def response(self) -> ChatCompletionResponse[T_co]:
        """The answer that the value is from."""
        return self.tries[-1]

    @property
    def usage(self) -> Usage:
        """The tokens of all tries together; `response.usage` are those of the last."""
        return sum((answer.usage for answer in self.tries), NO_USAGE)

    @property
    def latency(self) -> timedelta:
        """How long all tries took."""
        return sum((answer.latency for answer in self.tries), timedelta())

    def estimated_cost(self) -> Decimal | None:
        """What all tries cost in US dollars by list price; None where one's is not known.

        See `ChatCompletionResponse.estimated_cost`.
        """
        total = Decimal(0)
        for answer in self.tries:
            cost = answer.estimated_cost()
            if cost is None:
                return None
            total += cost
        return total

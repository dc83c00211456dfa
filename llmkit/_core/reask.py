"""Asking for a value until there is one, without I/O: what to ask next, and what came of it.

asking = Asking(request, target, retries)
while (parsed := asking.parsed) is None:
    asking.take(...)                    # the answer to asking.request
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar, cast

from attrs import evolve

from .._models import _validate as check
from .._models.messages import UserMessage
from .._models.parse import parse_response
from .._models.parsed import ParsedResponse
from .._models.request import ChatCompletionRequest
from .._models.response import ChatCompletionResponse
from .._models.response_format import ResponseFormat
from ..errors import InvalidRequestError, LLMKitError, ResponseParseError

T = TypeVar("T")

_MENDABLE: Final = ("json", "type")
"""Why it may help to ask again. A refusal or a filter's verdict stays what it is, and the same
limit of tokens cuts the next answer, which is no shorter, too."""


class Asking(Generic[T]):
    """A request for a value, and the answers so far.

    Args:
        request: what to ask.
        target: the type to make; None for the request's own.
        retries: how many more answers to ask for, where one does not parse.

    Raises:
        InvalidRequestError: *retries* is no count, or *target* has no JSON form.
    """

    def __init__(
        self, request: ChatCompletionRequest[object], target: type[T] | None, retries: int
    ) -> None:
        if check.integer(retries, "retries", 0) is None:
            raise InvalidRequestError("must be an integer, not None", field="retries")
        if target is not None and request.response_format is None:
            request = evolve(request, response_format=ResponseFormat.json_schema(target))
        self.request = request
        """What to ask next."""
        self.parsed: ParsedResponse[T] | None = None
        """The value, when it is there."""
        self._target = target
        self._left = retries
        self._tries: tuple[ChatCompletionResponse[T], ...] = ()

    def take(self, answer: ChatCompletionResponse[object]) -> None:
        """Take the answer to `request`: it parses, or `request` asks again.

        Raises:
            ResponseParseError: it does not, and asking again is of no use, or was not allowed.
        """
        self._tries = (*self._tries, cast("ChatCompletionResponse[T]", answer))
        try:
            value = parse_response(answer, self._target)
        except ResponseParseError as error:
            self.failed(error)
            if not self._left or error.reason not in _MENDABLE or answer.tool_calls:
                raise
            self._left -= 1
            said = (answer.assistant_message(), UserMessage(_wrong(error)))
            self.request = evolve(self.request, messages=(*self.request.messages, *said))
        else:
            self.parsed = ParsedResponse(value=cast("T", value), tries=self._tries)

    def failed(self, error: LLMKitError) -> None:
        """*error* ends the asking: it holds the answers that there were."""
        error.tries = self._tries


def _wrong(error: ResponseParseError) -> str:
    """What is wrong with an answer, for the model to read."""
    problems = "\n".join(f"- {problem}" for problem in error.problems)
    return (
        f"Your answer cannot be used:\n{problems}\n"
        "Answer again: the whole JSON, corrected, and nothing else."
    )

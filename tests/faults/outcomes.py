"""What may come of a call: the right answer, or a typed error with its fields."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, frozen

from llmkit import ChatCompletionResponse, FinishReason, LLMKitError

from .forms import HALVES, TEXT

KEY = "sk-faults-0123456789abcdef"
"""The key that is sent, and seen nowhere else."""

PREFIX = HALVES[0]
"""What of the answer had arrived where a stream broke off in the middle."""

COUNTS = (3, 2)
"""The tokens of prompt and answer, as each wire counts them."""


@frozen
class Result:
    """What came of one call.

    Args:
        response: the answer, where there is one.
        error: the failure, where there is one.
        text: what the chunks said that were handed over before; "" of a call that is not streamed.
        streamed: whether it was.
    """

    response: ChatCompletionResponse[Any] | None
    error: Exception | None
    text: str
    streamed: bool


@frozen
class Call:
    """A tool call that is right: its name, its arguments, its id where the provider told one."""

    name: str
    arguments: Any
    id: str = ""


@frozen
class Answered:
    """The right answer.

    Args:
        text: what it says.
        attempts: how many requests it took.
        calls: the tools that it calls.
        finish: why it ended.
    """

    text: str = TEXT
    attempts: int = 1
    calls: tuple[Call, ...] = ()
    finish: FinishReason = FinishReason.STOP

    def told(self) -> str:
        """The outcome, for the page."""
        said = "the right calls" if self.calls else "the answer"
        return said if self.attempts == 1 else f"{said}, after {self.attempts} attempts"

    def problems(self, result: Result) -> Iterator[str]:
        """How *result* is another."""
        response = result.response
        if response is None:
            yield f"{result.error!r} instead of an answer"
            return
        choice = response.choices[0]
        said = choice.message.content or ""
        if said != self.text:
            yield f"said {said!r}, not {self.text!r}"
        if result.streamed and result.text != said:
            yield f"the chunks said {result.text!r}, the answer {said!r}"
        if choice.finish_reason is not self.finish:
            yield f"ended with {choice.finish_reason}, not {self.finish}"
        if len(response.attempts) != self.attempts:
            yield f"took {len(response.attempts)} attempts, not {self.attempts}"
        usage = response.usage
        if self.text == TEXT and (usage.prompt_tokens, usage.completion_tokens) != COUNTS:
            yield f"counted {usage}"
        yield from self._calls(choice.message.tool_calls)

    def _calls(self, made: Any) -> Iterator[str]:
        got = [(call.name, json.loads(call.arguments_json or "{}")) for call in made]
        if got != [(call.name, call.arguments) for call in self.calls]:
            yield f"called {got}, not {self.calls}"
        ids = [call.id for call in made]
        if len({*ids}) != len(ids) or not all(ids):
            yield f"the calls' ids are {ids}"
        for call, wanted in zip(ids, self.calls):
            if wanted.id and call != wanted.id:
                yield f"the id is {call!r}, not {wanted.id!r}"


@frozen
class Failed:
    """A typed error.

    Args:
        kind: its class, and no other below or above it.
        fields: attributes that it has.
        partial: what of the answer it holds, as text; None for nothing.
        attempts: how many requests there were.
        says: words of its message.
    """

    kind: type[LLMKitError]
    fields: Mapping[str, object] = Factory(dict)
    partial: str | None = None
    attempts: int = 1
    says: str = ""

    def told(self) -> str:
        """The outcome, for the page."""
        fields = ", ".join(f"`{name}` {value!r}" for name, value in self.fields.items())
        parts = [f"`{self.kind.__name__}`", *([fields] if fields else [])]
        if self.partial is not None:
            parts.append("`partial` what had arrived")
        if self.attempts > 1:
            parts.append(f"after {self.attempts} attempts")
        return ", ".join(parts)

    def problems(self, result: Result) -> Iterator[str]:
        """How *result* is another."""
        error = result.error
        if error is None:
            yield f"an answer, {result.response and result.response.content!r}"
            return
        if not isinstance(error, LLMKitError) or type(error) is not self.kind:
            yield f"{type(error).__name__} ({error}), not {self.kind.__name__}"
            return
        for name, value in self.fields.items():
            if getattr(error, name) != value:
                yield f"{name} is {getattr(error, name)!r}, not {value!r}"
        if self.says not in error.message:
            yield f"says {error.message!r}, not {self.says!r}"
        if len(error.attempts) != self.attempts:
            yield f"took {len(error.attempts)} attempts, not {self.attempts}"
        partial = None if error.partial is None else error.partial.content or ""
        if partial != self.partial:
            yield f"partial is {partial!r}, not {self.partial!r}"
        if result.text != (self.partial or ""):
            yield f"handed over {result.text!r}, not {self.partial!r}"
        yield from _kept(error)


@frozen
class OneOf:
    """Either of two errors: which it is, is a race."""

    outcomes: tuple[Failed, ...]

    def told(self) -> str:
        """The outcome, for the page."""
        return " or ".join(outcome.told() for outcome in self.outcomes)

    def problems(self, result: Result) -> Iterator[str]:
        """How *result* is neither."""
        found = [list(outcome.problems(result)) for outcome in self.outcomes]
        if all(found):
            yield from found[0]


Outcome = Answered | Failed | OneOf


def _kept(error: LLMKitError) -> Iterator[str]:
    """What every error promises: neither it nor what it came from tells a key, and it pickles."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    if any(KEY in f"{each} {each!r} {vars(each)!r}" for each in chain):
        yield "it tells the key"
    again = pickle.loads(pickle.dumps(error))
    if (type(again), str(again)) != (type(error), str(error)):
        yield "it does not pickle"

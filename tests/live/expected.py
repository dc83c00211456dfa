"""What a question comes to: an answer, or one of the ways to fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from asking import Ask
from attrs import frozen

from llmkit import (
    APIError,
    AssistantMessage,
    ChatCompletionResponse,
    CompletionChunk,
    FinishReason,
    LLMKitError,
    ReasoningPart,
    ResponseLostError,
    ResponseParseError,
    StreamInterruptedError,
    TimeoutError,
)

from .wires import Wire


@frozen
class Outcome:
    """What came of one question.

    Args:
        wire: on which it was asked.
        ask: how.
        response: the answer,
        error: or how it failed.
    """

    wire: Wire
    ask: Ask
    response: ChatCompletionResponse[Any] | None = None
    error: LLMKitError | None = None

    @property
    def chunks(self) -> Sequence[CompletionChunk]:
        """The chunks that came, where it was streamed."""
        return self.ask.chunks

    @property
    def arrived(self) -> str:
        """The text of those chunks."""
        return "".join(chunk.delta_message().content or "" for chunk in self.chunks)

    def failure(self) -> LLMKitError:
        """The error, which there must be."""
        assert self.error is not None, f"there was an answer: {self.response}"
        return self.error


@frozen(kw_only=True)
class Answer:
    """An answer that says this.

    Args:
        text: its whole text.
        thought: its visible thinking.
        calls: its tool calls: ids, names, arguments.
        seal: the signature of that thinking.
        hidden: thinking that nobody but the provider can read.
        finish: why it ended.
        word: the provider's word for that; None: the wire's usual one.
        counts: its tokens: of the prompt, of the answer, both; None: any number.
        own: its id, its model and its time, in seconds since 1970.
        named: it has an id, where the wire has such.
        value: what `parse()` gives; an error's `reason` where `broken`.
        broken: `parse()` fails.
        statuses: those of its attempts.
        waits: the least and the most waited before the second attempt.
        after: a stream's last chunk comes so many seconds after the call, or later.
    """

    text: str | None = None
    thought: str | None = None
    calls: tuple[tuple[str, str, object], ...] = ()
    seal: str | None = None
    hidden: str | None = None
    finish: FinishReason = FinishReason.STOP
    word: str | None = None
    counts: tuple[int, int, int] | None = None
    own: tuple[str | None, str | None, float | None] | None = None
    named: bool = True
    value: object = None
    broken: bool = False
    statuses: tuple[int, ...] = (200,)
    waits: tuple[float, float] = (0, 0)
    after: float = 0

    def check(self, outcome: Outcome) -> None:
        """Every rule of an answer holds for *outcome*."""
        if outcome.error is not None:
            raise outcome.error
        response = outcome.response
        assert response is not None
        self._message(outcome, response)
        self._origin(outcome, response)
        self._form(response)
        self._usage(response)
        self._attempts(response)
        if outcome.ask.streams:
            self._chunks(outcome, response)

    def _message(self, outcome: Outcome, response: ChatCompletionResponse[Any]) -> None:
        message = response.assistant_message()
        assert message is not None
        assert (message.content or None) == self.text
        assert message.reasoning == self.thought
        self._thinking(message)
        self._calls(outcome.wire, message)
        (choice,) = response.choices
        assert choice.finish_reason is self.finish
        assert choice.raw_finish_reason == (self.word or outcome.wire.words[self.finish])

    def _thinking(self, message: AssistantMessage) -> None:
        thoughts = [part for part in message.parts if isinstance(part, ReasoningPart)]
        seals = [part.signature for part in thoughts if part.signature]
        assert seals == ([self.seal] if self.seal else [])
        hidden = [part.encrypted for part in thoughts if part.encrypted]
        assert hidden == ([self.hidden] if self.hidden else [])

    def _calls(self, wire: Wire, message: AssistantMessage) -> None:
        calls = message.tool_calls
        assert [(call.name, call.arguments) for call in calls] == [call[1:] for call in self.calls]
        ids = [call.id for call in calls]
        assert all(ids)
        assert len(set(ids)) == len(ids)
        assert not wire.names_calls or ids == [call[0] for call in self.calls]

    def _origin(self, outcome: Outcome, response: ChatCompletionResponse[Any]) -> None:
        assert response.provider == outcome.wire.provider
        assert response.model
        tells = outcome.wire.tells
        assert response.id or not (self.named and "id" in tells)
        assert response.created or "created" not in tells
        assert response.request_id
        if self.own:
            identity, model, created = self.own
            assert response.id == identity or "id" not in tells
            assert response.model == model or "model" not in tells
            when = response.created and response.created.timestamp()
            assert when == created or "created" not in tells

    def _form(self, response: ChatCompletionResponse[Any]) -> None:
        if self.broken:
            with pytest.raises(ResponseParseError) as caught:
                response.parse()
            assert (caught.value.reason, caught.value.text) == (self.value, response.content)
        elif self.value is not None:
            assert response.parse() == self.value

    def _usage(self, response: ChatCompletionResponse[Any]) -> None:
        usage = response.usage
        assert usage.reported
        counts = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
        assert counts == self.counts if self.counts else all(counts)

    def _attempts(self, response: ChatCompletionResponse[Any]) -> None:
        attempts = response.attempts
        assert tuple(attempt.status for attempt in attempts) == self.statuses
        least, most = self.waits
        assert attempts[0].wait == 0
        assert all(least <= attempt.wait <= most for attempt in attempts[1:2])
        assert response.latency.total_seconds() >= sum(attempt.wait for attempt in attempts)

    def _chunks(self, outcome: Outcome, response: ChatCompletionResponse[Any]) -> None:
        """The pieces are the whole: each letter once, calls counted from 0, one end."""
        chunks = outcome.chunks
        assert outcome.arrived == (self.text or "")
        thoughts = [chunk.delta_message().reasoning or "" for chunk in chunks]
        assert "".join(thoughts) == (self.thought or "")
        pieces = {piece.index for chunk in chunks for piece in chunk.delta_message().tool_calls}
        assert sorted(pieces) == list(range(len(self.calls)))
        assert [chunk.is_last_chunk for chunk in chunks].index(True) == len(chunks) - 1
        assert chunks[-1].usage == response.usage
        latencies = [chunk.total_latency for chunk in chunks]
        assert latencies == sorted(latencies)
        assert latencies[-1] <= response.latency
        assert chunks[0].chunk_latency == chunks[0].total_latency
        assert latencies[-1].total_seconds() >= self.after


@frozen(kw_only=True)
class Refused:
    """An error that the provider tells.

    Args:
        kind: its class.
        status: the HTTP status.
        message: the provider's words.
        code: OpenAI's code for it, and
        type: the type that other wires have.
        retry_after: the wait that the provider asks for, in seconds.
        attempts: how often the question was asked.
        partial: the text that had come before.
    """

    kind: type[APIError]
    status: int
    message: str
    code: str | None
    type: str | None
    retry_after: float | None = None
    attempts: int = 1
    partial: str | None = None

    def check(self, outcome: Outcome) -> None:
        """Class, words and attempts of the error are these."""
        error = outcome.failure()
        assert type(error) is self.kind, f"{error!r}"
        assert isinstance(error, APIError)
        code = {"code": self.code, "type": self.type, None: None}[outcome.wire.error_code]
        assert (error.status, error.code) == (self.status, code)
        assert self.message in error.message
        assert f"{error.provider}/{error.model}" == outcome.wire.model
        assert error.retry_after == self.retry_after
        assert [attempt.status for attempt in error.attempts] == [self.status] * self.attempts
        assert error.request_id
        partial = error.partial
        assert (partial and partial.content) == (self.partial if outcome.ask.streams else None)


@frozen(kw_only=True)
class Broken:
    """An answer that cannot be had: none came, or none that can be read.

    Args:
        kind: the error's class.
        statuses: those of the attempts.
    """

    kind: type[LLMKitError]
    statuses: tuple[int | None, ...]

    def check(self, outcome: Outcome) -> None:
        """Class and attempts of the error are these."""
        error = outcome.failure()
        assert type(error) is self.kind, f"{error!r}"
        assert tuple(attempt.status for attempt in error.attempts) == self.statuses
        assert getattr(error, "partial", None) is None


@frozen(kw_only=True)
class Cut:
    """A stream that breaks off: never a short answer.

    Args:
        text: what it would have said.
        call: the id, name and arguments of the call that it would have made.
        begun: whether a chunk comes before the break; None: perhaps.
    """

    text: str = ""
    call: tuple[str, str, str] | None = None
    begun: bool | None = True

    def check(self, outcome: Outcome) -> None:
        """An error of its own, which holds what had come; an answer lost, where nothing had."""
        error = outcome.failure()
        begun = bool(outcome.chunks)
        assert self.begun in (None, begun)
        if not begun:
            assert type(error) is ResponseLostError, f"{error!r}"
            return
        assert type(error) is StreamInterruptedError, f"{error!r}"
        assert error.provider == outcome.wire.provider
        assert not any(chunk.is_last_chunk for chunk in outcome.chunks)
        partial = error.partial
        assert partial is not None
        assert (partial.content or "") == outcome.arrived
        assert self.text.startswith(outcome.arrived)
        assert outcome.arrived != self.text or self.call
        if self.call:
            (call,) = partial.tool_calls
            assert (call.id, call.name) == self.call[:2] or not outcome.wire.names_calls
            assert self.call[2].startswith(call.arguments_json)
            assert call.arguments_json != self.call[2]


@frozen(kw_only=True)
class Late:
    """A limit that is passed.

    Args:
        limit: which.
        text: what the answer would have said.
    """

    limit: str
    text: str

    def check(self, outcome: Outcome) -> None:
        """The error says which limit, and has what had come by then."""
        error = outcome.failure()
        assert isinstance(error, TimeoutError), f"{error!r}"
        assert error.limit == self.limit
        assert len(error.attempts) == 1
        arrived = error.partial.content if error.partial else None
        assert (arrived or "") == outcome.arrived
        assert self.text.startswith(outcome.arrived)
        assert outcome.arrived != self.text


Expected = Answer | Refused | Broken | Cut | Late
"""What a question comes to."""

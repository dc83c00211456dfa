"""One question put to a model, and its answer shown as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import define, evolve, field, frozen

from .. import (
    AssistantMessage,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    DeltaMessage,
    Message,
    ResponseFormat,
)
from .._json import JsonObject
from .._models.adjustments import Unsupported
from .endings import AnswerError
from .figures import tell_cut, tell_figures
from .inputs import write_json
from .render import Answer, Thoughts, answer_place


@frozen(kw_only=True)
class Settings:
    """What holds for every question of one run."""

    schema: JsonObject | None
    temperature: float | None
    max_tokens: int | None
    timeout: float | None
    unsupported: Unsupported | None
    stream: bool
    as_json: bool
    verbose: bool

    def request(self, messages: Sequence[Message]) -> ChatCompletionRequest[object]:
        """The request that asks *messages*.

        Raises:
            InvalidRequestError: a value cannot be right; the error names it.
        """
        asked: ChatCompletionRequest[object] = ChatCompletionRequest(
            "",  # the client's own
            messages,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            timeout=self.timeout,
            unsupported=self.unsupported,
        )
        if self.schema is None:
            return asked
        return evolve(asked, response_format=ResponseFormat.json_schema(self.schema))


@define
class Screen:
    """Shows the pieces of one answer, and remembers its text."""

    place: Answer
    thoughts: Thoughts = field(factory=Thoughts)
    text: str = ""

    def show(self, delta: DeltaMessage | AssistantMessage) -> None:
        """Show what *delta* adds."""
        if delta.reasoning:
            self.place.pause()
            self.thoughts.show(delta.reasoning)
        if delta.content:
            self.thoughts.close()
            self.text += delta.content
            self.place.show(delta.content)

    def close(self, *, whole: bool) -> None:
        """The answer is over; `whole` says whether it came to its end."""
        self.thoughts.close()
        self.place.close(whole=whole)


def screen_for(settings: Settings) -> Screen:
    """A screen for the next answer."""
    return Screen(answer_place(verbatim=settings.schema is not None))


def ask(
    client: Client, settings: Settings, messages: Sequence[Message], screen: Screen
) -> ChatCompletionResponse[object]:
    """Ask *messages*, show the answer on *screen*, and what there is to say of it on stderr.

    Raises:
        LLMKitError: there is no answer, or not all of it; what had come is shown.
        AnswerError: the model refuses, or its answer does not fit the schema.
    """
    request = settings.request(messages)
    first_chunk = None
    if settings.as_json:
        response = client.chat_completion(request)
        write_json(response.to_dict())
    elif settings.stream:
        response, first_chunk = _streamed(client, request, screen)
    else:
        response = _whole(client, request, screen)
    if settings.verbose:
        tell_figures(response, first_chunk)
    tell_cut(response)
    _check(response)
    return response


def _whole(
    client: Client, request: ChatCompletionRequest[object], screen: Screen
) -> ChatCompletionResponse[object]:
    response = client.chat_completion(request)
    screen.show(response.assistant_message())
    screen.close(whole=True)
    return response


def _streamed(
    client: Client, request: ChatCompletionRequest[object], screen: Screen
) -> tuple[ChatCompletionResponse[object], timedelta | None]:
    first_chunk = None
    whole = False
    with client.chat_completion_stream(request) as stream:
        try:
            for chunk in stream:
                first_chunk = first_chunk or chunk.total_latency
                screen.show(chunk.delta_message())
            whole = True
        finally:
            screen.close(whole=whole)
        return stream.response(), first_chunk


def _check(response: ChatCompletionResponse[object]) -> None:
    refusal = response.assistant_message().refusal
    if refusal:
        raise AnswerError(f"the model refuses: {refusal}")
    if response.response_format is not None:
        response.parse()

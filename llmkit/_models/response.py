"""The answer."""

from __future__ import annotations

import builtins
import enum
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Generic, cast, overload

from attrs import field

from .._frozen import frozen
from .._json import JsonObject, JsonValue
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .logprobs import Logprobs
from .messages import AssistantMessage, Message
from .tools import ToolCall
from .usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from decimal import Decimal

    from typing_extensions import TypeVar

    from .._retry import Attempt
    from .adjustments import Adjustment
    from .response_format import ResponseFormat

    T_co = TypeVar("T_co", covariant=True, default=object)
    T = TypeVar("T")
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)
    T = TypeVar("T")


class FinishReason(enum.StrEnum):
    """Why a model stopped. The provider's own word is beside it, as `raw_finish_reason`."""

    STOP = "stop"
    """It came to an end, or to one of the `stop` sequences."""
    LENGTH = "length"
    """It reached the limit of tokens."""
    MODEL_LENGTH = "model_length"
    """It reached the end of what the model can hold."""
    TOOL_CALLS = "tool_calls"
    """It asks for tools to be called."""
    CONTENT_FILTER = "content_filter"
    """A safety system stopped it, or it refused."""
    ERROR = "error"
    """The provider failed in the middle."""
    OTHER = "other"
    """A word that llmkit does not know."""


_CHOICE_KEYS = (
    *("index", "message", "finish_reason", "raw_finish_reason", "logprobs", "content_filter"),
)


@frozen
class ChatCompletionChoice:
    """One of the answers.

    Args:
        index: its place, from 0.
        message: what the model says.
        finish_reason: why it stopped.
        raw_finish_reason: the same in the provider's own word, or None where it sent none.
        logprobs: how likely each token was, where asked for.
        content_filter: what the provider's filters found in the answer, in its own words; of a
            stream, the last word on each kind. None where it does not tell.
    """

    index: int
    message: AssistantMessage
    finish_reason: FinishReason
    raw_finish_reason: str | None = None
    logprobs: Logprobs | None = None
    content_filter: JsonObject | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, JsonValue]:
        """The choice as a JSON object, in OpenAI's form."""
        result: dict[str, JsonValue] = {
            "index": self.index,
            "message": self.message.to_dict(),
            "finish_reason": self.finish_reason.value,
            "raw_finish_reason": self.raw_finish_reason,
        }
        if self.logprobs is not None:
            result["logprobs"] = self.logprobs.to_dict()
        if self.content_filter is not None:
            result["content_filter"] = self.content_filter
        return result

    @classmethod
    def from_dict(
        cls, data: Mapping[str, object], *, field: str = "choice"
    ) -> ChatCompletionChoice:
        """What `to_dict` wrote.

        Raises:
            InvalidRequestError: *data* is not of that form; the error names the field.
        """
        for key in data:
            if key not in _CHOICE_KEYS:
                raise InvalidRequestError("is not a field of a choice", field=f"{field}.{key}")
        form = check.json_object(data.get("message"), f"{field}.message")
        message = Message.from_dict({"role": "assistant", **form}, field=f"{field}.message")
        if not isinstance(message, AssistantMessage):
            raise InvalidRequestError("must be assistant", field=f"{field}.message.role")
        logprobs = data.get("logprobs")
        found = data.get("content_filter")
        return cls(
            check.integer(data.get("index"), f"{field}.index", 0) or 0,
            message,
            _finish_reason(data.get("finish_reason"), f"{field}.finish_reason"),
            check.optional_text(data.get("raw_finish_reason"), f"{field}.raw_finish_reason"),
            Logprobs.from_dict(logprobs) if isinstance(logprobs, Mapping) else None,
            None if found is None else check.json_object(found, f"{field}.content_filter"),
        )


def _any_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class ChatCompletionResponse(Generic[T_co]):
    """A whole answer.

    Args:
        id: the provider's id for it; "" where it gives none.
        object: the kind of object, "chat.completion".
        created: when it was made, by the provider's clock; None where it does not say.
        model: the model that answered, in the provider's words.
        provider: the provider's name.
        choices: the answers, by index.
        usage: what it cost in tokens; always there, see `Usage.reported`.
        latency: the whole call, retries and the waits between them included.
        request_id: the provider's id for the call, from the headers, or None.
        headers: the answer's HTTP headers.
        raw: the provider's own body, parsed; of a stream, {}.
        attempts: one `Attempt` for each request that was tried, in order.
        adjustments: what was dropped, renamed or rewritten on the way out.
        response_format: the form that the request asked for; `parse()` reads it.
    """

    id: str = ""
    object: str = "chat.completion"
    created: datetime | None = None
    model: str = ""
    provider: str = ""
    choices: tuple[ChatCompletionChoice, ...] = ()
    usage: Usage = NO_USAGE
    latency: timedelta = timedelta()
    request_id: str | None = None
    headers: Mapping[str, str] = field(factory=dict, repr=False, eq=_any_case)
    raw: JsonObject = field(factory=dict, repr=False)
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    adjustments: tuple[Adjustment, ...] = ()
    response_format: ResponseFormat[T_co] | None = field(default=None, repr=False)

    def assistant_message(self) -> AssistantMessage:
        """The first choice's message, ready for the next request; an empty one where there
        are no choices."""
        return self.choices[0].message if self.choices else AssistantMessage()

    @property
    def content(self) -> str | None:
        """The first choice's text, or None."""
        return self.choices[0].message.content if self.choices else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The first choice's tool calls."""
        return self.choices[0].message.tool_calls if self.choices else ()

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended, or None where there is none."""
        return self.choices[0].finish_reason if self.choices else None

    @overload
    def parse(self) -> T_co: ...
    @overload
    def parse(self, target: type[T]) -> T: ...
    def parse(self, target: type[T] | None = None) -> T | T_co:
        """The answer's JSON as a value.

        Args:
            target: an attrs class, dataclass, TypedDict, NamedTuple, pydantic model or a
                built-in type; without it, the type given to `with_response_json_schema`, or
                plain JSON where that was a schema or nothing.

        Raises:
            ResponseParseError: it is refused, cut off, filtered, no JSON, or does not fit;
                the error says which and holds the text and this response.
        """
        from .parse import parse_response  # with cattrs, which only this needs

        return cast("T | T_co", parse_response(self, target))

    def estimated_cost(self) -> Decimal | None:
        """What the call costs in US dollars by list price; None when the price is not known.

        The prices are those of the installed `genai-prices` (extra `prices`), or None
        without it. Context tiers and cached tokens count; discounts do not.
        """
        from .prices import estimate  # with genai-prices, where it is installed

        return estimate(self)

    def to_dict(self) -> dict[str, JsonValue]:
        """The response as a JSON object, in OpenAI's form; `response_format` as its schema."""
        return {
            "id": self.id,
            "object": self.object,
            "created": None if self.created is None else self.created.timestamp(),
            "model": self.model,
            "provider": self.provider,
            "choices": [choice.to_dict() for choice in self.choices],
            "usage": self.usage.to_dict(),
            "latency": self.latency.total_seconds(),
            "request_id": self.request_id,
            "headers": dict(self.headers),
            "raw": self.raw,
            "attempts": [attempt.to_dict() for attempt in self.attempts],
            "adjustments": [adjustment.to_dict() for adjustment in self.adjustments],
            "response_format": asked.to_dict() if (asked := self.response_format) else None,
        }

    @classmethod
    def from_dict(
        cls, data: Mapping[str, builtins.object]
    ) -> ChatCompletionResponse[builtins.object]:
        """What `to_dict` wrote.

        Raises:
            InvalidRequestError: *data* is not of that form; the error names the field.
        """
        from .response_form import response_from_dict

        return response_from_dict(data)


def _finish_reason(value: object, field: str) -> FinishReason:
    try:
        return FinishReason(cast("str", value))
    except ValueError:
        known = ", ".join(FinishReason)
    raise InvalidRequestError(f"must be one of {known}, not {shown(value)}", field=field)


def created_at(value: object) -> datetime | None:
    """A provider's unix time, as number or text, as an aware datetime; else None."""
    try:
        seconds = float(value)  # type: ignore[arg-type]  # what it is, is the question
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None

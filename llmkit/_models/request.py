"""The request: one frozen value, for every provider, in both colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Final,
    Generic,
    Never,
    Protocol,
    TypeVar,
    cast,
    overload,
)

from attrs import asdict, evolve, field, fields

from .._http import Timeout
from .._json import JsonObject, JsonValue
from .._redaction import quiet
from ..errors import InvalidRequestError, shown
from . import _validate as check
from . import request_values as values
from .adjustments import Unsupported
from .fillable import close, frozen_when_filled, open_to_fill
from .messages import Message, MessageInput
from .request_values import EFFORTS as EFFORTS
from .request_values import ReasoningEffort as ReasoningEffort
from .request_values import ToolInput as ToolInput
from .response_format import ResponseFormat
from .tools import Tool, ToolChoice

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    T_co = DefaultTypeVar("T_co", covariant=True, default=object)
else:
    T_co = TypeVar("T_co", covariant=True)

T = TypeVar("T")


@frozen_when_filled
class ChatCompletionRequest(Generic[T_co]):
    """Everything that is asked of a model. What is left out is left to the provider.

    Args:
        model: "provider/model"; "" for the client's default model.
        messages: the conversation: at least one, typed or as mappings in OpenAI's form.
        tools: what the model may call.
        tool_choice: "auto", "none", "required", or a tool to call.
        parallel_tool_calls: whether it may ask for several calls at once.
        response_format: the form that the answer shall have.
        max_tokens: the longest answer, in tokens, thinking included.
        temperature: how freely it chooses, from 0; most providers end at 2, some at 1.
        top_p: choose among the likeliest tokens that together have this probability.
        top_k: choose among this many of the likeliest tokens.
        n: how many answers.
        stop: texts that end the answer.
        seed: for answers that can be repeated, where the provider tries to.
        frequency_penalty: against repeating tokens, from -2 to 2.
        presence_penalty: against repeating topics, from -2 to 2.
        logit_bias: token ids, each made likelier or less so, from -100 to 100.
        logprobs: whether to send how likely each token was.
        top_logprobs: and how many alternatives to each, from 0 to 20.
        reasoning_effort: how much it shall think.
        reasoning_budget: the same in tokens, where the provider counts them.
        prompt_mode: Mistral's switch for its reasoning prompt.
        safe_prompt: Mistral's switch for its safety prompt.
        user: who the end user is, in an opaque word of yours.
        metadata: values that the provider keeps with the call.
        service_tier: which of the provider's tiers shall serve it.
        stream: whether it is meant to be streamed; the method that is called decides.
        timeout: limits of this call, instead of the client's; a number is `Timeout.total`.
        unsupported: "error", "warn" or "drop" for this call, instead of the client's.
        extra_headers: more HTTP headers.
        extra_query: more query parameters.
        extra_body: more fields of the body, as the provider names them; they win.

    Raises:
        InvalidRequestError: a value cannot be right on any provider; the error names it.
    """

    model: str = field(converter=values.model)
    messages: tuple[Message, ...] = field(converter=values.messages)
    tools: tuple[Tool, ...] = field(default=(), converter=values.tools, kw_only=True)
    tool_choice: ToolChoice | None = field(default=None, converter=values.tool_choice, kw_only=True)
    parallel_tool_calls: bool | None = field(default=None, kw_only=True)
    response_format: ResponseFormat[T_co] | None = field(
        default=None, converter=values.response_format, kw_only=True
    )
    max_tokens: int | None = field(default=None, kw_only=True)
    temperature: float | None = field(default=None, kw_only=True)
    top_p: float | None = field(default=None, kw_only=True)
    top_k: int | None = field(default=None, kw_only=True)
    n: int | None = field(default=None, kw_only=True)
    stop: tuple[str, ...] = field(default=(), converter=values.stop, kw_only=True)
    seed: int | None = field(default=None, kw_only=True)
    frequency_penalty: float | None = field(default=None, kw_only=True)
    presence_penalty: float | None = field(default=None, kw_only=True)
    logit_bias: Mapping[str, float] = field(default=None, converter=values.logit_bias, kw_only=True)
    logprobs: bool | None = field(default=None, kw_only=True)
    top_logprobs: int | None = field(default=None, kw_only=True)
    reasoning_effort: ReasoningEffort | None = field(default=None, kw_only=True)
    reasoning_budget: int | None = field(default=None, kw_only=True)
    prompt_mode: str | None = field(default=None, kw_only=True)
    safe_prompt: bool | None = field(default=None, kw_only=True)
    user: str | None = field(default=None, kw_only=True)
    metadata: JsonObject = field(default=None, converter=values.metadata, kw_only=True)
    service_tier: str | None = field(default=None, kw_only=True)
    stream: bool = field(default=False, kw_only=True)
    timeout: Timeout | None = field(default=None, converter=values.timeout, kw_only=True)
    unsupported: Unsupported | None = field(default=None, kw_only=True)
    extra_headers: Mapping[str, str] = field(
        default=None, converter=values.extra_headers, repr=values.names, kw_only=True
    )
    extra_query: Mapping[str, str] = field(
        default=None, converter=values.extra_query, repr=quiet, kw_only=True
    )
    extra_body: JsonObject = field(
        default=None, converter=values.extra_body, repr=quiet, kw_only=True
    )
    # Mistral's name for `seed`: taken when given, and never kept beside it.
    _random_seed: int | None = field(
        default=None, alias="random_seed", kw_only=True, repr=False, eq=False
    )

    __attrs_pre_init__ = open_to_fill

    def __attrs_post_init__(self) -> None:
        values.check_given(self)
        if not isinstance(self.stream, bool):
            raise InvalidRequestError(
                f"must be True or False, not {shown(self.stream)}", field="stream"
            )
        if self._random_seed is not None:
            if self.seed is not None and self.seed != self._random_seed:
                raise InvalidRequestError("is the same as seed, and differs", field="random_seed")
            object.__setattr__(self, "seed", self._random_seed)
            object.__setattr__(self, "_random_seed", None)
        close(self)

    @property
    def random_seed(self) -> int | None:
        """`seed`, by Mistral's name."""
        return self.seed

    @overload
    def with_options(self, *options: RequestOption[Never]) -> ChatCompletionRequest[T_co]: ...
    @overload
    def with_options(self, *options: RequestOption[T]) -> ChatCompletionRequest[T]: ...
    def with_options(self, *options: RequestOption[T]) -> ChatCompletionRequest[object]:
        """This request, changed by each of *options* in order."""
        request: ChatCompletionRequest[object] = self
        for option in options:
            request = option(request)
        return request

    def to_dict(self) -> dict[str, JsonValue]:
        """The request as a JSON object, in OpenAI's form; what was left out is left out.

        Python types and functions behind schemas and tools are not JSON: their schemas stay.
        """
        result: dict[str, JsonValue] = {
            "model": self.model,
            "messages": [message.to_dict() for message in self.messages],
        }
        for name, value in (
            ("tools", [tool.to_dict() for tool in self.tools]),
            ("tool_choice", self.tool_choice and self.tool_choice.to_json()),
            ("response_format", self.response_format and self.response_format.to_dict()),
            ("stop", list(self.stop)),
            ("timeout", self.timeout and asdict(self.timeout)),
        ):
            if value:
                result[name] = cast("JsonValue", value)
        for name in _PLAIN:
            value = getattr(self, name)
            if value is not None and value != {} and (name != "stream" or value):
                result[name] = value
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> ChatCompletionRequest[object]:
        """The request that *data* says, in OpenAI's form or in `to_dict`'s.

        Raises:
            InvalidRequestError: it says none; the error names the field.
        """
        given = dict(data)
        limit = given.pop("max_completion_tokens", None)
        if limit is not None:
            if given.get("max_tokens") not in (None, limit):
                raise InvalidRequestError(
                    "is the same as max_tokens, and differs", field="max_completion_tokens"
                )
            given["max_tokens"] = limit
        if isinstance(given.get("timeout"), Mapping):
            given["timeout"] = _timeout_from_dict(cast("JsonObject", given["timeout"]))
        for name in given:
            if name not in FIELDS:
                from difflib import get_close_matches  # few names are wrong

                near = get_close_matches(name, FIELDS, 1)
                told = f"; did you mean {near[0]}?" if near else ""
                raise InvalidRequestError(f"is not a field of a request{told}", field=name)
        for name in ("model", "messages"):
            if name not in given:
                raise InvalidRequestError("is missing", field=name)
        return cast("Callable[..., ChatCompletionRequest[object]]", cls)(**given)


class RequestOption(Protocol[T_co]):
    """A change to a request: a function from one request to another.

    The type that it is generic in is what the answer will parse to; options that leave that
    alone are `RequestOption[Never]`.
    """

    def __call__(self, request: ChatCompletionRequest[object], /) -> ChatCompletionRequest[T_co]:
        """*request*, changed."""


FIELDS: Final = tuple(attribute.alias or "" for attribute in fields(ChatCompletionRequest))
"""The names of a request's fields."""

_PLAIN: Final = tuple(
    name
    for name in FIELDS
    if name
    not in (
        *("model", "messages", "tools", "tool_choice", "response_format", "stop", "timeout"),
        "random_seed",
    )
)


def _timeout_from_dict(data: JsonObject) -> Timeout:
    limits = {name: check.number(value, f"timeout.{name}", 0) for name, value in data.items()}
    try:
        return Timeout(**limits)
    except TypeError:
        pass
    raise InvalidRequestError("has connect, read, idle and total only", field="timeout")


@overload
def new_chat_completion_request(
    model: str, messages: Sequence[MessageInput], *options: RequestOption[Never]
) -> ChatCompletionRequest[object]: ...
@overload
def new_chat_completion_request(
    model: str, messages: Sequence[MessageInput], *options: RequestOption[T]
) -> ChatCompletionRequest[T]: ...
def new_chat_completion_request(
    model: str, messages: Sequence[MessageInput], *options: RequestOption[T]
) -> ChatCompletionRequest[object]:
    """A request, changed by each of *options* in order.

    Args:
        model: "provider/model".
        messages: the conversation: at least one, typed or as mappings in OpenAI's form.
        options: `with_tools(…)` and the like.

    Raises:
        InvalidRequestError: a value cannot be right on any provider; the error names it.
    """
    request: ChatCompletionRequest[object] = ChatCompletionRequest(model, messages)
    return request.with_options(*options)


@overload
def new_chat_completion_stream_request(
    model: str, messages: Sequence[MessageInput], *options: RequestOption[Never]
) -> ChatCompletionRequest[object]: ...
@overload
def new_chat_completion_stream_request(
    model: str, messages: Sequence[MessageInput], *options: RequestOption[T]
) -> ChatCompletionRequest[T]: ...
def new_chat_completion_stream_request(
    model: str, messages: Sequence[MessageInput], *options: RequestOption[T]
) -> ChatCompletionRequest[object]:
    """As `new_chat_completion_request`, with `stream` set."""
    request: ChatCompletionRequest[object] = ChatCompletionRequest(model, messages)
    return evolve(request.with_options(*options), stream=True)

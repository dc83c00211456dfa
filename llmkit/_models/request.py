"""The request: one frozen value, for every provider, in both colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Final,
    Generic,
    Literal,
    Never,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

from attrs import Attribute, asdict, evolve, field, fields, frozen

from .._http import Timeout
from .._json import JsonObject, JsonValue
from ..errors import InvalidRequestError
from . import _validate as check
from .adjustments import UNSUPPORTED, Unsupported
from .messages import Message, MessageInput, messages_of
from .response_format import ResponseFormat
from .tools import Tool, ToolChoice

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    T_co = DefaultTypeVar("T_co", covariant=True, default=object)
else:
    T_co = TypeVar("T_co", covariant=True)

T = TypeVar("T")

ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
"""How much a model shall think. Not every model knows every word."""

EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

ToolInput: TypeAlias = Tool | Mapping[str, object] | Callable[..., object]
"""A tool: typed, a mapping in OpenAI's form, or a Python function to make one from."""


def _model(value: str) -> str:
    return check.text(value, "model")


def _messages(value: Sequence[MessageInput]) -> tuple[Message, ...]:
    # A conversation that is kept as values, to be asked with again, is as it must be.
    if value and type(value) is tuple and all(isinstance(item, Message) for item in value):
        return cast("tuple[Message, ...]", value)
    return messages_of(value)


def _tools(value: Sequence[ToolInput] | None) -> tuple[Tool, ...]:
    if not value:
        return ()
    if type(value) is tuple and all(type(item) is Tool for item in value):
        return cast("tuple[Tool, ...]", value)
    from .function_tools import tools_of  # with inspect, which only functions need

    return tools_of(value)


def _tool_choice(
    value: ToolChoice | str | Mapping[str, object] | None,
) -> ToolChoice | None:
    return None if value is None else ToolChoice.of(value)


def _response_format(
    value: ResponseFormat[T] | Mapping[str, object] | None,
) -> ResponseFormat[T] | None:
    return None if value is None else cast("ResponseFormat[T]", ResponseFormat.of(value))


def _stop(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if not value and (value is None or type(value) is tuple):
        return ()
    items = (value,) if isinstance(value, str) else check.sequence(value, "stop")
    return tuple(check.text(item, f"stop[{i}]", empty=False) for i, item in enumerate(items))


def _logit_bias(value: Mapping[str, float] | Mapping[int, float] | None) -> Mapping[str, float]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidRequestError("must map token ids to numbers", field="logit_bias")
    return {
        str(token): cast("float", check.number(bias, f"logit_bias.{token}", -100, 100) or 0)
        for token, bias in value.items()
    }


def _json(value: Mapping[str, object] | None) -> JsonObject:
    return {} if value is None else check.json_object(value, "extra_body")


def _metadata(value: Mapping[str, object] | None) -> JsonObject:
    return {} if value is None else check.json_object(value, "metadata")


def _headers(value: Mapping[str, str] | None) -> Mapping[str, str]:
    return _strings(value, "extra_headers")


def _names(value: Mapping[str, str]) -> str:
    """The repr of headers: one of the values may be a key."""
    return f"<{', '.join(value)}>" if value else "{}"


def _query(value: Mapping[str, str] | None) -> Mapping[str, str]:
    return _strings(value, "extra_query")


def _strings(value: Mapping[str, str] | None, name: str) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidRequestError("must map names to text", field=name)
    return {
        check.text(key, name, empty=False): check.text(item, f"{name}.{key}")
        for key, item in value.items()
    }


def _timeout(value: Timeout | float | None) -> Timeout | None:
    if value is None:
        return None
    try:
        return Timeout.of(value)
    except InvalidRequestError as error:
        reason = error.reason
    raise InvalidRequestError(reason, field="timeout")


def _number(low: float, high: float) -> Callable[[object, Attribute[float | None], object], None]:
    def validate(_: object, attribute: Attribute[float | None], value: object) -> None:
        if value is not None:
            check.number(value, attribute.name, low, high)

    return validate


def _integer(low: int | None) -> Callable[[object, Attribute[int | None], object], None]:
    def validate(_: object, attribute: Attribute[int | None], value: object) -> None:
        if value is not None:
            check.integer(value, attribute.name, low)

    return validate


def _flag(_: object, attribute: Attribute[bool | None], value: object) -> None:
    if value is not None:
        check.flag(value, attribute.name)


def _switch(_: object, attribute: Attribute[bool], value: object) -> None:
    if not isinstance(value, bool):
        raise InvalidRequestError(f"must be True or False, not {value!r}", field=attribute.name)


def _word(_: object, attribute: Attribute[str | None], value: object) -> None:
    if value is not None:
        check.text(value, attribute.name)


def _one_of(*words: str) -> Callable[[object, Attribute[str | None], object], None]:
    def validate(_: object, attribute: Attribute[str | None], value: object) -> None:
        if value is not None and value not in words:
            told = ", ".join(words)
            raise InvalidRequestError(f"must be one of {told}, not {value!r}", field=attribute.name)

    return validate


@frozen
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

    model: str = field(converter=_model)
    messages: tuple[Message, ...] = field(converter=_messages)
    tools: tuple[Tool, ...] = field(default=(), converter=_tools, kw_only=True)
    tool_choice: ToolChoice | None = field(default=None, converter=_tool_choice, kw_only=True)
    parallel_tool_calls: bool | None = field(default=None, validator=_flag, kw_only=True)
    response_format: ResponseFormat[T_co] | None = field(
        default=None, converter=_response_format, kw_only=True
    )
    max_tokens: int | None = field(default=None, validator=_integer(1), kw_only=True)
    temperature: float | None = field(default=None, validator=_number(0, 2), kw_only=True)
    top_p: float | None = field(default=None, validator=_number(0, 1), kw_only=True)
    top_k: int | None = field(default=None, validator=_integer(0), kw_only=True)
    n: int | None = field(default=None, validator=_integer(1), kw_only=True)
    stop: tuple[str, ...] = field(default=(), converter=_stop, kw_only=True)
    seed: int | None = field(default=None, validator=_integer(None), kw_only=True)
    frequency_penalty: float | None = field(default=None, validator=_number(-2, 2), kw_only=True)
    presence_penalty: float | None = field(default=None, validator=_number(-2, 2), kw_only=True)
    logit_bias: Mapping[str, float] = field(default=None, converter=_logit_bias, kw_only=True)
    logprobs: bool | None = field(default=None, validator=_flag, kw_only=True)
    top_logprobs: int | None = field(default=None, validator=_integer(0), kw_only=True)
    reasoning_effort: ReasoningEffort | None = field(
        default=None, validator=_one_of(*EFFORTS), kw_only=True
    )
    reasoning_budget: int | None = field(default=None, validator=_integer(0), kw_only=True)
    prompt_mode: str | None = field(default=None, validator=_word, kw_only=True)
    safe_prompt: bool | None = field(default=None, validator=_flag, kw_only=True)
    user: str | None = field(default=None, validator=_word, kw_only=True)
    metadata: JsonObject = field(default=None, converter=_metadata, kw_only=True)
    service_tier: str | None = field(default=None, validator=_word, kw_only=True)
    stream: bool = field(default=False, validator=_switch, kw_only=True)
    timeout: Timeout | None = field(default=None, converter=_timeout, kw_only=True)
    unsupported: Unsupported | None = field(
        default=None, validator=_one_of(*UNSUPPORTED), kw_only=True
    )
    extra_headers: Mapping[str, str] = field(
        default=None, converter=_headers, repr=_names, kw_only=True
    )
    extra_query: Mapping[str, str] = field(default=None, converter=_query, kw_only=True)
    extra_body: JsonObject = field(default=None, converter=_json, kw_only=True)
    # Mistral's name for `seed`: taken when given, and never kept beside it.
    _random_seed: int | None = field(
        default=None, alias="random_seed", kw_only=True, repr=False, eq=False
    )

    def __attrs_post_init__(self) -> None:
        if self._random_seed is not None:
            check.integer(self._random_seed, "random_seed", None)
            if self.seed is not None and self.seed != self._random_seed:
                raise InvalidRequestError("is the same as seed, and differs", field="random_seed")
            object.__setattr__(self, "seed", self._random_seed)
            object.__setattr__(self, "_random_seed", None)

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

"""The values of a request, as they may be given and as they are kept; what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Final, Literal, TypeAlias, TypeVar, cast

from .._http import Timeout
from .._json import JsonObject
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .adjustments import UNSUPPORTED
from .messages import (
    AssistantMessage,
    DeveloperMessage,
    Message,
    MessageInput,
    SystemMessage,
    ToolMessage,
    UserMessage,
    messages_of,
)
from .response_format import ResponseFormat
from .tools import Tool, ToolChoice

T = TypeVar("T")

ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
"""How much a model shall think. Not every model knows every word."""

EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

ToolInput: TypeAlias = Tool | Mapping[str, object] | Callable[..., object]
"""A tool: typed, a mapping in OpenAI's form, or a Python function to make one from."""


def model(value: str) -> str:
    """The model, if it is text."""
    return check.text(value, "model")


def messages(value: Sequence[MessageInput]) -> tuple[Message, ...]:
    """The conversation, typed."""
    # A conversation that is kept as values, to be asked with again, is as it must be.
    if value and type(value) is tuple and _KINDS.issuperset(map(type, value)):
        return value
    return messages_of(value)


_KINDS: Final = frozenset(
    {SystemMessage, DeveloperMessage, UserMessage, AssistantMessage, ToolMessage}
)
_TOOL: Final = frozenset({Tool})


def tools(value: Sequence[ToolInput] | None) -> tuple[Tool, ...]:
    """The tools, typed."""
    if not value:
        return ()
    if type(value) is tuple and _TOOL.issuperset(map(type, value)):
        return value
    from .function_tools import tools_of  # with inspect, which only functions need

    return tools_of(value)


def tool_choice(
    value: ToolChoice | str | Mapping[str, object] | None,
) -> ToolChoice | None:
    """The choice among them, typed."""
    return None if value is None else ToolChoice.of(value)


def response_format(
    value: ResponseFormat[T] | Mapping[str, object] | None,
) -> ResponseFormat[T] | None:
    """The form of the answer, typed."""
    return None if value is None else cast("ResponseFormat[T]", ResponseFormat.of(value))


def stop(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """The texts that end the answer, one or more."""
    if not value and (value is None or type(value) is tuple):
        return ()
    items = (value,) if isinstance(value, str) else check.sequence(value, "stop")
    return tuple(check.text(item, f"stop[{i}]", empty=False) for i, item in enumerate(items))


def logit_bias(value: Mapping[str, float] | Mapping[int, float] | None) -> Mapping[str, float]:
    """Biases by the ids of tokens, as text."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidRequestError("must map token ids to numbers", field="logit_bias")
    return {
        str(token): cast("float", check.number(bias, f"logit_bias.{token}", -100, 100) or 0)
        for token, bias in value.items()
    }


def extra_body(value: Mapping[str, object] | None) -> JsonObject:
    """Fields for the body: an own copy."""
    return {} if value is None else check.json_object(value, "extra_body")


def metadata(value: Mapping[str, object] | None) -> JsonObject:
    """What is to be kept: an own copy."""
    return {} if value is None else check.json_object(value, "metadata")


def extra_headers(value: Mapping[str, str] | None) -> Mapping[str, str]:
    """Headers: an own copy."""
    return {} if value is None else _strings(value, "extra_headers")


def names(value: Mapping[str, str]) -> str:
    """The repr of headers: one of the values may be a key."""
    return f"<{', '.join(value)}>" if value else "{}"


def extra_query(value: Mapping[str, str] | None) -> Mapping[str, str]:
    """Query parameters: an own copy."""
    return {} if value is None else _strings(value, "extra_query")


def _strings(value: Mapping[str, str], name: str) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidRequestError("must map names to text", field=name)
    return {
        check.text(key, name, empty=False): check.text(item, f"{name}.{key}")
        for key, item in value.items()
    }


def timeout(value: Timeout | float | None) -> Timeout | None:
    """The limits of a call."""
    if value is None:
        return None
    try:
        return Timeout.of(value)
    except InvalidRequestError as error:
        reason = error.reason
    raise InvalidRequestError(reason, field="timeout")


def _one_of(*words: str) -> _Check:
    def checked(value: object, name: str) -> None:
        if value not in words:
            told = ", ".join(words)
            raise InvalidRequestError(f"must be one of {told}, not {shown(value)}", field=name)

    return checked


_Check: TypeAlias = Callable[[object, str], object]

# What each value must be that is given and stays as it is. They are looked at together: few
# requests have one of them, and a validator for each costs 0.8 µs where none is given.
_CHECKS: Final[Mapping[str, _Check]] = {
    **dict.fromkeys(("parallel_tool_calls", "logprobs", "safe_prompt"), check.flag),
    **dict.fromkeys(("prompt_mode", "user", "service_tier"), check.text),
    **dict.fromkeys(("max_tokens", "n"), partial(check.integer, low=1)),
    **dict.fromkeys(("top_k", "top_logprobs", "reasoning_budget"), partial(check.integer, low=0)),
    **dict.fromkeys(("seed", "_random_seed"), partial(check.integer, low=None)),
    "temperature": partial(check.number, low=0, high=2),
    "top_p": partial(check.number, low=0, high=1),
    **dict.fromkeys(
        ("frequency_penalty", "presence_penalty"), partial(check.number, low=-2, high=2)
    ),
    "reasoning_effort": _one_of(*EFFORTS),
    "unsupported": _one_of(*UNSUPPORTED),
}
_given: Final = attrgetter(*_CHECKS)
_NOTHING: Final = (None,) * len(_CHECKS)


def check_given(request: object) -> None:
    """Check the values that *request* keeps as they were given.

    Raises:
        InvalidRequestError: one of them cannot be right; the error names it.
    """
    if (values := _given(request)) == _NOTHING:
        return
    for (name, checked), value in zip(_CHECKS.items(), values):
        if value is not None:
            checked(value, name.lstrip("_"))

"""Options: functions that make a changed request from a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Never, TypeVar, cast, overload

from attrs import evolve

from .._http import Timeout
from .adjustments import Unsupported
from .request import ChatCompletionRequest, ReasoningEffort, RequestOption, ToolInput
from .response_format import ResponseFormat
from .tools import ToolChoice

T = TypeVar("T")


def _change(**changes: object) -> RequestOption[Never]:
    def option(request: ChatCompletionRequest[object]) -> ChatCompletionRequest[object]:
        return evolve(request, **changes)  # type: ignore[arg-type]  # each option types its own

    return cast("RequestOption[Never]", option)


def with_tools(tools: Sequence[ToolInput]) -> RequestOption[Never]:
    """Tools that the model may call; `tool_choice` becomes "auto" where none was given.

    Args:
        tools: `Tool` values, mappings in OpenAI's form, or Python functions.
    """

    def option(request: ChatCompletionRequest[object]) -> ChatCompletionRequest[object]:
        return evolve(request, tools=tools, tool_choice=request.tool_choice or ToolChoice.AUTO)

    return cast("RequestOption[Never]", option)


def with_tool_choice(choice: ToolChoice | str | Mapping[str, object]) -> RequestOption[Never]:
    """Whether and what the model must call: "auto", "none", "required", or one tool."""
    return _change(tool_choice=ToolChoice.of(choice))


def with_streaming() -> RequestOption[Never]:
    """The request is meant to be streamed."""
    return _change(stream=True)


def with_response_text_format() -> RequestOption[Never]:
    """The answer shall be text."""
    return _change(response_format=ResponseFormat("text"))


def with_response_json_object_format() -> RequestOption[Never]:
    """The answer shall be a JSON object; most providers want the prompt to say so, too."""
    return _change(response_format=ResponseFormat("json_object"))


@overload
def with_response_json_schema(
    schema: type[T],
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = True,
) -> RequestOption[T]: ...
@overload
def with_response_json_schema(
    schema: Mapping[str, object],
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = True,
) -> RequestOption[object]: ...
def with_response_json_schema(
    schema: type[T] | Mapping[str, object],
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = True,
) -> RequestOption[object]:
    """The answer shall be JSON of a schema.

    Args:
        schema: a JSON Schema, or an attrs class, dataclass, TypedDict, NamedTuple, pydantic
            model or built-in type to make one from; `parse()` makes that type again.
        name: what the schema is called on the wire.
        description: what it is for, for the model to read.
        strict: hold the model to it, where the provider can.

    Raises:
        InvalidRequestError: it is neither, or the type has no JSON form.
    """
    asked: ResponseFormat[T] = ResponseFormat.json_schema(
        schema, name=name, description=description, strict=strict
    )

    def option(request: ChatCompletionRequest[object]) -> ChatCompletionRequest[object]:
        return evolve(request, response_format=asked)

    return option


def with_parallel_tool_calls(value: bool = True) -> RequestOption[Never]:
    """Whether the model may ask for several calls at once."""
    return _change(parallel_tool_calls=value)


def with_max_tokens(value: int) -> RequestOption[Never]:
    """The longest answer, in tokens."""
    return _change(max_tokens=value)


def with_temperature(value: float) -> RequestOption[Never]:
    """How freely the model chooses, from 0."""
    return _change(temperature=value)


def with_top_p(value: float) -> RequestOption[Never]:
    """Choose among the likeliest tokens that together have this probability."""
    return _change(top_p=value)


def with_top_k(value: int) -> RequestOption[Never]:
    """Choose among this many of the likeliest tokens."""
    return _change(top_k=value)


def with_n(value: int) -> RequestOption[Never]:
    """How many answers."""
    return _change(n=value)


def with_stop(*texts: str | Sequence[str]) -> RequestOption[Never]:
    """Texts that end the answer: one by one, or as a list."""
    return _change(stop=stop_texts(texts))


def with_seed(value: int) -> RequestOption[Never]:
    """For answers that can be repeated, where the provider tries to."""
    return _change(seed=value)


def with_frequency_penalty(value: float) -> RequestOption[Never]:
    """Against repeating tokens, from -2 to 2."""
    return _change(frequency_penalty=value)


def with_presence_penalty(value: float) -> RequestOption[Never]:
    """Against repeating topics, from -2 to 2."""
    return _change(presence_penalty=value)


def with_logit_bias(
    value: Mapping[str, float] | Mapping[int, float],
) -> RequestOption[Never]:
    """Token ids, each made likelier or less so, from -100 to 100."""
    return _change(logit_bias=value)


def with_logprobs(value: bool = True) -> RequestOption[Never]:
    """Whether to send how likely each token was."""
    return _change(logprobs=value)


def with_top_logprobs(value: int) -> RequestOption[Never]:
    """How many alternatives to each token to send, from 0 to 20; it needs `with_logprobs`."""
    return _change(top_logprobs=value)


def with_reasoning_effort(value: ReasoningEffort) -> RequestOption[Never]:
    """How much the model shall think."""
    return _change(reasoning_effort=value)


def with_reasoning_budget(value: int) -> RequestOption[Never]:
    """How much the model may think, in tokens, where the provider counts them."""
    return _change(reasoning_budget=value)


def with_prompt_mode(value: str) -> RequestOption[Never]:
    """Mistral's switch for its reasoning prompt."""
    return _change(prompt_mode=value)


def with_safe_prompt(value: bool = True) -> RequestOption[Never]:
    """Mistral's switch for its safety prompt."""
    return _change(safe_prompt=value)


def with_user(value: str) -> RequestOption[Never]:
    """Who the end user is, in an opaque word of yours."""
    return _change(user=value)


def with_metadata(value: Mapping[str, object]) -> RequestOption[Never]:
    """Values that the provider keeps with the call."""
    return _change(metadata=value)


def with_service_tier(value: str) -> RequestOption[Never]:
    """Which of the provider's tiers shall serve the call."""
    return _change(service_tier=value)


def with_timeout(value: Timeout | float) -> RequestOption[Never]:
    """Limits of this call, in seconds; a number is `Timeout.total`."""
    return _change(timeout=value)


def with_unsupported(value: Unsupported) -> RequestOption[Never]:
    """What to do with what the provider cannot do: "error", "warn" or "drop"."""
    return _change(unsupported=value)


def with_extra_headers(value: Mapping[str, str]) -> RequestOption[Never]:
    """More HTTP headers."""
    return _change(extra_headers=value)


def with_extra_query(value: Mapping[str, str]) -> RequestOption[Never]:
    """More query parameters."""
    return _change(extra_query=value)


def with_extra_body(value: Mapping[str, object]) -> RequestOption[Never]:
    """More fields of the body, as the provider names them; they win."""
    return _change(extra_body=value)


def stop_texts(texts: Sequence[str | Sequence[str]]) -> tuple[str, ...]:
    """The texts that end an answer, as they may be given: one by one, or as a list."""
    # What is neither goes through, for the request to refuse by its field.
    each = (item if isinstance(item, list | tuple) else (item,) for item in texts)
    return tuple(text for items in each for text in items)

"""Options: functions that make a changed request from a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Never, TypeVar, cast, overload

from attrs import evolve

from .._http import Timeout
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


def with_temperature(value: float) -> RequestOption[Never]:
    """How freely the model chooses, from 0."""
    return _change(temperature=value)


def with_max_tokens(value: int) -> RequestOption[Never]:
    """The longest answer, in tokens."""
    return _change(max_tokens=value)


def with_top_p(value: float) -> RequestOption[Never]:
    """Choose among the likeliest tokens that together have this probability."""
    return _change(top_p=value)


def with_stop(*texts: str) -> RequestOption[Never]:
    """Texts that end the answer."""
    return _change(stop=texts)


def with_seed(value: int) -> RequestOption[Never]:
    """For answers that can be repeated, where the provider tries to."""
    return _change(seed=value)


def with_reasoning_effort(value: ReasoningEffort) -> RequestOption[Never]:
    """How much the model shall think."""
    return _change(reasoning_effort=value)


def with_timeout(value: Timeout | float) -> RequestOption[Never]:
    """Limits of this call, in seconds; a number is `Timeout.total`."""
    return _change(timeout=value)

"""Options: functions that make a changed request from a request."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import llmkit
from llmkit import (
    ChatCompletionRequest,
    ResponseFormat,
    Timeout,
    Tool,
    ToolChoice,
    UserMessage,
    new_chat_completion_request,
    new_chat_completion_stream_request,
    with_extra_body,
    with_extra_headers,
    with_extra_query,
    with_frequency_penalty,
    with_logit_bias,
    with_logprobs,
    with_max_tokens,
    with_metadata,
    with_n,
    with_parallel_tool_calls,
    with_presence_penalty,
    with_prompt_mode,
    with_reasoning_budget,
    with_reasoning_effort,
    with_response_json_object_format,
    with_response_json_schema,
    with_response_text_format,
    with_safe_prompt,
    with_seed,
    with_service_tier,
    with_stop,
    with_streaming,
    with_temperature,
    with_timeout,
    with_tool_choice,
    with_tools,
    with_top_k,
    with_top_logprobs,
    with_top_p,
    with_unsupported,
    with_user,
)
from llmkit.errors import InvalidRequestError

HI = [UserMessage("Hi")]
PLAIN: ChatCompletionRequest[object] = ChatCompletionRequest("openai/m", HI)

OPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "with_tool_choice": (with_tool_choice("none"), {"tool_choice": ToolChoice.NONE}),
    "with_streaming": (with_streaming(), {"stream": True}),
    "with_response_text_format": (
        with_response_text_format(),
        {"response_format": ResponseFormat("text")},
    ),
    "with_response_json_object_format": (
        with_response_json_object_format(),
        {"response_format": ResponseFormat("json_object")},
    ),
    "with_parallel_tool_calls": (with_parallel_tool_calls(False), {"parallel_tool_calls": False}),
    "with_max_tokens": (with_max_tokens(5), {"max_tokens": 5}),
    "with_temperature": (with_temperature(0), {"temperature": 0}),
    "with_top_p": (with_top_p(0.5), {"top_p": 0.5}),
    "with_top_k": (with_top_k(40), {"top_k": 40}),
    "with_n": (with_n(2), {"n": 2}),
    "with_stop": (with_stop("a", "b"), {"stop": ("a", "b")}),
    "with_seed": (with_seed(7), {"seed": 7}),
    "with_frequency_penalty": (with_frequency_penalty(-1), {"frequency_penalty": -1}),
    "with_presence_penalty": (with_presence_penalty(0), {"presence_penalty": 0}),
    "with_logit_bias": (with_logit_bias({5: 1.5}), {"logit_bias": {"5": 1.5}}),
    "with_logprobs": (with_logprobs(), {"logprobs": True}),
    "with_top_logprobs": (with_top_logprobs(0), {"top_logprobs": 0}),
    "with_reasoning_effort": (with_reasoning_effort("low"), {"reasoning_effort": "low"}),
    "with_reasoning_budget": (with_reasoning_budget(0), {"reasoning_budget": 0}),
    "with_prompt_mode": (with_prompt_mode("reasoning"), {"prompt_mode": "reasoning"}),
    "with_safe_prompt": (with_safe_prompt(), {"safe_prompt": True}),
    "with_user": (with_user("u"), {"user": "u"}),
    "with_metadata": (with_metadata({"a": "b"}), {"metadata": {"a": "b"}}),
    "with_service_tier": (with_service_tier("flex"), {"service_tier": "flex"}),
    "with_timeout": (with_timeout(30), {"timeout": Timeout(total=30)}),
    "with_unsupported": (with_unsupported("drop"), {"unsupported": "drop"}),
    "with_extra_headers": (with_extra_headers({"X-A": "b"}), {"extra_headers": {"X-A": "b"}}),
    "with_extra_query": (with_extra_query({"a": "b"}), {"extra_query": {"a": "b"}}),
    "with_extra_body": (with_extra_body({"a": [None]}), {"extra_body": {"a": [None]}}),
}


@pytest.mark.parametrize(("option", "fields"), OPTIONS.values(), ids=OPTIONS)
def test_an_option_changes_its_field(option: Any, fields: dict[str, Any]) -> None:
    """And no other; the request that it was given stays what it was."""
    assert PLAIN.with_options(option) == attrs.evolve(PLAIN, **fields)
    assert new_chat_completion_request("openai/m", HI, option) == attrs.evolve(PLAIN, **fields)
    assert ChatCompletionRequest("openai/m", HI) == PLAIN


def test_every_field_has_its_option() -> None:
    """But the two that each request begins with, and Mistral's other name for `seed`."""
    changed = {field for _, fields in OPTIONS.values() for field in fields} | {"tools"}
    told = {field.alias for field in attrs.fields(ChatCompletionRequest)}
    assert changed == told - {"model", "messages", "random_seed"}
    options = {name for name in llmkit.__all__ if name.startswith("with_")}
    assert options == {*OPTIONS, "with_tools", "with_response_json_schema"}


def test_what_ends_an_answer_may_be_a_list() -> None:
    """Or texts one by one; what is neither is refused by the request."""
    for option in (with_stop("a", "b"), with_stop(["a", "b"]), with_stop(("a",), "b")):
        assert PLAIN.with_options(option).stop == ("a", "b")
    wrong: Any = 7
    with pytest.raises(InvalidRequestError) as caught:
        PLAIN.with_options(with_stop("a", wrong))
    assert caught.value.field == "stop[1]"


def test_tools_are_chosen_from_freely() -> None:
    """`with_tools` sets the choice to auto only where none was given, in whatever order."""
    tools = [Tool("f")]
    assert PLAIN.with_options(with_tools(tools)).tool_choice == ToolChoice.AUTO
    for options in (
        (with_tool_choice("required"), with_tools(tools)),
        (with_tools(tools), with_tool_choice("required")),
    ):
        made = PLAIN.with_options(*options)
        assert (made.tool_choice, made.tools) == (ToolChoice.REQUIRED, (Tool("f"),))


def test_options_are_applied_in_order() -> None:
    """The last one wins; none change nothing."""
    made = PLAIN.with_options(with_temperature(1), with_seed(1), with_temperature(0))
    assert (made.temperature, made.seed) == (0, 1)
    assert PLAIN.with_options() == PLAIN == new_chat_completion_request("openai/m", HI)


def test_a_stream_request_is_meant_to_be_streamed() -> None:
    """With its options."""
    made = new_chat_completion_stream_request("openai/m", HI, with_seed(7))
    assert made == attrs.evolve(PLAIN, seed=7, stream=True)


@attrs.frozen
class Weather:
    """A type with a JSON form."""

    city: str


def test_a_schema_may_be_a_type_or_json() -> None:
    """The type goes along, so that the answer parses to it; its name can be told."""
    typed = new_chat_completion_request("openai/m", HI, with_response_json_schema(Weather))
    asked = typed.response_format
    assert asked is not None
    assert asked.to_dict()["type"] == "json_schema"
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    option = with_response_json_schema(schema, name="weather", description="d", strict=None)
    plain = PLAIN.with_options(option).response_format
    assert plain is not None
    said = plain.to_dict()["json_schema"]
    assert said == {"name": "weather", "description": "d", "schema": schema}


def test_a_schema_that_is_none_is_refused_at_once() -> None:
    """Where the option is made, not where it is used."""
    wrong: Any = 7
    with pytest.raises(InvalidRequestError):
        with_response_json_schema(wrong)
    with pytest.raises(InvalidRequestError):
        with_tool_choice("sometimes")


def test_an_option_cannot_make_what_is_not_right() -> None:
    """The value is checked like one that is given directly."""
    with pytest.raises(InvalidRequestError) as caught:
        PLAIN.with_options(with_temperature(9))
    assert caught.value.field == "temperature"


def test_an_option_may_be_ones_own() -> None:
    """Any function from a request to a request."""

    def briefly(request: ChatCompletionRequest[object]) -> ChatCompletionRequest[object]:
        return attrs.evolve(request, max_tokens=20)

    assert PLAIN.with_options(briefly).max_tokens == 20

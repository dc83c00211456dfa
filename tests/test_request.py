"""The request as a value: what it takes, what it refuses, and its JSON."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from llmkit import (
    AssistantMessage,
    ChatCompletionRequest,
    Message,
    ResponseFormat,
    Timeout,
    Tool,
    ToolChoice,
    UserMessage,
)
from llmkit.errors import InvalidRequestError

HI = [UserMessage("Hi")]


def request(**fields: Any) -> ChatCompletionRequest[object]:
    """A request with these fields."""
    return ChatCompletionRequest("openai/m", HI, **fields)


def get_weather(city: str) -> str:
    """The weather in a city."""
    return city


def test_what_is_left_out_is_left_to_the_provider() -> None:
    """No field has a value that nobody gave."""
    plain = request()
    assert plain.to_dict() == {
        "model": "openai/m",
        "messages": [{"role": "user", "content": "Hi"}],
    }
    assert (plain.tools, plain.stop, plain.metadata, plain.stream) == ((), (), {}, False)


def test_a_request_is_a_frozen_value() -> None:
    """Equal where it says the same; a change makes another one; what it was made of is copied."""
    metadata = {"a": "b"}
    one = request(metadata=metadata, stop=["x"])
    assert one == request(metadata={"a": "b"}, stop=("x",))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.model = "other"  # type: ignore[misc]  # that is the question
    other = attrs.evolve(one, model="groq/m")
    assert (one.model, other.model, other.stop) == ("openai/m", "groq/m", ("x",))
    metadata["a"] = "c"
    assert one.metadata == {"a": "b"}


def test_messages_may_be_mappings() -> None:
    """In OpenAI's form, mixed with typed ones, in any sequence."""
    given: list[Any] = [
        {"role": "system", "content": "a"},
        UserMessage("b"),
        {"role": "assistant", "content": "c"},
    ]
    made = ChatCompletionRequest("m", given)
    assert made.messages == (Message.system("a"), UserMessage("b"), AssistantMessage("c"))
    assert ChatCompletionRequest("m", tuple(given)) == made


TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def test_tools_have_three_forms() -> None:
    """A `Tool`, OpenAI's mapping, a Python function; no tools are an empty tuple."""
    made = request(tools=[Tool("e"), TOOL, get_weather]).tools
    assert [tool.name for tool in made] == ["e", "f", "get_weather"]
    assert made[2].function is get_weather
    assert request(tools=made).tools == made
    assert request(tools=None).tools == request(tools=[]).tools == ()


CHOICES: dict[str, tuple[Any, ToolChoice | None]] = {
    "auto": ("auto", ToolChoice.AUTO),
    "any": ("any", ToolChoice.REQUIRED),
    "a choice": (ToolChoice.NONE, ToolChoice.NONE),
    "OpenAI's object": (
        {"type": "function", "function": {"name": "f"}},
        ToolChoice.named("f"),
    ),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("given", "made"), CHOICES.values(), ids=CHOICES)
def test_a_tool_choice_has_many_forms(given: Any, made: ToolChoice | None) -> None:
    """Each becomes the same value."""
    assert request(tool_choice=given).tool_choice == made


def test_one_stop_is_a_text() -> None:
    """Or a list of them."""
    assert request(stop="x").stop == ("x",)
    assert request(stop=["x", "y"]).stop == ("x", "y")
    assert request(stop=None).stop == ()


def test_a_bias_is_of_token_ids() -> None:
    """As numbers or as text; JSON knows only the one."""
    assert request(logit_bias={50256: -100, "7": 1.5}).logit_bias == {"50256": -100, "7": 1.5}
    assert request(logit_bias=None).logit_bias == {}


def test_a_timeout_may_be_a_number() -> None:
    """It is the total."""
    assert request(timeout=30).timeout == Timeout(total=30)
    assert request(timeout=Timeout(read=5)).timeout == Timeout(read=5)
    assert request(timeout=None).timeout is None


def test_a_response_format_may_be_a_mapping() -> None:
    """In OpenAI's form."""
    assert request(response_format={"type": "json_object"}).response_format == ResponseFormat(
        "json_object"
    )


def test_random_seed_is_seed() -> None:
    """Mistral's name for it: taken when given, and read under both."""
    made = request(random_seed=7)
    assert (made.seed, made.random_seed) == (7, 7)
    assert made == request(seed=7) == request(seed=7, random_seed=7)
    assert made.to_dict()["seed"] == 7
    assert "random_seed" not in made.to_dict()
    assert attrs.evolve(made, seed=8).random_seed == 8
    with pytest.raises(InvalidRequestError, match="differs") as caught:
        request(seed=7, random_seed=8)
    assert caught.value.field == "random_seed"


NAN, INF = float("nan"), float("inf")
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"temperature": NAN}, "temperature"),
    ({"temperature": INF}, "temperature"),
    ({"temperature": -0.1}, "temperature"),
    ({"temperature": 2.1}, "temperature"),
    ({"temperature": "1"}, "temperature"),
    ({"temperature": True}, "temperature"),
    ({"top_p": 1.5}, "top_p"),
    ({"top_k": -1}, "top_k"),
    ({"top_k": 1.5}, "top_k"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": -5}, "max_tokens"),
    ({"max_tokens": "5"}, "max_tokens"),
    ({"max_tokens": True}, "max_tokens"),
    ({"n": 0}, "n"),
    ({"seed": 1.5}, "seed"),
    ({"random_seed": "7"}, "random_seed"),
    ({"frequency_penalty": 3}, "frequency_penalty"),
    ({"presence_penalty": -3}, "presence_penalty"),
    ({"logit_bias": {"1": 101}}, "logit_bias.1"),
    ({"logit_bias": [1]}, "logit_bias"),
    ({"logprobs": 1}, "logprobs"),
    ({"top_logprobs": -1}, "top_logprobs"),
    ({"parallel_tool_calls": "yes"}, "parallel_tool_calls"),
    ({"reasoning_effort": "very"}, "reasoning_effort"),
    ({"reasoning_budget": -1}, "reasoning_budget"),
    ({"prompt_mode": 7}, "prompt_mode"),
    ({"safe_prompt": "yes"}, "safe_prompt"),
    ({"user": b"u"}, "user"),
    ({"user": "\ud800"}, "user"),
    ({"service_tier": 7}, "service_tier"),
    ({"stream": "yes"}, "stream"),
    ({"stream": None}, "stream"),
    ({"stop": [""]}, "stop[0]"),
    ({"stop": ["a", b"b"]}, "stop[1]"),
    ({"stop": 7}, "stop"),
    ({"stop": {"a": 1}}, "stop"),
    ({"metadata": {"a": object()}}, "metadata.a"),
    ({"metadata": {"a": {"b": NAN}}}, "metadata.a.b"),
    ({"metadata": {7: "a"}}, "metadata"),
    ({"metadata": "a"}, "metadata"),
    ({"extra_body": {"a": b"b"}}, "extra_body.a"),
    ({"extra_headers": {"a": 7}}, "extra_headers.a"),
    ({"extra_headers": {"": "b"}}, "extra_headers"),
    ({"extra_headers": ["a"]}, "extra_headers"),
    ({"extra_query": {"a": None}}, "extra_query.a"),
    ({"timeout": 0}, "timeout"),
    ({"timeout": "5"}, "timeout"),
    ({"unsupported": "ignore"}, "unsupported"),
    ({"tool_choice": "sometimes"}, "tool_choice"),
    ({"tool_choice": 7}, "tool_choice"),
    ({"response_format": {"type": "xml"}}, "response_format.type"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
]


@pytest.mark.parametrize(("fields", "field"), WRONG, ids=str)
def test_what_cannot_be_right_is_refused_when_it_is_made(
    fields: dict[str, Any], field: str
) -> None:
    """The error names the field; nothing has been sent."""
    with pytest.raises(InvalidRequestError) as caught:
        request(**fields)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


WRONG_CALLS: dict[str, tuple[Any, Any, str]] = {
    "no messages": ("m", [], "messages"),
    "a text for messages": ("m", "Hi", "messages"),
    "one message for messages": ("m", {"role": "user", "content": "Hi"}, "messages"),
    "an unknown role": ("m", [{"role": "robot", "content": "Hi"}], "messages[0].role"),
    "bytes for text": ("m", [{"role": "user", "content": b"Hi"}], "messages[0].content"),
    "a lone surrogate": ("m", [{"role": "user", "content": "\ud800"}], "messages[0].content"),
    "a model that is no text": (7, HI, "model"),
}


@pytest.mark.parametrize(("model", "messages", "field"), WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_model_and_messages_must_be_right(model: Any, messages: Any, field: str) -> None:
    """They are all that a request needs."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatCompletionRequest(model, messages)
    assert caught.value.field == field


FULL: dict[str, Any] = {
    "tools": [Tool("f", "d", {"type": "object"}, strict=True)],
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "response_format": {"type": "json_object"},
    "max_tokens": 5,
    "temperature": 0,
    "top_p": 0.5,
    "top_k": 0,
    "n": 2,
    "stop": ["x"],
    "seed": 0,
    "frequency_penalty": 0,
    "presence_penalty": 1,
    "logit_bias": {"7": -1},
    "logprobs": False,
    "top_logprobs": 0,
    "reasoning_effort": "none",
    "reasoning_budget": 0,
    "prompt_mode": "reasoning",
    "safe_prompt": False,
    "user": "",
    "metadata": {"a": {"b": [1, None]}},
    "service_tier": "flex",
    "stream": True,
    "timeout": Timeout(read=5, idle=None, total=30),
    "unsupported": "drop",
    "extra_headers": {"X": "y"},
    "extra_query": {"a": "b"},
    "extra_body": {"c": None},
}


def test_every_field_is_tried_here() -> None:
    """A field that is added gets its place in the round trip."""
    names = {one.alias for one in attrs.fields(ChatCompletionRequest)}
    assert names == {*FULL, "model", "messages", "random_seed"}


@pytest.mark.parametrize("name", FULL)
def test_a_field_turns_to_json_and_back(name: str) -> None:
    """Without loss: zero, False and empty text are values like any other."""
    made = request(**{name: FULL[name]})
    said = json.loads(json.dumps(made.to_dict()))
    assert set(said) == {"model", "messages", name}
    assert ChatCompletionRequest.from_dict(said) == made


def test_a_whole_request_turns_to_json_and_back() -> None:
    """All fields at once; a Python function behind a tool is not JSON, its schema is."""
    made = request(**FULL)
    assert ChatCompletionRequest.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    with_code = request(tools=[get_weather])
    back = ChatCompletionRequest.from_dict(with_code.to_dict())
    assert back.tools[0].parameters == with_code.tools[0].parameters
    assert back.tools[0].function is None


def test_openais_own_form_is_read() -> None:
    """`max_completion_tokens` is its newer name for the limit."""
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    read = ChatCompletionRequest.from_dict
    assert read({**body, "max_completion_tokens": 5}).max_tokens == 5
    assert read({**body, "max_completion_tokens": 5, "max_tokens": None}).max_tokens == 5
    assert read({**body, "max_completion_tokens": 5, "max_tokens": 5}).max_tokens == 5
    assert read({**body, "max_completion_tokens": None, "max_tokens": 5}).max_tokens == 5
    with pytest.raises(InvalidRequestError, match="differs") as caught:
        read({**body, "max_completion_tokens": 5, "max_tokens": 6})
    assert caught.value.field == "max_completion_tokens"
    assert read({**body, "timeout": 30}).timeout == Timeout(total=30)


FORMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no model": ({"messages": []}, "model", "is missing"),
    "no messages": ({"model": "m"}, "messages", "is missing"),
    "a misspelt field": (
        {"model": "m", "messages": [], "temprature": 1},
        "temprature",
        "did you mean temperature",
    ),
    "an unknown field": ({"model": "m", "messages": [], "zzz": 1}, "zzz", "is not a field"),
    "a limit that there is not": (
        {"model": "m", "messages": [], "timeout": {"write": 1}},
        "timeout",
        "connect, read, idle and total only",
    ),
    "a limit that is none": (
        {"model": "m", "messages": [], "timeout": {"read": "1"}},
        "timeout.read",
        "must be a number",
    ),
}


@pytest.mark.parametrize(("data", "field", "told"), FORMS.values(), ids=FORMS)
def test_json_that_says_no_request(data: dict[str, Any], field: str, told: str) -> None:
    """The error names the field, and what was probably meant."""
    with pytest.raises(InvalidRequestError, match=told) as caught:
        ChatCompletionRequest.from_dict(data)
    assert caught.value.field == field

"""The Go Mistral client's page "Chat completion", in its two forms: methods, request, options."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from colours import Colour, both

from llmkit import (
    APIError,
    ChatCompletionRequest,
    Message,
    ResponseFormat,
    Tool,
    ToolChoice,
    UserMessage,
    new_chat_completion_request,
    new_chat_completion_stream_request,
    with_frequency_penalty,
    with_max_tokens,
    with_n,
    with_parallel_tool_calls,
    with_presence_penalty,
    with_prompt_mode,
    with_response_json_object_format,
    with_response_json_schema,
    with_response_text_format,
    with_safe_prompt,
    with_seed,
    with_stop,
    with_streaming,
    with_temperature,
    with_tool_choice,
    with_tools,
    with_top_p,
)
from llmkit.errors import InvalidRequestError, UnsupportedParameterError
from llmkit.testing import Reply, chat_reply, chat_stream

from .playing import MISTRAL, PLAIN, asked, play, sent

MODEL = MISTRAL
HI = [UserMessage("Hi")]


PROMISED = {
    "site": "3-4 6-9 11-12 14-15 17-19 21-23 25 27-32 33-44 46 48-51 53-54 56 58-59 61-63",
    "Markdown": (
        "5-7 11-14 16-18 22-25 29-31 35-51 53-55 59-61 63-65 69-71 75-79 81-85 87-91 93-97 99-103 "
        "105-109 113 117-123 125-127 129 133-135 137 141-145 149-151 155-164 166-168"
    ),
}
"""The lines of each form that promise something."""


@both
def test_a_request_is_answered(colour: Colour) -> None:
    """One request in, one response out, over `/v1/chat/completions`; errors are raised."""
    with play(colour, chat_reply("Paris."), Reply({"detail": "no"}, 401), model=MODEL) as door:
        assert door.complete(PLAIN).content == "Paris."
        assert door.transport.requests[0].url == "https://api.mistral.ai/v1/chat/completions"
        with pytest.raises(APIError):
            door.complete(PLAIN)


@both
def test_a_request_is_streamed(colour: Colour) -> None:
    """The same request, its answer chunk by chunk; to leave early gives the connection back."""
    with play(colour, chat_stream("Pa", "ris"), chat_stream("Pa", "ris"), model=MODEL) as door:
        chunks = door.stream(PLAIN)
        assert "".join(chunk.delta_message().content or "" for chunk in chunks) == "Paris"
        assert sent(door)["stream"] is True
        assert door.transport.requests[0].url == "https://api.mistral.ai/v1/chat/completions"
        with door.stream(PLAIN) as chunks:
            next(chunks)
        assert door.transport.open_streams == 0


@both
def test_model(colour: Colour) -> None:
    """Which model, after its provider's name."""
    assert asked(colour)["model"] == "mistral-small-latest"


@both
def test_messages(colour: Colour) -> None:
    """What has been said, in order."""
    body = asked(colour, messages=[Message.system("Be brief."), Message.user("Hi")])
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


@both
def test_tools(colour: Colour) -> None:
    """What the model may call."""
    (tool,) = asked(colour, tools=[Tool("f", "does it")])["tools"]
    assert (tool["type"], tool["function"]["name"]) == ("function", "f")


NUMBERS: dict[str, tuple[Any, Any, str, list[float]]] = {
    "max_tokens": (with_max_tokens, "max_tokens", "max_tokens", [1, 4096]),
    "temperature": (with_temperature, "temperature", "temperature", [0.0, 0.7, 1.5]),
    "top_p": (with_top_p, "top_p", "top_p", [0.0, 1.0]),
    "frequency_penalty": (with_frequency_penalty, "frequency_penalty", "frequency_penalty", [0, 2]),
    "presence_penalty": (with_presence_penalty, "presence_penalty", "presence_penalty", [0, -2]),
    "n": (with_n, "n", "n", [1, 3]),
    "random_seed": (with_seed, "random_seed", "random_seed", [0, 42]),
}


def _numbers(colour: Colour, name: str) -> None:
    option, given, there, values = NUMBERS[name]
    for value in values:
        by_field = asked(colour, **{given: value})[there] if name != "random_seed" else value
        assert asked(colour, option(value))[there] == by_field == value
    assert there not in asked(colour)


@both
def test_max_tokens(colour: Colour) -> None:
    """The longest answer, as a field and as an option."""
    _numbers(colour, "max_tokens")


@both
def test_temperature(colour: Colour) -> None:
    """Zero is sent too, where the client of Go leaves it out."""
    _numbers(colour, "temperature")


@both
def test_top_p(colour: Colour) -> None:
    """Left out, the provider's default holds."""
    _numbers(colour, "top_p")


@both
def test_frequency_penalty(colour: Colour) -> None:
    """From -2 to 2, and nothing where none is given."""
    _numbers(colour, "frequency_penalty")


@both
def test_presence_penalty(colour: Colour) -> None:
    """From -2 to 2, and nothing where none is given."""
    _numbers(colour, "presence_penalty")


@both
def test_n(colour: Colour) -> None:
    """How many answers; each is a choice."""
    _numbers(colour, "n")


@both
def test_random_seed(colour: Colour) -> None:
    """By Mistral's name on Mistral's wire, and by either name in llmkit."""
    _numbers(colour, "random_seed")
    request: ChatCompletionRequest[object] = ChatCompletionRequest(MODEL, HI, random_seed=42)
    assert request == ChatCompletionRequest(MODEL, HI, seed=42)
    with play(colour, chat_reply("a"), model=MODEL) as door:
        door.complete(request)
        assert sent(door)["random_seed"] == 42
        assert "seed" not in sent(door)


@both
def test_response_format(colour: Colour) -> None:
    """Text, a JSON object, or JSON of a schema, as a field."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    for given in (
        ResponseFormat("text"),
        {"type": "json_object"},
        {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    ):
        form = asked(colour, response_format=given)["response_format"]
        assert form["type"] == ResponseFormat.of(given).type


@both
def test_tool_choice(colour: Colour) -> None:
    """`auto`, `any` and `required`, which mean the same, and a tool by its name; `none` as a
    request without tools, for Mistral answers the word with garbled text."""
    tools = [Tool("f")]
    for given, there in (
        ("auto", "auto"),
        ("any", "any"),
        ("required", "any"),
        (ToolChoice.REQUIRED, "any"),
        (ToolChoice.named("f"), {"type": "function", "function": {"name": "f"}}),
    ):
        body = asked(colour, tools=tools, tool_choice=given)
        assert body["tool_choice"] == there
    with play(colour, chat_reply("a"), model=MODEL) as door:
        response = door.complete(evolve(PLAIN, tools=tools, tool_choice="none"))
        assert sent(door).keys() == {"model", "messages"}
        assert {change.field for change in response.adjustments} == {"tools"}


@both
def test_parallel_tool_calls(colour: Colour) -> None:
    """False is sent, too; left out, the provider's default, true, holds."""
    for value in (True, False):
        body = asked(colour, with_tools([Tool("f")]), with_parallel_tool_calls(value))
        assert body["parallel_tool_calls"] is value
    assert "parallel_tool_calls" not in asked(colour, with_tools([Tool("f")]))


@both
def test_prompt_mode(colour: Colour) -> None:
    """To the models that have it; an error before sending elsewhere."""
    option = with_prompt_mode("reasoning")
    body = asked(colour, option, model="mistral/magistral-medium-latest")
    assert body["prompt_mode"] == "reasoning"
    with pytest.raises(UnsupportedParameterError):
        asked(colour, option)


@both
def test_safe_prompt(colour: Colour) -> None:
    """True and False, and nothing where none is given."""
    for value in (True, False):
        assert asked(colour, with_safe_prompt(value))["safe_prompt"] is value
    assert "safe_prompt" not in asked(colour)


@both
def test_stop(colour: Colour) -> None:
    """Several texts, as a list or one by one."""
    for given in (with_stop(["a", "b"]), with_stop("a", "b")):
        assert asked(colour, given)["stop"] == ["a", "b"]
    assert "stop" not in asked(colour)


@both
def test_stream(colour: Colour) -> None:
    """The method decides, whatever the request says: neither is an error."""
    with play(colour, chat_reply("a"), chat_stream("a"), model=MODEL) as door:
        door.complete(evolve(PLAIN, stream=True))
        assert "stream" not in sent(door)
        list(door.stream(evolve(PLAIN, stream=False)))
        assert sent(door)["stream"] is True


def test_a_request_is_made_with_options() -> None:
    """Model, messages, and options in order; nothing is set that was not given."""
    made = new_chat_completion_request(MODEL, HI, with_n(1), with_n(2), with_temperature(0))
    assert made == ChatCompletionRequest(MODEL, HI, n=2, temperature=0)
    assert new_chat_completion_request(MODEL, HI) == PLAIN
    assert (PLAIN.stream, PLAIN.parallel_tool_calls) == (False, None)


def test_a_stream_request_is_made_with_options() -> None:
    """The same, meant to be streamed whatever the options say."""

    def never(request: ChatCompletionRequest[object]) -> ChatCompletionRequest[object]:
        return evolve(request, stream=False)

    made = new_chat_completion_stream_request(MODEL, HI, with_n(2), never)
    assert made == ChatCompletionRequest(MODEL, HI, n=2, stream=True)


@both
def test_with_response_text_format(colour: Colour) -> None:
    """`{"type": "text"}`."""
    assert asked(colour, with_response_text_format())["response_format"] == {"type": "text"}
    assert "response_format" not in asked(colour)


@both
def test_with_response_json_schema(colour: Colour) -> None:
    """A schema as JSON or as a type, with a name of its own, strict; and `parse()` reads it."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    with play(colour, chat_reply('{"city":"Paris"}'), model=MODEL) as door:
        request = PLAIN.with_options(with_response_json_schema(schema, name="place"))
        assert door.complete(request).parse() == {"city": "Paris"}
        form = sent(door)["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"] == {"name": "place", "schema": schema, "strict": True}


@both
def test_with_response_json_object_format(colour: Colour) -> None:
    """`{"type": "json_object"}`."""
    body = asked(colour, with_response_json_object_format())
    assert body["response_format"] == {"type": "json_object"}


@both
def test_with_tools(colour: Colour) -> None:
    """They are chosen from freely, unless a choice was made, before or after."""
    tools, must = with_tools([Tool("f")]), with_tool_choice("any")
    assert asked(colour, tools)["tool_choice"] == "auto"
    for options in ((must, tools), (tools, must)):
        assert asked(colour, *options)["tool_choice"] == "any"


@both
def test_with_tool_choice(colour: Colour) -> None:
    """Of a word, or a tool's name."""
    body = asked(colour, with_tools([Tool("f")]), with_tool_choice(ToolChoice.named("f")))
    assert body["tool_choice"]["function"] == {"name": "f"}
    with pytest.raises(InvalidRequestError):
        with_tool_choice("sometimes")


def test_with_streaming() -> None:
    """Marks the request as meant to be streamed."""
    assert PLAIN.with_options(with_streaming()).stream is True

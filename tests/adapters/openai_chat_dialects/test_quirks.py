"""Fields of the adapter that a provider or two of this form need."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    DeveloperMessage,
    ImagePart,
    Provider,
    SystemMessage,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
    ToolMessage,
    UnsupportedParameterError,
    UnsupportedParameterWarning,
    UserMessage,
    with_response_json_schema,
)
from llmkit._models.adjustments import Adjuster
from llmkit._models.request import ChatCompletionRequest
from llmkit.adapters._base import Endpoint
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.adapters.structured import OUTPUT_TOOL
from llmkit.errors import ConfigurationError

from ..openai_chat import built

TOOL = Tool("f", parameters={"type": "object", "properties": {}})
NAMED = ToolChoice.named("f")
OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}


def sent(wire: OpenAIChat, *, stream: bool) -> tuple[str, Any]:
    """Where a small request goes, and its body."""
    endpoint = Endpoint("https://a.b/v1", "m", {}, Adjuster())
    http = wire.build(ChatCompletionRequest("m", [UserMessage("Hi")]), endpoint, stream=stream)
    from llmkit._json import loads

    return http.url, loads(http.body)


def test_a_stream_may_have_its_own_path() -> None:
    """And then no `stream` in the body."""
    wire = OpenAIChat(
        path="/chat", stream_path="/chat_stream", stream_field=False, stream_usage=False
    )
    assert sent(wire, stream=False)[0] == "https://a.b/v1/chat"
    url, body = sent(wire, stream=True)
    assert url == "https://a.b/v1/chat_stream"
    assert set(body) == {"model", "messages"}


def test_the_model_by_another_name() -> None:
    """watsonx says `model_id`."""
    assert sent(OpenAIChat(model_field="model_id"), stream=False)[1]["model_id"] == "m"
    assert "model" not in sent(OpenAIChat(model_field="model_id"), stream=False)[1]


def test_the_limit_by_another_name() -> None:
    """One of three."""
    wire = OpenAIChat(max_tokens_field="max_new_tokens")
    assert built(wire=wire, max_tokens=5).body["max_new_tokens"] == 5


@pytest.mark.parametrize("choice", ["required", NAMED])
def test_a_call_cannot_be_forced_where_there_is_no_word_for_it(choice: Any) -> None:
    """It is refused; sent without, the tools stay."""
    wire = OpenAIChat(tool_choices=("auto", "none"))
    with pytest.raises(UnsupportedParameterError, match=r"tool_choice.* to the model"):
        built(wire=wire, tools=[TOOL], tool_choice=choice)
    dropped = built(wire=wire, tools=[TOOL], tool_choice=choice, policy="drop")
    assert "tool_choice" not in dropped.body
    assert len(dropped.body["tools"]) == 1
    assert dropped.adjusted == (("dropped", "tool_choice"),)


@pytest.mark.parametrize("quirk", [{"tool_choices": ()}, {"refuses": ("tool_choice",)}])
def test_auto_is_what_comes_unasked(quirk: dict[str, Any]) -> None:
    """So to leave the word out is noted, and no error."""
    made = built(wire=OpenAIChat(**quirk), tools=[TOOL], tool_choice="auto")
    assert "tool_choice" not in made.body
    assert made.adjusted == (("dropped", "tool_choice"),)


def test_a_choice_by_an_option() -> None:
    """watsonx has words in one field, and a tool's name in the other."""
    wire = OpenAIChat(tool_choice_form="option")
    for word in ("auto", "none", "required"):
        body = built(wire=wire, tools=[TOOL], tool_choice=word).body
        assert body["tool_choice_option"] == word
        assert "tool_choice" not in body
    body = built(wire=wire, tools=[TOOL], tool_choice=NAMED).body
    assert body["tool_choice"]["function"] == {"name": "f"}
    assert "tool_choice_option" not in body


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("named",), {"type": "function", "function": {"name": OUTPUT_TOOL}}),
        (("required",), "required"),
    ],
)
def test_a_schema_by_a_forced_tool(words: tuple[Any, ...], said: object) -> None:
    """By its name, or, there being no other, by the word for any."""
    wire = OpenAIChat(tool_choices=words, response_formats=())
    request = ChatCompletionRequest("m", [UserMessage("Hi")]).with_options(
        with_response_json_schema(OBJECT)
    )
    assert built(wire=wire, response_format=request.response_format).body["tool_choice"] == said


def test_strict_tools() -> None:
    """Where it has no effect it is left out, and what was asked for is noted."""
    wire = OpenAIChat(strict_tools=False)
    asked = Tool("f", parameters=OBJECT, strict=True)
    made = built(wire=wire, tools=[asked])
    assert made.body["tools"][0]["function"] == {"name": "f", "parameters": OBJECT}
    assert made.adjusted == (("dropped", "tools[0].strict"),)
    loose = built(wire=wire, tools=[Tool("f", parameters=OBJECT, strict=False)])
    assert "strict" not in loose.body["tools"][0]["function"]
    assert loose.adjusted == ()


RANGES = OpenAIChat(ranges={"temperature": (0.01, 1), "n": (1, 4), "seed": (0, 2**31 - 1)})


@pytest.mark.parametrize(
    ("field", "given", "nearest"),
    [("temperature", 1.5, 1), ("temperature", 0, 0.01), ("n", 5, 4), ("seed", -1, 0)],
)
def test_a_number_out_of_range(field: str, given: float, nearest: float) -> None:
    """It is refused before it is sent, or the nearest that is taken is sent, and noted."""
    fields: dict[str, Any] = {field: given}
    with pytest.raises(UnsupportedParameterError, match=f"{field}: must be from .* not {given}"):
        built(wire=RANGES, **fields)
    made = built(wire=RANGES, policy="drop", **fields)
    assert made.body[field] == nearest
    assert made.adjusted == (("clamped", field),)
    with pytest.warns(UnsupportedParameterWarning, match=f"{field} clamped"):
        assert built(wire=RANGES, policy="warn", **fields).body[field] == nearest


@pytest.mark.parametrize(("field", "given"), [("temperature", 0.01), ("temperature", 1), ("n", 4)])
def test_the_ends_are_in_the_range(field: str, given: float) -> None:
    """What is taken goes as it is."""
    fields: dict[str, Any] = {field: given}
    made = built(wire=RANGES, **fields)
    assert made.body[field] == given
    assert made.adjusted == ()


def test_the_range_of_a_field_that_is_refused() -> None:
    """Is of no matter."""
    wire = OpenAIChat(refuses=("top_k",), ranges={"top_k": (1, 5)})
    made = built(wire=wire, top_k=9, policy="drop")
    assert "top_k" not in made.body
    assert made.adjusted == (("dropped", "top_k"),)


@pytest.mark.parametrize(
    ("ranges", "told"),
    [
        ({"temprature": [0, 1]}, "did you mean 'temperature'"),
        ({"stop": [0, 1]}, "no number's field"),
        ({"temperature": [0]}, "must be two numbers"),
        ({"temperature": [1, 0]}, "must be two numbers"),
        ({"temperature": ["0", "1"]}, "must be two numbers"),
        ({"n": [1, 2.5]}, "must be two integers"),
        ({"n": [True, 2]}, "must be two integers"),
        (["n"], "must map"),
    ],
)
def test_ranges_that_are_none(ranges: object, told: str) -> None:
    """They are found when the provider is loaded."""
    mine = Provider("mine", wire="openai-chat", base_url="https://a.b", quirks={"ranges": ranges})
    with pytest.raises(ConfigurationError, match=told):
        mine.adapter()


SAMPLING: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.5,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "logit_bias": {"1": 1},
    "logprobs": True,
    "top_logprobs": 1,
}


@pytest.mark.parametrize("field", SAMPLING)
def test_one_word_for_all_that_samples(field: str) -> None:
    """But what has a range is taken within it; what is no part of it goes as it is."""
    wire = OpenAIChat(refuses=("sampling",))
    fields = {field: SAMPLING[field]}
    with pytest.raises(UnsupportedParameterError, match=f"{field}: the provider does not take it"):
        built(wire=wire, **fields)
    assert built(wire=wire, seed=1, top_k=1, n=2, stop=["."]).adjusted == ()
    ranged = OpenAIChat(refuses=("sampling",), ranges={"temperature": (1, 1)})
    assert built(wire=ranged, temperature=1).body["temperature"] == 1
    assert built(wire=ranged, temperature=0, policy="drop").adjusted == (
        ("clamped", "temperature"),
    )


def test_texts_as_one() -> None:
    """Where a message must be one string; the blank line keeps them apart."""
    wire = OpenAIChat(text_lists=False)
    two = [TextPart("a"), TextPart("b")]
    called = AssistantMessage(tool_calls=[ToolCall("c", "f")])
    made = built(
        [UserMessage(two), called, ToolMessage(two, tool_call_id="c"), UserMessage("c")], wire=wire
    )
    assert [message["content"] for message in made.messages] == ["a\n\nb", None, "a\n\nb", "c"]
    assert made.adjusted == (
        ("rewritten", "messages[0].content"),
        ("rewritten", "messages[2].content"),
    )


TALK = (
    UserMessage("a"),
    SystemMessage("S"),
    UserMessage("b"),
    AssistantMessage("c", reasoning="T"),
    AssistantMessage("d", tool_calls=[ToolCall("1", "f")]),
    DeveloperMessage("D"),
    ToolMessage("e", tool_call_id="1"),
    ToolMessage("f", tool_call_id="2"),
    UserMessage(["g", ImagePart(url="https://a.b/c.png")]),
)


def test_one_system_message_at_the_head() -> None:
    """All that there are become one; the rest keeps its order."""
    made = built(TALK, wire=OpenAIChat(leading_system=True))
    assert made.messages[0] == {"role": "system", "content": "S\n\nD"}
    assert [message["role"] for message in made.messages[1:]] == [
        *("user", "user", "assistant", "assistant", "tool", "tool", "user"),
    ]
    moved = [field for kind, field in made.adjusted if kind == "moved"]
    assert moved == ["messages[1]", "messages[5]"]


def test_a_system_message_that_is_in_its_place() -> None:
    """Nothing is changed where nothing must be."""
    wire = OpenAIChat(leading_system=True, alternating=True)
    made = built([SystemMessage("S"), UserMessage("a"), AssistantMessage("b")], wire=wire)
    assert [message["role"] for message in made.messages] == ["system", "user", "assistant"]
    assert made.adjusted == ()


def test_the_sides_take_turns() -> None:
    """Neighbours of a side are joined: texts, calls, thinking, and lists with texts."""
    wire = OpenAIChat(leading_system=True, alternating=True, reasoning_field="reasoning_content")
    made = built((*TALK, UserMessage("h")), wire=wire)
    _, user, assistant, _, _, last = made.messages
    assert user == {"role": "user", "content": "a\n\nb"}
    assert (assistant["content"], assistant["reasoning_content"]) == ("c\n\nd", "T")
    assert len(assistant["tool_calls"]) == 1
    assert [part["type"] for part in last["content"]] == ["text", "image_url", "text"]
    moved = [field for kind, field in made.adjusted if kind == "moved"]
    assert moved == ["messages[1]", "messages[5]", *(f"messages[{i}]" for i in (2, 4, 9))]
    by_schema = built(
        (SystemMessage("S"), UserMessage("a")),
        wire=OpenAIChat(leading_system=True, response_formats=(), tool_choices=()),
        response_format={"type": "json_object"},
    )
    assert by_schema.messages[0]["content"].startswith("S\n\nAnswer with")

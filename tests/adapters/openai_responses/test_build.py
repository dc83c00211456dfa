"""A request's fields, said in the form of Responses."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from llmkit import (
    CacheControl,
    ConfigurationError,
    InvalidRequestError,
    Provider,
    ResponseFormat,
    Tool,
    ToolChoice,
    UnsupportedParameterError,
)
from llmkit.adapters.structured import OUTPUT_TOOL

from .building import WIRE, build

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = Tool("get_weather", "Tell the weather.", SCHEMA)
FORM: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA, name="place")


def test_a_request_is_posted_to_responses() -> None:
    """A string of input is one user message; nothing is said that was not asked for."""
    made = build()
    assert made.http.method == "POST"
    assert made.http.url == "https://api.test/v1/responses"
    assert made.body == {"model": "gpt-5", "input": [{"role": "user", "content": "Hello"}]}
    assert build(stream=True).body["stream"] is True
    assert made.made == ()


def test_parameters_by_their_names() -> None:
    """Each under the wire's own name."""
    made = build(
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        logprobs=True,
        top_logprobs=4,
        metadata={"a": "b"},
        user="someone",
        service_tier="flex",
        reasoning_effort="high",
        n=1,
    )
    assert {key: made.body[key] for key in made.body if key not in ("model", "input")} == {
        "max_output_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_logprobs": 4,
        "metadata": {"a": "b"},
        "user": "someone",
        "service_tier": "flex",
        "reasoning": {"effort": "high"},
        "include": ["message.output_text.logprobs"],
    }
    assert made.made == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", 3),
        ("n", 2),
        ("stop", ["END"]),
        ("seed", 7),
        ("frequency_penalty", 0.5),
        ("presence_penalty", 0.5),
        ("logit_bias", {"1": 2}),
        ("reasoning_budget", 100),
        ("prompt_mode", "reasoning"),
        ("safe_prompt", True),
    ],
)
def test_what_the_wire_has_no_word_for_is_refused(name: str, value: Any) -> None:
    """Before anything is sent; or dropped, and told."""
    with pytest.raises(UnsupportedParameterError) as caught:
        build(**{name: value})
    assert caught.value.parameter == name
    made = build(policy="drop", **{name: value})
    assert made.body == build().body
    assert made.changes == [("dropped", name)]


def test_a_provider_may_take_less() -> None:
    """The end user may have another name; what it refuses is refused."""
    other = evolve(WIRE, user_field="safety_identifier")
    assert build(wire=other, user="someone").body["safety_identifier"] == "someone"
    less = evolve(WIRE, refuses=("metadata", "tools"), efforts=("low",))
    fields: dict[str, Any] = {"metadata": {"a": 1}, "tools": [WEATHER], "reasoning_effort": "high"}
    for name, value in fields.items():
        with pytest.raises(UnsupportedParameterError, match=name):
            build(wire=less, **{name: value})
    made = build(wire=less, policy="drop", **fields)
    assert made.body == build().body
    assert len(made.made) == 3


def test_whether_answers_are_kept_is_left_to_the_provider() -> None:
    """Unless its manifest, or the request's `extra_body`, says so."""
    assert "store" not in build().body
    kept = evolve(WIRE, store=False)
    assert build(wire=kept).body["store"] is False
    extra = {"store": True, "previous_response_id": "resp_0"}
    body = build(wire=kept, extra_body=extra).body
    assert (body["store"], body["previous_response_id"]) == (True, "resp_0")


def test_thinking_that_can_be_sent_back_is_asked_for_where_it_must_be() -> None:
    """As a quirk; `extra_body` wins over it."""
    wire = evolve(WIRE, encrypted_reasoning=True)
    assert build(wire=wire).body["include"] == ["reasoning.encrypted_content"]
    assert build(wire=wire, extra_body={"include": []}).body["include"] == []


def test_a_summary_is_asked_for_with_an_effort() -> None:
    """And not of models that do not think, or shall not."""
    wire = evolve(WIRE, reasoning_summary="auto")
    asked = build(wire=wire, reasoning_effort="low").body["reasoning"]
    assert asked == {"effort": "low", "summary": "auto"}
    assert build(wire=wire, reasoning_effort="none").body["reasoning"] == {"effort": "none"}
    assert "reasoning" not in build(wire=wire).body


def test_tools_are_flat() -> None:
    """Name and schema beside the type; `strict` is always said, for the types require it."""
    strict = Tool("other", "", SCHEMA, strict=True)
    assert build(tools=[WEATHER, strict]).body["tools"] == [
        {
            "type": "function",
            "name": "get_weather",
            "description": "Tell the weather.",
            "parameters": SCHEMA,
            "strict": None,
        },
        {"type": "function", "name": "other", "parameters": SCHEMA, "strict": True},
    ]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        (ToolChoice.named("get_weather"), {"type": "function", "name": "get_weather"}),
    ],
)
def test_the_choice_of_a_tool(choice: Any, said: Any) -> None:
    """A word, or the tool's name in the flat form."""
    body = build(tools=[WEATHER], tool_choice=choice, parallel_tool_calls=False).body
    assert body["tool_choice"] == said
    assert body["parallel_tool_calls"] is False


def test_a_choice_needs_tools() -> None:
    """Of the request's, or of the provider's own; else it is an error, or is nothing."""
    with pytest.raises(InvalidRequestError, match="needs tools"):
        build(tool_choice="required")
    with pytest.raises(InvalidRequestError, match="no tool"):
        build(tools=[WEATHER], tool_choice=ToolChoice.named("get_time"))
    made = build(tool_choice="none", parallel_tool_calls=True)
    assert made.body == build().body
    assert made.changes == [("dropped", "tool_choice"), ("dropped", "parallel_tool_calls")]
    own = {"tools": [{"type": "web_search"}]}
    assert build(tool_choice="required", extra_body=own).body["tool_choice"] == "required"


def test_cache_markers_on_tools_are_dropped() -> None:
    """The provider caches by itself; that is told."""
    made = build(tools=[evolve(WEATHER, cache_control=CacheControl())])
    assert made.changes == [("dropped", "tools[0].cache_control")]


def test_the_form_of_the_answer() -> None:
    """In `text.format`, flat."""
    assert build(response_format=ResponseFormat("json_object")).body["text"] == {
        "format": {"type": "json_object"}
    }
    assert build(response_format=ResponseFormat("text")).body["text"] == {
        "format": {"type": "text"}
    }
    described = evolve(FORM, description="Where?")
    assert build(response_format=described).body["text"] == {
        "format": {
            "type": "json_schema",
            "name": "place",
            "schema": SCHEMA,
            "description": "Where?",
            "strict": True,
        }
    }
    assert "strict" not in build(response_format=evolve(FORM, strict=None)).body["text"]["format"]


def test_a_server_without_a_field_for_it_is_asked_in_another_way() -> None:
    """By a tool that is forced; by words where that cannot be, or tools are wanted."""
    wire = evolve(WIRE, response_formats=("text",))
    forced = build(wire=wire, response_format=FORM)
    assert forced.body["tool_choice"] == {"type": "function", "name": OUTPUT_TOOL}
    assert [tool["name"] for tool in forced.body["tools"]] == [OUTPUT_TOOL]
    for fields in (
        {"response_format": FORM, "tools": [WEATHER]},
        {"response_format": ResponseFormat("json_object")},
    ):
        made = build(wire=wire, **fields)
        assert made.items[0]["role"] == "system"
        assert "JSON" in made.items[0]["content"]
        assert "text" not in made.body
        assert ("rewritten", "response_format") in made.changes
    instructed = build(wire=evolve(wire, instructions=True), response_format=FORM, tools=[WEATHER])
    assert "JSON" in instructed.body["instructions"]
    plain = build(wire=evolve(wire, response_formats=()), response_format=ResponseFormat("text"))
    assert plain.changes == [("dropped", "response_format")]


def test_strict_schemas_are_of_the_wires_subset() -> None:
    """Of answers and of tools; what is not strict, or on a server that takes all, stays.

    https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
    """
    given = {"type": "object", "properties": {"city": {"type": "string", "minLength": 1}}}
    form: ResponseFormat[object] = ResponseFormat.json_schema(given)
    tool = Tool("get_weather", "", given, strict=True)
    made = build(response_format=form, tools=[tool])
    (said,) = made.body["tools"]
    for schema in (made.body["text"]["format"]["schema"], said["parameters"]):
        assert schema["required"] == ["city"]
        assert schema["additionalProperties"] is False
        assert "minLength" not in schema["properties"]["city"]
    assert {kind for kind, _ in made.changes} == {"rewritten"}
    loose: tuple[dict[str, Any], ...] = (
        {"response_format": evolve(form, strict=False), "tools": [evolve(tool, strict=False)]},
        {"response_format": form, "tools": [tool], "wire": evolve(WIRE, strict_schemas=False)},
    )
    for fields in loose:
        made = build(**fields)
        assert made.body["text"]["format"]["schema"] == given
        assert made.body["tools"][0]["parameters"] == given
        assert made.made == ()


def test_what_is_refused_while_thinking() -> None:
    """The effort tells, or what the model does unasked; the error says when."""
    thinker = evolve(
        WIRE, efforts=("none", "low"), while_thinking={"refuses": ("temperature", "tools")}
    )
    ways: list[dict[str, Any]] = [{}, {"reasoning_effort": "low"}]
    for asked in ways:
        with pytest.raises(UnsupportedParameterError, match=r"temperature: .* while the model"):
            build(wire=thinker, temperature=0, **asked)
        with pytest.raises(UnsupportedParameterError, match="tools"):
            build(wire=thinker, tools=[WEATHER], **asked)
    assert build(wire=thinker, temperature=0, reasoning_effort="none").body["temperature"] == 0
    dropped = build(wire=thinker, policy="drop", temperature=0, reasoning_effort="high")
    assert "temperature" not in dropped.body
    idle = evolve(thinker, thinks_unasked=False)
    assert build(wire=idle, temperature=0).body["temperature"] == 0
    form = build(wire=evolve(thinker, response_formats=()), response_format=FORM)
    assert "tools" not in form.body  # by words: there may be no tool


@pytest.mark.parametrize(
    "quirk", [{"refuse": ("tools",)}, {"refuses": ("top_k",)}, {"refuses": "tools"}, ("tools",)]
)
def test_quirks_of_thinking_that_are_none(quirk: Any) -> None:
    """They are found when the provider is loaded."""
    mine = Provider(
        "mine",
        wire="openai-responses",
        base_url="https://a.b",
        quirks={"while_thinking": quirk},
    )
    with pytest.raises(ConfigurationError, match="while_thinking"):
        mine.adapter()

"""Requests, but for their messages: parameters, thinking, tools, the form of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve, fields

from llmkit import (
    AssistantMessage,
    CacheControl,
    ChatCompletionRequest,
    InvalidRequestError,
    ResponseFormat,
    Tool,
    ToolCall,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.bedrock_converse import BedrockConverse
from llmkit.adapters.structured import OUTPUT_TOOL
from llmkit.providers import ModelRule, get

from .built import (
    CLAUDE,
    LLAMA,
    MISTRAL,
    NEW_CLAUDE,
    NOVA,
    OLD_CLAUDE,
    WEATHER,
    built,
)

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CALLED = (
    UserMessage("Weather in Paris?"),
    AssistantMessage(tool_calls=[ToolCall("call_1", "get_weather", '{"city":"Paris"}')]),
    ToolMessage("Sunny", tool_call_id="call_1"),
)

SAID: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "max_tokens": ({"max_tokens": 5}, {"inferenceConfig": {"maxTokens": 5}}),
    "temperature": ({"temperature": 0.5}, {"inferenceConfig": {"temperature": 0.5}}),
    "top_p": ({"top_p": 0.5}, {"inferenceConfig": {"topP": 0.5}}),
    "stop": ({"stop": ["a", "b"]}, {"inferenceConfig": {"stopSequences": ["a", "b"]}}),
    "top_k": ({"top_k": 5}, {"additionalModelRequestFields": {"top_k": 5}}),
    "metadata": ({"metadata": {"team": "a"}}, {"requestMetadata": {"team": "a"}}),
    "service_tier": ({"service_tier": "flex"}, {"serviceTier": {"type": "flex"}}),
    "extra_body": (
        {"extra_body": {"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}}},
        {"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}},
    ),
    "reasoning_effort": (
        {"reasoning_effort": "low", "max_tokens": 9000},
        {
            "inferenceConfig": {"maxTokens": 9000},
            "additionalModelRequestFields": {
                "thinking": {"type": "enabled", "budget_tokens": 2048}
            },
        },
    ),
    "reasoning_budget": (
        {"reasoning_budget": 3000, "max_tokens": 9000},
        {
            "inferenceConfig": {"maxTokens": 9000},
            "additionalModelRequestFields": {
                "thinking": {"type": "enabled", "budget_tokens": 3000}
            },
        },
    ),
    "response_format": (
        {
            "response_format": ResponseFormat.json_schema(
                SCHEMA, name="place", description="A place"
            )
        },
        {
            "outputConfig": {
                "textFormat": {
                    "type": "json_schema",
                    "structure": {
                        "jsonSchema": {
                            "schema": json.dumps(SCHEMA, separators=(",", ":")),
                            "name": "place",
                            "description": "A place",
                        }
                    },
                }
            }
        },
    ),
    "tools": (
        {"tools": [WEATHER]},
        {
            "toolConfig": {
                "tools": [
                    {
                        "toolSpec": {
                            "name": "get_weather",
                            "description": "The weather in a city.",
                            "inputSchema": {"json": WEATHER["function"]["parameters"]},
                        }
                    }
                ]
            }
        },
    ),
}
"""What each field of a request is on the wire, for Claude Sonnet 4.5."""

REFUSED: Mapping[str, Any] = {
    "n": 2,
    "seed": 0,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "logit_bias": {"1": 1},
    "logprobs": True,
    "top_logprobs": 2,
    "prompt_mode": "reasoning",
    "safe_prompt": True,
    "user": "u",
}
"""What the wire has no word for."""

ELSEWHERE = {
    *("model", "messages", "tool_choice", "parallel_tool_calls", "stream", "timeout"),
    *("unsupported", "extra_headers", "extra_query", "random_seed"),
}
"""Fields that other tests hold, or that say nothing to the wire."""


@pytest.mark.parametrize("name", SAID)
def test_a_field_is_said_in_the_wires_words(name: str) -> None:
    """Each field that the wire or the model knows is in the body, and nothing besides."""
    given, expected = SAID[name]
    body = built(**given).body
    del body["messages"]
    assert body == expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_wire_has_no_word_for_is_refused(name: str) -> None:
    """Nothing is silently absent: it is an error, or where that is wished, a noted drop."""
    with pytest.raises(UnsupportedParameterError, match=name) as caught:
        built(**{name: REFUSED[name]})
    assert caught.value.parameter == name
    dropped = built(policy="drop", **{name: REFUSED[name]})
    assert dropped.body.keys() == {"messages"}
    assert dropped.noted == [("dropped", name)]


def test_every_field_of_a_request_is_held_by_a_test() -> None:
    """A field that is added to the request has to be added here."""
    known = {attribute.alias for attribute in fields(ChatCompletionRequest)}
    assert known == {*SAID, *REFUSED, *ELSEWHERE}


def test_what_asks_for_nothing_needs_no_word() -> None:
    """Values that ask for what the wire does anyway are no reason to refuse."""
    asked = built(
        n=1, frequency_penalty=0, presence_penalty=0, logprobs=False, safe_prompt=False, stop=()
    )
    assert asked.body.keys() == {"messages"}
    assert asked.made == ()


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (CLAUDE, "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2F"
            "us.amazon.nova-pro-v1%3A0",
        ),
    ],
)
def test_the_model_is_in_the_path(model: str, path: str) -> None:
    """The model stands in the address, percent-encoded, and nowhere in the body."""
    whole, streamed = built(model=model), built(model=model, stream=True)
    assert whole.url == f"https://bedrock.test/model/{path}/converse"
    assert whole.headers["Accept"] == "application/json"
    assert streamed.url == f"https://bedrock.test/model/{path}/converse-stream"
    assert streamed.headers["Accept"] == "application/vnd.amazon.eventstream"
    assert streamed.body == whole.body
    assert "model" not in whole.body


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (CLAUDE, {"top_k": 5}),
        (NOVA, {"inferenceConfig": {"topK": 5}}),
        ("cohere.command-r-plus-v1:0", {"k": 5}),
    ],
)
def test_top_k_is_said_as_the_family_says_it(model: str, expected: dict[str, Any]) -> None:
    """Converse has no top_k; each family that does has a place of its own for it."""
    assert built(model=model, top_k=5).fields == expected


def test_top_k_is_refused_where_the_family_has_none() -> None:
    """Bedrock refuses keys that a model does not know."""
    with pytest.raises(UnsupportedParameterError, match="top_k"):
        built(model=LLAMA, top_k=5)


def test_a_temperature_beyond_the_wires_is_clamped() -> None:
    """The wire ends at 1; a higher one is its highest, and that is told."""
    clamped = built(temperature=1.5)
    assert clamped.body["inferenceConfig"] == {"temperature": 1}
    assert clamped.noted == [("clamped", "temperature")]


def test_sampling_as_far_as_the_model_lets_it_be_said() -> None:
    """Some take temperature or top_p, not both; the newest neither; none while they think."""
    assert built(model=NOVA, temperature=0.5, top_p=0.5).made == ()
    with pytest.raises(UnsupportedParameterError, match="top_p"):
        built(temperature=0.5, top_p=0.5)
    for name in ("temperature", "top_p", "top_k"):
        asked: dict[str, Any] = {name: 1}
        with pytest.raises(UnsupportedParameterError, match=name):
            built(model=NEW_CLAUDE, **asked)
        with pytest.raises(UnsupportedParameterError, match=name):
            built(reasoning_budget=2000, **asked)
    nova = "us.amazon.nova-2-lite-v1:0"
    assert built(model=nova, temperature=0.5, reasoning_effort="low").made == ()
    with pytest.raises(UnsupportedParameterError, match="temperature"):
        built(model=nova, temperature=0.5, reasoning_effort="high")


EFFORTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (NEW_CLAUDE, "xhigh", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}}),
    (NEW_CLAUDE, "none", {"thinking": {"type": "disabled"}}),
    (
        "us.anthropic.claude-opus-4-6-v1",
        "max",
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
    ),
    (CLAUDE, "none", {"thinking": {"type": "disabled"}}),
    (CLAUDE, "high", {"thinking": {"type": "enabled", "budget_tokens": 16_384}}),
    ("openai.gpt-oss-120b-1:0", "high", {"reasoning_effort": "high"}),
    ("openai.gpt-oss-120b-1:0", "minimal", {"reasoning_effort": "low"}),
    ("qwen.qwen3-32b-v1:0", "high", {"reasoning_config": "high"}),
    ("qwen.qwen3-32b-v1:0", "none", {"reasoning_config": "none"}),
    (
        "us.amazon.nova-2-lite-v1:0",
        "medium",
        {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}},
    ),
    ("us.amazon.nova-2-lite-v1:0", "none", {"reasoningConfig": {"type": "disabled"}}),
    ("deepseek.v3.2", "high", {"reasoning_effort": "high"}),
    ("zai.glm-4.7", "none", {"reasoning_effort": "none"}),
    ("us.xai.grok-4-6", "xhigh", {"reasoning": {"effort": "xhigh"}}),
)


@pytest.mark.parametrize(("model", "effort", "expected"), EFFORTS)
def test_effort_is_said_as_the_family_says_it(
    model: str, effort: str, expected: dict[str, Any]
) -> None:
    """Each family has words of its own for how much it shall think."""
    assert built(model=model, reasoning_effort=effort).fields == expected


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (LLAMA, {"reasoning_effort": "low"}),
        (OLD_CLAUDE, {"reasoning_effort": "low"}),
        (OLD_CLAUDE, {"reasoning_budget": 2000}),
        (NEW_CLAUDE, {"reasoning_budget": 2000}),
        ("openai.gpt-oss-20b-1:0", {"reasoning_effort": "none"}),
        ("openai.gpt-oss-20b-1:0", {"reasoning_effort": "max"}),
        ("us.anthropic.claude-opus-5-5", {"reasoning_effort": "none"}),
        ("us.anthropic.claude-opus-4-6-v1", {"reasoning_effort": "xhigh"}),
        (CLAUDE, {"reasoning_budget": 2000, "max_tokens": 1000}),
    ],
)
def test_thinking_that_a_model_cannot_do_is_refused(model: str, given: dict[str, Any]) -> None:
    """What a model has no word for, in thinking too, is refused before it is sent."""
    with pytest.raises(UnsupportedParameterError, match=r"reasoning_\w+"):
        built(model=model, **given)
    assert built(model=model, policy="drop", **given).fields == {}


def test_thinking_leaves_room_for_the_answer() -> None:
    """A budget is below the limit, which is set where none was; an effort takes half of it."""
    alone = built(reasoning_budget=6000)
    assert alone.body["inferenceConfig"] == {"maxTokens": 6000 + 4096}
    assert ("added", "max_tokens") in alone.noted
    tight = built(reasoning_budget=6000, max_tokens=5000)
    assert tight.fields["thinking"]["budget_tokens"] == 4999
    assert ("clamped", "reasoning_budget") in tight.noted
    halved = built(reasoning_effort="high", max_tokens=5000)
    assert halved.fields["thinking"]["budget_tokens"] == 2500
    small = built(reasoning_budget=10)
    assert small.fields["thinking"]["budget_tokens"] == 1024
    assert ("clamped", "reasoning_budget") in small.noted


def test_a_model_without_thinking_has_none_to_turn_off() -> None:
    """To ask a model that does not think not to think is to ask for nothing: that is noted."""
    asked = built(model=LLAMA, reasoning_effort="none")
    assert asked.fields == {}
    assert asked.noted == [("dropped", "reasoning_effort")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"auto": {}}),
        ("required", {"any": {}}),
        ({"name": "get_weather"}, {"tool": {"name": "get_weather"}}),
    ],
)
def test_tool_choice(choice: Any, expected: dict[str, Any]) -> None:
    """The wire's words for which tool to call."""
    body = built(tools=[WEATHER], tool_choice=choice).body
    assert body["toolConfig"]["toolChoice"] == expected


def test_a_choice_that_cannot_be_is_refused() -> None:
    """Without tools there is nothing to choose; a name must be a tool's; some models cannot be
    made to call, others not while they think by a budget."""
    for given in (
        {"tool_choice": "required"},
        {"tools": [WEATHER], "tool_choice": {"name": "other"}},
    ):
        with pytest.raises(InvalidRequestError, match="tool_choice"):
            built(**given)
    thinks: dict[str, Any] = {"reasoning_budget": 2000}
    for model, more in ((LLAMA, {}), (CLAUDE, thinks)):
        with pytest.raises(UnsupportedParameterError, match="tool_choice"):
            built(model=model, tools=[WEATHER], tool_choice="required", **more)


def test_no_call_is_asked_for_by_leaving_the_tools_out() -> None:
    """The wire has no `none`: without calls in the conversation the tools are left out."""
    asked = built(model=NOVA, tools=[WEATHER], tool_choice="none")
    assert "toolConfig" not in asked.body
    assert asked.noted == [("rewritten", "tool_choice")]


def test_no_call_after_calls_keeps_the_tools_where_the_model_knows_none() -> None:
    """With calls in the conversation the wire wants tools; Claude has a word of its own."""
    asked = built(CALLED, tools=[WEATHER], tool_choice="none")
    assert len(asked.body["toolConfig"]["tools"]) == 1
    assert "toolChoice" not in asked.body["toolConfig"]
    assert asked.fields == {"tool_choice": {"type": "none"}}


def test_no_call_after_calls_tells_them_as_text_elsewhere() -> None:
    """Where a model has no such word, calls and results are told as text, without tools."""
    asked = built(CALLED, model=NOVA, tools=[WEATHER], tool_choice="none")
    assert "toolConfig" not in asked.body
    assert [message["role"] for message in asked.messages] == ["user", "assistant", "user"]
    assert asked.messages[1]["content"] == [{"text": '[Call of get_weather: {"city":"Paris"}]'}]
    assert asked.messages[2]["content"] == [
        {"text": "[Result of get_weather:]"},
        {"text": "Sunny"},
    ]
    assert ("rewritten", "tool_choice") in asked.noted


@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_a_conversation_with_calls_has_tools_in_any_case(model: str) -> None:
    """The wire refuses calls and results without tools: those that were called stand in."""
    asked = built(CALLED, model=model)
    assert asked.body["toolConfig"] == {
        "tools": [
            {"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object"}}}}
        ]
    }
    assert ("added", "tools") in asked.noted
    assert asked.fields == ({"tool_choice": {"type": "none"}} if model == CLAUDE else {})


def test_one_call_at_a_time() -> None:
    """Claude takes Anthropic's own switch, and then the whole choice there; others have none."""
    alone = built(tools=[WEATHER], parallel_tool_calls=False, tool_choice="required")
    assert "toolChoice" not in alone.body["toolConfig"]
    assert alone.fields == {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}}
    with pytest.raises(UnsupportedParameterError, match="parallel_tool_calls"):
        built(model=NOVA, tools=[WEATHER], parallel_tool_calls=False)
    both = built(model=NOVA, tools=[WEATHER], parallel_tool_calls=True)
    assert both.noted == [("dropped", "parallel_tool_calls")]


def test_strict_tools_where_the_model_holds_itself_to_schemas() -> None:
    """Strictness goes to those that can be strict, and is refused elsewhere."""
    tool = Tool("f", parameters=SCHEMA, strict=True)
    assert built(tools=[tool]).body["toolConfig"]["tools"][0]["toolSpec"]["strict"] is True
    with pytest.raises(UnsupportedParameterError, match=r"tools\[0\].strict"):
        built(model=LLAMA, tools=[tool])
    loose = built(model=LLAMA, tools=[Tool("f", strict=False)])
    assert "strict" not in loose.body["toolConfig"]["tools"][0]["toolSpec"]


def test_a_tool_without_parameters_takes_an_object() -> None:
    """A schema always says that it is of an object; a description is never empty."""
    (tool,) = built(tools=[Tool("f")]).body["toolConfig"]["tools"]
    assert tool == {
        "toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object", "properties": {}}}}
    }


def test_cache_points_after_tools() -> None:
    """A marker on a tool is a point after it, where the model keeps tools."""
    tools = [Tool("f", cache_control=CacheControl("1h")), Tool("g")]
    marked = built(tools=tools).body["toolConfig"]["tools"]
    assert marked[1] == {"cachePoint": {"type": "default", "ttl": "1h"}}
    assert len(marked) == 3
    nova = built(model=NOVA, tools=tools)
    assert len(nova.body["toolConfig"]["tools"]) == 2
    assert nova.noted == [("dropped", "tools[0].cache_control")]


def test_a_schema_by_a_forced_tool_where_the_model_has_no_schemas() -> None:
    """Without a field for it, the answer is the call of a tool; that is noted."""
    asked = built(model=NOVA, response_format=ResponseFormat.json_schema(SCHEMA))
    assert asked.body["toolConfig"]["toolChoice"] == {"tool": {"name": OUTPUT_TOOL}}
    assert asked.noted == [("rewritten", "response_format")]
    beside = built(model=NOVA, tools=[WEATHER], response_format=ResponseFormat.json_schema(SCHEMA))
    assert beside.body["toolConfig"]["toolChoice"] == {"any": {}}
    assert len(beside.body["toolConfig"]["tools"]) == 2


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (LLAMA, {"response_format": ResponseFormat.json_schema(SCHEMA)}),
        (CLAUDE, {"response_format": ResponseFormat("json_object")}),
        (
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
            {"response_format": ResponseFormat.json_schema(SCHEMA), "reasoning_budget": 2000},
        ),
    ],
)
def test_a_form_by_words_where_nothing_else_does(model: str, given: dict[str, Any]) -> None:
    """Where no field and no forced tool can be had, the system's words ask for the form."""
    asked = built(model=model, **given)
    assert "toolConfig" not in asked.body
    assert "outputConfig" not in asked.body
    assert "JSON" in asked.body["system"][-1]["text"]
    assert ("rewritten", "response_format") in asked.noted


def test_metadata_is_text() -> None:
    """The wire keeps text: other values are written as JSON, and that is told."""
    asked = built(metadata={"n": 1, "s": "x"})
    assert asked.body["requestMetadata"] == {"n": "1", "s": "x"}
    assert asked.noted == [("rewritten", "metadata.n")]


def test_tiers() -> None:
    """The wire's own words pass, "auto" is its default, and others are refused."""
    assert built(service_tier="auto").body["serviceTier"] == {"type": "default"}
    with pytest.raises(UnsupportedParameterError, match="service_tier"):
        built(service_tier="standard_only")


def test_extra_fields_stand_beside_what_is_made() -> None:
    """An object of extra_body wins where it says the same, and undoes nothing else."""
    asked = built(
        model=NOVA,
        top_k=5,
        max_tokens=9,
        extra_body={
            "additionalModelRequestFields": {"inferenceConfig": {"other": 1}},
            "inferenceConfig": {"maxTokens": 7},
            "performanceConfig": {"latency": "optimized"},
        },
    )
    assert asked.fields == {"inferenceConfig": {"topK": 5, "other": 1}}
    assert asked.body["inferenceConfig"] == {"maxTokens": 7}
    assert asked.body["performanceConfig"] == {"latency": "optimized"}


def test_extra_thinking_replaces_what_is_made_of_it() -> None:
    """Of two ways to think the caller's own one counts, whole."""
    asked = built(
        reasoning_budget=2000,
        extra_body={"additionalModelRequestFields": {"thinking": {"type": "disabled"}}},
    )
    assert asked.fields == {"thinking": {"type": "disabled"}}


@pytest.mark.parametrize(
    "model",
    [
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-haiku-4-5-v1:0",
        "ANTHROPIC.CLAUDE-HAIKU-4-5",
    ],
)
def test_a_rule_is_found_whatever_stands_around_the_name(model: str) -> None:
    """Regions, versions and ARNs do not hide the model."""
    assert get("bedrock").adapter(model) == get("bedrock").adapter("claude-haiku-4-5")


def test_a_rule_of_ones_own_for_a_name_that_tells_nothing() -> None:
    """One can say what is behind an opaque ARN; what is not said stays with the others."""
    arn = "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123"
    with pytest.raises(UnsupportedParameterError):
        built(model=arn, top_k=5)
    known = get("bedrock")
    mine = evolve(known, models=(ModelRule(["*abc123"], {"top_k": "top_k"}), *known.models))
    wire = mine.adapter(arn)
    assert isinstance(wire, BedrockConverse)
    assert built(model=arn, top_k=5, wire=wire).fields == {"top_k": 5}
    assert mine.adapter(NOVA) == known.adapter(NOVA)


def test_what_tells_no_family_may_be_anybodys() -> None:
    """What would only be refused is left to be refused: seals, cache points, citations."""
    wire = get("bedrock").adapter("arn:aws:bedrock:us-east-1:1:provisioned-model/x")
    assert isinstance(wire, BedrockConverse)
    assert (wire.thoughts, wire.citations) == ("sealed", True)
    assert wire.caches == ("tools", "system", "messages")


def test_mistral_takes_no_extra_of_claudes() -> None:
    """What one family knows is not sent to another."""
    asked = built(CALLED, model=MISTRAL, tools=[WEATHER], tool_choice="auto")
    assert asked.fields == {}

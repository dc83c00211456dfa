"""A request's fields, said in the form of generateContent."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import (
    CacheControl,
    ImagePart,
    InvalidRequestError,
    ResponseFormat,
    SystemMessage,
    Tool,
    ToolChoice,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.gemini import Gemini
from llmkit.adapters.structured import OUTPUT_TOOL

from .wire import ASKED, BASE, FLASH, NEWER, Built, built

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("get_weather", "Tell the weather.", SCHEMA)
TIME = Tool("get_time")
FORM: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA, name="place")


def calling(made: Built) -> Any:
    """How functions are to be called."""
    return made.body.get("toolConfig", {}).get("functionCallingConfig")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (FLASH, "/models/gemini-2.5-flash"),
        ("models/gemini-2.5-flash", "/models/gemini-2.5-flash"),
        ("tunedModels/mine", "/tunedModels/mine"),
        ("gemini-pro@001?x", "/models/gemini-pro@001%3Fx"),
    ],
)
def test_the_model_is_in_the_path(model: str, path: str) -> None:
    """With the method behind it; a stream is asked for as server-sent events."""
    assert built(model=model).http.url == f"{BASE}{path}:generateContent"
    streamed = built(model=model, stream=True, extra_query={"a": "b"})
    assert streamed.http.url == f"{BASE}{path}:streamGenerateContent?alt=sse&a=b"
    assert "model" not in streamed.body
    assert "stream" not in streamed.body


def test_parameters_have_names_of_their_own() -> None:
    """All of them stand in `generationConfig`."""
    made = built(
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        n=2,
        seed=7,
        stop=["END"],
        frequency_penalty=0.1,
        presence_penalty=0.2,
        logprobs=True,
        top_logprobs=4,
    )
    assert made.config == {
        "maxOutputTokens": 9,
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 3,
        "candidateCount": 2,
        "seed": 7,
        "stopSequences": ["END"],
        "frequencyPenalty": 0.1,
        "presencePenalty": 0.2,
        "responseLogprobs": True,
        "logprobs": 4,
    }
    assert made.adjustments == ()


def test_top_logprobs_ask_for_logprobs() -> None:
    """The one is given with the other only."""
    made = built(top_logprobs=2)
    assert made.config == {"responseLogprobs": True, "logprobs": 2}
    assert made.changes == [("added", "logprobs")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("logit_bias", {"1": 2}),
        ("user", "me"),
        ("prompt_mode", "reasoning"),
        ("safe_prompt", True),
        ("metadata", {"a": "b"}),
        ("service_tier", "flex"),
    ],
)
def test_what_the_wire_cannot_say_is_refused(field: str, value: Any) -> None:
    """Or dropped, and told."""
    fields: dict[str, Any] = {field: value}
    with pytest.raises(UnsupportedParameterError) as caught:
        built(**fields)
    assert caught.value.parameter == field
    made = built(policy="drop", **fields)
    assert made.body == built().body
    assert made.changes == [("dropped", field)]


def test_quirks_tell_what_a_provider_takes() -> None:
    """Labels, the place of the service tier, and what is refused."""
    vertex = Gemini(provider="vertex", labels=True, service_tier="header")
    made = built(wire=vertex, metadata={"team": "a"}, service_tier="flex")
    assert made.body["labels"] == {"team": "a"}
    assert made.http.headers["X-Vertex-AI-LLM-Shared-Request-Type"] == "flex"
    assert "serviceTier" not in made.body
    tiers = Gemini(service_tier="body")
    assert built(wire=tiers, service_tier="flex").body["serviceTier"] == "flex"
    strict = Gemini(refuses=("seed", "stop", "service_tier", "tools", "response_format"))
    asked: dict[str, Any] = {"seed": 1, "stop": "a", "service_tier": "b", "tools": [WEATHER]}
    made = built(wire=strict, policy="drop", response_format=FORM, **asked)
    assert made.body == built().body
    assert sorted(field for _, field in made.changes) == sorted([*asked, "response_format"])


def test_extras_are_merged_into_the_configuration() -> None:
    """What the caller says in the provider's words wins, and leaves the rest in place."""
    config = {"topK": 5, "responseModalities": ["TEXT"], "candidateCount": None}
    extra = {"generationConfig": config, "cachedContent": "cachedContents/1"}
    made = built(temperature=1, top_k=1, n=1, extra_body=extra)
    assert made.config == {"temperature": 1, **config}
    assert made.body["cachedContent"] == "cachedContents/1"


def test_tools_are_function_declarations() -> None:
    """All in one list, with their parameters as JSON Schema."""
    made = built(tools=[WEATHER, TIME])
    assert made.body["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "get_weather",
                    "description": "Tell the weather.",
                    "parametersJsonSchema": SCHEMA,
                },
                {
                    "name": "get_time",
                    "parametersJsonSchema": {"type": "object", "properties": {}},
                },
            ]
        }
    ]
    assert "toolConfig" not in made.body


def test_tools_in_the_older_words() -> None:
    """An OpenAPI schema, which an object without properties must not be."""
    made = built(tools=[WEATHER, TIME], wire=Gemini(schemas="openapi"))
    first, second = made.body["tools"][0]["functionDeclarations"]
    assert first["parameters"]["properties"] == SCHEMA["properties"]
    assert second == {"name": "get_time"}


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        (ToolChoice.AUTO, {"mode": "AUTO"}),
        (ToolChoice.NONE, {"mode": "NONE"}),
        (ToolChoice.REQUIRED, {"mode": "ANY"}),
        (ToolChoice.named("get_time"), {"mode": "ANY", "allowedFunctionNames": ["get_time"]}),
    ],
)
def test_the_choice_of_a_tool_is_a_mode(choice: ToolChoice, config: dict[str, object]) -> None:
    """A named tool is the only one allowed of any."""
    assert calling(built(tools=[WEATHER, TIME], tool_choice=choice)) == config


def test_a_choice_needs_tools_to_choose_from() -> None:
    """A configuration without functions is refused by the service."""
    for choice in (ToolChoice.REQUIRED, ToolChoice.named("a")):
        with pytest.raises(InvalidRequestError, match="tool_choice"):
            built(tool_choice=choice)
    with pytest.raises(InvalidRequestError, match="which is no tool"):
        built(tools=[TIME], tool_choice=ToolChoice.named("a"))
    for choice in (ToolChoice.AUTO, ToolChoice.NONE):
        assert built(tool_choice=choice).body == built().body


def test_a_strict_tool_validates_all_calls() -> None:
    """Where calling is free; a forced call fits anyway, and older models cannot be held to it."""
    strict = Tool("a", "", SCHEMA, strict=True)
    made = built(tools=[strict])
    assert calling(made) == {"mode": "VALIDATED"}
    assert made.changes == [("rewritten", "tools.strict")]
    assert calling(built(tools=[strict], tool_choice=ToolChoice.REQUIRED)) == {"mode": "ANY"}
    with pytest.raises(UnsupportedParameterError, match="strict"):
        built(tools=[strict], model="gemini-2.0-flash")


def test_parallel_calls_are_not_to_be_switched() -> None:
    """To allow them says nothing new; to forbid them is refused."""
    made = built(tools=[TIME], parallel_tool_calls=True)
    assert made.changes == [("dropped", "parallel_tool_calls")]
    with pytest.raises(UnsupportedParameterError, match="parallel_tool_calls"):
        built(tools=[TIME], parallel_tool_calls=False)


def test_a_cache_mark_on_a_tool_is_dropped() -> None:
    """The provider caches by itself."""
    made = built(tools=[Tool("a", cache_control=CacheControl())])
    assert made.changes == [("dropped", "tools.a.cache_control")]


def test_a_model_without_tools_refuses_them() -> None:
    """So the table says of it."""
    with pytest.raises(UnsupportedParameterError, match="tools"):
        built(tools=[TIME], model="gemma-3-27b-it")


def test_json_is_asked_for_by_its_media_type() -> None:
    """With the schema beside it, in one of two forms."""
    assert built(response_format=ResponseFormat("text")).config == {
        "responseMimeType": "text/plain"
    }
    plain = built(response_format=ResponseFormat("json_object"))
    assert plain.config == {"responseMimeType": "application/json"}
    assert built(response_format=FORM).config == {
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    older = built(response_format=FORM, wire=Gemini(schemas="openapi"))
    assert older.config["responseSchema"]["properties"] == SCHEMA["properties"]
    described: ResponseFormat[object] = ResponseFormat.json_schema(SCHEMA, description="A place.")
    assert built(response_format=described).config["responseJsonSchema"] == {
        "description": "A place.",
        **SCHEMA,
    }


def test_before_gemini_3_json_and_functions_exclude_each_other() -> None:
    """A schema becomes a forced call there, any JSON a wish; later both go together."""
    newer = built(model=NEWER, response_format=FORM, tools=[TIME])
    assert newer.config["responseJsonSchema"] == SCHEMA
    made = built(response_format=FORM, tools=[TIME])
    assert "generationConfig" not in made.body
    names = [tool["name"] for tool in made.body["tools"][0]["functionDeclarations"]]
    assert names == ["get_time", OUTPUT_TOOL]
    assert calling(made) == {"mode": "ANY"}
    assert made.changes == [("rewritten", "response_format")]
    none = built(response_format=FORM, tools=[TIME], tool_choice=ToolChoice.NONE)
    assert calling(none) == {"mode": "ANY", "allowedFunctionNames": [OUTPUT_TOOL]}
    wish = built(response_format=ResponseFormat("json_object"), tools=[TIME])
    assert "JSON" in wish.body["systemInstruction"]["parts"][0]["text"]


def test_a_model_without_json_is_asked_in_words() -> None:
    """In the user's, where it takes no instruction either."""
    made = built([SystemMessage("Be brief."), *ASKED], model="gemma-3-27b-it", response_format=FORM)
    assert "systemInstruction" not in made.body
    first, second = made.body["contents"]
    assert first["role"] == second["role"] == "user"
    assert first["parts"][0] == {"text": "Be brief."}
    assert "city" in first["parts"][1]["text"]
    assert ("moved", "messages[0]") in made.changes


def test_images_are_all_looked_at_equally_closely() -> None:
    """One detail for all is the resolution of the media; two are refused."""
    low, high = (ImagePart(url="https://a.test/b.png", detail=word) for word in ("low", "high"))
    made = built([UserMessage([low, low])])
    assert made.config == {"mediaResolution": "MEDIA_RESOLUTION_LOW"}
    assert built([UserMessage([ImagePart(url="https://a.test/b.png", detail="auto")])]).config == {}
    with pytest.raises(UnsupportedParameterError, match=r"messages\[0\]\.content\[0\]\.detail"):
        built([UserMessage([low, high])])

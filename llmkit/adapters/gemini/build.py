"""A request, said in the form of generateContent.

Source: https://ai.google.dev/api/generate-content#v1beta.GenerationConfig
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from attrs import evolve

from ..._http import HttpRequest
from ..._json import JsonObject, JsonValue
from ..._models.adjustments import Adjuster
from ..._models.parts import ImagePart
from ..._models.plain import holds
from ..._models.request import ChatCompletionRequest
from ..._models.response_format import ResponseFormat
from ..._models.tools import Tool
from .._base import Endpoint, post_json
from ..structured import as_prompt, as_tool, native_schema
from .messages import contents, plain_contents
from .parts import Speech
from .thinking import thinking_config
from .tools import JSON_SCHEMA, OPENAPI, tools

if TYPE_CHECKING:
    from . import Gemini

JsonDict = dict[str, JsonValue]

# Each field of a request that goes as it is, by the wire's name for it.
_SAME: Final = (
    ("max_tokens", "maxOutputTokens"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("top_k", "topK"),
    ("n", "candidateCount"),
    ("seed", "seed"),
    ("frequency_penalty", "frequencyPenalty"),
    ("presence_penalty", "presencePenalty"),
    ("logprobs", "responseLogprobs"),
    ("top_logprobs", "logprobs"),
)
_same: Final = attrgetter(*(name for name, _ in _SAME))
_UNKNOWN: Final = ("logit_bias", "prompt_mode", "safe_prompt", "user")
_unknown: Final = attrgetter(*_UNKNOWN)

_VERSION: Final = "v1beta"

# https://docs.cloud.google.com/vertex-ai/generative-ai/docs/priority-paygo
_TIER_HEADER: Final = "X-Vertex-AI-LLM-Shared-Request-Type"


def build(
    wire: Gemini, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
) -> HttpRequest:
    """The HTTP request that says *request*."""
    adjust, endpoint = endpoint.adjust, versioned(endpoint)
    config = _config(wire, request, adjust)
    output = words = None
    if request.response_format is not None:
        output, words = _answer_form(wire, request.response_format, request, config, adjust)
    plain = plain_contents(wire, request.messages) if words is None else None
    system, said = plain or contents(Speech(wire, endpoint), request.messages, words)
    body: JsonDict = {"contents": said}
    if system is not None:
        body["systemInstruction"] = system
    if request.tools or request.tool_choice is not None or output is not None:
        body.update(tools(wire, request, output, adjust))
    if config:
        body["generationConfig"] = config
    headers = _beside(wire, request, body, adjust)
    path = _path(endpoint.model, stream)
    if request.extra_body:
        # A part of `generationConfig` in it shall not put the rest of it out of the body.
        body = merged(merged(body, endpoint.body), request.extra_body)
        request, endpoint = evolve(request, extra_body={}), evolve(endpoint, body={})
    return post_json(request, endpoint, path, body, headers=headers)


def versioned(endpoint: Endpoint) -> Endpoint:
    """*endpoint*, with the version where its address is a host alone, as Google's clients take it.

    Source: https://googleapis.github.io/python-genai/
    """
    if "/" in endpoint.base_url.partition("://")[2]:
        return endpoint
    return evolve(endpoint, base_url=f"{endpoint.base_url}/{_VERSION}")


@lru_cache(maxsize=64)
def _path(model: str, stream: bool) -> str:
    # Kept, because to quote a name costs 0.5 µs. Tuned models have a path of their own.
    name = model if "/" in model else f"models/{model}"
    method = ":streamGenerateContent?alt=sse" if stream else ":generateContent"
    return f"/{quote(name, safe='/@')}{method}"


def merged(ours: JsonObject, theirs: JsonObject) -> JsonDict:
    """*ours* with *theirs* over it, and objects in both likewise."""
    result = dict(ours)
    for name, value in theirs.items():
        old = result.get(name)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[name] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result


def _taken(wire: Gemini, name: str, adjust: Adjuster) -> bool:
    if name in wire.refuses:
        adjust.unsupported(name, "the provider does not take it")
        return False
    return True


def _config(wire: Gemini, request: ChatCompletionRequest[object], adjust: Adjuster) -> JsonDict:
    config: JsonDict = {}
    for (name, theirs), value in zip(_SAME, _same(request)):
        if value is not None and _taken(wire, name, adjust):
            config[theirs] = value
    if "logprobs" in config and "responseLogprobs" not in config:
        config["responseLogprobs"] = True
        adjust.note("added", "logprobs", "top_logprobs are given with it only")
    if request.stop and _taken(wire, "stop", adjust):
        config["stopSequences"] = list(request.stop)
    if request.reasoning_effort is not None or request.reasoning_budget is not None:
        thinking = thinking_config(wire, request, adjust)
        if thinking is not None:
            config["thinkingConfig"] = thinking
    detail = _detail(request, adjust)
    if detail is not None:
        config["mediaResolution"] = detail
    return config


def _detail(request: ChatCompletionRequest[object], adjust: Adjuster) -> str | None:
    """How closely to look at images: the wire has one word for all of them."""
    if not holds(request.messages, (ImagePart,)):
        return None
    asked = {
        f"messages[{place}].content[{index}].detail": part.detail or "auto"
        for place, message in enumerate(request.messages)
        for index, part in enumerate(message.parts)
        if isinstance(part, ImagePart)
    }
    words = set(asked.values())
    if words <= {"auto"}:
        return None
    if len(words) == 1:
        return f"MEDIA_RESOLUTION_{words.pop().upper()}"
    for field, word in asked.items():
        if word != "auto":
            adjust.unsupported(field, "the wire looks at all images equally closely")
    return None


def _answer_form(
    wire: Gemini,
    asked: ResponseFormat[object],
    request: ChatCompletionRequest[object],
    config: JsonDict,
    adjust: Adjuster,
) -> tuple[Tool | None, str | None]:
    """The form of the answer, in *config*; else a tool to be forced, or words for the system."""
    if not _taken(wire, "response_format", adjust):
        return None, None
    if asked.type == "text":
        config["responseMimeType"] = "text/plain"
        return None, None
    openapi = wire.schemas == "openapi"
    subset = OPENAPI if openapi else JSON_SCHEMA
    if not wire.json or (request.tools and not wire.json_with_tools):
        if asked.type == "json_schema" and wire.tools:
            return as_tool(asked, subset, adjust), None
        return None, as_prompt(asked, adjust)
    config["responseMimeType"] = "application/json"
    if asked.type == "json_schema":
        schema = native_schema(asked, subset, adjust)
        if asked.description is not None:
            schema = {"description": asked.description, **schema}
        config["responseSchema" if openapi else "responseJsonSchema"] = schema
    return None, None


def _beside(
    wire: Gemini, request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster
) -> Mapping[str, str]:
    """What stands beside the configuration; the headers that say the rest."""
    for name, value in zip(_UNKNOWN, _unknown(request)):
        if value is not None and value != {}:
            adjust.unsupported(name, "the wire has no such field")
    if request.metadata:
        if wire.labels:
            body["labels"] = request.metadata
        else:
            adjust.unsupported("metadata", "the provider takes no labels")
    tier = request.service_tier
    if tier is None or not _taken(wire, "service_tier", adjust):
        return {}
    if wire.service_tier == "header":
        return {_TIER_HEADER: tier}
    if wire.service_tier == "body":
        body["serviceTier"] = tier
    else:
        adjust.unsupported("service_tier", "the wire's types have no field for it; extra_body has")
    return {}

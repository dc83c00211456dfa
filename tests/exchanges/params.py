"""A turn's parameters as a request's: what it says in a provider's own words, put neutrally."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import fields

from llmkit import ChatCompletionRequest

_FIELDS: Final = {attribute.alias for attribute in fields(ChatCompletionRequest)}


def request_params(turn: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request that say the parameters of *turn*, `extra_body` among them.

    What no field of a request can say goes as the provider's own.
    """
    params, extra = dict(turn["params"]), dict(turn["extra"])
    match params.get("thinking"):
        case {"type": "enabled", "budget_tokens": budget, **more} if not more:
            del params["thinking"]
            params["reasoning_budget"] = budget
        case {"type": "disabled", **more} if not more:
            del params["thinking"]
            params["reasoning_effort"] = "none"
        case {"type": _}:
            extra["thinking"] = params.pop("thinking")
        case {"thinkingLevel": level}:  # Gemini's
            del params["thinking"]
            params["reasoning_effort"] = level.lower()
        case {"thinkingBudget": budget} if budget >= 0:
            del params["thinking"]
            params["reasoning_budget"] = budget
        case {**own} if own:
            config = {"thinkingConfig": params.pop("thinking")}
            extra["generationConfig"] = {**extra.get("generationConfig", {}), **config}
    match params.get("reasoning"):
        case {"effort": effort, **more} if not more:  # OpenAI's Responses
            del params["reasoning"]
            params["reasoning_effort"] = effort
    for name in [*params]:
        if name not in _FIELDS:
            extra[name] = params.pop(name)
    match params.pop("think", None):  # Ollama's
        case bool(asked):
            params["reasoning_effort"] = "high" if asked else "none"
        case str(level):
            params["reasoning_effort"] = level
    for name in ("top_k", "top_p"):
        if params.get(name, 0) < 0:  # a word of some SDKs for "left out"
            extra[name] = params.pop(name)
    return {**params, "extra_body": extra}

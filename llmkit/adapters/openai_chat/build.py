"""A request, said in the form of OpenAI's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from ..._http import HttpRequest
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest
from .._base import Endpoint, post_json
from .messages import messages
from .tools import response_format, taken, tools

if TYPE_CHECKING:
    from . import OpenAIChat

# Each field of a request that goes as it is: the wire has the same name for it.
_SAME: Final = (
    "temperature",
    "top_p",
    "top_k",
    "n",
    "frequency_penalty",
    "presence_penalty",
    "service_tier",
)
REFUSABLE: Final = frozenset(
    {
        *_SAME,
        *("logit_bias", "logprobs", "max_tokens", "metadata", "parallel_tool_calls"),
        *("prompt_mode", "reasoning_effort", "safe_prompt", "seed", "stop", "tool_choice"),
        *("tools", "top_logprobs", "user"),
    }
)
"""The fields of a request that a provider of this form may be without."""


def build(
    wire: OpenAIChat, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
) -> HttpRequest:
    """The HTTP request that says *request*."""
    adjust = endpoint.adjust
    body: dict[str, JsonValue] = {"model": endpoint.model} if wire.model_in_body else {}
    body["messages"] = messages(wire, request.messages, adjust)
    for name in _SAME:
        value = getattr(request, name)
        if value is not None and taken(wire, name, value, adjust):
            body[name] = value
    _renamed(wire, request, body, adjust)
    _logprobs(wire, request, body, adjust)
    tools(wire, request, body, adjust)
    response_format(wire, request, body, adjust)
    _reasoning(wire, request, body, adjust)
    if stream:
        body["stream"] = True
        if wire.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return post_json(request, endpoint, _path(wire, endpoint), body)


def _path(wire: OpenAIChat, endpoint: Endpoint) -> str:
    """The path below the endpoint's address, less what the address has of it already.

    An address is given with the version in it, or without: Azure's own pages have both.
    """
    path = wire.path
    if "{model}" in path:
        path = path.replace("{model}", quote(endpoint.model, safe=""))
    if path.count("/") < 3:
        return path
    given = urlsplit(endpoint.base_url).path
    starts = (path[:end] for end in range(len(path) - 1, 1, -1) if path[end] == "/")
    return path.removeprefix(next((start for start in starts if given.endswith(start)), ""))


def _renamed(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    """The fields whose names, or forms, are not the same everywhere."""
    if request.max_tokens is not None and taken(wire, "max_tokens", request.max_tokens, adjust):
        body[wire.max_tokens_field] = request.max_tokens
    if request.seed is not None and taken(wire, "seed", request.seed, adjust):
        body[wire.seed_field] = request.seed
    if request.user is not None and taken(wire, "user", request.user, adjust):
        body[wire.user_field] = request.user
    if request.stop and taken(wire, "stop", request.stop, adjust):
        most = wire.max_stop
        if most is not None and len(request.stop) > most:
            adjust.unsupported("stop", f"the provider takes {most} at most, not the ones after")
        body["stop"] = list(request.stop[:most])
    if request.logit_bias and taken(wire, "logit_bias", request.logit_bias, adjust):
        body["logit_bias"] = request.logit_bias
    if request.metadata and taken(wire, "metadata", request.metadata, adjust):
        body["metadata"] = request.metadata
    for name in ("safe_prompt", "prompt_mode"):
        value = getattr(request, name)
        if value is None:
            continue
        if wire.mistral_params and name not in wire.refuses:
            body[name] = value
        else:
            adjust.unsupported(name, "the provider does not take it")


def _logprobs(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    asked, top = request.logprobs, request.top_logprobs
    if asked is not None and not taken(wire, "logprobs", asked, adjust):
        asked = None
    if top is not None and not taken(wire, "top_logprobs", top, adjust):
        top = None
    if wire.logprobs_count:
        # One number says both: of how many tokens, its own first. No number, none.
        if asked or top:
            body["logprobs"] = max(1, top or 0)
        elif asked is False:
            adjust.note("dropped", "logprobs", "none are what comes unasked")
        return
    if asked is not None:
        body["logprobs"] = asked
    if top is not None:
        body["top_logprobs"] = top


def _reasoning(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    effort: str | None = request.reasoning_effort
    budget = request.reasoning_budget
    if budget is not None and wire.effort != "reasoning":
        adjust.unsupported("reasoning_budget", "the provider does not count thinking in tokens")
        budget = None
    renamed = dict(wire.renamed_efforts).get(effort or "")
    if renamed is not None:
        adjust.note("renamed", "reasoning_effort", f"the provider says {renamed} for {effort}")
    said = renamed or effort
    effort = said if said is None or _effort_known(wire, said, adjust) else None
    if effort is None and budget is None:
        return
    match wire.effort:
        case "reasoning":
            # OpenRouter: https://openrouter.ai/docs/use-cases/reasoning-tokens
            asked: dict[str, JsonValue] = {}
            if budget is not None:
                asked["max_tokens"] = budget
            else:
                asked["effort"] = effort
            if effort is not None and budget is not None:
                adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
            body["reasoning"] = asked
        case "thinking":
            on = effort != "none"
            body["thinking"] = {"type": "enabled" if on else "disabled"}
            if on:
                body["reasoning_effort"] = effort
        case _:
            body["reasoning_effort"] = effort


def _effort_known(wire: OpenAIChat, effort: str, adjust: Adjuster) -> bool:
    if wire.effort is None or "reasoning_effort" in wire.refuses:
        adjust.unsupported("reasoning_effort", "the provider has no such switch")
        return False
    if wire.efforts and effort not in wire.efforts:
        known = ", ".join(wire.efforts)
        adjust.unsupported("reasoning_effort", f"{effort!r} is not among the provider's: {known}")
        return False
    return True

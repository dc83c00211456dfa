"""A request, said in the form of OpenAI's chat completions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from ..._http import HttpRequest
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest
from .._base import Endpoint, post_json
from .messages import messages
from .ranges import within
from .thinking import thinking, thinks
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
_same: Final = attrgetter(*_SAME)
# What few requests ask, and takes a step of its own to be said.
_rare: Final = attrgetter(
    *("tools", "logprobs", "top_logprobs", "tool_choice", "parallel_tool_calls"),
    *("response_format", "reasoning_effort", "reasoning_budget"),
)
_UNASKED: Final[tuple[object, ...]] = ((), *(None,) * 7)


def build(
    wire: OpenAIChat, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
) -> HttpRequest:
    """The HTTP request that says *request*."""
    adjust = endpoint.adjust
    if wire.thinker is not None and thinks(wire, request):
        wire = wire.thinker
    if wire.ranges:
        request = within(wire, request, adjust)
    body: dict[str, JsonValue] = {wire.model_field: endpoint.model} if wire.model_in_body else {}
    body["messages"] = messages(wire, request.messages, adjust)
    body |= {
        name: value
        for name, value in zip(_SAME, _same(request))
        if value is not None and taken(wire, name, value, adjust)
    }
    _renamed(wire, request, body, adjust)
    if _rare(request) != _UNASKED:
        _logprobs(wire, request, body, adjust)
        tools(wire, request, body, adjust)
        response_format(wire, request, body, adjust)
        thinking(wire, request, body, adjust)
    path = wire.path
    if stream:
        path = wire.stream_path or path
        if wire.stream_field:
            body["stream"] = True
        if wire.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return post_json(request, endpoint, _path(path, endpoint), body)


def _path(path: str, endpoint: Endpoint) -> str:
    """The path below the endpoint's address, less what the address has of it already.

    An address is given with the version in it, or without: Azure's own pages have both.
    """
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
        if wire.mistral_params and name not in wire.refused:
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

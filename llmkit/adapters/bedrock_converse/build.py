"""A request, said in the form of Bedrock's Converse.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from attrs import evolve

from ..._http import HttpRequest
from ..._json import JsonValue, dumps
from ..._models.request import ChatCompletionRequest
from .._base import Endpoint, post_json
from .messages import conversation
from .task import JsonDict, Task
from .thinking import BY_BUDGET, thinking
from .tools import answer_form, tools

if TYPE_CHECKING:
    from . import BedrockConverse

EVENT_STREAM: Final = "application/vnd.amazon.eventstream"

# The wire has no field for these. Beside each, the value that asks for nothing: it needs no word.
_UNKNOWN: Final[Mapping[str, object]] = {
    "n": 1,
    "seed": None,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "logit_bias": {},
    "logprobs": False,
    "top_logprobs": 0,
    "prompt_mode": None,
    "safe_prompt": False,
    "user": None,
}

_ROOM: Final = 4096
"""How many tokens an answer gets after its thinking, where no limit is given."""


def build(
    wire: BedrockConverse,
    request: ChatCompletionRequest[object],
    endpoint: Endpoint,
    *,
    stream: bool,
) -> HttpRequest:
    """The HTTP request that says *request*."""
    task = Task(wire, endpoint.adjust)
    body: JsonDict = {}
    effort = thinking(task, request)
    answer, words = answer_form(task, request, effort, body)
    # Tools, system, messages: the order in which the wire reads cache points.
    as_text = tools(task, request, effort, answer, body)
    said = conversation(task, request.messages, words, calls_as_text=as_text)
    body["messages"] = said.messages
    if said.system:
        body["system"] = said.system
    _inference(task, request, effort, body)
    _others(task, request, body)
    if task.fields:
        body["additionalModelRequestFields"] = task.fields
    # An ARN has slashes and colons, which are part of the name.
    path = f"/model/{quote(endpoint.model, safe='')}/converse"
    if not stream:
        return post_json(_beside(request, body), endpoint, path, body)
    headers = {"Accept": EVENT_STREAM}
    return post_json(_beside(request, body), endpoint, f"{path}-stream", body, headers=headers)


def _beside(
    request: ChatCompletionRequest[object], body: JsonDict
) -> ChatCompletionRequest[object]:
    """*request*, whose own fields of an object do not undo the others that stand in it."""
    joined = {
        name: _joined(made, own)
        for name, own in request.extra_body.items()
        if isinstance(own, Mapping) and isinstance(made := body.get(name), Mapping)
    }
    return evolve(request, extra_body={**request.extra_body, **joined}) if joined else request


def _joined(made: Mapping[str, JsonValue], own: Mapping[str, JsonValue]) -> JsonDict:
    """Both; where both say something, *own*."""
    result = {**made, **own}
    for name, value in own.items():
        before = made.get(name)
        # A thought's parts belong together: of two ways to think, one counts.
        if isinstance(value, Mapping) and isinstance(before, Mapping) and name != "thinking":
            result[name] = _joined(before, value)
    return result


def _inference(
    task: Task, request: ChatCompletionRequest[object], effort: str, body: JsonDict
) -> None:
    config: JsonDict = {}
    limit = request.max_tokens
    budget = request.reasoning_budget
    if limit is None and effort == BY_BUDGET:
        thought = task.fields.get("thinking")
        budget = budget if not isinstance(thought, dict) else int(str(thought["budget_tokens"]))
        limit = (budget or 0) + _ROOM
        task.adjust.note("added", "max_tokens", f"{limit}: room for the answer after the thinking")
    if limit is not None:
        config["maxTokens"] = limit
    _sampling(task, request, effort, config)
    if request.stop:
        config["stopSequences"] = list(request.stop)
    if config:
        body["inferenceConfig"] = config


def _sampling(
    task: Task, request: ChatCompletionRequest[object], effort: str, config: JsonDict
) -> None:
    """How freely it chooses, as far as the model lets that be said."""
    temperature, top_p, top_k = request.temperature, request.top_p, request.top_k
    if temperature is not None and temperature > 1:
        task.adjust.note("clamped", "temperature", f"{temperature} to 1, the wire's highest")
        temperature = 1
    reason = None
    if task.wire.sampling == "none":
        reason = "the model takes no other value than its own"
    elif effort == BY_BUDGET or effort in task.wire.unsampled:
        reason = "cannot be set while the model thinks"
    for name, wanted in (("temperature", temperature), ("top_p", top_p), ("top_k", top_k)):
        if wanted is None:
            continue
        if reason is not None:
            task.adjust.unsupported(name, reason)
        elif name == "top_k":
            _top_k(task, wanted)
        elif name == "top_p" and task.wire.sampling == "one" and temperature is not None:
            task.adjust.unsupported(name, "the model takes it or temperature, not both")
        else:
            config[{"top_p": "topP"}.get(name, name)] = wanted


def _top_k(task: Task, wanted: float) -> None:
    if task.wire.top_k:
        task.put(task.wire.top_k, wanted)
    else:
        task.adjust.unsupported("top_k", "the model does not take it")


def _others(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    _metadata(task, request, body)
    tier = request.service_tier
    if tier == "auto":
        task.adjust.note("rewritten", "service_tier", "auto as default")
        tier = "default"
    if tier is not None:
        known = task.wire.service_tiers
        if tier in known:
            body["serviceTier"] = {"type": tier}
        else:
            task.adjust.unsupported("service_tier", f"{tier!r} is not one of {', '.join(known)}")
    for name, nothing in _UNKNOWN.items():
        value = getattr(request, name)
        if value is not None and value != nothing:
            task.adjust.unsupported(name, "the wire has no such parameter")


def _metadata(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    """The wire keeps text under each name."""
    said: JsonDict = {}
    for name, value in request.metadata.items():
        if not isinstance(value, str):
            value = dumps(value).decode()
            task.adjust.note("rewritten", f"metadata.{name}", "as text, which the wire keeps")
        said[name] = value
    if said:
        body["requestMetadata"] = said

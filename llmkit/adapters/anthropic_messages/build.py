"""A request, said in the form of Anthropic's Messages.

Source: https://platform.claude.com/docs/en/api/messages/create
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ..._http import HttpRequest
from ..._models.request import ChatCompletionRequest
from .._base import Endpoint, post_json
from . import envelope
from .messages import messages, system
from .task import JsonDict, Task
from .thinking import Mode, thinking
from .tools import answer_form, tools

if TYPE_CHECKING:
    from . import AnthropicMessages

# The wire refuses keys that it does not know. Beside each field, the value that asks for
# nothing: it needs no word.
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
}

_unknown: Final = attrgetter(*_UNKNOWN)
_UNSAID: Final[tuple[object, ...]] = (None, None, None, None, {}, None, None, None, None)

_LEAST_TOP_P: Final = 0.95


def build(
    wire: AnthropicMessages,
    request: ChatCompletionRequest[object],
    endpoint: Endpoint,
    *,
    stream: bool,
) -> HttpRequest:
    """The HTTP request that says *request*."""
    task = Task(wire, endpoint.adjust)
    body = envelope.start(wire, endpoint, stream=stream)
    limit = _max_tokens(task, request, body)
    mode = thinking(task, request, limit, body)
    answer, words = answer_form(task, request, mode, body)
    # Tools, system, messages: the order in which the wire reads prompt-cache markers.
    tools(task, request, mode, answer, body)
    instructions = system(task, request.messages, words)
    if instructions is not None:
        body["system"] = instructions
    body["messages"] = messages(task, request.messages)
    _sampling(task, request, mode, body)
    _others(task, request, body)
    headers = envelope.finish(wire, body, task.betas, request.extra_headers)
    if stream and wire.envelope == "bedrock":
        headers["Accept"] = "application/vnd.amazon.eventstream"
    path = envelope.path(wire, endpoint, stream=stream)
    if request.extra_body:
        request = _with_config(request, body)
    return post_json(request, endpoint, path, body, headers=headers)


def _with_config(
    request: ChatCompletionRequest[object], body: JsonDict
) -> ChatCompletionRequest[object]:
    """*request*, whose own `output_config` does not undo the rest of what stands in the body's."""
    own, made = request.extra_body.get("output_config"), body.get("output_config")
    if not isinstance(own, dict) or not isinstance(made, dict):
        return request
    return evolve(request, extra_body={**request.extra_body, "output_config": {**made, **own}})


def _max_tokens(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> int:
    own = request.extra_body.get("max_tokens")
    limit = own if isinstance(own, int) else request.max_tokens
    if limit is None:
        limit = task.wire.max_tokens
        if request.reasoning_budget and task.wire.budget:
            limit = max(limit, request.reasoning_budget + 4096)  # room for the answer after it
        task.adjust.note("added", "max_tokens", f"{limit}: the wire needs a limit")
    body["max_tokens"] = limit
    return limit


def _sampling(
    task: Task, request: ChatCompletionRequest[object], mode: Mode, body: JsonDict
) -> None:
    """How freely it chooses, as far as the model lets that be said."""
    temperature, top_p, top_k = request.temperature, request.top_p, request.top_k
    if temperature is None and top_p is None and top_k is None:
        return
    if temperature is not None and temperature > 1:
        task.adjust.note("clamped", "temperature", f"{temperature} to 1, the wire's highest")
        temperature = 1
    said: dict[str, float | None] = {"temperature": temperature, "top_p": top_p, "top_k": top_k}
    for name, value in said.items():
        if value is None:
            continue
        reason = _refused(task, mode, name, value, said)
        if reason is None:
            body[name] = value
        elif value == 1 and name != "top_k":
            task.adjust.note("dropped", name, f"1 is the model's own value: {reason}")
        else:
            task.adjust.unsupported(name, reason)


def _refused(
    task: Task, mode: Mode, name: str, value: float, said: Mapping[str, float | None]
) -> str | None:
    """Why the model does not take *value* for *name*; None where it does."""
    if task.wire.sampling == "default":
        return "the model takes no other"
    if mode in ("budget", "adaptive"):
        if name == "temperature" and value != 1:
            return "is 1 while the model thinks"
        if name == "top_p" and value < _LEAST_TOP_P:
            return f"is {_LEAST_TOP_P} or more while the model thinks"
        if name == "top_k":
            return "cannot be set while the model thinks"
    if name == "top_p" and task.wire.sampling == "one" and said["temperature"] is not None:
        return "the model takes it or temperature, not both"
    return None


def _others(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    stop: list[str] = []
    for index, text in enumerate(request.stop):
        if text.isspace():
            task.adjust.unsupported(f"stop[{index}]", "the wire takes none of white space alone")
        else:
            stop.append(text)
    if stop:
        body["stop_sequences"] = stop
    if request.user is not None or request.metadata:
        _metadata(task, request, body)
    tier = request.service_tier
    if tier is not None:
        known = task.wire.service_tiers
        if tier in known:
            body["service_tier"] = tier
        else:
            task.adjust.unsupported("service_tier", f"{tier!r} is not one of {', '.join(known)}")
    values = _unknown(request)
    if values == _UNSAID:
        return
    for (name, nothing), value in zip(_UNKNOWN.items(), values):
        if value is not None and value != nothing:
            task.adjust.unsupported(name, "the wire has no such parameter")


def _metadata(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    """The wire knows one key of metadata: the user's."""
    said = {"user_id": request.user} if request.user is not None else {}
    for key, value in request.metadata.items():
        if key == "user_id" and isinstance(value, str):
            said.setdefault(key, value)
        else:
            task.adjust.unsupported(f"metadata.{key}", "the wire keeps user_id only")
    if said:
        body["metadata"] = dict(said)

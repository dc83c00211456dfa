"""A request, said in the form of OpenAI's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..._http import HttpRequest
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.part_form import cache_control_to_dict
from ..._models.request import ChatCompletionRequest
from ..._models.tools import Tool, ToolChoice
from ...errors import InvalidRequestError
from .._base import Endpoint, post_json
from .messages import messages

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
    "logprobs",
    "top_logprobs",
    "service_tier",
)


def build(
    wire: OpenAIChat, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
) -> HttpRequest:
    """The HTTP request that says *request*."""
    adjust = endpoint.adjust
    body: dict[str, JsonValue] = {
        "model": endpoint.model,
        "messages": messages(wire, request.messages, adjust),
    }
    for name in _SAME:
        value = getattr(request, name)
        if value is not None and _taken(wire, name, value, adjust):
            body[name] = value
    _renamed(wire, request, body, adjust)
    _tools(wire, request, body, adjust)
    _response_format(wire, request, body, adjust)
    _reasoning(wire, request, body, adjust)
    if stream:
        body["stream"] = True
        if wire.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return post_json(request, endpoint, "/chat/completions", body)


def _taken(wire: OpenAIChat, name: str, value: object, adjust: Adjuster) -> bool:
    # One answer is what everybody gives; who refuses `n` refuses more than that.
    if name in wire.refuses and (name, value) != ("n", 1):
        adjust.unsupported(name, "the provider does not take it")
        return False
    return True


def _renamed(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    """The fields whose names, or forms, are not the same everywhere."""
    if request.max_tokens is not None and _taken(wire, "max_tokens", request.max_tokens, adjust):
        body[wire.max_tokens_field] = request.max_tokens
    if request.seed is not None and _taken(wire, "seed", request.seed, adjust):
        body[wire.seed_field] = request.seed
    if request.user is not None and _taken(wire, "user", request.user, adjust):
        body[wire.user_field] = request.user
    if request.stop and _taken(wire, "stop", request.stop, adjust):
        body["stop"] = list(request.stop)
    if request.logit_bias and _taken(wire, "logit_bias", request.logit_bias, adjust):
        body["logit_bias"] = request.logit_bias
    if request.metadata and _taken(wire, "metadata", request.metadata, adjust):
        body["metadata"] = request.metadata
    for name in ("safe_prompt", "prompt_mode"):
        value = getattr(request, name)
        if value is None:
            continue
        if wire.mistral_params and name not in wire.refuses:
            body[name] = value
        else:
            adjust.unsupported(name, "the provider does not take it")


def _tools(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    choice = request.tool_choice
    if not request.tools:
        # OpenAI refuses both fields without tools. To ask for no call is to ask for nothing.
        if choice is not None and choice.mode in ("required", "named"):
            raise InvalidRequestError("needs tools to choose from", field="tool_choice")
        return
    if not _taken(wire, "tools", request.tools, adjust):
        return
    body["tools"] = [_tool(wire, tool, adjust) for tool in request.tools]
    if choice is not None and _taken(wire, "tool_choice", choice, adjust):
        body["tool_choice"] = _tool_choice(wire, request, choice)
    parallel = request.parallel_tool_calls
    if parallel is not None and _taken(wire, "parallel_tool_calls", parallel, adjust):
        body["parallel_tool_calls"] = parallel


def _tool(wire: OpenAIChat, tool: Tool, adjust: Adjuster) -> JsonValue:
    function: dict[str, JsonValue] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters
    if tool.strict is not None:
        function["strict"] = tool.strict
    result: dict[str, JsonValue] = {"type": "function", "function": function}
    if tool.cache_control is not None:
        if wire.cache_control:
            result["cache_control"] = cache_control_to_dict(tool.cache_control)
        else:
            adjust.note(
                "dropped", f"tools.{tool.name}.cache_control", "the provider caches by itself"
            )
    return result


def _tool_choice(
    wire: OpenAIChat, request: ChatCompletionRequest[object], choice: ToolChoice
) -> JsonValue:
    if choice.mode == "required":
        return wire.tool_choice_required
    if choice.mode == "named" and all(tool.name != choice.name for tool in request.tools):
        raise InvalidRequestError(f"names {choice.name!r}, which is no tool", field="tool_choice")
    return choice.to_json()


def _response_format(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    asked = request.response_format
    if asked is None:
        return
    if asked.type not in wire.response_formats:
        if asked.type != "text":
            known = ", ".join(wire.response_formats)
            adjust.unsupported("response_format", f"the provider knows {known} only")
        return
    body["response_format"] = asked.to_dict()


def _reasoning(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    effort, budget = request.reasoning_effort, request.reasoning_budget
    if budget is not None and wire.effort != "reasoning":
        adjust.unsupported("reasoning_budget", "the provider does not count thinking in tokens")
        budget = None
    if effort is not None and not _effort_known(wire, effort, adjust):
        effort = None
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

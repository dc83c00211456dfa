"""A request, said in the form of Ollama's chat.

Source: https://docs.ollama.com/api/chat
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ..._http import HttpRequest
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import EFFORTS, ChatCompletionRequest
from ..._models.tools import Tool
from ...errors import InvalidRequestError
from .._base import Endpoint, post_json
from ..schema_subset import Subset
from ..structured import as_prompt, native_schema
from .messages import JsonDict, messages

if TYPE_CHECKING:
    from . import Ollama

# Each field of a request that is one of the model's options, by the wire's name for it.
# https://docs.ollama.com/modelfile#valid-parameters-and-values
_OPTIONS: Final = (
    ("max_tokens", "num_predict"),
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("top_k", "top_k"),
    ("seed", "seed"),
    ("frequency_penalty", "frequency_penalty"),
    ("presence_penalty", "presence_penalty"),
)
_UNKNOWN: Final = ("logit_bias", "metadata", "prompt_mode", "safe_prompt", "service_tier", "user")
_PATH: Final = "/api/chat"


def build(
    wire: Ollama, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
) -> HttpRequest:
    """The HTTP request that says *request*."""
    adjust = endpoint.adjust
    body: JsonDict = {"model": endpoint.model}
    tools = _tools(request, adjust)
    words = _form(request, body, adjust, tools=bool(tools))
    said = messages(wire, request.messages, adjust)
    body["messages"] = said if words is None else _with_words(said, words)
    if tools:
        body["tools"] = tools
    # Left out, it means true.
    body["stream"] = stream
    _thinking(wire, request, body, adjust)
    _beside(request, body, adjust)
    options = _options(request)
    given = request.extra_body.get("options")
    if options and isinstance(given, Mapping):
        # An option in the extras shall not put the others out of the body.
        joined = {**request.extra_body, "options": {**options, **given}}
        request = evolve(request, extra_body=joined)
    elif options:
        body["options"] = options
    path = _PATH.removeprefix("/api") if endpoint.base_url.endswith("/api") else _PATH
    return post_json(request, endpoint, path, body)


def _with_words(said: Sequence[JsonValue], words: str) -> list[JsonValue]:
    """*said*, with more for the system to say after what it says first."""
    start = 0
    while start < len(said) and isinstance(one := said[start], dict) and one["role"] == "system":
        start += 1
    return [*said[:start], {"role": "system", "content": words}, *said[start:]]


def _options(request: ChatCompletionRequest[object]) -> JsonDict:
    options: JsonDict = {}
    for name, theirs in _OPTIONS:
        value = getattr(request, name)
        if value is not None:
            options[theirs] = value
    if request.stop:
        options["stop"] = list(request.stop)
    return options


def _beside(request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster) -> None:
    """What stands beside the options, and what has no place at all."""
    for name in ("logprobs", "top_logprobs"):
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    if request.n is not None:
        if request.n > 1:
            adjust.unsupported("n", "the wire gives one answer")
        else:
            adjust.note("dropped", "n", "one answer is what comes unasked")
    for name in _UNKNOWN:
        if getattr(request, name) not in (None, {}):
            adjust.unsupported(name, "the wire has no such field")


def _tools(request: ChatCompletionRequest[object], adjust: Adjuster) -> list[JsonValue]:
    choice = request.tool_choice
    if not request.tools:
        # To ask for no call is to ask for nothing.
        if choice is not None and choice.mode in ("required", "named"):
            raise InvalidRequestError("needs tools to choose from", field="tool_choice")
        for name in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, name) is not None:
                adjust.note("dropped", name, "there are no tools")
        return []
    if choice is not None:
        if choice.mode == "none":
            reason = "none may be called, and the wire has no word for that"
            adjust.note("dropped", "tools", reason)
            adjust.note("rewritten", "tool_choice", "no tools are sent")
            return []
        if choice.mode == "auto":
            adjust.note("dropped", "tool_choice", "auto is what comes unasked")
        else:
            adjust.unsupported("tool_choice", "the wire cannot make a model call a tool")
    if request.parallel_tool_calls:
        reason = "the model calls several tools at once as it is"
        adjust.note("dropped", "parallel_tool_calls", reason)
    elif request.parallel_tool_calls is False:
        reason = "the wire cannot keep a model from calling several tools at once"
        adjust.unsupported("parallel_tool_calls", reason)
    return [_tool(tool, adjust) for tool in request.tools]


def _tool(tool: Tool, adjust: Adjuster) -> JsonDict:
    if tool.strict:
        adjust.unsupported(f"tools.{tool.name}.strict", "the wire holds calls to no schema")
    elif tool.strict is False:
        adjust.note("dropped", f"tools.{tool.name}.strict", "the wire holds calls to no schema")
    if tool.cache_control is not None:
        adjust.note("dropped", f"tools.{tool.name}.cache_control", "the server caches by itself")
    function: JsonDict = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters
    return {"type": "function", "function": function}


def _form(
    request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster, *, tools: bool
) -> str | None:
    """Say in *body* the form that the answer shall have, or give the words that ask for it.

    The field for it is a grammar for all that the model writes, calls of tools among it: beside
    tools it would keep the model from calling any.

    Source: https://docs.ollama.com/capabilities/structured-outputs
    """
    asked = request.response_format
    if asked is None:
        return None
    if asked.type == "text":
        adjust.note("dropped", "response_format", "text is what comes unasked")
        return None
    if tools:
        return as_prompt(asked, adjust)
    if asked.type == "json_object":
        body["format"] = "json"
    else:
        schema = native_schema(asked, Subset(), adjust)
        if asked.description is not None:  # the wire has a place for it in the schema only
            schema = {"description": asked.description, **schema}
        body["format"] = schema
    return None


def _thinking(
    wire: Ollama, request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster
) -> None:
    """Whether the model shall think, or how much, where it knows degrees.

    Source: https://docs.ollama.com/capabilities/thinking
    """
    effort, budget = request.reasoning_effort, request.reasoning_budget
    if budget == 0 and effort is None:
        effort = "none"
        adjust.note("rewritten", "reasoning_budget", "no tokens for thinking: no thinking")
    elif budget is not None:
        adjust.unsupported("reasoning_budget", "the wire does not count thinking in tokens")
    if effort is None:
        return
    words = [word for word in reversed(EFFORTS) if word in wire.efforts and word != "none"]
    if effort == "none":
        if words and "none" not in wire.efforts:
            adjust.unsupported("reasoning_effort", "the model cannot do without thinking")
        else:
            body["think"] = False
        return
    if not words:
        body["think"] = True
        if effort != "high":
            adjust.note(
                "rewritten", "reasoning_effort", "the model thinks or does not, by no degrees"
            )
        return
    # The nearest word that it knows; of two as near, the one that thinks more.
    place = EFFORTS.index(effort)
    nearest = min(words, key=lambda word: abs(EFFORTS.index(word) - place))
    if nearest != effort:
        reason = f"from {effort} to {nearest}, which the model knows"
        adjust.note("clamped", "reasoning_effort", reason)
    body["think"] = nearest

"""A request, said in the form of OpenAI's Responses.

Source: https://platform.openai.com/docs/api-reference/responses/create
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..._http import HttpRequest
from ..._json import JsonValue
from ..._models.request import ChatCompletionRequest
from ..._models.response_format import ResponseFormat
from ..._models.tools import Tool, ToolChoice
from ...errors import InvalidRequestError
from .._base import Endpoint, post_json
from ..openai_schemas import answer_schema, parameters
from ..schema_subset import Subset
from ..structured import as_prompt, as_tool
from .messages import input_items
from .task import JsonDict, Task

if TYPE_CHECKING:
    from . import OpenAIResponses

# Each field of a request that goes as it is: the wire has the same name for it.
_SAME: Final = ("temperature", "top_p", "top_logprobs", "service_tier")

# Each that the wire has no place for; who has added one takes it in `extra_body`.
_FOREIGN: Final = (
    "top_k",
    "stop",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "prompt_mode",
    "safe_prompt",
)


def build(
    wire: OpenAIResponses,
    request: ChatCompletionRequest[object],
    endpoint: Endpoint,
    *,
    stream: bool,
) -> HttpRequest:
    """The HTTP request that says *request*."""
    stored = request.extra_body.get("store", wire.store)
    task = Task(wire, endpoint.adjust, _refuses(wire, request), stored is not False)
    body: JsonDict = {"model": endpoint.model, "input": []}
    tools = list(request.tools)
    choice = request.tool_choice
    prompt, forced = _response_format(task, request, body)
    if forced is not None:
        tools, choice = [forced], ToolChoice.named(forced.name)
    instructions, body["input"] = input_items(task, request.messages, prompt)
    if instructions is not None:
        body["instructions"] = instructions
    _tools(task, request, tools, choice, body)
    _params(task, request, body)
    _reasoning(task, request, body)
    _include(task, request, body)
    if wire.store is not None:
        body["store"] = wire.store
    if stream:
        body["stream"] = True
    return post_json(request, endpoint, "/responses", body)


def _refuses(wire: OpenAIResponses, request: ChatCompletionRequest[object]) -> tuple[str, ...]:
    """The fields that are refused now: some are only while the model thinks."""
    if not wire.while_thinking:
        return wire.refuses
    effort = request.reasoning_effort
    if effort is None or (wire.efforts and effort not in wire.efforts):
        thinks = wire.thinks_unasked
    else:
        thinks = effort != "none"
    return wire.while_thinking.get("refuses", wire.refuses) if thinks else wire.refuses


def _taken(task: Task, name: str) -> bool:
    if name in task.refuses:
        when = "" if name in task.wire.refuses else " while the model thinks"
        task.adjust.unsupported(name, f"the provider does not take it{when}")
        return False
    return True


def _params(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    for name in _SAME:
        value = getattr(request, name)
        if value is not None and _taken(task, name):
            body[name] = value
    if request.max_tokens is not None and _taken(task, "max_tokens"):
        body["max_output_tokens"] = request.max_tokens
    if request.metadata and _taken(task, "metadata"):
        body["metadata"] = request.metadata
    if request.user is not None and _taken(task, "user"):
        body[task.wire.user_field] = request.user
    # One answer is all that there is on this wire.
    if request.n not in (None, 1):
        task.adjust.unsupported("n", "the wire gives one answer")
    for name in _FOREIGN:
        if getattr(request, name) not in (None, (), {}):
            task.adjust.unsupported(name, "the wire has no such parameter")


def _include(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    """What is sent only to those who ask for it."""
    asked: list[JsonValue] = []
    if task.wire.encrypted_reasoning:
        asked.append("reasoning.encrypted_content")
    if request.logprobs and _taken(task, "logprobs"):
        asked.append("message.output_text.logprobs")
    if asked:
        body["include"] = asked


def _tools(
    task: Task,
    request: ChatCompletionRequest[object],
    tools: list[Tool],
    choice: ToolChoice | None,
    body: JsonDict,
) -> None:
    # Tools of the provider's own come through `extra_body`, and can be chosen, too.
    if not tools and not request.extra_body.get("tools"):
        if choice is not None and choice.mode in ("required", "named"):
            raise InvalidRequestError("needs tools to choose from", field="tool_choice")
        for name in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, name) is not None:
                task.adjust.note("dropped", name, "there are no tools")
        return
    if tools and not _taken(task, "tools"):
        return
    if tools:
        body["tools"] = [_tool(task, tool, f"tools[{i}]") for i, tool in enumerate(tools)]
    if choice is not None and _taken(task, "tool_choice"):
        body["tool_choice"] = _tool_choice(tools, choice)
    parallel = request.parallel_tool_calls
    if parallel is not None and _taken(task, "parallel_tool_calls"):
        body["parallel_tool_calls"] = parallel


def _tool(task: Task, tool: Tool, field: str) -> JsonDict:
    if tool.cache_control is not None:
        task.adjust.note("dropped", f"{field}.cache_control", "the provider caches by itself")
    # Never left out: OpenAI's types require it, and null is its own rule.
    schema, strict = tool.parameters, tool.strict
    if strict and task.wire.strict_schemas:
        schema, strict = parameters(tool, field, task.adjust)
    said: JsonDict = {"type": "function", "name": tool.name}
    if tool.description:
        said["description"] = tool.description
    return {**said, "parameters": schema, "strict": strict}


def _tool_choice(tools: list[Tool], choice: ToolChoice) -> JsonValue:
    if choice.mode != "named":
        return choice.mode
    if tools and all(tool.name != choice.name for tool in tools):
        raise InvalidRequestError(f"names {choice.name!r}, which is no tool", field="tool_choice")
    return {"type": "function", "name": choice.name}


def _response_format(
    task: Task, request: ChatCompletionRequest[object], body: JsonDict
) -> tuple[str | None, Tool | None]:
    """Say the form of the answer: in the body, or by words, or by a tool that is forced."""
    asked = request.response_format
    if asked is None:
        return None, None
    if asked.type in task.wire.response_formats:
        body["text"] = {"format": _format(task, asked)}
    elif asked.type == "text":
        task.adjust.note("dropped", "response_format", "text is what comes unasked")
    elif asked.type == "json_schema" and not request.tools and "tools" not in task.refuses:
        return None, as_tool(asked, Subset(), task.adjust)
    else:
        return as_prompt(asked, task.adjust), None
    return None, None


def _format(task: Task, asked: ResponseFormat[object]) -> JsonDict:
    said: JsonDict = {"type": asked.type}
    if asked.type != "json_schema":
        return said
    schema, strict = asked.schema, asked.strict
    if strict and task.wire.strict_schemas:
        schema, strict = answer_schema(asked, task.adjust)
    said.update(name=asked.name, schema=schema)
    if asked.description is not None:
        said["description"] = asked.description
    if strict is not None:
        said["strict"] = strict
    return said


def _reasoning(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    effort = request.reasoning_effort
    if request.reasoning_budget is not None:
        reason = "the provider does not count thinking in tokens"
        task.adjust.unsupported("reasoning_budget", reason)
    if effort is None or not _taken(task, "reasoning_effort"):
        return
    if task.wire.efforts and effort not in task.wire.efforts:
        known = ", ".join(task.wire.efforts)
        reason = f"{effort!r} is not among the provider's: {known}"
        task.adjust.unsupported("reasoning_effort", reason)
        return
    said: JsonDict = {"effort": effort}
    if task.wire.reasoning_summary is not None and effort != "none":
        said["summary"] = task.wire.reasoning_summary
    body["reasoning"] = said

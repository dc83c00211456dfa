"""Tools, which of them to call, and the form of the answer, which may be one of them.

Sources: https://platform.openai.com/docs/guides/function-calling,
https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.part_form import cache_control_to_dict
from ..._models.request import ChatCompletionRequest
from ..._models.response_format import ResponseFormat
from ..._models.tools import Tool, ToolChoice
from ...errors import InvalidRequestError
from ..openai_schemas import answer_schema, parameters
from ..schema_subset import Subset
from ..structured import as_prompt, as_tool
from .media import JsonDict

if TYPE_CHECKING:
    from . import OpenAIChat


def taken(wire: OpenAIChat, name: str, value: object, adjust: Adjuster) -> bool:
    """Whether the provider takes the field *name*."""
    # One answer is what everybody gives; who refuses `n` refuses more than that.
    if name in wire.refuses and (name, value) != ("n", 1):
        adjust.unsupported(name, "the provider does not take it")
        return False
    return True


def tools(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    """Say in *body* the tools, and which of them to call."""
    choice = request.tool_choice
    if not request.tools:
        # OpenAI refuses both fields without tools. To ask for no call is to ask for nothing.
        if choice is not None and choice.mode in ("required", "named"):
            raise InvalidRequestError("needs tools to choose from", field="tool_choice")
        for name in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, name) is not None:
                adjust.note("dropped", name, "there are no tools")
        return
    if not taken(wire, "tools", request.tools, adjust):
        return
    if choice is not None and choice.mode == "none" and not wire.tool_choice_none:
        adjust.note("dropped", "tools", "none may be called, and the provider has no word for that")
        return
    body["tools"] = [
        _tool(wire, tool, f"tools[{i}]", adjust) for i, tool in enumerate(request.tools)
    ]
    if choice is not None and taken(wire, "tool_choice", choice, adjust):
        body["tool_choice"] = _tool_choice(wire, request, choice)
    parallel = request.parallel_tool_calls
    if parallel is not None and taken(wire, "parallel_tool_calls", parallel, adjust):
        body["parallel_tool_calls"] = parallel


def _tool(wire: OpenAIChat, tool: Tool, field: str, adjust: Adjuster) -> JsonValue:
    function: dict[str, JsonValue] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters
    if tool.strict is not None:
        function["strict"] = tool.strict
    if tool.strict and wire.strict_schemas:
        function["parameters"], function["strict"] = parameters(tool, field, adjust)
    result: dict[str, JsonValue] = {"type": "function", "function": function}
    if tool.cache_control is not None:
        if wire.cache_control:
            result["cache_control"] = cache_control_to_dict(tool.cache_control)
        else:
            adjust.note("dropped", f"{field}.cache_control", "the provider caches by itself")
    return result


def _tool_choice(
    wire: OpenAIChat, request: ChatCompletionRequest[object], choice: ToolChoice
) -> JsonValue:
    if choice.mode == "required":
        return wire.tool_choice_required
    if choice.mode == "named" and all(tool.name != choice.name for tool in request.tools):
        raise InvalidRequestError(f"names {choice.name!r}, which is no tool", field="tool_choice")
    return choice.to_json()


def response_format(
    wire: OpenAIChat,
    request: ChatCompletionRequest[object],
    body: dict[str, JsonValue],
    adjust: Adjuster,
) -> None:
    """The form of the answer: by the field, else by a forced tool, else by words."""
    asked = request.response_format
    if asked is None:
        return
    known = wire.response_formats
    if asked.type in known:
        body["response_format"] = _format(wire, asked, adjust)
    elif asked.type == "text":
        adjust.note("dropped", "response_format", "text is what comes unasked")
    elif asked.type == "json_object" and "json_schema" in known:
        adjust.note("rewritten", "response_format", "as the schema of an object")
        loose = ResponseFormat("json_schema", schema={"type": "object"})
        body["response_format"] = _format(wire, loose, adjust)
    elif asked.type == "json_schema" and wire.forced_tools and _free(wire, request):
        tool = as_tool(asked, Subset(), adjust)
        body["tools"] = [_tool(wire, tool, "tools[0]", adjust)]
        body["tool_choice"] = ToolChoice.named(tool.name).to_json()
    else:
        if "json_object" in known:
            body["response_format"] = {"type": "json_object"}
        _put_words(wire, body, as_prompt(asked, adjust))


def _free(wire: OpenAIChat, request: ChatCompletionRequest[object]) -> bool:
    """Whether a tool may stand for the answer: the request has none of its own."""
    return not request.tools and not {"tools", "tool_choice"} & {*wire.refuses}


def _format(wire: OpenAIChat, asked: ResponseFormat[object], adjust: Adjuster) -> JsonValue:
    said = asked.to_dict()
    if asked.strict and wire.strict_schemas and asked.schema is not None:
        schema, strict = answer_schema(asked, adjust)
        inner = cast("dict[str, JsonValue]", said["json_schema"])
        said["json_schema"] = {**inner, "schema": schema, "strict": strict}
    return said


def _put_words(wire: OpenAIChat, body: dict[str, JsonValue], words: str) -> None:
    """Put *words* after those of the system's first message, or before all others."""
    said = cast("list[JsonDict]", body["messages"])
    first = said[0] if said else {}
    if first.get("role") not in ("system", "developer"):
        role = "developer" if wire.developer_role else "system"
        said.insert(0, {"role": role, "content": words})
        return
    content = first["content"]
    if isinstance(content, list):
        content = [*content, {"type": "text", "text": words}]
    else:
        content = f"{content}\n\n{words}"
    first["content"] = content

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
from .media import JsonDict

if TYPE_CHECKING:
    from . import OpenAIChat


def taken(wire: OpenAIChat, name: str, value: object, adjust: Adjuster) -> bool:
    """Whether the provider takes the field *name*."""
    # One answer is what everybody gives; who refuses `n` refuses more than that.
    if name in wire.refused and (name, value) != ("n", 1):
        thinks = wire.usual is not None and name not in wire.usual.refused
        when = " while the model thinks" if thinks else ""
        adjust.unsupported(name, f"the provider does not take it{when}")
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
    if choice is not None and choice.mode == "none" and not _knows(wire, "none"):
        adjust.note("dropped", "tools", "none may be called, and the provider has no word for that")
        return
    body["tools"] = [
        _tool(wire, tool, f"tools[{i}]", adjust) for i, tool in enumerate(request.tools)
    ]
    if choice is not None and _choosable(wire, request, choice, adjust):
        _choose(wire, choice, body)
    parallel = request.parallel_tool_calls
    if parallel is not None and taken(wire, "parallel_tool_calls", parallel, adjust):
        body["parallel_tool_calls"] = parallel


def _tool(wire: OpenAIChat, tool: Tool, field: str, adjust: Adjuster) -> JsonValue:
    function: dict[str, JsonValue] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters
    if tool.strict and not wire.strict_tools:
        adjust.note("dropped", f"{field}.strict", "the provider cannot be held to a schema")
    elif tool.strict is not None and wire.strict_tools:
        function["strict"] = tool.strict
    if tool.strict and wire.strict_tools and wire.strict_schemas:
        from ..openai_schemas import parameters  # what rewrites schemas is large

        function["parameters"], function["strict"] = parameters(tool, field, adjust)
    result: dict[str, JsonValue] = {"type": "function", "function": function}
    if tool.cache_control is not None:
        if wire.cache_control:
            result["cache_control"] = cache_control_to_dict(tool.cache_control)
        else:
            adjust.note("dropped", f"{field}.cache_control", "the provider caches by itself")
    return result


def _knows(wire: OpenAIChat, mode: str) -> bool:
    return mode in wire.tool_choices and "tool_choice" not in wire.refused


def _choosable(
    wire: OpenAIChat, request: ChatCompletionRequest[object], choice: ToolChoice, adjust: Adjuster
) -> bool:
    """Whether the provider has a word for *choice*."""
    if choice.mode == "named" and all(tool.name != choice.name for tool in request.tools):
        raise InvalidRequestError(f"names {choice.name!r}, which is no tool", field="tool_choice")
    if _knows(wire, choice.mode):
        return True
    if choice.mode == "auto":
        adjust.note("dropped", "tool_choice", "the model chooses unasked")
    else:
        what = "the tool to be called" if choice.mode == "named" else "whether a tool is called"
        adjust.unsupported("tool_choice", f"the provider leaves {what} to the model")
    return False


def _choose(wire: OpenAIChat, choice: ToolChoice, body: dict[str, JsonValue]) -> None:
    if choice.mode == "named":
        body["tool_choice"] = choice.to_json()
        return
    word = wire.tool_choice_required if choice.mode == "required" else choice.mode
    body["tool_choice_option" if wire.tool_choice_form == "option" else "tool_choice"] = word


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
    elif asked.type == "json_schema" and _forcible(wire, request):
        from ..schema_subset import Subset
        from ..structured import as_tool

        tool = as_tool(asked, Subset(), adjust)
        body["tools"] = [_tool(wire, tool, "tools[0]", adjust)]
        by_name = "named" in wire.tool_choices
        _choose(wire, ToolChoice.named(tool.name) if by_name else ToolChoice.REQUIRED, body)
    else:
        if "json_object" in known:
            body["response_format"] = {"type": "json_object"}
        from ..structured import as_prompt

        _put_words(wire, body, as_prompt(asked, adjust))


def _forcible(wire: OpenAIChat, request: ChatCompletionRequest[object]) -> bool:
    """Whether a tool may stand for the answer: it can be forced, and there are no others."""
    if request.tools or "tools" in wire.refused:
        return False
    return _knows(wire, "named") or _knows(wire, "required")


def _format(wire: OpenAIChat, asked: ResponseFormat[object], adjust: Adjuster) -> JsonValue:
    said = asked.to_dict()
    if asked.strict and wire.strict_schemas and asked.schema is not None:
        from ..openai_schemas import answer_schema

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

"""Tools, which of them to call, and the form of the answer, which may be one of them.

Sources: https://docs.cohere.com/docs/tool-use-overview,
https://docs.cohere.com/docs/structured-outputs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from ..._json import JsonObject
from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest
from ..._models.tools import Tool, ToolChoice
from ...errors import InvalidRequestError
from ..schema_subset import Subset, rewritten
from ..structured import OUTPUT_TOOL, as_prompt, as_tool, native_schema
from .messages import JsonDict

SUBSET: Final = Subset(
    keywords=frozenset(
        {
            *("$defs", "$ref", "additionalProperties", "anyOf", "const", "default", "definitions"),
            *("description", "enum", "format", "items", "properties", "required", "title"),
            "type",
        }
    ),
    formats=frozenset({"date", "date-time", "time", "uuid"}),
    one_of_as_any_of=True,
    object_root=True,
    describe=True,
)
"""What the wire takes of JSON Schema where it holds the model to it.

It takes patterns, too, but none that says where a text begins or ends, as most do.

Source: https://docs.cohere.com/docs/structured-outputs#supported-schema-features
"""


def _subset(schema: JsonObject) -> Subset:
    """What the wire takes, for *schema*: each object must have a property that is required."""
    return evolve(SUBSET, all_required=True) if _has_none_required(schema) else SUBSET


def _has_none_required(value: object) -> bool:
    """Whether an object's schema in *value* requires none of its properties."""
    if isinstance(value, Mapping):
        properties = value.get("properties")
        if isinstance(properties, Mapping) and properties and not value.get("required"):
            return True
        return any(map(_has_none_required, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_none_required, value))


def answer_form(
    request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster
) -> tuple[Tool | None, str | None]:
    """Say in *body* the form that the answer shall have, or give the tool or the words for it.

    The field for it is refused beside tools and beside documents.
    """
    asked = request.response_format
    if asked is None:
        return None, None
    documents = "documents" in body or bool(request.extra_body.get("documents"))
    if asked.type == "text":
        if request.tools or documents:
            adjust.note("dropped", "response_format", "text is what comes unasked")
        else:
            body["response_format"] = {"type": "text"}
        return None, None
    if documents or (request.tools and asked.type == "json_object"):
        return None, as_prompt(asked, adjust)
    if request.tools:
        return as_tool(asked, Subset(), adjust), None
    form: JsonDict = {"type": "json_object"}
    if asked.type == "json_schema":
        schema = native_schema(asked, _subset(asked.schema or {}), adjust)
        if asked.description is not None:  # the wire has a place for it in the schema only
            schema = {"description": asked.description, **schema}
        form["json_schema"] = schema
    body["response_format"] = form
    return None, None


def tools(
    request: ChatCompletionRequest[object], output: Tool | None, body: JsonDict, adjust: Adjuster
) -> None:
    """Say in *body* the tools, and which to call.

    Args:
        request: the request.
        output: a tool that stands for the answer, to be forced.
        body: what is sent.
        adjust: takes down what is changed.
    """
    choice = request.tool_choice
    if not request.tools:
        # To ask for no call is to ask for nothing.
        if choice is not None and choice.mode in ("required", "named"):
            raise InvalidRequestError("needs tools to choose from", field="tool_choice")
        for name in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, name) is not None:
                adjust.note("dropped", name, "there are no tools")
        return
    _parallel(request.parallel_tool_calls, adjust)
    given, word = _chosen(request.tools, choice, output, adjust)
    strict = _strict(given, adjust)
    if strict is not None:
        body["strict_tools"] = strict
    body["tools"] = [_tool(tool, strict is True, adjust) for tool in given]
    if word is not None:
        body["tool_choice"] = word


def _parallel(asked: bool | None, adjust: Adjuster) -> None:
    if asked:
        reason = "the model calls several tools at once as it is"
        adjust.note("dropped", "parallel_tool_calls", reason)
    elif asked is False:
        reason = "the wire cannot keep a model from calling several tools at once"
        adjust.unsupported("parallel_tool_calls", reason)


def _chosen(
    given: tuple[Tool, ...], choice: ToolChoice | None, output: Tool | None, adjust: Adjuster
) -> tuple[tuple[Tool, ...], str | None]:
    """The tools to send, and the wire's word for the choice among them; None where it is free.

    There is no word for a tool by its name: it alone is sent, and some call is required.
    """
    mode = None if choice is None else choice.mode
    if choice is not None and mode == "named":
        chosen = tuple(tool for tool in given if tool.name == choice.name)
        if not chosen:
            raise InvalidRequestError(
                f"names {choice.name!r}, which is no tool", field="tool_choice"
            )
        if len(given) > 1 or output is not None:
            adjust.note("rewritten", "tool_choice", "that tool alone is sent, to be called")
        return chosen, "REQUIRED"
    if output is not None:
        # The answer is a call, too: of no other tool, or of one that is called before it.
        if mode == "none":
            adjust.note("rewritten", "tool_choice", f"{OUTPUT_TOOL} alone is sent, to be called")
            return (output,), "REQUIRED"
        if mode == "auto":
            adjust.note("rewritten", "tool_choice", "a call is required: the answer is one, too")
        return (*given, output), "REQUIRED"
    if mode == "auto":
        adjust.note("dropped", "tool_choice", "auto is what comes unasked")
    return given, {"required": "REQUIRED", "none": "NONE"}.get(mode or "")


def _strict(given: tuple[Tool, ...], adjust: Adjuster) -> bool | None:
    """The one switch that the wire has for all tools; None where no tool says."""
    asked = [tool.strict for tool in given if tool.strict is not None]
    if not asked:
        return None
    if any(asked) and not all(tool.strict for tool in given):
        adjust.note("rewritten", "tools", "the switch for strict is one for all tools")
    return any(asked)


def _tool(tool: Tool, strict: bool, adjust: Adjuster) -> JsonDict:
    parameters: JsonObject = tool.parameters
    if strict:
        parameters, removed = rewritten(parameters, _subset(parameters))
        for path, reason in removed:
            adjust.note("rewritten", f"tools.{tool.name}.parameters{path}", reason)
    function: JsonDict = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = parameters
    if tool.cache_control is not None:
        adjust.note("dropped", f"tools.{tool.name}.cache_control", "the provider caches by itself")
    return {"type": "function", "function": function}

"""Tools and the choice among them, said as function declarations.

Source: https://ai.google.dev/api/caching#Tool
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest
from ..._models.tools import Tool
from ...errors import InvalidRequestError
from ..schema_subset import Subset, rewritten
from ..structured import OUTPUT_TOOL

if TYPE_CHECKING:
    from . import Gemini

JsonDict = dict[str, JsonValue]

OPENAPI: Final = Subset(
    keywords=frozenset(
        (
            *("type", "format", "title", "description", "nullable", "enum", "default", "example"),
            *("items", "minItems", "maxItems", "minimum", "maximum"),
            *("properties", "required", "propertyOrdering", "minProperties", "maxProperties"),
            *("minLength", "maxLength", "pattern", "anyOf"),
        )
    ),
    formats=frozenset(("date-time", "enum", "int32", "int64", "float", "double")),
    one_of_as_any_of=True,
    const_as_enum=True,
    nullable=True,
    inline_refs=True,
    string_enums=True,
    describe=True,
)
"""What `parameters` and `responseSchema` take.

Source: https://ai.google.dev/api/caching#Schema
"""

JSON_SCHEMA: Final = Subset(
    keywords=frozenset(
        (
            *("$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum"),
            *("items", "prefixItems", "minItems", "maxItems", "minimum", "maximum"),
            *("properties", "additionalProperties", "required", "propertyOrdering"),
            *("anyOf", "oneOf"),
        )
    ),
    const_as_enum=True,
    bare_refs=True,
    describe=True,
)
"""What `responseJsonSchema` takes.

Source: https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
"""


def tools(
    wire: Gemini,
    request: ChatCompletionRequest[object],
    output: Tool | None,
    adjust: Adjuster,
) -> JsonDict:
    """The fields `tools` and `toolConfig`, where they are needed.

    Args:
        wire: the adapter.
        request: the request.
        output: a tool that stands for the answer, to be forced.
        adjust: takes down what is changed.
    """
    choice = request.tool_choice
    # A configuration without functions is refused. To ask for no call is to ask for nothing.
    if not request.tools and choice is not None and choice.mode in ("required", "named"):
        raise InvalidRequestError("needs tools to choose from", field="tool_choice")
    declared = list(request.tools)
    if declared and (not wire.tools or "tools" in wire.refuses):
        adjust.unsupported("tools", "the model takes no tools")
        declared = []
    if request.parallel_tool_calls is not None and declared:
        _parallel(request.parallel_tool_calls, adjust)
    if output is not None:
        declared.append(output)
    if not declared:
        return {}
    said: JsonDict = {
        "tools": [{"functionDeclarations": [_declared(wire, tool, adjust) for tool in declared]}]
    }
    calling = _calling(wire, request, declared, output, adjust)
    if calling is not None:
        said["toolConfig"] = {"functionCallingConfig": calling}
    return said


def _parallel(asked: bool, adjust: Adjuster) -> None:
    if asked:
        reason = "the model calls several tools at once as it is"
        adjust.note("dropped", "parallel_tool_calls", reason)
    else:
        reason = "the wire cannot keep a model from calling several tools at once"
        adjust.unsupported("parallel_tool_calls", reason)


def _declared(wire: Gemini, tool: Tool, adjust: Adjuster) -> JsonDict:
    said: JsonDict = {"name": tool.name}
    if tool.description:
        said["description"] = tool.description
    if tool.cache_control is not None:
        adjust.note("dropped", f"tools.{tool.name}.cache_control", "the provider caches by itself")
    if wire.schemas == "json-schema":
        # Here, other than in an answer's schema, what it does not know is passed over.
        said["parametersJsonSchema"] = tool.parameters
    elif tool.parameters.get("properties"):  # an object without properties is refused
        schema, removed = rewritten(tool.parameters, OPENAPI)
        for path, reason in removed:
            adjust.note("rewritten", f"tools.{tool.name}.parameters{path}", reason)
        said["parameters"] = schema
    return said


def _calling(
    wire: Gemini,
    request: ChatCompletionRequest[object],
    declared: list[Tool],
    output: Tool | None,
    adjust: Adjuster,
) -> JsonDict | None:
    """How functions are to be called.

    Source: https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes
    """
    choice = request.tool_choice
    mode = None if choice is None else choice.mode
    if choice is not None and mode == "named":
        if all(tool.name != choice.name for tool in declared):
            raise InvalidRequestError(
                f"names {choice.name!r}, which is no tool", field="tool_choice"
            )
        return {"mode": "ANY", "allowedFunctionNames": [choice.name]}
    if output is not None:
        # Some call is forced, and one of them is the answer; or just that one is.
        if mode == "none" or len(declared) == 1:
            return {"mode": "ANY", "allowedFunctionNames": [OUTPUT_TOOL]}
        return {"mode": "ANY"}
    if mode == "required":
        return {"mode": "ANY"}
    if mode == "none":
        return {"mode": "NONE"}
    strict = [tool.name for tool in declared if tool.strict]
    if strict and wire.validated:
        adjust.note("rewritten", "tools.strict", "as the calling mode VALIDATED, for all tools")
        return {"mode": "VALIDATED"}
    for name in strict:
        adjust.unsupported(f"tools.{name}.strict", "the model cannot be held to a tool's schema")
    return None if mode is None else {"mode": "AUTO"}

"""Tools, which of them to call, and the form of the answer, which may be one of them.

Sources: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview,
https://platform.claude.com/docs/en/build-with-claude/structured-outputs
"""

from __future__ import annotations

from typing import Final

from ..._json import JsonObject
from ..._models.request import ChatCompletionRequest
from ..._models.tools import Tool, ToolChoice
from ...errors import InvalidRequestError
from ..schema_subset import Subset, rewritten
from ..structured import OUTPUT_TOOL, as_prompt, as_tool, native_schema
from .task import JsonDict, Task
from .thinking import Mode

SUBSET: Final = Subset(
    keywords=frozenset(
        {
            *("$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "default"),
            *("definitions", "description", "enum", "format", "items", "properties", "required"),
            *("title", "type"),
        }
    ),
    formats=frozenset(
        {
            *("date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time"),
            *("uri", "uuid"),
        }
    ),
    one_of_as_any_of=True,
    closed_objects=True,
    describe=True,
)
"""What the wire takes of JSON Schema where it holds the model to it."""


def answer_form(
    task: Task, request: ChatCompletionRequest[object], mode: Mode, body: JsonDict
) -> tuple[Tool | None, str | None]:
    """Say in *body* the form that the answer shall have, or give the tool or the words for it."""
    asked = request.response_format
    if asked is None or asked.type == "text":
        return None, None
    if asked.type == "json_object":
        return None, as_prompt(asked, task.adjust)
    schema = asked.schema or {}
    if task.wire.schemas:
        held = native_schema(asked, SUBSET, task.adjust)
        if asked.description is not None:  # the wire has a place for it in the schema only
            held = {"description": asked.description, **held}
        form: JsonDict = {"type": "json_schema", "schema": held}
        config = body.get("output_config")
        body["output_config"] = {**(config if isinstance(config, dict) else {}), "format": form}
        return None, None
    if _can_force(task, mode) and schema.get("type") == "object":
        return as_tool(asked, Subset(), task.adjust), None
    return None, as_prompt(asked, task.adjust)


def _can_force(task: Task, mode: Mode) -> bool:
    return task.wire.forced_tools and mode != "budget"


def tools(
    task: Task,
    request: ChatCompletionRequest[object],
    mode: Mode,
    answer: Tool | None,
    body: JsonDict,
) -> None:
    """Say in *body* the tools, that for the answer among them, and which to call."""
    choice = request.tool_choice
    if not request.tools and choice is not None and choice.mode in ("required", "named"):
        raise InvalidRequestError("needs tools to choose from", field="tool_choice")
    given = (*request.tools, *([answer] if answer is not None else []))
    if not given:
        return
    body["tools"] = [_tool(task, tool, f"tools[{i}]") for i, tool in enumerate(given)]
    if answer is not None:
        choice = _choice_of_answer(request, choice)
    said = _tool_choice(task, request, mode, choice)
    alone = answer is not None and not request.tools
    if (request.parallel_tool_calls is False or alone) and said.get("type") != "none":
        said.setdefault("type", "auto")
        said["disable_parallel_tool_use"] = True
    if said:
        body["tool_choice"] = said


def _choice_of_answer(
    request: ChatCompletionRequest[object], choice: ToolChoice | None
) -> ToolChoice:
    """The answer is a call too: of no other tool, or of one that is called before it."""
    if not request.tools or choice == ToolChoice.NONE:
        return ToolChoice.named(OUTPUT_TOOL)
    return choice if choice is not None and choice.mode == "named" else ToolChoice.REQUIRED


def _tool(task: Task, tool: Tool, field: str) -> JsonDict:
    said: JsonDict = {"name": tool.name}
    if tool.description:
        said["description"] = tool.description
    schema: JsonObject = tool.parameters
    if tool.strict:
        if task.wire.schemas:
            schema, removed = rewritten(schema, SUBSET)
            for path, reason in removed:
                task.adjust.note("rewritten", f"{field}.parameters{path}", reason)
            said["strict"] = True
        else:
            task.adjust.unsupported(f"{field}.strict", "the model is held to no schema")
    said["input_schema"] = schema if "type" in schema else {"type": "object", **schema}
    task.mark(said, tool.cache_control, field)
    return said


def _tool_choice(
    task: Task, request: ChatCompletionRequest[object], mode: Mode, choice: ToolChoice | None
) -> JsonDict:
    if choice is None:
        return {}
    if choice.mode in ("required", "named") and not _can_force(task, mode):
        reason = "a model that thinks by a budget" if mode == "budget" else "the model"
        task.adjust.unsupported("tool_choice", f"{reason} cannot be made to call a tool")
        return {}
    match choice.mode:
        case "required":
            return {"type": "any"}
        case "named":
            names = {OUTPUT_TOOL, *(tool.name for tool in request.tools)}
            if choice.name not in names:
                raise InvalidRequestError(
                    f"names {choice.name!r}, which is no tool", field="tool_choice"
                )
            return {"type": "tool", "name": choice.name}
        case _:
            return {"type": choice.mode}

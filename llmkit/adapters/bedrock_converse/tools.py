"""Tools, which of them to call, and the form of the answer, which may be one of them.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
"""

from __future__ import annotations

from typing import Final

from ..._json import JsonObject, JsonValue, dumps
from ..._models.request import ChatCompletionRequest
from ..._models.tools import Tool, ToolChoice
from ...errors import InvalidRequestError
from ..schema_subset import Subset, rewritten
from ..structured import OUTPUT_TOOL, as_prompt, as_tool, native_schema
from .messages import called_tools, has_tool_blocks
from .task import JsonDict, Task
from .thinking import BY_BUDGET

SUBSET: Final = Subset(
    keywords=frozenset(
        {
            *("$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "default"),
            *("definitions", "description", "enum", "format", "items", "maxLength", "minItems"),
            *("minLength", "pattern", "properties", "required", "title", "type"),
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
    plain_patterns=True,
    min_items=(0, 1),
    describe=True,
)
"""What the wire takes of JSON Schema where it holds the model to it."""


def answer_form(
    task: Task, request: ChatCompletionRequest[object], effort: str, body: JsonDict
) -> tuple[Tool | None, str | None]:
    """Say in *body* the form that the answer shall have, or give the tool or the words for it."""
    asked = request.response_format
    if asked is None or asked.type == "text":
        return None, None
    if asked.type == "json_object":
        return None, as_prompt(asked, task.adjust)
    if task.wire.schemas:
        schema = native_schema(asked, SUBSET, task.adjust)
        # The schema goes as text: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_JsonSchemaDefinition.html
        form: JsonDict = {"schema": dumps(schema).decode(), "name": asked.name}
        if asked.description:
            form["description"] = asked.description
        body["outputConfig"] = {
            "textFormat": {"type": "json_schema", "structure": {"jsonSchema": form}}
        }
        return None, None
    if _can_force(task, effort) and (asked.schema or {}).get("type") == "object":
        return as_tool(asked, Subset(), task.adjust), None
    return None, as_prompt(asked, task.adjust)


def _can_force(task: Task, effort: str) -> bool:
    return task.wire.forced_tools and effort != BY_BUDGET


def tools(
    task: Task,
    request: ChatCompletionRequest[object],
    effort: str,
    answer: Tool | None,
    body: JsonDict,
) -> bool:
    """Say in *body* the tools, that for the answer among them, and which to call.

    Returns:
        Whether the calls and results of the conversation must be told as text instead.
    """
    choice = request.tool_choice
    if not request.tools and choice is not None and choice.mode in ("required", "named"):
        raise InvalidRequestError("needs tools to choose from", field="tool_choice")
    told = has_tool_blocks(request.messages)
    given = (*request.tools, *([answer] if answer is not None else []))
    if not given:
        if told:
            _as_history(task, request, body)
        return False
    if choice == ToolChoice.NONE and answer is None:
        if not told:
            task.adjust.note("rewritten", "tool_choice", "none, by leaving the tools out")
            return False
        if not task.wire.native_choice:
            task.adjust.note("rewritten", "tool_choice", "none, with calls and results as text")
            return True
    entries: list[JsonValue] = []
    for index, tool in enumerate(given):
        field = f"tools[{index}]"
        entries.append(_tool(task, tool, field))
        point = task.point(tool.cache_control, "tools", field)
        entries += [point] if point is not None else []
    config: JsonDict = {"tools": entries}
    if answer is not None:
        choice = _choice_of_answer(request, choice)
    _choose(task, request, effort, choice, config)
    body["toolConfig"] = config
    return False


def _as_history(task: Task, request: ChatCompletionRequest[object], body: JsonDict) -> None:
    """The wire wants tools beside their calls and results, those that may be called no more too."""
    entries: list[JsonValue] = [
        {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}}
        for name in called_tools(request.messages)
    ]
    body["toolConfig"] = {"tools": entries}
    if task.wire.native_choice:
        task.put("tool_choice", {"type": "none"})
    task.adjust.note("added", "tools", "those that were called: the wire wants them beside it")


def _choice_of_answer(
    request: ChatCompletionRequest[object], choice: ToolChoice | None
) -> ToolChoice:
    """The answer is a call too: of no other tool, or of one that is called before it."""
    if not request.tools or choice == ToolChoice.NONE:
        return ToolChoice.named(OUTPUT_TOOL)
    return choice if choice is not None and choice.mode == "named" else ToolChoice.REQUIRED


def _tool(task: Task, tool: Tool, field: str) -> JsonDict:
    said: JsonDict = {"name": tool.name}
    if tool.description.strip():
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
    said["inputSchema"] = {"json": schema if "type" in schema else {"type": "object", **schema}}
    return {"toolSpec": said}


def _choose(
    task: Task,
    request: ChatCompletionRequest[object],
    effort: str,
    choice: ToolChoice | None,
    config: JsonDict,
) -> None:
    """Say which tools to call: in the wire's words, or where these do not do, in Anthropic's."""
    mode = None if choice is None else choice.mode
    if mode in ("required", "named") and not _can_force(task, effort):
        task.adjust.unsupported("tool_choice", "the model cannot be made to call a tool")
        mode = None
    name = choice.name if choice is not None and mode == "named" else None
    if name is not None and name not in (OUTPUT_TOOL, *(tool.name for tool in request.tools)):
        raise InvalidRequestError(f"names {name!r}, which is no tool", field="tool_choice")
    word = {"auto": "auto", "none": "none", "required": "any", "named": "tool"}.get(mode or "")
    alone = request.parallel_tool_calls is False
    if alone and not task.wire.native_choice:
        task.adjust.unsupported("parallel_tool_calls", "the wire has no such switch")
        alone = False
    if request.parallel_tool_calls:
        task.adjust.note("dropped", "parallel_tool_calls", "the wire's models do so unasked")
    if word == "none" or alone:
        # Never beside the wire's own `toolChoice`: the two together are refused.
        said: JsonDict = {"type": word or "auto"}
        if name is not None:
            said["name"] = name
        if alone and word != "none":
            said["disable_parallel_tool_use"] = True
        task.put("tool_choice", said)
    elif word is not None:
        config["toolChoice"] = {word: {} if name is None else {"name": name}}

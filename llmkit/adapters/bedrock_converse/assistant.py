"""What the model has said, as the wire's content blocks, for it to read again.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html
"""

from __future__ import annotations

import re
from typing import Final

from ..._models.messages import AssistantMessage
from ..._models.parts import ReasoningPart, RefusalPart, TextPart
from ..._models.tools import ToolCall
from ...errors import ToolArgumentsError
from ..turns import safe_id
from .blocks import text_block
from .task import JsonDict, Task

_TOOL_ID: Final = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
_PLAIN_ID: Final = re.compile(r"[a-zA-Z0-9]+")


def tool_id(task: Task, given: str) -> str:
    """*given*, or where the model would refuse it, the same stand-in for it each time."""
    length = task.wire.tool_id_length
    if length is None:
        return safe_id(given, _TOOL_ID)
    if len(given) == length and _PLAIN_ID.fullmatch(given):
        return given
    return safe_id(f"{given}\0", _PLAIN_ID, length)


def assistant_blocks(
    task: Task, message: AssistantMessage, field: str, *, calls_as_text: bool
) -> list[JsonDict]:
    """The parts of *message* in their order: thinking must come back where it stood."""
    blocks: list[JsonDict] = []
    for index, part in enumerate(message.parts):
        where = f"{field}.parts[{index}]"
        block: JsonDict | None = None
        point: JsonDict | None = None
        match part:
            case TextPart():
                block = text_block(task, part.text, where)
                if part.signature is not None:
                    reason = f"a seal of {part.provider}"
                    task.adjust.note("dropped", f"{where}.signature", reason)
                if block is not None:
                    point = task.point(part.cache_control, "messages", where)
            case ReasoningPart():
                block = _thinking(task, part, where)
            case ToolCall() if calls_as_text:
                block = {"text": f"[Call of {part.name}: {part.arguments_json or '{}'}]"}
            case ToolCall():
                block = _tool_use(task, part, where)
            case RefusalPart():
                task.adjust.note("rewritten", where, "a refusal as text")
                block = text_block(task, part.text, where)
            case _:
                task.adjust.unsupported(where, "the wire has no place for it in an answer")
        blocks += [one for one in (block, point) if one is not None]
    if message.name is not None:
        task.adjust.unsupported(f"{field}.name", "the wire takes no names on messages")
    return blocks


def _thinking(task: Task, part: ReasoningPart, field: str) -> JsonDict | None:
    """Thinking, unmodified: to change a letter of it breaks the seal."""
    adjust, back = task.adjust, task.wire.thoughts
    if part.provider is not None and part.provider != task.wire.provider:
        adjust.note("dropped", field, f"thinking of {part.provider}, for it alone")
    elif back == "none":
        adjust.note("dropped", field, "the model does not take its thinking back")
    elif back == "plain":
        if part.text:
            if part.signature is not None:
                adjust.note("dropped", f"{field}.signature", "the model takes no seals")
            return {"reasoningContent": {"reasoningText": {"text": part.text}}}
        adjust.note("dropped", field, "thinking without words, which the model does not take")
    elif part.encrypted is not None:
        return {"reasoningContent": {"redactedContent": part.encrypted}}
    elif part.signature is not None:
        said: JsonDict = {"text": part.text, "signature": part.signature}
        return {"reasoningContent": {"reasoningText": said}}
    else:
        adjust.note("dropped", field, "thinking without its seal, which the model refuses")
    return None


def _tool_use(task: Task, call: ToolCall, field: str) -> JsonDict:
    said: JsonDict = {"toolUseId": tool_id(task, call.id), "name": call.name}
    try:
        said["input"] = call.arguments
    except ToolArgumentsError as error:
        # The wire takes an object only; the model may see what it wrote.
        said["input"] = {"INVALID_JSON": error.text}
        task.adjust.note("rewritten", field, "arguments that are no JSON, as INVALID_JSON")
    if call.signature is not None:
        task.adjust.note("dropped", f"{field}.signature", f"a seal of {call.provider}")
    return {"toolUse": said}

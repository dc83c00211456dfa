"""What the model has said, as the wire's content blocks, for it to read again.

Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking
"""

from __future__ import annotations

from typing import Final

from ..._json import JsonValue, loads
from ..._models.messages import AssistantMessage
from ..._models.parts import Citation, ReasoningPart, RefusalPart, TextPart
from ..._models.tools import ToolCall
from ...errors import ToolArgumentsError
from .blocks import text_block, tool_id
from .task import JsonDict, Task

# A tuple: what a server has put there instead may have no hash.
_CITATIONS: Final = (
    "char_location",
    "page_location",
    "content_block_location",
    "web_search_result_location",
    "search_result_location",
)


def assistant_blocks(task: Task, message: AssistantMessage, field: str) -> list[JsonDict]:
    """The parts of *message* in their order: thinking must come back where it stood."""
    blocks: list[JsonDict] = []
    for index, part in enumerate(message.parts):
        where = f"{field}.parts[{index}]"
        block: JsonDict | None = None
        match part:
            case TextPart():
                block = _text(task, part, where)
            case ReasoningPart():
                block = _thinking(task, part, where)
            case ToolCall():
                block = _tool_use(task, part, where)
            case RefusalPart():
                task.adjust.note("rewritten", where, "a refusal as text")
                block = text_block(task, TextPart(part.text), where)
            case _:
                task.adjust.unsupported(where, "the wire has no place for it in an answer")
        if block is not None:
            blocks.append(block)
    if message.name is not None:
        task.adjust.unsupported(f"{field}.name", "the wire takes no names on messages")
    return blocks


def _text(task: Task, part: TextPart, field: str) -> JsonDict | None:
    block = text_block(task, part, field)
    if block is None:
        return None
    if part.signature is not None:
        task.adjust.note("dropped", f"{field}.signature", f"a seal of {part.provider}")
    if part.citations:
        known = [_citation(one) for one in part.citations if one.raw.get("type") in _CITATIONS]
        if known:
            block["citations"] = known
        if len(known) < len(part.citations):
            task.adjust.note("dropped", f"{field}.citations", "of another provider's form")
    task.mark(block, part.cache_control, field)
    return block


def _citation(citation: Citation) -> JsonValue:
    """The provider's own object, but for what it says in answers only."""
    return {key: value for key, value in citation.raw.items() if key != "file_id"}


def _thinking(task: Task, part: ReasoningPart, field: str) -> JsonDict | None:
    """Thinking, unmodified: to change a letter of it breaks the seal."""
    if part.provider is not None and part.provider != task.wire.provider:
        task.adjust.note("dropped", field, f"thinking of {part.provider}, for it alone")
        return None
    if part.raw is not None and "type" in part.raw:
        return dict(part.raw)
    if part.encrypted is not None:
        return {"type": "redacted_thinking", "data": part.encrypted}
    if part.signature is None and task.wire.seals:
        task.adjust.note("dropped", field, "thinking without its seal, which the wire refuses")
        return None
    return {"type": "thinking", "thinking": part.text, "signature": part.signature or ""}


def _tool_use(task: Task, call: ToolCall, field: str) -> JsonDict:
    block: JsonDict = {"type": "tool_use", "id": tool_id(call.id), "name": call.name}
    try:
        block["input"] = call.arguments
    except ToolArgumentsError as error:
        # The form that the documents advise for arguments that were cut off:
        # https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
        block["input"] = {"INVALID_JSON": error.text}
        task.adjust.note("rewritten", field, "arguments that are no JSON, as INVALID_JSON")
    if call.signature is not None:
        caller = _caller(task, call)
        if caller is None:
            task.adjust.note("dropped", f"{field}.signature", f"a seal of {call.provider}")
        else:
            block["caller"] = caller
    return block


def _caller(task: Task, call: ToolCall) -> JsonValue:
    """Who made the call, where that was not the model itself; see `answer.tool_call`."""
    if call.provider != task.wire.provider or not call.signature:
        return None
    try:
        caller = loads(call.signature)
    except ValueError:
        return None
    return caller if isinstance(caller, dict) else None

"""A conversation, as the wire has it: the system apart, and user and assistant taking turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from attrs import Factory, define

from ..._json import JsonValue
from ..._models.messages import (
    AssistantMessage,
    DeveloperMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from ..._models.plain import plain_text
from ...errors import InvalidRequestError
from .assistant import assistant_blocks
from .blocks import text_block, tool_result, user_blocks
from .task import JsonDict, Task

Side = Literal["user", "assistant", "system"]


@define
class _Turn:
    """Neighbouring messages of one side, in one."""

    side: Side
    results: list[JsonDict] = Factory(list)
    blocks: list[JsonDict] = Factory(list)

    def said(self) -> JsonDict:
        # Results of tools stand before all else, or the wire does not find them.
        return {"role": self.side, "content": _content([*self.results, *self.blocks])}


def _content(blocks: Sequence[JsonDict]) -> JsonValue:
    """Plain text alone as a string."""
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        return blocks[0]["text"]
    return list(blocks)


def leading(given: Sequence[Message]) -> int:
    """How many system messages stand at the head of *given*, for the wire's own field.

    Of nothing but system messages, the last is left to be said by the user: the wire needs one.
    """
    count = 0
    while count < len(given) - 1 and isinstance(given[count], SystemMessage):
        count += 1
    return count


def system(task: Task, given: Sequence[Message], words: str | None) -> JsonValue:
    """The system messages that lead, each a block, and *words* after them; None without any."""
    if words is None and not isinstance(given[0], SystemMessage):
        return None
    blocks = [
        block
        for index, message in enumerate(given[: leading(given)])
        if isinstance(message, SystemMessage)
        for block in _instructions(task, message, f"messages[{index}]")
    ]
    if words is not None:
        blocks.append({"type": "text", "text": words})
    return _content(blocks) if blocks else None


def _instructions(task: Task, message: SystemMessage, field: str) -> list[JsonDict]:
    if isinstance(message, DeveloperMessage):
        task.adjust.note("renamed", f"{field}.role", "the wire says system for developer")
    _nameless(task, message.name, field)
    blocks: list[JsonDict] = []
    for index, part in enumerate(message.parts):
        where = f"{field}.content[{index}]"
        block = text_block(task, part, where)
        if block is not None:
            task.mark(block, part.cache_control, where)
            blocks.append(block)
    return blocks


def _nameless(task: Task, name: str | None, field: str) -> None:
    if name is not None:
        task.adjust.unsupported(f"{field}.name", "the wire takes no names on messages")


def messages(task: Task, given: Sequence[Message]) -> list[JsonValue]:
    """All after the leading system messages, as turns."""
    start = leading(given)
    plain = _plain_turns(given[start:] if start else given)
    if plain is not None:
        return plain
    turns: list[_Turn] = []
    for index in range(start, len(given)):
        message, field = given[index], f"messages[{index}]"
        side = _side(task, turns, given, index)
        turn = turns[-1] if turns and turns[-1].side == side else _Turn(side)
        text = None if isinstance(message, SystemMessage) else plain_text(message)
        if text and not text.isspace():
            if not turn.results and not turn.blocks:
                turns.append(turn)
            turn.blocks.append({"type": "text", "text": text})
            continue
        before = len(turn.results) + len(turn.blocks)
        _add(task, turn, message, field)
        if len(turn.results) + len(turn.blocks) == before:
            # What was in it and could not be said has been told, part by part.
            if not message.parts:
                task.adjust.note("dropped", field, "an empty message")
        elif before == 0:
            turns.append(turn)
    if not turns:
        raise InvalidRequestError("hold nothing but blank text", field="messages")
    _prefill(task, turns, given)
    return [turn.said() for turn in turns]


def _plain_turns(given: Sequence[Message]) -> list[JsonValue] | None:
    """*given* as turns; None where one of them is more than a user's or an assistant's text.

    0.5 µs for one message, and 1.5 by `_Turn`.
    """
    said: list[JsonValue] = []
    blocks: list[JsonDict] = []
    before, text = "", None
    for message in given:
        role, text = message.role, plain_text(message)
        if not text or text.isspace() or role not in ("user", "assistant"):
            return None
        if role == before:
            blocks.append({"type": "text", "text": text})
            said[-1] = {"role": role, "content": blocks}
        else:
            blocks = [{"type": "text", "text": text}]
            said.append({"role": role, "content": text})
        before = role
    # What is to be gone on from may not end in white space: that is to be noted.
    return None if before == "assistant" and text and text[-1].isspace() else said


def _side(task: Task, turns: Sequence[_Turn], given: Sequence[Message], index: int) -> Side:
    message = given[index]
    if isinstance(message, AssistantMessage):
        return "assistant"
    if not isinstance(message, SystemMessage) or not task.wire.system_turns:
        return "user"
    # The wire takes it right after the user's turn, and at the end or before the assistant's.
    following = next((one for one in given[index:] if not isinstance(one, SystemMessage)), None)
    stands = following is None or isinstance(following, AssistantMessage)
    return "system" if turns and turns[-1].side != "assistant" and stands else "user"


def _add(task: Task, turn: _Turn, message: Message, field: str) -> None:
    match message:
        case AssistantMessage():
            if not _continued(task, message, field):
                return
            turn.blocks += assistant_blocks(task, message, field)
        case ToolMessage():
            if turn.blocks:
                task.adjust.note("moved", field, "a tool's result, before the user's words")
            turn.results.append(tool_result(task, message, field))
        case SystemMessage():
            if turn.side == "user":
                task.adjust.note("moved", field, "a system message, to the user's words")
            turn.blocks += _instructions(task, message, field)
        case UserMessage():
            turn.blocks += user_blocks(task, message.parts, field)
            _nameless(task, message.name, field)


def _continued(task: Task, message: AssistantMessage, field: str) -> bool:
    """Whether *message* can be said: one to be continued needs a model that does so."""
    if not message.prefix or task.wire.prefill:
        return True
    task.adjust.unsupported(f"{field}.prefix", "the model does not go on from a text")
    return False


def _prefill(task: Task, turns: Sequence[_Turn], given: Sequence[Message]) -> None:
    """A text to be continued is the last message, and may not end in white space."""
    for index, message in enumerate(given[:-1]):
        if isinstance(message, AssistantMessage) and message.prefix:
            field = f"messages[{index}].prefix"
            task.adjust.unsupported(field, "the wire goes on from the last message only")
    last = turns[-1].blocks[-1:] if turns[-1].side == "assistant" else []
    for block in last:
        text = block.get("text")
        if isinstance(text, str) and text != text.rstrip():
            block["text"] = text.rstrip()
            field = f"messages[{len(given) - 1}]"
            task.adjust.note("rewritten", field, "without the white space at its end")

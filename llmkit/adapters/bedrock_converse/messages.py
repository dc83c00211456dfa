"""A conversation, as the wire has it: the system apart, and user and assistant taking turns.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from attrs import Factory, define

from ..._frozen import frozen
from ..._json import JsonValue, loads
from ..._models.messages import (
    AssistantMessage,
    DeveloperMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from ..._models.parts import AudioPart, TextPart
from ..turns import Placed, Turn, take_turns, tool_names
from .assistant import assistant_blocks, tool_id
from .blocks import Said, block_of, kind_of, takes_point
from .task import FILLER, JsonDict, Task


@frozen
class Conversation:
    """What goes into `system` and `messages`."""

    system: list[JsonValue]
    messages: list[JsonValue]


@define
class _Entry:
    """A message of the wire in the making: the results of tools first."""

    role: str
    results: list[JsonDict] = Factory(list)
    blocks: list[JsonDict] = Factory(list)

    def said(self) -> JsonDict:
        return {"role": self.role, "content": [*self.results, *self.blocks]}


def conversation(
    task: Task, given: Sequence[Message], words: str | None, *, calls_as_text: bool
) -> Conversation:
    """*given* as the wire has it.

    Args:
        task: the request in the making.
        given: the messages.
        words: what stands with the system's.
        calls_as_text: the calls of tools and their results are told as text.
    """
    leading, turns = take_turns(given, task.adjust)
    system = [block for item in leading for block in _instructions(task, item)]
    if words is not None:
        system.append({"text": words})
    names = tool_names(given)
    entries: list[_Entry] = []
    for turn in turns:
        made = (
            _assistant(task, turn, given, calls_as_text=calls_as_text)
            if turn.side == "assistant"
            else _user(task, turn, names, calls_as_text=calls_as_text)
        )
        _join(entries, made)
    if not task.wire.system and system:
        task.adjust.note("moved", "messages", "system messages, to the user's words")
        _join_front(entries, [block for block in system if "text" in block])
        system = []
    _begin(task, entries)
    separate = [one for entry in entries for one in _apart(task, entry)]
    for entry in separate:
        _accompany(task, entry)
    _prefill(task, separate, given)
    return Conversation(list(system), [entry.said() for entry in separate])


def _instructions(task: Task, item: Placed) -> list[JsonDict]:
    message, field = item.message, item.field
    if isinstance(message, DeveloperMessage):
        task.adjust.note("renamed", f"{field}.role", "the wire says system for developer")
    if isinstance(message, SystemMessage):
        _nameless(task, message.name, field)
    blocks: list[JsonDict] = []
    for index, part in enumerate(message.parts):
        if isinstance(part, TextPart):
            _add(task, blocks, part, "system", f"{field}.content[{index}]")
    return blocks


def _nameless(task: Task, name: str | None, field: str) -> None:
    if name is not None:
        task.adjust.unsupported(f"{field}.name", "the wire takes no names on messages")


def _add(task: Task, blocks: list[JsonDict], part: Said, place: str, field: str) -> None:
    """Put *part* after *blocks*, and its cache point after it."""
    block = block_of(task, part, field)
    if block is None:
        return
    point = None if isinstance(part, AudioPart) else task.point(part.cache_control, place, field)
    blocks.append(block)
    if point is None:
        return
    if takes_point(block):
        blocks.append(point)
    elif len(blocks) > 1 and takes_point(blocks[-2]):
        blocks.insert(-1, point)
        task.adjust.note("moved", f"{field}.cache_control", "before the document it stands on")
    else:
        task.marks.pop()
        task.adjust.note("dropped", f"{field}.cache_control", "not after a document of text")


def _user(task: Task, turn: Turn, names: Mapping[str, str], *, calls_as_text: bool) -> _Entry:
    entry = _Entry("user")
    for item in turn.messages:
        message, field = item.message, item.field
        match message:
            case ToolMessage() if calls_as_text:
                name = message.name or names.get(message.tool_call_id, "a tool")
                entry.blocks.append({"text": f"[Result of {name}:]"})
                _parts(task, entry.blocks, message.parts, field)
            case ToolMessage():
                if entry.blocks:
                    task.adjust.note("moved", field, "a tool's result, before the user's words")
                _result(task, entry, message, field)
            case UserMessage():
                _parts(task, entry.blocks, message.parts, field)
                _nameless(task, message.name, field)
    if not entry.results and not entry.blocks:
        entry.blocks.append({"text": FILLER})
        task.adjust.note("added", turn.messages[0].field, "a word where there was none")
    return entry


def _parts(task: Task, blocks: list[JsonDict], parts: Sequence[Said], field: str) -> None:
    for index, part in enumerate(parts):
        _add(task, blocks, part, "messages", f"{field}.content[{index}]")


def _result(task: Task, entry: _Entry, message: ToolMessage, field: str) -> None:
    """A tool's result; media that the model does not take in it follow all results."""
    said: list[JsonDict] = []
    media: list[JsonDict] = []
    points: list[JsonDict] = []
    for index, part in enumerate(message.parts):
        where = f"{field}.content[{index}]"
        if isinstance(part, TextPart) and not part.text.strip():
            continue
        block = block_of(task, part, where)
        if block is None:
            continue
        inside = isinstance(part, TextPart) or kind_of(block) in task.wire.result_media
        (said if inside else media).append(block)
        if not isinstance(part, AudioPart):
            point = task.point(part.cache_control, "messages", where)
            points += [point] if point is not None else []
    if media:
        task.adjust.note("moved", field, "media of a tool's result, to the user's words")
        entry.blocks += [{"text": "Attached to the results of the tools:"}, *media]
    if task.wire.result_json:
        said = _as_json(said)
    result: JsonDict = {
        "toolUseId": tool_id(task, message.tool_call_id),
        "content": said or [{"text": FILLER}],
    }
    if task.wire.result_status:
        result["status"] = "error" if message.is_error else "success"
    elif message.is_error:
        task.adjust.note("dropped", f"{field}.is_error", "the model has no such mark")
    # A point inside of a result is one after all of it.
    entry.results += [{"toolResult": result}, *points[-1:]]
    task.marks[len(task.marks) - len(points[1:]) :] = []


def _as_json(said: list[JsonDict]) -> list[JsonDict]:
    """The texts of a result as one JSON object."""
    text = "".join(str(block["text"]) for block in said if "text" in block)
    try:
        value = cast("JsonValue", loads(text))
    except ValueError:
        value = text
    result = value if isinstance(value, dict) else {"result": value}
    return [{"json": result}, *(block for block in said if "text" not in block)]


def _assistant(task: Task, turn: Turn, given: Sequence[Message], *, calls_as_text: bool) -> _Entry:
    entry = _Entry("assistant")
    for item in turn.messages:
        message, field = item.message, item.field
        if not isinstance(message, AssistantMessage):
            continue
        if message.prefix and (message is not given[-1] or not task.wire.prefill):
            reason = "the model does not go on from a text"
            if task.wire.prefill:
                reason = "the wire goes on from the last message only"
            task.adjust.unsupported(f"{field}.prefix", reason)
            if message is given[-1]:
                continue
        before = len(entry.blocks)
        entry.blocks += assistant_blocks(task, message, field, calls_as_text=calls_as_text)
        if len(entry.blocks) == before:
            task.adjust.note("dropped", field, "a message with nothing to say")
    return entry


def _join(entries: list[_Entry], made: _Entry) -> None:
    """Put *made* after *entries*; neighbours of one side are one message."""
    if not made.results and not made.blocks:
        return
    if entries and entries[-1].role == made.role:
        entries[-1].results += made.results
        entries[-1].blocks += made.blocks
    else:
        entries.append(made)


def _join_front(entries: list[_Entry], blocks: list[JsonDict]) -> None:
    if entries and entries[0].role == "user":
        entries[0].blocks[:0] = blocks
    else:
        entries.insert(0, _Entry("user", blocks=blocks))


def _begin(task: Task, entries: list[_Entry]) -> None:
    """A conversation begins with the user, but for some models."""
    if entries and (entries[0].role == "user" or task.wire.leading_assistant):
        return
    entries.insert(0, _Entry("user", blocks=[{"text": FILLER}]))
    task.adjust.note("added", "messages[0]", "a user's message, with which the wire begins")


def _apart(task: Task, entry: _Entry) -> list[_Entry]:
    """*entry*, or two, where the model wants the results of tools without what is beside them.

    Neighbours of one side would be joined again: a word of the assistant's stands between.
    """
    kinds = {kind_of(block) for block in entry.blocks} - {"cachePoint"}
    if not entry.results or kinds <= {*task.wire.beside_results}:
        return [entry]
    task.adjust.note("added", "messages", "an assistant's word between results and the rest")
    return [
        _Entry("user", results=entry.results),
        _Entry("assistant", blocks=[{"text": FILLER}]),
        _Entry("user", blocks=entry.blocks),
    ]


def _accompany(task: Task, entry: _Entry) -> None:
    """A document does not stand without a text."""
    kinds = {kind_of(block) for block in entry.blocks}
    if "document" in kinds and "text" not in kinds:
        entry.blocks.insert(0, {"text": FILLER})
        task.adjust.note("added", "messages", "a word beside a document, which the wire wants")


def _prefill(task: Task, entries: Sequence[_Entry], given: Sequence[Message]) -> None:
    """A text to be continued may not end in white space."""
    last = entries[-1]
    if last.role != "assistant" or not last.blocks:
        return
    text = last.blocks[-1].get("text")
    if isinstance(text, str) and text != text.rstrip():
        last.blocks[-1]["text"] = text.rstrip()
        field = f"messages[{len(given) - 1}]"
        task.adjust.note("rewritten", field, "without the white space at its end")


def has_tool_blocks(given: Sequence[Message]) -> bool:
    """Whether a call of a tool, or a result, is in *given*: the wire wants tools then."""
    return any(
        isinstance(message, ToolMessage)
        or (isinstance(message, AssistantMessage) and message.tool_calls)
        for message in given
    )


def called_tools(given: Sequence[Message]) -> list[str]:
    """The names of the tools that were called in *given*, each once, in order."""
    names = list(tool_names(given).values())
    names += [
        message.name for message in given if isinstance(message, ToolMessage) and message.name
    ]
    return list(dict.fromkeys(names)) or ["tool"]

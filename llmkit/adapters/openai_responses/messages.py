"""Messages, said as the input items of OpenAI's Responses.

Source: https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

from ..._json import JsonValue
from ..._models.media import data_url
from ..._models.messages import AssistantMessage, Message, SystemMessage, ToolMessage, UserMessage
from ..._models.part_form import audio_format
from ..._models.parts import AudioPart, FilePart, ImagePart, TextPart
from ..image_types import other_image
from .assistant import assistant_items
from .task import JsonDict, Task, call_id

_ATTACHED: Final = "Attached to the results of the tools:"


def input_items(
    task: Task, given: Sequence[Message], prompt: str | None
) -> tuple[str | None, list[JsonValue]]:
    """The instructions, where they stand apart, and each of *given* as items, in order.

    Args:
        task: the request that is being built.
        given: the messages.
        prompt: words of llmkit's own, to stand with the system's.
    """
    start = 0
    while start < len(given) and isinstance(given[start], SystemMessage):
        start += 1
    said: list[JsonValue] = []
    instructions: str | None = None
    if task.wire.instructions:
        instructions = _instructions(task, given[:start], prompt)
    else:
        said += [_plain(task, one, f"messages[{i}]") for i, one in enumerate(given[:start])]
        if prompt is not None:
            said.append({"role": "system", "content": prompt})
    media: list[JsonValue] = []  # of tool results, where it follows the last of them
    for index in range(start, len(given)):
        message, field = given[index], f"messages[{index}]"
        if media and not isinstance(message, ToolMessage):
            said.append({"role": "user", "content": media})
            media = []
        if isinstance(message, ToolMessage):
            said.append(_tool_result(task, message, field, media))
        elif isinstance(message, AssistantMessage):
            after = given[index + 1] if index + 1 < len(given) else None
            last = not isinstance(after, AssistantMessage)
            said += assistant_items(task, message, field, last=last)
        else:
            said.append(_plain(task, message, field))
    if media:
        said.append({"role": "user", "content": media})
    return instructions, said


def _instructions(task: Task, given: Sequence[Message], prompt: str | None) -> str | None:
    for index, message in enumerate(given):
        _marks_dropped(task, message, f"messages[{index}]")
    texts = [message.content or "" for message in given]
    if prompt is not None:
        texts.append(prompt)
    return "\n\n".join(texts) if texts else None


def _plain(task: Task, message: Message, field: str) -> JsonDict:
    role: str = message.role
    if role == "developer" and not task.wire.developer_role:
        role = "system"
        task.adjust.note("renamed", f"{field}.role", "the provider says system for developer")
    _marks_dropped(task, message, field)
    return {"role": role, "content": _content(task, message, field)}


def _marks_dropped(task: Task, message: Message, field: str) -> None:
    """What may be on a message or its parts, and has no place on this wire."""
    if isinstance(message, SystemMessage | UserMessage) and message.name is not None:
        task.adjust.unsupported(f"{field}.name", "the wire takes no names on messages")
    for index, part in enumerate(message.parts):
        if getattr(part, "cache_control", None) is not None:
            where = f"{field}.content[{index}].cache_control"
            task.adjust.note("dropped", where, "the provider caches by itself")


def _content(task: Task, message: Message, field: str) -> JsonValue:
    parts = message.parts
    if len(parts) == 1 and isinstance(parts[0], TextPart):
        return parts[0].text
    return _parts(task, parts, field)


def _parts(
    task: Task, parts: Sequence[object], field: str, *, texts: bool = True
) -> list[JsonValue]:
    said: list[JsonValue] = []
    for index, part in enumerate(parts):
        if isinstance(part, TextPart) and not texts:
            continue
        shape = _part(task, part, f"{field}.content[{index}]")
        if shape is not None:
            said.append(shape)
    return said


def _part(task: Task, part: object, field: str) -> JsonDict | None:
    wire = task.wire
    match part:
        case TextPart():
            return {"type": "input_text", "text": part.text}
        case ImagePart() if wire.images:
            other = other_image(part, wire.image_types)
            if other is None:
                return _image(part)
            task.adjust.unsupported(field, other)
            return None
        case AudioPart() if wire.audio and part.data is not None:
            return _audio(part, part.data)
        case FilePart() if wire.files:
            return _file(task, part, field)
    task.adjust.unsupported(field, f"the provider takes no such {type(part).__name__}")
    return None


def _image(part: ImagePart) -> JsonDict:
    # OpenAI's types require the detail.
    said: JsonDict = {"type": "input_image", "detail": part.detail or "auto"}
    if part.file_id is not None:
        said["file_id"] = part.file_id
    elif part.data is not None:
        said["image_url"] = data_url(part.data, part.media_type or "image/png")
    else:
        said["image_url"] = part.url
    return said


def _audio(part: AudioPart, data: bytes) -> JsonDict:
    encoded = base64.b64encode(data).decode("ascii")
    audio: JsonDict = {"data": encoded, "format": audio_format(part.media_type)}
    return {"type": "input_audio", "input_audio": audio}


def _file(task: Task, part: FilePart, field: str) -> JsonDict:
    said: JsonDict = {"type": "input_file"}
    if part.data is not None:
        # OpenAI refuses a document without a name.
        said["filename"] = part.filename or "document"
        said["file_data"] = data_url(part.data, part.media_type or "application/octet-stream")
    else:
        if part.file_id is not None:
            said["file_id"] = part.file_id
        else:
            said["file_url"] = part.url
        if part.filename is not None:
            task.adjust.note("dropped", f"{field}.filename", "the file has a name of its own")
    if part.citations:
        task.adjust.note("dropped", f"{field}.citations", "the wire has no such choice")
    return said


def _tool_result(task: Task, message: ToolMessage, field: str, media: list[JsonValue]) -> JsonDict:
    """A tool's result; where the provider takes text only, its media go in *media*."""
    if message.is_error:
        reason = "the wire has no such mark; the text stays"
        task.adjust.note("dropped", f"{field}.is_error", reason)
    _marks_dropped(task, message, field)
    parts = message.parts
    output: JsonValue
    if all(isinstance(part, TextPart) for part in parts) and len(parts) < 2:
        output = message.content or ""
    elif task.wire.tool_media:
        output = _parts(task, parts, field)
    else:
        output = message.content or ""
        moved = _parts(task, parts, field, texts=False)
        if moved:
            task.adjust.note("moved", field, "images and files of a result to a user's message")
            if not media:
                media.append(
                    {"type": "input_text", "text": "Attached to the results of the tools:"}
                )
            media += moved
    return {
        "type": "function_call_output",
        "call_id": call_id(message.tool_call_id),
        "output": output,
    }

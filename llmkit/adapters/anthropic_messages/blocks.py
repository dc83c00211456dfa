"""What users and tools say, as the wire's content blocks.

Source: https://platform.claude.com/docs/en/api/messages
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from ..._models.messages import ToolMessage
from ..._models.parts import AudioPart, FilePart, ImagePart, TextPart
from ..turns import safe_id
from .task import JsonDict, Task

Said: TypeAlias = TextPart | ImagePart | AudioPart | FilePart

_IMAGE_TYPES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")
_FILES_BETA: Final = "files-api-2025-04-14"
_TOOL_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")


def tool_id(given: str) -> str:
    """*given*, or where the wire would refuse it, the same stand-in for it each time."""
    return safe_id(given, _TOOL_ID)


def text_block(task: Task, part: TextPart, field: str) -> JsonDict | None:
    """Text, without its marker; None where it is blank, which the wire refuses."""
    if not part.text or part.text.isspace():
        task.adjust.note("dropped", field, "a blank text, which the wire refuses")
        return None
    return {"type": "text", "text": part.text}


def user_blocks(task: Task, parts: Sequence[Said], field: str) -> list[JsonDict]:
    """What a user says."""
    blocks: list[JsonDict] = []
    for where, part, block in _each(task, parts, field):
        if not isinstance(part, AudioPart):
            task.mark(block, part.cache_control, where)
        blocks.append(block)
    return blocks


def tool_result(task: Task, message: ToolMessage, field: str) -> JsonDict:
    """What a tool has answered. A marker in it stands on the whole of it."""
    block: JsonDict = {"type": "tool_result", "tool_use_id": tool_id(message.tool_call_id)}
    mark = None
    said: list[JsonDict] = []
    for _, part, inner in _each(task, message.parts, field):
        said.append(inner)
        if not isinstance(part, AudioPart):
            mark = part.cache_control or mark
    # An empty list is refused, an empty text is not.
    alone = len(said) == 1 and said[0]["type"] == "text"
    block["content"] = said[0]["text"] if alone else said or ""
    if message.is_error:
        block["is_error"] = True
    task.mark(block, mark, field)
    return block


def _each(task: Task, parts: Sequence[Said], field: str) -> Iterator[tuple[str, Said, JsonDict]]:
    """Each of *parts* that can be said: where it stands, itself, and as a block."""
    for index, part in enumerate(parts):
        where = f"{field}.content[{index}]"
        block: JsonDict | None = None
        match part:
            case TextPart():
                block = text_block(task, part, where)
            case ImagePart():
                block = _image(task, part, where)
            case FilePart():
                block = _document(task, part, where)
            case AudioPart():
                task.adjust.unsupported(where, "the wire takes no audio")
        if block is not None:
            yield where, part, block


def _image(task: Task, part: ImagePart, field: str) -> JsonDict | None:
    if part.data is None:
        if not task.wire.image_urls:
            task.adjust.unsupported(field, "the provider takes images by their bytes only")
            return None
        source = _elsewhere(task, part.url, part.file_id)
    elif part.media_type in _IMAGE_TYPES:
        source = _bytes(part.data, part.media_type)
    else:
        known = ", ".join(_IMAGE_TYPES)
        task.adjust.unsupported(field, f"the wire takes {known}, not {part.media_type}")
        return None
    if part.detail not in (None, "auto"):
        task.adjust.note("dropped", f"{field}.detail", "the wire has no such choice")
    return {"type": "image", "source": source}


def _document(task: Task, part: FilePart, field: str) -> JsonDict | None:
    kind = part.media_type
    if part.data is None:
        source = _elsewhere(task, part.url, part.file_id)
    elif kind == "application/pdf":
        source = _bytes(part.data, kind)
    else:
        try:
            text = part.data.decode()
        except UnicodeDecodeError:
            task.adjust.unsupported(field, f"the wire takes PDF and text, not {kind}")
            return None
        if kind != "text/plain":
            task.adjust.note("rewritten", field, f"{kind} as text/plain")
        source = {"type": "text", "media_type": "text/plain", "data": text}
    block: JsonDict = {"type": "document", "source": source}
    if part.filename is not None:
        block["title"] = part.filename
    if part.citations:
        block["citations"] = {"enabled": True}
    return block


def _bytes(data: bytes, media_type: str) -> JsonDict:
    encoded = base64.b64encode(data).decode("ascii")
    return {"type": "base64", "media_type": media_type, "data": encoded}


def _elsewhere(task: Task, url: str | None, file_id: str | None) -> JsonDict:
    if file_id is None:
        return {"type": "url", "url": url}
    task.beta(_FILES_BETA)
    return {"type": "file", "file_id": file_id}

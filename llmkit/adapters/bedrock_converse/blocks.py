"""What users and tools say, as the wire's content blocks.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from ..._models.parts import AudioPart, FilePart, ImagePart, TextPart
from .task import JsonDict, Task

Said: TypeAlias = TextPart | ImagePart | AudioPart | FilePart

_IMAGES: Final[Mapping[str, str]] = {
    f"image/{form}": form for form in ("png", "jpeg", "gif", "webp")
}
_DOCUMENTS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_VIDEOS: Final[Mapping[str, str]] = {
    "video/x-matroska": "mkv",
    "video/quicktime": "mov",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/mpeg": "mpeg",
    "video/x-ms-wmv": "wmv",
    "video/3gpp": "three_gp",
}
_AUDIO: Final[Mapping[str, str]] = {
    **{
        f"audio/{form}": form
        for form in ("mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mpeg", "webm", "m4a")
    },
    "audio/mpeg": "mp3",
    "audio/x-wav": "wav",
    "audio/x-m4a": "m4a",
}

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9\s()\[\]-]+")
_MAX_NAME: Final = 200


def text_block(task: Task, text: str, field: str) -> JsonDict | None:
    """Text; None where it is blank, which the wire refuses."""
    if not text.strip():
        task.adjust.note("dropped", field, "a blank text, which the wire refuses")
        return None
    return {"text": text}


def block_of(task: Task, part: Said, field: str) -> JsonDict | None:
    """*part* as a block, without its cache point; None where it cannot be said."""
    match part:
        case TextPart():
            return text_block(task, part.text, field)
        case ImagePart():
            return _image(task, part, field)
        case AudioPart():
            return _media(task, part, "audio", _AUDIO, field)
        case FilePart():
            if (_type_of(part) or "").startswith("video/"):
                return _media(task, part, "video", _VIDEOS, field)
            return _document(task, part, field)


def kind_of(block: JsonDict) -> str:
    """What a block holds: "text", "image", "toolResult" …"""
    return next(iter(block))


def takes_point(block: JsonDict) -> bool:
    """Whether a cache point may stand right after *block*: not so after documents that the
    model gets as text, which it moves to the front."""
    document = block.get("document")
    if not isinstance(document, dict):
        return True
    return document.get("format") == "pdf" or "citations" in document


def _image(task: Task, part: ImagePart, field: str) -> JsonDict | None:
    if part.detail not in (None, "auto"):
        task.adjust.note("dropped", f"{field}.detail", "the wire has no such choice")
    return _media(task, part, "image", _IMAGES, field)


def _media(
    task: Task,
    part: ImagePart | AudioPart | FilePart,
    kind: str,
    formats: Mapping[str, str],
    field: str,
) -> JsonDict | None:
    source = _source(task, part, field)
    if source is None:
        return None
    form = formats.get(_type_of(part) or "")
    if form is None:
        known = ", ".join(dict.fromkeys(formats.values()))
        told = _type_of(part) or "a file that does not tell its type"
        task.adjust.unsupported(field, f"the wire takes {known} as {kind}, not {told}")
        return None
    return {kind: {"format": form, "source": source}}


def _document(task: Task, part: FilePart, field: str) -> JsonDict | None:
    source = _source(task, part, field)
    if source is None:
        return None
    kind = _type_of(part) or ""
    form = _DOCUMENTS.get(kind)
    if form is None and (kind.startswith("text/") or kind in ("application/json", "")):
        form = "txt"
        task.adjust.note("rewritten", field, f"{kind or 'a file of no type'} as plain text")
    if form is None:
        known = ", ".join(_DOCUMENTS.values())
        task.adjust.unsupported(field, f"the wire takes {known} as documents, not {kind}")
        return None
    said: JsonDict = {"format": form, "name": _name(task, part, form, field), "source": source}
    if part.citations:
        if task.wire.citations:
            said["citations"] = {"enabled": True}
        else:
            task.adjust.unsupported(f"{field}.citations", "the model cites no documents")
    return {"document": said}


def _source(task: Task, part: ImagePart | AudioPart | FilePart, field: str) -> JsonDict | None:
    if part.data is not None:
        return {"bytes": base64.b64encode(part.data).decode("ascii")}
    if part.url is not None and part.url.startswith("s3://"):
        return {"s3Location": {"uri": part.url}}
    told = "an address on the web" if part.url is not None else "the id of a file"
    task.adjust.unsupported(field, f"the wire takes bytes or an s3:// address, not {told}")
    return None


def _type_of(part: ImagePart | AudioPart | FilePart) -> str | None:
    """The media type, of an address by its ending."""
    if part.media_type is not None:
        return part.media_type.partition(";")[0].strip().lower()
    name = getattr(part, "filename", None) or urlsplit(part.url or "").path
    return mimetypes.guess_type(name)[0]


def _name(task: Task, part: FilePart, form: str, field: str) -> str:
    """A name that the wire takes, and that no document before has.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
    """
    given = part.filename
    path = PurePosixPath(given or urlsplit(part.url or "").path)
    stem = path.stem if path.suffix.lower() in (f".{form}", ".htm", ".text") else path.name
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", stem).split())[:_MAX_NAME].strip() or "document"
    name, count = plain, 1
    while name in task.names:
        count += 1
        name = f"{plain[: _MAX_NAME - 8]} {count}"
    task.names.add(name)
    if given is not None and name != given:
        task.adjust.note("renamed", f"{field}.filename", f"to {name!r}: the wire's rule for names")
    return name

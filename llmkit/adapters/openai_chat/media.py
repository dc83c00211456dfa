"""Parts of a message, said in the form of OpenAI's chat completions, and of its dialects."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.media import data_url
from ..._models.part_form import audio_format, cache_control_to_dict
from ..._models.parts import AudioPart, FilePart, ImagePart, TextPart
from ..image_types import other_image

if TYPE_CHECKING:
    from . import OpenAIChat

JsonDict = dict[str, JsonValue]


def part(wire: OpenAIChat, given: object, field: str, adjust: Adjuster) -> JsonDict | None:
    """*given* as the wire's object, or None where it cannot be said."""
    said: JsonDict | None = None
    match given:
        case TextPart():
            said = {"type": "text", "text": given.text}
        case ImagePart() if wire.images:
            said = _image(wire, given)
        case AudioPart() if wire.audio:
            said = _audio(wire, given)
        case FilePart() if wire.files:
            said = _file(wire, given)
    other = other_image(given, wire.image_types)
    if said is None or other is not None:
        none = f"the provider takes no such {type(given).__name__}"
        adjust.unsupported(field, none if said is None or other is None else other)
        return None
    mark = getattr(given, "cache_control", None)
    if mark is not None:
        if wire.cache_control:
            said["cache_control"] = cache_control_to_dict(mark)
        else:
            adjust.note("dropped", f"{field}.cache_control", "the provider caches by itself")
    if isinstance(given, FilePart) and given.citations:
        adjust.note("dropped", f"{field}.citations", "the wire has no such switch")
    return said


def _image(wire: OpenAIChat, given: ImagePart) -> JsonDict | None:
    if given.data is not None:
        url = data_url(given.data, given.media_type or "image/png")
    elif given.url is not None and wire.image_urls:
        url = given.url
    else:
        return None
    image: JsonDict = {"url": url}
    if given.detail is not None:
        image["detail"] = given.detail
    return {"type": "image_url", "image_url": image}


def _audio(wire: OpenAIChat, given: AudioPart) -> JsonDict | None:
    if given.data is None:
        # Mistral's text may be an address: https://docs.mistral.ai/capabilities/audio/
        by_address = wire.audio_form == "text" and given.url is not None
        return {"type": "input_audio", "input_audio": given.url} if by_address else None
    data = base64.b64encode(given.data).decode("ascii")
    if wire.audio_form == "text":
        return {"type": "input_audio", "input_audio": data}
    if wire.audio_form == "data_url":
        data = f"data:;base64,{data}"
    said: JsonDict = {"data": data, "format": audio_format(given.media_type)}
    return {"type": "input_audio", "input_audio": said}


def _file(wire: OpenAIChat, given: FilePart) -> JsonDict | None:
    if given.url is not None and not wire.file_urls:
        return None
    match wire.file_form:
        case "document_url":
            return _document_url(given)
        case "file_url":
            return _file_url(given)
        case _:
            return _file_object(given)


def _file_object(given: FilePart) -> JsonDict:
    file: JsonDict = {}
    if given.file_id is not None:
        file["file_id"] = given.file_id
    elif given.data is not None:
        file["file_data"] = data_url(given.data, given.media_type or "application/octet-stream")
        # OpenAI refuses a document without a name.
        file["filename"] = given.filename or "document"
    else:
        file["file_data"] = given.url  # OpenRouter takes an address in the same place
    if given.filename is not None:
        file["filename"] = given.filename
    return {"type": "file", "file": file}


def _document_url(given: FilePart) -> JsonDict:
    """Mistral's: https://docs.mistral.ai/capabilities/document_ai/document_qna/"""
    if given.file_id is not None:
        return {"type": "file", "file_id": given.file_id}
    url = given.url
    if given.data is not None:
        url = data_url(given.data, given.media_type or "application/pdf")
    said: JsonDict = {"type": "document_url", "document_url": url}
    if given.filename is not None:
        said["document_name"] = given.filename
    return said


def _file_url(given: FilePart) -> JsonDict | None:
    """Perplexity's: an address, or base64 without anything before it.

    Source: https://docs.perplexity.ai/guides/file-attachments
    """
    url = given.url
    if given.data is not None:
        url = base64.b64encode(given.data).decode("ascii")
    if url is None:
        return None
    said: JsonDict = {"type": "file_url", "file_url": {"url": url}}
    if given.filename is not None:
        said["file_name"] = given.filename
    return said

"""Content parts as JSON and back: OpenAI's form, widened where OpenAI has no word."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Literal, cast

from .._json import JsonObject, JsonValue
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .media import data_url, is_data_url, split_data_url
from .parts import (
    AudioPart,
    CacheControl,
    Citation,
    FilePart,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    TextPart,
)

Part = TextPart | ImagePart | AudioPart | FilePart | ReasoningPart | RefusalPart
"""Every part but a tool call."""

_AUDIO_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_AUDIO_FORMATS = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}


def audio_format(media_type: str | None) -> str:
    """OpenAI's name for an audio media type: "wav", "mp3", or the subtype itself."""
    given = media_type or "audio/wav"
    return _AUDIO_FORMATS.get(given, given.removeprefix("audio/"))


def cache_control_to_dict(mark: CacheControl) -> dict[str, JsonValue]:
    """A marker in Anthropic's form, which OpenRouter and others share."""
    return {"type": "ephemeral"} if mark.ttl is None else {"type": "ephemeral", "ttl": mark.ttl}


def cache_control_from_dict(value: object, field: str) -> CacheControl | None:
    """A marker from Anthropic's form, or None."""
    if value is None or isinstance(value, CacheControl):
        return value
    if isinstance(value, Mapping) and value.get("type", "ephemeral") == "ephemeral":
        ttl = value.get("ttl")
        if ttl in (None, "5m", "1h"):
            return CacheControl(cast("Literal['5m', '1h'] | None", ttl))
    raise InvalidRequestError(
        "must be {'type': 'ephemeral'}, with a ttl of '5m' or '1h' or none", field=field
    )


def part_to_dict(part: Part) -> dict[str, JsonValue]:
    """*part* as a JSON object."""
    result = _to_dict(part)
    mark = getattr(part, "cache_control", None)
    if mark is not None:
        result["cache_control"] = cache_control_to_dict(mark)
    return result


def _to_dict(part: Part) -> dict[str, JsonValue]:
    match part:
        case TextPart():
            return _present(
                {"type": "text", "text": part.text},
                signature=part.signature,
                provider=part.provider,
                citations=[_citation_to_dict(item) for item in part.citations] or None,
            )
        case ReasoningPart():
            return _present(
                {"type": "reasoning", "text": part.text},
                signature=part.signature,
                encrypted=part.encrypted,
                id=part.id,
                provider=part.provider,
                raw=part.raw,
            )
        case RefusalPart():
            return {"type": "refusal", "refusal": part.text}
        case ImagePart():
            return _image_to_dict(part)
        case AudioPart():
            return _audio_to_dict(part)
        case FilePart():
            return _file_to_dict(part)


def _image_to_dict(part: ImagePart) -> dict[str, JsonValue]:
    if part.file_id is not None:
        return _present(
            {"type": "image_file", "file_id": part.file_id},
            detail=part.detail,
            media_type=part.media_type,
        )
    if part.data is not None:
        url = data_url(part.data, part.media_type or "image/png")
        return {"type": "image_url", "image_url": _present({"url": url}, detail=part.detail)}
    image = _present({"url": part.url}, detail=part.detail, media_type=part.media_type)
    return {"type": "image_url", "image_url": image}


def _audio_to_dict(part: AudioPart) -> dict[str, JsonValue]:
    audio = _present({}, url=part.url, id=part.file_id, transcript=part.transcript)
    if part.data is not None:
        audio["data"] = base64.b64encode(part.data).decode("ascii")
        audio["format"] = audio_format(part.media_type)
        if _AUDIO_TYPES.get(audio_format(part.media_type)) == part.media_type:
            return {"type": "input_audio", "input_audio": audio}
    return {"type": "input_audio", "input_audio": _present(audio, media_type=part.media_type)}


def _file_to_dict(part: FilePart) -> dict[str, JsonValue]:
    file = _present(
        {}, file_id=part.file_id, filename=part.filename, citations=part.citations or None
    )
    if part.data is not None:
        file["file_data"] = data_url(part.data, part.media_type or "application/octet-stream")
    else:
        file = _present(file, url=part.url, media_type=part.media_type)
    return {"type": "file", "file": file}


def _citation_to_dict(citation: Citation) -> dict[str, JsonValue]:
    return _present(
        {},
        url=citation.url,
        title=citation.title,
        text=citation.text,
        start=citation.start,
        end=citation.end,
        raw=citation.raw or None,
    )


def part_from_dict(data: Mapping[str, object], field: str) -> Part:
    """The part that *data* says, in OpenAI's form or in `part_to_dict`'s.

    Raises:
        InvalidRequestError: it says none; the error names where.
    """
    kind = data.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        known = ", ".join(_READERS)
        raise InvalidRequestError(
            f"must be one of {known}, not {shown(kind)}", field=f"{field}.type"
        )
    try:
        return read(data, field)
    except InvalidRequestError as error:
        if error.field.startswith(field):
            raise
        inside, reason = error.field, error.reason
    where = f"{field}.{kind}" if isinstance(data.get(str(kind)), Mapping) else field
    raise InvalidRequestError(reason, field=f"{where}.{inside}")


def _read_text(data: Mapping[str, object], field: str) -> TextPart:
    _known(data, field, "type", "text", "citations", "cache_control", "signature", "provider")
    found = check.sequence(data.get("citations") or (), f"{field}.citations")
    citations = [
        _citation_from_dict(item, f"{field}.citations[{i}]") for i, item in enumerate(found)
    ]
    return TextPart(
        check.text(data.get("text"), f"{field}.text"),
        citations=tuple(citations),
        cache_control=cache_control_from_dict(data.get("cache_control"), f"{field}.cache_control"),
        signature=check.optional_text(data.get("signature"), f"{field}.signature"),
        provider=check.optional_text(data.get("provider"), f"{field}.provider"),
    )


def _citation_from_dict(data: object, field: str) -> Citation:
    item = _object(data, field)
    _known(item, field, "url", "title", "text", "start", "end", "raw")
    raw = item.get("raw")
    return Citation(
        url=check.optional_text(item.get("url"), f"{field}.url"),
        title=check.optional_text(item.get("title"), f"{field}.title"),
        text=check.optional_text(item.get("text"), f"{field}.text"),
        start=check.integer(item.get("start"), f"{field}.start", None),
        end=check.integer(item.get("end"), f"{field}.end", None),
        raw={} if raw is None else check.json_object(raw, f"{field}.raw"),
    )


def _read_reasoning(data: Mapping[str, object], field: str) -> ReasoningPart:
    _known(data, field, "type", "text", "signature", "encrypted", "id", "provider", "raw")
    raw = data.get("raw")
    return ReasoningPart(
        check.text(data.get("text", ""), f"{field}.text"),
        signature=check.optional_text(data.get("signature"), f"{field}.signature"),
        encrypted=check.optional_text(data.get("encrypted"), f"{field}.encrypted"),
        id=check.optional_text(data.get("id"), f"{field}.id"),
        provider=check.optional_text(data.get("provider"), f"{field}.provider"),
        raw=None if raw is None else check.json_object(raw, f"{field}.raw"),
    )


def _read_refusal(data: Mapping[str, object], field: str) -> RefusalPart:
    _known(data, field, "type", "refusal")
    return RefusalPart(check.text(data.get("refusal"), f"{field}.refusal"))


def _read_image(data: Mapping[str, object], field: str) -> ImagePart:
    _known(data, field, "type", "image_url", "cache_control")
    value = data.get("image_url")
    # Mistral's form is the bare address.
    image = {"url": value} if isinstance(value, str) else _object(value, f"{field}.image_url")
    where = f"{field}.image_url"
    _known(image, where, "url", "detail", "media_type")
    url = check.text(image.get("url"), f"{where}.url", empty=False)
    detail = _detail(image.get("detail"), f"{where}.detail")
    mark = cache_control_from_dict(data.get("cache_control"), f"{field}.cache_control")
    if is_data_url(url):
        content, media_type = split_data_url(url, f"{where}.url")
        return ImagePart(data=content, media_type=media_type, detail=detail, cache_control=mark)
    media_type = check.optional_text(image.get("media_type"), f"{where}.media_type")
    return ImagePart(url=url, media_type=media_type, detail=detail, cache_control=mark)


def _read_image_file(data: Mapping[str, object], field: str) -> ImagePart:
    _known(data, field, "type", "file_id", "detail", "media_type", "cache_control")
    return ImagePart(
        media_type=check.optional_text(data.get("media_type"), f"{field}.media_type"),
        file_id=check.text(data.get("file_id"), f"{field}.file_id", empty=False),
        detail=_detail(data.get("detail"), f"{field}.detail"),
        cache_control=cache_control_from_dict(data.get("cache_control"), f"{field}.cache_control"),
    )


def _detail(value: object, field: str) -> Literal["auto", "low", "high"] | None:
    if value in (None, "auto", "low", "high"):
        return value
    raise InvalidRequestError(f"must be auto, low or high, not {shown(value)}", field=field)


def _read_audio(data: Mapping[str, object], field: str) -> AudioPart:
    _known(data, field, "type", "input_audio")
    where = f"{field}.input_audio"
    audio = _object(data.get("input_audio"), where)
    _known(audio, where, "data", "format", "media_type", "url", "id", "transcript")
    content = audio.get("data")
    sort = check.optional_text(audio.get("format"), f"{where}.format") or "wav"
    media_type = check.optional_text(audio.get("media_type"), f"{where}.media_type")
    if content is not None and media_type is None:
        media_type = _AUDIO_TYPES.get(sort, f"audio/{sort}")
    return AudioPart(
        data=None if content is None else _base64(content, f"{where}.data"),
        media_type=media_type,
        url=check.optional_text(audio.get("url"), f"{where}.url"),
        file_id=check.optional_text(audio.get("id"), f"{where}.id"),
        transcript=check.optional_text(audio.get("transcript"), f"{where}.transcript"),
    )


def _read_file(data: Mapping[str, object], field: str) -> FilePart:
    _known(data, field, "type", "file", "cache_control")
    where = f"{field}.file"
    file = _object(data.get("file"), where)
    _known(file, where, "file_data", "file_id", "filename", "url", "media_type", "citations")
    content: bytes | None = None
    media_type = check.optional_text(file.get("media_type"), f"{where}.media_type")
    url = check.optional_text(file.get("url"), f"{where}.url")
    given = check.optional_text(file.get("file_data"), f"{where}.file_data")
    if given is not None and is_data_url(given):
        content, media_type = split_data_url(given, f"{where}.file_data")
    elif given is not None and given.startswith(("http://", "https://")):
        url = given
    elif given is not None:
        content = _base64(given, f"{where}.file_data")
    return FilePart(
        data=content,
        url=url,
        file_id=check.optional_text(file.get("file_id"), f"{where}.file_id"),
        filename=check.optional_text(file.get("filename"), f"{where}.filename"),
        media_type=media_type,
        citations=bool(check.flag(file.get("citations"), f"{where}.citations")),
        cache_control=cache_control_from_dict(data.get("cache_control"), f"{field}.cache_control"),
    )


_READERS: dict[str, Callable[[Mapping[str, object], str], Part]] = {
    "text": _read_text,
    "image_url": _read_image,
    "image_file": _read_image_file,
    "input_audio": _read_audio,
    "file": _read_file,
    "reasoning": _read_reasoning,
    "refusal": _read_refusal,
}


def _known(data: Mapping[str, object], field: str, *names: str) -> None:
    for key in data:
        if key not in names:
            raise InvalidRequestError(
                f"is not known here; known are {', '.join(names)}", field=f"{field}.{key}"
            )


def _object(value: object, field: str) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise InvalidRequestError(f"must be an object, not {type(value).__name__}", field=field)


def _base64(value: object, field: str) -> bytes:
    try:
        return base64.b64decode(check.text(value, field), validate=True)
    except (binascii.Error, ValueError):  # the latter of what is not ASCII
        pass
    raise InvalidRequestError("is not base64", field=field)


def _present(
    base: dict[str, JsonValue], **optional: JsonValue | JsonObject
) -> dict[str, JsonValue]:
    """*base* with those of *optional* that are not None."""
    base.update((name, value) for name, value in optional.items() if value is not None)
    return base

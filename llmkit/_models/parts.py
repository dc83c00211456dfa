"""The parts that a message's content is made of."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from attrs import Attribute, field, frozen

from .._json import JsonObject
from ..errors import InvalidRequestError
from . import _validate as check

ImageDetail = Literal["auto", "low", "high"]


def _one_of(*words: str) -> Callable[[object, Attribute[str | None], object], None]:
    def validate(_: object, attribute: Attribute[str | None], value: object) -> None:
        if value is not None and value not in words:
            told = ", ".join(words)
            raise InvalidRequestError(f"must be one of {told}, not {value!r}", field=attribute.name)

    return validate


@frozen
class CacheControl:
    """A prompt-cache marker: everything up to the part that carries it may be cached.

    Args:
        ttl: how long, in the provider's own words ("5m", "1h"); None leaves it to the provider.

    Source: https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
    """

    ttl: Literal["5m", "1h"] | None = field(default=None, validator=_one_of("5m", "1h"))


@frozen
class Citation:
    """Where a piece of an answer comes from.

    Args:
        url: the source's address, where it has one.
        title: its title.
        text: the words cited, where the provider gives them.
        start: where the cited piece begins in the answer's text, in characters.
        end: where it ends.
        raw: the provider's own object, whole.
    """

    url: str | None = None
    title: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    raw: JsonObject = field(factory=dict, repr=False)


def _text(_: object, attribute: Attribute[str], value: object) -> None:
    check.text(value, attribute.name)


def _optional_text(_: object, attribute: Attribute[str | None], value: object) -> None:
    check.optional_text(value, attribute.name)


def _citations(value: Iterable[Citation]) -> tuple[Citation, ...]:
    return tuple(value)


@frozen
class TextPart:
    """Text.

    Args:
        text: the words.
        citations: where they come from, in an answer.
        cache_control: a prompt-cache marker, in a request.
        signature: what the provider needs to see again beside this part; opaque.
        provider: whose `signature` it is.
    """

    text: str = field(validator=_text)
    citations: tuple[Citation, ...] = field(default=(), converter=_citations, kw_only=True)
    cache_control: CacheControl | None = field(default=None, kw_only=True)
    signature: str | None = field(default=None, kw_only=True, repr=False)
    provider: str | None = field(default=None, kw_only=True, repr=False)


@frozen
class ReasoningPart:
    """Thinking that came before an answer, or a seal over it.

    What is in it goes back only to the provider that made it.

    Args:
        text: the visible thinking, or its summary; "" when the provider keeps it to itself.
        signature: the provider's seal over `text`; opaque.
        encrypted: thinking that only the provider can read (redacted, encrypted); opaque.
        id: the provider's id for this item.
        provider: the provider that made it.
        raw: the provider's own object, where text and seals are not all of it.
    """

    text: str = field(default="", validator=_text)
    signature: str | None = field(default=None, kw_only=True, repr=False)
    encrypted: str | None = field(default=None, kw_only=True, repr=False)
    id: str | None = field(default=None, kw_only=True)
    provider: str | None = field(default=None, kw_only=True)
    raw: JsonObject | None = field(default=None, kw_only=True, repr=False)


@frozen
class RefusalPart:
    """The model's own words for why it does not answer."""

    text: str = field(validator=_text)


def _bytes(_: object, attribute: Attribute[bytes | None], value: object) -> None:
    if value is not None and not isinstance(value, bytes):
        raise InvalidRequestError(
            f"must be bytes, not {type(value).__name__}", field=attribute.name
        )


def _one_source(part: ImagePart | AudioPart | FilePart) -> None:
    """Hold *part* to one source; a data URL becomes `data`."""
    if part.data is None and part.url is not None and part.url.startswith("data:"):
        data, media_type = split_data_url(part.url, "url")
        object.__setattr__(part, "url", None)
        object.__setattr__(part, "data", data)
        object.__setattr__(part, "media_type", part.media_type or media_type)
    given = [name for name in ("data", "url", "file_id") if getattr(part, name) is not None]
    if len(given) != 1:
        told = " and ".join(given) or "none"
        raise InvalidRequestError(f"give one of data, url and file_id, not {told}", field="data")
    if not getattr(part, given[0]):
        raise InvalidRequestError("must not be empty", field=given[0])


@frozen(kw_only=True)
class ImagePart:
    """An image: its bytes, an address, or the id of an uploaded file.

    Args:
        data: the image file's bytes.
        url: its http(s) or gs address; a data URL becomes `data`.
        file_id: the provider's id of an uploaded file.
        media_type: as in "image/png"; found out from `data` where not given.
        detail: how closely the model should look, where the provider has the choice.
        cache_control: a prompt-cache marker.
    """

    data: bytes | None = field(default=None, validator=_bytes, repr=False)
    url: str | None = field(default=None, validator=_optional_text)
    file_id: str | None = field(default=None, validator=_optional_text)
    media_type: str | None = field(default=None, validator=_optional_text)
    detail: ImageDetail | None = field(default=None, validator=_one_of("auto", "low", "high"))
    cache_control: CacheControl | None = None

    def __attrs_post_init__(self) -> None:
        _one_source(self)
        if self.data is not None and self.media_type is None:
            object.__setattr__(self, "media_type", sniff(self.data, "image", field="data"))

    @classmethod
    def from_bytes(
        cls, data: bytes, *, media_type: str | None = None, detail: ImageDetail | None = None
    ) -> ImagePart:
        """An image from its file's bytes."""
        return cls(data=data, media_type=media_type, detail=detail)

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], *, detail: ImageDetail | None = None
    ) -> ImagePart:
        """An image from a file, read now.

        Raises:
            InvalidRequestError: the file cannot be read, or is no image.
        """
        data = _read(path)
        return cls(data=data, media_type=_media_type(path, data, "image"), detail=detail)

    @classmethod
    def from_url(cls, url: str, *, detail: ImageDetail | None = None) -> ImagePart:
        """An image from an address; a `data:` URL is taken apart."""
        return cls(url=url, detail=detail)


@frozen(kw_only=True)
class AudioPart:
    """A sound recording.

    Args:
        data: the audio file's bytes.
        url: its address, where the provider takes one; a data URL becomes `data`.
        file_id: the provider's id of an uploaded file, or of audio in an earlier answer.
        media_type: as in "audio/wav" or "audio/mpeg"; found out from `data` where not given.
        transcript: what is said in it, in an answer.
    """

    data: bytes | None = field(default=None, validator=_bytes, repr=False)
    url: str | None = field(default=None, validator=_optional_text)
    file_id: str | None = field(default=None, validator=_optional_text)
    media_type: str | None = field(default=None, validator=_optional_text)
    transcript: str | None = None

    def __attrs_post_init__(self) -> None:
        _one_source(self)
        if self.data is not None and self.media_type is None:
            object.__setattr__(self, "media_type", sniff(self.data, "audio", field="data"))

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> AudioPart:
        """A recording from a file, read now."""
        data = _read(path)
        return cls(data=data, media_type=_media_type(path, data, "audio"))

    @classmethod
    def from_bytes(cls, data: bytes, *, media_type: str | None = None) -> AudioPart:
        """A recording from its file's bytes."""
        return cls(data=data, media_type=media_type)


@frozen(kw_only=True)
class FilePart:
    """A document, such as a PDF.

    Args:
        data: the file's bytes.
        url: its address, where the provider takes one; a data URL becomes `data`.
        file_id: the provider's id of an uploaded file.
        filename: its name, as the model may see it.
        media_type: as in "application/pdf"; found out from name or `data` where not given.
        citations: ask for citations of this document, where the provider has the choice.
        cache_control: a prompt-cache marker.
    """

    data: bytes | None = field(default=None, validator=_bytes, repr=False)
    url: str | None = field(default=None, validator=_optional_text)
    file_id: str | None = field(default=None, validator=_optional_text)
    filename: str | None = field(default=None, validator=_optional_text)
    media_type: str | None = field(default=None, validator=_optional_text)
    citations: bool = False
    cache_control: CacheControl | None = None

    def __attrs_post_init__(self) -> None:
        _one_source(self)
        if self.data is not None and self.media_type is None:
            found = mimetypes.guess_type(self.filename or "")[0] or sniff(self.data, "document")
            object.__setattr__(self, "media_type", found)

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> FilePart:
        """A document from a file, read now; it keeps its name."""
        data = _read(path)
        name = os.path.basename(os.fspath(path))
        return cls(data=data, filename=name, media_type=_media_type(path, data, "document"))

    @classmethod
    def from_bytes(
        cls, data: bytes, *, filename: str | None = None, media_type: str | None = None
    ) -> FilePart:
        """A document from its file's bytes."""
        return cls(data=data, filename=filename, media_type=media_type)

    @classmethod
    def from_url(cls, url: str, *, filename: str | None = None) -> FilePart:
        """A document from an address; a `data:` URL is taken apart."""
        return cls(url=url, filename=filename)


ContentPart = TextPart | ImagePart | AudioPart | FilePart
"""What a user may say."""


def joined_text(parts: Sequence[object]) -> str | None:
    """The text of all text parts, joined with nothing between; None where there is none."""
    texts = [part.text for part in parts if type(part) is TextPart]
    return "".join(texts) if texts else None


def data_url(data: bytes, media_type: str) -> str:
    """*data* as a `data:` URL."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def split_data_url(url: str, field: str) -> tuple[bytes, str | None]:
    """The bytes and the media type that a base64 `data:` URL holds.

    Raises:
        InvalidRequestError: it is not one.
    """
    head, comma, payload = url.partition(",")
    # A media type may have parameters of its own: `text/plain;charset=utf-8;base64`.
    media_type, _, coding = head[len("data:") :].rpartition(";")
    if comma and coding.strip() == "base64":
        try:
            return base64.b64decode(payload, validate=True), media_type or None
        except binascii.Error:
            pass
    raise InvalidRequestError("is not a base64 data URL", field=field)


_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"%PDF-", "application/pdf"),
)


def sniff(data: bytes, kind: Literal["image", "audio", "document"], *, field: str = "data") -> str:
    """The media type that the first bytes of *data* tell.

    Raises:
        InvalidRequestError: an image or audio was wanted and the bytes are not known as one.
    """
    for offset, magic, media_type in _MAGIC:
        if data.startswith(magic, offset) and (kind == "document" or media_type.startswith(kind)):
            return media_type
    if kind != "document":
        raise InvalidRequestError(
            f"is no {kind} whose form is known by its first bytes; give media_type", field=field
        )
    try:
        data[:4096].decode("utf-8", "strict")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise InvalidRequestError(f"cannot read {os.fspath(path)!r}: {reason}", field="path")


def _media_type(
    path: str | os.PathLike[str], data: bytes, kind: Literal["image", "audio", "document"]
) -> str:
    # The bytes say what they are better than the name does; the name helps where they do not.
    guessed = mimetypes.guess_type(os.fspath(path))[0]
    try:
        found = sniff(data, kind, field="path")
    except InvalidRequestError:
        if guessed is None or not guessed.startswith(kind):
            raise
        return guessed
    if found in ("text/plain", "application/octet-stream") and guessed:
        return guessed
    return found

"""The parts that a message's content is made of."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from attrs import Attribute, field

from .._frozen import frozen
from .._json import JsonObject
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .media import (
    MAX_FILE_BYTES,
    check_address,
    check_media_type,
    is_data_url,
    read_file,
    settled_type,
    shown_size,
    sniff,
    split_data_url,
    type_of_file,
)

ImageDetail = Literal["auto", "low", "high"]


def _one_of(*words: str) -> Callable[[object, Attribute[str | None], object], None]:
    def validate(_: object, attribute: Attribute[str | None], value: object) -> None:
        if value is not None and value not in words:
            told = ", ".join(words)
            raise InvalidRequestError(
                f"must be one of {told}, not {shown(value)}", field=attribute.name
            )

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


def _address(_: object, attribute: Attribute[str | None], value: object) -> None:
    check_address(check.optional_text(value, attribute.name), attribute.name)


def _media_type(_: object, attribute: Attribute[str | None], value: object) -> None:
    check_media_type(value, attribute.name)


def _size(data: bytes | None) -> str:
    return "None" if data is None else f"<{shown_size(len(data))}>"


def _one_source(part: ImagePart | AudioPart | FilePart) -> None:
    """Hold *part* to one source; a data URL becomes `data`."""
    if part.data is None and part.url is not None and is_data_url(part.url):
        data, media_type = split_data_url(part.url, "url")
        check_media_type(media_type, "url")
        object.__setattr__(part, "url", None)
        object.__setattr__(part, "data", data)
        object.__setattr__(part, "media_type", part.media_type or media_type)
    given = [name for name in ("data", "url", "file_id") if getattr(part, name) is not None]
    # The sound of an answer may have, beside it, the name by which it goes back.
    both = isinstance(part, AudioPart) and given == ["data", "file_id"]
    if len(given) != 1 and not both:
        told = " and ".join(given) or "none"
        raise InvalidRequestError(f"give one of data, url and file_id, not {told}", field="data")
    for name in given:
        if not getattr(part, name):
            raise InvalidRequestError("must not be empty", field=name)


@frozen(kw_only=True)
class ImagePart:
    """An image: its bytes, an address, or the id of an uploaded file.

    Args:
        data: the image file's bytes.
        url: its address, https, or another that the provider knows (gs, s3); a data URL
            becomes `data`.
        file_id: the provider's id of an uploaded file.
        media_type: as in "image/png"; found out from `data` where not given, and put right
            where `data` is plainly of another type of image.
        detail: how closely the model should look, where the provider has the choice.
        cache_control: a prompt-cache marker.
    """

    data: bytes | None = field(default=None, validator=_bytes, repr=_size)
    url: str | None = field(default=None, validator=_address)
    file_id: str | None = field(default=None, validator=_optional_text)
    media_type: str | None = field(default=None, validator=_media_type)
    detail: ImageDetail | None = field(default=None, validator=_one_of("auto", "low", "high"))
    cache_control: CacheControl | None = None

    def __attrs_post_init__(self) -> None:
        _one_source(self)
        if self.data is not None:
            found = settled_type(self.data, self.media_type, "image")
            object.__setattr__(self, "media_type", found)

    @classmethod
    def from_bytes(
        cls, data: bytes, *, media_type: str | None = None, detail: ImageDetail | None = None
    ) -> ImagePart:
        """An image from its file's bytes."""
        return cls(data=data, media_type=media_type, detail=detail)

    @classmethod
    def from_path(
        cls,
        path: str | os.PathLike[str],
        *,
        detail: ImageDetail | None = None,
        max_bytes: int | None = MAX_FILE_BYTES,
    ) -> ImagePart:
        """An image from a file, read now.

        Args:
            path: where it is.
            detail: how closely the model should look.
            max_bytes: the most that it may hold, in bytes; a larger one is not read. None: any.

        Raises:
            InvalidRequestError: the file cannot be read, is too large, or is no image.
        """
        data = read_file(path, max_bytes)
        return cls(data=data, media_type=type_of_file(path, data, "image"), detail=detail)

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
        file_id: the provider's id of an uploaded file, or of audio in an earlier answer; the
            sound of that answer may be beside it, as `data`.
        media_type: as in "audio/wav" or "audio/mpeg"; found out from `data` where not given,
            and put right where `data` is plainly of another type of audio.
        transcript: what is said in it, in an answer.
    """

    data: bytes | None = field(default=None, validator=_bytes, repr=_size)
    url: str | None = field(default=None, validator=_address)
    file_id: str | None = field(default=None, validator=_optional_text)
    media_type: str | None = field(default=None, validator=_media_type)
    transcript: str | None = None

    def __attrs_post_init__(self) -> None:
        _one_source(self)
        if self.data is not None:
            found = settled_type(self.data, self.media_type, "audio")
            object.__setattr__(self, "media_type", found)

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], *, max_bytes: int | None = MAX_FILE_BYTES
    ) -> AudioPart:
        """A recording from a file, read now.

        Args:
            path: where it is.
            max_bytes: the most that it may hold, in bytes; a larger one is not read. None: any.

        Raises:
            InvalidRequestError: the file cannot be read, is too large, or is no recording.
        """
        data = read_file(path, max_bytes)
        return cls(data=data, media_type=type_of_file(path, data, "audio"))

    @classmethod
    def from_bytes(cls, data: bytes, *, media_type: str | None = None) -> AudioPart:
        """A recording from its file's bytes."""
        return cls(data=data, media_type=media_type)

    @classmethod
    def from_url(cls, url: str) -> AudioPart:
        """A recording from an address; a `data:` URL is taken apart."""
        return cls(url=url)


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

    data: bytes | None = field(default=None, validator=_bytes, repr=_size)
    url: str | None = field(default=None, validator=_address)
    file_id: str | None = field(default=None, validator=_optional_text)
    filename: str | None = field(default=None, validator=_optional_text)
    media_type: str | None = field(default=None, validator=_media_type)
    citations: bool = False
    cache_control: CacheControl | None = None

    def __attrs_post_init__(self) -> None:
        _one_source(self)
        if self.data is not None and self.media_type is None:
            found = mimetypes.guess_type(self.filename or "")[0] or sniff(self.data, "document")
            object.__setattr__(self, "media_type", found)

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], *, max_bytes: int | None = MAX_FILE_BYTES
    ) -> FilePart:
        """A document from a file, read now; it keeps its name.

        Args:
            path: where it is.
            max_bytes: the most that it may hold, in bytes; a larger one is not read. None: any.

        Raises:
            InvalidRequestError: the file cannot be read, or is too large.
        """
        data = read_file(path, max_bytes)
        name = os.path.basename(os.fspath(path))
        return cls(data=data, filename=name, media_type=type_of_file(path, data, "document"))

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

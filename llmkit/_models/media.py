"""Media: what the first bytes of a file tell, what a `data:` URL holds, what a file on disk is."""

from __future__ import annotations

import base64
import binascii
import codecs
import mimetypes
import os
import re
from typing import Final, Literal, TypeAlias

from ..errors import InvalidRequestError

MediaKind: TypeAlias = Literal["image", "audio", "document"]
"""What a part is for: a document may be anything."""

MAX_FILE_BYTES: Final = 100 * 2**20
"""The largest file that `from_path` reads unasked, in bytes: 100 MiB, as in base64 it is more
than most providers take in a request."""

_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"%PDF-", "application/pdf"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_AIFF: Final = {b"AIFF": "audio/aiff", b"AIFC": "audio/aiff"}
# https://mp4ra.org/registered-types/brands
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
_DIB_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)
_SOUND_OF: Final = {"video/mp4": "audio/mp4", "video/webm": "audio/webm"}
"""Containers of films that sound alone may be in, too: what they are as a recording."""

_SAME: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp",
    "image/heif": "image/heic",
    "audio/mp3": "audio/mpeg",
    "audio/mpga": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/x-aiff": "audio/aiff",
    "audio/x-aac": "audio/aac",
    "audio/aacp": "audio/aac",
    "audio/opus": "audio/ogg",
}
"""Other names of the types that the bytes tell."""

_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;[^,\x00-\x1f]*)?", re.ASCII)


def known_type(data: bytes) -> str | None:
    """The media type that the first bytes of *data* tell; None where they tell none."""
    for offset, magic, media_type in _MAGIC:
        if data.startswith(magic, offset):
            return media_type
    head, brand = data[:4], data[8:12]
    if head == b"RIFF" and brand in _RIFF:
        return _RIFF[brand]
    if head == b"FORM" and brand in _AIFF:
        return _AIFF[brand]
    if data[4:8] == b"ftyp":
        return _BRANDS.get(brand, "video/mp4")
    if _is_bitmap(data):
        return "image/bmp"
    return _mpeg_sound(data)


def _is_bitmap(data: bytes) -> bool:
    # Two letters are too few to go by: a text may begin with them.
    header = int.from_bytes(data[14:18], "little")
    return data.startswith(b"BM") and data[6:10] == bytes(4) and header in _DIB_HEADERS


def _mpeg_sound(data: bytes) -> str | None:
    """MP3 with its tag or without, or AAC: a frame begins with eleven or twelve bits of 1.

    Source: http://www.mp3-tech.org/programmer/frame_header.html
    """
    if data.startswith(b"ID3") and data[3:4] in (b"\x02", b"\x03", b"\x04"):
        return "audio/mpeg"
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    if layer == 0:
        return "audio/aac" if data[1] & 0xF0 == 0xF0 else None
    # Layer I is not heard any more, and would take in what begins with UTF-16's mark.
    return "audio/mpeg" if version != 1 and layer != 3 else None


def sniff(data: bytes, kind: MediaKind, *, field: str = "data") -> str:
    """The media type that the first bytes of *data* tell.

    Raises:
        InvalidRequestError: an image or audio was wanted and the bytes are not known as one.
    """
    found = known_type(data)
    if kind == "document":
        return found or ("text/plain" if _is_text(data) else "application/octet-stream")
    if kind == "audio" and found is not None:
        found = _SOUND_OF.get(found, found)
    if found is None:
        reason = f"is no {kind} whose form is known by its first bytes; give media_type"
    elif not found.startswith(kind):
        reason = f"is {found} by its first bytes, no {kind}"
    else:
        return found
    raise InvalidRequestError(reason, field=field)


def _is_text(data: bytes) -> bool:
    if b"\x00" in data[:4096]:
        return False
    try:
        # A letter may be cut in two where the piece ends.
        codecs.getincrementaldecoder("utf-8")().decode(data[:4096], final=len(data) <= 4096)
    except UnicodeDecodeError:
        return False
    return True


def settled_type(data: bytes, given: str | None, kind: Literal["image", "audio"]) -> str:
    """The media type of an image or recording that is *given* one, or none.

    Where the bytes tell another type of the same kind, they are right: files are often
    misnamed, and providers refuse one that is. What they cannot tell is as given.

    Raises:
        InvalidRequestError: the bytes are of something else, or not known and no type is given.
    """
    if given is None:
        return sniff(data, kind)
    found = known_type(data)
    if kind == "audio" and found is not None:
        found = _SOUND_OF.get(found, found)
    plain = given.partition(";")[0].strip().lower()
    if found is None or _SAME.get(plain, plain) == _SAME.get(found, found):
        return _NAMED.get(plain, given)
    if not found.startswith(kind):
        raise InvalidRequestError(f"is {found} by its first bytes, not {given}", field="data")
    return found


_NAMED: Final = {"image/jpg": "image/jpeg"}
"""A name that no provider takes, though it is what many say."""


def check_media_type(value: object, field: str) -> None:
    """Check that *value* is None or of the form of a media type, such as "image/png".

    Raises:
        InvalidRequestError: it is not.
    """
    if value is not None and not (isinstance(value, str) and _MEDIA_TYPE.fullmatch(value)):
        raise InvalidRequestError(f"must be as in 'image/png', not {value!r:.80}", field=field)


def check_address(value: str | None, field: str) -> None:
    """Check that *value* is None or an address that says how it is reached.

    Raises:
        InvalidRequestError: it is not.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", value or "")
    if value and (scheme is None or scheme[1].lower() == "file"):
        raise InvalidRequestError(
            f"must be an address, such as 'https://…', not {value!r:.80}; from_path reads a file",
            field=field,
        )


def data_url(data: bytes, media_type: str) -> str:
    """*data* as a `data:` URL."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def is_data_url(url: str) -> bool:
    """Whether *url* holds its own data."""
    return url[:5].lower() == "data:"


def split_data_url(url: str, field: str) -> tuple[bytes, str | None]:
    """The bytes and the media type that a base64 `data:` URL holds.

    Raises:
        InvalidRequestError: it is not one.
    """
    head, comma, payload = url.partition(",")
    # A media type may have parameters of its own: `text/plain;charset=utf-8;base64`.
    media_type, _, coding = head[len("data:") :].rpartition(";")
    if comma and coding.strip().lower() == "base64":
        try:
            return base64.b64decode(payload, validate=True), media_type or None
        except (binascii.Error, ValueError):  # the latter of what is not ASCII
            pass
    raise InvalidRequestError("is not a base64 data URL", field=field)


def read_file(path: str | os.PathLike[str], max_bytes: int | None) -> bytes:
    """The bytes of the file at *path*.

    Args:
        path: where it is.
        max_bytes: the most that it may hold; None: any number. One that holds more is not read.

    Raises:
        InvalidRequestError: it cannot be read, or is too large.
    """
    shown = repr(os.fspath(path))
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if max_bytes is None or size <= max_bytes:
                data = file.read(-1 if max_bytes is None else max_bytes + 1)
                size = max(size, len(data))  # a device tells none
            if max_bytes is None or size <= max_bytes:
                return data
        reason = (
            f"{shown} holds {shown_size(size)}, more than {shown_size(max_bytes)}; "
            "max_bytes may allow more"
        )
    except OSError as error:
        reason = f"cannot read {shown}: {error.strerror or type(error).__name__}"
    except ValueError as error:  # a null in the name
        reason = f"cannot read {shown}: {error}"
    raise InvalidRequestError(reason, field="path")


def type_of_file(path: str | os.PathLike[str], data: bytes, kind: MediaKind) -> str:
    """The media type of the file at *path*, which holds *data*.

    Raises:
        InvalidRequestError: it is no such file as is wanted.
    """
    # The bytes say what they are better than the name does; the name helps where they do not.
    guessed = mimetypes.guess_type(os.fspath(path))[0]
    named = guessed is not None and (kind == "document" or guessed.startswith(kind))
    if guessed is not None and named and known_type(data) is None:
        return guessed
    return sniff(data, kind, field="path")


def shown_size(size: int) -> str:
    """*size*, in bytes, as a reader would say it: "4.5 MB", of 1024 × 1024 bytes each."""
    for unit, bytes_in in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if size >= bytes_in:
            return f"{size / bytes_in:.1f} {unit}".replace(".0 ", " ")
    return f"{size} bytes"

"""Media: what bytes, names and addresses tell of them, and how large they may be."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmkit._models.media import (
    MAX_FILE_BYTES,
    known_type,
    shown_size,
    sniff,
    split_data_url,
)
from llmkit._models.part_form import part_from_dict, part_to_dict
from llmkit._models.parts import AudioPart, FilePart, ImagePart
from llmkit.errors import InvalidRequestError

from .values import through_json

Media = ImagePart | AudioPart | FilePart
BMP = b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"

HEADS: dict[str, bytes] = {
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/gif": b"GIF87a\x01\x00",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/bmp": BMP,
    "image/tiff": b"MM\x00*\x00\x00\x00\x08",
    "image/heic": b"\x00\x00\x00\x18ftypheix",
    "image/heif": b"\x00\x00\x00\x18ftypmif1",
    "image/avif": b"\x00\x00\x00\x1cftypavif",
    "audio/wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "audio/mpeg": b"\xff\xfb\x90\x64",
    "audio/aac": b"\xff\xf1\x50\x80",
    "audio/flac": b"fLaC\x00\x00\x00\x22",
    "audio/ogg": b"OggS\x00\x02",
    "audio/aiff": b"FORM\x00\x00\x00\x2eAIFFCOMM",
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A ",
    "application/pdf": b"%PDF-1.7\n",
    "video/mp4": b"\x00\x00\x00\x20ftypisom",
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  ",
    "video/webm": b"\x1a\x45\xdf\xa3\x01",
    "video/x-msvideo": b"RIFF\x24\x00\x00\x00AVI LIST",
}


@pytest.mark.parametrize("media_type", HEADS)
def test_the_first_bytes_tell(media_type: str) -> None:
    """Each form that a provider may take is known by its beginning."""
    assert known_type(HEADS[media_type]) == media_type


@pytest.mark.parametrize("head", [b"ID3\x03\x00", b"ID3\x04\x00", b"\xff\xf3\x40", b"\xff\xfa\x90"])
def test_mp3_with_a_tag_or_without(head: bytes) -> None:
    """An MP3 file begins with its tag or with any frame of layer III."""
    assert AudioPart.from_bytes(head).media_type == "audio/mpeg"


@pytest.mark.parametrize(
    ("head", "media_type"), [("video/mp4", "audio/mp4"), ("video/webm", "audio/webm")]
)
def test_a_container_of_films_as_a_recording(head: str, media_type: str) -> None:
    """What a phone records is in a film's container: as audio, it is audio."""
    assert AudioPart.from_bytes(HEADS[head]).media_type == media_type
    assert FilePart.from_bytes(HEADS[head]).media_type == head


@pytest.mark.parametrize(
    "text",
    [
        b"BMW sells cars, and these are its figures",
        b"ID3 is a tag",
        b"RIFF and raff",
        b"FORM 1040, with AIFF",
        b"MM is a unit",
        ("ä" * 4095 + "é" + "x").encode(),  # a letter lies across the end of what is looked at
        ("a" * 4095 + "é").encode(),
    ],
)
def test_a_text_is_a_text(text: bytes) -> None:
    """Words that happen to begin like a file of another form are still words."""
    assert FilePart.from_bytes(text).media_type == "text/plain"


@pytest.mark.parametrize(
    "data", ["Wörter".encode("utf-16"), b"\x00\x01text", b"\xe9t\xe9", b"a" * 50 + b"\xc3"]
)
def test_what_is_no_text_is_bytes(data: bytes) -> None:
    """Providers read texts as UTF-8: what is none goes as bytes."""
    assert FilePart.from_bytes(data).media_type == "application/octet-stream"


KINDS: dict[str, type[ImagePart | AudioPart | FilePart]] = {
    "image/": ImagePart,
    "audio/": AudioPart,
    "": FilePart,
}


def made(make: Callable[[], Media]) -> Media | str:
    """What is made, or the field that an error of our own names."""
    try:
        return make()
    except InvalidRequestError as error:
        return error.field


@settings(max_examples=300)
@given(st.binary(max_size=40) | st.sampled_from([*HEADS.values()]), st.sampled_from([*KINDS]))
@example(b"\xff", "audio/")
@example(b"", "")
def test_any_bytes_are_known_or_refused(data: bytes, kind: str) -> None:
    """Whatever the bytes are: a type of the kind that was asked for, or our own error."""
    part = made(lambda: KINDS[kind](data=data))
    if isinstance(part, str):
        assert part == "data"
    else:
        assert (part.media_type or "").startswith(kind)
        assert part_from_dict(through_json(part_to_dict(part)), "p") == part


@settings(max_examples=200)
@given(st.text(max_size=30) | st.sampled_from(["data:;base64,", "data:a/b;base64,%%", "data:é,é"]))
@example("https://\udfff")
def test_any_address_is_taken_or_refused(url: str) -> None:
    """Whatever the address is: a part, or our own error that names the field."""
    for make in (ImagePart.from_url, AudioPart.from_url, FilePart.from_url):
        part = made(partial(make, url))
        if isinstance(part, str):
            assert part in ("url", "data")
        else:
            assert (part.url is None) == url.lower().startswith("data:")


@pytest.mark.parametrize("url", ["cat.png", "/tmp/cat.png", "C:\\cat.png", "file:///tmp/cat.png"])
def test_a_path_is_no_address(url: str) -> None:
    """A path given as an address fails at once, and the error names the right door."""
    with pytest.raises(InvalidRequestError, match="from_path"):
        ImagePart.from_url(url)


@pytest.mark.parametrize(
    ("given_type", "data", "media_type"),
    [
        ("image/jpeg", HEADS["image/png"], "image/png"),
        ("image/jpg", HEADS["image/jpeg"], "image/jpeg"),
        ("image/heif", HEADS["image/heic"], "image/heif"),
        ("image/png; q=1", HEADS["image/png"], "image/png; q=1"),
        ("image/jpg", b"?", "image/jpeg"),
    ],
)
def test_a_wrong_type_is_put_right(given_type: str, data: bytes, media_type: str) -> None:
    """The bytes say better than a name does which form of image they are."""
    assert ImagePart.from_bytes(data, media_type=given_type).media_type == media_type
    url = f"data:{given_type};base64,{base64.b64encode(data).decode()}"
    assert ImagePart.from_url(url).media_type == media_type


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: ImagePart(data=HEADS["audio/wav"], media_type="image/png"), "audio/wav"),
        (lambda: ImagePart(data=HEADS["application/pdf"]), "application/pdf"),
        (lambda: AudioPart(data=HEADS["image/png"], media_type="audio/wav"), "image/png"),
        (lambda: AudioPart(data=HEADS["video/quicktime"]), "video/quicktime"),
    ],
)
def test_another_kind_is_refused(make: Callable[[], object], told: str) -> None:
    """A recording is no image whatever it is called; the error says what it is."""
    with pytest.raises(InvalidRequestError, match=told) as caught:
        make()
    assert caught.value.field == "data"


@pytest.mark.parametrize("media_type", ["png", "", "image/", "image/png,x", "image png", "a/b/c"])
def test_a_media_type_has_its_form(media_type: str) -> None:
    """A media type that no provider could read is refused, and the error names the field."""
    with pytest.raises(InvalidRequestError) as caught:
        ImagePart(url="https://a/b", media_type=media_type)
    assert caught.value.field == "media_type"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """A file above the limit is refused by its size alone; the error names both sizes."""
    path = tmp_path / "film.png"
    with path.open("wb") as file:
        file.truncate(4 * 2**30)  # a hole: it takes no room on the disk
    for make in (ImagePart.from_path, AudioPart.from_path, FilePart.from_path):
        with pytest.raises(InvalidRequestError, match="holds 4 GB, more than 100 MB") as caught:
            make(path)
        assert caught.value.field == "path"
    assert MAX_FILE_BYTES == 100 * 2**20


def test_the_limit_is_the_callers(tmp_path: Path) -> None:
    """A file may hold just what is allowed; one byte more is refused; None allows any."""
    path = tmp_path / "a.png"
    path.write_bytes(HEADS["image/png"])
    size = len(HEADS["image/png"])
    assert ImagePart.from_path(path, max_bytes=size).data == HEADS["image/png"]
    assert ImagePart.from_path(path, max_bytes=None).data == HEADS["image/png"]
    with pytest.raises(InvalidRequestError, match=f"holds {size} bytes, more than {size - 1}"):
        ImagePart.from_path(path, max_bytes=size - 1)


def test_a_device_without_an_end_is_refused() -> None:
    """What tells no size is read up to the limit, and no further."""
    with pytest.raises(InvalidRequestError, match="more than 1 kB"):
        FilePart.from_path("/dev/zero", max_bytes=1024)


@pytest.mark.parametrize("path", ["/no/such", "/", "a\x00b"])
def test_what_cannot_be_read_is_our_error(path: str) -> None:
    """A path that leads to no file is refused as such."""
    with pytest.raises(InvalidRequestError, match="cannot read") as caught:
        FilePart.from_path(path)
    assert caught.value.field == "path"


def test_a_name_helps_where_bytes_do_not(tmp_path: Path) -> None:
    """What the bytes do not tell, the ending does; it never stands above them."""
    named = tmp_path / "raw.mp3"
    named.write_bytes(b"??")
    assert AudioPart.from_path(named).media_type == "audio/mpeg"
    wrong = tmp_path / "notes.csv"
    wrong.write_bytes(HEADS["application/pdf"])
    assert FilePart.from_path(wrong).media_type == "application/pdf"
    with pytest.raises(InvalidRequestError, match="is no image") as caught:
        ImagePart.from_path(named)
    assert caught.value.field == "path"


def test_a_repr_tells_the_size() -> None:
    """Megabytes are not in a repr, but how many they are is."""
    part = ImagePart(data=HEADS["image/png"] + bytes(3 * 2**20))
    assert "data=<3 MB>" in repr(part)
    assert len(repr(part)) < 200
    assert part == ImagePart(data=HEADS["image/png"] + bytes(3 * 2**20))
    assert part != ImagePart(data=HEADS["image/png"])


def test_an_answers_sound_has_its_name_beside_it() -> None:
    """Audio of an answer keeps both: the sound for the user, the id to send back."""
    part = AudioPart(data=HEADS["audio/wav"], file_id="audio_1", transcript="Hi.")
    assert part_from_dict(through_json(part_to_dict(part)), "p") == part
    with pytest.raises(InvalidRequestError, match="data and file_id"):
        ImagePart(data=HEADS["image/png"], file_id="1")


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 kB"), (4_718_592, "4.5 MB"), (2**32, "4 GB")],
)
def test_a_size_is_told_in_words(size: int, told: str) -> None:
    """Sizes are told in the unit that fits."""
    assert shown_size(size) == told


def test_words_of_the_errors() -> None:
    """What is refused is told as what it is."""
    with pytest.raises(InvalidRequestError, match="give media_type"):
        sniff(b"?", "image")
    with pytest.raises(InvalidRequestError, match="is not a base64 data URL"):
        split_data_url("data:text/plain,words", "url")

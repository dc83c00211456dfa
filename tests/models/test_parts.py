"""Content parts: sources, media types, and their form as JSON."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

from llmkit._models.media import data_url
from llmkit._models.part_form import Part, audio_format, part_from_dict, part_to_dict
from llmkit._models.parts import (
    AudioPart,
    CacheControl,
    FilePart,
    ImagePart,
    ReasoningPart,
    TextPart,
)
from llmkit.errors import InvalidRequestError

from .values import parts, through_json

PNG = b"\x89PNG\r\n\x1a\n..."
WAV = b"RIFF....WAVEfmt "
PDF = b"%PDF-1.7 ..."


@settings(max_examples=400)
@given(parts)
def test_json_and_back(part: Part) -> None:
    """A part survives JSON text whole."""
    assert part_from_dict(through_json(part_to_dict(part)), "part") == part


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"....ftypheic", "image/heic"),
    ],
)
def test_image_type_by_its_bytes(data: bytes, media_type: str) -> None:
    """An image says itself what it is."""
    assert ImagePart.from_bytes(data).media_type == media_type


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (WAV, "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
        (b"OggS", "audio/ogg"),
    ],
)
def test_audio_type_by_its_bytes(data: bytes, media_type: str) -> None:
    """A recording says itself what it is."""
    assert AudioPart.from_bytes(data).media_type == media_type


@pytest.mark.parametrize(
    ("data", "filename", "media_type"),
    [
        (PDF, None, "application/pdf"),
        (PNG, None, "image/png"),
        (b"a,b", "t.csv", "text/csv"),
        (b"plain", None, "text/plain"),
        (b"\xff\x00\xfe", None, "application/octet-stream"),
    ],
)
def test_document_type(data: bytes, filename: str | None, media_type: str) -> None:
    """A document's name tells what it is, else its bytes do."""
    assert FilePart.from_bytes(data, filename=filename).media_type == media_type


def test_a_given_type_stands() -> None:
    """A media type that was given is not second-guessed."""
    assert ImagePart.from_bytes(b"?", media_type="image/x-own").media_type == "image/x-own"


def test_from_path(tmp_path: Path) -> None:
    """A file is read at once; a misnamed image is what its bytes say."""
    path = tmp_path / "a.jpg"
    path.write_bytes(PNG)
    assert ImagePart.from_path(path) == ImagePart(data=PNG, media_type="image/png")
    document = tmp_path / "b.csv"
    document.write_bytes(b"a,b")
    found = FilePart.from_path(str(document))
    assert (found.filename, found.media_type, found.data) == ("b.csv", "text/csv", b"a,b")
    sound = tmp_path / "c.wav"
    sound.write_bytes(WAV)
    assert AudioPart.from_path(sound).media_type == "audio/wav"
    unknown = tmp_path / "d.mp3"
    unknown.write_bytes(b"??")
    assert AudioPart.from_path(unknown).media_type == "audio/mpeg"


@pytest.mark.parametrize("kind", [ImagePart, AudioPart, FilePart])
def test_data_url(kind: type[ImagePart | AudioPart | FilePart]) -> None:
    """A data URL is its bytes, however it is given."""
    part = kind(url=data_url(b"hello", "text/plain;charset=utf-8"))
    assert (part.data, part.url) == (b"hello", None)
    assert part.media_type == "text/plain;charset=utf-8"


def test_data_url_by_other_doors() -> None:
    """`from_url` and the JSON form read a data URL the same way."""
    url = data_url(PNG, "image/png")
    expected = ImagePart(data=PNG, media_type="image/png", detail="low")
    assert ImagePart.from_url(url, detail="low") == expected
    form = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    assert part_from_dict(form, "part") == expected
    assert FilePart.from_url(data_url(PDF, ""), filename="a.pdf").media_type == "application/pdf"
    assert FilePart.from_url("https://example.com/a.pdf").url == "https://example.com/a.pdf"


def test_bare_address() -> None:
    """Mistral's form of an image, a bare address, is read."""
    form = {"type": "image_url", "image_url": "https://example.com/a"}
    assert part_from_dict(form, "part") == ImagePart(url="https://example.com/a")


def test_openai_file_forms() -> None:
    """A file's data may be a data URL, bare base64, or an address."""
    bare = base64.b64encode(PDF).decode()
    expected = FilePart(data=PDF, media_type="application/pdf")
    for given_data in (bare, data_url(PDF, "application/pdf")):
        assert part_from_dict({"type": "file", "file": {"file_data": given_data}}, "p") == expected
    form = {"type": "file", "file": {"file_data": "https://example.com/a"}}
    assert part_from_dict(form, "p") == FilePart(url="https://example.com/a")


def test_audio_format() -> None:
    """OpenAI's names for audio are those of its documentation; others keep their subtype."""
    assert audio_format("audio/mpeg") == "mp3"
    assert audio_format("audio/x-wav") == audio_format(None) == "wav"
    assert audio_format("audio/ogg") == "ogg"


def test_no_bytes_in_a_repr() -> None:
    """A repr stays short: bytes and seals are not in it."""
    assert "PNG" not in repr(ImagePart(data=PNG))
    assert "seal" not in repr(ReasoningPart("x", signature="seal", encrypted="seal"))


def test_citations_are_kept_as_a_tuple() -> None:
    """A list that is given becomes a tuple, so that the value stays as it is."""
    assert TextPart("a", citations=[]).citations == ()


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: TextPart(b"a"), "text"),  # type: ignore[arg-type]
    (lambda: TextPart("\udfff"), "text"),
    (lambda: ImagePart(), "data"),
    (lambda: ImagePart(data=PNG, url="https://example.com"), "data"),
    (lambda: ImagePart(data=PNG, url="data:image/png;base64,AAAA"), "data"),
    (lambda: ImagePart(data="text"), "data"),  # type: ignore[arg-type]
    (lambda: ImagePart(data=b""), "data"),
    (lambda: ImagePart(url=""), "url"),
    (lambda: ImagePart(url=3), "url"),  # type: ignore[arg-type]
    (lambda: ImagePart(file_id=""), "file_id"),
    (lambda: ImagePart(data=b"no image"), "data"),
    (lambda: ImagePart(data=WAV), "data"),
    (lambda: ImagePart(url="https://a", detail="huge"), "detail"),  # type: ignore[arg-type]
    (lambda: ImagePart.from_path("/no/such/file"), "path"),
    (lambda: ImagePart.from_path(__file__), "path"),
    (lambda: ImagePart.from_url("data:image/png,raw"), "url"),
    (lambda: ImagePart.from_url("data:image/png;base64,*"), "url"),
    (lambda: ImagePart.from_url("data:image/png;base64"), "url"),
    (lambda: AudioPart(data=PNG), "data"),
    (lambda: AudioPart(), "data"),
    (lambda: FilePart(data=b""), "data"),
    (lambda: FilePart(data=bytearray(b"x")), "data"),  # type: ignore[arg-type]
    (lambda: FilePart(file_id="1", url="https://a"), "data"),
    (lambda: CacheControl("2h"), "ttl"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "field"), REFUSED)
def test_refused(make: Callable[[], object], field: str) -> None:
    """What cannot be right on any provider fails at once, and the error names the field."""
    with pytest.raises(InvalidRequestError) as caught:
        make()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "p.type"),
        ({"type": 3}, "p.type"),
        ({"type": "text", "text": 3}, "p.text"),
        ({"type": "text", "text": "a", "colour": "red"}, "p.colour"),
        ({"type": "text", "text": "a", "cache_control": {"type": "x"}}, "p.cache_control"),
        ({"type": "text", "text": "a", "cache_control": {"ttl": "2h"}}, "p.cache_control"),
        ({"type": "text", "text": "a", "citations": [3]}, "p.citations[0]"),
        ({"type": "text", "text": "a", "citations": [{"page": 3}]}, "p.citations[0].page"),
        ({"type": "text", "text": "a", "citations": [{"start": "x"}]}, "p.citations[0].start"),
        ({"type": "image_url"}, "p.image_url"),
        ({"type": "image_url", "image_url": {"url": ""}}, "p.image_url.url"),
        ({"type": "image_url", "image_url": {"url": "data:x"}}, "p.image_url.url"),
        (
            {"type": "image_url", "image_url": {"url": "https://a", "detail": "x"}},
            "p.image_url.detail",
        ),
        ({"type": "image_file", "file_id": ""}, "p.file_id"),
        ({"type": "input_audio", "input_audio": {"data": "*"}}, "p.input_audio.data"),
        ({"type": "input_audio", "input_audio": {"data": 3}}, "p.input_audio.data"),
        ({"type": "input_audio", "input_audio": {}}, "p.input_audio.data"),
        ({"type": "file", "file": {"file_data": "*"}}, "p.file.file_data"),
        ({"type": "file", "file": {"citations": "x", "url": "https://a"}}, "p.file.citations"),
        ({"type": "file", "file": {}}, "p.file.data"),
        ({"type": "reasoning", "raw": 3}, "p.raw"),
        ({"type": "refusal"}, "p.refusal"),
    ],
)
def test_refused_form(form: dict[str, object], field: str) -> None:
    """An error in a part that was given as a mapping names the place."""
    with pytest.raises(InvalidRequestError) as caught:
        part_from_dict(form, "p")
    assert caught.value.field == field

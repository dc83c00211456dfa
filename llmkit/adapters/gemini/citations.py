"""What an answer cites: grounding, and sources that it repeats.

Source: https://ai.google.dev/api/generate-content#GroundingMetadata
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from ..._json import JsonObject, JsonValue
from ..._models.parts import Citation


class _Place(NamedTuple):
    start: int
    end: int
    text: str


def citations(candidate: Mapping[str, object], texts: Sequence[str]) -> tuple[Citation, ...]:
    """What *candidate* cites.

    Args:
        candidate: with its `groundingMetadata` and `citationMetadata`.
        texts: the visible text of each of its parts, "" for those that have none; of a
            stream, all of the text in one.
    """
    found: list[Citation] = []
    for citation in (
        *_grounded(candidate.get("groundingMetadata"), texts),
        *_repeated(candidate.get("citationMetadata"), texts),
    ):
        if citation not in found:
            found.append(citation)
    return tuple(found)


def _grounded(data: object, texts: Sequence[str]) -> Iterator[Citation]:
    """One for each piece of text and each source of it, then the sources of no piece."""
    if not isinstance(data, dict):
        return
    chunks = _objects(data.get("groundingChunks"))
    used: set[int] = set()
    for support in _objects(data.get("groundingSupports")):
        segment = support.get("segment")
        place = _place(segment, texts) if isinstance(segment, dict) else None
        indices = support.get("groundingChunkIndices")
        for index in indices if isinstance(indices, list) else []:
            if isinstance(index, int) and 0 <= index < len(chunks):
                used.add(index)
                raw = {"groundingChunk": chunks[index], "groundingSupport": support}
                yield _citation(_source(chunks[index]), place, raw)
    for index, chunk in enumerate(chunks):
        if index not in used:
            yield _citation(_source(chunk), None, {"groundingChunk": chunk})


def _repeated(data: object, texts: Sequence[str]) -> Iterator[Citation]:
    if not isinstance(data, dict):
        return
    # AI Studio's name for them, and Vertex AI's.
    for source in _objects(data.get("citationSources")) or _objects(data.get("citations")):
        yield _citation(source, _place(source, texts), {"citationSource": source})


def _source(chunk: Mapping[str, object]) -> Mapping[str, object]:
    """The web page, document or place that a chunk is of."""
    for kind in ("web", "retrievedContext", "maps", "image"):
        inner = chunk.get(kind)
        if isinstance(inner, dict):
            return inner
    return {}


def _citation(
    source: Mapping[str, object], place: _Place | None, raw: Mapping[str, object]
) -> Citation:
    words = place.text if place is not None else _text(source.get("text"))
    return Citation(
        url=_text(source.get("uri")) or _text(source.get("sourceUri")),
        title=_text(source.get("title")),
        text=words,
        start=place.start if place is not None else None,
        end=place.end if place is not None else None,
        raw=cast("JsonObject", raw),
    )


def _place(segment: Mapping[str, object], texts: Sequence[str]) -> _Place | None:
    """Where in the whole text a segment stands, in characters.

    The wire counts the UTF-8 bytes of one part, and in a stream those of all parts so far: the
    words themselves, where they are given too, tell which.
    """
    quoted = _text(segment.get("text"))
    whole = "".join(texts)
    start, end = _index(segment.get("startIndex")), _index(segment.get("endIndex"))
    part = _index(segment.get("partIndex"))
    readings = [(0, whole)]
    if part < len(texts):
        readings.insert(0, (len("".join(texts[:part])), texts[part]))
    for offset, text in readings:
        data = text.encode("utf-8", "replace")
        words = data[start:end].decode("utf-8", "replace")
        if start < end <= len(data) and quoted in (None, words):
            begin = offset + len(data[:start].decode("utf-8", "replace"))
            return _Place(begin, begin + len(words), words)
    if quoted is not None:
        begin = whole.find(quoted)
        if begin >= 0:
            return _Place(begin, begin + len(quoted), quoted)
    return None


def _index(value: object) -> int:
    # Zeros are left out of this JSON.
    return value if type(value) is int and value > 0 else 0


def _objects(value: object) -> list[dict[str, JsonValue]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

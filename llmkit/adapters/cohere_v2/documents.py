"""Files, as the documents that a model of Cohere's may cite.

Source: https://docs.cohere.com/docs/retrieval-augmented-generation-rag
"""

from __future__ import annotations

from ..._json import JsonObject, JsonValue, loads
from ..._models.parts import FilePart


def document(part: FilePart) -> JsonObject | None:
    """*part* as a document, if it is text; else None. An object of JSON is its data as it is."""
    media_type = part.media_type or ""
    is_json = media_type == "application/json"
    if part.data is None or not (is_json or media_type.startswith("text/")):
        return None
    try:
        text = part.data.decode()
    except UnicodeDecodeError:
        return None
    data: dict[str, JsonValue] = {}
    if is_json and isinstance(value := _loaded(text), dict):
        data = value
    else:
        if part.filename is not None:
            data["title"] = part.filename
        data["text"] = text
    return {"data": data}


def _loaded(text: str) -> object:
    try:
        return loads(text)
    except ValueError:
        return None

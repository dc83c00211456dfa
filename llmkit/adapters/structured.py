"""Answers of a schema: by the wire's own field, else by a forced tool, else by the prompt.

The way that was taken is in the response's adjustments, and so is each keyword of the schema
that the wire does not know. The answer is held against the original schema in any case, by
`parse()`.
"""

from __future__ import annotations

from typing import Final

from .._json import JsonObject, dumps
from .._models.adjustments import Adjuster
from .._models.response_format import ResponseFormat
from .._models.tools import Tool
from .schema_subset import Subset, rewritten

OUTPUT_TOOL: Final = "respond_in_json"
"""The tool that stands for an answer; a call of it is turned back into text."""


def native_schema(asked: ResponseFormat[object], subset: Subset, adjust: Adjuster) -> JsonObject:
    """The schema in the wire's subset, for the wire's own field; what was removed is noted."""
    return _noted(asked, subset, adjust)


def as_tool(asked: ResponseFormat[object], subset: Subset, adjust: Adjuster) -> Tool:
    """A tool whose arguments are the answer, to be forced; the way is noted."""
    adjust.structured("tool", f"by a forced call of {OUTPUT_TOOL}")
    schema = _noted(asked, subset, adjust)
    return Tool(OUTPUT_TOOL, asked.description or "Give the answer.", schema)


def as_prompt(asked: ResponseFormat[object], adjust: Adjuster) -> str:
    """Words that ask for the form, to stand with the system's; the way is noted."""
    adjust.structured("prompt", "by words in the system message")
    if asked.type == "json_object":
        return "Answer with one JSON object and nothing else."
    schema = dumps(asked.schema).decode()
    return f"Answer with JSON that fits this JSON Schema, and nothing else:\n{schema}"


def _noted(asked: ResponseFormat[object], subset: Subset, adjust: Adjuster) -> JsonObject:
    schema, removed = rewritten(asked.schema or {"type": "object"}, subset)
    for path, reason in removed:
        adjust.note("rewritten", f"response_format.schema{path}", reason)
    return schema

"""Answers of a schema: by the wire's own field, else by a forced tool, else by the prompt.

The way that was taken is in the response's adjustments, and so is each keyword of the schema
that the wire does not know. The answer is held against the original schema in any case, by
`parse()`; how it is turned back into what was asked for is in `structured_answer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from attrs import evolve

from .._json import JsonObject, JsonValue, dumps
from .._models.adjustments import BY_TOOL, BY_WORDS, Adjuster
from .._models.response_format import ResponseFormat
from .._models.tools import Tool
from .schema_subset import Subset, rewritten

OUTPUT_TOOL: Final = "respond_in_json"
"""The tool that stands for an answer; a call of it is turned back into text."""

ANSWER_KEY: Final = "answer"
"""The one property of the object that stands around an answer that is no object itself."""


def native_schema(asked: ResponseFormat[object], subset: Subset, adjust: Adjuster) -> JsonObject:
    """The schema in the wire's subset, for the wire's own field; what was removed is noted."""
    return _noted(asked, subset, adjust)


def as_tool(asked: ResponseFormat[object], subset: Subset, adjust: Adjuster) -> Tool:
    """A tool whose arguments are the answer, to be forced; the way is noted."""
    adjust.structured("tool", f"{BY_TOOL}{OUTPUT_TOOL}")
    schema = _noted(asked, evolve(subset, object_root=True), adjust)
    return Tool(OUTPUT_TOOL, asked.description or "Give the answer.", schema)


def as_prompt(asked: ResponseFormat[object], adjust: Adjuster) -> str:
    """Words that ask for the form, to stand with the system's; the way is noted."""
    adjust.structured("prompt", BY_WORDS)
    if asked.type == "json_object":
        return "Answer with one JSON object and nothing else."
    about = f" ({asked.description})" if asked.description else ""
    schema = dumps(asked.schema).decode()
    return f"Answer with JSON{about} that fits this JSON Schema, and nothing else:\n{schema}"


def _noted(asked: ResponseFormat[object], subset: Subset, adjust: Adjuster) -> JsonObject:
    given = asked.schema or {"type": "object"}
    schema, lost = rewritten(given, subset)
    field = "response_format.schema"
    if subset.object_root and (schema.get("type") != "object" or "anyOf" in schema):
        schema, lost = rewritten(_as_property(given), subset)
        adjust.note("rewritten", field, f"as the property {ANSWER_KEY!r} of an object")
        adjust.answer_key = ANSWER_KEY
    for path, reason in lost:
        adjust.note("rewritten", field + path.removeprefix(f"/properties/{ANSWER_KEY}"), reason)
    return schema


_DEFINITIONS: Final = ("$defs", "definitions")
_DATA: Final = ("const", "default", "enum", "examples")


def _as_property(schema: JsonObject) -> JsonObject:
    """The schema of an object that has what fits *schema* as its one property."""
    inner = {key: schema[key] for key in schema if key not in (*_DEFINITIONS, "$schema")}
    moved = {key: _moved(schema[key]) for key in schema if key in _DEFINITIONS}
    here = cast("JsonObject", _moved(inner))
    if here != inner or any(moved[key] != schema[key] for key in moved):
        # It refers to itself as the whole: so it becomes a definition, for references to name.
        known = cast("JsonObject", moved.get("$defs", {}))
        moved["$defs"] = {**known, ANSWER_KEY: here}
        here = {"$ref": f"#/$defs/{ANSWER_KEY}"}
    return {
        "type": "object",
        "properties": {ANSWER_KEY: here},
        "required": [ANSWER_KEY],
        "additionalProperties": False,
        **moved,
    }


def _moved(value: JsonValue) -> JsonValue:
    """*value*, a piece of a schema, with references to the whole and into it to where it is now."""
    if isinstance(value, Mapping):
        result = {key: value[key] if key in _DATA else _moved(value[key]) for key in value}
        to = value.get("$ref")
        if isinstance(to, str) and to.startswith("#") and not to.startswith(_KEPT):
            result["$ref"] = f"#/$defs/{ANSWER_KEY}{to[1:]}"
        return result
    return [_moved(item) for item in value] if isinstance(value, list | tuple) else value


_KEPT: Final = tuple(f"#/{name}/" for name in _DEFINITIONS)

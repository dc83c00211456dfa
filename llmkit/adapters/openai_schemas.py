"""Schemas that OpenAI's models are held to, for both of OpenAI's wires.

Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

from typing import Final

from .._json import JsonObject
from .._models.adjustments import Adjuster
from .._models.response_format import ResponseFormat
from .._models.tools import Tool
from .schema_subset import ANY_KEYS, ANY_VALUE, Subset, rewritten
from .structured import native_schema

STRICT: Final = Subset(
    keywords=frozenset(
        {
            *("$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum"),
            *("exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems", "maximum"),
            *("minItems", "minimum", "multipleOf", "pattern", "properties", "required", "title"),
            "type",
        }
    ),
    formats=frozenset(
        {
            *("date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time"),
            "uuid",
        }
    ),
    one_of_as_any_of=True,
    bare_refs=True,
    closed_objects=True,
    all_required=True,
    object_root=True,
    typed=True,
    plain_patterns=True,
    describe=True,
)
"""What they take of JSON Schema where they are held to it."""

_LOOSE: Final = Subset(object_root=True)


def answer_schema(asked: ResponseFormat[object], adjust: Adjuster) -> tuple[JsonObject, bool]:
    """The schema of an answer, and whether the model can be held to it."""
    if asked.strict and _can_be_strict(asked.schema or {}, "response_format", adjust):
        return native_schema(asked, STRICT, adjust), True
    return native_schema(asked, _LOOSE, adjust), False


def parameters(tool: Tool, field: str, adjust: Adjuster) -> tuple[JsonObject, bool]:
    """The schema of a tool's parameters, and whether the model can be held to it."""
    if not tool.strict or not _can_be_strict(tool.parameters, field, adjust):
        return tool.parameters, False
    schema, lost = rewritten(tool.parameters, STRICT)
    for path, reason in lost:
        adjust.note("rewritten", f"{field}.parameters{path}", reason)
    return schema, True


def _can_be_strict(schema: JsonObject, field: str, adjust: Adjuster) -> bool:
    """Whether the strict form of *schema* lets the model say all that may be said.

    An object of any keys would become one of none: better that the model is not held to it.
    """
    for path, reason in rewritten(schema, STRICT)[1]:
        if reason in (ANY_KEYS, ANY_VALUE):
            adjust.note("rewritten", f"{field}.strict", f"as false: {path or '/'} is {reason}")
            return False
    return True

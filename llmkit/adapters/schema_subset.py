"""JSON Schemas, rewritten to the part of JSON Schema that a wire takes."""

from __future__ import annotations

from attrs import frozen

from .._json import JsonObject


@frozen(kw_only=True)
class Subset:
    """What a wire takes of JSON Schema.

    Args:
        keywords: the keywords that it knows; others are removed. None: all.
        formats: the values of `format` that it knows; None: all.
        one_of_as_any_of: `oneOf` becomes `anyOf`.
        const_as_enum: `const` becomes an `enum` of one.
        nullable: `null` among the types becomes `nullable: true` (OpenAPI 3.0).
        inline_refs: `$ref` is replaced by what it refers to.
        closed_objects: every object gets `additionalProperties: false`.
        all_required: every property is required; those that were not may be null instead.
        describe: what is removed is said in the `description`.
    """

    keywords: frozenset[str] | None = None
    formats: frozenset[str] | None = None
    one_of_as_any_of: bool = False
    const_as_enum: bool = False
    nullable: bool = False
    inline_refs: bool = False
    closed_objects: bool = False
    all_required: bool = False
    describe: bool = False


def rewritten(
    schema: JsonObject, subset: Subset
) -> tuple[JsonObject, tuple[tuple[str, str], ...]]:
    """*schema* in the subset, and each change that loses something: its path, and what."""
    return schema, ()

"""JSON Schemas, rewritten to the part of JSON Schema that a wire takes.

What fits a rewritten schema fits the original, less what is listed as lost; a null in the place
of an optional property counts as left out (see `parse`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from .._json import JsonObject, JsonValue
from .schema_form import looks_around, name_type, require_all, told, with_nullable, with_words
from .schema_parts import (
    ANNOTATIONS,
    Part,
    beside_reference,
    escaped,
    first_types,
    joined,
    mapping,
    may_fit,
    referred,
    seen,
    speaks_of_objects,
    types_of,
    without,
)
from .schema_parts import Subset as Subset  # for the wires

Loss = tuple[str, str]
"""What a rewritten schema does not say any more: where it stood, as a JSON pointer, and why."""

ANY_KEYS: Final = "properties of any name, for which the wire has no word"
ANY_VALUE: Final = "a value of any type, for which the wire has no word"
_RAW: Final = frozenset(("not", "if", "then", "else", "contains", "dependentSchemas"))
"""Keywords that hold schemas, and turn them around or hang on others: they stay as they are."""


_ALL: Final = (Subset(), Subset(object_root=True))


def rewritten(schema: JsonObject, subset: Subset) -> tuple[JsonObject, tuple[Loss, ...]]:
    """*schema* in the subset, and each change that loses something: its path, and what.

    Args:
        schema: a JSON Schema; it is left as it is.
        subset: what the wire takes.
    """
    if subset in _ALL:
        return schema, ()
    rewriter = _Rewriter(schema, subset)
    return rewriter.whole(), tuple(rewriter.lost)


class _Rewriter:
    """Rewrites one schema."""

    def __init__(self, root: JsonObject, subset: Subset) -> None:
        self.lost: dict[Loss, None] = {}
        self._root = root
        self._subset = subset
        self._kept: dict[str, Part] = {}  # definitions that are still referred to
        self._definitions = "$defs" if subset.knows("$defs") else "definitions"
        self._flattens = not subset.knows("allOf") or subset.closed_objects

    def whole(self) -> dict[str, JsonValue]:
        """The schema, rewritten, and the definitions that it needs."""
        result = self._node([Part(self._root, "", ("#",))], root=True)
        made: dict[str, JsonValue] = {}
        if self._subset.keywords is None and not self._subset.inline_refs:
            for container in ("$defs", "definitions"):
                inside = self._root.get(container)
                for name in inside if isinstance(inside, Mapping) else ():
                    self._kept[name] = Part(self._root).at(container, name)
        while len(made) < len(self._kept):
            for name, part in [*self._kept.items()]:
                if name not in made:
                    made[name] = self._node([part])
        if made:
            result[self._definitions] = made
        return result

    def _lose(self, path: str, reason: str) -> None:
        self.lost[path, reason] = None

    def _node(self, given: Sequence[Part], *, root: bool = False) -> dict[str, JsonValue]:
        """The schema of what fits all of *given*."""
        if len(given) == 1 and not root:
            reference = self._reference(given[0])
            if reference is not None:
                return reference
        flat = [piece for part in given for piece in self._flat(part)]
        if self._subset.closed_objects:
            spread = self._spread(flat)
            if spread is not None:
                return spread
        return self._finished(self._said(flat), given[0].path, flat)

    def _said(self, flat: Sequence[Part]) -> dict[str, JsonValue]:
        """The keywords of *flat*, together, as the wire takes them."""
        result: dict[str, JsonValue] = {}
        words: list[str] = []
        for keyword, parts in self._keywords(flat).items():
            taken = [part for part in parts if self._takes(keyword, part, words)]
            if taken:
                self._write(result, keyword, taken, flat)
        if words and self._subset.describe and self._subset.knows("description"):
            with_words(result, words)
        return result

    # References: kept where the wire takes them and nothing stands beside them, else followed.

    def _reference(self, part: Part) -> dict[str, JsonValue] | None:
        """*part* as a reference to a definition, where it may be one."""
        schema = part.value
        if self._subset.inline_refs or not self._subset.knows("$ref"):
            return None
        if not isinstance(schema, Mapping):
            return None
        if self._flattens:
            schema = beside_reference(schema)
        if "$ref" not in schema:
            return None
        beside = [key for key in schema if key != "$ref"]
        if (self._subset.bare_refs or self._flattens) and not ANNOTATIONS.issuperset(beside):
            return None
        reference = self._definition(str(schema["$ref"]))
        if reference is None:
            return None
        said: dict[str, JsonValue] = {"$ref": reference}
        if not beside:
            return said
        around = self._said([without(Part(schema, part.path, part.inside), "$ref")])
        if not self._subset.bare_refs:
            return {**said, **around}
        return {**around, "anyOf": [said]} if around else said

    def _definition(self, reference: str) -> str | None:
        """*reference* to the whole or to a definition, as it stands in the rewritten schema."""
        if reference == "#":
            return reference
        steps = reference.split("/")
        if len(steps) != 3 or steps[0] != "#" or steps[1] not in ("$defs", "definitions"):
            return None
        found = referred(self._root, reference)
        if found is None:
            return None
        self._kept.setdefault(steps[2].replace("~1", "/").replace("~0", "~"), found)
        return f"#/{self._definitions}/{steps[2]}"

    def _flat(self, part: Part) -> Iterator[Part]:
        """*part* and what it takes in by `$ref` and `allOf`: schemas without either."""
        schema = part.value
        if schema is True:
            return
        if not isinstance(schema, Mapping):
            self._lose(part.path, "nothing may be here, for which the wire has no word")
            return
        taken_in = ["$ref", "$defs", "definitions", *(["allOf"] if self._flattens else [])]
        yield without(part, *taken_in)
        if "$ref" in schema:
            yield from self._followed(part)
        if "allOf" in taken_in and "allOf" in schema:
            for branch in part.at("allOf").items():
                yield from self._flat(branch)

    def _followed(self, part: Part) -> Iterator[Part]:
        place = part.at("$ref")
        reference = str(place.value)
        target = referred(self._root, reference)
        if target is None:
            self._lose(place.path, f"refers to {reference}, which is not in it")
        elif reference in part.inside:
            self._lose(place.path, f"refers to {reference}, of which it is a part")
            if isinstance(target.value, Mapping) and "type" in target.value:
                yield Part({"type": target.value["type"]}, target.path)
        else:
            yield from self._flat(Part(target.value, target.path, (*part.inside, reference)))

    # Unions of objects: each branch is closed, so that each must hold all of its properties.

    def _spread(self, flat: Sequence[Part]) -> dict[str, JsonValue] | None:
        """What stands beside a union of objects, put into each of its branches."""
        owner = next(
            (part for part in flat if any(key in mapping(part) for key in ("anyOf", "oneOf"))),
            None,
        )
        if owner is None:
            return None
        union = "anyOf" if "anyOf" in mapping(owner) else "oneOf"
        base = [without(part, *ANNOTATIONS, *((union,) if part is owner else ())) for part in flat]
        branches = [*owner.at(union).items()]
        if not any(speaks_of_objects(mapping(part)) for part in base) or not any(
            any(map(speaks_of_objects, seen(self._root, branch))) for branch in branches
        ):
            return None
        if union == "oneOf":
            self._lose(f"{owner.path}/oneOf", "as anyOf: more than one of them may fit")
        notes = [
            without(part, *(key for key in mapping(part) if key not in ANNOTATIONS))
            for part in flat
        ]
        result = self._said(notes)
        if all(mapping(part) in ({}, {"type": "object"}) for part in base) and all(
            first_types(self._root, branch) == ("object",) for branch in branches
        ):
            base = []  # each says so itself
        possible = [branch for branch in branches if may_fit(self._root, branch, base)] or branches
        result["anyOf"] = [self._node([*base, branch]) for branch in possible]
        return result

    # Keywords: those of all the pieces together, each as the wire takes it.

    def _keywords(self, flat: Sequence[Part]) -> dict[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for piece in flat:
            for keyword in mapping(piece):
                part = piece.at(keyword)
                said = self._translated(keyword, part)
                found.setdefault(said, []).append(
                    Part([part.value], part.path) if (keyword, said) == ("const", "enum") else part
                )
        return found

    def _translated(self, keyword: str, part: Part) -> str:
        """The wire's word for *keyword*."""
        subset = self._subset
        if keyword == "const" and subset.knows("enum"):
            return "enum" if subset.const_as_enum or not subset.knows("const") else keyword
        loose = subset.one_of_as_any_of or not subset.knows("oneOf")
        if keyword == "oneOf" and loose and subset.knows("anyOf"):
            self._lose(part.path, "as anyOf: more than one of them may fit")
            return "anyOf"
        # A list of items by their places is `prefixItems` since 2020-12.
        return "prefixItems" if keyword == "items" and isinstance(part.value, list) else keyword

    def _takes(self, keyword: str, part: Part, words: list[str]) -> bool:
        """Whether the wire takes this; where not, it is lost, and told in *words*."""
        subset, value = self._subset, part.value
        reason = "the wire does not know it"
        if subset.knows(keyword):
            match keyword:
                case "format" if subset.formats is not None and str(value) not in subset.formats:
                    reason = f"the wire does not know {value}"
                case "pattern" if subset.plain_patterns and looks_around(str(value)):
                    reason = "the wire knows no pattern that looks around itself"
                case "minItems" if subset.min_items is not None and value not in subset.min_items:
                    reason = "the wire does not count so far"
                case "enum" if subset.string_enums and not all(
                    isinstance(item, str) or item is None
                    for item in (value if isinstance(value, list) else [value])
                ):
                    reason = "the wire knows lists of text only"
                case _:
                    return True
        self._lose(part.path, reason)
        if (word := told(keyword, value)) is not None:
            words.append(word)
        return False

    def _write(
        self, result: dict[str, JsonValue], keyword: str, parts: list[Part], flat: Sequence[Part]
    ) -> None:
        """Say *parts*, all of one keyword, in *result*."""
        match keyword:
            case "properties" | "patternProperties":
                result[keyword] = self._properties(keyword, parts)
            case "items" | "propertyNames" | "unevaluatedItems" | "unevaluatedProperties":
                result[keyword] = self._schema(parts)
            case "additionalProperties":
                parts = self._own_names(parts, flat)
                if self._subset.closed_objects:
                    result[keyword] = all(part.value is not False for part in parts)
                elif parts:
                    result[keyword] = self._schema(parts)
            case "anyOf" | "oneOf" | "allOf" | "prefixItems":
                result[keyword] = [self._schema([branch]) for branch in parts[0].items()]
                self._unsaid(parts[1:])
            case _:
                value, left = joined(keyword, [parts[0]] if keyword in _RAW else parts)
                result[keyword] = cast("JsonValue", value)
                self._unsaid(left or (parts[1:] if keyword in _RAW else ()))

    def _unsaid(self, parts: Sequence[Part]) -> None:
        for part in parts:
            self._lose(part.path, "it stands beside another, and the wire has no word for both")

    def _schema(self, parts: list[Part]) -> JsonValue:
        """The schema of what fits all of *parts*; a yes or a no where it is just that."""
        if any(part.value is False for part in parts):
            return False
        whole = [part for part in parts if part.value is not True]
        if not whole:
            return {} if self._subset.typed else True
        return self._node(whole)

    def _properties(self, keyword: str, parts: list[Part]) -> dict[str, JsonValue]:
        named: dict[str, list[Part]] = {}
        for part in parts:
            for name in mapping(part):
                named.setdefault(name, []).append(part.at(name))
        result: dict[str, JsonValue] = {}
        for name, given in named.items():
            schema = self._schema(given)
            if self._subset.keywords is None or not isinstance(schema, bool):
                result[name] = schema
            elif schema:
                result[name] = {}
            elif not self._subset.closed_objects:
                self._lose(given[0].path, "nothing may be here, for which the wire has no word")
        return result

    def _own_names(self, parts: list[Part], flat: Sequence[Part]) -> list[Part]:
        """Those of *parts*, each an `additionalProperties`, that mean the same for the whole."""
        if len(flat) == 1:
            return parts
        names = {name for piece in flat for name in _names(piece)}
        good: list[Part] = []
        for part in parts:
            piece = next(one for one in flat if part.path == f"{one.path}/additionalProperties")
            if part.value is True or names <= _names(piece):
                good.append(part)
            else:
                self._unsaid([part])
        return good

    # The wire's rules for the whole of a schema.

    def _finished(
        self, result: dict[str, JsonValue], path: str, flat: Sequence[Part]
    ) -> dict[str, JsonValue]:
        subset = self._subset
        if subset.nullable:
            result = with_nullable(result)
        if subset.typed or subset.nullable:
            name_type(result)
        if speaks_of_objects(result):
            if subset.closed_objects:
                said = [part.path for part in flat if "additionalProperties" in mapping(part)]
                self._close(result, said or [path])
            if subset.all_required:
                require_all(result)
        if subset.typed:
            if not any(key in result for key in ("type", "anyOf", "enum", "const", "$ref")):
                self._lose(path, ANY_VALUE)
            if "array" in (types_of(result) or ()) and not result.get("items"):
                self._lose(f"{path}/items", ANY_VALUE)
        return result

    def _close(self, result: dict[str, JsonValue], paths: Sequence[str]) -> None:
        """Let *result*, an object, have no properties but its own; *paths* are where it says so."""
        properties, required = result.get("properties"), result.get("required")
        known = dict(properties) if isinstance(properties, Mapping) else {}
        named = required if isinstance(required, list) else ()
        unknown = [name for name in named if isinstance(name, str) and name not in known]
        opened = result.get("additionalProperties", "properties" not in result) is not False
        for path in paths if opened or unknown else ():
            reason = ANY_KEYS if opened else "it forbids what is required"
            self._lose(f"{path}/additionalProperties", reason)
        for name in unknown:
            known[name] = {}
            if self._subset.typed:
                self._lose(f"{paths[0]}/properties/{escaped(name)}", ANY_VALUE)
        result["properties"] = known
        result["additionalProperties"] = False


def _names(piece: Part) -> set[str]:
    known = mapping(piece).get("properties")
    return {*known} if isinstance(known, Mapping) else set()

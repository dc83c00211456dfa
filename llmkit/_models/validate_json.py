"""Whether JSON fits a JSON Schema: the keywords of 2020-12, and what of draft 7 they replaced.

Every keyword of the applicator, validation and unevaluated vocabularies is checked. `format`
is checked for the forms in `json_values` and says nothing otherwise. References go to places in
the schema itself: nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import cast
from urllib.parse import unquote

from .._frozen import frozen
from .._json import JsonObject
from ..errors import InvalidRequestError, shown
from .json_rules import RULES, Found, Misfit
from .json_values import children, is_array

__all__ = ["Misfit", "fitted", "misfits"]


def misfits(
    value: object, schema: JsonObject, *, at: str = "$", most: int = 10
) -> tuple[Misfit, ...]:
    """Where *value* does not fit *schema*; empty where it does.

    Args:
        value: JSON, as values.
        schema: the JSON Schema.
        at: what the whole is called in paths.
        most: how many places at most.

    Raises:
        InvalidRequestError: the schema refers to something that is not in it.
        RecursionError: the value is nested too deeply, or the schema is its own definition.
    """
    return tuple(islice(_Schema(schema).check(value, schema, at), most))


def fitted(
    value: object, schema: JsonObject, *, at: str = "$"
) -> tuple[object, tuple[Misfit, ...]]:
    """*value* as it fits *schema*, and where it does not.

    A null in the place of a property that may be left out counts as left out: for a wire on
    which every property must be there, that is how a model is told to leave one out.
    https://platform.openai.com/docs/guides/structured-outputs

    Raises:
        InvalidRequestError: as `misfits`.
        RecursionError: as `misfits`.
    """
    found = misfits(value, schema, at=at)
    if found:
        value = _Schema(schema).without_nulls(value, schema)
        found = misfits(value, schema, at=at)
    return value, found


@frozen(eq=False)
class _Schema:
    """The whole schema, which references go into."""

    root: JsonObject

    def check(self, value: object, schema: object, path: str) -> Found:
        """Where *value*, which stands at *path*, does not fit *schema*, a part of the whole."""
        if schema is False:
            yield Misfit(path, "must not be there")
        if not isinstance(schema, Mapping):
            return
        for keyword, argument in schema.items():
            rule = RULES.get(keyword)
            if rule is not None:
                yield from rule(self, value, argument, schema, path)

    def fits(self, value: object, schema: object) -> bool:
        return next(self.check(value, schema, ""), None) is None

    def resolve(self, reference: object) -> object:
        """The part of the schema that *reference* names."""
        text = str(reference)
        base, _, fragment = text.partition("#")
        if base and base != str(self.root.get("$id", "")).rstrip("#"):
            raise self._unknown(text)
        if fragment and not fragment.startswith("/"):
            for part in _parts(self.root):
                if fragment in (part.get("$anchor"), part.get("$dynamicAnchor")):
                    return part
            raise self._unknown(text)
        found: object = self.root
        for step in fragment.split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and key in found:
                found = found[key]
            elif is_array(found) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise self._unknown(text)
        return found

    @staticmethod
    def _unknown(reference: str) -> InvalidRequestError:
        return InvalidRequestError(
            f"refers to {shown(reference)}, which is not in it", field="response_format.schema"
        )

    def applied(self, value: object, schema: object) -> Iterator[JsonObject]:
        """*schema* and those of its subschemas that *value* itself fits: what they know of its
        properties and items, `unevaluated…` needs to know."""
        if not isinstance(schema, Mapping):
            return
        yield schema
        inner: list[object] = [
            self.resolve(schema[key]) for key in ("$ref", "$dynamicRef") if key in schema
        ]
        inner += cast("list[object]", schema.get("allOf", []))
        for key in ("anyOf", "oneOf"):
            branches = cast("Sequence[object]", schema.get(key, ()))
            inner += [branch for branch in branches if self.fits(value, branch)]
        if "if" in schema:
            held = self.fits(value, schema["if"])
            inner += [schema["if"], schema.get("then")] if held else [schema.get("else")]
        dependents = schema.get("dependentSchemas")
        if isinstance(dependents, Mapping) and isinstance(value, Mapping):
            inner += [branch for key, branch in dependents.items() if key in value]
        for part in inner:
            yield from self.applied(value, part)

    def without_nulls(self, value: object, schema: object) -> object:
        """*value* without the nulls that stand for properties left out."""
        if not isinstance(schema, Mapping):
            return value
        for key in ("$ref", "$dynamicRef"):
            if key in schema:
                value = self.without_nulls(value, self.resolve(schema[key]))
        for part in children(schema.get("allOf")):
            value = self.without_nulls(value, part)
        for branch in (*children(schema.get("anyOf")), *children(schema.get("oneOf"))):
            found = self.without_nulls(value, branch)
            if self.fits(found, branch):
                value = found
                break
        if isinstance(value, Mapping):
            return self._object_without_nulls(value, schema)
        if is_array(value):
            prefix = [*children(schema.get("prefixItems"))]
            prefix += [schema.get("items")] * (len(value) - len(prefix))
            return [self.without_nulls(item, part) for item, part in zip(value, prefix)]
        return value

    def _object_without_nulls(
        self, value: Mapping[str, object], schema: JsonObject
    ) -> dict[str, object]:
        known = cast("JsonObject", schema.get("properties", {}))
        required = cast("Sequence[object]", schema.get("required", ()))
        result: dict[str, object] = {}
        for name, item in value.items():
            part = known.get(name, schema.get("additionalProperties"))
            left_out = item is None and name in known and name not in required
            if not left_out or self.fits(None, part):
                result[name] = self.without_nulls(item, part)
        return result


def _parts(schema: object) -> Iterator[JsonObject]:
    if isinstance(schema, Mapping):
        yield schema
    for item in children(schema):
        yield from _parts(item)

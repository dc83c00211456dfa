"""JSON Schema from Python types, in the part of its 2020-12 form that providers take."""

from __future__ import annotations

import enum
import re
import types
from collections import abc
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)
from uuid import UUID

from attrs import Factory, define

from .._json import JsonObject, JsonValue, dumps
from ..errors import InvalidRequestError
from .class_fields import (
    MISSING,
    ClassField,
    aliased,
    class_of,
    docstring_of,
    fields_of,
    json_default,
)
from .docstrings import read_docstring
from .pydantic_models import is_pydantic, pydantic_schema, renamed
from .signatures import parameters_of, plain_function

_Schema = dict[str, JsonValue]

# `format: decimal` is no word that a provider knows; a pattern, many do.
_DECIMAL: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"

_SCALARS: Final[Mapping[object, JsonObject]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    UUID: {"type": "string", "format": "uuid"},
    Decimal: {"type": "string", "format": "decimal", "pattern": _DECIMAL},
    Any: {},
    object: {},
}
_LISTS: Final = (list, abc.Sequence, abc.MutableSequence)
_SETS: Final = (set, frozenset, abc.Set, abc.MutableSet)
_MAPPINGS: Final = (dict, abc.Mapping, abc.MutableMapping)
_JSON_TYPES: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}


def schema_of(target: object, *, field: str = "response_format") -> JsonObject:
    """The JSON Schema of what JSON can become a *target*.

    Classes have `additionalProperties: false`, their fields in order, and descriptions from
    docstrings, `Annotated[T, "text"]` and `metadata={"description": …}`. A class inside
    another stands in `$defs`; the outermost stands at the root, recursive or not, because
    providers want an object there.

    Args:
        target: an attrs class, dataclass, TypedDict, NamedTuple, pydantic model, built-in
            type, or a form of `typing` that is made of these.
        field: what an error calls it.

    Raises:
        InvalidRequestError: the type, or one inside it, has no JSON form; the error says where.
    """
    writer = _Writer(field)
    schema = writer.write(target, _shown(target))
    reference = schema.get("$ref")
    if isinstance(reference, str) and len(schema) == 1:
        schema = dict(writer.definitions[reference.rpartition("/")[2]])
    used = _reachable(schema, writer.definitions)
    if used:
        definitions = writer.definitions.items()
        schema["$defs"] = {name: body for name, body in definitions if name in used}
    return schema


def schema_of_callable(
    function: Callable[..., object], *, field: str = "tool"
) -> tuple[JsonObject, str]:
    """The JSON Schema of a function's parameters, as an object, and what its docstring says of it.

    Raises:
        InvalidRequestError: a parameter has no name that a caller must use (`*args`,
            `**kwargs`, positional-only), no annotation, or a type without a JSON form.
    """
    docstring = read_docstring(getattr(plain_function(function), "__doc__", None))
    writer = _Writer(field)
    schema = writer.of_fields(
        [
            # Annotated's own word for a parameter stands above the docstring's.
            ClassField(name, hint, default is MISSING, default, docstring.parameters.get(name))
            for name, hint, default in parameters_of(function, field)
        ],
        "",
    )
    used = _reachable(schema, writer.definitions)
    if used:
        schema["$defs"] = {
            name: writer.definitions[name] for name in writer.definitions if name in used
        }
    return schema, docstring.description


@define
class _Writer:
    """One schema, being written, and the definitions that it needs."""

    field: str
    definitions: dict[str, JsonObject] = Factory(dict)
    names: dict[object, str] = Factory(dict)

    def write(self, target: object, path: str) -> _Schema:
        """The schema of *target*, which stands at *path*."""
        scalar = _SCALARS.get(_key(target))
        if scalar is not None:
            return dict(scalar)
        for kind in (self._typing, self._collection, self._class):
            schema = kind(target, path)
            if schema is not None:
                return schema
        if target is MISSING:
            raise self._error("has no annotation", path)
        raise self._error(f"{_shown(target)} has no JSON form", path)

    def _error(self, reason: str, path: str) -> InvalidRequestError:
        where = f"{self.field}{path}" if path.startswith(".") else self.field
        known = path.startswith(".") or not path or reason.startswith(f"{path} ")
        inside = "" if known else f"{path}: "
        return InvalidRequestError(inside + reason, field=where)

    def _typing(self, target: object, path: str) -> _Schema | None:
        origin = get_origin(target)
        if origin is Annotated:
            inner, *metadata = get_args(target)
            return self.described(self.write(inner, path), description=_description(metadata))
        if origin in (Union, types.UnionType):
            return _any_of([self.write(item, path) for item in get_args(target)])
        if origin is Literal:
            return self._enum(get_args(target), path)
        if isinstance(target, NewType):
            return self.write(target.__supertype__, path)
        if isinstance(target, TypeVar):
            return self._variable(target, path)
        alias = target if origin is None else origin
        if type(alias).__name__ == "TypeAliasType":
            return self._alias(target, path)
        return None

    def _variable(self, target: TypeVar, path: str) -> _Schema:
        if target.__constraints__:
            return _any_of([self.write(item, path) for item in target.__constraints__])
        return self.write(Any if target.__bound__ is None else target.__bound__, path)

    def _alias(self, target: object, path: str) -> _Schema:
        """A `type X = …` may name itself, so it gets a definition, as a class does."""
        name, new = self._name(target)
        if new:
            self.definitions[name] = self.write(aliased(target), path)
        return {"$ref": f"#/$defs/{name}"}

    def _collection(self, target: object, path: str) -> _Schema | None:
        origin = get_origin(target) or target
        arguments = get_args(target)
        if origin is tuple:
            return (
                self._tuple(arguments, path)
                if arguments or target is not tuple
                else {"type": "array"}
            )
        if origin in _LISTS or origin in _SETS:
            schema: _Schema = {"type": "array"}
            if arguments:
                schema["items"] = self.write(arguments[0], f"{path}[]")
            return schema | ({"uniqueItems": True} if origin in _SETS else {})
        if origin in _MAPPINGS:
            if not arguments:
                return {"type": "object"}
            if self.write(arguments[0], path) != {"type": "string"}:
                shown = _shown(arguments[0])
                raise self._error(f"{shown} cannot be a key in JSON; only str can", path)
            return {
                "type": "object",
                "additionalProperties": self.write(arguments[1], f"{path}[]"),
            }
        return None

    def _tuple(self, arguments: tuple[object, ...], path: str) -> _Schema:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"type": "array", "items": self.write(arguments[0], f"{path}[]")}
        items = [self.write(item, f"{path}[{i}]") for i, item in enumerate(arguments)]
        size: _Schema = {"minItems": len(items), "maxItems": len(items)}
        if items and all(item == items[0] for item in items):
            # More providers know `items` than `prefixItems`.
            return {"type": "array", "items": items[0], **size}
        return {"type": "array", **({"prefixItems": items} if items else {}), **size}

    def _class(self, target: object, path: str) -> _Schema | None:
        cls = class_of(target)
        if cls is None:
            return None
        if is_pydantic(cls):
            return self._pydantic(cls, path)
        if issubclass(cls, enum.Enum):
            schema = self._enum(tuple(cls), path)
            return self.described(schema, description=docstring_of(cls).description)
        try:
            found = fields_of(target)
        except (NameError, TypeError, SyntaxError) as error:
            reason = f"the annotations of {cls.__name__} cannot be read from its module: {error}"
            raise self._error(reason, path) from None
        if found is None:
            return None
        name, new = self._name(target)
        if new:
            body = self.of_fields(found, path)
            said = docstring_of(cls).description
            self.definitions[name] = {"description": said, **body} if said else body
        return {"$ref": f"#/$defs/{name}"}

    def of_fields(self, found: abc.Iterable[ClassField], path: str) -> _Schema:
        """The schema of an object with the fields *found*."""
        properties: _Schema = {}
        required: list[JsonValue] = []
        for item in found:
            schema = self.write(item.type, f"{path}.{item.name}")
            told = {} if "description" in schema else {"description": item.description}
            known, default = json_default(item.default)
            properties[item.name] = self.described(
                schema, **told, **({"default": default} if known else {})
            )
            if item.required:
                required.append(item.name)
        schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        return {**schema, "additionalProperties": False}

    def described(self, schema: _Schema, **words: JsonValue) -> _Schema:
        """*schema* with a description or a default beside it."""
        added = {key: value for key, value in words.items() if value or key == "default"}
        reference = schema.get("$ref")
        if added and isinstance(reference, str):
            # OpenAI takes nothing beside `$ref`, so the definition is written out here;
            # but one that is still being written stands inside itself, and must be referred to.
            body = self.definitions.get(reference.rpartition("/")[2])
            schema = dict(body) if body is not None else schema
        return {**schema, **added}

    def _enum(self, values: tuple[object, ...], path: str) -> _Schema:
        groups: dict[str, list[JsonValue]] = {}
        for value in values:
            plain = value.value if isinstance(value, enum.Enum) else value
            if plain is None:
                groups["null"] = []
            elif type(plain) in _JSON_TYPES:
                groups.setdefault(_JSON_TYPES[type(plain)], []).append(cast("JsonValue", plain))
            else:
                raise self._error(f"{value!r} has no JSON form", path)
        return _any_of(
            [{"type": kind, **({"enum": found} if found else {})} for kind, found in groups.items()]
        )

    def _pydantic(self, cls: type, path: str) -> _Schema:
        name, new = self._name(cls)
        if new:
            try:
                schema, inner = pydantic_schema(cls)
            except ValueError as error:
                raise self._error(str(error), path) from None
            # A recursive model is among its own definitions, and its schema is a reference.
            own = f"#/$defs/{cls.__name__}"
            itself = schema.get("$ref") == own
            names = {
                key: name if itself and key == cls.__name__ else self._free(key) for key in inner
            }
            for key, body in inner.items():
                self.definitions[names[key]] = cast("JsonObject", renamed(body, names))
            if not itself:
                self.definitions[name] = cast("JsonObject", renamed(schema, names))
        return {"$ref": f"#/$defs/{name}"}

    def _name(self, target: object) -> tuple[str, bool]:
        """The definition's name for *target*, and whether it is a new one."""
        key = _key(target)
        if key in self.names:
            return self.names[key], False
        name = self._free(re.sub(r"\W+", "_", _shown(target)).strip("_") or "Type")
        self.names[key] = name
        return name, True

    def _free(self, wanted: str) -> str:
        taken = {*self.names.values(), *self.definitions}
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def _key(target: object) -> object:
    """*target*, or its repr where what is in an `Annotated` cannot be hashed."""
    try:
        hash(target)
    except TypeError:
        return repr(target)
    return target


def _any_of(schemas: list[_Schema]) -> _Schema:
    different: dict[bytes, _Schema] = {}
    for schema in schemas:
        # A union within a union is flat, as Python's own are.
        inner = schema["anyOf"] if list(schema) == ["anyOf"] else [schema]
        for item in cast("list[_Schema]", inner):
            different.setdefault(dumps(item), item)
    found = list(different.values())
    return found[0] if len(found) == 1 else {"anyOf": found}


def _description(metadata: list[object]) -> str | None:
    """The text in `Annotated[T, "text"]`, or in what other libraries put there."""
    for item in metadata:
        for text in (
            item,
            getattr(item, "documentation", None),  # typing_extensions.Doc
            getattr(item, "description", None),  # pydantic.Field, msgspec.Meta
        ):
            if isinstance(text, str):
                return text
    return None


def _reachable(schema: JsonValue, definitions: Mapping[str, JsonObject]) -> set[str]:
    """The names of the definitions that *schema* needs, directly or not."""
    found: set[str] = set()
    todo: list[JsonValue] = [schema]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
            reference = value.get("$ref")
            name = reference.rpartition("/")[2] if isinstance(reference, str) else ""
            if name in definitions and name not in found:
                found.add(name)
                todo.append(definitions[name])
    return found


def _shown(target: object) -> str:
    """A type as its author would write it, without modules."""
    arguments = get_args(target)
    if isinstance(target, type) and not arguments:
        return target.__name__
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", repr(target)).replace("<locals>.", "")

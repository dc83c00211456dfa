"""Pydantic models, where a caller brings them: pydantic is not imported before one is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from .._json import JsonObject, JsonValue


def is_pydantic(target: object) -> bool:
    """Whether *target* is a pydantic model or dataclass."""
    return isinstance(target, type) and "__pydantic_validator__" in dir(target)


def pydantic_schema(cls: type) -> tuple[JsonObject, JsonObject]:
    """The JSON Schema of a pydantic *cls*, and the definitions that it refers to.

    Raises:
        ValueError: pydantic can give none.
    """
    from pydantic import PydanticUserError, TypeAdapter

    try:
        schema = TypeAdapter(cls).json_schema()
    except (PydanticUserError, NameError) as error:
        told = str(error).partition("\n")[0]
        raise ValueError(f"pydantic gives no schema for {cls.__name__}: {told}") from None
    definitions = cast("JsonObject", schema.pop("$defs", {}))
    return schema, definitions


def pydantic_value(cls: type, text: bytes | str, *, at: str = "$") -> object:
    """*text*, which is JSON, as a pydantic *cls*: by pydantic's own rules.

    Raises:
        ValueError: it does not fit; the message says where, one place to a line.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(cls).validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    places = ["".join(_step(step) for step in item["loc"]) for item in found]
    lines = [f"{at}{place}: {item['msg']}" for place, item in zip(places, found)]
    raise ValueError("\n".join(lines))


def pydantic_json(value: object) -> object:
    """*value*, of a pydantic class, as JSON: by pydantic's own rules, and the schema's names."""
    from pydantic import TypeAdapter

    return cast("object", TypeAdapter(type(value)).dump_python(value, mode="json", by_alias=True))


def _step(step: int | str) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """A schema of pydantic's with its references renamed, and its objects closed."""
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: renamed(item, names) for key, item in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str):
        old = reference.rpartition("/")[2]
        result["$ref"] = f"#/$defs/{names.get(old, old)}"
    if value.get("type") == "object" and isinstance(value.get("properties"), dict):
        result.setdefault("additionalProperties", False)
    return result

"""The form that an answer shall have."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, Literal, cast

from attrs import field

from .._frozen import frozen
from .._json import JsonObject, JsonValue
from ..errors import InvalidRequestError, shown
from . import _validate as check

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T_co = TypeVar("T_co", covariant=True, default=object)
    T = TypeVar("T")
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)
    T = TypeVar("T")

FormatType = Literal["text", "json_object", "json_schema"]


@frozen
class ResponseFormat(Generic[T_co]):
    """The form that an answer shall have: text, any JSON object, or JSON of a schema.

    Args:
        type: "text", "json_object" or "json_schema".
        schema: the JSON Schema; with "json_schema" only.
        name: what the schema is called on the wire: letters, digits, `_` and `-`.
        description: what the schema is for, for the model to read.
        strict: hold the model to the schema; None leaves the provider's own default.
        target: the Python type that the schema was made from, and that `parse()` makes.
    """

    type: FormatType = "text"
    schema: JsonObject | None = field(default=None, kw_only=True)
    name: str = field(default="response", kw_only=True)
    description: str | None = field(default=None, kw_only=True)
    strict: bool | None = field(default=None, kw_only=True)
    target: builtins.type[T_co] | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.type not in ("text", "json_object", "json_schema"):
            raise InvalidRequestError(
                f"must be text, json_object or json_schema, not {shown(self.type)}",
                field="response_format.type",
            )
        if (self.schema is not None) != (self.type == "json_schema"):
            raise InvalidRequestError(
                "goes with json_schema, and with it only", field="response_format.schema"
            )
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", check.text(self.name, "response_format.name")):
            raise InvalidRequestError(
                f"must be 1 to 64 letters, digits, _ or -, not {shown(self.name)}",
                field="response_format.name",
            )

    @classmethod
    def json_schema(
        cls,
        schema: Mapping[str, object] | builtins.type[T],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool | None = True,
    ) -> ResponseFormat[T]:
        """JSON of a schema, given as a JSON Schema or as a type to make one from.

        Raises:
            InvalidRequestError: it is neither, or the type has no JSON form.
        """
        if isinstance(schema, Mapping):
            checked = check.json_object(schema, "response_format.schema")
            title = checked.get("title")
            return ResponseFormat(
                "json_schema",
                schema=checked,
                name=name or _as_name(title if isinstance(title, str) else ""),
                description=description,
                strict=strict,
            )
        from .json_schema import schema_of  # only typed formats need it

        return ResponseFormat(
            "json_schema",
            schema=schema_of(schema),
            name=name or _as_name(getattr(schema, "__name__", "")),
            description=description,
            strict=strict,
            target=schema,
        )

    @classmethod
    def of(cls, value: object) -> ResponseFormat[object]:
        """A format from a `ResponseFormat`, OpenAI's object, or a type.

        Raises:
            InvalidRequestError: it is none of these.
        """
        if isinstance(value, ResponseFormat):
            return value
        if isinstance(value, Mapping):
            return cls.from_dict(value)
        if isinstance(value, type):
            return cls.json_schema(value)
        raise InvalidRequestError(
            f"must be a ResponseFormat, a mapping in OpenAI's form or a type, not {shown(value)}",
            field="response_format",
        )

    def to_dict(self) -> dict[str, JsonValue]:
        """The format in OpenAI's form; `target`, being a type, is left out."""
        if self.type != "json_schema":
            return {"type": self.type}
        inner: dict[str, JsonValue] = {"name": self.name, "schema": self.schema}
        if self.description is not None:
            inner["description"] = self.description
        if self.strict is not None:
            inner["strict"] = self.strict
        return {"type": self.type, "json_schema": inner}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> ResponseFormat[object]:
        """A format from OpenAI's form."""
        where = "response_format.json_schema"
        if data.get("type") != "json_schema":
            return ResponseFormat(cast("FormatType", data.get("type")))
        inner = data.get("json_schema")
        if not isinstance(inner, Mapping):
            raise InvalidRequestError("must be an object", field=where)
        for key in inner:
            if key not in ("name", "schema", "description", "strict"):
                raise InvalidRequestError("is not a field of it", field=f"{where}.{key}")
        return ResponseFormat(
            "json_schema",
            schema=check.json_object(inner.get("schema"), f"{where}.schema"),
            name=check.text(inner.get("name", "response"), f"{where}.name"),
            description=check.optional_text(inner.get("description"), f"{where}.description"),
            strict=check.flag(inner.get("strict"), f"{where}.strict"),
        )


def _as_name(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", title).strip("_")[:64] or "response"

"""Tools that a model may call, and its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final, Literal, cast

from attrs import Attribute, field

from .._frozen import frozen
from .._json import JsonObject, JsonValue, dumps, loads
from ..errors import InvalidRequestError, ToolArgumentsError, shown
from . import _validate as check
from .part_form import cache_control_from_dict, cache_control_to_dict
from .parts import CacheControl

EMPTY_PARAMETERS: Final[JsonObject] = {"type": "object", "properties": {}}
"""The schema of a tool that takes nothing."""


def _name(value: str) -> str:
    return check.text(value, "tool.name", empty=False)


def _description(value: str) -> str:
    return check.text(value, "tool.description")


def _parameters(value: Mapping[str, object]) -> JsonObject:
    schema = check.json_object(value, "tool.parameters")
    return schema or EMPTY_PARAMETERS


def _strict(value: bool | None) -> bool | None:
    return check.flag(value, "tool.strict")


_TOOL_FIELDS: Final = ("name", "description", "parameters", "strict")


@frozen
class Tool:
    """A function that the model may call.

    Args:
        name: what the model calls it.
        description: when and why to call it.
        parameters: a JSON Schema of an object; empty for a tool that takes nothing.
        strict: hold the model to the schema, where the provider can; None leaves it alone.
        cache_control: a prompt-cache marker.
        function: the Python function behind it, where there is one.
    """

    name: str = field(converter=_name)
    description: str = field(default="", converter=_description)
    parameters: JsonObject = field(factory=dict, converter=_parameters)
    strict: bool | None = field(default=None, kw_only=True, converter=_strict)
    cache_control: CacheControl | None = field(default=None, kw_only=True)
    function: Callable[..., object] | None = field(default=None, kw_only=True, repr=False, eq=False)

    def to_dict(self) -> dict[str, JsonValue]:
        """The tool in OpenAI's form; `function`, being code, is left out."""
        function: dict[str, JsonValue] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        function["parameters"] = self.parameters
        if self.strict is not None:
            function["strict"] = self.strict
        result: dict[str, JsonValue] = {"type": "function", "function": function}
        if self.cache_control is not None:
            result["cache_control"] = cache_control_to_dict(self.cache_control)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, field: str = "tool") -> Tool:
        """A tool from OpenAI's form, or from its `function` object alone."""
        if data.get("type", "function") != "function":
            raise InvalidRequestError(
                f"must be 'function', not {shown(data['type'])}", field=f"{field}.type"
            )
        inner = data.get("function", data)
        if not isinstance(inner, Mapping):
            raise InvalidRequestError("must be an object", field=f"{field}.function")
        nested = inner is not data
        where = f"{field}.function" if nested else field
        for key in data:
            if key not in ("type", "cache_control", *(("function",) if nested else _TOOL_FIELDS)):
                raise InvalidRequestError("is not a field of a tool", field=f"{field}.{key}")
        for key in inner if nested else ():
            if key not in _TOOL_FIELDS:
                raise InvalidRequestError("is not a field of a tool", field=f"{where}.{key}")
        cache_control = cache_control_from_dict(data.get("cache_control"), f"{field}.cache_control")
        try:
            return cls(
                name=cast("str", inner.get("name")),
                description="" if inner.get("description") is None else inner["description"],
                parameters={} if inner.get("parameters") is None else inner["parameters"],
                strict=inner.get("strict"),
                cache_control=cache_control,
            )
        except InvalidRequestError as error:
            inside = error.field.removeprefix("tool.")
            reason = error.reason
        raise InvalidRequestError(reason, field=f"{where}.{inside}")


@frozen
class ToolChoice:
    """Whether and what the model must call.

    Use the constants `AUTO`, `NONE` and `REQUIRED`, or `ToolChoice.named("get_weather")`.
    """

    mode: Literal["auto", "none", "required", "named"]
    name: str | None = None

    AUTO: ClassVar[ToolChoice]
    NONE: ClassVar[ToolChoice]
    REQUIRED: ClassVar[ToolChoice]

    def __attrs_post_init__(self) -> None:
        if self.mode not in ("auto", "none", "required", "named"):
            raise InvalidRequestError(
                f"must be auto, none, required or the name of a tool, not {shown(self.mode)}",
                field="tool_choice",
            )
        if (self.name is not None) != (self.mode == "named"):
            raise InvalidRequestError("a name goes with mode 'named' only", field="tool_choice")

    @classmethod
    def named(cls, name: str) -> ToolChoice:
        """The model must call the tool *name*."""
        return cls("named", check.text(name, "tool_choice", empty=False))

    @classmethod
    def of(cls, value: object) -> ToolChoice:
        """A choice from "auto", "none", "required" ("any" is the same), or OpenAI's object."""
        if isinstance(value, ToolChoice):
            return value
        if isinstance(value, str):
            return cls("required") if value == "any" else cls(cast("Literal['auto']", value))
        if isinstance(value, Mapping):
            inner = value.get("function", value)
            name = inner.get("name") if isinstance(inner, Mapping) else None
            if isinstance(name, str):
                return cls.named(name)
        raise InvalidRequestError(
            f"must be auto, none, required or name a tool, not {shown(value)}", field="tool_choice"
        )

    def to_json(self) -> JsonValue:
        """The choice in OpenAI's form."""
        if self.mode == "named":
            return {"type": "function", "function": {"name": self.name}}
        return self.mode


ToolChoice.AUTO = ToolChoice("auto")
ToolChoice.NONE = ToolChoice("none")
ToolChoice.REQUIRED = ToolChoice("required")


def _is_text(_: object, attribute: Attribute[str], value: object) -> None:
    # Its form is the model's own, half a surrogate pair included.
    if not isinstance(value, str):
        raise InvalidRequestError(f"must be text, not {type(value).__name__}", field=attribute.name)


@frozen
class FunctionCall:
    """A call as OpenAI's own objects hold it, for code that was written for them.

    Args:
        name: the tool's name.
        arguments: the arguments as the model wrote them: JSON text, perhaps broken.
    """

    name: str
    arguments: str


@frozen
class ToolCall:
    """A call that the model asks for.

    Args:
        id: what its result refers to; made up, stable, where the provider sends none.
        name: the tool's name.
        arguments_json: the arguments as the model wrote them: JSON text, perhaps broken.
        signature: what the provider needs to see again beside this call; opaque.
        provider: whose `signature` it is.
    """

    id: str = field(validator=_is_text)
    name: str = field(validator=_is_text)
    arguments_json: str = field(default="{}", validator=_is_text)
    signature: str | None = field(default=None, kw_only=True, repr=False)
    provider: str | None = field(default=None, kw_only=True, repr=False)

    @property
    def arguments(self) -> dict[str, JsonValue]:
        """The arguments, parsed now; of an empty text or `null`, `{}`.

        Raises:
            ToolArgumentsError: the text is not a JSON object; the error keeps it.
        """
        source = self.arguments_json
        if not source or source.isspace():
            return {}
        try:
            value = loads(source)
        except ValueError:
            reason = "not JSON"
        else:
            if isinstance(value, dict):
                return value
            if value is None:
                return {}
            reason = "not a JSON object"
        raise ToolArgumentsError(
            f"the arguments of the call of {self.name!r} are {reason}: {source[:200]!r}",
            text=source,
        )

    @property
    def function(self) -> FunctionCall:
        """The same by OpenAI's names: `call.function.name`, `call.function.arguments`."""
        return FunctionCall(self.name, self.arguments_json)

    @classmethod
    def of(cls, name: str, arguments: Mapping[str, object], *, id: str) -> ToolCall:
        """A call from its arguments as values."""
        checked = check.json_object(arguments, "arguments")
        return cls(id, name, dumps(checked).decode())

    def to_dict(self) -> dict[str, JsonValue]:
        """The call in OpenAI's form."""
        function: dict[str, JsonValue] = {"name": self.name, "arguments": self.arguments_json}
        result: dict[str, JsonValue] = {"id": self.id, "type": "function", "function": function}
        if self.signature is not None:
            result["signature"] = self.signature
        if self.provider is not None:
            result["provider"] = self.provider
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, field: str = "tool_call") -> ToolCall:
        """A call from OpenAI's form; `arguments` may be text or an object."""
        inner = data.get("function")
        if not isinstance(inner, Mapping):
            raise InvalidRequestError("must be an object", field=f"{field}.function")
        arguments = inner.get("arguments")
        if arguments is None:
            arguments = ""
        elif isinstance(arguments, Mapping):
            where = f"{field}.function.arguments"
            arguments = dumps(check.json_object(arguments, where)).decode()
        return cls(
            id=check.text(data.get("id"), f"{field}.id"),
            name=check.text(inner.get("name"), f"{field}.function.name", empty=False),
            arguments_json=check.text(arguments, f"{field}.function.arguments"),
            signature=check.optional_text(data.get("signature"), f"{field}.signature"),
            provider=check.optional_text(data.get("provider"), f"{field}.provider"),
        )

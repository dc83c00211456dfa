"""Tools from Python functions, and a model's calls as their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast, overload

from ..errors import InvalidRequestError, ToolArgumentsError
from . import _validate as check
from .json_schema import schema_of_callable
from .signatures import parameters_of, plain_function
from .tools import Tool, ToolCall
from .validate_json import fitted


@overload
def tool(
    function: Callable[..., object],
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = None,
) -> Tool: ...
@overload
def tool(
    function: None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = None,
) -> Callable[[Callable[..., object]], Tool]: ...
def tool(
    function: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = None,
) -> Tool | Callable[[Callable[..., object]], Tool]:
    """A tool from a function, as `@tool`, `@tool(…)` or `tool(function)`.

    The parameters' schema comes from the annotations; what they mean from `Annotated[T,
    "text"]` or the docstring, in Google's, NumPy's or Sphinx's form. `tool.function` is the
    function itself.

    Args:
        function: a function or method whose parameters have names and annotations.
        name: what the model calls it; else the function's own name.
        description: when and why to call it; else the docstring's text before its sections.
        strict: hold the model to the schema, where the provider can.

    Raises:
        InvalidRequestError: a parameter has no annotation, no JSON form, or no name that a
            caller must use (`*args`, `**kwargs`, positional-only).
    """
    if function is None:
        return lambda found: tool(found, name=name, description=description, strict=strict)
    if not callable(function):
        raise InvalidRequestError(f"must be a function, not {function!r}", field="tool")
    parameters, told = schema_of_callable(function)
    plain = plain_function(function)
    named = name or str(getattr(plain, "__name__", type(plain).__name__))
    if named == "<lambda>":
        raise InvalidRequestError("a lambda has no name: give one", field="tool.name")
    return Tool(
        named,
        told if description is None else description,
        parameters,
        strict=strict,
        function=function,
    )


def tools_of(value: object, field: str = "tools") -> tuple[Tool, ...]:
    """Tools as they may be given, typed: `Tool`s, functions, or mappings in OpenAI's form.

    Raises:
        InvalidRequestError: one cannot be right, or two have the same name; the error says
            which.
    """
    if isinstance(value, Tool) or callable(value):
        raise InvalidRequestError("must be a list of tools, not one tool", field=field)
    found: dict[str, Tool] = {}
    for index, item in enumerate(check.sequence(value, field)):
        made = _tool(item, f"{field}[{index}]")
        if made.name in found:
            earlier = list(found).index(made.name)
            reason = f"has the name {made.name!r} of {field}[{earlier}]"
            raise InvalidRequestError(reason, field=f"{field}[{index}].name")
        found[made.name] = made
    return tuple(found.values())


def _tool(item: object, field: str) -> Tool:
    if isinstance(item, Tool):
        return item
    if isinstance(item, Mapping):
        return Tool.from_dict(item, field=field)
    if not callable(item):
        reason = f"must be a Tool, a function or a mapping, not {type(item).__name__}"
        raise InvalidRequestError(reason, field=field)
    try:
        return tool(item)
    except InvalidRequestError as error:
        inside, reason = error.field.removeprefix("tool"), error.reason
    raise InvalidRequestError(reason, field=f"{field}{inside}")


def bind_arguments(tool: Tool, call: ToolCall) -> dict[str, object]:
    """The arguments of *call*, as the types that the tool's function is annotated with.

    They are checked against `tool.parameters` first. A parameter that the model left out is
    left out, so that the function's own default counts: call it as
    `tool.function(**bind_arguments(tool, call))`. A tool without a function gives plain JSON.

    Raises:
        ToolArgumentsError: they are not JSON, or do not fit. Its text says what is wrong at
            which argument, so it can go back to the model as the tool's answer.
    """
    try:
        given, found = fitted(call.arguments, tool.parameters, at="arguments")
        bound, reasons = dict(cast("Mapping[str, object]", given)), list(map(str, found))
    except RecursionError:
        bound, reasons = {}, ["arguments: are nested too deeply"]
    if tool.function is not None and not reasons:
        reasons = _make(bound, tool.function)
    if reasons:
        told = "\n".join(reasons)
        raise ToolArgumentsError(
            f"the arguments of the call of {call.name!r} do not fit:\n{told}",
            text=call.arguments_json,
            reason="type",
        )
    return bound


def _make(bound: dict[str, object], function: Callable[..., object]) -> list[str]:
    """Put values of *function*'s types in the place of JSON; why that failed, where it did."""
    from .structure import structured  # with cattrs

    known = {name: hint for name, hint, _ in parameters_of(function)}
    reasons = []
    for name, value in bound.items():
        where = f"arguments.{name}"
        if name not in known:
            reasons.append(f"{where}: is not a known argument")
            continue
        try:
            bound[name] = structured(value, known[name], at=where, field=f"tool.{name}")
        except InvalidRequestError:
            raise
        except ValueError as error:
            reasons.append(str(error))
    return reasons

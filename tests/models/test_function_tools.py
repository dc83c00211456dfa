"""`tool`: functions as tools, and calls as their arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pytest
from attrs import frozen

from llmkit._json import dumps
from llmkit._models.function_tools import bind_arguments, tool, tools_of
from llmkit._models.tools import EMPTY_PARAMETERS, Tool, ToolCall
from llmkit.errors import InvalidRequestError, ToolArgumentsError

from . import kinds


def google(city: str, days: int = 3, *, sky: kinds.Sky | None = None, **_ignored: object) -> str:
    """Say the weather.

    In more words.

    Args:
        city (str, in English): the city's name,
            as people say it
        days: how many days: from 1 on
        sky (kinds.Sky | None): only such days

    Returns:
        text: the weather

    Raises:
        ValueError: never
    """
    return city


def numpy(city: str, days: int = 3) -> str:
    """Say the weather.

    Parameters
    ----------
    city : str
        the city's name,
        as people say it
    days, hours : int, optional
        how many

    Returns
    -------
    str
        the weather
    """
    return city


def sphinx(city: str, days: int = 3) -> str:
    """Say the weather.

    :param str city: the city's name,
        as people say it
    :type days: int
    :param days: how many
    :returns: the weather
    :raises ValueError: never
    """
    return city


@pytest.mark.parametrize("function", [numpy, sphinx])
def test_docstring(function: Callable[..., object]) -> None:
    """Parameters are described by the docstring, in any of its three forms."""
    made = tool(function)
    assert made == Tool(
        function.__name__,
        "Say the weather.",
        {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "the city's name, as people say it"},
                "days": {"type": "integer", "description": "how many", "default": 3},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    )
    assert made.function is function


def test_google_docstring() -> None:
    """Google's form may say types in brackets, with colons, and go on in further lines."""
    found = tool(functools.partial(_google))
    assert found.name == "_google"
    assert found.description == "Say the weather.\n\nIn more words."
    properties: Any = found.parameters["properties"]
    assert [item["description"] for item in properties.values()] == [
        "the city's name, as people say it",
        "how many days: from 1 on",
        "only such days",
    ]


def _google(city: str, days: int = 3, *, sky: kinds.Sky | None = None) -> str:
    return city


_google.__doc__ = google.__doc__


def test_annotation_stands_above_docstring() -> None:
    """`Annotated[T, "text"]` is the parameter's own word."""

    def f(n: Annotated[int, "its own"]) -> None:
        """Do.

        Args:
            n: the docstring's
        """

    assert tool(f).parameters["properties"] == {"n": {"type": "integer", "description": "its own"}}


def test_three_ways() -> None:
    """`@tool`, `@tool(…)` and `tool(function)` are the same."""

    @tool
    def plain(n: int) -> int:
        """Plain."""
        return n

    @tool(name="other", description="Own words.", strict=True)
    def dressed(n: int) -> int:
        return n

    assert (plain.name, plain.description, plain.strict) == ("plain", "Plain.", None)
    assert (dressed.name, dressed.description, dressed.strict) == ("other", "Own words.", True)
    assert plain.function is not None
    assert plain.function(3) == 3
    assert plain.parameters == dressed.parameters


def test_takes_nothing() -> None:
    """A function without parameters is a tool that takes an empty object."""
    made = tool(lambda: 3, name="three")
    assert made.parameters == {**EMPTY_PARAMETERS, "additionalProperties": False}


class Service:
    """A thing with a method."""

    def ask(self, n: int) -> int:
        """Ask."""
        return n

    def __call__(self, n: int) -> int:
        """Call."""
        return n


def test_methods() -> None:
    """A method is a tool without its `self`, bound or not; so is an object that can be called."""
    expected = {"n": {"type": "integer"}}
    for function in (Service().ask, Service.ask, Service()):
        assert tool(function).parameters["properties"] == expected
    assert tool(Service()).name == "Service"


def test_async_function() -> None:
    """An async function is a tool like another; who calls it awaits it."""

    async def f(n: int) -> int:
        return n

    assert tool(f).parameters["required"] == ["n"]


def test_class_as_a_tool() -> None:
    """A class is a function that makes one: its fields are the parameters."""
    made = tool(kinds.Day)
    assert made.parameters["required"] == ["low", "high"]
    found = bind_arguments(made, ToolCall("1", "Day", '{"low":1,"high":2,"sky":"cloudy"}'))
    assert made.function is not None
    assert made.function(**found) == kinds.Day(1, 2, kinds.Sky.CLOUDY)


def _positional(a: int, /) -> None: ...
def _variadic(*a: int) -> None: ...
def _untyped(a, b: int) -> None: ...  # type: ignore[no-untyped-def]
def _no_json(a: list[bytes]) -> None: ...
def _unknown(a: NotThere) -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        (_positional, "tools[0].a", "positional-only"),
        (_variadic, "tools[0].a", "variadic"),
        (google, "tools[0]._ignored", "variadic"),
        (_untyped, "tools[0].a", "no annotation"),
        (_no_json, "tools[0].a[]", "bytes has no JSON form"),
        (_unknown, "tools[0]", "NotThere"),
        (lambda: 3, "tools[0].name", "lambda"),
        (print, "tools[0].args", "variadic"),
        (3, "tools[0]", "int"),
        ("f", "tools[0]", "str"),
        ({"name": ""}, "tools[0].name", "empty"),
        ({"type": "function", "function": {"name": 3}}, "tools[0].function.name", "text"),
    ],
)
def test_refused(given: object, field: str, told: str) -> None:
    """What a model cannot call is refused, and the error names it and its place."""
    with pytest.raises(InvalidRequestError) as caught:
        tools_of([given])
    assert caught.value.field == field
    assert told in str(caught.value)


@pytest.mark.parametrize("given", [numpy, Tool("a"), {"name": "a"}, "abc", 3])
def test_one_is_no_list(given: object) -> None:
    """Tools are a list, even one."""
    with pytest.raises(InvalidRequestError) as caught:
        tools_of(given)
    assert caught.value.field == "tools"


def test_tools_in_any_form() -> None:
    """Tools, functions and mappings may stand beside each other; their order stays."""
    found = tools_of([Tool("a"), numpy, {"type": "function", "function": {"name": "b"}}])
    assert [item.name for item in found] == ["a", "numpy", "b"]
    assert tools_of(()) == ()


def test_no_two_of_a_name() -> None:
    """A model could not tell two tools of one name apart."""
    with pytest.raises(InvalidRequestError) as caught:
        tools_of([numpy, Tool("a"), {"name": "numpy"}])
    assert caught.value.field == "tools[2].name"
    assert "tools[0]" in str(caught.value)


def test_not_a_function() -> None:
    """`tool` takes what can be called."""
    with pytest.raises(InvalidRequestError):
        tool(3)  # type: ignore[call-overload]


@frozen
class Place:
    city: str
    when: date


@tool
def forecast(place: Place, days: int = 3, scale: float | None = None) -> str:
    """Say the weather."""
    return f"{place.city} {place.when:%d} {days} {scale}"


def call(**arguments: object) -> ToolCall:
    """A call of `forecast`."""
    return ToolCall("1", "forecast", dumps(arguments).decode())


def test_bound() -> None:
    """Arguments become the annotated types; what was left out is left to the default."""
    found = bind_arguments(forecast, call(place={"city": "Paris", "when": "2026-05-01"}, scale=2))
    assert found == {"place": Place("Paris", date(2026, 5, 1)), "scale": 2.0}
    assert isinstance(found["scale"], float)
    assert forecast.function is not None
    assert forecast.function(**found) == "Paris 01 3 2.0"


def test_null_leaves_it_to_the_default() -> None:
    """A null for a parameter that may not be null, and may be left out, leaves it out."""
    found = bind_arguments(
        forecast, call(place={"city": "Paris", "when": "2026-05-01"}, days=None, scale=None)
    )
    assert found == {"place": Place("Paris", date(2026, 5, 1)), "scale": None}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (call(), ["arguments.place: is missing"]),
        (
            call(place={"city": 3, "when": "soon"}, days="3", mood="good"),
            [
                "arguments.place.city: must be a string, not 3",
                'arguments.place.when: must be text in the form of a date, not "soon"',
                'arguments.days: must be an integer, not "3"',
                "arguments.mood: is not a known field",
            ],
        ),
        (call(place={"city": "a"}), ["arguments.place.when: is missing"]),
    ],
)
def test_misfit(given: ToolCall, told: list[str]) -> None:
    """Arguments that do not fit raise an error that a model can read and mend."""
    with pytest.raises(ToolArgumentsError) as caught:
        bind_arguments(forecast, given)
    assert caught.value.reason == "type"
    assert caught.value.text == given.arguments_json
    assert str(caught.value).splitlines()[1:] == told


def test_broken_json() -> None:
    """Arguments that are no JSON keep their own reason."""
    with pytest.raises(ToolArgumentsError) as caught:
        bind_arguments(forecast, ToolCall("1", "forecast", '{"place":'))
    assert caught.value.reason == "json"


def test_validators_count() -> None:
    """What the class's own validators refuse is a misfit, with their words."""

    def pay(what: kinds.Positive) -> None: ...

    with pytest.raises(ToolArgumentsError) as caught:
        bind_arguments(tool(pay), ToolCall("1", "pay", '{"what":{"amount":-1}}'))
    assert "arguments.what: 'amount' must be > 0: -1" in str(caught.value)


def test_tool_without_a_function() -> None:
    """A tool that is a schema alone gives plain JSON, checked."""
    made = Tool("f", "", {"type": "object", "properties": {"n": {"type": "integer"}}})
    assert bind_arguments(made, ToolCall("1", "f", '{"n":1,"m":2}')) == {"n": 1, "m": 2}
    with pytest.raises(ToolArgumentsError):
        bind_arguments(made, ToolCall("1", "f", '{"n":"1"}'))


def test_schema_wider_than_the_function() -> None:
    """An argument that the schema lets through and the function does not know is refused."""

    def f(n: int) -> None: ...

    made = Tool("f", "", {"type": "object"}, function=f)
    assert bind_arguments(made, ToolCall("1", "f", '{"n":1}')) == {"n": 1}
    with pytest.raises(ToolArgumentsError, match=r"arguments\.m: is not a known argument"):
        bind_arguments(made, ToolCall("1", "f", '{"n":1,"m":2}'))


def test_nested_too_deeply() -> None:
    """Arguments without end are refused, not crashed on."""
    deep = '{"a":' * 3000 + "1" + "}" * 3000
    made = Tool("f", "", {"additionalProperties": {"$ref": "#"}})
    with pytest.raises(ToolArgumentsError):
        bind_arguments(made, ToolCall("1", "f", deep))

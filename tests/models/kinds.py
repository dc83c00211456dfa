"""Types of every kind that an answer may be parsed to."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, time
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
)
from uuid import UUID

import pydantic
from attrs import field, frozen, validators
from typing_extensions import TypeAliasType

T = TypeVar("T")
Metres = NewType("Metres", float)


Heights = TypeAliasType("Heights", list[Metres])
Pair = TypeAliasType("Pair", tuple[T, T], type_params=(T,))


class Sky(enum.Enum):
    """How it looks up there."""

    CLEAR = "clear"
    CLOUDY = "cloudy"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@frozen
class Day:
    """One day.

    More of it.

    Args:
        low: the coldest, in degrees
            Celsius.
        sky: how it looks.
    """

    low: float
    high: float
    sky: Sky = Sky.CLEAR
    note: str | None = None


@frozen
class Weather:
    city: Annotated[str, "the city's name"]
    days: list[Day] = field(factory=list)
    first: Annotated[Day | None, "the first day"] = None


@frozen
class Tree:
    """A tree."""

    name: str
    branches: tuple[Tree, ...] = ()


@frozen
class Box(Generic[T]):
    value: T
    spare: list[T] = field(factory=list)


class IntBox(Box[int]):
    """A box of a number."""


@dataclass
class Point(Generic[T]):
    x: T
    y: T
    label: str = dataclass_field(default="", metadata={"description": "what it is"})
    made: str = dataclass_field(default="", init=False)


class Song(TypedDict):
    """A song."""

    title: str
    year: NotRequired[int]


class Notes(TypedDict, total=False):
    text: Required[Annotated[str, "what it says"]]
    pinned: bool


class Span(NamedTuple):
    start: date
    end: date | None = None


@frozen
class Renamed:
    source: str = field(alias="origin")
    _secret: int = 0


@frozen
class Positive:
    amount: int = field(validator=validators.gt(0))


@frozen
class Moments:
    at: datetime
    on: date
    clock: time
    id: UUID
    price: Decimal
    mixed: date | str | None = None


@frozen
class Loose:
    anything: Any
    thing: object
    mapping: Mapping[str, int]
    sequence: Sequence[int]
    bare: dict  # type: ignore[type-arg]  # a bare one is JSON, too
    word: Literal["a", 1, True, None]
    height: Metres = Metres(1.0)


@frozen
class Marked:
    items: list[Annotated[int, {"least": 1}]]
    one: Annotated[int | None, ["a list"]] = None


@frozen
class Cat:
    name: str
    lives: int = 9


@frozen
class Dog:
    name: str
    tricks: list[str]


class City(pydantic.BaseModel):
    """A city, as pydantic has it."""

    name: str
    people: int = 0


class Country(pydantic.BaseModel):
    cities: list[City]
    neighbours: list[Country] = []


@frozen
class Trip:
    to: City
    via: list[Country] = field(factory=list)

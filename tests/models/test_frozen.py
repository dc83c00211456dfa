"""`llmkit._frozen`: its classes are what `attrs.frozen` makes, though they share methods."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest
from attrs import field

from llmkit import TextPart, UserMessage
from llmkit._frozen import frozen


def _shown(value: object) -> str:
    return f"<{value}>"


def _kinds(decorate: Any) -> tuple[type[Any], ...]:
    """A class of each sort, made by *decorate*."""

    @decorate
    class Plain:
        one: object
        two: object = 2
        three: object = field(default=3, kw_only=True)

    @decorate
    class Empty:
        pass

    @decorate(kw_only=True)
    class Left:
        one: object
        two: object = field(default=2, repr=False)
        three: object = field(default=3, eq=False, repr=_shown)

    @decorate
    class Keyed:
        one: object = field(eq=str)
        two: object = field(default=2, hash=False)
        three: object = field(default=3, eq=False, hash=True)

    return (Plain, Left, Keyed, *_more_kinds(decorate, Plain), Empty)


def _more_kinds(decorate: Any, plain: Any) -> tuple[type[Any], ...]:
    @decorate(cache_hash=True)
    class Cached:
        one: object
        two: object = field(default=2, hash=False)
        three: object = 3

    @decorate(eq=False, repr=False)
    class Itself:
        one: object
        two: object = 2
        three: object = 3

    @decorate
    class Own:
        one: object
        two: object = 2
        three: object = 3

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    @decorate
    class Inherits(plain):  # type: ignore[misc]  # of either sort
        four: object = 4

    return (Cached, Itself, Own, Inherits)


OURS, THEIRS = _kinds(frozen), _kinds(attrs.frozen)
PAIRS = [
    pytest.param(ours, theirs, id=ours.__name__)
    for ours, theirs in zip(OURS, THEIRS)
    if ours.__name__ != "Empty"
]
VALUES: list[dict[str, object]] = [
    {"one": 1},
    {"one": 1.0},
    {"one": True},
    {"one": "1"},
    {"one": None},
    {"one": (1, "a")},
    {"one": 1, "two": 5},
    {"one": 1, "three": 5},
    {"one": 1, "two": 5, "three": 5},
]


def _made(kind: type[Any]) -> list[Any]:
    return [kind(**values) for values in VALUES]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_values_are_equal_where_those_of_attrs_are(ours: type[Any], theirs: type[Any]) -> None:
    """Each with each, and with what is of another class."""
    mine, its = [*_made(ours), *_made(ours), 1], [*_made(theirs), *_made(theirs), 1]
    assert [[a == b for b in mine] for a in mine] == [[a == b for b in its] for a in its]
    assert [[a != b for b in mine] for a in mine] == [[a != b for b in its] for a in its]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_hashes_are_the_same_where_those_of_attrs_are(ours: type[Any], theirs: type[Any]) -> None:
    """So that a value finds itself in a set, and a field without a hash does not count."""

    def groups(values: list[Any]) -> list[list[bool]]:
        return [[hash(a) == hash(b) for b in values] for a in values]

    assert groups([*_made(ours), *_made(ours)]) == groups([*_made(theirs), *_made(theirs)])


@pytest.mark.parametrize(("ours", "theirs"), [p for p in PAIRS if p.id != "Itself"])
def test_the_repr_is_that_of_attrs(ours: type[Any], theirs: type[Any]) -> None:
    """The class's name, and the fields that are not kept out of it."""
    assert list(map(repr, _made(ours))) == list(map(repr, _made(theirs)))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_fields_slots_and_matching_are_those_of_attrs(ours: type[Any], theirs: type[Any]) -> None:
    """attrs itself makes the class: what reads it finds what it looks for."""
    assert attrs.fields(ours) == attrs.fields(theirs)
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert attrs.evolve(ours(one=1), two=9).two == 9
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ours(one=1).one = 2


def test_a_class_without_fields_has_equal_values() -> None:
    """There is nothing to differ in."""
    ours, theirs = OURS[-1], THEIRS[-1]
    assert ours() == ours()
    assert hash(ours()) == hash(ours())
    assert ours() != theirs()
    assert repr(ours()) == repr(theirs())


def test_a_value_that_holds_itself_has_a_repr() -> None:
    """As attrs has it: `...` where it comes again."""
    shown = []
    for kind in (OURS[0], THEIRS[0]):
        held: list[object] = []
        value = kind(held)
        held.append(value)
        shown.append(repr(value))
    assert shown[0] == shown[1]
    assert "..." in shown[0]


def test_a_subclass_of_the_users_own_is_another_class() -> None:
    """And its values are equal among themselves."""

    class Mine(TextPart):
        pass

    assert Mine("a") == Mine("a")
    assert Mine("a") != TextPart("a")
    assert repr(Mine("a")) == repr(TextPart("a")).replace("TextPart", "Mine")


def test_values_pickle() -> None:
    """A message goes to another process, and is equal there."""
    message = UserMessage([TextPart("a"), TextPart("b")])
    again = pickle.loads(pickle.dumps(message))
    assert again == message
    assert hash(again.parts) == hash(message.parts)

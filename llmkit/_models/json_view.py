"""What was there of a JSON value at one moment, while it grew.

A reader keeps what it has read in lists that only grow. A view of them is a few numbers: how
much of each list was there. So a view costs nothing to make, never changes, and becomes plain
values when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, frozen


@define(eq=False)
class Text:
    """A string, growing."""

    pieces: list[str]
    length: int = 0

    def add(self, piece: str) -> None:
        """It goes on with *piece*."""
        self.pieces.append(piece)
        self.length += len(piece)

    def upto(self, length: int) -> str:
        """Its first *length* characters."""
        if len(self.pieces) != 1:
            self.pieces[:] = ["".join(self.pieces)]  # once: views that come later need less
        return self.pieces[0][:length]


@define(eq=False)
class Container:
    """An array, or an object whose values' keys are beside them; its last may be open still."""

    keys: list[str] | None
    values: list[object]

    def upto(self, count: int, *last: object) -> object:
        """The first *count* of its values, *last* in the place of the last of them."""
        values = [*self.values[: count - len(last)], *last]
        # Of two values for one key the later one counts, as for Python's own parser.
        return values if self.keys is None else dict(zip(self.keys, values))


@frozen(eq=False)
class View:
    """What was there of a JSON value at one moment."""

    _path: tuple[tuple[Container | Text, int], ...] = ()
    _whole: object = None
    _begun: bool = False

    @property
    def begun(self) -> bool:
        """Whether anything was there at all."""
        return bool(self._path) or self._begun

    def value(self) -> object:
        """All of it; None where nothing was there."""
        return _made(self._path) if self._path else self._whole

    def item(self, key: str | int) -> object:
        """What was there under *key*, made without the rest.

        Raises:
            LookupError: nothing was.
        """
        outer = self._path[0][0] if self._path else None
        if not isinstance(outer, Container):
            return self._part(self.value(), key)
        count = self._path[0][1]
        if outer.keys is None:
            place = range(count)[key] if isinstance(key, int) else -1
        else:
            places = (at for at in range(count - 1, -1, -1) if outer.keys[at] == key)
            place = next(places, -1)
        if place < 0:
            raise LookupError(key)
        is_open = place == count - 1 and len(self._path) > 1
        return _made(self._path[1:]) if is_open else outer.values[place]

    @staticmethod
    def _part(value: object, key: str | int) -> object:
        if isinstance(value, dict if isinstance(key, str) else list):
            return value[key]  # type: ignore[index]  # each with its own kind of key
        raise LookupError(key)


def _made(path: Sequence[tuple[Container | Text, int]]) -> object:
    inner: tuple[object, ...] = ()
    for node, count in reversed(path):
        inner = (node.upto(count) if isinstance(node, Text) else node.upto(count, *inner),)
    return inner[0]

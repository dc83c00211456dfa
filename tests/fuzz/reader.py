"""Choices, read from a fuzzer's bytes: what a run does is told by them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Reader:
    """Reads choices from *data*; past its end, all of them are the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._data)

    def below(self, count: int) -> int:
        """A number from 0 to *count* - 1."""
        number = 0
        for _ in range(1 if count <= 256 else 2 if count <= 65536 else 4):
            number = number << 8 | (0 if self.over else self._data[self._at])
            self._at += 1
        return number % max(count, 1)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of *choices*."""
        return choices[self.below(len(choices))]

    def rest(self) -> bytes:
        """All that is left."""
        rest, self._at = self._data[self._at :], len(self._data)
        return rest

    def pieces(self, data: bytes) -> list[bytes]:
        """*data*, whole or cut: into single bytes, pieces of one size, or anywhere."""
        size = self.one_of((0, 0, 1, 2, 3, 7, 16, 64, -1))
        if size == 0:
            return [data]
        if size > 0:
            return [data[at : at + size] for at in range(0, len(data), size)]
        cuts = sorted(self.below(len(data) + 1) for _ in range(self.below(6)))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)])]

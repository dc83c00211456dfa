"""TOML files, read strictly: an error says file, line, key and what was probably meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from .._frozen import frozen
from ..errors import ConfigurationError
from .checks import nearest

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands: `("client", "timeout")`, `("providers", 1, "env")`."""

# Only compiled for an error, as nearly no file has one.
_HEADER: Final = r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?"
_KEY: Final = r"""\s*["']?([\w.-]+)["']?\s*="""


@frozen(repr=False)
class TomlFile:
    """A file that was read.

    Args:
        path: where it is.
        source: its text.
        data: what it says.
    """

    path: str
    source: str
    data: Mapping[str, object]

    def error(self, place: Place, reason: str) -> ConfigurationError:
        """The error about the value at *place*, with file, line and key."""
        line = line_of(self.source, place)
        where = self.path if line is None else f"{self.path}, line {line}"
        said = ".".join(str(step) for step in place if isinstance(step, str))
        return ConfigurationError(f"{where}: {said}: {reason}")

    def table(self, value: object, place: Place) -> Mapping[str, object]:
        """*value*, if it is a table.

        Raises:
            ConfigurationError: it is not.
        """
        if not isinstance(value, dict):
            raise self.error(place, "must be a table")
        return value

    def keys(self, table: Mapping[str, object], known: Iterable[str], place: Place = ()) -> None:
        """Check that *table*, which stands at *place*, has only the *known* keys.

        Raises:
            ConfigurationError: it has another; the error names the nearest right one.
        """
        right = tuple(known)
        for key in table:
            if key not in right:
                near = nearest(key, right) or f"; known are {', '.join(right)}"
                raise self.error((*place, key), f"there is no such key{near}")


def read_toml(path: str | os.PathLike[str]) -> TomlFile:
    """The file at *path*.

    Raises:
        ConfigurationError: it cannot be read, or is not TOML; the error says where.
    """
    import tomllib  # only once a file is read

    name = os.fspath(path)
    try:
        with open(name, encoding="utf-8") as file:
            source = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise ConfigurationError(f"{name}: {reason}") from None
    try:
        return TomlFile(name, source, tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from None


def line_of(source: str, place: Place) -> int | None:
    """The line, from 1, on which the value at *place* is said, or the nearest thing around it.

    A scan and no parser: it knows headers and `key =`, which is how people write such files.
    """
    table: Place = ()
    counts: dict[Place, int] = {}
    best: tuple[int, int] | None = None
    for number, line in enumerate(source.splitlines(), 1):
        header, key = re.fullmatch(_HEADER, line), re.match(_KEY, line)
        if header:
            table = _opened(header[2], array=header[1] == "[[", counts=counts)
            here = table
        elif key:
            here = (*table, *key[1].split("."))
        else:
            continue
        shared = min(len(here), len(place))
        if here[:shared] == place[:shared] and (best is None or shared > best[0]):
            best = (shared, number)
    return best[1] if best else None


def _opened(header: str, *, array: bool, counts: dict[Place, int]) -> Place:
    """The place of the table that a header opens; *counts* has how many each array holds."""
    place: Place = ()
    steps = [step.strip().strip("\"'") for step in header.split(".")]
    for index, step in enumerate(steps):
        place = (*place, step)
        if array and index == len(steps) - 1:
            counts[place] = counts.get(place, 0) + 1
        if place in counts:
            place = (*place, counts[place] - 1)
    return place

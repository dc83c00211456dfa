"""How much a server may send before it is refused."""

from __future__ import annotations

import re
from typing import Final

from attrs import Attribute, field

from ._frozen import frozen
from .errors import BoundsError, InvalidRequestError, shown

MIB: Final = 1024 * 1024

DEEPEST: Final = 1024
"""How deep orjson reads: what nests deeper is no JSON to it.

Source: https://github.com/ijl/orjson#deserialize
"""

MOST_HEAD_BYTES: Final = 64 * 1024
MOST_HEADERS: Final = 100
"""What is safe to ask of every HTTP library: Python's own has the same two limits.

Source: https://github.com/python/cpython/blob/3.11/Lib/http/client.py
"""

_MOST: Final = {"head_bytes": MOST_HEAD_BYTES, "headers": MOST_HEADERS, "depth": DEEPEST}
_BRACKETS: Final = re.compile(rb'[\[{]|[\]}]|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_OPENING: Final = b"[{"
_CLOSING: Final = b"]}"


def _bound(_: object, attribute: Attribute[int], value: object) -> None:
    name = attribute.name
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidRequestError(f"must be a whole number, not {shown(value)}", field=name)
    if value < 1:
        raise InvalidRequestError(f"must be at least 1, not {shown(value)}", field=name)
    if value > _MOST.get(name, value):
        raise InvalidRequestError(f"must be at most {_MOST[name]}, not {shown(value)}", field=name)


@frozen
class Bounds:
    """How much a server may send, the same in both colours. Beyond, there is a `BoundsError`.

    Args:
        body_bytes: a whole answer, inflated; one that comes whole in place of a stream, too.
        head_bytes: the head of an answer: status line and headers; at most 65,536.
        headers: how many headers it has; at most 100.
        error_bytes: how much is read of the body of an error. What is more is left where it
            is: the status alone says that it is an error, and no `BoundsError` takes its place.
        event_bytes: one event or line of a stream, one frame of a binary one.
        stream_bytes: all of a stream, inflated, and with it what is held for its answer.
        depth: how deep the JSON of an answer or an event nests; at most 1024, orjson's own.
            JSON that is told as text (arguments of tool calls) is always held to 1024.
    """

    body_bytes: int = field(default=256 * MIB, validator=_bound)
    head_bytes: int = field(default=MOST_HEAD_BYTES, validator=_bound)
    headers: int = field(default=MOST_HEADERS, validator=_bound)
    error_bytes: int = field(default=MIB, validator=_bound)
    event_bytes: int = field(default=32 * MIB, validator=_bound)
    stream_bytes: int = field(default=1024 * MIB, validator=_bound)
    depth: int = field(default=DEEPEST, validator=_bound)

    def beyond(self, name: str, what: str) -> BoundsError:
        """The error that *what* goes beyond the bound *name*."""
        most: int = getattr(self, name)
        over = {"headers": f"has more than {most} headers", "depth": f"nests deeper than {most}"}
        told = over.get(name, f"is larger than {most} bytes")
        return BoundsError(f"{what} {told} ({name})", bound=name, most=most)

    def check_depth(self, data: bytes, what: str) -> None:
        """That the JSON in *data* nests no deeper than `depth`. Costs nothing at the default.

        Raises:
            BoundsError: it does.
        """
        most = self.depth
        if most < DEEPEST and data.count(b"[") + data.count(b"{") > most and _deep(data, most):
            raise self.beyond("depth", what)


BOUNDS: Final = Bounds()
"""What holds where nobody says more."""


def _deep(data: bytes, most: int) -> bool:
    """Whether brackets outside of strings nest deeper than *most*."""
    depth = 0
    for found in _BRACKETS.finditer(data):
        first = data[found.start()]
        if first in _OPENING:
            depth += 1
            if depth > most:
                return True
        elif first in _CLOSING:
            depth -= 1
    return False

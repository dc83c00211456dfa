"""What the steps of building one request share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, cast

from attrs import Factory

from ..._frozen import frozen
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.parts import CacheControl
from ...errors import InvalidRequestError

if TYPE_CHECKING:
    from . import BedrockConverse

JsonDict: TypeAlias = dict[str, JsonValue]

MAX_MARKS: Final = 4
"""How many prompt-cache markers a request may hold.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
"""

FILLER: Final = "."
"""What is said where the wire wants words and there are none."""


@frozen
class Task:
    """One request in the making.

    Args:
        wire: the adapter.
        adjust: takes down what is changed on the way.
        fields: what goes to the model itself, as `additionalModelRequestFields`.
        names: the names of documents that are taken.
        marks: where prompt-cache markers were set.
    """

    wire: BedrockConverse
    adjust: Adjuster
    fields: JsonDict = Factory(dict)
    names: set[str] = Factory(set)
    marks: list[str] = Factory(list)

    def put(self, path: str, value: JsonValue = None) -> None:
        """Say *value* at *path* of the model's own fields; a value may stand in the path."""
        where, _, said = path.partition("=")
        inside = self.fields
        *outer, last = where.split(".")
        for name in outer:
            inside = cast("JsonDict", inside.setdefault(name, {}))
        inside[last] = said or value

    def point(self, control: CacheControl | None, place: str, field: str) -> JsonDict | None:
        """The cache point that says *control*, which stands at *field*; None where there is none.

        Raises:
            InvalidRequestError: it is one too many.
        """
        if control is None:
            return None
        field = f"{field}.cache_control"
        if place not in self.wire.caches:
            self.adjust.note("dropped", field, f"the model takes no cache points in its {place}")
            return None
        self.marks.append(field)
        if len(self.marks) > MAX_MARKS:
            raise InvalidRequestError(
                f"is prompt-cache marker number {len(self.marks)}; the wire takes {MAX_MARKS}",
                field=field,
            )
        said: JsonDict = {"type": "default"}
        if control.ttl in self.wire.ttls:
            said["ttl"] = control.ttl
        elif control.ttl is not None:
            self.adjust.note("dropped", f"{field}.ttl", "the model has one time for all")
        return {"cachePoint": said}

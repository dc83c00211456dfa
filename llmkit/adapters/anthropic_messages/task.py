"""What the steps of building one request share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import Factory

from ..._frozen import frozen
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.part_form import cache_control_to_dict
from ..._models.parts import CacheControl
from ...errors import InvalidRequestError

if TYPE_CHECKING:
    from . import AnthropicMessages

JsonDict: TypeAlias = dict[str, JsonValue]

MAX_MARKS: Final = 4
"""How many prompt-cache markers a request may hold.

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""


@frozen
class Task:
    """One request in the making.

    Args:
        wire: the adapter.
        adjust: takes down what is changed on the way.
        marks: where prompt-cache markers were set, in the order in which the wire reads them.
        betas: beta features that the request turns out to need.
    """

    wire: AnthropicMessages
    adjust: Adjuster
    marks: list[str] = Factory(list)
    betas: list[str] = Factory(list)

    def mark(self, block: JsonDict, control: CacheControl | None, field: str) -> None:
        """Set the prompt-cache marker *control*, which stands at *field*, on *block*.

        Raises:
            InvalidRequestError: it is one too many.
        """
        if control is None:
            return
        self.marks.append(f"{field}.cache_control")
        if len(self.marks) > MAX_MARKS:
            raise InvalidRequestError(
                f"is prompt-cache marker number {len(self.marks)}; the wire takes {MAX_MARKS}",
                field=self.marks[-1],
            )
        block["cache_control"] = cache_control_to_dict(control)

    def beta(self, name: str) -> None:
        """Ask for the beta feature *name*."""
        if name not in self.betas:
            self.betas.append(name)

"""What the parts of one build have in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from ..._frozen import frozen
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..turns import safe_id

if TYPE_CHECKING:
    from . import OpenAIResponses

_CALL_ID: Final = re.compile(r"[!-~]{1,64}")

JsonDict: TypeAlias = dict[str, JsonValue]


@frozen
class Task:
    """One request that is being built.

    Args:
        wire: the adapter.
        adjust: takes down what is changed on the way.
        refuses: fields of a request that it does not take, thinking or not as it will be.
        stored: the provider keeps its answers, so that an id alone means something to it.
    """

    wire: OpenAIResponses
    adjust: Adjuster
    refuses: tuple[str, ...] = ()
    stored: bool = True


def call_id(given: str) -> str:
    """*given*, or where the wire would refuse it, as too long, the same stand-in each time."""
    return safe_id(given, _CALL_ID)

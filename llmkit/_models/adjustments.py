"""What was changed between the request as it was given and the request as it was sent."""

from __future__ import annotations

import sys
import warnings
from typing import Final, Literal, get_args

from attrs import frozen

from .._json import JsonValue
from ..errors import UnsupportedParameterError

Unsupported = Literal["error", "warn", "drop"]
"""What to do with a parameter that the provider, wire or model cannot take."""

UNSUPPORTED: Final = ("error", "warn", "drop")

StructuredWay = Literal["native", "tool", "prompt"]
"""How an answer of a schema is asked for."""

AdjustmentKind = Literal["dropped", "renamed", "rewritten", "clamped", "moved", "added"]

ADJUSTMENT_KINDS: Final[tuple[AdjustmentKind, ...]] = get_args(AdjustmentKind)


@frozen
class Adjustment:
    """One change.

    Args:
        kind: what was done.
        field: the request's field, as a path: `seed`, `messages[1].content[0]`.
        reason: why, and what became of it.
    """

    kind: AdjustmentKind
    field: str
    reason: str

    def to_dict(self) -> dict[str, JsonValue]:
        """The change as a JSON object."""
        return {"kind": self.kind, "field": self.field, "reason": self.reason}


class UnsupportedParameterWarning(UserWarning):
    """A parameter was dropped because the provider cannot take it (`unsupported="warn"`)."""


class Adjuster:
    """Keeps the list of changes while one request is built, under the caller's policy."""

    def __init__(
        self,
        policy: Unsupported = "error",
        *,
        provider: str | None = None,
        model: str | None = None,
    ) -> None:
        self._policy = policy
        self._provider = provider
        self._model = model
        self._made: list[Adjustment] = []
        self.structured_by: StructuredWay = "native"
        self.answer_key: str | None = None  # of the object that stands around the answer

    @property
    def made(self) -> tuple[Adjustment, ...]:
        """The changes so far, in order."""
        return tuple(self._made)

    def unsupported(self, parameter: str, reason: str, *, kind: AdjustmentKind = "dropped") -> None:
        """*parameter* cannot be sent as it is: refuse it, or note that it is dropped.

        Args:
            parameter: the request's field, as a path.
            reason: why not.
            kind: what is done to it, where it is not dropped.

        Raises:
            UnsupportedParameterError: the policy is "error".
        """
        where = f"{self._provider}: " if self._provider else ""
        if self._policy == "error":
            instead = "sends without it" if kind == "dropped" else f"sends it {kind}"
            raise UnsupportedParameterError(
                f"{where}{parameter}: {reason} (unsupported='drop' or 'warn' {instead})",
                parameter=parameter,
                provider=self._provider,
                model=self._model,
            )
        if self._policy == "warn":
            warnings.warn(
                f"{where}{parameter} {kind}: {reason}",
                UnsupportedParameterWarning,
                stacklevel=_stacklevel(),
            )
        self.note(kind, parameter, reason)

    def structured(self, way: StructuredWay, reason: str) -> None:
        """A JSON answer is asked for in this way, because the wire has no field for it."""
        self.structured_by = way
        self.note("rewritten", "response_format", reason)

    def note(self, kind: AdjustmentKind, field: str, reason: str) -> None:
        """Something was changed that keeps its meaning."""
        self._made.append(Adjustment(kind, field, reason))


def _stacklevel() -> int:
    """How far the line is that called llmkit, from the function that warns: it is the user's."""
    package = __name__.partition(".")[0]
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level

"""What was changed between the request as it was given and the request as it was sent."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, get_args

from .._frozen import frozen
from .._json import JsonValue
from ..errors import UnsupportedParameterError

if TYPE_CHECKING:
    from .messages import Message

Unsupported = Literal["error", "warn", "drop"]
"""What to do with a parameter that the provider, wire or model cannot take."""

UNSUPPORTED: Final = ("error", "warn", "drop")

StructuredWay = Literal["native", "tool", "prompt"]
"""How an answer of a schema is asked for."""

BY_TOOL: Final = "by a forced call of "
BY_WORDS: Final = "by words in the system message"
"""How the adjustments tell that a JSON answer was not asked for by a field of the wire's own."""

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
    """Keeps the list of changes while one request is built, under the caller's policy.

    Args:
        policy: what to do with what cannot be sent.
        provider: the provider's name, for errors to tell it.
        model: the model's.
        messages: the request's, for errors to tell what the part is that they are about.
    """

    def __init__(
        self,
        policy: Unsupported = "error",
        *,
        provider: str | None = None,
        model: str | None = None,
        messages: Sequence[Message] = (),
    ) -> None:
        self._messages = messages
        self._policy = policy
        self._provider = provider
        self._model = model
        self._made: list[Adjustment] = []
        self.structured_by: StructuredWay = "native"
        self.answer_key: str | None = None  # of the object that stands around the answer

    @property
    def provider(self) -> str | None:
        """Whom the request goes to."""
        return self._provider

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
        where += f"{parameter}{part_told(self._messages, parameter)}"
        if self._policy == "error":
            instead = "sends without it" if kind == "dropped" else f"sends it {kind}"
            raise UnsupportedParameterError(
                f"{where}: {reason} (unsupported='drop' or 'warn' {instead})",
                parameter=parameter,
                provider=self._provider,
                model=self._model,
            )
        if self._policy == "warn":
            warnings.warn(
                f"{where} {kind}: {reason}",
                UnsupportedParameterWarning,
                stacklevel=stacklevel(),
            )
        self.note(kind, parameter, reason)

    def structured(self, way: StructuredWay, reason: str) -> None:
        """A JSON answer is asked for in this way, because the wire has no field for it."""
        self.structured_by = way
        self.note("rewritten", "response_format", reason)

    def note(self, kind: AdjustmentKind, field: str, reason: str) -> None:
        """Something was changed that keeps its meaning."""
        self._made.append(Adjustment(kind, field, reason))


_PART: Final = re.compile(r"messages\[(\d+)\]\.(?:content|parts)\[(\d+)\]")


def part_told(messages: Sequence[Message], field: str) -> str:
    """What is at *field* of *messages*: " (ImagePart, image/png bytes, in a user message)"; ""
    where that is no part.
    """
    found = _PART.fullmatch(field)
    index, place = (int(found[1]), int(found[2])) if found else (0, 0)
    if not found or index >= len(messages) or place >= len(messages[index].parts):
        return ""
    message = messages[index]
    part = message.parts[place]
    source = [
        told
        for name, told in (("data", "bytes"), ("url", "by its address"), ("file_id", "by its id"))
        if getattr(part, name, None) is not None
    ]
    known = [getattr(part, "media_type", None), *source[:1]]
    said = " ".join(word for word in known if word)
    article = "an" if message.role == "assistant" else "a"
    return f" ({type(part).__name__}{said and f', {said},'} in {article} {message.role} message)"


def stacklevel() -> int:
    """How far the line is that called llmkit, from the function that warns: it is the user's."""
    package = __name__.partition(".")[0]
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level

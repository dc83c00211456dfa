"""The parts of an answer, as they grow."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Factory, define, evolve

from .._json import well_formed
from .chunks import ToolCallDelta
from .messages import AssistantPart
from .parts import ReasoningPart, RefusalPart, TextPart
from .tools import ToolCall

_NO_SEALS = (None, None, None, None)


@define
class Run:
    """Characters that belong together: of the text, the thinking or the refusal."""

    kind: type[TextPart] | type[ReasoningPart] | type[RefusalPart]
    pieces: list[str] = Factory(list)

    def part(self) -> AssistantPart:
        """The part, as far as it has come."""
        return self.kind(well_formed("".join(self.pieces)))


class GrowingCall:
    """A tool call that has come in more than one piece."""

    __slots__ = ("id", "name", "pieces", "provider", "signature")

    def __init__(self, first: ToolCallDelta) -> None:
        self.id = first.id or ""
        self.name = first.name or ""
        self.pieces = [first.arguments_json]
        self.signature = first.signature
        self.provider = first.provider

    def add(self, delta: ToolCallDelta) -> None:
        """Take a further piece."""
        self.pieces.append(delta.arguments_json)
        if not self.id:
            self.id = delta.id or ""
        if not self.name:
            self.name = delta.name or ""
        if delta.signature is not None:
            self.signature = joined(self.signature, delta.signature)
        if not self.provider:
            self.provider = delta.provider

    def part(self) -> AssistantPart:
        """The part, as far as it has come."""
        return ToolCall(
            self.id,
            self.name,
            well_formed("".join(self.pieces)),
            signature=self.signature,
            provider=self.provider,
        )


@define
class GrowingPart:
    """A part that came in blocks.

    Of thinking and of text, the characters are kept, and of the pieces those alone that tell
    more: most do not, and each would hold 150 bytes.
    """

    first: AssistantPart
    last: AssistantPart | None = None
    provider: str | None = None
    texts: list[str] = Factory(list)
    more: list[ReasoningPart | TextPart] = Factory(list)

    def add(self, piece: AssistantPart) -> None:
        """Take a further piece."""
        self.last = piece
        if isinstance(piece, ReasoningPart) and isinstance(self.first, ReasoningPart):
            seals = (piece.signature, piece.encrypted, piece.id, piece.raw)
            told = seals != _NO_SEALS
        elif isinstance(piece, TextPart) and isinstance(self.first, TextPart):
            told = piece.signature is not None or bool(piece.citations)
        else:
            return
        self.texts.append(piece.text)
        if self.provider is None:
            self.provider = piece.provider
        if told:
            self.more.append(piece)

    def goes_on(self, thought: str, provider: str | None) -> bool:
        """Take more of the characters, where this is thinking; whether it is."""
        if not isinstance(self.first, ReasoningPart):
            return False
        self.texts.append(thought)
        if self.provider is None:
            self.provider = provider
        return True

    def part(self) -> AssistantPart:
        """The part, as far as it has come."""
        first = self.first
        if isinstance(first, TextPart):
            texts = [piece for piece in self.more if isinstance(piece, TextPart)]
            return evolve(
                first,
                text="".join(self.texts),
                citations=tuple(citation for piece in texts for citation in piece.citations),
                signature=joined(*(piece.signature for piece in texts)),
                provider=self.provider,
            )
        if isinstance(first, ReasoningPart):
            thoughts = [piece for piece in self.more if isinstance(piece, ReasoningPart)]
            raws = [piece.raw for piece in thoughts if piece.raw is not None]
            return ReasoningPart(
                "".join(self.texts),
                signature=joined(*(piece.signature for piece in thoughts)),
                encrypted=joined(*(piece.encrypted for piece in thoughts)),
                id=first_of(piece.id for piece in thoughts),
                provider=self.provider,
                raw={key: value for raw in raws for key, value in raw.items()} if raws else None,
            )
        return self.last or first


def joined(*texts: str | None) -> str | None:
    """What there is of *texts*, in one; None where there is nothing."""
    found = [text for text in texts if text is not None]
    return "".join(found) if found else None


def first_of(values: Iterable[str | None]) -> str | None:
    """The first of *values* that is there."""
    return next((value for value in values if value is not None), None)

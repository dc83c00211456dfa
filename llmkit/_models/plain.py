"""What most messages are: one text, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from .messages import AssistantMessage, ToolMessage
from .parts import TextPart

if TYPE_CHECKING:
    from .messages import Message


def plain_text(message: Message) -> str | None:
    """The text of *message*, where that is all of it: no name, seal, marker or citation.

    None for a tool's result, too. Every wire says such a message alike but for the words around
    it, without a look at each thing that might be in it: 0.2 µs, and 0.7 to 2.5 by the long way.
    """
    parts = message.parts
    if len(parts) != 1:
        return None
    part = parts[0]
    if type(part) is not TextPart or part.cache_control is not None:
        return None
    if part.signature is not None or part.citations or isinstance(message, ToolMessage):
        return None
    if isinstance(message, AssistantMessage) and message.prefix:
        return None
    return part.text if message.name is None else None


def holds(messages: Sequence[Message], kinds: Collection[type]) -> bool:
    """Whether a part of one of *messages* is of *kinds*."""
    for message in messages:
        for part in message.parts:
            if type(part) in kinds:
                return True
    return False

"""A conversation as turns, for the wires on which user and assistant take turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from .._frozen import frozen
from .._models.adjustments import Adjuster
from .._models.messages import AssistantMessage, Message, SystemMessage, UserMessage


@frozen
class Placed:
    """A message, and where it stands in the request: `messages[3]`."""

    message: Message
    field: str


@frozen
class Turn:
    """Neighbouring messages of the same side: the user's, tool results among them, or the
    assistant's."""

    side: Literal["user", "assistant"]
    messages: tuple[Placed, ...]


def take_turns(
    messages: Sequence[Message], adjust: Adjuster
) -> tuple[tuple[Placed, ...], tuple[Turn, ...]]:
    """The system messages that lead, and the rest as turns.

    A system message further down becomes the user's, where it stands; that is noted.
    """
    placed = [Placed(message, f"messages[{i}]") for i, message in enumerate(messages)]
    start = 0
    while start < len(placed) and isinstance(placed[start].message, SystemMessage):
        start += 1
    turns: list[tuple[Literal["user", "assistant"], list[Placed]]] = []
    for item in placed[start:]:
        message = item.message
        if isinstance(message, SystemMessage):
            item = Placed(UserMessage(list(message.parts)), item.field)
            adjust.note("moved", item.field, "a system message in the middle, to the user's words")
        side: Literal["user", "assistant"] = (
            "assistant" if isinstance(message, AssistantMessage) else "user"
        )
        if turns and turns[-1][0] == side:
            turns[-1][1].append(item)
        else:
            turns.append((side, [item]))
    return tuple(placed[:start]), tuple([Turn(side, tuple(said)) for side, said in turns])


def tool_names(messages: Sequence[Message]) -> dict[str, str]:
    """The name of the tool that each call, by its id, is of: some wires want it with the result."""
    return {
        call.id: call.name
        for message in messages
        if isinstance(message, AssistantMessage)
        for call in message.tool_calls
    }


def safe_id(given: str, allowed: re.Pattern[str], length: int = 24) -> str:
    """*given*, or where *allowed* does not match it whole, the same stand-in for it each time."""
    if allowed.fullmatch(given):
        return given
    return blake2b(given.encode(), digest_size=(length + 1) // 2).hexdigest()[:length]

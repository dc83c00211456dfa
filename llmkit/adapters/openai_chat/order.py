"""Messages in the order that a provider's chat template insists on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.messages import Message
from .media import JsonDict

if TYPE_CHECKING:
    from . import OpenAIChat

_SYSTEM = ("system", "developer")


def arranged(
    wire: OpenAIChat, given: Sequence[Message], said: list[JsonValue], adjust: Adjuster
) -> list[JsonValue]:
    """The messages *said* for those *given*, one system message first, and the sides in turns."""
    objects = cast("list[JsonDict]", said)
    if wire.leading_system:
        _note_moved(given, adjust)
        system = [message for message in objects if message["role"] in _SYSTEM]
        rest = [message for message in objects if message["role"] not in _SYSTEM]
        objects = [*_joined(wire, system), *rest]
    if wire.alternating:
        _note_joined(wire, given, adjust)
        objects = _in_turns(wire, objects)
    return [*objects]


def _note_moved(given: Sequence[Message], adjust: Adjuster) -> None:
    for index, message in enumerate(given):
        if index and message.role in _SYSTEM:
            adjust.note("moved", f"messages[{index}]", "to the one system message, at the head")


def _note_joined(wire: OpenAIChat, given: Sequence[Message], adjust: Adjuster) -> None:
    before = ""
    for index, message in enumerate(given):
        if wire.leading_system and message.role in _SYSTEM:
            continue
        if message.role == before and before in ("user", "assistant"):
            reason = f"joined with the {before}'s message before it: the sides must take turns"
            adjust.note("moved", f"messages[{index}]", reason)
        before = message.role


def _in_turns(wire: OpenAIChat, said: list[JsonDict]) -> list[JsonDict]:
    turns: list[JsonDict] = []
    for message in said:
        role = message["role"]
        if turns and role == turns[-1]["role"] and role in ("user", "assistant"):
            turns[-1:] = _joined(wire, [turns[-1], message])
        else:
            turns.append(message)
    return turns


def _joined(wire: OpenAIChat, messages: list[JsonDict]) -> list[JsonDict]:
    """*messages*, all of one side, as one; none of none."""
    whole: list[JsonDict] = []
    for message in messages:
        if not whole:
            whole = [dict(message)]
            continue
        (first,) = whole
        for name, value in message.items():
            first[name] = _sum(wire, name, first.get(name), value)
    return whole


def _sum(wire: OpenAIChat, name: str, before: JsonValue, after: JsonValue) -> JsonValue:
    """What two messages say under one *name*, as one of them would."""
    if name in ("role", "name") or not before or not after:
        return before or after
    if isinstance(before, list) and isinstance(after, list):
        return [*before, *after]
    if name == "content" and (isinstance(before, list) or isinstance(after, list)):
        return [*_parts(before), *_parts(after)]
    return f"{before}\n\n{after}" if isinstance(before, str) else after


def _parts(content: JsonValue) -> list[JsonValue]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}]

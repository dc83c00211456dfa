"""Messages, said as contents.

Source: https://ai.google.dev/api/caching#Content
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..._json import JsonValue, loads
from ..._models.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from ..._models.parts import TextPart
from ..._models.plain import plain_text
from ..._models.tools import ToolCall
from ...errors import InvalidRequestError
from ..turns import Placed, Turn, take_turns, tool_names
from .parts import JsonDict, Speech, assistant_part, own_id, user_part

if TYPE_CHECKING:
    from . import Gemini

# https://ai.google.dev/gemini-api/docs/function-calling#multimodal
_RESULT_MEDIA: Final = ("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain")


def contents(
    speech: Speech, messages: Sequence[Message], words: str | None
) -> tuple[JsonDict | None, list[JsonValue]]:
    """The system's instruction, or None, and the rest of *messages* as contents.

    Args:
        speech: what is needed to say them.
        messages: the conversation.
        words: more for the system to say.
    """
    leading, turns = take_turns(messages, speech.endpoint.adjust)
    system = _system(speech, leading)
    if words is not None:
        system.append({"text": words})
    said: list[JsonValue] = []
    calls = _Calls(speech, messages)
    for turn in turns:
        if turn.side == "assistant":
            said += _assistant_turn(speech, turn)
        else:
            said += _user_turn(speech, turn, calls)
    if system and (not speech.wire.system or not said):
        reason = "the wire wants one" if speech.wire.system else "the model takes no instruction"
        speech.endpoint.adjust.note("moved", "messages[0]", f"to a user's message: {reason}")
        return None, [{"role": "user", "parts": system}, *said]
    return ({"parts": system} if system else None), said


def plain_contents(
    wire: Gemini, messages: Sequence[Message]
) -> tuple[JsonDict | None, list[JsonValue]] | None:
    """As `contents`; None where one of *messages* is more than a text, or not in its place.

    0.5 µs for one message, and 3 by turns.
    """
    system: list[JsonValue] = []
    said: list[JsonValue] = []
    for message in messages:
        role, text = message.role, plain_text(message)
        if not text:
            return None
        if role == "system" and not said:
            system.append({"text": text})
        elif role in _ROLES:
            said.append({"role": _ROLES[role], "parts": [{"text": text}]})
        else:
            return None
    if system and (not wire.system or not said):
        return None
    return ({"parts": system} if system else None), said


_ROLES: Final[Mapping[str, str]] = {"user": "user", "assistant": "model"}


def _system(speech: Speech, leading: Sequence[Placed]) -> list[JsonValue]:
    adjust = speech.endpoint.adjust
    said: list[JsonValue] = []
    for placed in leading:
        message = placed.message
        if message.role == "developer":
            adjust.note("renamed", f"{placed.field}.role", "the provider says system for developer")
        _no_name(speech, placed)
        said += _user_parts(speech, placed)
    return said


def _no_name(speech: Speech, placed: Placed) -> None:
    message = placed.message
    if isinstance(message, SystemMessage | UserMessage | AssistantMessage) and message.name:
        speech.endpoint.adjust.unsupported(
            f"{placed.field}.name", "the wire takes no names on messages"
        )


def _user_parts(speech: Speech, placed: Placed) -> list[JsonValue]:
    parts = placed.message.parts
    said: list[JsonValue] = []
    for index, part in enumerate(parts):
        # An empty text says nothing, and some models refuse it beside other parts.
        if isinstance(part, TextPart) and not part.text and len(parts) > 1:
            continue
        shape = user_part(speech, part, f"{placed.field}.content[{index}]")
        if shape is not None:
            said.append(shape)
    return said


def _user_turn(speech: Speech, turn: Turn, calls: _Calls) -> list[JsonValue]:
    """The results of a turn in one content of their own, then what the user says.

    With words among its results the server takes a content for the model's.
    """
    results = [placed for placed in turn.messages if isinstance(placed.message, ToolMessage)]
    others = [placed for placed in turn.messages if not isinstance(placed.message, ToolMessage)]
    said: list[JsonValue] = []
    if results:
        after: list[JsonValue] = []
        answers = [calls.result(placed, after) for placed in sorted(results, key=calls.order)]
        said.append({"role": "user", "parts": answers})
        if after:
            head: JsonDict = {"text": "Attached to the results of the tools:"}
            said.append({"role": "user", "parts": [head, *after]})
        if tuple(results) != turn.messages[: len(results)]:
            speech.endpoint.adjust.note("moved", results[-1].field, "before the user's words")
    for placed in others:
        _no_name(speech, placed)
        parts = _user_parts(speech, placed)
        if parts:
            said.append({"role": "user", "parts": parts})
    return said


def _assistant_turn(speech: Speech, turn: Turn) -> list[JsonValue]:
    adjust = speech.endpoint.adjust
    said: list[JsonValue] = []
    for placed in turn.messages:
        message, field = placed.message, placed.field
        if not isinstance(message, AssistantMessage):
            continue
        _no_name(speech, placed)
        if message.prefix:
            adjust.unsupported(f"{field}.prefix", "the wire cannot go on from a text")
        parts: list[JsonDict] = []
        for index, part in enumerate(message.parts):
            shape = assistant_part(speech, part, f"{field}.parts[{index}]", parts)
            if shape is not None:
                parts.append(shape)
        if speech.wire.sealed_calls:
            _stand_in(speech, parts, field)
        if parts:
            said.append({"role": "model", "parts": parts})
        else:
            adjust.note("dropped", field, "nothing is left in it that the wire can say")
    return said


def _stand_in(speech: Speech, parts: list[JsonDict], field: str) -> None:
    """The first call of a step must be sealed; one of another's making gets a stand-in.

    Source: https://ai.google.dev/gemini-api/docs/thought-signatures
    """
    first = next((part for part in parts if "functionCall" in part), None)
    if first is not None and "thoughtSignature" not in first:
        first["thoughtSignature"] = speech.wire.stand_in_signature
        reason = "a stand-in for the signature that a call of its own has"
        speech.endpoint.adjust.note("added", f"{field}.tool_calls[0].signature", reason)


class _Calls:
    """The calls of a conversation, which their results refer to by id, and this wire by name."""

    def __init__(self, speech: Speech, messages: Sequence[Message]) -> None:
        self._speech = speech
        self._names = tool_names(messages)
        self._calls: dict[str, tuple[int, ToolCall]] = {}
        for message in messages:
            for call in message.tool_calls if isinstance(message, AssistantMessage) else ():
                self._calls[call.id] = (len(self._calls), call)

    def order(self, placed: Placed) -> int:
        """The place of a result: that of its call; without ids, the order tells whose it is."""
        message = placed.message
        found = self._calls.get(message.tool_call_id) if isinstance(message, ToolMessage) else None
        return -1 if found is None else found[0]

    def result(self, placed: Placed, after: list[JsonValue]) -> JsonDict:
        """A tool's result; what cannot be in it is added to *after*."""
        message = placed.message
        assert isinstance(message, ToolMessage)
        name = message.name or self._names.get(message.tool_call_id)
        if not name:
            raise InvalidRequestError(
                f"answers {message.tool_call_id!r}, which no message calls, and this wire needs"
                " the tool's name: give the message a name",
                field=placed.field,
            )
        function: JsonDict = {"name": name, "response": _response(message)}
        found = self._calls.get(message.tool_call_id)
        if found is not None and own_id(self._speech, found[1]):
            function["id"] = message.tool_call_id
        beside = self._media(placed, after)
        if beside:
            function["parts"] = beside
        return {"functionResponse": function}

    def _media(self, placed: Placed, after: list[JsonValue]) -> list[JsonValue]:
        beside: list[JsonValue] = []
        for index, part in enumerate(placed.message.parts):
            if isinstance(part, TextPart):
                if part.cache_control is not None:
                    user_part(self._speech, part, f"{placed.field}.content[{index}]")
                continue
            shape = user_part(self._speech, part, f"{placed.field}.content[{index}]")
            inline = shape.get("inlineData") if shape is not None else None
            if shape is None:
                continue
            if (
                self._speech.wire.media_results
                and isinstance(inline, Mapping)
                and inline.get("mimeType") in _RESULT_MEDIA
            ):
                beside.append(shape)
                continue
            after.append(shape)
            reason = "images and files of a tool's result to a user's message"
            self._speech.endpoint.adjust.note("moved", placed.field, reason)
        return beside


def _response(message: ToolMessage) -> JsonDict:
    """A result as the object that it must be.

    An object stays as it is: without `output` and `error` in it, all of it is the output.

    Source: https://ai.google.dev/api/caching#FunctionResponse
    """
    text = "".join(part.text for part in message.parts if isinstance(part, TextPart))
    try:
        value = loads(text) if text.lstrip()[:1] == "{" else None
    except ValueError:
        value = None
    if isinstance(value, dict) and (not message.is_error or "error" in value):
        return value
    return {"error" if message.is_error else "output": text}

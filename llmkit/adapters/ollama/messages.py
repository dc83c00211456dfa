"""Messages, said in the form of Ollama's chat.

Source: https://docs.ollama.com/api/chat
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.messages import AssistantMessage, Message, ToolMessage
from ..._models.parts import ImagePart, ReasoningPart, RefusalPart, TextPart
from ..._models.tools import ToolCall
from ...errors import ToolArgumentsError
from ..turns import Placed, tool_names

if TYPE_CHECKING:
    from . import Ollama

JsonDict = dict[str, JsonValue]


def messages(wire: Ollama, given: Sequence[Message], adjust: Adjuster) -> list[JsonValue]:
    """*given*, each as the wire's object, in order."""
    return _Writer(wire, given, adjust).write()


class _Writer:
    """Writes one conversation. Results are told by their tool's name and their place alone."""

    def __init__(self, wire: Ollama, given: Sequence[Message], adjust: Adjuster) -> None:
        self._wire = wire
        self._given = given
        self._adjust = adjust
        self._said: list[JsonValue] = []
        self._names = tool_names(given)
        # Each call's place: without ids, the order tells which call a result is of.
        self._places = {call_id: place for place, call_id in enumerate(self._names)}

    def write(self) -> list[JsonValue]:
        """All messages."""
        results: list[Placed] = []
        for index, message in enumerate(self._given):
            placed = Placed(message, f"messages[{index}]")
            if isinstance(message, ToolMessage):
                results.append(placed)
                continue
            self._results(results)
            results = []
            if isinstance(message, AssistantMessage):
                self._said.append(self._assistant(message, placed.field))
            else:
                self._plain(message, placed.field)
        self._results(results)
        return self._said

    def _plain(self, message: Message, field: str) -> None:
        role: str = message.role
        if role == "developer":
            role = "system"
            self._adjust.note("renamed", f"{field}.role", "the wire says system for developer")
        self._no_name(message, field)
        said = self._content(role, message.parts, field)
        if said is not None:
            self._said.append(said)
        else:
            self._adjust.note("dropped", field, "nothing is left in it that the wire can say")

    def _no_name(self, message: Message, field: str) -> None:
        if getattr(message, "name", None) is not None:
            self._adjust.unsupported(f"{field}.name", "the wire takes no names on messages")

    def _content(self, role: str, parts: Sequence[object], field: str) -> JsonDict | None:
        """Text and images, which stand beside it; None where the wire can say nothing of it."""
        texts: list[str] = []
        images: list[JsonValue] = []
        for index, part in enumerate(parts):
            where = f"{field}.content[{index}]"
            self._no_mark(part, where)
            if isinstance(part, TextPart):
                texts.append(part.text)
            elif isinstance(part, ImagePart):
                images += self._image(part, where)
            else:
                reason = f"the wire takes text and images, no {type(part).__name__}"
                self._adjust.unsupported(where, reason)
        if not texts and not images:
            return None
        said: JsonDict = {"role": role, "content": "\n\n".join(texts)}
        if images:
            said["images"] = images
        return said

    def _image(self, part: ImagePart, field: str) -> list[JsonValue]:
        if not self._wire.images or part.data is None:
            reason = "the wire takes the bytes of images, and no addresses"
            self._adjust.unsupported(field, reason if self._wire.images else "it takes no images")
            return []
        if part.detail is not None:
            self._adjust.note("dropped", f"{field}.detail", "the wire has no such switch")
        return [base64.b64encode(part.data).decode("ascii")]

    def _no_mark(self, part: object, field: str) -> None:
        if getattr(part, "cache_control", None) is not None:
            self._adjust.note("dropped", f"{field}.cache_control", "the server caches by itself")

    def _results(self, results: list[Placed]) -> None:
        """The results that stand together, in the order of their calls; then their images."""
        last = len(self._places)
        ordered = sorted(results, key=lambda placed: self._places.get(_call_id(placed), last))
        if ordered != results:
            reason = "to the order of the calls, which tells what they answer"
            self._adjust.note("moved", results[0].field, reason)
        images: list[JsonValue] = []
        for placed in ordered:
            self._said.append(self._result(placed, images))
        if images:
            text = "Attached to the results of the tools:"
            self._said.append({"role": "user", "content": text, "images": images})

    def _result(self, placed: Placed, images: list[JsonValue]) -> JsonDict:
        message, field = placed.message, placed.field
        assert isinstance(message, ToolMessage)
        said = self._content("tool", message.parts, field) or {"role": "tool", "content": ""}
        attached = said.pop("images", None)
        if isinstance(attached, list):
            images += attached
            reason = "images of a tool's result to a user's message"
            self._adjust.note("moved", field, reason)
        name = self._names.get(message.tool_call_id) or message.name
        if name is not None:
            said["tool_name"] = name
        else:
            reason = "the wire knows tools by their names, and no call has this id"
            self._adjust.note("dropped", f"{field}.tool_call_id", reason)
        if message.is_error:
            reason = "the wire has no such mark; the text stays"
            self._adjust.note("dropped", f"{field}.is_error", reason)
        return said

    def _assistant(self, message: AssistantMessage, field: str) -> JsonDict:
        self._no_name(message, field)
        if message.prefix:
            self._adjust.unsupported(f"{field}.prefix", "the wire cannot go on from a text")
        texts: list[str] = []
        thoughts: list[str] = []
        calls: list[JsonValue] = []
        for index, part in enumerate(message.parts):
            where = f"{field}.parts[{index}]"
            match part:
                case TextPart():
                    self._no_mark(part, where)
                    self._no_seal(part, where)
                    if part.citations:
                        self._adjust.note("dropped", f"{where}.citations", "the wire has none")
                    texts.append(part.text)
                case ReasoningPart():
                    thoughts += self._thought(part, where)
                case RefusalPart():
                    self._adjust.note("rewritten", where, "a refusal as text")
                    texts.append(part.text)
                case ToolCall():
                    self._no_seal(part, where)
                    calls.append(self._call(part, where))
                case _:
                    reason = "the wire has no place for it in an answer"
                    self._adjust.unsupported(where, reason)
        said: JsonDict = {"role": "assistant", "content": "".join(texts)}
        if thoughts:
            said["thinking"] = "".join(thoughts)
        if calls:
            said["tool_calls"] = calls
        return said

    def _no_seal(self, part: TextPart | ToolCall, field: str) -> None:
        if part.signature is not None:
            self._adjust.note("dropped", f"{field}.signature", f"a seal of {part.provider}")

    def _thought(self, part: ReasoningPart, field: str) -> list[str]:
        if part.provider is not None and part.provider != self._wire.provider:
            self._adjust.note("dropped", field, f"thinking of {part.provider}, for it alone")
            return []
        if part.signature is not None:
            self._adjust.note("dropped", f"{field}.signature", "the wire has no seals")
        if not part.text:
            self._adjust.note("dropped", field, "thinking without words, which the wire lacks")
            return []
        return [part.text]

    def _call(self, call: ToolCall, field: str) -> JsonDict:
        arguments: JsonValue
        try:
            arguments = call.arguments
        except ToolArgumentsError as error:
            arguments = {"INVALID_JSON": error.text}
            reason = "arguments that are no JSON object, as INVALID_JSON: the wire takes objects"
            self._adjust.note("rewritten", field, reason)
        return {"function": {"name": call.name, "arguments": arguments}}


def _call_id(placed: Placed) -> str:
    message = placed.message
    return message.tool_call_id if isinstance(message, ToolMessage) else ""

"""One answer of a stream, as far as it has come: what the next delta adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._json import loads
from ..._models.chunks import Block, ChunkChoice, DeltaMessage, ToolCallDelta
from ..._models.parts import Citation, TextPart
from .answer import (
    arguments_text,
    citations,
    finish_reason,
    logprobs,
    made_up_id,
    reasoning_part,
    reasoning_text,
    text_of,
)
from .think import ThinkSplitter

if TYPE_CHECKING:
    from . import OpenAIChat


class ToolSlot:
    """A tool call, as far as it has come."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.id = ""
        self.name = ""
        self.pieces: list[str] = []

    def whole(self) -> bool:
        """Whether the arguments so far are a JSON value: what comes next is another call's."""
        text = "".join(self.pieces)
        if not text.endswith("}"):
            return False
        try:
            loads(text)
        except ValueError:
            return False
        return True


class ChoiceState:
    """What is known of one answer while it streams."""

    def __init__(self, index: int, wire: OpenAIChat) -> None:
        self.index = index
        self.finish: str | None = None
        self.citations: tuple[Citation, ...] = ()
        self._wire = wire
        self._think = ThinkSplitter() if wire.think_tags else None
        self._slots: list[ToolSlot] = []
        self._by_key: dict[object, ToolSlot] = {}
        self._said = False
        self._halves: dict[object, str] = {}

    def choice(
        self, item: Mapping[str, Any], response_id: str, *, torn: bool
    ) -> ChunkChoice | None:
        """What *item*, an element of `choices`, adds; None where it adds nothing to be shown."""
        delta = item.get("delta")
        if not isinstance(delta, dict):
            # Some end with the whole message in place of a delta; Perplexity sends both, and
            # its message is all that has come so far.
            whole = item.get("message")
            delta = whole if isinstance(whole, dict) and not self._said else {}
        content: Any = delta.get("content")
        thinking: str | None = None
        if content and not isinstance(content, str):
            content, thinking = text_of(content)
        thinking = thinking or reasoning_text(delta)
        if self._think is not None and content and thinking is None:
            thinking, content = self._think.feed(content)
        refusal = delta.get("refusal")
        calls = delta.get("tool_calls") or delta.get("function_call")
        tools = self._tool_calls(calls, response_id) if calls else ()
        details = delta.get("reasoning_details")
        blocks = self._details(details) if details else ()
        if delta.get("annotations"):
            self.citations = citations(delta, {}) or self.citations
        tokens = logprobs(item["logprobs"]) if item.get("logprobs") else None
        if not (content or thinking or refusal or tools or blocks or tokens):
            return None
        self._said = True
        if torn:
            content = self.mended("content", content)
            thinking = self.mended("reasoning", thinking)
            refusal = self.mended("refusal", refusal)
        message = DeltaMessage(content or None, thinking or None, refusal or None, tools, blocks)
        return ChunkChoice(self.index, message, logprobs=tokens)

    def last(self, beside: tuple[Citation, ...]) -> ChunkChoice:
        """What is left to say once the stream has ended: what was held back, and the reason."""
        thinking, content = self._think.close() if self._think is not None else ("", "")
        if self._halves.get("content"):
            content += "\ufffd"
        cited = self.citations or beside
        blocks = (Block(-1, TextPart(content, citations=cited)),) if cited else ()
        message = DeltaMessage(content or None, thinking or None, blocks=blocks)
        reason = finish_reason(self.finish, bool(self._slots))
        return ChunkChoice(self.index, message, reason, self.finish)

    def mended(self, key: object, text: str | None) -> str | None:
        """*text* without half characters: the first half waits for the second."""
        if not text:
            return text
        text = self._halves.pop(key, "") + text
        if "\ud800" <= text[-1] <= "\udbff":
            self._halves[key] = text[-1]
            text = text[:-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _details(self, details: object) -> tuple[Block, ...]:
        blocks: list[Block] = []
        for item in details if isinstance(details, list) else []:
            part = reasoning_part(self._wire, item)
            if part is not None:
                place = item.get("index")
                blocks.append(Block(place if isinstance(place, int) else 0, part))
        return tuple(blocks)

    def _tool_calls(self, given: object, response_id: str) -> tuple[ToolCallDelta, ...]:
        if isinstance(given, dict):  # one call in place of a list, or the old `function_call`
            given = [given if "function" in given else {"function": given, "index": 0}]
        made: list[ToolCallDelta] = []
        for position, item in enumerate(given if isinstance(given, list) else []):
            inner = item.get("function") if isinstance(item, dict) else None
            if isinstance(inner, dict):
                made.append(self._tool_call(item, inner, position, response_id))
        return tuple(made)

    def _tool_call(
        self, item: Mapping[str, Any], inner: Mapping[str, Any], position: int, response_id: str
    ) -> ToolCallDelta:
        call_id = item.get("id") or ""
        name = inner.get("name") or ""
        slot, new = self._slot(item.get("index"), call_id, name, position)
        piece = arguments_text(inner.get("arguments"))
        if self._halves or not piece.isascii():
            piece = self.mended(slot, piece) or ""
        slot.pieces.append(piece)
        if not new:
            # Some repeat id and name on each piece: they are told once.
            if name and not slot.name:
                slot.name = name
                return ToolCallDelta(slot.index, None, name, piece)
            return ToolCallDelta(slot.index, None, None, piece)
        slot.id = call_id or made_up_id(response_id, self.index, slot.index)
        slot.name = name
        return ToolCallDelta(slot.index, slot.id, name or None, piece)

    def _slot(self, index: object, call_id: str, name: str, position: int) -> tuple[ToolSlot, bool]:
        """The call that a piece belongs to, and whether it is the call's first piece.

        The index tells it, where there is one; else the id; else the place in the list. A new
        id with a name at a known index is another call: some give every call index 0.
        """
        key: object = ("at", position)
        if isinstance(index, int) and index >= 0:
            key = index
        elif call_id:
            key = call_id
        slot = self._by_key.get(key)
        if slot is not None and key != call_id:
            other = bool(call_id) and call_id != slot.id and bool(name)
            # Without id and index, a name after whole arguments begins the next call.
            again = isinstance(key, tuple) and bool(name) and slot.whole()
            if other or again:
                slot = None
        if slot is not None:
            return slot, False
        slot = self._by_key[key] = ToolSlot(len(self._slots))
        self._by_key["at", position] = slot
        self._slots.append(slot)
        return slot, True

"""One answer of a stream, as far as it has come: what the next delta adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..._json import JsonObject, is_object, well_formed
from ..._models.chunks import (
    Block,
    ChunkChoice,
    CompletionChunk,
    DeltaMessage,
    Heading,
    ToolCallDelta,
    made_call,
    made_chunk,
)
from ..._models.logprobs import Logprobs
from ..._models.parts import Citation, TextPart
from .._base import made_up_id
from .answer import (
    arguments_text,
    citations,
    content_filter,
    content_parts,
    finish_reason,
    logprobs,
    reasoning_part,
    reasoning_text,
    text,
    text_of,
    token_logprob,
)
from .made_media import Sound, images
from .think import ThinkSplitter

if TYPE_CHECKING:
    from . import OpenAIChat
    from .usual import Call, Delta


_FIRST: Final = ("at", 0)
"""The place of a piece that has no index, and is the first of its chunk."""


class ToolSlot:
    """A tool call, as far as it has come."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.id = ""  # the provider's own, "" until there is one
        self.name = ""
        self.pieces: list[str] = []

    def ended_by(self, call_id: str, name: str, piece: str, placed: bool) -> bool:
        """Whether a piece in the same place is another call's.

        A new id with a name is; some give every call index 0. Without ids, a name after
        whole arguments begins the next call. Some repeat id and name on every piece.
        """
        if call_id and self.id:
            return call_id != self.id and (bool(name) or not placed)
        if not name:
            return False
        if placed:
            return bool(piece) and self.whole()
        return self.whole() or (bool(self.name) and name != self.name)

    def whole(self) -> bool:
        """Whether the arguments so far are all there: what comes next is another call's."""
        return is_object("".join(self.pieces))


class ChoiceState:
    """What is known of one answer while it streams."""

    def __init__(self, index: int, wire: OpenAIChat) -> None:
        self.index = index
        self.finish: str | None = None
        self.citations: tuple[Citation, ...] = ()
        self._filtered: JsonObject = {}
        self._sound: Sound | None = None
        self._images = 0
        self._wire = wire
        self._think = ThinkSplitter() if wire.think_tags else None
        self._slots: list[ToolSlot] = []
        self._by_key: dict[object, ToolSlot] = {}
        self._said = False
        self._halves: dict[object, str] = {}
        self._segment = 0

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
        blocks: tuple[Block, ...] = ()
        if content and not isinstance(content, str):
            content, thinking, blocks = self._listed(content)
        if content:
            self._segment += 1  # thinking after this is another part
        thinking = thinking or reasoning_text(delta)
        if self._think is not None and content and thinking is None:
            thinking, content = self._think.feed(content)
        refusal: str | None = text(delta.get("refusal"))
        calls = delta.get("tool_calls") or delta.get("function_call")
        tools = self._tool_calls(calls, response_id) if calls else ()
        details = delta.get("reasoning_details")
        if details:
            blocks = self._details(details)
        if "images" in delta or "audio" in delta:
            blocks += self._media(delta)
        if found := content_filter(item):
            self.filtered(found)
        if delta.get("annotations"):
            self.citations = citations(delta, {}) or self.citations
        tokens = _logprobs(item, content) if item.get("logprobs") else None
        if not (content or thinking or refusal or tools or blocks or tokens):
            return None
        self._said = True
        if torn:
            content = self.mended("content", content)
            thinking = self.mended("reasoning", thinking)
            refusal = self.mended("refusal", refusal)
        message = DeltaMessage(content or None, thinking or None, refusal or None, tools, blocks)
        return ChunkChoice(self.index, message, logprobs=tokens)

    def filtered(self, found: JsonObject) -> None:
        """*found* is what the provider's filters say of a piece."""
        self._filtered = {**self._filtered, **found}

    def going_on(self, delta: Delta, heading: Heading) -> CompletionChunk | None:
        """The chunk of *delta*, where that is text, thinking or arguments, and it says no more.

        None is for `choice` to tell.
        """
        if self._think is not None or self._halves:
            return None
        content, calls = delta.content, delta.tool_calls
        thinking = delta.reasoning_content or delta.reasoning
        if content:
            if calls or thinking:
                return None
            self._segment += 1
            self._said = True
            return made_chunk(heading, content, None, (), None, self.index)
        if calls:
            return None if thinking else self._more_arguments(calls[0], heading)
        if thinking:
            self._said = True
            return made_chunk(heading, None, thinking, (), None, self.index)
        return None

    def _more_arguments(self, call: Call, heading: Heading) -> CompletionChunk | None:
        """What *call* adds, where it goes on with the call before; else None."""
        slot = self._by_key.get(call.index)
        if slot is None or self._by_key.get(_FIRST) is not slot:
            return None
        piece = call.function.arguments
        slot.pieces.append(piece)
        self._said = True
        more = made_call(slot.index, None, None, piece)
        return made_chunk(heading, None, None, (more,), None, self.index)

    def last(self, beside: tuple[Citation, ...]) -> ChunkChoice:
        """What is left to say once the stream has ended: what was held back, and the reason."""
        thinking, content = self._think.close() if self._think is not None else ("", "")
        # Half a character is still waiting for its other half, where the text was cut there.
        content = well_formed(content + self._halves.get("content", ""))
        thinking = well_formed(thinking + self._halves.get("reasoning", ""))
        cited = self.citations or beside
        blocks: tuple[Block, ...] = (
            (Block(-1, TextPart(content, citations=cited)),) if cited else ()
        )
        sound = self._sound.part() if self._sound is not None else None
        if sound is not None:
            blocks += (Block(-2, sound),)
        message = DeltaMessage(content or None, thinking or None, blocks=blocks)
        reason = finish_reason(self.finish, bool(self._slots))
        filtered = self._filtered or None
        return ChunkChoice(self.index, message, reason, self.finish, content_filter=filtered)

    def mended(self, key: object, piece: str | None) -> str | None:
        """*piece* without half characters: the first half waits for the second."""
        if not piece:
            return piece
        piece = self._halves.pop(key, "") + piece
        if "\ud800" <= piece[-1] <= "\udbff":
            self._halves[key] = piece[-1]
            piece = piece[:-1]
        return well_formed(piece)

    def _listed(self, content: object) -> tuple[str | None, str | None, tuple[Block, ...]]:
        """Content that is no text: its text, its thinking, and the thinking with its seals."""
        if not isinstance(content, list):
            return text_of(content), None, ()
        texts: list[str] = []
        thoughts: list[str] = []
        blocks: list[Block] = []
        for part in content_parts(self._wire, content):
            if isinstance(part, TextPart):
                texts.append(part.text)
            else:
                thoughts.append(part.text)
                blocks.append(Block(self._segment, part))
        return "".join(texts) or None, "".join(thoughts) or None, tuple(blocks)

    def _media(self, delta: Mapping[str, Any]) -> tuple[Block, ...]:
        """The images in *delta*; its sound is told at the end, as one."""
        if "audio" in delta:
            self._sound = self._sound or Sound()
            self._sound.add(delta["audio"])
        found = images(delta)
        self._images += len(found)
        first = -2 - self._images
        return tuple(Block(first + place, part) for place, part in enumerate(found))

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
            if "function" not in given:
                if not (given.get("name") or self._slots):
                    return ()  # Snowflake's, of an answer that calls nothing
                given = {"function": given, "index": 0}
            given = [given]
        made: list[ToolCallDelta] = []
        for position, item in enumerate(given if isinstance(given, list) else []):
            inner = item.get("function") if isinstance(item, dict) else None
            if isinstance(inner, dict):
                made.append(self._tool_call(item, inner, position, response_id))
        return tuple(made)

    def _tool_call(
        self, item: Mapping[str, Any], inner: Mapping[str, Any], position: int, response_id: str
    ) -> ToolCallDelta:
        call_id, name = well_formed(text(item.get("id"))), well_formed(text(inner.get("name")))
        piece = arguments_text(inner.get("arguments"))
        slot, new = self._slot(item.get("index"), call_id, name, piece, position)
        if self._halves or not piece.isascii():
            piece = self.mended(slot, piece) or ""
        slot.pieces.append(piece)
        slot.id = slot.id or call_id
        # Some repeat id and name on each piece: they are told once.
        told = None if slot.name else name or None
        slot.name = slot.name or name
        if not new:
            return ToolCallDelta(slot.index, None, told, piece)
        made = call_id or made_up_id(response_id, self.index, slot.index)
        return ToolCallDelta(slot.index, made, told, piece)

    def _slot(
        self, index: object, call_id: str, name: str, piece: str, position: int
    ) -> tuple[ToolSlot, bool]:
        """The call that a piece belongs to, and whether it is the call's first piece.

        The index tells it, where there is one; else the id; else the place in the list.
        """
        placed = isinstance(index, int) and index >= 0
        place = index if placed else ("at", position)
        named = (place if placed else None, call_id)
        slot = self._by_key.get(named) if call_id else None
        if slot is None:
            slot = self._by_key.get(place)
            if slot is not None and slot.ended_by(call_id, name, piece, placed):
                slot = None
        new = slot is None
        if slot is None:
            slot = ToolSlot(len(self._slots))
            self._slots.append(slot)
        self._by_key[place] = self._by_key["at", position] = slot
        if call_id:
            self._by_key[named] = self._by_key[None, call_id] = slot
        return slot, new


def _logprobs(item: Mapping[str, Any], content: object) -> Logprobs | None:
    """How likely the tokens of a delta are; of Together's, which is one token, a number."""
    value = item["logprobs"]
    if isinstance(value, dict) or not content:
        return logprobs(value)
    return Logprobs((token_logprob(content, value, item.get("top_logprobs")),))

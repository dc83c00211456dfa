"""The blocks of a streamed answer, as far as they have come: what the next piece adds.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlockDelta.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define

from ..._json import mended, well_formed
from ..._models.chunks import Block, DeltaMessage, ToolCallDelta
from ..._models.parts import ReasoningPart, TextPart
from .._base import made_up_id
from .answer import arguments_text, citation, image, mapping, string

if TYPE_CHECKING:
    from . import BedrockConverse


@define
class _Picture:
    """An image in an answer, growing."""

    form: object
    pieces: str = ""


class Content:
    """What is known of an answer's blocks while it streams.

    Attributes:
        calls: how many calls of tools there are.
        torn: half characters have come: texts are looked through for them.
    """

    def __init__(self, wire: BedrockConverse) -> None:
        self.calls: int = 0
        self.torn = False
        self._provider = wire.provider or None
        self._tools: dict[int, int] = {}
        self._aside: set[int] = set()  # blocks of tools that AWS itself runs
        self._pictures: dict[int, _Picture] = {}
        self._run: int | None = None  # the block whose plain characters came last
        self._by_blocks: dict[int, bool] = {}
        self._notes = 0
        self._halves: dict[tuple[int, str], str] = {}

    def start(self, data: Mapping[str, Any]) -> DeltaMessage | None:
        """A block begins; nothing tells that of a text."""
        index, start = _index(data), mapping(data.get("start"))
        use = start.get("toolUse")
        if isinstance(use, dict) and use.get("type") != "server_tool_use":
            return DeltaMessage(tool_calls=(self._call(index, use),))
        if isinstance(use, dict) or "toolResult" in start:
            self._aside.add(index)
        elif isinstance(picture := start.get("image"), dict):
            self._pictures[index] = _Picture(picture.get("format"))
        return None

    def delta(self, data: Mapping[str, Any]) -> DeltaMessage | None:
        """A piece of a block."""
        index, delta = _index(data), data.get("delta")
        if not isinstance(delta, dict) or index in self._aside:
            return None
        text = delta.get("text")
        if isinstance(text, str):
            return self._text(index, self._whole(index, "text", text))
        if isinstance(use := delta.get("toolUse"), dict):
            return self._arguments(index, use)
        if isinstance(thought := delta.get("reasoningContent"), dict):
            return self._reasoning(index, thought)
        if isinstance(source := delta.get("citation"), dict):
            return self._citation(index, source)
        if isinstance(picture := delta.get("image"), dict):
            kept = self._pictures.setdefault(index, _Picture("png"))
            kept.pieces += string(mapping(picture.get("source")).get("bytes")) or ""
        return None

    def stop(self, data: Mapping[str, Any]) -> DeltaMessage | None:
        """A block ends: what waited for its end."""
        index = _index(data)
        picture = self._pictures.pop(index, None)
        part = picture and image(picture.form, {"bytes": picture.pieces})
        if part:
            self._run = None
            return DeltaMessage(blocks=(Block(index, part),))
        return self._lone_half(index) if self._halves else None

    def rest(self) -> DeltaMessage | None:
        """What is left to say at the end of an answer whose last block did not end."""
        waiting = next(iter(self._halves), None)
        return None if waiting is None else self._lone_half(waiting[0])

    def _text(self, index: int, text: str) -> DeltaMessage | None:
        """Plain characters; those of a second block beside them as blocks, to stay apart."""
        if not text:
            return None
        if index != self._run:
            apart = self._by_blocks.setdefault(index, self._run is not None)
            if apart:
                self._run = None
                return DeltaMessage(text, blocks=(Block(index, TextPart(text)),))
            self._run = index
        return DeltaMessage(text)

    def _citation(self, index: int, source: Mapping[str, Any]) -> DeltaMessage:
        """What a block cites: it comes before the block's words, or between them."""
        found = citation(mapping(mended(source)) if self.torn else source)
        part = TextPart("", citations=(found,))
        if self._by_blocks.setdefault(index, True):
            self._run = None
            return DeltaMessage(blocks=(Block(index, part),))
        # The words are out as plain characters: this is joined to them.
        self._notes += 1
        return DeltaMessage(blocks=(Block(-self._notes, part),))

    def _reasoning(self, index: int, data: Mapping[str, Any]) -> DeltaMessage | None:
        """Thinking, always as blocks: its seal comes at its end."""
        text = self._whole(index, "reasoning", string(data.get("text")) or "")
        seal, hidden = string(data.get("signature")), string(data.get("redactedContent"))
        if not (text or seal or hidden):
            return None
        self._run = None
        part = ReasoningPart(
            text,
            signature=seal and well_formed(seal),
            encrypted=hidden and well_formed(hidden),
            provider=self._provider,
        )
        return DeltaMessage(reasoning=text or None, blocks=(Block(index, part),))

    def _call(self, index: int, use: Mapping[str, Any]) -> ToolCallDelta:
        """The first piece of a call."""
        self._run = None
        place = self._tools[index] = self.calls
        self.calls += 1
        call_id = string(use.get("toolUseId")) or made_up_id("", 0, place)
        return ToolCallDelta(place, call_id, string(use.get("name")))

    def _arguments(self, index: int, use: Mapping[str, Any]) -> DeltaMessage | None:
        first = () if index in self._tools else (self._call(index, use),)
        given = use.get("input")
        piece = given if isinstance(given, str) else arguments_text(given)
        piece = self._whole(index, "arguments", piece)
        if not piece:
            return DeltaMessage(tool_calls=first) if first else None
        more = ToolCallDelta(self._tools[index], None, None, piece)
        return DeltaMessage(tool_calls=(*first, more))

    def _whole(self, index: int, kind: str, piece: str) -> str:
        """*piece* without half characters: the first half waits for the second."""
        if not self.torn:
            return piece
        piece = self._halves.pop((index, kind), "") + piece
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            self._halves[index, kind] = piece[-1]
            piece = piece[:-1]
        return well_formed(piece)

    def _lone_half(self, index: int) -> DeltaMessage | None:
        """A character whose second half did not come."""
        for kind in ("text", "reasoning", "arguments"):
            if self._halves.pop((index, kind), None) is None:
                continue
            if kind == "text":
                return self._text(index, "\ufffd")
            if kind == "reasoning":
                return self._reasoning(index, {"text": "\ufffd"})
            return self._arguments(index, {"input": "\ufffd"})
        return None


def _index(data: Mapping[str, Any]) -> int:
    index = data.get("contentBlockIndex")
    return index if isinstance(index, int) and index >= 0 else 0

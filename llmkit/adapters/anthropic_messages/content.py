"""The content of a streamed answer, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..._json import JsonValue, dumps, loads, mended, well_formed
from ..._models.chunks import (
    EMPTY_DELTA,
    Block,
    CompletionChunk,
    DeltaMessage,
    Heading,
    ToolCallDelta,
    made_call,
    made_chunk,
)
from ..._models.parts import ReasoningPart, TextPart
from .._base import made_up_id
from . import usual
from .answer import citation, citations, opaque, seal_of_caller, text_of

if TYPE_CHECKING:
    from . import AnthropicMessages


class _Open:
    """A block, as far as it has come."""

    def __init__(self, kind: str, number: int, begun: dict[str, Any], owner: str | None) -> None:
        self.kind = kind
        self.number = number
        self.begun = begun
        self.thought_of = (number, owner)
        self.call = 0
        self.pieces: list[str] = []
        self.half = ""
        # A cited text is a part of its own, or its citations would be all the text's.
        self.apart = "citations" in begun


class Content:
    """Takes the events of content blocks, and gives what each adds to the message.

    Blocks may be open side by side, and be closed in any order, or never.
    """

    def __init__(self, wire: AnthropicMessages) -> None:
        self.torn = False
        self.response_id = ""
        self.calls: int = 0
        self._wire = wire
        self._owner = wire.provider or None
        self._open: dict[int | None, _Open] = {}
        self._count = 0

    def start(self, event: dict[str, Any]) -> DeltaMessage:
        """A block begins; some servers put all of it here."""
        begun = event.get("content_block")
        if not isinstance(begun, dict):
            return EMPTY_DELTA
        block = _Open(text_of(begun.get("type")), self._count, begun, self._owner)
        self._count += 1
        self._open[_index(event)] = block
        match block.kind:
            case "text":
                block.apart = block.apart or self._text_is_open(block)
                return self._text(block, text_of(begun.get("text")), begun.get("citations"))
            case "thinking":
                seal = text_of(begun.get("signature"))
                return self._thinking(block, text_of(begun.get("thinking")), seal)
            case "redacted_thinking":
                data = text_of(begun.get("data"))
                return self._block(block, ReasoningPart(encrypted=data, provider=self._owner))
            case "tool_use":
                return self._call(block)
        return EMPTY_DELTA

    def go_on(
        self, texts: Iterator[bytes], heading: Heading, chunks: list[CompletionChunk]
    ) -> bytes | None:
        """Add the chunks of *texts* up to the first that is not of the usual form, and return it.

        Nearly all are: more of the characters of an open block.
        """
        if self.torn:
            return next(texts, None)
        opened, read = self._open, usual.read
        for text in texts:
            try:
                event = read(text)
                block = opened[event.index]
            except usual.REFUSALS:
                return text
            delta = event.delta
            if isinstance(delta, usual.Text):
                piece = delta.text
                if block.apart or not piece:
                    return text
                chunks.append(made_chunk(heading, piece))
            elif isinstance(delta, usual.Thinking):
                piece = delta.thinking
                if not piece:
                    return text
                chunks.append(made_chunk(heading, None, piece, (), block.thought_of))
            else:
                piece = delta.partial_json
                if not piece or block.kind != "tool_use":
                    return text
                block.pieces.append(piece)
                more = made_call(block.call, None, None, piece)
                chunks.append(made_chunk(heading, None, None, (more,)))
        return None

    def delta(self, event: dict[str, Any]) -> DeltaMessage:
        """A piece of a block."""
        block, delta = self._open.get(_index(event)), event.get("delta")
        if not isinstance(delta, dict):
            return EMPTY_DELTA
        kind = delta.get("type")
        if block is None:
            # A server that leaves out the beginnings of blocks.
            guess = "text" if kind == "text_delta" else "thinking"
            block = _Open(guess, self._count, {}, self._owner)
            self._count += 1
            self._open[_index(event)] = block
        match kind:
            case "text_delta":
                return self._text(block, text_of(delta.get("text")), None)
            case "input_json_delta":
                return self._input(block, text_of(delta.get("partial_json")))
            case "thinking_delta":
                return self._thinking(block, text_of(delta.get("thinking")), "")
            case "signature_delta":
                return self._thinking(block, "", text_of(delta.get("signature")))
            case "citations_delta" if isinstance(delta.get("citation"), dict):
                cited = mended(delta["citation"]) if self.torn else delta["citation"]
                assert isinstance(cited, dict)
                return self._block(block, TextPart("", citations=(citation(cited),)))
        return EMPTY_DELTA

    def stop(self, event: dict[str, Any]) -> DeltaMessage:
        """A block ends."""
        block = self._open.pop(_index(event), None)
        return EMPTY_DELTA if block is None else self._ended(block)

    def close(self) -> DeltaMessage:
        """What was held back of blocks that have not been closed."""
        ended = [self._ended(block) for block in self._open.values()]
        self._open.clear()
        return DeltaMessage(
            content="".join(delta.content for delta in ended if delta.content) or None,
            tool_calls=tuple(call for delta in ended for call in delta.tool_calls),
            blocks=tuple(block for delta in ended for block in delta.blocks),
        )

    def _ended(self, block: _Open) -> DeltaMessage:
        match block.kind:
            case "text" | "thinking":
                if not block.half:
                    return EMPTY_DELTA
                block.half = ""
                if block.kind == "text":
                    return self._text(block, "\ufffd", None)
                return self._thinking(block, "\ufffd", "")
            case "tool_use":
                if block.pieces:
                    return EMPTY_DELTA
                given = dumps(block.begun.get("input") or {}).decode()
                return DeltaMessage(tool_calls=(ToolCallDelta(block.call, None, None, given),))
            case "redacted_thinking":
                return EMPTY_DELTA
        whole = dict(block.begun)
        if block.pieces:
            whole["input"] = _parsed("".join(block.pieces))
        return self._block(block, opaque(self._wire, whole))

    def _text_is_open(self, other: _Open) -> bool:
        return any(block.kind == "text" and block is not other for block in self._open.values())

    def _text(self, block: _Open, text: str, cited: object) -> DeltaMessage:
        if self.torn:
            text = _mended(block, text)
        found = citations(cited) if cited else ()
        if not text and not found:
            return EMPTY_DELTA
        if not block.apart and not found:
            return DeltaMessage(text)
        piece = TextPart(text, citations=found)
        return DeltaMessage(text or None, blocks=(Block(block.number, piece),))

    def _thinking(self, block: _Open, text: str, seal: str) -> DeltaMessage:
        if self.torn:
            text = _mended(block, text)
        if not text and not seal:
            return EMPTY_DELTA
        piece = ReasoningPart(text, signature=seal or None, provider=self._owner)
        return DeltaMessage(reasoning=text or None, blocks=(Block(block.number, piece),))

    def _block(self, block: _Open, piece: TextPart | ReasoningPart) -> DeltaMessage:
        return DeltaMessage(blocks=(Block(block.number, piece),))

    def _call(self, block: _Open) -> DeltaMessage:
        begun = block.begun
        block.call = self.calls
        self.calls += 1
        caller = seal_of_caller(begun)
        call = ToolCallDelta(
            block.call,
            text_of(begun.get("id")) or made_up_id(self.response_id, 0, block.call),
            text_of(begun.get("name")) or None,
            signature=caller,
            provider=None if caller is None else self._owner,
        )
        return DeltaMessage(tool_calls=(call,))

    def _input(self, block: _Open, piece: str) -> DeltaMessage:
        if self.torn:
            piece = _mended(block, piece)
        if not piece:
            return EMPTY_DELTA
        block.pieces.append(piece)
        if block.kind != "tool_use":
            return EMPTY_DELTA  # a tool of the provider's own: told when it is whole
        return DeltaMessage(tool_calls=(ToolCallDelta(block.call, None, None, piece),))


def _index(event: dict[str, Any]) -> int | None:
    index = event.get("index")
    return index if isinstance(index, int) else None


def _parsed(text: str) -> JsonValue:
    try:
        return loads(text)  # type: ignore[return-value]  # JSON it is
    except ValueError:
        return {"INVALID_JSON": text}


def _mended(block: _Open, text: str) -> str:
    """*text* without half characters: the first half waits for the second."""
    if not text:
        return text
    text, block.half = block.half + text, ""
    if "\ud800" <= text[-1] <= "\udbff":
        text, block.half = text[:-1], text[-1]
    return well_formed(text)

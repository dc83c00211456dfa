"""The output of a streamed answer, item by item.

Source: https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from ..._json import well_formed
from ..._models.chunks import Block, ChunkChoice, DeltaMessage, ToolCallDelta
from ..._models.logprobs import Logprobs
from ..._models.parts import ReasoningPart
from .._base import made_up_id
from .answer import (
    arguments_text,
    citations,
    contents,
    logprobs,
    opaque,
    reasoning,
    seal,
    seal_of_call,
    sealed_text,
    text_of,
    thoughts,
)

if TYPE_CHECKING:
    from . import OpenAIResponses

Event: TypeAlias = dict[str, Any]
Said: TypeAlias = Literal["text", "refusal", "arguments", "content", "summary"]
"""What characters are of; the last two are thinking: itself, or its summary."""


class _Piece(NamedTuple):
    """What an event of characters tells: of which kind of item, of what, and where it is."""

    item: str
    said: Said
    place: str
    whole: str


_PIECES: Final = {
    "response.output_text": _Piece("message", "text", "content_index", "text"),
    "response.refusal": _Piece("message", "refusal", "content_index", "refusal"),
    "response.function_call_arguments": _Piece("function_call", "arguments", "", "arguments"),
    "response.reasoning_text": _Piece("reasoning", "content", "content_index", "text"),
    "response.reasoning_summary_text": _Piece("reasoning", "summary", "summary_index", "text"),
}
_DELTAS: Final = {f"{name}.delta": piece for name, piece in _PIECES.items()}
_WHOLES: Final = {f"{name}.done": piece for name, piece in _PIECES.items()}


class _Item:
    """An item, as far as it has come."""

    def __init__(self, kind: str, number: int, begun: Event) -> None:
        self.kind = kind
        self.number = number
        self.begun = begun
        self.done: bool = False
        self.sealed = False
        self.thinking: Said | None = None
        self.call = -1
        self.call_id = ""
        self.name = ""
        self.cited: dict[int, list[Any]] = {}
        self.tokens: set[int] = set()
        self.halves: dict[tuple[Said, int], str] = {}
        self._told: dict[tuple[Said, int], int] = {}

    def told(self, said: Said, place: int, piece: str) -> None:
        """*piece* goes out."""
        key = said, place
        self._told[key] = self._told.get(key, 0) + len(piece)

    def rest(self, said: Said, place: int, whole: str) -> str:
        """What of *whole* has not gone out yet."""
        self.halves.pop((said, place), None)
        return whole[self._told.get((said, place), 0) :]

    def mended(self, said: Said, place: int, piece: str) -> str:
        """*piece* without half characters: the first half waits for the second."""
        piece = self.halves.pop((said, place), "") + piece
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            self.halves[said, place] = piece[-1]
            piece = piece[:-1]
        return well_formed(piece)


class Output:
    """Takes the events of an answer's items, and gives what each adds to the message.

    Items are known by their place, else by their id, else by what came last. A server may send
    pieces and the whole, or the whole alone, of a text, of an item or of the answer: what is
    told again is told once.
    """

    def __init__(self, wire: OpenAIResponses) -> None:
        self.torn = False
        self.response_id = ""
        self.calls: int = 0
        self._wire = wire
        self._items: dict[tuple[object, str], _Item] = {}
        self._last: _Item | None = None
        self._placed = False
        self._blocks = 0
        self._text: tuple[_Item, int] | None = None  # whose seal is still to come

    def take(self, kind: str, event: Event) -> list[ChunkChoice]:
        """What an event of that *kind* adds."""
        piece = _DELTAS.get(kind)
        if piece is not None:
            return self._delta(event, piece)
        piece = _WHOLES.get(kind)
        if piece is not None:
            return self._whole(event, piece)
        match kind:
            case "response.output_item.added":
                return self._added(event)
            case "response.output_item.done" if isinstance(whole := event.get("item"), dict):
                return self._ended(self._item(event, text_of(whole.get("type")), whole), whole)
            case "response.content_part.done" if isinstance(part := event.get("part"), dict):
                item = self._item(event, _kind_of_part(part))
                return self._content(item, _place(event, "content_index"), part)
            case "response.output_text.annotation.added":
                item = self._item(event, "message")
                cited = item.cited.setdefault(_place(event, "content_index"), [])
                cited.append(event.get("annotation"))
        return []

    def finish(self, output: object) -> list[ChunkChoice]:
        """What was held back, and what of the whole *output* no event has told."""
        chunks: list[ChunkChoice] = []
        known = list(self._items.values())
        for index, whole in enumerate(output if isinstance(output, list) else ()):
            if not isinstance(whole, dict):
                continue
            kind = text_of(whole.get("type"))
            key: object = index if self._placed else whole.get("id")
            item = self._items.get((key, kind)) if isinstance(key, str | int) else None
            if item is None and not self._placed and index < len(known):
                item = known[index] if known[index].kind == kind else None
            if item is None:
                item = self._new((("late", index), kind), whole)
            chunks += self._again(item, whole) if item.done else self._ended(item, whole)
        for item in self._items.values():
            if not item.done:
                chunks += self._ended(item, item.begun)
            for (said, place), _ in list(item.halves.items()):
                chunks += self._say(item, said, place, "\ufffd")
        return [*chunks, *self._seal_text()]

    def _item(self, event: Event, kind: str, begun: Event | None = None) -> _Item:
        index = event.get("output_index")
        name = event.get("item_id") or (begun or {}).get("id")
        key: tuple[object, str] | None = None
        if isinstance(index, int):
            self._placed = True
            key = index, kind
        elif isinstance(name, str):
            key = name, kind
        elif (last := self._last) is not None and last.kind == kind and not last.done:
            return last
        item = self._items.get(key) if key is not None else None
        if item is None:
            item = self._new(key or (("unnamed", len(self._items)), kind), begun or {})
        return item

    def _new(self, key: tuple[object, str], begun: Event) -> _Item:
        item = self._items[key] = self._last = _Item(key[1], self._blocks, begun)
        self._blocks += 1
        if item.kind == "function_call":
            item.call = self.calls
            self.calls += 1
        return item

    def _added(self, event: Event) -> list[ChunkChoice]:
        begun = event.get("item")
        if not isinstance(begun, dict):
            return []
        item = self._item(event, text_of(begun.get("type")), begun)
        item.begun = item.begun or begun
        return self._call(item, "", begun) if item.kind == "function_call" else []

    def _delta(self, event: Event, piece: _Piece) -> list[ChunkChoice]:
        text = event.get("delta")
        if not isinstance(text, str):
            return []
        item, place = self._item(event, piece.item), _place(event, piece.place)
        if self.torn:
            text = item.mended(piece.said, place, text)
        tokens = event.get("logprobs")
        return self._say(item, piece.said, place, text, tokens)

    def _whole(self, event: Event, piece: _Piece) -> list[ChunkChoice]:
        item, place = self._item(event, piece.item), _place(event, piece.place)
        rest = item.rest(piece.said, place, text_of(event.get(piece.whole)))
        tokens = None if place in item.tokens else event.get("logprobs")
        return self._say(item, piece.said, place, rest, tokens)

    def _content(self, item: _Item, place: int, content: Event) -> list[ChunkChoice]:
        """A part of a message, whole."""
        if item.kind != "message":
            said: Said = "content"
            return self._say(item, said, place, item.rest(said, place, _text(content)))
        cited = content.get("annotations")
        if cited and isinstance(cited, list):
            item.cited[place] = cited
        refusal = item.rest("refusal", place, text_of(content.get("refusal")))
        tokens = None if place in item.tokens else content.get("logprobs")
        return [
            *self._say(item, "text", place, item.rest("text", place, _text(content)), tokens),
            *self._say(item, "refusal", place, refusal),
        ]

    def _ended(self, item: _Item, whole: Event) -> list[ChunkChoice]:
        """An item, whole."""
        if item.done:
            return []
        item.done = True
        match item.kind:
            case "message":
                chunks: list[ChunkChoice] = []
                for place, content in enumerate(contents(whole)):
                    if isinstance(content, dict):
                        chunks += self._content(item, place, content)
                if self._text is not None and self._text[0] is item:
                    chunks += self._seal_text(whole)
                return chunks
            case "function_call":
                text = arguments_text(whole.get("arguments"))
                return self._call(item, item.rest("arguments", 0, text), whole, last=True)
            case "reasoning":
                return self._thought(item, whole)
            case _:
                return self._block(item.number, opaque(self._wire, whole)) if whole else []

    def _thought(self, item: _Item, whole: Event) -> list[ChunkChoice]:
        found = thoughts(whole, item.thinking)
        said: Said = item.thinking or "summary"
        text = "".join(item.rest(said, place, one) for place, one in enumerate(found))
        part = reasoning(self._wire, whole, text)
        item.sealed = part.encrypted is not None
        return [*self._seal_text(), _thinking(item.number, part)] if whole or text else []

    def _again(self, item: _Item, whole: Event) -> list[ChunkChoice]:
        """An item whose end was told before: some send the seal of thinking only here."""
        encrypted = text_of(whole.get("encrypted_content"))
        if item.kind != "reasoning" or item.sealed or not encrypted:
            return []
        part = ReasoningPart(encrypted=encrypted, provider=self._wire.provider or None)
        return self._block(item.number, part)

    def _say(
        self, item: _Item, said: Said, place: int, text: str, tokens: object = None
    ) -> list[ChunkChoice]:
        """*text* goes out, the next characters of what is *said* there."""
        if not text and not tokens:
            return []
        item.told(said, place, text)
        match said:
            case "text":
                found = logprobs(tokens)
                if found is not None:
                    item.tokens.add(place)
                return self._say_text(item, place, text, found)
            case "refusal":
                return [*self._seal_text(), ChunkChoice(0, DeltaMessage(refusal=text or None))]
            case "arguments":
                return self._call(item, text, {})
        # A server that sends thinking and its summary: the one that comes first is shown.
        if item.thinking not in (None, said):
            return []
        item.thinking = said
        part = ReasoningPart(text, provider=self._wire.provider or None)
        return [*self._seal_text(), _thinking(item.number, part)]

    def _say_text(
        self, item: _Item, place: int, text: str, tokens: Logprobs | None
    ) -> list[ChunkChoice]:
        chunk = ChunkChoice(0, DeltaMessage(text or None), logprobs=tokens)
        open_text = self._text
        if open_text is not None and open_text[0] is item and open_text[1] == place:
            return [chunk]
        before = self._seal_text()
        self._text = (item, place) if text else None
        return [*before, chunk]

    def _seal_text(self, whole: Event | None = None) -> list[ChunkChoice]:
        """What belongs to the text that has gone out: before anything else does."""
        if self._text is None:
            return []
        item, place = self._text
        self._text = None
        sealed = seal(whole or item.begun, "id", "phase")
        cited = citations(item.cited.get(place))
        if sealed is None and not cited:
            return []
        part = sealed_text(self._wire, "", cited, sealed)
        self._blocks += 1
        return [ChunkChoice(0, DeltaMessage(blocks=(Block(self._blocks - 1, part),)))]

    def _call(
        self, item: _Item, text: str, whole: Event, *, last: bool = False
    ) -> list[ChunkChoice]:
        """What is new of a call: its id and name, once; more of its arguments; its seal."""
        name = "" if item.name else text_of(whole.get("name"))
        call_id = "" if item.call_id else text_of(whole.get("call_id"))
        if last and not item.call_id and not call_id:
            call_id = made_up_id(self.response_id, 0, item.call)
        item.name, item.call_id = item.name or name, item.call_id or call_id
        sealed = seal_of_call(whole) if last else None
        if not (text or name or call_id or sealed):
            return []
        delta = ToolCallDelta(
            item.call,
            call_id or None,
            name or None,
            text,
            signature=sealed,
            provider=None if sealed is None else self._wire.provider or None,
        )
        return [*self._seal_text(), ChunkChoice(0, DeltaMessage(tool_calls=(delta,)))]

    def _block(self, number: int, part: ReasoningPart) -> list[ChunkChoice]:
        return [*self._seal_text(), _thinking(number, part)]


def _thinking(number: int, part: ReasoningPart) -> ChunkChoice:
    return ChunkChoice(0, DeltaMessage(reasoning=part.text or None, blocks=(Block(number, part),)))


def _kind_of_part(part: Event) -> str:
    return "reasoning" if part.get("type") == "reasoning_text" else "message"


def _text(content: Event) -> str:
    return text_of(content.get("text"))


def _place(event: Event, name: str) -> int:
    index = event.get(name)
    return index if isinstance(index, int) else 0

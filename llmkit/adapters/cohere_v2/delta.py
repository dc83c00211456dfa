"""The events of a streamed answer, as what they add to its message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._json import JsonValue, well_formed
from ..._models.chunks import Block, ChunkChoice, DeltaMessage, ToolCallDelta
from ..._models.logprobs import Logprobs
from ..._models.parts import Citation, ReasoningPart, TextPart
from .._base import made_up_id
from .answer import (
    arguments_text,
    citation,
    is_of_plan,
    mapping,
    offset_of,
    plan,
    text_of,
    token_logprob,
)

if TYPE_CHECKING:
    from . import CohereV2

_CITED = -1  # the block of what the texts cite, which is told at the end
_PLAN = -2  # the block of the plan


class Message:
    """The one message of a stream, as far as it has come.

    Attributes:
        response_id: the provider's id for the answer.
        torn: some text came with half a character, whose other half may come yet.
        calls: how many calls there are.
    """

    def __init__(self, wire: CohereV2) -> None:
        self.response_id = ""
        self.torn = False
        self.calls: int = 0
        self._wire = wire
        self._halves: dict[object, str] = {}
        self._offsets: dict[int, int] = {}  # where each block of text begins
        self._length = 0  # of the text so far
        self._plan: list[str] = []
        self._plan_told = False
        self._plan_cited: list[JsonValue] = []
        self._cited: list[Citation] = []
        self._slots: dict[int, int] = {}  # the wire's index of a call, and ours

    def choice(self, kind: object, data: dict[str, Any]) -> ChunkChoice | None:
        """What an event of this *kind* adds; None where it adds nothing to be shown."""
        delta = data.get("delta")
        message = delta.get("message") if isinstance(delta, dict) else None
        if not isinstance(message, dict):
            return None
        match kind:
            case "content-delta" | "content-start":
                return self._content(message.get("content"), data)
            case "tool-call-delta":
                return self._arguments(message, data.get("index"))
            case "tool-call-start":
                return self._call(message, data.get("index"))
            case "tool-plan-delta":
                self._plan.append(self._mended("plan", text_of(message.get("tool_plan"))))
            case "citation-start":
                self._cite(message.get("citations"))
        return None

    def last(self) -> DeltaMessage:
        """What is left to say once the stream has ended."""
        # Half a character is still waiting for its other half, where the text was cut there.
        content = well_formed(self._halves.get("text", ""))
        thinking = well_formed(self._halves.get("thinking", ""))
        blocks = list(self._told_plan())
        if self._plan_cited and self._plan:
            # With the plan's own block number, it is added to that.
            piece = ReasoningPart(raw={"citations": self._plan_cited})
            blocks.append(Block(_PLAN, piece))
        if self._cited and (self._length or content):
            blocks.append(Block(_CITED, TextPart(content, citations=self._cited)))
        return DeltaMessage(content or None, thinking or None, blocks=tuple(blocks))

    def _content(self, content: object, data: dict[str, Any]) -> ChunkChoice | None:
        if not isinstance(content, dict):
            return None
        text, thinking = text_of(content.get("text")), text_of(content.get("thinking"))
        if self.torn:
            text, thinking = self._mended("text", text), self._mended("thinking", thinking)
        tokens = self._logprobs(data["logprobs"]) if data.get("logprobs") else None
        if text:
            index = data.get("index")
            if isinstance(index, int):
                self._offsets.setdefault(index, self._length)
            self._length += len(text)
        elif not thinking and tokens is None:
            return None
        return ChunkChoice(0, DeltaMessage(text or None, thinking or None), logprobs=tokens)

    def _logprobs(self, item: object) -> Logprobs | None:
        token = token_logprob(item)
        return None if token is None else Logprobs((token,))

    def _call(self, message: Mapping[str, Any], index: object) -> ChunkChoice | None:
        call = _the_call(message)
        function = mapping(call.get("function"))
        if not call:
            return None
        slot = self.calls
        self.calls += 1
        if isinstance(index, int):
            self._slots[index] = slot
        piece = ToolCallDelta(
            slot,
            well_formed(text_of(call.get("id"))) or made_up_id(self.response_id, 0, slot),
            well_formed(text_of(function.get("name"))) or None,
            self._mended(slot, arguments_text(function.get("arguments"))),
        )
        return ChunkChoice(0, DeltaMessage(tool_calls=(piece,), blocks=self._told_plan()))

    def _arguments(self, message: Mapping[str, Any], index: object) -> ChunkChoice | None:
        # Without an index, or with a strange one, it is the last call that goes on.
        slot = self._slots.get(index, self.calls - 1) if isinstance(index, int) else self.calls - 1
        if slot < 0:
            return None
        function = mapping(_the_call(message).get("function"))
        text = arguments_text(function.get("arguments"))
        if self.torn:
            text = self._mended(slot, text)
        if not text:
            return None
        return ChunkChoice(0, DeltaMessage(tool_calls=(ToolCallDelta(slot, None, None, text),)))

    def _told_plan(self) -> tuple[Block, ...]:
        """The plan, once: it is whole when the first call comes."""
        said = "".join(self._plan)
        if not said or self._plan_told:
            return ()
        self._plan_told = True
        return (Block(_PLAN, plan(self._wire, said, [])),)

    def _cite(self, given: object) -> None:
        for raw in given if isinstance(given, list) else [given]:
            if not isinstance(raw, dict):
                continue
            if is_of_plan(raw):
                self._plan_cited.append(raw)
            else:
                self._cited.append(citation(raw, offset_of(raw, self._offsets)))

    def _mended(self, key: object, piece: str) -> str:
        """*piece* without half characters: the first half waits for the second."""
        if not piece or not self.torn:
            return piece
        piece = self._halves.pop(key, "") + piece
        if "\ud800" <= piece[-1] <= "\udbff":
            self._halves[key] = piece[-1]
            piece = piece[:-1]
        return well_formed(piece)


def _the_call(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The call in an event: an object where a list would be expected; a list is read, too."""
    given = message.get("tool_calls")
    if isinstance(given, list):
        given = given[0] if given else None
    return mapping(given)

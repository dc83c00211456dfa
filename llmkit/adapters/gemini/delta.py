"""One candidate of a stream, as far as it has come: what the next event adds to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..._json import dumps, well_formed
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
from ..._models.messages import AssistantPart
from ..._models.parts import Citation, ReasoningPart, TextPart
from ..._models.response import FinishReason
from ..._models.tools import ToolCall
from .._base import made_up_id
from .answer import answered_calls, finish_reason, logprobs, parts_of, read_part
from .citations import citations
from .partial import PartialCall

if TYPE_CHECKING:
    from . import Gemini
    from .usual import Part


class CandidateState:
    """What is known of one candidate while it streams."""

    def __init__(self, index: int, wire: Gemini, blocked: str | None = None) -> None:
        self.index = index
        self.finish = blocked
        self._blocked = blocked is not None  # the prompt was: there will be no answer
        self._wire = wire
        self._blocks = 0
        self._calls = 0
        self._open_calls = 0
        self._partial: PartialCall | None = None
        self._seed: Callable[[], str] | None = None
        self._seed_of_ids: str | None = None
        self._ids = ""  # what is made up from it, but for the call's number
        self._halves: dict[bool, str] = {}  # of thinking, and of the answer
        self._texts: list[str] = []
        self._sources: list[Mapping[str, object]] = []

    def choices(
        self, item: Mapping[str, Any], seed: Callable[[], str], *, torn: bool = False
    ) -> list[ChunkChoice]:
        """What *item*, an element of `candidates`, adds: one delta for each part or run of them.

        Args:
            item: the candidate.
            seed: what ids are made up from, where one is needed.
            torn: there may be half characters in the texts.
        """
        reason = item.get("finishReason")
        if isinstance(reason, str) and reason:
            self.finish = reason
        if "groundingMetadata" in item or "citationMetadata" in item:
            self._sources.append(item)
        parts = parts_of(item)
        if torn:
            parts = [self._mended(part) for part in parts]
        deltas = self._deltas(parts, seed) if parts else []
        tokens = logprobs(item["logprobsResult"]) if "logprobsResult" in item else None
        if tokens is not None and not deltas:
            deltas = [DeltaMessage()]
        made = [ChunkChoice(self.index, delta) for delta in deltas]
        if tokens is not None:
            made[0] = ChunkChoice(self.index, deltas[0], logprobs=tokens)
        return made

    def going_on(self, part: Part, heading: Heading, seed: str) -> CompletionChunk | None:
        """The chunk of *part*, where that is no more than words, thinking or a call.

        None is for `choices` to tell.

        Args:
            part: the part.
            heading: what all chunks of the answer have.
            seed: what ids are made up from, or "" where that is not known.
        """
        text, call = part.text, part.function_call
        if text:
            if call is not None:
                return None
            if part.thought:
                return made_chunk(heading, None, text, (), None, self.index)
            self._texts.append(text)
            return made_chunk(heading, text, None, (), None, self.index)
        if call is None or part.thought or not seed or self._partial is not None:
            return None
        index = self._calls
        self._calls += 1
        self._open_calls += 1
        arguments = "{}" if call.args is None else dumps(call.args).decode()
        made = made_call(index, self._made_up_id(seed, index), call.name, arguments)
        return made_chunk(heading, None, None, (made,), None, self.index)

    def _made_up_id(self, seed: str, index: int) -> str:
        if seed != self._seed_of_ids:  # it stays the same: 0.4 µs less for each call
            self._seed_of_ids = seed
            self._ids = made_up_id(seed, self.index, 0).removesuffix("0")
        return f"{self._ids}{index}"

    def last(self) -> ChunkChoice:
        """What is left to say once the stream has ended: what is cited, and the reason."""
        calls = self._unfinished()
        cited = self._cited()
        # Half a character is still waiting for its other half, where the text was cut there.
        text = well_formed(self._halves.get(False, ""))
        thinking = well_formed(self._halves.get(True, ""))
        blocks = (Block(-1, TextPart(text, citations=cited)),) if cited else ()
        message = DeltaMessage(text or None, thinking or None, None, calls, blocks)
        reason = finish_reason(self.finish, self._open_calls)
        if self._blocked:
            reason = FinishReason.CONTENT_FILTER
        return ChunkChoice(self.index, message, reason, self.finish)

    def _cited(self) -> tuple[Citation, ...]:
        if not self._texts:
            return ()
        whole = ["".join(self._texts)]
        found: list[Citation] = []
        for source in self._sources:
            found += [one for one in citations(source, whole) if one not in found]
        return tuple(found)

    def _mended(self, part: dict[str, Any]) -> dict[str, Any]:
        """*part*, its text without half characters: the first half waits for the second."""
        text = part.get("text")
        if not isinstance(text, str) or not text:
            return part
        kind = part.get("thought") is True
        text = self._halves.pop(kind, "") + text
        if "\ud800" <= text[-1] <= "\udbff":
            self._halves[kind] = text[-1]
            text = text[:-1]
        return {**part, "text": well_formed(text)}

    def _deltas(self, parts: list[dict[str, Any]], seed: Callable[[], str]) -> list[DeltaMessage]:
        deltas: list[DeltaMessage] = []
        for part in parts:
            text = part.get("text")
            if len(part) == 1 and isinstance(text, str):  # by far the most of them
                if text:
                    self._texts.append(text)
                    deltas.append(DeltaMessage(text))
                continue
            if not self._is_partial(part):
                deltas += self._read(part, seed)
            elif (whole := self._grown(part, seed)) is not None:
                deltas += self._read(whole, seed)
        return deltas

    def _read(self, part: Mapping[str, Any], seed: Callable[[], str]) -> list[DeltaMessage]:
        call_id = self._made_up_id(seed(), self._calls) if "functionCall" in part else ""
        return [self._delta(made) for made in read_part(self._wire, part, call_id)]

    def _delta(self, part: AssistantPart) -> DeltaMessage:
        self._open_calls += answered_calls(part)
        if isinstance(part, ToolCall):
            self._calls += 1
            return DeltaMessage(
                tool_calls=(
                    ToolCallDelta(
                        self._calls - 1,
                        part.id,
                        part.name,
                        part.arguments_json,
                        signature=part.signature,
                        provider=part.provider,
                    ),
                )
            )
        text = reasoning = None
        if isinstance(part, TextPart):
            text = part.text
            self._texts.append(text)
            if part.signature is None:
                return DeltaMessage(text)
        elif isinstance(part, ReasoningPart):
            reasoning = part.text or None
            if part.signature is None and part.raw is None:
                return DeltaMessage(reasoning=reasoning)
        # A sealed part is one of its own: joined to its neighbour, it is refused.
        block = Block(self._blocks, part)
        self._blocks += 1
        return DeltaMessage(text, reasoning, blocks=(block,))

    def _is_partial(self, part: Mapping[str, Any]) -> bool:
        call = part.get("functionCall")
        if not isinstance(call, dict):
            return False
        return self._partial is not None or bool(call.get("willContinue"))

    def _grown(self, part: Mapping[str, Any], seed: Callable[[], str]) -> Mapping[str, Any] | None:
        """A call whose arguments come in pieces, once its last piece is there."""
        if self._partial is None:
            self._partial = PartialCall()
            self._seed = seed
        if not self._partial.add(part):
            return None
        whole = self._partial.part
        self._partial = None
        return whole

    def _unfinished(self) -> tuple[ToolCallDelta, ...]:
        """A call whose last piece never came: what there is of it."""
        if self._partial is None or self._seed is None:
            return ()
        deltas = self._read(self._partial.part, self._seed)
        self._partial = None
        return tuple(call for delta in deltas for call in delta.tool_calls)

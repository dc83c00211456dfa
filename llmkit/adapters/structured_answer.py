"""An answer of a schema, turned back into what was asked for: for all wires, whole or streamed.

What came as the arguments of a forced tool is text again, and what stood under the key of an
object around it stands alone. What a model says on its way to the call is no part of the answer:
it is thinking, aloud.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from .._models.adjustments import Adjuster
from .._models.chunks import (
    EMPTY_DELTA,
    Block,
    ChunkChoice,
    CompletionChunk,
    DeltaMessage,
    ToolCallDelta,
)
from .._models.messages import AssistantMessage, AssistantPart
from .._models.parts import ReasoningPart, TextPart
from .._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from .._models.tools import ToolCall
from .structured import OUTPUT_TOOL


class StructuredAnswer:
    """One answer of a schema, read back: a whole one, or the chunks of a stream in order.

    Args:
        tool: it comes as the arguments of a call of `OUTPUT_TOOL`.
        key: the key that it stands under, where an object was put around it.
        provider: whose answer it is.
    """

    def __init__(self, *, tool: bool, key: str | None, provider: str | None = None) -> None:
        self._tool = tool
        self._key = key
        self._provider = provider
        self._choices: dict[int, _Choice] = {}

    @classmethod
    def of(cls, adjust: Adjuster) -> StructuredAnswer | None:
        """How the answer is to be read that was asked for so; None: it is what it is."""
        tool = adjust.structured_by == "tool"
        if not tool and not adjust.answer_key:
            return None
        return cls(tool=tool, key=adjust.answer_key, provider=adjust.provider)

    def whole(self, response: ChatCompletionResponse[object]) -> ChatCompletionResponse[object]:
        """*response*, as it was asked for."""
        return evolve(response, choices=tuple(map(self._whole_choice, response.choices)))

    def chunk(self, chunk: CompletionChunk) -> CompletionChunk:
        """*chunk*, as it was asked for."""
        choices = [*map(self._chunk_choice, chunk.choices)]
        if chunk.is_last_chunk:
            # Some wires end without a reason: what was held back is told here.
            rests = {index: choice.end() for index, choice in self._choices.items()}
            choices += [ChunkChoice(index, rest) for index, rest in rests.items() if rest]
        return evolve(chunk, choices=tuple(choices))

    def _choice(self, index: int) -> _Choice:
        made = _Choice(self._key, tool=self._tool, provider=self._provider)
        return self._choices.setdefault(index, made)

    def _whole_choice(self, given: ChatCompletionChoice) -> ChatCompletionChoice:
        choice = self._choice(given.index)
        parts = choice.parts(given.message.parts)
        message = AssistantMessage.of_parts(parts)
        return evolve(given, message=message, finish_reason=choice.finish(given.finish_reason))

    def _chunk_choice(self, given: ChunkChoice) -> ChunkChoice:
        choice = self._choice(given.index)
        delta = choice.delta(given.delta, last=given.finish_reason is not None)
        if given.finish_reason is None:
            return evolve(given, delta=delta)
        return evolve(given, delta=delta, finish_reason=choice.finish(given.finish_reason))


class _Choice:
    """One of the answers, as far as it has come."""

    def __init__(self, key: str | None, *, tool: bool, provider: str | None) -> None:
        self._tool = tool
        self._provider = provider
        self._inside = None if key is None else _Inside(key)
        self._output: int | None = None  # the call that is the answer, by its index
        self._others: dict[int, int] = {}  # the calls that are none, and their new indices
        self._said = False
        self._ended = False
        self._held = ""  # text of which the next call says what it is

    def finish(self, given: FinishReason) -> FinishReason:
        """Why it ended: not to call a tool that is none."""
        called = given is FinishReason.TOOL_CALLS and self._output is not None
        return FinishReason.STOP if called and not self._others else given

    def parts(self, given: Sequence[AssistantPart]) -> list[AssistantPart]:
        """The parts of a whole answer."""
        parts: list[AssistantPart] = []
        calls = -1
        for place, part in enumerate(given):
            calls += isinstance(part, ToolCall)
            if isinstance(part, ToolCall) and self._is_output(calls, part.name):
                if calls == self._output:
                    text = self._text(part.arguments_json or "{}") + self._rest()
                    seal, whose = part.signature, part.provider
                    parts.append(TextPart(text, signature=seal, provider=whose))
            elif isinstance(part, TextPart) and not self._tool:
                parts.append(evolve(part, text=self._text(part.text)))
            elif isinstance(part, TextPart) and self._is_aside(part, given[place:]):
                if part.text.strip():
                    parts.append(ReasoningPart(part.text, provider=self._provider))
            else:
                parts.append(part)
        if not self._tool and (rest := self._rest()):
            parts.append(TextPart(rest))
        return parts

    def _is_aside(self, part: TextPart, rest: Sequence[AssistantPart]) -> bool:
        """Whether *part* is said beside the answer: after it, or before with no other call next."""
        if not _is_plain(part):
            return False
        following = (item.name for item in rest if isinstance(item, ToolCall))
        return self._output is not None or next(following, "") == OUTPUT_TOOL

    def end(self) -> DeltaMessage | None:
        """What was held back, where no chunk was known to be the last."""
        rest = None if self._ended else self.delta(EMPTY_DELTA, last=True)
        return rest if rest != EMPTY_DELTA else None

    def delta(self, given: DeltaMessage, *, last: bool) -> DeltaMessage:
        """What a chunk adds."""
        self._ended = self._ended or last
        return self._of_tool(given, last) if self._tool else self._of_text(given, last)

    def _of_text(self, given: DeltaMessage, last: bool) -> DeltaMessage:
        if any(isinstance(block.part, TextPart) for block in given.blocks):
            blocks = [
                evolve(block, part=evolve(block.part, text=self._text(block.part.text)))
                if isinstance(block.part, TextPart)
                else block
                for block in given.blocks
            ]
            if last and (rest := self._rest()):
                blocks.append(Block(-1, TextPart(rest)))
            texts = [block.part.text for block in blocks if isinstance(block.part, TextPart)]
            return evolve(given, content="".join(texts) or None, blocks=tuple(blocks))
        text = self._text(given.content or "") + (self._rest() if last else "")
        return evolve(given, content=text or None)

    def _of_tool(self, given: DeltaMessage, last: bool) -> DeltaMessage:
        blocks, said = _without_plain_text(given)
        self._held += said
        aside = before = text = ""
        seal, whose = None, None
        calls: list[ToolCallDelta] = []
        for piece in given.tool_calls:
            if not self._is_output(piece.index, piece.name):
                calls.append(evolve(piece, index=self._others[piece.index]))
                before += self._released() if self._output is None else ""
            elif piece.index == self._output:
                text += self._text(piece.arguments_json)
                self._said = self._said or bool(piece.arguments_json)
                seal, whose = seal or piece.signature, whose or piece.provider
        if self._output is not None and self._held.strip():
            aside = self._released()
        if last and self._output is not None:
            text += self._rest() if self._said else "{}"
        elif last:
            before += self._released()
        if aside and any(isinstance(block.part, ReasoningPart) for block in blocks):
            blocks = [*blocks, Block(-3, ReasoningPart(aside, provider=self._provider))]
        told = [block.part.text for block in blocks if isinstance(block.part, TextPart)]
        if seal is not None or told:
            # Where blocks tell text, they alone do: see `DeltaMessage.blocks`.
            first = [Block(-2, TextPart(before))] if before else []
            sealed = Block(-1, TextPart(text, signature=seal, provider=whose))
            blocks = [*first, *blocks, *([sealed] if text or seal is not None else [])]
        return evolve(
            given,
            content="".join((before, *told, text)) or None,
            reasoning=(given.reasoning or "") + aside or None,
            tool_calls=tuple(calls),
            blocks=tuple(blocks),
        )

    def _released(self) -> str:
        held, self._held = self._held, ""
        return held

    def _is_output(self, index: int, name: str | None) -> bool:
        """Whether a call stands for the answer; of several that do, the first is it."""
        if not self._tool or index in self._others:
            return False
        if name == OUTPUT_TOOL:
            self._output = index if self._output is None else self._output
            return True
        if name is None:
            return True  # a further piece of a call that is in no other's place
        self._others[index] = len(self._others)
        return False

    def _text(self, text: str) -> str:
        return text if self._inside is None else self._inside.feed(text)

    def _rest(self) -> str:
        return "" if self._inside is None else self._inside.close()


def _is_plain(part: object) -> bool:
    """Whether *part* is text and no more than that."""
    return isinstance(part, TextPart) and part == TextPart(part.text)


def _without_plain_text(given: DeltaMessage) -> tuple[list[Block], str]:
    """The blocks of *given* that are more than plain text, and the text that is not in them."""
    blocks = [block for block in given.blocks if not _is_plain(block.part)]
    texts = [block.part.text for block in given.blocks if isinstance(block.part, TextPart)]
    if not texts:
        return blocks, given.content or ""
    plain = [block.part for block in given.blocks if _is_plain(block.part)]
    return blocks, "".join(part.text for part in plain if isinstance(part, TextPart))


class _Inside:
    """The text of what stands under the one key of a JSON object, as it comes."""

    def __init__(self, key: str) -> None:
        self._head = f'{{"{key}":'
        self._held = ""
        self._within: bool | None = None  # not known yet

    def feed(self, text: str) -> str:
        """The next characters that are surely inside."""
        if self._within is False:
            return text
        self._held += text
        if self._within is None and not self._begin():
            return ""
        if not self._within:
            return self.close()
        inside = self._held.rstrip()
        if inside.endswith("}"):  # the last of them is the object's own
            inside = inside[:-1].rstrip()
        self._held = self._held[len(inside) :]
        return inside

    def _begin(self) -> bool:
        """Whether it is known now if there is such an object."""
        position = 0
        for wanted in self._head:
            while position < len(self._held) and self._held[position].isspace():
                position += 1
            if position == len(self._held):
                return False
            if self._held[position] != wanted:
                self._within = False
                return True
            position += 1
        self._held = self._held[position:].lstrip()
        self._within = bool(self._held) or None
        if self._within is None:
            self._held = self._head  # white space may follow
        return bool(self._within)

    def close(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return "" if self._within and held.strip() == "}" else held

"""Chunks, folded into the answer that they are pieces of."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Factory, define, evolve

from .._json import JsonObject, well_formed
from .chunks import Block, ChunkChoice, CompletionChunk, DeltaMessage, ToolCallDelta
from .logprobs import Logprobs, TokenLogprob
from .messages import AssistantMessage, AssistantPart
from .parts import ReasoningPart, RefusalPart, TextPart
from .response import ChatCompletionChoice, ChatCompletionResponse, FinishReason, created_at
from .tools import ToolCall
from .usage import NO_USAGE, Usage

_NO_SEALS = (None, None, None, None)


@define
class _Run:
    """Characters that belong together: of the text, the thinking or the refusal."""

    kind: type[TextPart] | type[ReasoningPart] | type[RefusalPart]
    pieces: list[str] = Factory(list)

    def part(self) -> AssistantPart:
        return self.kind(well_formed("".join(self.pieces)))


@define
class _Call:
    """A tool call, growing."""

    id: str = ""
    name: str = ""
    pieces: list[str] = Factory(list)
    signature: str | None = None
    provider: str | None = None

    def add(self, delta: ToolCallDelta) -> None:
        self.pieces.append(delta.arguments_json)
        if not self.id:
            self.id = delta.id or ""
        if not self.name:
            self.name = delta.name or ""
        if delta.signature is not None:
            self.signature = _joined(self.signature, delta.signature)
        if not self.provider:
            self.provider = delta.provider

    def part(self) -> AssistantPart:
        return ToolCall(
            self.id,
            self.name,
            well_formed("".join(self.pieces)),
            signature=self.signature,
            provider=self.provider,
        )


@define
class _Part:
    """A part that came in blocks.

    Of thinking and of text, the characters are kept, and of the pieces those alone that tell
    more: most do not, and each would hold 150 bytes.
    """

    first: AssistantPart
    last: AssistantPart | None = None
    provider: str | None = None
    texts: list[str] = Factory(list)
    more: list[ReasoningPart | TextPart] = Factory(list)

    def add(self, piece: AssistantPart) -> None:
        self.last = piece
        if isinstance(piece, ReasoningPart) and isinstance(self.first, ReasoningPart):
            seals = (piece.signature, piece.encrypted, piece.id, piece.raw)
            told = seals != _NO_SEALS
        elif isinstance(piece, TextPart) and isinstance(self.first, TextPart):
            told = piece.signature is not None or bool(piece.citations)
        else:
            return
        self.texts.append(piece.text)
        if self.provider is None:
            self.provider = piece.provider
        if told:
            self.more.append(piece)

    def part(self) -> AssistantPart:
        first = self.first
        if isinstance(first, TextPart):
            texts = [piece for piece in self.more if isinstance(piece, TextPart)]
            return evolve(
                first,
                text="".join(self.texts),
                citations=tuple(citation for piece in texts for citation in piece.citations),
                signature=_joined(*(piece.signature for piece in texts)),
                provider=self.provider,
            )
        if isinstance(first, ReasoningPart):
            thoughts = [piece for piece in self.more if isinstance(piece, ReasoningPart)]
            raws = [piece.raw for piece in thoughts if piece.raw is not None]
            return ReasoningPart(
                "".join(self.texts),
                signature=_joined(*(piece.signature for piece in thoughts)),
                encrypted=_joined(*(piece.encrypted for piece in thoughts)),
                id=_first(piece.id for piece in thoughts),
                provider=self.provider,
                raw={key: value for raw in raws for key, value in raw.items()} if raws else None,
            )
        return self.last or first


@define
class _Choice:
    """One of the answers, growing."""

    items: list[_Run | _Call | _Part] = Factory(list)
    run: _Run | None = None  # the last of the items, where it is one
    calls: dict[int, _Call] = Factory(dict)
    blocks: dict[int, _Part] = Factory(dict)
    finish_reason: FinishReason | None = None
    raw_finish_reason: str | None = None
    tokens: list[TokenLogprob] = Factory(list)
    refusal_tokens: list[TokenLogprob] = Factory(list)
    content_filter: JsonObject | None = None

    def add(self, delta: DeltaMessage) -> None:
        if delta.blocks:
            self._add_blocks(delta)
        else:
            if delta.reasoning:
                self._run(ReasoningPart, delta.reasoning)
            if delta.content:
                self._run(TextPart, delta.content)
            if delta.refusal:
                self._run(RefusalPart, delta.refusal)
        if delta.tool_calls:
            for piece in delta.tool_calls:
                call = self.calls.get(piece.index)
                if call is None:
                    call = self.calls[piece.index] = _Call()
                    self._begin(call)
                call.add(piece)

    def _add_blocks(self, delta: DeltaMessage) -> None:
        first, *more = delta.blocks
        kinds: tuple[type, ...] = (type(first.part),)
        if more:
            kinds += tuple(type(block.part) for block in more)
        if delta.reasoning and ReasoningPart not in kinds:
            self._run(ReasoningPart, delta.reasoning)
        for block in delta.blocks:
            part = self.blocks.get(block.index)
            if part is None:
                part = self.blocks[block.index] = _Part(block.part)
                self._begin(part)
            part.add(block.part)
        if delta.content and TextPart not in kinds:
            self._run(TextPart, delta.content)
        if delta.refusal and RefusalPart not in kinds:
            self._run(RefusalPart, delta.refusal)

    def _run(
        self, kind: type[TextPart] | type[ReasoningPart] | type[RefusalPart], text: str
    ) -> None:
        run = self.run
        if run is None or run.kind is not kind:
            run = _Run(kind)
            self._begin(run)
            self.run = run
        run.pieces.append(text)

    def _begin(self, item: _Run | _Call | _Part) -> None:
        self.items.append(item)
        self.run = None

    def logprobs(self) -> Logprobs | None:
        if not self.tokens and not self.refusal_tokens:
            return None
        return Logprobs(tuple(self.tokens), tuple(self.refusal_tokens))


class Accumulator:
    """Takes chunks in order and gives, at any time, the answer so far.

    It keeps the characters and not the chunks: to keep a chunk costs more than to fold it
    (0.45 µs, most of them the garbage collector's, and 400 bytes).

    Args:
        provider: whose chunks they are: its thinking goes back to it alone.
    """

    def __init__(self, provider: str = "") -> None:
        self._provider = provider
        self._choices: dict[int, _Choice] = {}
        self._id = ""
        self._model = ""
        self._created: float | None = None
        self._usage: Usage | None = None

    def add(self, chunk: CompletionChunk) -> None:
        """Take the next chunk."""
        if not self._id:
            self._id = chunk.id
        if not self._model:
            self._model = chunk.model
        if not self._created:
            self._created = chunk.created_unix
        if chunk.usage is not None:
            self._usage = chunk.usage
        for piece in chunk.choices:
            choice = self._choices.get(piece.index)
            if choice is None:
                choice = self._choices[piece.index] = _Choice()
            choice.add(piece.delta)
            if piece.finish_reason is not None:
                choice.finish_reason = piece.finish_reason
            if piece.raw_finish_reason:
                choice.raw_finish_reason = piece.raw_finish_reason
            if piece.content_filter is not None:
                choice.content_filter = piece.content_filter
            if piece.logprobs is not None:
                choice.tokens += piece.logprobs.content
                choice.refusal_tokens += piece.logprobs.refusal

    def response(self) -> ChatCompletionResponse[object]:
        """The answer so far: whole when the last chunk was taken.

        An answer without a finish reason has `FinishReason.OTHER`: it was cut off.
        """
        return ChatCompletionResponse(
            id=self._id,
            created=created_at(self._created),
            model=self._model,
            provider=self._provider,
            choices=tuple(
                _choice(index, choice, self._provider)
                for index, choice in sorted(self._choices.items())
            ),
            usage=self._usage or NO_USAGE,
        )


def fold(
    chunks: Iterable[CompletionChunk], *, provider: str = ""
) -> ChatCompletionResponse[object]:
    """The answer that *chunks* of *provider* are pieces of."""
    accumulator = Accumulator(provider)
    for chunk in chunks:
        accumulator.add(chunk)
    return accumulator.response()


def unfold(response: ChatCompletionResponse[object]) -> CompletionChunk:
    """*response* as the one chunk of a stream that came all at once."""
    created = response.created
    return CompletionChunk(
        tuple(_unfolded(choice) for choice in response.choices),
        response.id,
        response.model,
        None if created is None else created.timestamp(),
        usage=response.usage,
        is_last_chunk=True,
    )


def _unfolded(choice: ChatCompletionChoice) -> ChunkChoice:
    message = choice.message
    others = [part for part in message.parts if not isinstance(part, ToolCall)]
    calls = [
        ToolCallDelta(
            index,
            call.id,
            call.name,
            call.arguments_json,
            signature=call.signature,
            provider=call.provider,
        )
        for index, call in enumerate(message.tool_calls)
    ]
    return ChunkChoice(
        choice.index,
        DeltaMessage(
            message.content,
            message.reasoning,
            message.refusal,
            tuple(calls),
            tuple(Block(index, part) for index, part in enumerate(others)),
        ),
        choice.finish_reason,
        choice.raw_finish_reason,
        choice.logprobs,
        choice.content_filter,
    )


def _choice(index: int, choice: _Choice, provider: str) -> ChatCompletionChoice:
    parts: list[AssistantPart] = []
    for item in choice.items:
        part = item.part()
        last = parts[-1] if parts else None
        if isinstance(part, ReasoningPart) and part.provider is None and provider:
            part = evolve(part, provider=provider)
        if isinstance(part, TextPart) and not part.text and isinstance(last, TextPart):
            # What an answer cites, or its seal, may come after the words it belongs to.
            parts[-1] = evolve(
                last,
                citations=(*last.citations, *part.citations),
                signature=_joined(last.signature, part.signature),
                provider=last.provider or part.provider,
            )
        else:
            parts.append(part)
    return ChatCompletionChoice(
        index,
        AssistantMessage.of_parts(parts),
        choice.finish_reason or FinishReason.OTHER,
        choice.raw_finish_reason,
        choice.logprobs(),
        choice.content_filter,
    )


def _joined(*texts: str | None) -> str | None:
    found = [text for text in texts if text is not None]
    return "".join(found) if found else None


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)

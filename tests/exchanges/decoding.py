"""A stream's bytes, fed to a decoder."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from llmkit._models.accumulate import fold
from llmkit._models.chunks import CompletionChunk
from llmkit._models.response import ChatCompletionResponse
from llmkit.adapters._base import Adapter
from llmkit.errors import LLMKitError


@frozen
class Decoded:
    """What came of a stream: its chunks, and the error at its end, if there was one."""

    chunks: list[CompletionChunk]
    error: LLMKitError | None
    finished: bool

    @property
    def answer(self) -> ChatCompletionResponse[object]:
        """The chunks, folded."""
        return fold(self.chunks)


def decoded(adapter: Adapter, pieces: Iterable[bytes]) -> Decoded:
    """What a fresh decoder of *adapter* makes of *pieces*, and of their end."""
    decoder = adapter.decoder()
    chunks: list[CompletionChunk] = []
    for piece in pieces:
        chunks += decoder.feed(piece)
    try:
        chunks += decoder.close()
    except LLMKitError as error:
        return Decoded(chunks, error, decoder.finished)
    return Decoded(chunks, None, decoder.finished)

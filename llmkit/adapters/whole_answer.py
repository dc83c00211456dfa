"""An answer in one piece where a stream was asked for: some servers do not stream."""

from __future__ import annotations

from abc import ABC, abstractmethod

from .._bounds import BOUNDS, Bounds
from .._http import Headers, HttpResponse
from .._models.accumulate import unfold
from .._models.chunks import CompletionChunk
from .._models.response import ChatCompletionResponse
from ..errors import LLMKitError

_HEADERS = Headers()


class TakesWhole(ABC):
    """A decoder of streams that takes such an answer, too: there is one chunk then, at its end.

    Attributes:
        failure: the error that the bytes have told, or are.
        done: whether the answer is whole, and nothing more is read.
    """

    def __init__(self) -> None:
        self.failure: LLMKitError | None = None
        self.done: bool = False
        self._bounds: Bounds = BOUNDS
        self._whole: bytearray | None = None  # of a server that answers in one piece
        self._begun = False

    @abstractmethod
    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""

    def _hold(self, whole: bytearray, data: bytes) -> list[CompletionChunk]:
        """*data* is more of an answer that comes whole: there are no chunks yet."""
        whole += data
        if len(whole) > self._bounds.body_bytes and self.failure is None:
            self.failure = self._bounds.beyond("body_bytes", "the answer")
        if self.failure is not None:
            whole.clear()
        return []

    def _answered_whole(self, body: bytes) -> list[CompletionChunk]:
        """The one chunk of an answer that was not streamed."""
        try:
            self._bounds.check_depth(body, "the answer")
            response = self._parsed(HttpResponse(200, _HEADERS, body))
        except LLMKitError as error:
            self.failure = error
            raise
        self.done = True
        return [unfold(response)]

"""A streamed answer, as far as it has come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from .._bounds import BOUNDS
from .._http import Headers, HttpResponse
from .._models.accumulate import Accumulator
from .._models.chunks import ChunkChoice, CompletionChunk, DeltaMessage, stamp
from .._models.response import ChatCompletionResponse
from ..adapters._base import BoundedDecoder, StreamDecoder
from ..errors import APIError, BoundsError, LLMKitError, ResponseLostError, StreamInterruptedError
from .chat_call import ChatCall

if TYPE_CHECKING:
    from .._models.partial import PartialAnswer
    from ..adapters.structured_answer import StructuredAnswer

P = TypeVar("P")
T = TypeVar("T")

LAST_READS: Final = 4
"""How many reads the rest of a body may take, once the answer in it is whole."""

PIECE_BYTES: Final = 16 * 1024
"""How much is decoded at a time of what one read brought, which may be 256 KB: a thousand chunks
that lie in wait cost 0.4 µs each more than a hundred, and their memory."""

FIRST_BYTES: Final = 512
"""How much of the very first, and to the end of the event that it ends in: nobody waits for the
first chunk until all that came with it are decoded. Each event more is 1 to 2 µs of 120."""

_NOTHING: Final = memoryview(b"")

MAX_ERROR_BYTES: Final = 1024 * 1024
"""The most that is read of the body of an error, where a stream was asked for."""


class StreamState(Generic[T]):
    """A streamed answer, as far as it has come; the doors bring it bytes and take chunks.

    `ready` holds the chunks that are there; `over` says that no more will come, and `failure`
    why, where that was not the answer's end.
    """

    def __init__(self, call: ChatCall[T], *, raise_errors: bool) -> None:
        self.call = call
        self.ready: deque[CompletionChunk] = deque()
        self.begun = False
        self.over = False
        self.failure: LLMKitError | None = None
        self._raise_errors = raise_errors
        self._left = False
        self._took = False
        self._arrived = 0.0
        self._unread = _NOTHING
        self._answer = Accumulator(call.target.provider.name)
        self._unfolded: Sequence[CompletionChunk] = ()  # the first
        self._decoder: StreamDecoder  # one for each attempt
        self._brought = 0
        self._most = call.bounds.stream_bytes
        self._structured: StructuredAnswer | None = None
        self._last = 0.0

    @property
    def ended(self) -> bool:
        """Whether the answer is whole."""
        return self.over and self.failure is None and not self._left

    def begin(self) -> None:
        """The call begins, once."""
        self.begun = True
        self.call.start()

    def attempt(self) -> None:
        """A new attempt: nothing of the one before was handed over."""
        self.call.attempt()
        self._decoder = self._new_decoder()
        self._brought = 0
        self._structured = self.call.structured_answer()
        self._last = self.call.started

    def refuse(self, status: int, headers: Headers, body: bytes) -> APIError:
        """The error that an answer in place of a stream tells."""
        return self.call.refused(HttpResponse(status, headers, body))

    def first(self, data: bytes) -> bool:
        """Take bytes while nothing has been handed over; whether there is something now.

        Raises:
            LLMKitError: the stream has failed before its first chunk: it may be tried again.
        """
        kept = self._within(data)
        if kept is data:
            self._begin_with(data)
        elif kept:
            self._take(self._decoder.feed(kept))
        if data and not self.ready:
            if self._decoder.failure is not None:
                raise self._decoder.failure
            if kept is not data:
                raise self._beyond()
            return False
        self.call.done()
        self._settle(data)
        if kept is not data and not self.over:
            self.broke(self._beyond())
        return True

    def _begin_with(self, data: bytes) -> None:
        """Decode *data* up to the first chunks: the rest is for `go_on`, as of any read."""
        self._arrived = at = time.monotonic()
        decoder = self._decoder
        end = data.find(b"\n\n", FIRST_BYTES, 2 * FIRST_BYTES) + 2
        if end < 2:
            end = FIRST_BYTES
        self._take(decoder.feed(data[:end]) if data else decoder.close(), at)
        for start in range(end, len(data), PIECE_BYTES):
            if decoder.failure is not None:
                break
            if self.ready:
                self._unread = memoryview(data)[start:]
                break
            self._take(decoder.feed(data[start : start + PIECE_BYTES]), at)

    def received(self, data: bytes) -> None:
        """Take the next bytes; none are the end. They are decoded a piece at a time: `go_on`."""
        self._arrived = time.monotonic()
        kept = self._within(data)
        if kept is not data:
            self._end_with(kept)
        elif len(data) <= PIECE_BYTES:
            self._decode(data)
        else:
            self._unread = memoryview(data)
            self.go_on()

    def go_on(self) -> bool:
        """Decode more of what the last read brought; whether there was any."""
        if not self._unread:
            return False
        piece = bytes(self._unread[:PIECE_BYTES])
        # An empty view would hold the whole read as long as the stream waits for the next.
        rest = len(self._unread) > PIECE_BYTES
        self._unread = self._unread[PIECE_BYTES:] if rest else _NOTHING
        self._decode(piece)
        return True

    def _new_decoder(self) -> StreamDecoder:
        decoder, bounds = self.call.target.adapter.decoder(), self.call.bounds
        if bounds is not BOUNDS and isinstance(decoder, BoundedDecoder):
            decoder.bound(bounds)
        return decoder

    def _within(self, data: bytes) -> bytes:
        """*data*, or what of it is within the bound of all that the stream may bring."""
        self._brought += len(data)
        over = self._brought - self._most
        return data if over <= 0 else data[: max(len(data) - over, 0)]

    def _end_with(self, kept: bytes) -> None:
        """There was more than *kept*, and more than there may be: here the stream ends."""
        if kept:
            self._decode(kept)
        if not self.over:
            self.broke(self._beyond())

    def _beyond(self) -> BoundsError:
        return self.call.bounds.beyond("stream_bytes", "the stream")

    def _decode(self, data: bytes) -> None:
        decoder = self._decoder
        try:
            self._take(decoder.feed(data) if data else decoder.close(), self._arrived)
        except LLMKitError as error:
            self.broke(error)
        else:
            if decoder.done or not data or decoder.failure is not None:
                self._settle(data)

    def _settle(self, data: bytes) -> None:
        if self._decoder.failure is not None:
            self.broke(self._decoder.failure)
        elif self._decoder.done or not data:
            self.over = True

    def broke(self, error: LLMKitError) -> None:
        """The stream has failed, unless its answer was whole already."""
        self.over = True
        if self._decoder.failure is None:
            try:
                self._take(self._decoder.close())
            except APIError as last_words:
                error = last_words
            except LLMKitError:
                pass  # it was cut: the error that is here tells how
            else:
                return
        if isinstance(error, ResponseLostError):
            error = StreamInterruptedError(error.message)
        self.interrupted(error)

    def interrupted(self, error: LLMKitError) -> None:
        """*error* ends the stream after its first chunk, or without a last attempt's error."""
        if error.partial is None and self._took:
            error.partial = self.response()
        self.call.interrupted(error)
        self.never(error)

    def never(self, error: LLMKitError) -> None:
        """*error* is what there is instead of more chunks: to be raised, or the last of them."""
        self.over = True
        self.failure = error
        if not self._raise_errors:
            self._take([CompletionChunk(is_last_chunk=True, error=error)])

    def leave(self) -> None:
        """Nobody wants the rest."""
        while not self.over and self.go_on():
            pass  # the answer may be whole by what has come
        self.ready.clear()
        self._left = self._left or not self.over
        self.over = True

    def next(self) -> CompletionChunk | None:
        """A chunk that is ready, or None after the last.

        Raises:
            LLMKitError: the failure that there is instead.
        """
        if self.ready:
            return self.ready.popleft()
        if self.failure is not None and self._raise_errors:
            raise self.failure
        return None

    def whole(self) -> ChatCompletionResponse[T]:
        """The whole answer.

        Raises:
            LLMKitError: it is not whole: the stream has failed, or was closed before its end.
        """
        if self._left and self.failure is None:
            self.interrupted(StreamInterruptedError("the stream was closed before its end"))
        if self.failure is not None:
            raise self.failure
        return self.response()

    def response(self) -> ChatCompletionResponse[T]:
        """The answer so far."""
        return self.call.told(self._folded(), self._last)

    def partial(self, target: type[P] | None) -> PartialAnswer[P]:
        """What makes values of the chunks that are handed over from now on.

        Raises:
            InvalidRequestError: *target* has no JSON form.
        """
        from .._models.partial import PartialAnswer  # with what parses answers

        asked = self.call.request.response_format
        growing = PartialAnswer(asked, target, self.call.adjustments, self.response)
        if self._took:
            first = CompletionChunk((ChunkChoice(0, DeltaMessage(self._handed_over())),))
            growing.take(first)
        return growing

    def _handed_over(self) -> str:
        """The first answer's text, without that of the chunks that are ready."""
        first = [one for one in self._folded().choices if one.index == 0]
        text = "".join(one.message.content or "" for one in first)
        ready = sum(len(chunk.delta_message().content or "") for chunk in self.ready)
        return text[: len(text) - ready]

    def _take(self, chunks: list[CompletionChunk], at: float | None = None) -> None:
        if not chunks:
            return
        if self._structured is not None:
            chunks = [self._structured.chunk(chunk) for chunk in chunks]
        now = time.monotonic() if at is None else at
        stamp(chunks, now - self._last, now - self.call.started)
        self._last = now
        if self._took:
            self._fold()
            self._answer.add_all(chunks)
        else:
            # The first are folded when the next come: that is 4 of the 54 µs until they are handed
            # over. To keep the others that long costs more than to fold them.
            self._took, self._unfolded = True, chunks
        self.ready += chunks

    def _fold(self) -> None:
        if self._unfolded:
            self._answer.add_all(self._unfolded)
            self._unfolded = ()

    def _folded(self) -> ChatCompletionResponse[object]:
        self._fold()
        return self._answer.response()

"""The two framings of a stream's events: server-sent, and Bedrock's binary frames."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Protocol

from ..._bounds import BOUNDS, Bounds
from ..._json import loads
from ...errors import BoundsError, DecodeError
from ..eventstream import EventStreamDecoder, Frame
from ..sse import Event, SSEDecoder
from .error import error_frame


class Framing(Protocol):
    """Bytes in, events out: each with its name, or "" where it has none."""

    failure: BoundsError | None
    """A bound that was passed after what has been given."""

    def feed(self, data: bytes) -> Iterable[Event]:
        """The events that *data* completes."""

    def close(self) -> Iterable[Event]:
        """What is left at the end of the bytes."""


TextFraming = SSEDecoder


class BinaryFraming:
    """Bedrock's frames, each of which holds one event in base64.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html
    """

    failure: BoundsError | None = None

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self._frames = EventStreamDecoder(bounds)

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that *data* completes, one by one: an error takes none before it away.

        Raises:
            APIError: a frame tells an error.
            DecodeError: a frame is broken, or holds no event.
        """
        for frame in self._frames.feed(data):
            event = _event(frame)
            if event is not None:
                self._bounds.check_depth(event.data, "an event")
                yield event

    def close(self) -> Iterator[Event]:
        """Nothing, unless the last bytes were of a broken frame: half a frame is not there."""
        return self.feed(b"")


def _event(frame: Frame) -> Event | None:
    if frame.text(":message-type") in ("exception", "error"):
        raise error_frame(frame.text(":exception-type") or frame.text(":error-code"), frame.payload)
    if frame.text(":event-type") not in ("chunk", ""):
        return None
    try:
        data = loads(frame.payload)
        return Event("", base64.b64decode(data["bytes"]))  # type: ignore[index]  # or it raises
    except (ValueError, TypeError, KeyError):
        pass
    raise DecodeError("a frame of the stream holds no event", body=frame.payload)

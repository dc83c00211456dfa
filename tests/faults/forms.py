"""What a wire is to the matrix: one small answer, whole and streamed, and an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from adapters.frames import event as frame_of
from adapters.frames import frame
from attrs import frozen

HALVES = ("Zü", "rich.")
"""What the model says, in the two pieces that it streams."""
TEXT = "".join(HALVES)

Framing = Literal["sse", "lines", "frames"]


@frozen
class Event:
    """One event of a stream: its name, where the wire names it, and its data."""

    name: str
    data: Any


@frozen
class Wire:
    """One wire.

    Args:
        name: of the wire.
        model: which model of which provider is asked.
        path: where the wire is, under the server's address.
        whole: the answer that is not streamed.
        events: the streamed one.
        spoken: how many of the events there are once the first half of the text is there.
        framing: how an event is told from the next.
        error: the body of an error of a status.
        event: the event that tells an error in a stream, as bytes.
        marked: the bytes that end a stream beside its events.
        placeholders: what the provider's address asks for.
    """

    name: str
    model: str
    path: str
    whole: Any
    events: tuple[Event, ...]
    spoken: int
    error: Callable[[int], Any]
    event: bytes
    framing: Framing = "sse"
    marked: bytes = b""
    placeholders: Mapping[str, str] = {}

    def __str__(self) -> str:
        return self.name

    @property
    def body(self) -> bytes:
        """The whole answer's bytes."""
        return said(self.whole)

    @property
    def content_type(self) -> str:
        """That of a stream."""
        return {
            "sse": "text/event-stream",
            "lines": "application/x-ndjson",
            "frames": "application/vnd.amazon.eventstream",
        }[self.framing]

    @property
    def stream(self) -> bytes:
        """The streamed answer's bytes."""
        return self.told(self.events) + self.marked

    @property
    def begun(self) -> bytes:
        """The same, up to the first half of the text."""
        return self.told(self.events[: self.spoken])

    def told(self, events: Sequence[Event]) -> bytes:
        """*events* in the wire's own framing."""
        return b"".join(map(self.framed, events))

    def framed(self, event: Event) -> bytes:
        """*event* in the wire's own framing."""
        if self.framing == "frames":
            return frame_of(event.name, event.data)
        if self.framing == "lines":
            return said(event.data) + b"\n"
        named = f"event: {event.name}\n".encode() if event.name else b""
        return named + b"data: " + said(event.data) + b"\n\n"


def said(value: Any) -> bytes:
    """*value* as JSON in UTF-8; bytes as they are."""
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


def unnamed(*data: Any) -> tuple[Event, ...]:
    """Events without a name."""
    return tuple(Event("", item) for item in data)


def typed(*data: dict[str, Any]) -> tuple[Event, ...]:
    """Events that are called as their `type` says."""
    return tuple(Event(item["type"], item) for item in data)


def raw_event(wire: Wire, data: bytes) -> bytes:
    """*data* as an event of *wire*'s that adds something, whatever it is."""
    if wire.framing == "frames":
        headers = {":event-type": "contentBlockDelta", ":message-type": "event"}
        return frame(headers, data)
    return data + b"\n" if wire.framing == "lines" else b"data: " + data + b"\n\n"

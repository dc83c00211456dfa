"""Every wire holds the bounds that it is told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from llmkit import Bounds, BoundsError, LLMKitError, Provider
from llmkit.adapters import WIRES
from llmkit.adapters._base import BoundedDecoder

from .frames import frame


def adapters() -> Iterator[Any]:
    """An adapter of each wire, and of each framing."""
    for name, wire in {**dict(zip(WIRES, WIRES)), "framed": "anthropic-messages"}.items():
        quirks = {"envelope": "bedrock"} if name == "framed" else {}
        provider = Provider("p", wire=wire, base_url="https://p.test", quirks=quirks)
        yield pytest.param(name, provider.adapter("m"), id=name)


def closed(decoder: Any) -> LLMKitError:
    """What the end of the bytes raises."""
    with pytest.raises(LLMKitError) as caught:
        decoder.close()
    return caught.value


ADAPTERS = list(adapters())
BINARY = ("bedrock-converse", "framed")


@pytest.mark.parametrize(("name", "adapter"), ADAPTERS)
def test_every_wire_bounds_its_events(name: str, adapter: Any) -> None:
    """An event that never ends is refused; one that is as large as it may be is not."""
    data = json.dumps({"odd": "x" * 1000}).encode()
    if name in BINARY:
        event = frame({":event-type": "odd"}, data)
    else:
        event = data + b"\n" if name == "ollama" else b"data: " + data + b"\n\n"
    size = len(data) if name in BINARY or name == "ollama" else len(event)
    for most, beyond in ((size, False), (900, True)):
        decoder = adapter.decoder()
        assert isinstance(decoder, BoundedDecoder)
        decoder.bound(Bounds(event_bytes=most))
        for at in range(0, len(event), 50):
            decoder.feed(event[at : at + 50])
        assert isinstance(closed(decoder), BoundsError) == beyond


@pytest.mark.parametrize(("name", "adapter"), ADAPTERS)
def test_every_wire_bounds_an_answer_in_place_of_a_stream(name: str, adapter: Any) -> None:
    """What begins as JSON is a whole answer, or one line of a stream of lines."""
    for most, beyond in ((1000, False), (999, True)):
        decoder = adapter.decoder()
        decoder.bound(Bounds(body_bytes=most, event_bytes=most))
        decoder.feed(b'{"a": "')
        decoder.feed(b"x" * 993)
        assert isinstance(decoder.failure, BoundsError) == beyond
        assert isinstance(closed(decoder), BoundsError) == beyond

"""Whole calls: both clients, over a socket, to a server that plays the recordings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asking import Ask, Way
from attrs import evolve
from colours import COLOURS, Colour

from llmkit import APIError, ChatCompletionRequest, RetryPolicy, UserMessage

from .building import built_body
from .facts import agree, answer_differences, error_differences, stream_differences
from .playback import Playback, playing
from .recording import Recording
from .turns import typed_request
from .wires import WIRES, Wire

KEY = "key-of-the-playback"


@pytest.fixture(scope="module")
def playback() -> Iterator[Playback]:
    """The server."""
    with playing() as server:
        yield server


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
@pytest.mark.judges("exchanges")
def test_a_client_gives_what_its_recording_says(
    recording: Recording, colour: Colour, playback: Playback
) -> None:
    """Over a real socket, in both colours, the answer or the error is the recorded one."""
    wire = WIRES[recording.wire]
    way = Way(recording.id, colour, recording.streaming)
    ask = Ask(way, _client(wire, recording, playback))
    request = _request(recording)
    expect = recording.expect
    if expect.error is not None:
        with pytest.raises(APIError) as caught:
            ask(request)
        error = caught.value
        agree(error_differences(error, expect.error, wire.error(recording)))
        assert error.provider == recording.provider
        assert [attempt.status for attempt in error.attempts] == [recording.status]
        assert ((error.partial and error.partial.content) or "") == (expect.text or "")
        return
    usage = wire.usage(recording)
    answer = ask(request)
    if recording.streaming:
        agree(stream_differences(ask.chunks, usage=usage))
    agree(answer_differences(answer, expect, usage))
    assert answer.provider == recording.provider
    assert [attempt.status for attempt in answer.attempts] == [recording.status]
    assert answer.latency.total_seconds() > 0
    if recording.turn is not None and recording.turn["model"] is not None:
        assert playback.received[recording.id] == built_body(recording, "typed")[0]


def _client(wire: Wire, recording: Recording, playback: Playback) -> dict[str, Any]:
    """A client's arguments: one that asks the playback, once, for *recording*."""
    provider = evolve(wire.provider(recording.provider), base_url=playback.address(recording))
    return {
        "provider": provider.name,
        "api_key": KEY,
        "providers": [provider],
        "retry": RetryPolicy(attempts=1),
        # What a recorded request asked of a provider that cannot do it is not the matter here.
        "unsupported": "drop",
    }


def _request(recording: Recording) -> ChatCompletionRequest[object]:
    if recording.turn is not None:
        return typed_request(recording.turn, recording.provider)
    return ChatCompletionRequest(f"{recording.provider}/{recording.model}", [UserMessage("Hello")])

"""Whole calls: both clients, over a socket, to a server that plays the recordings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from asking import Ask, Way
from colours import COLOURS, Colour

from llmkit import APIError, ChatCompletionRequest, Provider, RetryPolicy, UserMessage

from .addresses import key_header, place_of, same, wanted_url
from .building import built_body
from .facts import agree, answer_differences, error_differences, stream_differences
from .moved import MOVED, WITHOUT_MANIFEST, Moved
from .playback import Playback, Received, playing
from .recording import Recording, load
from .turns import typed_request
from .wires import WIRES

KEY = "key-of-the-playback"
VERSIONS = {"anthropic-version"}
"""Headers that say which version of a wire is meant."""


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
    provider = wire.provider(recording.provider)
    way = Way(recording.id, colour, recording.streaming)
    ask = Ask(way, _client(provider, recording, playback))
    request = _request(recording, provider)
    expect = recording.expect
    if expect.error is not None:
        with pytest.raises(APIError) as caught:
            ask(request)
        error = caught.value
        agree(error_differences(error, expect.error, wire.error(recording)))
        assert error.provider == provider.name
        assert [attempt.status for attempt in error.attempts] == [recording.status]
        assert ((error.partial and error.partial.content) or "") == (expect.text or "")
    else:
        usage = wire.usage(recording)
        answer = ask(request)
        if recording.streaming:
            agree(stream_differences(ask.chunks, usage=usage))
        agree(answer_differences(answer, expect, usage))
        assert answer.provider == provider.name
        assert [attempt.status for attempt in answer.attempts] == [recording.status]
        assert answer.latency.total_seconds() > 0
    _asked_rightly(provider, recording, playback.received[recording.id])


def _asked_rightly(provider: Provider, recording: Recording, received: Received) -> None:
    """The recorded address, the key in its header, the version's header, the built body."""
    asked = place_of(provider, recording).asked(received.path)
    url = wanted_url(recording)
    if (recording.wire, recording.provider) in WITHOUT_MANIFEST:
        url = None  # nothing says where it is
    if url is not None:
        assert same(asked, url), f"{asked} instead of {url}"
    wanted = key_header(provider.name, KEY)
    keys = [(name, value) for name, value in received.headers.items() if KEY in value]
    assert [(name.lower(), value) for name, value in keys] == (
        [] if wanted is None else [(wanted[0].lower(), wanted[1])]
    )
    for name, value in recording.asked_headers.items():
        if name.lower() in VERSIONS:
            assert received.headers.get(name) == value
    if recording.turn is not None and recording.turn["model"] is not None:
        assert received.body == built_body(recording, "typed")[0]


@pytest.mark.parametrize("moved", MOVED, ids=lambda one: f"{one.provider}-{one.pattern}")
def test_each_address_that_moved_was_recorded(moved: Moved) -> None:
    """A row stands in the table only as long as a recording has such an address."""
    found = load()
    if found.missing:
        pytest.skip(found.missing)
    assert any(
        re.search(moved.pattern, recording.url or "")
        for recording in found.recordings
        if (recording.wire, recording.provider) == (moved.wire, moved.provider)
    )


@pytest.mark.parametrize(("wire", "provider"), WITHOUT_MANIFEST, ids=lambda value: str(value))
def test_each_provider_without_a_manifest_has_its_reason(wire: str, provider: str) -> None:
    """And is one that was recorded, and that llmkit does not know by this wire."""
    found = load()
    if found.missing:
        pytest.skip(found.missing)
    assert not WIRES[wire].has_manifest(provider)
    assert any((wire, provider) == (one.wire, one.provider) for one in found.recordings)


def _client(provider: Provider, recording: Recording, playback: Playback) -> dict[str, Any]:
    """A client's arguments: one that asks the playback, once, for *recording*."""
    place = place_of(provider, recording)
    return {
        "provider": provider.name,
        "api_key": KEY,
        "providers": [place.played_at(provider, playback.address(recording))],
        "placeholders": place.values,
        "retry": RetryPolicy(attempts=1),
        # What a recorded request asked of a provider that cannot do it is not the matter here.
        "unsupported": "drop",
    }


def _request(recording: Recording, provider: Provider) -> ChatCompletionRequest[object]:
    if recording.turn is not None:
        return typed_request(recording.turn, provider.name)
    return ChatCompletionRequest(f"{provider.name}/{recording.model}", [UserMessage("Hello")])

"""Answers that are not quite of the wire's form: real ones, with one value replaced."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from llmkit import APIError, ChatCompletionResponse, DecodeError, StreamInterruptedError
from llmkit._http import Headers, HttpResponse

from .decoding import decoded
from .recording import Recording
from .wires import WIRES

ODD: tuple[Any, ...] = (
    *(None, True, -1, 10**30, 1e400, "odd", "", "half \ud83d"),
    *([], {}, [None], [["odd"]], {"odd": [1]}),
)
"""What stands in a value's place; one of them is text with half a character."""
SAMPLE = 150
"""How many damaged forms of one recording are tried."""
OFFSETS = 25
"""At how many of its bytes, in four ways each."""


@pytest.mark.judges("responses")
def test_a_damaged_answer_is_an_answer_or_a_typed_error(recording: Recording) -> None:
    """Whatever stands in a value's place, no exception but llmkit's own gets out."""
    adapter = WIRES[recording.wire].adapter(recording)
    for damaged in _damaged(json.loads(recording.answer), recording.id):
        response = HttpResponse(200, Headers(recording.headers), json.dumps(damaged).encode())
        try:
            answer = adapter.parse(response)
        except (APIError, DecodeError):
            continue
        _can_be_sent(answer)


@pytest.mark.judges("errors")
def test_a_damaged_error_is_still_an_api_error(recording: Recording) -> None:
    """An error's body may say anything: what comes of it has the status's class at least."""
    adapter = WIRES[recording.wire].adapter(recording)
    try:
        body = json.loads(recording.answer)
    except ValueError:
        body = recording.answer.decode()
    for damaged in _damaged(body, recording.id):
        response = HttpResponse(recording.status, Headers(), json.dumps(damaged).encode())
        error = adapter.error(response)
        assert isinstance(error, APIError)
        assert error.status == recording.status
        assert isinstance(error.message, str)
        assert error.code is None or isinstance(error.code, str)


@pytest.mark.judges("streams")
def test_a_damaged_stream_is_an_answer_or_a_typed_error(recording: Recording) -> None:
    """One event with an odd value in it: no exception but llmkit's own, and only at the end."""
    adapter = WIRES[recording.wire].adapter(recording)
    events = re.findall(rb"^data: ?(\{.*)$", recording.answer, re.MULTILINE)
    chosen = random.Random(recording.id).sample(events, min(len(events), 8))
    for event in chosen:
        for damaged in _damaged(json.loads(event), recording.id, SAMPLE // len(chosen)):
            changed = recording.answer.replace(event, json.dumps(damaged).encode(), 1)
            found = decoded(adapter, [changed])
            assert isinstance(found.error, APIError | DecodeError | StreamInterruptedError | None)
            _can_be_sent(found.answer)


@pytest.mark.judges("exchanges")
def test_damaged_bytes_are_an_answer_or_a_typed_error(recording: Recording) -> None:
    """A byte flipped, left out, put in or said twice anywhere, whole and cut in three."""
    adapter = WIRES[recording.wire].adapter(recording)
    headers = Headers(recording.headers)
    for damaged, at in _damaged_bytes(recording.answer, recording.id):
        if recording.expect.error is not None and recording.status >= 400:
            error = adapter.error(HttpResponse(recording.status, headers, damaged))
            assert error.status == recording.status
            continue
        if not recording.is_stream:
            with suppress(APIError, DecodeError, StreamInterruptedError):
                _can_be_sent(adapter.parse(HttpResponse(200, headers, damaged)))
            continue
        for pieces in ([damaged], [damaged[:at], damaged[at : at + 1], damaged[at + 1 :]]):
            found = decoded(adapter, pieces)
            assert isinstance(found.error, APIError | DecodeError | StreamInterruptedError | None)
            _can_be_sent(found.answer)


def _damaged_bytes(data: bytes, seed: str) -> Iterator[tuple[bytes, int]]:
    """*data* with damage at some of its bytes, and where; the same for the same seed."""
    chance = random.Random(seed)
    for at in chance.sample(range(len(data)), min(len(data), OFFSETS)):
        byte, odd = data[at : at + 1], bytes([chance.randrange(256)])
        for instead in (bytes([byte[0] ^ (1 << chance.randrange(8))]), b"", odd + byte, byte * 2):
            yield data[:at] + instead + data[at + 1 :], at


def _can_be_sent(answer: ChatCompletionResponse[object]) -> None:
    """Every message of *answer* can go into the next request: it is JSON, in UTF-8."""
    for choice in answer.choices:
        assert json.dumps(choice.message.to_dict(), ensure_ascii=False).encode()


def _damaged(value: Any, seed: str, count: int = SAMPLE) -> Iterator[Any]:
    """Copies of *value*, each with another part of it replaced; the same for the same seed."""
    ways = [(path, odd) for path in _paths(value) for odd in ODD]
    for path, odd in random.Random(seed).sample(ways, min(len(ways), count)):
        if not path:
            yield odd
            continue
        damaged = copy.deepcopy(value)
        inside = damaged
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = odd
        yield damaged


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:3]):
            yield from _paths(item, (*path, index))

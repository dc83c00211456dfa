"""Streams: whole, in pieces of any size, and cut off."""

from __future__ import annotations

import pytest

from llmkit import APIError, ChatCompletionResponse, DecodeError, StreamInterruptedError

from .decoding import decoded
from .facts import agree, answer_differences, error_differences, stream_differences
from .recording import CUTTINGS, Cutting, Recording
from .wires import WIRES

SMALL = 1500
"""Streams of up to so many bytes are cut at each of them."""
CUTS = 150
"""Larger ones at so many, evenly spread, and at as many of their last bytes."""


@pytest.mark.parametrize("cutting", CUTTINGS.values(), ids=CUTTINGS)
@pytest.mark.judges("streams")
def test_a_stream_says_what_its_recording_says(recording: Recording, cutting: Cutting) -> None:
    """However its bytes are cut, the chunks make the recorded answer, or its typed error."""
    wire = WIRES[recording.wire]
    found = decoded(wire.adapter(recording), cutting.pieces(recording.answer))
    expect = recording.expect
    if expect.error is not None:
        assert isinstance(found.error, APIError)
        agree(error_differences(found.error, expect.error, wire.error(recording)))
        assert (found.answer.content or "") == (expect.text or "")
        assert not any(chunk.is_last_chunk for chunk in found.chunks)
        return
    assert found.error is None
    usage = wire.usage(recording)
    agree(answer_differences(found.answer, expect, usage))
    agree(stream_differences(found.chunks, usage=usage))


@pytest.mark.judges("streams")
def test_a_stream_is_the_same_however_it_is_cut(recording: Recording) -> None:
    """The chunks do not depend on how the bytes arrive: each cutting gives the same ones."""
    adapter = WIRES[recording.wire].adapter(recording)
    whole, *others = (
        decoded(adapter, cutting.pieces(recording.answer)).chunks for cutting in CUTTINGS.values()
    )
    for chunks in others:
        assert chunks == whole


@pytest.mark.judges("streams")
def test_a_stream_cut_off_is_never_a_short_answer(recording: Recording) -> None:
    """Cut anywhere, a stream is an error, unless all of its answer and its end are there."""
    adapter = WIRES[recording.wire].adapter(recording)
    whole = decoded(adapter, [recording.answer])
    for offset in _offsets(len(recording.answer)):
        cut = decoded(adapter, [recording.answer[:offset]])
        if cut.error is None:
            assert cut.finished, f"cut at {offset}: no error, and no end told"
            assert _said(cut.answer) == _said(whole.answer), f"cut at {offset}: a short answer"
        elif whole.error is None:
            assert isinstance(cut.error, StreamInterruptedError | DecodeError)
        else:
            # Half of an error that the stream tells may be told as an error, too.
            assert isinstance(cut.error, StreamInterruptedError | DecodeError | APIError)


def _offsets(size: int) -> list[int]:
    """Where to cut so many bytes: each of a few, a spread of many and the end of them all."""
    if size <= SMALL:
        return list(range(size))
    return sorted({*range(0, size, size // CUTS), *range(size - CUTS, size)})


def _said(answer: ChatCompletionResponse[object]) -> object:
    """All that the model said, without what a provider may send after it."""
    return [(choice.message, choice.raw_finish_reason) for choice in answer.choices]

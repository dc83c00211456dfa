"""Whole answers, and errors."""

from __future__ import annotations

import json

import pytest

from llmkit import APIError, ChatCompletionResponse, Message

from .facts import agree, answer_differences, error_differences
from .recording import Recording
from .wires import WIRES


@pytest.mark.judges("responses")
def test_a_whole_answer_says_what_its_recording_says(recording: Recording) -> None:
    """Text, thinking, refusal, calls, finish reason and usage are those of the documents."""
    wire = WIRES[recording.wire]
    if recording.expect.error is not None:
        pytest.skip("the answer is an error in spite of its status: the errors' test has it")
    answer = wire.adapter(recording).parse(recording.response())
    agree(answer_differences(answer, recording.expect, wire.usage(recording)))


@pytest.mark.judges("errors")
def test_an_error_is_typed_by_its_status_and_code(recording: Recording) -> None:
    """An error has the class of its status and code, and the provider's message and code."""
    wire = WIRES[recording.wire]
    adapter = wire.adapter(recording)
    expect = recording.expect.error
    assert expect is not None
    error = adapter.error(recording.response()) if recording.failed else _told_in(recording)
    agree(error_differences(error, expect, wire.error(recording)))


def _told_in(recording: Recording) -> APIError:
    """The error that an answer of status 200 tells."""
    adapter = WIRES[recording.wire].adapter(recording)
    if not recording.is_stream:
        with pytest.raises(APIError) as caught:
            adapter.parse(recording.response())
        return caught.value
    decoder = adapter.decoder()
    decoder.feed(recording.answer)
    assert isinstance(decoder.failure, APIError)
    return decoder.failure


@pytest.mark.judges("responses")
def test_an_answer_survives_json(recording: Recording) -> None:
    """An answer turned to JSON and back is the same answer, and its message the same message."""
    if recording.expect.error is not None:
        pytest.skip("an error has no answer")
    answer = WIRES[recording.wire].adapter(recording).parse(recording.response())
    again = ChatCompletionResponse.from_dict(json.loads(json.dumps(answer.to_dict())))
    assert again == answer
    for choice in answer.choices:
        data = json.loads(json.dumps(choice.message.to_dict()))
        assert Message.from_dict(data) == choice.message

"""What an answer holds beside text, typed: nothing that a provider tells is in `raw` alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmkit import Citation, TextPart

from .decoding import decoded
from .facts import Answer
from .recording import Recording
from .wires import WIRES


def answered(recording: Recording) -> Answer:
    """The answer, whole or folded."""
    adapter = WIRES[recording.wire].adapter(recording)
    if not recording.is_stream:
        return adapter.parse(recording.response())
    found = decoded(adapter, [recording.answer])
    assert found.error is None
    return found.answer


def cited(answer: Answer) -> list[Citation]:
    """What the answer cites."""
    parts = answer.assistant_message().parts
    return [item for part in parts if isinstance(part, TextPart) for item in part.citations]


@pytest.mark.judges("cited")
def test_citations_are_typed(recording: Recording) -> None:
    """Each source is a `Citation` that says what it is, and keeps the provider's own object."""
    found = cited(answered(recording))
    assert found
    for item in found:
        assert item.raw
        assert item.url or item.title or item.text, item.raw
    if recording.citations is not None:
        assert len(found) >= recording.citations


@pytest.mark.judges("likely")
def test_logprobs_are_typed(recording: Recording) -> None:
    """The tokens are those of the text, each with its likelihood, and with others where asked."""
    answer = answered(recording)
    (choice,) = answer.choices
    assert choice.logprobs is not None
    tokens = choice.logprobs.content
    assert tokens
    assert all(token.logprob <= 0 for token in tokens)
    told = "".join(token.token for token in tokens)
    assert (choice.message.content or "") in told or told in (choice.message.content or "")


@pytest.mark.judges("filtered")
def test_a_filters_verdict_is_kept(recording: Recording) -> None:
    """What a filter found in an answer is with the answer, streamed or not."""
    found = answered(recording).choices[0].content_filter
    told: list[dict[str, Any]] = [
        item["content_filter_results"]
        for item in _choices(recording)
        if item.get("content_filter_results")
    ]
    assert (found is None) == (not told)
    if found is not None:
        assert set(found) == {name for results in told for name in results}
        assert all(found[name] in [results.get(name) for results in told] for name in found)


def _choices(recording: Recording) -> list[dict[str, Any]]:
    """Each first choice in the bytes, of a stream those of all its events."""
    texts = [recording.answer.decode()]
    if recording.is_stream:
        lines = texts[0].splitlines()
        texts = [line.removeprefix("data:") for line in lines if line.startswith("data: {")]
    bodies = [json.loads(text) for text in texts]
    choices = [choice for body in bodies for choice in body.get("choices") or ()]
    return [choice for choice in choices if not choice.get("index")]

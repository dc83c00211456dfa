"""Requests: what llmkit builds of a turn, against what was sent."""

from __future__ import annotations

import pytest

from .building import request_differences
from .explained import EXPLAINED, Explained, unexplained
from .facts import agree
from .recording import Recording, load
from .turns import FORMS
from .wires import WIRES


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.judges("requests")
def test_a_request_means_what_was_recorded(recording: Recording, form: str) -> None:
    """The body says what the recorded one says; each difference has its reason in a table."""
    agree(unexplained(recording, request_differences(recording, form)))


@pytest.mark.parametrize("explained", EXPLAINED, ids=lambda one: one.recording)
def test_each_explanation_is_needed(explained: Explained) -> None:
    """An explanation stands in the table only as long as there is such a difference."""
    found = load()
    if found.missing:
        pytest.skip(found.missing)
    assert any(
        explained.covers(recording, difference)
        for recording in found.recordings
        if recording.wire in WIRES and recording.turn is not None and recording.sent is not None
        for form in FORMS
        for difference in request_differences(recording, form)
    )

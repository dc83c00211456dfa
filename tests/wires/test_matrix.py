"""Each thing that a request can say × each provider: said, refused or listed, never silent."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from attrs import fields

from llmkit import ChatCompletionRequest, UnsupportedParameterError
from llmkit.adapters import WIRES

from .features import ALWAYS, ASKS_NOTHING, NOT_SENT, Feature, thoughts
from .speaking import SPEAKERS, Speaker

speakers = pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)


def silent(speaker: Speaker, feature: Feature) -> str | None:
    """How *feature* is absent without a word for *speaker*; None where it is not."""
    try:
        built = speaker.build(feature.said, "error")
    except UnsupportedParameterError as error:
        made = speaker.build(feature.said, "drop").made
        if any(change.field.startswith(feature.field) for change in made):
            return None
        # What it stands on may be refused: a choice of tools goes where they go.
        ground = re.split(r"[.\[]", error.parameter)[0]
        return None if ground in feature.unsaid else f"refused as {error.parameter}, and not listed"
    if any(change.field.startswith(feature.field) for change in built.made):
        return None
    if feature.mark is not None:
        return None if feature.mark in built.text else "not on the wire, and not listed"
    without = speaker.build(feature.unsaid, "drop")
    return None if built.text != without.text else "changes nothing, and is not listed"


@speakers
def test_nothing_is_silently_absent(speaker: Speaker) -> None:
    """It is on the wire, or an error under "error" and an adjustment under "drop"."""
    features = {**ALWAYS, **thoughts(speaker.provider)}
    found = {name: silent(speaker, feature) for name, feature in features.items()}
    assert {name: how for name, how in found.items() if how and name not in ASKS_NOTHING} == {}


@speakers
def test_the_model_is_named(speaker: Speaker) -> None:
    """In the body or in the address."""
    text = speaker.build({}, "error").text
    assert speaker.model in unquote(text)


def test_each_field_of_a_request_is_a_feature() -> None:
    """A new field comes into the matrix, or says why not."""
    told = {feature.field for feature in ALWAYS.values()}
    known = {attribute.alias for attribute in fields(ChatCompletionRequest)}
    assert known - told == {*NOT_SENT}


def test_each_wire_has_a_speaker() -> None:
    """A new wire comes into the matrix by its first provider."""
    assert {speaker.wire for speaker in SPEAKERS.values()} == {*WIRES}

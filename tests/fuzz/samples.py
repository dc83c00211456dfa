"""Answers, streams, errors and lists of each wire, written for the fuzzers to begin with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from llmkit import providers
from llmkit.adapters._base import Adapter


@frozen
class Sample:
    """What a server of one wire may say.

    Args:
        answers: whole ones.
        streams: the events of streamed ones.
        errors: bodies of errors.
        lists: pages of lists of models.
    """

    answers: Sequence[Any]
    streams: Sequence[Sequence[Any]]
    errors: Sequence[Any]
    lists: Sequence[Any]


SAMPLES: Final[Mapping[str, Sample]] = {
    path.stem: Sample(**json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((Path(__file__).parent / "samples").glob("*.json"))
}
"""By wire."""


def adapters(wire: str) -> list[Adapter]:
    """The adapters of *wire*, with each set of quirks that a provider has."""
    found: dict[str, Adapter] = {}
    for name in providers.names():
        provider = providers.get(name)
        if provider.wire == wire:
            adapter = provider.adapter("m")
            found.setdefault(repr(adapter).replace(f"provider={name!r}", ""), adapter)
    return list(found.values())

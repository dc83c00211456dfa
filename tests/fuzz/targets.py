"""All that is fuzzed, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from . import bytes_in, forms, texts, wires
from .target import Target

TARGETS: Final[Mapping[str, Target]] = {
    target.name: target for room in (bytes_in, texts, forms, wires) for target in room.targets()
}
"""The targets."""

CORPUS: Final = Path(__file__).parent / "corpus"
"""For each target a folder, and in it each input that once broke a rule."""

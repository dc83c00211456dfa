"""Numbers that a provider takes between two ends only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest

if TYPE_CHECKING:
    from . import OpenAIChat


def within(
    wire: OpenAIChat, request: ChatCompletionRequest[object], adjust: Adjuster
) -> ChatCompletionRequest[object]:
    """*request*, its numbers within the provider's ranges."""
    clamped: dict[str, Any] = {}
    for name, (low, high) in wire.ranges.items():
        value: float | None = getattr(request, name)
        # What the provider does not take at all is refused as that.
        if value is None or low <= value <= high or name in wire.refused:
            continue
        adjust.unsupported(name, f"must be from {low} to {high}, not {value}", kind="clamped")
        clamped[name] = low if value < low else high
    return evolve(request, **clamped) if clamped else request

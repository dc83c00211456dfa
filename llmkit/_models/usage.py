"""What a call cost in tokens."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field

from .._frozen import frozen
from .._json import JsonObject, JsonValue
from . import _validate as check


@frozen
class Usage:
    """Token counts, which mean the same on every provider.

    Args:
        prompt_tokens: all that the model read, cached tokens included.
        completion_tokens: all that it wrote, reasoning tokens included.
        total_tokens: the provider's own total, or the sum of both where it gives none.
        cached_tokens: how many of `prompt_tokens` came from a cache.
        cache_write_tokens: how many of `prompt_tokens` were written to a cache.
        reasoning_tokens: how many of `completion_tokens` were thinking.
        reported: False where the provider sent no counts: all are 0 then.
        raw: the provider's own object.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    reported: bool = field(default=True, kw_only=True)
    raw: JsonObject = field(factory=dict, kw_only=True, repr=False)

    def __add__(self, other: Usage) -> Usage:
        """Both together, as for the calls of a whole conversation; `raw` is left out."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
            self.cached_tokens + other.cached_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            reported=self.reported or other.reported,
        )

    def to_dict(self) -> dict[str, JsonValue]:
        """The counts as a JSON object, in OpenAI's form."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
            "prompt_tokens_details": {
                "cached_tokens": self.cached_tokens,
                "cache_write_tokens": self.cache_write_tokens,
            },
            "completion_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
            "reported": self.reported,
            "raw": self.raw,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Usage:
        """What `to_dict` wrote."""
        prompt = data.get("prompt_tokens_details")
        completion = data.get("completion_tokens_details")
        return cls(
            _count(data, "prompt_tokens"),
            _count(data, "completion_tokens"),
            _count(data, "total_tokens"),
            _count(prompt, "cached_tokens"),
            _count(prompt, "cache_write_tokens"),
            _count(completion, "reasoning_tokens"),
            reported=data.get("reported") is not False,
            raw=check.json_object(data.get("raw") or {}, "usage.raw"),
        )


NO_USAGE = Usage(reported=False)
"""Of a provider that sends no counts."""


def _count(data: object, name: str) -> int:
    value = data.get(name) if isinstance(data, Mapping) else None
    return check.integer(value, f"usage.{name}", 0) or 0

"""A model, as its provider's own list tells of it."""

from __future__ import annotations

from datetime import datetime

from attrs import field

from .._frozen import frozen
from .._json import JsonObject, JsonValue


@frozen(kw_only=True)
class ModelInfo:
    """A model of a provider's list. Lists differ: what one does not tell is None, or empty.

    Args:
        id: the model's name at the provider.
        provider: the provider's name.
        display_name: what people call it.
        owned_by: who made it, or who serves it, in the provider's own word.
        created: when it was made, or listed.
        context_window: how many tokens fit into it; some lists count those of the prompt alone.
        max_output_tokens: the longest answer, in tokens.
        kinds: what it is for: "chat", "completion", "embedding", "rerank", "image", "video",
            "speech", "transcription", "moderation".
        capabilities: what it can besides text: "tools", "vision", "audio", "files",
            "reasoning", "json_schema".
        raw: the provider's own object.
    """

    id: str
    provider: str = ""
    display_name: str | None = None
    owned_by: str | None = None
    created: datetime | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    kinds: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    raw: JsonObject = field(factory=dict, repr=False, eq=False)

    @property
    def name(self) -> str:
        """What a request names as its model: "groq/llama-3.3-70b-versatile"."""
        return f"{self.provider}/{self.id}"

    def to_dict(self) -> dict[str, JsonValue]:
        """The model as a JSON object; the time it was made in seconds since 1970."""
        return {
            "id": self.id,
            "name": self.name,
            "provider": self.provider,
            "display_name": self.display_name,
            "owned_by": self.owned_by,
            "created": None if self.created is None else int(self.created.timestamp()),
            "context_window": self.context_window,
            "max_output_tokens": self.max_output_tokens,
            "kinds": list(self.kinds),
            "capabilities": list(self.capabilities),
            "raw": self.raw,
        }

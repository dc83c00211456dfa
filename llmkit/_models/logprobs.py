"""How likely each token of an answer was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._frozen import frozen
from .._json import JsonValue, as_text


@frozen
class TokenLogprob:
    """One token.

    Args:
        token: its text.
        logprob: the natural logarithm of its probability.
        bytes: its UTF-8 bytes, where the provider gives them: a token can be half a letter.
        top_logprobs: the likeliest tokens at this place, itself perhaps among them.
    """

    token: str
    logprob: float
    bytes: bytes | None = None
    top_logprobs: tuple[TokenLogprob, ...] = ()

    def to_dict(self) -> dict[str, JsonValue]:
        """The token in OpenAI's form."""
        result: dict[str, JsonValue] = {
            "token": self.token,
            "logprob": self.logprob,
            "bytes": None if self.bytes is None else list(self.bytes),
        }
        if self.top_logprobs:
            result["top_logprobs"] = [top.to_dict() for top in self.top_logprobs]
        return result


@frozen
class Logprobs:
    """The tokens of an answer, and of its refusal, each with its likelihood."""

    content: tuple[TokenLogprob, ...] = ()
    refusal: tuple[TokenLogprob, ...] = ()

    def to_dict(self) -> dict[str, JsonValue]:
        """The tokens in OpenAI's form."""
        result: dict[str, JsonValue] = {"content": [token.to_dict() for token in self.content]}
        if self.refusal:
            result["refusal"] = [token.to_dict() for token in self.refusal]
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Logprobs:
        """The tokens that *data* says in OpenAI's form; what is not of that form is passed over."""
        return cls(_tokens(data.get("content")), _tokens(data.get("refusal")))


def _tokens(value: object, *, top: bool = False) -> tuple[TokenLogprob, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(_token(item, top) for item in value if isinstance(item, Mapping))


def _token(data: Mapping[str, object], top: bool) -> TokenLogprob:
    """One token; those that might have stood in its place, *top* ones, have no such list."""
    return TokenLogprob(
        as_text(data.get("token") or ""),
        _natural(data.get("logprob")),
        _bytes(data.get("bytes")),
        () if top else _tokens(data.get("top_logprobs"), top=True),
    )


def _natural(value: object) -> float:
    try:
        return float(value) if isinstance(value, int | float) else float("-inf")
    except OverflowError:
        return float("-inf")


def _bytes(value: object) -> bytes | None:
    if not isinstance(value, list):
        return None
    try:
        return bytes(value)
    except (TypeError, ValueError):
        return None

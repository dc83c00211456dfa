"""How an error in OpenAI's words finds its class, for both of OpenAI's wires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..errors import APIError, ContextLengthError, RateLimitError, ServerError

# Of these two, the status tells more where it is an error of its own: a 413 with a rate limit's
# code cannot be helped by waiting.
_WEAK: Final = (RateLimitError, ServerError)


def class_told(
    by_code: Mapping[str, type[APIError]],
    too_long: Sequence[str],
    *,
    status: int,
    code: str | None,
    kind: str | None,
    message: str,
) -> type[APIError] | None:
    """The class that the wire's own words tell, or None: the status tells it then.

    Args:
        by_code: the wire's codes and types.
        too_long: what is said, in small letters, where a request is too long and has no code.
        status: of the answer, or what stands for it in a stream.
        code: the provider's code.
        kind: its type.
        message: its words.
    """
    for told in (code, kind):
        found = by_code.get(told or "")
        if found is not None and not (found in _WEAK and status not in (400, 500)):
            return found
    if status in (400, 413, 422) and (code is None or code == str(status)):
        # No code to go by: the words are all there is.
        lower = message.lower()
        if any(phrase in lower for phrase in too_long):
            return ContextLengthError
    return None


def word(value: object) -> str | None:
    """A code or a type as text: some send numbers; None where there is none."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    return str(value) if isinstance(value, str | int) else None

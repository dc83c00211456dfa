"""The pieces that whole answers and streamed ones have in common.

Source: https://docs.ollama.com/api/chat
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ..._json import dumps
from ..._models.logprobs import Logprobs
from ..._models.parts import ImagePart
from ..._models.response import FinishReason
from ..._models.tools import ToolCall
from ..._models.usage import Usage
from ...errors import InvalidRequestError
from .._base import made_up_id

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    # Of a request without messages: a model was loaded, or unloaded.
    "load": FinishReason.OTHER,
    "unload": FinishReason.OTHER,
}
"""The wire's words for why an answer ended."""


def finish_reason(raw: object, *, calls: bool) -> FinishReason:
    """The reason that *raw* says; it is "stop" over tool calls, too."""
    reason = FinishReason.STOP
    if isinstance(raw, str) and raw:
        reason = FINISH_REASONS.get(raw, FinishReason.OTHER)
    return FinishReason.TOOL_CALLS if calls and reason is FinishReason.STOP else reason


def usage(last: Mapping[str, object]) -> Usage:
    """Token counts under llmkit's contract, from the object that ends an answer.

    A prompt that came from the cache as a whole has no count: it is unknown, and `raw` without
    it says so. The durations that stand beside the counts, in nanoseconds, are in `raw`, too.

    Source: https://docs.ollama.com/api/usage
    """
    raw = {
        name: value
        for name, value in last.items()
        if name.endswith(("_count", "_duration")) and isinstance(value, int | float)
    }
    prompt, completion = _count(raw, "prompt_eval_count"), _count(raw, "eval_count")
    return Usage(
        prompt,
        completion,
        prompt + completion,
        cached_tokens=min(_count(raw, "prompt_eval_cached_count"), prompt),
        reported="prompt_eval_count" in raw or "eval_count" in raw,
        raw=raw,
    )


def _count(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    return int(value) if isinstance(value, int | float) and 0 < value < 2**53 else 0


def logprobs(given: object) -> Logprobs | None:
    """How likely the tokens were: the objects are OpenAI's."""
    found = Logprobs.from_dict({"content": given}) if given else None
    return found if found is not None and found.content else None


def tool_call(item: object, seed: str, index: int) -> ToolCall | None:
    """Call number *index*, from 0; None where *item* is none.

    Args:
        item: the wire's object, whose arguments are an object.
        seed: what an id is made from, where it has none: older servers send none.
        index: its number among the answer's calls.
    """
    function = item.get("function") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(function, dict):
        return None
    arguments = function.get("arguments")
    return ToolCall(
        text_of(item.get("id")) or made_up_id(seed, 0, index),
        text_of(function.get("name")),
        arguments if isinstance(arguments, str) else _as_text(arguments),
    )


def _as_text(arguments: object) -> str:
    return "" if arguments is None else dumps(arguments).decode()


def images(given: object) -> list[ImagePart]:
    """The images in a message, of models that draw."""
    parts: list[ImagePart] = []
    for item in given if isinstance(given, list) else []:
        try:
            parts.append(ImagePart(data=b64decode(item, validate=True)))
        except (Base64Error, InvalidRequestError, TypeError, ValueError):
            continue  # it stays in `raw`
    return parts


def thinking(message: Mapping[str, object]) -> str:
    """The visible thinking of a message, or of a piece of one."""
    # Servers that speak this form beside OpenAI's have the other's name for it.
    return text_of(message.get("thinking")) or text_of(message.get("reasoning_content"))


def unix_time(told: object) -> float | None:
    """A time in RFC 3339, as seconds; None where there is none."""
    try:
        return datetime.fromisoformat(told).timestamp() if isinstance(told, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def text_of(value: object) -> str:
    """*value*, where it is text; else ""."""
    return value if isinstance(value, str) else ""

"""The pieces that whole answers and streamed ones have in common.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Final

from ..._json import dumps
from ..._models.parts import Citation, ImagePart
from ..._models.response import FinishReason
from ..._models.usage import NO_USAGE, Usage
from ...errors import InvalidRequestError

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "tool_use": FinishReason.TOOL_CALLS,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.MODEL_LENGTH,
    "guardrail_intervened": FinishReason.CONTENT_FILTER,
    "content_filtered": FinishReason.CONTENT_FILTER,
    "content_filter": FinishReason.CONTENT_FILTER,  # of servers that stand in for AWS
    "refusal": FinishReason.CONTENT_FILTER,  # Claude's own word
    "malformed_model_output": FinishReason.ERROR,
    "malformed_tool_use": FinishReason.ERROR,
}
"""The wire's words for why an answer ended."""


def finish_reason(raw: object, calls: bool) -> FinishReason:
    """The reason that *raw* says; some models say the end of a turn over tool calls."""
    if not raw or not isinstance(raw, str):
        return FinishReason.TOOL_CALLS if calls else FinishReason.OTHER
    reason = FINISH_REASONS.get(raw, FinishReason.OTHER)
    if calls and reason is FinishReason.STOP:
        return FinishReason.TOOL_CALLS
    return reason


def usage(raw: object) -> Usage:
    """Token counts under llmkit's contract: the wire's input leaves out what a cache has."""
    if not isinstance(raw, dict) or not raw:
        return NO_USAGE
    read, written = _count(raw, "cacheReadInputTokens"), _count(raw, "cacheWriteInputTokens")
    prompt = _count(raw, "inputTokens") + read + written
    completion = _count(raw, "outputTokens")
    total = _count(raw, "totalTokens") or prompt + completion
    return Usage(prompt, completion, total, read, written, raw=raw)


def _count(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    if type(value) is int and value > 0:
        return int(value)
    return int(value) if isinstance(value, float) and 0 < value < 2**53 else 0


def citation(data: Mapping[str, object]) -> Citation:
    """Where a piece of an answer comes from."""
    web = mapping(mapping(data.get("location")).get("web"))
    content = data.get("sourceContent")
    texts = [string(mapping(item).get("text")) or "" for item in _list(content)]
    return Citation(
        url=string(web.get("url")),
        title=string(data.get("title")),
        text="".join(texts) or None,
        raw=data,  # type: ignore[arg-type]  # of JSON, where it came from
    )


def image(form: object, source: object) -> ImagePart | None:
    """An image in an answer; None where it is not of the wire's form."""
    encoded = string(mapping(source).get("bytes"))
    if not encoded:
        return None
    try:
        data = b64decode(encoded, validate=True)
        return ImagePart(data=data, media_type=f"image/{form}") if isinstance(form, str) else None
    except (Base64Error, InvalidRequestError):
        return None


def arguments_text(value: object) -> str:
    """The arguments of a call, an object on this wire, as JSON text."""
    return "" if value is None else dumps(value).decode()


def string(value: object) -> str | None:
    """*value*, if it is text."""
    return value if isinstance(value, str) else None


def mapping(value: object) -> Mapping[str, object]:
    """*value*, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

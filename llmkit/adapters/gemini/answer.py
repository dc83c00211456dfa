"""The pieces that whole answers and streamed ones have in common."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from ..._json import JsonObject, JsonValue, as_text, dumps
from ..._models.logprobs import Logprobs, TokenLogprob
from ..._models.made import made_text, made_usage
from ..._models.messages import AssistantPart
from ..._models.parts import AudioPart, FilePart, ImagePart, ReasoningPart
from ..._models.response import FinishReason
from ..._models.tools import ToolCall
from ..._models.usage import NO_USAGE, Usage
from ...errors import InvalidRequestError

if TYPE_CHECKING:
    from . import Gemini

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "SAFETY": FinishReason.CONTENT_FILTER,
    "RECITATION": FinishReason.CONTENT_FILTER,
    "BLOCKLIST": FinishReason.CONTENT_FILTER,
    "PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "SPII": FinishReason.CONTENT_FILTER,
    "IMAGE_SAFETY": FinishReason.CONTENT_FILTER,
    "IMAGE_PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "IMAGE_RECITATION": FinishReason.CONTENT_FILTER,
    "MODEL_ARMOR": FinishReason.CONTENT_FILTER,
    "ESCALATION": FinishReason.CONTENT_FILTER,
    "MALFORMED_FUNCTION_CALL": FinishReason.ERROR,
    "MALFORMED_RESPONSE": FinishReason.ERROR,
    "UNEXPECTED_TOOL_CALL": FinishReason.ERROR,
    "TOO_MANY_TOOL_CALLS": FinishReason.ERROR,
    "MISSING_THOUGHT_SIGNATURE": FinishReason.ERROR,
    "CONTINUATION": FinishReason.LENGTH,
    "FUNCTION_CALL": FinishReason.TOOL_CALLS,  # not of the wire's own words, but of its imitators'
    "LANGUAGE": FinishReason.OTHER,
    "NO_IMAGE": FinishReason.OTHER,
    "IMAGE_OTHER": FinishReason.OTHER,
    "OTHER": FinishReason.OTHER,
    "FINISH_REASON_UNSPECIFIED": FinishReason.OTHER,
}
"""Why a candidate ended.

Source: https://ai.google.dev/api/generate-content#FinishReason
"""

SEAL_OF_MEDIA: Final[JsonObject] = {"inlineData": {}}
"""What is left of an image's part without its image: the signature that stood beside it."""


def finish_reason(raw: str | None, calls: int) -> FinishReason:
    """The reason that *raw* says. The wire says STOP over tool calls, too."""
    if raw is None:
        return FinishReason.TOOL_CALLS if calls > 0 else FinishReason.OTHER
    reason = FINISH_REASONS.get(raw, FinishReason.OTHER)
    if calls > 0 and reason is FinishReason.STOP:
        return FinishReason.TOOL_CALLS
    return reason


def block_reason(data: Mapping[str, object]) -> str | None:
    """Why the prompt was refused, where that is what *data* tells in place of an answer."""
    feedback = data.get("promptFeedback")
    reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
    return reason if isinstance(reason, str) and reason else None


def parts_of(candidate: Mapping[str, object]) -> list[dict[str, Any]]:
    """The parts of a candidate's content: none where thinking took all, or a filter."""
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def read_part(wire: Gemini, part: Mapping[str, object], call_id: str) -> list[AssistantPart]:
    """What one part of a candidate's content says.

    A signature stays with the part that it came on. What llmkit has no word for, the code and
    the tools that run on the server among it, is kept as it is, to go back as it is.

    Args:
        wire: the adapter.
        part: the part.
        call_id: the id of a call that has none.

    Source: https://ai.google.dev/gemini-api/docs/thought-signatures
    """
    owner = wire.provider or None
    signature = _text(part.get("thoughtSignature"))
    call = part.get("functionCall")
    if isinstance(call, dict) and isinstance(call.get("name"), str):
        return [_call(call, call_id, signature, owner)]
    thought, text = part.get("thought") is True, part.get("text")
    if isinstance(text, str):
        if not text and signature is None:
            return []
        if thought:
            return [ReasoningPart(text, signature=signature, provider=owner)]
        if text:
            return [made_text(text, signature, owner if signature else None)]
    media = None if thought else _media(part)
    if media is None:
        rest = {name: value for name, value in part.items() if name != "thoughtSignature"}
        return [ReasoningPart(signature=signature, provider=owner, raw=_json(rest))]
    if signature is None:
        return [media]
    return [media, ReasoningPart(signature=signature, provider=owner, raw=SEAL_OF_MEDIA)]


def _call(
    call: Mapping[str, Any], call_id: str, signature: str | None, owner: str | None
) -> ToolCall:
    given = _text(call.get("id"))
    return ToolCall(
        given or call_id,
        call["name"],
        "{}" if call.get("args") is None else dumps(call["args"]).decode(),
        signature=signature,
        provider=owner if signature or given else None,
    )


def _media(part: Mapping[str, object]) -> AssistantPart | None:
    inline, file = part.get("inlineData"), part.get("fileData")
    try:
        if isinstance(inline, dict) and isinstance(inline.get("data"), str) and inline["data"]:
            # The alphabet may be either of the two.
            data = base64.b64decode(inline["data"].translate(_STANDARD), validate=True)
            return _of_type(_text(inline.get("mimeType")), data=data)
        if isinstance(file, dict) and isinstance(file.get("fileUri"), str) and file["fileUri"]:
            return _of_type(_text(file.get("mimeType")), url=file["fileUri"])
    except (binascii.Error, ValueError, InvalidRequestError):
        pass  # kept as it is
    return None


_STANDARD: Final = str.maketrans("-_", "+/")


def _of_type(
    media_type: str | None, *, data: bytes | None = None, url: str | None = None
) -> AssistantPart:
    kind = (media_type or "").partition("/")[0]
    if kind == "image":
        return ImagePart(data=data, url=url, media_type=media_type)
    if kind == "audio":
        return AudioPart(data=data, url=url, media_type=media_type)
    return FilePart(data=data, url=url, media_type=media_type)


def answered_calls(part: AssistantPart) -> int:
    """How many calls *part* leaves to be answered: -1 where the server has answered one itself."""
    if isinstance(part, ToolCall):
        return 1
    raw = part.raw if isinstance(part, ReasoningPart) else None
    return -1 if raw is not None and "functionResponse" in raw else 0


_COUNTS: Final = (
    *("promptTokenCount", "toolUsePromptTokenCount", "cachedContentTokenCount"),
    *("candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"),
)


class UsageSoFar:
    """Token counts, which each event of a stream tells anew, and not always all of them."""

    def __init__(self) -> None:
        self._most: dict[str, int] = dict.fromkeys(_COUNTS, -1)
        self._raw: JsonObject = {}

    def add(self, data: object) -> None:
        """Take the `usageMetadata` of one event: of each count, the most that was told."""
        if not isinstance(data, dict) or not data:
            return
        most = self._most
        counted = False
        for name, value in data.items():
            if name in most and value is not None:
                counted = True
                if type(value) is not int:
                    value = _whole(value)
                if value > most[name]:
                    most[name] = value
        if counted or not self._raw:
            self._raw = data

    def usage(self) -> Usage:
        """The counts as they stand."""
        return _usage([*self._most.values()], self._raw) if self._raw else NO_USAGE


def usage(raw: object) -> Usage:
    """The counts of a whole answer."""
    if not isinstance(raw, dict) or not raw:
        return NO_USAGE
    told = map(raw.get, _COUNTS)
    return _usage(
        [value if type(value) is int else -1 if value is None else _whole(value) for value in told],
        raw,
    )


def _usage(counts: Sequence[int], raw: JsonObject) -> Usage:
    """*counts*, less than 0 where none is told, under llmkit's contract: tools' results were
    read, thoughts were written.

    Source: https://ai.google.dev/api/generate-content#UsageMetadata
    """
    known = [count if count > 0 else 0 for count in counts]
    prompts, tools, cached, answer, thoughts, total = known
    read, written = prompts + tools, answer + thoughts
    return made_usage(
        read,
        written,
        total or read + written,
        cached,
        0,
        thoughts,
        raw,
        reported=max(counts) >= 0,
    )


def _whole(value: object) -> int:
    return int(value) if isinstance(value, float) and 0 <= value < 2**53 else -1


def logprobs(raw: object) -> Logprobs | None:
    """The likelihoods in a candidate's `logprobsResult`, or None.

    Source: https://ai.google.dev/api/generate-content#LogprobsResult
    """
    if not isinstance(raw, dict):
        return None
    chosen, tops = raw.get("chosenCandidates"), raw.get("topCandidates")
    others = tops if isinstance(tops, list) else []
    tokens: list[TokenLogprob] = []
    for place, item in enumerate(chosen if isinstance(chosen, list) else []):
        if not isinstance(item, dict):
            continue
        tokens.append(_token(item, _likeliest(others[place]) if place < len(others) else ()))
    return Logprobs(tuple(tokens)) if tokens else None


def _likeliest(data: object) -> tuple[TokenLogprob, ...]:
    found = data.get("candidates") if isinstance(data, dict) else None
    if not isinstance(found, list):
        return ()
    return tuple(_token(one) for one in found if isinstance(one, dict))


def _token(data: Mapping[str, object], top: tuple[TokenLogprob, ...] = ()) -> TokenLogprob:
    value = data.get("logProbability")
    # A likelihood of 1 is 0 as a logarithm, and zeros are left out of this JSON.
    logprob = value if isinstance(value, float) else 0.0
    if type(value) is int and abs(value) < 2**53:
        logprob = float(value)
    return TokenLogprob(_text(data.get("token")) or "", logprob, None, top)


def created(data: Mapping[str, object]) -> datetime | None:
    """When the answer was begun, which Vertex AI tells."""
    try:
        moment = datetime.fromisoformat(as_text(data.get("createTime")))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def id_seed(data: Mapping[str, object]) -> str:
    """What made-up ids are made from: the answer's own id, or its digest."""
    given = "".join(c for c in as_text(data.get("responseId") or "") if c.isalnum() and c.isascii())
    return given[-24:] or blake2b(dumps(data), digest_size=12).hexdigest()


_MADE_UP: Final = re.compile(r"call_[0-9A-Za-z]+_\d+_\d+")


def is_made_up(call_id: str) -> bool:
    """Whether the wire has never seen *call_id*."""
    return _MADE_UP.fullmatch(call_id) is not None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _json(value: Mapping[str, object]) -> dict[str, JsonValue]:
    return value  # type: ignore[return-value]  # it was read from JSON just now

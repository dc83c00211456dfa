"""The recorded exchanges, typed.

The folder that `LLMKIT_EXCHANGES` names holds one folder per wire, and in it one JSON file per
exchange: the request as it was sent, the answer as it came, and what the provider's documents
say that the answer means. No recording is part of this project.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import Factory, frozen

from llmkit._http import Headers, HttpResponse

from .misread import corrected

VARIABLE = "LLMKIT_EXCHANGES"
"""The environment variable that names the folder."""


@frozen
class ExpectedCall:
    """A tool call that the answer holds.

    `arguments` is parsed, or the raw text where it is no JSON; `arguments_raw` is the text
    where the wire has one.
    """

    id: str | None
    name: str
    arguments: object
    arguments_raw: str | None


@frozen
class ExpectedUsage:
    """The provider's own numbers, not converted."""

    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cache_write_tokens: int | None
    raw: Mapping[str, Any]


@frozen
class ExpectedError:
    """The error that the answer holds, in the provider's own fields."""

    status: int
    type: str | None
    message: str | None
    code: str | int | None


@frozen
class Expected:
    """What the answer means; of several choices, the first."""

    text: str | None
    reasoning: str | None
    finish_reason: str | None
    tool_calls: tuple[ExpectedCall, ...]
    usage: ExpectedUsage | None
    error: ExpectedError | None
    refusal: str | None
    choices: tuple[str, ...] | None
    content_object: Mapping[str, Any] | None


@frozen
class Recording:
    """One exchange."""

    id: str
    wire: str
    provider: str
    model: str
    streaming: bool
    url: str | None
    asked_headers: Mapping[str, str]
    sent: Mapping[str, Any] | None
    turn: Mapping[str, Any] | None
    status: int
    headers: Mapping[str, str]
    answer: bytes
    expect: Expected
    features: frozenset[str]
    citations: int | None

    @property
    def failed(self) -> bool:
        """The answer's status says that it is an error."""
        return self.status >= 400

    @property
    def is_stream(self) -> bool:
        """The answer came as a stream."""
        return self.streaming and not self.failed

    def response(self) -> HttpResponse:
        """The answer, whole, as a transport gives it."""
        return HttpResponse(self.status, Headers(self.headers), self.answer)


@frozen
class Cutting:
    """A way to cut a stream's bytes; no size is the stream in one piece."""

    size: int | None

    def pieces(self, data: bytes) -> Sequence[bytes]:
        """*data*, cut."""
        size = self.size or max(len(data), 1)
        return [data[start : start + size] for start in range(0, len(data), size)]


CUTTINGS = {
    name: Cutting(size) for name, size in (("whole", None), ("1", 1), ("7", 7), ("1000", 1000))
}
"""The ways in which every stream is fed."""


@frozen
class Found:
    """The recordings that there are, or why there are none."""

    recordings: tuple[Recording, ...] = ()
    missing: str = Factory(str)


@cache
def load() -> Found:
    """Every recording of the folder that the environment names."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return Found(missing=f"{VARIABLE} does not name a folder of recorded exchanges")
    files = sorted(Path(folder).glob("*/*.json"))
    if not files:
        raise FileNotFoundError(f"{VARIABLE}={folder} holds no <wire>/<id>.json")
    return Found(tuple(_recording(json.loads(file.read_bytes())) for file in files))


def _recording(data: Mapping[str, Any]) -> Recording:
    response = data["response"]
    body = response.get("body")
    encoded = response.get("body_base64")
    request = data["request"] or {}
    answer = base64.b64decode(encoded) if body is None and encoded else (body or "").encode()
    return Recording(
        id=data["id"],
        wire=data["wire"],
        provider=data["provider"],
        model=data["model"],
        streaming=data["streaming"],
        url=request.get("url"),
        asked_headers=request.get("headers") or {},
        sent=request.get("body"),
        turn=data["turn"],
        status=response["status"],
        headers=response["headers"] or {},
        answer=answer,
        expect=_expected(corrected(data["id"], data["expect"])),
        features=frozenset(data["features"]),
        citations=data["expect"].get("citations"),
    )


def _expected(data: Mapping[str, Any]) -> Expected:
    error = data["error"]
    usage = data["usage"]
    calls = [
        ExpectedCall(call.get("id"), call["name"], call["arguments"], call.get("arguments_raw"))
        for call in data["tool_calls"]
    ]
    return Expected(
        text=data["text"],
        reasoning=data["reasoning"],
        finish_reason=data["finish_reason"],
        tool_calls=tuple(calls),
        usage=None if usage is None else _usage(usage),
        error=error
        and ExpectedError(error["status"], error["type"], error["message"], error["code"]),
        refusal=data.get("refusal"),
        choices=None if data.get("choices") is None else tuple(data["choices"]),
        content_object=data.get("content_object"),
    )


def _usage(data: Mapping[str, Any]) -> ExpectedUsage:
    return ExpectedUsage(
        prompt_tokens=data["prompt_tokens"],
        completion_tokens=data["completion_tokens"],
        total_tokens=data["total_tokens"],
        cached_tokens=data["cached_tokens"],
        reasoning_tokens=data["reasoning_tokens"],
        cache_write_tokens=data.get("cache_write_tokens"),
        raw=data["raw"],
    )

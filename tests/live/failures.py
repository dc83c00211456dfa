"""What aimock breaks: errors, cut streams, lost answers, limits passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from llmkit import (
    AuthenticationError,
    BadRequestError,
    ContextLengthError,
    DecodeError,
    FinishReason,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    RequestTooLargeError,
    ResponseLostError,
    RetryPolicy,
    ServerError,
    Timeout,
)

from .expected import Answer, Broken, Cut, Expected, Late, Refused
from .questions import TOOLS, Case, compact, question

_QUICKLY = RetryPolicy(attempts=3, wait_initial=0.01)

_INVALID = "invalid_request_error"
_TOO_LONG = "This model's maximum context length is 8192 tokens."
REFUSALS: Mapping[str, tuple[type[Any], int, str, str, str]] = {
    "err-400": (BadRequestError, 400, "Invalid value for temperature.", "invalid_value", _INVALID),
    "err-context": (ContextLengthError, 400, _TOO_LONG, "context_length_exceeded", _INVALID),
    "err-401": (
        *(AuthenticationError, 401, "Incorrect API key provided."),
        *("invalid_api_key", "authentication_error"),
    ),
    "err-403": (PermissionDeniedError, 403, "Forbidden.", "forbidden", "permission_error"),
    "err-404": (
        *(NotFoundError, 404, "The model does not exist."),
        *("model_not_found", "not_found_error"),
    ),
    "err-413": (RequestTooLargeError, 413, "Request too large.", "too_large", "request_too_large"),
    "err-422": (BadRequestError, 422, "Unprocessable.", "unprocessable", _INVALID),
    "err-429": (
        *(RateLimitError, 429, "Rate limit reached."),
        *("rate_limit_exceeded", "rate_limit_error"),
    ),
    "err-500": (ServerError, 500, "The server had an error.", "server_error", "server_error"),
    "err-503": (OverloadedError, 503, "Service unavailable.", "unavailable", "server_error"),
    "err-529": (OverloadedError, 529, "Overloaded", "overloaded", "overloaded_error"),
    "fault-drop": (ServerError, 500, "Chaos: request dropped", "chaos_drop", "server_error"),
    "fault-ratelimit": (
        *(RateLimitError, 429, "Chaos: rate limit exceeded"),
        *("chaos_ratelimit", "rate_limit_error"),
    ),
}
"""Each error: its class, its status, its words, its code and its type."""
_AGAIN_AFTER = {"err-429": 2.0, "fault-ratelimit": 1.0}


def _errors() -> Iterator[Case]:
    for name, (kind, status, message, code, word) in REFUSALS.items():
        expect = Refused(
            kind=kind,
            status=status,
            message=message,
            code=code,
            type=word,
            retry_after=_AGAIN_AFTER.get(name),
        )
        yield Case(scenario=name, question=question(name), expect=expect)
        # What was refused is final; a server's failure is tried as often as the policy says.
        tries = {"err-400": 1, "err-404": 1, "err-500": 3}.get(name)
        if tries:
            yield Case(
                scenario=name,
                about="tried-again",
                question=question(name),
                expect=evolve(expect, attempts=tries),
                client={"retry": _QUICKLY},
            )
    survived = Answer(text="third time lucky", statuses=(429, 503, 200), waits=(1, 1.5))
    yield Case(
        scenario="flaky-429",
        question=question("flaky-429"),
        expect=survived,
        waits=True,
        client={"retry": _QUICKLY},
    )


def _breaks() -> Iterator[Case]:
    ended = "this stream stops before it ends and never says done"
    timed = "this stream is cut by a timer while it is still being sent"
    cuts = {
        "fault-truncate-3": Cut(text=ended),
        # By then another wire may still be at its first words about the answer.
        "fault-disconnect-midstream": Cut(text=timed, begun=None),
    }
    for name, cut in cuts.items():
        asked = question(name)
        yield Case(scenario=name, question=asked, expect=cut, streams=True, waits=True)
    lost = Broken(kind=ResponseLostError, statuses=(None, None, None))
    for name, streams in (("fault-truncate-0", True), ("fault-disconnect", None)):
        yield Case(
            scenario=name,
            question=question(name),
            expect=lost,
            streams=streams,
            client={"retry": _QUICKLY},
        )
    unread = Broken(kind=DecodeError, statuses=(200,))
    yield Case(scenario="fault-malformed", question=question("fault-malformed"), expect=unread)
    # What cuts streams leaves whole answers alone.
    whole = {**{name: cut.text for name, cut in cuts.items()}, "fault-truncate-0": ended}
    for name, text in whole.items():
        yield Case(
            scenario=name,
            about="whole",
            question=question(name),
            expect=Answer(text=text),
            streams=False,
        )


def _cut_calls() -> Iterator[Case]:
    arguments = {"city": "Llanfairpwllgwyngyll", "unit": "c"}
    called = ("call_cut_1", "get_weather")
    asked = question("fault-truncate-tool", tools=TOOLS)
    yield Case(
        scenario="fault-truncate-tool",
        question=asked,
        expect=Cut(call=(*called, compact(arguments))),
        streams=True,
    )
    yield Case(
        scenario="fault-truncate-tool",
        about="whole",
        question=asked,
        expect=Answer(calls=((*called, arguments),), finish=FinishReason.TOOL_CALLS),
        streams=False,
    )


def _waits() -> Iterator[Case]:
    first, slow, head = "slow to start, then quick", "slow and steady chunks", "headers came late"
    rows: list[tuple[str, str, Timeout | float | None, Expected, bool | None]] = [
        ("slow-first", "", None, Answer(text=first), False),
        # Until the first chunk `read` counts, and `idle` between chunks only.
        ("slow-first", "idle", Timeout(idle=1), Answer(text=first, after=1.4), True),
        ("slow-first", "read", Timeout(read=0.4), Late(limit="read", text=first), True),
        ("slow-chunks", "", None, Answer(text=slow), None),
        ("slow-chunks", "idle", Timeout(idle=0.08), Late(limit="idle", text=slow), True),
        ("slow-chunks", "total", Timeout(total=0.7), Late(limit="total", text=slow), True),
        ("slow-headers", "", None, Answer(text=head), None),
        ("slow-headers", "read", Timeout(read=0.4), Late(limit="read", text=head), None),
        ("slow-headers", "total", Timeout(total=0.4), Late(limit="total", text=head), None),
        ("slow-headers", "number", 0.4, Late(limit="total", text=head), None),
    ]
    for name, about, timeout, expect, streams in rows:
        yield Case(
            scenario=name,
            about=about,
            question=question(name, timeout=timeout),
            expect=expect,
            streams=streams,
            waits=True,
        )


def failures() -> Iterator[Case]:
    """All of these questions."""
    for kind in (_errors, _breaks, _cut_calls, _waits):
        yield from kind()

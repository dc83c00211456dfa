"""The errors: one tree, picklable, and without a key in it."""

from __future__ import annotations

import builtins
import copy
import pickle
from collections.abc import Callable
from typing import NamedTuple

import pytest
import requests
from attrs import frozen

import llmkit.errors
from llmkit._http import Headers
from llmkit._models.messages import AssistantMessage
from llmkit._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from llmkit._models.tool_run import ToolRound, ToolRun
from llmkit._redaction import Mask, redact
from llmkit._retry import Attempt
from llmkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    BoundsError,
    ClosedError,
    ConfigurationError,
    ContentFilterError,
    ContextLengthError,
    DecodeError,
    InvalidRequestError,
    LLMKitError,
    OverloadedError,
    QuotaExceededError,
    RateLimitError,
    RequestNotSentError,
    ResponseLostError,
    ResponseParseError,
    ServerError,
    StreamInterruptedError,
    TimeoutError,
    ToolArgumentsError,
    ToolLoopError,
    TransportError,
    UnsupportedParameterError,
)

KEY = "sk-secret-0123456789"
ANSWER: ChatCompletionResponse[object] = ChatCompletionResponse(
    choices=(ChatCompletionChoice(0, AssistantMessage("half"), FinishReason.OTHER),)
)
RUN: ToolRun[object] = ToolRun(messages=(), rounds=(ToolRound(ANSWER),))
API_ERRORS = [
    cls
    for name in llmkit.errors.__all__
    if issubclass(cls := getattr(llmkit.errors, name), APIError)
]


def api_error(cls: type[APIError]) -> APIError:
    """An error with every attribute set."""
    return cls(
        "no",
        status=429,
        code="slow_down",
        body='{"error":"no"}',
        headers=Headers({"X-Id": "1"}),
        request_id="1",
        retry_after=1.5,
        should_retry=False,
    )


MAKERS: list[Callable[[], LLMKitError]] = [
    *[lambda cls=cls: api_error(cls) for cls in API_ERRORS],
    lambda: ConfigurationError("a"),
    lambda: ClosedError("a"),
    lambda: InvalidRequestError("a", field="messages[0]"),
    lambda: UnsupportedParameterError("a", parameter="seed", provider="p", model="m"),
    lambda: TransportError("a"),
    lambda: RequestNotSentError("a"),
    lambda: ResponseLostError("a"),
    lambda: StreamInterruptedError("a"),
    lambda: TimeoutError("a", limit="idle", seconds=3.0),
    lambda: DecodeError("a", body=b"x" * 5000),
    lambda: BoundsError("a", bound="depth", most=64),
    lambda: ResponseParseError("a", reason="json", text="t", response=ANSWER),
    lambda: ToolArgumentsError("a", text="t", reason="type"),
    lambda: ToolLoopError("a", run=RUN),
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy]
)
def test_pickle(
    make: Callable[[], LLMKitError], again: Callable[[LLMKitError], LLMKitError]
) -> None:
    """An error survives pickling and copying with all that it tells."""
    error = make()
    error.provider, error.model = "p", "m"
    error.attempts = (Attempt(429, "no", 0.0, 0.5),)
    error.partial = ANSWER
    error.add_note("a note")
    found = again(error)
    assert type(found) is type(error)
    assert str(found) == str(error)
    assert found.args == error.args
    state = {name: value for name, value in vars(error).items() if name != "headers"}
    assert {name: value for name, value in vars(found).items() if name != "headers"} == state
    assert dict(getattr(found, "headers", {})) == dict(getattr(error, "headers", {}))


def test_every_error_is_tried() -> None:
    """No error of the tree is missing from the tests above."""
    made = {type(make()).__name__ for make in MAKERS}
    assert made == set(llmkit.errors.__all__) - {"LLMKitError", "InsecureConnectionWarning"}


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (InvalidRequestError, ValueError),
        (TimeoutError, builtins.TimeoutError),
        (TimeoutError, TransportError),
        (ClosedError, ConfigurationError),
        (ContextLengthError, BadRequestError),
        (ContentFilterError, BadRequestError),
        (QuotaExceededError, RateLimitError),
        (OverloadedError, ServerError),
        (ToolArgumentsError, ResponseParseError),
        (AuthenticationError, APIError),
    ],
)
def test_tree(error: type[Exception], base: type[Exception]) -> None:
    """Who catches a base catches what is under it; all of it is under `LLMKitError`."""
    assert issubclass(error, base)
    assert issubclass(error, LLMKitError)


def test_what_it_says() -> None:
    """An error's text names the place: the field, or provider, model, status and code."""
    assert str(InvalidRequestError("is odd", field="n")) == "n: is odd"
    error = api_error(RateLimitError)
    assert str(error) == "429 slow_down: no"
    error.provider, error.model = "p", "m"
    assert str(error) == "p/m: 429 slow_down: no"
    assert error.message == "no"
    assert len(DecodeError("a", body=b"x" * 5000).body) == 4096


def test_mask() -> None:
    """Each secret is replaced wherever it stands; an empty one is none."""
    assert Mask([KEY, ""]).text(f"a {KEY} b {KEY}") == "a [REDACTED] b [REDACTED]"


class _Pair(NamedTuple):
    name: str
    value: str


@frozen
class _Value:
    name: str
    value: str


HELD: list[object] = [
    f"Bearer {KEY}",
    f"Bearer {KEY}".encode(),
    [KEY],
    ("a", KEY),
    {"a": {"b": [KEY]}},
    {KEY: "a"},
    frozenset({KEY}),
    Headers({"Authorization": f"Bearer {KEY}"}),
    _Pair("a", KEY),
    _Value("a", KEY),
    Attempt(401, f"no such key: {KEY}", 0.0, 1.0),
    ValueError(KEY),
    requests.Request("GET", "https://example.com", headers={"x-api-key": KEY}).prepare(),
    requests.exceptions.ConnectionError(
        ValueError(KEY),
        request=requests.Request("GET", f"https://example.com/?key={KEY}").prepare(),
    ),
]


def _everything(error: BaseException | None) -> str:
    """All that an error shows of itself, as text."""
    if error is None:
        return ""
    shown = [repr(error), str(error)]
    shown += [repr(getattr(error, name, None)) for name in ("strerror", "filename", "object")]
    for value in [*error.args, *vars(error).values()]:
        inner = value if isinstance(value, BaseException) else None
        attributes = getattr(value, "__dict__", {})
        shown += [repr(value), _everything(inner), repr(attributes)]
        if isinstance(value, Headers):
            shown.append(repr(dict(value)))
    shown += [_everything(error.__cause__), _everything(error.__context__)]
    shown += [_everything(inner) for inner in getattr(error, "exceptions", ())]
    return "\n".join(shown)


@pytest.mark.parametrize("held", HELD, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("place", ["argument", "attribute", "cause", "context", "group"])
def test_no_key(held: object, place: str) -> None:
    """Wherever an error, or one that it came from, holds a key: after `redact` it does not."""
    held = copy.deepcopy(held)
    error = APIError("no", status=401)
    other = OSError(3, "no", "name")
    other.args = (3, held)
    if place == "argument":
        error.args = (held,)
    elif place == "attribute":
        error.extra = held  # type: ignore[attr-defined]
    elif place == "cause":
        error.__cause__ = other
    elif place == "context":
        error.__context__ = other
    else:
        error.__cause__ = ExceptionGroup("two", [other])
    assert KEY in _everything(error)
    redact(error, [KEY])
    assert KEY not in _everything(error)


def test_no_key_in_the_usual_places() -> None:
    """A provider that repeats the key has it in text, body and headers; people in notes."""
    error = AuthenticationError(
        f"wrong key {KEY}",
        status=401,
        body=f'{{"key":"{KEY}"}}',
        headers=Headers({"X-Echo": KEY}),
    )
    error.add_note(f"tried {KEY}")
    error.attempts = (Attempt(401, f"wrong key {KEY}", 0.0, 1.0),)
    error.__cause__ = OSError(3, f"refused {KEY}", KEY)
    error.__cause__.__context__ = UnicodeDecodeError("utf-8", KEY.encode(), 0, 1, "bad")
    redact(error, [KEY])
    assert KEY not in _everything(error)
    assert str(error) == "401: wrong key [REDACTED]"
    assert error.headers["x-echo"] == "[REDACTED]"
    assert error.attempts == (Attempt(401, "wrong key [REDACTED]", 0.0, 1.0),)
    assert error.__notes__ == ["tried [REDACTED]"]


def test_nothing_else_changes() -> None:
    """Where there is no key, everything stays the very same object."""
    error = api_error(RateLimitError)
    error.partial = ANSWER
    error.__cause__ = error.__context__ = RequestNotSentError("a")
    error.__cause__.__cause__ = error  # a circle ends
    before = dict(vars(error))
    redact(error, [KEY, ""])
    assert all(vars(error)[name] is value for name, value in before.items())
    assert error.partial is ANSWER


def test_decode_body_is_bytes() -> None:
    """A key in the bytes of an unreadable body is masked there, too."""
    error = DecodeError("odd", body=b"<" + KEY.encode() + b">")
    redact(error, [KEY])
    assert error.body == b"<[REDACTED]>"

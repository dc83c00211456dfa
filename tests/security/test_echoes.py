"""What a provider repeats of a key is taken out of everything that an error keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from colours import Colour, both

from llmkit import ChatCompletionRequest, Provider, RetryPolicy, UserMessage
from llmkit._redaction import Mask, redact
from llmkit.errors import APIError, LLMKitError, RequestNotSentError
from llmkit.providers import HeaderAuth
from llmkit.testing import Reply, ScriptedTransport, StreamReply, sse

from .looking import KEY, OTHER, assert_clean

REQUEST = ChatCompletionRequest("openai/m", [UserMessage("Hi")])
ONCE = RetryPolicy(attempts=1)
ODD = 'sk/with+odd="signs"=='


def refused(
    colour: Colour, told: str, request: Any = REQUEST, *, plain: bool = False, **client: Any
) -> APIError:
    """The error of a provider that says *told* in every place where it can say something."""
    body = told if plain else {"error": {"message": told, "code": told}, "sent": told}
    reply = Reply(body, 401, {"X-Echo": told, "X-Request-Id": told})
    with (
        colour(transport=ScriptedTransport(reply), retry=ONCE, **client) as door,
        pytest.raises(APIError) as caught,
    ):
        door.complete(request)
    return caught.value


def assert_gone(error: APIError, *secrets: str) -> None:
    """Neither the error nor what it keeps of the answer has one of *secrets*."""
    for secret in secrets:
        assert_clean(error, secret)
        assert secret not in error.body + str(dict(error.headers)) + str(error.request_id)


FORMS = {
    "as it is": ODD,
    "in a URL": quote(ODD, safe=""),
    "in a path": quote(ODD),
    "in JSON": json.dumps(ODD)[1:-1],
    "in JSON of PHP's": json.dumps(ODD)[1:-1].replace("/", "\\/"),
}


@both
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_key_is_found_in_each_form(colour: Colour, form: str) -> None:
    """A URL percent-encodes it, and JSON escapes it; within a word, too."""
    assert_gone(refused(colour, f"bad:{form}x", plain=True, api_key=ODD), form, ODD)


PLACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "in a header of the request": ({"extra_headers": {"X-Portkey-Api-Key": OTHER}}, {}),
    "in a header of the provider": ({}, {"headers": {"X-Gateway-Token": OTHER}}),
    "in a header of the caller's naming": ({"extra_headers": {"X-Pass": OTHER}}, {}),
    "in the request's query": ({"extra_query": {"key": OTHER}}, {}),
    "in the provider's query": ({}, {"query": {"sig": OTHER}}),
    "in the request's body": ({"extra_body": {"router": [{"api_key": OTHER}]}}, {}),
    "in the provider's body": ({}, {"body": {"gate": {"secret": OTHER}}}),
    "in the path": (
        {},
        {"base_url": "https://a.example/{token}", "placeholders": {"token": ["GATE_TOKEN"]}},
    ),
}


@both
@pytest.mark.parametrize(("asked", "named"), PLACES.values(), ids=PLACES)
def test_a_key_is_known_wherever_it_is_sent(
    colour: Colour, asked: Mapping[str, Any], named: Mapping[str, Any], monkeypatch: Any
) -> None:
    """By the name that it is sent under, beside the client's own key."""
    monkeypatch.setenv("GATE_TOKEN", OTHER)
    values: dict[str, Any] = {"base_url": "https://a.example/v1", **named}
    mine = Provider(
        "mine", wire="openai-chat", auth=HeaderAuth("X-Pass", ""), env=("MY_KEY",), **values
    )
    request = ChatCompletionRequest("m", [UserMessage("Hi")], **asked)
    error = refused(colour, f"{KEY} and {OTHER}", request, provider=mine, api_key=KEY)
    assert_gone(error, OTHER)
    if "X-Pass" not in asked.get("extra_headers", {}):  # else the key was not sent
        assert_gone(error, KEY)


def test_of_two_keys_neither_leaves_a_rest() -> None:
    """One may be the beginning of the other."""
    mask = Mask(["sk-abcdefgh", "sk-abcdefgh-and-more"])
    assert mask.text("sk-abcdefgh-and-more, sk-abcdefgh") == "[REDACTED], [REDACTED]"
    assert mask.data(b"\xff sk-abcdefgh-and-more \xff") == b"\xff [REDACTED] \xff"


@both
@pytest.mark.parametrize("key", ["test", "EMPTY", "ollama", "1234", "x", "a1"])
def test_a_key_that_is_a_common_word_mangles_nothing(colour: Colour, key: str) -> None:
    """Servers of one's own take any key; what they say stays what it was."""
    told = f"the {key} of {key}: no"
    error = refused(colour, told, api_key=key)
    assert error.message == told
    assert key in error.body


@both
def test_a_short_key_is_taken_out_as_a_word(colour: Colour) -> None:
    """And not where it is a part of one; it needs a letter and a digit to be a key."""
    error = refused(colour, "hunter2: no hunter2x, my-hunter2 (hunter2)", api_key="hunter2")
    assert error.message == "[REDACTED]: no hunter2x, my-hunter2 ([REDACTED])"


@both
@pytest.mark.parametrize("streamed", [False, True])
def test_a_key_of_an_earlier_call_is_known(colour: Colour, streamed: bool) -> None:
    """A function gives another each time; a late echo of the one before is taken out, too."""
    keys = iter([KEY, OTHER])
    again = Reply({"error": {"message": f"not {KEY}, and not {OTHER}"}}, 401)
    transport = ScriptedTransport(Reply({}, 401), again)
    with colour(api_key=lambda: next(keys), transport=transport, retry=ONCE) as door:
        for _ in range(2):
            with pytest.raises(APIError) as caught:
                _ = door.stream(REQUEST).response() if streamed else door.complete(REQUEST)
    assert caught.value.message == "not [REDACTED], and not [REDACTED]"


def test_few_of_the_keys_that_change_are_kept() -> None:
    """The last of them: memory does not grow with the calls."""
    from .test_secrets import core

    target = core().target("m")
    for number in range(1000):
        target.saw([f"sk-number-{number}"])
    kept = target.all_secrets()
    assert kept[0] == KEY
    assert kept[-1] == "sk-number-999"
    assert len(kept) < 20


@both
def test_a_partial_answer_is_clean_in_all_its_parts(colour: Colour) -> None:
    """Text, thinking, refusals, and what tools are called with."""
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": f'{{"a": "{KEY}"}}'}}
    deltas = (
        {"content": f"a {KEY}"},
        {"reasoning_content": f"b {KEY}"},
        {"refusal": f"c {KEY}"},
        {"tool_calls": [call]},
    )
    events = [sse({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas]
    stream = StreamReply([*events, sse({"error": {"message": f"wrong {KEY}"}})])
    with (
        colour(api_key=KEY, transport=ScriptedTransport(stream), retry=ONCE) as door,
        pytest.raises(LLMKitError) as caught,
    ):
        door.stream(REQUEST).response()
    partial = caught.value.partial
    assert partial is not None
    assert_clean(partial)
    assert KEY not in json.dumps(partial.to_dict())


def test_what_built_in_errors_hold_is_cleaned() -> None:
    """Outside of their `__dict__`, where other code looks: groups, files, decoders, attributes."""
    causes = [
        OSError(2, KEY, KEY, None, KEY),
        UnicodeDecodeError("utf-8", KEY.encode(), 0, 1, KEY),
        SyntaxError(KEY, (KEY, 1, 1, KEY)),
        AttributeError(KEY, name="x", obj=KEY),
        KeyError(KEY),
        StopIteration(KEY),
        SystemExit(KEY),
        ExceptionGroup("several", [ValueError(KEY), OSError(KEY)]),
    ]
    for cause in causes:
        error = RequestNotSentError("no")
        error.__cause__ = cause
        redact(error, [KEY])
        assert_clean(error)
        held = [getattr(cause, name, "") for name in dir(cause) if not name.startswith("__")]
        assert KEY not in repr(held)

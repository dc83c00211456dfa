"""Keys are seen by their own provider, and by nobody else: in no repr, error, cause or pickle."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import attrs
import pytest
from colours import Colour, both

from llmkit import ChatCompletionRequest, Provider, RetryPolicy, UserMessage
from llmkit._core import Core
from llmkit._http import HttpRequest
from llmkit.errors import (
    APIError,
    DecodeError,
    LLMKitError,
    RequestNotSentError,
    StreamInterruptedError,
)
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, chat_stream, sse

from .looking import KEY, OTHER, assert_clean

REQUEST = ChatCompletionRequest("openai/m", [UserMessage("Hi")])
ONCE = RetryPolicy(attempts=1)


def core(**settings: Any) -> Core:
    """A client's core with a key."""
    return Core(
        **{
            "model": None,
            "provider": None,
            "api_key": KEY,
            "base_url": None,
            "providers": (),
            "timeout": None,
            "retry": None,
            "unsupported": "error",
            **settings,
        }
    )


@both
def test_a_client_shows_no_key(colour: Colour) -> None:
    """Nor does what it holds; and it cannot be pickled, which would write the key down."""
    with colour(api_key=KEY, transport=ScriptedTransport()) as door:
        assert KEY not in repr(door.client)
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(door.client)
        assert type(copy.copy(door.client)) is type(door.client)


def test_a_target_shows_no_key() -> None:
    """Where a call goes has the key in it, and neither repr nor pickle gives it out."""
    target = core().target("m")
    assert target.key == KEY
    assert KEY not in repr(target)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(target)


def test_what_is_sent_shows_no_header() -> None:
    """One of them is the key."""
    call = core().call(REQUEST, stream=False)
    sent = call.http(KEY)
    assert KEY in sent.headers["Authorization"]
    assert KEY not in repr(sent)
    assert KEY not in repr(HttpRequest("POST", "https://example.com", {"x": KEY}))


def test_a_request_shows_no_header() -> None:
    """A caller may have put a key of his own there; the names are shown."""
    request = attrs.evolve(REQUEST, extra_headers={"Authorization": f"Bearer {KEY}", "X-Two": "2"})
    assert KEY not in repr(request)
    assert "extra_headers=<Authorization, X-Two>" in repr(request)
    assert "extra_headers={}" in repr(REQUEST)


ECHOES: dict[str, Any] = {
    "in the message": Reply({"error": {"message": f"wrong key: {KEY}"}}, 401),
    "in the code": Reply({"error": {"message": "no", "code": KEY}}, 401),
    "in the body": Reply({"error": {"message": "no"}, "you sent": KEY}, 401),
    "in plain text": Reply(f"no such key: {KEY}", 403),
    "in a header": Reply({}, 401, {"X-Echo": f"Bearer {KEY}"}),
    "in the request id": Reply({}, 401, {"X-Request-Id": KEY}),
    "in an address": Reply(b"", 302, {"Location": f"https://x.example/?key={KEY}"}),
    "inside a 200": Reply({"error": {"message": KEY}}),
    "in what is no JSON": Reply(f"<html>{KEY}</html>"),
    "by the network": RequestNotSentError(f"cannot send {KEY}"),
}


@both
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_an_echoed_key_is_taken_out(colour: Colour, echo: Any, streamed: bool) -> None:
    """Where a provider repeats it, and wherever that would be kept."""
    transport = ScriptedTransport(copy.copy(echo))
    with (
        colour(api_key=KEY, transport=transport, retry=ONCE) as door,
        pytest.raises(LLMKitError) as caught,
    ):
        _ = door.stream(REQUEST).response() if streamed else door.complete(REQUEST)
    error = caught.value
    assert_clean(error)
    assert KEY not in json.dumps([attempt.to_dict() for attempt in error.attempts])
    if isinstance(error, APIError):
        assert KEY not in error.body
        assert KEY not in json.dumps(dict(error.headers))


@both
def test_causes_contexts_and_notes_are_cleaned(colour: Colour) -> None:
    """What an error came from is printed with it."""
    cause = OSError(f"GET with {KEY}")
    cause.__context__ = ValueError(KEY)
    cause.add_note(f"the key was {KEY}")
    failure = RequestNotSentError("no route")
    failure.__cause__ = cause
    failure.add_note(KEY)
    with (
        colour(api_key=KEY, transport=ScriptedTransport(failure), retry=ONCE) as door,
        pytest.raises(RequestNotSentError) as caught,
    ):
        door.complete(REQUEST)
    assert caught.value.__cause__ is cause
    assert_clean(caught.value)


@both
def test_attempts_that_failed_are_clean_in_an_answer(colour: Colour) -> None:
    """They are listed in it, with what went wrong."""
    transport = ScriptedTransport(Reply({"error": {"message": KEY}}, 500), chat_reply("Hello"))
    with colour(api_key=KEY, transport=transport, retry=RetryPolicy(wait_initial=0)) as door:
        answer = door.complete(REQUEST)
    assert "[REDACTED]" in str(answer.attempts[0].error)
    assert_clean(answer)
    assert KEY not in json.dumps(answer.to_dict())


@both
def test_an_answer_holds_no_key(colour: Colour) -> None:
    """It is handed on, pickled, logged: nothing of how it was asked for is in it."""
    with colour(api_key=KEY, transport=ScriptedTransport(chat_reply("Hello"))) as door:
        answer = door.complete(REQUEST)
    assert_clean(answer)
    assert_clean(REQUEST)


@both
@pytest.mark.parametrize("raise_errors", [True, False])
def test_a_stream_that_repeats_a_key(colour: Colour, raise_errors: bool) -> None:
    """In an error event, after text that had it, too: the partial answer is clean."""
    events = [
        sse({"choices": [{"delta": {"content": f"your key is {KEY}"}}]}),
        sse({"error": {"message": f"and it is wrong: {KEY}"}}),
    ]
    with colour(api_key=KEY, transport=ScriptedTransport(StreamReply(events))) as door:
        stream = door.stream(REQUEST, raise_errors=raise_errors)
        with pytest.raises(APIError) as caught:
            stream.response()
    assert_clean(caught.value)
    assert caught.value.partial is not None
    assert caught.value.partial.content == "your key is [REDACTED]"


@both
def test_the_bytes_of_a_decode_error_are_clean(colour: Colour) -> None:
    """Whole, and in a stream."""
    events = StreamReply([sse({"choices": [{"delta": {"content": "a"}}]}), sse(f"odd {KEY}")])
    with (
        colour(api_key=KEY, transport=ScriptedTransport(events)) as door,
        pytest.raises(DecodeError) as caught,
    ):
        door.stream(REQUEST).response()
    assert caught.value.body == b"odd [REDACTED]"


@both
def test_the_keys_of_a_function_are_taken_out(colour: Colour) -> None:
    """Each that it gave in this call, the first one's echo in the second answer, too."""
    keys = iter([KEY, OTHER])
    script = [Reply({}, 500), Reply({"error": {"message": f"{KEY} and {OTHER}"}}, 401)]
    policy = RetryPolicy(wait_initial=0)
    transport = ScriptedTransport(*script)
    with (
        colour(api_key=lambda: next(keys), transport=transport, retry=policy) as door,
        pytest.raises(APIError) as caught,
    ):
        door.complete(REQUEST)
    assert_clean(caught.value)
    assert_clean(caught.value, OTHER)
    assert caught.value.message == "[REDACTED] and [REDACTED]"


@both
def test_the_callers_own_header_wins_and_is_kept_secret(colour: Colour) -> None:
    """In whatever case it is written: one Authorization is sent, and neither key is shown."""
    request = attrs.evolve(REQUEST, extra_headers={"authorization": f"Bearer {OTHER}"})
    transport = ScriptedTransport(Reply({"error": {"message": f"no: {OTHER}"}}, 401))
    with (
        colour(api_key=KEY, transport=transport) as door,
        pytest.raises(APIError) as caught,
    ):
        door.complete(request)
    (sent,) = transport.requests
    named = {name: value for name, value in sent.headers.items() if name.lower() == "authorization"}
    assert list(named.values()) == [f"Bearer {OTHER}"]
    assert_clean(caught.value, OTHER)


@both
def test_a_key_goes_to_its_own_provider_only(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client's own key, and its address; another provider gets what the environment says."""
    monkeypatch.setenv("GROQ_API_KEY", OTHER)
    mine = Provider("mine", wire="openai-chat", base_url="https://mine.example", key_required=False)
    answers = (chat_reply("a"), chat_stream("a"))
    transport = ScriptedTransport(*answers, *answers)
    with colour(
        "openai/m",
        api_key=KEY,
        base_url="https://proxy.example",
        transport=transport,
        providers=[mine],
    ) as door:
        for model in ("groq/m", "mine/m"):
            request = attrs.evolve(REQUEST, model=model)
            door.complete(request)
            door.stream(request).response()
    for sent in transport.requests:
        assert KEY not in json.dumps([sent.url, dict(sent.headers), sent.body.decode()])
        assert "proxy.example" not in sent.url
    assert transport.requests[0].headers["Authorization"] == f"Bearer {OTHER}"
    assert "Authorization" not in transport.requests[2].headers


@both
def test_a_key_in_the_wrong_place_is_still_no_error_text(colour: Colour) -> None:
    """An error before anything is sent shows it as little."""
    for key in (f"{KEY}\n\x00", f"{KEY}\u2026"):
        with (
            colour(api_key=key, transport=ScriptedTransport()) as door,
            pytest.raises(LLMKitError) as caught,
        ):
            door.complete(REQUEST)
        assert_clean(caught.value)


@both
def test_a_stream_that_was_left_shows_nothing(colour: Colour) -> None:
    """The error that says so is cleaned like the others."""
    events = [sse({"choices": [{"delta": {"content": KEY}}]}), sse("[DONE]")]
    with colour(api_key=KEY, transport=ScriptedTransport(StreamReply(events))) as door:
        stream = door.stream(REQUEST)
        next(stream)
        stream.close()
        with pytest.raises(StreamInterruptedError) as caught:
            stream.response()
    assert_clean(caught.value)

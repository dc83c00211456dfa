"""A recording is made to be kept and shown: no key is in it, wherever it was said."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from colours import Colour, both

from llmkit import ChatCompletionRequest, Provider, RetryPolicy, UserMessage
from llmkit.errors import AuthenticationError, ResponseLostError
from llmkit.testing import (
    RecordingTransport,
    ReplayTransport,
    Reply,
    ScriptedTransport,
    StreamReply,
    chat_reply,
    sse,
)

from .looking import KEY, OTHER

HI = [UserMessage("Hi")]
ODD = "sk/odd+key=of/the==caller"
ONCE = RetryPolicy(attempts=1)


@both
@pytest.mark.parametrize("key", [KEY, ODD])
def test_a_recording_has_no_key(colour: Colour, key: str, tmp_path: Path) -> None:
    """Of headers, query and body; echoed as it is, escaped, cut in two, in an error."""
    path = tmp_path / "calls.jsonl"
    forms = f"{key} {quote(key, safe='')} " + json.dumps(key)[1:-1].replace("/", "\\/")
    half = len(key) // 2
    inner = ScriptedTransport(
        Reply(forms, 401, {"X-Echo": forms, "Set-Cookie": "id=of-a-session"}),
        StreamReply(
            [
                sse({"choices": [{"index": 0, "delta": {"content": key}}]}),
                b": " + key[:half].encode(),
                key[half:].encode() + b"\n\n",
                sse("[DONE]"),
            ]
        ),
        ResponseLostError(f"at https://a.example/?key={key}"),
    )
    mine = Provider("mine", wire="openai-chat", base_url="https://a.example", query={"key": OTHER})
    request = ChatCompletionRequest(
        "m", [UserMessage(f"Is {key} a key?")], extra_headers={"X-Gate-Token": OTHER}
    )
    recording = RecordingTransport(inner, path)
    with colour(provider=mine, api_key=key, transport=recording, retry=ONCE) as door:
        with pytest.raises(AuthenticationError):
            door.complete(request)
        door.stream(request).response()
        with pytest.raises(ResponseLostError):
            door.complete(request)
    text = path.read_text(encoding="utf-8")
    for secret in (key, quote(key, safe=""), json.dumps(key)[1:-1], OTHER, "of-a-session"):
        assert secret not in text
    assert text.count("[REDACTED]") > 10
    assert inner.requests[0].headers["Authorization"] == f"Bearer {key}"


@both
def test_a_recording_plays_without_the_key(colour: Colour, tmp_path: Path) -> None:
    """Whoever has it needs none; and a client's own key is not in what a miss says."""
    path = tmp_path / "calls.jsonl"
    request = ChatCompletionRequest("openai/m", HI, extra_query={"key": OTHER})
    recording = RecordingTransport(ScriptedTransport(chat_reply("Hello")), path)
    with colour(api_key=KEY, transport=recording) as door:
        door.complete(request)
    another = ChatCompletionRequest("openai/m", HI, extra_query={"key": "sk-of-somebody-else"})
    with colour(api_key="sk-of-a-third", transport=ReplayTransport(path)) as door:
        assert door.complete(another).content == "Hello"
        said = ChatCompletionRequest("openai/m", [UserMessage("sk-of-a-third")])
        with pytest.raises(AssertionError, match="no exchange left") as caught:
            door.complete(said)
    assert "sk-of-a-third" not in str(caught.value)
    assert KEY not in str(caught.value)


@both
def test_a_script_that_is_over_tells_no_key(colour: Colour) -> None:
    """The transport for tests names the request, and no header of it."""
    transport = ScriptedTransport()
    request = ChatCompletionRequest("openai/m", HI, extra_query={"key": OTHER})
    with (
        colour(api_key=KEY, transport=transport) as door,
        pytest.raises(AssertionError, match="the script is over") as caught,
    ):
        door.complete(request)
    assert KEY not in str(caught.value) + repr(transport.requests)
    assert OTHER not in str(caught.value) + repr(transport.requests)

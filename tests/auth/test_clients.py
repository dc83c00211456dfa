"""Credentials and keys in calls: one body for both clients."""

from __future__ import annotations

import json
import pickle
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from colours import Colour, both

from llmkit import (
    AuthenticationError,
    ChatCompletionRequest,
    ConfigurationError,
    LLMKitError,
    PermissionDeniedError,
    Provider,
    RequestNotSentError,
    RetryPolicy,
    UserMessage,
)
from llmkit.testing import Reply, ScriptedTransport, chat_reply, chat_stream

from .token_server import TokenServer

MINE = Provider(
    "mine",
    wire="openai-chat",
    base_url="https://{region}.example.com/{project}",
    placeholders={"region": ("MY_REGION",), "project": ("MY_PROJECT",)},
    query={"version": "1 {region}"},
    credentials="google",
)
REQUEST = ChatCompletionRequest("mine/m", [UserMessage("Hi")])
EU = {"region": "eu"}
SOON = RetryPolicy(attempts=3, wait_initial=0)


def expired(status: int = 401, code: str | None = None) -> Reply:
    """The provider's answer to a token that has ended."""
    return Reply({"error": {"message": "the token has expired", "code": code}}, status)


@both
@pytest.mark.usefixtures("account")
def test_each_request_is_signed(colour: Colour) -> None:
    """Region from the client, project from the credentials, the query encoded, one token."""
    transport = ScriptedTransport(chat_reply("Hi"), chat_reply("Ho"))
    with colour(provider=MINE, placeholders=EU, transport=transport) as door:
        assert [door.complete(REQUEST).content for _ in range(2)] == ["Hi", "Ho"]
    for sent in transport.requests:
        url = "https://eu.example.com/account-project/chat/completions?version=1+eu"
        assert sent.url == url
        assert sent.headers["Authorization"] == "Bearer token-1"


@both
@pytest.mark.usefixtures("account")
def test_a_stream_is_signed_too(colour: Colour) -> None:
    """Each of its attempts."""
    transport = ScriptedTransport(Reply(b"", 503), chat_stream("Hi"))
    with (
        colour(provider=MINE, placeholders=EU, transport=transport, retry=SOON) as door,
        door.stream(REQUEST) as stream,
    ):
        assert stream.response().content == "Hi"
    assert [sent.headers["Authorization"] for sent in transport.requests] == ["Bearer token-1"] * 2


@both
@pytest.mark.usefixtures("account")
def test_a_key_wins_over_credentials(colour: Colour, server: TokenServer) -> None:
    """And an Authorization of the caller's own wins over both."""
    transport = ScriptedTransport(chat_reply("Hi"), chat_reply("Hi"))
    with colour(
        provider=MINE, api_key="key", placeholders={**EU, "project": "p"}, transport=transport
    ) as door:
        door.complete(REQUEST)
    with colour(provider=MINE, placeholders={**EU, "project": "p"}, transport=transport) as door:
        transport.closed = False
        door.complete(evolve(REQUEST, extra_headers={"authorization": "Bearer own"}))
    first, second = transport.requests
    assert first.headers["Authorization"] == "Bearer key"
    assert second.headers["authorization"] == "Bearer own"
    assert server.paths == []


@both
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.usefixtures("account")
def test_a_token_that_ended_too_soon_is_replaced(colour: Colour, streamed: bool) -> None:
    """Once in a call, whatever the waits of the policy are."""
    answer = chat_stream("Hi") if streamed else chat_reply("Hi")
    transport = ScriptedTransport(expired(), answer)
    patient = RetryPolicy(wait_initial=100)
    with colour(provider=MINE, placeholders=EU, transport=transport, retry=patient) as door:
        found = door.stream(REQUEST).response() if streamed else door.complete(REQUEST)
    assert found.content == "Hi"
    assert [attempt.status for attempt in found.attempts] == [401, 200]
    tokens = [sent.headers["Authorization"] for sent in transport.requests]
    assert tokens == ["Bearer token-1", "Bearer token-2"]


@both
@pytest.mark.usefixtures("account")
def test_a_second_refusal_is_final(colour: Colour) -> None:
    """Whoever refuses two tokens will refuse the third."""
    transport = ScriptedTransport(expired(), expired())
    with (
        colour(provider=MINE, placeholders=EU, transport=transport, retry=SOON) as door,
        pytest.raises(AuthenticationError) as caught,
    ):
        door.complete(REQUEST)
    transport.assert_done()
    assert len(caught.value.attempts) == 2


@both
@pytest.mark.usefixtures("account")
def test_another_token_does_not_help_against_a_403(colour: Colour) -> None:
    """Unless its code says that the token has ended, as AWS's does."""
    transport = ScriptedTransport(expired(403, "ExpiredTokenException"), expired(403))
    with (
        colour(provider=MINE, placeholders=EU, transport=transport, retry=SOON) as door,
        pytest.raises(PermissionDeniedError) as caught,
    ):
        door.complete(REQUEST)
    assert len(caught.value.attempts) == 2


@both
def test_a_refused_key_is_final(colour: Colour) -> None:
    """There is no other to be had."""
    transport = ScriptedTransport(expired())
    with (
        colour("openai/m", api_key="key", transport=transport, retry=SOON) as door,
        pytest.raises(AuthenticationError),
    ):
        door.complete(evolve(REQUEST, model=""))


@both
@pytest.mark.parametrize("streamed", [False, True])
def test_credentials_that_are_refused_are_final(
    colour: Colour, streamed: bool, account: Path, server: TokenServer
) -> None:
    """A typed error, told where it happened, and not tried again."""
    server.status = 400
    transport = ScriptedTransport()
    with (
        colour(provider=MINE, placeholders=EU, transport=transport, retry=SOON) as door,
        pytest.raises(ConfigurationError, match="refused") as caught,
    ):
        list(door.stream(REQUEST)) if streamed else door.complete(REQUEST)
    error = caught.value
    assert (error.provider, error.model, len(error.attempts)) == ("mine", "m", 1)
    assert len(server.paths) == 1
    assert transport.requests == []


@both
def test_a_token_server_that_cannot_be_reached_is_tried_again(
    colour: Colour, account: Path
) -> None:
    """As a provider that cannot be: nothing has left."""
    told = json.loads(account.read_text())
    account.write_text(json.dumps({**told, "token_uri": "http://127.0.0.1:9/token"}))
    transport = ScriptedTransport()
    twice = RetryPolicy(attempts=2, wait_initial=0)
    with (
        colour(provider=MINE, placeholders=EU, transport=transport, retry=twice) as door,
        pytest.raises(RequestNotSentError) as caught,
    ):
        door.complete(REQUEST)
    assert len(caught.value.attempts) == 2


@both
@pytest.mark.usefixtures("account")
def test_no_error_holds_a_token(colour: Colour) -> None:
    """Not even where the provider repeats it."""
    echoed = Reply({"error": {"message": "bad token-1"}}, 400, {"X-Echo": "Bearer token-1"})
    with (
        colour(provider=MINE, placeholders=EU, transport=ScriptedTransport(echoed)) as door,
        pytest.raises(LLMKitError) as caught,
    ):
        door.complete(REQUEST)
    error = caught.value
    assert "token-1" not in str(error) + str(vars(error)) + str(dict(error.headers))  # type: ignore[attr-defined]
    assert b"token-1" not in pickle.dumps(error)


@both
def test_placeholders_are_the_own_providers(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another provider takes its own from the environment."""
    other = evolve(MINE, name="other", credentials=None)
    own = evolve(MINE, credentials=None)
    monkeypatch.setenv("MY_REGION", "from-env")
    monkeypatch.setenv("MY_PROJECT", "p")
    transport = ScriptedTransport(chat_reply("Hi"), chat_reply("Hi"))
    with colour(provider=own, providers=[other], placeholders=EU, transport=transport) as door:
        door.complete(REQUEST)
        door.complete(evolve(REQUEST, model="other/m"))
    hosts = [sent.url.split("/")[2] for sent in transport.requests]
    assert hosts == ["eu.example.com", "from-env.example.com"]


@both
def test_a_placeholder_that_is_none_is_refused(colour: Colour) -> None:
    """When the client is made; the error names those that there are."""
    with pytest.raises(ConfigurationError, match="no placeholder 'zone'; it has region, project"):
        colour(provider=MINE, placeholders={"zone": "eu"})
    with pytest.raises(ConfigurationError, match="it has none"):
        colour("openai/m", placeholders=EU)
    with pytest.raises(ConfigurationError, match=r"placeholders\['region'\] must be text, not int"):
        colour(provider=MINE, placeholders={"region": 1})


def _async_key(give: Callable[[], str]) -> Callable[[], Awaitable[str]]:
    async def key() -> str:
        return give()

    return key


@both
def test_a_function_gives_a_key_for_each_attempt(colour: Colour) -> None:
    """It may be another each time; an async function is for `AsyncClient`."""
    given = iter(["sesame-1", "sesame-2", "sesame-3"])
    transport = ScriptedTransport(Reply(b"", 500), chat_reply("Hi"), Reply(b'"sesame-3"', 400))
    with colour("openai/m", api_key=lambda: next(given), transport=transport, retry=SOON) as door:
        request = evolve(REQUEST, model="")
        assert door.complete(request).content == "Hi"
        with pytest.raises(LLMKitError) as caught:
            door.complete(request)
    sent = [each.headers["Authorization"] for each in transport.requests]
    assert sent == ["Bearer sesame-1", "Bearer sesame-2", "Bearer sesame-3"]
    assert "sesame" not in str(vars(caught.value))


@both
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("awaited", [False, True])
def test_a_function_that_fails(
    colour: Colour, streamed: bool, awaited: bool, request: pytest.FixtureRequest
) -> None:
    """A typed error, with the function's own as its cause, and not tried again."""
    calls: list[int] = []

    def broken() -> str:
        calls.append(1)
        raise OSError("the vault is shut")

    key: Any = _async_key(broken) if awaited else broken
    transport = ScriptedTransport()
    asked = evolve(REQUEST, model="")
    with (
        colour("openai/m", api_key=key, transport=transport, retry=SOON) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        list(door.stream(asked)) if streamed else door.complete(asked)
    sync_client = type(door.client).__name__ == "Client"
    if awaited and sync_client:
        assert "AsyncClient" in str(caught.value)
        return
    assert "OSError: the vault is shut" in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.provider == "openai"
    assert calls == [1]
    assert transport.requests == []


@both
@pytest.mark.parametrize("given", ["", None, 3])
def test_a_function_that_gives_no_key(colour: Colour, given: Any) -> None:
    """It is told so; nothing is sent without one."""
    transport = ScriptedTransport()
    with (
        colour("openai/m", api_key=lambda: given, transport=transport) as door,
        pytest.raises(ConfigurationError),
    ):
        door.complete(evolve(REQUEST, model=""))
    assert transport.requests == []

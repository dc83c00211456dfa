"""IBM Cloud's tokens for API keys, with a token server on this machine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest
from attrs import evolve
from colours import Colour
from colours import both as colours

from llmkit import (
    ChatCompletionRequest,
    ConfigurationError,
    RequestNotSentError,
    RetryPolicy,
    UserMessage,
)
from llmkit._auth import Credentials, credentials_for
from llmkit._http import HttpRequest
from llmkit.cli.readiness import readiness
from llmkit.providers import Provider, get
from llmkit.providers.keys import resolve_key
from llmkit.testing import Reply, ScriptedTransport, chat_reply

pytest.importorskip("ibm_cloud_sdk_core")

from .token_server import TokenServer, giving_tokens

REQUEST = HttpRequest("POST", "https://us-south.ml.cloud.ibm.com/ml", {"X-A": "b"}, b"{}")
ASKED = ChatCompletionRequest("watsonx/m", [UserMessage("Hi")])
PLACES = {"region": "us-south", "project": "p"}


def sync(credentials: Credentials) -> HttpRequest:
    """The request, signed in the one colour."""
    return credentials.authorize(REQUEST)


def awaited(credentials: Credentials) -> HttpRequest:
    """The request, signed in the other."""
    return asyncio.run(credentials.aauthorize(REQUEST))


both = pytest.mark.parametrize("sign", [sync, awaited])
Sign = Callable[[Credentials], HttpRequest]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    watsonx = get("watsonx")
    places = [each for lists in watsonx.placeholders.values() for each in lists]
    for name in (*watsonx.env, *watsonx.env_token, *watsonx.env_base_url, *places):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[TokenServer]:
    """Who gives tokens for API keys."""
    with giving_tokens() as server:
        yield server


@pytest.fixture
def watsonx(server: TokenServer) -> Provider:
    """The provider, whose tokens come from this machine."""
    return evolve(get("watsonx"), scope=server.url)


@both
def test_a_key_is_exchanged(sign: Sign, server: TokenServer) -> None:
    """For a token, as the document says; it is kept, and the key itself goes nowhere else."""
    credentials = credentials_for("ibm", scope=server.url, key="sesame")
    signed = sign(credentials)
    assert signed.headers == {"X-A": "b", "Authorization": "Bearer token-1"}
    assert sign(credentials).headers == signed.headers
    assert server.paths == ["/identity/token"]
    form = parse_qs(server.bodies[0].decode())
    assert form["grant_type"] == ["urn:ibm:params:oauth:grant-type:apikey"]
    assert form["apikey"] == ["sesame"]
    assert "token-1" not in repr(credentials) + repr(signed)
    assert "sesame" not in repr(credentials) + repr(signed)


def test_many_fetch_one_token(server: TokenServer) -> None:
    """Threads that ask at once, and the tasks of an event loop."""
    server.delay = 0.05
    credentials = credentials_for("ibm", scope=server.url, key="sesame")
    with ThreadPoolExecutor(10) as pool:
        signed = list(pool.map(lambda _: sync(credentials), range(10)))
    assert {each.headers["Authorization"] for each in signed} == {"Bearer token-1"}
    other = credentials_for("ibm", scope=server.url, key="sesame")

    async def tasks() -> list[HttpRequest]:
        return list(await asyncio.gather(*(other.aauthorize(REQUEST) for _ in range(10))))

    assert {each.headers["Authorization"] for each in asyncio.run(tasks())} == {"Bearer token-2"}
    assert len(server.paths) == 2


@both
def test_a_token_is_replaced_before_it_ends(sign: Sign, server: TokenServer) -> None:
    """One with a minute left is too near to its end."""
    server.lifetime = 60
    credentials = credentials_for("ibm", scope=server.url, key="sesame")
    sign(credentials)
    assert sign(credentials).headers["Authorization"] == "Bearer token-2"


@both
def test_a_token_that_was_found(sign: Sign) -> None:
    """It is sent as it is; nobody is asked, and there is no other when it is refused."""
    credentials = credentials_for("ibm", token="given")
    signed = sign(credentials)
    assert signed.headers["Authorization"] == "Bearer given"
    assert not credentials.renew(signed)


@both
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_key_that_is_refused(sign: Sign, server: TokenServer, status: int) -> None:
    """An error of llmkit's own, with the server's word for it, and without the key in it."""
    server.status = status
    # The server's own word for it is what the key is here: it is not to be seen.
    with pytest.raises(ConfigurationError, match=r"key is refused: \*\*\*$") as caught:
        sign(credentials_for("ibm", scope=server.url, key="invalid_grant"))
    with pytest.raises(ConfigurationError, match="key is refused: invalid_grant"):
        sign(credentials_for("ibm", scope=server.url, key="sesame"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@both
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_server_in_trouble(sign: Sign, server: TokenServer, status: int) -> None:
    """Nothing of the request has left: it may be tried again."""
    server.status = status
    with pytest.raises(RequestNotSentError, match="token server"):
        sign(credentials_for("ibm", scope=server.url, key="sesame"))


@both
def test_a_token_server_that_cannot_be_reached(sign: Sign) -> None:
    """Nor here."""
    with pytest.raises(RequestNotSentError, match="token server"):
        sign(credentials_for("ibm", scope="http://127.0.0.1:9", key="sesame"))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it, and before anything is sent."""
    monkeypatch.setitem(sys.modules, "ibm_cloud_sdk_core", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'llmkit\[watsonx\]'"):
        credentials_for("ibm", key="sesame")
    assert sync(credentials_for("ibm", token="given")).headers["Authorization"] == "Bearer given"


@colours
@pytest.mark.parametrize("given", [True, False])
def test_a_call_of_watsonx(
    colour: Colour,
    watsonx: Provider,
    server: TokenServer,
    monkeypatch: pytest.MonkeyPatch,
    given: bool,
) -> None:
    """The client's key, or the environment's, is exchanged once; the body names the project."""
    if not given:
        monkeypatch.setenv("WATSONX_APIKEY", "sesame")
    transport = ScriptedTransport(chat_reply("Hi"), chat_reply("Ho"))
    key = "sesame" if given else None
    with colour(provider=watsonx, api_key=key, placeholders=PLACES, transport=transport) as door:
        assert [door.complete(ASKED).content for _ in range(2)] == ["Hi", "Ho"]
    for sent in transport.requests:
        assert sent.url.startswith("https://us-south.ml.cloud.ibm.com/ml/v1/text/chat?version=")
        assert sent.headers["Authorization"] == "Bearer token-1"
        assert [sent.json()[name] for name in ("model_id", "project_id")] == ["m", "p"]
    assert server.paths == ["/identity/token"]


@colours
def test_a_token_that_ended_is_replaced(colour: Colour, watsonx: Provider) -> None:
    """The call is repeated with another, for the same key."""
    transport = ScriptedTransport(Reply({"errors": []}, 401), chat_reply("Hi"))
    with colour(
        provider=watsonx,
        api_key="sesame",
        placeholders=PLACES,
        transport=transport,
        retry=RetryPolicy(attempts=2, wait_initial=0),
    ) as door:
        assert door.complete(ASKED).content == "Hi"
    tokens = [sent.headers["Authorization"] for sent in transport.requests]
    assert tokens == ["Bearer token-1", "Bearer token-2"]


@colours
def test_a_function_gives_the_token_itself(
    colour: Colour, watsonx: Provider, server: TokenServer
) -> None:
    """What a function gives is sent, and not exchanged."""
    transport = ScriptedTransport(chat_reply("Hi"))
    with colour(
        provider=watsonx, api_key=lambda: "given", placeholders=PLACES, transport=transport
    ) as door:
        assert door.complete(ASKED).content == "Hi"
    assert transport.requests[0].headers["Authorization"] == "Bearer given"
    assert server.paths == []


@colours
def test_a_token_of_the_environment(
    colour: Colour, watsonx: Provider, server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs no key; but a key of the client's own comes before it."""
    monkeypatch.setenv("WATSONX_TOKEN", "found")
    for key, token in ((None, "found"), ("sesame", "token-1")):
        transport = ScriptedTransport(chat_reply("Hi"))
        with colour(
            provider=watsonx, api_key=key, placeholders=PLACES, transport=transport
        ) as door:
            assert door.complete(ASKED).content == "Hi"
        assert transport.requests[0].headers["Authorization"] == f"Bearer {token}"


def test_no_key_at_all(watsonx: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names each variable; nothing is ready until there is one, or a token."""
    monkeypatch.setenv("WATSONX_URL", "https://us-south.ml.cloud.ibm.com")
    monkeypatch.setenv("WATSONX_PROJECT_ID", "p")
    with pytest.raises(ConfigurationError, match="WATSONX_API_KEY or WATSONX_APIKEY"):
        resolve_key(watsonx)
    assert not readiness(watsonx).ready
    monkeypatch.setenv("WATSONX_TOKEN", "found")
    assert resolve_key(watsonx) is None
    assert readiness(watsonx).ready

"""Where a key goes, and where it does not: over real sockets, in both colours."""

from __future__ import annotations

import inspect
import json
import ssl
from pathlib import Path
from typing import Any

import attrs
import pytest
from colours import Colour, Door, both
from transports.conftest import Authority
from transports.wire_server import WireServer, answer

import llmkit
from llmkit import AsyncClient, ChatCompletionRequest, Client, Provider, RetryPolicy, UserMessage
from llmkit._transports.async_aiohttp import AiohttpTransport
from llmkit._transports.environment import Environment
from llmkit._transports.sync_requests import RequestsTransport
from llmkit.errors import APIError, ConfigurationError, RequestNotSentError

from .looking import KEY, OTHER

HI = [UserMessage("Hi")]
REQUEST = ChatCompletionRequest("m", HI)
ONCE = RetryPolicy(attempts=1)
SAID = b'{"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}'


def at(server: WireServer, **more: Any) -> dict[str, Any]:
    """A client's arguments for a provider at *server*."""
    scheme = server.url.partition(":")[0]
    url = f"{scheme}://127.0.0.1:{server.port}/v1"
    mine = Provider("mine", wire="openai-chat", base_url=url, models_path="/models")
    return {"provider": mine, "api_key": KEY, "retry": ONCE, **more}


LARGE = ChatCompletionRequest("m", [UserMessage("a" * 200_000)])
"""Too large for one piece: it takes another way through aiohttp."""


def ask(door: Door, way: str) -> None:
    """Ask in one of four ways."""
    if way == "list_models":
        door.list_models()
    elif way == "stream":
        door.stream(REQUEST).response()
    else:
        door.complete(LARGE if way == "complete large" else REQUEST)


def everything(server: WireServer) -> str:
    """All that has come to *server*."""
    return repr([(each.target, dict(each.headers), each.body) for each in server.received])


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("way", ["complete", "complete large", "stream", "list_models"])
def test_no_redirect_is_followed(colour: Colour, status: int, way: str) -> None:
    """Not even to the same host: the other end sees no request, and the error says where to."""
    with WireServer() as elsewhere:
        where = f"http://127.0.0.1:{elsewhere.port}/v1?key={KEY}"
        moved = answer(status=f"{status} Moved", headers={"Location": where})
        with (
            WireServer((moved,)) as server,
            colour(**at(server)) as door,
            pytest.raises(APIError, match=r"redirected to 127\.0\.0\.1"),
        ):
            ask(door, way)
        assert len(server.received) == 1
        assert elsewhere.received == []
        assert elsewhere.connections == 0


@both
def test_netrc_is_not_read(colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither instead of the key, nor where there is none: that file is for other programs."""
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {OTHER}\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with WireServer((answer(SAID),)) as server:
        for way in ("complete", "complete large"):
            server.received.clear()
            with colour(**at(server)) as door:
                ask(door, way)
            with colour(**at(server, api_key=None)) as door:
                ask(door, way)
            assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
            assert "authorization" not in server.received[1].headers


@both
def test_no_cookie_is_sent_back(colour: Colour) -> None:
    """Each call is alone: what a server sets is forgotten."""
    headers = {"Set-Cookie": "session=1; Path=/"}
    with WireServer((answer(SAID, headers=headers),)) as server:
        arguments = at(server)
        # aiohttp's own jar takes none of a host that is a number.
        url = f"http://localhost:{server.port}/v1"
        arguments["provider"] = attrs.evolve(arguments["provider"], base_url=url)
        with colour(**arguments) as door:
            for way in ("complete", "complete", "complete large", "complete large"):
                ask(door, way)
        assert len(server.received) == 4
        assert all("cookie" not in each.headers for each in server.received)


@both
def test_no_key_goes_to_an_address_of_another_name(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider of one's own has no vendor's variable: it gets what is given or named for it."""
    monkeypatch.setenv("OPENAI_API_KEY", OTHER)
    with WireServer((answer(SAID),)) as server:
        with colour(**at(server, api_key=None)) as door:
            door.complete(REQUEST)
        monkeypatch.setenv("LLMKIT_MINE_API_KEY", KEY)
        with colour(**at(server, api_key=None)) as door:
            door.complete(REQUEST)
        assert OTHER not in everything(server)
        assert "authorization" not in server.received[0].headers
        assert server.received[1].headers["authorization"] == f"Bearer {KEY}"


@both
def test_an_address_gets_the_key_of_the_provider_that_it_is_given_for(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets an address, in code or in the environment, sends that provider's key there,
    and no other's."""
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", OTHER)
    with WireServer((answer(SAID),)) as server:
        url = f"http://127.0.0.1:{server.port}/v1"
        with colour("groq/m", base_url=url, retry=ONCE) as door:
            door.complete(ChatCompletionRequest("groq/m", HI))
        monkeypatch.setenv("LLMKIT_GROQ_BASE_URL", url)
        with colour(retry=ONCE) as door:
            door.complete(ChatCompletionRequest("groq/m", HI))
        assert [each.headers["authorization"] for each in server.received] == [f"Bearer {KEY}"] * 2
        assert OTHER not in everything(server)


@both
def test_an_address_that_belongs_to_nobody_named_is_refused(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`base_url` alone is OpenAI's; another provider's model is not asked past it."""
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    with WireServer((answer(SAID),)) as server:
        url = f"http://127.0.0.1:{server.port}/v1"
        with (
            colour(base_url=url, retry=ONCE) as door,
            pytest.raises(ConfigurationError, match="base_url is the address of"),
        ):
            door.complete(ChatCompletionRequest("groq/m", HI))
        assert server.received == []


REFUSED_URLS = {
    "user and password": "https://me:sesame-street@a.example/v1",
    "user": "https://sesame-street@a.example/v1",
    "no scheme": "me:sesame-street@a.example/v1",
    "another scheme": "ftp://me:sesame-street@a.example/v1",
    "a query": "https://a.example/v1?key=sesame-street",
    "a fragment": "https://a.example/v1#sesame-street",
    "a space": "https://a.example/v1 ?key=sesame-street",
    "no host": "https:/me:sesame-street@a.example",
}


@pytest.mark.parametrize("url", REFUSED_URLS.values(), ids=REFUSED_URLS)
def test_an_address_with_a_key_in_it_is_refused_unseen(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given to a client, to a provider, or by the environment."""
    request = ChatCompletionRequest("openai/m", HI)
    with pytest.raises(ConfigurationError) as made:
        Provider("mine", wire="openai-chat", base_url=url)
    with pytest.raises(ConfigurationError) as given, Client(api_key=KEY, base_url=url) as client:
        client.chat_completion(request)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(ConfigurationError) as found, Client(api_key=KEY) as client:
        client.chat_completion(request)
    for caught in (made, given, found):
        assert "sesame-street" not in str(caught.value)


@both
@pytest.mark.parametrize("certificate", ["stranger", "server"])
def test_tls_is_always_checked(
    colour: Colour, authority: Authority, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate for another host, and one that nobody trusts: no byte of a request is sent."""
    if certificate == "stranger":
        monkeypatch.setenv("SSL_CERT_FILE", authority.bundle)
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    monkeypatch.setenv("CURL_INSECURE", "1")
    with WireServer((answer(SAID),), tls=getattr(authority, certificate)) as server:
        for way in ("complete", "complete large", "stream"):
            with (
                colour(**at(server)) as door,
                pytest.raises(RequestNotSentError, match="certificate verify failed"),
            ):
                ask(door, way)
        assert server.received == []


@both
def test_a_private_ca_is_trusted_where_the_environment_names_it(
    colour: Colour, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only way to trust another certificate; the test above can fail."""
    monkeypatch.setenv("SSL_CERT_FILE", authority.bundle)
    with (
        WireServer((answer(SAID),), tls=authority.server) as server,
        colour(**at(server)) as door,
    ):
        assert door.complete(REQUEST).content == "Hi"


def test_the_tls_context_asks_for_certificate_and_name() -> None:
    """And speaks no version that is broken."""
    context = Environment().tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_there_is_no_switch_that_turns_tls_checks_off() -> None:
    """Of no client and no transport; nor does any line of llmkit turn them off."""
    for maker in (Client, AsyncClient, RequestsTransport, AiohttpTransport, Provider):
        for name in inspect.signature(maker).parameters:
            assert not any(word in name for word in ("verify", "ssl", "tls", "insecure", "cert"))
    package = Path(llmkit.__file__).parent
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in ("CERT_NONE", "check_hostname", "_create_unverified", "verify=False"):
            assert word not in text, path
        assert "ssl=False" not in text, path


@both
def test_the_list_of_models_goes_to_its_provider_alone(colour: Colour) -> None:
    """Page by page: a link of the provider's to elsewhere is not followed with the key."""
    with WireServer() as elsewhere:
        links = {"next": f"http://127.0.0.1:{elsewhere.port}/v1/models?page=2"}
        first = json.dumps({"data": [{"id": "a"}], "links": links, "has_more": False}).encode()
        last = json.dumps({"data": [{"id": "b"}]}).encode()
        with WireServer((answer(first),), (answer(last),)) as server:
            with colour(**at(server)) as door:
                assert door.list_models()[0].id == "a"
            assert server.received
        assert elsewhere.connections == 0

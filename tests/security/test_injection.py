"""Nothing that a caller, a prompt or a file says becomes another header, line or path."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from colours import Colour, both
from transports.wire_server import WireServer, answer

from llmkit import ChatCompletionRequest, Client, Provider, RetryPolicy, UserMessage, providers
from llmkit.errors import ConfigurationError, LLMKitError
from llmkit.providers import HeaderAuth
from llmkit.testing import ScriptedTransport

from .looking import KEY

HI = [UserMessage("Hi")]
ONCE = RetryPolicy(attempts=1)
SAID = b'{"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}'
BREAKS = ["\r\nX-Evil: 1", "\nX-Evil: 1", "\rX-Evil: 1", "\x00", "\u010d\u010aX-Evil: 1", "\x85"]


def at(server: WireServer, **more: Any) -> dict[str, Any]:
    """A client's arguments for a provider at *server*."""
    url = f"http://127.0.0.1:{server.port}/v1"
    mine = Provider("mine", wire="openai-chat", base_url=url)
    return {"provider": mine, "api_key": KEY, "retry": ONCE, **more}


@both
@pytest.mark.parametrize("evil", BREAKS)
@pytest.mark.parametrize("given", ["as text", "by a function"])
def test_a_key_breaks_no_line(colour: Colour, evil: str, given: str) -> None:
    """It is refused before anything is sent: `\\u010a` is "\\n" to who cuts it to a byte."""
    key: Any = f"{KEY}{evil}{KEY}"
    with (
        WireServer((answer(SAID),)) as server,
        colour(**at(server, api_key=key if given == "as text" else lambda: key)) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        door.complete(ChatCompletionRequest("m", HI))
    assert server.received == []
    assert KEY not in str(caught.value)


@both
@pytest.mark.parametrize("evil", BREAKS)
@pytest.mark.parametrize("place", ["name", "value"])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_header_breaks_no_line(colour: Colour, evil: str, place: str, streamed: bool) -> None:
    """Neither its name nor its value; the error shows no value."""
    named = {f"X-A{evil}": "1"} if place == "name" else {"X-A": f"sesame{evil}"}
    request = ChatCompletionRequest("m", HI, extra_headers=named)
    with (
        WireServer((answer(SAID),)) as server,
        colour(**at(server)) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        _ = door.stream(request).response() if streamed else door.complete(request)
    assert server.received == []
    assert "sesame" not in str(caught.value)


@both
@pytest.mark.parametrize("name", ["Transfer-Encoding", "transfer-encoding", "Content-Length"])
def test_no_header_says_where_the_body_ends(colour: Colour, name: str) -> None:
    """Which is how a request is smuggled past a proxy."""
    value = "chunked" if name.lower() == "transfer-encoding" else "0"
    request = ChatCompletionRequest("m", HI, extra_headers={name: value})
    with (
        WireServer((answer(SAID),)) as server,
        colour(**at(server)) as door,
        pytest.raises(ConfigurationError, match="not what the body needs"),
    ):
        door.complete(request)
    assert server.received == []


@pytest.mark.parametrize("evil", BREAKS)
def test_a_provider_breaks_no_line(evil: str) -> None:
    """Its headers, the one of its key, its query and its address, wherever they come from."""
    good: dict[str, Any] = {"wire": "openai-chat", "base_url": "https://a.example/v1"}
    for bad in (
        {"headers": {"OpenAI-Organization": f"org{evil}"}},
        {"headers": {f"OpenAI-Project{evil}": "p"}},
        {"query": {"version": f"1{evil}"}},
        {"base_url": f"https://a.example/v1{evil}"},
    ):
        with pytest.raises(ConfigurationError):
            Provider("mine", **{**good, **bad})
    with pytest.raises(ConfigurationError):
        HeaderAuth(f"X-Key{evil}")
    with pytest.raises(ConfigurationError):
        HeaderAuth("X-Key", f"Bearer{evil}")


PATHS = ("gemini", "bedrock", "azure-openai-classic", "vertex", "bedrock-anthropic")
PLACES = {"region": "eu-west-1", "project": "p", "resource": "r", "api_version": "2024-10-21"}
NAMES = {
    "a line": "m\r\nX-Evil: 1",
    "a query": "m?key=1&b=2",
    "a fragment": "m#x",
    "a percent sign": "m%2f..%2f..%0d%0a",
    "an at sign": "m@evil.example",
    "another host": "//evil.example/m",
    "letters": "m\u010d\u010a\u2026",
}


def sent_to(provider: str, model: str) -> str:
    """The address of a request for *model*."""
    known = providers.get(provider)
    places = {name: PLACES.get(name, "p") for name in known.placeholders}
    transport = ScriptedTransport()
    client = Client(
        provider=known, api_key=KEY, placeholders=places, transport=transport, retry=ONCE
    )
    with client, pytest.raises((AssertionError, LLMKitError)):
        client.chat_completion(ChatCompletionRequest(f"{provider}/{model}", HI))
    return transport.requests[0].url if transport.requests else ""


@pytest.mark.parametrize("provider", PATHS)
@pytest.mark.parametrize("model", NAMES.values(), ids=NAMES)
def test_a_models_name_stays_one_step_of_the_path(provider: str, model: str) -> None:
    """Where the wire has it there: it adds no query, no host and no line."""
    plain, url = urlsplit(sent_to(provider, "m")), sent_to(provider, model)
    assert plain.netloc
    assert url.isascii()
    assert url.isprintable()
    parts = urlsplit(url)
    assert parts.netloc == plain.netloc
    assert parts.query == plain.query
    assert parts.fragment == ""


@pytest.mark.parametrize("provider", ["openai", *PATHS])
@pytest.mark.parametrize("model", ["..", "../../v2/files", "a/../b", "./m", "models/.."])
def test_a_models_name_does_not_climb(provider: str, model: str) -> None:
    """A step of dots, which a server or proxy resolves, would lead to other calls of its."""
    assert sent_to(provider, model) == ""


@pytest.mark.parametrize(
    "value",
    ["evil.example/", "evil.example#", "a@evil.example", "a:1", "a?b", "a\r\nb", "..", "a\\b"],
)
def test_a_placeholder_stays_in_its_place(value: str) -> None:
    """A region is a part of a host's name, and leads to no other host."""
    transport = ScriptedTransport()
    known = providers.get("bedrock")
    client = Client(
        provider=known, api_key=KEY, placeholders={"region": value}, transport=transport
    )
    with client, pytest.raises(ConfigurationError, match=r"\{region\}"):
        client.chat_completion(ChatCompletionRequest("bedrock/m", HI))
    assert transport.requests == []

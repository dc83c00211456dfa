"""Whose key goes where: to its own provider's address, and to no other. In both colours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import frozen
from colours import Colour, both
from transports.wire_server import WireServer, answer

from llmkit import ChatCompletionRequest, ConfigurationError, Provider, UserMessage, providers

HI = [UserMessage("Hi")]
SAID = {
    "id": "c",
    "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}],
}


@frozen
class Two:
    """Two providers, each with a server and a variable for its key."""

    servers: Mapping[str, WireServer]
    providers: tuple[Provider, ...]

    def keys(self, name: str) -> list[str]:
        """The keys that have come to *name*'s server."""
        return [
            sent.headers.get("authorization", "").removeprefix("Bearer ")
            for sent in self.servers[name].received
        ]


@pytest.fixture(name="two")
def _two(monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    script = (answer(json.dumps(SAID).encode()),)
    with WireServer(script) as here, WireServer(script) as there:
        servers = {"here": here, "there": there}
        made = tuple(
            Provider(
                name,
                wire="openai-chat",
                base_url=f"http://127.0.0.1:{server.port}/v1",
                env=(f"{name.upper()}_KEY",),
                models_path="/models",
            )
            for name, server in servers.items()
        )
        for name in servers:
            monkeypatch.setenv(f"{name.upper()}_KEY", f"sk-of-{name}")
        yield Two(servers, made)


def ask(door: Any, *models: str) -> None:
    """Ask each of *models* "Hi"."""
    for model in models:
        assert door.complete(ChatCompletionRequest(model, HI)).content == "Hi"


@both
def test_each_gets_its_own(colour: Colour, two: Two) -> None:
    """From the environment."""
    with colour(providers=two.providers) as door:
        ask(door, "here/m", "there/m", "here/n")
    assert two.keys("here") == ["sk-of-here", "sk-of-here"]
    assert two.keys("there") == ["sk-of-there"]


@both
def test_a_key_that_is_given_is_the_own_ones(colour: Colour, two: Two) -> None:
    """The other's comes from the environment still, or there is none."""
    with colour("here/m", api_key="sk-given", providers=two.providers) as door:
        ask(door, "here/m", "there/m", "")
    assert two.keys("here") == ["sk-given", "sk-given"]
    assert two.keys("there") == ["sk-of-there"]


@both
def test_an_address_that_is_given_is_the_own_ones(colour: Colour, two: Two) -> None:
    """Who is moved to another's address takes his own key there, and takes nobody with him."""
    url = f"http://127.0.0.1:{two.servers['there'].port}/v1"
    with colour("here/m", base_url=url, providers=two.providers) as door:
        ask(door, "here/m", "there/m")
    assert two.keys("here") == []
    assert two.keys("there") == ["sk-of-here", "sk-of-there"]


@both
def test_an_address_for_nobody_is_an_error(colour: Colour, two: Two) -> None:
    """It is the own provider's, and nobody has said which that is: it might be meant for the one
    that is asked, whose key would go to its usual address in silence."""
    url = f"http://127.0.0.1:{two.servers['here'].port}/v1"
    with colour(base_url=url, api_key="sk-given", providers=two.providers) as door:
        with pytest.raises(ConfigurationError, match="provider='there'"):
            ask(door, "there/m")
        with pytest.raises(ConfigurationError, match="which is openai"):
            door.list_models("there")
        ask(door, "m")
    assert (two.keys("here"), two.keys("there")) == (["sk-given"], [])


@both
def test_an_address_in_the_environment_is_its_own(
    colour: Colour, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`LLMKIT_HERE_BASE_URL` moves that one alone."""
    port = two.servers["there"].port
    monkeypatch.setenv("LLMKIT_HERE_BASE_URL", f"http://127.0.0.1:{port}/v1")
    with colour(providers=two.providers) as door:
        ask(door, "here/m", "there/m")
    assert two.keys("here") == []
    assert two.keys("there") == ["sk-of-here", "sk-of-there"]


@both
def test_a_key_of_another_does_not_stand_in(
    colour: Colour, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing key is missing, whatever others have."""
    monkeypatch.delenv("THERE_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    with (
        colour("here/m", api_key="sk-given", providers=two.providers) as door,
        pytest.raises(ConfigurationError, match="THERE_KEY or LLMKIT_THERE_API_KEY"),
    ):
        ask(door, "there/m")
    assert two.keys("there") == []


def _owner(provider: Provider) -> str:
    """The part of a host's name that its owner has registered."""
    host = urlsplit(provider.base_url).hostname or ""
    labels = host.split(".")
    short = 3 if labels[-2:] in (["com", "cn"], ["co", "uk"]) else 2
    return ".".join(labels[-short:])


ONE_OWNER = (
    {"minimax.io", "minimaxi.com"},
    {"moonshot.ai", "moonshot.cn"},
    {"siliconflow.com", "siliconflow.cn"},
)
"""Those of one company under two names, which has one name for the variable."""


def test_a_variable_is_for_one_owner() -> None:
    """Two providers that read the same variable for their key are of one company."""
    owners: dict[str, set[str]] = {}
    for name in providers.names():
        provider = providers.get(name)
        for variable in () if provider.local else provider.env:
            owners.setdefault(variable, set()).add(_owner(provider))
    shared = {variable: names for variable, names in owners.items() if len(names) > 1}
    assert {v: n for v, n in shared.items() if not any(n <= one for one in ONE_OWNER)} == {}

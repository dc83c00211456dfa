"""Keys and addresses: who wins, and what is never shown."""

from __future__ import annotations

from typing import cast

import pytest
from attrs import evolve

from llmkit.cli.readiness import readiness
from llmkit.errors import ConfigurationError
from llmkit.providers import Provider, get
from llmkit.providers.keys import base_url_of, resolve_key

MINE = Provider(
    "my-own.one",
    wire="openai-chat",
    base_url="https://example.com/v1",
    env=("FIRST_KEY", "SECOND_KEY"),
    env_base_url=("MY_URL",),
)
VARIABLES = ("FIRST_KEY", "SECOND_KEY", "MY_URL", "LLMKIT_MY_OWN_ONE_API_KEY")


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "LLMKIT_MY_OWN_ONE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_order_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given wins, then the vendor's variables in order, then llmkit's own."""
    monkeypatch.setenv("LLMKIT_MY_OWN_ONE_API_KEY", "third")
    assert resolve_key(MINE, None) == "third"
    monkeypatch.setenv("SECOND_KEY", "second")
    assert resolve_key(MINE, None) == "second"
    monkeypatch.setenv("FIRST_KEY", "first")
    assert resolve_key(MINE, None) == "first"
    assert resolve_key(MINE, "given") == "given"


@pytest.mark.parametrize("nothing", ["", "  ", "\n"])
def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch, nothing: str) -> None:
    """In the environment or given: the next one counts."""
    monkeypatch.setenv("FIRST_KEY", nothing)
    monkeypatch.setenv("SECOND_KEY", "second")
    assert resolve_key(MINE, nothing) == "second"


def test_space_around_a_key_is_not_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files end with a newline, and so do keys that were read from them."""
    monkeypatch.setenv("FIRST_KEY", " key \r\n")
    assert resolve_key(MINE, None) == "key"
    assert resolve_key(MINE, "\tgiven\n") == "given"


def test_a_missing_key_is_told_with_every_variable() -> None:
    """And with the way to give one."""
    with pytest.raises(ConfigurationError) as caught:
        resolve_key(MINE, None)
    for word in ("my-own.one", *VARIABLES[:2], VARIABLES[3], "api_key="):
        assert word in str(caught.value)


@pytest.mark.parametrize("bad", ["key\nkey", "sesame\x00sesame", "sesame\u200bsesame", "s\xe9same"])
@pytest.mark.parametrize("given", [True, False])
def test_a_key_that_no_header_carries_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch, bad: str, given: bool
) -> None:
    """The error says where the key is and what is wrong with it, and nothing of the key."""
    if given or "\x00" in bad:  # which no variable can hold
        given = True
    else:
        monkeypatch.setenv("FIRST_KEY", bad)
    with pytest.raises(ConfigurationError, match="position") as caught:
        resolve_key(MINE, bad if given else None)
    told = str(caught.value)
    assert ("api_key" if given else "FIRST_KEY") in told
    assert not any(part in told for part in ("sesame", "key\nkey", "\xe9same"))
    assert caught.value.__cause__ is None


def test_a_key_is_text() -> None:
    """Not the bytes of a file; the error shows none of them."""
    with pytest.raises(ConfigurationError, match=r"api_key must be text, not bytes$"):
        resolve_key(MINE, cast("str", b"sesame"))


def test_a_key_may_be_missing_where_none_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of one's own take a key if there is one; `echo` takes none at all."""
    mine = evolve(MINE, key_required=False)
    assert resolve_key(mine, None) is None
    monkeypatch.setenv("FIRST_KEY", "first")
    assert resolve_key(mine, None) == "first"
    assert resolve_key(get("echo"), "given") is None


def test_who_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a key that can be sent, or needs none."""
    assert not readiness(MINE).ready
    assert readiness(evolve(MINE, key_required=False)).ready
    assert readiness(get("echo")).ready
    monkeypatch.setenv("FIRST_KEY", "broken\x7fkey")
    assert not readiness(MINE).ready
    monkeypatch.setenv("FIRST_KEY", "key")
    assert readiness(MINE).ready


def test_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that changes counts from the next look on."""
    monkeypatch.setenv("FIRST_KEY", "one")
    assert resolve_key(MINE, None) == "one"
    monkeypatch.setenv("FIRST_KEY", "two")
    assert resolve_key(MINE, None) == "two"


def test_the_order_of_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given wins, then llmkit's variable, then the vendor's, then the manifest."""
    assert base_url_of(MINE, None) == "https://example.com/v1"
    monkeypatch.setenv("MY_URL", "https://vendor.example/v1/")
    assert base_url_of(MINE, None) == "https://vendor.example/v1"
    monkeypatch.setenv("LLMKIT_MY_OWN_ONE_BASE_URL", "https://llmkit.example/")
    assert base_url_of(MINE, None) == "https://llmkit.example"
    assert base_url_of(MINE, "https://given.example/") == "https://given.example"


def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a variable, as of keys; one that is given leads nowhere, and not to the usual place."""
    monkeypatch.setenv("LLMKIT_MY_OWN_ONE_BASE_URL", " ")
    assert base_url_of(MINE) == "https://example.com/v1"
    with pytest.raises(ConfigurationError, match="base_url"):
        base_url_of(MINE, "")


def test_a_vendors_variable_moves_the_vendor_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address chosen in Python is not overruled by OPENAI_BASE_URL, set for another program."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://vendor.example/v1")
    openai = get("openai")
    assert base_url_of(openai, None) == "https://vendor.example/v1"
    proxy = evolve(openai, base_url="https://proxy.example/v1")
    assert base_url_of(proxy, None) == "https://proxy.example/v1"
    monkeypatch.setenv("LLMKIT_OPENAI_BASE_URL", "https://llmkit.example/v1")
    assert base_url_of(proxy, None) == "https://llmkit.example/v1"


@pytest.mark.parametrize(
    "bad", ["example.com", "file:///etc/passwd", "https://me:sesame@a.example"]
)
def test_a_wrong_address_is_told_with_its_source(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    """The variable, or the argument; never a password in it."""
    with pytest.raises(ConfigurationError, match=r"my-own\.one: base_url: ") as caught:
        base_url_of(MINE, bad)
    monkeypatch.setenv("MY_URL", bad)
    with pytest.raises(ConfigurationError, match=r"my-own\.one: MY_URL: "):
        base_url_of(MINE, None)
    assert "sesame" not in str(caught.value)

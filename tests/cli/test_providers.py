"""`llmkit providers`."""

from __future__ import annotations

import json

import pytest

from llmkit import providers

from .program import Program

KEY = "sk-do-not-print-me-0123456789"


def test_every_provider_is_listed(llmkit: Program) -> None:
    """A line each, with wire, address and key variable."""
    done = llmkit("providers")
    assert (done.code, done.err) == (0, "")
    lines = done.out.decode().splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(providers.names())
    (groq,) = (line for line in lines if line.startswith("groq "))
    for told in ("openai-chat", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "no, missing"):
        assert told in groq


def test_who_is_ready(llmkit: Program) -> None:
    """A key found, none needed, or which variable is missing; a key itself is never shown."""
    done = llmkit("providers", "--json", env={"GROQ_API_KEY": KEY})
    told = {item["name"]: item for item in json.loads(done.out)}
    assert (told["groq"]["ready"], told["groq"]["why"]) == (True, "key found")
    assert (told["echo"]["ready"], told["echo"]["why"]) == (True, "no key needed")
    assert told["openai"]["ready"] is False
    assert "OPENAI_API_KEY" in told["openai"]["why"]
    assert KEY not in done.out.decode() + done.err


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [("GROQ_API_KEY", "sk\x01", "GROQ_API_KEY"), ("LLMKIT_GROQ_BASE_URL", "x", "BASE_URL")],
)
def test_a_wrong_variable_is_told(llmkit: Program, variable: str, value: str, told: str) -> None:
    """It does not hide the other providers."""
    env = {"GROQ_API_KEY": KEY, variable: value}
    done = llmkit("providers", "--json", env=env)
    assert done.code == 0
    found = {item["name"]: item for item in json.loads(done.out)}
    assert found["groq"]["ready"] is False
    assert told in found["groq"]["why"]


def test_one_provider_is_shown_whole(llmkit: Program) -> None:
    """Its manifest, as lines and as JSON."""
    lines = llmkit("providers", "groq").out.decode()
    shown = json.loads(llmkit("providers", "groq", "--json").out)
    provider = providers.get("groq")
    assert "GROQ_API_KEY" in lines
    assert shown["name"] == "groq"
    assert shown["base_url"] == provider.base_url
    assert shown["quirks"].keys() == provider.quirks.keys()


def test_an_address_of_the_users_own_is_shown(llmkit: Program) -> None:
    """The list says where a request would go now."""
    url = "http://127.0.0.1:9/v1"
    done = llmkit("providers", "groq", "--json", env={"LLMKIT_GROQ_BASE_URL": url})
    assert json.loads(done.out)["base_url"] == url


def test_the_users_providers_are_listed(llmkit: Program) -> None:
    """Those of llmkit.toml are among them, their headers by name only: a value may be a key."""
    (llmkit.folder / "llmkit.toml").write_text(
        '[[providers]]\nname = "office"\nwire = "openai-chat"\n'
        'base_url = "https://llm.example.com/v1"\nheaders = { X-Team = "secret-team" }\n'
    )
    assert "office" in llmkit("providers").out.decode()
    done = llmkit("providers", "office")
    assert "X-Team" in done.out.decode()
    assert "secret-team" not in done.out.decode()


def test_an_unknown_provider_is_code_2(llmkit: Program) -> None:
    """With the name that was probably meant."""
    done = llmkit("providers", "gorq")
    assert (done.code, done.out) == (2, b"")
    assert "groq" in done.error


def test_a_wrong_file_is_code_2(llmkit: Program) -> None:
    """The user's llmkit.toml is named, and its line."""
    (llmkit.folder / "llmkit.toml").write_text("[client]\nmodle = 'x'\n")
    done = llmkit("providers")
    assert (done.code, done.out) == (2, b"")
    assert "llmkit.toml, line 2" in done.error

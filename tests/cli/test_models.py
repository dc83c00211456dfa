"""`llmkit models`."""

from __future__ import annotations

import json
import sys

import pytest

from .program import Program
from .server import Server, listing, refusal

KEY = "sk-do-not-print-me-0123456789"
LISTED = listing(
    {
        "id": "llama-3.3-70b",
        "object": "model",
        "created": 1735689600,
        "owned_by": "Meta",
        "context_window": 131072,
        "max_completion_tokens": 32768,
    },
    {"id": "qwen/qwen3-32b", "name": "Qwen Three", "type": "chat", "features": ["tools"]},
)


def test_the_models_are_listed(llmkit: Program, server: Server) -> None:
    """A line each, the name first, as `--model` takes it."""
    server.replies = [LISTED]
    done = llmkit("models", "groq", "--base-url", server.base_url, env={"GROQ_API_KEY": KEY})
    assert (done.code, done.err) == (0, "")
    assert [line.split() for line in done.out.decode().splitlines()] == [
        ["MODEL", "CONTEXT", "OUTPUT", "FOR", "TAKES", "MADE", "BY"],
        ["groq/llama-3.3-70b", "131072", "32768", "-", "-", "2025-01-01", "Meta"],
        ["groq/qwen/qwen3-32b", "-", "-", "chat", "tools", "-", "-"],
    ]
    assert (server.paths, server.keys) == (["/v1/models"], [f"Bearer {KEY}"])


def test_as_json(llmkit: Program, server: Server) -> None:
    """With all that the provider says."""
    server.replies = [LISTED]
    done = llmkit("models", "llamacpp", "--json", "--base-url", server.base_url)
    told = json.loads(done.out)
    assert [model["name"] for model in told] == [
        "llamacpp/llama-3.3-70b",
        "llamacpp/qwen/qwen3-32b",
    ]
    assert told[0]["created"] == 1735689600
    assert told[1]["raw"]["features"] == ["tools"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("llama-3", ["llamacpp/llama-3.3-70b"]),
        ("QWEN", ["llamacpp/qwen/qwen3-32b"]),
        ("three", ["llamacpp/qwen/qwen3-32b"]),
        ("3", ["llamacpp/llama-3.3-70b", "llamacpp/qwen/qwen3-32b"]),
    ],
)
def test_some_of_them(llmkit: Program, server: Server, text: str, names: list[str]) -> None:
    """Those with the text in their names, in either case."""
    server.replies = [LISTED]
    done = llmkit("models", "llamacpp", text, "--json", "--base-url", server.base_url)
    assert [model["name"] for model in json.loads(done.out)] == names


def test_none_of_them(llmkit: Program, server: Server) -> None:
    """Nothing is printed, and stderr says how many there were."""
    server.replies = [LISTED]
    done = llmkit("models", "llamacpp", "gpt", "--base-url", server.base_url)
    assert (done.code, done.out) == (0, b"")
    assert done.err == "note: llamacpp lists 2 models; none of them has 'gpt' in its name\n"
    server.replies = [listing()]
    done = llmkit("models", "llamacpp", "--base-url", server.base_url)
    assert (done.code, done.out) == (0, b"")
    assert "the list is empty" in done.err


def test_the_users_own_provider(llmkit: Program, server: Server) -> None:
    """Without a name, that of llmkit.toml: its provider, or its model's."""
    table = (
        '[[providers]]\nname = "office"\nwire = "openai-chat"\nmodels_path = "/all"\n'
        f'base_url = "{server.base_url}"\nkey_required = false\n'
    )
    for client in ('provider = "office"', 'model = "office/m"'):
        server.replies = [LISTED]
        (llmkit.folder / "llmkit.toml").write_text(f"[client]\n{client}\n{table}")
        done = llmkit("models", "--json")
        assert json.loads(done.out)[0]["name"] == "office/llama-3.3-70b"
    assert server.paths == ["/v1/all", "/v1/all"]


def test_without_a_provider_it_is_code_2(llmkit: Program) -> None:
    """It says what to write."""
    done = llmkit("models")
    assert (done.code, done.out) == (2, b"")
    assert "llmkit models groq" in done.error


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["gorq"], "groq"),
        (["groq"], "GROQ_API_KEY"),
        (["bedrock-anthropic"], "no list of its models"),
        (["echo", "--timeout", "0"], "total"),
    ],
)
def test_a_mistake_is_code_2(llmkit: Program, args: list[str], told: str) -> None:
    """In one line."""
    done = llmkit("models", *args)
    assert (done.code, done.out) == (2, b"")
    assert told in done.error


def test_a_failure_of_the_provider_is_code_1(llmkit: Program, server: Server) -> None:
    """With its own words, and without the key."""
    server.replies = [refusal(401, "invalid_api_key", f"{KEY} is not right")]
    done = llmkit("models", "groq", "--base-url", server.base_url, env={"GROQ_API_KEY": KEY})
    assert (done.code, done.out) == (1, b"")
    assert "is not right" in done.error
    assert KEY not in done.err


def test_echo_lists_its_one_model(llmkit: Program) -> None:
    """On a fresh machine, without a network."""
    done = llmkit("models", "echo")
    assert done.out.decode().splitlines()[1].startswith("echo/demo ")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_a_name_cannot_steer_the_terminal(llmkit: Program, server: Server) -> None:
    """It is whatever the provider sends."""
    server.replies = [listing({"id": "a\x1b]0;owned\x07b" + "x" * 300})]
    terminal = llmkit.on_terminal("models", "llamacpp", "--base-url", server.base_url)
    code, seen = terminal.end()
    assert code == 0
    assert "\x1b" not in seen
    assert max(map(len, seen.splitlines())) <= 80

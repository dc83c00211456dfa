"""A provider of one's own in `llmkit.toml`, as the README has it, at a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from colours import AsyncDoor, SyncDoor

from llmkit import ChatCompletionRequest, FinishReason, RequestNotSentError, UserMessage

from .llama import KEY, KEYED, LLAMA, NEEDS_A_KEY, NEEDS_LLAMA, get_weather

pytestmark = NEEDS_LLAMA

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9/v1"
REQUEST = ChatCompletionRequest("mine/tiny", [UserMessage("hi")], max_tokens=40, seed=1)

doors = pytest.mark.parametrize("door", [SyncDoor, AsyncDoor], ids=["sync", "async"])


def five_lines() -> str:
    """The README's."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (found,) = re.findall(
        r"^```toml\n(\[\[providers\]\]\n.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    assert isinstance(found, str)
    assert found.count("\n") == 5
    return found


def config(folder: Path, url: str = f"{LLAMA}/v1", more: str = "") -> Path:
    """The README's five lines as a file, but for the address."""
    file = folder / "llmkit.toml"
    lines = re.sub(r'base_url = ".*"', f'base_url = "{url}"', five_lines())
    file.write_text(more + lines, encoding="utf-8")
    return file


def door_of(door: type[SyncDoor | AsyncDoor], file: Path | None = None) -> SyncDoor | AsyncDoor:
    """A client that is set up by a file: *file*, or the one that is found."""
    opened = door("echo/demo")
    opened.client = type(opened.client).from_config(file)
    return opened


def ask(opened: SyncDoor | AsyncDoor) -> str:
    """What the model says, whole and streamed: the same."""
    whole = opened.complete(REQUEST)
    with opened.stream(REQUEST) as stream:
        assert len(list(stream)) > 3
        streamed = stream.response()
    assert whole.content
    assert whole.content == streamed.content
    assert whole.provider == streamed.provider == "mine"
    assert whole.usage.prompt_tokens > 0
    return whole.content


def llmkit(*args: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The command, in *folder*, with nothing of the developer's own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "llmkit", *args],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **env,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@doors
def test_a_file_is_given(door: type[SyncDoor | AsyncDoor], tmp_path: Path) -> None:
    """Asked whole, streamed and with tools, like any provider."""
    with door_of(door, config(tmp_path)) as opened:
        ask(opened)
        tools = ChatCompletionRequest(
            "mine/tiny", [UserMessage("weather?")], tools=[get_weather], max_tokens=200, seed=1
        )
        reply = opened.complete(tools)
    assert reply.finish_reason is FinishReason.TOOL_CALLS
    assert reply.tool_calls[0].name == "get_weather"


@doors
def test_a_file_is_found(
    door: type[SyncDoor | AsyncDoor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the working directory, or where `LLMKIT_CONFIG` says, which comes first."""
    config(tmp_path)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    with door_of(door) as opened:
        said = ask(opened)
    config(below, NOWHERE)
    with door_of(door) as opened, pytest.raises(RequestNotSentError):
        opened.complete(REQUEST)
    monkeypatch.setenv("LLMKIT_CONFIG", str(tmp_path / "llmkit.toml"))
    with door_of(door) as opened:
        assert ask(opened) == said


@doors
def test_the_environment_moves_it(
    door: type[SyncDoor | AsyncDoor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`LLMKIT_MINE_BASE_URL` comes before the file's address; `LLMKIT_MODEL` before its model."""
    file = config(tmp_path, NOWHERE, '[client]\nmodel = "mine/nobody"\n')
    monkeypatch.setenv("LLMKIT_MINE_BASE_URL", f"{LLAMA}/v1/")
    monkeypatch.setenv("LLMKIT_MODEL", "mine/tiny")
    with door_of(door, file) as opened:
        ask(opened)
        assert opened.complete(ChatCompletionRequest("", [UserMessage("hi")])).provider == "mine"


@doors
def test_its_models_are_listed(door: type[SyncDoor | AsyncDoor], tmp_path: Path) -> None:
    """By the server itself, with as many tokens as it was started with."""
    with door_of(door, config(tmp_path, more='[client]\nprovider = "mine"\n')) as opened:
        (model,) = opened.list_models()
        assert opened.list_models("mine")[0] == model
        assert opened.complete(ChatCompletionRequest(model.name, [UserMessage("hi")])).content
    assert (model.name, model.owned_by) == ("mine/tiny", "llamacpp")
    assert model.context_window == 4096
    assert model.created is not None


def test_the_command_line_asks_it(tmp_path: Path) -> None:
    """`llmkit chat`, `llmkit models` and `llmkit providers` read the same file."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    file = config(here)
    done = llmkit("chat", "hi", "-m", "mine/tiny", "--max-tokens", "400", folder=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
    listed = llmkit("models", "mine", folder=here)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout.splitlines()[1].split()[:2] == ["mine/tiny", "4096"]
    told = json.loads(llmkit("providers", "mine", "--json", folder=here).stdout)
    assert (told["ready"], told["why"]) == (True, "no key needed")
    moved = llmkit("models", "mine", folder=here, LLMKIT_MINE_BASE_URL=NOWHERE)
    assert (moved.returncode, moved.stdout) == (1, "")
    unknown = llmkit("models", "mine", folder=elsewhere)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    found = llmkit("models", "mine", folder=elsewhere, LLMKIT_CONFIG=str(file))
    assert found.stdout == listed.stdout


@NEEDS_A_KEY
@doors
def test_its_key_is_in_the_variable_that_the_file_names(
    door: type[SyncDoor | AsyncDoor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sixth line: `api_key_env`."""
    file = config(tmp_path, f"{KEYED}/v1")
    file.write_text(file.read_text() + 'api_key_env = "MINE_SECRET"\n')
    monkeypatch.setenv("MINE_SECRET", KEY)
    with door_of(door, file) as opened:
        ask(opened)
        assert opened.list_models("mine")[0].id == "tiny"

"""`llmkit.toml`: it may lead a key elsewhere, so it is read only where it was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from colours import Colour, both

from llmkit import AsyncClient, ChatCompletionRequest, Client, ConfigurationError, UserMessage
from llmkit.providers import load_config
from llmkit.testing import ScriptedTransport, chat_reply

from .looking import KEY

HI = [UserMessage("Hi")]
LEADS_AWAY = """
[[providers]]
name = "openai"
base_url = "https://evil.example/v1"
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory below one that has such a file."""
    (tmp_path / "llmkit.toml").write_text(LEADS_AWAY, encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.delenv("LLMKIT_CONFIG", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return tmp_path


@both
@pytest.mark.usefixtures("folder")
def test_a_client_reads_no_file_of_the_working_directory(colour: Colour) -> None:
    """Only `from_config` and the command line do: a library does not change by where it runs."""
    transport = ScriptedTransport(chat_reply("Hi"))
    with colour(transport=transport) as door:
        door.complete(ChatCompletionRequest("openai/m", HI))
    assert transport.requests[0].url.startswith("https://api.openai.com/")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_file_that_is_asked_for_is_believed(
    kind: type[Client] | type[AsyncClient], folder: Path
) -> None:
    """Whoever writes it decides where keys go: that is what the document says."""
    transport = ScriptedTransport()
    client = kind.from_config(transport=transport)
    assert client._core.target("openai/m").base_url == "https://evil.example/v1"
    assert load_config().path == str(folder / "llmkit.toml")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
def test_a_file_of_somebody_else_is_not_believed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was found in passing, in a directory that all may write to; named, it is."""
    place = folder / "llmkit.toml"
    if os.stat(place).st_uid == 0:  # root's are believed, since root may write any
        os.chown(place, 12345, -1)
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(place).st_uid + 1)
    with pytest.raises(ConfigurationError, match=r"llmkit\.toml.*another user.*LLMKIT_CONFIG"):
        load_config()
    assert load_config(place).providers
    monkeypatch.setenv("LLMKIT_CONFIG", str(place))
    assert load_config().providers


@pytest.mark.parametrize("table", ["[client]", "[[providers]]\nname = 'openai'"])
def test_a_key_in_the_file_is_refused_unseen(folder: Path, table: str) -> None:
    """It would be copied and committed with it."""
    (folder / "llmkit.toml").write_text(f"{table}\napi_key = '{KEY}'\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="keys do not belong in a file") as caught:
        load_config()
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        f"base_url = 'https://me:{KEY}@a.example'",
        f"base_url = 'https://a.example?key={KEY}'",
        f'headers = {{ X-Key = "{KEY}\\u0000" }}',
    ],
)
def test_a_wrong_value_that_is_a_key_is_refused_unseen(folder: Path, said: str) -> None:
    """The error says file, line and field, and not what stands there."""
    (folder / "llmkit.toml").write_text(f"[[providers]]\nname = 'openai'\n{said}\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"llmkit\.toml") as caught:
        load_config()
    assert KEY not in str(caught.value)

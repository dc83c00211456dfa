"""Keys in the OS keyring: asked for only where somebody has said so, and once."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("keyring", reason="of the extra `keyring`")

import keyring
from colours import AsyncDoor, Colour, SyncDoor, both
from file_keyring import FileKeyring
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    Client,
    ConfigurationError,
    UserMessage,
)
from llmkit.providers import keyring_key, os_keyring
from llmkit.testing import Reply, ScriptedTransport, chat_reply

KEY = "sk-of-the-keyring-0123456789"
NO_KEYRING: KeyringBackend = NoKeyring()  # type: ignore[no-untyped-call]
REQUEST = ChatCompletionRequest("groq/m", [UserMessage("Hi")])
LISTED = Reply({"data": [{"id": "m"}]})


@pytest.fixture(name="kept")
def _kept(tmp_path: Path) -> Iterator[FileKeyring]:
    """A keyring with a key for groq; after it, none, and never the developer's own."""
    file_keyring = FileKeyring(tmp_path / "keyring.json")
    keyring.set_keyring(file_keyring)
    keyring.set_password("llmkit", "groq", KEY)
    try:
        yield file_keyring
    finally:
        keyring.set_keyring(NO_KEYRING)


def replies(count: int = 1) -> ScriptedTransport:
    """A provider that says "Hi"."""
    return ScriptedTransport(*[chat_reply("Hi") for _ in range(count)])


def keys_sent(transport: ScriptedTransport) -> list[str]:
    """What stands behind "Bearer" in each request."""
    return [sent.headers["Authorization"].removeprefix("Bearer ") for sent in transport.requests]


@both
def test_a_function_gives_the_key(colour: Colour, kept: FileKeyring) -> None:
    """By the provider's name under the service "llmkit", asked once for all that follows."""
    transport = replies(3)
    with colour("groq/m", api_key=keyring_key("groq"), transport=transport) as door:
        for _ in range(3):
            door.complete(REQUEST)
    assert keys_sent(transport) == [KEY] * 3
    assert kept.asked == [("llmkit", "groq")]


@both
def test_a_client_may_ask_for_what_is_missing(colour: Colour, kept: FileKeyring) -> None:
    """Once for each provider, whatever its models; another's key is never taken for it."""
    transport = ScriptedTransport(chat_reply("Hi"), chat_reply("Hi"), LISTED)
    with colour(keyring=True, transport=transport) as door:
        door.complete(REQUEST)
        door.complete(ChatCompletionRequest("groq/other", [UserMessage("Hi")]))
        door.list_models("groq")
        with pytest.raises(ConfigurationError, match="openai: no key"):
            door.complete(ChatCompletionRequest("openai/m", [UserMessage("Hi")]))
    assert keys_sent(transport) == [KEY] * 3
    assert kept.asked == [("llmkit", "groq"), ("llmkit", "openai")]


@both
@pytest.mark.parametrize("client", [{}, {"keyring": False}])
def test_nobody_asks_it_who_was_not_told_to(
    colour: Colour, kept: FileKeyring, client: dict[str, Any]
) -> None:
    """A service meets no prompt by surprise."""
    with (
        colour(**client, transport=replies()) as door,
        pytest.raises(ConfigurationError, match="GROQ_API_KEY") as caught,
    ):
        door.complete(REQUEST)
    assert "keyring" not in str(caught.value)
    assert kept.asked == []


@both
def test_it_comes_last(colour: Colour, kept: FileKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the argument, after the environment; those who need no key do not ask it."""
    transport = replies()
    with colour("groq/m", api_key="given", keyring=True, transport=transport) as door:
        door.complete(REQUEST)
    with colour(keyring=True, transport=ScriptedTransport(chat_reply("Hi"))) as door:
        door.complete(ChatCompletionRequest("llamacpp/m", [UserMessage("Hi")]))
    monkeypatch.setenv("GROQ_API_KEY", "of-the-environment")
    second = replies()
    with colour(keyring=True, transport=second) as door:
        door.complete(REQUEST)
    assert keys_sent(transport) + keys_sent(second) == ["given", "of-the-environment"]
    assert kept.asked == []


@both
def test_the_error_names_all_that_was_tried(colour: Colour, kept: FileKeyring) -> None:
    """Argument, each variable, and the keyring, since it was asked."""
    with (
        colour(keyring=True, transport=replies()) as door,
        pytest.raises(ConfigurationError) as caught,
    ):
        door.complete(ChatCompletionRequest("mistral/m", [UserMessage("Hi")]))
    for word in ("api_key=", "MISTRAL_API_KEY", "LLMKIT_MISTRAL_API_KEY", "OS keyring has none"):
        assert word in str(caught.value)


@both
def test_a_function_without_a_key_is_an_error(colour: Colour, kept: FileKeyring) -> None:
    """It was told to take the keyring's: the environment's is not taken in its place."""
    with (
        colour("openai/m", api_key=keyring_key("openai"), transport=replies()) as door,
        pytest.raises(ConfigurationError, match="openai: no key; the OS keyring has none"),
    ):
        door.complete(ChatCompletionRequest("openai/m", [UserMessage("Hi")]))


@both
@pytest.mark.parametrize("locked", [True, False])
def test_a_keyring_that_gives_nothing(
    colour: Colour, kept: FileKeyring, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Its owner has not unlocked it, or the machine has none: an error that says which."""
    if locked:
        kept.locked = True
    else:
        keyring.set_keyring(NO_KEYRING)
    reason = "KeyringLocked: Failed to unlock" if locked else "NoKeyringError: No recommended"
    with (
        colour(keyring=True, transport=replies()) as door,
        pytest.raises(ConfigurationError, match=f"GROQ_API_KEY.*cannot be asked: {reason}"),
    ):
        door.complete(REQUEST)


def test_an_async_client_does_not_stand_still(kept: FileKeyring) -> None:
    """Other tasks go on while the owner is asked to unlock it."""
    kept.wait = 0.5
    longest = 0.0

    async def main() -> None:
        nonlocal longest
        async with AsyncClient(keyring=True, transport=replies()) as client:
            asking = asyncio.create_task(client.chat_completion(REQUEST))
            while not asking.done():
                before = time.monotonic()
                await asyncio.sleep(0.01)
                longest = max(longest, time.monotonic() - before)
            await asking

    asyncio.run(main())
    assert longest < 0.25


@both
def test_a_key_that_no_header_can_carry(colour: Colour, kept: FileKeyring) -> None:
    """It is refused without being shown, and space around one is not of it."""
    keyring.set_password("llmkit", "groq", f"  {KEY}\n")
    transport = replies()
    with colour(keyring=True, transport=transport) as door:
        door.complete(REQUEST)
    assert keys_sent(transport) == [KEY]
    keyring.set_password("llmkit", "groq", f"{KEY}\x01")
    with (
        colour(keyring=True, transport=replies()) as door,
        pytest.raises(ConfigurationError, match="control character") as caught,
    ):
        door.complete(REQUEST)
    assert KEY not in str(caught.value)


def test_the_function_shows_no_key(kept: FileKeyring) -> None:
    """In its repr or in a pickle: who unpickles it asks for himself."""
    asks = keyring_key("groq")
    assert asks() == KEY
    assert repr(asks) == "keyring_key('groq')"
    data = pickle.dumps(asks)
    assert KEY.encode() not in data
    again = pickle.loads(data)
    assert again() == KEY
    assert len(kept.asked) == 2


def test_an_alias_is_its_provider(kept: FileKeyring) -> None:
    """A key is kept under one name; a provider of one's own has just its own."""
    keyring.set_password("llmkit", "anthropic", "sk-of-claude")
    assert keyring_key("claude")() == "sk-of-claude"
    keyring.set_password("llmkit", "office", "sk-of-the-office")
    assert keyring_key("office")() == "sk-of-the-office"


def test_what_is_written_is_read(kept: FileKeyring) -> None:
    """And deleted, once."""
    assert os_keyring.read("openai") is None
    os_keyring.write("openai", "sk-new")
    assert os_keyring.read("openai") == "sk-new"
    assert os_keyring.delete("openai") is True
    assert os_keyring.delete("openai") is False
    assert os_keyring.read("groq") == KEY
    keyring.set_password("llmkit", "openai", " \n")
    assert os_keyring.read("openai") is None


def test_what_cannot_be_kept_is_an_error(kept: FileKeyring) -> None:
    """Which does not show the key, even where the keyring's own does."""
    kept.locked = True
    with pytest.raises(ConfigurationError, match="keeps nothing: KeyringError") as caught:
        os_keyring.write("openai", KEY)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    with pytest.raises(ConfigurationError, match="cannot be asked"):
        os_keyring.delete("openai")


@both
def test_a_key_that_is_exchanged_is_there_before(
    colour: Colour, kept: FileKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes to watsonx is a token for the key; without one, all that was tried is named."""
    pytest.importorskip("ibm_cloud_sdk_core", reason="of the extra `watsonx`")
    monkeypatch.setenv("WATSONX_PROJECT_ID", "p")
    with (
        colour("watsonx/m", keyring=True, transport=replies()) as door,
        pytest.raises(ConfigurationError, match="OS keyring has none"),
    ):
        door.complete(ChatCompletionRequest("watsonx/m", [UserMessage("Hi")]))


@pytest.mark.parametrize("door", [SyncDoor, AsyncDoor])
@pytest.mark.parametrize(
    ("text", "asks"), [("keyring = true", True), ("keyring = false", False), ("", False)]
)
def test_a_file_may_say_so(
    door: type[SyncDoor | AsyncDoor], kept: FileKeyring, tmp_path: Path, text: str, asks: bool
) -> None:
    """`[client] keyring = true` in llmkit.toml is `keyring=True`."""
    file = tmp_path / "llmkit.toml"
    file.write_text(f"[client]\n{text}\n", encoding="utf-8")
    with door("echo/demo") as asking:
        asking.client = type(asking.client).from_config(file, transport=replies())
        if asks:
            assert asking.complete(REQUEST).content == "Hi"
        else:
            with pytest.raises(ConfigurationError, match="GROQ_API_KEY"):
                asking.complete(REQUEST)
    assert bool(kept.asked) is asks


def test_a_wrong_word_in_a_file_is_an_error(tmp_path: Path) -> None:
    """With its line."""
    file = tmp_path / "llmkit.toml"
    file.write_text("[client]\n\nkeyring = 'yes'\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 3: client\.keyring: must be true or false"):
        Client.from_config(file)


def test_without_the_extra_it_says_so(tmp_path: Path) -> None:
    """What to install; and nothing of it is loaded before it is asked."""
    program = """
        import sys
        sys.modules["keyring"] = None
        from llmkit import ChatCompletionRequest, Client, UserMessage
        from llmkit.providers import keyring_key
        client = Client(keyring=True)
        try:
            client.chat_completion(ChatCompletionRequest("groq/m", [UserMessage("Hi")]))
        except Exception as error:
            print(error)
        try:
            keyring_key("groq")()
        except Exception as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert "GROQ_API_KEY" in first
    for line in (first, second):
        assert "pip install 'llmkit[keyring]'" in line


def test_the_library_is_loaded_only_when_asked() -> None:
    """A client that may ask costs nothing until a key is missing."""
    program = """
        import os, sys
        os.environ["GROQ_API_KEY"] = "k"
        from llmkit import ChatCompletionRequest, Client, UserMessage
        from llmkit.testing import ScriptedTransport, chat_reply
        client = Client(keyring=True, transport=ScriptedTransport(chat_reply("Hi")))
        client.chat_completion(ChatCompletionRequest("groq/m", [UserMessage("Hi")]))
        print("keyring" in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"

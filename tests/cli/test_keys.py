"""`llmkit keys`: into the OS keyring and out of it, and never onto a screen."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("keyring", reason="of the extra `keyring`")

import file_keyring

from .program import Program, environment
from .server import Server, answer, listing

KEY = "sk-do-not-print-me-0123456789"
TESTS = str(Path(file_keyring.__file__).parent)


@pytest.fixture(name="kept")
def _kept(tmp_path: Path) -> dict[str, str]:
    """An environment with a keyring in a file."""
    path = f"{environment()['PYTHONPATH']}:{TESTS}"
    return {
        "PYTHON_KEYRING_BACKEND": file_keyring.BACKEND,
        "KEYRING_FILE": str(tmp_path / "keyring.json"),
        "PYTHONPATH": path,
    }


def in_keyring(kept: dict[str, str]) -> dict[str, str]:
    """What the keyring has."""
    file = Path(kept["KEYRING_FILE"])
    found: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    return found


def test_a_key_is_kept_listed_and_deleted(llmkit: Program, kept: dict[str, str]) -> None:
    """From stdin; under the provider's own name, and its value is seen nowhere."""
    done = llmkit("keys", "set", "claude", stdin=f"{KEY}\n".encode(), env=kept)
    assert (done.code, done.out) == (0, b"")
    assert "the key of anthropic is in the OS keyring" in done.err
    assert in_keyring(kept) == {"llmkit/anthropic": KEY}
    listed = llmkit("keys", env=kept)
    assert listed.out.decode().splitlines()[1].split() == ["anthropic", "-"]
    deleted = llmkit("keys", "delete", "claude", env=kept)
    assert deleted.code == 0
    assert in_keyring(kept) == {}
    for each in (done, listed, deleted):
        assert KEY not in each.out.decode() + each.err


def test_an_empty_keyring(llmkit: Program, kept: dict[str, str]) -> None:
    """It says how to put a key there; to delete one that is not there is a mistake."""
    done = llmkit("keys", env=kept)
    assert (done.code, done.out) == (0, b"")
    assert "llmkit keys set" in done.err
    done = llmkit("keys", "delete", "groq", env=kept)
    assert done.code == 2
    assert "has no key of groq" in done.error


def test_the_environment_comes_first(llmkit: Program, kept: dict[str, str]) -> None:
    """Whoever sets a key beside it is told, and the list tells it."""
    env = {**kept, "GROQ_API_KEY": "another"}
    done = llmkit("keys", "set", "groq", stdin=KEY.encode(), env=env)
    assert "GROQ_API_KEY is set in the environment, and comes before it" in done.err
    assert llmkit("keys", env=env).out.decode().splitlines()[1].split() == ["groq", "GROQ_API_KEY"]


@pytest.mark.parametrize(
    ("args", "stdin", "told"),
    [
        (["groq", KEY], b"", "not given on the command line"),
        (["groq", "--key", KEY], b"", "not given on the command line"),
        (["groq"], b"", "no key"),
        (["groq"], b" \n", "no key"),
        (["groq"], b"sk\x01secret", "control character"),
        (["groq"], b"\xff\xfe", "UTF-8"),
        (["gorq"], KEY.encode(), "groq"),
        (["echo"], KEY.encode(), "takes no key"),
    ],
)
def test_what_cannot_be_kept(
    llmkit: Program, kept: dict[str, str], args: list[str], stdin: bytes, told: str
) -> None:
    """Is refused with code 2, in one line that does not repeat it."""
    done = llmkit("keys", "set", *args, stdin=stdin, env=kept)
    assert (done.code, done.out) == (2, b"")
    assert told in done.error
    assert KEY not in done.err
    assert in_keyring(kept) == {}


def test_without_a_keyring_it_says_so(llmkit: Program) -> None:
    """On a machine that has none."""
    for args in (["keys"], ["keys", "set", "groq"], ["keys", "delete", "groq"]):
        done = llmkit(*args, stdin=KEY.encode())
        assert (done.code, done.out) == (2, b"")
        assert "the OS keyring" in done.error
        assert KEY not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_a_key_is_typed_unseen(llmkit: Program, kept: dict[str, str]) -> None:
    """On a terminal it is asked for, and is not on the screen."""
    terminal = llmkit.on_terminal("keys", "set", "groq", env=kept)
    terminal.wait_for("Key of groq: ")
    terminal.type(f"{KEY}\n")
    code, seen = terminal.end()
    assert code == 0
    assert KEY not in seen
    assert in_keyring(kept) == {"llmkit/groq": KEY}


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
@pytest.mark.parametrize(("typed", "code"), [("\n", 2), ("\x04", 2), ("\x03", 130)])
def test_a_key_may_be_left_out(
    llmkit: Program, kept: dict[str, str], typed: str, code: int
) -> None:
    """Nothing, the end of the input, Ctrl-C: nothing is kept."""
    terminal = llmkit.on_terminal("keys", "set", "groq", env=kept)
    terminal.wait_for("Key of groq: ")
    if typed == "\x03":
        terminal.interrupt()
    else:
        terminal.type(typed)
    ended, seen = terminal.end()
    assert ended == code
    assert "Traceback" not in seen
    assert in_keyring(kept) == {}


def test_the_other_commands_take_it(llmkit: Program, server: Server, kept: dict[str, str]) -> None:
    """A key that is in the keyring is one, for a person at a command line."""
    llmkit("keys", "set", "groq", stdin=KEY.encode(), env=kept)
    server.replies = [answer("Hi")]
    at = ["--base-url", server.base_url]
    done = llmkit("chat", "Hi", "-m", "groq/m", "--no-stream", *at, env=kept)
    assert done.out == b"Hi\n"
    server.replies = [listing({"id": "m"})]
    assert llmkit("models", "groq", *at, env=kept).code == 0
    assert server.keys == [f"Bearer {KEY}"] * 2
    told = json.loads(llmkit("providers", "groq", "--json", env=kept).out)
    assert (told["ready"], told["why"]) == (True, "key in the OS keyring")
    assert "the OS keyring" in llmkit("providers", "groq", env=kept).out.decode()


def test_a_list_asks_it_only_if_the_file_says_so(llmkit: Program, kept: dict[str, str]) -> None:
    """Its owner may have to unlock it; and one that says no is obeyed everywhere."""
    llmkit("keys", "set", "groq", stdin=KEY.encode(), env=kept)

    def ready(*args: str) -> bool:
        told = json.loads(llmkit("providers", *args, "--json", env=kept).out)
        (groq,) = [item for item in told if item["name"] == "groq"] if not args else [told]
        return bool(groq["ready"])

    assert (ready(), ready("groq")) == (False, True)
    file = llmkit.folder / "llmkit.toml"
    file.write_text("[client]\nkeyring = true\n")
    assert (ready(), ready("groq")) == (True, True)
    file.write_text("[client]\nkeyring = false\n")
    assert (ready(), ready("groq")) == (False, False)
    done = llmkit("chat", "Hi", "-m", "groq/m", env=kept)
    assert done.code == 2
    assert "keyring" not in done.error


def test_a_missing_key_names_all_that_was_tried(llmkit: Program, kept: dict[str, str]) -> None:
    """The keyring with it, and how to put one there."""
    done = llmkit("chat", "Hi", "-m", "groq/m", env=kept)
    assert done.code == 2
    for word in ("GROQ_API_KEY", "LLMKIT_GROQ_API_KEY", "OS keyring", "llmkit keys set groq"):
        assert word in done.error

"""`llmkit.toml`: a user's own providers and defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from attrs import evolve

from llmkit import RetryPolicy, Timeout
from llmkit.errors import ConfigurationError
from llmkit.providers import Config, HeaderAuth, ModelRule, Provider, get, load_config

if TYPE_CHECKING:
    from llmkit.adapters.openai_chat import OpenAIChat


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, with one above it."""
    for name in ("LLMKIT_CONFIG", "LLMKIT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    return inner


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


FULL = """\
[client]
model = "groq/llama-3.3-70b-versatile"
provider = "groq"
timeout = { connect = 5, total = 60 }
attempts = 5
unsupported = "warn"

[[providers]]
name = "office"
wire = "openai-chat"
base_url = "https://llm.example.com/v1/"
api_key_env = "OFFICE_LLM_KEY"

[providers.quirks]
response_formats = ["text"]

[[providers]]
name = "groq"
base_url = "https://proxy.example.com/groq"

[providers.quirks]
message_names = true
"""


def test_all_that_a_file_may_say(folder: Path) -> None:
    """Defaults of the client, providers of one's own, and changes to known ones."""
    config = load_config(write(folder / "any.toml", FULL))
    assert config.model == "groq/llama-3.3-70b-versatile"
    assert config.provider == "groq"
    assert config.timeout == Timeout(connect=5, total=60)
    assert config.retry == RetryPolicy(attempts=5)
    assert config.unsupported == "warn"
    assert config.path == str(folder / "any.toml")
    office, groq = config.providers
    assert (office.name, office.base_url) == ("office", "https://llm.example.com/v1")
    assert (office.env, office.auth) == (("OFFICE_LLM_KEY",), HeaderAuth())
    assert office.quirks == {"response_formats": ("text",)}
    assert groq.base_url == "https://proxy.example.com/groq"
    assert groq.env == get("groq").env
    assert groq.quirks == {**get("groq").quirks, "message_names": True}


def test_an_alias_changes_the_provider_that_it_names(folder: Path) -> None:
    """A table may go by any of the provider's names."""
    text = '[[providers]]\nname = "grok"\nbase_url = "https://a.example"\n'
    (provider,) = load_config(write(folder / "a.toml", text)).providers
    assert provider.name == "xai"


def test_another_wire_is_another_provider(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest's quirks are its wire's: with another wire nothing of it holds."""
    monkeypatch.setattr(
        "llmkit.providers.provider.WIRES", {"openai-chat": ("", ""), "other": ("", "")}
    )
    text = '[[providers]]\nname = "groq"\nwire = "other"\n'
    with pytest.raises(ConfigurationError, match="base_url: is missing"):
        load_config(write(folder / "a.toml", text))


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A known provider with rules of its own and a field in each body."""
    provider = evolve(
        get("groq"),
        models=[ModelRule(["o1*"], {"max_stop": 1})],
        body={"team": "a", "more": 1},
    )
    monkeypatch.setattr("llmkit.providers.config.find", lambda name: provider)
    return provider


def test_own_rules_come_before_those_of_the_manifest(folder: Path, ruled: Provider) -> None:
    """The first that matches counts, so the user's can change what the manifest says."""
    text = """\
[[providers]]
name = "groq"

[providers.body]
team = "b"

[[providers.models]]
match = ["o1-mini"]
max_stop = 2
"""
    (mine,) = load_config(write(folder / "a.toml", text)).providers
    assert mine.models == (ModelRule(["o1-mini"], {"max_stop": 2}), *ruled.models)
    assert mine.body == {"team": "b", "more": 1}
    adapters = [cast("OpenAIChat", mine.adapter(name)) for name in ("o1-mini", "o1", "gpt")]
    assert [adapter.max_stop for adapter in adapters] == [2, 1, 4]


def test_a_dialect_in_place_of_a_wire(folder: Path) -> None:
    """A provider of one's own that speaks as a known one does, and takes no key of its."""
    text = """\
[[providers]]
name = "mine"
dialect = "groq"
base_url = "https://a.example"
"""
    (mine,) = load_config(write(folder / "a.toml", text)).providers
    groq = get("groq")
    assert (mine.wire, mine.quirks, mine.models) == (groq.wire, groq.quirks, groq.models)
    assert (mine.env, mine.env_base_url, mine.models_path) == ((), (), None)


def test_another_dialect_of_the_same_wire_changes_how_it_speaks(folder: Path) -> None:
    """Address, key and the rest of a known provider stay."""
    text = '[[providers]]\nname = "groq"\ndialect = "deepseek"\n'
    (mine,) = load_config(write(folder / "a.toml", text)).providers
    assert mine.quirks == get("deepseek").quirks
    assert (mine.base_url, mine.env) == (get("groq").base_url, get("groq").env)


def test_another_dialect_of_another_wire_is_another_provider(folder: Path) -> None:
    """As with the wire's own name: nothing of the manifest holds."""
    text = '[[providers]]\nname = "groq"\ndialect = "cohere"\n'
    with pytest.raises(ConfigurationError, match="base_url: is missing"):
        load_config(write(folder / "a.toml", text))


def test_a_number_is_the_total(folder: Path) -> None:
    """As everywhere."""
    config = load_config(write(folder / "a.toml", "[client]\ntimeout = 7.5\n"))
    assert config.timeout == Timeout(total=7.5)


def test_nothing_said_is_nothing_set(folder: Path) -> None:
    """An empty file leaves every default alone."""
    path = write(folder / "a.toml", "")
    assert load_config(path) == Config(path=str(path))


def test_where_the_file_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named, then `LLMKIT_CONFIG`, then the nearest upwards, then none."""
    assert load_config() == Config()
    write(folder.parent / "llmkit.toml", '[client]\nmodel = "above"\n')
    assert load_config().model == "above"
    write(folder / "llmkit.toml", '[client]\nmodel = "here"\n')
    assert load_config().model == "here"
    monkeypatch.setenv("LLMKIT_CONFIG", "")
    assert load_config().model == "here"
    other = write(folder / "other.toml", '[client]\nmodel = "other"\n')
    monkeypatch.setenv("LLMKIT_CONFIG", str(other))
    assert load_config().model == "other"
    assert load_config(folder / "llmkit.toml").model == "here"


def test_a_file_that_is_named_must_be_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wish is not forgotten in silence."""
    with pytest.raises(ConfigurationError, match="No such file"):
        load_config(folder / "none.toml")
    monkeypatch.setenv("LLMKIT_CONFIG", str(folder / "none.toml"))
    with pytest.raises(ConfigurationError, match="No such file"):
        load_config()


def test_the_environments_model_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the file's, and without a file."""
    monkeypatch.setenv("LLMKIT_MODEL", "echo/demo")
    assert load_config() == Config(model="echo/demo")
    write(folder / "llmkit.toml", '[client]\nmodel = "here"\n')
    assert load_config().model == "echo/demo"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("[clients]", 1, "clients: there is no such key; did you mean 'client'"),
        ("client = 3", 1, "client: must be a table"),
        ('[client]\nmodl = "a"', 2, "client.modl: .*did you mean 'model'"),
        ("[client]\nmodel = 3", 2, "client.model: must be text"),
        ("[client]\ntimeout = 0", 2, "client.timeout: must be above 0"),
        ('[client]\ntimeout = "1s"', 2, "client.timeout: must be a number"),
        ("[client]\ntimeout = { totl = 1 }", 2, "client.timeout.totl: .*did you mean 'total'"),
        ("[client.timeout]\n\nread = -1", 3, "client.timeout.read: must be above 0"),
        ("[client]\nattempts = 0", 2, "client.attempts: must be an integer of 1 or more"),
        ('[client]\nunsupported = "warning"', 2, "client.unsupported: .*did you mean 'warn'"),
        ("providers = 3", 1, "providers: must be an array"),
        ("providers = [3]", 1, "providers: must be a table"),
        ("[[providers]]\nwire = 'x'", 1, "providers.name: is missing"),
        ("[[providers]]\nname = 'a'\nbase_ur = 'x'", 3, "providers.base_ur: .*'base_url'"),
        (
            "[[providers]]\nname='groq'\n[[providers]]\nname='xai'\n[providers.quirks]\nimage=1",
            6,
            "providers.quirks.image: .*did you mean 'images'",
        ),
        (
            "[[providers]]\nname='groq'\n[[providers.models]]\nmatch=['a']\n"
            "[[providers.models]]\nmatch=['b']\nmax_stops=1",
            7,
            "providers.models.max_stops: .*did you mean 'max_stop'",
        ),
        (
            "[[providers]]\nname='a'\nbase_url='http://a'\ndialect='grok2'",
            4,
            "providers.dialect: there is no other provider 'grok2'",
        ),
        (
            "[[providers]]\nname = 'groq'\n[[providers]]\nname = 'groq'",
            4,
            "providers.name: there are two providers 'groq'",
        ),
        (
            "[[providers]]\nname = 'groq'\napi_key_env = 'A'\nenv = ['B']",
            3,
            "providers.api_key_env: is the same as env",
        ),
        ("[[providers]]\nname = 'groq'\napi_key_env = 3", 3, "providers.api_key_env: must be"),
        ("[[providers]]\nname = 'groq'\napi_key_env = 'A B'", 3, "providers.api_key_env: must be"),
    ],
)
def test_a_wrong_key_is_told_with_file_line_and_key(
    folder: Path, text: str, line: int, told: str
) -> None:
    """So that the place can be opened and put right."""
    path = write(folder / "a.toml", text)
    with pytest.raises(ConfigurationError, match=f"^{re.escape(str(path))}, line {line}: {told}"):
        load_config(path)


@pytest.mark.parametrize("table", ["[client]", '[[providers]]\nname = "groq"'])
def test_a_key_in_the_file_is_refused_unseen(folder: Path, table: str) -> None:
    """Files are copied and committed; the error says what to write instead."""
    path = write(folder / "a.toml", f'{table}\napi_key = "sk-sesame"\n')
    with pytest.raises(ConfigurationError, match=r"api_key: .*api_key_env = ") as caught:
        load_config(path)
    assert "sesame" not in str(caught.value)

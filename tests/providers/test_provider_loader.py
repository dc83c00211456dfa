"""Manifests are read strictly, and late."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from llmkit import providers
from llmkit.errors import ConfigurationError
from llmkit.providers.loader import find, read_manifest
from llmkit.providers.toml_file import line_of

GOOD = """\
# https://example.com/docs
name = "mine"
wire = "openai-chat"
base_url = "https://example.com/v1"
"""


def manifest(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_names_are_sorted_and_known() -> None:
    """Every name that is listed can be had, and is the provider's own."""
    assert list(providers.names()) == sorted(providers.names())
    assert [providers.get(name).name for name in providers.names()] == list(providers.names())


@pytest.mark.parametrize("name", providers.names())
def test_each_manifest_is_right_in_every_rule(name: str) -> None:
    """Whose types are not looked at when it is read for a call."""
    path = Path(providers.__file__).parent / "manifests" / f"{name}.toml"
    assert read_manifest(path) == providers.get(name)


def test_an_alias_is_another_name() -> None:
    """No alias is a name or another's alias, and all lead home."""
    seen: set[str] = set(providers.names())
    for name in providers.names():
        for alias in providers.get(name).aliases:
            assert alias not in seen
            assert providers.get(alias) is providers.get(name)
            seen.add(alias)


def test_an_unknown_provider_is_an_error_with_the_nearest() -> None:
    """And where none is near, with all."""
    with pytest.raises(ConfigurationError, match=r"no provider 'grok2'|did you mean"):
        providers.get("grok2")
    with pytest.raises(ConfigurationError, match="did you mean 'mistral'"):
        providers.get("mistal")
    with pytest.raises(ConfigurationError, match=r"known are .*openai"):
        providers.get("qqqqq")
    assert find("meta-llama") is None
    assert find("") is None
    assert find("../providers/openai") is None


def test_importing_the_package_reads_nothing() -> None:
    """No manifest, no TOML parser, no adapter until a provider is asked for."""
    program = (
        "import sys, llmkit.providers as p\n"
        "assert p.names\n"
        "bad = [m for m in sys.modules if m in ('tomllib', 'requests', 'aiohttp', 'asyncio')\n"
        "       or m.startswith('llmkit.adapters.openai')]\n"
        "assert not bad, bad\n"
        "p.names()\n"
        "assert 'tomllib' not in sys.modules\n"
        "p.get('groq')\n"
        "from llmkit.providers.loader import _manifest\n"
        "assert _manifest.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


WATCHED = """\
import sys

def hook(event, args):
    if event == "open" and str(args[0]).endswith(".toml"):
        print(args[0])

sys.addaudithook(hook)
import llmkit
from llmkit import Provider, providers

def ask(model, **client):
    client = llmkit.Client(model, api_key="key", **client)
    client._core.call(llmkit.ChatCompletionRequest("", [llmkit.UserMessage("Hi")]), stream=False)

"""
MINE = "Provider('mine', wire='openai-chat', base_url='http://127.0.0.1')"
READS = {
    "": set(),
    "providers.names()": set(),
    "ask('groq/llama-3.3-70b')": {"groq"},
    "ask('gpt-4o')": {"openai"},
    "ask('oai/gpt-4o')": {"openai"},  # by an alias
    "ask('meta-llama/Llama-3.3-70B', provider='together')": {"together"},  # by nobody's name
    f"ask('m', provider={MINE})": set(),
    f"ask('mine/m', providers=[{MINE}])": set(),
    "providers.get('moonshot-cn')": {"moonshot-cn", "moonshot"},  # and that of its dialect
}
"""What a program does, and the manifests that are read for it."""


@pytest.mark.parametrize(("program", "read"), READS.items(), ids=READS)
def test_a_manifest_is_read_when_its_provider_is_used(program: str, read: set[str]) -> None:
    """Once, and no other with it, whatever the model is called: there are more than a hundred."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + program], capture_output=True, text=True, check=True
    )
    opened = [Path(line).stem for line in done.stdout.splitlines()]
    assert sorted(opened) == sorted(read)


def test_a_good_manifest(tmp_path: Path) -> None:
    """Every key is a field of the provider."""
    path = manifest(
        tmp_path,
        GOOD
        + """\
title = "Mine"
aliases = ["my-own"]
auth = { header = "api-key", prefix = "" }
env = ["MY_KEY", "MY_OTHER_KEY"]
env_base_url = ["MY_URL"]
key_required = false
models_path = "/models"
docs_url = "https://example.com/docs"
local = true
transport = "http"

[headers]
X-Version = "1"

[quirks]
refuses = ["n"]
tool_id_length = 9
""",
    )
    mine = read_manifest(path)
    assert mine == providers.Provider(
        "mine",
        wire="openai-chat",
        base_url="https://example.com/v1",
        title="Mine",
        aliases=("my-own",),
        auth=providers.HeaderAuth("api-key", ""),
        env=("MY_KEY", "MY_OTHER_KEY"),
        env_base_url=("MY_URL",),
        key_required=False,
        headers={"X-Version": "1"},
        models_path="/models",
        quirks={"refuses": ("n",), "tool_id_length": 9},
        docs_url="https://example.com/docs",
        local=True,
    )


@pytest.mark.parametrize(
    ("said", "auth"),
    [
        ('"bearer"', providers.HeaderAuth("Authorization", "Bearer ")),
        ('"none"', None),
        ('{ header = "X-Key" }', providers.HeaderAuth("X-Key", "")),
    ],
)
def test_how_a_key_is_sent(tmp_path: Path, said: str, auth: providers.HeaderAuth | None) -> None:
    """Two words for the common ways, and a table for any header."""
    assert read_manifest(manifest(tmp_path, f"{GOOD}auth = {said}\n")).auth == auth


@pytest.mark.parametrize(
    ("more", "line", "told"),
    [
        ('alias = ["a"]', 5, "alias: there is no such key; did you mean 'aliases'"),
        ("qqqqq = 1", 5, "qqqqq: there is no such key; known are name, wire"),
        ('env = "A"', 5, "env: must be a list"),
        ("local = 1", 5, "local: must be true or false"),
        ('auth = "basic"', 5, "auth: must be"),
        ('auth = { prefix = "x" }', 5, "auth.header: is missing"),
        ('auth = { headr = "x" }', 5, "auth.headr: .*did you mean 'header'"),
        ('auth = { header = "a b" }', 5, "auth.header: must be the name"),
        ("quirks = 3", 5, "quirks: must be a table"),
        ("\n[quirks]\n\nrefuse = []", 8, "quirks.refuse: .*did you mean 'refuses'"),
        ('\n[quirks]\nimages = "no"', 7, "quirks.images: must be true or false"),
        ('\n[headers]\nX-A = "a\\nb"', 7, "headers.X-A: must be printable"),
        ("[[quirks]]", 5, "quirks: must be a table"),
        ('dialect = "opnai"', 5, "dialect: there is no other provider 'opnai'; .*'openai'"),
        ('dialect = "mine"', 5, "dialect: there is no other provider 'mine'"),
        ("dialect = 3", 5, "dialect: must be a provider's name"),
        ('dialect = "cohere"', 3, "wire: is 'cohere-v2', that of the dialect 'cohere'"),
        ("models = 3", 5, "models: must be an array of tables"),
        ("models = [3]", 5, "models: must be a table"),
        ("[[models]]\nrefuses = ['n']", 5, "models.match: is missing"),
        ("[[models]]\nmatch = 'o1*'", 6, "models.match: must be a list"),
        (
            "[[models]]\nmatch = ['a']\n[[models]]\nmatch = ['b']\nrefuse = ['n']",
            9,
            "models.refuse: is no quirk of the wire 'openai-chat'; did you mean 'refuses'",
        ),
        ("[[models]]\nmatch = ['a']\nimages = 'no'", 7, "models.images: must be true or false"),
        ("[[models]]\nmatch = ['a']\nsince = 1979-05-27", 7, "models.since: is no quirk"),
        ("[[models]]\nmatch = ['a']\nrefuses = ['m']", 5, "models: refuses: 'm' is no field"),
        ("body = 3", 5, "body: must be a table"),
        ("[body]\nsince = 1979-05-27", 6, "body.since: must be a JSON value"),
        ('[body]\nwho = "{tenant}"', None, "placeholders: lacks {tenant}, which is in the body"),
        ("closed = true", 5, "closed: must be text"),
    ],
)
def test_a_wrong_manifest_is_told_with_file_line_and_key(
    tmp_path: Path, more: str, line: int | None, told: str
) -> None:
    """So that the place can be opened and put right; the line, where the file has one for it."""
    path = manifest(tmp_path, f"{GOOD}{more}\n")
    where = re.escape(str(path)) + ("" if line is None else f", line {line}")
    with pytest.raises(ConfigurationError, match=f"^{where}: {told}"):
        read_manifest(path)


@pytest.mark.parametrize("key", ["name", "wire", "base_url"])
def test_what_every_manifest_needs(tmp_path: Path, key: str) -> None:
    """Name, wire and address."""
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))
    with pytest.raises(ConfigurationError, match=f"{key}: is missing"):
        read_manifest(manifest(tmp_path, text))


RULED = """\
closed = "since 2026-07-30"

[quirks]
max_stop = 4
refuses = ["n"]

[body]
parse_reasoning = true

[[models]]
match = ["o1*", "*/o1*"]
refuses = ["top_k"]

[[models]]
match = ["o*"]
"""


def test_rules_for_models(tmp_path: Path) -> None:
    """Beside `match`, each key of a rule is a quirk; in the order of the file."""
    mine = read_manifest(manifest(tmp_path, GOOD + RULED))
    assert mine.models == (
        providers.ModelRule(("o1*", "*/o1*"), {"refuses": ("top_k",)}),
        providers.ModelRule(("o*",)),
    )
    assert mine.body == {"parse_reasoning": True}
    assert mine.closed == "since 2026-07-30"


def test_a_dialect_lends_how_it_speaks_and_nothing_else(tmp_path: Path) -> None:
    """Wire, quirks, rules and body; no name, address, key, header or path."""
    text = """\
name = "mine"
dialect = "openrouter"
base_url = "https://example.com/v1"

[quirks]
max_stop = 3

[body]
more = 1

[[models]]
match = ["o*"]
images = false
"""
    theirs, mine = providers.get("openrouter"), read_manifest(manifest(tmp_path, text))
    assert mine == providers.Provider(
        "mine",
        wire=theirs.wire,
        base_url="https://example.com/v1",
        quirks={**theirs.quirks, "max_stop": 3},
        models=(providers.ModelRule(("o*",), {"images": False}), *theirs.models),
        body={**theirs.body, "more": 1},
    )
    assert theirs.env  # which it would have, had it taken more


def test_a_dialect_may_be_told_with_its_wire(tmp_path: Path) -> None:
    """The same one."""
    mine = read_manifest(manifest(tmp_path, f'{GOOD}dialect = "groq"\n'))
    assert mine.quirks == providers.get("groq").quirks


def test_a_manifest_is_named_for_its_provider(tmp_path: Path) -> None:
    """Else it could not be found by name."""
    path = tmp_path / "yours.toml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"yours.toml, line 2: name: must be the file"):
        read_manifest(path)


def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """The parser knows the place."""
    with pytest.raises(ConfigurationError, match=r"mine.toml: .*line 5"):
        read_manifest(manifest(tmp_path, f"{GOOD}env = maybe\n"))
    with pytest.raises(ConfigurationError, match="No such file"):
        read_manifest(tmp_path / "none.toml")
    (tmp_path / "mine.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_manifest(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("client", "model"), 2),
        (("client", "timeout", "total"), 3),
        (("providers", 0, "name"), 7),
        (("providers", 0, "quirks", "images"), 10),
        (("providers", 1, "name"), 13),
        (("providers", 1, "quirks", "images"), 15),
        (("providers", 1, "missing"), 12),
        (("providers",), 6),
        (("nowhere",), None),
    ],
)
def test_a_line_is_found_by_a_scan(place: tuple[str | int, ...], line: int | None) -> None:
    """The nearest line that says the value, or opens the table that it is missing in."""
    source = """\
[client]
model = "a"
timeout = { total = 3 }

# the first
[[providers]]
name = "one"

[providers.quirks]  # more
images = true

[[ providers ]]
"name" = "two"
[providers.quirks]
images = false
"""
    assert line_of(source, place) == line

"""`llmkit providers`."""

from __future__ import annotations

import json
import re

import pytest

from llmkit import providers
from llmkit._models.docstrings import read_docstring
from llmkit.adapters import adapter_class

from .program import Program

KEY = "sk-do-not-print-me-0123456789"


def test_every_provider_is_listed(llmkit: Program) -> None:
    """A line each, with readiness, wire, address and every variable that may hold the key."""
    done = llmkit("providers")
    assert (done.code, done.err) == (0, "")
    lines = done.out.decode().splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(providers.names())
    assert {line.split()[1] for line in lines[1:]} == {"yes", "no"}
    (gemini,) = (line for line in lines if line.startswith("gemini "))
    for told in ("gemini", "https://generativelanguage.googleapis.com/v1beta", "missing "):
        assert told in gemini
    assert " or ".join(providers.get("gemini").env) in gemini


def test_who_is_ready(llmkit: Program) -> None:
    """Where the key is, or that none is needed, or what is missing; a key itself is never shown."""
    done = llmkit("providers", "--json", env={"GROQ_API_KEY": KEY})
    told = {item["name"]: item for item in json.loads(done.out)}
    groq = told["groq"]
    assert (groq["ready"], groq["why"], groq["key_in"]) == (
        True,
        "key in GROQ_API_KEY",
        "GROQ_API_KEY",
    )
    assert (told["echo"]["ready"], told["echo"]["why"]) == (True, "no key needed")
    openai = told["openai"]
    assert (openai["ready"], openai["why"], openai["key_in"]) == (
        False,
        "missing OPENAI_API_KEY",
        None,
    )
    assert KEY not in done.out.decode() + done.err


@pytest.mark.parametrize(
    ("name", "env", "ready", "why"),
    [
        ("gemini", {"GEMINI_API_KEY": KEY}, True, "key in GEMINI_API_KEY"),
        ("groq", {"LLMKIT_GROQ_API_KEY": KEY}, True, "key in LLMKIT_GROQ_API_KEY"),
        ("groq", {"GROQ_API_KEY": "  "}, False, "missing GROQ_API_KEY"),
        # Who signs needs no key; what else is missing is told.
        ("bedrock", {"AWS_REGION": "eu-west-1"}, True, "AWS credentials sign"),
        ("bedrock-anthropic", {"AWS_REGION": "us-east-1"}, True, "AWS credentials sign"),
        ("vertex", {"GOOGLE_CLOUD_LOCATION": "global"}, True, "Google Cloud credentials sign"),
        ("azure-openai", {}, False, "missing AZURE_RESOURCE_NAME or AZURE_OPENAI_ENDPOINT"),
        ("azure-openai", {"AZURE_RESOURCE_NAME": "r"}, True, "Microsoft Entra ID credentials sign"),
        (
            "azure-openai",
            {"AZURE_RESOURCE_NAME": "r", "AZURE_OPENAI_API_KEY": KEY},
            True,
            "key in AZURE_OPENAI_API_KEY",
        ),
        (
            "cloudflare-workers-ai",
            {"CLOUDFLARE_ACCOUNT_ID": "a"},
            False,
            "missing CLOUDFLARE_API_TOKEN or CLOUDFLARE_API_KEY",
        ),
        (
            "cloudflare-workers-ai",
            {},
            False,
            "missing CLOUDFLARE_API_TOKEN or CLOUDFLARE_API_KEY, and CLOUDFLARE_ACCOUNT_ID",
        ),
        # A key is exchanged for a token, or there is a token.
        ("watsonx", {"WATSONX_REGION": "us-south", "WATSONX_PROJECT_ID": "p"}, False, "missing W"),
        (
            "watsonx",
            {"WATSONX_REGION": "us-south", "WATSONX_PROJECT_ID": "p", "WATSONX_APIKEY": KEY},
            True,
            "key in WATSONX_APIKEY",
        ),
        (
            "watsonx",
            {"WATSONX_REGION": "us-south", "WATSONX_PROJECT_ID": "p", "WATSONX_TOKEN": KEY},
            True,
            "IBM credentials sign",
        ),
        ("github-models", {"GITHUB_TOKEN": KEY}, False, "closed since 2026-07-30"),
    ],
)
def test_why_a_provider_is_ready(
    llmkit: Program, name: str, env: dict[str, str], ready: bool, why: str
) -> None:
    """Or what of it is missing, each with all the ways to give it."""
    done = llmkit("providers", name, "--json", env=env)
    told = json.loads(done.out)
    assert told["ready"] is ready
    assert told["why"].startswith(why)
    assert KEY not in done.out.decode() + done.err


def test_those_that_are_ready_alone(llmkit: Program) -> None:
    """`--ready` leaves the others out; on a fresh machine those without a key are left."""
    done = llmkit("providers", "--ready", "--json", env={"GROQ_API_KEY": KEY})
    told = json.loads(done.out)
    assert all(item["ready"] for item in told)
    names = [item["name"] for item in told]
    assert {"groq", "echo", "ollama"} <= set(names)
    assert "openai" not in names
    lines = llmkit("providers", "--ready").out.decode().splitlines()
    assert [line.split()[0] for line in lines[1:]] == [name for name in names if name != "groq"]


def test_a_terminal_gets_what_it_has_room_for(llmkit: Program) -> None:
    """No line is longer than it is wide; the ready ones stand out, and are counted."""
    env = {"GROQ_API_KEY": KEY}
    code, seen = llmkit.on_terminal("providers", env=env, size=(24, 80)).end()
    assert code == 0
    plain = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in seen.splitlines()]
    assert max(map(len, plain)) <= 80
    assert next(line for line in plain if line.startswith("groq ")).split()[1] == "yes"
    bold = [line for line in seen.splitlines() if line.startswith("\x1b[1m")]
    assert {line.removeprefix("\x1b[1m").split()[1] for line in bold} == {"yes"}
    assert f"{len(bold)} of {len(providers.names())} are ready" in seen
    code, seen = llmkit.on_terminal("providers", env={**env, "NO_COLOR": "1"}, size=(9, 200)).end()
    assert code == 0
    assert "\x1b" not in seen
    assert "https://api.groq.com/openai/v1" in seen


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
    """Its manifest: for people in words, and as JSON."""
    lines = llmkit("providers", "groq", env={"LLMKIT_GROQ_API_KEY": KEY}).out.decode()
    for told in (
        "Groq (groq)",
        "ready        yes, key in LLMKIT_GROQ_API_KEY",
        "key          Authorization: Bearer KEY",
        "GROQ_API_KEY         -\n",
        "LLMKIT_GROQ_API_KEY  set\n",
        "models       https://api.groq.com/openai/v1/models",
        "  max_stop = 4\n      how many stop texts it takes",
        "Its models openai/gpt-oss*:",
    ):
        assert told in lines
    assert KEY not in lines
    # What a quirk is, is said once, however many rules speak of it.
    assert lines.count("efforts = [") > lines.count("the words it knows for it") == 1
    shown = json.loads(llmkit("providers", "groq", "--json").out)
    provider = providers.get("groq")
    assert shown["name"] == "groq"
    assert shown["base_url"] == provider.base_url
    assert shown["quirks"].keys() == provider.quirks.keys()
    assert [rule["match"] for rule in shown["models"]] == [
        list(rule.match) for rule in provider.models
    ]


def test_which_variable_counts(llmkit: Program) -> None:
    """Of several that are set, the first; never what one of them holds."""
    env = {
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GENERATIVE_AI_API_KEY": KEY,
        "LLMKIT_GEMINI_BASE_URL": "http://127.0.0.1:9/v1beta",
    }
    lines = llmkit("providers", "gemini", env=env).out.decode()
    told = dict(re.findall(r"^[^A-Z]*([A-Z_]+_(?:KEY|URL)) +(-|set.*)$", lines, re.MULTILINE))
    assert told["LLMKIT_GEMINI_BASE_URL"] == "set"
    assert told["GEMINI_API_KEY"] == "set"
    assert told["GOOGLE_GENERATIVE_AI_API_KEY"] == "set, not used"
    assert told["LLMKIT_GEMINI_API_KEY"] == "-"
    assert "address      http://127.0.0.1:9/v1beta\n" in lines


def test_places_credentials_and_extras_are_shown(llmkit: Program) -> None:
    """What fills a part of the address, who signs without a key, what goes with each request."""
    lines = llmkit("providers", "bedrock", env={"AWS_REGION": "eu-west-1"}).out.decode()
    assert "https://bedrock-runtime.eu-west-1.amazonaws.com\n" in lines
    assert re.search(r"^\{region\} +AWS_REGION +set$", lines, re.MULTILINE)
    assert "without one, AWS credentials sign" in lines
    lines = llmkit("providers", "watsonx").out.decode()
    assert 'query        { version = "2024-10-08" }' in lines
    assert 'body         { project_id = "{project}" }' in lines
    assert "it is exchanged for a token" in lines
    lines = llmkit("providers", "anthropic").out.decode()
    assert "headers      anthropic-version\n" in lines
    assert "key          x-api-key: KEY" in lines


@pytest.mark.parametrize("name", providers.names())
def test_every_quirk_is_explained(name: str) -> None:
    """In the words of its adapter, once."""
    provider = providers.get(name)
    assert isinstance(provider.wire, str)
    told = read_docstring(adapter_class(provider.wire).__doc__).parameters
    quirks = {*provider.quirks, *(quirk for rule in provider.models for quirk in rule.quirks)}
    assert quirks - told.keys() == set()


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

"""Placeholders of an address, and who signs where there is no key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import pytest
from attrs import evolve

from llmkit.cli.readiness import readiness
from llmkit.errors import ConfigurationError
from llmkit.providers import Provider, get, load_config, names
from llmkit.providers.checks import FieldError
from llmkit.providers.keys import (
    address_of,
    base_url_of,
    credentials_of,
    resolve_key,
)
from llmkit.providers.loader import read_manifest
from llmkit.providers.placeholders import placeholders_in, texts_in

make = cast("Callable[..., Provider]", Provider)
MINE = Provider(
    "my-own",
    wire="openai-chat",
    base_url="https://{region}.example.com/v1/projects/{project}",
    placeholders={"region": ["MY_REGION", "OTHER_REGION"], "project": ()},
    base_urls={"region=world": "https://example.com/v1/projects/{project}"},
)
GIVEN = {"region": "eu-west-1", "project": "p"}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names():
        provider = get(name)
        places = [each for lists in provider.placeholders.values() for each in lists]
        for variable in (*provider.env, *provider.env_base_url, *provider.env_token, *places):
            monkeypatch.delenv(variable, raising=False)


def test_the_order_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client was given, then the variables in order, then llmkit's own."""
    monkeypatch.setenv("LLMKIT_MY_OWN_REGION", "third")
    monkeypatch.setenv("LLMKIT_MY_OWN_PROJECT", "p")
    assert base_url_of(MINE) == "https://third.example.com/v1/projects/p"
    monkeypatch.setenv("OTHER_REGION", " second\n")
    assert base_url_of(MINE) == "https://second.example.com/v1/projects/p"
    monkeypatch.setenv("MY_REGION", "first")
    assert base_url_of(MINE) == "https://first.example.com/v1/projects/p"
    assert address_of(MINE, None, {"region": "given"}).base_url.startswith("https://given.")
    assert address_of(MINE, None, {"region": " "}).base_url.startswith("https://first.")


def test_a_missing_value_is_told_with_every_place() -> None:
    """The placeholder, each variable, and the client's argument."""
    with pytest.raises(ConfigurationError) as caught:
        base_url_of(MINE)
    for word in (
        *("my-own", "{region}", "MY_REGION", "OTHER_REGION", "LLMKIT_MY_OWN_REGION"),
        "placeholders={'region': ...}",
    ):
        assert word in str(caught.value)
    assert not readiness(MINE).ready


def test_a_value_with_an_address_of_its_own() -> None:
    """It stands in for the usual one, and its other placeholders are filled alike."""
    address = address_of(MINE, None, {"region": "world", "project": "p"})
    assert address.base_url == "https://example.com/v1/projects/p"


@pytest.mark.parametrize(
    "host", ["evil.example/", "a/b", "a:1", "a@b", "a?b", "a#b", "é", "-a", "a..b"]
)
def test_a_host_stays_a_host(host: str) -> None:
    """A value cannot end the host's name and so send the key elsewhere; it is not shown."""
    with pytest.raises(ConfigurationError, match=r"\{region\} must be letters") as caught:
        address_of(MINE, None, {**GIVEN, "region": host})
    assert f"{host!r}" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "value", "host"),
    [
        ("https://{host}/v1", "dbc-1.example.com", "dbc-1.example.com"),
        ("https://{host}/v1", "https://dbc-1.example.com", "dbc-1.example.com"),
        ("https://{host}/v1", "HTTPS://dbc-1.example.com/", "dbc-1.example.com"),
        ("https://{host}.example.com/v1", "https://mine.example.com", "mine.example.com"),
        ("https://{host}.example.com/v1", "https://mine", "mine.example.com"),
    ],
)
def test_a_host_may_come_with_its_scheme(base_url: str, value: str, host: str) -> None:
    """As the vendors' own tools have it: DATABRICKS_HOST is a whole address."""
    mine = evolve(MINE, base_url=base_url, base_urls={}, placeholders={"host": []})
    assert address_of(mine, None, {"host": value}).base_url == f"https://{host}/v1"


@pytest.mark.parametrize(
    "value",
    [
        *("http://a.example", "https://a.example/path", "https://a.example:1", "https://u@a"),
        *("https://", "https://https://a", "ftp://a.example", "https://a.example?b", "//a"),
    ],
)
def test_no_more_than_the_scheme(value: str) -> None:
    """Another scheme, a port, a user or a path would lead elsewhere, or send the key in clear."""
    mine = evolve(MINE, base_url="https://{host}/v1", base_urls={}, placeholders={"host": []})
    with pytest.raises(ConfigurationError, match=r"\{host\} must be letters"):
        address_of(mine, None, {"host": value})


@pytest.mark.parametrize("step", ["a/b", "a\\b", "a\nb", "a\x00b", "..", "."])
def test_a_step_of_a_path_stays_one(step: str) -> None:
    """A value cannot lead to another path."""
    with pytest.raises(ConfigurationError, match=r"\{project\} must be printable"):
        address_of(MINE, None, {**GIVEN, "project": step})


def test_what_a_url_cannot_hold_is_encoded() -> None:
    """As UTF-8, in percent form; old Google projects have a colon."""
    for value, said in (
        ("a b?#", "a%20b%3F%23"),
        ("é", "%C3%A9"),
        ("example.com:p", "example.com:p"),
    ):
        base_url = address_of(MINE, None, {**GIVEN, "project": value}).base_url
        assert base_url == f"https://eu-west-1.example.com/v1/projects/{said}"


def test_an_address_that_was_given_may_have_them_too() -> None:
    """Or none: then no value is asked for."""
    assert base_url_of(MINE, "https://proxy.example/v1") == "https://proxy.example/v1"
    address = address_of(MINE, "https://proxy.example/{region}", {"region": "world"})
    assert address.base_url == "https://proxy.example/world"
    with pytest.raises(ConfigurationError, match="no placeholder 'zone'"):
        base_url_of(MINE, "https://{zone}.example")


def test_evolve_points_it_elsewhere() -> None:
    """What is left over of placeholders does not matter."""
    there = evolve(MINE, base_url="https://proxy.example/v1")
    assert base_url_of(there) == "https://proxy.example/v1"


def test_query_parameters_hold_them_too() -> None:
    """They are encoded when they are sent."""
    mine = evolve(MINE, base_url="https://example.com", query={"version": "v{region}"})
    assert address_of(mine, None, {"region": "1&2"}).query == {"version": "v1&2"}
    with pytest.raises(ConfigurationError, match="printable"):
        address_of(mine, None, {"region": "1\x7f2"})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"base_url": "https://{region}.example.com"}, r"placeholders: lacks \{region\}"),
        ({"query": {"a": "{b}"}}, r"placeholders: lacks \{b\}"),
        ({"base_url": "https://{Region}.example.com"}, "base_url: may have braces"),
        ({"base_url": "https://example.com/{}"}, "base_url: may have braces"),
        ({"placeholders": {"region": "MY_REGION"}}, r"placeholders\.region: must be a list"),
        ({"placeholders": {"region": ["MY REGION"]}}, r"placeholders\.region: .*MY REGION"),
        ({"placeholders": {"Region": []}}, "placeholders: must be named"),
        ({"placeholders": ["region"]}, "placeholders: must map"),
        ({"base_urls": {"region=us": "https://a.example"}}, r"base_urls\.region=us: must be named"),
        ({"base_urls": {"region": "https://a.example"}}, r"base_urls\.region: must be named"),
        ({"base_urls": {"region=us": "a.example"}}, r"base_urls\.region=us: must be an http"),
        ({"query": {"a": 1}}, "query: must map"),
        ({"query": "a=1"}, "query: must map"),
        ({"credentials": "gogle"}, "credentials: must be 'aws' or 'google' or 'azure' or 'ibm'"),
        ({"credentials": ["aws"]}, "credentials: must be"),
        ({"scope": 1}, "scope: must be text"),
        ({"env_token": "TOKEN"}, "env_token: must be a list"),
    ],
)
def test_a_wrong_field_is_refused_by_name(fields: Mapping[str, object], told: str) -> None:
    """When the provider is made."""
    values = {"wire": "openai-chat", "base_url": "https://example.com", **fields}
    with pytest.raises(FieldError, match=f"^{told}"):
        make("mine", **values)


def test_a_provider_with_placeholders_is_a_key_of_a_dict() -> None:
    """It is a value as any other."""
    assert {MINE: 1}[evolve(MINE)] == 1
    assert MINE.placeholders == {"region": ("MY_REGION", "OTHER_REGION"), "project": ()}


MANIFEST = """
name = "office"
wire = "openai-chat"
base_url = "https://{region}.example.com"
credentials = "google"

[placeholders]
region = ["OFFICE_REGION"]
"""


def test_a_manifest_says_them(tmp_path: Path) -> None:
    """By the same names as the fields."""
    path = tmp_path / "office.toml"
    path.write_text(MANIFEST)
    office = read_manifest(path)
    assert office.placeholders == {"region": ("OFFICE_REGION",)}
    assert office.credentials == "google"


def test_a_wrong_manifest_is_told_with_its_line(tmp_path: Path) -> None:
    """File, line, and key."""
    path = tmp_path / "office.toml"
    path.write_text(MANIFEST.replace("region = [", "regoin = ["))
    with pytest.raises(ConfigurationError, match=r"office.toml, line 7: placeholders: lacks"):
        read_manifest(path)
    path.write_text(MANIFEST.replace('"google"', '"gogle"'))
    with pytest.raises(ConfigurationError, match=r"office.toml, line 5: credentials: "):
        read_manifest(path)


@pytest.mark.parametrize("name", names())
def test_every_manifest_says_what_is_in_its_address(name: str) -> None:
    """No placeholder too many, none too few; and the other addresses differ from the usual."""
    provider = get(name)
    used = placeholders_in(provider.base_url, *provider.query.values(), *texts_in(provider.body))
    assert set(used) == set(provider.placeholders)
    for case, address in provider.base_urls.items():
        assert set(placeholders_in(address)) <= set(used), case
        assert address != provider.base_url


def test_no_env_names_no_key() -> None:
    """A provider of which nobody said where its key might be needs none."""
    mine = Provider("mine", wire="openai-chat", base_url="https://example.com")
    assert resolve_key(mine) is None
    assert resolve_key(mine, "given") == "given"
    with pytest.raises(ConfigurationError, match="MY_KEY"):
        resolve_key(Provider("mine", wire="openai-chat", base_url="https://a.b", env=["MY_KEY"]))
    with pytest.raises(ConfigurationError, match="LLMKIT_MINE_API_KEY"):
        resolve_key(evolve(mine, key_required=True))


def test_credentials_sign_where_there_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key wins over them; without one there is no error."""
    azure = get("azure-openai")
    assert resolve_key(azure) is None
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "key")
    assert resolve_key(azure) == "key"


def test_the_token_that_the_environment_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in for asking, and must be one that a header can carry."""
    azure, address = get("azure-openai"), address_of(get("azure-openai"), "https://a.example")
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", " sesame\n")
    found = credentials_of(azure, address)
    assert found is not None
    assert "sesame" not in repr(found)
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "ses\name")
    with pytest.raises(ConfigurationError, match="AZURE_OPENAI_AD_TOKEN") as caught:
        credentials_of(azure, address)
    assert "ses" not in str(caught.value)
    assert credentials_of(get("openai"), address) is None


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("europe-west4", "europe-west4-aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("us", "aiplatform.us.rep.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
@pytest.mark.parametrize("name", ["vertex", "vertex-anthropic"])
def test_the_hosts_of_vertex(name: str, location: str, host: str) -> None:
    """https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations"""
    given = {"location": location, "project": "p"}
    base_url = address_of(get(name), None, given, signed=True).base_url
    assert base_url.startswith(f"https://{host}/v1/projects/p/locations/{location}")


def test_the_project_may_be_left_to_the_credentials() -> None:
    """They fill it in when they sign; a key has no project, so then it is asked for."""
    vertex = get("vertex")
    address = address_of(vertex, None, {"location": "global"}, signed=True)
    assert "/projects/{project}/" in address.base_url
    with pytest.raises(ConfigurationError, match="GOOGLE_CLOUD_PROJECT"):
        address_of(vertex, None, {"location": "global"})


def test_azures_endpoint_stands_in_for_the_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole address needs no name of a resource."""
    azure = get("azure-openai")
    with pytest.raises(ConfigurationError, match="AZURE_RESOURCE_NAME"):
        base_url_of(azure)
    monkeypatch.setenv("AZURE_RESOURCE_NAME", "mine")
    assert base_url_of(azure) == "https://mine.openai.azure.com"
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://other.openai.azure.com/")
    assert base_url_of(azure) == "https://other.openai.azure.com"


def test_a_users_file_adds_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In llmkit.toml, one placeholder by one: the rest of the manifest stays."""
    path = tmp_path / "llmkit.toml"
    path.write_text(
        '[[providers]]\nname = "vertex"\n[providers.placeholders]\nproject = ["OURS"]\n'
    )
    monkeypatch.setenv("OURS", "p")
    (vertex,) = load_config(path).providers
    address = address_of(vertex, None, {"location": "eu"})
    assert address.base_url.startswith("https://aiplatform.eu.rep.googleapis.com/v1/projects/p/")

"""A provider as a value."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import cast

import pytest
from attrs import evolve, frozen

from llmkit.errors import ConfigurationError
from llmkit.providers import HeaderAuth, Provider, get
from llmkit.providers.checks import FieldError

BASE_URL = "http://127.0.0.1:8000/v1"
make = cast("Callable[..., Provider]", Provider)


def test_three_facts_make_a_provider() -> None:
    """A name, a wire and an address are enough; everything else is the common case."""
    mine = Provider(name="mine", wire="openai-chat", base_url=BASE_URL)
    assert mine.title == "mine"
    assert mine.auth == HeaderAuth("Authorization", "Bearer ")
    assert not mine.key_required  # nobody said where a key might be
    assert mine.transport == "http"
    assert mine.adapter().provider == "mine"


def test_a_slash_at_the_end_of_the_address_is_dropped() -> None:
    """Paths begin with a slash, so the address must not end with one."""
    assert Provider("mine", wire="openai-chat", base_url=f"{BASE_URL}/").base_url == BASE_URL


def test_evolve_points_it_elsewhere() -> None:
    """What is not said stays: quirks, variables, headers."""
    groq = get("groq")
    there = evolve(groq, base_url="https://proxy.example/groq/")
    assert there.base_url == "https://proxy.example/groq"
    assert (there.quirks, there.env) == (groq.quirks, groq.env)
    assert there != groq


@pytest.mark.parametrize("name", ["groq", "mistral", "echo"])
def test_equal_providers_are_one_to_a_dict_and_to_the_adapter(name: str) -> None:
    """A provider hashes, copies and pickles, and equal ones share one adapter object."""
    provider = get(name)
    for twin in (
        copy.deepcopy(provider),
        cast("Provider", pickle.loads(pickle.dumps(provider))),
        evolve(provider),
    ):
        assert twin == provider
        assert {provider: 1}[twin] == 1
        assert twin.adapter() is provider.adapter()


def test_what_it_was_made_of_can_change_without_it() -> None:
    """It is frozen: the caller's own dict and list are copied, and its mappings cannot change."""
    refuses = ["n"]
    quirks: dict[str, object] = {"refuses": refuses}
    headers = {"X-Team": "a"}
    mine = Provider("mine", wire="openai-chat", base_url=BASE_URL, quirks=quirks, headers=headers)
    refuses.append("seed")
    quirks["images"] = False
    headers["X-Team"] = "b"
    assert mine.quirks == {"refuses": ("n",)}
    assert mine.headers == {"X-Team": "a"}
    assert not hasattr(mine.quirks, "__setitem__")


def test_an_adapter_of_ones_own_is_a_wire() -> None:
    """`wire` may be the adapter itself; its quirks are then its own business."""
    adapter = get("openai").adapter()
    mine = Provider("mine", wire=adapter, base_url=BASE_URL)
    assert mine.adapter() is adapter
    with pytest.raises(ConfigurationError, match=r"^quirks: .*wire"):
        Provider("mine", wire=adapter, base_url=BASE_URL, quirks={"images": False})


def test_the_repr_shows_no_headers_value() -> None:
    """A header may be a key; only the names are shown."""
    mine = Provider(
        "mine", wire="openai-chat", base_url=BASE_URL, headers={"X-Secret": "hunter2hunter2"}
    )
    assert "X-Secret" in repr(mine)
    assert "hunter2" not in repr(mine)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "a/b", "lower-case"),
        ("name", "Mine", "lower-case"),
        ("name", "", "lower-case"),
        ("name", 3, "lower-case"),
        ("wire", "openai-chats", "did you mean 'openai-chat'"),
        ("wire", "zzz", "known are"),
        ("wire", 3, "adapter"),
        ("base_url", "ftp://example.com", "http"),
        ("base_url", "example.com/v1", "http"),
        ("base_url", "https://", "http"),
        ("base_url", "https://example.com/v1?x=1", "path"),
        ("base_url", "https://example.com/v1#x", "path"),
        ("base_url", "https://example.com/a b", "spaces"),
        ("base_url", "https://example.com:port", "not a URL"),
        ("base_url", None, "URL"),
        ("title", 3, "text"),
        ("aliases", "one", "list"),
        ("aliases", ["One"], "One"),
        ("auth", "bearer", "HeaderAuth"),
        ("env", "MY_KEY", "list"),
        ("env", ["MY KEY"], "MY KEY"),
        ("env_base_url", [3], "3"),
        ("key_required", 1, "true or false"),
        ("headers", ["X-A"], "map"),
        ("headers", {"X A": "b"}, "name"),
        ("models_path", "models", "begins with '/'"),
        ("quirks", ["images"], "map"),
        ("quirks", {"refuses": {1, 2}}, "lists"),
        ("docs_url", 3, "text"),
        ("local", "yes", "true or false"),
        ("transport", "carrier-pigeon", "'http' or 'echo'"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_name(
    field: str, value: object, told: str
) -> None:
    """The error begins with the field."""
    given: dict[str, object] = {"name": "mine", "wire": "openai-chat", "base_url": BASE_URL}
    given[field] = value
    with pytest.raises(ConfigurationError, match=f"^{field}: .*{re.escape(told)}"):
        make(**given)


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ({"base_url": "https://me:sesame-sesame@example.com"}, "sesame"),
        ({"base_url": BASE_URL, "headers": {"X-Key": "sesame\nsesame"}}, "sesame"),
    ],
)
def test_a_refusal_shows_no_secret(given: dict[str, object], secret: str) -> None:
    """A password in an address, or a key in a header, is refused without showing it."""
    with pytest.raises(ConfigurationError) as caught:
        make(name="mine", wire="openai-chat", **given)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("quirks", "told"),
    [
        ({"refuse": ["n"]}, "quirks.refuse: .*did you mean 'refuses'"),
        ({"provider": "openai"}, "quirks.provider: is no quirk"),
        ({"zzz": 1}, "quirks.zzz: .*known are path, model_in_body"),
        ({"images": "no"}, "quirks.images: must be true or false, not 'no'"),
        ({"images": 0}, "quirks.images: must be true or false"),
        ({"refuses": "n"}, "quirks.refuses: must be a list of text"),
        ({"refuses": [1]}, "quirks.refuses: must be a list of text"),
        ({"tool_id_length": True}, "quirks.tool_id_length: must be an integer"),
        ({"effort": "loud"}, "quirks.effort: must be 'reasoning_effort' or"),
    ],
)
def test_a_wrong_quirk_is_refused_by_name(quirks: dict[str, object], told: str) -> None:
    """A quirk is a field of the adapter, of the field's type; the nearest right one is named."""
    mine = Provider("mine", wire="openai-chat", base_url=BASE_URL, quirks=quirks)
    with pytest.raises(ConfigurationError, match=f"^{told}"):
        mine.adapter()


def test_an_adapter_may_refuse_its_quirks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapter itself says of values that do not go together is a set-up error too."""

    @frozen(kw_only=True)
    class Strict:
        provider: str
        low: float = 0.0
        high: float | None = None

        def __attrs_post_init__(self) -> None:
            if self.high is not None and self.low > self.high:
                raise ValueError("low is above high")

    monkeypatch.setattr("llmkit.providers.quirks.adapter_class", lambda wire: Strict)
    mine = Provider("mine", wire="openai-chat", base_url=BASE_URL, quirks={"low": 2, "high": 1.5})
    with pytest.raises(ConfigurationError, match=r"^quirks: low is above high"):
        mine.adapter()
    with pytest.raises(ConfigurationError, match=r"^quirks\.high: must be a number, not"):
        evolve(mine, quirks={"high": True}).adapter()


@pytest.mark.parametrize(
    ("header", "prefix", "field"), [("api key", "", "header"), ("api-key", "a\nb", "prefix")]
)
def test_a_key_goes_in_a_header_that_can_be_sent(header: str, prefix: str, field: str) -> None:
    """A header's name is a token, and what stands before the key is printable."""
    with pytest.raises(FieldError) as caught:
        HeaderAuth(header, prefix)
    assert caught.value.field == field


def test_errors_pickle() -> None:
    """Also those that name a field."""
    error = cast("FieldError", pickle.loads(pickle.dumps(FieldError("env", "is wrong"))))
    assert (str(error), error.field, error.reason) == ("env: is wrong", "env", "is wrong")

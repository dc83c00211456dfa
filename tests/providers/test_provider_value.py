"""A provider as a value."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, cast

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from llmkit.errors import ConfigurationError
from llmkit.providers import HeaderAuth, ModelRule, Provider, get
from llmkit.providers.checks import FieldError

if TYPE_CHECKING:
    from llmkit.adapters.openai_chat import OpenAIChat

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
        ("models", "o1*", "ModelRule"),
        ("models", [{"match": ["o1*"]}], "ModelRule"),
        ("body", ["a"], "map"),
        ("closed", "", "text"),
        ("closed", True, "text"),
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
        ({"zzz": 1}, "quirks.zzz: .*known are path, .*model_in_body"),
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


RULES = (
    ModelRule(["o1-mini"], {"refuses": ["n"]}),
    ModelRule(["o1*", "*/O1*"], {"max_tokens_field": "max_completion_tokens"}),
)
RULED = Provider(
    "mine",
    wire="openai-chat",
    base_url=BASE_URL,
    quirks={"refuses": ["top_k"], "max_stop": 4},
    models=RULES,
)


@pytest.mark.parametrize(
    ("model", "refuses", "limit"),
    [
        ("gpt-4o", ("top_k",), "max_tokens"),
        ("", ("top_k",), "max_tokens"),
        ("o1-mini", ("n",), "max_tokens"),
        ("o1-mini-2024", ("top_k",), "max_completion_tokens"),
        ("O1", ("top_k",), "max_completion_tokens"),
        ("openai/o1", ("top_k",), "max_completion_tokens"),
        ("some/open/O1-x", ("top_k",), "max_completion_tokens"),
        ("not-o1", ("top_k",), "max_tokens"),
    ],
)
def test_the_first_rule_that_matches_a_model_counts(
    model: str, refuses: tuple[str, ...], limit: str
) -> None:
    """Only the first; in any case of letters, across slashes; its quirks replace, others stay."""
    adapter = cast("OpenAIChat", RULED.adapter(model))
    assert (adapter.refuses, adapter.max_tokens_field) == (refuses, limit)
    assert (adapter.max_stop, adapter.provider) == (4, "mine")


@given(st.text("ab-[]!*?/", max_size=6), st.text("ab-[]!*?/", max_size=6))
def test_a_glob_is_as_fnmatch_has_it(model: str, glob: str) -> None:
    """Whatever is done to decide it sooner."""
    assert ModelRule([glob or "*"]).matches(model) == fnmatchcase(model, glob or "*")


def test_a_rule_is_for_models_and_not_for_none() -> None:
    """Without a model's name the provider's own quirks hold, also where a rule is for all."""
    mine = evolve(RULED, models=[ModelRule(["*"], {"max_stop": 1})])
    assert cast("OpenAIChat", mine.adapter()).max_stop == 4
    assert cast("OpenAIChat", mine.adapter("m")).max_stop == 1


def test_equal_providers_and_rules_share_an_adapter() -> None:
    """A rule hashes, copies and pickles as its provider does."""
    twin = cast("Provider", pickle.loads(pickle.dumps(copy.deepcopy(RULED))))
    assert twin == RULED
    assert {RULED: 1}[twin] == 1
    assert twin.adapter("o1") is RULED.adapter("o1-2024") is not RULED.adapter()
    assert twin.adapter("gpt-4o") is RULED.adapter()


def test_a_misspelt_quirk_of_a_rule_is_found_with_the_first_model() -> None:
    """Whatever the model: not on the day that one matches."""
    wrong = evolve(RULED, models=[*RULES, ModelRule(["o3*"], {"refuse": ["n"]})])
    told = r"^models\.2\.quirks\.refuse: .*did you mean 'refuses'"
    for model in ("", "gpt-4o", "o1"):
        with pytest.raises(ConfigurationError, match=told):
            wrong.adapter(model)


def test_an_adapter_of_ones_own_has_no_rules() -> None:
    """Its fields are not known here."""
    adapter = get("openai").adapter()
    with pytest.raises(ConfigurationError, match=r"^models: need a wire's name"):
        Provider("mine", wire=adapter, base_url=BASE_URL, models=RULES)


@pytest.mark.parametrize(
    ("match", "quirks", "field"),
    [
        ("o1*", {}, "match"),
        ([], {}, "match"),
        ([""], {}, "match"),
        ([3], {}, "match"),
        (["o1*"], ["n"], "quirks"),
        (["o1*"], {"refuses": {1, 2}}, "quirks"),
    ],
)
def test_a_rule_that_cannot_be_right_is_refused(match: Any, quirks: Any, field: str) -> None:
    """A list of globs, and a table."""
    with pytest.raises(ConfigurationError, match=f"^{field}: must"):
        ModelRule(match, quirks)


def test_the_dialect_of_another_in_python() -> None:
    """What a file calls `dialect` is to take its wire, quirks, rules and body, and no more."""
    groq = get("groq")
    mine = Provider(
        "mine",
        wire=groq.wire,
        base_url=BASE_URL,
        quirks={**groq.quirks, "audio": True},
        models=groq.models,
        body=groq.body,
    )
    adapter = cast("OpenAIChat", mine.adapter("m"))
    assert (adapter.audio, adapter.message_names, mine.env) == (True, False, ())


@pytest.mark.parametrize("value", [1j, float("inf"), {"a": [{1}]}, b"b"])
def test_a_body_is_json(value: object) -> None:
    """Else it could not be sent; the refusal says where it is."""
    with pytest.raises(ConfigurationError, match=r"^body\.a\S*: must be a .*JSON"):
        make("mine", wire="openai-chat", base_url=BASE_URL, body={"a": value})


def test_a_placeholder_of_the_body_must_be_known() -> None:
    """As one of the address must be."""
    with pytest.raises(ConfigurationError, match=r"^placeholders: lacks \{tenant\}, .*the body"):
        Provider("mine", wire="openai-chat", base_url=BASE_URL, body={"a": [{"b": "{tenant}"}]})

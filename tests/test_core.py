"""Where a call goes: models, providers, keys and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

import llmkit
from llmkit import ChatCompletionRequest, Provider, RetryPolicy, Timeout, UserMessage
from llmkit._core import Core, Target
from llmkit.errors import ClosedError, ConfigurationError, InvalidRequestError

MINE = Provider("mine", wire="openai-chat", base_url="https://mine.example/v1", aliases=("me",))


def core(
    model: str | None = None,
    *,
    provider: str | Provider | None = None,
    api_key: Any = None,
    base_url: str | None = None,
    providers: Sequence[Provider] = (),
    **more: Any,
) -> Core:
    """A client's core."""
    settings: dict[str, Any] = {"timeout": None, "retry": None, "unsupported": "error", **more}
    return Core(
        model,
        provider=provider,
        api_key=api_key,
        base_url=base_url,
        providers=providers,
        **settings,
    )


def place(target: Target) -> tuple[str, str, str, object]:
    """Provider, model, address and key."""
    return target.provider.name, target.model, target.base_url, target.key


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI", "GROQ", "LLMKIT_MINE"):
        monkeypatch.setenv(f"{name}_API_KEY", f"{name.lower()}-key")


OPENAI = "https://api.openai.com/v1"
GROQ = "https://api.groq.com/openai/v1"
MODELS: dict[str, tuple[dict[str, Any], str, tuple[str, str, str, str]]] = {
    "provider/model": ({}, "groq/m", ("groq", "m", GROQ, "groq-key")),
    "no provider: openai": ({}, "m", ("openai", "m", OPENAI, "openai-key")),
    "no known provider: openai": ({}, "org/m", ("openai", "org/m", OPENAI, "openai-key")),
    "the first slash only": ({}, "groq/org/m", ("groq", "org/m", GROQ, "groq-key")),
    "an alias": ({}, "oai/m", ("openai", "m", OPENAI, "openai-key")),
    "no provider: the client's": ({"provider": "groq"}, "m", ("groq", "m", GROQ, "groq-key")),
    "no known provider: the client's": (
        {"provider": "groq"},
        "org/m",
        ("groq", "org/m", GROQ, "groq-key"),
    ),
    "a known provider: not the client's": (
        {"provider": "groq"},
        "openai/m",
        ("openai", "m", OPENAI, "openai-key"),
    ),
    "no provider: that of the default model": (
        {"model": "groq/x"},
        "m",
        ("groq", "m", GROQ, "groq-key"),
    ),
    "no model: the default": ({"model": "groq/x"}, "", ("groq", "x", GROQ, "groq-key")),
    "a default model of no known provider": (
        {"model": "org/x"},
        "",
        ("openai", "org/x", OPENAI, "openai-key"),
    ),
    "a default model and a provider": (
        {"model": "x", "provider": "groq"},
        "",
        ("groq", "x", GROQ, "groq-key"),
    ),
    "a provider of one's own": (
        {"provider": MINE},
        "m",
        ("mine", "m", "https://mine.example/v1", "llmkit_mine-key"),
    ),
    "a provider of one's own, by its name": (
        {"providers": [MINE]},
        "mine/m",
        ("mine", "m", "https://mine.example/v1", "llmkit_mine-key"),
    ),
    "a provider of one's own, by its alias": (
        {"providers": [MINE], "provider": "me"},
        "me/m",
        ("mine", "m", "https://mine.example/v1", "llmkit_mine-key"),
    ),
    "a known provider, replaced": (
        {"providers": [evolve(llmkit.providers.get("openai"), base_url="https://other.example/")]},
        "m",
        ("openai", "m", "https://other.example", "openai-key"),
    ),
}


@pytest.mark.parametrize(("settings", "model", "found"), MODELS.values(), ids=MODELS)
def test_a_model_has_its_place(
    settings: dict[str, Any], model: str, found: tuple[str, str, str, str]
) -> None:
    """By the provider's name before the slash; without one it is the client's own provider's."""
    assert place(core(**settings).target(model)) == found


def test_the_own_key_and_address_go_to_nobody_else() -> None:
    """They belong to the client's own provider; the others have the environment's."""
    client = core(provider="groq", api_key="mine", base_url="https://proxy.example/v1/")
    assert place(client.target("m")) == ("groq", "m", "https://proxy.example/v1", "mine")
    assert place(client.target("groq/m")) == ("groq", "m", "https://proxy.example/v1", "mine")
    assert place(client.target("openai/m")) == ("openai", "m", OPENAI, "openai-key")
    by_model = core("groq/x", api_key="mine")
    assert by_model.target("").key == "mine"
    assert by_model.target("openai/m").key == "openai-key"
    assert core(api_key="mine").target("m").key == "mine"
    assert core(api_key="mine").target("groq/m").key == "groq-key"


def test_a_place_is_found_once() -> None:
    """The same object for the same model: a call costs no second look at the environment."""
    client = core()
    assert client.target("groq/m") is client.target("groq/m")


def test_an_unknown_provider_is_an_error_at_once() -> None:
    """When the client is made, and not at its first call."""
    with pytest.raises(ConfigurationError, match="gorq"):
        core(provider="gorq")


def test_no_model_is_an_error_that_says_how() -> None:
    """Neither the request nor the client names one."""
    for client, model in ((core(), ""), (core(provider="groq"), ""), (core(), "groq/")):
        with pytest.raises(ConfigurationError, match="no model is named"):
            client.target(model)


def test_a_missing_key_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one that was tried."""
    monkeypatch.delenv("GROQ_API_KEY")
    with pytest.raises(ConfigurationError, match="GROQ_API_KEY or LLMKIT_GROQ_API_KEY"):
        core().target("groq/m")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"unsupported": "ignore"}, ConfigurationError),
        ({"timeout": -1}, InvalidRequestError),
    ],
)
def test_a_setting_that_cannot_be_right(settings: dict[str, Any], kind: type[Exception]) -> None:
    """It is found when the client is made."""
    with pytest.raises(kind):
        core(**settings)


def test_a_call_has_its_own_settings_or_the_clients() -> None:
    """A request's timeout stands in place of the client's; a number is the total."""
    client = core(timeout=30, retry=RetryPolicy(attempts=5))
    request = ChatCompletionRequest("groq/m", [UserMessage("Hi")])
    assert client.call(request, stream=False).timeout == Timeout(total=30)
    assert client.call(request, stream=False).retry.attempts == 5
    own = evolve(request, timeout=Timeout(read=7))
    assert client.call(own, stream=False).timeout == Timeout(read=7)
    assert core().call(request, stream=False).timeout == Timeout()


def test_a_deadline_runs_from_the_calls_start() -> None:
    """Only `total` makes one."""
    request = ChatCompletionRequest("groq/m", [UserMessage("Hi")])
    limited, free = (core(timeout=t).call(request, stream=False) for t in (30, None))
    for call in (limited, free):
        call.start()
    assert limited.deadline == limited.started + 30
    assert free.deadline is None


def test_what_is_no_request_is_refused() -> None:
    """A mapping in its place is a common mistake: the error says what is wanted."""
    wrong: Any = {"model": "groq/m", "messages": []}
    with pytest.raises(InvalidRequestError, match="must be a ChatCompletionRequest, not dict"):
        core().call(wrong, stream=False)


def test_a_closed_client_says_so() -> None:
    """And nothing else."""
    client = core()
    client.closed = True
    with pytest.raises(ClosedError, match="closed"):
        client.call(ChatCompletionRequest("groq/m", [UserMessage("Hi")]), stream=False)

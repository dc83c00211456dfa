"""What is sent to a provider by its name, with keys and places from the environment alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

import pytest
from attrs import evolve, frozen
from facts import Facts, Model, china, clouds, first, hosts, labs

from llmkit import ChatCompletionRequest, UnsupportedParameterError, UserMessage
from llmkit._core import Core
from llmkit._http import Headers, HttpResponse
from llmkit._json import loads
from llmkit._models.adjustments import Unsupported
from llmkit.adapters.model_lists import list_address
from llmkit.providers import get
from llmkit.testing import chat_reply

GROUPS: Sequence[Mapping[str, Facts]] = tuple(
    group.FACTS for group in (first, labs, china, hosts, clouds)
)
FACTS: Mapping[str, Facts] = {name: facts for group in GROUPS for name, facts in group.items()}
OPEN = sorted(name for name, facts in FACTS.items() if not facts.closed)
"""Those that there are."""


@frozen
class Case:
    """The models of a provider that take the same: one of them stands for all."""

    provider: str
    name: str
    model: Model

    def __str__(self) -> str:
        return self.provider if self.name == "m" else f"{self.provider}/{self.name}"


CASES = [
    Case(name, model, takes)
    for name in OPEN
    for model, takes in {"m": FACTS[name].model, **FACTS[name].models}.items()
]
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_open = pytest.mark.parametrize("name", OPEN)


@frozen
class Sent:
    """A request as it is sent."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[Any]:
        """The messages of the body."""
        messages: list[Any] = self.body["messages"]
        return messages


@contextmanager
def environment(facts: Facts, *keys: str) -> Iterator[None]:
    """The variables of these names hold a key, each its own, and the places are known."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in (*facts.env, *facts.places):
            patch.delenv(variable, raising=False)
        for variable, value in facts.places.items():
            patch.setenv(variable, value)
        for variable in keys:
            patch.setenv(variable, "KEY" if variable == facts.env[0] else f"KEY-{variable}")
        yield


def new_core(name: str, **settings: Any) -> Core:
    """What a client for the provider *name* is made of."""
    usual: dict[str, Any] = {"provider": name, "api_key": None, "base_url": None, "providers": ()}
    return Core(
        None, **{**usual, "timeout": None, "retry": None, "unsupported": "error", **settings}
    )


@cache
def core(name: str) -> Core:
    """The same for all tests: where each model goes is found out once."""
    facts = FACTS[name]
    with environment(facts, *facts.env[:1]):
        made = new_core(name)
        for model in ("m", *facts.models):
            made.target(f"{name}/{model}")
    return made


def request_of(case: Case, *messages: object, **fields: Any) -> ChatCompletionRequest[object]:
    """A request with these fields, to the model of *case*."""
    given = messages or (UserMessage("Hello"),)
    data = {"model": f"{case.provider}/{case.name}", "messages": given, **fields}
    return ChatCompletionRequest.from_dict(data)


def sent(
    case: Case,
    *messages: object,
    policy: Unsupported = "error",
    stream: bool = False,
    **fields: Any,
) -> Sent:
    """The request with these fields, as the provider would get it."""
    return outcome(case, *messages, policy=policy, stream=stream, **fields)[0]


def outcome(
    case: Case,
    *messages: object,
    policy: Unsupported = "error",
    stream: bool = False,
    **fields: Any,
) -> tuple[Sent, list[tuple[str, str]]]:
    """The same, and what was changed, as (kind, field), sorted."""
    request = evolve(request_of(case, *messages, **fields), unsupported=policy)
    call = core(case.provider).call(request, stream=stream)
    key = call.target.key
    assert key is None or isinstance(key, str)
    http = call.http(key)
    made = Sent(http.url, http.headers, cast("Mapping[str, Any]", loads(http.body)))
    if policy == "error":
        return made, []
    answer = call.finish(HttpResponse(200, Headers(), chat_reply("Hi").body))
    return made, sorted((str(change.kind), change.field) for change in answer.adjustments)


def refused(case: Case, *messages: object, **fields: Any) -> bool:
    """Whether the request ends before it is sent, by an error that names the field."""
    try:
        sent(case, *messages, **fields)
    except UnsupportedParameterError as caught:
        error = caught
    else:
        return False
    assert error.provider == case.provider
    assert messages or error.parameter in fields
    return True


def models_url(name: str) -> str | None:
    """Where the models of the provider are listed."""
    path = get(name).models_path
    return None if path is None else list_address(core(name).target(f"{name}/m").base_url, path)

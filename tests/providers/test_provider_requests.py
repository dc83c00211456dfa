"""The requests to each provider, held against the tables of what their vendors' documents say."""

from __future__ import annotations

from collections import Counter
from typing import Any

import expected as table
import pytest
from expected import FORMATS, FULL, NAMED, NUMBERS, REFUSABLE, TOOL, VALUES
from facts import CHOICES
from facts import FORMATS as KINDS
from sending import (
    FACTS,
    GROUPS,
    Case,
    each_case,
    each_open,
    environment,
    models_url,
    new_core,
    outcome,
    refused,
    request_of,
    sent,
)

from llmkit import (
    AssistantMessage,
    AudioPart,
    ChatCompletionRequest,
    ConfigurationError,
    DeveloperMessage,
    FilePart,
    ImagePart,
    TextPart,
    UserMessage,
)
from llmkit._core.call import USER_AGENT
from llmkit._models.request import EFFORTS
from llmkit.providers import get, names
from llmkit.providers.keys import resolve_key

SPEAKERS = {name for name in names() if get(name).wire == "openai-chat"} - {"echo"}
"""Those whose requests are held to the tables; `echo` is nobody's but ours."""


def test_every_provider_is_in_one_table() -> None:
    """And every one in a table is a provider: no facts without a test, no test without facts."""
    counted = Counter(name for group in GROUPS for name in group)
    assert [name for name, count in counted.items() if count > 1] == []
    assert sorted(counted) == sorted(SPEAKERS)


def test_no_two_providers_have_one_name() -> None:
    """Names and aliases, of all wires together."""
    counted = Counter(each for name in names() for each in (name, *get(name).aliases))
    assert [name for name, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("name", FACTS)
def test_its_names_and_its_document(name: str) -> None:
    """Aliases are those that people use; the document is the vendor's, at an address."""
    provider, facts = get(name), FACTS[name]
    assert set(provider.aliases) == set(facts.aliases)
    assert provider.local is facts.local
    assert (provider.closed is not None) is facts.closed
    assert facts.source.startswith("https://")
    assert provider.docs_url is not None
    assert provider.docs_url.startswith("https://")


def test_one_that_is_closed_says_so() -> None:
    """Before a key is looked for; at another address it may live on."""
    for name in sorted(name for name, facts in FACTS.items() if facts.closed):
        request = ChatCompletionRequest(f"{name}/m", [UserMessage("Hello")])
        with pytest.raises(ConfigurationError, match=f"{name}: .*closed"):
            new_core(name).call(request, stream=False)
        elsewhere = new_core(name, base_url="http://127.0.0.1:9/v1", api_key="KEY")
        assert elsewhere.target(f"{name}/m").base_url == "http://127.0.0.1:9/v1"


@each_open
def test_a_small_request(name: str) -> None:
    """Its address, its headers to the last, and the least of a body; and that of a stream."""
    facts = FACTS[name]
    case = Case(name, "m", facts.model)
    small = sent(case)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": USER_AGENT,
        **facts.headers,
    }
    if facts.env and not facts.exchanged:
        headers[facts.key[0]] = facts.key[1]
    assert small.url == facts.url
    assert small.headers == headers
    assert small.body == table.small(facts.model, "m")
    assert sent(case, stream=True).url == (facts.stream_url or facts.url)
    assert models_url(name) == facts.models_url


@each_open
def test_the_variables_that_may_hold_the_key(name: str) -> None:
    """In their order: each counts where those before it are not there."""
    facts = FACTS[name]
    assert get(name).env == facts.env
    for index, variable in enumerate(facts.env):
        with environment(facts, *facts.env[index:]):
            call = new_core(name).call(request_of(Case(name, "m", facts.model)), stream=False)
            found = resolve_key(get(name))
        key = "KEY" if index == 0 else f"KEY-{variable}"
        assert found == key
        if facts.exchanged:
            assert call.target.key is None
            assert call.credentials is not None
            continue
        assert call.target.key == key
        assert call.http(key).headers[facts.key[0]] == facts.key[1].replace("KEY", key)


@each_open
def test_no_key(name: str) -> None:
    """The error names all the variables that were tried; local servers need none."""
    facts = FACTS[name]
    if facts.signed:
        assert get(name).credentials is not None
        return
    with environment(facts):
        if facts.local or facts.keyless:
            assert new_core(name).target(f"{name}/m").key is None
            return
        with pytest.raises(ConfigurationError, match="no key") as caught:
            new_core(name).target(f"{name}/m")
    assert all(variable in str(caught.value) for variable in facts.env)


@each_open
def test_a_place_that_is_not_known(name: str) -> None:
    """The error names what is missing, and the variable that may hold it."""
    facts = FACTS[name]
    for variable in facts.places:
        with environment(facts, *facts.env), pytest.MonkeyPatch.context() as patch:
            patch.delenv(variable)
            with pytest.raises(ConfigurationError, match=rf"no value for \{{.*{variable}"):
                new_core(name).target(f"{name}/m")


@each_open
def test_every_rule_for_models_has_its_facts(name: str) -> None:
    """By the name of a model that it is the first to match; and every such name has a rule."""
    rules = get(name).models
    used = set()
    for model in FACTS[name].models:
        found = [index for index, rule in enumerate(rules) if rule.matches(model)]
        assert found, f"there is no rule for {model}"
        used.add(found[0])
    assert [rules[index].match for index in range(len(rules)) if index not in used] == []


@each_case
def test_the_table_knows_its_words(case: Case) -> None:
    """A misspelt field in a table would be held against nothing."""
    assert {*case.model.renamed} <= {*VALUES, "model", "tool_choice"}
    assert case.model.efforts <= {*EFFORTS}
    assert {*case.model.thinking} <= case.model.efforts
    for model in (case.model, case.model.while_thinking or case.model):
        assert model.refused <= REFUSABLE
        assert {*model.ranges} <= NUMBERS | {"reasoning_budget"}
        assert model.formats <= KINDS
        assert model.tool_choices <= CHOICES


@each_case
def test_a_full_request(case: Case) -> None:
    """With everything dropped that it does not take: the whole body, and the whole list."""
    right = table.full(case.model, case.name)
    got, changed = outcome(case, *FULL, policy="drop", **table.full_fields(case.model))
    assert got.body == right.body
    assert changed == right.changed


@each_case
def test_what_is_refused(case: Case) -> None:
    """What it does not take is an error before it is sent; all else goes."""
    for asked, model in table.states(case.model):
        for name, value in VALUES.items():
            fields: dict[str, Any] = {name: value, **asked}
            if name == "top_logprobs" and "logprobs" not in model.refused:
                fields["logprobs"] = True
            if name == "parallel_tool_calls":
                if "tools" in model.refused:
                    continue
                fields["tools"] = [TOOL]
            wrong = name in model.refused or table.clamped(model, name, value) != value
            assert refused(case, **fields) is wrong, fields


@each_case
def test_efforts(case: Case) -> None:
    """Each word is said in its provider's way, or refused."""
    small = table.small(case.model, case.name)
    for effort in EFFORTS:
        if effort not in case.model.efforts:
            assert refused(case, reasoning_effort=effort), effort
            continue
        sent(case, reasoning_effort=effort)  # no error
        got, changed = outcome(case, reasoning_effort=effort, policy="drop")
        assert got.body == {**small, **table.effort_said(case.model, effort)}
        assert changed == table.effort_change(case.model, effort)


@each_case
def test_a_budget(case: Case) -> None:
    """In the field that counts tokens of thinking, or refused."""
    if case.model.budget is None:
        assert refused(case, reasoning_budget=2048)
        return
    got = sent(case, reasoning_budget=2048)
    assert got.body == {**table.small(case.model, case.name), **case.model.budget}
    low, high = case.model.ranges.get("reasoning_budget", (1, 10**6))
    assert not refused(case, reasoning_budget=int(low))
    assert not refused(case, reasoning_budget=int(high))
    if "reasoning_budget" in case.model.ranges:
        assert refused(case, reasoning_budget=int(low) - 1)
        assert refused(case, reasoning_budget=int(high) + 1)


@each_case
def test_choices_of_tools(case: Case) -> None:
    """Each of the four in its provider's words; what it has no word for is refused, or undone."""
    for asked, model in table.states(case.model):
        if "tools" in model.refused:
            assert refused(case, tools=[TOOL], **asked)
            continue
        known = table.choices(model)
        given: dict[str, Any] = {"tools": [TOOL], **asked}
        for choice in sorted(CHOICES):
            said = NAMED if choice == "named" else choice
            if choice not in known and choice in ("required", "named"):
                assert refused(case, tool_choice=said, **given), choice
                continue
            body = sent(case, tool_choice=said, **given).body
            right = said if choice != "required" else model.required_word
            field = "tool_choice" if choice == "named" else table.wire_name(model, "tool_choice")
            assert body.get(field) == (right if choice in known else None)
            assert ("tools" in body) is (choice in known or choice != "none")


@each_case
def test_forms_of_an_answer(case: Case) -> None:
    """Those that it does not know are asked for in another way; text is what comes anyway."""
    for asked, model in table.states(case.model):
        for kind, form in FORMATS.items():
            said = sent(case, response_format=form, **asked).body.get("response_format", {})
            assert (said == form) is (kind in model.formats), kind


@each_case
def test_stop_texts(case: Case) -> None:
    """As many as it takes; the ones after are refused, or dropped."""
    if "stop" in table.unasked(case.model).refused:
        return
    most = case.model.stops
    texts = [f"{number}." for number in range(20 if most is None else most)]
    name = table.wire_name(case.model, "stop")
    assert sent(case, stop=texts).body[name] == texts
    if most is not None:
        assert refused(case, stop=[*texts, "more"])
        assert sent(case, stop=[*texts, "more"], policy="drop").body[name] == texts


WIDEST: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "top_k": (0, 10**6),
    "n": (1, 1000),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "max_tokens": (1, 10**9),
    "seed": (-(2**63), 2**64 - 1),
    "top_logprobs": (0, 1000),
}
"""The ends of what a request of llmkit's may say, or beyond what anybody does."""


@each_case
def test_ranges_of_numbers(case: Case) -> None:
    """The ends go as they are; what is beyond is refused, or clamped; no other end is made up."""
    for asked, model in table.states(case.model):
        for name in NUMBERS - model.refused:
            low, high = model.ranges.get(name, WIDEST[name])
            more = {**asked, **({"logprobs": True} if name == "top_logprobs" else {})}
            for end, beyond in ((low, WIDEST[name][0]), (high, WIDEST[name][1])):
                if _sayable(name, end):
                    assert not refused(case, **{name: end}, **more), f"{name}={end}"
                if not low <= beyond <= high:
                    fields: dict[str, Any] = {name: beyond, **more}
                    assert refused(case, **fields), f"{name}={beyond}"
                    got, changed = outcome(case, policy="drop", **fields)
                    assert got.body[table.wire_name(model, name)] == end
                    assert ("clamped", name) in changed


def _sayable(name: str, value: float) -> bool:
    """Whether a request can hold the value at all."""
    low, high = WIDEST[name]
    return low <= value <= high


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
WAV = b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 16
PDF = b"%PDF-1.4 " + b"\0" * 16


@each_case
def test_what_messages_may_hold(case: Case) -> None:
    """Images, sound, files, names and several texts: taken, or refused, or made one."""
    model = case.model
    parts: dict[str, tuple[Any, bool]] = {
        "images": (ImagePart(data=PNG), model.images),
        "audio": (AudioPart(data=WAV), model.audio),
        "files": (FilePart(data=PDF), model.files),
    }
    for kind, (part, taken) in parts.items():
        assert refused(case, UserMessage(["See:", part])) is not taken, kind
    assert refused(case, UserMessage("Hello", name="someone")) is not model.names
    (message,) = sent(case, UserMessage([TextPart("a"), TextPart("b")])).messages
    assert isinstance(message["content"], list) is model.text_lists


@each_case
def test_the_developers_role(case: Case) -> None:
    """Of OpenAI's making; elsewhere it is `system`."""
    said = sent(case, DeveloperMessage("Be brief."), UserMessage("Hello")).messages
    assert said[0]["role"] == ("developer" if case.model.developer else "system")


@each_case
def test_where_thinking_goes_back(case: Case) -> None:
    """To the field that the provider reads, or nowhere."""
    thought = AssistantMessage("Yes.", reasoning="Hm.")
    said = sent(case, UserMessage("Well?"), thought, UserMessage("Sure?")).messages[1]
    usual = {"role": "assistant", "content": "Yes."}
    assert said == {**usual, **table.thought_back(case.model, "Hm.", "Yes.")}


@each_case
def test_what_a_stream_says_more(case: Case) -> None:
    """`stream`, and that its usage be sent, where that is known."""
    body = {**table.small(case.model, case.name)}
    if case.model.stream_field:
        body["stream"] = True
    if case.model.stream_options:
        body["stream_options"] = {"include_usage": True}
    assert sent(case, stream=True).body == body

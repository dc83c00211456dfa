"""What differs between the models of one provider, by the vendors' documents: generations of
Claude on three platforms, of Gemini on two, and the families behind Bedrock's Converse."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

import pytest
from facts_models import BEDROCKS, CLAUDES, GEMINIS, Bedrock, Claude, Gemini
from native_bodies import FORM, TALK, TOOL

from llmkit import (
    AssistantMessage,
    CacheControl,
    ChatCompletionRequest,
    SystemMessage,
    TextPart,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._json import loads
from llmkit._models.adjustments import Adjuster, Unsupported
from llmkit._models.request import EFFORTS
from llmkit._models.tools import Tool
from llmkit.adapters._base import Endpoint
from llmkit.providers import ModelRule, Provider, get

PLATFORMS = ("anthropic", "vertex-anthropic", "bedrock-anthropic")
HELLO = UserMessage("Hello")


def built(
    provider: Provider | str,
    model: str,
    *messages: object,
    policy: Unsupported = "error",
    **fields: Any,
) -> Mapping[str, Any]:
    """The body of a request for *model*."""
    provider = get(provider) if isinstance(provider, str) else provider
    data = {"model": f"{provider.name}/{model}", "messages": messages or [HELLO], **fields}
    request = ChatCompletionRequest.from_dict(data)
    endpoint = Endpoint("https://api.test/v1", model, adjust=Adjuster(policy))
    http = provider.adapter(model).build(request, endpoint, stream=False)
    return cast("Mapping[str, Any]", loads(http.body))


def refused(provider: str, model: str, *messages: object, **fields: Any) -> bool:
    """Whether such a request ends before it is sent."""
    try:
        built(provider, model, *messages, **fields)
    except UnsupportedParameterError:
        return True
    return False


# --- Claude -------------------------------------------------------------------------------------

each_claude = pytest.mark.parametrize(
    ("platform", "claude"),
    [
        pytest.param(platform, claude, id=f"{platform}-{title}")
        for title, claude in CLAUDES.items()
        for platform in PLATFORMS
    ],
)


def name_of(claude: Claude, platform: str) -> str:
    """The model's name on *platform*."""
    return claude.names[PLATFORMS.index(platform)]


@each_claude
def test_claude_is_sent_a_limit(platform: str, claude: Claude) -> None:
    """The wire wants one: what the model can write, less where the prompt must fit beside it."""
    limit = built(platform, name_of(claude, platform))["max_tokens"]
    assert 0 < limit < claude.output if claude.small else limit == claude.output


@each_claude
@pytest.mark.parametrize("effort", EFFORTS)
def test_claude_thinks_by_its_generations_words(platform: str, claude: Claude, effort: str) -> None:
    """By an effort, by a budget of tokens, or not at all."""
    model = name_of(claude, platform)
    asks: dict[str, Any] = {"reasoning_effort": effort, "max_tokens": 8000}
    if effort == "none":
        if claude.off is None:
            assert refused(platform, model, **asks) == claude.thinks
        else:
            assert built(platform, model, **asks)["thinking"] == {"type": claude.off}
        return
    word = "low" if effort == "minimal" else effort  # the wire's least
    if not claude.thinks or (claude.efforts and word not in claude.efforts):
        assert refused(platform, model, **asks)
        return
    body = built(platform, model, **asks)
    assert body.get("output_config") == ({"effort": word} if claude.efforts else None)
    if claude.adaptive:
        assert body["thinking"] == {"type": "adaptive"}
    else:
        assert body["thinking"]["type"] == "enabled"
        assert 1024 <= body["thinking"]["budget_tokens"] < 8000


@each_claude
def test_claude_takes_a_budget_or_does_not(platform: str, claude: Claude) -> None:
    """From Opus 4.7 on, a budget is a 400."""
    model = name_of(claude, platform)
    asks: dict[str, Any] = {"reasoning_budget": 2048, "max_tokens": 8000}
    if claude.budget:
        thinking = {"type": "enabled", "budget_tokens": 2048}
        assert built(platform, model, **asks)["thinking"] == thinking
    else:
        assert refused(platform, model, **asks)


@each_claude
def test_claude_is_sampled_as_its_generation_is(platform: str, claude: Claude) -> None:
    """Freely, by one of temperature and `top_p`, or not at all."""
    model = name_of(claude, platform)
    for field in ("temperature", "top_p", "top_k"):
        assert refused(platform, model, **{field: 0.5 if field != "top_k" else 5}) == (
            claude.sampling == "none"
        )
    both = refused(platform, model, temperature=0.5, top_p=0.5)
    assert both == (claude.sampling != "any")


@each_claude
def test_claude_is_held_to_a_schema_by_the_best_there_is(platform: str, claude: Claude) -> None:
    """By the field for it, else by a tool that must be called, else by words."""
    body = built(platform, name_of(claude, platform), response_format=FORM, policy="drop")
    native = platform in claude.schemas
    assert ("format" in body.get("output_config", {})) == native
    forced = body.get("tool_choice", {}).get("type") == "tool"
    assert forced == (not native and claude.forced)
    assert ("system" in body) == (not native and not claude.forced)
    strict = Tool("f", parameters=FORM["json_schema"]["schema"], strict=True)  # type: ignore[index]
    assert refused(platform, name_of(claude, platform), tools=[strict]) != native


@each_claude
def test_claude_can_be_made_to_call_a_tool_or_not(platform: str, claude: Claude) -> None:
    """Not the newest, and no model while it thinks by a budget."""
    model = name_of(claude, platform)
    for choice in ("required", {"type": "function", "function": {"name": "look_up"}}):
        asks: dict[str, Any] = {"tools": [TOOL], "tool_choice": choice}
        assert refused(platform, model, **asks) != claude.forced
        if claude.budget:
            assert refused(platform, model, **asks, reasoning_budget=2048, max_tokens=8000)
    assert built(platform, model, tools=[TOOL], tool_choice="none")["tool_choice"] == {
        "type": "none"
    }


@each_claude
def test_claude_goes_on_from_a_text_or_does_not(platform: str, claude: Claude) -> None:
    """From Opus 4.6 on, an assistant's message to be continued is a 400."""
    talk = (HELLO, AssistantMessage("It is", prefix=True))
    assert refused(platform, name_of(claude, platform), *talk) != claude.prefill


@each_claude
def test_claude_takes_system_messages_in_the_middle_or_does_not(
    platform: str, claude: Claude
) -> None:
    """Elsewhere they are the user's words, which is told."""
    talk = (HELLO, AssistantMessage("Hi"), UserMessage("Well?"), SystemMessage("Be brief."))
    body = built(platform, name_of(claude, platform), *talk)
    assert (body["messages"][-1]["role"] == "system") == claude.system_turns


@pytest.mark.parametrize("claude", CLAUDES.values(), ids=CLAUDES)
def test_a_proxy_has_the_same_claudes_behind_it(claude: Claude) -> None:
    """A provider of one's own, without rules, knows the vendor's models by their names."""
    proxy = Provider("mine", wire="anthropic-messages", base_url="https://proxy.test")
    for asks in ({}, {"response_format": FORM}, {"messages": TALK}):
        made = {**built(proxy, claude.names[0], policy="drop", **asks)}
        assert made == built("anthropic", claude.names[0], policy="drop", **asks)


def test_what_a_provider_says_of_itself_counts_before_the_vendors_rules() -> None:
    """Its own quirks hold for all of its models; rules of its own stand for the vendor's."""
    mine = Provider(
        "mine",
        wire="anthropic-messages",
        base_url="https://proxy.test",
        quirks={"max_tokens": 77},
    )
    for name in ("claude-sonnet-4-5", "claude-opus-4-8", "other"):
        assert built(mine, name)["max_tokens"] == 77
    assert refused_by(mine, "claude-opus-4-8", temperature=0.5)
    assert not refused_by(mine, "claude-sonnet-4-5", temperature=0.5)


def refused_by(provider: Provider, model: str, **fields: Any) -> bool:
    """Whether a request for *model* of *provider* ends before it is sent."""
    try:
        built(provider, model, **fields)
    except UnsupportedParameterError:
        return True
    return False


@pytest.mark.parametrize(
    ("glob", "name", "matches"),
    [
        ("*claude-opus-4[.-]5*", "us.anthropic.claude-opus-4-5-v1:0", True),
        ("*claude-opus-4[.-]5*", "claude-opus-4.5", True),
        ("*claude-opus-4[.-]5*", "claude-opus-4-1-5", False),
        ("gpt-oss*", "someone/gpt-oss", False),
        ("*/gpt-oss*", "a/b/GPT-OSS:20b", True),
        ("*fable-5-[12][!0-9]*", "claude-fable-5-2026", False),
        ("o?-mini", "o3-mini", True),
        ("[]a]b", "ab", True),
        ("a[b", "a[b", True),
    ],
)
def test_a_rules_globs_are_fnmatchs(glob: str, name: str, matches: bool) -> None:
    """`*` crosses slashes, `[...]` is one of several letters, and case does not count."""
    assert ModelRule([glob]).matches(name) == matches == fnmatchcase(name.lower(), glob)


# --- Gemini -------------------------------------------------------------------------------------

each_gemini = pytest.mark.parametrize(
    ("platform", "model", "gemini"),
    [
        pytest.param(platform, model, gemini, id=f"{platform}-{model}")
        for model, gemini in GEMINIS.items()
        for platform in ("gemini", "vertex")
    ],
)


@each_gemini
@pytest.mark.parametrize("effort", EFFORTS)
def test_gemini_thinks_by_levels_or_budgets(
    platform: str, model: str, gemini: Gemini, effort: str
) -> None:
    """Gemini 3 in levels, Gemini 2.5 in tokens; a word that it lacks becomes the nearest."""
    asks: dict[str, Any] = {"reasoning_effort": effort}
    if effort == "none":
        if gemini.off:
            config = built(platform, model, **asks)["generationConfig"]["thinkingConfig"]
            assert config == {"thinkingBudget": 0}
        else:
            assert refused(platform, model, **asks) == gemini.thinks
        return
    if not gemini.thinks:
        assert refused(platform, model, **asks)
        return
    config = built(platform, model, **asks)["generationConfig"]["thinkingConfig"]
    assert config.pop("includeThoughts") is True
    if gemini.budget is None:
        assert config.keys() == {"thinkingLevel"}
        assert config["thinkingLevel"] in gemini.levels
        assert effort not in gemini.levels or config["thinkingLevel"] == effort
    else:
        least, most = gemini.budget
        assert config.keys() == {"thinkingBudget"}
        assert least <= config["thinkingBudget"] <= most
        # https://ai.google.dev/gemini-api/docs/openai#thinking
        known = {"low": 1024, "medium": 8192, "high": 24_576}
        assert effort not in known or config["thinkingBudget"] == known[effort]


@each_gemini
def test_gemini_thinks_within_its_bounds(platform: str, model: str, gemini: Gemini) -> None:
    """A budget is held to what the model takes; where it thinks in levels, to nothing."""
    if not gemini.thinks:
        assert refused(platform, model, reasoning_budget=1024)
        return
    for asked, taken in zip((1, 10**6), gemini.budget or (1, 10**6)):
        config = built(platform, model, reasoning_budget=asked)["generationConfig"]
        assert config["thinkingConfig"]["thinkingBudget"] == taken
    assert refused(platform, model, reasoning_budget=0) != gemini.off


@each_gemini
def test_gemini_gets_its_instructions(platform: str, model: str, gemini: Gemini) -> None:
    """Apart, or with the user's words where the model has no place for them."""
    body = built(platform, model, SystemMessage("Be brief."), HELLO)
    assert ("systemInstruction" in body) == gemini.system
    if not gemini.system:
        assert body["contents"][0] == {"role": "user", "parts": [{"text": "Be brief."}]}


@each_gemini
def test_gemini_has_tools_and_schemas_or_not(platform: str, model: str, gemini: Gemini) -> None:
    """Before Gemini 3, not both at once."""
    assert refused(platform, model, tools=[TOOL]) != gemini.tools
    body = built(platform, model, response_format=FORM)
    assert ("responseJsonSchema" in body.get("generationConfig", {})) == gemini.json
    if not gemini.tools:
        return
    both = built(platform, model, tools=[TOOL], response_format=FORM)
    assert ("responseJsonSchema" in both.get("generationConfig", {})) == gemini.json_with_tools
    strict = Tool("f", parameters=TOOL.parameters, strict=True)
    assert refused(platform, model, tools=[strict]) != gemini.validated


# --- Bedrock ------------------------------------------------------------------------------------

each_bedrock = pytest.mark.parametrize(("model", "takes"), BEDROCKS.items(), ids=BEDROCKS)


@each_bedrock
def test_bedrock_says_in_the_familys_words_what_converse_has_none_for(
    model: str, takes: Bedrock
) -> None:
    """`top_k`, and how much to think; a key that the family does not know is a 400."""
    asked: tuple[tuple[dict[str, Any], Mapping[str, object] | None], ...] = (
        ({"top_k": 5}, takes.top_k),
        ({"reasoning_effort": "low"}, takes.low),
    )
    for fields, said in asked:
        if said is None:
            assert refused("bedrock", model, **fields)
        else:
            assert built("bedrock", model, **fields)["additionalModelRequestFields"] == said
    if takes.off is not None:
        off = built("bedrock", model, reasoning_effort="none")
        assert off["additionalModelRequestFields"] == takes.off
    elif takes.low is not None:
        assert refused("bedrock", model, reasoning_effort="none")


@each_bedrock
def test_bedrock_forces_tools_and_schemas_where_the_model_can(model: str, takes: Bedrock) -> None:
    """A choice of tools beyond auto, and an answer in a form."""
    assert refused("bedrock", model, tools=[TOOL], tool_choice="required") != takes.forced
    body = built("bedrock", model, response_format=FORM)
    assert ("outputConfig" in body) == takes.schemas
    forced = "toolChoice" in body.get("toolConfig", {})
    assert forced == (takes.forced and not takes.schemas)


@each_bedrock
def test_bedrock_takes_a_systems_words_and_marks(model: str, takes: Bedrock) -> None:
    """In their own place, or with the user's; with cache points where the model keeps them."""
    marked = SystemMessage([TextPart("Be brief.", cache_control=CacheControl())])
    body = built("bedrock", model, marked, HELLO)
    assert ("system" in body) == takes.system
    if takes.system:
        assert (len(body["system"]) == 2) == takes.cached


@each_bedrock
def test_bedrock_takes_results_as_the_family_does(model: str, takes: Bedrock) -> None:
    """Alone or beside words, as text or JSON, with a status or without."""
    talk = [one for one in TALK if not isinstance(one, SystemMessage)]
    talk[0] = UserMessage("What is this?")
    messages = built("bedrock", model, *talk, tools=[TOOL])["messages"]
    (place,) = (i for i, each in enumerate(messages) if "toolResult" in each["content"][0])
    assert (len(messages[place]["content"]) == 1) == takes.alone
    # Neighbours of one side would be joined: a word of the assistant's stands between.
    assert [one["role"] for one in messages[place + 1 :]] == (
        ["assistant", "user"] if takes.alone else []
    )
    result = messages[place]["content"][0]["toolResult"]
    # What is JSON must be an object.
    assert result["content"] == [{"json": {"result": 42}} if takes.json_results else {"text": "42"}]
    assert ("status" in result) == takes.status
    call = messages[place - 1]["content"][0]["toolUse"]
    assert call["toolUseId"] == result["toolUseId"]
    assert takes.id_length in (None, len(result["toolUseId"]))

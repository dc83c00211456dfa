"""Each manifest against what the vendor's document says, in the requests that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest
from attrs import frozen

from llmkit import (
    AssistantMessage,
    ChatCompletionRequest,
    DeveloperMessage,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._json import loads
from llmkit._models.adjustments import Adjuster
from llmkit._models.messages import Message
from llmkit._models.request import EFFORTS
from llmkit._models.tools import Tool, ToolCall
from llmkit.adapters._base import Endpoint
from llmkit.providers import HeaderAuth, get, names

PENALTIES = {"frequency_penalty", "presence_penalty"}
LOGPROBS = {"logprobs", "top_logprobs"}


@frozen(kw_only=True)
class Facts:
    """What the vendor's document says. The defaults are those of most."""

    base_url: str
    env: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    limit: str = "max_tokens"
    refused: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset({"text", "json_object", "json_schema"})
    efforts: frozenset[str] = frozenset(EFFORTS)
    reasoning_back: str | None = None
    names: bool = True
    developer: bool = False
    local: bool = False


FACTS = {
    # https://platform.openai.com/docs/api-reference/chat/create
    "openai": Facts(
        base_url="https://api.openai.com/v1",
        env=("OPENAI_API_KEY",),
        aliases=("oai",),
        limit="max_completion_tokens",
        refused=frozenset({"top_k"}),
        developer=True,
    ),
    # https://api-docs.deepseek.com/api/create-chat-completion
    "deepseek": Facts(
        base_url="https://api.deepseek.com",
        env=("DEEPSEEK_API_KEY",),
        refused=frozenset({"n", "seed", "top_k", "parallel_tool_calls"}),
        formats=frozenset({"text", "json_object"}),
        efforts=frozenset({"none", "low", "high", "max"}),
        reasoning_back="reasoning_content",
    ),
    # https://console.groq.com/docs/api-reference#chat
    "groq": Facts(
        base_url="https://api.groq.com/openai/v1",
        env=("GROQ_API_KEY",),
        limit="max_completion_tokens",
        refused=frozenset({"n", "top_k", "logit_bias", "metadata", *LOGPROBS, *PENALTIES}),
        efforts=frozenset({"none", "low", "medium", "high"}),
        names=False,
    ),
    # https://docs.mistral.ai/api/
    "mistral": Facts(
        base_url="https://api.mistral.ai/v1",
        env=("MISTRAL_API_KEY",),
        aliases=("mistralai",),
        refused=frozenset({"user", "logit_bias", "service_tier", *LOGPROBS}),
        efforts=frozenset({"none", "high"}),
        names=False,
        reasoning_back="content",
    ),
    # https://openrouter.ai/docs/api-reference/chat-completion
    "openrouter": Facts(
        base_url="https://openrouter.ai/api/v1",
        env=("OPENROUTER_API_KEY",),
        reasoning_back="reasoning",
    ),
    # https://docs.together.ai/reference/chat-completions
    "together": Facts(
        base_url="https://api.together.ai/v1",
        env=("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHERAI_API_KEY"),
        aliases=("together_ai", "togetherai"),
        refused=frozenset({"user", "parallel_tool_calls"}),
        efforts=frozenset({"low", "medium", "high", "max"}),
        reasoning_back="reasoning_content",
    ),
    # https://docs.x.ai/docs/api-reference
    "xai": Facts(
        base_url="https://api.x.ai/v1",
        env=("XAI_API_KEY",),
        aliases=("grok", "x-ai"),
        limit="max_completion_tokens",
        refused=frozenset({"top_k"}),
        efforts=frozenset({"none", "low", "medium", "high", "xhigh"}),
        names=False,
    ),
    # https://docs.ollama.com/api/openai-compatibility
    "ollama": Facts(
        base_url="http://localhost:11434/v1",
        env=("OLLAMA_API_KEY",),
        refused=frozenset({"n", "user", "logit_bias"}),
        efforts=frozenset({"none", "low", "medium", "high"}),
        reasoning_back="reasoning",
        local=True,
    ),
    # https://github.com/ggml-org/llama.cpp/tree/master/tools/server
    "llamacpp": Facts(
        base_url="http://127.0.0.1:8080/v1",
        aliases=("llama.cpp", "llama-server"),
        reasoning_back="reasoning_content",
        local=True,
    ),
    # https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    "vllm": Facts(
        base_url="http://127.0.0.1:8000/v1",
        env=("VLLM_API_KEY", "HOSTED_VLLM_API_KEY"),
        aliases=("hosted_vllm",),
        reasoning_back="reasoning",
        local=True,
    ),
    # https://lmstudio.ai/docs/developer/openai-compat
    "lmstudio": Facts(
        base_url="http://127.0.0.1:1234/v1",
        env=("LM_STUDIO_API_KEY", "LMSTUDIO_API_KEY"),
        aliases=("lm_studio",),
        formats=frozenset({"text", "json_schema"}),
        local=True,
    ),
}
NAMES = sorted(FACTS)

VALUES: Mapping[str, object] = {
    "seed": 1,
    "n": 2,
    "top_k": 3,
    "user": "someone",
    "stop": ["."],
    "logit_bias": {"1": 2},
    "logprobs": True,
    "top_logprobs": 2,
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "temperature": 0.5,
    "top_p": 0.5,
    "max_tokens": 5,
    "parallel_tool_calls": False,
}
TOOL = Tool("look_up", parameters={"type": "object", "properties": {}})


def body(name: str, *messages: Message, stream: bool = False, **given: object) -> dict[str, object]:
    """The body of the request that the provider would get."""
    provider = get(name)
    data = {"model": "m", "messages": messages or (UserMessage("Hello"),), **given}
    request = ChatCompletionRequest.from_dict(data)
    endpoint = Endpoint(provider.base_url, "m", {}, Adjuster(provider=name))
    sent = provider.adapter().build(request, endpoint, stream=stream)
    assert sent.url == f"{provider.base_url}/chat/completions"
    return cast("dict[str, object]", loads(sent.body))


def refuses(name: str, given: Mapping[str, object]) -> bool:
    """Whether a request with these fields ends before it is sent."""
    try:
        body(name, stream=False, **given)
    except UnsupportedParameterError:
        return True
    return False


def test_every_manifest_is_in_the_table() -> None:
    """But for `echo`, which is nobody's but ours."""
    assert {*NAMES, "echo"} <= set(names())


@pytest.mark.parametrize("name", NAMES)
def test_where_it_is_and_what_its_key_is_called(name: str) -> None:
    """Address, key variables, other names; local servers need no key."""
    provider, facts = get(name), FACTS[name]
    assert provider.base_url == facts.base_url
    assert provider.env == facts.env
    assert provider.aliases == facts.aliases
    assert provider.auth == HeaderAuth("Authorization", "Bearer ")
    assert provider.key_required is not facts.local
    assert provider.local is facts.local
    assert provider.docs_url is not None
    assert provider.docs_url.startswith("https://")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", VALUES)
def test_what_it_does_not_take_is_refused_before_it_is_sent(name: str, field: str) -> None:
    """And all else is sent."""
    given: dict[str, object] = {field: VALUES[field], "tools": [TOOL]}
    if field == "top_logprobs":
        given["logprobs"] = True
    assert refuses(name, given) is (field in FACTS[name].refused)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_limit_is_called(name: str) -> None:
    """`max_completion_tokens` where `max_tokens` is refused or deprecated."""
    assert body(name, max_tokens=5)[FACTS[name].limit] == 5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["text", "json_object", "json_schema"])
def test_the_forms_of_an_answer(name: str, kind: str) -> None:
    """Those that it does not know are asked for in another way; text is what there is anyway."""
    form: dict[str, object] = {"type": kind}
    if kind == "json_schema":
        form["json_schema"] = {"name": "a", "schema": {"type": "object"}}
    said = body(name, response_format=form).get("response_format", {"type": None})
    known = kind in FACTS[name].formats
    assert (cast("dict[str, object]", said)["type"] == kind) is known


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("effort", EFFORTS)
def test_the_words_for_effort(name: str, effort: str) -> None:
    """Those that no model of it knows are refused."""
    assert refuses(name, {"reasoning_effort": effort}) is (effort not in FACTS[name].efforts)


@pytest.mark.parametrize("name", NAMES)
def test_names_on_messages(name: str) -> None:
    """Groq and xAI take none."""
    messages = [UserMessage("Hello", name="someone")]
    assert refuses(name, {"messages": messages}) is not FACTS[name].names


@pytest.mark.parametrize("name", NAMES)
def test_the_developers_role(name: str) -> None:
    """Of OpenAI's making; elsewhere it is `system`."""
    sent = body(name, DeveloperMessage("Be brief."), UserMessage("Hello"))
    role = cast("list[dict[str, object]]", sent["messages"])[0]["role"]
    assert role == ("developer" if FACTS[name].developer else "system")


@pytest.mark.parametrize("name", NAMES)
def test_where_thinking_goes_back(name: str) -> None:
    """To the field that the provider reads, or nowhere."""
    thought = AssistantMessage("Yes.", reasoning="Hm.")
    sent = body(name, UserMessage("Well?"), thought, UserMessage("Sure?"))
    message = cast("list[dict[str, object]]", sent["messages"])[1]
    back = FACTS[name].reasoning_back
    if back == "content":
        assert "Hm." in str(message["content"])
    else:
        assert {key for key, value in message.items() if value == "Hm."} == {back} - {None}


@pytest.mark.parametrize("name", NAMES)
def test_usage_is_asked_for_in_streams(name: str) -> None:
    """By `stream_options`; Mistral answers 422 to that, and sends it unasked."""
    assert ("stream_options" in body(name, stream=True)) is (name != "mistral")
    assert "stream_options" not in body(name)


CALLED = (
    UserMessage("Look it up."),
    AssistantMessage(tool_calls=[ToolCall("call_1", "look_up")]),
    ToolMessage("42", tool_call_id="call_1"),
)


def test_deepseek_wants_thinking_on_turns_that_call_tools() -> None:
    """A turn without it is a 400; an empty text is taken."""
    sent = cast("list[dict[str, object]]", body("deepseek", *CALLED)["messages"])
    assert sent[1]["reasoning_content"] == ""


def test_deepseek_switches_thinking() -> None:
    """By an object, with the effort beside it."""
    assert body("deepseek", reasoning_effort="none")["thinking"] == {"type": "disabled"}
    on = body("deepseek", reasoning_effort="high")
    assert (on["thinking"], on["reasoning_effort"]) == ({"type": "enabled"}, "high")


def test_deepseek_names_the_user_in_its_own_way() -> None:
    """`user_id`."""
    assert body("deepseek", user="someone")["user_id"] == "someone"


def test_openrouter_takes_effort_and_budget_in_an_object() -> None:
    """One of the two: https://openrouter.ai/docs/use-cases/reasoning-tokens"""
    assert body("openrouter", reasoning_effort="low")["reasoning"] == {"effort": "low"}
    assert body("openrouter", reasoning_budget=9)["reasoning"] == {"max_tokens": 9}


def test_mistrals_own_words() -> None:
    """`random_seed`, "any", `safe_prompt`, `prefix`; ids of nine letters and digits."""
    sent = body(
        "mistral",
        *CALLED,
        UserMessage("And?"),
        AssistantMessage("It is", prefix=True),
        seed=1,
        tools=[TOOL],
        tool_choice="required",
        safe_prompt=True,
    )
    assert (sent["random_seed"], sent["tool_choice"], sent["safe_prompt"]) == (1, "any", True)
    messages = cast("list[dict[str, object]]", sent["messages"])
    assert [message["role"] for message in messages] == [
        *("user", "assistant", "tool"),
        "assistant",  # none of ours: a user's message right after a tool's is refused
        *("user", "assistant"),
    ]
    assert messages[-1]["prefix"] is True
    (call,) = cast("list[dict[str, object]]", messages[1]["tool_calls"])
    assert call["id"] == messages[2]["tool_call_id"]
    assert len(str(call["id"])) == 9
    assert str(call["id"]).isalnum()


def test_echo_is_no_place_on_the_network() -> None:
    """No key, its own transport, and a name that never resolves (RFC 6761, 6.4)."""
    echo = get("echo")
    assert (echo.auth, echo.transport, echo.local) == (None, "echo", True)
    assert echo.base_url == "http://echo.invalid/v1"

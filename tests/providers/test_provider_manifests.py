"""What no table of facts has a column for: a provider's own words, in the requests to it."""

from __future__ import annotations

from typing import Any

from sending import FACTS, Case, outcome, refused, sent

from llmkit import AssistantMessage, ReasoningPart, RefusalPart, ToolMessage, UserMessage
from llmkit._models.tools import Tool, ToolCall
from llmkit.providers import get

TOOL = Tool("look_up", parameters={"type": "object", "properties": {}})
CALLED = (
    UserMessage("Look it up."),
    AssistantMessage(tool_calls=[ToolCall("call_1", "look_up")]),
    ToolMessage("42", tool_call_id="call_1"),
)


def case(name: str) -> Case:
    """A model of the provider."""
    return Case(name, "m", FACTS[name].model)


def test_deepseek_wants_thinking_on_turns_that_call_tools() -> None:
    """A turn without it is a 400; an empty text is taken."""
    assert sent(case("deepseek"), *CALLED).messages[1]["reasoning_content"] == ""


def test_openrouter_takes_one_of_effort_and_budget() -> None:
    """In an object: https://openrouter.ai/docs/use-cases/reasoning-tokens"""
    both: dict[str, Any] = {"reasoning_effort": "low", "reasoning_budget": 9}
    body = sent(case("openrouter"), **both).body
    assert body["reasoning"] == {"max_tokens": 9}
    _, changed = outcome(case("openrouter"), policy="drop", **both)
    assert changed == [("dropped", "reasoning_effort")]


def test_openrouter_gets_its_details_back_as_they_came() -> None:
    """Signed thinking of the models behind it breaks when a letter is changed."""
    detail: dict[str, Any] = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    thought = ReasoningPart("Hm.", signature="seal", provider="openrouter", raw=detail)
    answer = AssistantMessage([thought, "Yes."])
    said = sent(case("openrouter"), UserMessage("Well?"), answer, UserMessage("Sure?"))
    back = said.messages[1]["reasoning_details"]
    assert back == [{**detail, "text": "Hm.", "signature": "seal"}]


def test_together_counts_its_likelihoods() -> None:
    """`logprobs` is a number of tokens, and no flag."""
    together = case("together")
    assert sent(together, logprobs=True).body["logprobs"] == 1
    assert sent(together, logprobs=True, top_logprobs=3).body["logprobs"] == 3


def test_mistrals_own_words() -> None:
    """`safe_prompt`, `prefix`; ids of nine letters and digits; a turn between tool and user."""
    mistral = case("mistral")
    talk = (*CALLED, UserMessage("And?"), AssistantMessage("It is", prefix=True))
    made = sent(mistral, *talk, tools=[TOOL], safe_prompt=True)
    assert made.body["safe_prompt"] is True
    assert [message["role"] for message in made.messages] == [
        *("user", "assistant", "tool"),
        "assistant",  # none of ours: a user's message right after a tool's is refused
        *("user", "assistant"),
    ]
    assert made.messages[-1]["prefix"] is True
    (call,) = made.messages[1]["tool_calls"]
    assert call["id"] == made.messages[2]["tool_call_id"]
    assert len(call["id"]) == 9
    assert call["id"].isalnum()
    assert sent(mistral, UserMessage("Go on"), AssistantMessage("")).messages[1]["content"] == "."


def test_magistrals_own_prompt() -> None:
    """To the others it is a 400: "Reasoning prompt mode is not enabled for this model"."""
    magistral = Case("mistral", "magistral-small-latest", FACTS["mistral"].model)
    assert sent(magistral, prompt_mode="reasoning").body["prompt_mode"] == "reasoning"
    assert refused(case("mistral"), prompt_mode="reasoning")


def test_openai_takes_a_refusal_back() -> None:
    """In a field of its own; elsewhere it is text."""
    answer = AssistantMessage([RefusalPart("No.")])
    talk = (UserMessage("Well?"), answer, UserMessage("Why?"))
    assert sent(case("openai"), *talk).messages[1]["refusal"] == "No."
    assert sent(case("groq"), *talk).messages[1]["content"] == "No."


def test_echo_is_no_place_on_the_network() -> None:
    """No key, its own transport, and a name that never resolves (RFC 6761, 6.4)."""
    echo = get("echo")
    assert (echo.auth, echo.transport, echo.local) == (None, "echo", True)
    assert echo.base_url == "http://echo.invalid/v1"

"""A real model loop on the wire of OpenAI's chat: what its server holds a model to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import WAYS, Ask
from attrs import frozen

from llmkit import (
    ChatCompletionRequest,
    ContextLengthError,
    FinishReason,
    UserMessage,
    new_chat_completion_request,
    with_max_tokens,
    with_response_json_object_format,
    with_response_json_schema,
    with_temperature,
    with_tools,
)

from .llama import LLAMA, NEEDS_LLAMA, get_weather, llama
from .programs import EXAMPLES, check, printed

pytestmark = NEEDS_LLAMA

MODEL = "llamacpp/tiny"


@frozen
class Person:
    """What the JSON tests ask for."""

    name: str
    age: int
    member: bool


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def ask(request: pytest.FixtureRequest) -> Ask:
    """Each of the four ways to ask."""
    return llama(request.param)


def _request(text: str = "hi", **fields: Any) -> ChatCompletionRequest[object]:
    fields.setdefault("seed", 1)
    fields.setdefault("max_tokens", 200)
    return ChatCompletionRequest(MODEL, [UserMessage(text)], **fields)


def _said(**fields: Any) -> str:
    """What the model says to `_request(**fields)`, by one way."""
    return llama(WAYS["sync-whole"])(_request(**fields)).content or ""


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_run_on_a_real_server(example: str) -> None:
    """The same programs as on the embedded provider, told by environment where to go."""
    check(printed(example, LLMKIT_MODEL=MODEL, LLAMACPP_API_BASE=f"{LLAMA}/v1"))


def test_every_way_gives_the_same_answer(ask: Ask) -> None:
    """Streamed or not, in either colour, it is the same text, reason and count of tokens."""
    response = ask(_request())
    assert response.content
    assert response.content == _said()
    assert response.finish_reason is FinishReason.STOP
    usage = response.usage
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert response.latency.total_seconds() > 0
    assert response.id
    assert response.created is not None
    if ask.streams:
        assert len(ask.chunks) > 3
        assert ask.chunks[-1].is_last_chunk
        latencies = [chunk.total_latency for chunk in ask.chunks]
        assert latencies == sorted(latencies)


def test_a_tool_call_fits_the_tools_schema(ask: Ask) -> None:
    """The grammar holds the model to the schema, and the call arrives whole."""
    asked = new_chat_completion_request(
        MODEL, [UserMessage("Weather in Paris?")], with_tools([get_weather])
    )
    response = ask(asked)
    (call,) = response.tool_calls
    assert call.name == "get_weather"
    assert call.id
    assert list(call.arguments) == ["city"]
    assert isinstance(call.arguments["city"], str)
    assert response.finish_reason is FinishReason.TOOL_CALLS


def test_a_json_schema_is_enforced(ask: Ask) -> None:
    """Noise in the form of a schema is a value of its type."""
    asked = new_chat_completion_request(
        MODEL, [UserMessage("Who?")], with_response_json_schema(Person), with_temperature(0)
    )
    person = ask(asked).parse()
    assert isinstance(person, Person)
    assert isinstance(person.age, int)


def test_a_json_object_is_enforced(ask: Ask) -> None:
    """Any object, as long as it is one."""
    asked = new_chat_completion_request(
        MODEL,
        [UserMessage("Who?")],
        with_response_json_object_format(),
        with_temperature(0),
        with_max_tokens(400),
    )
    response = ask(asked)
    assert response.finish_reason is FinishReason.STOP
    assert isinstance(response.parse(), dict)
    assert json.loads(response.content or "") == response.parse()


def test_a_stop_text_ends_the_answer(ask: Ask) -> None:
    """The answer is that without `stop`, up to where the text first stands in it."""
    whole = _said()
    stop = whole[len(whole) // 2 :][:3]
    response = ask(_request(stop=[stop]))
    assert response.content == whole[: whole.index(stop)]
    assert response.finish_reason is FinishReason.STOP


def test_a_limit_cuts_the_answer(ask: Ask) -> None:
    """So many tokens, and the reason is the limit."""
    response = ask(_request(max_tokens=5))
    assert response.finish_reason is FinishReason.LENGTH
    assert response.usage.completion_tokens == 5
    assert _said().startswith(response.content or "?")


def test_logprobs_are_those_of_the_tokens(ask: Ask) -> None:
    """One for each token of the text, with as many alternatives as asked for."""
    response = ask(_request(temperature=0, max_tokens=6, logprobs=True, top_logprobs=2))
    logprobs = response.choices[0].logprobs
    assert logprobs is not None
    assert len(logprobs.content) == 6
    joined = b"".join(token.bytes or b"" for token in logprobs.content)
    assert joined.decode() == response.content
    for token in logprobs.content:
        assert token.logprob <= 0
        assert len(token.top_logprobs) == 2
        best, second = token.top_logprobs
        # At temperature 0 the likeliest token is the one that is taken.
        assert best.token == token.token
        assert best.logprob >= second.logprob


def test_two_answers_at_once(ask: Ask) -> None:
    """Each with its own text and reason, in order, however their chunks are mixed."""
    response = ask(_request(temperature=0, n=2, max_tokens=8))
    assert [choice.index for choice in response.choices] == [0, 1]
    texts = [choice.message.content for choice in response.choices]
    assert texts == [_said(temperature=0, max_tokens=8)] * 2
    assert [choice.finish_reason for choice in response.choices] == [FinishReason.LENGTH] * 2


def test_too_long_a_prompt_is_a_context_length_error(ask: Ask) -> None:
    """What the model cannot hold is told by the wire's own word for it."""
    with pytest.raises(ContextLengthError) as caught:
        ask(_request("word " * 6000))
    assert caught.value.status == 400

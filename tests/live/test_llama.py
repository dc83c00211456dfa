"""A real model loop: llama.cpp's own server, on a model whose weights are noise.

Its text means nothing; its tokens, grammars, templates and limits are real. A few weights are
set by hand: with tools it calls one, after a result it writes text, `<|again|>` makes it call
two at once, and `<|reason|>` think first. With a seed it says the same each time.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from attrs import frozen

from llmkit import (
    AssistantMessage,
    AuthenticationError,
    ChatCompletionRequest,
    ContextLengthError,
    FinishReason,
    Message,
    RetryPolicy,
    ToolMessage,
    UserMessage,
    new_chat_completion_request,
    tool,
    with_max_tokens,
    with_response_json_object_format,
    with_response_json_schema,
    with_temperature,
    with_tools,
)

from .colours import WAYS, Ask
from .programs import EXAMPLES, check, printed

LLAMA = os.environ.get("LLMKIT_LLAMA", "")
KEYED = os.environ.get("LLMKIT_LLAMA_KEYED", "")
KEY = os.environ.get("LLMKIT_LLAMA_KEY", "")
pytestmark = pytest.mark.skipif(not LLAMA, reason="LLMKIT_LLAMA does not name a server")

MODEL = "llamacpp/tiny"


@frozen
class Person:
    """What the JSON tests ask for."""

    name: str
    age: int
    member: bool


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"21 degrees in {city}"


def _ask(way: tuple[bool, bool], server: str, **client: Any) -> Ask:
    usual = {"provider": "llamacpp", "base_url": f"{server}/v1", "retry": RetryPolicy(attempts=1)}
    return Ask(*way, {**usual, **client})


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def ask(request: pytest.FixtureRequest) -> Ask:
    """Each of the four ways to ask."""
    return _ask(request.param, LLAMA)


def _request(text: str = "hi", **fields: Any) -> ChatCompletionRequest[object]:
    fields.setdefault("seed", 1)
    fields.setdefault("max_tokens", 200)
    return ChatCompletionRequest(MODEL, [UserMessage(text)], **fields)


def _said(**fields: Any) -> str:
    """What the model says to `_request(**fields)`, by one way."""
    return _ask(WAYS["sync-whole"], LLAMA)(_request(**fields)).content or ""


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


def test_two_calls_at_once(ask: Ask) -> None:
    """Both calls arrive, each whole, with an id of its own and indices 0 and 1."""
    asked = new_chat_completion_request(
        MODEL, [UserMessage("<|again|> Weather?")], with_tools([get_weather])
    )
    calls = ask(asked).tool_calls
    assert [call.name for call in calls] == ["get_weather", "get_weather"]
    assert len({call.id for call in calls}) == 2
    assert all(isinstance(call.arguments["city"], str) for call in calls)
    indices = {piece.index for chunk in ask.chunks for piece in chunk.delta_message().tool_calls}
    assert indices == ({0, 1} if ask.streams else set())


def test_a_tool_loop_by_hand_ends(ask: Ask) -> None:
    """Answer each call, ask again with all of it, until there is a text."""
    messages: list[Message] = [UserMessage("<|again|> Weather?")]
    for _ in range(5):
        asked = new_chat_completion_request(
            MODEL, messages, with_tools([get_weather]), with_max_tokens(200)
        )
        message = ask(asked).assistant_message()
        assert isinstance(message, AssistantMessage)
        messages.append(message)
        if not message.tool_calls:
            break
        messages += [ToolMessage("21 degrees", tool_call_id=call.id) for call in message.tool_calls]
    assert [message.role for message in messages] == [
        *("user", "assistant", "tool", "tool", "assistant")
    ]
    assert messages[-1].content


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


def test_thinking_is_apart_from_the_answer(ask: Ask) -> None:
    """What the model thinks is `reasoning`, in the chunks too, and not in the text."""
    response = ask(_request("<|reason|> hi"))
    message = response.assistant_message()
    assert message is not None
    assert message.reasoning
    assert message.content
    assert message.reasoning not in message.content
    assert response.finish_reason is FinishReason.STOP
    if ask.streams:
        thought = "".join(chunk.delta_message().reasoning or "" for chunk in ask.chunks)
        assert thought == message.reasoning


def test_too_long_a_prompt_is_a_context_length_error(ask: Ask) -> None:
    """What the model cannot hold is told by the wire's own word for it."""
    with pytest.raises(ContextLengthError) as caught:
        ask(_request("word " * 6000))
    assert caught.value.status == 400


@pytest.mark.skipif(
    not (KEYED and KEY),
    reason="LLMKIT_LLAMA_KEYED and LLMKIT_LLAMA_KEY do not name a server and its key",
)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_wrong_key_is_refused_and_not_repeated(way: tuple[bool, bool]) -> None:
    """The right key is let in; a wrong one is one attempt, and in no text of the error."""
    assert _ask(way, KEYED, api_key=KEY)(_request()).content
    wrong = "wrong-key-0123456789"
    with pytest.raises(AuthenticationError) as caught:
        _ask(way, KEYED, api_key=wrong, retry=RetryPolicy(attempts=3))(_request())
    error = caught.value
    assert error.status == 401
    assert len(error.attempts) == 1
    assert wrong not in f"{error} {error!r} {error.body} {vars(error)}"

"""Conversations with a real model loop, the same on each wire that its server speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from asking import WAYS, Ask, Way

from llmkit import (
    AssistantMessage,
    AuthenticationError,
    ChatCompletionRequest,
    ChatCompletionResponse,
    FinishReason,
    Message,
    ReasoningPart,
    RetryPolicy,
    ToolMessage,
    UserMessage,
)

from .llama import KEY, KEYED, MODELS, NEEDS_A_KEY, NEEDS_LLAMA, get_weather, llama

pytestmark = NEEDS_LLAMA


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def ask(request: pytest.FixtureRequest, wire: str) -> Ask:
    """Each of the four ways to ask on *wire*."""
    return llama(request.param, wire)


@pytest.fixture(params=MODELS)
def wire(request: pytest.FixtureRequest) -> str:
    """Each of the wires."""
    name: str = request.param
    return name


def _request(wire: str, messages: Sequence[Message], **fields: Any) -> ChatCompletionRequest[Any]:
    return ChatCompletionRequest(MODELS[wire][0], messages, max_tokens=300, **fields)


def _message(response: ChatCompletionResponse[Any]) -> AssistantMessage:
    message = response.assistant_message()
    assert message is not None
    return message


def _loop(ask: Ask, wire: str, text: str) -> list[Message]:
    """A conversation that begins with *text*: each call is answered, until there is none."""
    messages: list[Message] = [UserMessage(text)]
    for _ in range(5):
        message = _message(ask(_request(wire, messages, tools=[get_weather])))
        messages.append(message)
        if not message.tool_calls:
            return messages
        messages += [ToolMessage("21 degrees", tool_call_id=call.id) for call in message.tool_calls]
    raise AssertionError(f"there is no end to it: {messages}")


def test_a_text_is_counted(ask: Ask, wire: str) -> None:
    """An answer has a text, a reason, and real counts; a stream says them at its end."""
    response = ask(_request(wire, [UserMessage("hi")]))
    assert response.content
    assert response.finish_reason is FinishReason.STOP
    usage = response.usage
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.cached_tokens < usage.prompt_tokens
    if ask.streams:
        assert len(ask.chunks) > 3
        assert "".join(c.delta_message().content or "" for c in ask.chunks) == response.content
        assert ask.chunks[-1].usage == usage


def test_a_tool_loop_by_hand_ends(ask: Ask, wire: str) -> None:
    """One call, its result, and the answer made of it."""
    messages = _loop(ask, wire, "Weather?")
    assert [message.role for message in messages] == ["user", "assistant", "tool", "assistant"]
    assert messages[-1].content


def test_two_calls_at_once_are_answered_together(ask: Ask, wire: str) -> None:
    """Each call is whole, with an id of its own; both results go back in one turn."""
    messages = _loop(ask, wire, "<|again|> Weather?")
    assert [message.role for message in messages] == [
        *("user", "assistant", "tool", "tool", "assistant")
    ]
    called = messages[1]
    assert isinstance(called, AssistantMessage)
    assert [call.name for call in called.tool_calls] == ["get_weather", "get_weather"]
    assert len({call.id for call in called.tool_calls}) == 2
    assert all(isinstance(call.arguments["city"], str) for call in called.tool_calls)
    assert messages[-1].content


def test_two_calls_at_once_are_counted_from_nought(ask: Ask, wire: str) -> None:
    """The pieces of a streamed call say which one they are of."""
    response = ask(_request(wire, [UserMessage("<|again|> Weather?")], tools=[get_weather]))
    assert response.finish_reason is FinishReason.TOOL_CALLS
    indices = {piece.index for chunk in ask.chunks for piece in chunk.delta_message().tool_calls}
    assert indices == ({0, 1} if ask.streams else set())


def test_thinking_is_apart_from_the_answer(ask: Ask, wire: str) -> None:
    """What the model thinks is `reasoning`, in the chunks too, and not in the text."""
    message = _message(ask(_request(wire, [UserMessage("<|reason|> hi")])))
    assert message.reasoning
    assert message.content
    assert message.reasoning not in message.content
    if ask.streams:
        deltas = [chunk.delta_message() for chunk in ask.chunks]
        assert "".join(delta.reasoning or "" for delta in deltas) == message.reasoning
        assert "".join(delta.content or "" for delta in deltas) == message.content


def test_thinking_goes_back_with_its_calls(ask: Ask, wire: str) -> None:
    """The server takes the message as it gave it, thinking and calls in it, and goes on."""
    messages = _loop(ask, wire, "<|reason|> <|again|> Weather?")
    called = messages[1]
    assert isinstance(called, AssistantMessage)
    assert [type(part) for part in called.parts][:1] == [ReasoningPart]
    assert len(called.tool_calls) == 2
    assert messages[-1].content


def test_a_conversation_goes_on_after_thinking(ask: Ask, wire: str) -> None:
    """An answer with thinking in it is a turn like any other."""
    question = UserMessage("<|reason|> hi")
    message = _message(ask(_request(wire, [question])))
    again = ask(_request(wire, [question, message, UserMessage("hi again")]))
    assert again.content


def test_a_limit_cuts_the_answer(ask: Ask, wire: str) -> None:
    """So many tokens and no more."""
    request = ChatCompletionRequest(MODELS[wire][0], [UserMessage("hi")], max_tokens=5)
    response = ask(request)
    assert response.usage.completion_tokens == 5
    # This server says on Responses that an answer is complete which the limit has cut.
    ends: Mapping[str, FinishReason] = {"openai-responses": FinishReason.STOP}
    assert response.finish_reason is ends.get(wire, FinishReason.LENGTH)


@NEEDS_A_KEY
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_wrong_key_is_refused_and_not_repeated(way: Way, wire: str) -> None:
    """The right key is let in; a wrong one is one attempt, and in no text of the error."""
    question = _request(wire, [UserMessage("hi")])
    assert llama(way, wire, server=KEYED, api_key=KEY)(question).content
    wrong = "wrong-key-0123456789"
    with pytest.raises(AuthenticationError) as caught:
        llama(way, wire, server=KEYED, api_key=wrong, retry=RetryPolicy(attempts=3))(question)
    error = caught.value
    assert error.status == 401
    assert len(error.attempts) == 1
    assert wrong not in f"{error} {error!r} {error.body} {vars(error)}"

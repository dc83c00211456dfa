"""Conversations: values that hold what was said, and grow by what is sent."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import attrs
import pytest
from colours import AsyncDoor, Colour, Door, Stream, _AsyncStream, both
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from models import values

from llmkit import (
    AssistantMessage,
    AsyncConversationStream,
    ChatCompletionRequest,
    Conversation,
    ConversationStream,
    ImagePart,
    Message,
    Provider,
    RateLimitError,
    ReasoningPart,
    RetryPolicy,
    StreamInterruptedError,
    TextPart,
    Tool,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
    tool,
    with_extra_body,
    with_max_tokens,
    with_response_json_schema,
    with_temperature,
    with_tools,
)
from llmkit.errors import InvalidRequestError
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, chat_stream, sse

KEY = "sk-of-the-conversation"


def door(colour: Colour, *script: Any) -> tuple[Door, ScriptedTransport]:
    """A client with a script, and the script."""
    transport = ScriptedTransport(*script)
    return colour("openai/m", api_key=KEY, transport=transport), transport


def send(client: Door, conversation: Conversation, *said: Any) -> tuple[Conversation, Any]:
    """`conversation.send`, awaited where it must be."""
    sent: Any = conversation.send(client.client, *said)
    grown: tuple[Conversation, Any] = client.run(sent) if isinstance(client, AsyncDoor) else sent
    return grown


def stream(client: Door, conversation: Conversation, said: Any) -> tuple[Any, Stream]:
    """`conversation.stream`, and the same behind a blocking face."""
    made: Any = conversation.stream(client.client, said)
    if isinstance(client, AsyncDoor):
        assert isinstance(made, AsyncConversationStream)
        return made, _AsyncStream(client.run, made)
    assert isinstance(made, ConversationStream)
    face: Any = made
    return made, face


@both
def test_a_conversation_grows_by_what_is_sent(colour: Colour) -> None:
    """Question and answer go into the next request, as do the settings; the old one stays."""
    client, transport = door(colour, chat_reply("Paris.", usage=(9, 2)), chat_reply("Berlin."))
    with client:
        first = Conversation("openai/m", [Message.system("Be brief.")], with_temperature(0))
        second, response = send(client, first, "The capital of France?")
        assert response.content == "Paris."
        third, _ = send(client, second, "And of Germany?")
    assert transport.requests[1].json() == {
        "model": "m",
        "temperature": 0,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "The capital of France?"},
            {"role": "assistant", "content": "Paris."},
            {"role": "user", "content": "And of Germany?"},
        ],
    }
    assert [len(each.messages) for each in (first, second, third)] == [1, 3, 5]
    assert first == Conversation("openai/m", [Message.system("Be brief.")], with_temperature(0))
    assert (first.usage.reported, second.usage.total_tokens) == (False, 11)
    assert third.usage == Usage(10, 3, 13)
    assert repr(third) == "Conversation('openai/m', 5 messages, 13 tokens)"


@both
def test_a_send_that_fails_changes_nothing(colour: Colour) -> None:
    """The same value can be sent again, and nothing is said twice."""
    client, transport = door(colour, Reply({}, 429), chat_reply("Hello"))
    before = Conversation("openai/m")
    with client:
        client.client._core._retry = RetryPolicy(attempts=1)
        with pytest.raises(RateLimitError):
            send(client, before, "Hi")
        assert before == Conversation("openai/m")
        after, _ = send(client, before, "Hi")
    assert after.messages == (UserMessage("Hi"), AssistantMessage("Hello"))
    assert transport.requests[0].body == transport.requests[1].body


@both
def test_forks_do_not_see_each_other(colour: Colour) -> None:
    """A value that is used twice is two conversations from there on."""
    client, transport = door(colour, *(chat_reply(text) for text in ("root", "left", "right")))
    with client:
        root, _ = send(client, Conversation(), "Begin")
        left, _ = send(client, root, "Left")
        right, _ = send(client, root, "Right")
    assert root.messages == left.messages[:2] == right.messages[:2]
    assert [each.messages[2:] for each in (left, right)] == [
        (UserMessage("Left"), AssistantMessage("left")),
        (UserMessage("Right"), AssistantMessage("right")),
    ]
    assert "Left" not in transport.requests[2].body.decode()


@both
def test_a_streamed_answer_grows_it_at_its_end(colour: Colour) -> None:
    """By its last chunk, and not before; the settings and the tokens go along."""
    client, transport = door(colour, chat_stream("Hel", "lo", usage=(3, 2)), chat_reply("Yes"))
    before = Conversation("openai/m", (), with_max_tokens(9))
    with client:
        made, chunks = stream(client, before, "Hi")
        with chunks:
            said = []
            for chunk in chunks:
                said.append(chunk.delta_message().content or "")
                assert made.conversation is before
        assert "".join(said) == "Hello"
        after = made.conversation
        assert after.messages == (UserMessage("Hi"), AssistantMessage("Hello"))
        assert after.usage == Usage(3, 2, 5)
        assert chunks.response() is chunks.response()
        send(client, after, "Sure?")
    assert transport.requests[1].json()["max_completion_tokens"] == 9


@both
def test_the_whole_of_a_stream_grows_it_too(colour: Colour) -> None:
    """`response()` reads what is left, after some chunks or none."""
    for read in (0, 1):
        client, _ = door(colour, chat_stream("Hel", "lo"))
        with client:
            made, chunks = stream(client, Conversation(), "Hi")
            for _ in range(read):
                next(chunks)
            assert chunks.response().content == "Hello"
            assert made.conversation.messages[1:] == (AssistantMessage("Hello"),)
            assert list(chunks) == []


@both
def test_a_stream_that_breaks_off_or_is_left_grows_nothing(colour: Colour) -> None:
    """Half an answer is none."""
    before = Conversation("openai/m")
    piece = sse({"choices": [{"index": 0, "delta": {"content": "Hel"}}]})
    client, _ = door(colour, StreamReply([piece]))
    with client:
        made, chunks = stream(client, before, "Hi")
        with pytest.raises(StreamInterruptedError):
            list(chunks)
        assert made.conversation is before
    client, transport = door(colour, chat_stream("Hel", "lo"))
    with client:
        made, chunks = stream(client, before, "Hi")
        with chunks:
            next(chunks)
        assert list(chunks) == []
        assert made.conversation is before
        assert transport.open_streams == 0
        with pytest.raises(StreamInterruptedError):
            chunks.response()


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"Sunny in {city}"


@both
def test_calls_and_their_results_are_kept(colour: Colour) -> None:
    """A result is said like anything else; tools go with every send."""
    call = {"name": "get_weather", "arguments": {"city": "Paris"}, "id": "c1"}
    client, transport = door(colour, chat_reply(tool_calls=[call]), chat_reply("Sunny."))
    with client:
        asked = Conversation("openai/m", [], with_tools([get_weather]))
        asked, response = send(client, asked, "How is the weather?")
        results = [
            ToolMessage(get_weather(str(each.arguments["city"])), tool_call_id=each.id)
            for each in response.tool_calls
        ]
        told, response = send(client, asked, results)
    assert response.content == "Sunny."
    assert [message.role for message in told.messages] == ["user", "assistant", "tool", "assistant"]
    sent = transport.requests[1].json()
    assert sent["messages"][2]["content"] == "Sunny in Paris"  # type: ignore[index,call-overload]
    assert len(sent["tools"]) == 1  # type: ignore[arg-type]


@both
def test_it_goes_on_after_a_loop_of_tools(colour: Colour) -> None:
    """`after` takes over what the loop said and what it took."""
    call = {"name": "get_weather", "arguments": {"city": "Paris"}, "id": "c1"}
    client, _ = door(colour, chat_reply(tool_calls=[call]), chat_reply("Sunny."), chat_reply("Bye"))
    with client:
        asked = Conversation("openai/m", [], with_tools([tool(get_weather)]))
        loop: Any = client.client.run_tools(asked.request("How is the weather?"))
        run = client.run(loop) if isinstance(client, AsyncDoor) else loop
        after = asked.after(run)
        assert after.messages == run.messages
        assert after.usage == run.usage == Usage(2, 2, 4)
        last, _ = send(client, after, "Thanks")
    assert [message.role for message in last.messages] == [
        *("user", "assistant", "tool", "assistant"),
        *("user", "assistant"),
    ]


@both
def test_an_answer_that_says_nothing_is_no_message(colour: Colour) -> None:
    """Several providers refuse an empty one; its tokens count."""
    nothing = {"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 0}}
    for reply in (chat_reply("", usage=(4, 0)), Reply(nothing)):
        client, _ = door(colour, reply)
        with client:
            after, _ = send(client, Conversation("openai/m"), "Hi")
        assert after.messages == (UserMessage("Hi"),)
        assert after.usage.prompt_tokens == 4


@both
def test_without_more_words_it_is_sent_as_it_is(colour: Colour) -> None:
    """For one whose last message waits for an answer already."""
    client, transport = door(colour, chat_reply("Hello"))
    with client:
        after, _ = send(client, Conversation("openai/m").add("Hi"))
        assert len(after.messages) == 2
        with pytest.raises(InvalidRequestError) as caught:
            send(client, Conversation("openai/m"))
    assert caught.value.field == "messages"
    assert len(transport.requests) == 1


OTHERS = [
    Provider(
        "one", wire="openai-chat", base_url="https://one.test/v1", key_required=False, quirks={}
    ),
    Provider("two", wire="anthropic-messages", base_url="https://two.test", key_required=False),
]


@both
def test_it_moves_to_another_provider(colour: Colour) -> None:
    """Of another wire: what was said goes along, thinking stays with who thought it, and comes
    back to it."""
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "c2VhbA=="}
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [thought, {"type": "text", "text": "4"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 5, "output_tokens": 3},
    }
    transport = ScriptedTransport(Reply(answer), chat_reply("Yes."), Reply(answer))
    with colour(providers=OTHERS, transport=transport) as client:
        first = Conversation("two/m", [Message.system("Be brief.")], with_max_tokens(99))
        second, _ = send(client, first, "What is 2 + 2?")
        third, response = send(client, second.with_model("one/n"), "Are you sure?")
        assert [change.kind for change in response.adjustments] == ["dropped"]
        fourth, response = send(client, third.with_model("two/m"), "Really?")
        assert response.adjustments == ()
    one, back = transport.requests[1], transport.requests[2]
    assert one.url == "https://one.test/v1/chat/completions"
    assert "Hm." not in one.body.decode()
    assert one.json()["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is 2 + 2?"},
        {"role": "assistant", "content": "4"},
        {"role": "user", "content": "Are you sure?"},
    ]
    assert back.json()["messages"][1]["content"][0] == thought  # type: ignore[index,call-overload]
    assert (second.model, third.model, fourth.model) == ("two/m", "one/n", "two/m")
    assert fourth.usage == Usage(11, 7, 18)


EVERYTHING: Conversation = Conversation(
    "openai/m",
    [
        Message.system("Be brief."),
        UserMessage(["Look:", ImagePart(data=b"\x89PNG\r\n\x1a\n", media_type="image/png")]),
        AssistantMessage(
            [
                ReasoningPart("Hm.", signature="c2VhbA==", provider="anthropic"),
                TextPart("Wait."),
                ToolCall("c1", "f", '{"x": 1}', signature="s", provider="gemini"),
            ]
        ),
        ToolMessage("no", tool_call_id="c1", is_error=True),
    ],
    with_temperature(0),
    with_tools([Tool("f", "d", {"type": "object", "properties": {}})]),
    with_response_json_schema({"type": "object"}, name="thing"),
    with_extra_body({"x": [1, None]}),
)


def test_it_is_saved_and_loaded_without_loss(tmp_path: Path) -> None:
    """Thinking, seals, calls, images, settings; what was in the file before goes."""
    path = tmp_path / "talk.json"
    for conversation in (EVERYTHING.add("More"), EVERYTHING, Conversation(), Conversation("a/b")):
        conversation.save(path)
        assert Conversation.load(path) == conversation
        assert Conversation.load(str(path)) == conversation
        assert [each.name for each in tmp_path.iterdir()] == ["talk.json"]
        assert pickle.loads(pickle.dumps(conversation)) == conversation


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(values.messages, max_size=3), values.usages, st.lists(values.tools, max_size=1))
def test_json_keeps_all_of_it(messages: list[Message], usage: Usage, tools: list[Tool]) -> None:
    """Whatever was said, by whomever."""
    empty = Conversation("p/m", messages, with_tools(tools), with_temperature(0.5))
    conversation = Conversation.from_dict({**empty.to_dict(), "usage": usage.to_dict()})
    assert conversation.messages == tuple(messages)
    assert conversation.usage == usage
    assert Conversation.from_json(conversation.to_json()) == conversation
    assert Conversation.from_dict(values.through_json(conversation.to_dict())) == conversation


def test_what_openai_calls_a_request_is_one() -> None:
    """Somebody else's transcript can be taken up."""
    taken = Conversation.from_dict(
        {
            "model": "gpt-4o",
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Hello"},
            ],
            "temperature": 0,
        }
    )
    said = [UserMessage("Hi"), AssistantMessage("Hello")]
    assert taken == Conversation("gpt-4o", said, with_temperature(0))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "conversation"),
        ("[]", "conversation"),
        ('{"model": "m"}', "messages"),
        ('{"model": "m", "messages": [{"role": "king"}]}', "messages[0].role"),
        ('{"model": "m", "messages": [], "usage": 7}', "usage"),
        ('{"model": "m", "messages": [], "temprature": 7}', "temprature"),
    ],
)
def test_json_that_says_no_conversation_is_refused(text: str, field: str) -> None:
    """By the name of what is wrong."""
    with pytest.raises(InvalidRequestError) as caught:
        Conversation.from_json(text)
    assert caught.value.field == field


def test_what_is_added_may_have_any_form() -> None:
    """What the user says, as text or parts; a message or messages, typed or in OpenAI's form."""
    image = ImagePart(url="https://example.com/cat.png")
    result = ToolMessage("7", tool_call_id="c1")
    form = {"role": "tool", "content": "7", "tool_call_id": "c1"}
    for said, messages in (
        ("Hi", [UserMessage("Hi")]),
        (image, [UserMessage(image)]),
        (["Look:", image], [UserMessage(["Look:", image])]),
        ({"type": "text", "text": "Hi"}, [UserMessage("Hi")]),
        ([{"type": "text", "text": "Hi"}], [UserMessage("Hi")]),
        (result, [result]),
        (form, [result]),
        ([result, {"role": "user", "content": "Hi"}], [result, UserMessage("Hi")]),
        ([], []),
        ((), []),
    ):
        given_: Any = said
        assert Conversation().add(given_).messages == tuple(messages)
    wrong: Any
    for wrong, field in ((7, "content"), (None, "content"), ([result, "Hi"], "said[1]")):
        with pytest.raises(InvalidRequestError) as caught:
            Conversation().add(wrong)
        assert caught.value.field == field


def test_settings_are_checked_when_they_are_given() -> None:
    """Not when they are sent."""
    with pytest.raises(InvalidRequestError) as caught:
        Conversation("m", [], with_temperature(9))
    assert caught.value.field == "temperature"
    with pytest.raises(InvalidRequestError):
        Conversation().with_options(with_max_tokens(0))


def test_a_request_and_a_conversation_become_each_other() -> None:
    """`of` takes one up, `request` gives one for any use; settings change beside what was said."""
    request = ChatCompletionRequest("m", [UserMessage("Hi")], temperature=0, n=2)
    conversation = Conversation.of(request)
    assert conversation.request() == request
    more = conversation.with_options(with_temperature(1)).with_model("x/y").request("More")
    assert more == attrs.evolve(
        request, model="x/y", temperature=1, messages=[UserMessage("Hi"), UserMessage("More")]
    )
    assert conversation == Conversation.of(request)

"""ai-lib's Python package beyond its guide, as far as chat shows it."""

from __future__ import annotations

from colours import Colour, both

from llmkit import Client, Message
from llmkit.testing import Reply, chat_reply, chat_stream, sse

from .playing import delta, play, sent, streamed


def test_a_message_more_is_added() -> None:
    """The package's own builder has `add_message` beside `messages`."""
    chain = Client("echo/demo").chat().user("Hi").add_message(Message.assistant("Hello"))
    assert [message.role for message in chain.request().messages] == ["user", "assistant"]


@both
def test_tools_and_their_choice_are_chained(colour: Colour) -> None:
    """`tools`, `tool_choice`; its calls come back with parsed arguments."""
    call = {"name": "get_weather", "arguments": {"city": "Paris"}}
    tool = {"type": "function", "function": {"name": "get_weather"}}
    with play(colour, chat_reply(tool_calls=[call])) as door:
        chain = door.chat().user("Weather?").tools([tool]).tool_choice("required")
        (made,) = door.execute(chain).tool_calls
        assert (made.name, made.arguments) == ("get_weather", {"city": "Paris"})
        assert sent(door)["tool_choice"] == "required"


@both
def test_any_other_parameter_is_set_by_its_name(colour: Colour) -> None:
    """`param` of a field of the request sets it, of anything else puts it into the body."""
    with play(colour, chat_reply("Hi")) as door:
        door.execute(door.chat().user("Hi").param("seed", 7).param("my_own", [1]))
        assert (sent(door)["seed"], sent(door)["my_own"]) == (7, [1])


@both
def test_a_dry_run_shows_what_would_be_sent(colour: Colour) -> None:
    """`build` for its `build_payload`; nothing is sent."""
    with play(colour) as door:
        built = door.chat().user("Hi").build()
        assert b'"content":"Hi"' in built.body
        assert door.transport.requests == []


@both
def test_a_stream_has_stats(colour: Colour) -> None:
    """`stats()` of a stream for its `stream_with_stats`: with the time to the first token."""
    with play(colour, chat_stream("Once ", "upon", usage=(3, 2))) as door:
        stream = door.events(door.chat().user("Tell me a story"))
        told = [event.as_content_delta.text for event in stream if event.is_content_delta]
        stats = stream.stats()
        assert (told, stats.total_tokens) == (["Once ", "upon"], 5)
        assert stats.time_to_first_token_ms is not None
        assert stats.time_to_first_token_ms <= stats.latency_ms


@both
def test_stats_tell_who_answered_and_how_often_was_tried(colour: Colour) -> None:
    """`provider`, `model`, `retry_count`, and the provider's id for the call."""
    reply = Reply(chat_reply("Hi", model="gpt-4o-2024").body, 200, {"x-request-id": "r-1"})
    with play(colour, Reply({}, 503, {"Retry-After": "0"}), reply) as door:
        _, stats = door.execute_with_stats(door.chat().user("Hi"))
        assert (stats.provider, stats.model) == ("openai", "gpt-4o-2024")
        assert (stats.retry_count, stats.request_id) == (1, "r-1")


@both
def test_the_other_kinds_of_events_are_told(colour: Colour) -> None:
    """Thinking, calls as they begin, grow and end, tokens, the end of each answer."""
    function = {"name": "f", "arguments": '{"x":1}'}
    call = {"index": 0, "id": "c1", "function": function}
    usage = sse({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
    script = streamed(
        delta(reasoning_content="Hm."),
        delta(tool_calls=[call]),
        delta(finish="tool_calls"),
        usage,
    )
    with play(colour, script, model="deepseek/m") as door:
        events = list(door.events(door.chat().user("Hi")))
    assert [event.type for event in events] == [
        *("thinking_delta", "tool_call_started", "partial_tool_call", "tool_call_ended"),
        *("final_candidate", "metadata", "stream_end"),
    ]
    assert events[0].as_thinking_delta.text == "Hm."
    assert events[3].as_tool_call_ended.arguments_json == '{"x":1}'
    assert events[5].as_metadata.total_tokens == 5
    assert events[6].is_stream_end


@both
def test_an_answer_goes_back_with_its_calls(colour: Colour) -> None:
    """`assistant_message()` for its `to_message`: whole, and `Message.tool` beside it."""
    call = {"name": "f", "arguments": {"x": 1}, "id": "c1"}
    with play(colour, chat_reply("Wait.", tool_calls=[call]), chat_reply("Done.")) as door:
        chain = door.chat().user("Hi").tools([{"type": "function", "function": {"name": "f"}}])
        answer = door.execute(chain).assistant_message()
        door.execute(chain.messages([answer, Message.tool("c1", "7")]))
        _, said, result = sent(door)["messages"]
        assert (said["content"], said["tool_calls"][0]["id"]) == ("Wait.", "c1")
        assert result == {"role": "tool", "tool_call_id": "c1", "content": "7"}

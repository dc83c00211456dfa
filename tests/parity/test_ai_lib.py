"""ai-lib's guide "Chat Completions", in its two forms: the site's text, and its Markdown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from colours import Colour, both

from llmkit import AsyncClient, Headers, Message, providers
from llmkit import ContentDelta as Piece
from llmkit.errors import InvalidRequestError
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, chat_stream, sse

from .playing import KEY, delta, play, sent

PROMISED = {
    "site": ("5 7-26 28-50 52 54-117 119-153 155-178 180-197 199"),
    "Markdown": ("8 12-23 25-35 41-57 61 63-89 93-108 112-128 130-137 141-153 155-163 167-174 176"),
}
"""The lines of each form that promise something."""


def test_one_form_for_more_providers_than_there() -> None:
    """It counts 37 (or 35) providers, and names four."""
    assert len(providers.names()) >= 37
    for name in ("openai", "anthropic", "deepseek", "gemini"):
        assert providers.get(name).wire


@both
def test_a_client_is_made_of_a_model(colour: Colour) -> None:
    """Making one is not awaited in either colour; the model's provider is the client's."""
    with play(colour, chat_reply("Hi"), model="openai/gpt-4o") as door:
        door.execute(door.chat().user("Hello, world!"))
        assert sent(door)["model"] == "gpt-4o"
        assert door.transport.requests[0].url == "https://api.openai.com/v1/chat/completions"


@both
def test_a_user_is_answered(colour: Colour) -> None:
    """A chain of `user` and `execute`, and the text of the answer as `content`."""
    with play(colour, chat_reply("Hello yourself.")) as door:
        response = door.execute(door.chat().user("Hello, world!"))
        assert response.content == "Hello yourself."
        assert sent(door)["messages"] == [{"role": "user", "content": "Hello, world!"}]


def test_the_line_itself_is_awaited() -> None:
    """`await client.chat().user(…).execute()`, letter for letter; without `execute` as well."""

    async def main() -> None:
        script = ScriptedTransport(chat_reply("one"), chat_reply("two"))
        client = AsyncClient("openai/gpt-4o", api_key=KEY, transport=script)
        response = await client.chat().user("Hello, world!").execute()
        assert response.content == "one"
        assert (await client.chat().user("Hello, world!")).content == "two"
        await client.aclose()

    asyncio.run(main())


@both
def test_a_system_message_comes_first(colour: Colour) -> None:
    """`system` before `user`, as it is said."""
    with play(colour, chat_reply("A closure is...")) as door:
        chain = door.chat().system("You are a helpful coding assistant.").user("Explain closures")
        assert door.execute(chain).content == "A closure is..."
        assert sent(door)["messages"] == [
            {"role": "system", "content": "You are a helpful coding assistant."},
            {"role": "user", "content": "Explain closures"},
        ]


HISTORY = [
    Message.system("You are a tutor."),
    Message.user("What is recursion?"),
    Message.assistant("Recursion is when a function calls itself..."),
    Message.user("Can you show an example?"),
]


def test_a_message_is_made_by_its_role() -> None:
    """`Message.system`, `.user` and `.assistant` take the text."""
    assert [(message.role, message.content) for message in HISTORY] == [
        ("system", "You are a tutor."),
        ("user", "What is recursion?"),
        ("assistant", "Recursion is when a function calls itself..."),
        ("user", "Can you show an example?"),
    ]


@both
def test_a_history_is_passed_as_a_list(colour: Colour) -> None:
    """`messages` takes all of it, in its order."""
    with play(colour, chat_reply("Factorials.")) as door:
        assert door.execute(door.chat().messages(HISTORY)).content == "Factorials."
        assert sent(door)["messages"] == [
            {"role": message.role, "content": message.content} for message in HISTORY
        ]


@both
def test_temperature_goes_from_0_to_2(colour: Colour) -> None:
    """Both ends are sent, 0 too, and nothing beyond them."""
    with play(colour, chat_reply("a"), chat_reply("b")) as door:
        for value in (0.0, 2.0):
            door.execute(door.chat().user("Hi").temperature(value))
            assert sent(door)["temperature"] == value
        for value in (-0.1, 2.1):
            with pytest.raises(InvalidRequestError):
                door.execute(door.chat().user("Hi").temperature(value))


@both
def test_max_tokens_limits_the_answer(colour: Colour) -> None:
    """A whole number; each provider is told by its own name for it."""
    for model, name in (("openai/m", "max_completion_tokens"), ("deepseek/m", "max_tokens")):
        with play(colour, chat_reply("a"), model=model) as door:
            door.execute(door.chat().user("Hi").max_tokens(200))
            assert sent(door)[name] == 200


@both
def test_top_p_is_sent(colour: Colour) -> None:
    """As it is."""
    with play(colour, chat_reply("a")) as door:
        door.execute(door.chat().user("Hi").top_p(0.95))
        assert sent(door)["top_p"] == 0.95


@both
def test_stop_takes_several_texts(colour: Colour) -> None:
    """As a list, or one by one."""
    with play(colour, chat_reply("a"), chat_reply("b")) as door:
        for chain in (
            door.chat().user("Hi").stop(["END", "\n\n"]),
            door.chat().user("Hi").stop("END", "\n\n"),
        ):
            door.execute(chain)
            assert sent(door)["stop"] == ["END", "\n\n"]


@both
def test_parameters_are_chained(colour: Colour) -> None:
    """One after the other, before the request is executed."""
    with play(colour, chat_reply("Roses...")) as door:
        chain = door.chat().user("Write a poem").temperature(0.9).max_tokens(200).top_p(0.95)
        assert door.execute(chain).content == "Roses..."
        body = sent(door)
        said = body["temperature"], body["max_completion_tokens"], body["top_p"]
        assert said == (0.9, 200, 0.95)


@both
def test_a_stream_is_a_loop_over_events(colour: Colour) -> None:
    """`stream()` is iterated as it is, and what is asked for is a stream."""
    with play(colour, chat_stream("Once ", "upon")) as door:
        kinds = [event.type for event in door.events(door.chat().user("Tell me a story"))]
        assert kinds[:2] == ["content_delta", "content_delta"]
        assert kinds[-1] == "stream_end"
        assert sent(door)["stream"] is True


@both
def test_a_content_delta_has_its_text(colour: Colour) -> None:
    """`is_content_delta`, `as_content_delta.text`; or the same by `match`."""
    for way in ("is", "match"):
        told = []
        with play(colour, chat_stream("Once ", "upon")) as door:
            for event in door.events(door.chat().user("Tell me a story")):
                if way == "is" and event.is_content_delta:
                    told.append(event.as_content_delta.text)
                if way == "match":
                    match event.data:
                        case Piece(text):
                            told.append(text)
        assert told == ["Once ", "upon"]


def test_the_loop_itself_is_async() -> None:
    """`async for event in client.chat().user(…).stream():`, letter for letter."""

    async def main() -> str:
        script = ScriptedTransport(chat_stream("Once ", "upon"))
        async with AsyncClient("openai/gpt-4o", api_key=KEY, transport=script) as client:
            told = ""
            async for event in client.chat().user("Tell me a story").stream():
                if event.is_content_delta:
                    told += event.as_content_delta.text
            return told

    assert asyncio.run(main()) == "Once upon"


@both
def test_a_stream_can_be_closed(colour: Colour) -> None:
    """Before its end, by a `with` block or `close`: its connection is given back."""
    with play(colour, chat_stream("Once ", "upon")) as door:
        with door.events(door.chat().user("Tell me a story")) as stream:
            next(stream)
            assert door.transport.open_streams == 1
        assert door.transport.open_streams == 0


@both
def test_stats_come_beside_the_answer(colour: Colour) -> None:
    """`execute_with_stats` gives both."""
    with play(colour, chat_reply("Hi", usage=(3, 2))) as door:
        response, stats = door.execute_with_stats(door.chat().user("Hello"))
        assert response.content == "Hi"
        assert (stats.prompt_tokens, stats.completion_tokens) == (3, 2)


@both
def test_stats_tell_the_total(colour: Colour) -> None:
    """As `total_tokens`."""
    with play(colour, chat_reply("Hi", usage=(3, 2))) as door:
        assert door.execute_with_stats(door.chat().user("Hello"))[1].total_tokens == 5


@both
def test_stats_tell_the_latency_in_milliseconds(colour: Colour) -> None:
    """Of the whole call, as `response.latency` has it."""
    with play(colour, chat_reply("Hi")) as door:
        response, stats = door.execute_with_stats(door.chat().user("Hello"))
        assert stats.latency_ms > 0
        assert stats.latency_ms == response.latency.total_seconds() * 1000


ANTHROPIC = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
GEMINI = {
    "candidates": [
        {"content": {"parts": [{"text": "Hi"}], "role": "model"}, "finishReason": "STOP"}
    ]
}
PROVIDERS: dict[str, tuple[Reply, str, str, Callable[[dict[str, Any]], object]]] = {
    "anthropic/claude-3-5-sonnet": (
        Reply(ANTHROPIC),
        "https://api.anthropic.com/v1/messages",
        "x-api-key",
        lambda body: body["max_tokens"],
    ),
    "deepseek/deepseek-chat": (
        chat_reply("Hi"),
        "https://api.deepseek.com/chat/completions",
        "authorization",
        lambda body: body["max_tokens"],
    ),
    "gemini/gemini-2.0-flash": (
        Reply(GEMINI),
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.0-flash:generateContent",
        "x-goog-api-key",
        lambda body: body["generationConfig"]["maxOutputTokens"],
    ),
}


@both
@pytest.mark.parametrize("model", PROVIDERS)
def test_the_model_alone_is_changed(colour: Colour, model: str) -> None:
    """The same line for each provider."""
    with play(colour, PROVIDERS[model][0], model=model) as door:
        assert door.execute(door.chat().user("Hello")).content == "Hi"


@both
@pytest.mark.parametrize("model", PROVIDERS)
def test_the_manifest_knows_the_rest(colour: Colour, model: str) -> None:
    """Address, authentication and the names of parameters are each provider's own."""
    reply, url, header, limit = PROVIDERS[model]
    with play(colour, reply, model=model) as door:
        door.execute(door.chat().user("Hello").max_tokens(99))
        request = door.transport.requests[0]
        assert request.url == url
        assert KEY in Headers(request.headers)[header]
        assert limit(sent(door)) == 99


STREAMS = {
    "anthropic/claude-3-5-sonnet": [
        b"event: message_start\n" + sse({"type": "message_start", "message": ANTHROPIC}),
        sse(
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "text", "text": ""},
            }
        ),
        sse(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": "Hi"},
            }
        ),
        sse({"type": "content_block_stop", "index": 0}),
        sse(
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn"},
                "usage": {"output_tokens": 1},
            }
        ),
        sse({"type": "message_stop"}),
    ],
    "deepseek/deepseek-chat": [delta("Hi"), delta(finish="stop"), sse("[DONE]")],
    "gemini/gemini-2.0-flash": [sse(GEMINI)],
}


@both
@pytest.mark.parametrize("model", STREAMS)
def test_the_forms_of_streams_are_handled(colour: Colour, model: str) -> None:
    """Each provider's own events become the same."""
    with play(colour, StreamReply(STREAMS[model]), model=model) as door:
        events = list(door.events(door.chat().user("Hello")))
        assert [event.as_content_delta.text for event in events if event.is_content_delta] == ["Hi"]
        assert events[-1].as_stream_end.finish_reason == "stop"

"""Messages: what each role may hold, where an error stands, and their form as JSON."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import cast

import pytest
from hypothesis import given, settings

from llmkit._models.messages import (
    AssistantMessage,
    DeveloperMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
    messages_of,
)
from llmkit._models.parts import ImagePart, ReasoningPart, RefusalPart, TextPart
from llmkit._models.tools import ToolCall
from llmkit.errors import InvalidRequestError

from .values import messages, through_json

IMAGE = ImagePart(url="https://example.com/a.png")
CALL = ToolCall("1", "look", '{"a":1}')


@settings(max_examples=400)
@given(messages)
def test_json_and_back(message: Message) -> None:
    """A message survives JSON text whole: order, thinking and seals included."""
    assert Message.from_dict(through_json(message.to_dict())) == message


@given(messages)
def test_pickle_and_back(message: Message) -> None:
    """A message survives pickling whole."""
    assert pickle.loads(pickle.dumps(message)) == message


@pytest.mark.parametrize(
    ("message", "form"),
    [
        (SystemMessage("a"), {"role": "system", "content": "a"}),
        (DeveloperMessage("a"), {"role": "developer", "content": "a"}),
        (UserMessage("a", name="Ann"), {"role": "user", "content": "a", "name": "Ann"}),
        (
            UserMessage(["a", IMAGE]),
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "a"},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                ],
            },
        ),
        (
            ToolMessage("a", tool_call_id="1"),
            {"role": "tool", "tool_call_id": "1", "content": "a"},
        ),
        (
            AssistantMessage("a", tool_calls=[CALL]),
            {
                "role": "assistant",
                "content": "a",
                "tool_calls": [
                    {
                        "id": "1",
                        "type": "function",
                        "function": {"name": "look", "arguments": '{"a":1}'},
                    }
                ],
            },
        ),
    ],
)
def test_openai_form(message: Message, form: dict[str, object]) -> None:
    """What OpenAI's form can say is said in OpenAI's form, and read from it."""
    assert message.to_dict() == form
    assert Message.from_dict(form) == message


def test_more_than_openai_form() -> None:
    """Where OpenAI's form would lose the order or a seal, `parts` says it beside the rest."""
    message = AssistantMessage([TextPart("a"), CALL, ReasoningPart("t", signature="s")])
    form = message.to_dict()
    assert form["content"] == "a"
    assert form["reasoning_content"] == "t"
    parts = cast("list[Mapping[str, object]]", form["parts"])
    assert [part["type"] for part in parts] == ["text", "tool_call", "reasoning"]
    assert Message.from_dict(form) == message


def test_short_names() -> None:
    """`Message.user(…)` and its like build the typed messages."""
    assert Message.system("a") == SystemMessage("a")
    assert Message.user("a") == UserMessage("a")
    assert Message.assistant("a", tool_calls=[CALL]) == AssistantMessage("a", tool_calls=[CALL])
    assert Message.tool("1", "a", is_error=True) == ToolMessage(
        "a", tool_call_id="1", is_error=True
    )


def test_what_an_answer_gives() -> None:
    """Text and thinking are joined; nothing is None rather than an empty text."""
    message = AssistantMessage(
        [ReasoningPart("x"), "a", ReasoningPart("y"), "b", RefusalPart("no"), CALL]
    )
    assert (message.content, message.reasoning, message.refusal) == ("ab", "xy", "no")
    assert message.tool_calls == (CALL,)
    nothing = AssistantMessage()
    assert nothing.content is nothing.reasoning is nothing.refusal is None
    assert nothing.tool_calls == ()


def test_roles_are_kinds_of_their_own() -> None:
    """Two messages of different roles differ, whatever they say."""
    given: list[object] = [SystemMessage("a"), DeveloperMessage("a"), UserMessage("a")]
    assert [given.index(message) for message in given] == [0, 1, 2]


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: UserMessage(b"bytes"), "content"),  # type: ignore[arg-type]
    (lambda: UserMessage(3), "content"),  # type: ignore[arg-type]
    (lambda: UserMessage(None), "content"),  # type: ignore[arg-type]
    (lambda: UserMessage([]), "content"),
    (lambda: UserMessage(["a", 3]), "content[1]"),  # type: ignore[list-item]
    (lambda: UserMessage(["a", "\ud800"]), "content[1]"),
    (lambda: UserMessage("half a pair: \ud83d"), "content"),
    (lambda: UserMessage("a", name="\udc00"), "name"),
    (lambda: UserMessage(ReasoningPart("x")), "content[0]"),
    (lambda: UserMessage(["a", RefusalPart("x")]), "content[1]"),
    (lambda: SystemMessage(["a", IMAGE]), "content[1]"),
    (lambda: DeveloperMessage(IMAGE), "content[0]"),
    (lambda: ToolMessage("a", tool_call_id=""), "tool_call_id"),
    (lambda: ToolMessage("a", tool_call_id=3), "tool_call_id"),  # type: ignore[arg-type]
    (lambda: ToolMessage("a", tool_call_id="1", is_error="yes"), "is_error"),  # type: ignore[arg-type]
    (lambda: ToolMessage(ReasoningPart("x"), tool_call_id="1"), "content[0]"),
    (lambda: AssistantMessage("a", refusal=3), "refusal"),  # type: ignore[arg-type]
    (lambda: AssistantMessage("a", reasoning=3), "reasoning"),  # type: ignore[arg-type]
    (lambda: AssistantMessage("a", prefix="x"), "prefix"),  # type: ignore[arg-type]
    (lambda: AssistantMessage(tool_calls=[3]), "tool_calls[0]"),  # type: ignore[list-item]
    (lambda: AssistantMessage(tool_calls=[{"id": "1"}]), "tool_calls[0].function"),
    (
        lambda: AssistantMessage(tool_calls=[CALL, {"id": "1", "function": {"name": ""}}]),
        "tool_calls[1].function.name",
    ),
    (lambda: AssistantMessage([b"x"]), "content[0]"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("make", "field"), REFUSED)
def test_refused(make: Callable[[], object], field: str) -> None:
    """What cannot be right on any provider fails at once, and the error names the place."""
    with pytest.raises(InvalidRequestError) as caught:
        make()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"content": "a"}, "messages[1].role"),
        ({"role": "narrator", "content": "a"}, "messages[1].role"),
        ({"role": ["user"], "content": "a"}, "messages[1].role"),
        ({"role": "user"}, "messages[1].content"),
        ({"role": "user", "content": None}, "messages[1].content"),
        ({"role": "user", "content": "a", "colour": 1}, "messages[1].colour"),
        ({"role": "user", "content": "a", "name": 3}, "messages[1].name"),
        ({"role": "user", "content": "a", "tool_call_id": "x"}, "messages[1].tool_call_id"),
        ({"role": "tool", "content": "a"}, "messages[1].tool_call_id"),
        ({"role": "tool", "content": "a", "tool_call_id": ""}, "messages[1].tool_call_id"),
        ({"role": "user", "content": [{"type": "text"}]}, "messages[1].content[0].text"),
        (
            {"role": "user", "content": ["a", {"type": "smell"}]},
            "messages[1].content[1].type",
        ),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {}}]},
            "messages[1].content[0].image_url.url",
        ),
        (
            {"role": "user", "content": [{"type": "refusal", "refusal": "a"}]},
            "messages[1].content[0]",
        ),
        ({"role": "assistant", "tool_calls": 3}, "messages[1].tool_calls"),
        ({"role": "assistant", "tool_calls": [{}]}, "messages[1].tool_calls[0].function"),
        (
            {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]},
            "messages[1].tool_calls[0].id",
        ),
        ({"role": "assistant", "reasoning_content": 3}, "messages[1].reasoning_content"),
        ({"role": "assistant", "function_call": {"name": "f"}}, "messages[1].function_call"),
        ({"role": "assistant", "parts": ["a"]}, "messages[1].parts[0]"),
        ({"role": "assistant", "parts": [{"type": "x"}]}, "messages[1].parts[0].type"),
        (
            {"role": "assistant", "parts": [{"type": "tool_call"}]},
            "messages[1].parts[0].tool_call",
        ),
        (3, "messages[1]"),
        ("hello", "messages[1]"),
    ],
)
def test_refused_form(given: object, field: str) -> None:
    """An error in a message that was given as a mapping names the place in the request."""
    with pytest.raises(InvalidRequestError) as caught:
        messages_of([UserMessage("hello"), cast("Message", given)])
    assert caught.value.field == field


@pytest.mark.parametrize("given", ["hello", b"hello", 3, None, [], {}, UserMessage("hello")])
def test_not_a_conversation(given: object) -> None:
    """A conversation is a list of at least one message."""
    with pytest.raises(InvalidRequestError) as caught:
        messages_of(cast("list[Message]", given))
    assert caught.value.field == "messages"


def test_given_in_any_form() -> None:
    """Typed messages and mappings may stand beside each other, in any iterable."""
    expected = (SystemMessage("a"), UserMessage("b"))
    assert messages_of([SystemMessage("a"), {"role": "user", "content": "b"}]) == expected
    assert messages_of(cast("list[Message]", iter(expected))) == expected


def test_openai_answer_is_read() -> None:
    """An answer as OpenAI sends it, with its empty extras, can be the next request's message."""
    form: dict[str, object] = {
        "role": "assistant",
        "content": "a",
        "refusal": None,
        "annotations": [],
        "audio": None,
        "function_call": None,
    }
    assert Message.from_dict(form) == AssistantMessage("a")


def test_tool_call_arguments_as_an_object() -> None:
    """Some servers send a call's arguments as an object; they are read as its text."""
    call = {"id": "1", "function": {"name": "f", "arguments": {"a": [1]}}}
    message = Message.from_dict({"role": "assistant", "tool_calls": [call]})
    assert isinstance(message, AssistantMessage)
    assert message.tool_calls == (ToolCall("1", "f", '{"a":[1]}'),)

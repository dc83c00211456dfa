"""The Go Mistral client beyond its page on chat, as far as chat shows it."""

from __future__ import annotations

from collections.abc import Iterator
from json import loads
from typing import Any, TypeVar

import pytest
from attrs import field, frozen
from colours import Colour, both

from llmkit import (
    APIError,
    AssistantMessage,
    AsyncChatClient,
    AsyncCompletionStream,
    ChatClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    CompletionStream,
    Conversation,
    FilePart,
    ImagePart,
    Message,
    ReasoningPart,
    ServerError,
    TextPart,
    Tool,
    UserMessage,
)
from llmkit.errors import InvalidRequestError
from llmkit.testing import Reply, chat_reply

from .playing import KEY, MISTRAL, PLAIN, answered, asked, delta, play, resolved, streamed, whole

T = TypeVar("T")
MODEL = MISTRAL
HI = [UserMessage("Hi")]


@frozen
class Counting:
    """A decorator of a client: it counts what passes."""

    inner: ChatClient
    seen: list[str] = field(factory=list)

    def chat_completion(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        self.seen.append(request.model)
        return self.inner.chat_completion(request)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], *, raise_errors: bool = True
    ) -> CompletionStream[T]:
        self.seen.append(request.model)
        return self.inner.chat_completion_stream(request, raise_errors=raise_errors)


@frozen
class AsyncCounting:
    """The same, awaited."""

    inner: AsyncChatClient
    seen: list[str] = field(factory=list)

    async def chat_completion(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        self.seen.append(request.model)
        return await self.inner.chat_completion(request)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], *, raise_errors: bool = True
    ) -> AsyncCompletionStream[T]:
        self.seen.append(request.model)
        return self.inner.chat_completion_stream(request, raise_errors=raise_errors)


@both
def test_a_client_can_be_replaced(colour: Colour) -> None:
    """`ChatClient` is what a mock or a decorator has to be, and a conversation takes any."""
    with play(colour, chat_reply("a"), model=MODEL) as door:
        made = AsyncCounting if hasattr(door, "run") else Counting
        decorated: Any = made(door.client)
        _, response = resolved(door, Conversation(MODEL).send(decorated, "Hi"))
        assert response.content == "a"
        assert decorated.seen == [MODEL]


class Mock:
    """A client that is none: it answers what it was told."""

    def chat_completion(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        return ChatCompletionResponse(model=request.model)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], *, raise_errors: bool = True
    ) -> CompletionStream[T]:
        raise NotImplementedError


def test_a_mock_needs_no_network() -> None:
    """Where a scripted transport is more than is wanted."""
    client: ChatClient = Mock()
    assert client.chat_completion(PLAIN).model == MODEL


@both
def test_the_key_is_sent_as_a_bearer(colour: Colour) -> None:
    """With a JSON body."""
    with play(colour, chat_reply("a"), model=MODEL) as door:
        door.complete(PLAIN)
        headers = {
            name.lower(): value for name, value in door.transport.requests[0].headers.items()
        }
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"].startswith("application/json")


@both
def test_a_busy_server_is_asked_again(colour: Colour) -> None:
    """After 429, 500, 502, 503 and 504, and `Retry-After` is heeded."""
    for status in (429, 500, 502, 503, 504):
        script = Reply({}, status, {"Retry-After": "0"}), chat_reply("a")
        with play(colour, *script, model=MODEL) as door:
            response = door.complete(PLAIN)
        assert [attempt.status for attempt in response.attempts] == [status, 200]
        assert response.attempts[1].wait == 0


@both
def test_an_error_says_what_the_provider_said(colour: Colour) -> None:
    """Its status, body and message; by 4xx and 5xx alike, each with a type of its own."""
    detail = [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]
    with play(colour, Reply({"detail": detail}, 422), model=MODEL) as door:
        with pytest.raises(APIError) as caught:
            door.complete(PLAIN)
        assert caught.value.status == 422
        assert loads(caught.value.body or "") == {"detail": detail}
        assert "Field required" in str(caught.value)
    with play(colour, *[Reply({}, 501, {"Retry-After": "0"})] * 3, model=MODEL) as door:
        with pytest.raises(ServerError) as failed:
            door.complete(PLAIN)
        assert failed.value.status == 501


def test_a_request_is_read_from_json() -> None:
    """The role decides the kind of a message; an unknown or missing one is named."""
    form = PLAIN.to_dict()
    assert ChatCompletionRequest.from_dict(form) == PLAIN
    for wrong in ({"role": "king", "content": "a"}, {"content": "a"}):
        with pytest.raises(InvalidRequestError) as caught:
            ChatCompletionRequest.from_dict({**form, "messages": [wrong]})
        assert caught.value.field == "messages[0].role"


@both
def test_an_answer_may_be_begun(colour: Colour) -> None:
    """`prefix`: the model goes on from the text; it survives JSON, too."""
    begun = AssistantMessage("The capital is", prefix=True)
    body = asked(colour, messages=[UserMessage("Capital?"), begun])
    assert body["messages"][1]["prefix"] is True
    assert Message.from_dict(begun.to_dict()) == begun


@frozen
class City:
    """What an answer shall be."""

    name: str


@both
def test_an_answer_becomes_a_value(colour: Colour) -> None:
    """`response.parse(City)` for `message.Output(&city)`; text in parts is joined first."""
    parts = [{"type": "text", "text": '{"name":'}, {"type": "text", "text": '"Paris"}'}]
    for content in ('{"name":"Paris"}', parts):
        message = {"role": "assistant", "content": content}
        reply = whole({"index": 0, "message": message, "finish_reason": "stop"})
        assert answered(colour, reply).parse(City) == City("Paris")


@both
def test_content_of_other_kinds(colour: Colour) -> None:
    """Text, images and documents by address, thinking; in the forms that Mistral takes."""
    body = asked(
        colour,
        messages=[
            UserMessage(
                [
                    TextPart("Look:"),
                    ImagePart(url="https://example.com/cat.png"),
                    FilePart(url="https://example.com/a.pdf", filename="a.pdf"),
                ]
            ),
            AssistantMessage([ReasoningPart("Hm.", provider="mistral"), TextPart("A cat.")]),
            UserMessage("Sure?"),
        ],
        model="mistral/magistral-medium-latest",
    )
    user, assistant, _ = body["messages"]
    assert [part["type"] for part in user["content"]] == ["text", "image_url", "document_url"]
    assert user["content"][2]["document_url"] == "https://example.com/a.pdf"
    assert [part["type"] for part in assistant["content"]] == ["thinking", "text"]


def test_a_role_takes_its_own_content() -> None:
    """An image in a system message is an error at once, and not left out in silence."""
    with pytest.raises(InvalidRequestError) as caught:
        Message.system(ImagePart(url="https://example.com/cat.png"))
    assert caught.value.field == "content[0]"


@both
def test_a_tool_takes_any_schema(colour: Colour) -> None:
    """`required`, `items`, `enum` and the rest, which `PropertyDefinition` has no place for."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"of": {"type": "array", "items": {"enum": ["a", "b"]}}},
        "required": ["of"],
    }
    (tool,) = asked(colour, tools=[Tool("f", "d", schema, strict=False)])["tools"]
    assert tool["function"]["parameters"] == schema


@both
@pytest.mark.parametrize("arguments", ['{"x":1}', {"x": 1}])
def test_arguments_may_be_text_or_an_object(colour: Colour, arguments: object) -> None:
    """Both are read, and kept as text beside."""
    function = {"name": "f", "arguments": arguments}
    message = {"role": "assistant", "tool_calls": [{"id": "c1", "function": function}]}
    reply = whole({"index": 0, "message": message, "finish_reason": "tool_calls"})
    (call,) = answered(colour, reply).tool_calls
    assert (call.id, call.name, call.arguments, call.arguments_json) == (
        *("c1", "f", {"x": 1}),
        '{"x":1}',
    )


@both
def test_arguments_may_come_in_pieces(colour: Colour) -> None:
    """Of a stream, wherever they are cut."""

    def piece(arguments: str, **more: Any) -> Iterator[Any]:
        yield {"index": 0, "function": {"arguments": arguments, **more}}

    pieces = [list(piece("", name="f")), list(piece('{"x"')), list(piece(":1}"))]
    script = [delta(tool_calls=calls) for calls in pieces]
    with play(colour, streamed(*script, delta(finish="tool_calls")), model=MODEL) as door:
        (call,) = door.stream(PLAIN).response().tool_calls
    assert (call.name, call.arguments) == ("f", {"x": 1})

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Requests, options and answers, as a user writes them; `assert_type` says what they are."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from llmkit import (
    AssistantMessage,
    AudioPart,
    ChatCompletionChoice,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Citation,
    Client,
    CompletionChunk,
    FilePart,
    FinishReason,
    ImagePart,
    Logprobs,
    Message,
    ReasoningPart,
    RefusalPart,
    RequestOption,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
    new_chat_completion_request,
    new_chat_completion_stream_request,
    with_max_tokens,
    with_response_json_object_format,
    with_stop,
    with_temperature,
    with_tools,
)


def messages() -> list[Message]:
    """Typed messages, with parts of every kind that a user may send."""
    picture = ImagePart.from_url("https://example.com/cat.png", detail="low")
    sound = AudioPart.from_bytes(b"RIFF....WAVEfmt ")
    paper = FilePart.from_bytes(b"%PDF-1.7", filename="paper.pdf")
    assert_type(picture, ImagePart)
    assert_type(picture.data, bytes | None)
    assert_type(paper.filename, str | None)
    return [
        SystemMessage("Be brief."),
        UserMessage(["What is this?", picture, sound, paper, TextPart("Well?")]),
        AssistantMessage("A cat.", tool_calls=[ToolCall("1", "look", "{}")]),
        ToolMessage("It is.", tool_call_id="1"),
        Message.user("Thanks."),
    ]


def from_a_path(path: Path) -> Sequence[ImagePart | AudioPart | FilePart]:
    """Media of a file on disk, with a limit of the user's own."""
    return [ImagePart.from_path(path), FilePart.from_path(str(path), max_bytes=1024)]


def answer(client: Client) -> None:
    """A request, and all that its answer tells."""
    request = ChatCompletionRequest("echo/demo", [UserMessage("Hello")], temperature=0)
    response = client.chat_completion(request)
    assert_type(response, ChatCompletionResponse[object])
    assert_type(response.content, str | None)
    assert_type(response.assistant_message(), AssistantMessage)
    assert_type(response.choices, tuple[ChatCompletionChoice, ...])
    assert_type(response.choices[0].finish_reason, FinishReason)
    assert_type(response.choices[0].logprobs, Logprobs | None)
    assert_type(response.usage, Usage)
    assert_type(response.usage.prompt_tokens, int)
    assert_type(response.latency, datetime.timedelta)
    assert_type(response.created, datetime.datetime | None)
    assert_type(response.tool_calls, tuple[ToolCall, ...])
    assert_type(response.estimated_cost(), Decimal | None)


def parts(message: AssistantMessage) -> None:
    """What an answer is made of is told apart by its kind."""
    for part in message.parts:
        match part:
            case TextPart():
                assert_type(part.citations, tuple[Citation, ...])
            case ReasoningPart():
                assert_type(part.signature, str | None)
            case RefusalPart():
                assert_type(part.text, str)
            case ToolCall():
                assert_type(part.arguments_json, str)
            case ImagePart() | AudioPart() | FilePart():
                assert_type(part.media_type, str | None)


def options(client: Client) -> None:
    """Options make requests, and change the type of none."""
    common: list[RequestOption[object]] = [with_temperature(0.2), with_max_tokens(100)]
    request = new_chat_completion_request("echo/demo", [UserMessage("Hello")], *common)
    assert_type(request, ChatCompletionRequest[object])
    changed = request.with_options(with_stop("END"), with_response_json_object_format())
    assert_type(changed, ChatCompletionRequest[object])
    told = new_chat_completion_request(
        "echo/demo", [{"role": "user", "content": "Hello"}], with_tools([len])
    )
    assert_type(told, ChatCompletionRequest[object])
    streamed = new_chat_completion_stream_request("echo/demo", [UserMessage("Hello")])
    for chunk in client.chat_completion_stream(streamed):
        assert_type(chunk, CompletionChunk)
        assert_type(chunk.delta_message().content, str | None)
        assert_type(chunk.usage, Usage | None)


def main() -> None:
    """All of it, against the provider that answers from within."""
    messages()
    with Client("echo/demo") as client:
        assert_type(client, Client)
        answer(client)

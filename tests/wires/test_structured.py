"""Answers of a schema, end to end: by each way, in both colours, whole and streamed."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen
from colours import Colour, both

from llmkit import (
    ChatCompletionRequest,
    FinishReason,
    Provider,
    ResponseFormat,
    ResponseParseError,
    SystemMessage,
    Tool,
    UserMessage,
    new_chat_completion_request,
    with_response_json_schema,
    with_tools,
)
from llmkit.adapters.structured import OUTPUT_TOOL
from llmkit.testing import Reply, ScriptedTransport, chat_reply, chat_stream


@frozen
class Person:
    """What is asked for."""

    name: str
    age: int | None = None


ADA = '{"name": "Ada", "age": null}'

WAYS: dict[str, tuple[dict[str, Any], str]] = {
    "native": ({}, "native"),
    "tool": ({"response_formats": ["text"]}, "tool"),
    "object and prompt": (
        {"response_formats": ["text", "json_object"], "tool_choices": ["auto"]},
        "prompt",
    ),
    "prompt": ({"response_formats": ["text"], "tool_choices": ["auto"]}, "prompt"),
    "prompt, for want of tools": ({"response_formats": [], "refuses": ["tools"]}, "prompt"),
}
"""The quirks of a provider, and the way they leave."""


def provider(quirks: dict[str, Any]) -> Provider:
    """A provider like that."""
    return Provider("mine", wire="openai-chat", base_url="https://mine.test/v1", quirks=quirks)


def ask(shape: Any = Person) -> ChatCompletionRequest[Any]:
    """A request for a person."""
    return new_chat_completion_request(
        "mine/m",
        [SystemMessage("Be brief."), UserMessage("Who?")],
        with_response_json_schema(shape),
    )


def called(text: str) -> list[dict[str, object]]:
    """The answer as a call."""
    return [{"name": OUTPUT_TOOL, "arguments": text}]


def answered(
    colour: Colour, quirks: dict[str, Any], request: ChatCompletionRequest[Any], text: str,
    *, tool: bool, streamed: bool,
) -> tuple[Any, Any]:  # fmt: skip
    """What was sent, and the answer."""
    said: dict[str, Any] = {"tool_calls": called(text)} if tool else {}
    texts = [] if tool else [text]
    reply = chat_stream(*texts, **said) if streamed else chat_reply(*texts, **said)
    transport = ScriptedTransport(reply)
    with colour("mine/m", providers=[provider(quirks)], transport=transport) as door:
        response = door.stream(request).response() if streamed else door.complete(request)
    return transport.requests[0].json(), response


@both
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("quirks", "way"), WAYS.values(), ids=WAYS)
def test_each_way_gives_the_value(
    colour: Colour, quirks: dict[str, Any], way: str, streamed: bool
) -> None:
    """`parse()` makes it, the text is its JSON, and the way is in the adjustments."""
    tool = way == "tool"
    body, response = answered(colour, quirks, ask(), ADA, tool=tool, streamed=streamed)
    assert response.parse() == Person("Ada")
    assert response.content == ADA
    assert response.tool_calls == ()
    assert response.finish_reason is FinishReason.STOP
    changed = [change for change in response.adjustments if change.field == "response_format"]
    assert bool(changed) == (way != "native")
    if way == "prompt":
        assert body["messages"][0]["content"].startswith("Be brief.")
        assert '"name"' in body["messages"][0]["content"]
    if tool:
        assert body["tool_choice"]["function"]["name"] == OUTPUT_TOOL


@both
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("way", ["native", "tool"])
def test_a_list_is_an_answer(colour: Colour, way: str, streamed: bool) -> None:
    """Where the wire wants an object around it, nobody sees that."""
    text = '{"answer": ["a", "b"]}'
    quirks = WAYS[way][0]
    asked = ask(list[str])
    body, response = answered(colour, quirks, asked, text, tool=way == "tool", streamed=streamed)
    assert '"answer"' in repr(body).replace("'", '"')
    assert response.content == '["a", "b"]'
    assert response.parse() == ["a", "b"]


@both
def test_a_stream_of_a_call_is_text_as_it_comes(colour: Colour) -> None:
    """Each piece of the arguments is content."""
    transport = ScriptedTransport(chat_stream(tool_calls=called(ADA)))
    quirks = WAYS["tool"][0]
    with colour("mine/m", providers=[provider(quirks)], transport=transport) as door:
        chunks = [*door.stream(ask())]
    assert "".join(chunk.delta_message().content or "" for chunk in chunks) == ADA
    assert not any(chunk.delta_message().tool_calls for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason is FinishReason.STOP


@both
@pytest.mark.parametrize(("quirks", "way"), WAYS.values(), ids=WAYS)
def test_the_answer_is_held_against_the_original_schema(
    colour: Colour, quirks: dict[str, Any], way: str
) -> None:
    """What a wire does not know of a schema is checked all the same."""
    schema = {"type": "object", "properties": {"n": {"type": "string", "minLength": 3}}}
    request: ChatCompletionRequest[Any] = ChatCompletionRequest(
        "mine/m", [UserMessage("?")], response_format=ResponseFormat.json_schema(schema)
    )
    _, response = answered(
        colour, quirks, request, '{"n": "a"}', tool=way == "tool", streamed=False
    )
    with pytest.raises(ResponseParseError, match="at least 3") as caught:
        response.parse()
    assert caught.value.reason == "type"
    _, response = answered(
        colour, quirks, request, '{"n": null}', tool=way == "tool", streamed=False
    )
    assert response.parse() == {}


@both
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("way", ["native", "tool"])
def test_the_provider_within_gives_the_value(colour: Colour, way: str, streamed: bool) -> None:
    """Over the real path: echo answers by the schema, and by the forced tool."""
    within = Provider(
        "within", wire="openai-chat", base_url="http://echo.invalid/v1", auth=None,
        key_required=False, transport="echo", quirks=WAYS[way][0],
    )  # fmt: skip
    for shape in (Person, list[Person]):
        request = new_chat_completion_request(
            "within/demo", [UserMessage("Who?")], with_response_json_schema(shape)
        )
        with colour(providers=[within]) as door:
            response = door.stream(request).response() if streamed else door.complete(request)
        value: Any = response.parse()
        assert isinstance(value[0] if isinstance(value, list) else value, Person)
        assert response.finish_reason is FinishReason.STOP


JSON_OBJECT = {
    "native": ({}, {"response_format": {"type": "json_object"}}),
    "as a schema": (
        {"response_formats": ["text", "json_schema"]},
        {"response_format": {
            "type": "json_schema",
            "json_schema": {"name": "response", "schema": {"type": "object"}},
        }},
    ),
    "prompt": ({"response_formats": ["text"]}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("quirks", "said"), JSON_OBJECT.values(), ids=JSON_OBJECT)
@both
def test_any_object(colour: Colour, quirks: dict[str, Any], said: dict[str, Any]) -> None:
    """Any JSON object: by the field, else as a schema, else by words."""
    request: ChatCompletionRequest[Any] = ChatCompletionRequest(
        "mine/m", [UserMessage("?")], response_format={"type": "json_object"}
    )
    body, response = answered(colour, quirks, request, '{"a": 1}', tool=False, streamed=False)
    assert response.parse() == {"a": 1}
    assert {key: body[key] for key in body if key == "response_format"} == said
    assert ("JSON object" in body["messages"][0]["content"]) == (not said)


def _anthropic() -> dict[str, Any]:
    block = {"type": "tool_use", "id": "t", "name": OUTPUT_TOOL, "input": {"name": "Ada"}}
    usage = {"input_tokens": 1, "output_tokens": 1}
    return {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [block],
            "stop_reason": "tool_use", "usage": usage}  # fmt: skip


def _gemini() -> dict[str, Any]:
    parts = [{"functionCall": {"name": OUTPUT_TOOL, "args": {"name": "Ada"}}}]
    content = {"role": "model", "parts": parts}
    return {"candidates": [{"index": 0, "finishReason": "STOP", "content": content}]}


def _bedrock() -> dict[str, Any]:
    use = {"toolUseId": "t", "name": OUTPUT_TOOL, "input": {"name": "Ada"}}
    message = {"role": "assistant", "content": [{"toolUse": use}]}
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    return {"output": {"message": message}, "stopReason": "tool_use", "usage": usage}


FORCED: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic-messages": ("anthropic/claude-sonnet-4-0", _anthropic()),
    "gemini": ("gemini/gemini-2.0-flash", _gemini()),
    "bedrock-converse": ("bedrock/amazon.nova-pro-v1:0", _bedrock()),
}
"""Models without a field for it, that can be made to call a tool; and that call of theirs."""


@both
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("model", "body"), FORCED.values(), ids=FORCED)
def test_a_forced_call_is_text_on_each_wire(
    colour: Colour, model: str, body: dict[str, Any], streamed: bool
) -> None:
    """Beside a tool of the request's own, too, and whatever the wire says it stopped for."""
    tools = with_tools([Tool("look", "Looks.")])
    shape = with_response_json_schema(Person)
    request = new_chat_completion_request(model, [UserMessage("Who?")], tools, shape)
    transport = ScriptedTransport(Reply(body))
    own = model.partition("/")[0]
    where = "https://wire.test"
    with colour(provider=own, api_key="k", base_url=where, transport=transport) as door:
        response = door.stream(request).response() if streamed else door.complete(request)
    assert response.parse() == Person("Ada")
    assert response.tool_calls == ()
    assert response.finish_reason is FinishReason.STOP

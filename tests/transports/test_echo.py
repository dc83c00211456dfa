"""The embedded provider: the wire's own bytes, from within."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import pytest

from llmkit import AsyncClient, ChatCompletionRequest, Client, UserMessage
from llmkit._http import HttpRequest, HttpResponse, Timeout
from llmkit._json import dumps, loads
from llmkit._transports.echo import EchoTransport
from llmkit.errors import BadRequestError, ClosedError, TimeoutError

URL = "http://echo.invalid/v1/chat/completions"
USER = {"role": "user", "content": "What is the capital of France?"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 3}},
            "required": ["city", "days"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "clock"}}


class Door(Protocol):
    """The transport in one colour."""

    def send(self, request: HttpRequest, deadline: float | None = None) -> HttpResponse: ...
    def stream(self, request: HttpRequest) -> tuple[HttpResponse, Sequence[bytes]]: ...
    def close(self) -> None: ...


class Sync:
    def __init__(self) -> None:
        self.transport = EchoTransport()

    def send(self, request: HttpRequest, deadline: float | None = None) -> HttpResponse:
        return self.transport.send(request, Timeout(), deadline)

    def stream(self, request: HttpRequest) -> tuple[HttpResponse, Sequence[bytes]]:
        stream = self.transport.stream(request, Timeout(), None)
        pieces = list(iter(lambda: stream.read("idle"), b""))
        stream.close()
        assert stream.read("idle") == b""
        return HttpResponse(stream.status, stream.headers, b"".join(pieces)), pieces

    def close(self) -> None:
        self.transport.close()


class Async:
    def __init__(self) -> None:
        self.transport = EchoTransport()

    def send(self, request: HttpRequest, deadline: float | None = None) -> HttpResponse:
        return asyncio.run(self.transport.asend(request, Timeout(), deadline))

    def stream(self, request: HttpRequest) -> tuple[HttpResponse, Sequence[bytes]]:
        return asyncio.run(self._stream(request))

    async def _stream(self, request: HttpRequest) -> tuple[HttpResponse, Sequence[bytes]]:
        stream = await self.transport.astream(request, Timeout(), None)
        pieces: list[bytes] = []
        while piece := await stream.read("idle"):
            pieces.append(piece)
        await stream.aclose()
        assert await stream.read("idle") == b""
        return HttpResponse(stream.status, stream.headers, b"".join(pieces)), pieces

    def close(self) -> None:
        asyncio.run(self.transport.aclose())


@pytest.fixture(params=[Sync, Async])
def door(request: pytest.FixtureRequest) -> Door:
    """The transport, in each colour."""
    return cast("Callable[[], Door]", request.param)()


def post(**fields: object) -> HttpRequest:
    """A request as the adapter makes it."""
    body = {"model": "demo", "messages": [USER], **fields}
    return HttpRequest("POST", URL, {"content-type": "application/json"}, dumps(body))


def whole(door: Door, **fields: object) -> dict[str, Any]:
    """The body of a good answer that is not streamed."""
    response = door.send(post(**fields))
    assert response.status == 200
    assert response.headers["content-type"] == "application/json"
    return cast("dict[str, Any]", loads(response.body))


def events(door: Door, **fields: object) -> list[dict[str, Any]]:
    """The events of a good stream, less its end mark."""
    response, pieces = door.stream(post(stream=True, **fields))
    assert response.status == 200
    assert response.headers["content-type"] == "text/event-stream"
    assert pieces[-1] == b"data: [DONE]\n\n"
    return [loads(piece.removeprefix(b"data: ")) for piece in pieces[:-1]]  # type: ignore[misc]


def folded(found: Sequence[Mapping[str, Any]], index: int = 0) -> dict[str, Any]:
    """One choice of a stream, put together as a client does."""
    message: dict[str, Any] = {"content": "", "reasoning_content": "", "tool_calls": []}
    finish = None
    for choice in (choice for event in found for choice in event["choices"]):
        if choice["index"] != index:
            continue
        finish = choice["finish_reason"] or finish
        for key in ("content", "reasoning_content"):
            message[key] += choice["delta"].get(key) or ""
        for call in choice["delta"].get("tool_calls", ()):
            if "id" in call:
                message["tool_calls"].append({key: call[key] for key in ("id", "type", "function")})
            else:
                said = message["tool_calls"][call["index"]]["function"]
                said["arguments"] += call["function"]["arguments"]
    return {"message": {key: value for key, value in message.items() if value}, "finish": finish}


def test_it_repeats_the_users_last_text(door: Door) -> None:
    """The same text for the same request, in OpenAI's form."""
    answer = whole(door)
    (choice,) = answer["choices"]
    assert answer["object"] == "chat.completion"
    assert answer["model"] == "demo"
    assert abs(answer["created"] - time.time()) < 60
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"].startswith("You said: What is the capital of France?")
    assert (choice["finish_reason"], choice["logprobs"]) == ("stop", None)
    again = whole(door)
    assert (again["id"], again["choices"]) == (answer["id"], answer["choices"])


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"n": 3},
        {"reasoning_effort": "high"},
        {"tools": [WEATHER]},
        {"tools": [WEATHER, CLOCK], "tool_choice": "required", "n": 2},
        {"max_tokens": 4, "reasoning_effort": "low"},
        {"response_format": {"type": "json_object"}},
    ],
)
def test_a_stream_says_what_the_whole_answer_says(door: Door, fields: dict[str, object]) -> None:
    """Piece by piece, with the same id, usage and ends."""
    found = events(door, stream_options={"include_usage": True}, **fields)
    answer = whole(door, **fields)
    for choice in answer["choices"]:
        told = {k: v for k, v in choice["message"].items() if v and k != "role"}
        for call in told.get("tool_calls", ()):
            call.pop("id")  # made of the body, which says `stream` in one of the two
        streamed = folded(found, choice["index"])
        for call in streamed["message"].get("tool_calls", ()):
            call.pop("id")
        assert streamed == {"message": told, "finish": choice["finish_reason"]}
    assert found[-1]["choices"] == []
    assert found[-1]["usage"] == answer["usage"]
    assert all(event["usage"] is None for event in found[:-1])
    assert {event["object"] for event in found} == {"chat.completion.chunk"}
    assert len({event["id"] for event in found}) == 1


def test_a_stream_comes_in_pieces_and_tells_usage_when_asked(door: Door) -> None:
    """Several events; and without `include_usage` no word of usage, as OpenAI does it."""
    found = events(door)
    assert len(found) > 5
    assert all("usage" not in event and event["choices"] for event in found)


def test_stop_and_limit(door: Door) -> None:
    """A stop sequence ends the answer before itself; a limit cuts it after so many tokens."""
    (choice,) = whole(door, stop=["zzz", " capital"])["choices"]
    assert choice["message"]["content"] == "You said: What is the"
    assert choice["finish_reason"] == "stop"
    for name in ("max_tokens", "max_completion_tokens"):
        answer = whole(door, **{name: 3})
        assert answer["choices"][0]["message"]["content"] == "You said:"
        assert answer["choices"][0]["finish_reason"] == "length"
        assert answer["usage"]["completion_tokens"] == 3


def test_usage_adds_up(door: Door) -> None:
    """Thinking is within the completion, and longer prompts cost more."""
    answer = whole(door, reasoning_effort="high")
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    thought = usage["completion_tokens_details"]["reasoning_tokens"]
    assert 0 < thought < usage["completion_tokens"]
    assert answer["choices"][0]["message"]["reasoning_content"]
    more = whole(door, messages=[{"role": "system", "content": "Be brief."}, USER])["usage"]
    assert more["prompt_tokens"] > usage["prompt_tokens"]


def test_a_tool_is_called(door: Door) -> None:
    """With arguments that fit its schema; by default that which the text seems to mean."""
    message = whole(door, tools=[WEATHER])["choices"][0]["message"]
    assert message["content"] is None
    (call,) = message["tool_calls"]
    assert call["function"]["name"] == "get_weather"
    assert loads(call["function"]["arguments"]) == {"city": "city", "days": 3}
    asked = {"role": "user", "content": "What does the clock say about the weather?"}
    both = whole(door, messages=[asked], tools=[WEATHER, CLOCK])["choices"][0]
    assert both["finish_reason"] == "tool_calls"
    calls = both["message"]["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["get_weather", "clock"]
    assert len({call["id"] for call in calls}) == 2
    one = whole(door, messages=[asked], tools=[WEATHER, CLOCK], parallel_tool_calls=False)
    assert len(one["choices"][0]["message"]["tool_calls"]) == 1


def test_the_choice_of_tools_is_obeyed(door: Door) -> None:
    """None, any, or the named one."""
    tools = [WEATHER, CLOCK]
    none = whole(door, tools=tools, tool_choice="none")["choices"][0]["message"]
    assert none["content"].startswith("You said")
    assert "tool_calls" not in none
    named = {"type": "function", "function": {"name": "clock"}}
    message = whole(door, tools=tools, tool_choice=named)["choices"][0]["message"]
    assert [call["function"]["name"] for call in message["tool_calls"]] == ["clock"]


def test_after_the_tools_results_it_tells_of_them(door: Door) -> None:
    """Each by its tool's name; "required" still means a call."""
    calls = [
        {"id": f"c{i}", "type": "function", "function": {"name": name, "arguments": "{}"}}
        for i, name in enumerate(("get_weather", "clock"))
    ]
    messages = [
        USER,
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c0", "content": "rain"},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "noon"}]},
    ]
    content = whole(door, messages=messages, tools=[WEATHER])["choices"][0]["message"]["content"]
    assert "get_weather answered: rain" in content
    assert "clock answered: noon" in content
    again = whole(door, messages=messages, tools=[WEATHER], tool_choice="required")
    assert again["choices"][0]["finish_reason"] == "tool_calls"


def test_json_is_given_where_it_is_asked_for(door: Door) -> None:
    """An object, or a value that fits the schema."""
    content = whole(door, response_format={"type": "json_object"})["choices"][0]["message"]
    assert loads(content["content"]) == {"echo": USER["content"]}
    schema = {"type": "object", "properties": {"ok": {"const": 7}}, "required": ["ok"]}
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    content = whole(door, response_format=form)["choices"][0]["message"]
    assert loads(content["content"]) == {"ok": 7}


def test_several_answers(door: Door) -> None:
    """Each with its index, and each another."""
    choices = whole(door, n=3)["choices"]
    assert [choice["index"] for choice in choices] == [0, 1, 2]
    assert len({choice["message"]["content"] for choice in choices}) == 3


def test_logprobs(door: Door) -> None:
    """One for each token, that many alternatives to each, the likeliest first; streamed too."""
    choice = whole(door, logprobs=True, top_logprobs=2)["choices"][0]
    tokens = choice["logprobs"]["content"]
    assert "".join(token["token"] for token in tokens) == choice["message"]["content"]
    for token in tokens:
        assert token["logprob"] <= 0
        assert bytes(token["bytes"]).decode() == token["token"]
        first, second = token["top_logprobs"]
        assert first["token"] == token["token"]
        assert second["logprob"] < first["logprob"]
    found = events(door, logprobs=True, top_logprobs=2)
    streamed = [
        token
        for event in found
        for token in (event["choices"][0]["logprobs"] or {"content": []})["content"]
    ]
    assert streamed == tokens


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": ["Hello"]}, "messages[0]"),
        ({"messages": [USER, {"role": "robot", "content": ""}]}, "messages[1].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages[0].tool_call_id"),
        ({"model": ""}, "model"),
        ({"tools": []}, "tools"),
        ({"tools": [{"type": "function"}]}, "tools[0]"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"tools": [CLOCK], "tool_choice": "any"}, "tool_choice"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.name"),
        ({"n": 0}, "n"),
        ({"n": "2"}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"stop": 3}, "stop"),
        ({"stream_options": {}}, "stream_options"),
    ],
)
def test_what_is_malformed_is_a_400(door: Door, fields: dict[str, object], param: str) -> None:
    """In OpenAI's form, naming the field; also where a stream was asked for."""
    request = post(**fields)
    response = door.send(request)
    assert response.status == 400
    error = cast("dict[str, dict[str, object]]", loads(response.body))["error"]
    assert (error["param"], error["type"]) == (param, "invalid_request_error")
    assert error["message"]
    assert door.stream(request)[0].status == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_json_object_is_a_400(door: Door, body: bytes) -> None:
    """Whatever the bytes."""
    assert door.send(HttpRequest("POST", URL, {}, body)).status == 400


def test_other_paths(door: Door) -> None:
    """Its models are listed; anything else is a 404."""
    models = door.send(HttpRequest("GET", "http://echo.invalid/v1/models", {}))
    assert [model["id"] for model in cast("Any", loads(models.body))["data"]] == ["demo"]
    assert door.send(HttpRequest("POST", "http://echo.invalid/v1/embeddings", {})).status == 404
    assert door.send(HttpRequest("GET", URL, {})).status == 404


def test_a_passed_deadline_and_a_closed_transport(door: Door) -> None:
    """As of every transport."""
    with pytest.raises(TimeoutError) as caught:
        door.send(post(), time.monotonic() - 1)
    assert caught.value.limit == "total"
    door.close()
    door.close()
    with pytest.raises(ClosedError):
        door.send(post())


def test_it_works_on_a_fresh_machine() -> None:
    """Through both doors: no key, no network, the real path but for the socket."""
    request = ChatCompletionRequest("echo/demo", [UserMessage("Hello")])
    with Client("echo/demo") as client:
        blocking = client.chat_completion(request).content
        with pytest.raises(BadRequestError):
            client.chat_completion(
                ChatCompletionRequest("", [UserMessage("Hi")], extra_body={"messages": []})
            )

    async def main() -> str | None:
        async with AsyncClient("echo/demo") as aclient:
            return (await aclient.chat_completion(request)).content

    assert asyncio.run(main()) == blocking
    assert blocking is not None
    assert blocking.startswith("You said: Hello")

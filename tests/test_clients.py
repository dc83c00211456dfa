"""The two clients: what they send, and what they make of the answer. In both colours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from colours import Answer, Colour, both

from llmkit import (
    AsyncClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    Client,
    FinishReason,
    Provider,
    RetryPolicy,
    Timeout,
    Tool,
    UnsupportedParameterWarning,
    UserMessage,
    new_chat_completion_request,
    with_response_json_schema,
    with_tools,
)
from llmkit.errors import (
    APIError,
    AuthenticationError,
    ClosedError,
    ConfigurationError,
    LLMKitError,
    RequestNotSentError,
    ServerError,
    TimeoutError,
    UnsupportedParameterError,
)
from llmkit.testing import Reply, ScriptedTransport, SentRequest, chat_reply, chat_stream

KEY = "sk-of-the-clients"
HI = [UserMessage("Hi")]
REQUEST = ChatCompletionRequest("openai/m", HI)


def ask(
    colour: Colour, request: ChatCompletionRequest[Any] = REQUEST, /, *args: Any, **client: Any
) -> tuple[Answer, SentRequest]:
    """The answer "Hello" to *request*, and what was sent for it."""
    transport = ScriptedTransport(chat_reply("Hello", usage=(3, 2)))
    with colour(*args, transport=transport, **{"api_key": KEY, **client}) as door:
        answer = door.complete(request)
    assert answer.content == "Hello"
    (sent,) = transport.requests
    return answer, sent


@both
def test_a_request_becomes_an_answer(colour: Colour) -> None:
    """The whole way: what is sent, and what comes of the answer."""
    answer, sent = ask(colour)
    assert (sent.method, sent.url) == ("POST", "https://api.openai.com/v1/chat/completions")
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["User-Agent"].startswith("llmkit/")
    assert sent.json() == {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    assert not sent.streamed
    assert (answer.provider, answer.model, answer.id) == ("openai", "scripted", "chatcmpl-test")
    assert answer.choices[0].finish_reason is FinishReason.STOP
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 2)
    assert answer.adjustments == ()


@both
def test_an_answer_tells_of_its_call(colour: Colour) -> None:
    """Request id, headers, the provider's own body, latency, attempts."""
    body = {"choices": [{"message": {"content": "Hello"}}]}
    reply = Reply(body, 200, {"X-Request-Id": "req_1", "X-Other": "o"}, wait=0.002)
    transport = ScriptedTransport(Reply({}, 500), reply)
    with colour(api_key=KEY, transport=transport, retry=RetryPolicy(wait_initial=0)) as door:
        answer = door.complete(REQUEST)
    assert answer.request_id == "req_1"
    assert answer.headers["x-OTHER"] == "o"
    assert answer.raw == body
    assert answer.model == "m", "what was asked for, where the answer names none"
    assert [attempt.status for attempt in answer.attempts] == [500, 200]
    durations = sum(attempt.wait + attempt.duration for attempt in answer.attempts)
    assert timedelta(seconds=0.002) <= timedelta(seconds=durations) <= answer.latency


@both
def test_the_default_model_is_asked_where_none_is_named(colour: Colour) -> None:
    """And the one that is named, where one is."""
    assert ask(colour, ChatCompletionRequest("", HI), "groq/m")[1].url.startswith(
        "https://api.groq.com/"
    )
    assert ask(colour, REQUEST, "groq/m", providers=[OPEN])[1].url.startswith(
        "https://open.example"
    )


OPEN = Provider(
    "openai", wire="openai-chat", base_url="https://open.example/v1/", key_required=False
)


@both
def test_an_address_may_end_in_a_slash(colour: Colour) -> None:
    """It is the same address."""
    for base_url in ("https://proxy.example/v1", "https://proxy.example/v1/"):
        _, sent = ask(colour, base_url=base_url)
        assert sent.url == "https://proxy.example/v1/chat/completions"


@both
def test_a_provider_needs_no_key_where_it_says_so(colour: Colour) -> None:
    """Then nothing is sent in a key's place."""
    _, sent = ask(colour, providers=[OPEN], api_key=None)
    assert "Authorization" not in sent.headers


@both
def test_a_providers_headers_are_sent(colour: Colour) -> None:
    """Those of its manifest, and the caller's own win over them."""
    mine = attrs.evolve(OPEN, headers={"X-Title": "llmkit", "X-Two": "2"})
    request = attrs.evolve(REQUEST, extra_headers={"x-title": "mine"})
    _, sent = ask(colour, request, providers=[mine])
    assert (sent.headers["x-title"], sent.headers["X-Two"]) == ("mine", "2")
    assert "X-Title" not in sent.headers


@both
def test_extras_are_sent(colour: Colour) -> None:
    """Headers, query and body of the request."""
    request = attrs.evolve(
        REQUEST,
        extra_headers={"X-Mine": "1"},
        extra_query={"version": "2"},
        extra_body={"verbosity": "low"},
    )
    _, sent = ask(colour, request)
    assert sent.headers["X-Mine"] == "1"
    assert sent.url.endswith("/chat/completions?version=2")
    assert sent.json()["verbosity"] == "low"


@both
def test_limits_are_the_clients_or_the_requests(colour: Colour) -> None:
    """The request's stand in place of the client's."""
    assert ask(colour)[1].timeout == Timeout()
    assert ask(colour, timeout=30)[1].timeout == Timeout(total=30)
    request = attrs.evolve(REQUEST, timeout=Timeout(read=7))
    assert ask(colour, request, timeout=30)[1].timeout == Timeout(read=7)


@both
@pytest.mark.parametrize(
    ("timeout", "limit"), [(Timeout(read=5), "read"), (Timeout(total=5), "total"), (5, "total")]
)
def test_a_limit_says_which_it_was(colour: Colour, timeout: Any, limit: str) -> None:
    """And after how many attempts: a passed `total` is not tried again."""
    transport = ScriptedTransport(*[Reply({}, wait=6)] * 3)
    policy = RetryPolicy(attempts=3, wait_initial=0)
    with (
        colour(api_key=KEY, transport=transport, timeout=timeout, retry=policy) as door,
        pytest.raises(TimeoutError) as caught,
    ):
        door.complete(REQUEST)
    assert caught.value.limit == limit
    assert len(caught.value.attempts) == (1 if limit == "total" else 3)


def _key() -> str:
    return KEY


async def _async_key() -> str:
    await asyncio.sleep(0)
    return KEY


@both
def test_a_key_may_be_a_function(colour: Colour) -> None:
    """It is asked at each attempt: what it gives may have an end."""
    keys = iter(["sk-one-of-two", "sk-two-of-two"])
    transport = ScriptedTransport(Reply({}, 500), chat_reply("Hello"))
    policy = RetryPolicy(wait_initial=0)
    with colour(api_key=lambda: next(keys), transport=transport, retry=policy) as door:
        door.complete(REQUEST)
    sent = [request.headers["Authorization"] for request in transport.requests]
    assert sent == ["Bearer sk-one-of-two", "Bearer sk-two-of-two"]


def test_an_async_client_takes_an_async_key() -> None:
    """And a plain one; for a whole answer and for a stream."""
    for key in (_key, _async_key):
        transport = ScriptedTransport(chat_reply("Hello"), chat_stream("Hello"))

        async def main(key: Any, transport: ScriptedTransport) -> None:
            async with AsyncClient(api_key=key, transport=transport) as client:
                await client.chat_completion(REQUEST)
                await client.chat_completion_stream(REQUEST).response()

        asyncio.run(main(key, transport))
        assert [r.headers["Authorization"] for r in transport.requests] == [f"Bearer {KEY}"] * 2


def test_a_sync_client_takes_no_async_key() -> None:
    """The error says what would; the coroutine is not left to complain."""
    with (
        Client(api_key=_async_key, transport=ScriptedTransport()) as client,
        pytest.raises(ConfigurationError, match="needs an AsyncClient"),
    ):
        client.chat_completion(REQUEST)


class Later:
    """An awaitable that is no coroutine."""

    def __await__(self) -> Any:
        raise AssertionError("nobody awaits it")


WRONG_KEYS: dict[str, tuple[Callable[[], Any], str]] = {
    "a number": (lambda: 7, "not text"),
    "bytes": (lambda: b"key", "not text"),
    "a key that is cut": (lambda: "sk-\n-cut", "control character"),
}


@both
@pytest.mark.parametrize(("key", "told"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_key_function_must_give_a_key(colour: Colour, key: Callable[[], Any], told: str) -> None:
    """Nothing is sent with what is none."""
    transport = ScriptedTransport()
    with colour(api_key=key, transport=transport) as door:
        with pytest.raises(ConfigurationError, match=told):
            door.complete(REQUEST)
        with pytest.raises(ConfigurationError, match=told):
            list(door.stream(REQUEST))
    assert transport.requests == []


def test_an_awaitable_without_close_is_refused_as_well() -> None:
    """A sync client cannot wait for it."""
    with (
        Client(api_key=Later, transport=ScriptedTransport()) as client,
        pytest.raises(ConfigurationError, match="needs an AsyncClient"),
    ):
        client.chat_completion(REQUEST)


@both
def test_a_key_function_that_fails_says_so(colour: Colour) -> None:
    """Its own error is the cause; llmkit's own goes through as it is."""

    def vault() -> str:
        raise OSError("the vault is shut")

    def settings() -> str:
        raise ConfigurationError("no profile")

    with colour(api_key=vault, transport=ScriptedTransport()) as door:
        with pytest.raises(ConfigurationError, match="OSError: the vault is shut") as caught:
            door.complete(REQUEST)
        assert isinstance(caught.value.__cause__, OSError)
    with (
        colour(api_key=settings, transport=ScriptedTransport()) as door,
        pytest.raises(ConfigurationError, match=r"^no profile$"),
    ):
        door.complete(REQUEST)


@both
def test_a_key_function_may_leave_it_to_the_environment(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None, or nothing, is no key of its own."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    for key in (lambda: None, lambda: " "):
        assert ask(colour, api_key=key)[1].headers["Authorization"] == "Bearer sk-environment"


@both
def test_a_closed_client_says_closed(colour: Colour) -> None:
    """So do its streams, whenever they were made; closing twice is closing."""
    transport = ScriptedTransport(chat_reply("Hello"))
    with colour(api_key=KEY, transport=transport) as door:
        early = door.stream(REQUEST)
        door.close()
        door.close()
        with pytest.raises(ClosedError, match="closed"):
            door.complete(REQUEST)
        with pytest.raises(ClosedError, match="closed"):
            door.stream(REQUEST)
        with pytest.raises(ClosedError, match="closed"):
            list(early)
    assert transport.closed
    assert transport.requests == []


@both
def test_the_echo_provider_needs_nothing(colour: Colour) -> None:
    """No key, no network, no transport of one's own; and its transport is closed, too."""
    with colour("echo/demo") as door:
        assert "Hi" in (door.complete(ChatCompletionRequest("", HI)).content or "")
        assert "Hi" in (door.stream(ChatCompletionRequest("", HI)).response().content or "")
        door.close()
        with pytest.raises(ClosedError):
            door.complete(ChatCompletionRequest("", HI))


@both
def test_the_network_is_the_librarys(colour: Colour) -> None:
    """Without a transport of one's own: here, to a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        with colour(api_key=KEY, base_url=address, retry=RetryPolicy(attempts=1)) as door:
            for _ in range(2):
                with pytest.raises(RequestNotSentError):
                    door.complete(REQUEST)


@both
def test_a_client_is_entered_as_itself(colour: Colour) -> None:
    """`with Client() as client`."""
    door = colour(api_key=KEY, transport=ScriptedTransport())
    with door:
        enter = getattr(door.client, "__enter__", None)
        entered = enter() if enter else asyncio.run(door.client.__aenter__())
        assert entered is door.client


UNSUPPORTED = ChatCompletionRequest("openai/m", HI, top_k=5)


@both
def test_what_a_provider_cannot_do_is_an_error(colour: Colour) -> None:
    """By default, and before any byte is sent."""
    transport = ScriptedTransport()
    with colour(api_key=KEY, transport=transport) as door:
        for ask_for in (door.complete, door.stream):
            with pytest.raises(UnsupportedParameterError, match="openai: top_k") as caught:
                ask_for(UNSUPPORTED)
            error = caught.value
            assert (error.parameter, error.provider, error.model) == ("top_k", "openai", "m")
    assert transport.requests == []


@both
def test_it_is_dropped_where_that_is_asked(colour: Colour) -> None:
    """Of the client or of the request, which wins; and the answer tells it."""
    settings: list[tuple[dict[str, Any], Any]] = [
        ({"unsupported": "drop"}, None),
        ({}, "drop"),
        ({"unsupported": "error"}, "drop"),
    ]
    for client, of_request in settings:
        answer, sent = ask(colour, attrs.evolve(UNSUPPORTED, unsupported=of_request), **client)
        assert "top_k" not in sent.json()
        (made,) = answer.adjustments
        assert (made.kind, made.field) == ("dropped", "top_k")
        assert made.to_dict()["reason"] == made.reason
    transport = ScriptedTransport(chat_stream("Hello"))
    with colour(api_key=KEY, transport=transport, unsupported="drop") as door:
        assert [one.field for one in door.stream(UNSUPPORTED).response().adjustments] == ["top_k"]
    with (
        colour(api_key=KEY, transport=ScriptedTransport(), unsupported="drop") as door,
        pytest.raises(UnsupportedParameterError),
    ):
        door.complete(attrs.evolve(UNSUPPORTED, unsupported="error"))


def _line(warned: pytest.WarningsRecorder) -> str:
    (one,) = warned.list
    assert "openai: top_k dropped" in str(one.message)
    assert Path(one.filename) == Path(__file__)
    return Path(__file__).read_text(encoding="utf-8").splitlines()[one.lineno - 1].strip()


def test_a_warning_points_at_the_line_that_asked() -> None:
    """The user's own, however deep in llmkit the thing was found; for each way to ask."""
    script = [chat_reply("Hello"), chat_reply("Hello")]
    client = Client(
        "openai/m", api_key=KEY, transport=ScriptedTransport(*script), unsupported="warn"
    )
    image = ChatCompletionRequest("openai/m", HI, tools=[Tool("f")], top_k=5)
    with pytest.warns(UnsupportedParameterWarning) as warned:
        client.chat_completion(image)
    assert _line(warned) == "client.chat_completion(image)"
    with pytest.warns(UnsupportedParameterWarning) as warned:
        client.chat_completion_stream(image)
    assert _line(warned) == "client.chat_completion_stream(image)"
    with pytest.warns(UnsupportedParameterWarning) as warned:
        client.chat(top_k=5).user("Hi").execute()
    assert _line(warned) == 'client.chat(top_k=5).user("Hi").execute()'


def test_a_warning_points_at_the_line_that_awaited() -> None:
    """In the other colour, too."""

    async def main() -> None:
        script = [chat_reply("Hello"), chat_reply("Hello")]
        client = AsyncClient(
            "openai/m", api_key=KEY, transport=ScriptedTransport(*script), unsupported="warn"
        )
        with pytest.warns(UnsupportedParameterWarning) as warned:
            await client.chat_completion(UNSUPPORTED)
        assert _line(warned) == "await client.chat_completion(UNSUPPORTED)"
        with pytest.warns(UnsupportedParameterWarning) as warned:
            client.chat_completion_stream(UNSUPPORTED)
        assert _line(warned) == "client.chat_completion_stream(UNSUPPORTED)"
        with pytest.warns(UnsupportedParameterWarning) as warned:
            await client.chat(top_k=5).user("Hi")
        assert _line(warned) == 'await client.chat(top_k=5).user("Hi")'

    asyncio.run(main())


@both
def test_a_warned_parameter_is_dropped(colour: Colour) -> None:
    """And listed, as with "drop"."""
    with pytest.warns(UnsupportedParameterWarning, match="top_k dropped"):
        answer, sent = ask(colour, UNSUPPORTED, unsupported="warn")
    assert "top_k" not in sent.json()
    assert [one.field for one in answer.adjustments] == ["top_k"]


@both
def test_a_redirect_is_an_error_that_carries_nothing_on(colour: Colour) -> None:
    """The key goes to its own provider only; the error says where it was sent."""
    for location, told in (("https://other.example/v1", "other.example"), ("/v2", "elsewhere")):
        transport = ScriptedTransport(Reply(b"", 307, {"Location": location}))
        with (
            colour(api_key=KEY, transport=transport) as door,
            pytest.raises(APIError, match=f"redirected to {told}") as caught,
        ):
            door.complete(REQUEST)
        assert caught.value.status == 307
        assert len(transport.requests) == 1


@both
def test_an_error_tells_where_it_happened(colour: Colour) -> None:
    """Provider, model, status, code, request id, and the attempts."""
    reply = Reply(
        {"error": {"message": "no", "code": "invalid_api_key"}}, 401, {"x-request-id": "r"}
    )
    with (
        colour(api_key=KEY, transport=ScriptedTransport(reply)) as door,
        pytest.raises(AuthenticationError) as caught,
    ):
        door.complete(REQUEST)
    error = caught.value
    assert (error.provider, error.model, error.status) == ("openai", "m", 401)
    assert (error.code, error.request_id, error.message) == ("invalid_api_key", "r", "no")
    assert str(error) == "openai/m: 401 invalid_api_key: no"
    assert len(error.attempts) == 1
    assert error.partial is None


@both
def test_an_error_inside_a_200_has_the_answers_headers(colour: Colour) -> None:
    """Its request id is what a provider's support asks for."""
    reply = Reply({"error": {"message": "no"}}, 200, {"x-request-id": "r"})
    policy = RetryPolicy(attempts=1)
    with (
        colour(api_key=KEY, transport=ScriptedTransport(reply), retry=policy) as door,
        pytest.raises(ServerError) as caught,
    ):
        door.complete(REQUEST)
    assert (caught.value.request_id, caught.value.status) == ("r", 200)


@attrs.frozen
class Weather:
    """What a schema is made of."""

    city: str
    degrees: float


@both
def test_an_answer_parses_to_the_schemas_type(colour: Colour) -> None:
    """`with_response_json_schema` asks for it, `parse()` gives it; from a stream, too."""
    request = new_chat_completion_request("openai/m", HI, with_response_json_schema(Weather))
    said = '{"city": "Paris", "degrees": 21}'
    transport = ScriptedTransport(chat_reply(said), chat_stream(said[:9], said[9:]))
    with colour(api_key=KEY, transport=transport) as door:
        answer: ChatCompletionResponse[Weather] = door.complete(request)
        assert answer.parse() == Weather("Paris", 21.0)
        assert door.stream(request).response().parse() == Weather("Paris", 21.0)
    asked = transport.requests[0].json()["response_format"]
    assert isinstance(asked, dict)
    assert asked["type"] == "json_schema"


@both
def test_a_conversation_goes_on(colour: Colour) -> None:
    """A tool call's message goes straight into the next request, and so does the answer."""
    calls = [{"name": "f", "arguments": {"a": 1}, "id": "call_9"}]
    transport = ScriptedTransport(chat_reply(tool_calls=calls), chat_reply("Hello"))
    with colour("openai/m", api_key=KEY, transport=transport) as door:
        first = door.complete(new_chat_completion_request("", HI, with_tools([Tool("f")])))
        message = first.assistant_message()
        assert message is not None
        result = {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "ok"}
        door.complete(ChatCompletionRequest("", [*HI, message, result], tools=[Tool("f")]))
    sent: Any = transport.requests[1].json()["messages"]
    assert [one["role"] for one in sent] == ["user", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"] == "call_9"


@both
def test_an_answer_turns_to_json_and_back(colour: Colour) -> None:
    """Without loss: what the call knows is in it."""
    answer, _ = ask(colour, UNSUPPORTED, unsupported="drop")
    assert ChatCompletionResponse.from_dict(answer.to_dict()) == answer


@both
def test_a_providers_adapter_may_be_ones_own(colour: Colour) -> None:
    """An object with four methods; one whose streams have no chunks ends like any other."""

    class Silent:
        failure = None
        finished = False
        done = False

        def feed(self, data: bytes) -> list[Any]:
            return []

        def close(self) -> list[Any]:
            return []

    class Own:
        provider = "own"

        def build(self, request: Any, endpoint: Any, *, stream: bool) -> Any:
            from llmkit import HttpRequest

            return HttpRequest("POST", endpoint.base_url, dict(endpoint.headers), b"{}")

        def parse(self, response: Any) -> Answer:
            return ChatCompletionResponse(id=response.body.decode())

        def error(self, response: Any) -> APIError:
            return APIError("no", status=response.status)

        def decoder(self) -> Silent:
            return Silent()

    own: Any = Own()
    provider = Provider("own", wire=own, base_url="https://own.example", key_required=False)
    transport = ScriptedTransport(Reply(b"x1"), Reply(b"a"), Reply(b"", 418))
    with colour(provider=provider, transport=transport) as door:
        request = ChatCompletionRequest("m", HI)
        answer = door.complete(request)
        assert (answer.id, answer.provider, answer.model) == ("x1", "own", "m")
        assert list(door.stream(request)) == []
        with pytest.raises(APIError, match="own/m: 418: no"):
            door.complete(request)


def test_clients_are_made_without_a_library() -> None:
    """The repr says whose they are, and holds nothing else."""
    assert repr(Client("groq/m", api_key=KEY)) == "Client(provider='groq')"
    assert repr(AsyncClient(api_key=KEY)) == "AsyncClient(provider='openai')"


def test_every_call_is_the_callers_own() -> None:
    """Two at once on one AsyncClient: neither sees the other's."""

    async def main() -> list[str | None]:
        replies = [
            Reply(chat_reply(text).body, wait=wait) for text, wait in (("a", 0.01), ("b", 0))
        ]
        async with AsyncClient(api_key=KEY, transport=ScriptedTransport(*replies)) as client:
            calls: list[Awaitable[Answer]] = [client.chat_completion(REQUEST) for _ in range(2)]
            return [answer.content for answer in await asyncio.gather(*calls)]

    assert asyncio.run(main()) == ["a", "b"]


def test_errors_are_llmkits_own() -> None:
    """One `except` is enough for everything that a provider or a network can do."""
    assert issubclass(APIError, LLMKitError)
    assert issubclass(ClosedError, LLMKitError)

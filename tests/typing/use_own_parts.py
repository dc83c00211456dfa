# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""What a user may bring along: providers, transports, an adapter, something that is a client."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar, assert_type

from attrs import evolve, frozen

from llmkit import (
    Adapter,
    APIError,
    AsyncByteStream,
    AsyncClient,
    AsyncTransport,
    ByteStream,
    ChatClient,
    ChatCompletionRequest,
    ChatCompletionResponse,
    ChatCompletionStream,
    Client,
    Conversation,
    Endpoint,
    Headers,
    HttpRequest,
    HttpResponse,
    LLMKitError,
    Provider,
    RetryPolicy,
    StreamDecoder,
    Timeout,
    Transport,
    UserMessage,
    providers,
)
from llmkit.providers import MediaLimits
from llmkit.testing import ScriptedTransport, chat_reply

T = TypeVar("T")

REPLY = HttpResponse(
    200,
    Headers({"content-type": "application/json"}),
    b'{"choices":[{"index":0,"finish_reason":"stop","message":{"content":"Hi"}}]}',
)


class OwnTransport:
    """Answers the same to all."""

    def send(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> HttpResponse:
        """The answer."""
        assert (request.method, timeout.idle, deadline) == ("POST", 30, None)
        return REPLY

    def stream(self, request: HttpRequest, timeout: Timeout, deadline: float | None) -> ByteStream:
        """No stream."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


class OwnAsyncTransport:
    """The same, awaited."""

    async def asend(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> HttpResponse:
        """The answer."""
        assert (request.method, timeout.total, deadline) == ("POST", None, None)
        return REPLY

    async def astream(
        self, request: HttpRequest, timeout: Timeout, deadline: float | None
    ) -> AsyncByteStream:
        """No stream."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is open."""


class OwnAdapter:
    """A wire of one's own."""

    @property
    def provider(self) -> str:
        """The provider's name."""
        return "own"

    def build(
        self, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
    ) -> HttpRequest:
        """The request."""
        assert not stream
        return HttpRequest("POST", f"{endpoint.base_url}/{endpoint.model}", {}, b"")

    def parse(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer."""
        return ChatCompletionResponse(model="own", raw={"said": response.body.decode()})

    def error(self, response: HttpResponse) -> APIError:
        """The error."""
        return APIError("no", status=response.status)

    def decoder(self) -> StreamDecoder:
        """No stream."""
        raise NotImplementedError


@frozen
class Counting:
    """Something that is a client to whoever needs one."""

    inner: Client

    def chat_completion(self, request: ChatCompletionRequest[T], /) -> ChatCompletionResponse[T]:
        """Passed on."""
        return self.inner.chat_completion(request)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], /, *, raise_errors: bool = True
    ) -> ChatCompletionStream[T]:
        """Passed on."""
        return self.inner.chat_completion_stream(request, raise_errors=raise_errors)


def own_provider() -> Provider:
    """A provider of one's own, and a known one that is elsewhere."""
    groq = providers.get("groq")
    assert_type(groq, Provider)
    assert_type(evolve(groq, base_url="http://127.0.0.1:1/v1"), Provider)
    adapter: Adapter = OwnAdapter()
    assert_type(Provider("other", wire=adapter, base_url="http://a.test").media, MediaLimits)
    return Provider(
        "own",
        wire="openai-chat",
        base_url="http://a.test/v1",
        auth=None,
        quirks={"image_urls": False},
        media=MediaLimits(image=2**20),
    )


def own_client(provider: Provider) -> Client:
    """A client with everything said."""
    transport: Transport = OwnTransport()
    return Client(
        "own/model",
        providers=[provider],
        timeout=Timeout(connect=5, read=60, idle=30),
        retry=RetryPolicy(attempts=2),
        transport=transport,
        unsupported="warn",
    )


async def awaited(provider: Provider) -> None:
    """The same, awaited."""
    transport: AsyncTransport = OwnAsyncTransport()
    async with AsyncClient("own/model", providers=[provider], transport=transport) as client:
        response = await client.chat_completion(
            ChatCompletionRequest("own/model", [UserMessage("Hello")])
        )
        assert_type(response.content, str | None)


def told(error: LLMKitError) -> Mapping[str, object]:
    """What an error tells."""
    assert_type(error.provider, str | None)
    assert_type(error.partial, ChatCompletionResponse[object] | None)
    if isinstance(error, APIError):
        assert_type(error.status, int)
        assert_type(error.retry_after, float | None)
    return {"model": error.model}


def main() -> None:
    """All of it, without a network."""
    provider = own_provider()
    with own_client(provider) as client:
        stands_in: ChatClient = Counting(client)
        talk, answer = Conversation("own/model").send(stands_in, "Hello")
        assert_type(talk, Conversation[object])
        assert_type(answer.estimated_cost(), Decimal | None)
        assert answer.content == "Hi"
    with Client("openai/gpt-4o", api_key="k", transport=ScriptedTransport(chat_reply("Hi"))) as one:
        request = ChatCompletionRequest("openai/gpt-4o", [UserMessage("Hello")])
        assert one.chat_completion(request).content == "Hi"
    asyncio.run(awaited(provider))

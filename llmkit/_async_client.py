"""The async door: aiohttp, on any number of event loops, one after the other or at once."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, overload

from ._bounds import Bounds
from ._core import Call, Core, Key, key_failed, key_of
from ._http import AsyncTransport, HttpRequest, Timeout
from ._models.adjustments import Unsupported
from ._models.request import ChatCompletionRequest
from ._models.response import ChatCompletionResponse
from ._retry import RetryPolicy, arun
from .errors import LLMKitError
from .providers.keys import KeyringKey
from .providers.provider import Provider

if TYPE_CHECKING:
    from ._async_stream import AsyncChatCompletionStream
    from ._async_tools import AsyncApprove, AsyncStop, AsyncToolRunStream
    from ._models.messages import MessageInput
    from ._models.model_info import ModelInfo
    from ._models.parsed import ParsedResponse
    from ._models.request import ToolInput
    from ._models.tool_run import ToolRun
    from .chat import AsyncChatBuilder

A = TypeVar("A")
P = TypeVar("P")
T = TypeVar("T")


class AsyncClient:
    """Chat completions with any provider, awaited. Outlives an event loop.

    Args:
        model: the default model, "provider/model".
        provider: the client's own provider: a name, or a `Provider`. Without it, that of the
            default model, else "openai". A model without a known provider's name before its
            slash belongs to it.
        api_key: the own provider's key, or a function that gives it; it is sent to no other.
            Without it, and for every other provider, the environment's.
        base_url: the own provider's address, instead of its usual one; of no other's. Where
            neither `provider` nor `model` names the own one, others are not asked at all.
        providers: providers of yours, beside those that llmkit knows or in their place.
        timeout: limits of each call, in seconds; a number is `Timeout.total`.
        retry: how often a failed call is tried again.
        transport: what carries the requests, instead of aiohttp.
        unsupported: what to do with what a provider cannot do: "error", "warn" or "drop".
        bounds: how much a server may send; a given `transport` keeps its own for heads and
            whole answers.
        placeholders: values for the placeholders of the own provider's address, instead of the
            environment's: {"region": "eu-west-1"}.
        keyring: ask the OS keyring, too, for a key that is needed and neither given nor in the
            environment (extra `keyring`); it may ask its owner to unlock it.

    Raises:
        ConfigurationError: there is no such provider, or it has no such placeholder.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        provider: str | Provider | None = None,
        api_key: Key | None = None,
        base_url: str | None = None,
        providers: Sequence[Provider] = (),
        timeout: Timeout | float | None = None,
        retry: RetryPolicy | None = None,
        transport: AsyncTransport | None = None,
        unsupported: Unsupported = "error",
        bounds: Bounds | None = None,
        placeholders: Mapping[str, str] | None = None,
        keyring: bool = False,
    ) -> None:
        self._core = Core(
            model,
            provider=provider,
            api_key=api_key,
            base_url=base_url,
            providers=providers,
            timeout=timeout,
            retry=retry,
            unsupported=unsupported,
            bounds=bounds,
            placeholders=placeholders,
            keyring=keyring,
        )
        self._transports: dict[str, AsyncTransport] = {}
        self._given = transport

    @classmethod
    def from_config(
        cls, path: str | os.PathLike[str] | None = None, *, transport: AsyncTransport | None = None
    ) -> AsyncClient:
        """A client set up by `llmkit.toml`: see `Client.from_config`."""
        from .providers.config import load_config  # with tomllib, which few need

        config = load_config(path)
        return cls(
            config.model,
            provider=config.provider,
            providers=config.providers,
            timeout=config.timeout,
            retry=config.retry,
            bounds=config.bounds,
            unsupported=config.unsupported or "error",
            transport=transport,
            keyring=config.keyring or False,
        )

    async def chat_completion(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        """Ask, and wait for the whole answer.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        call = self._core.call(request, stream=False)
        transport = self._transport(call)
        call.start()
        return await self._answer(call, transport)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], *, raise_errors: bool = True
    ) -> AsyncChatCompletionStream[T]:
        """Ask, and take the answer as it comes. The call begins with the first chunk asked for.

        Args:
            request: what to ask.
            raise_errors: False delivers a failure as `error` of a last chunk.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        from ._async_stream import AsyncChatCompletionStream  # with all that folds chunks

        call = self._core.call(request, stream=True)
        return AsyncChatCompletionStream(call, self._transport(call), self._http, raise_errors)

    async def run_tools(
        self,
        request: ChatCompletionRequest[T],
        *,
        tools: Sequence[ToolInput] | None = None,
        max_rounds: int = 10,
        approve: AsyncApprove | None = None,
        stop: AsyncStop[T] | None = None,
        max_parallel: int | None = None,
        timeout: float | None = None,
    ) -> ToolRun[T]:
        """Ask, and run the tools that the model calls: see `Client.run_tools`.

        Async functions are tasks, and cancelled where the loop fails or is cancelled; others run
        on threads, so that none holds up the event loop. `approve` and `stop` may be async, too.

        Raises:
            ToolLoopError: `max_rounds` answers all asked for tools; `run` holds what was done.
            LLMKitError: see `llmkit.errors`; `tool_run` holds what was done before.
        """
        from ._async_tools import AsyncTools, LoopOptions

        options = LoopOptions(tools, max_rounds, max_parallel, timeout, awaits=True)
        loop = self._core.tool_loop(request, options)
        return await AsyncTools(self, loop, approve, stop).run()

    def run_tools_stream(
        self,
        request: ChatCompletionRequest[T],
        *,
        tools: Sequence[ToolInput] | None = None,
        max_rounds: int = 10,
        approve: AsyncApprove | None = None,
        stop: AsyncStop[T] | None = None,
        max_parallel: int | None = None,
        timeout: float | None = None,
        raise_errors: bool = True,
    ) -> AsyncToolRunStream[T]:
        """The same as it goes on: see `Client.run_tools_stream`."""
        from ._async_tools import AsyncTools, LoopOptions

        options = LoopOptions(tools, max_rounds, max_parallel, timeout, awaits=True)
        loop = self._core.tool_loop(request, options)
        return AsyncTools(self, loop, approve, stop).stream(raise_errors)

    @overload
    async def parse(
        self, request: ChatCompletionRequest[T], *, retries: int = 0
    ) -> ParsedResponse[T]: ...
    @overload
    async def parse(
        self, request: ChatCompletionRequest[object], target: type[P], *, retries: int = 0
    ) -> ParsedResponse[P]: ...
    async def parse(
        self,
        request: ChatCompletionRequest[object],
        target: type[P] | None = None,
        *,
        retries: int = 0,
    ) -> ParsedResponse[P]:
        """Ask for a value, and again where the answer is not one.

        A model whose answer is no JSON, or does not fit, is asked again with that answer and
        a word on what is wrong at which field. A refusal, a filter's verdict and an answer that
        the limit of tokens cut off stay what they are. Each try is a call of its own, with its
        own limits and retries.

        Args:
            request: what to ask.
            target: an attrs class, dataclass, TypedDict, NamedTuple, pydantic model or a
                built-in type; without it, the request's own. A request that asks for no form
                asks for this one's.
            retries: how many more answers to ask for at the most.

        Raises:
            ResponseParseError: the last answer is not one, either; `tries` and `usage` are
                those of all.
            LLMKitError: see `llmkit.errors`; `tries` holds the answers until then.
        """
        asking = self._core.asking(request, target, retries)
        while (parsed := asking.parsed) is None:
            try:
                answer = await self.chat_completion(asking.request)
            except LLMKitError as error:
                asking.failed(error)
                raise
            asking.take(answer)
        return parsed

    async def list_models(
        self, provider: str | None = None, *, timeout: Timeout | float | None = None
    ) -> tuple[ModelInfo, ...]:
        """The models that a provider has now, by its own list, in its order.

        Limits, retries, keys and errors are those of any other call.

        Args:
            provider: the provider's name; the client's own by default.
            timeout: limits of the whole list, in seconds, instead of the client's; a number
                is `Timeout.total`.

        Raises:
            ConfigurationError: there is no such provider, no key for it, or no list of its
                models.
            LLMKitError: the list cannot be had; see `llmkit.errors`.
        """
        call = self._core.list_call(provider, timeout)
        transport = self._transport(call)
        call.start()
        while not call.whole:
            call.take(await self._answer(call, transport))
        return call.models

    def chat(
        self, model: str | None = None, messages: Sequence[MessageInput] = (), **fields: object
    ) -> AsyncChatBuilder:
        """The fluent door: `await aclient.chat().system("Be brief.").user("Hello").execute()`.

        Args:
            model: instead of the client's default model.
            messages: what has been said so far.
            fields: more fields of the request.
        """
        from .chat import AsyncChatBuilder

        return AsyncChatBuilder(model, messages, fields, client=self)

    async def aclose(self) -> None:
        """Close every connection. May be called more than once."""
        self._core.closed = True
        for transport in self._transports.values():
            await transport.aclose()
        if self._given is not None:
            await self._given.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self._core.own.name!r})"

    async def _answer(self, call: Call[A], transport: AsyncTransport) -> A:
        """Send *call*, again where that may help, until there is an answer."""

        async def attempt() -> A:
            call.attempt()
            try:
                http = call.ready() or await self._http(call)
                return call.finish(await transport.asend(http, call.timeout, call.deadline))
            except LLMKitError as error:
                call.failed(error)
                raise

        return await arun(attempt, call.retry, call.deadline, call.waited)

    async def _http(self, call: Call[A]) -> HttpRequest:
        """The request of the next attempt, with the key of this moment on it."""
        key: object = call.target.key
        if callable(key):
            try:
                key = key.aget() if isinstance(key, KeyringKey) else key()
                key = await key if isinstance(key, Awaitable) else key
            except LLMKitError:
                raise
            except Exception as error:
                raise key_failed(error) from error
        http = call.http(key_of(call.target, key))
        credentials = call.credentials
        return http if credentials is None else call.signed(await credentials.aauthorize(http))

    def _transport(self, call: Call[A]) -> AsyncTransport:
        if self._given is not None:
            return self._given
        name = call.target.provider.transport
        transport = self._transports.get(name)
        if transport is None:
            # Two threads may each make one; the first to be kept is the one that is used.
            transport = self._transports.setdefault(name, _made(name, self._core.bounds))
        return transport


def _made(name: str, bounds: Bounds) -> AsyncTransport:
    if name == "echo":
        from ._transports.echo import EchoTransport

        return EchoTransport()
    from ._transports.async_aiohttp import AiohttpTransport

    return AiohttpTransport(bounds=bounds)

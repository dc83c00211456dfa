"""The sync door: requests, on threads or without."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, overload

from ._bounds import Bounds
from ._core import Call, Core, Key, key_failed, key_of
from ._http import HttpRequest, Timeout, Transport
from ._models.adjustments import Unsupported
from ._models.request import ChatCompletionRequest
from ._models.response import ChatCompletionResponse
from ._retry import RetryPolicy, run
from .errors import LLMKitError
from .providers.provider import Provider

if TYPE_CHECKING:
    from ._models.messages import MessageInput
    from ._models.model_info import ModelInfo
    from ._models.parsed import ParsedResponse
    from ._models.request import ToolInput
    from ._models.tool_run import ToolRun
    from ._stream import ChatCompletionStream
    from ._tools import Approve, Stop, ToolRunStream
    from .chat import ChatBuilder

A = TypeVar("A")
P = TypeVar("P")
T = TypeVar("T")


class Client:
    """Chat completions with any provider. May be shared by threads, and survives a fork.

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
        transport: what carries the requests, instead of requests (the library).
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
        transport: Transport | None = None,
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
        self._transports: dict[str, Transport] = {}
        self._given = transport

    @classmethod
    def from_config(
        cls, path: str | os.PathLike[str] | None = None, *, transport: Transport | None = None
    ) -> Client:
        """A client set up by `llmkit.toml`: its default model, limits, retries, providers.

        Args:
            path: the file; without it, `LLMKIT_CONFIG`, else the first `llmkit.toml` in the
                working directory or above it. Whoever writes that file decides where requests
                go.
            transport: as for the client itself.

        Raises:
            ConfigurationError: the file cannot be read, or is wrong: the error says where.
        """
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

    def chat_completion(self, request: ChatCompletionRequest[T]) -> ChatCompletionResponse[T]:
        """Ask, and wait for the whole answer.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        call = self._core.call(request, stream=False)
        transport = self._transport(call)
        call.start()
        return self._answer(call, transport)

    def chat_completion_stream(
        self, request: ChatCompletionRequest[T], *, raise_errors: bool = True
    ) -> ChatCompletionStream[T]:
        """Ask, and take the answer as it comes. The call begins with the first chunk asked for.

        Args:
            request: what to ask.
            raise_errors: False delivers a failure as `error` of a last chunk.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        from ._stream import ChatCompletionStream  # with all that folds chunks

        call = self._core.call(request, stream=True)
        return ChatCompletionStream(call, self._transport(call), self._http, raise_errors)

    def run_tools(
        self,
        request: ChatCompletionRequest[T],
        *,
        tools: Sequence[ToolInput] | None = None,
        max_rounds: int = 10,
        approve: Approve | None = None,
        stop: Stop[T] | None = None,
        max_parallel: int | None = None,
        timeout: float | None = None,
    ) -> ToolRun[T]:
        """Ask, run the tools that the model calls, tell it their results, and so on until it
        answers without a call.

        The calls of one answer run side by side, each on a thread; their results go back in the
        order of the calls. What a tool raises, arguments that do not fit and the name of no tool
        are told to the model as errors, and kept as `ToolResult.error`. A tool without a
        function is the caller's: a call of it ends the loop, and is in `run.pending`. Calls that
        the request's own messages leave open are run first, so that a loop goes on with
        `messages=[*run.messages, ToolMessage(...)]`, one for each such call.

        Args:
            request: what to ask. A `tool_choice` that demands a call does so once; then it is
                "auto".
            tools: more than the request's; one takes the place of the request's of its name.
            max_rounds: how many answers of the model at the most.
            approve: asked before each call, one after the other: True runs it; False, or a
                reason, refuses it, and the model is told.
            stop: asked after each round whether to end there.
            max_parallel: how many calls at once; None for all of an answer. With 1, they run in
                the caller's own thread.
            timeout: the whole loop, in seconds. A tool on a thread cannot be ended: one that
                runs still is left alone, and its result is lost.

        Raises:
            ToolLoopError: `max_rounds` answers all asked for tools; `run` holds what was done.
            TimeoutError: `timeout` has passed (`limit` is "total").
            LLMKitError: see `llmkit.errors`; `tool_run` holds what was done before.
        """
        from ._tools import LoopOptions, Tools

        options = LoopOptions(tools, max_rounds, max_parallel, timeout)
        loop = self._core.tool_loop(request, options)
        return Tools(self, loop, approve, stop).run()

    def run_tools_stream(
        self,
        request: ChatCompletionRequest[T],
        *,
        tools: Sequence[ToolInput] | None = None,
        max_rounds: int = 10,
        approve: Approve | None = None,
        stop: Stop[T] | None = None,
        max_parallel: int | None = None,
        timeout: float | None = None,
        raise_errors: bool = True,
    ) -> ToolRunStream[T]:
        """The same as it goes on: the chunks of each answer, and each result when it is there.

        Args:
            request: as of `run_tools`, like the arguments that are not here.
            raise_errors: False delivers a failure as `error` of a last chunk.
        """
        from ._tools import LoopOptions, Tools

        options = LoopOptions(tools, max_rounds, max_parallel, timeout)
        loop = self._core.tool_loop(request, options)
        return Tools(self, loop, approve, stop).stream(raise_errors)

    @overload
    def parse(
        self, request: ChatCompletionRequest[T], *, retries: int = 0
    ) -> ParsedResponse[T]: ...
    @overload
    def parse(
        self, request: ChatCompletionRequest[object], target: type[P], *, retries: int = 0
    ) -> ParsedResponse[P]: ...
    def parse(
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
                answer = self.chat_completion(asking.request)
            except LLMKitError as error:
                asking.failed(error)
                raise
            asking.take(answer)
        return parsed

    def list_models(
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
            call.take(self._answer(call, transport))
        return call.models

    def chat(
        self, model: str | None = None, messages: Sequence[MessageInput] = (), **fields: object
    ) -> ChatBuilder:
        """The fluent door: `client.chat().system("Be brief.").user("Hello").execute()`.

        Args:
            model: instead of the client's default model.
            messages: what has been said so far.
            fields: more fields of the request.
        """
        from .chat import ChatBuilder

        return ChatBuilder(model, messages, fields, client=self)

    def close(self) -> None:
        """Close every connection. May be called more than once."""
        self._core.closed = True
        for transport in self._transports.values():
            transport.close()
        if self._given is not None:
            self._given.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self._core.own.name!r})"

    def _answer(self, call: Call[A], transport: Transport) -> A:
        """Send *call*, again where that may help, until there is an answer."""

        def attempt() -> A:
            call.attempt()
            try:
                http = call.ready() or self._http(call)
                return call.finish(transport.send(http, call.timeout, call.deadline))
            except LLMKitError as error:
                call.failed(error)
                raise

        return run(attempt, call.retry, call.deadline, call.waited)

    def _http(self, call: Call[A]) -> HttpRequest:
        """The request of the next attempt, with the key of this moment on it."""
        key: object = call.target.key
        if callable(key):
            try:
                key = key()
            except LLMKitError:
                raise
            except Exception as error:
                raise key_failed(error) from error
        http = call.http(key_of(call.target, key))
        credentials = call.credentials
        return http if credentials is None else call.signed(credentials.authorize(http))

    def _transport(self, call: Call[A]) -> Transport:
        if self._given is not None:
            return self._given
        name = call.target.provider.transport
        transport = self._transports.get(name)
        if transport is None:
            # Two threads may each make one; the first to be kept is the one that is used.
            transport = self._transports.setdefault(name, _made(name, self._core.bounds))
        return transport


def _made(name: str, bounds: Bounds) -> Transport:
    if name == "echo":
        from ._transports.echo import EchoTransport

        return EchoTransport()
    from ._transports.sync_requests import RequestsTransport

    return RequestsTransport(bounds=bounds)

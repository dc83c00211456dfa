"""Chat completions with any LLM provider: one typed request, sync and async alike.

    from llmkit import Client

    print(Client("echo/demo").chat().user("Hello").execute().content)

The floor plan of the house, from the doors down; a room knows only the rooms below it:

- `cli`: the command `llmkit` (extra `cli`).
- `_client`, `_async_client`, `chat`, `testing`: the doors. The two clients are alike but for
  `await`; `chat` is the fluent builder, sugar over a request; `testing` plays a provider.
  `_stream` and `_async_stream` are answers as they come; `_tools` and `_async_tools` run the
  tools that a model calls, on threads and as tasks; `conversation` and `_conversation_stream`
  are a conversation that grows by what is sent, and `_chat_client` what they need of a client.
- `_core`: what a call is, without I/O: resolve, build, send, finish or decode.
- `providers`: what differs between providers, as data: one TOML file each, and the loader.
- `adapters`: what differs between wire formats, as code without I/O: one file each.
- `_transports`: bytes out and bytes in, one file per HTTP library; they know no model.
- `_auth`: keys that are more than a header, such as a signature.
- `_models`: the values: messages, parts, tools, request, options, response, chunks.
- `_http`, `_bounds`, `_retry`, `_events`, `_json`: the bytes boundary, how much may cross it,
  when to try again, what the fluent builder tells of a stream, JSON; `_frozen` is what the
  classes of values are made with.
- `errors`: one tree, which everything above raises from; `_redaction` takes keys out of it.

The life of a request, from value to value: a `ChatCompletionRequest` goes through
`adapter.build` to an `HttpRequest`, through `transport.send`, inside the retry loop, to an
`HttpResponse`, and through `adapter.parse` or `adapter.error` to a `ChatCompletionResponse`
or an `APIError`. A stream is the same until its first chunk; then a decoder makes chunks of
its bytes, and checks that the end was the real one.

Importing this module loads nothing else: a name loads its room when it is first used.
"""

# Named as the type checkers know it: `typing` is not loaded for this.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from . import errors, providers, testing
    from ._async_client import AsyncClient
    from ._async_stream import AsyncChatCompletionStream
    from ._async_tools import AsyncToolRunStream
    from ._bounds import Bounds
    from ._chat_client import AsyncChatClient, AsyncCompletionStream, ChatClient, CompletionStream
    from ._client import Client
    from ._conversation_stream import AsyncConversationStream, ConversationStream
    from ._events import (
        ContentDelta,
        FinalCandidate,
        PartialToolCall,
        StreamEnd,
        StreamError,
        StreamingEvent,
        StreamMetadata,
        ThinkingDelta,
        ToolCallEnded,
        ToolCallStarted,
    )
    from ._http import (
        AsyncByteStream,
        AsyncTransport,
        ByteStream,
        Headers,
        HttpRequest,
        HttpResponse,
        Timeout,
        Transport,
    )
    from ._models.adjustments import Adjustment, UnsupportedParameterWarning
    from ._models.chunks import ChunkChoice, CompletionChunk, DeltaMessage, ToolCallDelta
    from ._models.function_tools import tool
    from ._models.logprobs import Logprobs, TokenLogprob
    from ._models.messages import (
        AssistantMessage,
        DeveloperMessage,
        Message,
        SystemMessage,
        ToolMessage,
        UserMessage,
    )
    from ._models.model_info import ModelInfo
    from ._models.options import (
        with_extra_body,
        with_extra_headers,
        with_extra_query,
        with_frequency_penalty,
        with_logit_bias,
        with_logprobs,
        with_max_tokens,
        with_metadata,
        with_n,
        with_parallel_tool_calls,
        with_presence_penalty,
        with_prompt_mode,
        with_reasoning_budget,
        with_reasoning_effort,
        with_response_json_object_format,
        with_response_json_schema,
        with_response_text_format,
        with_safe_prompt,
        with_seed,
        with_service_tier,
        with_stop,
        with_streaming,
        with_temperature,
        with_timeout,
        with_tool_choice,
        with_tools,
        with_top_k,
        with_top_logprobs,
        with_top_p,
        with_unsupported,
        with_user,
    )
    from ._models.parsed import ParsedResponse
    from ._models.partial import Partial
    from ._models.parts import (
        AudioPart,
        CacheControl,
        Citation,
        FilePart,
        ImagePart,
        ReasoningPart,
        RefusalPart,
        TextPart,
    )
    from ._models.request import (
        ChatCompletionRequest,
        RequestOption,
        new_chat_completion_request,
        new_chat_completion_stream_request,
    )
    from ._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
    from ._models.response_format import ResponseFormat
    from ._models.tool_results import ToolResult
    from ._models.tool_run import ToolRound, ToolRun
    from ._models.tools import FunctionCall, Tool, ToolCall, ToolChoice
    from ._models.usage import Usage
    from ._retry import Attempt, RetryPolicy
    from ._stream import ChatCompletionStream
    from ._tools import ToolRunStream
    from .adapters._base import Adapter, Endpoint, StreamDecoder
    from .adapters.model_pages import ListsModels, ModelPage
    from .chat import AsyncChatBuilder, AsyncEventStream, CallStats, ChatBuilder, EventStream
    from .conversation import Conversation
    from .errors import (
        APIError,
        AuthenticationError,
        BadRequestError,
        BoundsError,
        ClosedError,
        ConfigurationError,
        ConflictError,
        ContentFilterError,
        ContextLengthError,
        DecodeError,
        InsecureConnectionWarning,
        InvalidRequestError,
        LLMKitError,
        NotFoundError,
        OverloadedError,
        PermissionDeniedError,
        QuotaExceededError,
        RateLimitError,
        RequestNotSentError,
        RequestTooLargeError,
        ResponseLostError,
        ResponseParseError,
        ServerError,
        StreamInterruptedError,
        TimeoutError,
        ToolArgumentsError,
        ToolLoopError,
        TransportError,
        UnsupportedParameterError,
    )
    from .providers import Provider

__version__ = "0.1.0.dev0"

__all__ = [
    "APIError",
    "Adapter",
    "Adjustment",
    "AssistantMessage",
    "AsyncByteStream",
    "AsyncChatBuilder",
    "AsyncChatClient",
    "AsyncChatCompletionStream",
    "AsyncClient",
    "AsyncCompletionStream",
    "AsyncConversationStream",
    "AsyncEventStream",
    "AsyncToolRunStream",
    "AsyncTransport",
    "Attempt",
    "AudioPart",
    "AuthenticationError",
    "BadRequestError",
    "Bounds",
    "BoundsError",
    "ByteStream",
    "CacheControl",
    "CallStats",
    "ChatBuilder",
    "ChatClient",
    "ChatCompletionChoice",
    "ChatCompletionRequest",
    "ChatCompletionResponse",
    "ChatCompletionStream",
    "ChunkChoice",
    "Citation",
    "Client",
    "ClosedError",
    "CompletionChunk",
    "CompletionStream",
    "ConfigurationError",
    "ConflictError",
    "ContentDelta",
    "ContentFilterError",
    "ContextLengthError",
    "Conversation",
    "ConversationStream",
    "DecodeError",
    "DeltaMessage",
    "DeveloperMessage",
    "Endpoint",
    "EventStream",
    "FilePart",
    "FinalCandidate",
    "FinishReason",
    "FunctionCall",
    "Headers",
    "HttpRequest",
    "HttpResponse",
    "ImagePart",
    "InsecureConnectionWarning",
    "InvalidRequestError",
    "LLMKitError",
    "ListsModels",
    "Logprobs",
    "Message",
    "ModelInfo",
    "ModelPage",
    "NotFoundError",
    "OverloadedError",
    "ParsedResponse",
    "Partial",
    "PartialToolCall",
    "PermissionDeniedError",
    "Provider",
    "QuotaExceededError",
    "RateLimitError",
    "ReasoningPart",
    "RefusalPart",
    "RequestNotSentError",
    "RequestOption",
    "RequestTooLargeError",
    "ResponseFormat",
    "ResponseLostError",
    "ResponseParseError",
    "RetryPolicy",
    "ServerError",
    "StreamDecoder",
    "StreamEnd",
    "StreamError",
    "StreamInterruptedError",
    "StreamMetadata",
    "StreamingEvent",
    "SystemMessage",
    "TextPart",
    "ThinkingDelta",
    "Timeout",
    "TimeoutError",
    "TokenLogprob",
    "Tool",
    "ToolArgumentsError",
    "ToolCall",
    "ToolCallDelta",
    "ToolCallEnded",
    "ToolCallStarted",
    "ToolChoice",
    "ToolLoopError",
    "ToolMessage",
    "ToolResult",
    "ToolRound",
    "ToolRun",
    "ToolRunStream",
    "Transport",
    "TransportError",
    "UnsupportedParameterError",
    "UnsupportedParameterWarning",
    "Usage",
    "UserMessage",
    "__version__",
    "errors",
    "new_chat_completion_request",
    "new_chat_completion_stream_request",
    "providers",
    "testing",
    "tool",
    "with_extra_body",
    "with_extra_headers",
    "with_extra_query",
    "with_frequency_penalty",
    "with_logit_bias",
    "with_logprobs",
    "with_max_tokens",
    "with_metadata",
    "with_n",
    "with_parallel_tool_calls",
    "with_presence_penalty",
    "with_prompt_mode",
    "with_reasoning_budget",
    "with_reasoning_effort",
    "with_response_json_object_format",
    "with_response_json_schema",
    "with_response_text_format",
    "with_safe_prompt",
    "with_seed",
    "with_service_tier",
    "with_stop",
    "with_streaming",
    "with_temperature",
    "with_timeout",
    "with_tool_choice",
    "with_tools",
    "with_top_k",
    "with_top_logprobs",
    "with_top_p",
    "with_unsupported",
    "with_user",
]

_ROOMS = {
    "_async_client": "AsyncClient",
    "_async_stream": "AsyncChatCompletionStream",
    "_async_tools": "AsyncToolRunStream",
    "_bounds": "Bounds",
    "_chat_client": "AsyncChatClient AsyncCompletionStream ChatClient CompletionStream",
    "_client": "Client",
    "_conversation_stream": "AsyncConversationStream ConversationStream",
    "_events": (
        "ContentDelta FinalCandidate PartialToolCall StreamEnd StreamError StreamMetadata "
        "StreamingEvent ThinkingDelta ToolCallEnded ToolCallStarted"
    ),
    "_http": (
        "AsyncByteStream AsyncTransport ByteStream Headers HttpRequest HttpResponse "
        "Timeout Transport"
    ),
    "_models.adjustments": "Adjustment UnsupportedParameterWarning",
    "_models.chunks": "ChunkChoice CompletionChunk DeltaMessage ToolCallDelta",
    "_models.function_tools": "tool",
    "_models.logprobs": "Logprobs TokenLogprob",
    "_models.messages": (
        "AssistantMessage DeveloperMessage Message SystemMessage ToolMessage UserMessage"
    ),
    "_models.model_info": "ModelInfo",
    "_models.options": (
        "with_extra_body with_extra_headers with_extra_query with_frequency_penalty "
        "with_logit_bias with_logprobs with_max_tokens with_metadata with_n "
        "with_parallel_tool_calls with_presence_penalty with_prompt_mode "
        "with_reasoning_budget with_reasoning_effort with_response_json_object_format "
        "with_response_json_schema with_response_text_format with_safe_prompt with_seed "
        "with_service_tier with_stop with_streaming with_temperature with_timeout "
        "with_tool_choice with_tools with_top_k with_top_logprobs with_top_p "
        "with_unsupported with_user"
    ),
    "_models.parsed": "ParsedResponse",
    "_models.partial": "Partial",
    "_models.parts": (
        "AudioPart CacheControl Citation FilePart ImagePart ReasoningPart RefusalPart TextPart"
    ),
    "_models.request": (
        "ChatCompletionRequest RequestOption new_chat_completion_request "
        "new_chat_completion_stream_request"
    ),
    "_models.response": "ChatCompletionChoice ChatCompletionResponse FinishReason",
    "_models.response_format": "ResponseFormat",
    "_models.tool_results": "ToolResult",
    "_models.tool_run": "ToolRound ToolRun",
    "_models.tools": "FunctionCall Tool ToolCall ToolChoice",
    "_models.usage": "Usage",
    "_retry": "Attempt RetryPolicy",
    "_stream": "ChatCompletionStream",
    "_tools": "ToolRunStream",
    "adapters._base": "Adapter Endpoint StreamDecoder",
    "adapters.model_pages": "ListsModels ModelPage",
    "chat": "AsyncChatBuilder AsyncEventStream CallStats ChatBuilder EventStream",
    "conversation": "Conversation",
    "errors": (
        "APIError AuthenticationError BadRequestError BoundsError ClosedError ConfigurationError "
        "ConflictError ContentFilterError ContextLengthError DecodeError "
        "InsecureConnectionWarning InvalidRequestError LLMKitError NotFoundError OverloadedError "
        "PermissionDeniedError QuotaExceededError RateLimitError RequestNotSentError "
        "RequestTooLargeError ResponseLostError ResponseParseError ServerError "
        "StreamInterruptedError TimeoutError ToolArgumentsError ToolLoopError "
        "TransportError UnsupportedParameterError errors"
    ),
    "providers": "Provider providers",
    "testing": "testing",
}
"""Where the names live; a module is loaded when one of its names is first used."""

_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}


if not TYPE_CHECKING:  # A type checker that saw it would take any name for a good one.

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(f".{_HOME[name]}", __name__)
        value = globals()[name] = module if _HOME[name] == name else getattr(module, name)
        return value


def __dir__() -> list[str]:
    return __all__

"""The wire `openai-chat`: OpenAI's chat completions, and the many who speak the same form.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from .build import build
from .error import error
from .parse import parse
from .stream import ChatDecoder


@frozen(kw_only=True)
class OpenAIChat:
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        max_tokens_field: what the limit of tokens is called.
        seed_field: what the seed is called.
        user_field: what the end user is called.
        developer_role: it knows the role `developer`; elsewhere that is `system`.
        tool_choice_required: its word for "some tool must be called".
        tool_id_length: its tool call ids have just this many letters and digits.
        stream_usage: it takes `stream_options`; elsewhere usage comes unasked, or not at all.
        refuses: fields of a request that it does not take.
        response_formats: the kinds of `response_format` that it knows.
        reasoning_field: where a message's thinking goes back to it; None: nowhere.
        reasoning_required: it wants that field on each message that calls tools, empty or not.
        think_tags: the thinking stands in the text, between `<think>` and `</think>`.
        effort: how the reasoning effort is said; None: not at all.
        efforts: the words it knows for it; empty: all.
        images: it takes image parts.
        audio: it takes audio parts.
        files: it takes file parts.
        cache_control: it takes prompt-cache markers on parts.
        message_names: it takes names on messages.
        refusal_field: it takes an assistant message's `refusal`; elsewhere that is text.
        prefix_field: the mark of a message to be continued; None: it cannot.
        empty_content: what stands for the text of a message that has only tool calls.
        assistant_after_tool: it refuses a user's message right after a tool's.
        mistral_params: it knows `safe_prompt` and `prompt_mode`.
        usage_excludes_reasoning: its completion tokens leave the reasoning tokens out.
    """

    provider: str = ""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed_field: str = "seed"
    user_field: str = "user"
    developer_role: bool = False
    tool_choice_required: str = "required"
    tool_id_length: int | None = None
    stream_usage: bool = True
    refuses: tuple[str, ...] = ()
    response_formats: tuple[str, ...] = ("text", "json_object", "json_schema")
    reasoning_field: (
        Literal["reasoning_content", "reasoning", "reasoning_details", "content", "think"] | None
    ) = None
    reasoning_required: bool = False
    think_tags: bool = False
    effort: Literal["reasoning_effort", "reasoning", "thinking"] | None = "reasoning_effort"
    efforts: tuple[str, ...] = ()
    images: bool = True
    audio: bool = True
    files: bool = True
    cache_control: bool = False
    message_names: bool = True
    refusal_field: bool = False
    prefix_field: str | None = None
    empty_content: Literal["null", "empty", "omit"] = "null"
    assistant_after_tool: bool = False
    mistral_params: bool = False
    usage_excludes_reasoning: bool = False

    def build(
        self, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
    ) -> HttpRequest:
        """The HTTP request that says *request*; see `Adapter.build`."""
        return build(self, request, endpoint, stream=stream)

    def parse(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in a whole response; see `Adapter.parse`."""
        return parse(self, response)

    def error(self, response: HttpResponse) -> APIError:
        """The error in a response; see `Adapter.error`."""
        return error(response)

    def decoder(self) -> ChatDecoder:
        """A decoder for one streamed answer."""
        return ChatDecoder(self)

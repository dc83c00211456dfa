"""The wire `openai-chat`: OpenAI's chat completions, and the many who speak the same form.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from attrs import Attribute, field, frozen

from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError, ConfigurationError
from .._base import Endpoint
from .build import REFUSABLE, build
from .error import error
from .parse import parse
from .stream import ChatDecoder


def _refusable(_: object, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    for name in value:
        if name not in REFUSABLE:
            near = get_close_matches(name, sorted(REFUSABLE), 1)
            meant = f"did you mean {near[0]!r}?" if near else f"known are {sorted(REFUSABLE)}"
            raise ConfigurationError(
                f"{attribute.name}: {name!r} is no field that can be refused; {meant}"
            )


@frozen(kw_only=True)
class OpenAIChat:
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        path: where a request is posted to, below the address; `{model}` is the model's name.
        model_in_body: the model is named in the body, too.
        max_tokens_field: what the limit of tokens is called.
        seed_field: what the seed is called.
        user_field: what the end user is called.
        developer_role: it knows the role `developer`; elsewhere that is `system`.
        tool_choice_required: its word for "some tool must be called".
        tool_choice_none: it knows the word for "no tool may be called"; else it gets no tools.
        tool_id_length: its tool call ids have just this many letters and digits.
        stream_usage: it takes `stream_options`; elsewhere usage comes unasked, or not at all.
        refuses: fields of a request that it does not take.
        max_stop: how many stop texts it takes; None: any number.
        logprobs_count: its `logprobs` is the number of tokens, and no flag.
        response_formats: the kinds of `response_format` that it knows.
        strict_schemas: it holds itself to OpenAI's part of JSON Schema where `strict` is on, so
            that schemas are rewritten to that; elsewhere they go as they are.
        forced_tools: it can be made to call a tool by name.
        reasoning_field: where a message's thinking goes back to it; None: nowhere.
        reasoning_required: it wants that field on each message that calls tools, empty or not.
        think_tags: the thinking stands in the text, between `<think>` and `</think>`.
        effort: how the reasoning effort is said; None: not at all.
        efforts: the words it knows for it; empty: all.
        renamed_efforts: pairs of a word of ours and its own word for that.
        images: it takes image parts.
        image_urls: it fetches images from their addresses; else it takes their bytes only.
        audio: it takes audio parts.
        audio_form: how it takes them: OpenAI's object, Mistral's plain text, or the object with
            a data URL in it (DashScope).
        files: it takes file parts.
        file_urls: it fetches files from their addresses.
        file_form: how it takes them: OpenAI's object, Mistral's `document_url`, or Perplexity's
            `file_url`.
        cache_control: it takes prompt-cache markers on parts.
        message_names: it takes names on messages.
        refusal_field: it takes an assistant message's `refusal`; elsewhere that is text.
        prefix_field: the mark of a message to be continued; None: it cannot.
        empty_content: what stands for the text of a message that has only tool calls.
        filler: what stands for the text of a message that has nothing else.
        assistant_after_tool: it refuses a user's message right after a tool's.
        mistral_params: it knows `safe_prompt` and `prompt_mode`.
        usage_excludes_reasoning: its completion tokens leave the reasoning tokens out.
    """

    provider: str = ""
    path: str = "/chat/completions"
    model_in_body: bool = True
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed_field: str = "seed"
    user_field: str = "user"
    developer_role: bool = False
    tool_choice_required: str = "required"
    tool_choice_none: bool = True
    tool_id_length: int | None = None
    stream_usage: bool = True
    refuses: tuple[str, ...] = field(default=(), validator=_refusable)
    max_stop: int | None = None
    logprobs_count: bool = False
    response_formats: tuple[Literal["text", "json_object", "json_schema"], ...] = (
        "text",
        "json_object",
        "json_schema",
    )
    strict_schemas: bool = True
    forced_tools: bool = True
    reasoning_field: (
        Literal["reasoning_content", "reasoning", "reasoning_details", "content", "think"] | None
    ) = None
    reasoning_required: bool = False
    think_tags: bool = False
    effort: Literal["reasoning_effort", "reasoning", "thinking"] | None = "reasoning_effort"
    efforts: tuple[ReasoningEffort, ...] = ()
    renamed_efforts: tuple[tuple[str, str], ...] = ()
    images: bool = True
    image_urls: bool = True
    audio: bool = True
    audio_form: Literal["object", "text", "data_url"] = "object"
    files: bool = True
    file_urls: bool = True
    file_form: Literal["file", "document_url", "file_url"] = "file"
    cache_control: bool = False
    message_names: bool = True
    refusal_field: bool = False
    prefix_field: str | None = None
    empty_content: Literal["null", "empty", "omit"] = "null"
    filler: str = ""
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

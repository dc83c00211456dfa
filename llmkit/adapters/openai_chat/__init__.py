"""The wire `openai-chat`: OpenAI's chat completions, and the many who speak the same form.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from attrs import Factory, field

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from ..model_lists import OpenAIModelList
from .build import build
from .checks import (
    check_ranges,
    check_refuses,
    check_while_thinking,
    check_words,
    refused_fields,
)
from .error import error
from .parse import parse
from .thinking import EffortForm, thinker

if TYPE_CHECKING:
    from .stream import ChatDecoder


@frozen(kw_only=True)
class OpenAIChat(OpenAIModelList):
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        path: where a request is posted to, below the address; `{model}` is the model's name.
        model_in_body: the model is named in the body, too.
        model_field: what the model is called there.
        stream_path: where a request for a stream is posted to; None: to the same place.
        stream_field: a stream is asked for by `stream` in the body.
        max_tokens_field: what the limit of tokens is called.
        seed_field: what the seed is called.
        user_field: what the end user is called.
        developer_role: it knows the role `developer`; elsewhere that is `system`.
        tool_choice_required: its word for "some tool must be called".
        tool_choices: which ways to choose it knows; where it has no "none", it gets no tools.
        tool_choice_form: whether its words for them stand in `tool_choice`, like the name of a
            tool, or in `tool_choice_option` (watsonx).
        tool_id_length: its tool call ids have just this many letters and digits.
        stream_usage: it takes `stream_options`; elsewhere usage comes unasked, or not at all.
        refuses: fields of a request that it does not take. `sampling` stands for the temperature,
            `top_p`, penalties, biases and likelihoods, but for those that have a range.
        ranges: numeric fields of a request, each with the least and the greatest value that it
            takes.
        max_stop: how many stop texts it takes; None: any number.
        logprobs_count: its `logprobs` is the number of tokens, and no flag.
        response_formats: the kinds of `response_format` that it knows.
        strict_schemas: it holds itself to OpenAI's part of JSON Schema where `strict` is on, so
            that schemas are rewritten to that; elsewhere they go as they are.
        strict_tools: it can be held to the schemas of tools by `strict`.
        reasoning_field: where a message's thinking goes back to it; None: nowhere.
        reasoning_required: it wants that field on each message that calls tools; `filler` stands
            for thinking that there was not.
        think_tags: the thinking stands in the text, between `<think>` and `</think>`.
        effort: how the reasoning effort is said: by a word in `reasoning_effort`, in
            `reasoning`, or beside the switch `thinking`; or by a switch alone: `thinking`,
            `enable_thinking`, that in `chat_template_kwargs`, or `enabled` in `reasoning`;
            None: not at all.
        efforts: the words it knows for it; empty: all.
        renamed_efforts: pairs of a word of ours and its own word for that.
        thinking_on: the word for "on" of the switch `thinking`.
        thinks_unasked: it thinks where neither an effort nor a budget is asked for.
        while_thinking: other values of `refuses`, `ranges`, `tool_choices` and
            `response_formats`, for the requests that it thinks about.
        budget_field: where the tokens to think with are said, besides in `reasoning`; a budget
            turns the switch on, or, where it is 0, off; None: nowhere.
        images: it takes image parts.
        image_types: the media types of images that it takes; empty: any.
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
        text_lists: it takes several texts in one message; elsewhere they are joined.
        leading_system: it takes one system message, before all others.
        alternating: user and assistant must take turns, so that neighbours are joined.
        empty_content: what stands for the text of a message that has only tool calls.
        filler: what stands for a text that must be there and is not.
        assistant_after_tool: it refuses a user's message right after a tool's.
        mistral_params: it knows `safe_prompt` and `prompt_mode`.
        usage_excludes_reasoning: its completion tokens leave the reasoning tokens out.
    """

    provider: str = ""
    path: str = "/chat/completions"
    model_in_body: bool = True
    model_field: str = "model"
    stream_path: str | None = None
    stream_field: bool = True
    max_tokens_field: Literal["max_tokens", "max_completion_tokens", "max_new_tokens"] = (
        "max_tokens"
    )
    seed_field: str = "seed"
    user_field: str = "user"
    developer_role: bool = False
    tool_choice_required: str = "required"
    tool_choices: tuple[Literal["auto", "none", "required", "named"], ...] = field(
        default=("auto", "none", "required", "named"),
        validator=check_words,
    )
    tool_choice_form: Literal["plain", "option"] = "plain"
    tool_id_length: int | None = None
    stream_usage: bool = True
    refuses: tuple[str, ...] = field(default=(), validator=check_refuses)
    ranges: Mapping[str, tuple[float, float]] = field(
        factory=dict, validator=check_ranges, hash=False
    )
    max_stop: int | None = None
    logprobs_count: bool = False
    response_formats: tuple[Literal["text", "json_object", "json_schema"], ...] = field(
        default=("text", "json_object", "json_schema"),
        validator=check_words,
    )
    strict_schemas: bool = True
    strict_tools: bool = True
    reasoning_field: (
        Literal["reasoning_content", "reasoning", "reasoning_details", "content", "think"] | None
    ) = None
    reasoning_required: bool = False
    think_tags: bool = False
    effort: EffortForm | None = "reasoning_effort"
    efforts: tuple[ReasoningEffort, ...] = ()
    renamed_efforts: tuple[tuple[str, str], ...] = ()
    thinking_on: str = "enabled"
    budget_field: Literal["thinking_budget", "thinking.budget_tokens"] | None = None
    thinks_unasked: bool = True
    while_thinking: Mapping[str, object] = field(
        factory=dict, validator=check_while_thinking, hash=False
    )
    images: bool = True
    image_types: tuple[str, ...] = ()
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
    text_lists: bool = True
    leading_system: bool = False
    alternating: bool = False
    empty_content: Literal["null", "empty", "omit"] = "null"
    filler: str = ""
    assistant_after_tool: bool = False
    mistral_params: bool = False
    usage_excludes_reasoning: bool = False
    # Of the next none is a quirk: they follow from those that are.
    refused: frozenset[str] = field(
        default=Factory(refused_fields, takes_self=True), init=False, repr=False, eq=False
    )
    # What it is while it thinks, where that differs, and there, what it is else.
    thinker: OpenAIChat | None = field(
        default=Factory(thinker, takes_self=True), init=False, repr=False, eq=False
    )
    usual: OpenAIChat | None = field(default=None, init=False, repr=False, eq=False)

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
        from .stream import ChatDecoder  # a whole answer needs none

        return ChatDecoder(self)

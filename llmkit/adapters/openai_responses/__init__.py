"""The wire `openai-responses`: OpenAI's Responses API, and those who speak the same form.

Source: https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from attrs import Attribute, field

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError, ConfigurationError
from .._base import Endpoint
from ..model_lists import OpenAIModelList
from .build import build
from .error import error
from .parse import parse

if TYPE_CHECKING:
    from .stream import ResponsesDecoder

Refusable: TypeAlias = Literal[
    "max_tokens",
    "temperature",
    "top_p",
    "logprobs",
    "top_logprobs",
    "metadata",
    "user",
    "service_tier",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning_effort",
]
"""The fields of a request that not everybody takes."""


def _only_refuses(
    _: object, attribute: Attribute[Mapping[str, tuple[Refusable, ...]]], value: object
) -> None:
    if not isinstance(value, Mapping) or set(value) - {"refuses"}:
        raise ConfigurationError(f"{attribute.name}: may have `refuses` alone, not {value!r}")
    named = value.get("refuses", ())
    if not isinstance(named, tuple) or set(named) - {*get_args(Refusable)}:
        known = ", ".join(get_args(Refusable))
        raise ConfigurationError(f"{attribute.name}.refuses: must be a list of {known}")


@frozen(kw_only=True)
class OpenAIResponses(OpenAIModelList):
    """The adapter; its fields are what differs between those who speak this form.

    A conversation is sent whole each time. Whether the provider keeps a copy of the answer is
    left to it, like all that a request leaves out; `store`, `previous_response_id` and
    `conversation` go through the request's `extra_body`.

    Args:
        provider: the provider's name.
        store: what is said of keeping the answer; None: nothing, and OpenAI keeps it.
        encrypted_reasoning: ask for thinking that can be sent back, where it does not come
            unasked.
        reasoning_text: it takes thinking back as plain text, without a seal or a known id.
        reasoning_summary: the summary of the thinking to ask for along with an effort.
        efforts: the words it knows for the effort; empty: all.
        thinks_unasked: it thinks where no effort is asked for.
        while_thinking: another value of `refuses`, for the requests that it thinks about.
        instructions: leading system messages go in `instructions`; else each is an item.
        developer_role: it knows the role `developer`; elsewhere that is `system`.
        item_ids: it takes the ids of its messages and calls back.
        user_field: what the end user is called.
        refuses: fields of a request that it does not take.
        response_formats: the kinds of `text.format` that it knows.
        strict_schemas: it holds itself to OpenAI's part of JSON Schema where `strict` is on, so
            that schemas are rewritten to it.
        images: it takes image parts.
        image_types: the media types of images that it takes; empty: any.
        audio: it takes audio parts.
        files: it takes file parts.
        tool_media: it takes lists, images and files among them, for a tool's result.
    """

    provider: str = ""
    store: bool | None = None
    encrypted_reasoning: bool = False
    reasoning_text: bool = False
    reasoning_summary: Literal["auto", "concise", "detailed"] | None = None
    efforts: tuple[ReasoningEffort, ...] = ()
    thinks_unasked: bool = True
    while_thinking: Mapping[str, tuple[Refusable, ...]] = field(
        factory=dict, validator=_only_refuses, hash=False
    )
    instructions: bool = False
    developer_role: bool = True
    item_ids: bool = True
    user_field: Literal["user", "safety_identifier"] = "user"
    refuses: tuple[Refusable, ...] = ()
    response_formats: tuple[Literal["text", "json_object", "json_schema"], ...] = (
        "text",
        "json_object",
        "json_schema",
    )
    strict_schemas: bool = True
    images: bool = True
    image_types: tuple[str, ...] = ()
    audio: bool = False
    files: bool = True
    tool_media: bool = True

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

    def decoder(self) -> ResponsesDecoder:
        """A decoder for one streamed answer."""
        from .stream import ResponsesDecoder  # a whole answer needs none

        return ResponsesDecoder(self)

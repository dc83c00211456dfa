"""The wire `bedrock-converse`: Amazon Bedrock's Converse, one form for the models of many.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from ..model_lists import BedrockModelList
from .build import build
from .error import error
from .parse import parse

if TYPE_CHECKING:
    from .stream import ConverseDecoder

Block: TypeAlias = Literal["text", "image", "document", "video", "audio"]
"""A kind of the blocks that messages are made of."""


@frozen(kw_only=True)
class BedrockConverse(BedrockModelList):
    """The adapter; its fields are what differs between those who speak this form.

    What Converse has no word for goes to a model in `additionalModelRequestFields`, where each
    family has words of its own. A path into these is written with dots, and a value that is
    always the same after an equals sign: `thinking.type=enabled`.

    Args:
        provider: the provider's name.
        service_tiers: the words for `service_tier` that it knows.
        top_k: the path of `top_k`; "": the model does not take it.
        effort: the paths by which a reasoning effort is said, of which one has no value: the
            effort; empty: it cannot be said as a word.
        efforts: the words for it that the model knows.
        budget: likewise for a budget of thinking tokens; empty: they are not counted. A model
            that thinks by a budget is neither sampled freely nor made to call a tool.
        off: what turns thinking off; "": nothing does.
        sampling: whether it takes `temperature` and `top_p`, one of the two, or neither.
        unsampled: the efforts at which it takes neither.
        schemas: it holds answers and strict tools to a schema by itself.
        forced_tools: it can be made to call a tool.
        native_choice: it takes Anthropic's `tool_choice` too, which knows more words.
        system: it takes system messages.
        leading_assistant: a conversation may begin with an assistant message.
        prefill: it goes on from an assistant message at the end.
        thoughts: which of its thinking goes back to it: only what is sealed, plain thinking, or
            none.
        caches: where it takes prompt-cache markers.
        ttls: how long it keeps what is marked, where that can be said.
        citations: it cites documents.
        beside_results: the kinds of blocks that may stand beside a tool's result.
        result_media: the kinds of media that may stand in a tool's result.
        result_json: a tool's result is JSON, not text.
        result_status: a tool's result tells whether the tool failed.
        tool_id_length: ids of tool calls have just this many letters and digits.
    """

    provider: str = ""
    service_tiers: tuple[str, ...] = ("default", "priority", "flex", "reserved")
    top_k: str = ""
    effort: tuple[str, ...] = ()
    efforts: tuple[ReasoningEffort, ...] = ()
    budget: tuple[str, ...] = ()
    off: str = ""
    sampling: Literal["any", "one", "none"] = "any"
    unsampled: tuple[ReasoningEffort, ...] = ()
    schemas: bool = False
    forced_tools: bool = True
    native_choice: bool = False
    system: bool = True
    leading_assistant: bool = False
    prefill: bool = True
    thoughts: Literal["sealed", "plain", "none"] = "none"
    caches: tuple[Literal["tools", "system", "messages"], ...] = ()
    ttls: tuple[Literal["5m", "1h"], ...] = ()
    citations: bool = False
    beside_results: tuple[Block, ...] = ("text", "image", "document", "video", "audio")
    result_media: tuple[Block, ...] = ("image",)
    result_json: bool = False
    result_status: bool = True
    tool_id_length: int | None = None

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

    def decoder(self) -> ConverseDecoder:
        """A decoder for one streamed answer."""
        from .stream import ConverseDecoder  # a whole answer needs none

        return ConverseDecoder(self)

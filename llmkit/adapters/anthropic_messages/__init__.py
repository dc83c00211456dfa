"""The wire `anthropic-messages`: Anthropic's Messages, there and on Vertex AI and Bedrock.

Source: https://platform.claude.com/docs/en/api/messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from ..model_lists import AnthropicModelList
from .build import build
from .error import error
from .parse import parse

if TYPE_CHECKING:
    from .stream import MessagesDecoder


@frozen(kw_only=True)
class AnthropicMessages(AnthropicModelList):
    """The adapter; its fields are what differs between those who speak this form.

    The defaults of those about a model are the newest Claude's. What others take:
    https://platform.claude.com/docs/en/about-claude/models/overview (limits),
    https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and
    https://platform.claude.com/docs/en/build-with-claude/effort (thinking),
    https://platform.claude.com/docs/en/about-claude/models/migration-guide (what newer ones
    refuse), https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
    https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages

    Args:
        provider: the provider's name.
        envelope: what is around the message: "direct" is Anthropic's own, "vertex" Vertex AI's
            rawPredict, "bedrock" Bedrock's InvokeModel, whose streams are binary.
        version: the version of the wire; None: the envelope's usual one.
        betas: beta features that each request asks for.
        service_tiers: the words for `service_tier` that it knows.
        image_urls: it fetches images from their addresses; else it takes their bytes only.
        max_tokens: the limit that is sent where the request gives none: the wire needs one.
        budget: thinking may be asked for by a budget of tokens.
        adaptive: thinking may be asked for with the depth left to the model.
        off: the word that turns thinking off; "": it cannot be turned off.
        efforts: the words for `output_config.effort` that the model knows.
        sampling: whether it takes `temperature` and `top_p`, one of the two, or the default
            values alone.
        schemas: it holds answers and strict tools to a schema by itself.
        forced_tools: it can be made to call a tool.
        prefill: it goes on from an assistant message at the end.
        system_turns: it takes system messages in the middle of a conversation.
        seals: its thinking goes back only under its seal.
    """

    provider: str = ""
    envelope: Literal["direct", "vertex", "bedrock"] = "direct"
    version: str | None = None
    betas: tuple[str, ...] = ()
    service_tiers: tuple[str, ...] = ("auto", "standard_only")
    image_urls: bool = True
    max_tokens: int = 64_000
    budget: bool = False
    adaptive: bool = True
    off: Literal["disabled", "between_tools", ""] = "disabled"
    efforts: tuple[ReasoningEffort, ...] = ("low", "medium", "high", "xhigh", "max")
    sampling: Literal["any", "one", "default"] = "default"
    schemas: bool = True
    forced_tools: bool = True
    prefill: bool = False
    system_turns: bool = False
    seals: bool = True

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

    def decoder(self) -> MessagesDecoder:
        """A decoder for one streamed answer."""
        from .stream import MessagesDecoder  # a whole answer needs none

        return MessagesDecoder(self)

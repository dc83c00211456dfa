"""The wire `anthropic-messages`: Anthropic's Messages, there and on Vertex AI and Bedrock.

Source: https://platform.claude.com/docs/en/api/messages
"""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from .build import build
from .error import error
from .models import MODELS, ModelRule, rules
from .parse import parse
from .stream import MessagesDecoder


@frozen(kw_only=True)
class AnthropicMessages:
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        envelope: what is around the message: "direct" is Anthropic's own, "vertex" Vertex AI's
            rawPredict, "bedrock" Bedrock's InvokeModel, whose streams are binary.
        version: the version of the wire; None: the envelope's usual one.
        betas: beta features that each request asks for.
        service_tiers: the words for `service_tier` that it knows.
        models: what differs between models; the first rule that matches is a model's.
    """

    provider: str = ""
    envelope: Literal["direct", "vertex", "bedrock"] = "direct"
    version: str | None = None
    betas: tuple[str, ...] = ()
    service_tiers: tuple[str, ...] = ("auto", "standard_only")
    models: tuple[ModelRule, ...] = field(default=MODELS, converter=rules)

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
        return MessagesDecoder(self)

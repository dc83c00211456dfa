"""The wire `bedrock-converse`: Amazon Bedrock's Converse, one form for the models of many.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

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
from .stream import ConverseDecoder


@frozen(kw_only=True)
class BedrockConverse:
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        service_tiers: the words for `service_tier` that it knows.
        models: what differs between models; the first rule that matches is a model's. An ARN
            that does not name its model, such as an application inference profile's, needs a
            rule of its own.
    """

    provider: str = ""
    service_tiers: tuple[str, ...] = ("default", "priority", "flex", "reserved")
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

    def decoder(self) -> ConverseDecoder:
        """A decoder for one streamed answer."""
        return ConverseDecoder(self)

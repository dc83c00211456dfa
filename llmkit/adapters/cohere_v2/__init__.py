"""The wire `cohere-v2`: Cohere's chat, version 2.

Source: https://docs.cohere.com/v2/reference/chat
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from ..model_lists import CohereModelList
from .build import build
from .error import error
from .parse import parse

if TYPE_CHECKING:
    from .stream import CohereDecoder


@frozen(kw_only=True)
class CohereV2(CohereModelList):
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        tool_plan: it takes back the plan that a model makes before its calls.
        images: it takes image parts.
        image_types: the media types of images that it takes.
    """

    provider: str = ""
    tool_plan: bool = True
    images: bool = True
    # https://docs.cohere.com/docs/image-inputs
    image_types: tuple[str, ...] = ("image/png", "image/jpeg", "image/webp", "image/gif")

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

    def decoder(self) -> CohereDecoder:
        """A decoder for one streamed answer."""
        from .stream import CohereDecoder  # a whole answer needs none

        return CohereDecoder(self)

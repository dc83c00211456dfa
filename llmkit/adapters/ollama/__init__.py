"""The wire `ollama`: Ollama's own chat API.

Source: https://docs.ollama.com/api/chat
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from ..model_lists import ModelList
from .build import build
from .error import error
from .parse import parse

if TYPE_CHECKING:
    from .stream import OllamaDecoder


@frozen(kw_only=True)
class Ollama(ModelList):
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        efforts: the words by which the model is told how much to think; empty: it is told
            whether to; without "none" among them it cannot do without thinking.
        images: it takes image parts.
    """

    provider: str = ""
    efforts: tuple[ReasoningEffort, ...] = ()
    images: bool = True

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

    def decoder(self) -> OllamaDecoder:
        """A decoder for one streamed answer."""
        from .stream import OllamaDecoder  # a whole answer needs none

        return OllamaDecoder(self)

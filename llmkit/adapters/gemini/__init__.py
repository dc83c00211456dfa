"""The wire `gemini`: Google's generateContent, on AI Studio and on Vertex AI.

Source: https://ai.google.dev/api/generate-content
"""

from __future__ import annotations

import base64
from typing import Final, Literal

from attrs import field, frozen

from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest
from ..._models.response import ChatCompletionResponse
from ...errors import APIError
from .._base import Endpoint
from .build import build
from .error import error
from .models import ModelRule, rules_of
from .parse import parse
from .stream import GeminiDecoder

STAND_IN_SIGNATURE: Final = base64.b64encode(b"skip_thought_signature_validator").decode()
"""What goes in the place of a signature on calls that another model made.

Source: https://ai.google.dev/gemini-api/docs/thought-signatures
"""


@frozen(kw_only=True)
class Gemini:
    """The adapter; its fields are what differs between those who speak this form.

    Args:
        provider: the provider's name.
        models: what its models can do, where that differs from this package's table; in a
            manifest a list of tables with `ModelRule`'s fields.
        schemas: the words that schemas are in: JSON Schema's, or the older ones of OpenAPI.
        refuses: fields of a request that it does not take.
        labels: it takes metadata, as labels.
        service_tier: where the service tier goes: in the body, or in a header; None: nowhere.
        stand_in_signature: what Gemini 3 takes in the place of a signature that is not there.
    """

    provider: str = ""
    models: tuple[ModelRule, ...] = field(default=(), converter=rules_of)
    schemas: Literal["json-schema", "openapi"] = "json-schema"
    refuses: tuple[str, ...] = ()
    labels: bool = False
    service_tier: Literal["body", "header"] | None = None
    stand_in_signature: str = STAND_IN_SIGNATURE

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

    def decoder(self) -> GeminiDecoder:
        """A decoder for one streamed answer."""
        return GeminiDecoder(self)

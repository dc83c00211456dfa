"""The wire `gemini`: Google's generateContent, on AI Studio and on Vertex AI.

Source: https://ai.google.dev/api/generate-content
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from attrs import Attribute, field

from ..._frozen import frozen
from ..._http import HttpRequest, HttpResponse
from ..._models.request import ChatCompletionRequest, ReasoningEffort
from ..._models.response import ChatCompletionResponse
from ...errors import APIError, ConfigurationError
from .._base import Endpoint
from ..model_lists import GeminiModelList
from .build import build, versioned
from .error import error
from .parse import parse

if TYPE_CHECKING:
    from .stream import GeminiDecoder

STAND_IN_SIGNATURE: Final = base64.b64encode(b"skip_thought_signature_validator").decode()
"""What goes in the place of a signature on calls that another model made.

Source: https://ai.google.dev/gemini-api/docs/thought-signatures
"""


def _least_and_most(
    _: object, attribute: Attribute[tuple[int, ...]], value: tuple[int, ...]
) -> None:
    if value and (len(value) != 2 or value[0] > value[1]):
        raise ConfigurationError(f"{attribute.name}: must be the least and the most, or empty")


@frozen(kw_only=True)
class Gemini(GeminiModelList):
    """The adapter; its fields are what differs between those who speak this form.

    The defaults of those about a model are Gemini 3's: all that came since has been like that.
    What others take: https://ai.google.dev/gemini-api/docs/thinking,
    https://ai.google.dev/gemini-api/docs/structured-output,
    https://ai.google.dev/gemini-api/docs/thought-signatures

    Args:
        provider: the provider's name.
        schemas: the words that schemas are in: JSON Schema's, or the older ones of OpenAPI.
        refuses: fields of a request that it does not take.
        labels: it takes metadata, as labels.
        service_tier: where the service tier goes: in the body, or in a header; None: nowhere.
        stand_in_signature: what Gemini 3 takes in the place of a signature that is not there.
        efforts: the reasoning efforts that the model knows; with "none" among them it can do
            without thinking.
        effort: how they are said: as a `thinkingLevel`, or as a `thinkingBudget`.
        budgets: the least and the most `thinkingBudget`; empty: a budget cannot be asked for.
        system: it takes a `systemInstruction`.
        tools: it takes function declarations.
        validated: it takes the calling mode `VALIDATED`: calls that fit, or words.
        json: it can be held to JSON.
        json_with_tools: also where there are functions to call.
        media_results: functions may answer with images and documents.
        sealed_calls: it refuses a call of its own without the signature that came with it.
    """

    provider: str = ""
    schemas: Literal["json-schema", "openapi"] = "json-schema"
    refuses: tuple[str, ...] = ()
    labels: bool = False
    service_tier: Literal["body", "header"] | None = None
    stand_in_signature: str = STAND_IN_SIGNATURE
    efforts: tuple[ReasoningEffort, ...] = ("minimal", "low", "medium", "high")
    effort: Literal["level", "budget"] = "level"
    budgets: tuple[int, ...] = field(default=(1, 2**31 - 1), validator=_least_and_most)
    system: bool = True
    tools: bool = True
    validated: bool = True
    json: bool = True
    json_with_tools: bool = True
    media_results: bool = True
    sealed_calls: bool = True

    def build(
        self, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
    ) -> HttpRequest:
        """The HTTP request that says *request*; see `Adapter.build`."""
        return build(self, request, endpoint, stream=stream)

    def build_list(
        self, endpoint: Endpoint, path: str, page: Mapping[str, str] | None
    ) -> HttpRequest:
        """The request for a page of the models; see `ListsModels.build_list`."""
        if path.startswith("/models"):
            endpoint = versioned(endpoint)
        return GeminiModelList.build_list(self, endpoint, path, page)

    def parse(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in a whole response; see `Adapter.parse`."""
        return parse(self, response)

    def error(self, response: HttpResponse) -> APIError:
        """The error in a response; see `Adapter.error`."""
        return error(response)

    def decoder(self) -> GeminiDecoder:
        """A decoder for one streamed answer."""
        from .stream import GeminiDecoder  # a whole answer needs none

        return GeminiDecoder(self)

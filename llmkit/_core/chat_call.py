"""One call that asks a model, and what comes of its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast

from .._bounds import Bounds
from .._http import HttpRequest, HttpResponse, Timeout
from .._models.adjustments import Adjuster, Adjustment
from .._models.made import settled
from .._models.request import ChatCompletionRequest
from .._models.response import ChatCompletionResponse
from .._redaction import secrets_in
from .._retry import RetryPolicy
from ..adapters._base import request_id
from .call import Call, Target

if TYPE_CHECKING:
    from ..adapters.structured_answer import StructuredAnswer

T = TypeVar("T")


class ChatCall(Call[ChatCompletionResponse[T]]):
    """One call of a request, which `http` says in its provider's form."""

    def __init__(
        self,
        request: ChatCompletionRequest[T],
        target: Target,
        http: HttpRequest,
        timeout: Timeout,
        retry: RetryPolicy,
        adjust: Adjuster,
        bounds: Bounds,
    ) -> None:
        super().__init__(target, http, timeout, retry, bounds, request.extra_headers)
        self.request = request
        self._adjust = adjust

    def secrets(self) -> tuple[str, ...]:
        """As `Call.secrets`, and what the request's own fields of the body have of them."""
        return (*super().secrets(), *secrets_in(self.request.extra_body))

    def finish(self, response: HttpResponse) -> ChatCompletionResponse[T]:
        """The answer in *response*, with all that the call knows of it; see `Call.finish`."""
        answer = super().finish(response)
        return self.told(answer, self.ended)

    def understood(self, response: HttpResponse) -> ChatCompletionResponse[T]:
        """The answer alone; see `Call.understood`."""
        answer = self.target.adapter.parse(response)
        structured = self.structured_answer()
        told = answer if structured is None else structured.whole(answer)
        return cast("ChatCompletionResponse[T]", told)

    def structured_answer(self) -> StructuredAnswer | None:
        """What reads an answer of a schema back, where the wire had no field for it."""
        if self._adjust.structured_by != "tool" and not self._adjust.answer_key:
            return None
        from ..adapters.structured_answer import StructuredAnswer  # few ask for one

        return StructuredAnswer.of(self._adjust)

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """What was changed on the way out."""
        return self._adjust.made

    def told(
        self, answer: ChatCompletionResponse[object], ended: float
    ) -> ChatCompletionResponse[T]:
        """*answer*, whose last bytes came at *ended*, with all that the call itself knows."""
        called = request_id(self.headers)
        told = settled(
            answer,
            answer_id=answer.id or called or "",  # Bedrock has no other
            model=answer.model or self.target.model,
            provider=self.target.provider.name,
            latency=timedelta(seconds=ended - self.started),
            request_id=called,
            headers=self.headers,
            attempts=tuple(self.attempts),
            adjustments=self._adjust.made,
            response_format=self.request.response_format,
        )
        return cast("ChatCompletionResponse[T]", told)

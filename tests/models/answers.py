"""Answers, and what they parse to."""

from __future__ import annotations

from typing import Any, cast

from llmkit._json import dumps
from llmkit._models.messages import AssistantMessage
from llmkit._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from llmkit._models.response_format import ResponseFormat


def answer(
    text: str | None,
    asked: ResponseFormat[Any] | None = None,
    finish: FinishReason = FinishReason.STOP,
    **more: Any,
) -> ChatCompletionResponse[Any]:
    """A response that says *text*."""
    choice = ChatCompletionChoice(0, AssistantMessage(text, **more), finish)
    return ChatCompletionResponse(choices=(choice,), response_format=asked, provider="p", model="m")


def parsed(value: object, target: object) -> object:
    """*value*, as JSON text in an answer, parsed to *target*."""
    return answer(dumps(value).decode()).parse(cast("type[object]", target))

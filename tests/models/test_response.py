"""`ChatCompletionResponse`: what it gives of its first choice, and its form as JSON."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given

from llmkit._http import Headers
from llmkit._models.messages import AssistantMessage
from llmkit._models.response import (
    ChatCompletionChoice,
    ChatCompletionResponse,
    FinishReason,
    created_at,
)
from llmkit._models.response_format import ResponseFormat
from llmkit._models.tools import ToolCall
from llmkit.errors import InvalidRequestError

from .values import responses, through_json

CALL = ToolCall("1", "look", "{}")
RESPONSE: ChatCompletionResponse[object] = ChatCompletionResponse(
    id="r1",
    choices=(
        ChatCompletionChoice(0, AssistantMessage("Paris.", tool_calls=[CALL]), FinishReason.STOP),
        ChatCompletionChoice(1, AssistantMessage("Rome."), FinishReason.LENGTH),
    ),
    headers=Headers({"X-Request-Id": "q1"}),
    latency=timedelta(seconds=1.5),
)


@given(responses)
def test_json_and_back(response: ChatCompletionResponse[object]) -> None:
    """A response survives JSON text whole."""
    assert ChatCompletionResponse.from_dict(through_json(response.to_dict())) == response


@given(responses)
def test_pickle_and_back(response: ChatCompletionResponse[object]) -> None:
    """A response survives pickling whole."""
    assert pickle.loads(pickle.dumps(response)) == response


def test_first_choice() -> None:
    """The short names are those of the first choice."""
    assert RESPONSE.content == "Paris."
    assert RESPONSE.finish_reason is FinishReason.STOP
    assert RESPONSE.tool_calls == (CALL,)
    assert RESPONSE.assistant_message() is RESPONSE.choices[0].message


def test_without_choices() -> None:
    """Where there is no choice there is nothing to give, and no error."""
    empty: ChatCompletionResponse[object] = ChatCompletionResponse()
    assert (empty.content, empty.finish_reason) == (None, None)
    assert empty.assistant_message() == AssistantMessage()
    assert empty.tool_calls == ()
    assert ChatCompletionResponse.from_dict({}) == empty


def test_headers_keep_any_case() -> None:
    """Headers that were read from JSON are found in any case, as those of a call are."""
    again = ChatCompletionResponse.from_dict(through_json(RESPONSE.to_dict()))
    assert again.headers["X-REQUEST-ID"] == "q1"


def test_target_is_left_out() -> None:
    """The Python type behind a schema is not JSON: the schema stays, and still checks."""
    asked = ResponseFormat.json_schema(int)
    response: ChatCompletionResponse[int] = ChatCompletionResponse(
        choices=(ChatCompletionChoice(0, AssistantMessage("3"), FinishReason.STOP),),
        response_format=asked,
    )
    again = ChatCompletionResponse.from_dict(through_json(response.to_dict()))
    assert again.response_format is not None
    assert again.response_format.target is None
    assert again.response_format.schema == {"type": "integer"}
    assert again.parse() == response.parse() == 3


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (0, None),
        (None, None),
        ("soon", None),
        (1e300, None),
        (float("nan"), None),
        (1700000000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
    ],
)
def test_created_at(value: object, found: datetime | None) -> None:
    """A provider's time is an aware datetime, or None where it says nothing of use."""
    assert created_at(value) == found


CHOICE = {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": 3}, "id"),
        ({"colour": "red"}, "colour"),
        ({"created": "yesterday"}, "created"),
        ({"created": 1e18}, "created"),
        ({"created": float("nan")}, "created"),
        ({"latency": -1}, "latency"),
        ({"choices": {}}, "choices"),
        ({"choices": [3]}, "choices[0]"),
        ({"choices": [CHOICE | {"index": -1}]}, "choices[0].index"),
        ({"choices": [CHOICE | {"finish_reason": "bored"}]}, "choices[0].finish_reason"),
        ({"choices": [CHOICE | {"mood": "good"}]}, "choices[0].mood"),
        ({"choices": [CHOICE | {"message": 3}]}, "choices[0].message"),
        (
            {"choices": [CHOICE | {"message": {"role": "user", "content": "x"}}]},
            "choices[0].message.role",
        ),
        (
            {"choices": [CHOICE, CHOICE | {"message": {"content": [{"type": "text"}]}}]},
            "choices[1].message.content[0].text",
        ),
        ({"usage": 3}, "usage"),
        ({"usage": {"prompt_tokens": -3}}, "usage.prompt_tokens"),
        ({"headers": {"a": 3}}, "headers.a"),
        ({"raw": {"a": float("inf")}}, "raw.a"),
        ({"attempts": [{"status": "ok"}]}, "attempts[0].status"),
        ({"attempts": [{"stat": 3}]}, "attempts[0].stat"),
        (
            {"adjustments": [{"kind": "eaten", "field": "x", "reason": "y"}]},
            "adjustments[0].kind",
        ),
        ({"adjustments": [{"kind": "dropped", "reason": "y"}]}, "adjustments[0].field"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": 3}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": 3}}},
            "response_format.json_schema.schema",
        ),
    ],
)
def test_refused_form(change: dict[str, object], field: str) -> None:
    """What `to_dict` cannot have written is refused, and the error names where it stands."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatCompletionResponse.from_dict(RESPONSE.to_dict() | change)
    assert caught.value.field == field


def test_not_an_object() -> None:
    """A response is read from an object only."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatCompletionResponse.from_dict(cast("dict[str, object]", []))
    assert caught.value.field == "response"


def test_json_is_openai_form() -> None:
    """The names are OpenAI's where OpenAI has them."""
    form = json.loads(json.dumps(RESPONSE.to_dict()))
    assert form["object"] == "chat.completion"
    assert form["choices"][0]["message"]["content"] == "Paris."
    assert form["choices"][0]["finish_reason"] == "stop"
    assert form["usage"]["total_tokens"] == 0

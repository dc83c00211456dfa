"""An answer's text as a value: `ChatCompletionResponse.parse`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from ..errors import InvalidRequestError, ResponseParseError
from .response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from .validate_json import Misfit, fitted

if TYPE_CHECKING:
    from .response_format import ResponseFormat

_CUT_OFF: Final = (FinishReason.LENGTH, FinishReason.MODEL_LENGTH)
_FENCE: Final = re.compile(r"```(?:json)?[ \t]*\r?\n", re.IGNORECASE)

Reason = Literal["refusal", "length", "content_filter", "empty", "json", "type"]


def parse_response(
    response: ChatCompletionResponse[object], target: type[object] | None = None
) -> object:
    """The first choice's JSON as a *target*.

    A Markdown fence around the JSON is taken off. An answer that was cut off is taken if its
    JSON is whole and fits all the same.

    Args:
        response: the answer.
        target: the type to make; None for the type that the request was made with, or plain
            JSON, which must fit the request's schema where there is one.

    Raises:
        ResponseParseError: there is no such value in it; `reason` says why.
        InvalidRequestError: *target* has no JSON form, or the schema refers out of itself.
    """
    choice = response.choices[0] if response.choices else None
    if choice is None:
        raise _failure(response, "empty", "the response has no choices")
    if refusal := choice.message.refusal:
        raise _failure(response, "refusal", f"the model refused: {refusal}", refusal)
    if choice.finish_reason is FinishReason.CONTENT_FILTER:
        raise _failure(response, "content_filter", "a content filter stopped the answer")
    text = choice.message.content
    if text is None or not text.strip():
        raise _empty(response, choice)
    asked = response.response_format
    wanted: object = asked.target if target is None and asked is not None else target
    try:
        return _fitted(_json_in(text), wanted, asked)
    except InvalidRequestError:
        raise
    except json.JSONDecodeError as error:
        message = f"the answer is not JSON: {error}: {text[:200]!r}"
        failure = _misfit(response, choice, "json", message)
    except ValueError as error:
        kind = "the schema" if wanted is None else getattr(wanted, "__name__", repr(wanted))
        failure = _misfit(response, choice, "type", f"the answer does not fit {kind}:\n{error}")
    raise failure  # out here, so that a parser's own traceback is not told, too


def _fitted(value: object, target: object, asked: ResponseFormat[object] | None) -> object:
    if target is not None:
        from .structure import structured  # with cattrs

        return structured(value, target)
    schema = None if asked is None else asked.schema
    if asked is not None and asked.type == "json_object":
        schema = {"type": "object"}
    try:
        value, found = (value, ()) if schema is None else fitted(value, schema)
    except RecursionError:
        found = (Misfit("$", "is nested too deeply"),)
    if found:
        raise ValueError("\n".join(map(str, found)))
    return value


def _json_in(text: str) -> object:
    """The JSON in *text*, as values.

    Raises:
        JSONDecodeError: there is none.
    """
    failures: list[str] = []
    for source in _sources(text):
        try:
            # The standard library's parser: an integer of any length stays one.
            return json.loads(source, parse_constant=_no_number, parse_float=_finite)
        except RecursionError:
            failures.append("it is nested too deeply")
        except ValueError as error:
            failures.append(str(error))
    raise json.JSONDecodeError(failures[0], text, 0)


def _sources(text: str) -> Iterator[str]:
    """Where JSON may be in *text*: all of it, or what is in its Markdown fence."""
    yield text
    fence = _FENCE.search(text)
    if fence is not None:
        inside = text[fence.end() :]
        # To the last fence, since JSON may hold one in its strings; or to the end, if cut off.
        yield inside.rpartition("```")[0] or inside


def _no_number(word: str) -> NoReturn:
    # Python's parser would take NaN and Infinity.
    raise ValueError(f"{word} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits)


def _empty(
    response: ChatCompletionResponse[object], choice: ChatCompletionChoice
) -> ResponseParseError:
    if choice.finish_reason in _CUT_OFF:
        return _failure(response, "length", "the answer was cut off before its text began")
    if choice.message.tool_calls:
        return _failure(response, "empty", "the answer asks for tools to be called: it has no text")
    return _failure(response, "empty", "the answer has no text")


def _misfit(
    response: ChatCompletionResponse[object],
    choice: ChatCompletionChoice,
    reason: Literal["json", "type"],
    message: str,
) -> ResponseParseError:
    if choice.finish_reason in _CUT_OFF:
        return _failure(response, "length", f"the answer was cut off by the token limit; {message}")
    return _failure(response, reason, message)


def _failure(
    response: ChatCompletionResponse[object],
    reason: Reason,
    message: str,
    text: str | None = None,
) -> ResponseParseError:
    error = ResponseParseError(
        message, reason=reason, text=text or response.content, response=response
    )
    error.provider = response.provider or None
    error.model = response.model or None
    error.attempts = response.attempts
    return error

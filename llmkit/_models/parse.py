"""An answer's text as a value: `ChatCompletionResponse.parse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ..errors import InvalidRequestError, ResponseParseError
from .adjustments import BY_TOOL, BY_WORDS, Adjustment
from .json_in_text import JSONInText
from .partial_json import NotJSONError, read_json
from .parts import TextPart
from .response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from .validate_json import Misfit, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .response_format import ResponseFormat

_CUT_OFF: Final = (FinishReason.LENGTH, FinishReason.MODEL_LENGTH)
_MOST_PROBLEMS: Final = 10

Reason = Literal["refusal", "length", "content_filter", "empty", "json", "type"]


def parse_response(
    response: ChatCompletionResponse[object], target: type[object] | None = None
) -> object:
    """The first choice's JSON as a *target*; see `json_and_value`."""
    return json_and_value(response, target)[1]


def json_and_value(
    response: ChatCompletionResponse[object], target: type[object] | None = None
) -> tuple[object, object]:
    """The first choice's JSON, and what it is as a *target*.

    A Markdown fence around the JSON is taken off, and thinking between tags before it. Words
    around it are passed over where nothing but words had asked for JSON: a wire's own field
    for the form promises JSON and nothing else. An answer that was cut off is taken if its
    JSON is whole and fits all the same.

    Args:
        response: the answer.
        target: the type to make; None for the type that the request was made with, or plain
            JSON, which must fit the request's schema where there is one.

    Raises:
        ResponseParseError: there is no such value in it; `reason` says why.
        InvalidRequestError: *target* has no JSON form, or the schema refers out of itself.
    """
    choice, text = _said(response)
    asked = response.response_format
    wanted: object = asked.target if target is None and asked is not None else target
    try:
        value = _json_in(choice, text, prose=prose_allowed(asked, response.adjustments))
        return value, fitting(value, wanted, asked)
    except InvalidRequestError:
        raise
    except NotJSONError as error:
        message = f"the answer is not JSON: {error}: {text[:200]!r}"
        failure = _misfit(response, choice, "json", message, [f"it is not JSON: {error}"])
    except ValueError as error:
        kind = "the schema" if wanted is None else getattr(wanted, "__name__", repr(wanted))
        problems = str(error).splitlines()
        message = f"the answer does not fit {kind}:\n{error}"
        failure = _misfit(response, choice, "type", message, problems[:_MOST_PROBLEMS])
    raise failure  # out here, so that a parser's own traceback is not told, too


def prose_allowed(asked: ResponseFormat[object] | None, made: Sequence[Adjustment]) -> bool:
    """Whether words around an answer's JSON are passed over: nothing but words asked for it.

    Args:
        asked: the form that was asked for.
        made: the request's adjustments, which say in which way it was.
    """
    if asked is None or asked.type == "text":
        return True
    ways = [change.reason for change in made if change.field == "response_format"]
    return any(way.startswith((BY_TOOL, BY_WORDS)) for way in ways)


def fitting(value: object, target: object, asked: ResponseFormat[object] | None) -> object:
    """*value*, which is JSON, as a *target*, or as it was *asked* for where that is None.

    Raises:
        ValueError: it does not fit.
        InvalidRequestError: as `json_and_value`.
    """
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


def _said(response: ChatCompletionResponse[object]) -> tuple[ChatCompletionChoice, str]:
    """The first choice, and its text, which may hold JSON.

    Raises:
        ResponseParseError: there is no such text.
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
    return choice, text


def _json_in(choice: ChatCompletionChoice, text: str, *, prose: bool) -> object:
    """The JSON in *text*, as values.

    Raises:
        NotJSONError: there is none.
    """
    try:
        return read_json(text)
    except ValueError as error:
        plain = NotJSONError(str(error).partition(": line")[0], getattr(error, "pos", 0))
    parts = [part.text for part in choice.message.parts if isinstance(part, TextPart)]
    for part in reversed(parts if len(parts) > 1 else ()):
        # Beside what it cites or its seal, an answer by a forced call is a part of its own.
        try:
            return read_json(part)
        except ValueError:
            continue
    finder = JSONInText(prose=prose)
    try:
        finder.feed(text)
        return finder.close()
    except NotJSONError as error:
        found = finder.engaged
        told = error if found else plain
    raise NotJSONError(told.reason, told.at)


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
    problems: Sequence[str],
) -> ResponseParseError:
    if choice.finish_reason in _CUT_OFF:
        return _failure(response, "length", f"the answer was cut off by the token limit; {message}")
    failure = _failure(response, reason, message)
    failure.problems = tuple(problems)
    return failure


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

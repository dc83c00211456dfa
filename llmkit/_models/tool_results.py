"""What a tool has given, as the model is told it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal, TypeAlias, cast

from attrs import field

from .._frozen import frozen
from .._json import JsonValue, dumps, well_formed
from .._redaction import Mask
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .json_form import json_form
from .messages import Content, Message, ToolMessage
from .part_form import Part
from .tools import ToolCall

Outcome: TypeAlias = Literal["value", "exception", "arguments", "unknown", "refused", "unsendable"]
"""How a call ended: with a value; or its function raised, its arguments do not fit, there is no
tool of that name, it was refused by `approve`, or what it returned has no form to be sent in."""

_OUTCOMES = ("value", "exception", "arguments", "unknown", "refused", "unsendable")
_LONGEST = 2000
"""How many characters of an error's text the model is told."""


def _kind(error: Exception | None) -> str:
    """The repr of an error, whose own text may hold a key; the message has it without."""
    return "None" if error is None else f"<{type(error).__name__}>"


@frozen
class ToolResult:
    """What came of one call of a tool.

    Args:
        call: the call.
        message: what the model is told.
        outcome: how it ended: "value"; or "exception" (the function raised), "arguments" (they
            do not fit), "unknown" (no tool has the name), "refused" (by `approve`),
            "unsendable" (what it returned has no form to be sent in).
        value: what the function returned, as it returned it; it stays in this process.
        error: why there is no value, or none that can be sent; it stays in this process.
        duration: how long the function took.
    """

    call: ToolCall
    message: ToolMessage
    outcome: Outcome = "value"
    value: object = field(default=None, eq=False, repr=False, kw_only=True)
    error: Exception | None = field(default=None, eq=False, repr=_kind, kw_only=True)
    duration: timedelta = field(default=timedelta(), kw_only=True)

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.call.name

    @property
    def content(self) -> str | None:
        """The text that the model is told, or None where there is none."""
        return self.message.content

    @property
    def is_error(self) -> bool:
        """Whether the model is told that it failed."""
        return self.message.is_error

    def __reduce__(self) -> tuple[object, ...]:
        # What a tool returns or raises may be anything, and an error that holds this must pickle.
        return _again, (self.call, self.message, self.outcome, self.duration)

    def to_dict(self) -> dict[str, JsonValue]:
        """The result as a JSON object; `value` and `error`, being no JSON, are left out."""
        return {
            "call": self.call.to_dict(),
            "message": self.message.to_dict(),
            "outcome": self.outcome,
            "duration": self.duration.total_seconds(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, field: str = "result") -> ToolResult:
        """What `to_dict` wrote.

        Raises:
            InvalidRequestError: *data* is not of that form; the error names the field.
        """
        for key in data:
            if key not in ("call", "message", "outcome", "duration"):
                raise InvalidRequestError("is not a field of a result", field=f"{field}.{key}")
        call = check.json_object(data.get("call"), f"{field}.call")
        message = Message.from_dict(
            check.json_object(data.get("message"), f"{field}.message"), field=f"{field}.message"
        )
        if not isinstance(message, ToolMessage):
            raise InvalidRequestError("must be tool", field=f"{field}.message.role")
        outcome = data.get("outcome")
        if outcome not in _OUTCOMES:
            told = ", ".join(_OUTCOMES)
            reason = f"must be one of {told}, not {shown(outcome)}"
            raise InvalidRequestError(reason, field=f"{field}.outcome")
        seconds = check.number(data.get("duration"), f"{field}.duration", 0) or 0
        return _again(
            ToolCall.from_dict(call, field=f"{field}.call"),
            message,
            cast("Outcome", outcome),
            timedelta(seconds=seconds),
        )


def _again(call: ToolCall, message: ToolMessage, outcome: Outcome, took: timedelta) -> ToolResult:
    return ToolResult(call, message, outcome, duration=took)


def returned(
    call: ToolCall, value: object, took: timedelta, secrets: Sequence[str] = ()
) -> ToolResult:
    """The result of a *call* whose function has returned *value*; no error about it has one of
    *secrets* in it."""
    try:
        message = ToolMessage(content_of(value), tool_call_id=call.id)
    except Exception as error:
        # Not the tool's own failure, but nothing that the model could be told either.
        why = Mask(secrets).text(_text(error))
        told = f"the tool returned {type(value).__name__}, which cannot be sent: {why}"
        failure = TypeError(told)
        failure.__cause__ = error
        return _failed(call, "unsendable", failure, told, took, value)
    return ToolResult(call, message, value=value, duration=took)


def raised(
    call: ToolCall, error: Exception, took: timedelta, secrets: Sequence[str] = ()
) -> ToolResult:
    """The result of a *call* whose function has raised *error*; none of *secrets* is in it."""
    told = Mask(secrets).text(f"{type(error).__name__}: {_text(error)}")
    return _failed(call, "exception", error, told, took)


def misfit(call: ToolCall, error: Exception) -> ToolResult:
    """The result of a *call* whose arguments do not fit: *error* says how."""
    return _failed(call, "arguments", error, _text(error))


def unknown(call: ToolCall, names: Sequence[str]) -> ToolResult:
    """The result of a *call* of a tool that there is not; *names* are those that there are."""
    known = f"the tools are: {', '.join(names)}" if names else "there are no tools"
    told = f"there is no tool named {call.name!r}; {known}"
    return _failed(call, "unknown", LookupError(told), told)


def refused(call: ToolCall, reason: str = "") -> ToolResult:
    """The result of a *call* that was not allowed."""
    told = f"the call was refused: {reason}" if reason else "the call was refused"
    return _failed(call, "refused", PermissionError(told), told)


def _failed(
    call: ToolCall,
    outcome: Outcome,
    error: Exception,
    told: str,
    took: timedelta = timedelta(),
    value: object = None,
) -> ToolResult:
    text = well_formed(told)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    message = ToolMessage(text, tool_call_id=call.id, is_error=True)
    return ToolResult(call, message, outcome, value=value, error=error, duration=took)


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # its class's own `__str__` fails
        return "it has no text"


def content_of(value: object) -> Content:
    """What a function returned, as the content of a tool's message.

    Text and parts are taken as they are, lists of them too; all else as JSON, None as "null":
    several providers refuse a message without a text.

    Raises:
        InvalidRequestError: it has no JSON form.
    """
    if type(value) is str:
        return well_formed(value)
    if isinstance(value, Part):
        return value
    if isinstance(value, list | tuple) and any(isinstance(item, Part) for item in value):
        return [item if isinstance(item, Part) else _part_text(item) for item in value]
    form = json_form(value)
    return form if isinstance(form, str) else dumps(form).decode()


def _part_text(value: object) -> str:
    content = content_of(value)
    if isinstance(content, str):
        return content
    raise InvalidRequestError("holds a list of parts among parts", field="value")

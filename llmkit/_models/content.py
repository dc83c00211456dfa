"""What messages hold: content in any of its given forms, made into typed parts, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar, cast

from .._json import JsonValue
from ..errors import InvalidRequestError
from . import _validate as check
from .part_form import Part, part_from_dict, part_to_dict
from .parts import AudioPart, FilePart, ImagePart, ReasoningPart, RefusalPart, TextPart
from .tools import ToolCall

AssistantPart: TypeAlias = (
    TextPart | ReasoningPart | RefusalPart | ToolCall | ImagePart | AudioPart | FilePart
)
"""What an answer may hold."""

Content: TypeAlias = (
    "str | Part | Mapping[str, object] | Sequence[str | Part | Mapping[str, object]]"
)
"""Content as it may be given: text, one part, or parts; each part typed or in OpenAI's form."""


_P = TypeVar("_P", bound=Part)
_M = TypeVar("_M")

UserPart: TypeAlias = TextPart | ImagePart | AudioPart | FilePart
"""What a user may say, and a tool answer."""

USER_PARTS: Final[tuple[type[UserPart], ...]] = (TextPart, ImagePart, AudioPart, FilePart)


def parts_of(content: object, allowed: tuple[type[_P], ...], role: str) -> tuple[_P, ...]:
    """Content in any of its given forms, as the typed parts that a role's message may hold.

    Raises:
        InvalidRequestError: one of them it may not; the error names its place, its kind and the
            role.
    """
    found = []
    for index, item in enumerate(_items(content)):
        field = "content" if item is content else f"content[{index}]"
        part = item if isinstance(item, ToolCall) else _part(item, field)
        if not isinstance(part, allowed):
            kind = type(part).__name__
            article = "an" if kind[0] in "AEIOU" else "a"
            holds = ", ".join(each.__name__ for each in allowed)
            raise InvalidRequestError(
                f"{article} {kind} cannot be in a {role} message, which holds {holds}",
                field=f"content[{index}]",
            )
        found.append(part)
    return tuple(found)


def _items(content: object) -> Sequence[object]:
    one = isinstance(content, str | Part | ToolCall | Mapping)
    return (content,) if one else check.sequence(content, "content")


def _part(item: object, field: str) -> Part:
    if isinstance(item, Part):
        return item
    if isinstance(item, str):
        return TextPart(check.text(item, field))
    if isinstance(item, Mapping):
        return part_from_dict(item, field)
    raise InvalidRequestError(f"must be text or a part, not {type(item).__name__}", field=field)


def content_to_json(parts: Sequence[Part]) -> JsonValue:
    """One plain text as a string, anything else as a list of parts."""
    if len(parts) == 1 and type(parts[0]) is TextPart:
        only = part_to_dict(parts[0])
        if len(only) == 2:
            return parts[0].text
    return [part_to_dict(part) for part in parts]


def assistant_parts(content: object) -> list[AssistantPart]:
    """What an answer holds, in any of its given forms, as typed parts."""
    return [
        item
        if isinstance(item, ToolCall)
        else _part(item, "content" if item is content else f"content[{i}]")
        for i, item in enumerate(_items(content))
    ]


def tool_call(value: object, field: str) -> ToolCall:
    """A call, typed or in OpenAI's form, typed."""
    if isinstance(value, ToolCall):
        return value
    if isinstance(value, Mapping):
        return ToolCall.from_dict(value, field=field)
    raise InvalidRequestError(f"must be a tool call, not {type(value).__name__}", field=field)


def answer_in(data: Mapping[str, object], field: str) -> dict[str, object]:
    """What an `AssistantMessage` is made with, from its JSON form.

    Raises:
        InvalidRequestError: it has a field that it cannot have, or that cannot be sent again.
    """
    check_known(
        data,
        field,
        *("role", "content", "name", "tool_calls", "refusal", "prefix", "parts"),
        *("reasoning_content", "reasoning"),
        # What OpenAI's own answers hold beside these: read if empty.
        *("annotations", "audio", "function_call"),
    )
    for key in ("annotations", "audio", "function_call"):
        if data.get(key):
            raise InvalidRequestError("cannot be sent again", field=f"{field}.{key}")
    given: dict[str, object] = {"name": data.get("name"), "prefix": data.get("prefix") or False}
    if data.get("parts") is not None:
        parts = check.sequence(data["parts"], f"{field}.parts")
        found = [_form_part(item, f"{field}.parts[{i}]") for i, item in enumerate(parts)]
        return {**given, "content": found}
    for key in ("reasoning_content", "reasoning"):
        check.optional_text(data.get(key), f"{field}.{key}")
    return {
        **given,
        "content": data.get("content"),
        "tool_calls": data.get("tool_calls") or (),
        "reasoning": data.get("reasoning_content") or data.get("reasoning"),
        "refusal": data.get("refusal"),
    }


def _form_part(item: object, field: str) -> AssistantPart:
    """One of the `parts` of an answer's JSON form."""
    if not isinstance(item, Mapping):
        raise InvalidRequestError("must be an object", field=field)
    if item.get("type") == "tool_call":
        return tool_call(item.get("tool_call"), f"{field}.tool_call")
    return part_from_dict(item, field)


def content_in(data: Mapping[str, object]) -> Content:
    """The content in the JSON form of a message; the message checks it."""
    return cast("Content", data.get("content"))


def name_in(data: Mapping[str, object]) -> str | None:
    """The name in the JSON form of a message; the message checks it."""
    return cast("str | None", data.get("name"))


def named(data: dict[str, JsonValue], name: str | None) -> dict[str, JsonValue]:
    """*data*, the JSON form of a message, with its name where it has one."""
    if name is not None:
        data["name"] = name
    return data


def check_known(data: Mapping[str, object], field: str, *names: str) -> None:
    """Check that the JSON form of a message has fields of *names* only.

    Raises:
        InvalidRequestError: it has another.
    """
    for key, value in data.items():
        if key not in names and value is not None:
            raise InvalidRequestError(
                f"is not a field of a message; known are {', '.join(names)}", field=f"{field}.{key}"
            )


def located(field: str, make: Callable[[], _M]) -> _M:
    """What *make* makes; an error in it says where it stands."""
    try:
        return make()
    except InvalidRequestError as error:
        if error.field.startswith(field):
            raise
        inside, reason = error.field, error.reason
    raise InvalidRequestError(reason, field=f"{field}.{inside}")

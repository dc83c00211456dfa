"""The messages of a conversation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal, TypeAlias, TypeVar, cast

from attrs import frozen

from .._json import JsonValue
from ..errors import InvalidRequestError
from . import _validate as check
from .part_form import Part, part_from_dict, part_to_dict
from .parts import (
    AudioPart,
    FilePart,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    joined_text,
)
from .tools import ToolCall

Role = Literal["system", "developer", "user", "assistant", "tool"]
AssistantPart: TypeAlias = (
    TextPart | ReasoningPart | RefusalPart | ToolCall | ImagePart | AudioPart | FilePart
)
"""What an answer may hold."""

Content: TypeAlias = (
    "str | Part | Mapping[str, object] | Sequence[str | Part | Mapping[str, object]]"
)
"""Content as it may be given: text, one part, or parts; each part typed or in OpenAI's form."""


class Message:
    """One message of a conversation; the base of the five kinds."""

    __slots__ = ()

    role: ClassVar[Role]

    @property
    def content(self) -> str | None:
        """The text of the message, all text parts joined; None where there is none."""
        return joined_text(cast("Sequence[object]", self.parts))

    @property
    @abstractmethod
    def parts(self) -> tuple[AssistantPart, ...]:
        """Everything in the message, in order."""

    @abstractmethod
    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form."""

    @staticmethod
    def system(content: Content) -> SystemMessage:
        """Instructions for the model."""
        return SystemMessage(content)

    @staticmethod
    def user(content: Content) -> UserMessage:
        """What the user says."""
        return UserMessage(content)

    @staticmethod
    def assistant(
        content: Content | None = None, *, tool_calls: Sequence[ToolCall] = ()
    ) -> AssistantMessage:
        """What the model has said."""
        return AssistantMessage(content, tool_calls=tool_calls)

    @staticmethod
    def tool(tool_call_id: str, content: Content, *, is_error: bool = False) -> ToolMessage:
        """What a tool has answered."""
        return ToolMessage(content, tool_call_id=tool_call_id, is_error=is_error)

    @staticmethod
    def from_dict(data: Mapping[str, object], *, field: str = "message") -> Message:
        """The message that *data* says, in OpenAI's form or in `to_dict`'s.

        Raises:
            InvalidRequestError: it says none; the error names where.
        """
        role = data.get("role")
        kind = _KINDS.get(role) if isinstance(role, str) else None
        if kind is None:
            known = ", ".join(_KINDS)
            raise InvalidRequestError(
                f"must be one of {known}, not {role!r}", field=f"{field}.role"
            )
        return kind._from_dict(data, field)

    @classmethod
    @abstractmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message: ...


def _parts(content: object, field: str = "content") -> tuple[Part, ...]:
    """Content in any of its given forms, as typed parts."""
    if isinstance(content, str):
        return (TextPart(check.text(content, field)),)
    if isinstance(content, Part):
        return (content,)
    if isinstance(content, Mapping):
        return (part_from_dict(content, field),)
    return tuple(
        _part(item, f"{field}[{i}]") for i, item in enumerate(check.sequence(content, field))
    )


def _part(item: object, field: str) -> Part:
    if isinstance(item, Part):
        return item
    if isinstance(item, str):
        return TextPart(check.text(item, field))
    if isinstance(item, Mapping):
        return part_from_dict(item, field)
    raise InvalidRequestError(f"must be text or a part, not {type(item).__name__}", field=field)


_P = TypeVar("_P")


def _only(parts: Sequence[Part], allowed: tuple[type[_P], ...], role: str) -> tuple[_P, ...]:
    """*parts*, if each is one that the role may hold."""
    for index, part in enumerate(parts):
        if not isinstance(part, allowed):
            raise InvalidRequestError(
                f"a {type(part).__name__} cannot be in a {role} message", field=f"content[{index}]"
            )
    return cast("tuple[_P, ...]", tuple(parts))


_UserPart: TypeAlias = TextPart | ImagePart | AudioPart | FilePart
_USER_PARTS: tuple[type[_UserPart], ...] = (TextPart, ImagePart, AudioPart, FilePart)


def _content_to_json(parts: Sequence[Part]) -> JsonValue:
    """One plain text as a string, anything else as a list of parts."""
    if len(parts) == 1 and type(parts[0]) is TextPart:
        only = part_to_dict(parts[0])
        if len(only) == 2:
            return parts[0].text
    return [part_to_dict(part) for part in parts]


@frozen(init=False)
class SystemMessage(Message):
    """Instructions for the model, from whoever runs it.

    Args:
        content: text, or text parts.
        name: who speaks, where the provider has a place for it.
    """

    role: ClassVar[Role] = "system"

    parts: tuple[TextPart, ...]
    name: str | None = None

    def __init__(self, content: Content, *, name: str | None = None) -> None:
        parts = _only(_parts(content), (TextPart,), self.role)
        self.__attrs_init__(parts=parts, name=check.optional_text(name, "name"))

    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form."""
        return _named(self, {"role": self.role, "content": _content_to_json(self.parts)})

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        _known(data, field, "role", "content", "name")
        return _located(field, lambda: cls(_content(data), name=_optional_name(data)))


@frozen(init=False)
class DeveloperMessage(SystemMessage):
    """Instructions for the model, in the newer OpenAI word; a system message elsewhere."""

    role: ClassVar[Role] = "developer"


@frozen(init=False)
class UserMessage(Message):
    """What the user says.

    Args:
        content: text, a part, or parts: text, images, audio, files.
        name: who speaks, where the provider has a place for it.
    """

    role: ClassVar[Role] = "user"

    parts: tuple[_UserPart, ...]
    name: str | None = None

    def __init__(self, content: Content, *, name: str | None = None) -> None:
        parts = _only(_parts(content), _USER_PARTS, self.role)
        if not parts:
            raise InvalidRequestError("must not be an empty list", field="content")
        self.__attrs_init__(parts=parts, name=check.optional_text(name, "name"))

    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form."""
        return _named(self, {"role": self.role, "content": _content_to_json(self.parts)})

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        _known(data, field, "role", "content", "name")
        return _located(field, lambda: cls(_content(data), name=_optional_name(data)))


@frozen(init=False)
class ToolMessage(Message):
    """What a tool has answered.

    Args:
        content: text, or parts: text, images, files.
        tool_call_id: the id of the call that it answers.
        name: the tool's name; where it is left out, the call in the conversation tells it.
        is_error: the tool failed, and `content` says how.
    """

    role: ClassVar[Role] = "tool"

    parts: tuple[_UserPart, ...]
    tool_call_id: str
    name: str | None = None
    is_error: bool = False

    def __init__(
        self,
        content: Content,
        *,
        tool_call_id: str,
        name: str | None = None,
        is_error: bool = False,
    ) -> None:
        parts = _only(_parts(content), _USER_PARTS, self.role)
        self.__attrs_init__(
            parts=parts,
            tool_call_id=check.text(tool_call_id, "tool_call_id", empty=False),
            name=check.optional_text(name, "name"),
            is_error=bool(check.flag(is_error, "is_error")),
        )

    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form."""
        result: dict[str, JsonValue] = {
            "role": self.role,
            "tool_call_id": self.tool_call_id,
            "content": _content_to_json(self.parts),
        }
        if self.is_error:
            result["is_error"] = True
        return _named(self, result)

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        _known(data, field, "role", "content", "tool_call_id", "name", "is_error")
        return _located(
            field,
            lambda: cls(
                _content(data),
                tool_call_id=cast("str", data.get("tool_call_id")),
                name=_optional_name(data),
                is_error=cast("bool", data.get("is_error") or False),
            ),
        )


@frozen(init=False)
class AssistantMessage(Message):
    """What the model has said.

    Args:
        content: text, a part, or parts in order.
        tool_calls: the calls it asks for; they stand after `content`.
        reasoning: its visible thinking; it stands before `content`.
        refusal: its words for why it does not answer; they stand after `content`.
        name: who speaks, where the provider has a place for it.
        prefix: the model shall go on from this text (a prefill), where the provider can.
    """

    role: ClassVar[Role] = "assistant"

    parts: tuple[AssistantPart, ...]
    name: str | None = None
    prefix: bool = False

    def __init__(
        self,
        content: Content | Sequence[str | AssistantPart | Mapping[str, object]] | None = None,
        *,
        tool_calls: Sequence[ToolCall | Mapping[str, object]] = (),
        reasoning: str | ReasoningPart | None = None,
        refusal: str | None = None,
        name: str | None = None,
        prefix: bool = False,
    ) -> None:
        parts: list[AssistantPart] = []
        if reasoning is not None:
            if not isinstance(reasoning, ReasoningPart):
                reasoning = ReasoningPart(check.text(reasoning, "reasoning"))
            parts.append(reasoning)
        if content is not None:
            parts += _assistant_parts(content)
        if refusal is not None:
            parts.append(RefusalPart(check.text(refusal, "refusal")))
        for index, call in enumerate(check.sequence(tool_calls, "tool_calls")):
            parts.append(_tool_call(call, f"tool_calls[{index}]"))
        self.__attrs_init__(
            parts=tuple(parts),
            name=check.optional_text(name, "name"),
            prefix=bool(check.flag(prefix, "prefix")),
        )

    @classmethod
    def of_parts(cls, parts: Sequence[AssistantPart]) -> AssistantMessage:
        """A message of *parts* that are known to be right, such as an adapter's."""
        self = cls.__new__(cls)
        self.__attrs_init__(parts=tuple(parts))
        return self

    @property
    def reasoning(self) -> str | None:
        """The visible thinking, joined; None where there is none."""
        texts = [part.text for part in self.parts if type(part) is ReasoningPart and part.text]
        return "".join(texts) if texts else None

    @property
    def refusal(self) -> str | None:
        """The model's words for why it does not answer, or None."""
        texts = [part.text for part in self.parts if type(part) is RefusalPart]
        return "".join(texts) if texts else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls it asks for, in order."""
        return tuple(part for part in self.parts if type(part) is ToolCall)

    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form.

        Where that form would lose something (order, thinking, seals), `parts` says all of it
        beside the usual fields, and `from_dict` reads it.
        """
        result: dict[str, JsonValue] = {"role": self.role, "content": self.content}
        if self.refusal is not None:
            result["refusal"] = self.refusal
        if self.tool_calls:
            result["tool_calls"] = [call.to_dict() for call in self.tool_calls]
        if self.prefix:
            result["prefix"] = True
        if self.reasoning is not None:
            result["reasoning_content"] = self.reasoning
        if not self._is_plain():
            result["parts"] = [
                {"type": "tool_call", "tool_call": part.to_dict()}
                if isinstance(part, ToolCall)
                else part_to_dict(part)
                for part in self.parts
            ]
        return _named(self, result)

    def _is_plain(self) -> bool:
        plain = AssistantMessage(
            self.content,
            tool_calls=self.tool_calls,
            reasoning=self.reasoning,
            refusal=self.refusal,
        )
        return plain.parts == self.parts

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        _known(
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
        prefix = cast("bool", data.get("prefix") or False)
        if data.get("parts") is not None:
            parts = check.sequence(data["parts"], f"{field}.parts")
            content: object = [
                _form_part(item, f"{field}.parts[{i}]") for i, item in enumerate(parts)
            ]
            return _located(
                field,
                lambda: cls(cast("Content", content), name=_optional_name(data), prefix=prefix),
            )
        for key in ("reasoning_content", "reasoning"):
            check.optional_text(data.get(key), f"{field}.{key}")
        reasoning = data.get("reasoning_content") or data.get("reasoning")
        return _located(
            field,
            lambda: cls(
                cast("Content | None", data.get("content")),
                tool_calls=cast("Sequence[ToolCall]", data.get("tool_calls") or ()),
                reasoning=cast("str | None", reasoning),
                refusal=cast("str | None", data.get("refusal")),
                name=_optional_name(data),
                prefix=prefix,
            ),
        )


def _assistant_parts(content: object) -> list[AssistantPart]:
    if isinstance(content, str | Part | Mapping):
        return list(_parts(content))
    items = check.sequence(content, "content")
    return [
        item if isinstance(item, ToolCall) else _part(item, f"content[{i}]")
        for i, item in enumerate(items)
    ]


def _tool_call(value: object, field: str) -> ToolCall:
    if isinstance(value, ToolCall):
        return value
    if isinstance(value, Mapping):
        return ToolCall.from_dict(value, field=field)
    raise InvalidRequestError(f"must be a tool call, not {type(value).__name__}", field=field)


def _form_part(item: object, field: str) -> AssistantPart:
    if not isinstance(item, Mapping):
        raise InvalidRequestError("must be an object", field=field)
    if item.get("type") == "tool_call":
        return _tool_call(item.get("tool_call"), f"{field}.tool_call")
    return part_from_dict(item, field)


_KINDS: dict[str, type[Message]] = {
    "system": SystemMessage,
    "developer": DeveloperMessage,
    "user": UserMessage,
    "assistant": AssistantMessage,
    "tool": ToolMessage,
}


def _content(data: Mapping[str, object]) -> Content:
    return cast("Content", data.get("content"))


def _optional_name(data: Mapping[str, object]) -> str | None:
    return cast("str | None", data.get("name"))


def _named(
    message: SystemMessage | UserMessage | ToolMessage | AssistantMessage,
    data: dict[str, JsonValue],
) -> dict[str, JsonValue]:
    if message.name is not None:
        data["name"] = message.name
    return data


def _known(data: Mapping[str, object], field: str, *names: str) -> None:
    for key, value in data.items():
        if key not in names and value is not None:
            raise InvalidRequestError(
                f"is not a field of a message; known are {', '.join(names)}", field=f"{field}.{key}"
            )


def _located(field: str, make: Callable[[], Message]) -> Message:
    """What *make* makes; an error in it says where it stands."""
    try:
        return make()
    except InvalidRequestError as error:
        if error.field.startswith(field):
            raise
        inside, reason = error.field, error.reason
    raise InvalidRequestError(reason, field=f"{field}.{inside}")


MessageInput: TypeAlias = Message | Mapping[str, object]
"""A message, typed or as a mapping in OpenAI's form."""


def messages_of(value: Sequence[MessageInput], field: str = "messages") -> tuple[Message, ...]:
    """Messages as they may be given, typed: at least one.

    Raises:
        InvalidRequestError: one cannot be right; the error names it.
    """
    if isinstance(value, Message):
        raise InvalidRequestError("must be a list of messages, not one message", field=field)
    items = check.sequence(value, field)
    if not items:
        raise InvalidRequestError("must hold at least one message", field=field)
    return tuple(_message(item, f"{field}[{i}]") for i, item in enumerate(items))


def _message(item: object, field: str) -> Message:
    if isinstance(item, Message):
        return item
    if isinstance(item, Mapping):
        return Message.from_dict(item, field=field)
    raise InvalidRequestError(
        f"must be a message or a mapping in OpenAI's form, not {type(item).__name__}", field=field
    )

"""The messages of a conversation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, TypeAlias, cast

from .._frozen import frozen
from .._json import JsonValue
from ..errors import InvalidRequestError, shown
from . import _validate as check
from .content import (
    USER_PARTS,
    AssistantPart,
    Content,
    UserPart,
    answer_in,
    assistant_parts,
    check_known,
    content_in,
    content_to_json,
    located,
    name_in,
    named,
    parts_of,
    tool_call,
)
from .part_form import part_to_dict
from .parts import ReasoningPart, RefusalPart, TextPart, joined_text
from .tools import ToolCall

__all__ = [
    "AssistantMessage",
    "AssistantPart",
    "Content",
    "DeveloperMessage",
    "Message",
    "MessageInput",
    "Role",
    "SystemMessage",
    "ToolMessage",
    "UserMessage",
    "messages_of",
]

Role = Literal["system", "developer", "user", "assistant", "tool"]


class Message:
    """One message of a conversation; the base of the five kinds."""

    __slots__ = ()

    role: ClassVar[Role]
    name: str | None

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
                f"must be one of {known}, not {shown(role)}", field=f"{field}.role"
            )
        return kind._from_dict(data, field)

    @classmethod
    @abstractmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message: ...


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
        parts = parts_of(content, (TextPart,), self.role)
        self.__attrs_init__(parts=parts, name=check.optional_text(name, "name"))

    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form."""
        return named({"role": self.role, "content": content_to_json(self.parts)}, self.name)

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        check_known(data, field, "role", "content", "name")
        return located(field, lambda: cls(content_in(data), name=name_in(data)))


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

    parts: tuple[UserPart, ...]
    name: str | None = None

    def __init__(self, content: Content, *, name: str | None = None) -> None:
        parts = parts_of(content, USER_PARTS, self.role)
        if not parts:
            raise InvalidRequestError("must not be an empty list", field="content")
        self.__attrs_init__(parts=parts, name=check.optional_text(name, "name"))

    def to_dict(self) -> dict[str, JsonValue]:
        """The message as a JSON object, in OpenAI's form."""
        return named({"role": self.role, "content": content_to_json(self.parts)}, self.name)

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        check_known(data, field, "role", "content", "name")
        return located(field, lambda: cls(content_in(data), name=name_in(data)))


@frozen(init=False)
class ToolMessage(Message):
    """What a tool has answered.

    Args:
        content: text, or parts: text, images, audio, files.
        tool_call_id: the id of the call that it answers.
        name: the tool's name; where it is left out, the call in the conversation tells it.
        is_error: the tool failed, and `content` says how.
    """

    role: ClassVar[Role] = "tool"

    parts: tuple[UserPart, ...]
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
        parts = parts_of(content, USER_PARTS, self.role)
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
            "content": content_to_json(self.parts),
        }
        if self.is_error:
            result["is_error"] = True
        return named(result, self.name)

    @classmethod
    def _from_dict(cls, data: Mapping[str, object], field: str) -> Message:
        check_known(data, field, "role", "content", "tool_call_id", "name", "is_error")
        return located(
            field,
            lambda: cls(
                content_in(data),
                tool_call_id=cast("str", data.get("tool_call_id")),
                name=name_in(data),
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
            parts += assistant_parts(content)
        if refusal is not None:
            parts.append(RefusalPart(check.text(refusal, "refusal")))
        for index, call in enumerate(check.sequence(tool_calls, "tool_calls")):
            parts.append(tool_call(call, f"tool_calls[{index}]"))
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
        return tuple([part for part in self.parts if type(part) is ToolCall])

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
        return named(result, self.name)

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
        given = answer_in(data, field)
        return located(field, lambda: cls(**given))  # type: ignore[arg-type]  # it checks them


_KINDS: dict[str, type[Message]] = {
    "system": SystemMessage,
    "developer": DeveloperMessage,
    "user": UserMessage,
    "assistant": AssistantMessage,
    "tool": ToolMessage,
}


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

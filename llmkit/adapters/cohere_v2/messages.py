"""Messages, said in the form of Cohere's chat.

Source: https://docs.cohere.com/v2/reference/chat#request.body.messages
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.media import data_url
from ..._models.messages import AssistantMessage, Message, SystemMessage, ToolMessage, UserMessage
from ..._models.parts import FilePart, ImagePart, TextPart
from ..image_types import other_image
from .assistant import JsonDict, assistant, no_name
from .documents import document

if TYPE_CHECKING:
    from . import CohereV2

__all__ = ["JsonDict", "messages"]


def messages(
    wire: CohereV2, given: Sequence[Message], adjust: Adjuster
) -> tuple[list[JsonValue], list[JsonValue]]:
    """*given*, each as the wire's object, in order; and the documents among them."""
    writer = _Writer(wire, adjust)
    for index, message in enumerate(given):
        writer.write(message, f"messages[{index}]")
    writer.flush()
    return writer.said, writer.documents


class _Writer:
    """Writes one conversation: what some messages hold has its place elsewhere."""

    def __init__(self, wire: CohereV2, adjust: Adjuster) -> None:
        self.said: list[JsonValue] = []
        self.documents: list[JsonValue] = []
        self._wire = wire
        self._adjust = adjust
        self._pending: list[JsonValue] = []  # images of tool results, for after the last of them

    def write(self, message: Message, field: str) -> None:
        if isinstance(message, ToolMessage):
            self.said.append(self._tool(message, field))
            return
        self.flush()
        if isinstance(message, AssistantMessage):
            said = assistant(self._wire, message, field, self._adjust)
            if said is not None:
                self.said.append(said)
        elif isinstance(message, SystemMessage | UserMessage):
            self._plain(message, field)

    def flush(self) -> None:
        if self._pending:
            self.said.append({"role": "user", "content": self._pending})
            self._pending = []

    def _plain(self, message: SystemMessage | UserMessage, field: str) -> None:
        role: str = message.role
        if role == "developer":
            role = "system"
            self._adjust.note("renamed", f"{field}.role", "the provider says system for developer")
        no_name(message.name, field, self._adjust)
        parts = message.parts
        content: list[JsonValue] = []
        for index, part in enumerate(parts):
            # An empty text is refused beside other parts, and says nothing there.
            if isinstance(part, TextPart) and not part.text and len(parts) > 1:
                continue
            said = self._part(part, f"{field}.content[{index}]")
            if said is not None:
                content.append(said)
        if content:
            self.said.append({"role": role, "content": _shortest(content)})
        else:
            self._adjust.note("dropped", field, "nothing is left in it that the wire can say")

    def _part(self, part: object, field: str) -> JsonDict | None:
        """*part* as one of the wire's objects; None where that has no place in a message."""
        self._no_mark(part, field)
        if isinstance(part, TextPart):
            return {"type": "text", "text": part.text}
        if isinstance(part, ImagePart):
            return self._image(part, field)
        found = document(part) if isinstance(part, FilePart) else None
        if found is None:
            reason = f"the wire takes text, images and text documents, no such {_kind(part)}"
            self._adjust.unsupported(field, reason)
        else:
            self.documents.append(found)
            self._adjust.note("moved", field, "to the documents that stand beside the messages")
        return None

    def _image(self, part: ImagePart, field: str) -> JsonDict | None:
        if not self._wire.images or part.file_id is not None:
            self._adjust.unsupported(field, "the provider takes no such ImagePart")
            return None
        if (other := other_image(part, self._wire.image_types)) is not None:
            self._adjust.unsupported(field, other)
            return None
        url = part.url
        if part.data is not None:
            url = data_url(part.data, part.media_type or "image/png")
        image: JsonDict = {"url": url}
        if part.detail is not None:
            image["detail"] = part.detail
        return {"type": "image_url", "image_url": image}

    def _tool(self, message: ToolMessage, field: str) -> JsonDict:
        """A tool's result: its texts and documents here, its images in a user's message."""
        content: list[JsonValue] = []
        for index, part in enumerate(message.parts):
            where = f"{field}.content[{index}]"
            found = document(part) if isinstance(part, FilePart) else None
            if found is not None:
                self._no_mark(part, where)
                content.append({"type": "document", "document": found})
                continue
            said = self._part(part, where)
            if said is None:
                continue
            if isinstance(part, TextPart):
                content.append(said)
                continue
            reason = "images of a tool's result to a user's message"
            self._adjust.note("moved", where, reason)
            if not self._pending:
                head: JsonDict = {"type": "text", "text": "Attached to the results of the tools:"}
                self._pending.append(head)
            self._pending.append(said)
        if message.is_error:
            reason = "the wire has no such mark; the text stays"
            self._adjust.note("dropped", f"{field}.is_error", reason)
        if message.name is not None:
            reason = "the call that it answers has the name"
            self._adjust.note("dropped", f"{field}.name", reason)
        said_content = _shortest(content) if content else ""
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": said_content}

    def _no_mark(self, part: object, field: str) -> None:
        if getattr(part, "cache_control", None) is not None:
            reason = "the provider caches by itself"
            self._adjust.note("dropped", f"{field}.cache_control", reason)


def _shortest(content: list[JsonValue]) -> JsonValue:
    """A text alone as that text, anything else as the list that it is."""
    only = content[0]
    if len(content) == 1 and isinstance(only, dict) and only["type"] == "text":
        text: JsonValue = only["text"]
        return text
    return content


def _kind(part: object) -> str:
    return type(part).__name__

"""Messages, said in the form of OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from ..._models.parts import AudioPart, ReasoningPart, RefusalPart, TextPart
from ..._models.plain import plain_text
from ..._models.tools import ToolCall
from .media import JsonDict
from .media import part as _part
from .order import arranged

if TYPE_CHECKING:
    from . import OpenAIChat


def messages(wire: OpenAIChat, given: Sequence[Message], adjust: Adjuster) -> list[JsonValue]:
    """*given*, each as the wire's object, in order."""
    said: list[JsonValue] = []
    pending: list[JsonValue] = []  # media of tool results, which follow the last of them
    before: Message | None = None
    for index, message in enumerate(given):
        if isinstance(before, ToolMessage) and not isinstance(message, ToolMessage):
            if pending or isinstance(message, UserMessage):
                _bridge(wire, said, f"messages[{index}]", adjust)
            if pending:
                said.append({"role": "user", "content": pending})
                pending = []
        text = plain_text(message)
        if text and (wire.developer_role or message.role != "developer"):
            said.append({"role": message.role, "content": text})
        else:
            said.append(_one(wire, message, f"messages[{index}]", pending, adjust))
        before = message
    if pending:
        _bridge(wire, said, f"messages[{len(given)}]", adjust)
        said.append({"role": "user", "content": pending})
    if wire.leading_system or wire.alternating:
        return arranged(wire, given, said, adjust)
    return said


def _one(
    wire: OpenAIChat, message: Message, field: str, pending: list[JsonValue], adjust: Adjuster
) -> JsonDict:
    if isinstance(message, ToolMessage):
        return _tool(wire, message, field, pending, adjust)
    if isinstance(message, AssistantMessage):
        return _assistant(wire, message, field, adjust)
    return _plain(wire, message, field, adjust)


def _bridge(wire: OpenAIChat, said: list[JsonValue], field: str, adjust: Adjuster) -> None:
    """What must stand between a tool's message and a user's."""
    if wire.assistant_after_tool:
        said.append({"role": "assistant", "content": "."})
        adjust.note("added", field, "an assistant message, which must stand after a tool's")


def _plain(wire: OpenAIChat, message: Message, field: str, adjust: Adjuster) -> JsonDict:
    role: str = message.role
    if role == "developer" and not wire.developer_role:
        role = "system"
        adjust.note("renamed", f"{field}.role", "the provider says system for developer")
    result: JsonDict = {"role": role, "content": _content(wire, message, field, adjust)}
    if isinstance(message, SystemMessage | UserMessage):
        _name(wire, result, message.name, field, adjust)
    return result


def _name(wire: OpenAIChat, said: JsonDict, name: str | None, field: str, adjust: Adjuster) -> None:
    if name is None:
        return
    if wire.message_names:
        said["name"] = name
    else:
        adjust.unsupported(f"{field}.name", "the provider takes no names on messages")


def _content(wire: OpenAIChat, message: Message, field: str, adjust: Adjuster) -> JsonValue:
    parts = message.parts
    if len(parts) == 1 and isinstance(only := parts[0], TextPart) and not only.cache_control:
        return only.text
    said: list[JsonDict] = []
    for index, part in enumerate(parts):
        shape = _part(wire, part, f"{field}.content[{index}]", adjust)
        if shape is not None:
            said.append(shape)
    # Text alone, in one piece, is understood by those who know no lists, too.
    if len(said) == 1 and set(said[0]) == {"type", "text"}:
        return said[0]["text"]
    if not wire.text_lists and all(shape["type"] == "text" for shape in said):
        adjust.note("rewritten", f"{field}.content", "several texts as one")
        return "\n\n".join(str(shape["text"]) for shape in said)
    return said


def _tool(
    wire: OpenAIChat,
    message: ToolMessage,
    field: str,
    pending: list[JsonValue],
    adjust: Adjuster,
) -> JsonDict:
    """A tool's result: its text here, its media in a user's message after the last result."""
    texts = [part for part in message.parts if isinstance(part, TextPart)]
    media = [part for part in message.parts if not isinstance(part, TextPart)]
    moved: list[JsonValue] = []
    for index, part in enumerate(message.parts):
        if isinstance(part, TextPart):
            continue
        shape = _part(wire, part, f"{field}.content[{index}]", adjust)
        moved += [shape] if shape is not None else []
    if moved:
        adjust.note("moved", field, "images and files of a tool's result to a user's message")
        if not pending:
            pending.append({"type": "text", "text": "Attached to the results of the tools:"})
        pending += moved
    if message.is_error:
        adjust.note("dropped", f"{field}.is_error", "the wire has no such mark; the text stays")
    content: JsonValue = texts[0].text if len(texts) == 1 else "".join(part.text for part in texts)
    said_texts = _texts(wire, texts, field, adjust)
    if (len(texts) > 1 and not media) or any("cache_control" in text for text in said_texts):
        content = [*said_texts]
        if not wire.text_lists:
            adjust.note("rewritten", f"{field}.content", "several texts as one")
            content = "\n\n".join(part.text for part in texts)
    call_id = _tool_id(wire, message.tool_call_id, f"{field}.tool_call_id", adjust)
    said: JsonDict = {"role": "tool", "tool_call_id": call_id, "content": content}
    if message.name is not None and wire.message_names:
        said["name"] = message.name
    elif message.name is not None:
        adjust.note("dropped", f"{field}.name", "the call that it answers has the name")
    return said


def _texts(
    wire: OpenAIChat, given: Sequence[TextPart], field: str, adjust: Adjuster
) -> list[JsonDict]:
    """*given*, each as the wire's object; what has no place in it is noted."""
    said: list[JsonDict] = []
    for part in given:
        shape = _part(wire, part, field, adjust)
        said += [shape] if shape is not None else []
        if part.signature is not None:
            adjust.note("dropped", f"{field}.signature", "the wire has no place for seals")
    return said


def _assistant(
    wire: OpenAIChat, message: AssistantMessage, field: str, adjust: Adjuster
) -> JsonDict:
    said: JsonDict = {"role": "assistant"}
    texts: list[TextPart] = []
    thoughts: list[ReasoningPart] = []
    order: list[TextPart | ReasoningPart] = []
    for index, part in enumerate(message.parts):
        where = f"{field}.parts[{index}]"
        match part:
            case TextPart():
                texts.append(part)
                order.append(part)
            case RefusalPart() if wire.refusal_field:
                said["refusal"] = part.text
            case RefusalPart():
                texts.append(TextPart(part.text))
                order.append(texts[-1])
                adjust.note("rewritten", where, "a refusal as text")
            case ReasoningPart():
                if _goes_back(wire, part, where, adjust):
                    thoughts.append(part)
                    order.append(part)
            case AudioPart() if part.file_id and wire.audio and wire.audio_form == "object":
                said["audio"] = {"id": part.file_id}
            case ToolCall():
                pass
            case _:
                adjust.unsupported(where, "the wire has no place for it in an answer")
    if wire.reasoning_field == "content" and thoughts:
        said["content"] = [_block(part) for part in order]
    else:
        _assistant_content(wire, said, texts, thoughts)
    blocks: list[JsonValue] = [*_texts(wire, texts, field, adjust)]
    if any("cache_control" in mapping for mapping in blocks if isinstance(mapping, dict)):
        said["content"] = blocks
    calls = message.tool_calls
    if calls:
        said["tool_calls"] = [
            _tool_call(wire, call, f"{field}.tool_calls[{i}]", adjust)
            for i, call in enumerate(calls)
        ]
    _empty_content(wire, said, message, field, adjust)
    _send_back(wire, said, thoughts, bool(calls))
    _name(wire, said, message.name, field, adjust)
    if message.prefix:
        if wire.prefix_field is not None:
            said[wire.prefix_field] = True
        else:
            adjust.unsupported(f"{field}.prefix", "the provider cannot go on from a text")
    return said


def _goes_back(wire: OpenAIChat, part: ReasoningPart, field: str, adjust: Adjuster) -> bool:
    if part.provider is not None and part.provider != wire.provider:
        adjust.note("dropped", field, f"thinking of {part.provider}, for it alone")
        return False
    if wire.reasoning_field is None:
        adjust.note("dropped", field, "the provider does not take its thinking back")
        return False
    details = wire.reasoning_field == "reasoning_details" and part.raw is not None
    if part.encrypted is not None and not details:
        adjust.note("dropped", f"{field}.encrypted", "the provider takes thinking as text only")
    if part.signature is not None and not (details or wire.reasoning_field == "content"):
        adjust.note("dropped", f"{field}.signature", "the provider takes no seals")
    return True


def _block(part: TextPart | ReasoningPart) -> JsonDict:
    """One of the blocks that Mistral's content is made of, once a model thinks."""
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    said: JsonDict = {"type": "thinking", "thinking": [{"type": "text", "text": part.text}]}
    if part.signature is not None:
        said["signature"] = part.signature
    return said


def _assistant_content(
    wire: OpenAIChat, said: JsonDict, texts: list[TextPart], thoughts: list[ReasoningPart]
) -> None:
    text = "".join(part.text for part in texts)
    if wire.reasoning_field == "think" and thoughts:
        text = f"<think>{''.join(part.text for part in thoughts)}</think>{text}"
    elif not texts:
        return
    said["content"] = text


def _empty_content(
    wire: OpenAIChat, said: JsonDict, message: AssistantMessage, field: str, adjust: Adjuster
) -> None:
    if said.get("content") or message.tool_calls or "refusal" in said:
        if "content" not in said and wire.empty_content != "omit":
            said["content"] = "" if wire.empty_content == "empty" else None
        return
    said["content"] = wire.filler
    if wire.filler:
        adjust.note("added", field, "text, since the provider refuses a message without any")


def _send_back(
    wire: OpenAIChat, said: JsonDict, thoughts: list[ReasoningPart], calls: bool
) -> None:
    name = wire.reasoning_field
    if name == "reasoning_details":
        details = [_detail(part) for part in thoughts if part.raw is not None]
        if details:
            said["reasoning_details"] = details
            return
        name = "reasoning"
    if name in ("reasoning_content", "reasoning"):
        if thoughts:
            said[name] = "".join(part.text for part in thoughts)
        elif wire.reasoning_required and calls:
            said[name] = wire.filler  # Moonshot refuses an empty one, and DeepSeek none at all


def _detail(part: ReasoningPart) -> JsonDict:
    """OpenRouter's object, as it came: it breaks the seal to change a letter of it."""
    detail = dict(part.raw or {})
    if part.text:
        detail["summary" if detail.get("type") == "reasoning.summary" else "text"] = part.text
    if part.signature is not None:
        detail["signature"] = part.signature
    if part.encrypted is not None:
        detail["data"] = part.encrypted
    if part.id is not None:
        detail["id"] = part.id
    return detail


def _tool_call(wire: OpenAIChat, call: ToolCall, field: str, adjust: Adjuster) -> JsonDict:
    # Some servers parse it when it comes back: an empty text would be no JSON.
    function: JsonDict = {"name": call.name, "arguments": call.arguments_json or "{}"}
    call_id = _tool_id(wire, call.id, f"{field}.id", adjust)
    if call.signature is not None:
        adjust.note("dropped", f"{field}.signature", "the wire has no place for seals")
    return {"id": call_id, "type": "function", "function": function}


def _tool_id(wire: OpenAIChat, call_id: str, field: str, adjust: Adjuster) -> str:
    """*call_id*, or where the provider is strict, the same stand-in for it each time."""
    length = wire.tool_id_length
    if length is None or (len(call_id) == length and call_id.isalnum() and call_id.isascii()):
        return call_id
    adjust.note("rewritten", field, f"the provider's ids have {length} letters and digits")
    return blake2b(call_id.encode(), digest_size=(length + 1) // 2).hexdigest()[:length]

"""What the model has said, as input items, for it to read again.

Source: https://platform.openai.com/docs/guides/conversation-state
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from ..._json import JsonValue, loads
from ..._models.messages import AssistantMessage
from ..._models.parts import Citation, ReasoningPart, RefusalPart, TextPart
from ..._models.tools import ToolCall
from .task import JsonDict, Task, call_id

# A tuple: what a server has put there instead may have no hash.
_ANNOTATIONS: Final = (
    "file_citation",
    "url_citation",
    "container_file_citation",
    "file_path",
)


def assistant_items(
    task: Task, message: AssistantMessage, field: str, *, last: bool
) -> list[JsonDict]:
    """The parts of *message* in their order: thinking must come back where it stood.

    Args:
        task: the request that is being built.
        message: what the model has said.
        field: where it stands in the request.
        last: nothing of the same answer is in the message after it.
    """
    thoughts = {
        index: _thinking(task, part, f"{field}.parts[{index}]")
        for index, part in enumerate(message.parts)
        if isinstance(part, ReasoningPart)
    }
    if last and _led_to_nothing(task, message, thoughts, field):
        return []
    # The provider knows which thinking its items belong to, and refuses them without it.
    ids = task.wire.item_ids and None not in thoughts.values()
    items: list[JsonDict] = []
    texts = _Texts(task, items, ids)
    for index, part in enumerate(message.parts):
        where = f"{field}.parts[{index}]"
        item: JsonDict | None = None
        match part:
            case TextPart():
                texts.add(part, where)
            case RefusalPart():
                texts.refuse(part)
            case ReasoningPart():
                item = thoughts[index]
            case ToolCall():
                item = _call(task, part, where, ids=ids)
            case _:
                task.adjust.unsupported(where, "the wire has no place for it in an answer")
        if item is not None:
            items.append(item)
    if message.name is not None:
        task.adjust.unsupported(f"{field}.name", "the wire takes no names on messages")
    if message.prefix:
        task.adjust.unsupported(f"{field}.prefix", "the provider cannot go on from a text")
    return items


def _led_to_nothing(
    task: Task, message: AssistantMessage, thoughts: dict[int, JsonDict | None], field: str
) -> bool:
    """Whether there is thinking and no more, as of an answer that was cut: it is refused."""
    found = [item for item in thoughts.values() if item is not None]
    if not found or len(thoughts) < len(message.parts):
        return False
    if any(item["type"] != "reasoning" for item in found):
        return False
    task.adjust.note("dropped", field, "thinking that nothing follows, which the wire refuses")
    return True


class _Texts:
    """Puts texts into messages: those of one message of the model's into one again."""

    def __init__(self, task: Task, items: list[JsonDict], ids: bool) -> None:
        self._task = task
        self._items = items
        self._ids = ids
        self._seal: JsonDict = {}

    def add(self, part: TextPart, field: str) -> None:
        """A text."""
        seal = _seal_of(self._task, part, field)
        if part.cache_control is not None:
            where = f"{field}.cache_control"
            self._task.adjust.note("dropped", where, "the provider caches by itself")
        if self._ids and "id" in seal:
            self._content(seal).append(self._output_text(part, field))
            return
        if part.citations:
            self._task.adjust.note("dropped", f"{field}.citations", "the text stays")
        phase: JsonDict = {key: seal[key] for key in ("phase",) if key in seal}
        open_message = self._open(phase)
        if open_message is not None and isinstance(text := open_message["content"], str):
            open_message["content"] = text + part.text
        else:
            self._items.append({"role": "assistant", "content": part.text, **phase})
            self._seal = phase

    def refuse(self, part: RefusalPart) -> None:
        """A refusal; its id is made up where no text before it tells it, for it must have one."""
        seal: JsonDict = self._seal
        if "id" not in seal or self._open(seal) is None:
            seal = {"id": _made_up_id("msg", part.text)}
        self._content(seal).append({"type": "refusal", "refusal": part.text})

    def _open(self, seal: JsonDict) -> JsonDict | None:
        """The last item, where it is a message with that *seal*."""
        item = self._items[-1] if self._items else None
        return item if item and item.get("role") == "assistant" and seal == self._seal else None

    def _content(self, seal: JsonDict) -> list[JsonValue]:
        """The content of the message with that *seal*: the last, or a new one."""
        item = self._open(seal)
        if item is not None and isinstance(content := item["content"], list):
            return content
        made: list[JsonValue] = []
        told: JsonDict = {"type": "message", "role": "assistant", "status": "completed"}
        self._items.append({**told, **seal, "content": made})
        self._seal = seal
        return made

    def _output_text(self, part: TextPart, field: str) -> JsonDict:
        known = [_annotation(one) for one in part.citations if one.raw.get("type") in _ANNOTATIONS]
        if len(known) < len(part.citations):
            where = f"{field}.citations"
            self._task.adjust.note("dropped", where, "of another provider's form")
        return {"type": "output_text", "text": part.text, "annotations": known}


def _annotation(citation: Citation) -> JsonValue:
    return dict(citation.raw)


def _seal_of(task: Task, part: TextPart | ToolCall, field: str) -> JsonDict:
    """What the provider said of *part*'s item beside its words; see `answer.seal`."""
    if part.signature is None:
        return {}
    if part.provider in (None, task.wire.provider or None):
        try:
            seal = loads(part.signature)
        except ValueError:
            seal = None
        if isinstance(seal, dict):
            return seal
    task.adjust.note("dropped", f"{field}.signature", f"a seal of {part.provider}")
    return {}


def _call(task: Task, call: ToolCall, field: str, *, ids: bool) -> JsonDict:
    seal = _seal_of(task, call, field)
    if not ids:
        seal.pop("id", None)
    return {
        **seal,
        "type": "function_call",
        "call_id": call_id(call.id),
        "name": call.name,
        # Some servers parse it when it comes back: an empty text would be no JSON.
        "arguments": call.arguments_json or "{}",
    }


def _thinking(task: Task, part: ReasoningPart, field: str) -> JsonDict | None:
    """Thinking, or another item that means something to the provider alone."""
    if part.provider is not None and part.provider != task.wire.provider:
        task.adjust.note("dropped", field, f"thinking of {part.provider}, for it alone")
        return None
    raw = part.raw or {}
    if raw.get("type", "reasoning") != "reasoning":
        return dict(raw)
    # A status of null is refused, and another tells nothing.
    item: JsonDict = {"type": "reasoning", "summary": []}
    item.update((key, raw[key]) for key in raw if raw[key] is not None and key != "status")
    if not raw and part.text:
        item.update(_words(task, part.text))
    if part.id is not None:
        item["id"] = part.id
    sealed = part.encrypted or part.signature
    if sealed:
        item["encrypted_content"] = sealed
    elif not _known_without_seal(task, part):
        reason = "thinking without a seal, or an id of an answer that is kept"
        task.adjust.note("dropped", field, reason)
        return None
    return item


def _known_without_seal(task: Task, part: ReasoningPart) -> bool:
    """Whether the provider can make anything of thinking that it has not sealed."""
    if task.wire.reasoning_text and part.text:
        return True
    return part.id is not None and task.stored


def _words(task: Task, text: str) -> JsonDict:
    if task.wire.reasoning_text:
        content: JsonDict = {"type": "reasoning_text", "text": text}
        return {"id": _made_up_id("rs", text), "content": [content]}
    return {"summary": [{"type": "summary_text", "text": text}]}


def _made_up_id(prefix: str, text: str) -> str:
    """An id for an item that has none and must have one: the same for the same words."""
    return f"{prefix}_{blake2b(text.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"

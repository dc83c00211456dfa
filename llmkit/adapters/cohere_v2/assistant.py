"""What the model has said, for it to read again.

Source: https://docs.cohere.com/docs/tool-use-usage-patterns
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.messages import AssistantMessage
from ..._models.parts import ReasoningPart, RefusalPart, TextPart
from ..._models.tools import ToolCall

if TYPE_CHECKING:
    from . import CohereV2

JsonDict = dict[str, JsonValue]


def no_name(name: str | None, field: str, adjust: Adjuster) -> None:
    """Refuse a message's name, if it has one."""
    if name is not None:
        adjust.unsupported(f"{field}.name", "the wire takes no names on messages")


def assistant(
    wire: CohereV2, message: AssistantMessage, field: str, adjust: Adjuster
) -> JsonDict | None:
    """*message* as the wire's object; None where nothing is left in it, which is refused."""
    no_name(message.name, field, adjust)
    if message.prefix:
        adjust.unsupported(f"{field}.prefix", "the wire cannot go on from a text")
    said = _Said(wire, field, adjust)
    for index, part in enumerate(message.parts):
        said.add(part, f"{field}.parts[{index}]")
    return said.message()


class _Said:
    """The fields of one message, as its parts fill them."""

    def __init__(self, wire: CohereV2, field: str, adjust: Adjuster) -> None:
        self._wire = wire
        self._field = field
        self._adjust = adjust
        self._blocks: list[JsonDict] = []
        self._plan = ""
        self._calls: list[JsonValue] = []
        self._citations: list[JsonValue] = []

    def add(self, part: object, field: str) -> None:
        match part:
            case TextPart():
                self._text(part, field)
            case ReasoningPart():
                self._thought(part, field)
            case RefusalPart():
                self._adjust.note("rewritten", field, "a refusal as text")
                self._blocks.append({"type": "text", "text": part.text})
            case ToolCall():
                self._call(part, field)
            case _:
                self._adjust.unsupported(field, "the wire has no place for it in an answer")

    def message(self) -> JsonDict | None:
        """The whole message."""
        if self._calls:
            self._text_as_plan()
        said: JsonDict = {"role": "assistant"}
        if self._blocks:
            only = self._blocks[0] if len(self._blocks) == 1 else {}
            said["content"] = only["text"] if "text" in only else list(self._blocks)
        if self._plan:
            said["tool_plan"] = self._plan
        if self._calls:
            said["tool_calls"] = self._calls
        if self._citations:
            said["citations"] = self._citations
        if len(said) > 1:
            return said
        self._adjust.note("dropped", self._field, "nothing is left in it that the wire can say")
        return None

    def _text(self, part: TextPart, field: str) -> None:
        if part.text:
            self._blocks.append({"type": "text", "text": part.text})
        if part.signature is not None:
            self._adjust.note("dropped", f"{field}.signature", f"a seal of {part.provider}")
        if part.cache_control is not None:
            self._adjust.note("dropped", f"{field}.cache_control", "the provider caches by itself")
        own = [citation.raw for citation in part.citations if "sources" in citation.raw]
        self._citations += own
        if len(own) < len(part.citations):
            self._adjust.note("dropped", f"{field}.citations", "of another provider's form")

    def _thought(self, part: ReasoningPart, field: str) -> None:
        if part.provider is not None and part.provider != self._wire.provider:
            self._adjust.note("dropped", field, f"thinking of {part.provider}, for it alone")
            return
        if part.signature is not None:
            self._adjust.note("dropped", f"{field}.signature", "the wire has no seals")
        plan = (part.raw or {}).get("tool_plan")
        if isinstance(plan, str):
            if self._wire.tool_plan:
                self._plan += plan
            else:
                self._adjust.note("dropped", field, "the model does not take its plans back")
            cited = (part.raw or {}).get("citations")
            self._citations += cited if isinstance(cited, list) and self._wire.tool_plan else []
        elif part.text:
            self._blocks.append({"type": "thinking", "thinking": part.text})
        else:
            self._adjust.note("dropped", field, "thinking without words, which the wire lacks")

    def _call(self, call: ToolCall, field: str) -> None:
        # An empty text would be no JSON.
        function: JsonDict = {"name": call.name, "arguments": call.arguments_json or "{}"}
        self._calls.append({"id": call.id, "type": "function", "function": function})
        if call.signature is not None:
            self._adjust.note("dropped", f"{field}.signature", f"a seal of {call.provider}")

    def _text_as_plan(self) -> None:
        """Text beside calls is refused by that name: there it is the plan.

        Source: https://github.com/vercel/ai/issues/5794
        """
        texts = [str(block["text"]) for block in self._blocks if "text" in block]
        if not texts:
            return
        self._blocks = [block for block in self._blocks if "text" not in block]
        if self._wire.tool_plan:
            self._plan += "".join(texts)
            self._adjust.note("moved", self._field, "text beside calls to the plan for them")
        else:
            self._adjust.note("dropped", self._field, "text beside calls, which the model refuses")

"""What a request must be by the table: worked out from a provider's `Model` alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen
from facts import CHOICES, Model

from llmkit import AssistantMessage, SystemMessage, TextPart, ToolMessage, UserMessage
from llmkit._models.tools import Tool, ToolCall

TOOL = Tool("look_up", parameters={"type": "object", "properties": {}})
TOOL_SAID = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}},
}
NAMED = {"type": "function", "function": {"name": "look_up"}}
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
FORMATS: Mapping[str, Mapping[str, object]] = {
    "text": {"type": "text"},
    "json_object": {"type": "json_object"},
    "json_schema": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}},
}

VALUES: Mapping[str, Any] = {
    "seed": 1,
    "n": 2,
    "top_k": 3,
    "user": "someone",
    "stop": ["."],
    "logit_bias": {"1": 2},
    "logprobs": True,
    "top_logprobs": 2,
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "temperature": 0.5,
    "top_p": 0.5,
    "max_tokens": 50,
    "parallel_tool_calls": False,
}
"""Fields that are sent or refused one by one, each with a value that most can take."""

NUMBERS = frozenset(name for name, value in VALUES.items() if type(value) in (int, float))
REFUSABLE = frozenset({*VALUES, "tools", "tool_choice"})
"""The fields that a table may say are refused; efforts and budgets it says by their own."""

FULL = (
    SystemMessage("Be brief."),
    UserMessage([TextPart("a"), TextPart("b")], name="someone"),
    AssistantMessage(
        "Let me see.",
        reasoning="Hm.",
        tool_calls=[ToolCall("abcdefghi", "look_up")],
    ),
    ToolMessage("42", tool_call_id="abcdefghi"),
)
"""A conversation with everything in it that goes back and forth as text."""


@frozen
class Expected:
    """A body, and what was changed on the way."""

    body: dict[str, Any] = field(factory=dict)
    changed: list[tuple[str, str]] = field(factory=list)


def small(model: Model, name: str) -> dict[str, Any]:
    """The least that can be asked, of the model *name*."""
    said: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}], **model.body}
    if model.model_in_body:
        said[model.renamed.get("model", "model")] = name
    return said


def unasked(model: Model) -> Model:
    """What is taken where nothing is said of thinking."""
    return (model.while_thinking or model) if model.thinks else model


def states(model: Model) -> Iterator[tuple[Mapping[str, Any], Model]]:
    """Unasked, not thinking, thinking: the fields that ask for it, and what is taken then."""
    yield {}, unasked(model)
    if model.while_thinking is None:
        return
    if "none" in model.efforts:
        yield {"reasoning_effort": "none"}, model
    words = sorted(model.efforts - {"none"})
    if words:
        yield {"reasoning_effort": words[0]}, model.while_thinking


def full(model: Model, name: str) -> Expected:
    """All at once, under `unsupported="drop"`."""
    usual = model
    model = (usual.while_thinking or usual) if "high" in usual.efforts else unasked(usual)
    made = Expected(small(model, name))
    made.body["messages"] = list(_messages(model, made.changed))
    for given, value in VALUES.items():
        if given == "parallel_tool_calls" and "tools" in model.refused:
            continue
        if given in model.refused:
            made.changed.append(("dropped", given))
            continue
        within = clamped(model, given, value)
        if within != value:
            made.changed.append(("clamped", given))
        made.body[wire_name(model, given)] = within
    _tools(model, made)
    _effort(usual, "high", made)
    kind = next((kind for kind in ("json_schema", "json_object") if kind in model.formats), None)
    if kind is not None:
        made.body["response_format"] = FORMATS[kind]
    made.changed.sort()
    return made


def full_fields(model: Model) -> dict[str, Any]:
    """The fields of that request."""
    model = (model.while_thinking or model) if "high" in model.efforts else unasked(model)
    kinds = [kind for kind in ("json_schema", "json_object") if kind in model.formats]
    form = {"response_format": FORMATS[kinds[0]]} if kinds else {}
    return {
        **VALUES,
        **form,
        "tools": [TOOL],
        "tool_choice": "auto",
        "reasoning_effort": "high",
    }


def wire_name(model: Model, name: str) -> str:
    """What a field of a request is called."""
    return model.limit if name == "max_tokens" else model.renamed.get(name, name)


def clamped(model: Model, name: str, value: Any) -> Any:
    """The nearest value that is taken."""
    if name not in model.ranges:
        return value
    low, high = model.ranges[name]
    return min(max(value, low), high)


def choices(model: Model) -> frozenset[str]:
    """The ways to choose a tool that it knows."""
    return frozenset() if "tool_choice" in model.refused else model.tool_choices & CHOICES


def effort_said(model: Model, effort: str) -> Mapping[str, object]:
    """The fields of the body that say an effort."""
    return model.thinking.get(effort, {"reasoning_effort": effort})


def effort_change(model: Model, effort: str) -> list[tuple[str, str]]:
    """What is noted of an effort that it takes: another word, or a switch for a degree."""
    said = effort_said(model, effort)
    reasoning = said.get("reasoning")
    inner = reasoning.get("effort") if isinstance(reasoning, Mapping) else None
    word = said.get("reasoning_effort", inner)
    if word == effort:
        return []
    if word is not None:
        return [("renamed", "reasoning_effort")]
    return [] if effort == "none" else [("rewritten", "reasoning_effort")]


def _effort(model: Model, effort: str, made: Expected) -> None:
    if effort in model.efforts:
        made.body.update(effort_said(model, effort))
        made.changed.extend(effort_change(model, effort))
    else:
        made.changed.append(("dropped", "reasoning_effort"))


def _tools(model: Model, made: Expected) -> None:
    if "tools" in model.refused:
        made.changed.append(("dropped", "tools"))
        return
    made.body["tools"] = [TOOL_SAID]
    if "auto" in choices(model):
        made.body[wire_name(model, "tool_choice")] = "auto"
    else:
        made.changed.append(("dropped", "tool_choice"))


def _messages(model: Model, changed: list[tuple[str, str]]) -> Iterator[dict[str, object]]:
    yield {"role": "system", "content": "Be brief."}
    texts: Sequence[object] = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    user: dict[str, object] = {"role": "user", "content": texts}
    if not model.text_lists:
        user["content"] = "a\n\nb"
        changed.append(("rewritten", "messages[1].content"))
    if model.names:
        user["name"] = "someone"
    else:
        changed.append(("dropped", "messages[1].name"))
    yield user
    function = {"name": "look_up", "arguments": "{}"}
    call = {"id": "abcdefghi", "type": "function", "function": function}
    said = {"role": "assistant", "content": "Let me see.", "tool_calls": [call]}
    if model.reasoning_back is None:
        changed.append(("dropped", "messages[2].parts[0]"))
    yield {**said, **thought_back(model, "Hm.", "Let me see.")}
    yield {"role": "tool", "tool_call_id": "abcdefghi", "content": "42"}


def thought_back(model: Model, thought: str, text: str) -> dict[str, object]:
    """The fields of an answer's message that say its thinking again."""
    match model.reasoning_back:
        case None:
            return {}
        case "content":
            thinking = {"type": "thinking", "thinking": [{"type": "text", "text": thought}]}
            return {"content": [thinking, {"type": "text", "text": text}]}
        case "think":
            return {"content": f"<think>{thought}</think>{text}"}
        case name:
            return {name: thought}

"""A conversation begun with one provider goes on with another, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from llmkit import (
    AssistantMessage,
    ChatCompletionRequest,
    ImagePart,
    Message,
    RefusalPart,
    SystemMessage,
    TextPart,
    Tool,
    ToolMessage,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters import WIRES
from llmkit.providers import get

from .answers import ANSWERS, Answer
from .features import PNG, b64
from .speaking import Built, Speaker

WEATHER = Tool(
    "weather",
    "The weather of a city.",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)
START: list[Message] = [
    SystemMessage("rule77"),
    UserMessage([TextPart("Where is it warm?"), ImagePart(data=PNG)]),
]
DOCUMENT = Path(__file__).parents[2] / "docs" / "portability.md"

origins = pytest.mark.parametrize("origin", ANSWERS.values(), ids=ANSWERS)
targets = pytest.mark.parametrize("target", ANSWERS.values(), ids=ANSWERS)


def goes_on(conversation: Sequence[Message], answer: Answer) -> list[Message]:
    """*conversation* with an answer, the results of its calls, and a further question."""
    message = answer.message()
    results = [
        ToolMessage(f"sunny-{call.arguments['city']}", tool_call_id=call.id)
        for call in message.tool_calls
    ]
    assert len(results) == 2
    return [*conversation, message, *results, UserMessage("And tomorrow?")]


def built(conversation: Sequence[Message], answer: Answer, policy: Any = "drop") -> Built:
    """*conversation* as *answer*'s provider would get it."""
    fields = {"messages": list(conversation), "tools": [WEATHER]}
    return Speaker(answer.provider, answer.model).build(fields, policy)


@origins
def test_its_own_come_back_as_they_were(origin: Answer) -> None:
    """Thinking and seals, to the provider that made them; whatever the policy."""
    text = built(goes_on(START, origin), origin, "error").text
    assert [seal for seal in origin.seals if seal not in text] == []


@targets
@origins
def test_a_conversation_goes_on_elsewhere_and_back(origin: Answer, target: Answer) -> None:
    """All that is said travels; seals go home alone, and what does not travel is listed."""
    conversation = goes_on(START, origin)
    there = built(conversation, target)
    for said in ("rule77", "Where is it warm?", "Paris77", "Rome77", "sunny-Paris77",
                 "sunny-Rome77", "And tomorrow?"):  # fmt: skip
        assert said in there.text
    picture = [change for change in there.made if change.field.startswith("messages[1]")]
    assert b64(PNG) in there.text or picture
    if origin is not target:
        assert [seal for seal in origin.seals if seal in there.text] == []
        sealed = any(part.text or part.raw for part in _thoughts(conversation[2]))
        listed = any(change.field.startswith("messages[2]") for change in there.made)
        assert listed or not sealed
    longer = goes_on(conversation, target)
    back = built(longer, origin)
    assert [seal for seal in origin.seals if seal not in back.text] == []
    if origin is not target:
        assert [seal for seal in target.seals if seal in back.text] == []


def _thoughts(message: Message) -> list[Any]:
    return [part for part in message.parts if type(part).__name__ == "ReasoningPart"]


@targets
@origins
def test_as_json_it_is_the_same_conversation(origin: Answer, target: Answer) -> None:
    """It may be kept between the two."""
    conversation = goes_on(goes_on(START, origin), target)
    request: ChatCompletionRequest[object] = ChatCompletionRequest("a/b", conversation)
    again = ChatCompletionRequest.from_dict(request.to_dict())
    assert built(again.messages, origin) == built(conversation, origin)


def test_each_wire_has_an_answer() -> None:
    """A new wire takes part in the round."""
    assert {str(get(name).wire) for name in ANSWERS} == {*WIRES}


# What travels, as the document tells it.


def _with(part: Any) -> list[Message]:
    return [*START, AssistantMessage([TextPart("Yes."), part]), UserMessage("Go on.")]


def _result(part: Any) -> list[Message]:
    call = ANSWERS["openai"].message()
    first, second = call.tool_calls
    results = [
        ToolMessage([TextPart("See:"), part], tool_call_id=first.id),
        ToolMessage("Rain.", tool_call_id=second.id),
    ]
    return [*START, call, *results]


def journeys(target: Answer) -> dict[str, tuple[list[Message], str]]:
    """What may travel to *target*: a conversation with it, and the field that it is in."""
    foreign = ANSWERS["anthropic" if target.provider != "anthropic" else "gemini"]
    later = [*START, SystemMessage("rule78"), *START[1:]]
    return {
        "system message": (START, "messages[0]"),
        "system message further down": (later, "messages[2]"),
        "image": (START, "messages[1]"),
        "calls and results": (_result(TextPart("Sun.")), "messages[2]"),
        "image in a result": (_result(ImagePart(data=PNG)), "messages[3]"),
        "failed result": (
            [*_result(TextPart("Sun."))[:-1],
             ToolMessage("No.", tool_call_id="call_b", is_error=True)],
            "messages[4]",
        ),
        "refusal": (_with(RefusalPart("cannot77")), "messages[2]"),
        "its own thinking and seals": (goes_on(START, target), "messages[2]"),
        "another's thinking and seals": (goes_on(START, foreign), "messages[2]"),
    }  # fmt: skip


def travels(target: Answer, conversation: list[Message], field: str) -> str:
    """How what is in *field* arrives."""
    try:
        made = built(conversation, target, "error").made
    except UnsupportedParameterError:
        return "refused"
    kinds = {change.kind for change in made if change.field.startswith(field)}
    return ", ".join(sorted(kinds)) or "as it is"


def table() -> str:
    """The table of the document."""
    rows = [*journeys(ANSWERS["openai"])]
    lines = [["", *(f"`{name}`" for name in ANSWERS)]]
    lines.append(["---"] * len(lines[0]))
    for row in rows:
        cells = [travels(target, *journeys(target)[row]) for target in ANSWERS.values()]
        lines.append([row, *cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def test_the_document_tells_what_travels() -> None:
    """Its table is this one."""
    assert table() in DOCUMENT.read_text("utf-8")

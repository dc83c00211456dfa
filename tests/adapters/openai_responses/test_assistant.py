"""What the model has said, sent back to it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from llmkit import (
    AssistantMessage,
    CacheControl,
    Citation,
    ImagePart,
    Message,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit.adapters.openai_responses import OpenAIResponses

from .answers import ITEMS, events, folded, parsed
from .building import PROVIDER, WIRE, Built, build


def replayed(message: Message | None, **options: Any) -> Built:
    """*message* between two of the user's."""
    return build(UserMessage("Hi"), message, UserMessage("Go on."), **options)


@pytest.mark.parametrize(
    "names",
    [
        ("thinking", "text"),
        ("thinking", "call"),
        ("thinking", "search", "thinking", "cited"),
        ("text", "call"),
        ("text", "cited"),
        ("text", "thinking"),
    ],
    ids=" ".join,
)
def test_output_goes_back_as_it_came(names: tuple[str, ...]) -> None:
    """In order, with every id, seal, phase and annotation, streamed or not."""
    output = [ITEMS[name] for name in names]
    for answer in (parsed(*output), folded(*events(*output))):
        message = answer.assistant_message()
        assert message is not None
        again = Message.from_dict(message.to_dict())
        made = replayed(again)
        wanted = [dict(item) for item in output]
        for item in wanted:
            if item["type"] == "function_call":
                del item["status"]
        assert made.items[1:-1] == wanted
        assert made.made == ()


def test_a_refusal_goes_back_in_a_message() -> None:
    """With the id of the text that it stands beside, or one that is made up, the same each time."""
    message = parsed(ITEMS["refusal"]).assistant_message()
    made = replayed(message)
    (item,) = made.items[1:-1]
    assert item["content"] == [{"type": "refusal", "refusal": "I will not."}]
    assert item["id"].startswith("msg_")
    assert replayed(message).items == made.items
    both = [{"type": "output_text", "text": "Well.", "annotations": []}, *item["content"]]
    told = parsed({**ITEMS["text"], "content": both}).assistant_message()
    (item,) = replayed(told).items[1:-1]
    assert (item["id"], item["content"]) == ("msg_1", both)


def test_another_providers_seals_stay_at_home() -> None:
    """Its thinking is dropped, its words travel without what only it can read."""
    message = parsed(ITEMS["thinking"], ITEMS["text"], ITEMS["call"]).assistant_message()
    made = replayed(message, wire=OpenAIResponses(provider="other"))
    assert made.items[1:-1] == [
        {"role": "assistant", "content": "Grüße 👋"},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "get_weather",
            "arguments": '{"city":"Paris"}',
        },
    ]
    assert made.changes == [
        ("dropped", "messages[1].parts[0]"),
        ("dropped", "messages[1].parts[1].signature"),
        ("dropped", "messages[1].parts[2].signature"),
    ]


def test_a_seal_that_is_not_of_this_wires_form_is_dropped() -> None:
    """Such as another wire's of the same provider."""
    part = TextPart("Hi", signature="odd", provider=PROVIDER)
    made = replayed(AssistantMessage([part]))
    assert made.items[1] == {"role": "assistant", "content": "Hi"}
    assert made.changes == [("dropped", "messages[1].parts[0].signature")]


def test_an_id_alone_needs_a_provider_that_keeps_its_answers() -> None:
    """Else that thinking is dropped, and the ids of what came with it, which would ask for it."""
    bare = {**ITEMS["thinking"], "encrypted_content": None}
    message = parsed(bare, ITEMS["text"], ITEMS["call"]).assistant_message()
    item = {key: value for key, value in bare.items() if value is not None}
    assert replayed(message).items[1] == item
    for options in ({"wire": evolve(WIRE, store=False)}, {"extra_body": {"store": False}}):
        made = replayed(message, **options)
        assert made.changes == [("dropped", "messages[1].parts[0]")]
        text, call = made.items[1:-1]
        told = {"role": "assistant", "content": "Grüße 👋", "phase": "final_answer"}
        assert text == told
        assert "id" not in call
    stored = replayed(message, wire=evolve(WIRE, store=False), extra_body={"store": True})
    assert stored.items[1] == item


def test_thinking_that_is_only_text() -> None:
    """It goes back where the server takes it; with a seal or an id, as the summary."""
    message = AssistantMessage("So.", reasoning="Hm.")
    made = replayed(message)
    assert made.items[1:-1] == [{"role": "assistant", "content": "So."}]
    assert made.changes == [("dropped", "messages[1].parts[0]")]
    open_wire = evolve(WIRE, reasoning_text=True)
    content = [{"type": "reasoning_text", "text": "Hm."}]
    item = replayed(message, wire=open_wire).items[1]
    assert item.pop("id").startswith("rs_")
    assert item == {"type": "reasoning", "summary": [], "content": content}
    summary = [{"type": "summary_text", "text": "Hm."}]
    bare = ReasoningPart("Hm.", id="rs_1", provider=PROVIDER)
    for part, more in (
        (bare, {}),
        (evolve(bare, encrypted="S"), {"encrypted_content": "S"}),
        (evolve(bare, signature="S"), {"encrypted_content": "S"}),
    ):
        sealed = AssistantMessage([part, TextPart("So.")])
        wanted = {"type": "reasoning", "id": "rs_1", "summary": summary, **more}
        assert replayed(sealed).items[1] == wanted


def test_thinking_that_led_to_nothing_is_left_out() -> None:
    """Of an answer that was cut: the wire refuses it without what follows."""
    message = parsed(ITEMS["thinking"]).assistant_message()
    made = replayed(message)
    assert len(made.items) == 2
    assert made.changes == [("dropped", "messages[1]")]
    followed = build(UserMessage("Hi"), message, AssistantMessage("So."))
    assert [item.get("type") for item in followed.items] == [None, "reasoning", None]


def test_ids_may_be_left_out() -> None:
    """Where the server does not know its own again; the phase stays."""
    message = parsed(ITEMS["text"], ITEMS["call"]).assistant_message()
    text, call = replayed(message, wire=evolve(WIRE, item_ids=False)).items[1:-1]
    assert text == {"role": "assistant", "content": "Grüße 👋", "phase": "final_answer"}
    assert call["call_id"] == "call_1"
    assert "id" not in call


def test_texts_of_ones_own() -> None:
    """Joined in one message; broken arguments as they are, empty ones as an object."""
    message = AssistantMessage(
        [TextPart("One. "), TextPart("Two.")],
        tool_calls=[ToolCall("a", "f", ""), ToolCall("b", "f", '{"cut')],
    )
    text, first, second = replayed(message).items[1:-1]
    assert text == {"role": "assistant", "content": "One. Two."}
    assert (first["arguments"], second["arguments"]) == ("{}", '{"cut')


def test_what_cannot_be_said_is_told() -> None:
    """Citations without an id, or of another form; markers; images, names and prefixes."""
    cited = TextPart("Hi", citations=(Citation(url="https://example.com"),))
    assert replayed(AssistantMessage([cited])).changes == [
        ("dropped", "messages[1].parts[0].citations")
    ]
    sealed = evolve(cited, signature='{"id": "msg_1"}', provider=PROVIDER)
    made = replayed(AssistantMessage([sealed]))
    assert made.items[1]["content"] == [{"type": "output_text", "text": "Hi", "annotations": []}]
    assert made.changes == [("dropped", "messages[1].parts[0].citations")]
    marked = AssistantMessage([TextPart("Hi", cache_control=CacheControl())])
    assert replayed(marked).changes == [("dropped", "messages[1].parts[0].cache_control")]
    image = AssistantMessage([TextPart("Hi"), ImagePart(url="https://example.com/a.png")])
    for message, field in (
        (image, r"parts\[1\]"),
        (AssistantMessage("Hi", name="Ann"), "name"),
        (AssistantMessage("Hi", prefix=True), "prefix"),
    ):
        with pytest.raises(UnsupportedParameterError, match=rf"messages\[1\]\.{field}"):
            replayed(message)
        assert replayed(message, policy="drop").items[1]["content"] == "Hi"


def test_a_refusal_of_another_providers() -> None:
    """It stands as a refusal here, too."""
    (item,) = replayed(AssistantMessage([RefusalPart("No.")])).items[1:-1]
    assert item["content"] == [{"type": "refusal", "refusal": "No."}]

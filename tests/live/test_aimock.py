"""What aimock's scenarios answer: texts, calls, thinking, JSON, finish reasons."""

from __future__ import annotations

import json

import pytest
from attrs import frozen

from llmkit import (
    AssistantMessage,
    ChatCompletionRequest,
    FinishReason,
    ResponseParseError,
    SystemMessage,
    ToolMessage,
    UserMessage,
    new_chat_completion_request,
    with_response_json_object_format,
    with_response_json_schema,
    with_tools,
)

from .aimock import MODEL, NEEDS_AIMOCK, TEXTS, THINKS, TOOLS, ask_by, scenario_request
from .colours import WAYS, Ask

pytestmark = NEEDS_AIMOCK


@frozen
class Person:
    """What the JSON scenarios answer."""

    name: str
    age: int
    tags: list[str]


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def ask(request: pytest.FixtureRequest) -> Ask:
    """Each of the four ways to ask, one attempt only."""
    return ask_by(request.param)


@pytest.mark.parametrize("scenario", TEXTS)
def test_texts_arrive_letter_for_letter(ask: Ask, scenario: str) -> None:
    """Any text, however it is cut on its way: letters, torn emoji, line ends, SSE's own words."""
    response = ask(scenario_request(scenario))
    assert response.content == TEXTS[scenario]
    assert response.finish_reason is FinishReason.STOP
    assert response.usage.reported
    assert response.usage.total_tokens > 0
    if ask.streams:
        joined = "".join(chunk.delta_message().content or "" for chunk in ask.chunks)
        assert joined == TEXTS[scenario]
        assert [chunk.is_last_chunk for chunk in ask.chunks].index(True) == len(ask.chunks) - 1
        assert ask.chunks[-1].usage == response.usage


def test_what_the_provider_says_of_itself_is_kept(ask: Ask) -> None:
    """The answer's id, model, time and usage are the provider's own words."""
    response = ask(scenario_request("text-override"))
    assert response.content == "Overridden."
    assert response.id == "resp-fixed-id"
    assert response.model == "fixed-model-2026"
    assert response.created is not None
    assert response.created.timestamp() == 1700000000
    counts = response.usage
    assert (counts.prompt_tokens, counts.completion_tokens, counts.total_tokens) == (11, 7, 18)
    assert response.provider == "openai"
    assert response.request_id


CALLS: dict[str, list[tuple[str, str, object]]] = {
    "tool-call": [("call_1", "get_weather", {"city": "Paris", "unit": "c"})],
    "tools-parallel-3": [
        ("call_p_1", "get_weather", {"city": "Paris"}),
        ("call_p_2", "get_weather", {"city": "Rome"}),
        ("call_p_3", "get_time", {"tz": "Europe/Paris"}),
    ],
    "tool-noargs": [("call_na_1", "ping", {})],
    "tool-bigargs": [
        (
            "call_big_1",
            "save",
            {
                "s": 'quote " backslash \\ newline \n unicode é日🙂',
                "n": [1, 2.5, -3e10, None, True],
                "o": {"a": {"b": []}},
            },
        )
    ],
    "text-then-tool": [("call_tt_1", "get_weather", {"city": "Oslo"})],
    "tool-then-text": [
        ("call_bt_1", "get_weather", {"city": "Oslo"}),
        ("call_bt_2", "get_time", {"tz": "UTC"}),
    ],
    "reasoning-tool": [("call_r_1", "get_weather", {"city": "Paris"})],
}
BESIDE = {"text-then-tool": "Let me check.", "tool-then-text": "Checking Oslo."}
"""The text that some calls have beside them."""


@pytest.mark.parametrize("scenario", CALLS)
def test_tool_calls_arrive_whole_and_in_order(ask: Ask, scenario: str) -> None:
    """Each call has its id, its name and its arguments, parsed; a text beside it stays."""
    response = ask(scenario_request(scenario, tools=TOOLS))
    found = [(call.id, call.name, call.arguments) for call in response.tool_calls]
    assert found == CALLS[scenario]
    assert response.finish_reason is FinishReason.TOOL_CALLS
    assert (response.content or "") == BESIDE.get(scenario, "")
    indices = [piece.index for chunk in ask.chunks for piece in chunk.delta_message().tool_calls]
    assert sorted(set(indices)) == list(range(len(CALLS[scenario])) if ask.streams else [])


@pytest.mark.parametrize(
    ("scenario", "results", "text"),
    [
        ("tool-roundtrip", ["21"], "It is 21 degrees in Paris."),
        ("tool-roundtrip", ["no idea"], "The tool answered something else."),
        ("tools-parallel-3", ["21", "22", "noon"], "All three tools answered."),
    ],
)
def test_tool_results_go_back(ask: Ask, scenario: str, results: list[str], text: str) -> None:
    """The answer's message goes into the next request as it is, with a result for each call."""
    question = UserMessage(f"SCENARIO={scenario};")
    asked = new_chat_completion_request(MODEL, [question], with_tools(TOOLS))
    message = ask(asked).assistant_message()
    assert message is not None
    answers = [
        ToolMessage(result, tool_call_id=call.id)
        for call, result in zip(message.tool_calls, results, strict=True)
    ]
    asked = new_chat_completion_request(MODEL, [question, message, *answers], with_tools(TOOLS))
    assert ask(asked).content == text


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_turns_are_counted_by_the_provider(ask: Ask, turn: int) -> None:
    """Earlier answers go out as answers, in their place."""
    before = [
        message
        for number in range(turn)
        for message in (UserMessage("SCENARIO=turns;"), AssistantMessage(f"turn {number}"))
    ]
    request = ChatCompletionRequest(MODEL, [*before, UserMessage("SCENARIO=turns;")])
    assert ask(request).content == f"turn {turn}"


def test_the_system_message_is_seen(ask: Ask) -> None:
    """What the system message says reaches the provider, and its absence too."""
    question = UserMessage("SCENARIO=system;")
    told = ChatCompletionRequest(MODEL, [SystemMessage("You are terse."), question])
    assert ask(told).content == "system prompt seen"
    assert ask(ChatCompletionRequest(MODEL, [question])).content == "system prompt NOT seen"


def test_json_of_a_schema_is_parsed(ask: Ask) -> None:
    """An answer of a schema made from a type becomes a value of that type."""
    question = UserMessage("SCENARIO=json-schema;")
    asked = new_chat_completion_request(MODEL, [question], with_response_json_schema(Person))
    assert ask(asked).parse() == Person("Ada", 36, ["math", "é"])


def test_the_asked_form_is_seen(ask: Ask) -> None:
    """The provider is told which form is asked for, and nothing where none is."""
    question = UserMessage("SCENARIO=json-by-format;")
    schema = new_chat_completion_request(MODEL, [question], with_response_json_schema(Person))
    assert json.loads(ask(schema).content or "")["matched"] == "json_schema"
    loose = new_chat_completion_request(MODEL, [question], with_response_json_object_format())
    assert json.loads(ask(loose).content or "")["matched"] == "json_object"
    assert ask(new_chat_completion_request(MODEL, [question])).content == "no response_format seen"


def test_broken_json_is_a_typed_error(ask: Ask) -> None:
    """JSON that breaks off raises only when it is parsed, and the error keeps the text."""
    question = UserMessage("SCENARIO=json-invalid;")
    asked = new_chat_completion_request(MODEL, [question], with_response_json_schema(Person))
    response = ask(asked)
    with pytest.raises(ResponseParseError) as caught:
        response.parse()
    assert caught.value.reason == "json"
    assert caught.value.text == response.content == '{"name": "Ada", "age": '


@pytest.mark.parametrize(
    ("scenario", "thought", "text"),
    [
        ("reasoning", "First I think. Then I answer.", "42"),
        ("reasoning-signed", "First I think. Then I answer.", "42"),
        ("reasoning-redacted", None, "42"),
        ("reasoning-tool", "I need the weather.", None),
    ],
)
def test_thinking_is_apart_from_the_answer(
    ask: Ask, scenario: str, thought: str | None, text: str | None
) -> None:
    """Visible thinking is `reasoning`, and no letter of it is in the answer's text."""
    message = ask(scenario_request(scenario, model=THINKS, tools=TOOLS)).assistant_message()
    assert message is not None
    assert message.reasoning == thought
    assert (message.content or None) == text


@pytest.mark.parametrize(
    ("scenario", "reason", "raw", "text"),
    [
        ("finish-length", FinishReason.LENGTH, "length", "cut off he"),
        ("finish-filter", FinishReason.CONTENT_FILTER, "content_filter", "partial"),
        ("finish-unknown", FinishReason.OTHER, "brand_new_reason", "odd"),
    ],
)
def test_finish_reasons_keep_the_providers_word(
    ask: Ask, scenario: str, reason: FinishReason, raw: str, text: str
) -> None:
    """A known word has its reason, an unknown one is OTHER, and the word itself stays."""
    response = ask(scenario_request(scenario))
    assert response.choices[0].finish_reason is reason
    assert response.choices[0].raw_finish_reason == raw
    assert response.content == text

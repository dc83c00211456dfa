"""What aimock is asked, and what it answers, on any wire: one row for each question.

The server is `npx @copilotkit/aimock` with fixtures of its own: a message that holds
`SCENARIO=name;` is answered by the script of that name. Where it answers otherwise on a wire
than this table says is in `deviations.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import asdict

from llmkit import (
    AssistantMessage,
    FinishReason,
    Message,
    SystemMessage,
    UserMessage,
    with_response_json_object_format,
    with_response_json_schema,
)

from .expected import Answer
from .failures import failures
from .questions import TOOLS, Case, Person, after_calls, compact, question


def _texts() -> Iterator[Case]:
    long = (
        "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs."
        " How vexingly quick daft zebras jump! Sphinx of black quartz, judge my vow.\n\n"
        "Second paragraph with\r\nCRLF inside and a blank line.\n\n"
        "data: not an event\n\n[DONE]\n"
    )
    texts = {
        "text": "Hello from aimock.",
        "text-unicode": 'naïve café — 日本語 \u2028 end\t"q" \\ /',
        "text-emoji": "🙂👩‍👩‍👧 whole",
        "text-surrogates": "🙂 torn: aimock cuts by UTF-16 unit",
        "text-long": long,
    }
    for name, text in texts.items():
        yield Case(scenario=name, question=question(name), expect=Answer(text=text))
    said = Answer(
        text="Overridden.",
        counts=(11, 7, 18),
        own=("resp-fixed-id", "fixed-model-2026", 1700000000),
    )
    yield Case(scenario="text-override", question=question("text-override"), expect=said)


def _calls() -> Iterator[Case]:
    big = {
        "s": 'quote " backslash \\ newline \n unicode é日🙂',
        "n": [1, 2.5, -3e10, None, True],
        "o": {"a": {"b": []}},
    }
    weather, both = "get_weather", {"city": "Paris", "unit": "c"}
    calls: dict[str, tuple[tuple[str, str, object], ...]] = {
        "tool-call": (("call_1", weather, both),),
        "tool-roundtrip": (("call_rt_1", weather, both),),
        "tools-parallel-3": (
            ("call_p_1", weather, {"city": "Paris"}),
            ("call_p_2", weather, {"city": "Rome"}),
            ("call_p_3", "get_time", {"tz": "Europe/Paris"}),
        ),
        "tool-noargs": (("call_na_1", "ping", {}),),
        "tool-bigargs": (("call_big_1", "save", big),),
        "text-then-tool": (("call_tt_1", weather, {"city": "Oslo"}),),
        "tool-then-text": (
            ("call_bt_1", weather, {"city": "Oslo"}),
            ("call_bt_2", "get_time", {"tz": "UTC"}),
        ),
    }
    beside = {"text-then-tool": "Let me check.", "tool-then-text": "Checking Oslo."}
    for name, called in calls.items():
        expect = Answer(text=beside.get(name), calls=called, finish=FinishReason.TOOL_CALLS)
        yield Case(scenario=name, question=question(name, tools=TOOLS), expect=expect)
    results = [
        ("tool-roundtrip", "result", ["21"], "It is 21 degrees in Paris."),
        ("tool-roundtrip", "other-result", ["no idea"], "The tool answered something else."),
        ("tools-parallel-3", "results", ["21", "22", "noon"], "All three tools answered."),
    ]
    for name, about, given, text in results:
        asked = after_calls(name, *given)
        yield Case(scenario=name, about=about, question=asked, expect=Answer(text=text))


def _conversations() -> Iterator[Case]:
    told = question("system", before=[SystemMessage("You are terse.")])
    seen = Answer(text="system prompt seen")
    yield Case(scenario="system", question=told, expect=seen)
    unseen = Answer(text="system prompt NOT seen")
    yield Case(scenario="system", about="none", question=question("system"), expect=unseen)
    before: list[Message] = []
    for turn in range(3):
        yield Case(
            scenario="turns",
            about=str(turn),
            question=question("turns", before=tuple(before)),
            expect=Answer(text=f"turn {turn}"),
        )
        before += [UserMessage("SCENARIO=turns;"), AssistantMessage(f"turn {turn}")]


def _forms() -> Iterator[Case]:
    schema, loose = with_response_json_schema(Person), with_response_json_object_format()
    ada = Person("Ada", 36, ["math", "é"])
    yield Case(
        scenario="json-schema",
        question=question("json-schema", schema),
        expect=Answer(text=compact(asdict(ada)), value=ada),
    )
    broken = '{"name": "Ada", "age": '
    yield Case(
        scenario="json-invalid",
        question=question("json-invalid", schema),
        expect=Answer(text=broken, broken=True, value="json"),
    )
    asked = "json-by-format"
    for about, form in (("json_schema", schema), ("json_object", loose)):
        told = compact({"matched": about, "name": "Ada", "age": 36})
        by_form = question(asked, form)
        yield Case(scenario=asked, about=about, question=by_form, expect=Answer(text=told))
    unasked = Answer(text="no response_format seen")
    yield Case(scenario=asked, about="none", question=question(asked), expect=unasked)


def _thinking() -> Iterator[Case]:
    thought = "First I think. Then I answer."
    called = (("call_r_1", "get_weather", {"city": "Paris"}),)
    answers = {
        "reasoning": Answer(text="42", thought=thought),
        "reasoning-signed": Answer(text="42", thought=thought, seal="c2lnbmF0dXJlLWJ5dGVz"),
        "reasoning-redacted": Answer(text="42", hidden="cmVkYWN0ZWQtMQ=="),
        "reasoning-tool": Answer(
            thought="I need the weather.", calls=called, finish=FinishReason.TOOL_CALLS
        ),
    }
    for name, expect in answers.items():
        asked = question(name, thinks=True, tools=TOOLS)
        yield Case(scenario=name, question=asked, expect=expect)


def _endings() -> Iterator[Case]:
    for name, text, reason in (
        ("finish-length", "cut off he", FinishReason.LENGTH),
        ("finish-filter", "partial", FinishReason.CONTENT_FILTER),
        ("finish-unknown", "odd", FinishReason.OTHER),
    ):
        expect = Answer(text=text, finish=reason)
        yield Case(scenario=name, question=question(name), expect=expect)


CASES: Mapping[str, Case] = {
    case.name: case
    for kind in (
        *(_texts, _calls, _conversations, _forms, _thinking, _endings),
        failures,
    )
    for case in kind()
}
"""The questions by name."""

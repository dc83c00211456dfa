"""Whole answers of Cohere's form."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import DecodeError, FinishReason, ReasoningPart, TextPart, Usage
from llmkit.adapters.cohere_v2 import CohereV2

from .wire import END, START, USAGE, call, message, parsed, sse, text

TEXT = {"type": "text", "text": "Paris."}
THOUGHT = {"type": "thinking", "thinking": "Hm."}


def test_an_answer() -> None:
    """Id, text, reason and counts; the body stays in `raw`. There is no time and no model."""
    body = message(TEXT)
    answer = parsed(body)
    assert (answer.id, answer.content, answer.model, answer.created) == ("abc", "Paris.", "", None)
    (choice,) = answer.choices
    assert (choice.finish_reason, choice.raw_finish_reason) == (FinishReason.STOP, "COMPLETE")
    assert answer.raw == body
    assert answer.provider == "cohere"


def test_the_real_tokens_count() -> None:
    """Not those that are billed; floats are numbers of tokens, too."""
    assert parsed(message(TEXT)).usage == Usage(90, 12, 102, 8, raw=USAGE)
    body = message(TEXT)
    body["usage"] = {"tokens": {"input_tokens": 5, "output_tokens": 4, "reasoning_tokens": 3}}
    assert parsed(body).usage == Usage(5, 4, 9, reasoning_tokens=3, raw=body["usage"])
    body["usage"] = {"billed_units": {"input_tokens": 1, "output_tokens": 2}}
    assert parsed(body).usage == Usage(1, 2, 3, raw=body["usage"])


@pytest.mark.parametrize("usage", [None, {}, {"tokens": None}, "much"])
def test_no_counts(usage: object) -> None:
    """Are told as none."""
    body = message(TEXT)
    body["usage"] = usage
    assert parsed(body).usage.reported is False


def test_thinking_and_text_in_order() -> None:
    """Each block a part, thinking stamped with whose it is."""
    answer = parsed(message(THOUGHT, TEXT)).choices[0].message
    assert answer.parts == (ReasoningPart("Hm.", provider="cohere"), TextPart("Paris."))
    assert answer.reasoning == "Hm."


def test_thinking_of_nobody_in_particular() -> None:
    """Without a provider's name, none is stamped."""
    (part,) = parsed(message(THOUGHT), CohereV2()).choices[0].message.parts
    assert part == ReasoningPart("Hm.")


def test_calls_and_their_plan() -> None:
    """The plan is kept, and is neither text nor thinking to be shown."""
    body = message(finish="TOOL_CALL", tool_plan="I look.", tool_calls=[call("f", '{"a":1}')])
    answer = parsed(body).choices[0].message
    plan, made = answer.parts
    assert plan == ReasoningPart(provider="cohere", raw={"tool_plan": "I look."})
    assert (answer.content, answer.reasoning) == (None, None)
    assert answer.tool_calls == (made,)
    assert (answer.tool_calls[0].id, answer.tool_calls[0].arguments) == ("c1", {"a": 1})


@pytest.mark.parametrize("arguments", ["", "null", None, "{}"])
def test_no_arguments(arguments: str | None) -> None:
    """In all the ways that it says them, are an empty object."""
    (made,) = parsed(message(tool_calls=[call("f", arguments)])).tool_calls
    assert made.arguments == {}
    assert made.arguments_json == (arguments or "")


def test_a_call_without_an_id_gets_one() -> None:
    """The same each time."""
    body = message(tool_calls=[call("f", "{}", ""), call("g", "{}", "")])
    first, second = parsed(body).tool_calls
    assert first.id != second.id
    assert [first, second] == list(parsed(body).tool_calls)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("COMPLETE", FinishReason.STOP),
        ("STOP_SEQUENCE", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("TOOL_CALL", FinishReason.TOOL_CALLS),
        ("ERROR", FinishReason.ERROR),
        ("TIMEOUT", FinishReason.ERROR),
        ("NEW_WORD", FinishReason.OTHER),
    ],
)
def test_why_it_ended(raw: str, reason: FinishReason) -> None:
    """The word stays beside; an unknown one is another."""
    (choice,) = parsed(message(TEXT, finish=raw)).choices
    assert (choice.finish_reason, choice.raw_finish_reason) == (reason, raw)


def test_calls_tell_over_complete_and_never_over_a_limit() -> None:
    """Arguments may be cut off there."""
    calls = [call("f", '{"a')]
    assert parsed(message(tool_calls=calls)).choices[0].finish_reason is FinishReason.TOOL_CALLS
    cut = parsed(message(finish="MAX_TOKENS", tool_calls=calls))
    assert cut.choices[0].finish_reason is FinishReason.LENGTH


def cited(start: int, end: int, **more: Any) -> dict[str, Any]:
    """A citation of one document."""
    document = {"id": "doc:0", "title": "facts", "url": "https://a.test", "text": "…"}
    source = {"type": "document", "id": "doc:0", "document": document}
    return {"start": start, "end": end, "text": "Paris", "sources": [source], **more}


def test_citations() -> None:
    """On the text that they are of, with places in the whole answer's text."""
    blocks = [THOUGHT, {"type": "text", "text": "It is "}, TEXT]
    raw = cited(0, 5, content_index=2, type="TEXT_CONTENT")
    answer = parsed(message(*blocks, citations=[raw])).choices[0].message
    assert answer.content == "It is Paris."
    first, second = (part for part in answer.parts if isinstance(part, TextPart))
    (citation,) = second.citations
    assert first.citations == ()
    assert (citation.start, citation.end, citation.text) == (6, 11, "Paris")
    assert answer.content[6:11] == "Paris"
    assert (citation.title, citation.url, citation.raw) == ("facts", "https://a.test", raw)


def test_citations_that_do_not_say_of_what() -> None:
    """Are of the first text: older models number no blocks."""
    (part,) = parsed(message(TEXT, citations=[cited(0, 5)])).choices[0].message.parts
    assert isinstance(part, TextPart)
    assert (part.citations[0].start, part.citations[0].end) == (0, 5)


def test_citations_of_what_is_no_text_have_no_places() -> None:
    """Those of thinking are kept; those of the plan stay with it."""
    of_thought = cited(0, 2, content_index=0, type="THINKING_CONTENT")
    of_plan = cited(0, 2, type="PLAN")
    body = message(THOUGHT, TEXT, tool_plan="I look.", citations=[of_thought, of_plan])
    _, said, plan = parsed(body).choices[0].message.parts
    assert isinstance(said, TextPart)
    assert isinstance(plan, ReasoningPart)
    assert (said.citations[0].start, said.citations[0].raw) == (None, of_thought)
    assert plan.raw == {"tool_plan": "I look.", "citations": [of_plan]}


def test_what_a_tool_told_is_a_source() -> None:
    """Its id stands for a title where it has none."""
    source = {"type": "tool", "id": "get_weather:0", "tool_output": {"temp": "21"}}
    raw = {"start": 0, "end": 5, "text": "Paris", "sources": [source]}
    (part,) = parsed(message(TEXT, citations=[raw])).choices[0].message.parts
    assert isinstance(part, TextPart)
    assert part.citations[0].title == "get_weather:0"


def test_likelihoods() -> None:
    """A piece of several tokens is as likely as all of them together."""
    items = [
        {"text": "Pa", "token_ids": [1], "logprobs": [-0.5]},
        {"text": "ris", "token_ids": [2, 3], "logprobs": [-0.25, -0.25]},
        {"text": "."},
    ]
    logprobs = parsed({**message(TEXT), "logprobs": items}).choices[0].logprobs
    assert logprobs is not None
    found = [(token.token, token.logprob) for token in logprobs.content]
    assert found == [("Pa", -0.5), ("ris", -0.5)]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", {"id": "a"}, {"message": None}])
def test_what_is_no_answer(body: object) -> None:
    """Is told as such."""
    with pytest.raises(DecodeError):
        parsed(body)


@pytest.mark.parametrize("content", [None, [], [None], "", [{"type": "new", "new": "x"}]])
def test_nothing_said(content: object) -> None:
    """Is an answer without content."""
    body = message()
    body["message"]["content"] = content
    assert parsed(body).choices[0].message.parts == ()


def test_a_server_that_streams_unasked_is_read() -> None:
    """As the stream that it is."""
    assert parsed(sse(START, *text(0, "Pa", "ris."), END)).content == "Paris."

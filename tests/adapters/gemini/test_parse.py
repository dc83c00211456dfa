"""Whole answers, understood."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from llmkit import (
    AudioPart,
    Citation,
    DecodeError,
    FilePart,
    FinishReason,
    ImagePart,
    ReasoningPart,
    ServerError,
    TextPart,
    ToolCall,
)
from llmkit.adapters.gemini.answer import FINISH_REASONS

from .wire import answer, array, candidate, parsed, sse

CALL = {"functionCall": {"name": "a", "args": {"b": "é"}}}


def test_the_answer_says_who_and_when() -> None:
    """Id and model in the provider's words, and the time where it is told."""
    given = parsed(
        answer(
            candidate({"text": "Paris."}),
            modelVersion="gemini-2.5-flash",
            createTime="2026-02-17T11:12:40.135001Z",
        )
    )
    assert (given.id, given.model, given.provider) == ("abc123", "gemini-2.5-flash", "gemini")
    assert given.created == datetime(2026, 2, 17, 11, 12, 40, 135001, UTC)
    assert given.content == "Paris."
    assert given.raw["responseId"] == "abc123"
    assert parsed(answer(candidate({"text": "a"}), createTime="today")).created is None


def test_calls_get_ids_where_they_have_none() -> None:
    """Made up, each its own, and the same for the same answer."""
    body = answer(
        candidate(CALL, {**CALL, "thoughtSignature": "s"}, {"functionCall": {"name": "b"}})
    )
    first, second, third = parsed(body).tool_calls
    assert first == ToolCall("call_abc123_0_0", "a", '{"b":"é"}')
    assert second.signature == "s"
    assert second.provider == "gemini"
    assert third.arguments == {}
    assert parsed(body).tool_calls == (first, second, third)
    del body["responseId"]
    nameless = parsed(body).tool_calls
    assert nameless == parsed(body).tool_calls
    assert len({call.id for call in nameless}) == 3
    other = answer(candidate(CALL), usageMetadata={"promptTokenCount": 1}, responseId="")
    assert parsed(other).tool_calls[0].id not in {call.id for call in nameless}


def test_an_id_that_is_given_is_kept() -> None:
    """With whose it is, so that it goes back there."""
    (call,) = parsed(answer(candidate({"functionCall": {"id": "f1", "name": "a"}}))).tool_calls
    assert call == ToolCall("f1", "a", "{}", provider="gemini")


@pytest.mark.parametrize(
    ("raw", "calls", "reason"),
    [
        ("STOP", False, FinishReason.STOP),
        ("STOP", True, FinishReason.TOOL_CALLS),
        ("MAX_TOKENS", True, FinishReason.LENGTH),
        ("UNEXPECTED_TOOL_CALL", True, FinishReason.ERROR),
        ("SAFETY", False, FinishReason.CONTENT_FILTER),
        ("MODEL_ARMOR", False, FinishReason.CONTENT_FILTER),
        ("LANGUAGE", False, FinishReason.OTHER),
        ("BRAND_NEW", False, FinishReason.OTHER),
        (None, False, FinishReason.OTHER),
        (None, True, FinishReason.TOOL_CALLS),
    ],
)
def test_why_an_answer_ended(raw: str | None, calls: bool, reason: FinishReason) -> None:
    """STOP stands over calls, too; a cut and a failure stay what they are."""
    parts = [CALL] if calls else [{"text": "a"}]
    given = parsed(answer(candidate(*parts, finishReason=raw)))
    assert given.finish_reason is reason
    assert given.choices[0].raw_finish_reason == raw


def test_every_documented_reason_is_known() -> None:
    """The list of the vendor's document."""
    documented = (
        "FINISH_REASON_UNSPECIFIED STOP MAX_TOKENS SAFETY RECITATION LANGUAGE OTHER BLOCKLIST"
        " PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT"
        " IMAGE_OTHER NO_IMAGE IMAGE_RECITATION UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS"
        " MISSING_THOUGHT_SIGNATURE MALFORMED_RESPONSE MODEL_ARMOR"
    )
    assert set(documented.split()) <= set(FINISH_REASONS)


def test_a_call_that_the_server_has_answered_is_not_to_be_answered() -> None:
    """It is told among the calls, and the answer came to its end all the same."""
    result = {"functionResponse": {"name": "a", "response": {"c": 1}}}
    given = parsed(answer(candidate(CALL, result, {"text": "Done."})))
    assert [call.name for call in given.tool_calls] == ["a"]
    assert given.finish_reason is FinishReason.STOP
    assert given.content == "Done."


def test_an_answer_may_be_without_words() -> None:
    """Where thinking took all the tokens, or a filter all the words."""
    contents: list[Any] = [None, {}, {"role": "model"}, {"parts": []}]
    for content in contents:
        given = parsed(answer({"content": content, "finishReason": "MAX_TOKENS"}))
        assert given.content is None
        assert given.finish_reason is FinishReason.LENGTH


def test_a_refused_prompt_is_a_filtered_answer() -> None:
    """It has no candidates: the reason is in their place."""
    feedback = {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": []}
    given = parsed({"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 9}})
    assert given.finish_reason is FinishReason.CONTENT_FILTER
    assert given.choices[0].raw_finish_reason == "PROHIBITED_CONTENT"
    assert given.content is None
    assert given.usage.prompt_tokens == 9


def test_an_answer_of_nothing_is_an_error_to_try_again() -> None:
    """The service drops an answer now and then, with status 200."""
    bodies: list[Any] = [{"usageMetadata": {}}, {"candidates": []}, {"promptFeedback": {}}]
    for body in bodies:
        with pytest.raises(ServerError, match="no candidates") as caught:
            parsed(body)
        assert caught.value.retryable


@pytest.mark.parametrize("body", [b"", b"<html>", b"3", b"{}", b'{"choices": []}'])
def test_another_form_is_no_answer(body: bytes) -> None:
    """What is not of the wire's form is not guessed at."""
    with pytest.raises(DecodeError):
        parsed(body)


def test_a_stream_is_read_where_a_whole_answer_was_asked_for() -> None:
    """In either of its forms."""
    events = [answer({"content": {"parts": [{"text": "Par"}]}}), answer(candidate({"text": "is."}))]
    for body in (sse(*events), array(*events)):
        given = parsed(body)
        assert given.content == "Paris."
        assert given.finish_reason is FinishReason.STOP


def test_several_candidates_are_choices_by_index() -> None:
    """A zero is left out of this JSON: then the place tells."""
    body = answer(
        candidate({"text": "a"}), candidate(CALL, index=1), candidate({"text": "c"}, index=2)
    )
    given = parsed(body)
    assert [choice.index for choice in given.choices] == [0, 1, 2]
    assert given.choices[1].message.tool_calls[0].id == "call_abc123_1_0"
    assert given.choices[2].message.content == "c"


def test_usage_counts_thoughts_as_written_and_tools_as_read() -> None:
    """The wire tells both apart; the total is its own."""
    raw = {
        "promptTokenCount": 100,
        "toolUsePromptTokenCount": 20,
        "candidatesTokenCount": 10,
        "thoughtsTokenCount": 30,
        "cachedContentTokenCount": 40,
        "totalTokenCount": 160,
    }
    usage = parsed(answer(candidate({"text": "a"}), usageMetadata=raw)).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (120, 40, 160)
    assert (usage.cached_tokens, usage.reasoning_tokens) == (40, 30)
    assert usage.reported
    assert usage.raw == raw


def test_usage_may_lack_counts() -> None:
    """What is there counts; without any it is not reported."""
    some = {"candidatesTokenCount": 23, "thoughtsTokenCount": 67}
    usage = parsed(answer(candidate({"text": "a"}), usageMetadata=some)).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (0, 90, 90)
    none = parsed(answer(candidate({"text": "a"}), usageMetadata={"trafficType": "ON_DEMAND"}))
    assert not none.usage.reported
    assert none.usage.raw == {"trafficType": "ON_DEMAND"}
    assert not parsed(answer(candidate({"text": "a"}))).usage.reported


def test_media_in_an_answer_are_parts() -> None:
    """By their type; the alphabet of the base64 may be either."""
    data = b"\xfb\xff\xfe"
    given = parsed(
        answer(
            candidate(
                {"inlineData": {"mimeType": "image/png", "data": "-__-"}},
                {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "+//+"}},
                {"inlineData": {"mimeType": "application/pdf", "data": "JVBERg=="}},
                {"fileData": {"mimeType": "image/png", "fileUri": "gs://a/b"}},
                {"inlineData": {"mimeType": "image/png", "data": "?"}},
                {"inlineData": {"mimeType": "image/png", "data": "-__-"}, "thought": True},
            )
        )
    )
    message = given.assistant_message()
    assert message is not None
    assert message.parts[:4] == (
        ImagePart(data=data, media_type="image/png"),
        AudioPart(data=data, media_type="audio/L16;rate=24000"),
        FilePart(data=b"%PDF", media_type="application/pdf"),
        ImagePart(url="gs://a/b", media_type="image/png"),
    )
    assert all(isinstance(part, ReasoningPart) and part.raw for part in message.parts[4:])
    assert base64.b64encode(data) == b"+//+"


def test_logprobs_are_those_of_the_chosen_tokens() -> None:
    """With the likeliest beside each; a zero is left out of this JSON."""
    body = answer(
        candidate(
            {"text": "Hi"},
            logprobsResult={
                "chosenCandidates": [{"token": "H", "logProbability": -0.5}, {"token": "i"}],
                "topCandidates": [
                    {"candidates": [{"token": "H", "logProbability": -0.5}, {"token": "Y"}]}
                ],
            },
        )
    )
    found = parsed(body).choices[0].logprobs
    assert found is not None
    first, second = found.content
    assert (first.token, first.logprob) == ("H", -0.5)
    assert [top.token for top in first.top_logprobs] == ["H", "Y"]
    assert (second.token, second.logprob, second.top_logprobs) == ("i", 0.0, ())


CHUNK: dict[str, Any] = {"web": {"uri": "https://a.test", "title": "A"}}


def test_grounding_is_cited_in_characters() -> None:
    """The wire counts bytes of one part; a source of no piece is cited without a place."""
    other = {"retrievedContext": {"title": "B", "text": "words of B"}}
    segment: dict[str, Any] = {"partIndex": 1, "startIndex": 3, "endIndex": 8, "text": "été"}
    support: dict[str, Any] = {"segment": segment, "groundingChunkIndices": [0, 9]}
    body = answer(
        candidate(
            {"text": "Thinking.", "thought": True},
            {"text": "à été."},
            groundingMetadata={
                "groundingChunks": [CHUNK, other],
                "groundingSupports": [support],
            },
        )
    )
    message = parsed(body).assistant_message()
    assert message is not None
    text = message.parts[1]
    assert isinstance(text, TextPart)
    first, second = text.citations
    assert (first.url, first.title, first.text) == ("https://a.test", "A", "été")
    assert text.text[first.start : first.end] == "été"
    assert first.raw == {"groundingChunk": CHUNK, "groundingSupport": support}
    assert second == Citation(title="B", text="words of B", raw={"groundingChunk": other})


def test_repeated_sources_are_cited() -> None:
    """Under AI Studio's name for them, and under Vertex AI's."""
    source: dict[str, Any] = {"endIndex": 5, "uri": "https://a.test", "license": "mit"}
    for name in ("citationSources", "citations"):
        body = answer(candidate({"text": "Words"}, citationMetadata={name: [source]}))
        message = parsed(body).assistant_message()
        assert message is not None
        (part,) = message.parts
        assert isinstance(part, TextPart)
        assert part.citations == (
            Citation("https://a.test", None, "Words", 0, 5, raw={"citationSource": source}),
        )

"""Streamed answers, understood as they come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmkit import (
    APIError,
    DecodeError,
    FinishReason,
    OverloadedError,
    ServerError,
    StreamInterruptedError,
    TextPart,
    ToolCall,
)
from llmkit._bounds import BOUNDS

from .wire import GEMINI, answer, array, candidate, failure, folded, parsed, sse, streamed

SIGNED = "c2lnbg=="
EVENTS: list[dict[str, Any]] = [
    answer({"content": {"parts": [{"text": "Hm.", "thought": True}]}}, modelVersion="m"),
    answer({"content": {"parts": [{"text": "Té"}]}}, usageMetadata={"promptTokenCount": 5}),
    answer({"content": {"parts": [{"text": "st ★"}, {"text": "\n\n"}]}}),
    answer({"content": {"parts": [{"functionCall": {"name": "a", "args": {"b": "]}"}}}]}}),
    answer(
        candidate({"text": "", "thoughtSignature": SIGNED}),
        usageMetadata={"candidatesTokenCount": 3, "thoughtsTokenCount": 4, "totalTokenCount": 12},
    ),
]
FORMS = {"sse": sse(*EVENTS), "array": array(*EVENTS)}


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_is_the_same_however_it_is_cut(form: str) -> None:
    """Whole, byte by byte, in sevens, and in two at each offset: the chunks are the same."""
    data = FORMS[form]
    whole = streamed([data])
    for size in (1, 7):
        assert streamed(data[at : at + size] for at in range(0, len(data), size)) == whole
    for at in range(len(data)):
        assert streamed([data[:at], data[at:]]) == whole


@pytest.mark.parametrize("form", FORMS)
def test_both_forms_say_the_same(form: str) -> None:
    """Words as they come, the reason and the counts on the last chunk only."""
    chunks = streamed([FORMS[form]])
    assert [chunk.delta_message().content for chunk in chunks] == [
        *(None, "Té", "st ★", "\n\n"),
        *(None, None, None),
    ]
    assert chunks[0].delta_message().reasoning == "Hm."
    (call,) = chunks[4].delta_message().tool_calls
    assert (call.index, call.id, call.name) == (0, "call_abc123_0_0", "a")
    *before, last = chunks
    assert not any(chunk.is_last_chunk or chunk.usage for chunk in before)
    assert last.is_last_chunk
    (choice,) = last.choices
    assert choice.finish_reason is FinishReason.TOOL_CALLS
    assert choice.raw_finish_reason == "STOP"
    assert (last.id, last.model) == ("abc123", "m")


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_cut_off_is_an_error(form: str) -> None:
    """Until the finish reason is there: then the answer is whole."""
    data = FORMS[form]
    whole = folded(data)
    end = data.index(SIGNED.encode())
    for at in range(len(data)):
        error = failure(data[:at])
        if at < end:
            assert isinstance(error, StreamInterruptedError | DecodeError)
        elif error is None:
            assert folded(data[:at]).choices == whole.choices


def test_counts_are_the_most_that_was_told() -> None:
    """A later event may tell fewer of them; the last object is kept as it is."""
    usage = folded(FORMS["sse"]).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (5, 7, 12)
    assert usage.reasoning_tokens == 4
    assert usage.raw == EVENTS[-1]["usageMetadata"]
    first = answer({"content": {}}, usageMetadata={"promptTokenCount": 5, "totalTokenCount": 5})
    last = answer(candidate({"text": "a"}), usageMetadata={"trafficType": "ON_DEMAND"})
    usage = folded(sse(first, last)).usage
    assert (usage.prompt_tokens, usage.total_tokens) == (5, 5)
    assert usage.raw == first["usageMetadata"]


def test_signed_text_is_a_part_of_its_own() -> None:
    """Joined to its neighbours it would break the signature."""
    parts = [{"text": "a"}, {"text": "b", "thoughtSignature": SIGNED}, {"text": "c"}]
    for data in (
        sse(answer(candidate(*parts))),
        sse(*[answer({"content": {"parts": [part]}}) for part in parts], answer(candidate())),
    ):
        message = folded(data).assistant_message()
        assert message is not None
        signed = TextPart("b", signature=SIGNED, provider="gemini")
        assert message.parts == (TextPart("a"), signed, TextPart("c"))


def test_candidates_stream_side_by_side() -> None:
    """Each by its index, and the stream ends with the last of them."""
    data = sse(
        answer({"content": {"parts": [{"text": "a"}]}}, {"content": {}, "index": 1}),
        answer({**candidate({"text": "b"}), "index": 1}),
        answer(candidate({"text": "c"})),
    )
    given = folded(data)
    assert [choice.message.content for choice in given.choices] == ["ac", "b"]
    assert isinstance(failure(data[: data.rindex(b"data:")]), StreamInterruptedError)


def test_a_refused_prompt_ends_the_stream() -> None:
    """With the reason in the place of an answer."""
    event = {"promptFeedback": {"blockReason": "JAILBREAK"}}
    for data in (sse(event), array(event)):
        given = folded(data)
        assert given.finish_reason is FinishReason.CONTENT_FILTER
        assert given.choices[0].raw_finish_reason == "JAILBREAK"


@pytest.mark.parametrize("form", [sse, array])
def test_an_error_in_the_middle_is_told_as_such(form: Any) -> None:
    """Of its own class, after the words that had come, and nothing comes after it."""
    told = {"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}
    decoder = GEMINI.decoder()
    chunks = decoder.feed(form(EVENTS[1], told, EVENTS[-1]))
    assert [chunk.delta_message().content for chunk in chunks] == ["Té"]
    assert isinstance(decoder.failure, OverloadedError)
    assert (decoder.failure.status, decoder.failure.code) == (200, "UNAVAILABLE")
    assert decoder.feed(b" ") == []
    with pytest.raises(OverloadedError):
        decoder.close()


def test_what_is_no_event_is_a_decode_error() -> None:
    """JSON of another form, or none."""
    for data in (b"data: 3\n\n", b"data: {\n\n", b"[{]}]", b"<html>"):
        assert isinstance(failure(data), DecodeError | StreamInterruptedError)
    decoder = GEMINI.decoder()
    assert decoder.feed(b'[{"a": "' + b"x" * (BOUNDS.event_bytes + 1)) == []
    assert isinstance(decoder.failure, DecodeError)


def test_an_array_of_nothing_is_an_error_to_try_again() -> None:
    """As an answer without candidates is; of events nothing is a stream cut off."""
    assert isinstance(failure(b"[]"), ServerError)
    assert isinstance(failure(array({"usageMetadata": {}})), ServerError)
    assert isinstance(failure(b""), StreamInterruptedError)
    assert isinstance(failure(sse({"usageMetadata": {}})), StreamInterruptedError)


def test_the_end_of_an_array_is_the_end() -> None:
    """Nothing more needs to be read, whether or not a reason was told."""
    decoder = GEMINI.decoder()
    (first,) = decoder.feed(array(answer({"content": {"parts": [{"text": "a"}]}}))[:-1])
    assert first.delta_message().content == "a"
    assert not decoder.finished
    (last,) = decoder.feed(b"]")
    assert decoder.done
    assert last.choices[0].finish_reason is FinishReason.OTHER
    assert decoder.close() == []


def test_an_answer_in_one_piece_is_read() -> None:
    """Of a server that does not stream: the same answer, on one last chunk."""
    body = answer(candidate({"text": "Paris."}, {"functionCall": {"name": "a"}}))
    data = json.dumps(body, indent=1).encode()
    (chunk,) = streamed([b" ", data[:9], data[9:]])
    assert chunk.is_last_chunk
    assert folded(data).choices == parsed(body).choices
    assert isinstance(failure(json.dumps({"error": {"message": "no"}}).encode()), APIError)
    assert isinstance(failure(data[:-1]), DecodeError)


def test_half_characters_are_joined() -> None:
    """Some cut text by UTF-16 units; a half that stays alone is told as such."""
    halves = [rb'"\ud83d"', rb'"\ude42!"', rb'"\ud83d"']
    events = [
        b'data: {"candidates": [{"content": {"parts": [{"text": %b}]}}]}\n\n' % half
        for half in halves
    ]
    data = b"".join(events) + sse(answer(candidate()))
    assert folded(data).content == "🙂!\ufffd"


def test_sources_are_cited_on_the_last_chunk() -> None:
    """They are of all the text; the same twice is told once."""
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.test", "title": "A"}}],
        "groundingSupports": [
            {"segment": {"endIndex": 6, "text": "Ünder"}, "groundingChunkIndices": [0]}
        ],
    }
    data = sse(
        answer({"content": {"parts": [{"text": "Ün"}]}}),
        answer({"content": {"parts": [{"text": "der it."}]}, "groundingMetadata": grounding}),
        answer({**candidate(), "groundingMetadata": grounding}),
    )
    message = folded(data).assistant_message()
    assert message is not None
    (part,) = message.parts
    assert isinstance(part, TextPart)
    (citation,) = part.citations
    assert (citation.url, citation.start, citation.end) == ("https://a.test", 0, 5)


def test_logprobs_come_with_their_words() -> None:
    """Or on a chunk without words, where there are none."""
    tokens = {"chosenCandidates": [{"token": "a", "logProbability": -1}]}
    data = sse(
        answer({"content": {"parts": [{"text": "a"}, {"text": "b"}]}, "logprobsResult": tokens}),
        answer({**candidate(), "logprobsResult": tokens}),
    )
    found = folded(data).choices[0].logprobs
    assert found is not None
    assert [token.token for token in found.content] == ["a", "a"]


def test_arguments_may_come_in_pieces() -> None:
    """Where they were asked for so: the call is told when it is whole."""
    pieces = [
        {"name": "plan", "id": "f1", "willContinue": True},
        {"partialArgs": [{"jsonPath": "$.city", "stringValue": "Par"}], "willContinue": True},
        {
            "partialArgs": [
                {"jsonPath": "$.city", "stringValue": "is"},
                {"jsonPath": "$.days[0].hours", "numberValue": 3},
                {"jsonPath": "$.days[1]['a.b']", "boolValue": True},
                {"jsonPath": "$.none", "nullValue": "NULL_VALUE"},
                {"jsonPath": "$.city.deeper", "stringValue": "lost"},
                {"jsonPath": "$.days[99999]", "stringValue": "lost"},
            ],
            "willContinue": True,
        },
        {},
    ]
    data = sse(
        *[answer({"content": {"parts": [{"functionCall": piece}]}}) for piece in pieces],
        answer(candidate({"functionCall": {"name": "b", "args": {}}})),
    )
    first, second = folded(data).tool_calls
    assert first.arguments == {
        "city": "Paris",
        "days": [{"hours": 3}, {"a.b": True}],
        "none": None,
    }
    assert (first.id, first.name) == ("f1", "plan")
    assert second == ToolCall("call_abc123_0_1", "b", "{}")


def test_a_call_in_pieces_may_be_cut_off() -> None:
    """At the limit of tokens: what there is of it is told, and the cut stays a cut."""
    piece = {
        "name": "plan",
        "partialArgs": [{"jsonPath": "$.city", "stringValue": "Par"}],
        "willContinue": True,
    }
    data = sse(answer({**candidate({"functionCall": piece}), "finishReason": "MAX_TOKENS"}))
    given = folded(data)
    assert given.tool_calls == (ToolCall("call_abc123_0_0", "plan", '{"city":"Par"}'),)
    assert given.finish_reason is FinishReason.LENGTH

"""A whole answer in the form of OpenAI's chat completions, in every shape that is about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit import (
    AudioPart,
    FinishReason,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.errors import DecodeError, LLMKitError, ServerError
from llmkit.testing import sse

from .openai_chat import answer, chunk, parsed

HELLO = {"role": "assistant", "content": "Hello"}


def test_an_answer_is_read() -> None:
    """Each field has its place, and the body stays whole in `raw`."""
    body = {**answer(HELLO), "object": "chat.completion", "usage": {"prompt_tokens": 3}}
    response = parsed(body)
    assert response.content == "Hello"
    assert (response.id, response.object, response.model) == ("chatcmpl-1", "chat.completion", "m")
    assert response.created == datetime(2025, 1, 1, tzinfo=UTC)
    assert response.choices[0].finish_reason is FinishReason.STOP
    assert response.choices[0].raw_finish_reason == "stop"
    assert response.usage.prompt_tokens == 3
    assert response.raw == body


def test_what_is_missing_is_empty() -> None:
    """No id, no model, no date, no usage: an answer all the same."""
    response = parsed({"choices": [{"message": {"content": "Hello"}}]})
    assert (response.content, response.id, response.model) == ("Hello", "", "")
    assert response.created is None
    assert not response.usage.reported
    assert response.choices[0].raw_finish_reason is None


@pytest.mark.parametrize("created", ["1735689600", 1735689600.0, 1735689600])
def test_the_date_may_be_text(created: object) -> None:
    """Seconds as a number, with a fraction, or as text."""
    response = parsed({**answer(HELLO), "created": created})
    assert response.created == datetime(2025, 1, 1, tzinfo=UTC)


BROKEN = {
    "no JSON": b"<html>Bad gateway</html>",
    "half of it": b'{"choices": [{"mess',
    "nothing": b"",
    "a list": b"[]",
    "no choices": b'{"id": "x"}',
    "choices that are none": b'{"choices": null}',
    "nested without end": b"[" * 100_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_is_not_of_the_wires_form_is_a_decode_error(body: bytes) -> None:
    """It keeps the bytes, to be looked at."""
    with pytest.raises(DecodeError) as caught:
        parsed(body)
    assert caught.value.body == body[:4096]


def test_an_error_may_come_with_status_200() -> None:
    """OpenRouter sends one in place of choices."""
    with pytest.raises(ServerError, match="overloaded"):
        parsed({"error": {"code": 502, "message": "overloaded"}, "choices": None})


STREAMED = {
    "events": sse(chunk({"content": "Hel"}), chunk({"content": "lo"}, "stop"), "[DONE]"),
    "no space": sse(chunk({"content": "Hello"}, "stop")).replace(b"data: ", b"data:"),
    "names": b"event: x\n" + sse(chunk({"content": "Hello"}, "stop")),
    "a comment first": b": wait\n\n" + sse(chunk({"content": "Hello"}, "stop")),
    "space before": b"\n\n" + sse(chunk({"content": "Hello"}, "stop")),
}


@pytest.mark.parametrize("body", STREAMED.values(), ids=STREAMED)
def test_a_stream_that_nobody_asked_for_is_an_answer(body: bytes) -> None:
    """One backend streams in any case: the chunks are folded."""
    assert parsed(body).content == "Hello"


def test_an_uncalled_for_stream_that_is_cut_is_an_error() -> None:
    """No short answer, here as little as elsewhere."""
    with pytest.raises(LLMKitError, match="ended before its answer did"):
        parsed(sse(chunk({"content": "Hel"})))


CONTENTS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "text": ("a", (TextPart("a"),)),
    "null": (None, ()),
    "empty": ("", ()),
    "an object, of JSON mode": ({"a": 1}, (TextPart('{"a":1}'),)),
    "a number": (7, (TextPart("7"),)),
    "blocks": ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], (TextPart("ab"),)),
    "blocks that are text": (["a", "b"], (TextPart("ab"),)),
    "Mistral's thinking": (
        [
            {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, 1, {"text": 2}]},
            {"type": "text", "text": "a"},
        ],
        (ReasoningPart("h", provider="own"), TextPart("a")),
    ),
    "thinking as text": (
        [{"type": "thinking", "thinking": "h"}],
        (ReasoningPart("h", provider="own"),),
    ),
    "Databricks's summary": (
        [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "h"}]}],
        (ReasoningPart("h", provider="own"),),
    ),
    "blocks of other kinds": ([{"type": "image"}, 7, None], ()),
}


@pytest.mark.parametrize(("content", "parts"), CONTENTS.values(), ids=CONTENTS)
def test_content_has_many_shapes(content: object, parts: tuple[object, ...]) -> None:
    """Text, blocks, or the JSON itself."""
    assert parsed(answer({"content": content})).choices[0].message.parts == parts


REASONINGS: dict[str, tuple[dict[str, Any], str | None]] = {
    "reasoning_content": ({"reasoning_content": "h"}, "h"),
    "reasoning": ({"reasoning": "h"}, "h"),
    "both, which say the same": ({"reasoning_content": "h", "reasoning": "h"}, "h"),
    "one of them empty": ({"reasoning_content": "", "reasoning": "h"}, "h"),
    "null": ({"reasoning_content": None}, None),
    "an object": ({"reasoning": {"effort": "low"}}, None),
}


@pytest.mark.parametrize(("fields", "reasoning"), REASONINGS.values(), ids=REASONINGS)
def test_thinking_has_two_names(fields: dict[str, Any], reasoning: str | None) -> None:
    """It is read under each of them, and once; it comes before the text."""
    message = parsed(answer({**HELLO, **fields})).choices[0].message
    assert (message.reasoning, message.content) == (reasoning, "Hello")
    assert isinstance(message.parts[-1], TextPart)


def test_sealed_thinking_keeps_its_seal() -> None:
    """OpenRouter's details: text, seal, id and the rest of the object, apart and whole."""
    details = [
        {"type": "reasoning.text", "text": "h", "signature": "s", "index": 0, "format": None},
        {"type": "reasoning.summary", "summary": "t", "index": 1},
        {"type": "reasoning.encrypted", "data": "x", "id": "rs_1"},
        "odd",
    ]
    parts = parsed(answer({**HELLO, "reasoning": "ht", "reasoning_details": details}))
    assert parts.choices[0].message.parts == (
        ReasoningPart(
            "h", signature="s", provider="own", raw={"type": "reasoning.text", "index": 0}
        ),
        ReasoningPart("t", provider="own", raw={"type": "reasoning.summary", "index": 1}),
        ReasoningPart(
            encrypted="x", id="rs_1", provider="own", raw={"type": "reasoning.encrypted"}
        ),
        TextPart("Hello"),
    )


def test_details_that_are_none_leave_the_text() -> None:
    """A list without an object in it is no thinking; the plain field is."""
    message = parsed(answer({**HELLO, "reasoning": "h", "reasoning_details": ["odd"]}))
    assert message.choices[0].message.reasoning == "h"


def test_thinking_in_the_text_where_a_manifest_says_so() -> None:
    """`<think>` is thinking for those who write it, and text for the others."""
    body = answer({"content": "<think>h</think>\n\nHello"})
    tagged = parsed(body, OpenAIChat(provider="own", think_tags=True)).choices[0].message
    assert (tagged.reasoning, tagged.content) == ("h", "Hello")
    assert parsed(body).content == "<think>h</think>\n\nHello"


def test_a_refusal_is_a_part() -> None:
    """It may come with finish "stop" and no content."""
    message = parsed(answer({"content": None, "refusal": "No."})).choices[0].message
    assert message.parts == (RefusalPart("No."),)
    assert (message.refusal, message.content) == ("No.", None)


def test_audio_and_images_are_parts() -> None:
    """OpenAI's audio by its id; OpenRouter's images by address or bytes."""
    images = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
        {"image_url": "https://example.com/a.png"},
        {"image_url": {"url": "data:no"}},
        {"image_url": {}},
        "odd",
    ]
    message = {"content": None, "audio": {"id": "audio_1", "transcript": "Hi"}, "images": images}
    assert parsed(answer(message)).choices[0].message.parts == (
        AudioPart(file_id="audio_1", transcript="Hi"),
        ImagePart(data=b"\x89PNG\r\n\x1a\n", media_type="image/png"),
        ImagePart(url="https://example.com/a.png"),
    )
    assert parsed(answer({"audio": {"id": "a", "transcript": 7}})).choices[0].message.parts == (
        AudioPart(file_id="a"),
    )
    assert parsed(answer({"audio": {"id": ""}})).choices[0].message.parts == ()


def test_citations_belong_to_the_text() -> None:
    """OpenAI's annotations; else Perplexity's lists beside the choices."""
    cited = {"url": "https://a.com", "title": "A", "start_index": 0, "end_index": 5}
    note = {"type": "url_citation", "url_citation": cited}
    body = answer({**HELLO, "annotations": [note, {"type": "file"}, "odd"]})
    (part,) = parsed({**body, "citations": ["https://b.com"]}).choices[0].message.parts
    assert isinstance(part, TextPart)
    (citation,) = part.citations
    assert (citation.url, citation.title, citation.start, citation.end) == (
        "https://a.com",
        "A",
        0,
        5,
    )
    assert citation.raw == note
    listed = {**answer(HELLO), "citations": ["https://b.com", 7]}
    (part,) = parsed(listed).choices[0].message.parts
    assert isinstance(part, TextPart)
    assert [one.url for one in part.citations] == ["https://b.com"]
    found = [{"url": "https://c.com", "title": "C", "snippet": "words"}]
    (part,) = parsed({**listed, "search_results": found}).choices[0].message.parts
    assert isinstance(part, TextPart)
    assert [(one.url, one.text) for one in part.citations] == [("https://c.com", "words")]


def call(name: str = "f", arguments: object = "{}", **more: object) -> dict[str, object]:
    """One of `tool_calls`."""
    return {
        "id": "call_1",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
        **more,
    }


CALLS: dict[str, tuple[dict[str, Any], list[tuple[str, str, Any]]]] = {
    "one": ({"tool_calls": [call("f", '{"a": 1}')]}, [("call_1", "f", {"a": 1})]),
    "arguments as an object": ({"tool_calls": [call("f", {"a": 1})]}, [("call_1", "f", {"a": 1})]),
    "arguments null": ({"tool_calls": [call("f", None)]}, [("call_1", "f", {})]),
    "arguments as the text null": ({"tool_calls": [call("f", "null")]}, [("call_1", "f", {})]),
    "arguments empty": ({"tool_calls": [call("f", "")]}, [("call_1", "f", {})]),
    "no arguments": (
        {"tool_calls": [{"id": "call_1", "function": {"name": "f"}}]},
        [("call_1", "f", {})],
    ),
    "index -1": ({"tool_calls": [call(index=-1)]}, [("call_1", "f", {})]),
    "no id": (
        {"tool_calls": [call(id=None), call(id=""), call(id=7)]},
        [(f"call_chatcmpl1_0_{index}", "f", {}) for index in range(3)],
    ),
    "the old form": (
        {"function_call": {"name": "f", "arguments": '{"a": 1}'}},
        [("call_chatcmpl1_0_0", "f", {"a": 1})],
    ),
    "the old form, empty": ({"function_call": {"name": "", "arguments": ""}}, []),
    "the old form, null": ({"function_call": None}, []),
    "both forms": (
        {"tool_calls": [call()], "function_call": {"name": "f", "arguments": ""}},
        [("call_1", "f", {})],
    ),
    "null": ({"tool_calls": None}, []),
    "none": ({"tool_calls": []}, []),
    "odd ones": ({"tool_calls": ["odd", {"function": "odd"}, call()]}, [("call_1", "f", {})]),
}


@pytest.mark.parametrize(("message", "calls"), CALLS.values(), ids=CALLS)
def test_tool_calls_have_many_shapes(
    message: dict[str, Any], calls: list[tuple[str, str, Any]]
) -> None:
    """Ids are made up where there are none, the same for the same answer; arguments are read."""
    body = answer({"content": None, **message}, finish_reason="tool_calls")
    found = parsed(body).tool_calls
    assert [(each.id, each.name, each.arguments) for each in found] == calls
    assert parsed(body).tool_calls == found


def test_ids_are_made_up_anew_for_answers_without_one() -> None:
    """Nothing tells such answers apart, and two calls of one conversation may not share an id."""
    body = {"choices": [{"message": {"tool_calls": [call(id=None)]}}]}
    first, second = parsed(body).tool_calls[0].id, parsed(body).tool_calls[0].id
    assert first.startswith("call_")
    assert first != second


REASONS: dict[object, FinishReason] = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "COMPLETE": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.MODEL_LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "tool_use": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
    "sensitive": FinishReason.CONTENT_FILTER,
    "insufficient_system_resource": FinishReason.ERROR,
    "error": FinishReason.ERROR,
    "abort": FinishReason.ERROR,
    "something new": FinishReason.OTHER,
    "": FinishReason.STOP,
    None: FinishReason.STOP,
    7: FinishReason.STOP,
}


@pytest.mark.parametrize(("raw", "reason"), REASONS.items())
def test_a_finish_reason_has_many_words(raw: object, reason: FinishReason) -> None:
    """llmkit's word for it, and the provider's own beside it; without calls, none is a stop."""
    choice = parsed(answer(HELLO, finish_reason=raw)).choices[0]
    assert choice.finish_reason is reason
    assert choice.raw_finish_reason == (raw if isinstance(raw, str) else None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", FinishReason.TOOL_CALLS),
        ("", FinishReason.TOOL_CALLS),
        (None, FinishReason.TOOL_CALLS),
        ("length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
    ],
)
def test_calls_tell_the_reason_where_the_word_does_not(raw: object, reason: FinishReason) -> None:
    """Gemini and Ollama stop with calls; a cut-off stays a cut-off: the last call may be half."""
    assert parsed(answer({"tool_calls": [call()]}, finish_reason=raw)).finish_reason is reason


USAGES: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "OpenAI": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        (10, 5, 15, 4, 2, 3),
    ),
    "no total": ({"prompt_tokens": 10, "completion_tokens": 5}, (10, 5, 15, 0, 0, 0)),
    "a total of its own": (
        {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40},
        (10, 5, 40, 0, 0, 0),
    ),
    "nulls": (
        {"prompt_tokens": 10, "completion_tokens": None, "prompt_tokens_details": None},
        (10, 0, 10, 0, 0, 0),
    ),
    "numbers with a point": (
        {"prompt_tokens": 10.0, "completion_tokens": 5.0, "total_tokens": 1e300},
        (10, 5, 15, 0, 0, 0),
    ),
    "DeepSeek": (
        {"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4},
        (10, 5, 15, 4, 0, 0),
    ),
    "Moonshot": (
        {"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 4},
        (10, 5, 15, 4, 0, 0),
    ),
    "DashScope": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 1, "cache_creation_input_tokens": 2},
        },
        (10, 5, 15, 1, 2, 0),
    ),
    "xAI: thinking beside the answer": (
        {
            "prompt_tokens": 313,
            "completion_tokens": 4,
            "total_tokens": 607,
            "completion_tokens_details": {"reasoning_tokens": 290},
        },
        (313, 294, 607, 0, 0, 290),
    ),
    "thinking beside the answer, by the counts": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 50,
            "total_tokens": 80,
            "completion_tokens_details": {"reasoning_tokens": 20},
        },
        (10, 70, 80, 0, 0, 20),
    ),
    "DeepInfra: more thinking than answer": (
        {"prompt_tokens": 1, "completion_tokens": 2, "reasoning_tokens": 5},
        (1, 7, 8, 0, 0, 5),
    ),
}


@pytest.mark.parametrize(("raw", "counts"), USAGES.values(), ids=USAGES)
def test_usage_means_the_same_everywhere(raw: dict[str, Any], counts: tuple[int, ...]) -> None:
    """Cached tokens are in the prompt's, thinking is in the completion's; `raw` is the own."""
    usage = parsed({**answer(HELLO), "usage": raw}).usage
    assert (
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.total_tokens,
        usage.cached_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
    ) == counts
    assert usage.reported
    assert usage.raw == raw


def test_a_manifest_may_say_that_thinking_is_not_counted() -> None:
    """Where no total tells it."""
    raw = {"prompt_tokens": 1, "completion_tokens": 9, "reasoning_tokens": 5, "total_tokens": 10}
    wire = OpenAIChat(usage_excludes_reasoning=True)
    assert parsed({**answer(HELLO), "usage": raw}, wire).usage.completion_tokens == 14
    assert parsed({**answer(HELLO), "usage": raw}).usage.completion_tokens == 9


@pytest.mark.parametrize("raw", [None, {}, [], "odd"])
def test_no_usage_is_told_as_none(raw: object) -> None:
    """All counts are 0, and `reported` says why."""
    usage = parsed({**answer(HELLO), "usage": raw}).usage
    assert (usage.reported, usage.total_tokens) == (False, 0)


def test_several_answers_are_in_order() -> None:
    """By their index; where one has none, by its place."""
    choices = [
        {"index": 1, "message": {"content": "b"}},
        {"index": 0, "message": {"content": "a"}},
        {"message": {"content": "c"}},
        "odd",
    ]
    found = parsed({"choices": choices}).choices
    assert [(choice.index, choice.message.content) for choice in found] == [
        (0, "a"),
        (1, "b"),
        (2, "c"),
    ]


def test_logprobs_are_read() -> None:
    """Token by token, with the alternatives."""
    token = {
        "token": "Hi",
        "logprob": -0.5,
        "bytes": [72, 105],
        "top_logprobs": [{"token": "Ho", "logprob": -1}],
    }
    (choice,) = parsed(answer(HELLO, logprobs={"content": [token]})).choices
    assert choice.logprobs is not None
    (found,) = choice.logprobs.content
    assert (found.token, found.logprob, found.bytes) == ("Hi", -0.5, b"Hi")
    assert [top.token for top in found.top_logprobs] == ["Ho"]
    assert parsed(answer(HELLO, logprobs={"content": None})).choices[0].logprobs is None


def test_half_a_character_is_mended() -> None:
    """Some servers cut text by UTF-16 units: no UTF-8 could carry what they send."""
    body = json.dumps(answer({"content": "a\ud83d", "tool_calls": [call("f", '{"a": "\ude00"}')]}))
    response = parsed(body.encode())
    assert response.content == "a\ufffd"
    assert response.tool_calls[0].arguments == {"a": "\ufffd"}
    escaped = parsed(answer({"tool_calls": [call("f", '{"a": "x\\ud83d"}')]}))
    assert escaped.tool_calls[0].arguments == {"a": "x\ufffd"}


def test_json_that_only_almost_is_json() -> None:
    """NaN, and integers of any length, are read as Python reads them."""
    body = (
        b'{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": 1'
        + b"0" * 30
        + b', "x": NaN}}'
    )
    assert parsed(body).usage.prompt_tokens == 10**30


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "name", "function", "id", "url", "index"]), inner
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("content", "reasoning", "reasoning_content", "reasoning_details", "refusal"),
                *("tool_calls", "function_call", "audio", "images", "annotations"),
            ]
        ),
        ODD,
    ),
    ODD,
    ODD,
)
def test_no_answer_breaks_the_reader(message: dict[str, Any], one: Any, other: Any) -> None:
    """Whatever stands in a field, no exception but llmkit's own gets out."""
    body = {
        **answer(message, index=one, finish_reason=other, logprobs=one),
        "usage": one,
        "created": other,
        "citations": one,
        "error": other,
        "id": one,
    }
    assert parsed(body).choices[0].message.to_dict()

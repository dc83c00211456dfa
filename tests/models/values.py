"""Values of every kind, drawn by hypothesis."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import strategies as st

from llmkit._http import Headers
from llmkit._json import JsonObject, JsonValue, dumps
from llmkit._models.adjustments import ADJUSTMENT_KINDS, Adjustment
from llmkit._models.logprobs import Logprobs, TokenLogprob
from llmkit._models.media import known_type
from llmkit._models.messages import (
    AssistantMessage,
    DeveloperMessage,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from llmkit._models.parts import (
    AudioPart,
    CacheControl,
    Citation,
    FilePart,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from llmkit._models.response import ChatCompletionChoice, ChatCompletionResponse, FinishReason
from llmkit._models.response_format import ResponseFormat
from llmkit._models.tools import Tool, ToolCall
from llmkit._models.usage import NO_USAGE, Usage
from llmkit._retry import Attempt


def through_json(value: JsonObject) -> dict[str, object]:
    """*value* after a journey as JSON text."""
    return cast("dict[str, object]", json.loads(dumps(value)))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
names = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
counts = st.integers(0, 10**9)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(texts, json_values, max_size=3)

marks = st.none() | st.sampled_from([CacheControl(), CacheControl("5m"), CacheControl("1h")])
citations = st.builds(
    Citation,
    url=st.none() | texts,
    title=st.none() | texts,
    text=st.none() | texts,
    start=st.none() | counts,
    end=st.none() | counts,
    raw=json_objects,
)
text_parts = st.builds(
    TextPart,
    texts,
    citations=st.lists(citations, max_size=2).map(tuple),
    cache_control=marks,
    signature=st.none() | texts,
    provider=st.none() | names,
)
plain_text_parts = st.builds(TextPart, texts)
reasoning_parts = st.builds(
    ReasoningPart,
    texts,
    signature=st.none() | texts,
    encrypted=st.none() | texts,
    id=st.none() | texts,
    provider=st.none() | names,
    raw=st.none() | json_objects,
)
refusal_parts = st.builds(RefusalPart, texts)
# What the bytes tell would stand above a drawn type.
_data = st.binary(min_size=1, max_size=20).filter(lambda data: known_type(data) is None)
_urls = words.map(lambda word: f"https://example.com/{word}")
_image_types = st.sampled_from(["image/png", "image/jpeg", "image/webp"])
_details = st.sampled_from([None, "auto", "low", "high"])
image_parts = (
    st.builds(ImagePart, data=_data, media_type=_image_types, detail=_details, cache_control=marks)
    | st.builds(
        ImagePart,
        url=_urls,
        media_type=st.none() | _image_types,
        detail=_details,
        cache_control=marks,
    )
    | st.builds(
        ImagePart,
        file_id=words,
        media_type=st.none() | _image_types,
        detail=_details,
        cache_control=marks,
    )
)
_audio_types = st.sampled_from(["audio/wav", "audio/x-wav", "audio/mpeg", "audio/ogg"])
audio_parts = (
    st.builds(AudioPart, data=_data, media_type=_audio_types, transcript=st.none() | texts)
    | st.builds(AudioPart, url=_urls, media_type=st.none() | _audio_types)
    | st.builds(
        AudioPart,
        data=st.none() | _data,
        file_id=words,
        media_type=_audio_types,
        transcript=st.none() | texts,
    )
)
_file_types = st.sampled_from(["application/pdf", "text/plain;charset=utf-8", "text/csv"])
file_parts = (
    st.builds(
        FilePart,
        data=_data,
        filename=st.none() | words,
        media_type=_file_types,
        citations=st.booleans(),
        cache_control=marks,
    )
    | st.builds(FilePart, url=_urls, filename=st.none() | words, media_type=st.none() | _file_types)
    | st.builds(FilePart, file_id=words, filename=st.none() | words)
)
parts = text_parts | reasoning_parts | refusal_parts | image_parts | audio_parts | file_parts
user_parts = st.lists(text_parts | image_parts | audio_parts | file_parts, min_size=1, max_size=4)
tool_calls = st.builds(
    ToolCall,
    words,
    words,
    json_objects.map(lambda value: dumps(value).decode()) | texts,
    signature=st.none() | texts,
    provider=st.none() | names,
)

_names = st.none() | names
system_messages = st.builds(SystemMessage, texts | st.lists(text_parts, max_size=3), name=_names)
developer_messages = st.builds(DeveloperMessage, st.lists(text_parts, max_size=3), name=_names)
user_messages = st.builds(UserMessage, texts | user_parts, name=_names)
tool_messages = st.builds(
    ToolMessage, texts | user_parts, tool_call_id=words, name=_names, is_error=st.booleans()
)
assistant_messages = st.builds(
    AssistantMessage,
    st.none() | texts | st.lists(parts | tool_calls, max_size=5),
    tool_calls=st.lists(tool_calls, max_size=2),
    reasoning=st.none() | texts | reasoning_parts,
    refusal=st.none() | texts,
    name=_names,
    prefix=st.booleans(),
)
messages = system_messages | developer_messages | user_messages | tool_messages | assistant_messages

tools = st.builds(
    Tool,
    words,
    texts,
    json_objects,
    strict=st.sampled_from([None, True, False]),
    cache_control=marks,
)

_likelihoods = st.floats(-100, 0)
_tokens = st.builds(
    TokenLogprob,
    texts,
    _likelihoods,
    st.none() | st.binary(max_size=4),
    st.lists(
        st.builds(TokenLogprob, texts, _likelihoods, st.none() | st.binary(max_size=4)),
        max_size=2,
    ).map(tuple),
)
_token_lists = st.lists(_tokens, max_size=3).map(tuple)
logprobs = st.builds(Logprobs, _token_lists, _token_lists)
usages = st.just(NO_USAGE) | st.builds(
    Usage, counts, counts, counts, counts, counts, counts, raw=json_objects
)
choices = st.builds(
    ChatCompletionChoice,
    counts,
    assistant_messages,
    st.sampled_from(FinishReason),
    st.none() | texts,
    st.none() | logprobs,
    st.none() | json_objects,
)
_formats = st.sampled_from(
    [ResponseFormat[object]("text"), ResponseFormat[object]("json_object")]
) | st.builds(
    ResponseFormat[object],
    st.just("json_schema"),
    schema=json_objects,
    name=names,
    description=st.none() | texts,
    strict=st.sampled_from([None, True, False]),
)
_moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
_seconds = st.floats(0, 1e6)
responses = st.builds(
    ChatCompletionResponse[object],
    id=texts,
    created=st.none() | _moments,
    model=texts,
    provider=names,
    choices=st.lists(choices, max_size=2).map(tuple),
    usage=usages,
    latency=st.timedeltas(timedelta(0), timedelta(days=30)),
    request_id=st.none() | texts,
    headers=st.dictionaries(names, texts, max_size=3).map(Headers),
    raw=json_objects,
    attempts=st.lists(
        st.builds(
            Attempt, st.none() | st.integers(100, 599), st.none() | texts, _seconds, _seconds
        ),
        max_size=3,
    ).map(tuple),
    adjustments=st.lists(
        st.builds(Adjustment, st.sampled_from(ADJUSTMENT_KINDS), texts, texts), max_size=2
    ).map(tuple),
    response_format=st.none() | _formats,
)

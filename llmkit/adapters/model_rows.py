"""One row of a provider's list of models, in whichever of the forms that are about.

There is no common form beyond `id`: what a context window is called is each vendor's own
choice. The names are unambiguous, though, so that one reader serves all. Sources, each for
what it adds to OpenAI's four fields:

- https://platform.claude.com/docs/en/api/models/list
- https://ai.google.dev/api/models#Model
- https://docs.aws.amazon.com/bedrock/latest/APIReference/API_FoundationModelSummary.html
- https://docs.cohere.com/reference/list-models
- https://docs.mistral.ai/api/#tag/models
- https://openrouter.ai/docs/models
- https://docs.together.ai/reference/models
- https://docs.github.com/en/rest/models/catalog
- https://docs.venice.ai/api-reference/endpoint/models/list
- https://developers.cloudflare.com/api/resources/ai/subresources/models/methods/list/
- https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, cast

from .._json import JsonObject, well_formed
from .._models.model_info import ModelInfo

_DISPLAY_NAMES: Final = (
    *("display_name", "displayName", "modelName", "label", "title", "model_spec.name", "name"),
)
_OWNERS: Final = ("owned_by", "organization", "publisher", "providerName", "provider", "creator")
_MOMENTS: Final = ("created", "created_at", "createTime", "createdAt", "creation_timestamp")
_WINDOWS: Final = (
    *("context_length", "context_window", "max_context_length", "max_model_len"),
    *("max_input_tokens", "inputTokenLimit", "context_size", "max_input_length"),
    *("contextLength", "context_window.context_length", "limits.max_input_tokens"),
    *("model_limits.max_sequence_length", "model_spec.availableContextTokens"),
    *("metadata.context_length", "top_provider.context_length", "info.contextLength"),
    # llama.cpp: what the server was started with, then what the model was trained with.
    *("meta.n_ctx", "meta.n_ctx_train"),
)
_LONGEST: Final = (
    *("max_completion_tokens", "max_output_tokens", "outputTokenLimit", "max_output_length"),
    *("top_provider.max_completion_tokens", "limits.max_output_tokens"),
    *("model_limits.max_output_tokens", "model_spec.maxCompletionTokens"),
    *("context_window.max_output_tokens", "metadata.max_tokens", "info.maxTokens", "max_tokens"),
)

# Words for the same, in the spelling that `_plain` leaves of them.
_KINDS: Final = {
    **dict.fromkeys(("chat", "chatcompletion", "chatcompletions", "completionchat"), "chat"),
    **dict.fromkeys(("textchat", "textgeneration", "language", "llmv1chat"), "chat"),
    **dict.fromkeys(("generatecontent", "text"), "chat"),
    **dict.fromkeys(("completion", "completions", "completionfim", "code"), "completion"),
    **dict.fromkeys(("embed", "embedding", "embeddings", "textembeddings"), "embedding"),
    **dict.fromkeys(("embedcontent", "llmv1embeddings"), "embedding"),
    **dict.fromkeys(("rerank", "reranker", "reranking"), "rerank"),
    **dict.fromkeys(("image", "images", "imagegeneration", "texttoimage"), "image"),
    **dict.fromkeys(("video", "videogeneration"), "video"),
    **dict.fromkeys(("speech", "tts", "texttospeech", "audiospeech"), "speech"),
    **dict.fromkeys(("transcribe", "transcription", "audiotranscription"), "transcription"),
    **dict.fromkeys(("asr", "automaticspeechrecognition", "speechtotext"), "transcription"),
    **dict.fromkeys(("moderation", "moderations"), "moderation"),
}
_CAPABILITIES: Final = {
    **dict.fromkeys(("tools", "tooluse", "toolcall", "toolcalling"), "tools"),
    **dict.fromkeys(("functioncall", "functioncalling"), "tools"),
    **dict.fromkeys(("vision", "imagein", "imageinput"), "vision"),
    **dict.fromkeys(("audio", "audioin", "audioinput"), "audio"),
    **dict.fromkeys(("pdf", "pdfinput", "file", "fileinput"), "files"),
    **dict.fromkeys(("reasoning", "thinking"), "reasoning"),
    **dict.fromkeys(("jsonschema", "structuredoutput", "structuredoutputs"), "json_schema"),
    "responseschema": "json_schema",
}
_MODALITIES: Final = ("text", "image", "video", "speech")
"""Words that among capabilities may be of what goes in, and not of what comes out."""

_INPUTS: Final = {"image": "vision", "audio": "audio", "file": "files", "pdf": "files"}

# Where a row says what it is for, and where, what it can.
_KIND_WORDS: Final = (
    *("type", "model_type", "task", "task.name", "endpoints", "supportedGenerationMethods"),
)
_OUTPUT_WORDS: Final = (
    *("output_modalities", "architecture.output_modalities", "supported_output_modalities"),
)
_CAPABILITY_WORDS: Final = (
    *("capabilities", "features", "tags", "supported_parameters", "supported_features"),
    "model_spec.capabilities",
)
_INPUT_WORDS: Final = (
    *("input_modalities", "architecture.input_modalities", "supported_input_modalities"),
    "inputModalities",
)


def model_of(row: object) -> ModelInfo | None:
    """The model that *row* tells of, or None where it names none."""
    if isinstance(row, str) and row:
        return ModelInfo(id=well_formed(row))
    if not isinstance(row, Mapping):
        return None
    name = _id(row)
    if name is None:
        return None
    display = next(_texts(row, _DISPLAY_NAMES), None)
    return ModelInfo(
        id=name,
        display_name=None if display == name else display,
        owned_by=next(_texts(row, _OWNERS), None),
        created=next(filter(None, (_moment(_at(row, place)) for place in _MOMENTS)), None),
        context_window=_count(row, _WINDOWS) or _property(row, "context_window"),
        max_output_tokens=_count(row, _LONGEST),
        kinds=_kinds(row),
        capabilities=_capabilities(row),
        raw=cast("JsonObject", row),
    )


def _id(row: Mapping[str, object]) -> str | None:
    # Cloudflare's `id` is a number of its own; a request names the model by `name`.
    named = ("name",) if isinstance(row.get("task"), Mapping) else ()
    places = (*named, "id", "modelId", "model_id", "model", "name")
    told = next(_texts(row, places), None)
    # Google names a model by its path: models/gemini-2.5-pro, publishers/google/models/...
    return None if told is None else re.sub(r"^(?:publishers/[^/]+/)?models/", "", told)


def _at(row: Mapping[str, object], place: str) -> object:
    """What stands at *place*, a path of names with dots between; None where nothing does."""
    value: object = row
    for step in place.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _texts(row: Mapping[str, object], places: Iterable[str]) -> Iterator[str]:
    for place in places:
        value = _at(row, place)
        if isinstance(value, str) and value.strip():
            yield value.strip()


def _count(row: Mapping[str, object], places: Iterable[str]) -> int | None:
    """The first number above 0; as text, too, which some send."""
    return next(filter(None, (_number(_at(row, place)) for place in places)), None)


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value) or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 < value < 1e15 else None


def _property(row: Mapping[str, object], name: str) -> int | None:
    """A number among Cloudflare's properties: [{property_id, value}]."""
    for item in _items(row.get("properties")):
        if isinstance(item, Mapping) and item.get("property_id") == name:
            return _number(item.get("value"))
    return None


def _moment(value: object) -> datetime | None:
    """Seconds or milliseconds since 1970, or ISO 8601; None for none, and for 1970 itself,
    by which Anthropic and others say that they do not know."""
    seconds = _number(value)
    try:
        if seconds is not None:
            made = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        elif isinstance(value, str):
            made = datetime.fromisoformat(value)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    made = made if made.tzinfo is not None else made.replace(tzinfo=UTC)
    return made if made.year > 1970 else None


def _kinds(row: Mapping[str, object]) -> tuple[str, ...]:
    places = (*_KIND_WORDS, *_OUTPUT_WORDS)
    words = [_plain(word) for place in places for word in _words(_at(row, place))]
    able = map(_plain, _words(row.get("capabilities")))
    words += [word for word in able if word not in _MODALITIES]
    if row.get("supports_chat") is True:
        words.append("chat")
    return _known(_KINDS, words)


def _capabilities(row: Mapping[str, object]) -> tuple[str, ...]:
    told = [word for place in _CAPABILITY_WORDS for word in _words(_at(row, place))]
    told += [name for name, value in row.items() if value is True]
    inputs = [word for place in _INPUT_WORDS for word in _words(_at(row, place))]
    found = {*_known(_CAPABILITIES, map(_plain, told)), *_known(_INPUTS, map(_plain, inputs))}
    return tuple(sorted(found))


def _words(value: object) -> Iterator[str]:
    """The words that *value* says: one text, a list of them, or the names that are true."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            # Anthropic has an object for each: {"supported": true}.
            if (item.get("supported") if isinstance(item, Mapping) else item) is True:
                yield str(name)
    else:
        yield from (item for item in _items(value) if isinstance(item, str))


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def _plain(word: str) -> str:
    """*word* as it stands in the tables: "supportsFunctionCalling" is "functioncalling"."""
    return re.sub(r"[^a-z0-9]", "", word.lower()).removeprefix("supports")


def _known(table: Mapping[str, str], words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({table[word] for word in words if word in table}))

"""An answer held against what its recording says: each difference is one line of text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from llmkit._models.chunks import CompletionChunk
from llmkit._models.response import ChatCompletionResponse, FinishReason
from llmkit._models.tools import ToolCall
from llmkit._models.usage import Usage
from llmkit.errors import APIError, ToolArgumentsError

from .recording import Expected, ExpectedCall, ExpectedError

Answer = ChatCompletionResponse[object]

_FINISH = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
}


def answer_differences(answer: Answer, expect: Expected, usage: Usage) -> list[str]:
    """How *answer* differs from what the recording says of it.

    Args:
        answer: what the adapter has made of the recorded bytes.
        expect: what they mean.
        usage: the recording's token counts under llmkit's own contract.
    """
    return [*_content(answer, expect), *_finish(answer, expect), *_usage(answer, usage)]


def _content(answer: Answer, expect: Expected) -> Iterator[str]:
    message = answer.assistant_message()
    text = message.content if message else None
    if expect.content_object is None:
        yield from _differs("text", text or "", expect.text or "")
    else:
        yield from _differs("text's JSON", json.loads(text or "null"), dict(expect.content_object))
    reasoning = message.reasoning if message else None
    yield from _differs("reasoning", reasoning or "", expect.reasoning or "")
    refusal = message.refusal if message else None
    yield from _differs("refusal", refusal or "", expect.refusal or "")
    if expect.choices is not None:
        texts = tuple(choice.message.content or "" for choice in answer.choices)
        yield from _differs("texts of all choices", texts, expect.choices)
    indices = [choice.index for choice in answer.choices]
    yield from _differs("indices of the choices", indices, list(range(len(indices))))
    yield from _calls(answer.tool_calls, expect.tool_calls)


def _calls(calls: tuple[ToolCall, ...], expect: tuple[ExpectedCall, ...]) -> Iterator[str]:
    yield from _differs("number of tool calls", len(calls), len(expect))
    yield from _differs("number of tool call ids", len({call.id for call in calls}), len(calls))
    for index, (call, expected) in enumerate(zip(calls, expect)):
        what = f"tool_calls[{index}]"
        if expected.id:
            yield from _differs(f"{what}.id", call.id, expected.id)
        elif not call.id:
            yield f"{what}.id: none was made up"
        yield from _differs(f"{what}.name", call.name, expected.name)
        if expected.arguments_raw is not None:
            yield from _differs(
                f"{what}.arguments_json", call.arguments_json, expected.arguments_raw
            )
        yield from _differs(f"{what}.arguments", _arguments(call), expected.arguments or {})


def _arguments(call: ToolCall) -> object:
    """The parsed arguments, or their text where they are no JSON."""
    try:
        return call.arguments
    except ToolArgumentsError as error:
        return error.text


def _finish(answer: Answer, expect: Expected) -> Iterator[str]:
    choice = answer.choices[0] if answer.choices else None
    raw = choice.raw_finish_reason if choice else None
    yield from _differs("raw finish reason", raw, expect.finish_reason)
    known = _FINISH.get(expect.finish_reason or "")
    # Several providers say "stop" beside tool calls: their word is kept, ours may be another.
    if known is not None and choice and not expect.tool_calls:
        yield from _differs("finish reason", choice.finish_reason, known)


def _usage(answer: Answer, usage: Usage) -> Iterator[str]:
    for name in (
        *("reported", "prompt_tokens", "completion_tokens", "total_tokens"),
        *("cached_tokens", "cache_write_tokens", "reasoning_tokens"),
    ):
        yield from _differs(f"usage.{name}", getattr(answer.usage, name), getattr(usage, name))
    yield from _differs("usage.raw", dict(answer.usage.raw), dict(usage.raw))


def error_differences(error: APIError, expect: ExpectedError, kind: type[APIError]) -> list[str]:
    """How *error* differs from what the recording says of it.

    Args:
        error: what the adapter has made of the recorded bytes.
        expect: what they say.
        kind: the class that their status and code ask for, exactly.
    """
    codes = [str(word) for word in (expect.code, expect.type) if word not in (None, "")]
    found = [
        *_differs("class", type(error).__name__, kind.__name__),
        *_differs("status", error.status, expect.status),
        *_differs("message", _message(error.message), _message(expect.message or "")),
    ]
    # A code that only repeats the status says less than the type beside it: either will do.
    if not codes or codes[0] != str(expect.status):
        codes = codes[:1]
    if (error.code or "") not in (codes or [""]):
        found.append(f"code: {error.code!r}, not {' or '.join(codes) or None}")
    return found


def _message(text: str) -> object:
    """A provider's list of complaints by its values, any other text without its line ends."""
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def stream_differences(chunks: list[CompletionChunk], *, usage: Usage) -> list[str]:
    """What is wrong with the order and the marks of a whole stream's chunks."""
    last = [chunk.is_last_chunk for chunk in chunks]
    found = list(_differs("last chunks", last, [False] * (len(last) - 1) + [True]))
    if not chunks:
        return found
    *before, end = chunks
    if any(choice.raw_finish_reason is not None for chunk in before for choice in chunk.choices):
        found.append("a finish reason before the last chunk")
    if any(chunk.usage is not None for chunk in before):
        found.append("usage before the last chunk")
    told = end.usage is not None and end.usage.reported
    found += _differs("usage on the last chunk", told, usage.reported)
    open_calls: dict[int, list[int]] = {}
    for chunk in chunks:
        for choice in chunk.choices:
            seen = open_calls.setdefault(choice.index, [])
            seen += [call.index for call in choice.delta.tool_calls if call.index not in seen]
    for seen in open_calls.values():
        found += _differs("indices of the tool calls", seen, list(range(len(seen))))
    return found


def _differs(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {_short(found)}, not {_short(expected)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:140]} … {text[-140:]}"


def agree(found: list[str]) -> None:
    """Fail with every difference that was *found*, if there is any."""
    if found:
        raise AssertionError("\n".join(found))

"""The fuzzers' targets of each wire: its streams, answers, errors and lists."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any, Final

from adapters.frames import event, exception, frame
from attrs import frozen

from llmkit import (
    ChatCompletionRequest,
    ChatCompletionResponse,
    DecodeError,
    InvalidRequestError,
    LLMKitError,
    Message,
    ToolArgumentsError,
    UserMessage,
)
from llmkit._core.stream_events import StreamEvents
from llmkit._http import Headers, HttpResponse
from llmkit._json import dumps
from llmkit._models._validate import json_value
from llmkit._models.accumulate import fold
from llmkit._models.adjustments import Adjuster
from llmkit._models.chunks import CompletionChunk
from llmkit.adapters import WIRES
from llmkit.adapters._base import Adapter, Endpoint
from llmkit.adapters.model_pages import ListsModels
from llmkit.errors import APIError, StreamInterruptedError

from .mutate import mutated, torn, written
from .reader import Reader
from .samples import SAMPLES, Sample, adapters
from .target import Target

STATUSES: Final = (400, 401, 403, 404, 408, 413, 422, 429, 500, 503, 529, 200, 304)


@frozen
class Read:
    """What a decoder made of bytes."""

    chunks: list[CompletionChunk]
    error: LLMKitError | None


def read(adapter: Adapter, pieces: Iterable[bytes]) -> Read:
    """What a decoder of *adapter* makes of *pieces*; feeding it never raises."""
    decoder = adapter.decoder()
    chunks: list[CompletionChunk] = []
    for piece in pieces:
        chunks += decoder.feed(piece)
        if decoder.done or decoder.failure is not None:
            break
    try:
        chunks += decoder.close()
    except (APIError, DecodeError, StreamInterruptedError) as error:
        return Read(chunks, error)
    return Read(chunks, None)


def check_answer(answer: ChatCompletionResponse[object], adapter: Adapter) -> None:
    """That all of *answer* can be asked for, told as JSON, read back, and sent on."""
    for choice in answer.choices:
        message = choice.message
        _ = message.content, message.reasoning, message.refusal
        for call in message.tool_calls:
            with suppress(ToolArgumentsError):
                _ = call.arguments
        told = message.to_dict()
        if _is_plain(told) and all(call.name for call in message.tool_calls):
            assert Message.from_dict(told) == message
    told = answer.to_dict()
    named = all(call.name for one in answer.choices for call in one.message.tool_calls)
    if _is_plain(told) and named:  # a call of no name is told, and not taken back
        assert ChatCompletionResponse.from_dict(told).content == answer.content
    if answer.choices:
        _send_on(answer, adapter)


def _is_plain(told: object) -> bool:
    """Whether *told*, which must be in UTF-8, is JSON that `from_dict` has to take."""
    data = dumps(told)
    data.decode()
    reason = ""
    try:
        json_value(told, "told")
    except InvalidRequestError as error:
        reason = error.reason
    # What a server sends may nest deeper than a request may, or hold infinities.
    assert not reason or "is nested deeper" in reason or "must be finite" in reason
    return not reason


def _send_on(answer: ChatCompletionResponse[object], adapter: Adapter) -> None:
    message = answer.choices[0].message
    try:
        request = ChatCompletionRequest("m", [UserMessage("Hi"), message, UserMessage("And?")])
        endpoint = Endpoint("https://api.test/v1", "m", adjust=Adjuster("drop"))
        adapter.build(request, endpoint, stream=False).body.decode()
    except LLMKitError:
        pass


def check_stream(adapter: Adapter, data: bytes, pieces: list[bytes]) -> None:
    """That a stream comes out, the same wherever it is cut."""
    found = read(adapter, pieces)
    answer = fold(found.chunks)
    check_answer(answer, adapter)
    events = StreamEvents()
    for chunk in found.chunks:
        chunk.to_dict()
        events.take(chunk)
    if len(pieces) > 1:
        whole = read(adapter, [data])
        assert _told(fold(whole.chunks)) == _told(answer)
        assert type(whole.error) is type(found.error)


def _told(answer: ChatCompletionResponse[object]) -> object:
    return [
        (
            *(choice.index, choice.raw_finish_reason),
            *(choice.message.content, choice.message.reasoning, choice.message.refusal),
            [(call.name, call.arguments_json) for call in choice.message.tool_calls],
        )
        for choice in answer.choices
    ]


def sse(events: Iterable[Any]) -> bytes:
    """*events* as server-sent ones, with names where the wire has them."""
    return b"".join(_one_event(each) for each in events)


def _one_event(each: Any) -> bytes:
    said = isinstance(each, str)
    data = each.encode("utf-8", "surrogatepass") if said else written(each)
    kind = each.get("type") if isinstance(each, dict) else None
    plain = isinstance(kind, str) and kind.isprintable() and kind.isascii()
    return (f"event: {kind}\n".encode() if plain else b"") + b"data: " + data + b"\n\n"


def _lines(events: Iterable[Any]) -> bytes:
    return b"".join(written(each) + b"\n" for each in events)


def _frames(events: Iterable[Any]) -> bytes:
    made = b""
    for each in events:
        kind, data = each if isinstance(each, list) and len(each) == 2 else ("odd", each)
        if not isinstance(kind, str) or len(kind.encode("utf-8", "replace")) > 200:
            kind = "odd"
        kind = kind.encode("utf-8", "replace").decode()
        told = {":event-type": kind, ":message-type": "event", ":content-type": "application/json"}
        if kind.endswith("Exception"):
            made += exception(kind, data)
        else:
            made += frame(told, written(data))
    return made


FRAMINGS: Final[dict[str, Callable[[Iterable[Any]], bytes]]] = {
    "ollama": _lines,
    "bedrock-converse": _frames,
}


# Anthropic's events in Bedrock's frames are a wire of their own to a fuzzer.
_FRAMED: Final = "anthropic-messages-framed"


@cache
def _adapters(wire: str) -> list[Adapter]:
    if wire in (_FRAMED, "anthropic-messages"):
        found = adapters("anthropic-messages")
        return [each for each in found if _is_framed(each) == (wire == _FRAMED)]
    return adapters(wire)


def _is_framed(adapter: Adapter) -> bool:
    return getattr(adapter, "envelope", None) == "bedrock"


def _sample(wire: str) -> Sample:
    return SAMPLES[wire.removesuffix("-framed")]


def _draw_stream(wire: str, reader: Reader) -> bytes:
    events = list(reader.one_of(_sample(wire).streams))
    way = reader.below(4)
    if way == 0:
        return reader.rest()
    if way == 1:
        events = [mutated(each, reader) if reader.below(3) == 0 else each for each in events]
    elif way == 2:
        at = reader.below(len(events))
        events[at] = mutated(events[at], reader)
    else:
        changed = mutated(events, reader)
        events = changed if isinstance(changed, list) else [changed]
    if wire == _FRAMED:
        packed = ({"bytes": b64encode(written(each)).decode()} for each in events)
        return torn(b"".join(event("chunk", each) for each in packed), reader)
    if wire == "gemini" and reader.below(3) == 0:
        return torn(b"[" + b",\r\n".join(map(written, events)) + b"]", reader)
    return torn(FRAMINGS.get(wire, sse)(events), reader)


def _draw_body(samples: Sequence[Any], reader: Reader) -> bytes:
    if reader.below(5) == 0:
        return reader.rest()
    return torn(written(mutated(reader.one_of(samples), reader)), reader)


def _check_stream(wire: str, data: bytes, reader: Reader) -> None:
    check_stream(reader.one_of(_adapters(wire)), data, reader.pieces(data))


def _check_answer(wire: str, body: bytes, reader: Reader) -> None:
    adapter = reader.one_of(_adapters(wire))
    try:
        answer = adapter.parse(HttpResponse(200, Headers(), body))
    except (APIError, DecodeError, StreamInterruptedError):
        return
    check_answer(answer, adapter)


def _check_error(wire: str, body: bytes, reader: Reader) -> None:
    adapter, status = reader.one_of(_adapters(wire)), reader.one_of(STATUSES)
    names = ("retry-after", "retry-after-ms", "x-should-retry", "x-request-id", "date")
    headers = Headers({name: _header(reader) for name in names[: reader.below(6)]})
    error = adapter.error(HttpResponse(status, headers, body))
    assert isinstance(error, APIError)
    assert error.status == status
    assert isinstance(error.message, str)
    assert error.code is None or isinstance(error.code, str)
    assert error.retry_after is None or 0 <= error.retry_after < float("inf")
    str(error).encode("utf-8")


_ODD_HEADERS: Final = (
    *("3", "-1", "1e999", "nan", "true", "", "1,2", "0x10", "9" * 400, "\xff"),
    *("Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Feb 2024 25:61:61 GMT"),
    *("Sat, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "Fri,"),
)


def _header(reader: Reader) -> str:
    return reader.one_of(_ODD_HEADERS)


def _check_list(wire: str, body: bytes, reader: Reader) -> None:
    adapter = reader.one_of(_adapters(wire))
    assert isinstance(adapter, ListsModels)
    try:
        page = adapter.parse_list(HttpResponse(200, Headers(), body))
    except (APIError, DecodeError):
        return
    for model in page.models:
        _is_plain(model.to_dict())
    if page.next is not None:
        adapter.build_list(Endpoint("https://api.test/v1", ""), "/models", page.next)


def targets() -> Iterator[Target]:
    """Those of every wire."""
    for wire in (*WIRES, _FRAMED):
        sample = _sample(wire)
        of_stream, of_answer = partial(_check_stream, wire), partial(_check_answer, wire)
        answer = partial(_draw_body, sample.answers)
        yield Target(f"{wire}-stream", partial(_draw_stream, wire), of_stream)
        yield Target(f"{wire}-whole-stream", answer, of_stream)
        yield Target(f"{wire}-answer", answer, of_answer)
        if wire != _FRAMED:
            of_error, of_list = partial(_check_error, wire), partial(_check_list, wire)
            yield Target(f"{wire}-error", partial(_draw_body, sample.errors), of_error)
            yield Target(f"{wire}-list", partial(_draw_body, sample.lists), of_list)

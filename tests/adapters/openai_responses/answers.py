"""Answers, as the wire sends them: whole, and as a stream's events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from llmkit._http import Headers, HttpResponse
from llmkit._models.accumulate import fold
from llmkit._models.chunks import CompletionChunk
from llmkit._models.response import ChatCompletionResponse
from llmkit.adapters.openai_responses import OpenAIResponses

WIRE = OpenAIResponses(provider="openai-responses")

Answer = ChatCompletionResponse[object]
Item = dict[str, Any]

USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 17,
}

ITEMS: dict[str, Item] = {
    "thinking": {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": "SEALED",
    },
    "text": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "phase": "final_answer",
        "content": [{"type": "output_text", "text": "Grüße 👋", "annotations": []}],
    },
    "cited": {
        "id": "msg_2",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [
            {
                "type": "output_text",
                "text": "So they say.",
                "annotations": [
                    {
                        "type": "url_citation",
                        "url": "https://example.com",
                        "title": "They",
                        "start_index": 3,
                        "end_index": 7,
                    }
                ],
            }
        ],
    },
    "refusal": {
        "id": "msg_3",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "refusal", "refusal": "I will not."}],
    },
    "call": {
        "id": "fc_1",
        "type": "function_call",
        "call_id": "call_1",
        "name": "get_weather",
        "arguments": '{"city":"Paris"}',
        "status": "completed",
    },
    "search": {
        "id": "ws_1",
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "query": "weather"},
    },
}
"""One item of each sort."""


def answer(*output: Item, **more: Any) -> dict[str, Any]:
    """A whole answer."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1700000000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "gpt-5-2025-08-07",
        "output": list(output),
        "usage": USAGE,
        **more,
    }


def response(data: Any, status: int = 200, **headers: str) -> HttpResponse:
    """*data* as a server's answer; bytes as they are."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, Headers(named), body)


def parsed(*output: Item, wire: OpenAIResponses = WIRE, **more: Any) -> Answer:
    """The answer of *output*, understood."""
    return wire.parse(response(answer(*output, **more)))


def events(*output: Item, placed: bool = True, **more: Any) -> list[dict[str, Any]]:
    """All the events of an answer, as OpenAI sends them: pieces, then the whole, of each."""
    begun = {key: value for key, value in answer().items() if key != "usage"}
    begun["status"] = "in_progress"
    found: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(output):
        place = {"output_index": index} if placed else {}
        found += [{**event, **place} for event in item_events(item)]
    return [*found, end(*output, **more)]


def end(*output: Item, **more: Any) -> dict[str, Any]:
    """The last event, with all of the answer in it."""
    whole = answer(*output, **more)
    return {"type": f"response.{whole['status']}", "response": whole}


def item_events(item: Item) -> Iterable[dict[str, Any]]:
    """The events of one item."""
    name = {"item_id": item["id"]}
    empty: dict[str, Item] = {"message": {"content": []}, "function_call": {"arguments": ""}}
    begun = {**item, **empty.get(item["type"], {"summary": []}), "status": "in_progress"}
    yield {"type": "response.output_item.added", "item": begun}
    match item["type"]:
        case "reasoning":
            for place, part in enumerate(item["summary"]):
                at = {**name, "summary_index": place}
                yield from pieces("response.reasoning_summary_text", "text", part["text"], at)
        case "function_call":
            kind = "response.function_call_arguments"
            yield from pieces(kind, "arguments", item["arguments"], name)
        case "message":
            for place, part in enumerate(item["content"]):
                at = {**name, "content_index": place}
                said = "text" if part["type"] == "output_text" else "refusal"
                kind = "response.output_text" if said == "text" else "response.refusal"
                yield {"type": "response.content_part.added", **at, "part": {**part, said: ""}}
                yield from pieces(kind, said, part[said], at)
                for cited in part.get("annotations", ()):
                    kind = "response.output_text.annotation.added"
                    yield {"type": kind, **at, "annotation": cited}
                yield {"type": "response.content_part.done", **at, "part": part}
    yield {"type": "response.output_item.done", "item": item}


def pieces(kind: str, field: str, text: str, at: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A text in pieces, and whole."""
    for start in range(0, len(text), 3):
        yield {"type": f"{kind}.delta", **at, "delta": text[start : start + 3], "logprobs": []}
    yield {"type": f"{kind}.done", **at, field: text}


def said(*found: dict[str, Any]) -> bytes:
    """Events, as server-sent ones."""
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (one["type"].encode(), json.dumps(one).encode())
        for one in found
    )


def chunks(data: bytes, size: int = 0, wire: OpenAIResponses = WIRE) -> list[CompletionChunk]:
    """The chunks of *data*, fed in pieces of *size*, or whole."""
    decoder = wire.decoder()
    found: list[CompletionChunk] = []
    for at in range(0, len(data), size or len(data) or 1):
        found += decoder.feed(data[at : at + (size or len(data))])
    return found + decoder.close()


def folded(*found: dict[str, Any], wire: OpenAIResponses = WIRE) -> Answer:
    """The answer that events stream."""
    return fold(chunks(said(*found), wire=wire), provider=wire.provider)

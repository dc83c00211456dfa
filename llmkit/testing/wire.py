"""Bytes of the wire `openai-chat`, for scripts.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._json import JsonObject, JsonValue, dumps
from .scripted import Piece, Reply, StreamReply


def sse(*events: object) -> bytes:
    """Server-sent events: text as it is, anything else as JSON.

        >>> sse({"a": 1}, "[DONE]")
        b'data: {"a":1}\\n\\ndata: [DONE]\\n\\n'

    Args:
        events: the data of each.
    """
    said = [event.encode() if isinstance(event, str) else dumps(event) for event in events]
    return b"".join(b"data: " + line.replace(b"\n", b"\ndata: ") + b"\n\n" for line in said)


def chat_reply(
    text: str | None = None,
    *,
    tool_calls: Sequence[Mapping[str, object]] = (),
    reasoning: str | None = None,
    finish_reason: str | None = None,
    usage: tuple[int, int] | None = (1, 1),
    model: str = "scripted",
) -> Reply:
    """A whole answer, as OpenAI sends it.

    Args:
        text: what the assistant says.
        tool_calls: what it calls, each as {"name": ..., "arguments": {...}}; an id is made
            where none is given, and arguments that are text stay as they are.
        reasoning: what it thought, as `reasoning_content`.
        finish_reason: why it ended; by default "tool_calls" or "stop".
        usage: the tokens of prompt and completion, or None for an answer without.
        model: the model that answers.
    """
    message: dict[str, JsonValue] = {"role": "assistant", "content": text}
    if reasoning is not None:
        message["reasoning_content"] = reasoning
    if tool_calls:
        message["tool_calls"] = _calls(tool_calls)
    choice: JsonObject = {
        "index": 0,
        "message": message,
        "finish_reason": finish_reason or _finish(tool_calls),
    }
    body = {**_frame(model, "chat.completion"), "choices": [choice]}
    if usage is not None:
        body["usage"] = _usage(usage)
    return Reply(body, 200, {"Content-Type": "application/json"})


def chat_stream(
    *texts: str,
    tool_calls: Sequence[Mapping[str, object]] = (),
    reasoning: str | None = None,
    finish_reason: str | None = None,
    usage: tuple[int, int] | None = (1, 1),
    model: str = "scripted",
) -> StreamReply:
    """The same answer as `chat_reply` gives, streamed: each event a piece.

    Args:
        texts: what the assistant says, one event each.
        tool_calls: as of `chat_reply`; each comes whole, in one event.
        reasoning: as of `chat_reply`.
        finish_reason: as of `chat_reply`.
        usage: as of `chat_reply`.
        model: as of `chat_reply`.
    """
    deltas: list[JsonObject] = [{"role": "assistant", "content": ""}]
    if reasoning is not None:
        deltas.append({"reasoning_content": reasoning})
    deltas += [{"content": text} for text in texts]
    deltas += [
        {"tool_calls": [{**call, "index": index}]} for index, call in enumerate(_calls(tool_calls))
    ]
    frame = _frame(model, "chat.completion.chunk")
    pieces: list[Piece] = [
        sse({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        for delta in deltas
    ]
    end = finish_reason or _finish(tool_calls)
    pieces.append(sse({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]}))
    if usage is not None:
        pieces.append(sse({**frame, "choices": [], "usage": _usage(usage)}))
    return StreamReply([*pieces, sse("[DONE]")])


def _frame(model: str, kind: str) -> dict[str, JsonValue]:
    # Always the same moment, so that tests may compare: 2025-01-01.
    return {"id": "chatcmpl-test", "object": kind, "created": 1735689600, "model": model}


def _finish(tool_calls: Sequence[object]) -> str:
    return "tool_calls" if tool_calls else "stop"


def _usage(counts: tuple[int, int]) -> JsonObject:
    prompt, completion = counts
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _calls(given: Sequence[Mapping[str, object]]) -> list[dict[str, JsonValue]]:
    made: list[dict[str, JsonValue]] = []
    for index, call in enumerate(given):
        arguments = call.get("arguments", {})
        said = arguments if isinstance(arguments, str) else dumps(arguments).decode()
        function: JsonObject = {"name": str(call["name"]), "arguments": said}
        call_id = str(call.get("id", f"call_{index + 1}"))
        made.append({"id": call_id, "type": "function", "function": function})
    return made

"""What `echo` answers, in the form of OpenAI's chat completions, whole and streamed.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import zip_longest
from typing import Final
from zlib import crc32

from attrs import frozen

from .._json import JsonObject, JsonValue, dumps
from .echo_request import Asked
from .schema_instance import instance_of

_TOKEN: Final = re.compile(r"\s?\w{1,6}|\s?[^\w\s]+|\s")
"""About four letters each, as tokenizers make of English; the tokens joined are the text."""

_LONGEST_ECHO: Final = 300
_GROUP: Final = 3
"""How many tokens a streamed piece holds."""


@frozen
class Call:
    """A tool call: its id, the tool, the arguments as JSON text."""

    id: str
    name: str
    arguments: str


@frozen
class Choice:
    """One answer."""

    thinking: tuple[str, ...]
    tokens: tuple[str, ...]
    calls: tuple[Call, ...]
    finish: str


@frozen
class Answer:
    """All that goes into the response.

    Args:
        id: the same for the same request.
        asked: the request.
        created: when, in seconds since 1970.
        choices: the answers.
    """

    id: str
    asked: Asked
    created: int
    choices: tuple[Choice, ...]


def answer(asked: Asked, body: bytes, created: int) -> Answer:
    """The answer to the request whose body is *body*: the same for the same one."""
    mark = blake2b(body, digest_size=12).hexdigest()
    choices = tuple(_choice(asked, index, mark) for index in range(asked.n))
    return Answer(f"chatcmpl-{mark}", asked, created, choices)


def _choice(asked: Asked, index: int, mark: str) -> Choice:
    thinking = tuple(_tokens(_thought(asked))) if asked.thinks else ()
    calls = _calls(asked, index, mark)
    text, finish = ("", "tool_calls") if calls else (_said(asked, index), "stop")
    # The sequence itself is not part of the answer.
    ends = [place for place in (text.find(stop) for stop in asked.stop) if place >= 0]
    tokens = _tokens(text[: min(ends)] if ends else text)
    if asked.limit is not None and not calls:
        room = max(0, asked.limit - len(thinking))
        if len(tokens) > room:
            tokens, finish = tokens[:room], "length"
        thinking = thinking[: asked.limit]
    return Choice(thinking, tuple(tokens), calls, finish)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _thought(asked: Asked) -> str:
    return f"The user wrote {len(asked.text)} characters. I shall repeat them."


def _said(asked: Asked, index: int) -> str:
    if asked.format == "json_schema":
        return dumps(instance_of(asked.schema)).decode()
    if asked.format == "json_object":
        return dumps({"echo": asked.text}).decode()
    if asked.results:
        said = "\n".join(
            f"The tool {name} answered: {_short(text)}" for name, text in asked.results
        )
    elif asked.text:
        said = f"You said: {_short(asked.text)}"
    else:
        said = "Hello!"
    if asked.media:
        said += f" (and attached {asked.media} more)"
    nth = f" This is answer {index + 1}." if index else ""
    return f"{said}\n\nThis is llmkit's embedded echo, without a key or a network.{nth}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."


def _calls(asked: Asked, index: int, mark: str) -> tuple[Call, ...]:
    choice = asked.tool_choice
    if not asked.tools or choice == "none" or (choice == "auto" and asked.results):
        return ()
    names = [choice[1:]] if choice.startswith("=") else _meant(asked)
    return tuple(
        Call(
            f"call_{blake2b(f'{mark}{index}{place}'.encode(), digest_size=12).hexdigest()}",
            name,
            dumps(instance_of(asked.tools[name])).decode(),
        )
        for place, name in enumerate(names)
    )


def _meant(asked: Asked) -> list[str]:
    """The tools whose names have a word of the user's text in them, else the first tool."""
    said = set(re.findall(r"[a-z]{4,}", asked.text.lower()))
    found = [
        name
        for name in asked.tools
        if said.intersection(
            re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
        )
    ]
    names = found or list(asked.tools)[:1]
    return names if asked.parallel else names[:1]


def usage(answer: Answer) -> JsonObject:
    """The usage: tokens counted as they are streamed, four more for each message's frame."""
    prompt = sum(len(_tokens(text)) + 4 for text in answer.asked.prompt) + 85 * answer.asked.media
    thinking = sum(len(choice.thinking) for choice in answer.choices)
    said = sum(
        len(choice.tokens) + sum(len(_tokens(call.arguments)) + 4 for call in choice.calls)
        for choice in answer.choices
    )
    return {
        "prompt_tokens": prompt,
        "completion_tokens": thinking + said,
        "total_tokens": prompt + thinking + said,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": thinking},
    }


def whole(answer: Answer) -> JsonObject:
    """The response that is not streamed."""
    choices: list[JsonValue] = []
    for index, choice in enumerate(answer.choices):
        message: dict[str, JsonValue] = {
            "role": "assistant",
            "content": None if choice.calls else "".join(choice.tokens),
            "refusal": None,
        }
        if choice.thinking:
            message["reasoning_content"] = "".join(choice.thinking)
        if choice.calls:
            message["tool_calls"] = [_call(call) for call in choice.calls]
        choices.append(
            {
                "index": index,
                "message": message,
                "logprobs": _logprobs(answer.asked, choice.tokens),
                "finish_reason": choice.finish,
            }
        )
    return {**_frame(answer, "chat.completion"), "choices": choices, "usage": usage(answer)}


def streamed(answer: Answer) -> Iterator[bytes]:
    """The server-sent events of the response, one by one, `[DONE]` at the end."""
    frame = _frame(answer, "chat.completion.chunk")
    told: dict[str, JsonValue] = {"usage": None} if answer.asked.stream_usage else {}
    columns = [_deltas(answer.asked, index, choice) for index, choice in enumerate(answer.choices)]
    for row in zip_longest(*columns):
        for choice in row:
            if choice is not None:
                yield _event({**frame, "choices": [choice], **told})
    if answer.asked.stream_usage:
        yield _event({**frame, "choices": [], "usage": usage(answer)})
    yield b"data: [DONE]\n\n"


def _deltas(asked: Asked, index: int, choice: Choice) -> Iterator[JsonObject]:
    def delta(
        content: JsonObject, finish: str | None = None, logprobs: JsonValue = None
    ) -> JsonObject:
        return {"index": index, "delta": content, "logprobs": logprobs, "finish_reason": finish}

    start: dict[str, JsonValue] = {"role": "assistant"}
    yield delta({**start, "content": None if choice.calls else ""})
    for group in _groups(choice.thinking):
        yield delta({"reasoning_content": "".join(group)})
    for group in _groups(choice.tokens):
        yield delta({"content": "".join(group)}, logprobs=_logprobs(asked, group))
    for place, call in enumerate(choice.calls):
        opening = _call(Call(call.id, call.name, ""))
        yield delta({"tool_calls": [{"index": place, **opening}]})
        for group in _groups(_tokens(call.arguments)):
            function: JsonObject = {"arguments": "".join(group)}
            yield delta({"tool_calls": [{"index": place, "function": function}]})
    yield delta({}, choice.finish)


def _groups(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(tokens), _GROUP):
        yield tokens[start : start + _GROUP]


def _frame(answer: Answer, kind: str) -> JsonObject:
    return {
        "id": answer.id,
        "object": kind,
        "created": answer.created,
        "model": answer.asked.model,
        "system_fingerprint": "fp_echo",
    }


def _event(data: JsonObject) -> bytes:
    return b"data: " + dumps(data) + b"\n\n"


def _call(call: Call) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _logprobs(asked: Asked, tokens: Sequence[str]) -> JsonValue:
    if asked.top_logprobs is None:
        return None
    content: list[JsonValue] = []
    for token in tokens:
        likely = -(crc32(token.encode()) % 1000) / 2000
        others = [
            _likelihood(token if rank == 0 else f"{token}{rank}", likely - rank)
            for rank in range(asked.top_logprobs)
        ]
        content.append({**_likelihood(token, likely), "top_logprobs": others})
    return {"content": content, "refusal": None}


def _likelihood(token: str, logprob: float) -> JsonObject:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}

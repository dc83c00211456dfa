"""The event that nearly all of a stream are: one choice that says a bit more, and nothing else.

msgspec reads it by its form, and makes nothing of what is not looked at: 0.4 µs for the 1.1 of a
decoder that makes dictionaries, and of the look into them. What is of any other form is refused,
and is for the decoder of all events to read. Loaded with the first stream: it takes 6 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder

Nothing: TypeAlias = Literal["", None]


class Function(Struct):
    """More of a call's arguments."""

    arguments: str
    name: Nothing = None


class Call(Struct):
    """More of a call that is known."""

    index: int
    function: Function
    id: Nothing = None


class Delta(Struct):
    """What is said."""

    content: str | None = None
    tool_calls: tuple[Call] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: Nothing = None
    function_call: None = None
    reasoning_details: None = None
    annotations: None = None
    images: None = None
    audio: None = None


class Choice(Struct):
    """An answer that goes on."""

    delta: Delta
    index: int
    finish_reason: Nothing = None
    logprobs: None = None
    usage: None = None
    content_filter_results: dict[str, Any] | None = None


class Usual(Struct):
    """The event. Where what is told beside its choices is something, it is none of the usual."""

    choices: tuple[Choice]
    object: Literal["chat.completion.chunk", "chat.completion", "text_completion", "", None] = None
    usage: None = None
    error: None = None
    base_resp: None = None
    x_groq: None = None
    citations: None = None
    search_results: None = None


class Headed(Usual):
    """The event, while the answer's id, its model or its time are not known."""

    id: Any = None
    model: Any = None
    created: Any = None


REFUSALS: Final = (MsgspecError, UnicodeDecodeError, RecursionError)
"""What is raised at an event of any other form, or no JSON."""

read: Final[Callable[[bytes], Usual]] = Decoder(Usual).decode
read_headed: Final[Callable[[bytes], Headed]] = Decoder(Headed).decode

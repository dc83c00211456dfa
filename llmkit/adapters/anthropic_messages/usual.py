"""The event that nearly all of a stream are: more of the characters of a block.

msgspec reads it by its form, in 0.16 µs, and a decoder that makes dictionaries in 0.29. What is of
any other form it refuses: that is for the decoder of all events to read. Loaded with the first
stream: it takes 6 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder


class Text(Struct, tag_field="type", tag="text_delta"):
    """More of a text."""

    text: str


class Thinking(Struct, tag_field="type", tag="thinking_delta"):
    """More of the visible thinking."""

    thinking: str


class Input(Struct, tag_field="type", tag="input_json_delta"):
    """More of what a tool is given."""

    partial_json: str


class Usual(Struct, tag_field="type", tag="content_block_delta"):
    """The event."""

    index: int
    delta: Text | Thinking | Input


REFUSALS: Final = (MsgspecError, UnicodeDecodeError, RecursionError, KeyError)
"""What is raised at an event of any other form, or no JSON; or of what nobody has heard of yet."""

read: Final[Callable[[bytes], Usual]] = Decoder(Usual).decode

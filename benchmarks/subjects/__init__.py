"""Who is measured. Each has a file here with the same five functions:

    make_client(setup) -> Any              a client that lasts, as its documents advise
    call(client) -> Told                   ask, and say what was answered
    stream(client, take) -> int | None     ask, give each piece of the answer to *take*,
                                           and return the completion tokens
    acall(client), astream(client, take)   the same, awaited

A client is made once; a request is made anew for each call, from the conversation in the form
that the subject keeps one in. This file is read by processes that have none of the subjects'
libraries: it imports nothing of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

Colour = Literal["sync", "async"]
Take: TypeAlias = Callable[[str], object]
"""What is given each piece of a streamed answer."""

COLOURS: Final[tuple[Colour, Colour]] = ("sync", "async")
ALL: Final = ("openai-chat", "anthropic-messages", "gemini")
KEY: Final = "sk-benchmark"
MODELS: Final = {
    "openai-chat": "gpt-4o",
    "anthropic-messages": "claude-sonnet-4-5",
    "gemini": "gemini-2.5-flash",
}


class Setup(NamedTuple):
    """What a client is made for.

    Args:
        wire: which of the wires it is to speak.
        url: the server's address, without a slash or a version at its end.
        colour: whether it is to block or to be awaited.
        messages: the conversation, in OpenAI's form.
        tools: the tools, in OpenAI's form.
    """

    wire: str
    url: str
    colour: Colour
    messages: Sequence[dict[str, Any]]
    tools: Sequence[dict[str, Any]] = ()


class Told(NamedTuple):
    """What a client has understood of an answer."""

    text: str | None
    tokens: int | None


class Subject(NamedTuple):
    """One who is measured.

    Args:
        module: its file here.
        requirements: what its environment holds, by its names on PyPI.
        imports: what a program that uses it would import.
        colours: in which it can be asked.
        wires: which it is asked to speak here; a peer's own, and OpenAI's of those who speak all.
        kinds: of which streams it shows the pieces.
        environment: whose environment it shares; its own where empty.
        threads: how many threads may share a client.
    """

    module: str
    requirements: tuple[str, ...]
    imports: str
    colours: tuple[Colour, ...] = COLOURS
    wires: tuple[str, ...] = ("openai-chat",)
    kinds: tuple[str, ...] = ("text", "tools", "reasoning")
    environment: str = ""
    threads: int = 16


_RAW: Final = ("urllib3", "requests", "aiohttp", "orjson")

SUBJECTS: Final[dict[str, Subject]] = {
    "llmkit": Subject(
        "llmkit", (), "from llmkit import ChatCompletionRequest, Client, UserMessage", wires=ALL
    ),
    "raw urllib3": Subject(
        "raw_urllib3", _RAW, "import urllib3, orjson", ("sync",), ALL, environment="raw"
    ),
    "raw requests": Subject(
        "raw_requests", _RAW, "import requests, orjson", ("sync",), ALL, environment="raw"
    ),
    "raw aiohttp": Subject(
        "raw_aiohttp", _RAW, "import aiohttp, orjson", ("async",), ALL, environment="raw"
    ),
    "openai": Subject("openai", ("openai",), "from openai import OpenAI"),
    "anthropic": Subject(
        "anthropic", ("anthropic",), "from anthropic import Anthropic", wires=ALL[1:2]
    ),
    "google-genai": Subject(
        "google_genai", ("google-genai",), "from google import genai", wires=ALL[2:]
    ),
    "litellm": Subject(
        "litellm", ("litellm", "mcp"), "import litellm", wires=("openai-chat", "anthropic-messages")
    ),
    "liter-llm": Subject("liter_llm", ("liter-llm",), "import liter_llm", ("async",)),
    "ai-lib-python": Subject(
        "ai_lib",
        ("ai-lib-python",),
        "from ai_lib_python import AiClient, Message",
        ("async",),
        kinds=("text",),
    ),
    "any-llm": Subject("any_llm", ("any-llm-sdk[openai]",), "from any_llm import completion"),
    "pydantic-ai": Subject(
        "pydantic_ai",
        ("pydantic-ai-slim[openai]",),
        "from pydantic_ai.direct import model_request_sync",
        kinds=("text", "reasoning"),
        threads=1,  # each thread has a loop, and the client locks of one of them
    ),
}


def chosen(names: str) -> list[str]:
    """The subjects that a list such as "llmkit,raw" names; all, where it is empty.

    Raises:
        SystemExit: it names one that is not there.
    """
    found: list[str] = []
    for name in filter(None, names.split(",")):
        matching = [each for each in SUBJECTS if each == name or each.split()[0] == name]
        if not matching:
            raise SystemExit(f"no subject {name!r}; there are {', '.join(SUBJECTS)}")
        found += matching
    return found or list(SUBJECTS)

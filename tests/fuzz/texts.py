"""The fuzzers' targets that take texts: JSON in them, thinking, settings, addresses."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from llmkit import (
    ConfigurationError,
    InvalidRequestError,
    providers,
)
from llmkit._http import Headers
from llmkit._json import dumps, loads, well_formed
from llmkit._models.json_in_text import JSONInText
from llmkit._models.partial_json import JSONReader, NotJSONError, read_json
from llmkit.adapters._base import retry_after_seconds
from llmkit.adapters.openai_chat.think import ThinkSplitter, split_think
from llmkit.providers.config import load_config
from llmkit.providers.placeholders import filled
from llmkit.providers.provider import Provider

from .bytes_in import words_of
from .mutate import torn
from .reader import Reader
from .target import Target

_JSON: Final = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b'"a"',
        b'"a":',
        b"1",
        b"-",
        b"0",
        b".5",
        b"e9",
        b"e999",
    ),
    *(
        b"true",
        b"false",
        b"null",
        b"NaN",
        b"Infinity",
        b"\\u",
        b"d83d",
        b"\\ude00",
        b"\\n",
        b" ",
        b"\n",
    ),
    *(
        b"```json\n",
        b"```",
        b"<think>",
        b"</think>",
        b"Here it is: ",
        "é".encode(),
        b"9" * 400,
        b"\0",
    ),
    *("\U0001f600".encode(), b"\xff", b"[" * 300, b'{"a":' * 300, b"]" * 300, b"\xed\xa0\xbd"),
)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass" if b"\xed\xa0" in data else "replace")


def _texts(data: bytes, reader: Reader) -> tuple[str, list[str]]:
    try:
        text = _text(data)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    size = reader.one_of((1, 2, 5, 50))
    return text, [text[at : at + size] for at in range(0, len(text), size)]


def _check_json(data: bytes, reader: Reader) -> None:
    """Read in pieces, a text is the JSON that it is whole, or none."""
    text, pieces = _texts(data, reader)
    grown = JSONReader()
    try:
        for piece in pieces:
            grown.feed(piece)
        grown.view().value()
        grown.close()
    except NotJSONError:
        return
    assert repr(grown.view().value()) == repr(read_json(well_formed(text).strip(" \t\r\n")))


def _check_in_text(data: bytes, reader: Reader) -> None:
    prose = reader.below(2) == 1
    text, pieces = _texts(data, reader)

    def found(parts: list[str]) -> str:
        finder = JSONInText(prose=prose)
        try:
            for part in parts:
                finder.feed(part)
            finder.view().value()
            return repr(finder.close())
        except NotJSONError as error:
            return type(error).__name__

    assert found(pieces) == found([text])


def _check_strict(data: bytes, reader: Reader) -> None:
    with suppress(ValueError):
        value = loads(data)
        dumps(value).decode()
    with suppress(ValueError):
        read_json(_texts(data, reader)[0])


def _check_think(data: bytes, reader: Reader) -> None:
    text, pieces = _texts(data, reader)
    splitter = ThinkSplitter()
    found = [splitter.feed(piece) for piece in pieces] + [splitter.close()]
    thinking, answer = ("".join(each) for each in zip(*found))
    assert len(thinking) + len(answer) <= len(text)
    if text.startswith("<think>"):
        assert (thinking or None, answer) == split_think(text)


_TOML: Final = b"""[client]
model = "openai/gpt-4o"
timeout = { connect = 5, total = 60 }
bounds = { event_bytes = 1_000_000 }
attempts = 5
unsupported = "warn"

[[providers]]
name = "office"
wire = "openai-chat"
base_url = "https://{region}.example.com/v1"
api_key_env = "OFFICE_LLM_KEY"
placeholders = { region = ["REGION"] }
headers = { X-Team = "a" }
query = { v = "1" }
body = { a = { b = [1, 2] } }
models_path = "/models"
aliases = ["desk"]

[providers.quirks]
response_formats = ["text", "json_object"]

[[providers]]
name = "groq"
dialect = "openai"

[[providers.models]]
match = "gpt-*"
quirks = { max_tokens = "max_completion_tokens" }
"""
_VALUES: Final = (
    b"1",
    b'"x"',
    b"[]",
    b"{}",
    b"true",
    b"-1",
    b"1e400",
    b"nan",
    b'""',
    b"[[1]]",
    b"{ a = 1 }",
)


def _draw_toml(reader: Reader) -> bytes:
    lines = _TOML.splitlines()
    for _ in range(1 + reader.below(5)):
        at = reader.below(len(lines))
        key, found, _ = lines[at].partition(b"=")
        way = reader.below(5)
        if way == 0:
            del lines[at]
        elif way == 1:
            lines.insert(at, reader.one_of(lines))
        elif found:
            lines[at] = key + b"= " + reader.one_of(_VALUES)
    return torn(b"\n".join(lines), reader)


def _check_toml(data: bytes, reader: Reader) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "llmkit.toml"
        path.write_bytes(data)
        with suppress(ConfigurationError):
            load_config(os.fspath(path))


def _check_placeholders(data: bytes, reader: Reader) -> None:
    value = data.decode("utf-8", "replace")
    address = reader.one_of(("https://{a}.test/v1", "https://{a}/v1", "https://x.test/{a}/{b}/v1"))
    with suppress(ConfigurationError, InvalidRequestError):
        provider = Provider(
            "p", wire="openai-chat", base_url=address, placeholders={"a": (), "b": ()}
        )
        url = filled(provider, provider.base_url, {"a": value, "b": "b"})
        host = url.partition("://")[2].partition("/")[0]
        assert not set(host) & set("@?#\\ \r\n\t")
        assert url.count("/") == address.count("/")
        url.encode("ascii")


def _check_provider(data: bytes, reader: Reader) -> None:
    name = data.decode("utf-8", "replace")
    with suppress(ConfigurationError):
        providers.get(name)


_HOSTS: Final = (
    *(
        b"a",
        b".",
        b"..",
        b"/",
        b"\\",
        b"@",
        b"?",
        b"#",
        b":",
        b"%2e",
        b"https://",
        b"http://",
        b" ",
    ),
    *(b"\r\n", b"{a}", b"{b}", "é".encode(), b"\0", b"-", b"evil.test", b"[::1]", b"openai"),
)


_DATES: Final = (
    *(b"Fri", b",", b" ", b"31", b"Feb", b"Dec", b"0", b"9999", b"00001", b"99999999999", b":"),
    *(b"59", b"23", b"GMT", b"+2359", b"-9999", b"-", b".", b"1e5", b"nan", b"inf", b"(", b"\xff"),
    *(b"Fri, 31 Dec 9999 23:59:59 ", b"Mon, 1 Jan 0001 00:00:00 ", "\u0663".encode(), b"\0"),
)


def _check_retry_after(data: bytes, reader: Reader) -> None:
    """However long a provider asks to wait, it is a time, or none."""
    text = data.decode("utf-8", "replace") if reader.below(2) else data.decode("latin-1")
    name = reader.one_of(("retry-after", "retry-after-ms"))
    seconds = retry_after_seconds(Headers({name: text}))
    assert seconds is None or 0 <= seconds < float("inf")


def targets() -> Iterator[Target]:
    """All of them."""
    for name, check in (
        ("partial-json", _check_json),
        ("json-in-text", _check_in_text),
        ("json", _check_strict),
        ("think", _check_think),
    ):
        yield Target(name, partial(words_of, _JSON), check)
    yield Target("retry-after", partial(words_of, _DATES), _check_retry_after)
    yield Target("toml", _draw_toml, _check_toml)
    yield Target("placeholders", partial(words_of, _HOSTS), _check_placeholders)
    yield Target("provider-name", partial(words_of, _HOSTS), _check_provider)

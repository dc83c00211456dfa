"""How much a server may send: each bound from both sides, in both colours, over sockets."""

from __future__ import annotations

import gzip
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from colours import Colour, Door, both
from transports.wire_server import CHUNKED, END, Act, Script, WireServer, answer, chunk

from llmkit import (
    APIError,
    Bounds,
    BoundsError,
    ChatCompletionRequest,
    Client,
    CompletionChunk,
    ConfigurationError,
    InvalidRequestError,
    LLMKitError,
    Provider,
    ResponseLostError,
    RetryPolicy,
    ServerError,
    StreamInterruptedError,
    UserMessage,
)
from llmkit.testing import sse

REQUEST = ChatCompletionRequest("mine/m", [UserMessage("Hi")])


def door(colour: Colour, server: WireServer, bounds: Bounds, **options: Any) -> Door:
    """A client of *server*, which tries three times where that may help."""
    mine = Provider("mine", wire="openai-chat", base_url=server.url, auth=None)
    retry = RetryPolicy(attempts=3, wait_initial=0.001)
    return colour(providers=[mine], bounds=bounds, retry=retry, **options)


def said(text: str, **more: Any) -> dict[str, Any]:
    """An answer."""
    choice = {"index": 0, "message": {"content": text, **more}, "finish_reason": "stop"}
    return {"id": "c", "choices": [choice]}


def delta(text: str, finish: str | None = None) -> dict[str, Any]:
    """An event of a streamed answer."""
    return {
        "id": "c",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}],
    }


def headed(*lines: str) -> bytes:
    """A head of *lines*, and an answer."""
    body = json.dumps(said("Hi")).encode()
    head = ("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *lines)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def asked(client: Door, streams: bool) -> str | None:
    """The text of the answer."""
    got = client.stream(REQUEST).response() if streams else client.complete(REQUEST)
    return got.content


def refused(
    colour: Colour, script: Script, bounds: Bounds, *, streams: bool = False
) -> BoundsError:
    """The error that a client with *bounds* has over *script*; it asks only once."""
    with WireServer(script) as server, door(colour, server, bounds) as client:
        with pytest.raises(BoundsError) as caught:
            asked(client, streams)
        assert len(server.received) == 1
    error = caught.value
    assert f"({error.bound})" in error.message
    assert error.most == getattr(bounds, error.bound)
    assert error.provider == "mine"
    return error


def taken(colour: Colour, script: Script, bounds: Bounds, *, streams: bool = False) -> str | None:
    """The text of the answer in *script*."""
    with WireServer(script) as server, door(colour, server, bounds) as client:
        return asked(client, streams)


# ------------------------------------------------------------------ the value


@pytest.mark.parametrize("name", [each.name for each in fields(Bounds)])
@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, None, "1"])
def test_a_bound_is_a_whole_number_above_0(name: str, wrong: Any) -> None:
    """The error names the bound."""
    with pytest.raises(InvalidRequestError) as caught:
        Bounds(**{name: wrong})
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("name", "most"), [("head_bytes", 65536), ("headers", 100), ("depth", 1024)]
)
def test_some_bounds_have_a_most(name: str, most: int) -> None:
    """What the libraries below take no more of cannot be asked for."""
    assert getattr(Bounds(**{name: most}), name) == most
    with pytest.raises(InvalidRequestError, match=f"at most {most}"):
        Bounds(**{name: most + 1})


def test_the_error_is_a_value() -> None:
    """It pickles, with the bound and its value."""
    error = Bounds(headers=7).beyond("headers", "it")
    back = pickle.loads(pickle.dumps(error))
    assert (back.bound, back.most, str(back)) == (
        "headers",
        7,
        "it has more than 7 headers (headers)",
    )


def test_the_file_may_say_them(tmp_path: Path) -> None:
    """`llmkit.toml` holds bounds like timeouts, and its mistakes are told by line."""
    file = tmp_path / "llmkit.toml"
    file.write_text("[client]\nbounds = { event_bytes = 10, depth = 5 }\n")
    with Client.from_config(file) as client:
        assert client._core.bounds == Bounds(event_bytes=10, depth=5)
    for wrong, told in (
        ("{ evnt_bytes = 1 }", "event_bytes"),
        ("{ depth = 0 }", "1"),
        ("3", "table"),
    ):
        file.write_text(f"[client]\nbounds = {wrong}\n")
        with pytest.raises(ConfigurationError, match=f"line 2.*{told}"):
            Client.from_config(file)


# ------------------------------------------------------------------ whole answers


@both
def test_a_body_ends_at_its_bound(colour: Colour) -> None:
    """`body_bytes` is the largest that is taken."""
    body = json.dumps(said("x" * 5000)).encode()
    script = (answer(body),)
    assert taken(colour, script, Bounds(body_bytes=len(body))) == "x" * 5000
    assert refused(colour, script, Bounds(body_bytes=len(body) - 1)).bound == "body_bytes"


@both
def test_a_body_counts_as_it_inflates(colour: Colour) -> None:
    """What is compressed counts by what it becomes."""
    body = json.dumps(said("x" * 5000)).encode()
    script = (answer(gzip.compress(body), headers={"Content-Encoding": "gzip"}),)
    assert taken(colour, script, Bounds(body_bytes=len(body))) == "x" * 5000
    assert refused(colour, script, Bounds(body_bytes=len(body) - 1)).bound == "body_bytes"


@both
def test_a_head_ends_at_its_bound(colour: Colour) -> None:
    """`head_bytes` counts status line, headers, and the empty line; the body does not count."""
    whole = headed("X-A: " + "y" * 3000, "X-B: " + "y" * 3000)
    size = whole.index(b"\r\n\r\n") + 4
    assert taken(colour, (whole,), Bounds(head_bytes=size)) == "Hi"
    assert refused(colour, (whole,), Bounds(head_bytes=size - 1)).bound == "head_bytes"


@both
@pytest.mark.parametrize("cut", [1, 17, 100])
def test_a_head_in_pieces_ends_at_its_bound(colour: Colour, cut: int) -> None:
    """However it is cut, in the middle of its end, too."""
    whole = headed("X-A: " + "y" * 100)
    size = whole.index(b"\r\n\r\n") + 4
    script: Script = tuple(
        step for at in (whole[: size - cut], whole[size - cut :]) for step in (at, 0.02)
    )
    assert taken(colour, script, Bounds(head_bytes=size, headers=2)) == "Hi"
    assert refused(colour, script, Bounds(head_bytes=size - 1)).bound == "head_bytes"


@both
def test_headers_are_counted(colour: Colour) -> None:
    """`headers` is the most; the same name twice counts twice."""
    whole = headed(*("X-A: y" for _ in range(19)))  # and Content-Length
    assert taken(colour, (whole,), Bounds(headers=20)) == "Hi"
    assert refused(colour, (whole,), Bounds(headers=19)).bound == "headers"


@both
def test_a_head_that_never_ends_is_left(colour: Colour) -> None:
    """At the default bounds, and in good time."""
    endless = (b"HTTP/1.1 200 OK\r\n", *[b"X-A: " + b"y" * 1000 + b"\r\n"] * 200)
    assert refused(colour, endless, Bounds()).bound in ("head_bytes", "headers")


@both
@pytest.mark.parametrize("streams", [False, True])
def test_an_errors_body_is_read_so_far_and_no_further(colour: Colour, streams: bool) -> None:
    """Its status is the answer, whatever its size: no `BoundsError` takes its place."""
    script = (answer(b"no" * 50_000, status="500 Broken"),)
    with WireServer(script) as server:
        client = door(colour, server, Bounds(error_bytes=1000, body_bytes=10, stream_bytes=10))
        with client, pytest.raises(ServerError) as caught:
            asked(client, streams)
    assert caught.value.status == 500
    assert len(caught.value.body) == 1000
    assert len(caught.value.attempts) == 3


@both
def test_nesting_ends_at_its_bound(colour: Colour) -> None:
    """`depth` counts brackets outside of texts."""
    nested: Any = 1
    for _ in range(40):
        nested = [nested]
    body = json.dumps({**said('[[[["'), "odd": nested}).encode()
    assert taken(colour, (answer(body),), Bounds(depth=41)) == '[[[["'
    assert refused(colour, (answer(body),), Bounds(depth=40)).bound == "depth"


# ------------------------------------------------------------------ streams

STREAM = (delta("Hel"), delta("lo"), delta("", "stop"), "[DONE]")


@both
def test_a_stream_ends_at_its_bound(colour: Colour) -> None:
    """`stream_bytes` is all that it may bring; what fits in it is in `partial`."""
    first, rest = sse(*STREAM[:2]), sse(*STREAM[2:])
    script = (CHUNKED, chunk(first[:-9]), 0.05, chunk(first[-9:] + rest), END)
    most = Bounds(stream_bytes=len(first + rest))
    assert taken(colour, script, most, streams=True) == "Hello"
    error = refused(colour, script, Bounds(stream_bytes=len(first)), streams=True)
    assert error.bound == "stream_bytes"
    assert error.partial is not None
    assert error.partial.content == "Hello"


@both
def test_an_event_ends_at_its_bound(colour: Colour) -> None:
    """What came before it is handed over, from the same read even."""
    large = sse(delta("x" * 1000))
    stream = (
        CHUNKED,
        chunk(sse(STREAM[0])),
        0.05,
        chunk(sse(STREAM[1]) + large + sse(*STREAM[2:])),
        END,
    )
    assert (
        taken(colour, stream, Bounds(event_bytes=len(large)), streams=True) == "Hello" + "x" * 1000
    )
    error = refused(colour, stream, Bounds(event_bytes=500), streams=True)
    assert error.bound == "event_bytes"
    assert error.partial is not None
    assert error.partial.content == "Hello"


ENDLESS = {
    "a line": (b"data: " + b"x" * 300, "event_bytes"),
    "a comment": (b": " + b"x" * 300, "event_bytes"),
    "comments in one event": (b": ping\n" * 100, "event_bytes"),
    "comments": (b": ping\n\n" * 100, "stream_bytes"),
    "space": (b" " * 600, "stream_bytes"),
    "an answer in one piece": (b'{"x": "' + b"x" * 300, "body_bytes"),
}


@both
@pytest.mark.parametrize(("bytes_", "bound"), ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_left(colour: Colour, bytes_: bytes, bound: str) -> None:
    """Whatever it is that a stream goes on with, one bound is met."""
    script = (CHUNKED, *[chunk(bytes_)] * 10)
    bounds = Bounds(event_bytes=512, body_bytes=1024, stream_bytes=2048)
    assert refused(colour, script, bounds, streams=True).bound == bound


@both
def test_an_answer_in_place_of_a_stream_ends_at_its_bound(colour: Colour) -> None:
    """It is a whole answer, and held to `body_bytes` like one."""
    body = json.dumps(said("x" * 500)).encode()
    script = (answer(body),)
    assert taken(colour, script, Bounds(body_bytes=len(body)), streams=True) == "x" * 500
    error = refused(colour, script, Bounds(body_bytes=len(body) - 1), streams=True)
    assert error.bound == "body_bytes"


@both
def test_a_compressed_stream_is_bounded_as_it_inflates(colour: Colour) -> None:
    """A bomb goes off a piece at a time."""
    bomb = gzip.compress(sse(STREAM[0]) + b": " + b"x" * 3_000_000)
    script = (answer(bomb, headers={"Content-Encoding": "gzip"}),)
    error = refused(colour, script, Bounds(event_bytes=1_000_000), streams=True)
    assert error.bound == "event_bytes"
    assert error.partial is not None
    assert error.partial.content == "Hel"


@both
@pytest.mark.parametrize("streams", [False, True])
def test_a_compressed_body_that_holds_nothing_is_left(colour: Colour, streams: bool) -> None:
    """Empty blocks inflate to nothing for ever, and count for no bound but this one."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    empty = gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 300_000
    with (
        WireServer((head, empty, Act.HOLD)) as server,
        door(colour, server, Bounds()) as client,
        pytest.raises(ResponseLostError, match="holds nothing"),
    ):
        asked(client, streams)


@both
def test_nesting_of_an_event_ends_at_its_bound(colour: Colour) -> None:
    """Each event is held to `depth`, and what came before it is kept."""
    deep = {**delta("!"), "odd": [[[[[]]]]]}
    script = (CHUNKED, chunk(sse(*STREAM[:2], deep, *STREAM[2:])), END)
    assert taken(colour, script, Bounds(depth=6), streams=True) == "Hello!"
    error = refused(colour, script, Bounds(depth=5), streams=True)
    assert error.bound == "depth"
    assert error.partial is not None
    assert error.partial.content == "Hello"


# ------------------------------------------------------------------ somebody else's wire


class Words:
    """A decoder of somebody else's, who knows of no bounds."""

    failure: LLMKitError | None = None
    finished = done = False

    def feed(self, data: bytes) -> list[CompletionChunk]:
        """Nothing."""
        return []

    def close(self) -> list[CompletionChunk]:
        """Cut, always."""
        raise StreamInterruptedError("cut")


class Spoken:
    """A wire of somebody else's."""

    provider = "theirs"

    def __init__(self) -> None:
        self._chat = Provider("p", wire="openai-chat", base_url="https://p.test").adapter("m")

    def build(self, *args: Any, **options: Any) -> Any:
        """As OpenAI's."""
        return self._chat.build(*args, **options)

    def parse(self, response: Any) -> Any:
        """As OpenAI's."""
        return self._chat.parse(response)

    def error(self, response: Any) -> APIError:
        """As OpenAI's."""
        return self._chat.error(response)

    def decoder(self) -> Words:
        """Its own."""
        return Words()


@both
def test_a_decoder_need_not_know_of_bounds(colour: Colour) -> None:
    """`decoder()` takes nothing, and what all of a stream may bring holds all the same."""
    with WireServer((CHUNKED, chunk(b"x" * 100), END)) as server:
        mine = Provider("mine", wire=Spoken(), base_url=server.url, auth=None)
        for most, kind in ((100, StreamInterruptedError), (99, BoundsError)):
            bounds = Bounds(event_bytes=10, stream_bytes=most)
            with colour(providers=[mine], bounds=bounds) as client, pytest.raises(kind):
                client.stream(REQUEST).response()

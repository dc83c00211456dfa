"""What both transports promise: one body for each rule, run in both colours."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator

import pytest

from llmkit import Bounds, errors
from llmkit._http import HttpRequest, Timeout

from .colour import Colour, post, read_all, soon
from .wire_server import CHUNKED, END, Act, Script, WireServer, answer, chunk, drip

KEY = "sk-very-secret"
SECRETIVE = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
HEAD = b"HTTP/1.1 200 OK\r\n"
ZIPPED = {"content-encoding": "gzip"}


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


# ---------------------------------------------------------------- what is sent and what comes


def test_the_request_arrives_as_it_was_given(colour: Colour) -> None:
    """Method, target, headers and body go over the wire unchanged."""
    with WireServer() as server:
        url = server.url + "?api-version=2024-10-21&x=%20y"
        response = colour.send(
            post(url, b'{"a": "\xc3\xa9"}', {"X-Thing": "1", "Authorization": "k"})
        )
        [received] = server.received
    assert (response.status, response.body) == (200, b"{}")
    assert (received.method, received.target) == ("POST", "/v1/chat?api-version=2024-10-21&x=%20y")
    assert received.body == b'{"a": "\xc3\xa9"}'
    assert received.headers["x-thing"] == "1"
    assert received.headers["authorization"] == "k"
    assert received.headers["content-length"] == "11"
    assert received.headers["host"] == f"127.0.0.1:{server.port}"


def test_both_colours_send_the_same_headers(make_colour: Callable[..., Colour]) -> None:
    """What a transport adds by itself is the same in both colours, and nothing of a library's."""
    with WireServer() as server:
        make_colour().send(post(server.url))
        headers = dict(server.received[0].headers)
    headers.pop("host")
    assert headers == {
        "content-type": "application/json",
        "content-length": "14",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "user-agent": "llmkit",
    }


def test_a_get_has_no_body(colour: Colour) -> None:
    """A request without a body says nothing about one."""
    with WireServer() as server:
        colour.send(HttpRequest("GET", server.url, {}))
        assert "content-length" not in server.received[0].headers
        assert "content-type" not in server.received[0].headers


@pytest.mark.parametrize("size", [1, 64 * 1024, 64 * 1024 + 1, 1024 * 1024 + 1, 5_000_000])
def test_a_body_goes_out_whole(colour: Colour, size: int) -> None:
    """In one piece with its head, or after it: images and files make many megabytes."""
    body = b"x" * size
    with WireServer() as server:
        colour.send(post(server.url, body))
        assert server.received[0].body == body


def test_repeated_headers_are_joined(colour: Colour) -> None:
    """A header that is sent twice is one with both values."""
    head = HEAD + b"Content-Length: 0\r\nX-Tag: a\r\nX-Tag: b\r\n\r\n"
    with WireServer((head,)) as server:
        assert colour.send(post(server.url)).headers["x-tag"] == "a, b"


@pytest.mark.parametrize("interim", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_an_interim_answer_is_not_the_answer(colour: Colour, interim: str) -> None:
    """What comes before the answer says that it will come (RFC 9110, 15.2)."""
    before = f"HTTP/1.1 {interim}\r\nX-Tag: early\r\n\r\n".encode()
    with WireServer((before * 2, answer(b"late"))) as server:
        response = colour.send(post(server.url))
        assert (response.status, response.body) == (200, b"late")
        assert "x-tag" not in response.headers
        assert colour.send(post(server.url)).body == b"late"


@pytest.mark.parametrize("status", ["204 No Content", "400 Bad Request", "503 Unavailable"])
def test_every_status_is_an_answer(colour: Colour, status: str) -> None:
    """A transport judges no status; the connection is used again."""
    body = b"" if status.startswith("204") else b'{"error": 1}'
    with WireServer((answer(body, status=status),)) as server:
        for _ in range(2):
            response = colour.send(post(server.url))
            assert (response.status, response.body) == (int(status[:3]), body)
        assert server.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
def test_a_redirect_is_not_followed(colour: Colour, status: str) -> None:
    """A 3xx comes back as it is: following it would send the key elsewhere."""
    with WireServer() as other:
        moved = answer(b"", status=status, headers={"Location": other.url})
        with WireServer((moved,)) as server:
            response = colour.send(post(server.url))
        assert response.status == int(status[:3])
        assert response.headers["location"] == other.url
        assert other.received == []


def test_cookies_are_not_kept(colour: Colour) -> None:
    """A provider's cookie is not sent back: calls do not depend on one another."""
    with WireServer((answer(headers={"Set-Cookie": "a=b; Path=/"}),)) as server:
        for _ in range(2):
            colour.send(post(server.url))
        assert "cookie" not in server.received[1].headers


def test_netrc_does_not_replace_the_key(
    colour: Colour, tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ~/.netrc entry for the host leaves the authorization alone."""
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", netrc)
    with WireServer() as server:
        colour.send(post(server.url, headers=SECRETIVE))
        assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"hello" * 1000)),
        ("x-gzip", gzip.compress(b"hello" * 1000)),
        ("gzip", gzip.compress(b"hello" * 500) + gzip.compress(b"hello" * 500)),
        ("gzip", gzip.compress(b"hello" * 1000) + b"\0" * 100),
        ("deflate", zlib.compress(b"hello" * 1000)),
        ("deflate", zlib.compress(b"hello" * 1000, wbits=-15)),
        ("identity", b"hello" * 1000),
    ],
)
def test_compressed_bodies_are_inflated(colour: Colour, coding: str, packed: bytes) -> None:
    """gzip (in several members, with padding) and both forms of deflate are undone."""
    with WireServer((answer(packed, headers={"Content-Encoding": coding}),)) as server:
        assert colour.send(post(server.url)).body == b"hello" * 1000
        assert read_all(colour.stream(post(server.url))) == b"hello" * 1000


def test_an_unknown_coding_is_an_error(colour: Colour) -> None:
    """What was not asked for and cannot be undone is no text."""
    script = (answer(b"\x1b\x00", headers={"Content-Encoding": "br"}),)
    with WireServer(script) as server, pytest.raises(errors.DecodeError, match="'br'"):
        colour.send(post(server.url))


# ---------------------------------------------------------------- streaming


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_a_stream_comes_as_it_is_sent(colour: Colour, framing: str) -> None:
    """Bytes are handed out at once, with and without chunked framing."""
    pieces = [b"data: 1\n\n", b"data: 2\n\n"]
    heads = {
        "chunked": CHUNKED,
        "length": HEAD + b"Content-Length: 18\r\n\r\n",
        "close": HEAD + b"\r\n",
    }
    frame = chunk if framing == "chunked" else bytes
    ends: dict[str, Script] = {"chunked": (END,), "length": (), "close": (Act.CLOSE,)}
    script = (heads[framing] + frame(pieces[0]), 0.2, frame(pieces[1]), *ends[framing])
    with WireServer(script) as server:
        stream = colour.stream(post(server.url))
        assert stream.status == 200
        assert stream.read() == pieces[0]
        assert stream.read() == pieces[1]
        assert stream.read() == b""
        assert stream.read() == b""
        stream.close()


def test_a_compressed_stream_comes_as_it_is_sent(colour: Colour) -> None:
    """A gzip stream that is flushed event by event is read event by event."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"data: 1\n\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    second = packer.compress(b"data: 2\n\n") + packer.flush()
    head = HEAD + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    with WireServer((head + chunk(first), 0.2, chunk(second) + END)) as server:
        stream = colour.stream(post(server.url))
        assert stream.read() == b"data: 1\n\n"
        assert stream.read() == b"data: 2\n\n"
        assert stream.read() == b""


def test_what_came_before_the_cut_is_handed_out(colour: Colour) -> None:
    """A stream that breaks gives what had arrived, then the error."""
    with WireServer((CHUNKED + chunk(b"data: 1\n\n"), Act.CLOSE)) as server:
        stream = colour.stream(post(server.url))
        server.wait_for_open(0)
        colour.settle()
        assert stream.read() == b"data: 1\n\n"
        with pytest.raises(errors.ResponseLostError):
            stream.read()


# ---------------------------------------------------------------- connections


def test_connections_are_used_again(colour: Colour) -> None:
    """A body read to its end gives the connection back to be used again."""
    scripts = (CHUNKED + chunk(b"{}") + END,), (answer(),), (CHUNKED + chunk(b"{}") + END,)
    with WireServer(*scripts) as server:
        colour.send(post(server.url))
        read_all(colour.stream(post(server.url)))
        read_all(colour.stream(post(server.url)))
        assert server.connections == 1
        server.wait_for_open(1)


def test_a_connection_that_the_server_closed_is_not_used(colour: Colour) -> None:
    """An idle connection that the server has closed is replaced, not tried."""
    with WireServer((answer(), Act.CLOSE), (answer(),)) as server:
        colour.send(post(server.url))
        server.wait_for_open(0)
        colour.settle()
        assert colour.send(post(server.url)).status == 200


def test_a_closed_stream_closes_its_connection(colour: Colour) -> None:
    """Closing before the end gives the socket back; closing again does nothing."""
    with WireServer((CHUNKED + chunk(b"data: 1\n\n"), Act.HOLD)) as server:
        stream = colour.stream(post(server.url))
        assert stream.read() == b"data: 1\n\n"
        stream.close()
        stream.close()
        server.wait_for_open(0)
        with pytest.raises(errors.ResponseLostError, match="was closed"):
            stream.read()


def test_a_forgotten_stream_closes_its_connection(colour: Colour) -> None:
    """A stream that is dropped without close() gives its socket back, and its turn."""
    with WireServer((CHUNKED + chunk(b"data: 1\n\n"), Act.HOLD)) as server:
        stream = colour.stream(post(server.url))
        stream.read()
        del stream
        gc.collect()
        colour.settle()
        server.wait_for_open(0)


def test_a_failed_read_closes_its_connection(colour: Colour) -> None:
    """After a timeout the rest of the answer is nobody's: the socket is closed."""
    with WireServer((CHUNKED, Act.HOLD)) as server:
        stream = colour.stream(post(server.url), Timeout(idle=0.1))
        with pytest.raises(errors.TimeoutError):
            stream.read()
        colour.settle()
        server.wait_for_open(0)


def test_calls_at_a_time_each_have_a_connection(colour: Colour) -> None:
    """The pool grows with the calls, and keeps what it grew."""
    with WireServer((0.1, answer())) as server:
        responses = colour.together(post(server.url), 20)
        assert [response.status for response in responses] == [200] * 20
        server.wait_for_open(server.connections)
        assert server.connections <= 20


def test_more_calls_than_connections_wait_their_turn(make_colour: Callable[..., Colour]) -> None:
    """Beyond `max_connections` a call waits, and does not fail."""
    with WireServer((0.02, answer())) as server:
        responses = make_colour(max_connections=2).together(post(server.url), 10)
        assert [response.status for response in responses] == [200] * 10
        assert server.connections <= 2


def test_waiting_for_a_turn_ends_with_the_deadline(make_colour: Callable[..., Colour]) -> None:
    """The wait for a turn counts against `total`; a stream that is closed makes room."""
    colour = make_colour(max_connections=1)
    with WireServer((CHUNKED, Act.HOLD), (answer(),)) as server:
        stream = colour.stream(post(server.url))
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url), Timeout(connect=0.05, total=0.2), soon(0.2))
        assert caught.value.limit == "total"
        stream.close()
        assert colour.send(post(server.url)).status == 200


@pytest.mark.parametrize("script", [(Act.CLOSE,), (HEAD, Act.RESET), (answer(b"{}" * 99),)])
def test_no_turn_is_lost(make_colour: Callable[..., Colour], script: Script) -> None:
    """Whatever becomes of a call, its turn comes back."""
    colour = make_colour(max_connections=1, bounds=Bounds(body_bytes=100))
    with WireServer(script, script, script, (answer(),)) as server:
        for _ in range(3):
            with pytest.raises((errors.ResponseLostError, errors.DecodeError)):
                colour.send(post(server.url))
        with pytest.raises(errors.RequestNotSentError):
            colour.send(post(f"http://127.0.0.1:{closed_port()}/"))
        assert colour.send(post(server.url), deadline=soon(5)).status == 200


def test_after_close_there_are_no_calls(colour: Colour) -> None:
    """close() closes every connection, ends calls under way, and may be called again."""
    with WireServer((answer(),), (CHUNKED, Act.HOLD)) as server:
        colour.send(post(server.url))
        stream = colour.stream(post(server.url))
        colour.close()
        colour.close()
        with pytest.raises(errors.ClosedError):
            stream.read()
        colour.settle()
        server.wait_for_open(0)
        with pytest.raises(errors.ClosedError):
            colour.send(post(server.url))
        with pytest.raises(errors.ClosedError):
            colour.stream(post(server.url))


# ---------------------------------------------------------------- limits


def test_silence_before_the_head(colour: Colour) -> None:
    """`read` bounds the wait for an answer to begin."""
    with WireServer((Act.HOLD,)) as server:
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url), Timeout(read=0.1))
        assert (caught.value.limit, caught.value.seconds) == ("read", 0.1)
        colour.settle()
        server.wait_for_open(0)


def test_silence_within_the_body(colour: Colour) -> None:
    """`read` bounds the wait for a body to go on."""
    script = (HEAD + b"Content-Length: 10\r\n\r\nhalf", Act.HOLD)
    with WireServer(script) as server:
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url), Timeout(read=0.1, idle=9))
        assert caught.value.limit == "read"
        colour.settle()
        server.wait_for_open(0)


def test_read_is_for_silence_alone(colour: Colour) -> None:
    """An answer may take longer than `read` as long as it goes on."""
    with WireServer((HEAD, *drip(b"Content-Length: 4\r\n\r\nbody", 0.02))) as server:
        assert colour.send(post(server.url), Timeout(read=0.3)).body == b"body"


@pytest.mark.parametrize("limit", ["read", "idle"])
def test_silence_within_a_stream(colour: Colour, limit: str) -> None:
    """Each read stands under the limit that it names."""
    with WireServer((CHUNKED + chunk(b"1"), Act.HOLD)) as server:
        timeout = Timeout(read=0.1, idle=0.2) if limit == "read" else Timeout(read=5, idle=0.1)
        stream = colour.stream(post(server.url), timeout)
        assert stream.read("read") == b"1"
        with pytest.raises(errors.TimeoutError) as caught:
            stream.read(limit)  # type: ignore[arg-type]
        assert (caught.value.limit, caught.value.seconds) == (limit, 0.1)


def test_a_slow_reader_is_not_a_silent_server(colour: Colour) -> None:
    """Time that the caller takes between two reads counts against no limit of silence."""
    with WireServer((CHUNKED + chunk(b"1"), 0.4, chunk(b"2") + END)) as server:
        stream = colour.stream(post(server.url), Timeout(read=0.15, idle=0.15))
        assert stream.read() == b"1"
        threading.Event().wait(0.5)
        colour.settle()
        assert stream.read() == b"2"


@pytest.mark.parametrize(
    "script",
    [
        (Act.HOLD,),
        drip(HEAD + b"X-A: " + b"a" * 200, 0.05),
        (CHUNKED, Act.HOLD),
        (CHUNKED, *drip(b"0" * 200, 0.05)),
        (HEAD + b"Content-Length: 500\r\n\r\n", *drip(b"x" * 200, 0.05)),
    ],
    ids=["silence", "dripping head", "silent body", "dripping chunk size", "dripping body"],
)
def test_the_deadline_bounds_everything(colour: Colour, script: Script) -> None:
    """`total` ends a call whose every byte comes in time, wherever it is."""
    with WireServer(script) as server:
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url), Timeout(total=0.3), soon(0.3))
        assert (caught.value.limit, caught.value.seconds) == ("total", 0.3)
        colour.settle()
        server.wait_for_open(0)


def test_the_deadline_bounds_a_stream(colour: Colour) -> None:
    """`total` counts the reading of a stream."""
    with WireServer(
        (CHUNKED, *(step for _ in range(50) for step in (chunk(b"x"), 0.05)))
    ) as server:
        stream = colour.stream(post(server.url), Timeout(total=0.3), soon(0.3))
        with pytest.raises(errors.TimeoutError) as caught:
            read_all(stream)
        assert caught.value.limit == "total"
        colour.settle()
        server.wait_for_open(0)


def test_a_passed_deadline_sends_nothing(colour: Colour) -> None:
    """A call that is over before it begins makes no connection."""
    with WireServer() as server:
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url), Timeout(total=1), soon(-1))
        assert caught.value.limit == "total"
        assert server.connections == 0


def test_a_deadline_that_was_kept_leaves_the_connection_alone(colour: Colour) -> None:
    """A connection outlives the deadline of the call that it carried."""
    with WireServer() as server:
        colour.send(post(server.url), Timeout(total=0.2), soon(0.2))
        threading.Event().wait(0.3)
        colour.settle()
        assert colour.send(post(server.url)).status == 200
        assert server.connections == 1


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port that takes no more connections: to connect there lasts until a limit."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(address)
            waiting.append(client)
        yield address[1]
        for client in waiting:
            client.close()


@pytest.mark.parametrize(("deadline", "limit"), [(None, "connect"), (0.1, "total")])
def test_the_time_to_connect(
    colour: Colour, full_port: int, deadline: float | None, limit: str
) -> None:
    """`connect` bounds the making of a connection, and `total` does where it is shorter."""
    timeout = Timeout(connect=0.2, read=9, total=deadline)
    moment = None if deadline is None else soon(deadline)
    with pytest.raises(errors.TimeoutError) as caught:
        colour.send(post(f"http://127.0.0.1:{full_port}/"), timeout, moment)
    assert (caught.value.limit, caught.value.seconds) == (limit, deadline or 0.2)


def test_a_body_that_is_not_taken(colour: Colour) -> None:
    """A server that takes no more of the request is silent: `read` ends the call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(url, b"x" * 20_000_000), Timeout(connect=5, read=0.3))
    assert caught.value.limit == "read"


def test_sending_may_take_longer_than_connecting(colour: Colour) -> None:
    """A large body is not bounded by `connect`."""
    with WireServer((answer(),), greeting=(0.3,)) as server:
        body = b"x" * 20_000_000
        assert colour.send(post(server.url, body), Timeout(connect=0.1, read=5)).status == 200


# ---------------------------------------------------------------- failures


def test_nobody_listens(colour: Colour) -> None:
    """A refused connection: the request was not sent."""
    with pytest.raises(errors.RequestNotSentError, match=r"127\.0\.0\.1:\d+"):
        colour.send(post(f"http://127.0.0.1:{closed_port()}/"))


def test_no_such_host(colour: Colour) -> None:
    """A name that cannot be looked up: the request was not sent."""
    with pytest.raises(errors.RequestNotSentError, match=r"no-such-host\.invalid"):
        colour.send(post("http://no-such-host.invalid/"))


BROKEN: dict[str, Script] = {
    "closed before the head": (Act.CLOSE,),
    "reset before the head": (Act.RESET,),
    "cut head": (HEAD + b"Content-Le", Act.CLOSE),
    "cut between headers": (HEAD + b"Content-Length: 0\r\n", Act.CLOSE),
    "malformed header": (HEAD + b"Content-Length 0\r\n\r\n", Act.CLOSE),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Act.CLOSE),
    "short body": (HEAD + b"Content-Length: 100\r\n\r\nhalf", Act.CLOSE),
    "cut chunks": (CHUNKED + chunk(b"half"), Act.CLOSE),
    "cut chunk": (CHUNKED + b"ff\r\nhalf", Act.CLOSE),
    "bad chunk": (CHUNKED + b"zz\r\nhalf\r\n", Act.CLOSE),
    "reset body": (HEAD + b"Content-Length: 100\r\n\r\nhalf", 0.1, Act.RESET),
    "torn gzip": (answer(gzip.compress(b"x" * 999)[:-9], headers=ZIPPED),),
    "no gzip": (answer(b"plain text", headers=ZIPPED),),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_lost(colour: Colour, name: str) -> None:
    """Whatever breaks after the request went out, the answer is lost and the socket closed."""
    with WireServer(BROKEN[name]) as server:
        with pytest.raises(errors.ResponseLostError, match=f"127.0.0.1:{server.port}"):
            colour.send(post(server.url))
        colour.settle()
        if "gzip" not in name:
            server.wait_for_open(0)


@pytest.mark.parametrize("name", [*BROKEN, "refused", "silent", "too large"])
def test_errors_hold_no_key(make_colour: Callable[..., Colour], name: str) -> None:
    """No error has the library's exceptions, which hold the headers, nor the query."""
    scripts: dict[str, Script] = {"silent": (Act.HOLD,), "too large": (answer(b"x" * 999),)}
    with WireServer(scripts.get(name) or BROKEN.get(name, ())) as server:
        port = closed_port() if name == "refused" else server.port
        request = post(f"http://127.0.0.1:{port}/v1?key={KEY}", headers=SECRETIVE)
        with pytest.raises(errors.LLMKitError) as caught:
            make_colour(bounds=Bounds(body_bytes=500)).send(request, Timeout(read=0.2))
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert KEY not in str(error)
    assert KEY not in repr(vars(error))


def test_the_callers_own_exception_is_not_taken_for_the_cause(colour: Colour) -> None:
    """A call made while a TimeoutError is handled does not find that one in its chain."""
    with WireServer((Act.CLOSE,)) as server:
        try:
            raise TimeoutError
        except TimeoutError:
            with pytest.raises(errors.ResponseLostError):
                colour.send(post(server.url))


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}\r\nX: y"},
        {"authorization": f"Bearer {KEY}\n"},
        {"authorization": f"Bearer {KEY}\N{EM DASH}"},
        {"authorization": f"Bearer {KEY}é"},
        {"x y": KEY},
        {"transfer-encoding": "chunked"},
        {"content-length": "3"},
    ],
)
def test_headers_that_cannot_be_sent(colour: Colour, headers: dict[str, str]) -> None:
    """A header that HTTP cannot carry is an error before any byte, and shows no value."""
    with WireServer() as server:
        with pytest.raises(errors.ConfigurationError) as caught:
            colour.send(post(server.url, headers=headers))
        assert server.connections == 0
    assert KEY not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1/v1",
        "ftp://127.0.0.1/",
        "http:///v1",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://[::1/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nHost: x",
        f"http://me:{KEY}@127.0.0.1/",
    ],
)
def test_addresses_that_cannot_be_sent_to(colour: Colour, url: str) -> None:
    """A URL that leads nowhere is an error before any byte, and shows no user."""
    with pytest.raises(errors.ConfigurationError) as caught:
        colour.send(post(url))
    assert KEY not in str(caught.value)
    assert caught.value.__context__ is None


# ---------------------------------------------------------------- the body's bound


def test_a_body_may_reach_its_bound(make_colour: Callable[..., Colour]) -> None:
    """`body_bytes` is the largest that is taken."""
    with WireServer((answer(b"x" * 100),)) as server:
        assert len(make_colour(bounds=Bounds(body_bytes=100)).send(post(server.url)).body) == 100


@pytest.mark.parametrize("framed", [answer(b"x" * 101), CHUNKED + chunk(b"x" * 101) + END])
def test_a_body_beyond_its_bound(make_colour: Callable[..., Colour], framed: bytes) -> None:
    """A larger one is an error, and its connection is closed if there is more to come."""
    with (
        WireServer((framed,)) as server,
        pytest.raises(errors.DecodeError, match="larger than 100 bytes"),
    ):
        make_colour(bounds=Bounds(body_bytes=100)).send(post(server.url))


def test_a_compressed_bomb_is_bounded_as_it_inflates(make_colour: Callable[..., Colour]) -> None:
    """Of 300 MB in 300 kB no more is inflated than the bound and one piece."""
    import tracemalloc

    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(300)) + packer.flush()
    with WireServer((answer(bomb, headers=ZIPPED),)) as server:
        colour = make_colour(bounds=Bounds(body_bytes=1_000_000))
        tracemalloc.start()
        try:
            with pytest.raises(errors.DecodeError, match="larger than"):
                colour.send(post(server.url))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8_000_000

"""A provider of the OpenAI form, in a thread: it gives the answers that a test has laid out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from attrs import define, field, frozen

Piece = bytes | threading.Event
"""Bytes to send, or an event to wait for first."""


@frozen
class Reply:
    """One answer: sent piece by piece, then the connection is closed."""

    pieces: Iterable[Piece]
    status: int = 200
    content_type: str = "application/json"


def event(delta: dict[str, object], finish: str | None = None) -> bytes:
    """One chunk of a stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def end(finish: str = "stop") -> bytes:
    """The end of a stream, usage and all."""
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    last = {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": []}
    told = b"data: " + json.dumps({**last, "usage": usage}).encode() + b"\n\n"
    return event({}, finish) + told + b"data: [DONE]\n\n"


def stream(*pieces: str | threading.Event | bytes) -> Reply:
    """A streamed answer: text as chunks, bytes as they are."""
    sent: list[Piece] = [
        event({"content": piece}) if isinstance(piece, str) else piece for piece in pieces
    ]
    return Reply(sent, content_type="text/event-stream")


def answer(text: str, **message: object) -> Reply:
    """A whole answer at once."""
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    }
    return Reply([json.dumps(body).encode()])


def listing(*models: dict[str, object]) -> Reply:
    """A list of models."""
    return Reply([json.dumps({"object": "list", "data": models}).encode()])


def refusal(status: int, code: str, message: str) -> Reply:
    """An error."""
    return Reply([json.dumps({"error": {"code": code, "message": message}}).encode()], status)


@define
class Server:
    """The provider: its address, what it was asked, and what it will answer."""

    base_url: str
    replies: list[Reply] = field(factory=list)
    asked: list[dict[str, object]] = field(factory=list)
    keys: list[str] = field(factory=list)
    paths: list[str] = field(factory=list)

    def messages(self, index: int = -1) -> list[dict[str, object]]:
        """The messages of one of the requests."""
        return cast("list[dict[str, object]]", self.asked[index]["messages"])

    def wait_asked(self) -> None:
        """Wait until a request has come."""
        deadline = time.monotonic() + 20
        while not self.keys:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            server.paths.append(self.path)
            self._reply()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            server.asked.append(json.loads(self.rfile.read(length)))
            self._reply()

        def _reply(self) -> None:
            server.keys.append(self.headers.get("Authorization", ""))
            reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.end_headers()
            with suppress(OSError):  # the program has gone away, as some tests want
                for piece in reply.pieces:
                    if isinstance(piece, bytes):
                        self.wfile.write(piece)
                    else:
                        piece.wait(30)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def running() -> Iterator[Server]:
    """A server, for as long as the block runs."""
    server = Server("")
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    http.daemon_threads = True
    server.base_url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()

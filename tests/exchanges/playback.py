"""A server on this machine that answers as the recorded providers did."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import Factory, define, frozen

from llmkit._http import Headers

from .recording import CUTTINGS, Recording

# These belong to the recorded connection, not to the answer.
_HOP = {
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
}


@frozen
class Received:
    """A request as it came: its path below the recording's address, headers and body."""

    path: str
    headers: Headers
    body: Mapping[str, Any]


@define
class Playback:
    """The recordings that can be asked for, each below its own address."""

    url: str
    recordings: dict[str, Recording] = Factory(dict)
    received: dict[str, Received] = Factory(dict)

    def address(self, recording: Recording) -> str:
        """Where *recording* is played from now on."""
        self.recordings[recording.id] = recording
        return f"{self.url}/{recording.id}"


@contextmanager
def playing() -> Iterator[Playback]:
    """A server that runs as long as the context."""
    server = _Server(("127.0.0.1", 0), _Player)
    host, port = server.server_address[:2]
    playback = Playback(f"http://{host!s}:{port}")
    server.playback = playback  # type: ignore[attr-defined]  # the handler's only way to it
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield playback
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """One thread per connection, none of which outlives the tests."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has its answer may hang up; anything else is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Player(BaseHTTPRequestHandler):
    """Answers each request with the recording that its path names."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        playback: Playback = self.server.playback  # type: ignore[attr-defined]
        name = self.path.split("/")[1]
        recording = playback.recordings[name]
        path = self.path.removeprefix(f"/{name}")
        playback.received[name] = Received(path, Headers(self.headers.items()), json.loads(body))
        self.send_response(recording.status)
        for name, value in recording.headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        if recording.is_stream:
            self._stream(recording.answer)
        else:
            self.send_header("Content-Length", str(len(recording.answer)))
            self.end_headers()
            self.wfile.write(recording.answer)

    def _stream(self, answer: bytes) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in CUTTINGS["1000"].pieces(answer):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests say what they saw."""
